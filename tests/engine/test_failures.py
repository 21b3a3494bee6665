"""What `error` says of a failure, and what a user reads who hears of nothing but a missing permission."""

import pytest

from runner.emulator.server import LocalDiscord
from runner.emulator.trace import Trace
from runner.lifecycle.bits import Permissions
from runner.lifecycle.limits import ErrorCode
from tests.conftest import StartBot

SHOWN = "{{ error.kind }} {{ error.code | default('-') }} {{ error.retry_after | default('-') }}"
CAUGHT = f"""
vars: {{zero: 0}}
commands:
  send: {{description: d, steps: [{{send: Hello, catch: [{{reply: "{SHOWN}"}}]}}]}}
  fail: {{description: d, steps: [{{fail: Closed., catch: [{{reply: "{SHOWN} {{{{ error.message }}}}"}}]}}]}}
  render: {{description: d, steps: [{{log: "a {{{{ 1 / vars.zero }}}}", catch: [{{reply: "{SHOWN}"}}]}}]}}
  shape: {{description: d, steps: [{{wait: "{{{{ vars.zero }}}}", catch: [{{reply: "{SHOWN}"}}]}}]}}
  step: {{description: d, steps: [{{wait: 9s, timeout: 1s, catch: [{{reply: "{SHOWN}"}}]}}]}}
  handler: {{description: d, timeout: 1s, steps: [{{wait: "{{{{ 9 }}}}"}}], on_timeout: [{{reply: "{SHOWN}"}}]}}
  error: {{description: d, steps: [{{send: Hello}}], on_error: [{{reply: "{SHOWN}"}}]}}
  nowhere: {{description: d, steps: [{{send: {{channel: "#nowhere", content: a}}, catch: [{{reply: "{SHOWN}"}}]}}]}}
"""

REFUSALS = {
    "no permission": (403, ErrorCode.MISSING_PERMISSIONS, "missing_permission 50013 -"),
    "no access": (403, ErrorCode.MISSING_ACCESS, "missing_permission 50001 -"),
    "a role that nobody can give": (400, ErrorCode.INVALID_ROLE, "hierarchy 50028 -"),
    "an unknown message": (404, ErrorCode.UNKNOWN_MESSAGE, "unknown_message 10008 -"),
    "an unknown channel": (404, ErrorCode.UNKNOWN_CHANNEL, "unknown_channel 10003 -"),
    "an unknown role": (404, ErrorCode.UNKNOWN_ROLE, "unknown_role 10011 -"),
    "an unknown member": (404, ErrorCode.UNKNOWN_MEMBER, "unknown_member 10007 -"),
    "an unknown user": (404, ErrorCode.UNKNOWN_USER, "unknown_user 10013 -"),
    "as many as there may be": (400, ErrorCode.MAXIMUM_PINS, "limit_reached 30003 -"),
    "nobody who speaks": (400, ErrorCode.NOT_CONNECTED_TO_VOICE, "not_connected 40032 -"),
    "an unknown emoji": (400, ErrorCode.UNKNOWN_EMOJI, "not_found 10014 -"),
    "closed direct messages": (403, ErrorCode.CANNOT_MESSAGE_USER, "closed_dm 50007 -"),
    "no server in common": (400, ErrorCode.NO_MUTUAL_GUILDS, "closed_dm 50278 -"),
    "AutoMod": (403, ErrorCode.BLOCKED_BY_AUTOMOD, "refused 200000 -"),
    "a bad body": (400, ErrorCode.INVALID_FORM_BODY, "invalid 50035 -"),
    "something new": (418, 0, "unknown - -"),
}


def said(trace: Trace) -> list[tuple[str, bool]]:
    """Return what the user reads, and whether nobody else does."""
    return [(message.content, message.ephemeral) for message in trace.messages if not message.deleted]


