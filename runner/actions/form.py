"""`form`: have somebody fill in a form."""

import re
from collections.abc import Iterator, Mapping
from typing import ClassVar, Final

from runner.actions._asking import ANSWERER, Asking, FormField, FormPage
from runner.actions.action import Kept, Misfit, Step, StepFailed
from runner.data import dataclass
from runner.declarations import Declarations
from runner.fields import option
from runner.inside import WaitsFor
from runner.lifecycle import limits
from runner.lifecycle.machine import Event
from runner.patterns import BadPattern, compiled
from runner.questions import Answer, AskButton, AskField, Question
from runner.questions import Form as Page
from runner.templates.people import USER
from runner.templates.types import INTEGER, NUMBER, STRING, MapOf, Object, Type, optional

PATTERN_TEXT_MAX: Final = 500
"""How many characters a text that has to match a pattern may have: matching is not linear in their number."""

_TYPES: Final[Mapping[str, Type]] = {"text": STRING, "integer": INTEGER, "number": NUMBER}


@dataclass(frozen=True, slots=True, kw_only=True)
class Form(Asking):
    """Open a form and wait for it; what the user typed is read as `steps.<id>.<field>`.

    Where Discord takes no form, as behind an answer or another form, a button that opens it is shown instead.

    Example:
        - form: {title: Report, fields: {subject: {label: Subject, max_length: 100}}, timeout: 10m}
    """

    effect: ClassVar[Event | None] = Event.MODAL
    waits_for: ClassVar[WaitsFor] = "form"
    late_names: ClassVar[Mapping[str, Type]] = {
        "event": Object("what was typed", {**ANSWERER, "value": STRING, "fields": MapOf(STRING)})
    }

    title: str | None = option("What stands at its top.", default=None, min_length=1, max_length=limits.MODAL_TITLE_MAX)
    fields: Mapping[str, FormField] = option(
        "What the user fills in, in this order; more than five become several forms.",
        default={},
        max_items=25,
        pattern="[a-z_][a-z0-9_]{0,31}",
        takes="a name of lower-case letters, digits and `_`, at most 32",
    )
    pages: tuple[FormPage, ...] = option("Several forms, one after the other.", default=(), max_items=10)
    prompt: str = option("What stands above the button, where one is shown.", default="There is a form to fill in.")
    continue_: str = option(
        "What is on that button.", default="Continue", min_length=1, max_length=limits.BUTTON_LABEL_MAX
    )
    attempts: int = option(
        "How often it may be sent before it is right.", default=3, minimum=1, maximum=10, static=True
    )

    def lacks(self) -> str:
        """Ask for something to fill in."""
        return "" if self.pages or (self.title and self.fields) else "`title` and `fields`, or `pages`"

    def gives(self, declared: Declarations) -> Mapping[str, Type]:
        """Return the fields, and who filled them in."""
        fields = {name: field for page in self._pages for name, field in page.fields.items()}
        typed = {name: _TYPES[field.type] for name, field in fields.items()}
        given = {name: each if fields[name].required else _or_blank(each) for name, each in typed.items()}
        return {"user": USER, **given}

    def misfits(self, declared: Declarations) -> Iterator[Misfit]:
        """Refuse pages beside fields, and fields that nobody could fill in."""
        if self.pages and (self.fields or self.title):
            why = "nobody knows which of them comes first"
            yield _misfit(
                "pages", "there are `pages`, and beside them `title` or `fields`", why, "put them into a page"
            )
            return
        names: set[str] = set()
        for page in self._pages:
            for name, field in page.fields.items():
                where = f"fields.{name}" if self.fields else "pages"
                if name in names or name == "user":
                    why = f"`steps.<id>.{name}` can be only one of them"
                    yield _misfit(where, f"there are two of the name `{name}`", why, f"call it `{name}_2`")
                names.add(name)
                yield from _unfit(name, field, where)

    @property
    def _pages(self) -> tuple[FormPage, ...]:
        if self.pages:
            return self.pages
        fields, size = list(self.fields.items()), limits.MODAL_COMPONENTS_MAX
        parts = [dict(fields[at : at + size]) for at in range(0, len(fields), size)]
        return tuple(FormPage(title=self.title or "", fields=part) for part in parts)

    def question(self, kept: Kept) -> Question | None:
        """Return the message with the button that opens the form."""
        pages, page = len(self._pages), kept["page"]
        progress = f" ({page + 1}/{pages})" if pages > 1 else ""
        opener = AskButton(answer="open", label=self.continue_, style="primary")
        message = self.message(kept.get("wrong") or self.prompt + progress)
        return Question(message=message, rows=((opener, *self.ways_out()),))

    def form(self, kept: Kept) -> Page | None:
        """Return the form of the page whose turn it is; what was typed before stands in it."""
        at, typed = int(kept["page"]), kept["fields"]
        page = self._pages[at]
        fields = {name: _asked(field, typed.get(name)) for name, field in page.fields.items()}
        return Page(title=page.title, fields=fields)

    async def run(self, step: Step) -> Mapping[str, object] | None:
        """Open the first page."""
        step.wait({"page": 0, "fields": {}}, self.timeout)
        return None

    async def answered(self, step: Step, kept: Kept, answer: Answer) -> Mapping[str, object] | None:
        """Take a page: ask again where something is wrong with it, else open the next one, or return them all."""
        at, fields = int(kept["page"]), {**kept["fields"], **answer.fields}
        page = self._pages[at]
        wrong = _wrong(step, page.fields, answer)
        if wrong:
            tries = kept.get("tries", 0) + 1
            if tries >= self.attempts:
                raise StepFailed(f"form: not right after {tries} attempts", public=wrong)
            step.wait({"page": kept["page"], "fields": fields, "tries": tries, "wrong": wrong}, self.timeout)
        elif kept["page"] + 1 < len(self._pages):
            step.wait({"page": kept["page"] + 1, "fields": fields}, self.timeout)
        else:
            return self._given(fields, answer)
        return None

    def _given(self, fields: Mapping[str, str], answer: Answer) -> Mapping[str, object]:
        declared = {name: field for page in self._pages for name, field in page.fields.items()}
        typed = {name: _value(field, fields.get(name, "")) for name, field in declared.items()}
        return {"user": answer.event["user"], **typed}


