"""The tables as the newest migration leaves them. What is not a number or a key is JSON text, the same everywhere."""

from typing import Final

import sqlalchemy as sa
from sqlalchemy import BigInteger, Column, Double, Text

METADATA: Final = sa.MetaData()

VERSION: Final = sa.Table("lifecycle_version", METADATA, Column("version", BigInteger, primary_key=True))

STATE: Final = sa.Table(
    "state",
    METADATA,
    Column("name", Text, primary_key=True),
    Column("scope_kind", Text, primary_key=True),
    Column("scope_id", Text, primary_key=True),
    Column("value", Text, nullable=False),
    Column("expires_at", Double),
)

COLLECTIONS: Final = sa.Table(
    "collections",
    METADATA,
    Column("record_table", Text, primary_key=True),
    Column("scope_kind", Text, primary_key=True),
    Column("scope_id", Text, primary_key=True),
    Column("id", BigInteger, nullable=False),
    Column("next_id", BigInteger, nullable=False),
    Column("size", BigInteger, nullable=False),
)
"""The records of one table in one scope: how many there are, and which id the next one gets."""

RECORDS: Final = sa.Table(
    "records",
    METADATA,
    Column("collection", BigInteger, primary_key=True),
    Column("id", BigInteger, primary_key=True),
    Column("data", Text, nullable=False),
)

CELLS: Final = sa.Table(
    "cells",
    METADATA,
    Column("collection", BigInteger, primary_key=True),
    Column("record", BigInteger, primary_key=True),
    Column("field", Text, primary_key=True),
    Column("number", Double),
    Column("prefix", Text),
    Column("text", Text),
)
"""Every field of every record once more, for conditions and orders: by `number`, or by `prefix` and then `text`.

Only the beginning of a text is indexed: PostgreSQL takes no index entry above 2704 bytes. There is no row for null.
"""

UNIQUES: Final = sa.Table(
    "uniques",
    METADATA,
    Column("collection", BigInteger, primary_key=True),
    Column("fields", Text, primary_key=True),
    Column("digest", Text, primary_key=True),
    Column("record", BigInteger, nullable=False),
)
"""What the fields of a unique set hold together; the primary key is what keeps two records from holding the same."""

DEFINITIONS: Final = sa.Table(
    "definitions",
    METADATA,
    Column("record_table", Text, primary_key=True),
    Column("definition", Text, nullable=False),
)
"""What the cells and uniques of a table were made from."""

FLOWS: Final = sa.Table(
    "flows",
    METADATA,
    Column("id", Text, primary_key=True),
    Column("name", Text, nullable=False),
    Column("program", Text, nullable=False),
    Column("generation", BigInteger, nullable=False),
    Column("at", Text, nullable=False),
    Column("machine", Text, nullable=False),
    Column("owner_id", Text, nullable=False),
    Column("guild_id", Text),
    Column("channel_id", Text),
    Column("message_id", Text),
    Column("waits_kind", Text),
    Column("waits_guild_id", Text),
    Column("waits_channel_id", Text),
    Column("waits_user_id", Text),
    Column("deadline", Double),
    Column("expires_at", Double, nullable=False),
    Column("revision", BigInteger, nullable=False),
    Column("created_at", Double, nullable=False),
)

PROGRAMS: Final = sa.Table(
    "programs",
    METADATA,
    Column("digest", Text, primary_key=True),
    Column("files", Text, nullable=False),
)

EFFECTS: Final = sa.Table(
    "effects",
    METADATA,
    Column("flow_id", Text, primary_key=True),
    Column("position", Text, primary_key=True),
    Column("attempt", BigInteger, primary_key=True),
    Column("is_done", BigInteger, nullable=False),
    Column("result", Text),
    Column("at", Double, nullable=False),
)

TIMERS: Final = sa.Table(
    "timers",
    METADATA,
    Column("kind", Text, primary_key=True),
    Column("key", Text, primary_key=True),
    Column("id", BigInteger, nullable=False),
    Column("due_at", Double, nullable=False),
    Column("ready_at", Double, nullable=False),
    Column("holder", Text),
    Column("attempts", BigInteger, nullable=False),
    Column("payload", Text, nullable=False),
    Column("missed", Text, nullable=False),
    Column("flow_id", Text),
)
"""`ready_at` is `due_at`, or the end of a claim."""

COOLDOWNS: Final = sa.Table(
    "cooldowns",
    METADATA,
    Column("bucket", Text, primary_key=True),
    Column("uses", Text, nullable=False),
    Column("expires_at", Double, nullable=False),
)

LEASES: Final = sa.Table(
    "leases",
    METADATA,
    Column("name", Text, primary_key=True),
    Column("holder", Text, nullable=False),
    Column("expires_at", Double, nullable=False),
)

PARAMS: Final = sa.Table(
    "params",
    METADATA,
    Column("key", Text, primary_key=True),
    Column("data", Text, nullable=False),
    Column("used_at", Double, nullable=False),
)

REGISTRATIONS: Final = sa.Table(
    "registrations",
    METADATA,
    Column("scope", Text, primary_key=True),
    Column("at", Double, primary_key=True),
    Column("creates", BigInteger, nullable=False),
)
