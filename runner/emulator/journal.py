"""What went over the wire and what happened: a bounded log, and listeners that are told at once."""

import logging
import re
from collections import deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import Enum
from typing import Any, Literal

WIRE_MAX = 10_000
"""Wire entries that are kept; the oldest go first."""

_TOKEN_IN_PATH = re.compile(r"(/interactions/\d+/|/webhooks/\d+/)[^/?]+")

_log = logging.getLogger(__name__)


class LocalEventKind(Enum):
    """What a listener may be told about."""

    MESSAGE_CREATED = "message_created"
    MESSAGE_EDITED = "message_edited"
    MESSAGE_DELETED = "message_deleted"
    INTERACTION = "interaction"
    GATEWAY_CONNECTED = "gateway_connected"
    GATEWAY_DISCONNECTED = "gateway_disconnected"
    COMMANDS_REGISTERED = "commands_registered"
    WORLD_CHANGED = "world_changed"


@dataclass(frozen=True, slots=True)
class LocalEvent:
    """Something that a window on the local Discord should show.

    `data` is JSON. Messages carry the whole message and `visible_to` (a user's id, or None for everyone); interactions
    carry `interaction_id`, `what`, `detail` and `status`; registered commands `guild_id` and `count`.
    """

    at: float
    kind: LocalEventKind
    data: Mapping[str, Any]  # JSON, as above


@dataclass(frozen=True, slots=True, kw_only=True)
class WireEntry:
    """One exchange: an HTTP request with its answer, or one gateway frame. Tokens are blanked in `route`.

    `query` is what follows the `?` of a request; `request` and `answer` are the bodies, None for none.
    """

    at: float
    direction: Literal["in", "out"]
    kind: Literal["http", "gateway"]
    method: str
    route: str
    status: int | None
    request: object
    answer: object
    query: Mapping[str, str] = field(default_factory=dict[str, str])
    interaction_id: int | None = None


class Journal:
    """Keeps the last `WIRE_MAX` wire entries, and passes events on to whoever subscribed."""

    def __init__(self) -> None:
        self.wire: deque[WireEntry] = deque(maxlen=WIRE_MAX)
        self._listeners: list[Callable[[LocalEvent], None]] = []

    def record(self, entry: WireEntry) -> None:
        """Keep one exchange."""
        self.wire.append(entry)

    def subscribe(self, listener: Callable[[LocalEvent], None]) -> Callable[[], None]:
        """Call `listener` with each event from now on; returns the function that ends it."""
        self._listeners.append(listener)

        def unsubscribe() -> None:
            if listener in self._listeners:
                self._listeners.remove(listener)

        return unsubscribe

    def publish(self, event: LocalEvent) -> None:
        """Tell every listener. One that raises is logged and does not keep the others from hearing it."""
        for listener in tuple(self._listeners):
            try:
                listener(event)
            except Exception:
                _log.exception("a listener failed")


def redacted(path: str) -> str:
    """Return a path with the secret of an interaction or a webhook blanked."""
    return _TOKEN_IN_PATH.sub(r"\1<token>", path)