@pytest.mark.parametrize(("status", "code", "shown"), REFUSALS.values(), ids=REFUSALS)
async def test_a_refusal_of_discords_has_a_kind_and_a_code(bot: StartBot, status: int, code: int, shown: str) -> None:
    made = await bot(CAUGHT)
    made.local.faults.next("POST /channels/", status=status, code=code)
    assert said(await made.ran("send")) == [(shown, False)]


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("fail", "failed - - Closed."),
        ("render", "invalid - -"),
        ("shape", "invalid - -"),
        ("step", "timeout - -"),
        ("handler", "timeout - -"),
        ("nowhere", "unknown_channel - -"),
    ],
)
async def test_a_failure_of_our_own_has_a_kind(bot: StartBot, name: str, shown: str) -> None:
    assert said(await (await bot(CAUGHT)).ran(name)) == [(shown, False)]


async def test_on_error_reads_it_too(bot: StartBot) -> None:
    made = await bot(CAUGHT)
    made.local.faults.next("POST /channels/", status=404, code=10003)
    assert said(await made.ran("error")) == [("unknown_channel 10003 -", False)]


async def test_a_rate_limit_that_nobody_waits_for_says_how_long_it_is(bot: StartBot) -> None:
    made = await bot(CAUGHT)
    made.local.faults.next("POST /channels/", status=429, retry_after=600.2)
    trace = await made.ran("send")
    assert said(trace) == [("rate_limited - 601", False)]
    assert made.line()["total_ms"] < 1000


async def test_a_short_rate_limit_is_waited_for(bot: StartBot) -> None:
    made = await bot("commands: {it: {description: d, steps: [{send: Hello}, {reply: Done}]}}")
    made.local.faults.next("POST /channels/", status=429, retry_after=4.0)
    assert said(await made.ran("it")) == [("Done", False)]
    assert made.line()["total_ms"] == pytest.approx(4000, abs=500)


# --- what the user reads of a missing permission

HERE = "I need **{}** here to do that. An admin can give it to my role, or allow it in this channel."
THERE = "I need **{}** in <#{}> to do that. An admin can give it to my role, or allow it in that channel."
SEND = """
commands:
  here: {description: d, steps: [{wait: 1s}, {send: Hello}]}
  there: {description: d, steps: [{wait: 1s}, {send: {channel: "{{ '#support' }}", content: Hello}}]}
  caught: {description: d, steps: [{wait: 1s}, {send: Hello, catch: [{reply: "{{ error.message }}"}]}]}
  handled: {description: d, steps: [{wait: 1s}, {send: Hello}], on_error: [{reply: "Oh: {{ error.message }}"}]}
"""


def channel_id(local: LocalDiscord, name: str) -> int:
    """Return the id of a channel of the default world."""
    return next(channel.id for channel in local.world.channels.values() if channel.name == name)


async def test_a_user_is_told_privately_which_permission_the_bot_lacks(bot: StartBot) -> None:
    made = await bot(SEND)
    made.local.faults.next("POST /channels/", status=403, code=50013)
    trace = await made.ran("here")
    assert said(trace) == [(HERE.format("View Channel** and **Send Messages"), True)]
    assert made.line()["outcome"] == "failed"
    assert "50013" in made.log.of("step failed")[0]["reason"]


async def test_and_where(bot: StartBot) -> None:
    made = await bot(SEND)
    made.local.faults.next("POST /channels/", status=403, code=50001)
    there = channel_id(made.local, "support")
    assert said(await made.ran("there")) == [(THERE.format("View Channel** and **Send Messages", there), True)]


@pytest.mark.parametrize(("name", "before"), [("caught", ""), ("handled", "Oh: ")])
async def test_the_author_reads_the_same_as_the_errors_message(bot: StartBot, name: str, before: str) -> None:
    made = await bot(SEND)
    made.local.faults.next("POST /channels/", status=403, code=50013)
    assert said(await made.ran(name)) == [(before + HERE.format("View Channel** and **Send Messages"), False)]


async def test_only_what_is_missing_is_named_as_far_as_discord_has_said(bot: StartBot) -> None:
    made = await bot(SEND)
    (guild,) = made.local.world.guilds.values()
    for role in guild.roles.values():
        role.permissions &= ~Permissions.SEND_MESSAGES
    assert said(await made.ran("here")) == [(HERE.format("Send Messages"), True)]