def _unfit(name: str, field: FormField, attribute: str) -> Iterator[Misfit]:
    """Yield what keeps a field from ever being right."""
    never = "the form could never be sent"
    least, most = field.min_length, field.max_length
    if least is not None and most is not None and least > most:
        yield _misfit(attribute, f"`{name}` has no length between {least} and {most}", never, "swap the two")
    if field.min is not None and field.max is not None and field.min > field.max:
        yield _misfit(
            attribute, f"`{name}` has no number between {field.min:g} and {field.max:g}", never, "swap the two"
        )
    if field.type == "text" and (field.min is not None or field.max is not None):
        why = "a text is not larger or smaller"
        yield _misfit(
            attribute, f"`{name}` has `min` or `max`, and is a text", why, "write `type: integer` or `number`"
        )
    if field.pattern is not None:
        try:
            compiled(field.pattern)
        except BadPattern as bad:
            fix = "write it without, or check the text with `valid`"
            yield _misfit(
                attribute, f"the `pattern` of `{name}` can't be used: {bad}", "the form would hang or fail", fix
            )


def _or_blank(given: Type) -> Type:
    """Return the type of a field that may be left blank: a text is empty then, and a number none."""
    return given if given is STRING else optional(given)


def _asked(field: FormField, typed: str | None) -> AskField:
    return AskField(
        label=field.label,
        description=field.description,
        is_long=field.style == "paragraph",
        is_required=field.required,
        least=field.min_length,
        most=field.max_length if field.pattern is None else min(field.max_length or PATTERN_TEXT_MAX, PATTERN_TEXT_MAX),
        placeholder=field.placeholder,
        value=field.value if typed is None else typed,
    )


def _wrong(step: Step, fields: Mapping[str, FormField], answer: Answer) -> str:
    """Return what is wrong with the first field of a page that isn't right; empty when all are."""
    for name, field in fields.items():
        text = answer.fields.get(name, "")
        if text or field.required:
            event = {**answer.event, "value": text, "fields": dict(answer.fields)}
            reason = _fault(field, text)
            if not reason and field.valid is not None and not step.evaluate(field.valid, event=event):
                reason = f"“{field.label}” is not right."
            if reason:
                return str(step.evaluate(field.invalid, event=event) or reason)
    return ""


def _fault(field: FormField, text: str) -> str:
    """Return what is wrong with a text by itself."""
    if field.pattern is not None and compiled(field.pattern).fullmatch(text) is None:
        return f"“{field.label}” does not have the right form."
    if field.type == "text":
        return ""
    number = _number(text, whole=field.type == "integer")
    if number is None:
        return f"“{field.label}” has to be a {'whole ' if field.type == 'integer' else ''}number."
    if field.min is not None and number < field.min:
        return f"“{field.label}” has to be at least {field.min:g}."
    if field.max is not None and number > field.max:
        return f"“{field.label}” has to be at most {field.max:g}."
    return ""


def _number(text: str, *, whole: bool) -> float | None:
    pattern = "[+-]?[0-9]{1,15}" if whole else "[+-]?([0-9]{1,15}([.,][0-9]{0,15})?|[.,][0-9]{1,15})"
    if re.fullmatch(pattern, text.strip()) is None:
        return None
    return int(text) if whole else float(text.strip().replace(",", "."))


def _value(field: FormField, text: str) -> object:
    if field.type == "text":
        return text
    return _number(text, whole=field.type == "integer") if text else None


def _misfit(attribute: str, headline: str, why: str, fix: str) -> Misfit:
    return Misfit(attribute, headline, why, fix, slug="unanswerable-question")
