"""Version 1: the first tables."""

from typing import Final

import sqlalchemy as sa

_STATEMENTS: Final = """
CREATE TABLE state (
    name TEXT NOT NULL, scope_kind TEXT NOT NULL, scope_id TEXT NOT NULL,
    value TEXT NOT NULL, expires_at DOUBLE PRECISION,
    PRIMARY KEY (name, scope_kind, scope_id)
);
CREATE INDEX state_by_expiry ON state (expires_at) WHERE expires_at IS NOT NULL;

CREATE TABLE collections (
    record_table TEXT NOT NULL, scope_kind TEXT NOT NULL, scope_id TEXT NOT NULL,
    id BIGINT NOT NULL UNIQUE, next_id BIGINT NOT NULL, size BIGINT NOT NULL,
    PRIMARY KEY (record_table, scope_kind, scope_id)
);
CREATE TABLE records (
    collection BIGINT NOT NULL, id BIGINT NOT NULL, data TEXT NOT NULL,
    PRIMARY KEY (collection, id)
);
CREATE TABLE cells (
    collection BIGINT NOT NULL, record BIGINT NOT NULL, field TEXT NOT NULL,
    number DOUBLE PRECISION, prefix {ordered_text}, text {ordered_text},
    PRIMARY KEY (collection, record, field)
);
CREATE INDEX cells_by_number ON cells (collection, field, number) WHERE number IS NOT NULL;
CREATE INDEX cells_by_prefix ON cells (collection, field, prefix) WHERE prefix IS NOT NULL;
CREATE TABLE uniques (
    collection BIGINT NOT NULL, fields TEXT NOT NULL, digest TEXT NOT NULL, record BIGINT NOT NULL,
    PRIMARY KEY (collection, fields, digest)
);
CREATE INDEX uniques_by_record ON uniques (collection, record);
CREATE TABLE definitions (record_table TEXT NOT NULL PRIMARY KEY, definition TEXT NOT NULL);

CREATE TABLE flows (
    id TEXT NOT NULL PRIMARY KEY, name TEXT NOT NULL, program TEXT NOT NULL, generation BIGINT NOT NULL,
    at TEXT NOT NULL, machine TEXT NOT NULL, owner_id TEXT NOT NULL,
    guild_id TEXT, channel_id TEXT, message_id TEXT,
    waits_kind TEXT, waits_guild_id TEXT, waits_channel_id TEXT, waits_user_id TEXT,
    deadline DOUBLE PRECISION, expires_at DOUBLE PRECISION NOT NULL,
    revision BIGINT NOT NULL, created_at DOUBLE PRECISION NOT NULL
);
CREATE INDEX flows_by_owner ON flows (owner_id);
CREATE INDEX flows_by_program ON flows (program);
CREATE INDEX flows_by_wait ON flows (waits_kind, waits_channel_id, waits_user_id) WHERE waits_kind IS NOT NULL;
CREATE TABLE programs (digest TEXT NOT NULL PRIMARY KEY, files TEXT NOT NULL);
CREATE TABLE effects (
    flow_id TEXT NOT NULL, position TEXT NOT NULL, attempt BIGINT NOT NULL,
    is_done BIGINT NOT NULL, result TEXT, at DOUBLE PRECISION NOT NULL,
    PRIMARY KEY (flow_id, position, attempt)
);

CREATE TABLE timers (
    kind TEXT NOT NULL, key TEXT NOT NULL, id BIGINT NOT NULL,
    due_at DOUBLE PRECISION NOT NULL, ready_at DOUBLE PRECISION NOT NULL, holder TEXT,
    attempts BIGINT NOT NULL, payload TEXT NOT NULL, missed TEXT NOT NULL, flow_id TEXT,
    PRIMARY KEY (kind, key)
);
CREATE INDEX timers_by_ready ON timers (ready_at);
CREATE INDEX timers_by_flow ON timers (flow_id) WHERE flow_id IS NOT NULL;

CREATE TABLE cooldowns (bucket TEXT NOT NULL PRIMARY KEY, uses TEXT NOT NULL, expires_at DOUBLE PRECISION NOT NULL);
CREATE INDEX cooldowns_by_expiry ON cooldowns (expires_at);
CREATE TABLE leases (name TEXT NOT NULL PRIMARY KEY, holder TEXT NOT NULL, expires_at DOUBLE PRECISION NOT NULL);
CREATE TABLE params (key TEXT NOT NULL PRIMARY KEY, data TEXT NOT NULL);
CREATE TABLE registrations (
    scope TEXT NOT NULL, at DOUBLE PRECISION NOT NULL, creates BIGINT NOT NULL,
    PRIMARY KEY (scope, at)
);
"""

# SQLite compares texts by their code points; PostgreSQL does so only where it is told to.
_ORDERED_TEXT: Final = {"sqlite": "TEXT", "postgresql": 'TEXT COLLATE "C"'}


def migrate(connection: sa.Connection) -> None:
    """Create the tables."""
    written = _STATEMENTS.format(ordered_text=_ORDERED_TEXT[connection.dialect.name])
    for statement in written.split(";"):
        if statement.strip():
            connection.exec_driver_sql(statement)
