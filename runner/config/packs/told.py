"""Faults in a pack as people read them: in its own file, in its own words, and with where it is used.

While a config is checked, each use of a pack has files and names of its own, so that nothing is mixed up.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace

from runner.data import dataclass
from runner.diagnostics import Diagnostic, Edit, Mark, Span


@dataclass(frozen=True, slots=True)
class Place:
    """What a file of one use of a pack really is: its name, what the pack is called, and where it is used."""

    file: str
    qualifier: str
    use: Span


Places = Mapping[str, Place]
"""What the files of packs really are, by what they are called while a config is checked."""


def told(found: Iterable[Diagnostic], places: Places) -> list[Diagnostic]:
    """Return the faults for people. What is wrong in a file that is used several times is said once."""
    if not places:
        return list(found)
    said = (_told(fault, places) for fault in found)
    return list({(fault.slug, fault.span, fault.headline): fault for fault in reversed(list(said))}.values())[::-1]


def texts_told(texts: Mapping[str, str], places: Places) -> dict[str, str]:
    """Return the texts of files by what those are really called."""
    return {places[name].file if name in places else name: text for name, text in texts.items()}


def _told(fault: Diagnostic, places: Places) -> Diagnostic:
    place = places.get(fault.span.file)
    marks = tuple(replace(mark, span=_span(mark.span, places)) for mark in fault.marks)
    if place is None:
        return replace(fault, marks=marks) if marks else fault
    own = re.compile(rf"(?<![\w.-]){re.escape(place.qualifier)}\.(?=\w)")
    return replace(
        fault,
        span=_span(fault.span, places),
        headline=own.sub("", fault.headline),
        why=own.sub("", fault.why),
        fix=own.sub("", fault.fix),
        marks=(*marks, *_uses(fault.span.file, places)),
        edits=tuple(Edit(_span(edit.span, places), own.sub("", edit.text)) for edit in fault.edits),
    )


def _uses(file: str, places: Places) -> Iterator[Mark]:
    """Yield where the pack of a file is used, then where the pack that does so is used, and so on."""
    while (place := places.get(file)) is not None:
        yield Mark(_span(place.use, places), f"used here as `{place.qualifier.rpartition('.')[2]}`")
        file = place.use.file


def _span(span: Span, places: Places) -> Span:
    place = places.get(span.file)
    return span if place is None else replace(span, file=place.file)
