"""What becomes of an answer that comes when the interaction's token has died; on a local Discord's wire."""

from collections.abc import Mapping
from typing import Any, cast

import pytest

from runner.emulator.clock import elapse
from runner.emulator.trace import Trace
from runner.lifecycle import budget
from tests.conftest import Bot, StartBot

STAND_IN = "This takes longer than Discord lets me answer here."
TO_GENERAL = '[{send: {channel: "#general", content: "{{ user.mention }} {{ late.content }}"}}]'


@pytest.fixture
def slack() -> float:
    """Hours pass."""
    return 300.0


def command(steps: str, more: str = "response: auto") -> str:
    """Return a bot with one command that may run for an hour."""
    return f"commands: {{it: {{description: d, timeout: 1h, {more}, steps: [{steps}]}}}}"


def seen(trace: Trace) -> list[tuple[str, bool]]:
    """Return what the user of an interaction sees in the end, and whether nobody else does."""
    return [(message.content, message.ephemeral) for message in trace.messages if not message.deleted]


def own_calls(bot: Bot) -> list[str]:
    """Return the calls on messages of channels that were made with the bot's own token."""
    calls = [entry for entry in bot.local.wire if entry.kind == "http" and "/channels/" in entry.route]
    return [f"{entry.method} {entry.status}" for entry in calls]


def sent(bot: Bot) -> list[str]:
    """Return the texts that were posted to channels."""
    posted = [entry for entry in bot.local.wire if entry.method == "POST" and entry.route.endswith("/messages")]
    return [cast(Mapping[str, Any], entry.request)["content"] for entry in posted]


# --- the spinner goes before the token does


@pytest.mark.parametrize("response", ["auto", "ephemeral"])
async def test_a_spinner_is_taken_away_before_the_token_dies(bot: StartBot, response: str) -> None:
    made = await bot(command("{wait: '{{ 1200 }}'}, {log: a}", f"response: {response}"))
    trace = made.command("it")
    await elapse(budget.HAND_OVER_S - 1)
    assert [message.loading for message in trace.messages] == [True]
    await elapse(2)
    assert seen(trace) == [(STAND_IN, response == "ephemeral")]
    await made.idle()
    assert trace.refused == []
    assert trace.outcome is None
    assert made.line()["outcome"] == "ok"


async def test_an_outage_when_the_spinner_is_to_go_is_outlasted(bot: StartBot) -> None:
    made = await bot(command("{wait: '{{ 1200 }}'}, {log: a}"))
    trace = made.command("it")
    await elapse(budget.HAND_OVER_S - 1)
    made.local.faults.next("original", cut="before", times=10_000)
    await elapse(25)
    made.local.faults.clear()
    await elapse(15)
    assert seen(trace) == [(STAND_IN, False)]
    await made.idle()


async def test_what_has_been_answered_is_left_alone(bot: StartBot) -> None:
    made = await bot(command("{reply: I am on it.}, {wait: '{{ 1200 }}'}, {log: a}"))
    trace = await made.ran("it")
    assert seen(trace) == [("I am on it.", False)]
    assert trace.messages[0].edits == ()


@pytest.mark.parametrize("wait_s", [850, 870], ids=["before the end", "shortly before the end"])
async def test_an_answer_between_the_two_takes_the_sentences_place(bot: StartBot, wait_s: int) -> None:
    made = await bot(command(f"{{wait: '{{{{ {wait_s} }}}}'}}, {{reply: Hello}}, {{reply: More}}"))
    trace = await made.ran("it")
    assert seen(trace) == [("Hello", False), ("More", False)]
    assert own_calls(made) == []


@pytest.mark.parametrize("wait_s", [850, 1200], ids=["before the end", "behind it"])
async def test_what_is_for_one_alone_never_takes_the_place_of_a_public_sentence(bot: StartBot, wait_s: int) -> None:
    guard = "{require: {if: 1 > 2, denied: Not you.}}"
    made = await bot(command(f"{{wait: '{{{{ {wait_s} }}}}'}}, {guard}, {{reply: Hello}}"))
    trace = await made.ran("it")
    refusal = [("Not you.", True)] if wait_s < budget.TOKEN_USABLE_S else []
    assert seen(trace) == [(STAND_IN, False), *refusal]
    assert own_calls(made) == []
    assert made.line()["outcome"] == ("refused" if refusal else "token expired")


# --- a late answer


async def test_a_late_public_answer_is_an_edit_with_the_bots_own_token(bot: StartBot) -> None:
    made = await bot(command("{wait: '{{ 1200 }}'}, {reply: Hello}"))
    trace = await made.ran("it")
    assert seen(trace) == [("Hello", False)]
    assert own_calls(made) == ["PATCH 200"]
    assert made.line()["outcome"] == "ok"
    assert trace.refused == []
    assert made.engine.counts.expired == 0


async def test_a_late_private_answer_is_never_tried_and_goes_where_on_expired_says(bot: StartBot) -> None:
    made = await bot(
        command("{wait: '{{ 1200 }}'}, {reply: It is 42.}", f"response: ephemeral, on_expired: {TO_GENERAL}")
    )
    trace = await made.ran("it")
    assert seen(trace) == [(STAND_IN, True)]
    assert sent(made) == [f"<@{trace.user_id}> It is 42."]
    assert own_calls(made) == ["POST 200"]
    assert trace.refused == []
    assert (made.line()["outcome"], made.engine.counts.expired) == ("token expired", 1)


