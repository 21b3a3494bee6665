"""Flows in flight, and the programs that they began on."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from typing import Any, Final

import sqlalchemy as sa

from runner.data import dataclass
from runner.store.errors import LimitReached, Outdated
from runner.store.tables import EFFECTS, FLOWS, PROGRAMS, TIMERS
from runner.store.transaction import Transaction
from runner.store.values import bounded, bounded_json, from_json

MACHINE_BYTES_MAX: Final = 64 * 1024
"""How many bytes the saved machine of one flow may take, as UTF-8. Some hundred are usual."""

FLOWS_PER_OWNER_MAX: Final = 100
"""How many flows one user may have in flight."""

FLOWS_OF_NOBODY_MAX: Final = 1_000
"""How many flows may be in flight in one server, or outside of all, that no user has begun."""

NOBODY: Final = ""
"""The owner of a flow that no user has begun."""

PROGRAM_BYTES_MAX: Final = 8 * 1024 * 1024
"""How many bytes the files of one program may take together."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Waits:
    """What a flow waits for. A place that is None matches every one; `kind` is the engine's word (`component`, …)."""

    kind: str
    guild_id: str | None = None
    channel_id: str | None = None
    user_id: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Flow:
    """A flow as it is saved. `machine` is JSON text: positions and variables; `at` is the place in the file.

    `deadline` is that of the question it waits on, `expires_at` that of the flow, both in Unix seconds.
    `revision` counts the saves; `create` makes it 1.
    """

    id: str
    name: str
    program: str
    generation: int
    at: str
    machine: str
    owner_id: str
    expires_at: float
    guild_id: str | None = None
    channel_id: str | None = None
    message_id: str | None = None
    waits: Waits | None = None
    deadline: float | None = None
    revision: int = 0
    created_at: float = 0.0


class Flows:
    """The flows in flight. A flow's program must have been put before it is created."""

    def __init__(self, tx: Transaction) -> None:
        self._tx = tx

    def create(self, flow: Flow) -> Flow:
        """Save a new flow. Raises `TooLarge`, `LimitReached` when there are as many of its owner as there may be."""
        is_nobodys = flow.owner_id == NOBODY
        said = {"its_owner": flow.owner_id, **({"its_guild": flow.guild_id or ""} if is_nobodys else {})}
        ((count,),) = self._tx.rows(_NOBODYS if is_nobodys else _OWNED, said)
        if count >= (most := FLOWS_OF_NOBODY_MAX if is_nobodys else FLOWS_PER_OWNER_MAX):
            raise LimitReached(most)
        made = replace(flow, revision=1, created_at=self._tx.now)
        self._tx.insert_all(FLOWS, [_row_of(made)])
        return made

    def load(self, flow_id: str) -> Flow | None:
        """Return a flow; None when it has ended."""
        return next(iter(_flows(self._tx.rows(_LOADED, {"its_id": flow_id}))), None)

    def save(self, flow: Flow) -> Flow:
        """Save a flow that was loaded and return it with its new revision.

        Raises `Outdated` unless the saved revision is still that of `flow`, and `TooLarge`.
        """
        saved = replace(flow, revision=flow.revision + 1)
        found = {"its_id": flow.id, "its_revision": flow.revision}
        if not self._tx.rows(_SAVED, {**_row_of(saved), **found}):
            raise Outdated(flow.id)
        return saved

    def end(self, flow_id: str) -> bool:
        """Delete a flow, its timers, its effects, and its program if it was the last; False if it had ended."""
        gone = self._tx.rows(_ENDED, {"its_id": flow_id})
        for (program,) in gone:
            self._tx.rows(_WITHOUT_TIMERS, {"its_flow": flow_id})
            self._tx.rows(_WITHOUT_EFFECTS, {"its_flow": flow_id})
            self._tx.rows(_UNNEEDED, {"its_digest": program})
        return bool(gone)

    def waiting(
        self, kind: str, *, guild_id: str | None, channel_id: str | None, user_id: str | None, limit: int = 100
    ) -> list[Flow]:
        """Return the flows that wait for an event of this kind at this place, the oldest first."""
        place = {"its_guild": guild_id, "its_channel": channel_id, "its_user": user_id}
        return _flows(self._tx.rows(_WAITING, {"its_kind": kind, **place, "at_most": limit}))

    def hearing(
        self,
        kinds: Collection[str],
        *,
        guild_id: str,
        channel_ids: Collection[str],
        user_id: str | None,
        limit: int = 100,
    ) -> "list[Flow]":
        """Return the flows that wait for one of these kinds of events, in one of these channels, the oldest first."""
        channel = FLOWS.c.waits_channel_id
        here = (
            FLOWS.c.waits_kind.in_(kinds),
            FLOWS.c.waits_guild_id == guild_id,
            sa.or_(channel.is_(None), channel.in_(channel_ids)),
            sa.or_(FLOWS.c.waits_user_id.is_(None), FLOWS.c.waits_user_id == user_id),
        )
        query = sa.select(FLOWS).where(*here).order_by(FLOWS.c.created_at, FLOWS.c.id)
        return _flows(self._tx.rows(query.limit(limit)))

    def kinds(self) -> set[str]:
        """Return what is waited for by some flow."""
        return {kind for (kind,) in self._tx.rows(_KINDS)}

    def list(self, *, limit: int = 100, offset: int = 0) -> list[Flow]:
        """Return flows, the oldest first."""
        query = sa.select(FLOWS).order_by(FLOWS.c.created_at, FLOWS.c.id)
        return _flows(self._tx.rows(query.limit(limit).offset(offset)))

    def count_by_program(self) -> Mapping[str, int]:
        """Return how many flows are in flight on each program."""
        query = sa.select(FLOWS.c.program, sa.func.count()).group_by(FLOWS.c.program)
        return {program: int(count) for program, count in self._tx.rows(query)}


