"""Version 2: it is known when parameters were used. Version 1 had a table for them, and nobody kept any."""

from typing import Final

import sqlalchemy as sa

_STATEMENTS: Final = (
    "DROP TABLE params",
    "CREATE TABLE params (key TEXT NOT NULL PRIMARY KEY, data TEXT NOT NULL, used_at DOUBLE PRECISION NOT NULL)",
    "CREATE INDEX params_by_use ON params (used_at)",
)


def migrate(connection: sa.Connection) -> None:
    """Replace the table."""
    for statement in _STATEMENTS:
        connection.exec_driver_sql(statement)
