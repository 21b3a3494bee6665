"""What the examples promise: no finding, every handler shown by a scenario, no permission beyond those that `validate`
names, and a restart between any two steps changes nothing.
"""

import os
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest

from runner.build import Built, build
from runner.cli import main
from runner.emulator.clock import Clock
from runner.emulator.default_world import default_world
from runner.emulator.world import World
from runner.lifecycle.bits import Permissions
from runner.scenarios.coverage import Coverage
from runner.scenarios.document import Happening, Scenario, ScenarioFile
from runner.scenarios.found import SUFFIX
from runner.scenarios.load import bot_of, load_scenarios, maker_of_worlds
from runner.scenarios.play import play
from tests.conftest import actions

EXAMPLES = Path(__file__).parents[2] / "examples"
FILES = sorted(EXAMPLES.glob("*" + SUFFIX))
RESTARTS = os.environ.get("RESTARTS", "between all")
"""`each` plays every scenario once for each place at which the bot may be restarted, and not once with all of them."""


def named(path: Path) -> str:
    """Return an example's name."""
    return path.name.removesuffix(SUFFIX)


def loaded(path: Path) -> ScenarioFile:
    """Return a scenario file."""
    file = load_scenarios(path, Path.read_bytes).file
    assert file is not None
    return file


def built(path: Path, file: ScenarioFile) -> Built:
    """Return the bot that a scenario file is about."""
    return build(bot_of(path, file), Path.read_bytes, file.environment, actions())


def world_with(path: Path, file: ScenarioFile, permissions: Permissions) -> Callable[[Clock], World]:
    """Return what makes the world of a scenario file, in which the bot's own role may do this much."""
    make = maker_of_worlds(path, file, Path.read_bytes) or default_world

    def made(clock: Clock) -> World:
        world = make(clock)
        for guild in world.guilds.values():
            for role in guild.roles.values():
                if role.managed_by == world.bot_id:
                    role.permissions = permissions
        return world

    return made


@pytest.mark.parametrize("path", FILES, ids=named)
def test_an_example_validates_without_a_word(path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["validate", "--strict", str(bot_of(path, loaded(path)))]) == 0
    assert capsys.readouterr().out == ""


@pytest.mark.parametrize("path", FILES, ids=named)
def test_every_handler_is_reached_with_no_permission_but_those_that_validate_names(path: Path) -> None:
    file = loaded(path)
    bot = built(path, file)
    assert bot.program is not None
    assert bot.needs is not None
    coverage = Coverage.of(bot.program)
    make_world = world_with(path, file, bot.needs.permissions)
    for name, scenario in file.scenarios.items():
        assert play(name, scenario, bot.program, [coverage], make_world).failure is None, name
    assert [part.name for part in coverage.report().missed if part.kind == "handler"] == []


RESTART = Happening(restart=True)


def restarted(events: Sequence[Happening]) -> list[Sequence[Happening]]:
    """Return the events with restarts between them: between all in one go, or between two each."""
    if RESTARTS == "each":
        return [(*events[:at], RESTART, *events[at:]) for at in range(1, len(events))]
    return [[each for event in events for each in (event, RESTART)][:-1]]


@pytest.mark.parametrize("path", FILES, ids=named)
def test_a_restart_between_any_two_steps_changes_nothing(path: Path) -> None:
    file = loaded(path)
    program = built(path, file).program
    assert program is not None
    make_world = maker_of_worlds(path, file, Path.read_bytes)
    for name, scenario in file.scenarios.items():
        for events in restarted(scenario.events):
            result = play(name, Scenario(events=tuple(events)), program, make_world=make_world)
            assert result.failure is None, f"{name}, event {result.failure.event}"
