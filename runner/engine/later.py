"""Flows that are begun later, where nobody waits: what `schedule` keeps of them, and how they are begun."""

import json
import secrets
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Final

from runner.actions.action import Begun, Later
from runner.cron import parse_cron, zone_named
from runner.data import dataclass
from runner.engine.context import caller
from runner.engine.schedules import LATER
from runner.engine.stored import as_kept

if TYPE_CHECKING:
    from runner.store.timers import Timer
    from runner.store.transaction import Transaction

Json = Mapping[str, Any]  # Any: JSON

_KEY_BYTES: Final = 8
_OF_USER: Final = ("id", "username", "global_name", "bot")
_OF_CHANNEL: Final = ("id", "name", "type")


@dataclass(frozen=True, slots=True)
class Kept:
    """A flow that is to be begun: its name and parameters, for whom and where, and when again."""

    flow: str
    values: Json
    place: Json
    cron: str | None
    timezone: str

    @classmethod
    def of(cls, timer: "Timer") -> "Kept":
        """Return what a timer keeps."""
        return cls(**json.loads(timer.payload))

    def next_after(self, now: float) -> float | None:
        """Return when it comes next after a Unix second; None if it doesn't come again."""
        return None if self.cron is None else parse_cron(self.cron).next_after(now, zone_named(self.timezone))


def put(tx: "Transaction", later: Later, interaction: Json) -> Begun:
    """Put the timer of a flow that somebody has begun later. Raises `LimitReached`, `TooLarge`."""
    from runner.store.timers import Timer, Timers

    kept = Kept(later.flow, as_kept(later.values), place_of(interaction), later.cron, later.timezone)
    key = later.key or secrets.token_hex(_KEY_BYTES)
    due_at = _due_at(later, kept, tx.now)
    payload = json.dumps({name: getattr(kept, name) for name in Kept.__slots__})
    missed = "skip" if later.is_skipped_late else "run_once"
    Timers(tx).put(Timer(due_at=due_at, kind=LATER, key=scoped(key, interaction), payload=payload, missed=missed))
    return Begun(due_at, key)


def _due_at(later: Later, kept: Kept, now: float) -> float:
    if later.after_s is not None:
        return now + later.after_s
    found = later.at if later.cron is None else kept.next_after(now)
    assert found is not None, "the action has seen that it comes"
    return found


def cancel(tx: "Transaction", key: str, interaction: Json) -> bool:
    """Take the timer of a flow away; False if there is none."""
    from runner.store.timers import Timers

    return Timers(tx).cancel(LATER, scoped(key, interaction))


def scoped(key: str, interaction: Json) -> str:
    """Return a key as it is kept: a server has its own, and so has each channel of direct messages."""
    return f"{interaction.get('guild_id') or interaction.get('channel_id') or ''}:{key}"


def place_of(interaction: Json) -> Json:
    """Return what is kept of where and for whom a flow is begun: nothing that may have changed by then."""
    user = caller(interaction)
    channel: Json | None = interaction.get("channel")
    return {
        "guild_id": interaction.get("guild_id"),
        "channel_id": interaction.get("channel_id"),
        "user": {name: user.get(name) for name in _OF_USER},
        "channel": {name: channel.get(name) for name in _OF_CHANNEL} if channel else None,
    }
