"""What happens on Discord besides interactions: told apart, filtered, handled once, within bounds."""

import asyncio
from collections.abc import Mapping
from typing import Any, cast

import discord
import pytest

from runner.emulator.clock import elapse
from runner.emulator.server import LocalDiscord
from runner.engine.events.intake import AT_ONCE_MAX, DROPPED_SILENCE_S, SEEN_MAX, WAITING_MAX
from runner.engine.events.recognition import VOICES_MAX, Recognition
from runner.events import KINDS
from runner.gateway import IntentsRefused
from runner.lifecycle.bits import Intents
from runner.reload import restart_needed
from runner.templates.event_roots import event_roots
from runner.templates.types import ListOf, Object
from tests.conftest import Bot, StartBot, compiled

GUILD = "600000000000000001"
CHANNEL = "600000000000000002"
USER = {"id": "600000000000000003", "username": "jo", "global_name": "Jo", "bot": False}
MEMBER = {"user": USER, "nick": "Joey", "roles": ["600000000000000004"], "joined_at": "2027-01-01T00:00:00+00:00"}
MESSAGE_ID = "600000000000000005"
ROLE = {"id": "600000000000000004", "name": "Helper"}
SCHEDULED = {
    "id": "600000000000000006",
    "guild_id": GUILD,
    "channel_id": None,
    "name": "Meeting",
    "description": None,
    "scheduled_start_time": "2027-01-16T20:00:00+00:00",
    "scheduled_end_time": "2027-01-16T21:30:00+00:00",
    "entity_metadata": {"location": "the library"},
    "status": 1,
}
WRITTEN = {
    "id": MESSAGE_ID,
    "channel_id": CHANNEL,
    "guild_id": GUILD,
    "author": USER,
    "member": {"nick": "Joey", "roles": ["600000000000000004"]},
    "content": "Good morning",
    "edited_timestamp": None,
}
ON_MESSAGE = {"user_id": USER["id"], "channel_id": CHANNEL, "message_id": MESSAGE_ID, "guild_id": GUILD}
EMOJI = {"id": None, "name": "👍"}
HERE = {"id": CHANNEL, "guild_id": GUILD, "name": "lounge", "type": 0, "parent_id": None}
THREAD = {**HERE, "type": 11, "parent_id": "600000000000000007"}

PAYLOADS: Mapping[str, Mapping[str, Any]] = {
    "member_join": {"guild_id": GUILD, **MEMBER},
    "member_leave": {"guild_id": GUILD, "user": USER},
    "member_update": {"guild_id": GUILD, **MEMBER},
    "member_ban": {"guild_id": GUILD, "user": USER},
    "member_unban": {"guild_id": GUILD, "user": USER},
    "message": WRITTEN,
    "message_edit": {**WRITTEN, "edited_timestamp": "2027-01-15T08:00:00+00:00"},
    "message_delete": {"id": MESSAGE_ID, "channel_id": CHANNEL, "guild_id": GUILD},
    "reaction_add": {**ON_MESSAGE, "member": MEMBER, "emoji": EMOJI},
    "reaction_remove": {**ON_MESSAGE, "emoji": EMOJI},
    "reaction_clear": {**{key: value for key, value in ON_MESSAGE.items() if key != "user_id"}, "emoji": EMOJI},
    "poll_vote_add": {**ON_MESSAGE, "answer_id": 2},
    "poll_vote_remove": {**ON_MESSAGE, "answer_id": 2},
    "voice_join": {"guild_id": GUILD, "channel_id": CHANNEL, "user_id": USER["id"], "member": MEMBER},
    "thread_create": {**THREAD, "newly_created": True},
    "thread_update": THREAD,
    "thread_delete": THREAD,
    "channel_create": HERE,
    "channel_update": HERE,
    "channel_delete": HERE,
    "role_create": {"guild_id": GUILD, "role": ROLE},
    "role_update": {"guild_id": GUILD, "role": ROLE},
    "role_delete": {"guild_id": GUILD, "role_id": ROLE["id"]},
    "guild_join": {"id": GUILD, "name": "The Library"},
    "guild_leave": {"id": GUILD},
    "emojis_update": {"guild_id": GUILD, "emojis": [{"id": "600000000000000008", "name": "party", "roles": []}]},
    "scheduled_event_create": SCHEDULED,
    "scheduled_event_update": SCHEDULED,
    "scheduled_event_delete": SCHEDULED,
    "scheduled_event_join": {
        "guild_scheduled_event_id": SCHEDULED["id"],
        "user_id": USER["id"],
        "guild_id": GUILD,
    },
    "scheduled_event_leave": {
        "guild_scheduled_event_id": SCHEDULED["id"],
        "user_id": USER["id"],
        "guild_id": GUILD,
    },
}
"""What Discord sends of each event that one payload makes. Source: Discord docs, Events: Gateway Events."""


