"""What the body of a call sets on a channel, as Discord normalises it. Source: Discord docs, Resources: Channel."""

import re

from runner.emulator.core import Core
from runner.emulator.refusals import refusal
from runner.emulator.rest.overwrites import overwrite_from
from runner.emulator.world import FORUMS, VOICE, Channel, Forum, JsonObject, Tag, listed
from runner.lifecycle import limits
from runner.lifecycle.limits import ChannelType, ErrorCode

_NAMED_LIKE_TEXT = frozenset({ChannelType.GUILD_TEXT, ChannelType.GUILD_ANNOUNCEMENT, *FORUMS})
_SPACES = re.compile(r"\s+")


def fill_channel(core: Core, channel: Channel, body: JsonObject) -> None:
    """Set what a checked body says about a channel, or refuse and set nothing (30048, 30052, 40061)."""
    if int(body.get("bitrate") or 0) > limits.VOICE_BITRATE_MAX:
        raise refusal(ErrorCode.BITRATE_TOO_HIGH)
    if channel.forum is not None:
        _fill_forum(core, channel.forum, body)
    if body.get("type") is not None:
        channel.type = ChannelType(int(body["type"]))
    if body.get("name") is not None:
        channel.name = _named(channel.type, body["name"])
    if body.get("permission_overwrites") is not None:
        entries: list[JsonObject] = listed(body["permission_overwrites"])
        channel.overwrites = [overwrite_from(int(entry["id"]), entry) for entry in entries]
    _fill_plainly(channel, body)
    if channel.type in VOICE:
        _fill_voice(channel, body)


def _fill_plainly(channel: Channel, body: JsonObject) -> None:
    channel.topic = (body["topic"] or None) if "topic" in body else channel.topic
    channel.nsfw = bool(body.get("nsfw", channel.nsfw))
    channel.position = _number(body, "position", channel.position)
    channel.flags = _number(body, "flags", channel.flags)
    channel.rate_limit_per_user = _number(body, "rate_limit_per_user", channel.rate_limit_per_user)
    default_pause = _number(body, "default_thread_rate_limit_per_user", channel.default_thread_rate_limit_per_user)
    channel.default_thread_rate_limit_per_user = default_pause
    if "parent_id" in body:
        channel.parent_id = None if body["parent_id"] is None else int(body["parent_id"])
    if "default_auto_archive_duration" in body:
        channel.default_auto_archive_minutes = body["default_auto_archive_duration"]


def _number(body: JsonObject, key: str, before: int) -> int:
    """Return a number as it is after the call: null is 0, and what is absent stays."""
    return int(body[key] or 0) if key in body else before


def _fill_voice(channel: Channel, body: JsonObject) -> None:
    channel.bitrate = int(body.get("bitrate") or channel.bitrate)
    channel.user_limit = _number(body, "user_limit", channel.user_limit)
    channel.rtc_region = body.get("rtc_region", channel.rtc_region)
    channel.video_quality_mode = int(body.get("video_quality_mode") or channel.video_quality_mode)


def _fill_forum(core: Core, forum: Forum, body: JsonObject) -> None:
    if body.get("available_tags") is not None:
        forum.tags = _tags(core, forum, listed(body["available_tags"]))
    forum.default_reaction = body.get("default_reaction_emoji", forum.default_reaction)
    forum.default_sort_order = body.get("default_sort_order", forum.default_sort_order)
    forum.default_layout = _number(body, "default_forum_layout", forum.default_layout)


def _tags(core: Core, forum: Forum, entries: list[JsonObject]) -> list[Tag]:
    """Return the tags of a forum anew: those with an id are kept, the others are made."""
    if len(entries) > limits.FORUM_TAGS_MAX:
        raise refusal(ErrorCode.MAXIMUM_FORUM_TAGS)
    names = [str(entry["name"]) for entry in entries]
    if len(set(names)) != len(names):
        raise refusal(ErrorCode.TAG_NAMES_NOT_UNIQUE)
    known = {tag.id for tag in forum.tags}
    return [_tag(core, entry, known) for entry in entries]


def _tag(core: Core, entry: JsonObject, known: set[int]) -> Tag:
    given = int(entry.get("id") or 0)
    return Tag(
        id=given if given in known else core.ids.next(),
        name=entry["name"],
        moderated=bool(entry.get("moderated")),
        emoji_id=None if entry.get("emoji_id") is None else int(entry["emoji_id"]),
        emoji_name=entry.get("emoji_name"),
    )


def _named(kind: ChannelType, name: str) -> str:
    """Return a name as Discord writes it: those of text channels are in lower case, with hyphens for spaces."""
    return _SPACES.sub("-", name.strip().lower()) if kind in _NAMED_LIKE_TEXT else name.strip()
