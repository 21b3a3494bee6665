"""What the steps on the scheduled events of a server have in common: which one it is, and what it may be changed to.

Source: Discord docs, Resources: Guild Scheduled Event.
"""

from collections.abc import Mapping
from typing import Any, ClassVar, Final

from runner.actions._on_channel import CHANNEL
from runner.actions._on_server import OnServer
from runner.actions.action import FailureKind, Misfit, Step, StepFailed
from runner.data import dataclass
from runner.fields import Snowflake, option
from runner.formats import unix_s
from runner.lifecycle.bits import Permissions
from runner.lifecycle.limits import ChannelType, EventEntityType

EVENTS: Final = "/guilds/{guild_id}/scheduled-events"
"""The route of a server's events."""

EVENT: Final = EVENTS + "/{event_id}"
"""The route of one of them."""

GUILD_ONLY: Final = 2
"""Who may see an event; there is no other choice. Source: Discord docs, Guild Scheduled Event, Privacy Level."""

_ENTITIES: Final = {
    int(ChannelType.GUILD_STAGE_VOICE): EventEntityType.STAGE_INSTANCE,
    int(ChannelType.GUILD_VOICE): EventEntityType.VOICE,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class OnScheduledEvent(OnServer):
    """A step on one scheduled event of this server."""

    needs: ClassVar[Permissions] = Permissions.MANAGE_EVENTS

    event: Snowflake = option("Which: the id that `create_scheduled_event` has given, or `{{ scheduled.id }}`.")

    def asks(self) -> Permissions:
        """Return nothing: nobody but Discord knows yet whether it is one of the bot's own."""
        return Permissions(0)


async def held_in(channel_id: str, step: Step) -> dict[str, Any]:
    """Return the part of an event's body that says in which channel it is held. Any: JSON.

    Raises `StepFailed` for one in which nobody speaks.
    """
    channel = await step.rest("GET", CHANNEL, channel_id=channel_id)
    entity = _ENTITIES.get(channel["type"])
    if entity is None:
        raise StepFailed("an event is held in a voice or stage channel, or at a `location`", kind=FailureKind.INVALID)
    return {"channel_id": channel_id, "entity_type": int(entity), "entity_metadata": None}


def held_at(location: str) -> dict[str, Any]:
    """Return the part of an event's body that says where outside of Discord it is held. Any: JSON."""
    return {"channel_id": None, "entity_type": int(EventEntityType.EXTERNAL), "entity_metadata": {"location": location}}


def two_places() -> Misfit:
    """Return the fault of an event that is held in a channel and outside of Discord."""
    why = "an event is held in one of them (Discord docs, Guild Scheduled Event, Field Requirements By Entity Type)"
    return Misfit("location", "this event is held in two places", why, "remove `location`, or `channel`")


def ends_too_soon(starts: object, ends: object) -> Misfit | None:
    """Return the fault of an event that ends before it begins, where both are said and neither is a template."""
    starts_s, ends_s = unix_s(starts), unix_s(ends)
    if starts_s is None or ends_s is None or ends_s > starts_s:
        return None
    why = "Discord refuses such an event in each run"
    return Misfit("ends_at", "this event ends before it begins", why, "write a later time")


def said_instants(**instants: object) -> Mapping[str, object]:
    """Return those of an event's times that are said."""
    return {name: value for name, value in instants.items() if value is not None}
