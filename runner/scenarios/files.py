"""All scenarios of some files: read, played, the files side by side in processes."""

import contextlib
import gc
from collections.abc import Callable, Generator, Mapping, Sequence
from dataclasses import field
from functools import partial
from pathlib import Path

from runner.build import Built
from runner.data import dataclass
from runner.diagnostics import Diagnostic, Severity
from runner.emulator.clock import RealClock
from runner.scenarios.coverage import Coverage
from runner.scenarios.document import ScenarioFile
from runner.scenarios.load import LoadedScenarios, bot_of, load_scenarios, maker_of_worlds, world_of
from runner.scenarios.play import play
from runner.scenarios.processes import in_processes
from runner.scenarios.report import Played

BuildBot = Callable[[Path, Mapping[str, str]], Built]
"""Builds the config of a scenario file, with what `${NAME}` stands for."""


@dataclass(slots=True)
class Outcome:
    """What was played, what of each config that reached, and what is wrong with the files and the configs."""

    played: list[Played] = field(default_factory=list[Played])
    diagnostics: list[Diagnostic] = field(default_factory=list[Diagnostic])
    sources: dict[str, str] = field(default_factory=dict[str, str])
    coverages: dict[Path, Coverage] = field(default_factory=dict[Path, Coverage])

    @property
    def is_fine(self) -> bool:
        """Whether every scenario was played and went as expected."""
        has_errors = any(fault.severity is Severity.ERROR for fault in self.diagnostics)
        return not has_errors and all(each.result.failure is None for each in self.played)

    def add(self, other: "Outcome") -> None:
        """Take what became of another file, which is played after those that are in here."""
        self.played += other.played
        self.diagnostics += other.diagnostics
        self.sources |= other.sources
        for bot, coverage in other.coverages.items():
            if bot in self.coverages:
                self.coverages[bot].add(coverage)
            else:
                self.coverages[bot] = coverage


def play_files(files: Sequence[Path], pattern: str, build_bot: BuildBot, jobs: int = 1) -> Outcome:
    """Play the scenarios whose names contain `pattern`, of as many files at once as there are `jobs`.

    With more than one, `build_bot` is a function that other processes can import. What comes out is the same.
    """
    play_one = partial(play_file, pattern=pattern, build_bot=build_bot)
    outcome = Outcome()
    is_alone = min(jobs, len(files)) == 1
    for each in map(play_one, files) if is_alone else in_processes(play_one, files, jobs):
        outcome.add(each)
    return outcome


def play_file(path: Path, pattern: str, build_bot: BuildBot) -> Outcome:
    """Play the scenarios of one file whose names contain `pattern`."""
    loaded = load_scenarios(path, Path.read_bytes)
    outcome = Outcome(diagnostics=list(loaded.diagnostics), sources=dict(loaded.sources))
    if loaded.file is not None and not loaded.diagnostics:
        _play_file(path, loaded, loaded.file, pattern, build_bot, outcome)
    return outcome


def _play_file(
    path: Path, loaded: LoadedScenarios, file: ScenarioFile, pattern: str, build_bot: BuildBot, outcome: Outcome
) -> None:
    bot = bot_of(path, file)
    built = build_bot(bot, file.environment)
    outcome.diagnostics += built.diagnostics
    outcome.sources |= built.sources
    world = world_of(path, file, Path.read_bytes, RealClock())
    if world is not None:
        outcome.diagnostics += world.diagnostics
        outcome.sources |= world.sources
    if built.program is None or (world is not None and world.world is None):
        return
    make_world = maker_of_worlds(path, file, Path.read_bytes)
    coverage = outcome.coverages[bot] = Coverage.of(built.program)
    chosen = {name: scenario for name, scenario in file.scenarios.items() if pattern in name}
    for name, scenario in chosen.items():
        with _quick():
            result = play(name, scenario, built.program, [coverage], make_world)
        place = loaded.place(name, result.failure.event) if result.failure is not None else None
        outcome.played.append(Played(str(path), place, result))


@contextlib.contextmanager
def _quick() -> Generator[None]:
    """Keep the garbage collector away while a scenario is played: what it leaves behind is collected afterwards."""
    gc.disable()
    try:
        yield
    finally:
        gc.enable()
