"""Runs that wait and that nobody has begun: what has happened, and what comes by the clock."""

import asyncio
import sqlite3
from contextlib import closing

import pytest

from runner.emulator.clock import elapse
from runner.waiting import waiting_in
from tests.conftest import Bot, StartBot, compiled

DAY = 86_400.0


@pytest.fixture
def slack() -> float:
    """Days pass."""
    return 300.0


def texts(made: Bot, channel: str = "general", *, user: str = "Robin") -> list[str]:
    """Return what somebody reads in a channel, but for what Discord says itself."""
    shown = made.local.messages_for(user=user, channel=channel, limit=100)
    return [str(seen["content"]) for seen in shown if seen["type"] == 0]


def runs(made: Bot) -> list[tuple[str, str, str | None]]:
    """Return the runs that wait: which, whose and what for."""
    with closing(sqlite3.connect(made.directory / ".lifecycle/state.db")) as database:
        return database.execute("SELECT name, owner_id, waits_kind FROM flows ORDER BY created_at, id").fetchall()


def outcomes(made: Bot) -> list[str]:
    """Return how runs that nobody has begun have ended, or been put away."""
    return [str(line["outcome"]) for line in made.log.of("unattended")]


async def settled(made: Bot) -> None:
    """Wait until the bot has done with what has happened."""
    await elapse(0.5)
    await made.engine.events.idle()
    await made.idle()


async def later(made: Bot, seconds: float) -> None:
    """Let time pass, and wait until the bot has done what is due by then."""
    await elapse(seconds)
    await settled(made)
    await elapse(20)  # a store that is slow on a busy machine is waited for
    await settled(made)


async def join(made: Bot, user: str = "Noa") -> None:
    """Have somebody join, and wait until the bot has done with that."""
    made.local.join(user=user)
    await settled(made)


async def say(made: Bot, content: str, *, user: str = "Robin", channel: str = "general") -> None:
    """Have somebody write something, and wait until the bot has done with it."""
    made.local.say(user=user, channel=channel, content=content)
    await settled(made)


# --- what it is taken up with


GREET = """
events:
  member_join:
    steps:
      - send: {channel: "#general", content: "Welcome {{ member.name }} to {{ guild.name }}"}
      - wait: {duration: 1d, saved: true}
      - send: {channel: "#general", content: "{{ member.name }} is in {{ guild.name }} for a day ({{ event.name }})"}
"""


@pytest.mark.parametrize("restarts", [False, True], ids=["in one process", "in a new one"])
async def test_a_day_behind_an_event_is_waited_for(bot: StartBot, restarts: bool) -> None:
    made = await bot(GREET)
    await join(made)
    assert (outcomes(made), [run[::2] for run in runs(made)]) == (["waiting"], [("event member_join", "time")])
    if restarts:
        await made.stop()
        made = await bot(GREET, local=made.local)
    await later(made, DAY - 60)
    assert texts(made) == ["Welcome noa to Lighthouse"]
    await later(made, 60)
    assert texts(made)[1:] == ["noa is in Lighthouse for a day (member_join)"]
    assert made.log.of("flow")[-1]["outcome"] == "ok"
    assert runs(made) == []


NEWCOMER = """
state: {written: {scope: user, type: string, default: nothing}}
events:
  member_join:
    steps:
      - id: first
        wait_for:
          event: message
          everywhere: true
          timeout: 10m
          on_timeout: [{send: {channel: "#general", content: "Say hello, {{ member.mention }}!"}}, stop]
      - set: {state: written, to: "{{ steps.first.content }}"}
      - send: {channel: "#support", content: "{{ user.name }} wrote {{ state.written }}"}
"""


@pytest.mark.parametrize("restarts", [False, True], ids=["in one process", "in a new one"])
async def test_the_first_message_of_whoever_has_joined_is_waited_for(bot: StartBot, restarts: bool) -> None:
    made = await bot(NEWCOMER)
    await join(made)
    if restarts:
        await made.stop()
        made = await bot(NEWCOMER, local=made.local)
    await say(made, "Not me")
    assert [run[2] for run in runs(made)] == ["event message"]
    await say(made, "Hello", user="Noa", channel="support")
    await say(made, "Again", user="Noa", channel="support")
    assert texts(made, "support") == ["Hello", "noa wrote Hello", "Again"]
    assert runs(made) == []


