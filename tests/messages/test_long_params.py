"""Parameters that are too long for a custom_id: the store keeps them, before anybody sees what carries their key."""

import sqlite3
from collections.abc import Callable, Sequence
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from runner.emulator.clock import VirtualClock, elapse
from runner.emulator.trace import Trace
from runner.lifecycle.limits import CUSTOM_ID_MAX
from runner.store.params import PARAMS_KEPT_S
from runner.store.values import PARAMS_BYTES_MAX
from tests.conftest import Bot, StartBot
from tests.lives import Death, lives, new_discord

BOT = """
commands:
  open:
    description: d
    options: {text: {type: string, description: t, required: true}, times: {type: integer, description: n}}
    reply:
      content: Here
      components:
        - {note: {text: "{{ options.text * (options.times | default(1)) }}", number: 7}}
        - {ask: {about: "{{ options.text }}"}}
components:
  note:
    button: {label: Note}
    params: {text: string, number: integer}
    reply: "{{ params.text[:300] }} {{ params.number + 1 }}"
  ask:
    button: {label: Ask}
    params: {about: string}
    steps: [{modal: {name: why, with: {about: "{{ params.about }}", by: "{{ user }}"}}}]
modals:
  why:
    params: {about: string, by: user}
    title: Why?
    fields: {reason: Reason}
    reply: "{{ params.about }} {{ params.by == user.id }} {{ fields.reason }}"
"""
LONG = ("a long text, né {{ x }} <@&1> " * 8).strip()
OLD = "This button belongs to an older version of me and doesn't work any more."
STORE = "I can't get at what I have to remember."


def ids(made: Bot, message: int) -> list[str]:
    """Return the custom_ids of a message."""
    return [str(each["custom_id"]) for each in made.components(message)]


def kept(directory: Path) -> list[tuple[str, float]]:
    """Return the parameters in the store, and when they were used."""
    with closing(sqlite3.connect(directory / ".lifecycle/state.db")) as database:
        return database.execute("SELECT data, used_at FROM params ORDER BY key").fetchall()


def change(directory: Path, statement: str) -> None:
    """Change the store behind the back of the bot, which must not run."""
    with closing(sqlite3.connect(directory / ".lifecycle/state.db")) as database:
        database.execute(statement)
        database.commit()


def said(trace: Trace) -> list[tuple[str, bool]]:
    """Return what an interaction has shown, and whether to its user alone."""
    return [(message.content, message.ephemeral) for message in trace.messages]


async def opened(made: Bot, text: str = LONG, times: int = 1) -> int:
    """Show the message with the buttons, and return it."""
    return (await made.ran("open", text=text, times=times)).messages[0].id


async def test_a_button_carries_parameters_of_any_length(bot: StartBot) -> None:
    made = await bot(BOT)
    message = await opened(made)
    assert all(len(each) <= CUSTOM_ID_MAX for each in ids(made, message))
    assert said(await made.pressed(message, "Note")) == [(f"{LONG} 8", False)]
    assert made.log.warnings == []


async def test_a_form_carries_parameters_of_any_length(bot: StartBot) -> None:
    made = await bot(BOT)
    asked = await made.pressed(await opened(made), "Ask")
    assert asked.modal is not None
    assert len(asked.modal["custom_id"]) <= CUSTOM_ID_MAX
    assert said(await made.submitted(asked, reason="Because")) == [(f"{LONG} True Because", False)]


async def test_nothing_is_kept_of_what_fits(bot: StartBot, tmp_path: Path) -> None:
    made = await bot(BOT)
    message = await opened(made, "short")
    assert said(await made.pressed(message, "Note")) == [("short 8", False)]
    assert not (tmp_path / ".lifecycle").exists()


async def test_the_same_parameters_are_kept_once(bot: StartBot, tmp_path: Path) -> None:
    made = await bot(BOT)
    first, second = await opened(made), await opened(made)
    assert ids(made, first) == ids(made, second)
    await made.stop()
    assert len(kept(tmp_path)) == 2


async def test_a_button_works_behind_a_restart(bot: StartBot) -> None:
    made = await bot(BOT)
    message = await opened(made)
    await made.stop()
    again = await bot(BOT, local=made.local)
    assert said(await again.pressed(message, "Note")) == [(f"{LONG} 8", False)]


