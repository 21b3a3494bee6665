"""Takes what happens, as far as the bot listens to it, and has it handled: bounded, and each event once."""

import asyncio
import secrets
from collections import deque
from collections.abc import Callable, Coroutine, Mapping
from functools import partial
from itertools import count
from typing import Any, Final, Protocol

from runner.actions.action import Happened
from runner.compile import EventHandler, Program
from runner.engine.context import Directory
from runner.engine.events.recognition import Recognition, identity_of
from runner.engine.events.subject import Subject, happened, subject
from runner.engine.live import Counts
from runner.engine.unattended import Unattended
from runner.events import BULK_DELETE
from runner.lifecycle import budget
from runner.logs import Log
from runner.store.errors import StoreFailed

Json = Mapping[str, Any]  # Any: Discord's JSON

AT_ONCE_MAX: Final = 100
"""How many events are handled at once; further ones wait."""

WAITING_MAX: Final = 2_000
"""How many events may wait. One more is dropped, and counted."""

SEEN_MAX: Final = 10_000
"""How many events are remembered, so that one that comes twice is handled once."""

DROPPED_SILENCE_S: Final = 10.0
"""How long dropped events are only counted before the log has another line of them."""

_NAME_BYTES: Final = 8


class Waiting(Protocol):
    """The runs that wait for something to happen."""

    def awaits(self, event: str) -> bool:
        """Tell whether a run may wait for an event of that name."""
        ...

    async def hear(self, happened: Happened, guild_id: str) -> None:
        """Have the runs go on that wait for an event. Raises `StoreFailed`."""
        ...


