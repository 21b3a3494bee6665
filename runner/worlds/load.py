"""World files to worlds: the same reading, the same kinds of fault as a bot's own file."""

from collections.abc import Mapping
from pathlib import Path

from runner.config import source
from runner.config.fits import fits
from runner.config.include import ReadFile
from runner.config.reader import Reader
from runner.config.schema import Schema, schema_of
from runner.data import dataclass
from runner.diagnostics import Diagnostic, Span
from runner.emulator.clock import Clock
from runner.emulator.world import World
from runner.worlds.build import WorldBuilder
from runner.worlds.document import WorldFile


@dataclass(frozen=True, slots=True)
class LoadedWorld:
    """The world that a file describes, or None if it can't be told, its faults, its text, and what it says."""

    world: World | None
    diagnostics: list[Diagnostic]
    sources: Mapping[str, str]
    said: tuple[WorldFile, source.Mapping] | None = None

    def made(self, clock: Clock) -> World:
        """Make the world anew: nothing of it is another one's. It has to be one without faults."""
        assert self.said is not None, "its faults have been shown"
        file, root = self.said
        return WorldBuilder(clock, root).world(file)


def load_world(path: Path, read: ReadFile, clock: Clock) -> LoadedWorld:
    """Read a world file. Nothing is raised for a bad one; its things are as old as a month, by `clock`."""
    name = str(path)
    try:
        data = read(path)
    except OSError as error:
        return LoadedWorld(None, [_unreadable(name, error)], {})
    parsed = source.parse(data, name)
    sources = {name: data.decode("utf-8", "replace").removeprefix("\ufeff")}
    if parsed.root is None:
        return LoadedWorld(None, parsed.diagnostics, sources)
    faults = [*parsed.diagnostics, *_violations(parsed.root)]
    if faults:
        return LoadedWorld(None, faults, sources)
    reader = Reader({})
    file = reader.entry(WorldFile, parsed.root)
    builder = WorldBuilder(clock, parsed.root)
    world = builder.world(file)
    faults = [*reader.faults, *builder.faults]
    return LoadedWorld(None if faults else world, faults, sources, None if faults else (file, parsed.root))


def world_schema() -> Schema:
    """Return the JSON Schema of a world file."""
    return schema_of(WorldFile, "world")


def _violations(root: source.Mapping) -> list[Diagnostic]:
    if fits(WorldFile, root, {}):
        return []
    from runner.config.violations import violations  # only a file with a fault needs the schema library

    return [violation.diagnostic for violation in violations(root, world_schema())]


def _unreadable(name: str, error: OSError) -> Diagnostic:
    return Diagnostic(
        slug="unreadable-file",
        span=Span(name, 1, 1, 1, 1),
        headline=f"`{name}` can't be read: {(error.strerror or 'it is not a file').lower()}",
        why="it describes the servers that the local Discord begins with",
        fix="name a world file, or leave `--world` out",
    )
