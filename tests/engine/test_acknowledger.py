"""Exactly one first response, whatever the network and Discord do; seen on the wire of a local Discord."""

from typing import Any

import pytest

from runner.emulator.trace import Trace
from runner.engine.acknowledger import LOOKS_MAX, Acknowledger
from tests.conftest import Bot, StartBot

BOT = """
commands:
  fast: {description: d, reply: Hello}
  public: {description: d, steps: [{wait: 5s}, {reply: Hello}]}
  private: {description: d, response: ephemeral, steps: [{wait: 5s}, {reply: Hello}]}
  chatty: {description: d, steps: [{reply: One}, {reply: Two}, {reply: Three}]}
"""


def contents(trace: Trace) -> list[str]:
    """Return what the user of an interaction reads in the end."""
    return [message.content for message in trace.messages if not message.deleted]


def calls(bot: Bot, part: str) -> list[int | None]:
    """Return the statuses of all answers to calls whose route contains `part`."""
    return [entry.status for entry in bot.local.wire if entry.kind == "http" and part in entry.route]


def took_s(trace: Trace) -> float:
    """Return how long the interaction waited for its first response."""
    assert trace.acknowledged_at is not None
    return trace.acknowledged_at - trace.dispatched_at


How = dict[str, Any]  # the arguments of `Faults.next`


def how(**arguments: Any) -> How:  # as they are declared there
    """Return how a request fails."""
    return arguments


# What happens to the first response, and within how many seconds it is there nevertheless.
FIRST = [
    pytest.param(how(status=500), 0.1, id="500 once"),
    pytest.param(how(status=502, times=2), 0.2, id="502 twice"),
    pytest.param(how(status=503, times=4), 0.6, id="503 four times"),
    pytest.param(how(status=429, retry_after=0.5), 0.6, id="429 for half a second"),
    pytest.param(how(status=429, retry_after=0.5, via=False), 0.6, id="429 by the network"),
    pytest.param(how(cut="before"), 0.1, id="cut before it was processed"),
    pytest.param(how(cut="before", times=3), 0.3, id="cut before, three times"),
    pytest.param(how(cut="after"), 0.1, id="cut after it was processed"),
    pytest.param(how(delay_s=0.8), 0.9, id="slow"),
    pytest.param(how(delay_s=2.9), 1.0, id="so slow that it is repeated"),
    pytest.param(how(delay_s=30), 1.0, id="hanging"),
]


@pytest.mark.parametrize("name", ["fast", "public", "private"])
@pytest.mark.parametrize(("strike", "within_s"), FIRST)
async def test_a_fault_under_the_first_response_is_survived(
    bot: StartBot, strike: How, within_s: float, name: str
) -> None:
    made = await bot(BOT)
    made.local.faults.next("callback", **strike)
    trace = await made.ran(name)
    assert trace.acknowledgements == 1
    assert took_s(trace) <= within_s
    assert contents(trace) == ["Hello"]
    assert made.line()["outcome"] == "ok"
    assert made.log.warnings == []


async def test_our_own_repeat_that_meets_40060_is_a_success(bot: StartBot) -> None:
    made = await bot(BOT)
    made.local.faults.next("callback", cut="after")
    trace = await made.ran("fast")
    assert trace.refused == [(400, 40060)]
    assert made.line()["outcome"] == "ok"
    assert made.line()["ack_ms"] is not None


async def test_a_first_response_that_is_never_confirmed_is_looked_for(bot: StartBot) -> None:
    made = await bot(BOT)
    made.local.faults.next("callback", cut="after")
    made.local.faults.next("callback", status=502, times=20)
    trace = await made.ran("public")
    assert contents(trace) == ["Hello"]
    assert made.line()["outcome"] == "ok"
    assert made.line()["ack_ms"] == pytest.approx(2800, abs=300)


async def test_a_spinner_whose_acknowledgement_is_never_confirmed_still_gets_its_answer(bot: StartBot) -> None:
    made = await bot(BOT)
    made.local.faults.next("callback", cut="after")
    made.local.faults.next("callback", status=502, times=20)
    made.local.faults.next("original", status=502, times=LOOKS_MAX)
    trace = await made.ran("public")
    assert contents(trace) == ["Hello"]
    assert made.line()["outcome"] == "in doubt"
    assert made.line()["ack_ms"] is None


async def test_discord_that_answers_nothing_for_three_seconds_leaves_no_loop_behind(bot: StartBot) -> None:
    made = await bot(BOT)
    made.local.faults.next("callback", status=500, times=100)
    trace = await made.ran("fast")
    assert trace.acknowledgements == 0
    assert len([status for status in calls(made, "callback") if status == 500]) <= 12
    assert made.line()["total_ms"] <= 3100


async def test_a_429_that_outlasts_the_deadline_is_not_waited_for(bot: StartBot) -> None:
    made = await bot(BOT)
    made.local.faults.next("callback", status=429, retry_after=60)
    await made.ran("fast")
    assert made.line()["outcome"] == "unacknowledged"
    assert made.line()["total_ms"] < 100
    assert made.log.warnings == ["unacknowledged"]