class Intake:
    """Takes the events of one engine. `program` gives the program of the moment, `unattended` runs the steps."""

    def __init__(
        self,
        program: Callable[[], Program],
        tasks: asyncio.TaskGroup,
        counts: Counts,
        directory: Directory,
        log: Log,
        unattended: Unattended,
        runs: "Waiting",
    ) -> None:
        """`runs` are those that wait for something to happen."""
        self._program = program
        self._tasks = tasks
        self._counts = counts
        self._directory = directory
        self._log = log
        self._unattended = unattended
        self._runs = runs
        self._loop = asyncio.get_running_loop()
        self._recognition = Recognition()
        self._name = f"{secrets.token_hex(_NAME_BYTES)}#"
        self._numbers = count(1)
        self._running: set[asyncio.Task[None]] = set()
        self._waiting: deque[Callable[[], None]] = deque()
        self._seen: set[str] = set()
        self._seen_in_order: deque[str] = deque()
        self._is_stopping = False
        self._unsaid_drops = 0
        self._silent_until = 0.0

    def receive(self, gateway: str, data: Json) -> None:
        """Take an event as Discord's gateway delivers it. Returns at once; raises nothing that Discord can cause."""
        if gateway == "READY":
            self._recognition.ready(data)
            return
        try:
            if gateway == BULK_DELETE:
                for identity in data["ids"]:
                    self._take("MESSAGE_DELETE", {**data, "id": identity})
            else:
                self._take(gateway, data)
        except (KeyError, TypeError, ValueError) as odd:  # it is not as Discord describes it
            self._log.warning("event not understood", event=gateway, reason=type(odd).__name__)

    async def drain(self, within_s: float) -> None:
        """Take no more, and let what is there end; after `within_s` seconds cut it."""
        self._is_stopping = True
        give_up_at = self._loop.time() + within_s
        while self._running and (left_s := give_up_at - self._loop.time()) > 0:
            await asyncio.wait(self._running, timeout=left_s, return_when=asyncio.FIRST_COMPLETED)
        self._waiting.clear()
        for task in self._running:
            task.cancel()
        if self._running:
            await asyncio.wait(self._running, timeout=budget.RESCUE_TIMEOUT_S)

    async def idle(self) -> None:
        """Wait until nothing is being handled."""
        while self._running:
            await asyncio.wait(self._running)

    @property
    def seen(self) -> frozenset[str]:
        """The events that are remembered."""
        return frozenset(self._seen)

    @property
    def under_way(self) -> int:
        """How many events are being handled, or wait."""
        return len(self._running) + len(self._waiting)

    def _take(self, gateway: str, data: Json) -> None:
        recognised = self._recognition.recognise(gateway, data)
        program = self._program()
        if recognised is None or self._is_stopping:
            return
        handlers, is_awaited = program.at_events.get(recognised[0], ()), self._runs.awaits(recognised[0])
        if not (handlers or is_awaited) or not self._is_new(recognised[0], data):
            return
        about = subject(recognised[0], data, recognised[1], self._directory, f"{self._name}{next(self._numbers)}")
        if is_awaited:
            self._start_or_queue(partial(self._start_task, partial(self._heard, about)))
        for handler in handlers:
            if self._is_meant(handler, about):
                self._counts.events += 1
                self._start_or_queue(partial(self._start_task, partial(self._handled, program, handler, about)))

    def _is_new(self, name: str, data: Json) -> bool:
        identity = identity_of(name, data)
        if identity is None:
            return True
        if identity in self._seen:
            return False
        self._seen.add(identity)
        self._seen_in_order.append(identity)
        if len(self._seen_in_order) > SEEN_MAX:
            self._seen.discard(self._seen_in_order.popleft())
        return True

    def _is_meant(self, handler: EventHandler, about: Subject) -> bool:
        """Tell whether an event passes the handler's filters, but for its condition."""
        is_own = about.user_id is not None and about.user_id == self._directory.bot.get("id")
        is_wanted = handler.own if is_own else handler.bots or not about.is_bot
        if not is_wanted:
            return False
        guild_id = about.origin.get("guild_id") or ""
        return self._is_in(handler.channels, about.channel_ids, guild_id) and self._has(handler.roles, about, guild_id)

    def _is_in(self, named: tuple[str, ...], channel_ids: tuple[str, ...], guild_id: str) -> bool:
        if not named:
            return True
        asked = {self._directory.channel_named(guild_id, name[1:]) if name[:1] == "#" else name for name in named}
        return not asked.isdisjoint(channel_ids)

    def _has(self, named: tuple[str, ...], about: Subject, guild_id: str) -> bool:
        if not named:
            return True
        asked = {self._directory.role_named(guild_id, name[1:]) if name[:1] == "@" else name for name in named}
        return not asked.isdisjoint(about.role_ids)

    def _start_or_queue(self, start: Callable[[], None]) -> None:
        if len(self._running) < AT_ONCE_MAX:
            start()
        elif len(self._waiting) < WAITING_MAX:
            self._waiting.append(start)
        else:
            self._drop()

    def _drop(self) -> None:
        self._counts.dropped += 1
        self._unsaid_drops += 1
        now = self._loop.time()
        if now >= self._silent_until:
            self._log.warning("events dropped", count=self._unsaid_drops, waiting=len(self._waiting))
            self._unsaid_drops, self._silent_until = 0, now + DROPPED_SILENCE_S

    def _start_task(self, work: Callable[[], Coroutine[Any, Any, None]]) -> None:
        task = self._tasks.create_task(work())
        self._running.add(task)
        task.add_done_callback(self._ended)

    async def _heard(self, about: Subject) -> None:
        """Have the runs go on that wait for this."""
        try:
            await self._runs.hear(happened(about, self._directory.bot.get("id")), about.origin.get("guild_id") or "")
        except StoreFailed as fault:
            self._log.error("event not heard", event=about.name, reason=str(fault))
        except Exception as defect:  # it must not end the engine
            self._log.error("event failed", handler=f"waiting for {about.name}", exception=defect)

    async def _handled(self, program: Program, handler: EventHandler, about: Subject) -> None:
        try:
            await self._unattended.run(
                handler.handler,
                program,
                place=about.origin,
                values=about.roots,
                when=handler.when,
                is_everyday=True,
            )
        except Exception as defect:  # it must not end the engine
            self._log.error("event failed", handler=handler.handler.name, exception=defect)

    def _ended(self, task: asyncio.Task[None]) -> None:
        self._running.discard(task)
        if self._waiting and len(self._running) < AT_ONCE_MAX:
            self._waiting.popleft()()
