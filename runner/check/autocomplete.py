"""What is suggested while users type: values that the option takes, each with a label of its own.

Source: Discord docs, Application Commands, Application Command Option Structure and Autocomplete.
"""

from collections.abc import Iterator

from runner.check.numbers import as_number
from runner.config.document import Option, RecordSuggestions
from runner.config.load import Config
from runner.config.suggestion import suggestion
from runner.diagnostics import Diagnostic, Mark, Span
from runner.fields import Suggestions
from runner.lifecycle import limits

_OPTIONS = "(Discord docs, Application Commands)"

_TYPES = ("string", "integer", "number")  # with any other type it has no effect, which is a fault of its own
_NUMBERS = ("integer", "number", "time")
_Path = tuple[str, ...]


def check_autocomplete(config: Config) -> Iterator[Diagnostic]:
    """Yield a fault for each suggestion that Discord, or the option itself, would not take."""
    for names, command in config.commands():
        for option, declared in command.options.items():
            path = ("commands", " ".join(names), "options", option)
            written = declared.autocomplete
            if written is None or declared.type not in _TYPES:
                continue
            yield from _beside_choices(config, path, declared)
            if isinstance(written, Suggestions):
                yield from _labels(config, path, written)
                yield from _values(config, path, declared, written)
            elif isinstance(written, RecordSuggestions):
                yield from _records(config, path, declared, written)


def _fault(slug: str, span: Span, headline: str, why: str, fix: str, *marks: Mark) -> Diagnostic:
    return Diagnostic(slug=slug, span=span, headline=headline, why=why, fix=fix, marks=marks)


def _beside_choices(config: Config, path: _Path, declared: Option) -> Iterator[Diagnostic]:
    if declared.choices:
        yield _fault(
            "choices-and-autocomplete",
            config.key(*path, "autocomplete"),
            "`autocomplete` suggests values beside `choices`, which leave none but themselves",
            f"an option has one or the other {_OPTIONS}",
            "remove one of them",
            Mark(config.key(*path, "choices"), "the choices"),
        )


def _labels(config: Config, path: _Path, suggestions: Suggestions) -> Iterator[Diagnostic]:
    first: dict[str, int] = {}
    for index, (_, label) in enumerate(suggestions.listed):
        if first.setdefault(label, index) != index:
            yield _fault(
                "same-label",
                _place(config, path, suggestions, index),
                f"two suggestions are called “{label}”",
                "users could not tell them apart",
                "give each a label of its own, or remove one",
                Mark(_place(config, path, suggestions, first[label]), "the first one"),
            )


def _values(config: Config, path: _Path, declared: Option, suggestions: Suggestions) -> Iterator[Diagnostic]:
    for index, (value, _) in enumerate(suggestions.listed):
        if (misfit := _misfit(declared, value)) is not None:
            headline, fix = misfit
            yield _fault(
                "invalid-suggestion",
                _place(config, path, suggestions, index),
                f"the suggestion `{str(value)[:60]}` {headline}",
                "Discord would not let anybody send it",
                fix,
            )


def _misfit(declared: Option, value: str | float) -> tuple[str, str] | None:
    """Return why the option does not take a value, and what to do; None if it does."""
    if declared.type == "string":
        return _misfit_of_length(declared, len(str(value)))
    whole = declared.type == "integer"
    number = as_number(str(value), whole=whole)
    if number is None:
        return f"is no {'whole ' * whole}number", "write numbers, or make the type `string`"
    low, high = declared.min, declared.max
    if (low is not None and number < low) or (high is not None and number > high):
        return "is out of the option's own bounds", "remove it, or widen `min` and `max`"
    return None


def _misfit_of_length(declared: Option, length: int) -> tuple[str, str] | None:
    least, most = declared.min_length or 0, declared.max_length
    if length > limits.CHOICE_VALUE_MAX:
        return f"is longer than {limits.CHOICE_VALUE_MAX} characters", "shorten it; a label may say more"
    if length < least or (most is not None and length > most):
        return "is out of the option's own bounds", "remove it, or widen `min_length` and `max_length`"
    return None


def _records(config: Config, path: _Path, declared: Option, written: RecordSuggestions) -> Iterator[Diagnostic]:
    defined, place = config.written_names("records"), (*path, "autocomplete")
    if written.records not in defined:
        yield _fault(
            "undefined-records",
            config.value(*place, "records"),
            f"there is no table of records `{written.records}`",
            "what nobody has declared is not kept",
            suggestion(written.records, defined) or f"define `{written.records}:` under `records:`",
        )
    table = config.declared.records.get(written.records)
    field = written.value_field
    kind = "integer" if field == "id" else table.fields[field].kind if table and field in table.fields else None
    if declared.type != "string" and kind is not None and kind not in _NUMBERS:
        yield _fault(
            "invalid-suggestion",
            config.value(*place, "value" if written.value else "match"),
            f"`{field}` is no number, and the option takes numbers",
            "nothing could be suggested",
            "name a field with numbers as `value:`, or make the type `string`",
        )


def _place(config: Config, path: _Path, suggestions: Suggestions, index: int) -> Span:
    """Return where a suggestion is written: an item of a list, or a key with its label."""
    if config.has(*path, "autocomplete", index):
        return config.value(*path, "autocomplete", index)
    return config.key(*path, "autocomplete", str(suggestions.listed[index][0]))
