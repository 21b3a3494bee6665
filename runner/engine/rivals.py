"""Another process that runs with this bot's token: named in the log, with what to do.

It shows where it answers an interaction first, and where both have one store: one of them has the lease there.
"""

import asyncio
import os
import secrets
import socket
from collections.abc import Generator
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING, Final

from runner.data import dataclass
from runner.logs import Log
from runner.store.errors import StoreFailed

if TYPE_CHECKING:
    from runner.store.database import Database
    from runner.store.transaction import Transaction

SILENCE_S: Final = 60.0
"""How long nothing is said again: every interaction may be met by both processes."""

LEASE_S: Final = 150.0
"""How long a lease holds that is not renewed, in seconds: for so long a machine that died may be taken for a rival."""

RENEW_S: Final = 60.0
"""How often the lease is renewed, or asked for by a process that has not got it, in seconds."""

ADVICE: Final = "another process runs with this bot's token: stop it, or give each a token of its own"

_HERE: Final[set[str]] = set()
"""Those who hold a lease, or ask for one, in this process."""


class Rivals:
    """Counts the interactions that were answered elsewhere."""

    def __init__(self, log: Log) -> None:
        self._log = log
        self._loop = asyncio.get_running_loop()
        self._unsaid = 0
        self._silent_until = 0.0

    def met(self, identity: str, handler: str) -> None:
        """Note that another process was faster."""
        self._unsaid += 1
        now = self._loop.time()
        if now >= self._silent_until:
            self._log.warning(
                "answered elsewhere", id=identity, handler=handler, interactions=self._unsaid, advice=ADVICE
            )
            self._unsaid, self._silent_until = 0, now + SILENCE_S


async def look_out(database: "Database", bot: str, log: Log, slack: float = 1.0) -> None:
    """Hold the lease of `bot` until cancelled, and name in the log whoever else holds it, once each.

    The lease is longer, and renewed rarer, by the factor `slack`.
    """
    with _holder() as holder:
        lease = _Lease(database, f"{bot}:serving", holder, LEASE_S * slack)
        told = {holder}
        try:
            while True:
                found = await lease.taken_by()
                if found is not None and found not in told:
                    told.add(found)
                    log.warning("another process serves this bot", process=_shown(found), advice=ADVICE)
                await asyncio.sleep(RENEW_S * slack)
        finally:
            await lease.give_up()


@dataclass(frozen=True, slots=True)
class _Lease:
    """The lease of a name, which `holder` wants to have."""

    database: "Database"
    name: str
    holder: str
    lasts_s: float

    async def taken_by(self) -> str | None:
        """Take or renew it, and return who has it now; None where the store fails: whoever needs that is told."""
        try:
            return await self.database.write(self._take)
        except StoreFailed:
            return None

    async def give_up(self) -> None:
        """Let others have it; where the store fails it runs out by itself."""
        from runner.store.leases import Leases  # it brings SQLAlchemy along, which the store has imported by now

        with suppress(Exception):
            await self.database.write(lambda tx: Leases(tx).release(self.name, self.holder))

    def _take(self, tx: "Transaction") -> str:
        from runner.store.leases import Leases  # as above

        leases = Leases(tx)
        found = leases.take(self.name, self.holder, for_s=self.lasts_s).holder
        if found == self.holder or not _has_ended(found):
            return found
        leases.release(self.name, found)
        return leases.take(self.name, self.holder, for_s=self.lasts_s).holder


@contextmanager
def _holder() -> Generator[str]:
    """Give a name that nobody else has, in which one finds the process: its machine, its number, something random."""
    holder = f"{socket.gethostname()}/{os.getpid()}/{secrets.token_hex(4)}"
    _HERE.add(holder)
    try:
        yield holder
    finally:
        _HERE.discard(holder)


def _shown(holder: str) -> str:
    machine, _, rest = holder.partition("/")
    return f"{rest.partition('/')[0]} on {machine}"


def _has_ended(holder: str) -> bool:
    """Tell whether a holder is known to be no more: a process of this machine that has crashed, or been killed."""
    machine, _, rest = holder.partition("/")
    number = rest.partition("/")[0]
    if machine != socket.gethostname() or not number.isdecimal() or os.name != "posix":
        return False
    if int(number) == os.getpid():  # in a container the number is often the same
        return holder not in _HERE
    try:
        os.kill(int(number), 0)
    except ProcessLookupError:
        return True
    except PermissionError:
        return False
    return False
