"""Units of many callers in one transaction: a commit, which waits for the disk, is paid for once."""

from collections.abc import Callable, Sequence
from typing import Any

import sqlalchemy as sa
from sqlalchemy import exc

from runner.data import dataclass
from runner.store.transaction import Transaction, Unit


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of a unit: what it returned, or what it raised. Any: units return what they like.

    `earliest_due` is when the first of the timers that it has put falls due.
    """

    value: Any = None
    fault: Exception | None = None
    earliest_due: float | None = None


def run_batch(connection: sa.Connection, units: Sequence[Unit[Any]], now: Callable[[], float]) -> list[Outcome]:
    """Run units one after the other and commit them together. What one of them raises undoes that one alone.

    Raises `sqlalchemy.exc.DBAPIError` when the database itself fails; then none of the units has been saved.
    """
    try:
        with connection.begin():
            return [_run(connection, unit, now) for unit in units]
    except exc.DBAPIError:
        raise
    except Exception as fault:
        if len(units) == 1:
            return [Outcome(fault=fault)]
    # A savepoint for each unit is what can undo one alone, and half of the round trips to a server. It is rare that
    # one is needed, so the batch begins anew.
    with connection.begin():
        return [_outcome(connection, unit, now) for unit in units]


def run_reads(connection: sa.Connection, unit: Unit[Any], now: Callable[[], float]) -> Any:
    """Run a unit that only reads; every statement of it sees the same state. Any: it returns what it likes."""
    with connection.begin():
        return unit(Transaction(connection, now()))


def _outcome(connection: sa.Connection, unit: Unit[Any], now: Callable[[], float]) -> Outcome:
    connection.exec_driver_sql("SAVEPOINT unit")
    try:
        outcome = _run(connection, unit, now)
    except exc.DBAPIError:
        raise  # the database is in trouble, not the unit
    except Exception as fault:
        connection.exec_driver_sql("ROLLBACK TO SAVEPOINT unit")
        connection.exec_driver_sql("RELEASE SAVEPOINT unit")
        return Outcome(fault=fault)
    connection.exec_driver_sql("RELEASE SAVEPOINT unit")
    return outcome


def _run(connection: sa.Connection, unit: Unit[Any], now: Callable[[], float]) -> Outcome:
    transaction = Transaction(connection, now())
    return Outcome(unit(transaction), earliest_due=transaction.earliest_due)