async def test_an_answer_that_discord_refuses_ends_in_an_error_text(bot: StartBot) -> None:
    made = await bot("""
        commands:
          bad: {description: d, reply: Hello}
        """)
    made.local.faults.next("callback", status=400, code=50035)
    trace = await made.ran("bad")
    reference = made.line()["reference"]
    assert contents(trace) == [f"Something went wrong (`{reference}`)."]
    assert trace.messages[0].ephemeral
    assert made.log.of("step failed")[0]["reference"] == reference
    assert "50035" in made.log.of("step failed")[0]["reason"]


@pytest.mark.parametrize("name", ["fast", "public"])
async def test_an_answer_by_another_process_is_left_alone(bot: StartBot, name: str) -> None:
    made = await bot(BOT)
    made.local.faults.next("callback", status=400, code=40060)
    await made.ran(name)
    assert made.line()["outcome"] == "answered elsewhere"
    assert made.log.warnings == ["answered elsewhere"]
    assert calls(made, "/webhooks/") == []


async def test_an_interaction_that_discord_has_given_up_gets_no_further_call(bot: StartBot) -> None:
    made = await bot(BOT)
    made.local.faults.next("callback", status=404, code=10062)
    await made.ran("public")
    assert made.line()["outcome"] == "unacknowledged"
    assert len(calls(made, "callback")) == 1
    assert calls(made, "/webhooks/") == []


# What happens to the answer that takes the spinner's place.
LATER = [
    pytest.param(how(status=500), id="500 once"),
    pytest.param(how(status=502, times=3), id="502 three times"),
    pytest.param(how(status=429, retry_after=2), id="429 for two seconds"),
    pytest.param(how(status=404, code=10015), id="acknowledgement not seen yet"),
    pytest.param(how(cut="before"), id="cut before"),
    pytest.param(how(cut="after"), id="cut after"),
    pytest.param(how(delay_s=60), id="hanging"),
]


@pytest.mark.parametrize("name", ["public", "private"])
@pytest.mark.parametrize("strike", LATER)
async def test_a_fault_under_the_answer_behind_a_spinner_is_survived(bot: StartBot, strike: How, name: str) -> None:
    made = await bot(BOT)
    made.local.faults.next("original", **strike)
    trace = await made.ran(name)
    assert contents(trace) == ["Hello"]
    assert trace.messages[0].ephemeral is (name == "private")
    assert made.line()["outcome"] == "ok"


async def test_an_answer_that_discord_refuses_leaves_the_spinner_to_the_error_text(bot: StartBot) -> None:
    made = await bot(BOT)
    made.local.faults.next("original", status=400, code=50035)
    trace = await made.ran("public")
    sent = [(entry.method, entry.status) for entry in made.local.wire if "/webhooks/" in entry.route]
    assert sent == [("PATCH", 400), ("PATCH", 200)]
    assert contents(trace) == [f"Something went wrong (`{made.line()['reference']}`)."]


async def test_a_spinner_that_a_moderator_deletes_is_answered_behind_it(bot: StartBot) -> None:
    made = await bot(BOT)
    trace = made.command("public")
    await trace.acknowledged()
    (spinner,) = trace.messages
    await made.gateway.request("DELETE", f"/channels/{trace.channel_id}/messages/{spinner.id}")
    await made.idle()
    sent = [(entry.method, entry.status) for entry in made.local.wire if "/webhooks/" in entry.route]
    assert sent == [("PATCH", 404), ("POST", 200)]
    assert made.line()["outcome"] == "ok"


@pytest.mark.parametrize(
    ("strike", "said"),
    [
        pytest.param(how(status=429, retry_after=1), ["One", "Two", "Three"], id="429"),
        pytest.param(how(status=502), ["One", "Three"], id="502"),
        pytest.param(how(cut="before"), ["One", "Three"], id="cut before"),
        pytest.param(how(cut="after"), ["One", "Two", "Three"], id="cut after"),
    ],
)
async def test_a_follow_up_is_never_said_twice(bot: StartBot, strike: How, said: list[str]) -> None:
    """Nobody knows whether one without an answer has arrived, so that is for the log, and the steps go on."""
    made = await bot(BOT)
    made.local.faults.next("follow_up", **strike)
    trace = await made.ran("chatty")
    assert contents(trace) == said
    assert made.line()["outcome"] == "ok"
    assert made.log.warnings == ([] if "retry_after" in strike else ["answer in doubt"])


# --- visibility


