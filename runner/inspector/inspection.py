"""A running bot, opened up: its last runs, what it keeps, and a way to start it anew."""

import asyncio
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict
from typing import Any, Final

from runner.actions.action import StepFailed
from runner.engine.memory import Here
from runner.inspector.kept import kept
from runner.inspector.record import RunRecord, as_json
from runner.inspector.recorder import Recorder
from runner.run import Running

TELL_AFTER_S: Final = 0.05
"""How long news of a run are gathered before they are told: a loop of steps is told once."""

Json = Any  # JSON of any shape

News = Mapping[str, Json] | None
"""A run that has something new, as JSON; None for a reload."""


class Inspection:
    """Looks into one bot at a time, for as long as one event loop runs. `now` gives Unix seconds."""

    def __init__(self, now: Callable[[], float]) -> None:
        self.recorder = Recorder(now, self._changed, reloaded=self._reloaded)
        self.running: Running | None = None
        self.on_restart: Callable[[], None] | None = None
        self._loop = asyncio.get_running_loop()
        self._listeners: list[Callable[[News], None]] = []
        self._new: dict[int, RunRecord] = {}

    def runs(self, handler: str | None = None) -> Sequence[Mapping[str, Json]]:
        """Return the runs that are kept, of one handler or of all, the oldest first."""
        return [as_json(run) for run in self.recorder.runs(handler)]

    def reloads(self) -> Sequence[Mapping[str, Json]]:
        """Return the last reloads, the oldest first."""
        return [asdict(reload) for reload in self.recorder.reloads]

    async def kept(self, guild_id: str | None, channel_id: str | None, user_id: str | None) -> Mapping[str, Json]:
        """Return what the bot keeps there, or `error` with why that can't be had."""
        if self.running is None:
            return {"error": "the bot is not running"}
        try:
            return await kept(self.running.memory, self.running.engine.program, Here(guild_id, channel_id, user_id))
        except StepFailed as failure:
            return {"error": str(failure)}

    def subscribe(self, listener: Callable[[News], None]) -> Callable[[], None]:
        """Tell `listener` of what is new; returns the function that ends it."""
        self._listeners.append(listener)
        return lambda: self._listeners.remove(listener)

    def restart(self) -> None:
        """Stop the bot as a signal would, and start it again. Does nothing while it is starting."""
        if self.on_restart is not None:
            self.on_restart()

    def _changed(self, run: RunRecord) -> None:
        """Take note of news, maybe from the thread of a transaction."""
        is_first = not self._new
        self._new[run.number] = run
        if is_first:
            self._loop.call_soon_threadsafe(self._loop.call_later, TELL_AFTER_S, self._tell)

    def _tell(self) -> None:
        new, self._new = self._new, {}
        for run in new.values():
            self._tell_all(as_json(run))

    def _reloaded(self) -> None:
        self._tell_all(None)

    def _tell_all(self, news: News) -> None:
        for listener in tuple(self._listeners):
            listener(news)
