"""`form`: have somebody fill in a form."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any, ClassVar, Final

from runner.actions._asking import ANSWERER, Asking, FormPage
from runner.actions.action import Kept, Misfit, Step, StepFailed
from runner.config.document import FormField
from runner.data import dataclass
from runner.declarations import Declarations
from runner.fields import option
from runner.inside import WaitsFor
from runner.lifecycle import limits
from runner.lifecycle.machine import Event
from runner.messages import Message, with_text
from runner.patterns import BadPattern, compiled
from runner.questions import Answer, AskButton, Question
from runner.questions import Form as Page
from runner.templates.chosen import entered_type
from runner.templates.people import USER
from runner.templates.types import ANY, INTEGER, NUMBER, Object, Type, optional
from runner.templates.values import is_list

PATTERN_TEXT_MAX: Final = 500
"""How many characters a text that has to match a pattern may have: matching is not linear in their number."""

PROMPT: Final = "There is a form to fill in."
"""What stands above the button that opens it, where nothing else is said."""

_NUMBERS: Final[Mapping[str, Type]] = {"integer": INTEGER, "number": NUMBER}


@dataclass(frozen=True, slots=True, kw_only=True)
class Form(Asking):
    """Open a form and wait for it; what the user typed or chose is read as `steps.<id>.<field>`.

    Where Discord takes no form, as behind an answer or another form, a button that opens it is shown instead, under
    the `prompt`.

    Example:
        - form: {title: Report, fields: {subject: {label: Subject, max_length: 100}}, timeout: 10m}
    """

    effect: ClassVar[Event | None] = Event.MODAL
    waits_for: ClassVar[WaitsFor] = "form"

    title: str | None = option("What stands at its top.", default=None, min_length=1, max_length=limits.MODAL_TITLE_MAX)
    fields: Mapping[str, FormField] = option(
        "What the user fills in, in this order; more than five become several forms.",
        default={},
        max_items=25,
        pattern="[a-z_][a-z0-9_]{0,31}",
        takes="a name of lower-case letters, digits and `_`, at most 32",
    )
    pages: tuple[FormPage, ...] = option("Several forms, one after the other.", default=(), max_items=10)
    continue_: str = option(
        "What is on that button.", default="Continue", min_length=1, max_length=limits.BUTTON_LABEL_MAX
    )
    attempts: int = option(
        "How often it may be sent before it is right.", default=3, minimum=1, maximum=10, static=True
    )

    def lacks(self) -> str:
        """Ask for something to fill in."""
        return "" if self.pages or (self.title and self.fields) else "`title` and `fields`, or `pages`"

    def adds(self) -> tuple[int, int]:
        """Return how many rows it adds to its message at most, and how many buttons are in them."""
        return 1, 1 + len(self.ways_out())

    def gives(self, declared: Declarations) -> Mapping[str, Type]:
        """Return the fields, and who filled them in."""
        return {"user": USER, **{name: _given_type(field) for name, field in self._fields.items()}}

    def late_reads(self) -> Mapping[str, Type]:
        """Return what the conditions of fields read: all that was entered, texts as they were typed."""
        entered = {name: _entered_type(field) for name, field in self._fields.items()}
        types = {*entered.values()}
        value = next(iter(types)) if len(types) == 1 else ANY
        return {"event": Object("what was entered", {**ANSWERER, "value": value, "fields": Object("all", entered)})}

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

    @property
    def _fields(self) -> Mapping[str, FormField]:
        """Everything that is asked for, on whichever page: texts between fields ask for nothing."""
        all_of_it = (item for page in self._pages for item in page.fields.items())
        return {name: field for name, field in all_of_it if field.text is None}

    def question(self, kept: Kept) -> Question | None:
        """Return the message with the button that opens the form."""
        opener = AskButton(answer="open", label=self.continue_, style="primary")
        return Question(message=self._said(kept), rows=((opener, *self.ways_out()),))

    def _said(self, kept: Kept) -> Message:
        """Return what stands above the button: what is wrong, or what there is to fill in, and how much of it."""
        pages, said = len(self._pages), self.message
        if wrong := kept.get("wrong"):
            return with_text(said, wrong)
        parts = [said.content or ""] if said.content or said.more or said.files else [PROMPT]
        parts += [f"({kept['page'] + 1}/{pages})"] if pages > 1 else []
        text = " ".join(part for part in parts if part)
        return with_text(said, text) if text else said

    def form(self, kept: Kept) -> Page | None:
        """Return the form of the page whose turn it is; what was entered before stands in it."""
        at, entered = int(kept["page"]), kept["fields"]
        page = self._pages[at]
        fields = {
            name: _filled(field, entered[name]) if name in entered else _bounded(field)
            for name, field in page.fields.items()
        }
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

    def _given(self, fields: Mapping[str, object], answer: Answer) -> Mapping[str, object]:
        return {"user": answer.event["user"], **{n: _value(field, fields.get(n)) for n, field in self._fields.items()}}


def _unfit(name: str, field: FormField, attribute: str) -> Iterator[Misfit]:
    """Yield what keeps a field from ever being right, beside what is asked of the fields of every form."""
    if field.min is not None and field.max is not None and field.min > field.max:
        never = "the form could never be sent"
        headline = f"`{name}` has no number between {field.min:g} and {field.max:g}"
        yield _misfit(attribute, headline, never, "swap the two")
    if field.pattern is not None:
        try:
            compiled(field.pattern)
        except BadPattern as bad:
            fix = "write it without, or check the text with `valid`"
            yield _misfit(
                attribute, f"the `pattern` of `{name}` can't be used: {bad}", "the form would hang or fail", fix
            )


def _entered_type(field: FormField) -> Type:
    """Return the type of what stands in a field when it is judged: of what is typed the text."""
    kind = "text" if field.is_typed else field.type
    return entered_type(kind, most=field.most, is_required=field.required)


def _given_type(field: FormField) -> Type:
    """Return the type of what a field gives. A number that may be left blank is none then, and a text is empty."""
    number = _NUMBERS.get(field.type)
    if number is None:
        return _entered_type(field)
    return number if field.required else optional(number)


def _bounded(field: FormField) -> FormField:
    """Return the field as it opens: what has to match a pattern is bounded in its length."""
    if field.pattern is None:
        return field
    return replace(field, max_length=min(field.max_length or PATTERN_TEXT_MAX, PATTERN_TEXT_MAX))


def _filled(field: FormField, entered: Any) -> FormField:
    """Return the field with what was entered before in it. Any: what that is depends on its type.

    A file can't be there again: Discord takes none that was uploaded before.
    """
    if field.is_typed:
        return replace(_bounded(field), value=entered)
    match field.type:
        case "checkbox":
            return replace(field, default=entered)
        case "file_upload":
            return field
        case _:
            chosen = entered if is_list(entered) else [entered] if entered is not None else []
            options = {value: replace(each, default=False) for value, each in field.options.items()}
            values: Any = tuple(chosen)  # Any: a type of its own, which is only a name
            return replace(field, options=options, default_values=values)


def _wrong(step: Step, fields: Mapping[str, FormField], answer: Answer) -> str:
    """Return what is wrong with the first field of a page that isn't right; empty when all are."""
    for name, field in fields.items():
        value = answer.fields.get(name)
        if field.text is None and (value or field.required):
            event = {**answer.event, "value": value, "fields": dict(answer.fields)}
            reason = _fault(field, str(value or "")) if field.is_typed else ""
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


def _value(field: FormField, entered: Any) -> object:
    """Return what a field gives. Any: what was entered depends on its type."""
    if field.type not in _NUMBERS:
        return entered
    return _number(entered, whole=field.type == "integer") if entered else None


def _misfit(attribute: str, headline: str, why: str, fix: str) -> Misfit:
    return Misfit(attribute, headline, why, fix, slug="unanswerable-question")
