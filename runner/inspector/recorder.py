"""Keeps the last runs of each handler while an engine works, to be looked at."""

from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import field
from functools import partial
from typing import Final

from runner.compile import Program
from runner.data import dataclass
from runner.engine.observer import (
    Answered,
    Because,
    Called,
    Ended,
    Entered,
    Occurrence,
    StepBegun,
    StepBroken,
    StepEnded,
    StepGiven,
    StepSkipped,
    Subject,
    Watch,
)
from runner.inspector.plain import inputs_of, plain
from runner.inspector.record import CallRecord, DecisionRecord, RunRecord, StepRecord

RUNS_PER_HANDLER_MAX: Final = 20
"""How many runs of each handler are kept, the last ones."""

HANDLERS_MAX: Final = 500
"""Of how many handlers runs are kept: those that ran last."""

STEPS_MAX: Final = 300
"""How many steps of one run are kept, the first ones. The others are counted."""

DECISIONS_MAX: Final = 100
"""How many answers of one run are kept, and how many calls of one step."""

RELOADS_MAX: Final = 50
"""How many reloads are kept, the last ones."""


@dataclass(frozen=True, slots=True)
class Reload:
    """A config that was swapped in: when, as which generation, and its digest."""

    at: float
    generation: int
    digest: str


@dataclass(slots=True)
class Recorder:
    """An engine's observer. `now` gives Unix seconds; `changed` is told of a run that has something new.

    What it is told may come from another thread, so `changed` may be called from there.
    """

    now: Callable[[], float]
    changed: Callable[[RunRecord], None] = lambda _: None
    reloads: deque[Reload] = field(default_factory=lambda: deque[Reload](maxlen=RELOADS_MAX))
    reloaded: Callable[[], None] = lambda: None
    _runs: dict[str, deque[RunRecord]] = field(default_factory=dict[str, deque[RunRecord]])
    _count: int = 0

    def watch(self, subject: Subject, program: Program) -> Watch:
        """Begin the record of a run."""
        self._count += 1
        run = RunRecord(self._count, subject, program.generation, self.now())
        kept = self._runs.pop(subject.handler, None) or deque[RunRecord](maxlen=RUNS_PER_HANDLER_MAX)
        kept.append(run)
        self._runs[subject.handler] = kept  # the last one again
        if len(self._runs) > HANDLERS_MAX:
            del self._runs[next(iter(self._runs))]
        self.changed(run)
        return partial(self._note, run, _Writer(run))

    def swapped(self, program: Program) -> None:
        """Note a reload."""
        self.reloads.append(Reload(self.now(), program.generation, program.digest))
        self.reloaded()

    def runs(self, handler: str | None = None) -> Sequence[RunRecord]:
        """Return the runs that are kept, of one handler or of all, the oldest first."""
        kept = self._runs.values() if handler is None else [self._runs.get(handler, ())]
        return sorted((run for runs in kept for run in tuple(runs)), key=lambda run: run.number)

    def of(self, interaction_id: str) -> RunRecord | None:
        """Return the run that an interaction began, None if it isn't kept."""
        return next((run for run in reversed(self.runs()) if run.subject.id == interaction_id), None)

    def _note(self, run: RunRecord, writer: "_Writer", occurrence: Occurrence) -> None:
        writer.write(occurrence, self.now())
        self.changed(run)


@dataclass(slots=True)
class _Writer:
    """Writes what happens in a run into its record."""

    run: RunRecord
    why: str = ""
    inside_of: dict[str, StepRecord] = field(default_factory=dict[str, StepRecord])
    """The steps that have gone into runs of steps, by these runs' addresses."""

    def write(self, occurrence: Occurrence, at: float) -> None:
        match occurrence:
            case StepBegun(address, index, step):
                outer = self.inside_of.get(address)
                depth = 0 if outer is None else outer.depth + 1
                self._add(StepRecord(address, index, step.name, step.id, step.place, depth, at))
            case Entered(steps):
                self._entered(steps.address)
            case StepGiven() | StepSkipped() | StepEnded() | StepBroken():
                self._of_step(occurrence, at)
            case Called(address, index, method, path, status, code):
                caller = self._under_way(address, index)
                if caller is not None and len(caller.calls) < DECISIONS_MAX:
                    caller.calls.append(CallRecord(at, method, path, status, code))
            case Because(why):
                self.why = why
            case Answered():
                self._decided(occurrence, at)
            case Ended(outcome, reference):
                self._ended(outcome, reference, at)

    def _add(self, step: StepRecord) -> None:
        if len(self.run.steps) < STEPS_MAX:
            self.run.steps.append(step)
        else:
            self.run.left_out += 1

    def _of_step(self, occurrence: StepGiven | StepSkipped | StepEnded | StepBroken, at: float) -> None:
        step = self._under_way(occurrence.address, occurrence.index)
        if step is None:
            return  # one of those that are left out
        match occurrence:
            case StepGiven(action=action):
                step.attempts += 1
                step.inputs, step.how = inputs_of(action), "running"
            case StepSkipped():
                step.how, step.ended_at = "skipped", at
            case StepEnded(outputs=outputs):
                step.how, step.ended_at, step.outputs = "done", at, plain(outputs)
            case StepBroken(reason=reason):
                step.how, step.ended_at, step.reason = "failed", at, str(plain(reason))

    def _under_way(self, address: str, index: int) -> StepRecord | None:
        found = (step for step in reversed(self.run.steps) if step.index == index and step.address == address)
        return next(found, None)

    def _entered(self, address: str) -> None:
        """Note which branch a step has taken; a run of steps that no step has gone into is one of the handler's."""
        holders = (step for step in reversed(self.run.steps) if address.startswith(step.inside))
        holder = next(holders, None)
        if holder is not None:
            holder.branches.append(address.removeprefix(holder.inside))
            self.inside_of[address] = holder
        elif address.startswith("flows/") and self.run.steps and self.run.steps[-1].how == "done":
            self.run.steps[-1].branches.append(address.removesuffix("/steps"))
            self.inside_of[address] = self.run.steps[-1]
        elif self.run.steps:
            self.run.rescues.append(address)

    def _decided(self, made: Answered, at: float) -> None:
        why, self.why = self.why, ""
        call = None if made.call is None else made.call.name.lower().replace("_", " ")
        states = made.before.value, made.after.value
        if len(self.run.decisions) < DECISIONS_MAX:
            self.run.decisions.append(
                DecisionRecord(at, made.event.value, why, *states, call, made.is_ephemeral, made.why_not)
            )

    def _ended(self, outcome: str, reference: str | None, at: float) -> None:
        self.run.outcome, self.run.reference, self.run.ended_at = outcome, reference, at
        for step in self.run.steps:
            if step.how == "running":
                step.how, step.ended_at = "cut", at
