"""Keeps Discord's idea of the commands on what the program says, behind a bot that serves already."""

import asyncio
from collections.abc import Callable, Iterable, Sequence
from typing import Final

from runner.compile import Program
from runner.logs import Log
from runner.registration.creates import Registrations
from runner.registration.payloads import Scope, Wanted, shown, wanted_by
from runner.registration.register import Outcome, ScopeOutcome, register
from runner.registration.twins import delete_twins, find_twins
from runner.rest import Rest

RETRY_S: Final = (5.0, 15.0, 60.0, 300.0, 900.0)
"""After how many seconds a registration that Discord or the network has prevented is tried again; then the last."""

NAMES_MAX: Final = 20
"""How many names one field of a log line lists."""


class Registrar:
    """Registers one program after the other, the newest only, and tries again where the network was at fault.

    A reconnect is no reason: nothing of what it knows has changed by it.
    """

    def __init__(
        self,
        rest: Rest,
        application_id: int,
        registrations: Registrations,
        guild_ids: Callable[[], Iterable[int]],
        log: Log,
    ) -> None:
        """`guild_ids` gives the servers that the bot is in."""
        self._rest = rest
        self._application_id = application_id
        self._registrations = registrations
        self._guild_ids = guild_ids
        self._log = log
        self._scopes: set[Scope] = set()

    async def keep(
        self, program: Program, newer: "asyncio.Queue[Program]", registered: Callable[[Outcome], None]
    ) -> None:
        """Register `program`, and every newer one. Calls `registered` after each attempt."""
        failures = 0
        while True:
            outcome = await self._register(program)
            registered(outcome)
            failures = failures + 1 if any(scope.is_transient for scope in outcome.scopes) else 0
            program = await self._next(program, newer, failures)

    async def _next(self, program: Program, newer: "asyncio.Queue[Program]", failures: int) -> Program:
        """Return what to register next: the newest program, or after a pause the same one again."""
        pause_s = RETRY_S[min(failures, len(RETRY_S)) - 1] if failures else None
        try:
            async with asyncio.timeout(pause_s):
                program = await newer.get()
        except TimeoutError:
            return program
        while not newer.empty():
            program = newer.get_nowait()
        return program

    async def _register(self, program: Program) -> Outcome:
        wanted: dict[Scope, Sequence[Wanted]] = {**dict.fromkeys(self._scopes, ()), **wanted_by(program)}
        outcome = await register(self._rest, self._application_id, wanted, self._registrations)
        for scope in outcome.scopes:
            self._report(scope)
            if scope.failure is None:
                self._scopes.add(scope.scope)  # what is there is ours, and goes when nobody wants it any more
            if scope.scope == "global" and scope.applied.creates:
                await self._delete_twins(wanted)
        return outcome

    async def _delete_twins(self, wanted: dict[Scope, Sequence[Wanted]]) -> None:
        """Delete the commands of servers that are everywhere now."""
        unnamed = [guild_id for guild_id in self._guild_ids() if guild_id not in wanted]
        for found in await find_twins(self._rest, self._application_id, unnamed, wanted["global"]):
            gone = await delete_twins(self._rest, self._application_id, found)
            if gone.commands:
                names = ", ".join(shown(command) for command in gone.commands[:NAMES_MAX])
                self._log.info("twins deleted", scope=gone.guild_id, commands=names)
            if gone.failure:
                self._log.warning("twins not deleted", scope=gone.guild_id, reason=gone.failure)

    def _report(self, scope: ScopeOutcome) -> None:
        for refusal in scope.refused:
            reason = "; ".join(refusal.reasons)
            self._log.error("command refused", command=refusal.name, place=refusal.where, reason=reason)
        if scope.failure:
            self._log.error("commands not registered", scope=scope.scope, reason=scope.failure)
        if not scope.applied.is_empty:
            self._log.info(
                "commands registered",
                scope=scope.scope,
                created=len(scope.applied.creates),
                updated=len(scope.applied.updates),
                deleted=len(scope.applied.deletes),
            )
