"""SimCord, an imitation of Discord by other people, has the same opinion of each example: what happens there and on the
local Discord is the same, event for event.
"""

import asyncio
from collections.abc import Coroutine, Sequence
from dataclasses import replace
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory
from typing import Final

import pytest

from runner.build import build
from runner.compile import Program
from runner.emulator.clock import VirtualClock, VirtualLoop, elapse
from runner.emulator.default_world import default_world
from runner.scenarios.document import VERBS, Happening, Scenario, ScenarioFile
from runner.scenarios.found import scenario_files
from runner.scenarios.load import bot_of, load_scenarios, maker_of_worlds
from runner.scenarios.play import HOURS_MAX, Player
from runner.scenarios.stage import MakeWorld, Stage, on_stage, without_disk
from tests.conftest import actions

if find_spec("simcord") is None:
    pytest.skip("SimCord is not installed; `make` does it", allow_module_level=True)

from tests.opinion.outcome import Outcome, seen_here, seen_there
from tests.opinion.simcord_lacks import ENDS, NOTICES
from tests.opinion.simcord_play import Player as SimcordPlayer
from tests.opinion.simcord_stage import SEED, on_simcord
from tests.opinion.simcord_stage import Stage as SimcordStage

EXAMPLES: Final = Path(__file__).parents[2] / "examples"
FILES: Final = scenario_files([EXAMPLES])

STARTED_S: Final = 10.0
"""When (s) the first event comes, on both sides alike: texts that tell the time are the same."""

PAUSE_S: Final = 0.5
"""How long (s) after each event it is looked what has become of it: on a busy machine a store takes its time."""

COMPARED_MIN: Final = 1180
"""How many events of the examples are compared at the least; without those that only expect something."""


def named(path: Path) -> str:
    """Return the name of the example that a scenario file is of."""
    return path.name.partition(".")[0]


@cache
def scenarios_of(path: Path) -> ScenarioFile:
    """Return what a scenario file says."""
    file = load_scenarios(path, Path.read_bytes).file
    assert file is not None
    return file


@pytest.mark.parametrize("path", FILES, ids=named)
def test_simcord_and_the_local_discord_see_the_same(path: Path) -> None:
    file = scenarios_of(path)
    program = build(bot_of(path, file), Path.read_bytes, file.environment, actions()).program
    assert program is not None
    # A store of its own, as `on_stage` gives one: what is played must not reach what a running bot keeps.
    alone = replace(program, store="sqlite:state.db")
    make_world = maker_of_worlds(path, file, Path.read_bytes) or default_world
    parted: dict[str, int] = {}
    notices: set[tuple[int, str]] = set()
    for name, scenario in file.scenarios.items():
        here = on_virtual_time(scenario, on_the_local_discord(program, scenario, make_world))
        there = on_virtual_time(scenario, on_the_other(alone, scenario, make_world))
        until = ends_of(path).get(name, len(here))
        assert there[:until] == here[:until], name
        if there[until:] and there[until] != here[until]:
            parted[name] = until
        notices |= told_apart(here[:until], there[:until])
    assert parted == ends_of(path)
    assert notices == {(notice.type, notice.only) for notice in NOTICES if named(path) in notice.examples}


def test_every_example_is_compared_and_almost_every_event() -> None:
    compared = {named(path): compared_of(path) for path in FILES}
    assert all(compared.values())
    assert sum(compared.values()) >= COMPARED_MIN


def test_what_is_said_of_simcord_names_events_that_are_there() -> None:
    events = {
        (named(path), name): len(each.events) for path in FILES for name, each in scenarios_of(path).scenarios.items()
    }
    assert all(end.event < events[end.example, end.scenario] for end in ENDS)
    assert all(example in {named(path) for path in FILES} for notice in NOTICES for example in notice.examples)


def ends_of(path: Path) -> dict[str, int]:
    """Return where scenarios of a file come to an end, by their names."""
    return {end.scenario: end.event for end in ENDS if end.example == named(path)}


def compared_of(path: Path) -> int:
    """Return how many events of a file are compared."""
    scenarios, ends = scenarios_of(path).scenarios, ends_of(path)
    played = [event for name, each in scenarios.items() for event in each.events[: ends.get(name)]]
    return sum(any(getattr(event, verb) not in (None, False) for verb in VERBS) for event in played)


def told_apart(here: Sequence[Outcome], there: Sequence[Outcome]) -> set[tuple[int, str]]:
    """Return the types of notices that only one side has shown, and which."""
    ours = frozenset[int]().union(*(outcome.notices for outcome in here))
    theirs = frozenset[int]().union(*(outcome.notices for outcome in there))
    return {(each, "here") for each in ours - theirs} | {(each, "there") for each in theirs - ours}


def on_virtual_time(scenario: Scenario, played: Coroutine[object, None, list[Outcome]]) -> list[Outcome]:
    """Return what comes of playing a scenario."""
    hours_max = HOURS_MAX + sum(event.wait or 0.0 for event in scenario.events) / 3600
    with asyncio.Runner(loop_factory=lambda: VirtualLoop(hours_max=hours_max)) as runner:
        return [settled(event, each) for event, each in zip(scenario.events, runner.run(played), strict=True)]


def settled(event: Happening, outcome: Outcome) -> Outcome:
    """Return an outcome without what nobody has promised: who of several is first, and so who reads what."""
    if event.together is None:
        return outcome
    return replace(outcome, answers=tuple(replace(each, messages=None, source=None) for each in outcome.answers))


async def on_the_local_discord(program: Program, scenario: Scenario, make_world: MakeWorld) -> list[Outcome]:
    """Play on the local Discord."""
    seen: list[Outcome] = []

    async def act(stage: Stage) -> None:
        player = Player(stage)
        await elapse(STARTED_S - asyncio.get_running_loop().time())
        for index, event in enumerate(scenario.events):
            before = len(player.traces)
            await player.after(index, event)
            await elapse(PAUSE_S)
            await stage.idle()
            seen.append(seen_here(stage.local.world, stage.clock.now(), player.traces[before:]))

    await on_stage(program, act, make_world=make_world, chance=Random(SEED))
    return seen


async def on_the_other(program: Program, scenario: Scenario, make_world: MakeWorld) -> list[Outcome]:
    """Play on SimCord, to which nothing may be unknown that the bot asks for."""
    world = make_world(VirtualClock(asyncio.get_running_loop()))
    with TemporaryDirectory(dir=without_disk()) as folder:
        async with on_simcord(program, world, Path(folder)) as stage:
            seen = await played_on(stage, scenario)
    assert not stage.lacking
    return seen


async def played_on(stage: SimcordStage, scenario: Scenario) -> list[Outcome]:
    """Return what comes of a scenario's events on SimCord."""
    seen: list[Outcome] = []
    player = SimcordPlayer(stage)
    await elapse(STARTED_S - asyncio.get_running_loop().time())
    for event in scenario.events:
        records = await player.after(event)
        await elapse(PAUSE_S)
        await stage.idle()
        seen.append(seen_there(stage.env, stage.guild, records))
    return seen