def said(made: Bot) -> list[str]:
    """Return what the steps have written to the log, in order."""
    return [str(line["message"]) for line in made.log.of("step")]


def outcomes(made: Bot) -> list[str]:
    """Return how the runs have ended."""
    return [str(line["outcome"]) for line in made.log.of("unattended")]


def happen(made: Bot, name: str, **more: object) -> None:
    """Have an event arrive as the gateway hands it over."""
    made.engine.events.receive(KINDS[name].gateway, {**PAYLOADS[name], **more})


def asked_for(local: LocalDiscord) -> int:
    """Return the intents of the first IDENTIFY."""
    sent = next(cast(dict[str, Any], entry.request) for entry in local.wire if entry.method == "op 2")
    return int(sent["d"]["intents"])


# --- over the wire


async def test_a_message_is_heard_and_answered_with_another_one(bot: StartBot) -> None:
    made = await bot("""
        events:
          message:
            when: message.content == "Good morning"
            steps: [{send: {content: "And to you, {{ member.display_name }}, in {{ channel.mention }}"}}]
    """)
    made.local.say(user="Robin", channel="general", content="Hm")
    made.local.say(user="Robin", channel="general", content="Good morning")
    await elapse(1)
    general = made.local.messages_for(user="Robin", channel="general")
    assert [str(each["content"]) for each in general] == [
        "Hm",
        "Good morning",
        f"And to you, Robin, in <#{general[0]['channel_id']}>",
    ]
    assert outcomes(made) == ["passed over", "ok"]  # its own message is passed over before that
    assert made.log.warnings == []


async def test_a_reaction_is_heard(bot: StartBot) -> None:
    line = "{{ user.mention }} {{ reaction.emoji }} {{ message.url }} {{ channel.name }}"
    made = await bot(f"events: {{reaction_add: {{steps: [{{log: '{line}'}}]}}}}")
    message = made.local.say(user="Robin", channel="general", content="Hm")
    made.local.react(user="Sam", message=message, emoji="👍")
    await elapse(1)
    (heard,) = said(made)
    guild = next(iter(made.local.world.guilds.values()))
    url = f"https://discord.com/channels/{guild.id}/{made.gateway.channel_named(str(guild.id), 'general')}/{message}"
    (sam,) = [user.id for user in made.local.world.users.values() if user.username == "sam"]
    assert heard == f"<@{sam}> 👍 {url} general"


@pytest.mark.parametrize(
    ("filters", "heard"),
    [
        ("channels: '#general'", ["Robin in general"]),
        ("channels: ['#general', '#support']", ["Robin in general", "Sam in support"]),
        ("roles: '@Support'", ["Sam in support"]),
        ("roles: '@Support', channels: '#general'", []),
        ("own: true", ["Robin in general", "Sam in support", "the bot"]),
        ("bots: true", ["Robin in general", "Sam in support"]),
    ],
)
async def test_filters_let_through_what_they_name(bot: StartBot, filters: str, heard: list[str]) -> None:
    made = await bot(f"""
        commands: {{say: {{description: d, steps: [{{reply: a}}, {{send: {{content: the bot}}}}]}}}}
        events: {{message: {{{filters}, when: message.content != "a", steps: [{{log: "{{{{ message.content }}}}"}}]}}}}
    """)
    made.local.say(user="Robin", channel="general", content="Robin in general")
    made.local.say(user="Sam", channel="support", content="Sam in support")
    await made.ran("say")
    await elapse(1)
    assert said(made) == heard


