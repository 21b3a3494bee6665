"""Runs steps that nobody waits for: what happens, and what comes by the clock. They end in one log line.

They answer no interaction. One that comes to a step which waits is put away as any other run, and whoever takes it up
speaks with the bot's own token, or answers the click that has brought it.
"""

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import field
from typing import TYPE_CHECKING, Any, Protocol

from runner.actions.action import Refused
from runner.compile import Handler, Program, Render
from runner.data import dataclass
from runner.engine import context
from runner.engine.context import NOWHERE, Directory
from runner.engine.endings import Endings, NewRun
from runner.engine.frames import Asked
from runner.engine.live import Live
from runner.engine.machines import READS
from runner.engine.observer import Ended, Observer, Subject, Watch
from runner.engine.outcomes import Closed, Untaken
from runner.engine.speaker import Nobody
from runner.engine.steps import LOCAL_ROOTS, Run
from runner.engine.voices import Afterwards
from runner.lifecycle.machine import State
from runner.logs import Log
from runner.rest import Rest

if TYPE_CHECKING:
    from runner.store.timers import Timer

Json = Mapping[str, Any]  # Any: Discord's JSON


class Host(Protocol):
    """What the engine does for runs that nobody waits for."""

    @property
    def new_run(self) -> NewRun:
        """Makes a run of a handler's steps."""
        ...

    async def put_away(self, live: Live) -> None:
        """Put the run of a record away where it waits. Raises what the run raises."""
        ...

    async def finish(self, live: Live) -> None:
        """Take the run of a record out of the store, unless it waits. Raises nothing."""
        ...


@dataclass(frozen=True, slots=True)
class Unattended:
    """Runs handlers without an interaction. `now` gives Unix seconds, `live` are the records of what is under way."""

    host: Host
    endings: Endings
    rest: Rest
    directory: Directory
    now: Callable[[], float]
    log: Log
    observer: Observer | None = None
    live: dict[int, Live] = field(default_factory=dict[int, Live])

    async def run(
        self,
        handler: Handler,
        program: Program,
        *,
        place: Json,
        values: Mapping[str, Any],
        when: Render | None = None,
        is_everyday: bool = False,
        begun_by: "Timer | None" = None,
    ) -> None:
        """Run a handler's steps; `values` are roots of its own.

        Raises nothing but `StoreFailed`, where it could not be put away, has done nothing and is begun by a timer.

        `place` says where and for whom, as far as that is known, in the words of an interaction. `when` has to be true,
        or no step is run. What `is_everyday` is worth a line only to whoever debugs, unless it fails. The timer that it
        is `begun_by` goes as soon as the run is kept in the store itself.
        """
        read = {name: value for name, value in values.items() if name in handler.roots - LOCAL_ROOTS}
        place = {**NOWHERE, **place, READS: read}
        live = self._record(handler, program, place)
        roots = {**context.build(handler, program, place, self.directory, self.now()), **values}
        live.run = self.host.new_run(live, handler, roots, False, Nobody(live.origin, State.RECEIVED))
        live.begun_by = begun_by
        self.live[id(live)] = live
        try:
            await self._conclude(live, handler, live.run, when)
            await self.host.finish(live)
        finally:
            del self.live[id(live)]
            self._end(live, is_everyday=is_everyday)
            live.let_go()

    def _record(self, handler: Handler, program: Program, place: Json) -> Live:
        now = asyncio.get_running_loop().time()
        voice = Afterwards(self.rest, place.get("channel_id"), Asked(0), None)
        live = Live(handler.name, 0, place, handler.origin, handler, handler.name, program, voice, now, now, None)
        live.outcome, live.watch = "cancelled", self._watched(handler, program, place)
        return live

    def _watched(self, handler: Handler, program: Program, place: Json) -> Watch | None:
        if self.observer is None:
            return None
        where = place.get("guild_id"), place.get("channel_id"), context.caller_id(place)
        subject = Subject("", None, handler.name, *where)
        return self.observer.watch(subject, program)

    async def _conclude(self, live: Live, handler: Handler, run: Run, when: Render | None) -> None:
        """Run to the end, or until it waits; what goes wrong is dealt with by the author's own steps, and logged."""
        try:
            async with asyncio.timeout(handler.timeout_s) as live.scope:
                live.outcome = await self._run(live, handler, run, when)
        except Refused:
            live.outcome = "refused"
        except Untaken as end:
            live.outcome = end.outcome
            raise end.fault from None
        except Closed as end:
            live.outcome = end.outcome
        except TimeoutError:
            await self.endings.rescue(live, None)
        except Exception as failure:
            await self.endings.rescue(live, failure)

    async def _run(self, live: Live, handler: Handler, run: Run, when: Render | None) -> str:
        """Run the steps, and return how that has ended."""
        if when is not None and not await _holds(when, handler, run):
            return "passed over"
        await run.execute(handler.steps)
        if run.is_waiting:
            await self.host.put_away(live)
        return "waiting" if run.is_waiting else "ok"

    def _end(self, live: Live, *, is_everyday: bool) -> None:
        if live.watch is not None:
            live.watch(Ended(live.outcome, live.reference))
        say = self.log.debug if is_everyday else self.log.info
        say(
            "unattended",
            handler=live.name,
            outcome=live.outcome,
            total_ms=round((asyncio.get_running_loop().time() - live.started) * 1000, 1),
            generation=live.program.generation,
            reference=live.reference,
        )


async def _holds(when: Render, handler: Handler, run: Run) -> bool:
    if handler.guard_reads_state:
        await run.read_state()
    return bool(when(run.context))
