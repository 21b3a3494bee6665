"""The one function that `validate`, start and reload share: a file in, a program and its faults out."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from runner.check.names import UNUSED_NAME
from runner.check.rules import check
from runner.compile import Program, compile_program
from runner.config.include import FindFiles, Pattern, ReadFile, nothing_found
from runner.config.ignores import UNUSED_IGNORE, without_ignored
from runner.config.load import has_errors, load
from runner.config.schema import Actions
from runner.diagnostics import Diagnostic


@dataclass(frozen=True, slots=True)
class Built:
    """The program, or None when there are errors; all diagnostics; the text of each file, for excerpts.

    `patterns` are those of included files: one that comes to match belongs to the config. `data_files` names those of
    the files that hold data and no keys.
    """

    program: Program | None
    diagnostics: list[Diagnostic]
    sources: Mapping[str, str]
    patterns: tuple[Pattern, ...] = ()
    data_files: frozenset[str] = frozenset()


def build(
    path: Path,
    read: ReadFile,
    environment: Mapping[str, str],
    actions: Actions,
    generation: int = 1,
    *,
    find: FindFiles = nothing_found,
) -> Built:
    """Read, validate, check and compile the config at `path`. There is no partial result: errors refuse all of it."""
    loaded = load(path, read, environment, actions, find)
    if loaded.config is None:
        return Built(None, loaded.diagnostics, loaded.sources, loaded.patterns, loaded.data_files)
    checked = check(loaded.config)
    texts = {name: text for name, text in loaded.sources.items() if name not in loaded.data_files}
    found = without_ignored([*loaded.diagnostics, *checked.diagnostics], loaded.config.root, texts)
    if has_errors(found):  # what is broken may be where a name is used, so nothing can be called unused
        found = [item for item in found if item.slug not in (UNUSED_NAME, UNUSED_IGNORE)]
        return Built(None, found, loaded.sources, loaded.patterns, loaded.data_files)
    program = compile_program(loaded.config, checked, generation)
    return Built(program, found, loaded.sources, loaded.patterns, loaded.data_files)