@pytest.mark.parametrize(
    ("steps", "response"),
    [
        ("{reply: Working}, {wait: '{{ 1200 }}'}, {reply: Hello}", "auto"),
        ("{wait: '{{ 1200 }}'}, {reply: Hello}", "ephemeral"),
        ("{wait: '{{ 1200 }}'}, {reply: Hello}, {reply: More}", "auto"),
    ],
    ids=["a follow-up", "a private answer", "the second of two"],
)
async def test_without_on_expired_a_late_answer_is_a_line_and_a_count(bot: StartBot, steps: str, response: str) -> None:
    made = await bot(command(steps, f"response: {response}"))
    trace = await made.ran("it")
    (line,) = made.log.of("token expired")
    assert (line["handler"], line["step"], line["id"]) == ("/it", "reply", str(trace.id))
    assert line["reference"] == made.line()["reference"]
    assert made.engine.counts.expired == 1
    assert trace.refused == []


async def test_every_handler_inherits_on_expired(bot: StartBot) -> None:
    made = await bot(
        f"defaults: {{timeout: 1h, on_expired: {TO_GENERAL}}}\n"
        "commands: {it: {description: d, response: ephemeral, steps: [{wait: '{{ 1200 }}'}, {reply: Hello}]}}"
    )
    trace = await made.ran("it")
    assert sent(made) == [f"<@{trace.user_id}> Hello"]


async def test_on_expired_reads_which_step_came_too_late_and_the_reference_of_the_log(bot: StartBot) -> None:
    reads = '[{send: {channel: "#general", content: "{{ late.step }} {{ late.reference }}"}}]'
    made = await bot(command("{wait: '{{ 1200 }}'}, {reply: Hello}", f"response: ephemeral, on_expired: {reads}"))
    await made.ran("it")
    assert sent(made) == [f"reply {made.line()['reference']}"]


async def test_a_failure_in_on_expired_is_a_line(bot: StartBot) -> None:
    made = await bot(
        command("{wait: '{{ 1200 }}'}, {reply: Hello}", "response: ephemeral, on_expired: [{fail: Broken}]")
    )
    await made.ran("it")
    assert made.log.of("rescue failed")[0]["reason"] == "Broken"
    assert made.line()["outcome"] == "token expired"


async def test_a_token_that_discord_ends_before_its_time_is_one_that_has_expired(bot: StartBot) -> None:
    made = await bot(
        f"commands: {{it: {{description: d, steps: [{{wait: 5s}}, {{reply: Hello}}], on_expired: {TO_GENERAL}}}}}"
    )
    made.local.faults.next("original", status=401, code=50027)
    trace = await made.ran("it")
    assert sent(made) == [f"<@{trace.user_id}> Hello"]


async def test_a_spinner_whose_token_discord_ends_early_is_answered_with_the_bots_own(bot: StartBot) -> None:
    made = await bot(command("{wait: 5s}, {reply: Hello}"))
    made.local.faults.next("original", status=401, code=50027)
    trace = await made.ran("it")
    assert [content for content, _ in seen(trace)] == ["Hello"]
    assert own_calls(made) == ["PATCH 200"]
    assert made.line()["outcome"] == "ok"


@pytest.mark.parametrize("private", [False, True], ids=["public", "private"])
async def test_a_late_update_of_a_buttons_message_is_made_where_everybody_sees_it(bot: StartBot, private: bool) -> None:
    made = await bot(f"""
        commands:
          ask: {{description: d, reply: {{content: Who?, ephemeral: {str(private).lower()}, components: [it]}}}}
        components:
          it:
            button: {{label: I}}
            timeout: 1h
            steps: [{{wait: 20m}}, {{update: {{content: Too late, components: []}}}}]
        """)
    asked = await made.ran("ask")
    click = made.click(asked.messages[0].id, "it")
    await made.idle()
    assert seen(asked) == [("Who?" if private else "Too late", private)]
    assert own_calls(made) == ([] if private else ["PATCH 200"])
    assert made.line()["outcome"] == ("token expired" if private else "ok")
    assert click.refused == []


@pytest.mark.parametrize("more", ["on_error: [{reply: It broke}]", "response: auto"], ids=["on_error", "built in"])
async def test_a_late_failure_is_told_in_the_place_of_the_sentence(bot: StartBot, more: str) -> None:
    made = await bot(command("{wait: '{{ 1200 }}'}, {fail: ' '}", more))
    trace = await made.ran("it")
    told = "It broke" if "on_error" in more else f"Something went wrong (`{made.line()['reference']}`)."
    assert seen(trace) == [(told, False)]
    assert made.line()["outcome"] == "failed"


async def test_a_message_that_is_gone_makes_a_late_answer_a_lost_one(bot: StartBot) -> None:
    made = await bot(command("{wait: '{{ 1200 }}'}, {reply: Hello}", f"on_expired: {TO_GENERAL}"))
    trace = made.command("it")
    await elapse(1000)
    await made.gateway.request("DELETE", f"/channels/{trace.channel_id}/messages/{trace.messages[0].id}")
    await made.idle()
    assert sent(made) == [f"<@{trace.user_id}> Hello"]


# --- what it costs


@pytest.mark.parametrize(("timeout", "status"), [("14m", 204), ("841s", 200)])
async def test_only_where_an_answer_may_come_late_is_discord_asked_for_the_message(
    bot: StartBot, timeout: str, status: int
) -> None:
    made = await bot(f"commands: {{it: {{description: d, timeout: {timeout}, reply: Hello}}}}")
    await made.ran("it")
    called = [entry.status for entry in made.local.wire if entry.route.endswith("/callback")]
    assert called == [status]
    assert [entry.route for entry in made.local.wire if entry.kind == "http" and "/webhooks/" in entry.route] == []
