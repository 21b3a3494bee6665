"""What the inspector beside the page shows: a lane for each interaction, with what its bot did, as far as that is told.

The local Discord knows when each call came and what it answered; why the bot made it is known to the bot alone, which
may say so through an `Inspector`. A lane has both: `interaction` is the timeline, `run` what the bot tells, or null.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, Protocol
from urllib.parse import unquote

from runner.emulator.journal import LocalEvent, LocalEventKind
from runner.emulator.page_view import Event, timeline_json
from runner.emulator.server import LocalDiscord
from runner.emulator.trace import Trace
from runner.emulator.world import JsonObject
from runner.lifecycle import limits

LANES_MAX: Final = 100
"""Interactions, and runs without one, that a snapshot carries, the newest ones."""

_TICK_S: Final = 0.001  # a bot's instants are rounded

Json = Any  # JSON of any shape

News = Mapping[str, Json] | None
"""Something that the bot tells: a run as JSON that has something new, or None when its config was reloaded."""


class Inspector(Protocol):
    """A bot that tells what it does and keeps. Runs are JSON, with the `interaction` that each answers, or null."""

    def runs(self, handler: str | None = None) -> Sequence[Mapping[str, Json]]:
        """Return the runs that are kept, of one handler or of all, the oldest first."""
        ...

    def reloads(self) -> Sequence[Mapping[str, Json]]:
        """Return the last reloads, the oldest first."""
        ...

    async def kept(self, guild_id: str | None, channel_id: str | None, user_id: str | None) -> Mapping[str, Json]:
        """Return what the bot keeps for a member in a place: state, records, flows that wait, timers."""
        ...

    def subscribe(self, listener: Callable[[News], None]) -> Callable[[], None]:
        """Tell `listener` of what is new; returns the function that ends it."""
        ...

    def restart(self) -> None:
        """Stop the bot as a signal would, and start it again."""
        ...


class Nobody:
    """Stands for a bot that tells nothing: it was started by somebody else."""

    def runs(self, handler: str | None = None) -> Sequence[Mapping[str, Json]]:
        """Return nothing."""
        del handler
        return ()

    def reloads(self) -> Sequence[Mapping[str, Json]]:
        """Return nothing."""
        return ()

    async def kept(self, guild_id: str | None, channel_id: str | None, user_id: str | None) -> Mapping[str, Json]:
        """Return nothing."""
        del guild_id, channel_id, user_id
        return {}

    def subscribe(self, listener: Callable[[News], None]) -> Callable[[], None]:
        """Do nothing."""
        del listener
        return lambda: None

    def restart(self) -> None:
        """Do nothing."""


@dataclass(frozen=True, slots=True)
class Told:
    """News on their way through a stream."""

    run: News


class InspectorView:
    """Everything that happened, through the eyes of whoever runs the bot."""

    def __init__(self, local: LocalDiscord, inspector: Inspector) -> None:
        self._local = local
        self._inspector = inspector

    def snapshot(self) -> JsonObject:
        """Return everything so far. Instants are Unix seconds, durations seconds."""
        runs = [self._with_statuses(run) for run in self._inspector.runs()]
        by_interaction = {run["interaction"]: run for run in runs if run["interaction"] is not None}
        alone = [run for run in runs if run["interaction"] is None]
        traced = [self._lane(trace, by_interaction.get(str(trace.id))) for trace in self._local.traces]
        lanes = sorted([*traced, *map(_lane_of_run, alone)], key=lambda lane: float(lane["at"]))
        return {
            "now": self._local.clock.now(),
            "limits": {"acknowledge_s": limits.INITIAL_RESPONSE_S, "finish_s": limits.TOKEN_LIFETIME_S},
            "lanes": lanes[-LANES_MAX:],
            "reloads": list(self._inspector.reloads()),
            "faults": self._local.faults.pending,
        }

    def event(self, happened: object) -> Event | None:
        """Return what the inspector learns from something that happened, None if that is nothing."""
        match happened:
            case LocalEvent(kind=LocalEventKind.INTERACTION, data=data):
                return self._changed(str(data["interaction_id"]))
            case Told(run=None):
                return Event("reloads", {"reloads": list(self._inspector.reloads())})
            case Told(run=dict() as run):
                is_alone = run["interaction"] is None
                if is_alone:
                    return Event("lane", _lane_of_run(self._with_statuses(run)))
                return self._changed(str(run["interaction"]), run)
            case _:
                return None

    def _changed(self, interaction_id: str, run: News = None) -> Event | None:
        trace = next((each for each in reversed(self._local.traces) if str(each.id) == interaction_id), None)
        if trace is None:
            return None
        if run is None:
            run = next((each for each in self._inspector.runs() if each["interaction"] == interaction_id), None)
        return Event("lane", self._lane(trace, None if run is None else self._with_statuses(run)))

    def _with_statuses(self, run: Mapping[str, Json]) -> Mapping[str, Json]:
        """Return a run whose calls have the status that they were answered with: of a success the bot knows no more."""
        steps = [
            {**step, "calls": [{**call, "status": self._status(run, call)} for call in step["calls"]]}
            for step in run["steps"]
        ]
        return {**run, "steps": steps}

    def _status(self, run: Mapping[str, Json], call: Mapping[str, Json]) -> int | None:
        if call["status"] is not None:
            return int(call["status"])
        back_at = run["began_at"] + call["after_s"] + _TICK_S
        for entry in reversed(self._local.wire):
            is_it = (entry.method, unquote(entry.route)) == (call["method"], unquote(call["path"]))
            if is_it and entry.at <= back_at:
                return entry.status
        return None

    def _lane(self, trace: Trace, run: News) -> JsonObject:
        user = self._local.world.users.get(trace.user_id)
        return {
            "key": str(trace.id),
            "at": trace.dispatched_at,
            "user": None if user is None else user.display_name,
            "interaction": timeline_json(trace),
            "run": run,
        }


def _lane_of_run(run: Mapping[str, Json]) -> JsonObject:
    return {"key": f"run-{run['number']}", "at": run["began_at"], "user": None, "interaction": None, "run": dict(run)}
