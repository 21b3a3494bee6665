"""Forms: where one can't open, and what it can't ask.

Discord opens a form only as the first response to a command or a component, within 3 s.
Source of all: Discord docs, Interactions: Receiving and Responding; Components: Component Reference.
"""

from collections.abc import Iterator, Mapping
from typing import get_args

from runner.actions.action import WrittenStep
from runner.check.choices import check_defaults, check_numbers, has_options, without_effect
from runner.check.steps import all_steps, every_step, modal_of, reached_runs
from runner.config.document import TYPED, FormField, MessageChange, ModalField
from runner.config.document.modals import FieldType
from runner.config.entry_places import Places
from runner.config.load import Config
from runner.diagnostics import Diagnostic, Mark, Span
from runner.fields import Entry, Steps, attributes_of, fields_of
from runner.lifecycle import limits
from runner.templates.values import is_list, is_mapping

Fields = Mapping[str, FormField]

_FIRST = "Discord opens a form only as the first response, within 3 s (Discord docs, Receiving and Responding)"


def check_modals(config: Config) -> list[Diagnostic]:
    """Return a fault for each form that is opened where it may be too late, and each field that nobody can fill in."""
    found = [
        *_in_rescues(config, ("defaults",), config.document.defaults.on_error, config.document.defaults.on_timeout)
    ]
    for section, name, handler in config.handlers():
        found += _in_rescues(config, (section, name), handler.on_error, handler.on_timeout)
    for name, flow in config.document.flows.items():
        found += _in_rescues(config, ("flows", name), flow.on_error, flow.on_timeout)
    for modal in config.document.modals.values():
        found += check_fields(config, modal.fields)
    for step in every_step(config):
        for asked in _asked(step.action):
            found += check_fields(config, asked)
    return found


def _asked(value: object) -> Iterator[Fields]:
    """Yield the fields of the forms that a step asks to fill in."""
    match value:
        case None | str() | bool() | int() | float() | MessageChange():  # nearly everything; none of these asks
            return
        case _ if is_mapping(value):
            fields = {str(name): each for name, each in value.items() if isinstance(each, FormField)}
            if fields:
                yield fields
        case _ if is_list(value):
            for item in value:
                yield from _asked(item)
        case Entry():
            for name in attributes_of(type(value)):
                yield from _asked(getattr(value, name))
        case _:
            return


def _in_rescues(
    config: Config, path: tuple[str, ...], on_error: Steps | None, on_timeout: Steps | None
) -> Iterator[Diagnostic]:
    for key, steps in (("on_error", on_error), ("on_timeout", on_timeout)):
        for step in all_steps(*reached_runs(config.document.flows, steps)):
            if modal_of(step) is not None:
                yield Diagnostic(
                    slug="modal-in-rescue",
                    span=step.key,
                    headline=f"`{step.name}` can't open a form in `{key}`: an answer may have been given by then",
                    why=_FIRST,
                    fix="reply with a button that opens the form",
                    marks=(Mark(config.key(*path, key), "these steps run whenever something went wrong"),),
                )


_SELECTS = ("select", "user", "role", "mentionable", "channel")
_COUNTED = (*_SELECTS, "file_upload", "checkbox_group")
_ONLY_FOR: Mapping[str, tuple[str, ...]] = {
    "style": TYPED,
    "min_length": TYPED,
    "max_length": TYPED,
    "value": TYPED,
    "pattern": TYPED,
    "min": ("integer", "number"),
    "max": ("integer", "number"),
    "placeholder": (*TYPED, *_SELECTS),
    "options": ("select", "radio_group", "checkbox_group"),
    "min_values": _COUNTED,
    "max_values": _COUNTED,
    "default_values": (*_SELECTS, "radio_group", "checkbox_group"),
    "default": ("checkbox",),
    "channel_types": ("channel",),
    "file_types": ("file_upload",),
    "required": (*TYPED, *_COUNTED, "radio_group"),
}
_OF_MODALS = get_args(FieldType)
_OPTIONS: Mapping[str, tuple[int, int]] = {
    "select": (limits.SELECT_OPTIONS_MIN, limits.SELECT_OPTIONS_MAX),
    "radio_group": (limits.RADIO_GROUP_OPTIONS_MIN, limits.RADIO_GROUP_OPTIONS_MAX),
    "checkbox_group": (limits.CHECKBOX_GROUP_OPTIONS_MIN, limits.CHECKBOX_GROUP_OPTIONS_MAX),
}
_VALUES_MAX: Mapping[str, int] = {
    "file_upload": limits.FILE_UPLOAD_VALUES_MAX,
    "checkbox_group": limits.CHECKBOX_GROUP_VALUES_MAX,
}


def check_fields(config: Config, fields: Fields) -> Iterator[Diagnostic]:
    """Yield a fault for each field of a form that Discord would refuse, or that nobody could fill in."""
    places = config.places
    for name, field in fields.items():
        if field.text is not None:
            yield from _between(places, field)
        else:
            if field.label is None and config.is_whole(field):
                yield _without_label(places, name, field)
            yield from _keys(places, field)
            yield from _lengths(places, field)
            yield from _choices(places, field) if config.is_whole(field) else ()


def _between(places: Places, field: FormField) -> Iterator[Diagnostic]:
    for item in fields_of(FormField):
        if item.name != "text" and places.has(field, item.name):
            yield without_effect(places, field, item.name, "a text between two fields", "a field, which has a `label`")


