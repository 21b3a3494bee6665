"""Runs that wait: who may answer, in time and too late, across restarts and reloads, and two at once."""

import sqlite3
from contextlib import closing

import pytest

from runner.emulator.clock import elapse
from runner.emulator.trace import Trace
from runner.emulator.world import Member, User
from tests.conftest import Bot, StartBot, compiled

OVER, ANSWERED = "This question is over.", "This has been answered already."


@pytest.fixture
def slack() -> float:
    """Hours pass."""
    return 300.0


def said(trace: Trace) -> list[str]:
    """Return what an interaction shows."""
    return [seen.content for seen in trace.messages]


ASK = """
checks: {managers: {permissions: manage_messages}}
commands:
  it:
    description: d
    MORE
    steps:
      BEFORE
      - id: it
        choose: {prompt: Q, options: {a: A, b: B}, CHOOSE}
      BEHIND
      - reply: "Chosen: {{ steps.it.value | default('nothing') }}"
"""


def ask(choose: str = "", *, more: str = "", before: str = "", behind: str = "") -> str:
    """Return a bot whose command asks something."""
    text = ASK
    for name, given in (("MORE", more), ("BEFORE", before), ("CHOOSE", choose), ("BEHIND", behind)):
        text = text.replace(name, given)
    return "\n".join(line for line in text.splitlines() if line.strip())


async def asked(bot: Bot) -> int:
    """Return the message of the question that the command asks."""
    return (await bot.ran("it")).messages[0].id


# --- who


async def test_only_the_invoker_answers_unless_it_is_said_otherwise(bot: StartBot) -> None:
    made = await bot(ask())
    message = await asked(made)
    other = await made.pressed(message, "A", user="Kim")
    assert [(seen.content, seen.ephemeral) for seen in other.messages] == [("This question is not for you.", True)]
    assert made.line()["outcome"] == "refused"
    assert said(await made.pressed(message, "B"))[-1] == "Chosen: b"


async def test_anyone_may_answer_where_that_is_said(bot: StartBot) -> None:
    made = await bot(ask("from: anyone"))
    assert said(await made.pressed(await asked(made), "A", user="Kim"))[-1] == "Chosen: a"


async def test_a_refusal_says_what_the_author_has_written(bot: StartBot) -> None:
    made = await bot(ask("from: {who: invoker, denied: 'Not you, {{ event.user.name }}'}"))
    assert said(await made.pressed(await asked(made), "A", user="Kim")) == ["Not you, kim"]


@pytest.mark.parametrize(
    ("rule", "who"),
    [
        ("{check: managers}", "Mo"),
        ("{if: event.user.name == 'kim'}", "Kim"),
        ("{who: anyone, if: event.user.name == 'kim' and event.user.id != user.id}", "Kim"),
    ],
    ids=["a check", "an expression", "both"],
)
async def test_who_may_answer_is_told_by_rules(bot: StartBot, rule: str, who: str) -> None:
    made = await bot(ask(f"from: {rule}"))
    message = await asked(made)
    for user in ("Robin", "Kim", "Mo"):
        if user != who:
            assert said(await made.pressed(message, "A", user=user)) == ["This question is not for you."], user
    assert said(await made.pressed(message, "A", user=who))[-1] == "Chosen: a"


# --- in time


LATE = ask("timeout: 2m, on_timeout: [{update: {content: Timed out}}, stop]")


async def test_when_nobody_answers_the_question_is_closed_and_on_timeout_runs(bot: StartBot) -> None:
    made = await bot(LATE)
    message = await asked(made)
    await elapse(119)
    assert made.text(message) == "Q"
    await elapse(2)
    assert made.text(message) == "Timed out"
    assert made.usable(message) == []
    assert made.log.of("flow")[-1]["outcome"] == "ok"


async def test_without_on_timeout_the_buttons_are_disabled_and_nothing_follows(bot: StartBot) -> None:
    made = await bot(ask("timeout: 2m"))
    message = await asked(made)
    await elapse(121)
    assert made.text(message) == "Q"
    assert len(made.components(message)) == 2
    assert made.usable(message) == []


async def test_what_on_timeout_falls_through_to_goes_on(bot: StartBot) -> None:
    made = await bot(ask("timeout: 2m, on_timeout: [{log: Late}]"))
    await asked(made)
    await elapse(121)
    channel = made.local.messages_for(user="Robin", channel="general")
    assert [seen["content"] for seen in channel] == ["Q", "Chosen: nothing"]


