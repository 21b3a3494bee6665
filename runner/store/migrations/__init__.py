"""The way from any version of the tables to the newest: numbered steps, forward only, each in one transaction.

A step is a module `m0001_what.py` with `def migrate(connection)`. It writes its SQL out rather than use
`runner.store.tables`, which describe the newest version and change under it.
"""

import importlib
from collections.abc import Callable, Mapping
from pathlib import Path

import sqlalchemy as sa

Migrate = Callable[[sa.Connection], None]


def load_migrations() -> Mapping[int, Migrate]:
    """Return every step by its number, in order, read from this folder."""
    files = sorted(Path(__file__).parent.glob("m[0-9]*.py"))
    modules = {int(file.stem[1:5]): importlib.import_module(f"{__name__}.{file.stem}") for file in files}
    return {number: module.migrate for number, module in modules.items()}


def migrate(connection: sa.Connection, migrations: Mapping[int, Migrate]) -> int:
    """Bring the tables to the newest version, in the transaction of `connection`, and return the one they had.

    A version above the newest is left alone: to refuse it is the caller's business. In any case something is written,
    so that a store that can't be written is known at once.
    """
    found = _version(connection)
    connection.execute(sa.text("UPDATE lifecycle_version SET version = version"))
    for number, step in migrations.items():
        if number > found:
            step(connection)
            connection.execute(sa.text("UPDATE lifecycle_version SET version = :number"), {"number": number})
    return found


def _version(connection: sa.Connection) -> int:
    connection.execute(sa.text("CREATE TABLE IF NOT EXISTS lifecycle_version (version BIGINT NOT NULL PRIMARY KEY)"))
    found: int | None = connection.execute(sa.text("SELECT max(version) FROM lifecycle_version")).scalar()
    if found is None:
        connection.execute(sa.text("INSERT INTO lifecycle_version (version) VALUES (0)"))
    return found or 0
