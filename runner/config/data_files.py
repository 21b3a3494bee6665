"""`data:` files that templates read: YAML, JSON or CSV, read with the config and reloaded with it."""

import io
import json
from collections.abc import Callable, Iterator
from dataclasses import field
from pathlib import Path
from typing import Any, Final, cast

from runner.config import source
from runner.config.include import ReadFile
from runner.config.source import Mapping, Scalar
from runner.config.source.compose import MAX_DEPTH
from runner.data import dataclass
from runner.diagnostics import Diagnostic, Span

SECTION: Final = "data"

VALUES_MAX: Final = 200_000
"""How many values one data file may hold, as many as a config."""

_BAD: Final = "bad-data"
_TOO_DEEP: Final = f"lists and mappings are nested more than {MAX_DEPTH} deep"

Faults = list[Diagnostic]


@dataclass(slots=True)
class DataFiles:
    """What the data files say by name, the faults in them, and their texts by file."""

    values: dict[str, object] = field(default_factory=dict[str, object])
    diagnostics: Faults = field(default_factory=Faults)
    sources: dict[str, str] = field(default_factory=dict[str, str])


def read_data(root: Mapping, read: ReadFile) -> DataFiles:
    """Read the files under `data:`, each relative to the file that names it. Nothing is raised for a bad one."""
    found = DataFiles()
    section = root.get(SECTION)
    for name, entry in section.entries.items() if isinstance(section, Mapping) else ():
        if isinstance(entry.value, Scalar) and isinstance(entry.value.value, str):
            _read_one(name, entry.value, read, found)
    return found


def _read_one(name: str, named: Scalar, read: ReadFile, found: DataFiles) -> None:
    file = Path(named.source.file).parent / str(named.value)
    parse = _FORMATS.get(file.suffix.lower())
    if parse is None:
        found.diagnostics.append(_unknown_format(named))
        return
    try:
        content = read(file)
    except OSError as error:
        found.diagnostics.append(_missing(named, error))
        return
    found.sources[str(file)] = content.decode("utf-8", "replace").removeprefix("\ufeff")
    value = parse(content, str(file), found.diagnostics)
    if value is not None:
        found.values[name] = value


def _yaml(content: bytes, file: str, faults: Faults) -> object:
    parsed = source.parse_any(content, file)
    faults += parsed.diagnostics
    return None if parsed.root is None else _frozen(source.plain(parsed.root))


def _json(content: bytes, file: str, faults: Faults) -> object:
    text = source.decode(content, file)
    if isinstance(text, Diagnostic):
        faults.append(text)
        return None
    try:
        value = _frozen(json.loads(text.text, object_pairs_hook=_without_duplicates, parse_constant=_no_constant))
    except json.JSONDecodeError as error:
        said = f"{error.msg[:1].lower()}{error.msg[1:]}"
        faults.append(_bad(text.span(error.pos, error.pos + 1), f"this is no JSON: {said}"))
    except ValueError as error:
        faults.append(_bad(text.span(0, 1), f"this is no data: {error}"))
    except RecursionError:
        faults.append(_bad(text.span(0, 1), _TOO_DEEP))
    else:
        return _bounded(value, text.span(0, 1), faults)
    return None


def _csv(content: bytes, file: str, faults: Faults) -> object:
    """Return the rows as mappings from the names in the first line to texts."""
    import csv  # few bots read tables

    text = source.decode(content, file)
    if isinstance(text, Diagnostic):
        faults.append(text)
        return None
    lines = csv.reader(io.StringIO(text.text, newline=""), delimiter=_delimiter(text.text), strict=True)
    try:
        names, *rows = [(lines.line_num, line) for line in lines if line] or [(1, [])]
    except csv.Error as error:
        faults.append(_bad(Span(file, lines.line_num, 1, lines.line_num, 2), f"this is no CSV: {error}"))
        return None
    found = list(_csv_faults(file, names[1], rows))
    faults += found
    return None if found else tuple(dict(zip(names[1], row, strict=True)) for _, row in rows)


def _delimiter(text: str) -> str:
    """Return what separates the names in the first line: spreadsheets write what is usual in their country."""
    first = text.partition("\n")[0]
    return max(",;\t", key=first.count)


def _csv_faults(file: str, names: list[str], rows: list[tuple[int, list[str]]]) -> Iterator[Diagnostic]:
    first = Span(file, 1, 1, 1, 2)
    if not names or not all(name.strip() for name in names):
        yield _bad(first, "the first line names the columns, and a name is missing")
    elif len(set(names)) < len(names):
        yield _bad(first, "the first line names a column twice")
    for line, row in rows:
        if len(row) != len(names):
            headline = f"this line has {len(row)} value{'s' * (len(row) != 1)}, and the first one names {len(names)}"
            yield _bad(Span(file, line, 1, line, 2), headline)
            return
    if len(rows) * len(names) > VALUES_MAX:
        yield _too_many(first)


_FORMATS: Final[dict[str, Callable[[bytes, str, Faults], object]]] = {
    ".yaml": _yaml,
    ".yml": _yaml,
    ".json": _json,
    ".csv": _csv,
    ".tsv": _csv,
}


def _without_duplicates(pairs: list[tuple[str, object]]) -> dict[str, object]:
    made = dict(pairs)
    if len(made) < len(pairs):
        names = [name for name, _ in pairs]
        raise ValueError(f"`{next(name for name in names if names.count(name) > 1)}` is in one mapping twice")
    return made


def _no_constant(name: str) -> object:
    raise ValueError(f"`{name}` is no number in JSON")


def _frozen(value: object, depth: int = 0) -> object:
    """Return the value with tuples for lists, as everything in a config has them. Raises ValueError."""
    if depth > MAX_DEPTH:
        raise ValueError(_TOO_DEEP)
    if isinstance(value, list):
        return tuple(_frozen(item, depth + 1) for item in cast(list[object], value))
    if isinstance(value, dict):
        # Any: JSON
        return {name: _frozen(item, depth + 1) for name, item in cast(dict[str, Any], value).items()}
    return value


def _bounded(value: object, span: Span, faults: Faults) -> object:
    if _count(value) <= VALUES_MAX:
        return value
    faults.append(_too_many(span))
    return None


def _count(value: object) -> int:
    if isinstance(value, tuple):
        return 1 + sum(_count(item) for item in cast(tuple[object, ...], value))
    if isinstance(value, dict):
        return 1 + sum(_count(item) for item in cast(dict[str, object], value).values())
    return 1


def _bad(span: Span, headline: str) -> Diagnostic:
    why = "templates would read something else than was meant, or nothing"
    return Diagnostic(slug=_BAD, span=span, headline=headline, why=why, fix="correct the file at this place")


def _too_many(span: Span) -> Diagnostic:
    return Diagnostic(
        slug="too-much-data",
        span=span,
        headline=f"this file has more than {VALUES_MAX} values",
        why="the number is bounded so that no file can exhaust the program that reads it",
        fix="leave out what the bot doesn't read",
    )


def _missing(named: Scalar, error: OSError) -> Diagnostic:
    return Diagnostic(
        slug="missing-data",
        span=named.span,
        headline=f"`{named.value}` can't be read: {(error.strerror or 'it is not a file').lower()}",
        why="templates that read it would find nothing",
        fix="correct the name, which is relative to this file, or remove it",
    )


def _unknown_format(named: Scalar) -> Diagnostic:
    return Diagnostic(
        slug="unknown-data-format",
        span=named.span,
        headline=f"nobody can tell what is in `{named.value}`",
        why="the ending of its name says what a file holds",
        fix="name a file that ends in .yaml, .json, .csv or .tsv",
    )
