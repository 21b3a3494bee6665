"""What is there to see after an event, on the local Discord and on SimCord in the same words."""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from simcord import Env, GuildHandle
from simcord.backend.models import Channel as SimcordChannel
from simcord.backend.models import Guild as SimcordGuild
from simcord.backend.models import Interaction
from simcord.backend.models import Message as SimcordMessage

from runner.emulator.trace import Trace
from runner.emulator.world import Channel, Guild, Message, World
from runner.lifecycle.bits import MessageFlags
from runner.lifecycle.limits import ChannelType
from runner.templates.values import is_list, is_mapping
from tests.opinion.simcord_play import messages_of

Json = Any  # JSON of any shape

OWN: Final = ("id", "custom_id", "proxy_url", "url", "size", "content_type")
"""What each side chooses for itself."""

WRITTEN: Final = (0, 19, 20, 23)
"""Types of messages that somebody wrote; which one an answer to a form has is not documented (discord-rules.md 1.5)."""

_OWN_WORDS: Final = re.compile(
    r"\d{15,}|(?<=<t:)\d+|\d{4}-\d\d-\d\dT[\d:.+Z]+|(?<=Reference: `)\w+|(?<=discord\.gg/)[\w-]+"
)
"""Ids, instants, references and codes of invites."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What the user of an interaction saw: messages that it made, the one that it came from, a form, suggestions."""

    is_answered: bool
    messages: Json
    source: Json
    form: Json
    choices: Json


@dataclass(frozen=True, slots=True)
class Outcome:
    """What an event has led to: answers (none where the user's own client refused), and how the server stands.

    `notices` are the types of those messages in it that nobody wrote. They are no part of what is compared.
    """

    answers: tuple[Answer, ...]
    server: Mapping[str, Json]
    notices: frozenset[int] = field(compare=False)


# --- the local Discord


def seen_here(world: World, now: float, traces: Iterable[Trace]) -> Outcome:
    """Return what is there to see on the local Discord."""
    answers = tuple(_answered_here(world, trace) for trace in traces)
    guild = next(iter(world.guilds.values()))
    types = frozenset(message.type for channel in world.channels.values() for message in channel.messages.values())
    server: Mapping[str, Json] = _server_here(world, guild, now) if world.bot_id in guild.members else {}
    return Outcome(answers, server, types.difference(WRITTEN))


def _answered_here(world: World, trace: Trace) -> Answer:
    source = int((trace.payload.get("message") or {"id": 0})["id"])
    made = [world.message(message.id) for message in trace.messages if message.id != source]
    messages = [_message_here(message, {}) for message in made if message is not None]
    clicked = world.message(source)
    return Answer(
        trace.acknowledged_at is not None,
        messages,
        None if clicked is None else _message_here(clicked, {}),
        _form(trace.modal),
        _choices(trace.choices),
    )


def _server_here(world: World, guild: Guild, now: float) -> Mapping[str, Json]:
    names = {user.id: user.display_name for user in world.users.values()}
    names |= {role.id: role.name for role in guild.roles.values()}
    members = {
        names[number]: {
            "roles": sorted(names[role] for role in member.role_ids if role in guild.roles),
            "nick": member.nick,
            "timed out": member.timed_out_until is not None and member.timed_out_until > now,
            "voice": None if member.voice is None else world.channels[member.voice.channel_id].name,
        }
        for number, member in guild.members.items()
    }
    return {
        "roles": sorted(role.name for role in guild.roles.values()),
        "banned": sorted(names[number] for number in guild.bans),
        "members": members,
        "channels": _by_name(_channel_here(world, channel, names) for channel in world.channels.values()),
    }


def _channel_here(world: World, channel: Channel, names: Mapping[int, str]) -> Json:
    recipients = [names[each] for each in channel.recipient_ids if each != world.bot_id]
    parent = world.channels.get(channel.parent_id or 0)
    shown = [_message_here(message, names) for message in channel.messages.values()]
    return {
        "name": channel.name or f"dm of {recipients}",
        "type": int(channel.type),
        "topic": channel.topic,
        "parent": parent.name if parent else None,
        "overwrites": sorted((names.get(each.id, "?"), int(each.allow), int(each.deny)) for each in channel.overwrites),
        "closed": channel.thread is not None and (channel.thread.archived, channel.thread.locked),
        "messages": list(_public(shown)),
    }


def _message_here(message: Message, names: Mapping[int, str]) -> Json:
    reactions = {emoji: len(users) for emoji, users in message.reactions.items()}
    return _message(message, names, reactions, message.pinned_at is not None)


# --- SimCord


def seen_there(env: Env, made: GuildHandle, records: Iterable[Interaction]) -> Outcome:
    """Return what is there to see on SimCord."""
    answers = tuple(_answered_there(env, record) for record in records)
    guild = env.backend.guilds.get(made.id)
    types = frozenset(message.type for each in env.backend.messages.values() for message in each.values())
    server: Mapping[str, Json] = _server_there(env, guild) if guild is not None else {}
    return Outcome(answers, server, types.difference(WRITTEN))