async def test_a_channel_s_threads_belong_to_it(bot: StartBot) -> None:
    made = await bot(f"""
        events:
          thread_update: {{channels: "{THREAD["parent_id"]}", steps: [{{log: a}}]}}
          thread_delete: {{channels: "600000000000000099", steps: [{{log: b}}]}}
    """)
    happen(made, "thread_update")
    happen(made, "thread_delete")
    await elapse(1)
    assert said(made) == ["a"]


# --- every event


def _line(name: str) -> str:
    """Return a template that reads all that an event has."""
    parts: list[str] = []
    objects = [(root, type_) for root, type_ in event_roots(name).items() if isinstance(type_, Object)]
    for root, type_ in objects:
        for attribute, its in type_.attributes.items():
            shown = " | length" if isinstance(its, ListOf) else ""
            parts.append(f"{root}.{attribute}={{{{ {root}.{attribute}{shown} }}}}")
    return " ".join(parts)


@pytest.mark.parametrize("name", KINDS)
async def test_each_event_has_what_the_checks_say_that_it_has(bot: StartBot, name: str) -> None:
    made = await bot(f"events: {{{name}: {{steps: [{{log: '{_line(name)}'}}]}}}}")
    if name in ("voice_leave", "voice_move"):
        happen(made, "voice_join", channel_id="600000000000000008")
        state = {**PAYLOADS["voice_join"], "channel_id": CHANNEL if name == "voice_move" else None}
        made.engine.events.receive("VOICE_STATE_UPDATE", state)
    else:
        happen(made, name)
    await elapse(1)
    (line,) = said(made)
    assert made.log.warnings == []
    assert f"event.name={name}" in line
    assert f"guild.id={GUILD}" in line
    assert "=None" not in line.replace("channel.parent_id=None", "").replace("scheduled.channel_id=None", "").replace(
        "reaction.id=None", ""
    )
    if KINDS[name].tells_id:
        assert f"user.id={USER['id']}" in line
    if KINDS[name].tells_roles:
        assert "member.nick=Joey" in line
    if KINDS[name].has_channel:
        assert f"channel.id={'600000000000000008' if name == 'voice_leave' else CHANNEL}" in line


async def test_a_message_of_nobody_of_the_server_has_somebody_without_roles(bot: StartBot) -> None:
    line = "{{ member.name }} {{ member.roles | length }}"
    made = await bot(f"events: {{message: {{bots: true, steps: [{{log: '{line}'}}]}}}}")
    webhook = {"id": "600000000000000009", "username": "News", "bot": True}
    happen(made, "message", author=webhook, member=None, webhook_id="600000000000000009")
    await elapse(1)
    assert said(made) == ["News 0"]


# --- telling apart


def recognised(recognition: Recognition, gateway: str, **data: object) -> str | None:
    """Return the name under which an event is known."""
    found = recognition.recognise(gateway, data)
    return found[0] if found else None


def test_voice_channels_are_joined_changed_and_left() -> None:
    made = Recognition()

    def moved(channel: str | None, user: str = "1") -> tuple[str, str | None] | None:
        return made.recognise("VOICE_STATE_UPDATE", {"guild_id": "9", "user_id": user, "channel_id": channel})

    assert moved("5") == ("voice_join", None)
    assert moved("5") is None  # muted, or the like
    assert moved("6") == ("voice_move", "5")
    assert moved("7", user="2") == ("voice_join", None)
    assert moved(None) == ("voice_leave", "6")
    assert moved(None) is None


def test_who_is_in_a_voice_channel_already_is_known_from_the_server() -> None:
    made = Recognition()
    made.ready({"guilds": [{"id": "9"}]})
    present = {"user_id": "1", "channel_id": "5"}
    assert recognised(made, "GUILD_CREATE", id="9", voice_states=[present]) is None
    left = {"guild_id": "9", "user_id": "1", "channel_id": None}
    assert made.recognise("VOICE_STATE_UPDATE", left) == ("voice_leave", "5")
    # after a reconnect the server says anew who is there
    assert recognised(made, "GUILD_CREATE", id="9", voice_states=[present]) is None
    assert recognised(made, "GUILD_CREATE", id="9", voice_states=[]) is None
    assert made.recognise("VOICE_STATE_UPDATE", left) is None


