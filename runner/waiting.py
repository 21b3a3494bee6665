"""What waits in a bot's store, for its operator to read: which runs, for whom, where in the file, until when."""

import json
from collections.abc import AsyncIterator, Callable, Mapping
from dataclasses import asdict
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Final

from runner.data import dataclass
from runner.store.place import SqlitePlace, parse

if TYPE_CHECKING:
    from runner.store.flows import Flow
    from runner.store.transaction import Transaction

PAGE: Final = 1_000
"""How many runs are read from the store at once."""

_WAITS_FOR: Final[Mapping[str, str]] = {
    "click": "a click",
    "form": "a form",
    "time": "its time",
    "event": "an event",
    "open": "nothing: it is under way",
}
_WIDTHS: Final = (8, 16, 10, 20, 20, 24, 22)


@dataclass(frozen=True, slots=True)
class Waiting:
    """A run that waits. Instants are Unix seconds. `id` is the beginning of its id: the whole of it is a secret.

    `user_id` is None where nobody has begun it.
    """

    id: str
    handler: str
    waits_for: str
    user_id: str | None
    guild_id: str | None
    channel_id: str | None
    at: str
    since: float
    until: float
    generation: int

    @property
    def line(self) -> str:
        """It as one line, below `HEADER`."""
        who, place = self.user_id or "-", self.channel_id or "-"
        return _columns(
            self.id, self.handler, self.waits_for, who, place, self.at, _said(self.since), _said(self.until)
        )

    @property
    def json(self) -> str:
        """It as one line of JSON."""
        return json.dumps(asdict(self), ensure_ascii=False)


async def waiting_in(store: str, directory: Path, now: Callable[[], float]) -> AsyncIterator[Waiting]:
    """Yield what waits in the store of a bot, the oldest first. Raises `StoreFailed`.

    `directory` is where relative paths begin. Where nothing has been kept yet, nothing is made.
    """
    place = parse(store, directory)
    if isinstance(place, SqlitePlace) and (place.path is None or not place.path.exists()):
        return
    from runner.store.database import Database  # it brings SQLAlchemy along, which no other verb needs

    async with Database(place, now=now) as database:
        offset, is_more = 0, True
        while is_more:
            page = await database.read(partial(_page, offset=offset))
            for flow in page:
                yield _waiting(flow)
            offset, is_more = offset + PAGE, len(page) == PAGE


def _page(tx: "Transaction", *, offset: int) -> "list[Flow]":
    from runner.store.flows import Flows

    return Flows(tx).list(limit=PAGE, offset=offset)


def _waiting(flow: "Flow") -> Waiting:
    kind = flow.waits.kind if flow.waits else ""
    return Waiting(
        id=flow.id[:6],
        handler=flow.name,
        waits_for=_WAITS_FOR.get(kind.partition(" ")[0], kind),
        user_id=flow.owner_id or None,
        guild_id=flow.guild_id,
        channel_id=flow.channel_id,
        at=flow.at,
        since=flow.created_at,
        until=flow.expires_at if flow.deadline is None else min(flow.deadline, flow.expires_at),
        generation=flow.generation,
    )


def _columns(*texts: str) -> str:
    padded = (text.ljust(width) for text, width in zip(texts, _WIDTHS, strict=False))
    return " ".join((*padded, texts[-1]))


def _said(at: float) -> str:
    return datetime.fromtimestamp(at, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


HEADER: Final = _columns("RUN", "HANDLER", "WAITS FOR", "STARTED BY", "CHANNEL", "AT", "SINCE", "UNTIL")
