"""`test`: play scenario files on the local Discord."""

import gc
import os
import sys
from collections.abc import Mapping
from pathlib import Path
from types import SimpleNamespace
from typing import TYPE_CHECKING

from runner.build import Built
from runner.cli.calls import CALL_AT_FAULT, CONFIG_AT_FAULT, FINE, built_from, failed, show
from runner.validation import form_for

if TYPE_CHECKING:
    import argparse

SAYS = "play scenario files on the local Discord, in virtual time"


def add_arguments(parser: "argparse.ArgumentParser") -> None:
    """Say what may stand behind the verb."""
    parser.add_argument(
        "paths", type=Path, nargs="*", default=[Path()], help="scenario files, folders with *.scenario.yaml, or bots"
    )
    parser.add_argument("--format", choices=("text", "json", "github", "junit"), default="text")
    parser.add_argument("-k", dest="pattern", default="", help="only scenarios whose names contain this")
    parser.add_argument(
        "--jobs", type=_jobs, metavar="N", help="how many files are played at once; two for each core if left out"
    )


def _jobs(text: str) -> int:
    import argparse

    if not text.isdecimal() or int(text) < 1:
        raise argparse.ArgumentTypeError("a whole number, 1 or more")
    return int(text)


def do(parsed: SimpleNamespace) -> int:
    """Play scenario files and report. Returns the exit code."""
    from runner.scenarios.found import NoScenarios, scenario_files
    from runner.scenarios.processes import begin_to_load, usual_jobs

    try:
        files = scenario_files(parsed.paths)
    except NoScenarios as fault:
        return failed(CALL_AT_FAULT, str(fault))
    jobs = min(parsed.jobs or usual_jobs(), len(files))
    if jobs > 1:
        begin_to_load()  # beside this process, which has as much to load
    from runner.scenarios.coverage import merged
    from runner.scenarios.files import play_files
    from runner.scenarios.report import render_github, render_json, render_junit, render_text

    gc.freeze()  # what has been imported stays, and need not be walked behind every scenario
    outcome = play_files(files, parsed.pattern, _built_in, jobs)
    if outcome.diagnostics:
        refused = Built(None, list(outcome.diagnostics), outcome.sources)
        show({Path(): refused}, form_for(sys.stderr, os.environ), sys.stderr)
    render = {"text": render_text, "json": render_json, "github": render_github, "junit": render_junit}[parsed.format]
    is_whole = not parsed.pattern and outcome.played  # of a part of them nobody expects to reach everything
    coverage = merged(each.report() for each in outcome.coverages.values()) if is_whole else None
    print(render(outcome.played, coverage), end="")
    return FINE if outcome.is_fine else CONFIG_AT_FAULT


def _built_in(file: Path, environment: Mapping[str, str]) -> Built:
    """Build a config with another environment; a function that other processes can import."""
    return built_from(file, environment=environment)
