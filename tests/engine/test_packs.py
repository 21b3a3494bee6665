"""Packs in a running bot: each use of one keeps what is its own, through clicks, forms, time, restarts and reloads."""

import asyncio
import os
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import pytest

from runner.build import build
from runner.compile import Program
from runner.emulator.clock import VirtualLoop, elapse
from runner.emulator.messages import Upload
from runner.emulator.trace import Trace
from runner.lifecycle.limits import ChannelType, CommandType, OptionType
from runner.scenarios.load import load_scenarios, maker_of_worlds
from runner.scenarios.stage import MakeWorld, Stage, on_stage
from tests.conftest import Bot, StartBot, actions, compiled

Json = Mapping[str, Any]  # Any: Discord's JSON

PACK = "tests/config/packs/points.yaml"
BOT = f"""
use:
  - {{pack: {PACK}, with: {{title: Points, often: 10s}}}}
  - pack: {PACK}
    as: vip
    with: {{title: Stars, amount: 5, often: 25s}}
    rename: {{points: stars, gift: donate, later: soon, never: no}}
  - {{pack: examples/dice.yaml}}
checks: {{calm: {{if: "user.name != 'kim'"}}}}
"""


async def said(made: Bot, name: str) -> str:
    """Return what a command says."""
    return (await made.ran(name)).messages[0].content


async def clicked(made: Bot, command: str, button: str) -> str:
    """Have a command show its buttons, press one of them, and return what it says."""
    shown = (await made.ran(command)).messages[0]
    trace = made.click(shown.id, button)
    await made.idle()
    return trace.messages[-1].content


async def test_two_uses_of_a_pack_answer_beside_another_and_keep_their_values_apart(bot: StartBot) -> None:
    made = await bot(BOT)
    assert await said(made, "points") == "Points: 0 points, bronze"
    assert await clicked(made, "points", "points.more") == "Points: 1"
    assert await clicked(made, "stars", "vip.more") == "Stars: 5"
    assert await clicked(made, "stars", "vip.spend") == "5 points of Stars"
    assert await clicked(made, "points", "points.spend") == "You need more Points."
    assert await said(made, "stars") == "Stars: 5 points, bronze"
    assert await said(made, "points") == "Points: 1 points, bronze"
    assert made.engine.live == ()


async def test_forms_and_tables_of_two_uses_are_two(bot: StartBot) -> None:
    made = await bot(BOT)
    for command, answer in (("gift", "Points: 1 gifts"), ("donate", "Stars: 1 gifts")):
        opened = await made.ran(command)
        assert (await made.submitted(opened, amount="3")).messages[0].content == answer
    opened = await made.ran("gift")
    assert (await made.submitted(opened, amount="4")).messages[0].content == "Points: 2 gifts"


async def test_schedules_of_two_uses_run_by_their_own_clocks(bot: StartBot) -> None:
    made = await bot(BOT)
    await elapse(36)
    assert [line["message"] for line in made.log.of("step")] == [
        "Points round 1",
        "Points round 2",
        "Stars round 1",
        "Points round 3",
    ]


async def test_what_one_use_plans_under_a_key_the_other_does_not_call_off(bot: StartBot) -> None:
    made = await bot(BOT)
    await made.ran("later")
    await made.ran("soon")
    assert await said(made, "no") == "True"
    assert await said(made, "no") == "False"
    await elapse(15)
    assert await said(made, "points") == "Points: 5 points, bronze"
    assert await said(made, "stars") == "Stars: 0 points, bronze"


async def test_a_reload_that_gives_one_use_something_else_leaves_the_other_as_it_is(bot: StartBot) -> None:
    made = await bot(BOT)
    shown = [(await made.ran(name)).messages[0].id for name in ("points", "stars")]
    made.click(shown[0], "points.more")
    made.click(shown[1], "vip.more")
    await made.idle()
    made.engine.swap(compiled(BOT.replace("title: Stars, amount: 5", "title: Moons, amount: 2")))
    assert await said(made, "points") == "Points: 1 points, bronze"
    assert await said(made, "stars") == "Moons: 5 points, bronze"
    answers = [made.click(message, name) for message, name in zip(shown, ("points.more", "vip.more"), strict=True)]
    await made.idle()
    assert [answer.messages[-1].content for answer in answers] == ["Points: 2", "Moons: 7"]