async def test_what_discord_says_of_whoever_has_joined_is_not_theirs(bot: StartBot) -> None:
    made = await bot("events: {message: {steps: [{send: {channel: '#support', content: Written}}]}}")
    made.local.join(user="Noa")
    await say(made, "Hello", user="Noa")
    assert [seen["type"] for seen in made.local.messages_for(user="Robin", channel="general", limit=9)] == [7, 0]
    assert texts(made, "support") == ["Written"]


async def test_who_writes_nothing_in_time_is_reminded(bot: StartBot) -> None:
    made = await bot(NEWCOMER)
    await join(made)
    await later(made, 660)
    assert texts(made)[-1].startswith("Say hello, <@")
    assert runs(made) == []


async def test_a_run_does_not_hear_the_event_that_has_begun_it(bot: StartBot) -> None:
    made = await bot("""
    events:
      message:
        when: message.content == "one"
        steps:
          - {id: next, wait_for: {event: message}}
          - send: "one, then {{ steps.next.content }}"
    """)
    await say(made, "one")
    assert len(runs(made)) == 1
    await say(made, "two", user="Kim")
    await say(made, "one")
    assert texts(made) == ["one", "two", "one", "one, then one"]
    assert len(runs(made)) == 1, "what the message has begun waits for another one"


async def in_server(bot: StartBot, text: str) -> Bot:
    """Return a bot whose schedules name the server that there is, as GUILD."""
    first = await bot("commands: {it: {description: d, reply: Hello}}")
    (guild,) = first.local.world.guilds
    await first.stop()
    return await bot(text.replace("GUILD", f'"{guild}"'), local=first.local)


MONDAY = """
state: {asked: {scope: guild, type: integer, default: 0}}
schedules:
  monday:
    every: 1h
    guild: GUILD
    steps:
      - increment: {state: asked}
      - let: {number: "{{ state.asked }}"}
      - send: {channel: "#general", content: "Asked {{ vars.number }}"}
      - wait: {duration: 90m, saved: true}
      - send: {channel: "#general", content: "Over {{ vars.number }} in {{ guild.name }}, {{ schedule.name }}"}
"""


async def test_a_schedule_waits_and_the_next_run_does_not_wait_for_it(bot: StartBot) -> None:
    made = await in_server(bot, MONDAY)
    await later(made, 3600 * 3 + 60)
    assert texts(made) == ["Asked 1", "Asked 2", "Over 1 in Lighthouse, monday", "Asked 3"]
    assert [run[:2] for run in runs(made)] == [("schedule monday", ""), ("schedule monday", "")]


async def test_a_schedule_that_has_been_put_away_is_not_begun_again_at_the_start(bot: StartBot) -> None:
    made = await in_server(bot, MONDAY)
    await later(made, 3660)
    made.task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await made.task
    (guild,) = made.local.world.guilds
    made = await bot(MONDAY.replace("GUILD", f'"{guild}"'), local=made.local)
    await later(made, 60)
    assert texts(made) == ["Asked 1"]
    await later(made, 5400 - 60)
    assert texts(made)[-1] == "Over 1 in Lighthouse, monday"


LATER = """
state: {said: {scope: user, type: string, default: nothing}}
flows:
  remind:
    params: {text: string}
    EXPIRES
    steps:
      - wait_for: {event: message, timeout: 1h, on_timeout: [{send: "{{ user.mention }}: {{ params.text }}"}]}
      - set: {state: said, to: "{{ params.text }}"}
      - send: "{{ user.name }} in {{ channel.name }}: {{ state.said }}"
    on_expired: [{send: "Over: {{ params.text }}"}]
commands:
  it: {description: d, steps: [{schedule: {flow: remind, with: {text: Tea}, after: 5m}}, {reply: I will}]}
"""


async def test_a_flow_that_is_begun_later_waits_for_whoever_has_had_it_begun(bot: StartBot) -> None:
    made = await bot(LATER.replace("EXPIRES", ""))
    await made.ran("it")
    await later(made, 310)
    await say(made, "Not me", user="Kim")
    await say(made, "Me")
    assert texts(made) == ["Not me", "Me", "robin in general: Tea"]
    assert runs(made) == []


