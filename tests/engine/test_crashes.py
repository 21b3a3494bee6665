"""Kill the process at each write and each call of scripted flows, before it and behind it: nothing is lost.

And have the store fail at each write: a run goes on when it is asked again, or ends with a friendly line.

`FULL_SWEEP=1 pytest tests/engine/test_crashes.py` does so at every one of them, which takes some minutes; without it,
at every seventh, beginning with another one in each script.
"""

import os
import sqlite3
from collections.abc import AsyncIterator, Sequence
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import pytest

from runner.emulator.clock import VirtualClock, elapse
from runner.emulator.server import LocalDiscord
from runner.emulator.trace import Trace
from tests.lives import Death, Lives, lives, new_discord

Do = tuple[str, ...]
"""What a user does: ("run",), ("press", label), ("submit", text), ("say", text), ("wait", seconds)."""

Step = tuple[Do, str]
"""What a user does, and the text that they see when it has been done."""


@dataclass(frozen=True)
class Script:
    """A bot, what somebody does with it, and what must have happened exactly once in the end.

    `follow_ups` happen at most once: nobody can ask Discord for them, so one in doubt is left out.
    """

    bot: str
    steps: Sequence[Step]
    effects: Sequence[str] = ()
    follow_ups: Sequence[str] = ()


WIZARD = Script(
    """
    commands:
      it:
        description: d
        steps:
          - {id: one, choose: {prompt: One, options: {a: A, b: B}}}
          - {id: two, confirm: "Two {{ steps.one.value }}"}
          - update: {content: "Done {{ steps.one.value }} {{ steps.two.confirmed }}"}
    """,
    [(("run",), "One"), (("press", "B"), "Two b"), (("press", "Yes"), "Done b True")],
)
EFFECTS = Script(
    """
    state: {count: {scope: user, type: integer, default: 0}}
    commands:
      it:
        description: d
        steps:
          - {id: sure, confirm: Sure?}
          - send: "Effect one"
          - increment: {state: count}
          - send: "Effect two"
          - reply: "Counted {{ state.count }}"
          - {id: more, confirm: More?}
          - increment: {state: count}
          - update: {content: "Ended {{ state.count }}"}
    """,
    [(("run",), "Sure?"), (("press", "Yes"), "More?"), (("press", "Yes"), "Ended 2")],
    ["Effect one", "Effect two"],
    ["Counted 1"],
)
FORMS = Script(
    """
    commands:
      it:
        description: d
        steps:
          - {id: it, form: {title: T, fields: {a: {label: A, type: integer}}}}
          - {id: sure, confirm: "Sure {{ steps.it.a }}?"}
          - {id: last, form: {title: U, fields: {b: B}}}
          - update: {content: "Done {{ steps.it.a }} {{ steps.last.b }}"}
    """,
    [
        (("run",), "form T"),
        (("submit", "x"), "“A” has to be a whole number."),
        (("press", "Continue"), "form T"),
        (("submit", "5"), "Sure 5?"),
        (("press", "Yes"), "form U"),
        (("submit", "y"), "Done 5 y"),
    ],
)
PRIVATE = Script(
    """
    commands:
      it:
        description: d
        response: ephemeral
        steps:
          - {id: one, choose: {prompt: One, options: {a: A, b: B}}}
          - {id: two, choose: {prompt: Two, options: {c: C}, cancel: Stop}}
          - update: {content: "Done {{ steps.one.value }}{{ steps.two.value }}"}
    """,
    [(("run",), "One"), (("press", "A"), "Two"), (("press", "C"), "Done ac")],
)
TIMEOUTS = Script(
    """
    commands:
      it:
        description: d
        steps:
          - choose:
              prompt: One
              options: {a: A}
              timeout: 5m
              on_timeout: [{send: Effect late}, {update: {content: Timed out}}, {reply: Sorry}, stop]
    """,
    [(("run",), "One"), (("wait", "301"), "Timed out")],
    ["Effect late"],
    ["Sorry"],
)
EXPIRY = Script(
    """
    flows:
      ask:
        expires: 10m
        steps: [{id: it, choose: {prompt: One, options: {a: A}}}, {choose: {prompt: Two, options: {b: B}}}]
        on_expired: [{send: Effect expired}, {reply: Too late}]
    commands: {it: {description: d, steps: [{run: ask}]}}
    """,
    [(("run",), "One"), (("press", "A"), "Two"), (("wait", "601"), "Effect expired")],
    ["Effect expired"],
    ["Too late"],
)
LOOP = Script(
    """
    commands:
      it:
        description: d
        steps:
          - for_each: "['x', 'y']"
            do:
              - {id: it, choose: {prompt: "Which {{ item }}", options: {a: A, b: B}}}
              - send: "Effect {{ item }}{{ steps.it.value }}"
          - send: Effect done
    """,
    [(("run",), "Which x"), (("press", "A"), "Which y"), (("press", "B"), "Effect done")],
    ["Effect xa", "Effect yb", "Effect done"],
)
PARALLEL = Script(
    """
    commands:
      it:
        description: d
        steps:
          - parallel:
              one: [{id: a, choose: {prompt: Left, options: {a: A}}}, {send: Effect left}]
              two: [{id: b, choose: {prompt: Right, options: {b: B}}}, {send: Effect right}]
          - update: {content: "Done {{ steps.a.value }}{{ steps.b.value }}"}
    """,
    [(("run",), "Right"), (("press", "B"), "Effect right"), (("press", "A"), "Done ab")],
    ["Effect left", "Effect right", "Right"],
)
BACK = Script(
    """
    commands:
      it:
        description: d
        steps:
          - {id: one, choose: {prompt: One, options: {a: A, b: B}}}
          - {id: two, choose: {prompt: "Two {{ steps.one.value }}", options: {c: C}, back: Back}}
          - update: {content: "Done {{ steps.one.value }}"}
    """,
    [(("run",), "One"), (("press", "A"), "Two a"), (("press", "Back"), "One"), (("press", "B"), "Two b"),
     (("press", "C"), "Done b")],
)  # fmt: skip
CAUGHT = Script(
    """
    flows:
      ask: {result: boolean, steps: [{id: it, confirm: Sure?}, {return: "{{ steps.it.confirmed }}"}]}
    commands:
      it:
        description: d
        steps:
          - try: [{id: it, run: ask}, {if: steps.it.result, then: [{fail: It broke}]}]
            catch: [{reply: "Caught {{ error.message }}"}]
            finally: [{send: Effect finally}]
          - reply: Done
    """,
    [(("run",), "Sure?"), (("press", "Yes"), "Effect finally")],
    ["Effect finally"],
    ["Caught It broke", "Done"],
)
EVENT = Script(
    """
    commands:
      it:
        description: d
        steps:
          - {id: it, wait_for: {event: message, timeout: 1h}}
          - send: "Effect {{ steps.it.content }}"
          - {id: sure, confirm: "Sure of {{ steps.it.content }}?"}
          - update: {content: Done}
    texts: {en: {listening: Say it}}
    """,
    [(("run",), "Say it"), (("say", "this"), "Sure of this?"), (("press", "Yes"), "Done")],
    ["Effect this"],
)
UNASKED = Script(
    """
    state: {count: {scope: member, type: integer, default: 0}}
    events:
      message:
        when: message.content == "go"
        steps:
          - wait: {duration: 5s, saved: true}
          - send: Effect one
          - {id: it, wait_for: {event: message, timeout: 1h}}
          - increment: {state: count}
          - send: "Effect {{ steps.it.content }} {{ state.count }} of {{ user.name }}"
        on_error: [{send: "I can't get at what I have to remember"}]
    """,
    [(("say", "go"), "Effect one"), (("say", "this"), "Effect this 1 of robin")],
    ["Effect one", "Effect this 1 of robin"],
)
ASKED = Script(
    """
    events:
      message:
        when: message.content == "go"
        steps:
          - {id: one, choose: {prompt: One, options: {a: A, b: B}}}
          - send: "Effect {{ steps.one.value }}"
          - {id: two, confirm: "Two {{ steps.one.value }}"}
          - update: {content: "Done {{ steps.one.value }} {{ steps.two.confirmed }}"}
        on_error: [{send: "I can't get at what I have to remember"}]
    """,
    [(("say", "go"), "One"), (("press", "B"), "Two b"), (("press", "Yes"), "Done b True")],
    ["Effect b"],
)
CLOCK = Script(
    """
    schedules:
      once:
        at: SOON
        missed: run_once
        steps: [{wait: {duration: 20s, saved: true}}, {send: {channel: "CHANNEL", content: Effect once}}]
        on_error: [{send: {channel: "CHANNEL", content: "I can't get at what I have to remember"}}]
    """,
    [(("wait", "5"), "Effect once")],
    ["Effect once"],
)
SCRIPTS = {
    "wizard": WIZARD,
    "effects": EFFECTS,
    "forms": FORMS,
    "private": PRIVATE,
    "timeouts": TIMEOUTS,
    "expiry": EXPIRY,
    "loop": LOOP,
    "parallel": PARALLEL,
    "back": BACK,
    "caught": CAUGHT,
    "event": EVENT,
    "unasked": UNASKED,
    "asked": ASKED,
    "clock": CLOCK,
}