async def test_buttons_and_values_are_found_again_after_a_restart(bot: StartBot) -> None:
    made = await bot(BOT)
    shown = (await made.ran("stars")).messages[0].id
    made.click(shown, "vip.more")
    await made.idle()
    await made.stop()
    again = await bot(BOT, local=made.local)
    answer = again.click(shown, "vip.more")
    await again.idle()
    assert answer.messages[-1].content == "Stars: 10"


async def test_what_packs_do_when_something_happens_is_done_by_each_of_them(bot: StartBot) -> None:
    made = await bot(BOT + "events: {message: {steps: [{log: bot}]}}\n")
    made.local.say(user="Robin", channel="general", content="Hello")
    await elapse(1)
    assert sorted(str(line["message"]) for line in made.log.of("step")) == ["Points heard", "Stars heard", "bot"]


async def test_a_check_of_the_bot_guards_what_it_is_given_to(bot: StartBot) -> None:
    made = await bot(BOT.replace("title: Points,", "title: Points, guard: calm,"))
    assert (await made.ran("points", user="Kim")).messages[0].content != "Points: 0 points, bronze"
    assert (await made.ran("stars", user="Kim")).messages[0].content == "Stars: 0 points, bronze"
    assert await said(made, "points") == "Points: 0 points, bronze"


EXAMPLES = sorted(path for path in Path("examples").glob("*.yaml") if ".scenario" not in path.name)


def program_of(path: Path) -> Program:
    """Return one of the examples as a bot of its own."""
    program = build(path, Path.read_bytes, {}, actions()).program
    assert program is not None
    return program


def together(reply: str) -> str:
    """Return a bot of which every example is a pack, each of its commands under a name that no other has."""
    uses: list[str] = []
    for number, path in enumerate(EXAMPLES):
        names = dict.fromkeys(name.partition(" ")[0] for name in program_of(path).commands)
        renamed = ", ".join(f"{name}: e{number}-{name}"[:40] for name in names)
        uses.append(f"  - {{pack: {path}, as: e{number}, rename: {{{renamed}}}}}\n")
    return "http: '*'\nuse:\n" + "".join(uses) + f"commands: {{ping: {{description: Say pong, reply: {reply}}}}}\n"


FINE = ("ok", "refused", "waiting")
"""What a command may come to: what it was given means nothing to it, and it may say so."""

WITH_OPTIONS_MIN = 80
"""How many commands of the examples take options, at the least."""

SUBCOMMANDS = (OptionType.SUB_COMMAND, OptionType.SUB_COMMAND_GROUP)

GIVEN: dict[OptionType, object] = {
    OptionType.STRING: "Something",
    OptionType.INTEGER: 1,
    OptionType.NUMBER: 1.5,
    OptionType.BOOLEAN: True,
    OptionType.USER: "Kim",
    OptionType.ROLE: "Muted",
    OptionType.MENTIONABLE: "Kim",
    OptionType.ATTACHMENT: Upload(0, "notes.txt", "text/plain", b"Notes"),
}
"""What is given to an option that takes nothing in particular."""


def leaves(name: str, options: Sequence[Json]) -> Iterator[tuple[str, Sequence[Json]]]:
    """Yield what can be typed of a command, with the options that it takes."""
    if not any(option["type"] in SUBCOMMANDS for option in options):
        yield name, options
        return
    for option in options:
        yield from leaves(f"{name} {option['name']}", option.get("options", ()))


def given_to(option: Json) -> object:
    """Return what an option takes."""
    if option.get("choices"):
        return option["choices"][0]["value"]
    if option["type"] == OptionType.CHANNEL:
        return "Lounge" if option.get("channel_types") == [ChannelType.GUILD_VOICE] else "general"
    if option["type"] == OptionType.ATTACHMENT and option.get("file_types"):
        ending = option["file_types"][0]
        return Upload(0, "notes" + (ending if ending.startswith(".") else ".png"), "text/plain", b"Notes")
    given = GIVEN[option["type"]]
    if isinstance(given, str) and option["type"] == OptionType.STRING:
        return given.ljust(option.get("min_length", 0), "g")[: option.get("max_length")]
    return option.get("min_value", given) if option["type"] in (OptionType.INTEGER, OptionType.NUMBER) else given


