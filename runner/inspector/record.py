"""What is kept of one run of a handler: its steps in order, what each was given and gave, and how it was answered."""

from dataclasses import field
from typing import Any

from runner.data import dataclass
from runner.engine.observer import Subject

Json = Any  # JSON of any shape


@dataclass(slots=True)
class CallRecord:
    """A call with the bot's own token. `status` and `code` are of a refusal; a success has none."""

    at: float
    method: str
    path: str
    status: int | None
    code: int | None


@dataclass(slots=True)
class DecisionRecord:
    """What the acknowledger decided, and why; `call` is None where it refused, for the reason in `why_not`."""

    at: float
    event: str
    why: str
    before: str
    after: str
    call: str | None
    is_ephemeral: bool
    why_not: str


@dataclass(slots=True)
class StepRecord:
    """A step that ran. `how` is `running`, `done`, `skipped`, `failed` or `cut`; instants are Unix seconds.

    `depth` counts the steps that it is inside of, `attempts` how often it was begun, `branches` what it went into.
    """

    address: str
    index: int
    name: str
    id: str | None
    place: str
    depth: int
    began_at: float
    ended_at: float | None = None
    how: str = "running"
    reason: str = ""
    attempts: int = 0
    inputs: Json = None
    outputs: Json = None
    branches: list[str] = field(default_factory=list[str])
    calls: list[CallRecord] = field(default_factory=list[CallRecord])

    @property
    def inside(self) -> str:
        """What the addresses of the runs of steps inside of it begin with."""
        return f"{self.address}/{self.index}/"


@dataclass(slots=True)
class RunRecord:
    """One run of a handler. `number` counts the runs that were looked at, `generation` the configs.

    `left_out` counts the steps beyond those that are kept.
    """

    number: int
    subject: Subject
    generation: int
    began_at: float
    ended_at: float | None = None
    outcome: str | None = None
    reference: str | None = None
    steps: list[StepRecord] = field(default_factory=list[StepRecord])
    decisions: list[DecisionRecord] = field(default_factory=list[DecisionRecord])
    rescues: list[str] = field(default_factory=list[str])
    left_out: int = 0


def as_json(run: RunRecord) -> Json:
    """Return a run as JSON. Durations are seconds, and count from the beginning of the run."""
    subject = run.subject
    return {
        "number": run.number,
        "handler": subject.handler,
        "interaction": subject.id or None,
        "type": subject.kind,
        "guild_id": subject.guild_id,
        "channel_id": subject.channel_id,
        "user_id": subject.user_id,
        "generation": run.generation,
        "began_at": run.began_at,
        "took_s": _since(run, run.ended_at),
        "outcome": run.outcome,
        "reference": run.reference,
        "steps": [_step(run, step) for step in run.steps],
        "steps_left_out": run.left_out,
        "decisions": [_decision(run, each) for each in run.decisions],
        "rescues": list(run.rescues),
    }


def _step(run: RunRecord, step: StepRecord) -> Json:
    return {
        "step": step.name,
        "id": step.id,
        "place": step.place,
        "address": f"{step.address}/{step.index}",
        "depth": step.depth,
        "after_s": _since(run, step.began_at),
        "took_s": None if step.ended_at is None else round(step.ended_at - step.began_at, 6),
        "how": step.how,
        "reason": step.reason or None,
        "attempts": step.attempts,
        "inputs": step.inputs,
        "outputs": step.outputs,
        "branches": list(step.branches),
        "calls": [
            {
                "after_s": _since(run, call.at),
                "method": call.method,
                "path": call.path,
                "status": call.status,
                "code": call.code,
            }
            for call in step.calls
        ],
    }


def _decision(run: RunRecord, made: DecisionRecord) -> Json:
    return {
        "after_s": _since(run, made.at),
        "event": made.event,
        "why": made.why,
        "before": made.before,
        "after": made.after,
        "call": made.call,
        "ephemeral": made.is_ephemeral,
        "why_not": made.why_not or None,
    }


def _since(run: RunRecord, at: float | None) -> float | None:
    return None if at is None else round(max(at - run.began_at, 0.0), 6)