async def test_a_process_that_is_killed_as_the_message_is_shown_has_kept_what_its_button_carries(
    virtual_clock: VirtualClock, tmp_path: Path
) -> None:
    del virtual_clock
    local = new_discord()
    await local.start()
    made = lives("bot: {signing_key: a key that outlives each of the lives}\n" + BOT, tmp_path, local)
    await made.connect()
    try:
        death = Death(before=False, call="POST callback")
        await made.live(death)
        await elapse(0.1)
        local.command(user="Robin", channel="general", name="open", options={"text": LONG})
        await made.settle()
        assert (death.last, made.lives) == ("POST callback", 2)
        shown = made.button("Note")
        assert shown is not None
        local.click(user="Robin", message=shown[0], custom_id=shown[1])
        await made.settle()
    finally:
        await made.close()
        await local.stop()
        await elapse(90)
    assert made.texts()[-1] == f"{LONG} 8"


def with_another_key(mine: str, other: str) -> str:
    """Return a custom_id with the key of another one."""
    at = mine.index("~") + 1
    return mine[:at] + other[other.index("~") + 1 :][:22] + mine[at + 22 :]


FORGERIES: dict[str, Callable[[Sequence[str]], str]] = {
    "the key of other parameters": lambda ids: with_another_key(ids[0], ids[2]),
    "what another component carries": lambda ids: ids[0].partition("~")[0] + "~" + ids[1].partition("~")[2],
    "a key that nobody has given": lambda ids: with_another_key(ids[0], "~" + "A" * 22),
    "half of a character": lambda ids: with_another_key(ids[0], "~" + "\ud800" * 22),
}


@pytest.mark.parametrize("forge", FORGERIES.values(), ids=FORGERIES)
async def test_a_forged_key_is_refused_privately_logged_and_counted(
    bot: StartBot, forge: Callable[[Sequence[str]], str]
) -> None:
    made = await bot(BOT)
    message, other = await opened(made), await opened(made, LONG + "!")
    forged = forge([*ids(made, message), *ids(made, other)])

    def replace(payload: dict[str, Any]) -> None:
        payload["data"]["custom_id"] = forged

    made.local.faults.forge(replace)
    assert said(await made.pressed(message, "Note")) == [(OLD, True)]
    assert (made.log.warnings, made.engine.counts.forged) == (["forged custom_id"], 1)
    assert said(await made.pressed(message, "Note")) == [(f"{LONG} 8", False)]


async def test_what_is_kept_no_more_is_answered_privately(bot: StartBot, tmp_path: Path) -> None:
    made = await bot(BOT)
    message = await opened(made)
    await made.stop()
    change(tmp_path, "DELETE FROM params")
    again = await bot(BOT, local=made.local)
    assert said(await again.pressed(message, "Note")) == [(OLD, True)]
    assert (again.line()["outcome"], again.engine.counts.forged, again.log.warnings) == ("unknown", 0, [])


async def test_a_click_keeps_for_another_time_what_it_needs(bot: StartBot, tmp_path: Path) -> None:
    made = await bot(BOT)
    message = await opened(made)
    await made.stop()
    change(tmp_path, f"UPDATE params SET used_at = used_at - {PARAMS_KEPT_S - 3600}")
    again = await bot(BOT, local=made.local)
    await again.pressed(message, "Note")
    await again.stop()
    clicked, not_clicked = sorted(again.clock.now() - used_at for _, used_at in kept(tmp_path))
    assert clicked < 60 < PARAMS_KEPT_S - 3600 <= not_clicked


async def test_what_can_not_be_kept_is_not_shown(bot: StartBot, tmp_path: Path) -> None:
    (tmp_path / ".lifecycle").write_text("in the way of the store")
    made = await bot(BOT)
    trace = await made.ran("open", text=LONG)
    ((text, _),) = said(trace)
    assert text.startswith(STORE)
    assert made.components(trace.messages[0].id) == []
    assert said(await made.ran("open", text="short")) == [("Here", False)]


async def test_a_click_on_what_can_not_be_read_now_is_told_so(bot: StartBot, tmp_path: Path) -> None:
    made = await bot(BOT)
    message = await opened(made)
    await made.stop()
    (tmp_path / ".lifecycle").rename(tmp_path / "away")
    (tmp_path / ".lifecycle").write_text("in the way of the store")
    again = await bot(BOT, local=made.local)
    ((text, _),) = said(await again.pressed(message, "Note"))
    assert text.startswith(STORE)
    (tmp_path / ".lifecycle").unlink()
    (tmp_path / "away").rename(tmp_path / ".lifecycle")
    assert said(await again.pressed(message, "Note")) == [(f"{LONG} 8", False)]


async def test_parameters_are_taken_up_to_their_bound(bot: StartBot) -> None:
    made = await bot(BOT)
    room = PARAMS_BYTES_MAX - len('{"number":7,"text":""}')
    message = await opened(made, "x", times=room)
    assert said(await made.pressed(message, "Note")) == [("x" * 300 + " 8", False)]
    assert said(await made.ran("open", text="x", times=room + 1)) == [("There is no room for any more.", True)]
