"""Files that lie beside the config, for messages to bring along and for emojis: read with it, and reloaded with it."""

from dataclasses import field
from pathlib import Path
from typing import Final

from runner.config.document import File, Picture
from runner.config.entry_places import Places
from runner.config.include import ReadFile
from runner.config.source import Node
from runner.config.source.decode import MAX_BYTES
from runner.data import dataclass
from runner.diagnostics import Diagnostic

FILES_MAX: Final = 100
"""How many files of its own a config may have: they are kept in memory."""

LOSSLESS: Final = "surrogateescape"
"""How bytes that are no text are read as one, and written as they were."""


@dataclass(slots=True)
class OwnFiles:
    """The contents of the files by their paths, and the faults of those that can't be had."""

    contents: dict[str, bytes] = field(default_factory=dict[str, bytes])
    diagnostics: list[Diagnostic] = field(default_factory=list[Diagnostic])

    @property
    def sources(self) -> dict[str, str]:
        """The contents as those of all files of a config are kept."""
        return {name: content.decode("utf-8", LOSSLESS) for name, content in self.contents.items()}


def read_files(places: Places, read: ReadFile) -> OwnFiles:
    """Read what the messages and the emojis of a config take, each relative to the file that names it."""
    found = OwnFiles()
    entries: tuple[File | Picture, ...] = (*places.entries(File), *places.entries(Picture))
    for entry in entries:
        if entry.path and (node := places.node(entry, "path")) is not None:
            _read_one(str(place_of(node, entry.path)), node, read, found)
    return found


def place_of(node: Node, path: str) -> Path:
    """Return where a file lies that is named at `node`."""
    return Path(node.source.file).parent / path


def _read_one(name: str, node: Node, read: ReadFile, found: OwnFiles) -> None:
    if name in found.contents:
        return
    if len(found.contents) == FILES_MAX:
        found.diagnostics.append(
            _fault("too-many-files", node, f"this is file number {FILES_MAX + 1}", "post a link to some of them")
        )
        return
    try:
        content = read(Path(name))
    except OSError as error:
        said = f"it can't be read: {(error.strerror or 'it is not a file').lower()}"
        found.diagnostics.append(_fault("missing-file", node, said, "correct the name, which is relative to this file"))
        return
    if len(content) > MAX_BYTES:
        said = f"it is larger than {MAX_BYTES // 1024 // 1024} MiB"
        found.diagnostics.append(_fault("file-too-large", node, said, "post a link to it"))
        return
    found.contents[name] = content


_WHY: dict[str, str] = {
    "missing-file": "what needs it would fail each time",
    "file-too-large": "what a message brings along is kept in memory, so that it is there at once",
    "too-many-files": "what a message brings along is kept in memory, so that it is there at once",
}


def _fault(slug: str, node: Node, headline: str, fix: str) -> Diagnostic:
    return Diagnostic(slug=slug, span=node.span, headline=headline, why=_WHY[slug], fix=fix)
