"""`edit_scheduled_event`: change a scheduled event, start it, end it or call it off."""

from collections.abc import Iterator, Mapping
from typing import Any, ClassVar, Final, Literal

from runner.actions._on_channel import changed
from runner.actions._on_member import server_of
from runner.actions._on_scheduled_event import (
    EVENT,
    OnScheduledEvent,
    ends_too_soon,
    held_at,
    held_in,
    said_instants,
    two_places,
)
from runner.actions.action import Misfit, Repeats, Step, StepFailed
from runner.data import dataclass
from runner.declarations import Declarations
from runner.fields import Channel, Timestamp, option
from runner.lifecycle import limits
from runner.lifecycle.limits import ErrorCode, EventStatus

_OVER: Final = ("completed", "canceled")


@dataclass(frozen=True, slots=True, kw_only=True)
class EditScheduledEvent(OnScheduledEvent):
    """Change a scheduled event that is not over, start it, end it or call it off.

    Example:
        - edit_scheduled_event: {event: "123456789012345678", status: canceled}
    """

    repeats: ClassVar[Repeats] = Repeats.SAFE

    status: Literal["active", "completed", "canceled"] | None = option(
        "What becomes of it; nothing, where it is over already.",
        default=None,
        words={
            "active": "It begins now.",
            "completed": "It ends now; it has to have begun.",
            "canceled": "It is called off; it must not have begun.",
        },
    )
    name: str | None = option("Its new name.", default=None, min_length=1, max_length=limits.EVENT_NAME_MAX)
    description: str | None = option(
        "What it is about; an empty text for nothing.", default=None, max_length=limits.EVENT_DESCRIPTION_MAX
    )
    starts_at: Timestamp | None = option("When it begins.", default=None)
    ends_at: Timestamp | None = option("When it ends.", default=None)
    channel: Channel | None = option("The voice or stage channel that it is held in: an id or `#name`.", default=None)
    location: str | None = option(
        "Where it is held outside of Discord; one that was held in a channel has to say when it `ends_at`, too.",
        default=None,
        min_length=1,
        max_length=limits.EVENT_LOCATION_MAX,
    )
    reason: str | None = option("Why, for the server's audit log: 512 characters, longer text is cut.", default=None)

    def lacks(self) -> str:
        """Ask for something to change."""
        values = (self.status, self.name, self.description, self.starts_at, self.ends_at, self.channel, self.location)
        return "" if any(value is not None for value in values) else "`status`, `name`, `starts_at` or `channel`"

    def to_come(self) -> Mapping[str, object]:
        """Return when it begins and ends, if that is changed."""
        return said_instants(starts_at=self.starts_at, ends_at=self.ends_at)

    def misfits(self, declared: Declarations) -> Iterator[Misfit]:
        """Refuse two places, and an end before the beginning."""
        if self.channel is not None and self.location is not None:
            yield two_places()
        if (fault := ends_too_soon(self.starts_at, self.ends_at)) is not None:
            yield fault

    def takes_s(self) -> float:
        """Allow for asking what kind of channel it is."""
        return limits.REST_CALL_S * (1 if self.channel is None else 2)

    async def run(self, step: Step) -> Mapping[str, object] | None:
        """Change it. That one is over already is no fault where it was to end, and nothing else."""
        body = await self._body(step)
        where = {"guild_id": server_of(step), "event_id": self.event}
        try:
            await step.rest("PATCH", EVENT, body, reason=self.reason, **where)
        except StepFailed as failure:
            if failure.code != ErrorCode.EVENT_FINISHED or self.status not in _OVER or body.keys() != {"status"}:
                raise
        return None

    async def _body(self, step: Step) -> dict[str, Any]:  # Any: JSON
        body = changed(
            status=None if self.status is None else int(EventStatus[self.status.upper()]),
            name=self.name,
            scheduled_start_time=self.starts_at,
            scheduled_end_time=self.ends_at,
        )
        if self.description is not None:
            body["description"] = self.description or None
        if self.location is not None:
            body |= held_at(self.location)
        if self.channel is not None:
            body |= await held_in(step.channel(self.channel), step)
        return body