def test_of_no_more_members_is_it_remembered_where_they_are_than_allowed() -> None:
    made = Recognition()
    for user in range(VOICES_MAX + 1):
        made.recognise("VOICE_STATE_UPDATE", {"guild_id": "9", "user_id": str(user), "channel_id": "5"})

    def moved(user: int, channel: str | None) -> str | None:
        return recognised(made, "VOICE_STATE_UPDATE", guild_id="9", user_id=str(user), channel_id=channel)

    assert moved(VOICES_MAX, "6") == "voice_join"  # of this one nothing is known
    assert moved(0, None) == "voice_leave"
    assert moved(VOICES_MAX, "6") == "voice_join"  # now there was room
    assert moved(VOICES_MAX, None) == "voice_leave"


def test_a_server_is_joined_once_and_not_at_every_start() -> None:
    made = Recognition()
    made.ready({"guilds": [{"id": "9", "unavailable": True}]})
    assert recognised(made, "GUILD_CREATE", id="9") is None
    assert recognised(made, "GUILD_CREATE", id="8") == "guild_join"
    assert recognised(made, "GUILD_DELETE", id="8", unavailable=True) is None  # an outage
    assert recognised(made, "GUILD_CREATE", id="8") is None
    assert recognised(made, "GUILD_DELETE", id="8") == "guild_leave"
    assert recognised(made, "GUILD_CREATE", id="8") == "guild_join"


@pytest.mark.parametrize(
    ("type_", "name"),
    [
        pytest.param(0, "message", id="written"),
        pytest.param(19, "message", id="a reply"),
        pytest.param(20, "message", id="the answer to a command"),
        pytest.param(7, None, id="somebody has joined"),
        pytest.param(8, None, id="a boost"),
        pytest.param(6, None, id="a pin"),
    ],
)
def test_a_line_of_discords_own_is_no_message(type_: int, name: str | None) -> None:
    assert recognised(Recognition(), "MESSAGE_CREATE", id="5", type=type_) == name


def test_a_link_that_gets_its_preview_is_no_edit_and_an_old_thread_no_new_one() -> None:
    made = Recognition()
    assert recognised(made, "MESSAGE_UPDATE", edited_timestamp=None) is None
    assert recognised(made, "MESSAGE_UPDATE", edited_timestamp="2027-01-15T08:00:00+00:00") == "message_edit"
    assert recognised(made, "THREAD_CREATE", id="1") is None
    assert recognised(made, "THREAD_CREATE", id="1", newly_created=True) == "thread_create"
    assert recognised(made, "TYPING_START") is None


# --- running


async def test_what_comes_twice_is_handled_once(bot: StartBot) -> None:
    made = await bot("events: {message: {steps: [{log: a}]}, message_edit: {steps: [{log: b}]}}")
    for _ in range(2):
        happen(made, "message")
        happen(made, "message_edit")
        happen(made, "message_edit", edited_timestamp="2027-01-15T08:00:01+00:00")
    await elapse(1)
    assert sorted(said(made)) == ["a", "b", "b"]


async def test_no_more_events_are_remembered_than_allowed(bot: StartBot) -> None:
    made = await bot("events: {message: {channels: '#nowhere', steps: [{log: a}]}}")
    for number in range(SEEN_MAX + 1):
        happen(made, "message", id=str(number))
    assert made.engine.counts.events == 0
    assert len(made.engine.events.seen) == SEEN_MAX
    assert "message 0" not in made.engine.events.seen