def _without_label(places: Places, name: str, field: FormField) -> Diagnostic:
    return Diagnostic(
        slug="missing-label",
        span=places.value(field),
        headline=f"the field `{name}` has no label",
        why="users would not know what it asks for, and Discord asks for one (Discord docs, Label)",
        fix="add `label:`, or `text:` for a text that stands between two fields",
    )


def _keys(places: Places, field: FormField) -> Iterator[Diagnostic]:
    for key, types in _ONLY_FOR.items():
        if places.has(field, key) and field.type not in types:
            known = types if not isinstance(field, ModalField) else [kind for kind in types if kind in _OF_MODALS]
            listed = ", ".join(f"`{kind}`" for kind in known)
            yield without_effect(places, field, key, f"a field of type `{field.type}`", listed)
    emoji = next((value for value, choice in field.options.items() if choice.emoji is not None), None)
    if emoji is not None and field.type in ("radio_group", "checkbox_group"):
        choice = field.options[emoji]
        yield without_effect(places, choice, "emoji", f"an option of a `{field.type}`", "an option of a `select`")


def _lengths(places: Places, field: FormField) -> Iterator[Diagnostic]:
    least, most, value, placeholder = field.min_length, field.max_length, field.value, field.placeholder
    if least is not None and most is not None and least > most:
        yield Diagnostic(
            slug="empty-field-range",
            span=places.key(field, "min_length"),
            headline=f"no text is both at least {least} and at most {most} characters long",
            why="the form could never be sent",
            fix="swap `min_length` and `max_length`",
            marks=(Mark(places.key(field, "max_length"), "the other end"),),
        )
    if most is not None and isinstance(value, str) and len(value) > most:
        yield Diagnostic(
            slug="value-beyond-max-length",
            span=places.value(field, "value"),
            headline=f"this has {len(value)} characters, and the field takes {most}",
            why="the user would have to shorten it before the form could be sent",
            fix="shorten it, or raise `max_length`",
            marks=(Mark(places.key(field, "max_length"), "the longest text"),),
        )
    longest = limits.TEXT_INPUT_PLACEHOLDER_MAX
    if field.is_typed and isinstance(placeholder, str) and len(placeholder) > longest:
        yield Diagnostic(
            slug="placeholder-too-long",
            span=places.value(field, "placeholder"),
            headline=f"this has {len(placeholder)} characters, and the placeholder of a text takes {longest}",
            why="Discord refuses the whole form then (Discord docs, Text Input)",
            fix=f"leave out {len(placeholder) - longest}",
        )


def _choices(places: Places, field: FormField) -> Iterator[Diagnostic]:
    if field.type in _OPTIONS:
        yield from has_options(places, field, *_OPTIONS[field.type])
    if field.type in _COUNTED:
        yield from check_numbers(places, field, _VALUES_MAX.get(field.type, limits.SELECT_VALUES_MAX))
    if field.type in _ONLY_FOR["default_values"]:
        yield from check_defaults(places, field)
    if field.required and field.min_values == 0:
        yield Diagnostic(
            slug="required-and-none",
            span=places.key(field, "min_values"),
            headline="this must be filled in, and may have nothing in it",
            why="a required field takes at least one value (Discord docs, Component Reference)",
            fix="write `required: false` instead",
        )


def after_response(step: WrittenStep, answered: Span, *, is_strategy: bool) -> Diagnostic:
    """Return the fault of a form behind an answer; `is_strategy` when it is the handler's `response` that answers."""
    by_strategy = "write `response: modal`, or leave the strategy to `auto`"
    if answered == step.key:
        return Diagnostic(
            slug="modal-after-response",
            span=step.key,
            headline=f"`{step.name}` can't open a form here a second time: the first one was the response",
            why=_FIRST,
            fix="come here once, or reply with a button that opens it",
        )
    return Diagnostic(
        slug="modal-after-response",
        span=step.key,
        headline=f"`{step.name}` can't open a form here: an answer has been given before it",
        why=_FIRST,
        fix=by_strategy if is_strategy else "open the form first, or reply with a button that opens it",
        marks=(Mark(answered, "the first response is spent here"),),
    )


def after_slow(step: WrittenStep, slow: Span) -> Diagnostic:
    """Return the fault of a form behind a slow step, which has to be preceded by a spinner."""
    return Diagnostic(
        slug="modal-after-slow",
        span=step.key,
        headline=f"`{step.name}` can't open a form here: a slow step before it may take longer than Discord waits",
        why=_FIRST,
        fix=f"move the slow step behind the form, into the steps of the modal `{modal_of(step)}`",
        marks=(Mark(slow, "the slow step"),),
    )


def from_modal(step: WrittenStep, form: Span) -> Diagnostic:
    """Return the fault of a form that a submitted form opens; `form` is where that one is defined."""
    return Diagnostic(
        slug="modal-from-modal",
        span=step.key,
        headline=f"`{step.name}` can't open a form here: a submitted form can't open another one",
        why="Discord takes a form from a command, a button or a select (Discord docs, Interaction Callback Type)",
        fix="put a button between the two: reply with one that opens the second form",
        marks=(Mark(form, "these steps run when this form is submitted"),),
    )


def not_promised(span: Span, response: Span, *, is_answer: bool) -> Diagnostic:
    """Return the fault of a path that opens no form under `response: modal`.

    `span` is what answers first there (`is_answer`), or else where the path ends.
    """
    return Diagnostic(
        slug="modal-promised",
        span=span,
        headline="this answers first, and no form" if is_answer else "a path ends here, and no form has opened",
        why="an interaction takes one first response (Discord docs, Receiving and Responding)",
        fix="open the form on this path too, or leave the strategy to `auto`",
        marks=(Mark(response, "`modal` promises that every path opens a form first"),),
    )
