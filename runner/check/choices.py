"""What can be chosen, how much of it, and what is chosen from the start: of fields of forms, and of selects.

Source of all: Discord docs, Components: Component Reference.
"""

from collections.abc import Iterator
from typing import Final, cast

from runner.config.document import FormField, Select
from runner.config.entry_places import Places
from runner.diagnostics import Diagnostic, Mark, Span
from runner.fields import Entry
from runner.templates.values import is_list

_REFERENCE: Final = "(Discord docs, Component Reference)"


Chooser = FormField | Select
"""What values are chosen in."""


def has_options(places: Places, chooser: Chooser, least: int, most: int) -> Iterator[Diagnostic]:
    """Yield a fault where a list of options has too few or too many."""
    options = chooser.options
    if not options and not places.has(chooser, "options"):
        yield _fault(
            "missing-options",
            places.value(chooser),
            "there is nothing to choose from",
            f"it needs {least} to {most} options {_REFERENCE}",
            "add `options:`, each a value and its label",
        )
    elif options and not least <= len(options) <= most:
        yield _fault(
            "number-of-options",
            places.key(chooser, "options"),
            f"this takes {least} to {most} options; here {'is' if len(options) == 1 else 'are'} {len(options)}",
            f"Discord refuses the whole of it then {_REFERENCE}",
            "add some" if len(options) < least else f"remove {len(options) - most}",
        )


def without_effect(places: Places, entry: Entry, key: str, what: str, goes_with: str) -> Diagnostic:
    """Return the fault of a key that does nothing for `what`; it would for what it `goes_with`."""
    return _fault(
        "component-key-without-effect",
        places.key(entry, key),
        f"`{key}` does nothing for {what}",
        f"it goes with {goes_with} {_REFERENCE}",
        "remove it",
    )


def check_numbers(places: Places, chooser: Chooser, bound: int) -> Iterator[Diagnostic]:
    """Yield a fault where nobody could choose as many values as are asked for; Discord takes at most `bound`."""
    least, most = chooser.min_values, chooser.most
    offered = len(chooser.options) or bound
    if chooser.max_values is not None and chooser.max_values > offered:
        yield _fault(
            "more-than-offered",
            places.key(chooser, "max_values"),
            f"`max_values` is {chooser.max_values}, and there are {offered} to choose from",
            f"Discord refuses the whole of it then {_REFERENCE}",
            f"write {offered}, or leave it out",
        )
    elif least is not None and least > most:
        yield _fault(
            "empty-choice-range",
            places.key(chooser, "min_values"),
            f"nobody can choose at least {least} and at most {most}",
            f"Discord refuses the whole of it then {_REFERENCE}",
            f"add `max_values: {least}`" if chooser.max_values is None else "swap `min_values` and `max_values`",
            *_marks(places, chooser, "max_values", "the other end"),
        )


def check_defaults(places: Places, chooser: Chooser) -> Iterator[Diagnostic]:
    """Yield a fault for what is chosen from the start and can't be: more than may be, or what is not on offer."""
    chosen = [name for name, choice in chooser.options.items() if cast(object, choice.default) is True]
    listed = cast(object, chooser.default_values)  # a template may stand for it
    values = {index: value for index, value in enumerate(listed) if isinstance(value, str)} if is_list(listed) else {}
    for index, value in values.items():
        if chooser.options and value not in chooser.options:
            yield _fault(
                "default-not-offered",
                places.value(chooser, "default_values", index),
                f"`{value[:60]}` is not among the options",
                "what is chosen from the start is one of them",
                "write the value of an option, not its label",
                *_marks(places, chooser, "options", "the options"),
            )
    count = len({*chosen, *values.values()})
    if count > chooser.most:
        key = "default_values" if values else "options"
        yield _fault(
            "too-many-defaults",
            places.key(chooser, key),
            f"{count} are chosen from the start, and at most {chooser.most} can be",
            f"Discord refuses the whole of it then {_REFERENCE}",
            "choose one" if chooser.type == "radio_group" else f"choose fewer, or write `max_values: {count}`",
        )


def _marks(places: Places, entry: Entry, key: str, label: str) -> tuple[Mark, ...]:
    return (Mark(places.key(entry, key), label),) if places.has(entry, key) else ()


def _fault(slug: str, span: Span, headline: str, why: str, fix: str, *marks: Mark) -> Diagnostic:
    return Diagnostic(slug=slug, span=span, headline=headline, why=why, fix=fix, marks=marks)
