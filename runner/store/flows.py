"""Flows in flight, and the programs that they began on."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from runner.store.transaction import Transaction

MACHINE_BYTES_MAX = 64 * 1024
"""How many bytes the saved machine of one flow may take, as UTF-8. Some hundred are usual."""

FLOWS_PER_OWNER_MAX = 100
"""How many flows one user may have in flight."""

PROGRAM_BYTES_MAX = 8 * 1024 * 1024
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
        """Save a new flow. Raises `TooLarge`, `LimitReached` when its owner has `FLOWS_PER_OWNER_MAX`."""
        raise NotImplementedError

    def load(self, flow_id: str) -> Flow | None:
        """Return a flow; None when it has ended."""
        raise NotImplementedError

    def save(self, flow: Flow) -> Flow:
        """Save a flow that was loaded and return it with its new revision.

        Raises `Outdated` unless the saved revision is still that of `flow`, and `TooLarge`.
        """
        raise NotImplementedError

    def end(self, flow_id: str) -> bool:
        """Delete a flow, its timers, its effects, and its program if it was the last; False if it had ended."""
        raise NotImplementedError

    def waiting(
        self, kind: str, *, guild_id: str | None, channel_id: str | None, user_id: str | None, limit: int = 100
    ) -> list[Flow]:
        """Return the flows that wait for an event of this kind at this place, the oldest first."""
        raise NotImplementedError

    def list(self, *, limit: int = 100, offset: int = 0) -> list[Flow]:
        """Return flows, the oldest first."""
        raise NotImplementedError

    def count_by_program(self) -> Mapping[str, int]:
        """Return how many flows are in flight on each program."""
        raise NotImplementedError


class Programs:
    """What flows in flight began on: the files of a config, by its digest. Gone with the last of its flows."""

    def __init__(self, tx: Transaction) -> None:
        self._tx = tx

    def put(self, digest: str, files: Mapping[str, str]) -> None:
        """Keep the files of a program, unless they are kept already. Never a token. Raises `TooLarge`."""
        raise NotImplementedError

    def load(self, digest: str) -> Mapping[str, str] | None:
        """Return the files by name; None when no flow needs them any more."""
        raise NotImplementedError

    def digests(self) -> list[str]:
        """Return the digests of the programs that are kept."""
        raise NotImplementedError


@dataclass(frozen=True, slots=True)
class EffectKey:
    """One attempt at one effect of a flow."""

    flow_id: str
    position: str
    attempt: int


@dataclass(frozen=True, slots=True)
class Effect:
    """What is known of an effect: `intended` was written before, `done` after it, with its result as JSON text."""

    state: Literal["intended", "done"]
    result: str | None
    at: float


class Effects:
    """Intents and results of a flow's effects, so that after a crash between the two nobody has to guess."""

    def __init__(self, tx: Transaction) -> None:
        self._tx = tx

    def intend(self, key: EffectKey) -> Effect | None:
        """Write that the effect is about to happen; return what was known of this attempt already, if anything."""
        raise NotImplementedError

    def finish(self, key: EffectKey, result: str | None = None) -> None:
        """Write the result of an effect that was intended."""
        raise NotImplementedError

    def load(self, flow_id: str) -> Mapping[EffectKey, Effect]:
        """Return what is known of a flow's effects."""
        raise NotImplementedError