@pytest.mark.parametrize("first", [False, True], ids=["public", "private"])
async def test_the_answer_takes_the_spinners_visibility_or_its_place(bot: StartBot, first: bool) -> None:
    """A refusal is private. In a private spinner's place it is an edit; a public one goes, and a new message comes."""
    made = await bot(f"""
        checks: {{never: {{if: "false", denied: Not you.}}}}
        commands:
          guarded:
            description: d
            response: {"ephemeral" if first else "auto"}
            steps: [{{wait: 5s}}, {{require: never}}, {{reply: Hello}}]
        """)
    trace = await made.ran("guarded")
    (message,) = [message for message in trace.messages if not message.deleted]
    assert (message.content, message.ephemeral) == ("Not you.", True)
    assert len(trace.messages) == (1 if first else 2)


async def test_a_public_answer_never_stays_in_a_private_spinner(bot: StartBot) -> None:
    """`on_error` speaks in public although the handler's spinner was private."""
    made = await bot("""
        commands:
          loud:
            description: d
            response: ephemeral
            steps: [{wait: 5s}, {fail: "No."}]
            on_error: [{reply: {content: All shall know, ephemeral: false}}]
        """)
    trace = await made.ran("loud")
    (message,) = [message for message in trace.messages if not message.deleted]
    assert (message.content, message.ephemeral) == ("All shall know", False)


async def test_an_abandoned_private_spinner_that_had_arrived_keeps_the_answer_private(bot: StartBot) -> None:
    """The step's timeout cancels the deferral whose answer never comes; it had arrived all the same."""
    made = await bot("""
        commands:
          secret:
            description: d
            response: ephemeral
            steps:
              - {defer: {}, timeout: 200ms, catch: [{log: too slow}]}
              - reply: Only you
        """)
    made.local.faults.next("callback", cut="after")
    made.local.faults.next("callback", delay_s=0.5)
    trace = await made.ran("secret")
    assert contents(trace) == ["Only you"]
    assert trace.messages[0].ephemeral
    assert not [message for message in trace.messages if message.deleted]
    assert trace.acknowledgements == 1


async def test_an_abandoned_reply_that_had_arrived_needs_no_spinner(bot: StartBot) -> None:
    made = await bot("""
        commands:
          twice:
            description: d
            steps: [{reply: One, timeout: 200ms, catch: [{log: too slow}]}, {wait: 5s}, {reply: Two}]
        """)
    made.local.faults.next("callback", cut="after")
    made.local.faults.next("callback", delay_s=0.5)
    trace = await made.ran("twice")
    assert contents(trace) == ["One", "Two"]
    assert made.line()["outcome"] == "ok"


# --- the watchdog


async def test_a_reply_while_the_watchdogs_deferral_is_in_flight_edits_the_spinner(bot: StartBot) -> None:
    """The first reply is refused when the watchdog waits already; it defers, and the error text has to wait for it."""
    made = await bot(BOT)
    made.local.faults.next("callback", delay_s=0.85)
    made.local.faults.next("callback", delay_s=0.5, status=400, code=50035)
    made.local.faults.next("callback", delay_s=0.3)
    trace = await made.ran("fast")
    assert trace.acknowledgements == 1
    assert [message.loading for message in trace.messages] == [False]


async def test_a_handler_that_takes_its_longest_time_can_still_tell_its_user(bot: StartBot) -> None:
    made = await bot("""
        commands:
          late:
            description: d
            timeout: 14m
            steps: [{wait: "{{ 14 * 60 + 1 }}"}]
            on_timeout: [{wait: "{{ 60 }}"}, {reply: never}]
        """)
    made.local.faults.next("original", delay_s=3)
    trace = await made.ran("late")
    assert contents(trace) == [f"This took too long, so I stopped (`{made.line()['reference']}`)."]
    assert made.line()["outcome"] == "timeout"
    assert trace.refused == []


async def test_a_token_is_not_trusted_in_its_last_seconds(bot: StartBot) -> None:
    """Discord has taken the first response, so the interaction was at most 3 s under way to us."""
    made = await bot(BOT)
    trace = made.command("public")
    await trace.acknowledged()
    (live,) = made.engine.live
    assert isinstance(live.acknowledger, Acknowledger)
    assert live.acknowledger.token_by - live.started == pytest.approx(900 - 3 - 15)


async def test_discords_own_word_that_a_token_has_expired_ends_it(bot: StartBot) -> None:
    made = await bot(BOT)
    made.local.faults.next("original", status=401, code=50027)
    await made.ran("public")
    assert made.line()["outcome"] == "token expired"
    assert len(calls(made, "/webhooks/")) == 1


# --- content


async def test_a_long_text_is_cut_to_what_discord_takes(bot: StartBot) -> None:
    made = await bot("""
        commands:
          long: {description: d, reply: "{{ 'x' * 3000 }}"}
        """)
    trace = await made.ran("long")
    (message,) = trace.messages
    assert len(message.content) == 2000
    assert message.content.endswith("x…")


async def test_a_text_that_comes_out_empty_is_an_error_and_not_a_silence(bot: StartBot) -> None:
    made = await bot("""
        commands:
          empty: {description: d, reply: "{{ ' ' }}"}
        """)
    trace = await made.ran("empty")
    assert contents(trace) == [f"Something went wrong (`{made.line()['reference']}`)."]