def _answered_there(env: Env, record: Interaction) -> Answer:
    source = record.source_message_id or 0
    clicked = env.backend.messages.get(record.channel_id, {}).get(source)
    return Answer(
        record.responded,
        [_message_there(message, {}) for message in messages_of(env, record) if message.id != source],
        None if clicked is None else _message_there(clicked, {}),
        _form(record.modal),
        _choices(record.autocomplete_choices),
    )


def _server_there(env: Env, guild: SimcordGuild) -> Mapping[str, Json]:
    backend = env.backend
    names = {user.id: user.global_name or user.name for user in backend.users.values()}
    names |= {role.id: role.name for role in guild.roles.values()}
    members = {
        names[number]: {
            "roles": sorted(names[role] for role in member.role_ids if role in guild.roles),
            "nick": member.nick,
            "timed out": member.timed_out_until is not None and member.timed_out_until > backend.now_iso(),
            "voice": _voice_there(env, guild, number),
        }
        for number, member in guild.members.items()
    }
    return {
        "roles": sorted(role.name for role in guild.roles.values()),
        "banned": sorted(names[number] for number in guild.bans),
        "members": members,
        "channels": _by_name(_channel_there(env, channel, names) for channel in backend.channels.values()),
    }


def _voice_there(env: Env, guild: SimcordGuild, number: int) -> str | None:
    state = guild.voice_states.get(number)
    return None if state is None or state.channel_id is None else env.backend.channels[state.channel_id].name


def _channel_there(env: Env, channel: SimcordChannel, names: Mapping[int, str]) -> Json:
    recipients = [names[each] for each in channel.recipient_ids]
    parent = env.backend.channels.get(channel.parent_id or 0)
    thread = channel.thread_metadata
    shown = [_message_there(message, names) for message in env.backend.messages[channel.id].values()]
    return {
        "name": channel.name or f"dm of {recipients}",
        "type": int(channel.type),
        "topic": channel.topic,
        "parent": parent.name if parent else None,
        "overwrites": sorted((names.get(each.target_id, "?"), each.allow, each.deny) for each in channel.overwrites),
        "closed": thread is not None and (thread.archived, thread.locked),
        "messages": list(_public(shown)),
    }


def _message_there(message: SimcordMessage, names: Mapping[int, str]) -> Json:
    reactions = {each.emoji: len(each.user_ids) for each in message.reactions if each.user_ids}
    return _message(message, names, reactions, message.pinned)


# --- both


def _message(
    message: Message | SimcordMessage, names: Mapping[int, str], reactions: Mapping[str, int], is_pinned: bool
) -> Json:
    """Return how a message stands, in what both sides call by the same name."""
    return {
        "author": names.get(message.author_id),
        "is a notice": message.type not in WRITTEN,
        "private": bool(message.flags & MessageFlags.EPHEMERAL),
        "loading": bool(message.flags & MessageFlags.LOADING),
        "content": _neutral_text(message.content),
        "embeds": _neutral(message.embeds),
        "components": _neutral(message.components),
        "files": [each["filename"] for each in message.attachments],
        "reactions": reactions,
        "pinned": is_pinned,
    }


def _public(messages: Iterable[Json]) -> Iterator[Json]:
    """Yield those that somebody wrote for everybody: what one user sees is a part of the answer to them."""
    return (message for message in messages if not message["private"] and not message["is a notice"])


def _by_name(channels: Iterable[Json]) -> Json:
    """Return channels by name; of several of one name the later ones are told apart by a number."""
    found: dict[str, Json] = {}
    for channel in channels:
        if channel["type"] == ChannelType.DM and not channel["messages"]:
            continue  # there is nothing to see, and one side opens them earlier
        name = channel["name"]
        found[name if name not in found else f"{name} {len(found)}"] = channel
    return found


def _form(modal: Json) -> Json:
    return None if modal is None else {"title": modal["title"], "fields": _neutral(modal["components"])}


def _choices(offered: Sequence[Json] | None) -> Json:
    return None if offered is None else [choice["name"] for choice in offered]


def _neutral(value: Json) -> Json:
    """Return JSON without what each side chooses for itself, and without what says nothing."""
    if is_mapping(value):
        parts = {str(name): _neutral(part) for name, part in value.items() if name not in OWN}
        return {name: part for name, part in parts.items() if part not in (None, False, "", [], {}, "rich")}
    if is_list(value):
        return [_neutral(part) for part in value]
    return _neutral_text(value) if isinstance(value, str) else value


def _neutral_text(text: str) -> str:
    """Return a text without what each side chooses for itself; Discord shows none of the blanks around it."""
    return _OWN_WORDS.sub("N", text.strip())
