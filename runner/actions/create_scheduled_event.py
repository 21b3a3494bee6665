"""`create_scheduled_event`: plan an event of the server."""

from collections.abc import Iterator, Mapping
from typing import ClassVar, Final

from runner.actions._on_channel import changed
from runner.actions._on_member import server_of
from runner.actions._on_scheduled_event import (
    EVENTS,
    GUILD_ONLY,
    ends_too_soon,
    held_at,
    held_in,
    said_instants,
    two_places,
)
from runner.actions._on_server import OnServer
from runner.actions.action import Misfit, Place, Repeats, Step
from runner.data import dataclass
from runner.declarations import Declarations
from runner.fields import Channel, Timestamp, option
from runner.lifecycle import limits
from runner.lifecycle.bits import Permissions
from runner.templates.types import SNOWFLAKE, STRING, Type

_ADDRESS: Final = "https://discord.com/events"


@dataclass(frozen=True, slots=True, kw_only=True)
class CreateScheduledEvent(OnServer):
    """Plan an event of the server, which its members see and can be interested in.

    Example:
        - create_scheduled_event: {name: Game night, starts_at: "{{ now + 86400 }}", channel: "#Lounge"}
    """

    repeats: ClassVar[Repeats] = Repeats.ONCE
    needs: ClassVar[Permissions] = Permissions.CREATE_EVENTS
    outputs: ClassVar[Mapping[str, Type]] = {"event_id": SNOWFLAKE, "url": STRING}

    name: str = option("Its name.", min_length=1, max_length=limits.EVENT_NAME_MAX)
    description: str | None = option("What it is about.", default=None, max_length=limits.EVENT_DESCRIPTION_MAX)
    starts_at: Timestamp = option("When it begins: `2026-01-31T18:00:00Z`, or Unix seconds as `{{ now + 86400 }}`.")
    ends_at: Timestamp | None = option(
        "When it ends. An event at a `location` has to say so: nobody is there to end it.", default=None
    )
    channel: Channel | None = option(
        "The voice or stage channel that it is held in: an id or `#name`. For a stage the bot has to be a moderator of "
        "it: to manage the channel, mute and move members.",
        default=None,
    )
    location: str | None = option(
        "Where it is held outside of Discord: a place, or an address.",
        default=None,
        min_length=1,
        max_length=limits.EVENT_LOCATION_MAX,
    )
    reason: str | None = option("Why, for the server's audit log: 512 characters, longer text is cut.", default=None)

    def needs_in(self) -> object:
        """Return the channel that it is held in; one outside of Discord is the whole server's."""
        return Place.SERVER if self.channel is None else self.channel

    def asks(self) -> Permissions:
        """Return what it takes where it is held, as far as that is the same in voice and stage channels."""
        return self.needs if self.channel is None else self.needs | Permissions.VIEW_CHANNEL

    def to_grant(self) -> Permissions:
        """Return the same, and what a voice channel takes."""
        return self.needs if self.channel is None else self.asks() | Permissions.CONNECT

    def to_come(self) -> Mapping[str, object]:
        """Return when it begins and ends."""
        return said_instants(starts_at=self.starts_at, ends_at=self.ends_at)

    def misfits(self, declared: Declarations) -> Iterator[Misfit]:
        """Refuse an event nowhere or in two places, one that nobody ends, and an end before the beginning."""
        if self.channel is None and self.location is None:
            why, fix = "members have to know where to go", "add `channel:`, or `location:` and `ends_at:`"
            yield Misfit("name", "this event is held nowhere", why, fix)
        if self.location is not None and self.ends_at is None:
            why = "nobody is there to end it (Discord docs, Guild Scheduled Event, Field Requirements By Entity Type)"
            yield Misfit("location", "this event never ends", why, "add `ends_at:`")
        if self.channel is not None and self.location is not None:
            yield two_places()
        if (fault := ends_too_soon(self.starts_at, self.ends_at)) is not None:
            yield fault

    def takes_s(self) -> float:
        """Allow for asking what kind of channel it is."""
        return limits.REST_CALL_S * (1 if self.channel is None else 2)

    async def run(self, step: Step) -> Mapping[str, object] | None:
        """Plan it; gives its id, and the address that shows it."""
        guild_id = server_of(step)
        place = held_at(self.location) if self.location else await held_in(step.channel(self.channel or ""), step)
        body = changed(
            name=self.name,
            description=self.description or None,
            scheduled_start_time=self.starts_at,
            scheduled_end_time=self.ends_at,
            privacy_level=GUILD_ONLY,
            **place,
        )
        made = await step.rest("POST", EVENTS, body, reason=self.reason, guild_id=guild_id)
        return {"event_id": made["id"], "url": f"{_ADDRESS}/{guild_id}/{made['id']}"}
