"""Scenario files to what they say: the same reading, the same kinds of fault as a bot's own file."""

from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Final

from runner.config import source
from runner.config.fits import fits
from runner.config.include import ReadFile
from runner.config.reader import Reader
from runner.config.schema import Schema, schema_of
from runner.config.source import Node
from runner.data import dataclass
from runner.diagnostics import Diagnostic, Span
from runner.emulator.clock import Clock, RealClock
from runner.emulator.world import World
from runner.scenarios.document import VERBS, ScenarioFile
from runner.scenarios.found import SUFFIX
from runner.worlds.load import LoadedWorld, load_world

_GOES_WITH: Final[Mapping[str, tuple[str, ...]]] = {
    "options": ("command", "autocomplete"),
    "files": ("command", "submit"),
    "focused": ("autocomplete",),
    "values": ("select",),
    "target": ("context_menu", "click", "select", "edit", "delete", "react", "unreact", "vote"),
}
"""Keys that have an effect beside some verbs only."""


@dataclass(frozen=True, slots=True)
class LoadedScenarios:
    """What a file says, or None if it can't be told, its faults, its text, and the nodes for the places of events."""

    file: ScenarioFile | None
    diagnostics: list[Diagnostic]
    sources: Mapping[str, str]
    root: source.Mapping | None = None

    def place(self, scenario: str, index: int) -> Span:
        """Return where an event stands."""
        assert self.root is not None
        scenarios = self.root.get("scenarios")
        assert isinstance(scenarios, source.Mapping)
        found = scenarios.entries[scenario].value
        events = found.get("events") if isinstance(found, source.Mapping) else found
        item: Node | None = events.items[index] if isinstance(events, source.Sequence) else events
        if isinstance(item, source.Mapping) and item.entries:
            return next(iter(item.entries.values())).key.span
        return item.span if item is not None else scenarios.key(scenario).span


def load_scenarios(path: Path, read: ReadFile) -> LoadedScenarios:
    """Read a scenario file. Nothing is raised for a bad one."""
    name = str(path)
    try:
        data = read(path)
    except OSError as error:
        return LoadedScenarios(None, [_unreadable(name, error)], {})
    parsed = source.parse(data, name)
    sources = {name: data.decode("utf-8", "replace").removeprefix("\ufeff")}
    if parsed.root is None:
        return LoadedScenarios(None, parsed.diagnostics, sources)
    faults = [*parsed.diagnostics, *_violations(parsed.root)]
    if faults:
        return LoadedScenarios(None, faults, sources)
    reader = Reader({})
    file = reader.entry(ScenarioFile, parsed.root)
    loaded = LoadedScenarios(file, reader.faults, sources, parsed.root)
    reader.faults.extend(_event_faults(loaded, file))
    return loaded


def scenario_schema() -> Schema:
    """Return the JSON Schema of a scenario file."""
    return schema_of(ScenarioFile, "scenarios")


def bot_of(path: Path, file: ScenarioFile) -> Path:
    """Return the config that a scenario file is about."""
    return path.parent / (file.bot or path.name.removesuffix(SUFFIX) + ".yaml")


def world_of(path: Path, file: ScenarioFile, read: ReadFile, clock: Clock) -> LoadedWorld | None:
    """Return the world that a file's scenarios begin with, and its faults; None if it names none."""
    return None if file.world is None else load_world(path.parent / file.world, read, clock)


def maker_of_worlds(path: Path, file: ScenarioFile, read: ReadFile) -> Callable[[Clock], World] | None:
    """Return what makes that world for each scenario; None if it names none. It has to be sound."""
    loaded = world_of(path, file, read, RealClock())
    return None if loaded is None else loaded.made


def _violations(root: source.Mapping) -> list[Diagnostic]:
    if fits(ScenarioFile, root, {}):
        return []
    from runner.config.violations import violations  # only a file with a fault needs the schema library

    return [violation.diagnostic for violation in violations(root, scenario_schema())]


def _event_faults(loaded: LoadedScenarios, file: ScenarioFile) -> Iterator[Diagnostic]:
    for name, scenario in file.scenarios.items():
        for index, event in enumerate(scenario.events):
            verbs = [verb for verb in VERBS if getattr(event, verb) is not None]
            place = loaded.place(name, index)
            if len(verbs) > 1 or (not verbs and event.expect is None):
                yield _wrong_number(place, verbs)
                continue
            for key, owners in _GOES_WITH.items():
                if getattr(event, key) and not set(verbs) & set(owners):
                    yield _misplaced(place, key, owners)


def _unreadable(name: str, error: OSError) -> Diagnostic:
    return Diagnostic(
        slug="unreadable-file",
        span=Span(name, 1, 1, 1, 1),
        headline=f"`{name}` can't be read: {(error.strerror or 'it is not a file').lower()}",
        why="there are no scenarios without it",
        fix=f"name a file that ends in {SUFFIX}, or a folder with such files",
    )


def _wrong_number(place: Span, verbs: list[str]) -> Diagnostic:
    said = " and ".join(f"`{verb}`" for verb in verbs)
    return Diagnostic(
        slug="one-event-each",
        span=place,
        headline=f"two things happen here: {said}" if verbs else "nothing happens here, and nothing is expected",
        why="what is expected afterwards belongs to one event",
        fix="give each an item of its own" if verbs else "add what happens, such as `command: ping`, or `expect:`",
    )


def _misplaced(place: Span, key: str, owners: tuple[str, ...]) -> Diagnostic:
    return Diagnostic(
        slug="misplaced-event-key",
        span=place,
        headline=f"`{key}` has no effect beside this",
        why=f"it goes with {' and '.join(f'`{owner}`' for owner in owners)}",
        fix="remove it",
    )