async def test_a_flow_that_is_begun_later_expires(bot: StartBot) -> None:
    made = await bot(LATER.replace("EXPIRES", "expires: 10m"))
    await made.ran("it")
    await later(made, 310)
    assert len(runs(made)) == 1
    await made.stop()
    made = await bot(LATER.replace("EXPIRES", "expires: 10m"), local=made.local)
    await later(made, 600)
    assert texts(made) == ["Over: Tea"]
    assert made.log.of("flow")[-1]["outcome"] == "expired"
    assert runs(made) == []


async def test_nothing_is_heard_where_there_is_no_server(bot: StartBot) -> None:
    made = await bot("""
    flows: {remind: {steps: [{wait_for: {event: message}}, {log: Done}]}}
    commands: {it: {description: d, steps: [{schedule: {flow: remind, after: 5s}}, {reply: I will}]}}
    """)
    made.local.command(user="Robin", channel="dm", name="it")
    await later(made, 10)
    assert [line["reason"] for line in made.log.of("step failed")] == ["wait_for: nothing is heard outside of servers"]
    assert outcomes(made) == ["failed"]


# --- questions


def question(made: Bot, channel: str = "general") -> int:
    """Return the newest message with something to click."""
    shown = made.local.messages_for(user="Robin", channel=channel, limit=100)
    return next(int(seen["id"]) for seen in reversed(shown) if seen["components"])


REPORT = """
events:
  message:
    when: message.content == "report"
    steps:
      - id: it
        choose:
          prompt: "{{ user.name }} reports in {{ channel.name }}"
          options: {mute: Mute, leave: Leave it}
          from: {role: "@Support", denied: Support decides that.}
          timeout: 1h
          on_timeout: [{update: {content: Nobody has looked.}}, {reply: Sorry.}, stop]
      - wait: 5s
      - update: {content: "{{ steps.it.user.name }}: {{ steps.it.value }} for {{ user.name }}", components: []}
      - reply: {content: "Thank you, {{ event.name }}", ephemeral: true}
"""


@pytest.mark.parametrize("restarts", [False, True], ids=["in one process", "in a new one"])
async def test_an_event_asks_and_goes_on_with_the_answer_of_whoever_may(bot: StartBot, restarts: bool) -> None:
    made = await bot(REPORT)
    await say(made, "report")
    if restarts:
        await made.stop()
        made = await bot(REPORT, local=made.local)
    asked = question(made)
    assert made.text(asked) == "robin reports in general"
    for user in ("Robin", "Kim"):
        refused = await made.pressed(asked, "Mute", user=user)
        assert [(seen.content, seen.ephemeral) for seen in refused.messages] == [("Support decides that.", True)]
    answer = await made.pressed(asked, "Mute", user="Sam")
    assert made.text(asked) == "sam: mute for robin"
    assert made.usable(asked) == []
    assert [(seen.content, seen.ephemeral) for seen in answer.messages][-1] == ("Thank you, message", True)
    assert answer.acknowledged_at is not None
    assert answer.acknowledged_at - answer.dispatched_at < 0.5
    assert runs(made) == []


async def test_a_question_of_an_event_that_nobody_answers_has_a_visible_end(bot: StartBot) -> None:
    made = await bot(REPORT)
    await say(made, "report")
    asked = question(made)
    await made.stop()
    await later(made, 3600)
    made = await bot(REPORT, local=made.local)
    await later(made, 30)
    assert made.text(asked) == "Nobody has looked."
    assert texts(made) == ["report", "Nobody has looked.", "Sorry."]
    assert runs(made) == []


async def test_whoever_has_caused_an_event_answers_unless_it_is_said_otherwise(bot: StartBot) -> None:
    made = await bot("""
    events:
      message:
        when: message.content == "go"
        steps: [{id: sure, confirm: Sure?}, {send: "{{ steps.sure.confirmed }}"}]
    """)
    await say(made, "go", user="Kim")
    asked = question(made)
    refused = await made.pressed(asked, "Yes")
    assert [seen.content for seen in refused.messages] == ["This question is not for you."]
    await made.pressed(asked, "Yes", user="Kim")
    assert texts(made)[-1] == "True"
    assert made.usable(asked) == []