@pytest.mark.parametrize("is_brief", [pytest.param(True, id="needed"), pytest.param(False, id="all")])
def test_every_command_of_every_example_answers_in_one_bot(is_brief: bool) -> None:
    """Each is given the options that it needs, or all that it takes."""
    program = compiled(together("Ping"))
    typed = dict(
        leaf
        for command in program.registered
        if command.payload["type"] == CommandType.CHAT_INPUT
        for leaf in leaves(command.payload["name"], command.payload.get("options", ()))
    )
    assert typed.keys() == program.commands.keys()
    assert sum(bool(options) for options in typed.values()) >= WITH_OPTIONS_MIN
    outcomes: dict[str, object] = {}

    async def act(stage: Stage) -> None:
        for name, options in typed.items():
            given = {each["name"]: given_to(each) for each in options if each.get("required") or not is_brief}
            trace = stage.local.command(user="Olive", channel="general", name=name, options=given)
            await stage.idle()
            outcomes[name] = trace.outcome if trace.failed else ended(stage, trace)

    with asyncio.Runner(loop_factory=VirtualLoop) as runner:
        runner.run(on_stage(program, act, make_world=community()))
    assert {name: outcome for name, outcome in outcomes.items() if outcome not in FINE} == {}
    assert outcomes.keys() == typed.keys()


def community() -> MakeWorld | None:
    """Return what makes the server that the examples are for."""
    path = Path("examples/tickets.scenario.yaml")
    file = load_scenarios(path, Path.read_bytes).file
    assert file is not None
    return maker_of_worlds(path, file, Path.read_bytes)


def ended(stage: Stage, trace: Trace) -> object:
    """Return what the bot says that an interaction has come to."""
    lines = [getattr(line, "fields", {}) for line in reversed(stage.lines.kept) if line.msg == "interaction"]
    return next(fields["outcome"] for fields in lines if fields["id"] == str(trace.id))


async def test_every_example_runs_in_one_bot_through_a_reload(bot: StartBot) -> None:
    made = await bot(together("Ping"))
    program = made.engine.program
    assert len(program.commands) == 1 + sum(len(program_of(path).commands) for path in EXAMPLES)
    easy = [
        command.payload["name"]
        for command in program.registered
        if command.payload["type"] == CommandType.CHAT_INPUT and not command.payload.get("options")
    ]
    assert easy
    for reply in ("Ping", "Pong"):
        made.engine.swap(compiled(together(reply)))
        for name in easy:
            trace = await made.ran(name, user="Olive")
            assert await trace.acknowledged(), name
            assert made.line()["outcome"] not in ("failed", "timed out"), name
        assert await said(made, "ping") == reply


ASKING = """
inputs: {{word: {{type: string, description: What it says}}}}
vars: {{made: {0}}}
commands:
  ask:
    description: d
    steps:
      - {{id: it, confirm: "{{{{ inputs.word }}}} {{{{ vars.made }}}}?"}}
      - update: {{content: "{{{{ inputs.word }}}} {{{{ vars.made }}}} {{{{ steps.it.confirmed }}}}"}}
"""


def using(pack: Path, word: str) -> str:
    """Return a bot of a pack alone: packs are named from where the bot's file is."""
    return f"use: [{{pack: {os.path.relpath(pack)}, as: asking, with: {{word: {word}}}}}]"


async def test_a_run_of_a_pack_that_waits_goes_on_after_a_restart_with_the_pack_as_it_was(
    bot: StartBot, tmp_path: Path
) -> None:
    pack = tmp_path / "pack.yaml"
    pack.write_text("version: 1" + ASKING.format("before"))
    made = await bot(using(pack, "Hello"))
    message = (await made.ran("ask")).messages[0].id
    assert made.text(message) == "Hello before?"
    await made.stop()
    pack.write_text("version: 1" + ASKING.format("after").replace("ask:", "other:"))
    made = await bot(using(pack, "Bye"), local=made.local)
    await made.pressed(message, "Yes")
    assert made.text(message) == "Hello before True"