async def test_events_wait_when_many_are_under_way_and_are_dropped_when_many_wait(bot: StartBot) -> None:
    made = await bot("events: {reaction_remove: {steps: [{wait: 5s}, {log: a}]}}")
    for _ in range(AT_ONCE_MAX + WAITING_MAX + 3):
        happen(made, "reaction_remove")
    assert made.engine.events.under_way == AT_ONCE_MAX + WAITING_MAX
    assert made.engine.counts.dropped == 3
    assert [line["count"] for line in made.log.of("events dropped")] == [1]
    await elapse(DROPPED_SILENCE_S / 2 + 0.1)
    assert len(said(made)) == AT_ONCE_MAX
    await elapse(5 * WAITING_MAX / AT_ONCE_MAX)
    assert len(said(made)) == AT_ONCE_MAX + WAITING_MAX
    for _ in range(AT_ONCE_MAX + WAITING_MAX + 1):
        happen(made, "reaction_remove")
    assert [line["count"] for line in made.log.of("events dropped")] == [1, 3]
    assert made.engine.counts.dropped == 4
    await elapse(5 * (WAITING_MAX / AT_ONCE_MAX + 2))


async def test_events_do_not_keep_interactions_waiting(bot: StartBot) -> None:
    made = await bot("""
        commands: {it: {description: d, reply: Hello}}
        events: {reaction_remove: {steps: [{wait: 5s}]}}
    """)
    for _ in range(AT_ONCE_MAX + WAITING_MAX):
        happen(made, "reaction_remove")
    trace = await made.ran("it")
    assert [message.content for message in trace.messages] == ["Hello"]
    assert trace.acknowledged_at is not None
    assert trace.acknowledged_at - trace.dispatched_at < 0.1
    await elapse(5 * (WAITING_MAX / AT_ONCE_MAX + 2))


async def test_a_step_that_fails_is_rescued_and_logged_once(bot: StartBot) -> None:
    made = await bot("""
        events:
          message: {steps: [{fail: No.}], on_error: [{log: "{{ error.step }}: {{ error.message }} {{ user.name }}"}]}
          message_edit: {steps: [{wait: "{{ 60 }}"}], timeout: 5s, on_timeout: [{log: late}]}
          message_delete: {steps: [{fail: No.}], on_error: [{fail: Again.}]}
    """)
    for name in ("message", "message_edit", "message_delete"):
        happen(made, name)
    await elapse(10)
    assert said(made) == ["fail: No. jo", "late"]
    assert sorted(outcomes(made)) == ["failed", "failed", "timeout"]
    assert sorted(made.log.warnings) == ["handler timed out", "rescue failed", "step failed", "step failed"]
    assert {line["handler"] for line in made.log.of("step failed")} == {"event message", "event message_delete"}


async def test_a_condition_may_ask_what_is_kept(bot: StartBot) -> None:
    made = await bot("""
        state: {seen: {scope: user, type: integer, default: 0}}
        events:
          message:
            when: state.seen < 2
            steps: [{increment: {state: seen}}, {log: "{{ state.seen }}"}]
    """)
    for number in range(4):
        happen(made, "message", id=str(number))
        await elapse(1)
    assert said(made) == ["1", "2"]


async def test_a_flow_may_be_run_now_and_begun_later(bot: StartBot) -> None:
    made = await bot("""
        events:
          member_join: {steps: [{run: {flow: greet, with: {name: "{{ user.name }}"}}},
                                {schedule: {flow: greet, after: 1m, with: {name: later}}}]}
        flows: {greet: {params: {name: {type: string}}, steps: [{log: "{{ params.name }} {{ user.display_name }}"}]}}
    """)
    happen(made, "member_join")
    await elapse(70)
    assert said(made) == ["jo Joey", "later Jo"]


async def test_what_is_not_as_discord_describes_it_is_left_alone(bot: StartBot) -> None:
    made = await bot("events: {message: {steps: [{log: a}]}, scheduled_event_create: {steps: [{log: b}]}}")
    made.engine.events.receive("MESSAGE_CREATE", {"id": "1"})
    happen(made, "scheduled_event_create", scheduled_start_time="soon")
    happen(made, "message")
    await elapse(1)
    assert said(made) == ["a"]
    assert made.log.warnings == ["event not understood", "event not understood"]


async def test_what_is_under_way_at_a_stop_may_end_and_nothing_else_begins(bot: StartBot) -> None:
    made = await bot("events: {message: {steps: [{wait: 5s}, {log: end}]}, message_delete: {steps: [{log: new}]}}")
    happen(made, "message")
    await elapse(1)
    stopping = asyncio.create_task(made.stop())
    await elapse(1)
    happen(made, "message_delete")
    await stopping
    assert said(made) == ["end"]