async def test_what_fails_behind_an_answer_is_told_to_whoever_has_given_it(bot: StartBot) -> None:
    made = await bot(REPORT.replace("wait: 5s", "{fail: It broke, when: user.name}"))
    await say(made, "report")
    answer = await made.pressed(question(made), "Mute", user="Sam")
    assert [(seen.content, seen.ephemeral) for seen in answer.messages][-1] == ("It broke", True)
    assert runs(made) == []


async def test_a_schedule_asks_in_the_channel_that_it_names(bot: StartBot) -> None:
    made = await in_server(
        bot,
        """
        schedules:
          monday:
            every: 1h
            guild: GUILD
            steps:
              - id: who
                choose:
                  {prompt: Who does it?, options: {a: Me}, channel: "#support", from: anyone, timeout: 30m,
                   on_timeout: [{update: {content: Nobody.}}, {reply: Sad.}, stop]}
              - update: {content: "{{ steps.who.user.name }} in {{ guild.name }}", components: []}
        """,
    )
    await later(made, 3660)
    await made.pressed(question(made, "support"), "Me", user="Sam")
    assert texts(made, "support") == ["sam in Lighthouse"]
    await later(made, 3600 + 1860)
    assert texts(made, "support") == ["sam in Lighthouse", "Nobody.", "Sad."]
    assert texts(made) == []


async def test_a_form_is_opened_by_a_button_and_pages_are_turned(bot: StartBot) -> None:
    made = await bot("""
    events:
      message:
        when: message.content == "go"
        steps:
          - {id: it, form: {title: T, prompt: Tell us, fields: {name: {label: Name}}, from: anyone}}
          - paginate: {items: "['a', 'b']", line: "{{ item }} {{ steps.it.name }}", per_page: 1, close: Close}
          - {send: "Over, {{ steps.it.user.name }}"}
    """)
    await say(made, "go")
    asked = question(made)
    assert made.text(asked) == "Tell us"
    opened = await made.pressed(asked, "Continue", user="Kim")
    await made.submitted(opened, name="x")
    asked = question(made)
    assert made.text(asked) == "a x"
    await made.pressed(asked, "Close")
    assert texts(made)[-1] == "Over, kim"
    assert runs(made) == []


async def test_a_flow_that_is_begun_later_asks_and_expires(bot: StartBot) -> None:
    made = await bot("""
    flows:
      ask:
        expires: 10m
        steps: [{id: sure, confirm: Sure?}, {wait: 2s}, {reply: {content: Fine, ephemeral: true}}]
        on_expired: [{update: {content: Too late}}]
    commands: {it: {description: d, steps: [{schedule: {flow: ask, after: 5m}}, {reply: I will}]}}
    """)
    for answers in (True, False):
        await made.ran("it")
        await later(made, 310)
        asked = question(made)
        if answers:
            answer = await made.pressed(asked, "Yes")
            assert [(seen.content, seen.ephemeral) for seen in answer.messages][-1] == ("Fine", True)
        else:
            await later(made, 600)
            assert made.text(asked) == "Too late"
        assert made.usable(asked) == []
    assert runs(made) == []


async def test_a_command_asks_in_another_channel(bot: StartBot) -> None:
    made = await bot("""
    commands:
      it:
        description: d
        response: ephemeral
        steps:
          - id: ok
            confirm: {prompt: "{{ user.name }} asks", channel: "#support", from: {role: "@Support"}, timeout: 1h,
                      on_timeout: [{update: {content: Nobody}}, stop]}
          - update: {content: "{{ steps.ok.user.name }}: {{ steps.ok.confirmed }}", components: []}
          - send: "It is {{ steps.ok.confirmed }}"
    """)
    trace = await made.ran("it")
    assert trace.messages[0].ephemeral
    assert trace.messages[0].content.startswith("I will go on with this as soon as it happens")
    await made.pressed(question(made, "support"), "Yes", user="Sam")
    assert texts(made, "support") == ["sam: True"]
    assert texts(made) == ["It is True"]
    await made.ran("it")
    await later(made, 3660)
    assert texts(made, "support") == ["sam: True", "Nobody"]