SORRY = "I can't get at what I have to remember"

KILLS_MAX = 80
"""More writes and calls than any script needs."""

STRIDE = 1 if os.environ.get("FULL_SWEEP") else 7


@pytest.fixture
async def discord(virtual_clock: VirtualClock) -> AsyncIterator[LocalDiscord]:
    """A local Discord."""
    del virtual_clock  # it is what makes the loop a virtual one
    local = new_discord()
    await local.start()
    yield local
    await local.stop()
    await elapse(90)


@dataclass
class Person:
    """Somebody who does what the script says, and tries again what has visibly failed."""

    bot: Lives
    opened: Trace | None = None
    first: Do = ()
    begun: int = 0

    async def follow(self, steps: Sequence[Step], *, may_fail: bool = False) -> bool:
        """Do it all; False where that can't be done because it has failed, and where that may be."""
        self.first = steps[0][0]
        for do, seen in steps:
            if not await self._until(do, seen, may_fail=may_fail):
                return False
        return True

    async def _until(self, do: Do, seen: str, *, may_fail: bool) -> bool:
        for _ in range(8):
            await self._do(do)
            await self.bot.settle()
            for _ in range(3):
                if self._sees(seen):
                    return True
                await elapse(45)  # somebody else may have to take it up
                await self.bot.settle()
            if may_fail and self._has_failed(do):
                return False
        raise AssertionError(f"after {do} nobody sees {seen!r}, but {self.bot.texts()}")

    def _sees(self, seen: str) -> bool:
        if seen.startswith("form "):
            return self.opened is not None and self.opened.modal is not None
        return seen in self.bot.texts()

    def _has_failed(self, do: Do) -> bool:
        """Tell whether it has been said that something can't be remembered, and nothing is left to click."""
        return any(SORRY in text for text in self.bot.texts()) and (do[0] != "press" or not self.bot.button(do[1]))

    async def _do(self, do: Do) -> None:
        self.begun += do == self.first
        match do:
            case ("run",):
                self.opened = self.bot.local.command(user="Robin", channel="general", name="it")
            case ("press", label):
                if (found := self.bot.button(label) or self.bot.button("Continue")) is not None:
                    self.opened = self.bot.local.click(user="Robin", message=found[0], custom_id=found[1])
            case ("submit", text):
                if self.opened is not None and self.opened.modal is not None:
                    names = [row["component"]["custom_id"] for row in self.opened.modal["components"]]
                    self.bot.local.submit(modal=self.opened, values=dict.fromkeys(names, text))
            case ("say", text):
                self.bot.local.say(user="Robin", channel="general", content=text)
            case ("wait", seconds):
                await elapse(float(seconds))
            case _:
                raise AssertionError(do)


