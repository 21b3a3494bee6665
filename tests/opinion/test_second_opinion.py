"""SimCord, an imitation of Discord by other people, has the same opinion of each example: what happens there and on the
local Discord is the same, event for event.
"""

import asyncio
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pytest
from _pytest.mark import ParameterSet

from runner.build import build
from runner.compile import Program
from runner.emulator.clock import RealClock, VirtualLoop
from runner.emulator.default_world import default_world
from runner.emulator.trace import Trace
from runner.lifecycle.limits import OptionType
from runner.scenarios.document import VERBS, Happening, Scenario
from runner.scenarios.files import scenario_files
from runner.scenarios.load import bot_of, load_scenarios, maker_of_worlds
from runner.scenarios.play import Player
from runner.scenarios.stage import MakeWorld, Stage, on_stage
from tests.conftest import actions

if find_spec("simcord") is None:
    pytest.skip("SimCord is not installed; `make` does it", allow_module_level=True)

import simcord

from tests.opinion.simcord_stage import Stage as SimcordStage
from tests.opinion.simcord_stage import on_simcord

EXAMPLES = Path(__file__).parents[2] / "examples"
PLAYED = {"command", "click", "submit"}
"""What is played on both sides; the next event that is anything else ends the comparison."""

Json = Any  # JSON of any shape


@dataclass(frozen=True)
class Seen:
    """What a user saw: whether their own client refused, what they read and whether only they do, which form opened."""

    is_refused: bool = False
    messages: tuple[tuple[str, bool], ...] = ()
    form: str | None = None


REFUSED = Seen(is_refused=True)


def examples() -> Iterator[ParameterSet]:
    """Yield every scenario of the examples: its file and its name."""
    for path in scenario_files([EXAMPLES]):
        file = load_scenarios(path, Path.read_bytes).file
        for name in file.scenarios if file is not None else ():
            yield pytest.param(path, name, id=f"{path.name.partition('.')[0]}: {name}")


@pytest.mark.parametrize(("path", "name"), list(examples()))
def test_simcord_and_the_local_discord_see_the_same(path: Path, name: str, tmp_path: Path) -> None:
    file = load_scenarios(path, Path.read_bytes).file
    assert file is not None
    program = build(bot_of(path, file), Path.read_bytes, file.environment, actions()).program
    assert program is not None
    if program.needs_store:
        pytest.skip("SimCord waits for what is its own alone, and a store is none of it")
    events = list(comparable(file.scenarios[name]))
    if not events:
        pytest.skip("it begins with what only the local Discord can play")
    make_world = maker_of_worlds(path, file, Path.read_bytes) or default_world
    with asyncio.Runner(loop_factory=VirtualLoop) as runner:
        here = runner.run(on_the_local_discord(program, events, make_world))
    with asyncio.Runner() as runner:
        there = runner.run(on_the_other(program, events, make_world, tmp_path))
    assert there == here


def comparable(scenario: Scenario) -> Iterator[Happening]:
    """Yield the events that both sides can play; the others say only what is expected, or come to an end here."""
    for event in scenario.events:
        verb = next((verb for verb in VERBS if getattr(event, verb) not in (None, False)), None)
        if verb in PLAYED:
            yield event
        elif verb is not None:
            return


# --- here


async def on_the_local_discord(program: Program, events: Sequence[Happening], make_world: MakeWorld) -> list[Seen]:
    """Play on the local Discord."""
    seen: list[Seen] = []

    async def act(stage: Stage) -> None:
        player = Player(stage)
        for index, event in enumerate(events):
            before = len(player.traces)
            await player.after(index, event)
            seen.append(seen_in(player.traces[-1]) if len(player.traces) > before else REFUSED)

    await on_stage(program, act, make_world=make_world)
    return seen


def seen_in(trace: Trace) -> Seen:
    """Return what the user of an interaction saw in the end."""
    messages = [message for message in trace.messages if not message.deleted]
    read = tuple((neutral(message.content), message.ephemeral) for message in messages)
    return Seen(False, read, None if trace.modal is None else str(trace.modal["title"]))


def neutral(content: str) -> str:
    """Return a text without the ids and the instants, which are each side's own."""
    return re.sub(r"\d{15,}|(?<=<t:)\d+", "N", content)


# --- there


async def on_the_other(
    program: Program, events: Sequence[Happening], make_world: MakeWorld, folder: Path
) -> list[Seen]:
    """Play on SimCord."""
    results: list[simcord.InteractionResult] = []
    seen: list[Seen] = []
    async with on_simcord(program, make_world(RealClock()), folder) as stage:
        for event in events:
            try:
                result = await happened(stage, program, event, results)
            except (simcord.SetupError, simcord.BackendError, LookupError):
                seen.append(REFUSED)
                continue
            while stage.engine.live:
                await stage.env.advance_time(1)
            results.append(result)
            seen.append(seen_by(result))
    return seen


async def happened(
    stage: SimcordStage, program: Program, event: Happening, results: Sequence[simcord.InteractionResult]
) -> simcord.InteractionResult:
    """Let an event happen. Raises what SimCord does for what a user can't do, LookupError without such a button."""
    actor, channel = stage.people[event.by], stage.channels[event.in_]
    if event.command is not None:
        return await actor.slash(channel, event.command, **options(stage, program, event))
    if event.submit is not None:
        return await actor.submit_modal(results[-1], dict(event.submit))
    label = event.click or ""
    for message in reversed(channel.history(viewer=actor)):
        custom_id = labelled([component.to_dict() for component in message.components], label)
        if custom_id is not None:
            return await actor.click(message, custom_id=custom_id)
    raise LookupError(label)


def options(stage: SimcordStage, program: Program, event: Happening) -> dict[str, object]:
    """Return a command's options, people as SimCord wants them."""
    payloads = [each.payload for each in program.registered if each.payload["name"] == event.command]
    kinds = {option["name"]: option["type"] for payload in payloads for option in payload.get("options", [])}
    return {
        name: stage.people[str(value)] if kinds.get(name) == OptionType.USER else value
        for name, value in event.options.items()
    }


def labelled(components: Sequence[Json], label: str) -> str | None:
    """Return the custom_id of the button that says `label`."""
    for component in components:
        if component.get("label") == label:
            return str(component["custom_id"])
        if (found := labelled(component.get("components", ()), label)) is not None:
            return found
    return None


def seen_by(result: simcord.InteractionResult) -> Seen:
    """Return what the user of an interaction saw in the end."""
    messages = [message for message in (result.response, *result.followups) if message is not None]
    read = tuple((neutral(message.content), message.ephemeral) for message in messages)
    return Seen(False, read, None if result.modal is None else str(result.modal["title"]))
