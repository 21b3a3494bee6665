"""How many commands were created: as this process knows it, and as the store does, where the bot has one."""

from collections.abc import Callable
from typing import TYPE_CHECKING

from runner.compile import Program
from runner.engine.memory import Memory
from runner.logs import Log
from runner.registration.creates import RegistrationsInMemory
from runner.store.errors import StoreFailed

if TYPE_CHECKING:
    from runner.store.registrations import Registrations
    from runner.store.transaction import Transaction


class Creations:
    """`registration.Registrations` of a bot whose program may keep something, or come to do so."""

    def __init__(self, memory: Memory, program: Callable[[], Program], now: Callable[[], float], log: Log) -> None:
        """`program` gives the one that is served, `now` Unix seconds."""
        self._memory = memory
        self._program = program
        self._own = RegistrationsInMemory(now)
        self._log = log

    async def add(self, scope: str, creates: int) -> None:
        """Note that so many commands were created in a scope now."""
        await self._own.add(scope, creates)
        if self._program().needs_store:
            try:
                database = await self._memory.prepare(self._program())
                await database.write(lambda tx: _kept(tx).add(scope, creates))
            except StoreFailed as fault:
                self._log.warning("creations not kept", scope=scope, creates=creates, reason=str(fault))

    async def within(self, scope: str, seconds: float) -> int:
        """Return how many were created in a scope in the last `seconds`, by this process or an earlier one."""
        own = await self._own.within(scope, seconds)
        if not self._program().needs_store:
            return own
        try:
            database = await self._memory.prepare(self._program())
            return max(own, await database.read(lambda tx: _kept(tx).within(scope, seconds)))
        except StoreFailed as fault:
            self._log.warning("creations not known", scope=scope, reason=str(fault))
            return own


def _kept(tx: "Transaction") -> "Registrations":
    from runner.store.registrations import Registrations  # it brings SQLAlchemy, which the open store has brought

    return Registrations(tx)