async def test_a_private_question_times_out_by_its_interaction_while_that_lives(bot: StartBot) -> None:
    made = await bot(ask("timeout: 2m, on_timeout: [{reply: Too late}, stop]", more="response: ephemeral"))
    trace = await made.ran("it")
    await elapse(121)
    assert [(seen.content, seen.ephemeral) for seen in trace.messages] == [("Q", True), ("Too late", True)]
    assert made.usable(trace.messages[0].id) == []


async def test_a_private_question_that_outlives_its_interaction_is_left_as_it_is(bot: StartBot) -> None:
    made = await bot(ask("timeout: 1h, on_timeout: [{log: Late}, stop]", more="response: ephemeral"))
    trace = await made.ran("it")
    wire = len(made.local.wire)
    await elapse(3601)
    assert made.log.of("step")[-1] == {"message": "Late"}
    assert [entry.route for entry in [*made.local.wire][wire:] if "messages" in entry.route] == []
    late = await made.pressed(trace.messages[0].id, "A")
    assert said(late) == [OVER]


async def test_a_late_click_gets_a_friendly_line(bot: StartBot) -> None:
    made = await bot(ask("timeout: 2m"))
    made.local.faults.next("messages", status=500, times=9)
    message = await asked(made)
    await elapse(300)
    late = await made.pressed(message, "A")
    assert [(seen.content, seen.ephemeral) for seen in late.messages] == [(OVER, True)]


# --- two at once


async def test_of_two_clicks_at_once_one_wins_and_the_other_is_told(bot: StartBot) -> None:
    made = await bot(ask("from: anyone"))
    message = await asked(made)
    clicks = [made.press(message, "A", user=user) for user in ("Robin", "Kim", "Mo")]
    await made.idle()
    answers = sorted(said(click)[-1] for click in clicks)
    assert answers == ["Chosen: a", ANSWERED, ANSWERED]
    assert [click.acknowledgements for click in clicks] == [1, 1, 1]
    assert not any(click.failed for click in clicks)


async def test_of_fifty_members_one_wins(bot: StartBot) -> None:
    made = await bot(ask("from: anyone", behind="- send: Effect"))
    names = [_joined(made, number) for number in range(50)]
    message = await asked(made)
    clicks = [made.press(message, "A", user=name) for name in names]
    await made.idle()
    answers = [said(click)[-1] for click in clicks]
    assert sorted(answers) == ["Chosen: a"] + [ANSWERED] * 49
    assert not any(click.failed for click in clicks)
    channel = made.local.messages_for(user="Robin", channel="general")
    assert [seen["content"] for seen in channel].count("Effect") == 1


