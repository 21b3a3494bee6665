"""The files that a message brings along: those beside the config are there already, the others are written in a run."""

import io
from collections.abc import Callable, Mapping, Sequence
from pathlib import PurePath
from typing import Any, Final, cast

from runner.actions.action import FailureKind, StepFailed
from runner.compile.bodies import Hole, Json, body_renderer, leaf, present
from runner.compile.program import Prepared
from runner.config.document import File, Picture
from runner.messages import FileContent, SentFile
from runner.templates.values import is_list, is_mapping

CSV_ROWS_MAX: Final = 10_000
"""How many rows a table in a file may have."""

_FORMULA: Final = ("=", "+", "-", "@", "\t", "\r")
"""What a spreadsheet takes for a formula if a text begins with it."""


def file_part(written: File, content_of: Callable[[File], bytes]) -> Any:  # Any: a file, or the hole for one
    """Return a file, or the hole for it where anything of it is known only in a run."""
    about = present(description=leaf(written.description), is_spoiler=leaf(written.spoiler), name=leaf(written.name))
    if written.attachment is not None:
        return _made(SentFile, {**about, "attachment_id": leaf(written.attachment)})
    if written.path is not None:
        return _made(FileContent, {"name": PurePath(written.path).name, **about, "content": content_of(written)})
    content = leaf(written.text, _encoded) if written.text is not None else leaf(written.csv, table)
    return _made(FileContent, {**about, "content": content})


def picture_part(written: Picture, content_of: Callable[[Picture], bytes]) -> FileContent | SentFile | Prepared:
    """Return a picture, or what makes it in a run."""
    if written.attachment is None:
        return FileContent(name=PurePath(written.path or "").name, content=content_of(written))
    made = _made(SentFile, {"attachment_id": leaf(written.attachment)})
    return Prepared(made.render) if isinstance(made, Hole) else cast(SentFile, made)


def _made(kind: Callable[..., FileContent | SentFile], values: Json) -> object:
    render = body_renderer(values)
    return kind(**values) if render is None else Hole(lambda context: kind(**render(context)))


def _encoded(text: str) -> bytes:
    return text.encode("utf-8", "replace")


def table(rows: object) -> bytes:
    """Return a list of mappings, or of lists, as CSV in UTF-8; the names that mappings have are its first line.

    What a spreadsheet would calculate is told apart as text, because users may have typed it. Raises `StepFailed` for
    anything else than a list, and for one that is too long.
    """
    if not is_list(rows):
        reason = "a file's `csv` takes a list of records, or of other mappings or lists"
        raise StepFailed(reason, kind=FailureKind.INVALID)
    if len(rows) > CSV_ROWS_MAX:
        raise StepFailed(f"a file's `csv` takes at most {CSV_ROWS_MAX} rows", kind=FailureKind.INVALID)
    import csv  # few bots write tables

    written = io.StringIO(newline="")
    writer = csv.writer(written)
    names = list(dict.fromkeys(str(name) for row in rows if is_mapping(row) for name in row))
    if names:
        writer.writerow(map(_cell, names))
    writer.writerows([_cell(value) for value in _values(row, names)] for row in rows)
    return _encoded(written.getvalue())


def _values(row: object, names: Sequence[str]) -> Sequence[object]:
    if is_mapping(row):
        found: Mapping[object, object] = row
        return [found.get(name, "") for name in names]
    return row if is_list(row) else [row]


def _cell(value: object) -> object:
    if value is None or isinstance(value, (bool, int, float)):
        return value
    text = str(value)
    return f"'{text}" if text.startswith(_FORMULA) else text
