"""`validate`: check files without running anything, and repair what can be repaired."""

import os
import sys
from collections.abc import Mapping
from pathlib import Path
from types import SimpleNamespace
from typing import TYPE_CHECKING

from runner.build import Built
from runner.cli.calls import CALL_AT_FAULT, CONFIG_AT_FAULT, FINE, WORLD_AT_FAULT, built_from, failed, show
from runner.config.include import ReadFile
from runner.targets import STANDARD_INPUT, discovered, read_bounded, reader_of, targets
from runner.validation import COLORS, FORMATS, form_for, passes, step_summary, summary

if TYPE_CHECKING:
    import argparse

SAYS = "check files without running anything"


def add_arguments(parser: "argparse.ArgumentParser") -> None:
    """Say what may stand behind the verb."""
    parser.add_argument("files", type=Path, nargs="*", metavar="FILE", help="files, folders, or - for standard input")
    parser.add_argument(
        "--format", choices=FORMATS, default="auto", help="auto is github in its workflows, and text elsewhere"
    )
    parser.add_argument("--strict", action="store_true", help="warnings fail, too")
    parser.add_argument("--fix", action="store_true", help="repair what can be repaired without doubt, and show it")
    parser.add_argument("--diff", action="store_true", help="show what --fix would do, and write nothing")
    parser.add_argument(
        "--summary", action="store_true", help="of a sound file: the permissions and intents it needs, its invite link"
    )
    parser.add_argument("--color", choices=COLORS, default="auto")
    parser.add_argument(
        "--stdin-filename", type=Path, default=Path("<stdin>"), metavar="NAME", help="what standard input is called"
    )


def do(parsed: SimpleNamespace) -> int:
    """Check files, repair what can be repaired if that is asked for, and report. Returns the exit code."""
    if parsed.fix and STANDARD_INPUT in parsed.files:
        return failed(CALL_AT_FAULT, "standard input can't be repaired in place; --diff shows what would be done")
    files: list[Path] = _named(parsed)
    read: ReadFile = read_bounded
    if STANDARD_INPUT in files:
        files = [parsed.stdin_filename if file == STANDARD_INPUT else file for file in files]
        read = reader_of(sys.stdin.buffer, parsed.stdin_filename)
    try:
        results = {file: _checked(file, read, parsed) for file in files}
    except OSError as fault:
        return failed(WORLD_AT_FAULT, f"{fault.filename} can't be written: {fault.strerror}")
    form = form_for(sys.stdout, os.environ, name=parsed.format, color=parsed.color)
    show(results, form, sys.stdout)
    if form.name == "github":
        _summarise(results)
    if parsed.summary and form.name == "text":
        print("".join(summary(file, built) for file, built in results.items()), end="")
    return FINE if passes(results.values(), strict=parsed.strict) else CONFIG_AT_FAULT


def _checked(file: Path, read: ReadFile, parsed: SimpleNamespace) -> Built:
    """Build a file, repaired if that was asked for. Raises `OSError` for one that can't be written."""
    built = built_from(file, read, is_tried=True)
    if not (parsed.fix or parsed.diff) or not built.sources:
        return built
    from runner.fixes import repaired

    repair = repaired(file, read(file), lambda content: built_from(file, _reading(file, content, read), is_tried=True))
    if repair is None:
        return built
    print(repair.difference, end="", file=sys.stdout if parsed.format in ("auto", "text") else sys.stderr)
    if parsed.diff:
        return built
    repair.write()
    return repair.built


def _reading(file: Path, content: bytes, read: ReadFile) -> ReadFile:
    """Return what reads one file as `content` and the others as they are."""
    return lambda path: content if path == file else read(path)


def _named(parsed: SimpleNamespace) -> list[Path]:
    return targets(parsed.files or [discovered(os.environ, Path.cwd())])


def _summarise(results: Mapping[Path, Built]) -> None:
    """Write the faults where GitHub shows them under the job; a place that can't be written costs only that."""
    if path := os.environ.get("GITHUB_STEP_SUMMARY"):
        try:
            with Path(path).open("a", encoding="utf-8") as file:
                file.write(step_summary(results))
        except OSError as fault:
            print(f"lifecycle-runner: the step summary can't be written: {fault.strerror}", file=sys.stderr)