class Programs:
    """What flows in flight began on: the files of a config, by its digest. Gone with the last of its flows."""

    def __init__(self, tx: Transaction) -> None:
        self._tx = tx

    def put(self, digest: str, files: Mapping[str, str]) -> None:
        """Keep the files of a program, unless they are kept already. Never a token. Raises `TooLarge`."""
        written = bounded_json("a program", files, PROGRAM_BYTES_MAX)
        self._tx.put(PROGRAMS, {"digest": digest, "files": written})

    def load(self, digest: str) -> Mapping[str, str] | None:
        """Return the files by name; None when no flow needs them any more."""
        for (files,) in self._tx.rows(_FILES, {"its_digest": digest}):
            found: Mapping[str, str] = from_json(files)
            return found
        return None

    def digests(self) -> list[str]:
        """Return the digests of the programs that are kept."""
        return [digest for (digest,) in self._tx.rows(sa.select(PROGRAMS.c.digest).order_by(PROGRAMS.c.digest))]


_NAMED: Final = FLOWS.c.id == sa.bindparam("its_id")
_LOADED: Final = sa.select(FLOWS).where(_NAMED)
_SAVED: Final = sa.update(FLOWS).where(_NAMED, FLOWS.c.revision == sa.bindparam("its_revision")).returning(FLOWS.c.id)
_ENDED: Final = sa.delete(FLOWS).where(_NAMED).returning(FLOWS.c.program)
_WITHOUT_TIMERS: Final = sa.delete(TIMERS).where(TIMERS.c.flow_id == sa.bindparam("its_flow"))
_WITHOUT_EFFECTS: Final = sa.delete(EFFECTS).where(EFFECTS.c.flow_id == sa.bindparam("its_flow"))
_OWNED: Final = sa.select(sa.func.count()).select_from(FLOWS).where(FLOWS.c.owner_id == sa.bindparam("its_owner"))
_NOBODYS: Final = _OWNED.where(sa.func.coalesce(FLOWS.c.guild_id, "") == sa.bindparam("its_guild"))
_PLACES: Final = {
    "its_guild": FLOWS.c.waits_guild_id,
    "its_channel": FLOWS.c.waits_channel_id,
    "its_user": FLOWS.c.waits_user_id,
}
_WAITING: Final = (
    sa.select(FLOWS)
    .where(FLOWS.c.waits_kind == sa.bindparam("its_kind"))
    .where(*(sa.or_(column.is_(None), column == sa.bindparam(name)) for name, column in _PLACES.items()))
    .order_by(FLOWS.c.created_at, FLOWS.c.id)
    .limit(sa.bindparam("at_most", type_=sa.Integer))
)
_KINDS: Final = sa.select(FLOWS.c.waits_kind).where(FLOWS.c.waits_kind.is_not(None)).distinct()
_FILES: Final = sa.select(PROGRAMS.c.files).where(PROGRAMS.c.digest == sa.bindparam("its_digest"))
_UNNEEDED: Final = sa.delete(PROGRAMS).where(
    PROGRAMS.c.digest == sa.bindparam("its_digest"), ~sa.exists().where(FLOWS.c.program == PROGRAMS.c.digest)
)


def _row_of(flow: Flow) -> Mapping[str, object]:
    waits = flow.waits
    return {
        "id": flow.id,
        "name": flow.name,
        "program": flow.program,
        "generation": flow.generation,
        "at": flow.at,
        "machine": bounded("the state of a flow", flow.machine, MACHINE_BYTES_MAX),
        "owner_id": flow.owner_id,
        "guild_id": flow.guild_id,
        "channel_id": flow.channel_id,
        "message_id": flow.message_id,
        "waits_kind": waits.kind if waits else None,
        "waits_guild_id": waits.guild_id if waits else None,
        "waits_channel_id": waits.channel_id if waits else None,
        "waits_user_id": waits.user_id if waits else None,
        "deadline": flow.deadline,
        "expires_at": flow.expires_at,
        "revision": flow.revision,
        "created_at": flow.created_at,
    }


def _flows(rows: Sequence[Any]) -> list[Flow]:
    return [_flow(row) for row in rows]


def _flow(row: Any) -> Flow:
    kept = {name: value for name, value in row._mapping.items() if not name.startswith("waits_")}
    return Flow(**kept, waits=_waits(row))


def _waits(row: Any) -> Waits | None:
    if row.waits_kind is None:
        return None
    return Waits(
        kind=row.waits_kind,
        guild_id=row.waits_guild_id,
        channel_id=row.waits_channel_id,
        user_id=row.waits_user_id,
    )
