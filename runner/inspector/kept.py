"""What a bot keeps for somebody in a place: its state and records there, the flows that wait, and what comes later."""

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any, Final

from runner.actions.action import StepFailed
from runner.compile import Program
from runner.engine.memory import Here, Memory
from runner.engine.schedules import DUE, LATER, LATER_RUN, RUN
from runner.inspector.plain import plain
from runner.stored import Stored

if TYPE_CHECKING:
    from runner.store.flows import Flow
    from runner.store.timers import Timer
    from runner.store.transaction import Transaction  # its package brings SQLAlchemy along

ROWS_MAX: Final = 50
"""How many records of a table are shown, and how many flows and timers."""

Json = Any  # JSON of any shape


async def kept(memory: Memory, program: Program, here: Here) -> Mapping[str, Json]:
    """Return everything as JSON; for a bot that keeps nothing, nothing. Raises `StepFailed` if the store does."""
    if not program.needs_store:
        return {"state": {}, "records": {}, "flows": [], "timers": []}
    declared = program.declarations
    state = await memory.read_own(program, here, sorted(declared.state))
    records = await memory.read(program, here, lambda stored: dict(_tables(stored, sorted(declared.records))))
    database = await memory.prepare(program)
    flows, timers = await database.read(_later)
    return {"state": plain(state), "records": records, "flows": flows, "timers": timers}


def _tables(stored: Stored, names: list[str]) -> Iterator[tuple[str, Json]]:
    for name in names:
        try:
            found = stored.find(name, {}, "id", ROWS_MAX, 0)
        except StepFailed as failure:  # there is no such scope here
            yield name, {"rows": [], "note": str(failure)}
        else:
            yield name, {"rows": [plain(dict(row)) for row in found], "note": None}


def _later(tx: "Transaction") -> tuple[list[Json], list[Json]]:
    from runner.store.flows import Flows
    from runner.store.timers import Timers

    timers = [timer for kind in (DUE, RUN, LATER, LATER_RUN) for timer in Timers(tx).list(kind, limit=ROWS_MAX)]
    timers.sort(key=lambda timer: timer.due_at)
    return [_flow(flow) for flow in Flows(tx).list(limit=ROWS_MAX)], [_timer(timer) for timer in timers[:ROWS_MAX]]


def _flow(flow: "Flow") -> Json:
    return {
        "id": flow.id,
        "name": flow.name,
        "at": flow.at,
        "generation": flow.generation,
        "owner_id": flow.owner_id or None,
        "waits_for": None if flow.waits is None else flow.waits.kind,
        "deadline": flow.deadline,
        "expires_at": flow.expires_at,
    }


def _timer(timer: "Timer") -> Json:
    return {"kind": timer.kind, "key": timer.key, "due_at": timer.due_at, "attempts": timer.attempts}