async def played(
    script: Script, directory: Path, local: LocalDiscord, death: Death | None, *, may_fail: bool = False
) -> list[str]:
    """Play a script to its end, and hold it to what it promises. Return what the channel shows then.

    One that `may_fail` may end before, once its user has been told so, and then wait for an answer to its form.
    """
    (channel,) = (each.id for each in local.world.channels.values() if each.name == "general")
    soon = datetime.fromtimestamp(local.clock.now() + 30, UTC).isoformat()
    bot = lives(script.bot.replace("CHANNEL", str(channel)).replace("SOON", soon), directory, local)
    person = Person(bot)
    await bot.connect()
    try:
        await bot.live(death)
        first = bot.death
        await elapse(0.1)
        has_ended = await person.follow(script.steps, may_fail=may_fail)
        await bot.settle()
        first.at = None  # what comes now is no part of the script
        await elapse(200)  # what a crash has left behind is taken up by now
        await bot.settle()
        texts = bot.texts()
        counts, runs = {text: texts.count(text) for text in script.effects}, person.begun if may_fail else 1
        assert all(has_ended <= count <= runs for count in counts.values()), counts
        assert all(texts.count(text) <= runs for text in script.follow_ups), texts
        if has_ended:
            assert rows(directory, "flows") == rows(directory, "effects") == rows(directory, "programs") == 0
        return texts
    finally:
        await bot.close()