async def test_what_does_not_end_at_a_stop_is_cut(bot: StartBot) -> None:
    made = await bot("events: {message: {timeout: 10m, steps: [{wait: 5m}, {log: end}]}}")
    happen(made, "message")
    await elapse(1)
    await made.stop()
    assert said(made) == []
    assert outcomes(made) == ["cancelled"]


async def test_a_reload_changes_what_is_heard(bot: StartBot) -> None:
    made = await bot("events: {thread_update: {steps: [{log: one}]}, thread_delete: {steps: [{log: gone}]}}")
    made.engine.swap(compiled("events: {thread_update: {steps: [{log: two}]}, channel_update: {steps: [{log: new}]}}"))
    for name in ("thread_update", "thread_delete", "channel_update"):
        happen(made, name)
    await elapse(1)
    assert sorted(said(made)) == ["new", "two"]


# --- intents


@pytest.mark.parametrize(
    ("events", "intents"),
    [
        ("thread_create: {steps: [{log: a}]}", Intents.GUILDS),
        ("member_join: {steps: [{log: a}]}", Intents.GUILDS | Intents.GUILD_MEMBERS),
        ("message: {steps: [{log: '{{ message.id }}'}]}", Intents.GUILDS | Intents.GUILD_MESSAGES),
        (
            "message: {when: message.content == 'a', steps: [{log: a}]}",
            Intents.GUILDS | Intents.GUILD_MESSAGES | Intents.MESSAGE_CONTENT,
        ),
        (
            "message_edit: {steps: [{if: 1 < 2, then: [{let: {read: '{{ message }}'}}]}]}",
            Intents.GUILDS | Intents.GUILD_MESSAGES | Intents.MESSAGE_CONTENT,
        ),
        (
            "voice_join: {steps: [{log: a}]}, poll_vote_add: {steps: [{log: a}]}",
            Intents.GUILDS | Intents.GUILD_VOICE_STATES | Intents.GUILD_MESSAGE_POLLS,
        ),
    ],
)
def test_what_is_asked_for_is_what_is_listened_to(events: str, intents: Intents) -> None:
    assert compiled(f"events: {{{events}}}").intents == intents


async def test_the_intents_are_asked_for_at_identify(bot: StartBot) -> None:
    made = await bot("events: {member_join: {steps: [{log: a}]}, reaction_add: {steps: [{log: a}]}}")
    assert asked_for(made.local) == discord.Intents(guilds=True, members=True, guild_reactions=True).value


async def test_an_intent_that_is_not_switched_on_is_named_with_the_place_that_needs_it(bot: StartBot) -> None:
    made = await bot("""
        events:
          member_join: {steps: [{log: a}]}
          message: {when: message.content == "a", steps: [{log: a}]}
    """)
    made.local.close_gateway(4014)
    with pytest.raises(IntentsRefused) as caught:
        await made.task
    assert str(caught.value) == (
        "Server Members Intent (needed at bot.yaml:4), Message Content Intent (needed at bot.yaml:5)"
    )


def test_another_intent_takes_a_restart() -> None:
    before = compiled("events: {thread_create: {steps: [{log: a}]}, reaction_add: {steps: [{log: a}]}}")
    fewer = compiled("events: {thread_create: {steps: [{log: a}]}}")
    more = compiled("events: {member_join: {steps: [{log: a}]}}")
    assert restart_needed(before, fewer) == ()
    assert restart_needed(before, more) == ("intents",)


def test_intents_of_the_table_are_known_to_the_library() -> None:
    every = Intents(0)
    for kind in KINDS.values():
        every |= kind.intents
    assert every.value & ~discord.Intents.all().value == 0


async def test_a_failed_send_is_the_event_s_own_misfortune(bot: StartBot) -> None:
    made = await bot("""
        commands: {it: {description: d, reply: Hello}}
        events: {message: {steps: [{send: {content: a}}]}}
    """)
    made.local.faults.next("messages", status=403, code=50013)
    made.local.say(user="Robin", channel="general", content="Hm")
    await elapse(1)
    assert outcomes(made) == ["failed"]
    assert [message.content for message in (await made.ran("it")).messages] == ["Hello"]
