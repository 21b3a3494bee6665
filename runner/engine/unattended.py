"""Runs steps that nobody waits for: what comes by the clock. They answer no interaction, and end in one log line."""

import asyncio
from collections.abc import Callable, Mapping
from functools import partial
from random import Random
from typing import Any, Final

from runner.actions.action import Refused
from runner.compile import Handler, Program, Render
from runner.data import dataclass
from runner.engine import context
from runner.engine.carried import Carrier
from runner.engine.context import Directory
from runner.engine.failures import error_root
from runner.engine.lag import Lag
from runner.engine.memory import Memory
from runner.engine.observer import Ended, Observer, Subject, Watch
from runner.engine.sentences import public_message
from runner.engine.speaker import Nobody
from runner.engine.steps import Run, Shared, is_expected, loggable
from runner.lifecycle import budget
from runner.lifecycle.machine import Origin, State
from runner.logs import Log
from runner.outside import Outside
from runner.rest import Rest

Json = Mapping[str, Any]  # Any: Discord's JSON

NOWHERE: Final[Json] = {"id": "0", "token": "", "user": {"id": None}}
"""Stands for the interaction: there is nobody, and no place."""


@dataclass(frozen=True, slots=True)
class World:
    """What runs of steps need besides their program."""

    rest: Rest
    outside: Outside
    chance: Random
    directory: Directory
    memory: Memory
    now: Callable[[], float]
    log: Log
    new_reference: Callable[[], str]
    lag: Lag
    carrier: Callable[[Program], Carrier]
    observer: Observer | None = None


@dataclass(frozen=True, slots=True)
class Unattended:
    """Runs handlers without an interaction."""

    world: World

    async def run(
        self,
        handler: Handler,
        program: Program,
        *,
        place: Json,
        values: Mapping[str, Any],
        when: Render | None = None,
        is_everyday: bool = False,
    ) -> None:
        """Run a handler's steps; `values` are roots of its own. Raises nothing.

        `place` says where and for whom, as far as that is known, in the words of an interaction. `when` has to be true,
        or no step is run. What `is_everyday` is worth a line only to whoever debugs, unless it fails.
        """
        started = asyncio.get_running_loop().time()
        place = {**NOWHERE, **place}
        roots = {**context.build(handler, program, place, self.world.directory, self.world.now()), **values}
        watch = self._watched(handler, program, place)
        run = self._new_run(handler, program, place, roots, watch)
        outcome, reference = "cancelled", None
        try:
            outcome, reference = await self._ended(handler, program, place, run, watch, when)
        finally:
            if watch is not None:
                watch(Ended(outcome, reference))
            say = self.world.log.debug if is_everyday else self.world.log.info
            say(
                "unattended",
                handler=handler.name,
                outcome=outcome,
                total_ms=round((asyncio.get_running_loop().time() - started) * 1000, 1),
                generation=program.generation,
                reference=reference,
            )

    def _watched(self, handler: Handler, program: Program, place: Json) -> Watch | None:
        if self.world.observer is None:
            return None
        where = place.get("guild_id"), place.get("channel_id"), context.caller_id(place)
        subject = Subject("", None, handler.name, *where)
        return self.world.observer.watch(subject, program)

    async def _ended(
        self, handler: Handler, program: Program, place: Json, run: Run, watch: Watch | None, when: Render | None
    ) -> tuple[str, str | None]:
        """Run to the end, whatever that is; return its name and, if it was a failure, a reference for the log."""
        try:
            async with asyncio.timeout(handler.timeout_s):
                if when is not None and not await _holds(when, handler, run):
                    return "passed over", None
                await run.execute(handler.steps)
        except Refused:
            return "refused", None
        except TimeoutError:
            failure = None
        except Exception as raised:
            failure = raised
        else:
            return "ok", None
        reference = self.world.new_reference()
        self._report("step failed" if failure else "handler timed out", reference, handler, run, failure)
        await self._rescue(handler, program, place, run, failure, reference, watch)
        return "failed" if failure else "timeout", reference

    async def _rescue(
        self,
        handler: Handler,
        program: Program,
        place: Json,
        failed: Run,
        failure: Exception | None,
        reference: str,
        watch: Watch | None,
    ) -> None:
        """Run what always follows the steps that were cut, and what the author has for failures."""
        run, step = failed, failed.at.name if failed.at else ""
        try:
            async with asyncio.timeout(budget.RESCUE_TIMEOUT_S):
                await failed.abandon()
            steps, values = failed.rescue(is_timeout=failure is None)
            steps = steps or (handler.on_error if failure else handler.on_timeout)
            if steps is not None:
                message = public_message(failure, program, place)
                run = self._new_run(handler, program, place, values, watch)
                run.context["error"] = error_root(failure, reference=reference, message=message, step=step)
                async with asyncio.timeout(budget.RESCUE_TIMEOUT_S):
                    await run.execute(steps)
        except Exception as again:
            self._report("rescue failed", reference, handler, run, again)

    def _report(self, event: str, reference: str, handler: Handler, run: Run, failure: Exception | None) -> None:
        self.world.log.warning(
            event,
            reference=reference,
            handler=handler.name,
            step=run.at.name if run.at else None,
            place=run.at.place if run.at else None,
            reason=loggable(run.at, failure) if failure else None,
            exception=None if failure is None or is_expected(failure) else failure,
        )

    def _new_run(
        self, handler: Handler, program: Program, place: Json, values: dict[str, Any], watch: Watch | None
    ) -> Run:
        world = self.world
        return Run(
            program,
            place,
            Nobody(Origin.NO_INTERACTION, State.RECEIVED),
            values,
            world.rest,
            world.outside,
            world.chance,
            world.directory,
            world.log,
            world.memory,
            carrier=world.carrier(program),
            handler=handler,
            shared=Shared(world.now),
            is_ephemeral=False,
            now=world.now,
            held_up=partial(world.lag.suspect, handler.name),
            watch=watch,
        )


async def _holds(when: Render, handler: Handler, run: Run) -> bool:
    if handler.guard_reads_state:
        await run.read_state()
    return bool(when(run.context))
