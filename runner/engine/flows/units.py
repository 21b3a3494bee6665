"""What is done to the store, in one transaction each."""

import json
from collections.abc import Callable, Mapping
from typing import Any

from runner.actions.action import StepFailed
from runner.compile import Program
from runner.engine.flow_door import WAITING
from runner.store.effects import EffectKey, Effects
from runner.store.errors import Outdated
from runner.store.flows import Flow, Flows, Programs
from runner.store.timers import Timer, Timers
from runner.store.transaction import Transaction

Json = Mapping[str, Any]  # Any: JSON

OPEN = "open"
"""What a run waits for while a process acts on it: after a crash it is found by that."""


def put(
    tx: Transaction,
    *,
    row: Flow,
    due: float,
    program: Program | None = None,
    intent: EffectKey | None = None,
    begun_by: Timer | None = None,
) -> Flow:
    """Save a run and set its timer; a new one with the program that it began on. Raises `Outdated`, `LimitReached`.

    The timer that a new one is `begun_by` goes with that: a process that starts does not begin it a second time.
    """
    flows = Flows(tx)
    if row.revision:
        saved = flows.save(row)
    else:
        assert program is not None, "a new run has a program"
        Programs(tx).put(program.digest, dict(program.files))
        saved = flows.create(row)
        if begun_by is not None:
            Timers(tx).finish(begun_by)
    Timers(tx).put(Timer(due_at=due, kind=WAITING, key=row.id, flow_id=row.id))
    if intent is not None:
        Effects(tx).intend(intent)
    return saved


def end(tx: Transaction, *, row: Flow, is_claimed: bool) -> None:
    """Take a run out of the store. Raises `Outdated` where it isn't ours."""
    flows = Flows(tx)
    if not is_claimed:
        found = flows.load(row.id)
        if found is None or found.revision != row.revision:
            raise Outdated(row.id)
    flows.end(row.id)


def intend(tx: Transaction, *, key: EffectKey) -> None:
    """Write that an effect is about to happen."""
    Effects(tx).intend(key)


def note(tx: Transaction, *, key: EffectKey, result: Json) -> None:
    """Write what came of an effect."""
    Effects(tx).finish(key, _text(result))


def once_in(key: EffectKey, tx: Transaction, do: Callable[[], Any]) -> Any:  # Any: what JSON can say
    """Run something in a transaction, unless the books say that it has been run; return what came of it."""
    effects = Effects(tx)
    known = effects.intend(key)
    if known is not None and known.state == "done":
        return result(known.result)
    given = do()
    effects.finish(key, _text({"given": given}))
    return given


def result(text: str | None) -> Any:
    """Return what the books say came of an effect. Raises the `StepFailed` that did."""
    said: Json = json.loads(text or "{}")
    if "failed" in said:
        raise StepFailed(*said["failed"])
    return said.get("given")


def _text(said: Json) -> str:
    return json.dumps(said, ensure_ascii=False, separators=(",", ":"))