async def test_an_event_opens_a_form_behind_a_question(bot: StartBot) -> None:
    made = await bot("""
    modals:
      tell:
        title: Tell
        fields: {a: {label: A}}
        response: update
        steps: [{update: {content: "{{ fields.a }}", components: []}}]
    events:
      message: {when: message.content == "go", steps: [{confirm: Sure?}, {modal: tell}]}
    """)
    await say(made, "go")
    opened = await made.pressed(question(made), "Yes")
    await made.submitted(opened, a="x")
    assert texts(made) == ["go", "x"]


# --- reloads


async def test_it_goes_on_with_the_program_that_it_began_on(bot: StartBot) -> None:
    made = await bot(GREET)
    await join(made)
    for number in range(10):
        made.engine.swap(compiled(GREET.replace("a day", f"{number} days")))
    await later(made, DAY)
    assert texts(made)[-1].startswith("noa is in Lighthouse for a day")


async def test_it_goes_on_where_its_event_is_heard_no_more(bot: StartBot) -> None:
    made = await bot(NEWCOMER)
    await join(made)
    await made.stop()
    made = await bot("events: {message: {when: message.content == 'x', steps: [{log: x}]}}", local=made.local)
    await later(made, 30)  # the lease of the process before has run out
    await say(made, "Hello", user="Noa")
    assert texts(made, "support") == ["noa wrote Hello"]


# --- failures


FAILS = """
events:
  message:
    timeout: 10s
    steps:
      - wait: {duration: 1h, saved: true}
      - STEP
    RESCUES
"""


def fails(step: str, rescues: str = "") -> str:
    """Return a bot that waits and then fails."""
    return FAILS.replace("STEP", step).replace("RESCUES", rescues)


@pytest.mark.parametrize(
    ("step", "event", "outcome"),
    [("fail: No", "step failed", "failed"), ('wait: "{{ 20 }}"', "handler timed out", "timeout")],
)
async def test_what_fails_behind_a_wait_is_for_the_log_alone(
    bot: StartBot, step: str, event: str, outcome: str
) -> None:
    made = await bot(fails(step))
    await say(made, "Hi")
    await later(made, 3700)
    assert texts(made) == ["Hi"]
    assert [line["handler"] for line in made.log.of(event)] == ["event message"]
    assert made.log.of("flow")[-1]["outcome"] == outcome
    assert made.log.warnings == [event]
    assert runs(made) == []


async def test_what_fails_behind_a_wait_is_rescued_by_its_own_steps(bot: StartBot) -> None:
    made = await bot(fails("fail: No", 'on_error: [{send: "{{ user.name }}: {{ error.message }}"}]'))
    await say(made, "Hi")
    await later(made, 3700)
    assert texts(made) == ["Hi", "robin: No"]


async def test_a_run_that_cannot_be_built_again_says_nothing_to_anybody(bot: StartBot) -> None:
    made = await bot(fails("log: Done"))
    await say(made, "Hi")
    await made.stop()
    with closing(sqlite3.connect(made.directory / ".lifecycle/state.db")) as database, database:
        database.execute("""UPDATE programs SET files = '{"bot.yaml": "version: 2"}'""")
    made = await bot("commands: {other: {description: d, reply: Hi}}", local=made.local)
    await later(made, 3700)
    assert texts(made) == ["Hi"]
    assert made.log.of("flow lost")[0]["handler"] == "event message"
    assert runs(made) == []


async def test_a_run_that_cannot_be_kept_fails_at_the_step_that_waits(bot: StartBot) -> None:
    made = await bot(fails("log: Done", 'on_error: [{send: "{{ error.kind }}"}]'))
    for number in range(101):
        await say(made, f"{number}")
    assert len(runs(made)) == 100
    assert outcomes(made).count("failed") == 1
    (line,) = made.log.of("step failed")
    assert line["reason"] == "the run can't be put away: there are 100 already"


async def test_what_nobody_has_begun_is_listed_as_nobodys(bot: StartBot) -> None:
    made = await in_server(bot, MONDAY)
    await later(made, 3660)
    (found,) = [each async for each in waiting_in("sqlite:.lifecycle/state.db", made.directory, made.clock.now)]
    assert (found.handler, found.waits_for, found.user_id, found.channel_id) == (
        "schedule monday", "its time", None, None
    )  # fmt: skip
    assert found.line.split()[1:6] == ["schedule", "monday", "its", "time", "-"]
