"""Packs in a running bot: each use of one keeps what is its own, through clicks, forms, time, restarts and reloads."""

import os
from pathlib import Path

from runner.build import build
from runner.compile import Program
from runner.emulator.clock import elapse
from runner.lifecycle.limits import CommandType
from tests.conftest import Bot, StartBot, actions, compiled

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