async def test_a_click_that_comes_before_it_is_noted_that_the_question_is_shown_is_taken(bot: StartBot) -> None:
    made = await bot(ask())
    made.local.faults.next("callback", delay_s=1)
    command = made.command("it")
    await elapse(0.5)
    with closing(sqlite3.connect(made.directory / ".lifecycle/state.db", isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")  # the note has to wait, and the click comes to wait behind it
        await elapse(1)
        click = made.press(command.messages[0].id, "A")
        await elapse(0.5)
    await made.idle()
    assert said(click)[-1] == "Chosen: a"


# --- ways out


OUT = """
commands:
  it:
    description: d
    steps:
      - id: one
        choose: {prompt: One, options: {a: A, b: B}, cancel: Stop, on_cancel: [{update: {content: Stopped}}, stop]}
      - let: {seen: "{{ vars.seen | default('') }}{{ steps.one.value }}"}
      - id: two
        choose: {prompt: "Two after {{ steps.one.value }}", options: {c: C}, back: Back, cancel: Stop}
      - id: three
        confirm: {prompt: Three, back: Back}
      - reply: "{{ steps.one.value }}{{ steps.two.value }}{{ steps.three.confirmed }}"
vars: {seen: ""}
"""


async def test_cancel_runs_on_cancel_and_ends_it(bot: StartBot) -> None:
    made = await bot(OUT)
    message = await asked(made)
    await made.pressed(message, "Stop")
    assert (made.text(message), made.components(message)) == ("Stopped", [])
    assert flows(made) == 0


async def test_cancel_without_steps_closes_the_question(bot: StartBot) -> None:
    made = await bot(OUT)
    message = await asked(made)
    await made.pressed(message, "A")
    await made.pressed(message, "Stop")
    assert made.usable(message) == []
    assert flows(made) == 0


async def test_back_asks_the_question_before_again_as_it_was(bot: StartBot) -> None:
    made = await bot(OUT)
    message = await asked(made)
    await made.pressed(message, "A")
    assert made.text(message) == "Two after a"
    await made.pressed(message, "Back")
    assert made.text(message) == "One"
    await made.pressed(message, "B")
    assert made.text(message) == "Two after b"
    await made.pressed(message, "C")
    await made.pressed(message, "Back")
    assert made.text(message) == "Two after b"
    await made.pressed(message, "C")
    assert said(await made.pressed(message, "Yes"))[-1] == "bcTrue"


def flows(made: Bot) -> int:
    """Return how many runs wait."""
    with closing(sqlite3.connect(made.directory / ".lifecycle/state.db")) as database:
        ((count,),) = database.execute("SELECT count(*) FROM flows").fetchall()
    return int(count)


def _joined(made: Bot, number: int) -> str:
    """Let somebody join the server, and return their name."""
    world = made.local.world
    (guild,) = world.guilds.values()
    user = User(id=10**17 + number, username=f"member{number}")
    world.users[user.id] = user
    guild.members[user.id] = Member(user_id=user.id, joined_at=made.local.clock.now())
    return user.username


# --- restarts


WIZARD = """
vars: {greeting: Hello, picked: ""}
flows:
  name:
    params: {prefix: string}
    result: string
    steps:
      - let: {asked: "{{ params.prefix }}!"}
      - id: it
        form: {title: Name, fields: {name: Name}}
      - return: "{{ vars.asked }} {{ steps.it.name }}"
commands:
  it:
    description: d
    options: {what: {type: string, description: w, required: true}}
    steps:
      - id: sure
        confirm: "Really {{ options.what }}?"
      - for_each: "['x', 'y']"
        do:
          - id: pick
            choose: {prompt: "{{ loop.index }} {{ item }}", options: {a: A, b: B}}
          - let: {picked: "{{ vars.picked | default('') }}{{ item }}{{ steps.pick.value }}"}
      - id: named
        run: {flow: name, with: {prefix: "{{ options.what }}"}}
      - reply: "{{ user.name }} {{ vars.picked }} {{ steps.named.result }} {{ vars.greeting }} {{ channel.name }}"
"""


@pytest.mark.parametrize("restarts", [False, True], ids=["in one process", "in a new process for each step"])
async def test_a_flow_goes_on_where_it_stopped(bot: StartBot, restarts: bool) -> None:
    made = await bot(WIZARD)

    async def again() -> Bot:
        if not restarts:
            return made
        await made.stop()
        return await bot(WIZARD, local=made.local)

    message = (await made.ran("it", what="this")).messages[0].id
    made = await again()
    await made.pressed(message, "Yes")
    made = await again()
    assert made.text(message) == "1 x"
    await made.pressed(message, "B")
    made = await again()
    assert made.text(message) == "2 y"
    trace = await made.pressed(message, "A")
    made = await again()
    answer = await made.submitted(trace, name="Robin")
    assert said(answer)[-1] == "robin xbya this! Robin Hello general"
    assert flows(made) == 0


async def test_a_timeout_that_fell_due_while_nobody_ran_is_dealt_with_at_the_start(bot: StartBot) -> None:
    made = await bot(LATE)
    message = await asked(made)
    await made.stop()
    await elapse(300)
    made = await bot(LATE, local=made.local)
    await elapse(1)
    assert made.text(message) == "Timed out"


async def test_a_flow_goes_on_with_the_program_that_it_began_on(bot: StartBot) -> None:
    made = await bot(ask())
    message = await asked(made)
    for number in range(10):
        text = ask().replace("Chosen", f"Now {number}").replace("A, b", f"Other {number}, b")
        made.engine.swap(compiled(text if number != 5 else "commands: {other: {description: d, reply: Hi}}"))
    assert said(await made.pressed(message, "A"))[-1] == "Chosen: a"


async def test_a_flow_whose_program_is_gone_from_memory_is_built_again(bot: StartBot) -> None:
    made = await bot(ask())
    message = await asked(made)
    await made.stop()
    made = await bot("commands: {other: {description: d, reply: Hi}}", local=made.local)
    assert said(await made.pressed(message, "A"))[-1] == "Chosen: a"
    assert flows(made) == 0


async def test_a_flow_that_cannot_be_built_again_ends_with_a_friendly_line(bot: StartBot) -> None:
    made = await bot(ask())
    message = await asked(made)
    await made.stop()
    with closing(sqlite3.connect(made.directory / ".lifecycle/state.db")) as database, database:
        database.execute("""UPDATE programs SET files = '{"bot.yaml": "version: 2"}'""")
    made = await bot("commands: {other: {description: d, reply: Hi}}", local=made.local)
    lost = await made.pressed(message, "A")
    assert said(lost) == ["I have changed so much that I can't go on with this. Please start again."]
    assert flows(made) == 0
    assert made.log.of("flow lost")[0]["handler"] == "/it"


# --- failures


async def test_a_question_that_discord_refuses_is_a_failure_of_its_step(bot: StartBot) -> None:
    made = await bot(ask().replace("B}, }", "B}}\n        catch: [{reply: Caught}]"))
    made.local.faults.next("callback", status=400, code=50035)
    assert said(await made.ran("it")) == ["Caught", "Chosen: nothing"]
    assert flows(made) == 0


async def test_what_fails_behind_an_answer_is_told_in_the_handlers_words(bot: StartBot) -> None:
    rescue = "on_error: [{reply: 'Sorry: {{ error.message }}'}]"
    made = await bot(ask(more=rescue, behind="- {fail: It broke, when: user.name}"))
    assert said(await made.pressed(await asked(made), "A"))[-1] == "Sorry: It broke"
    assert flows(made) == 0


async def test_a_slow_step_behind_an_answer_is_acknowledged_without_a_trace(bot: StartBot) -> None:
    made = await bot(ask(behind="- wait: 5s"))
    answer = await made.pressed(await asked(made), "A")
    assert said(answer) == ["Q", "Chosen: a"]
    assert answer.acknowledged_at is not None
    assert answer.acknowledged_at - answer.dispatched_at < 0.5


async def test_a_handlers_timeout_counts_from_each_answer_anew(bot: StartBot) -> None:
    made = await bot(ask(more="timeout: 10s", before="- wait: 8s", behind="- wait: 8s"))
    message = await asked(made)
    await elapse(3600)
    assert said(await made.pressed(message, "A"))[-1] == "Chosen: a"


async def test_the_store_is_not_opened_by_a_bot_that_never_waits(bot: StartBot) -> None:
    made = await bot("commands: {it: {description: d, reply: Hi}}")
    await made.ran("it")
    assert not (made.directory / ".lifecycle").exists()


KEEP = """
vars: {kept: nothing}
records: {seen: {scope: guild, fields: {who: user}}}
flows:
  keep:
    params: {who: user}
    steps:
      - transaction:
          - {id: row, insert: {into: seen, values: {who: "{{ params.who }}"}}}
          - let: {number: "{{ steps.row.id }}"}
      - reply: "{{ vars.number }}, {{ vars.kept }}"
commands:
  it:
    description: d
    steps:
      - confirm: Sure?
      - run: {flow: keep, with: {who: "{{ user }}"}}
"""


async def test_a_transaction_of_a_flow_that_has_asked_is_noted_with_what_it_has_set(bot: StartBot) -> None:
    made = await bot(KEEP)
    assert said(await made.pressed(await asked(made), "Yes"))[-1] == "1, nothing"


READS_STATE = """
state: {motto: {scope: guild, type: string, default: None yet}}
commands:
  form:
    description: d
    steps:
      - {id: it, form: {title: Motto, fields: {text: {label: Text, value: "{{ state.motto }}"}}}}
      - set: {state: motto, to: "{{ steps.it.text }}"}
      - reply: "{{ state.motto }}"
  it:
    description: d
    steps: [{confirm: "Is it {{ state.motto }}?"}, {reply: "It is {{ state.motto }}"}]
"""


async def test_a_form_and_a_question_read_what_the_bot_keeps(bot: StartBot) -> None:
    made = await bot(READS_STATE)
    opened = await made.ran("form")
    assert said(await made.submitted(opened, text="Fair winds")) == ["Fair winds"]
    message = await asked(made)
    await made.stop()
    again = await bot(READS_STATE, local=made.local)
    assert said(await again.pressed(message, "Yes"))[-1] == "It is Fair winds"
