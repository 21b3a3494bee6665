"""The one function that `validate`, start and reload share: a file in, a program and its faults out."""

import time
from collections.abc import Callable, Mapping
from dataclasses import field, replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from runner.check.joint import joint
from runner.check.names import UNUSED_NAME
from runner.check.needs import Needs, needs_of
from runner.check.rules import check
from runner.compile import Program, compile_program
from runner.config.ignores import UNUSED_IGNORE, without_ignored
from runner.config.include import FindFiles, Pattern, ReadFile, nothing_found
from runner.config.load import Loaded, has_errors, load
from runner.config.schema import Actions
from runner.config.source import Sequence, Size
from runner.data import dataclass
from runner.diagnostics import Diagnostic
from runner.templates import RecentTemplates

if TYPE_CHECKING:
    from runner.config.packs.told import Place

Build = Callable[[ReadFile, FindFiles, int], "Built"]
"""Builds one config: with functions that read and find files, and with the generation that the program shall have."""


@dataclass(frozen=True, slots=True)
class Built:
    """The program, or None when there are errors; all diagnostics; the text of each file, for excerpts.

    `patterns` are those of included files: one that comes to match belongs to the config. `data_files` names those of
    the files that hold data and no keys. `needs` is what the program needs of Discord; None without one. `sizes` are
    those of the files that have keys, packs apart; `joint` is what rules look at in several handlers together.
    """

    program: Program | None
    diagnostics: list[Diagnostic]
    sources: Mapping[str, str]
    patterns: tuple[Pattern, ...] = ()
    data_files: frozenset[str] = frozenset()
    needs: Needs | None = None
    sizes: Mapping[str, Size] = field(default_factory=dict[str, Size])
    joint: object = None


def build(
    path: Path,
    read: ReadFile,
    environment: Mapping[str, str],
    actions: Actions,
    generation: int = 1,
    *,
    find: FindFiles = nothing_found,
    clock: Callable[[], float] = time.time,
    templates: RecentTemplates | None = None,
    is_tried: bool = False,
) -> Built:
    """Read, validate, check and compile the config at `path`. There is no partial result: errors refuse all of it.

    A handler of the program is compiled when it is asked for, so whoever builds in a thread completes it there.
    `clock` gives the time in Unix seconds, for what can't be there yet. `templates` are those that were read before,
    and get those that are read now. With `is_tried`, the file may be a pack that no bot uses: it is checked with its
    defaults and with samples, and its program is not to run.
    """
    loaded = load(path, read, environment, actions, find, templates=templates, is_tried=is_tried)
    built = _built(path, loaded, generation, clock)
    return built if not loaded.places else _told(built, loaded.places)


def _built(path: Path, loaded: Loaded, generation: int, clock: Callable[[], float]) -> Built:
    if loaded.config is None:
        return Built(None, loaded.diagnostics, loaded.sources, loaded.patterns, loaded.data_files)
    checked = check(loaded.config, clock())
    texts = {name: text for name, text in loaded.sources.items() if name not in loaded.data_files}
    root = loaded.config.root
    nodes = Sequence(root.source, root.start, root.end, (root, *loaded.pack_roots))
    found = without_ignored([*loaded.diagnostics, *checked.diagnostics], nodes, texts)
    if has_errors(found):  # what is broken may be where a name is used, so nothing can be called unused
        found = [item for item in found if item.slug not in (UNUSED_NAME, UNUSED_IGNORE)]
        return Built(None, found, loaded.sources, loaded.patterns, loaded.data_files)
    program = compile_program(loaded.config, checked, generation, _files(path, loaded))
    built = Built(program, found, loaded.sources, loaded.patterns, loaded.data_files)
    return replace(built, needs=needs_of(loaded.config), sizes=loaded.sizes, joint=joint(loaded.config))


def _told(built: Built, places: "Mapping[str, Place]") -> Built:
    """Return what was built of a bot with packs, with its faults and files as people know them.

    What a pack has and doesn't use is its author's to know, who checks it by itself.
    """
    from runner.config.packs.told import texts_told, told  # most bots have no packs

    meant = (item for item in built.diagnostics if item.slug != UNUSED_NAME or item.span.file not in places)
    return replace(built, diagnostics=told(meant, places), sources=texts_told(built.sources, places))


def _files(path: Path, loaded: Loaded) -> Mapping[str, str]:
    """Return the texts that the config was read from, by the names of their files.

    What messages bring along is no text, and stays where it lies.
    """
    brought: Mapping[str, bytes] = {} if loaded.config is None else loaded.config.files
    texts = {name: text for name, text in loaded.sources.items() if name not in brought}
    if not loaded.places:
        return _own_first(path, texts)
    from runner.config.packs.told import texts_told  # most bots have no packs

    return _own_first(path, texts_told(texts, loaded.places))


def _own_first(path: Path, sources: Mapping[str, str]) -> Mapping[str, str]:
    """Return the texts of the files with the one at `path` before those that it includes."""
    return {name: sources[name] for name in sorted(sources, key=lambda name: name != str(path))}


def rebuild(
    files: Mapping[str, str],
    environment: Mapping[str, str],
    actions: Actions,
    generation: int,
    read_other: ReadFile,
) -> Program | None:
    """Build a program of an earlier generation from what was kept of its files; None where that fails.

    The first file is the bot's own. What its texts say is what counts: the environment may be another one by now. What
    messages bring along is read with `read_other`, from where it lies.
    """

    def read(path: Path) -> bytes:
        kept = files.get(str(path))
        return read_other(path) if kept is None else kept.encode()

    root = Path(next(iter(files)))
    program = build(root, read, environment, actions, generation, find=partial(_found_in, files)).program
    if program is not None:
        program.complete()
    return program


def _found_in(files: Mapping[str, str], pattern: Pattern) -> list[Path]:
    """Return which of the files match a pattern, as `found_on_disk` would."""
    inside = [path for path in map(Path, files) if path.is_relative_to(pattern.folder)]
    return sorted(path for path in inside if _matches(path.relative_to(pattern.folder), pattern.text))


def _matches(path: Path, text: str) -> bool:
    is_deep = "**" in text or len(path.parts) == len(Path(text).parts)
    return is_deep and path.match(text.replace("**/", ""))
