"""The timers of a store, for whoever waits for them."""

from collections.abc import Callable, Sequence
from typing import Final

from runner.data import dataclass
from runner.store.database import Database
from runner.store.timers import Timer, Timers

CLAIM_S: Final = 60.0
"""How long a claim holds unless it is renewed: after a crash elsewhere, others take over as late as that."""


@dataclass(frozen=True, slots=True)
class TimerQueue:
    """The timers of one store, claimed under one holder's name. All of it raises `StoreFailed`.

    A claim is longer by the factor `slack`, for a holder that renews it rarer by that.
    """

    database: Database
    holder: str
    slack: float = 1.0

    def tell(self, wake: Callable[[float], None]) -> None:
        """Have `wake` called with the Unix second of each timer that is put."""
        self.database.tell_of_timers(wake)

    async def claim(self, limit: int) -> Sequence[Timer]:
        """Return timers that are due, the earliest first, and keep others from them."""
        for_s = CLAIM_S * self.slack
        return await self.database.write(lambda tx: Timers(tx).claim(limit, holder=self.holder, for_s=for_s))

    async def renew(self) -> None:
        """Keep what is claimed."""
        await self.database.write(lambda tx: Timers(tx).renew(self.holder, for_s=CLAIM_S * self.slack))

    async def release(self) -> None:
        """Give up what is claimed: by a process that is gone, or by this one when it ends."""
        await self.database.write(lambda tx: Timers(tx).release(self.holder))

    async def finish(self, timer: Timer) -> None:
        """Take a timer out of the queue, unless it was put anew."""
        await self.database.write(lambda tx: Timers(tx).finish(timer))

    async def next_due(self) -> float | None:
        """Return the Unix second at which something is due next."""
        return await self.database.read(lambda tx: Timers(tx).next_due())
