"""The keys of a world file: one dataclass for each mapping, as `config.document` has them for a bot."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, ClassVar, Literal

from runner.config.document.guards import PermissionName
from runner.data import dataclass
from runner.fields import Duration, Entry, Snowflake, option
from runner.lifecycle import limits

_COLOR = "#[0-9A-Fa-f]{6}"
_EMOJI_NAME = r"[A-Za-z0-9_]{2,32}"
_NAME_MAX = 100

if TYPE_CHECKING:
    Locale = str  # type checkers can't follow words that come from Discord's own list
else:
    Locale = Literal[limits.LOCALES]


@dataclass(frozen=True, slots=True, kw_only=True)
class Overwrite(Entry):
    """What a channel allows and denies to one role or member."""

    allow: tuple[PermissionName, ...] = option("What is allowed here.", default=(), single=True)
    deny: tuple[PermissionName, ...] = option("What is denied here.", default=(), single=True)


@dataclass(frozen=True, slots=True, kw_only=True)
class Place(Entry):
    """A channel."""

    short: ClassVar[str | None] = "type"

    type: Literal["text", "announcement", "forum", "media", "voice", "stage", "category"] = option(
        "What kind of channel it is.", default="text"
    )
    id: Snowflake | None = option("Its id. Left out: one is made.", default=None)
    category: str | None = option("The category that it is in, by name.", default=None)
    topic: str | None = option("What it is about.", default=None, max_length=limits.FORUM_TOPIC_MAX)
    nsfw: bool = option("Whether it is age-restricted.", default=False)
    slowmode: Duration = option("The pause between two messages.", default=0.0, maximum=limits.SLOWMODE_MAX_S)
    tags: tuple[str, ...] = option("The tags of a forum.", default=(), single=True, max_items=limits.FORUM_TAGS_MAX)
    overwrites: Mapping[str, Overwrite] = option(
        "What is allowed and denied here, by the name of a role, a member or your bot; `everyone` is everyone.",
        default={},
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Rank(Entry):
    """A role. Those that are written later stand higher."""

    short: ClassVar[str | None] = "permissions"

    permissions: tuple[PermissionName, ...] = option("What its holders may do.", default=(), single=True)
    id: Snowflake | None = option("Its id. Left out: one is made.", default=None)
    color: str | None = option("Its colour, as `#5865F2`.", default=None, pattern=_COLOR, takes="a colour as `#5865F2`")
    hoist: bool = option("Whether its holders are listed apart.", default=False)
    mentionable: bool = option("Whether anyone may mention it.", default=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Person(Entry):
    """A member of a server. Somebody who is in several servers is the same person by the same name."""

    short: ClassVar[str | None] = "roles"

    roles: tuple[str, ...] = option("Their roles, by name.", default=(), single=True)
    id: Snowflake | None = option("Their id. Left out: one is made.", default=None)
    nick: str | None = option("Their nickname.", default=None, min_length=1, max_length=limits.NICKNAME_MAX)
    bot: bool = option("Whether they are a bot.", default=False)
    dms: Literal["open", "closed"] = option("Whether they take direct messages.", default="open")
    locale: Locale = option("The language of their Discord.", default="en-US")


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing(Entry):
    """How your bot stands in a server: with a role of its own."""

    permissions: tuple[PermissionName, ...] | None = option(
        "What its own role may do. Left out: what a moderating bot needs.", default=None, single=True
    )
    roles: tuple[str, ...] = option("Further roles, by name.", default=(), single=True)
    below: str | None = option("The role that its own stands below. Left out: it is the highest.", default=None)
    nick: str | None = option("Its nickname.", default=None, min_length=1, max_length=limits.NICKNAME_MAX)


@dataclass(frozen=True, slots=True, kw_only=True)
class Planned(Entry):
    """A scheduled event: in a voice or stage channel, or outside of Discord."""

    starts_in: Duration = option("How long from now it begins.", default=86_400.0, minimum=1.0)
    lasts: Duration | None = option(
        "How long it goes on. One at a `location` has to say so.", default=None, minimum=1.0
    )
    channel: str | None = option("The voice or stage channel that it is held in, by name.", default=None)
    location: str | None = option(
        "Where it is held outside of Discord.", default=None, min_length=1, max_length=limits.EVENT_LOCATION_MAX
    )
    description: str | None = option("What it is about.", default=None, max_length=limits.EVENT_DESCRIPTION_MAX)
    by: str | None = option("The member who has planned it, by name. Left out: your bot.", default=None)
    interested: tuple[str, ...] = option("The members who are interested, by name.", default=(), single=True)
    id: Snowflake | None = option("Its id. Left out: one is made.", default=None)


@dataclass(frozen=True, slots=True, kw_only=True)
class Server(Entry):
    """A server."""

    owner: str = option("The member that owns it, by name.", min_length=1)
    members: Mapping[str, Person] = option("Who is in it, by name.", min_items=1, max_items=10_000)
    channels: Mapping[str, Place] = option("Its channels, by name, in order.", min_items=1, max_items=500)
    roles: Mapping[str, Rank] = option("Its roles, by name, the lowest first.", default={}, max_items=248)
    everyone: tuple[PermissionName, ...] | None = option(
        "What everyone may do. Left out: as in a new server.", default=None, single=True
    )
    bot: Standing = option("How your bot stands in it.", default=Standing())
    id: Snowflake | None = option("Its id. Left out: one is made.", default=None)
    locale: Locale = option("Its language.", default="en-US")
    community: bool = option("Whether it has announcements and stages.", default=False)
    system_channel: str | None = option("The channel that greets new members, by name.", default=None)
    scheduled_events: Mapping[str, Planned] = option(
        "Its scheduled events, by name.", default={}, max_items=limits.GUILD_EVENTS_MAX
    )
    emojis: tuple[str, ...] = option("Its own emojis, by name.", default=(), single=True, max_items=50)
    stickers: tuple[str, ...] = option("Its own stickers, by name.", default=(), single=True, max_items=5)


@dataclass(frozen=True, slots=True, kw_only=True)
class WorldFile(Entry):
    """A whole world file."""

    bot: str = option("The name of your bot.", default="Keeper", min_length=1, max_length=32)
    servers: Mapping[str, Server] = option("The servers, by name.", min_items=1, max_items=100)