def rows(directory: Path, table: str) -> int:
    """Return how many rows a table of the store has."""
    with closing(sqlite3.connect(directory / ".lifecycle/state.db")) as database:
        ((count,),) = database.execute(f"SELECT count(*) FROM {table}").fetchall()
    return int(count)


@pytest.mark.parametrize("script", SCRIPTS.values(), ids=SCRIPTS)
async def test_a_script_is_played_without_a_crash(script: Script, discord: LocalDiscord, tmp_path: Path) -> None:
    texts = await played(script, tmp_path, discord, None)
    assert all(texts.count(text) == 1 for text in script.follow_ups)


@pytest.mark.parametrize("before", [True, False], ids=["before", "behind"])
@pytest.mark.parametrize("script", SCRIPTS.values(), ids=SCRIPTS)
async def test_a_crash_anywhere_loses_nothing_and_doubles_nothing(
    script: Script, before: bool, virtual_clock: VirtualClock, tmp_path: Path
) -> None:
    del virtual_clock
    first = 1 + list(SCRIPTS.values()).index(script) % STRIDE
    for at in range(first, KILLS_MAX, STRIDE):
        local = new_discord()
        await local.start()
        death = Death(at, before)
        (tmp_path / str(at)).mkdir()
        try:
            await played(script, tmp_path / str(at), local, death)
        except AssertionError as fault:
            raise AssertionError(f"killed {'before' if before else 'behind'} {at}: {death.last}: {fault}") from fault
        finally:
            await local.stop()
            await elapse(90)
        if not death.last:  # it has not come to that many
            return
    raise AssertionError("the script never ends")


@pytest.mark.parametrize("script", SCRIPTS.values(), ids=SCRIPTS)
async def test_a_store_that_fails_anywhere_loses_nothing_and_doubles_nothing(
    script: Script, virtual_clock: VirtualClock, tmp_path: Path
) -> None:
    del virtual_clock
    first = 1 + (3 + list(SCRIPTS.values()).index(script)) % STRIDE
    for at in range(first, KILLS_MAX, STRIDE):
        local = new_discord()
        await local.start()
        fault = Death(at, only_the_store=True)
        (tmp_path / str(at)).mkdir()
        try:
            await played(script, tmp_path / str(at), local, fault, may_fail=True)
        except AssertionError as found:
            raise AssertionError(f"the store fails at {at}, a {fault.last}: {found}") from found
        finally:
            await local.stop()
            await elapse(90)
        if not fault.last:  # it has not come to that many
            return
    raise AssertionError("the script never ends")


IN_DOUBT = """
commands:
  it:
    description: d
    steps:
      - confirm: Sure?
      - {create_channel: room, on_crash: POLICY}
      - send: Done
    on_error: [{send: Sorry}]
"""


@pytest.mark.parametrize(
    ("policy", "rooms", "said"), [("repeat", 2, "Done"), ("skip", 1, "Done"), ("fail", 1, "Sorry")]
)
async def test_what_is_in_doubt_is_done_as_the_author_says(
    policy: str, rooms: int, said: str, discord: LocalDiscord, tmp_path: Path
) -> None:
    bot = lives(IN_DOUBT.replace("POLICY", policy), tmp_path, discord)
    await bot.connect()
    try:
        await bot.live(Death(before=False, call="POST /guilds"))
        await elapse(0.1)
        await Person(bot).follow([(("run",), "Sure?"), (("press", "Yes"), said)])
    finally:
        await bot.close()
    assert bot.texts()[-1] == said
    assert sum(each.name == "room" for each in discord.world.channels.values()) == rooms
