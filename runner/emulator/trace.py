"""One interaction as its user saw it: what was asked, when it was answered, and what appeared."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field
from enum import Enum

from runner.emulator.world import JsonObject, Message
from runner.lifecycle.bits import MessageFlags
from runner.lifecycle.limits import InteractionType

TRACE_EVENTS_MAX = 500
"""Events that one trace keeps; a bot that edits for ever must not fill the memory."""


class InteractionState(Enum):
    """Where an interaction stands, in the local Discord's own books."""

    RECEIVED = "received"
    DEFERRED_SOURCE = "deferred_source"
    DEFERRED_UPDATE = "deferred_update"
    REPLIED = "replied"
    UPDATED = "updated"
    MODAL_SHOWN = "modal_shown"
    AUTOCOMPLETED = "autocompleted"
    LAUNCHED = "launched"
    ORIGINAL_DELETED = "original_deleted"
    EXPIRED_UNACKED = "expired_unacked"
    TOKEN_EXPIRED = "token_expired"


@dataclass(frozen=True, slots=True)
class TraceEvent:
    """Something that happened to an interaction: when (Unix s), what, more words, the HTTP status if there was one."""

    at: float
    what: str
    detail: str = ""
    status: int | None = None


@dataclass(frozen=True, slots=True)
class SeenMessage:
    """A message as the user of an interaction sees it now. `edits` are its earlier contents, oldest first."""

    id: int
    content: str
    flags: int
    ephemeral: bool
    loading: bool
    deleted: bool
    embeds: Sequence[JsonObject]
    components: Sequence[JsonObject]
    attachments: Sequence[JsonObject]
    edits: Sequence[str]


@dataclass(slots=True, eq=False)
class Trace:
    """One interaction from its dispatch to its end. Read it; the local Discord writes it.

    `acknowledged_at` is a Unix second, `acknowledgements` counts the accepted ones (never more than one), `refused`
    holds the status and the code of each refused call. `modal` is the form that was opened, `choices` the suggestions
    that came. `outcome` is the client's own line once the interaction has failed, else None.
    """

    id: int
    token: str = field(repr=False)
    type: InteractionType
    user_id: int
    channel_id: int
    guild_id: int | None
    command: str | None
    custom_id: str | None
    dispatched_at: float
    payload: JsonObject = field(repr=False)
    state: InteractionState = InteractionState.RECEIVED
    acknowledged_at: float | None = None
    acknowledgements: int = 0
    refused: list[tuple[int, int]] = field(default_factory=list[tuple[int, int]])
    events: list[TraceEvent] = field(default_factory=list[TraceEvent], repr=False)
    modal: JsonObject | None = field(default=None, repr=False)
    choices: Sequence[JsonObject] | None = None
    outcome: str | None = None
    _messages: dict[int, Message] = field(default_factory=dict[int, Message], repr=False)
    _acknowledged: asyncio.Event = field(default_factory=asyncio.Event, repr=False)
    _finished: asyncio.Event = field(default_factory=asyncio.Event, repr=False)

    @property
    def messages(self) -> list[SeenMessage]:
        """Every message that this interaction made or changed, as its user sees it now, in order of appearance."""
        return [_seen(message) for message in self._messages.values()]

    @property
    def failed(self) -> bool:
        """Whether the user saw a failure instead of an answer."""
        return self.outcome is not None

    async def acknowledged(self, timeout: float = 10.0) -> bool:
        """Wait until a first response was accepted (True) or the interaction failed (False).

        Raises TimeoutError after `timeout` seconds of the loop's time.
        """
        async with asyncio.timeout(timeout):
            await self._acknowledged.wait()
        return self.acknowledged_at is not None

    async def finished(self, timeout: float = 900.0) -> bool:
        """Wait until the user sees an end: an answer, an update, a form, suggestions (True), or a failure (False).

        A deferred answer ends with its edit; a silent acknowledgement of a component is an end of its own.
        Raises TimeoutError after `timeout` seconds of the loop's time.
        """
        async with asyncio.timeout(timeout):
            await self._finished.wait()
        return not self.failed

    def note(self, event: TraceEvent) -> None:
        """Add an event, up to `TRACE_EVENTS_MAX` of them."""
        if len(self.events) < TRACE_EVENTS_MAX:
            self.events.append(event)

    def mark_acknowledged(self, at: float) -> None:
        """Set down that the first response was accepted."""
        self.acknowledged_at = at
        self.acknowledgements += 1
        self._acknowledged.set()

    def mark_finished(self) -> None:
        """Set down that the user sees an end."""
        self._finished.set()

    def mark_failed(self, outcome: str) -> None:
        """Set down the line that the client shows instead of an answer."""
        self.outcome = outcome
        self._acknowledged.set()
        self._finished.set()

    def show(self, message: Message) -> None:
        """Add a message to what this interaction made or changed."""
        self._messages[message.id] = message


def _seen(message: Message) -> SeenMessage:
    return SeenMessage(
        id=message.id,
        content=message.content,
        flags=message.flags,
        ephemeral=bool(message.flags & MessageFlags.EPHEMERAL),
        loading=bool(message.flags & MessageFlags.LOADING),
        deleted=message.deleted,
        embeds=message.embeds,
        components=message.components,
        attachments=message.attachments,
        edits=tuple(message.earlier),
    )
