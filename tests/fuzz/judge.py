"""What must be so of every file, whatever its bytes."""

import resource
import time
from dataclasses import dataclass
from pathlib import Path

from runner.actions.action import load_actions
from runner.build import Built, build
from runner.config.include import Pattern
from runner.config.source import Source
from runner.diagnostics import Diagnostic, Severity, in_order
from runner.diagnostics.reports import render_github, render_json, render_sarif, render_step_summary
from runner.diagnostics.text import render_text
from runner.fixes import repaired

SLOW_S = 5.0
"""CPU seconds to build and report a file after which it is slow: every bound lies far below, on a busy machine too."""

MANY_LINES = 200
"""Lines from which on a file may need more repairs than one run makes."""

_ACTIONS = load_actions()
_NAME = Path("bot.yaml")


@dataclass(frozen=True, slots=True)
class Verdict:
    """What was wrong, or nothing; and the slugs that the file had."""

    wrong: str
    slugs: frozenset[str]


def judged(data: bytes) -> Verdict:
    """Build, report and repair a file, and say what of that must not be. An exception is for the caller to report."""
    started = time.process_time()
    built = built_from(data)
    slugs = frozenset(fault.slug for fault in built.diagnostics)
    _render(built)
    took = time.process_time() - started
    wrong = _inconsistent(built, data) or _repair(data)
    if not wrong and took > SLOW_S:
        wrong = f"it took {took:.1f} s"
    return Verdict(wrong, slugs)


def built_from(data: bytes) -> Built:
    """Build a config of one file, with nothing in the environment."""

    def read(path: Path) -> bytes:
        if path != _NAME:
            raise FileNotFoundError(2, "No such file or directory")
        return data

    def find(pattern: Pattern) -> list[Path]:
        return [_NAME] if pattern.text.startswith("*") else []

    return build(_NAME, read, {}, _ACTIONS, find=find)


def _render(built: Built) -> None:
    found = in_order(built.diagnostics)
    render_text(found, built.sources, color=True)
    render_text(found, built.sources, color=False, ascii_only=True).encode("ascii")
    for machine in (render_json(found), render_sarif(found, "1")):
        machine.encode("ascii")
    render_github(found)
    render_step_summary(found)


def _inconsistent(built: Built, data: bytes) -> str:
    errors = [fault for fault in built.diagnostics if fault.severity is Severity.ERROR]
    if (built.program is None) is not bool(errors):
        return "a program with errors, or none without"
    source = Source("bot.yaml", data.decode("utf-8", "replace").removeprefix("\ufeff"))
    return next((said for fault in built.diagnostics if (said := _misplaced(fault, source))), "")


def _misplaced(fault: Diagnostic, source: Source) -> str:
    if not fault.headline or not fault.fix:
        return f"{fault.slug} says nothing, or no repair"
    for span in (fault.span, *(mark.span for mark in fault.marks), *(edit.span for edit in fault.edits)):
        if not 1 <= span.line <= span.end_line <= len(source.line_starts) or min(span.column, span.end_column) < 1:
            return f"{fault.slug} stands nowhere: {span}"
    return ""


def _repair(data: bytes) -> str:
    """A repair must leave nothing to repair, and no fewer programs than there were."""
    repair = repaired(_NAME, data, built_from)
    if repair is None:
        return ""
    if built_from(data).program is not None and repair.built.program is None:
        return "a repair broke it"
    again = repaired(_NAME, repair.content, built_from) if data.count(b"\n") < MANY_LINES else None
    return "" if again is None else "a second repair found something to do"


def peak_mib() -> float:
    """Return the most memory that this process has held, in MiB."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
