"""A run that has waited, in the hands of this process."""

import asyncio
from collections.abc import Mapping
from dataclasses import field
from typing import TYPE_CHECKING

from runner.data import dataclass
from runner.engine.machines import Machine

if TYPE_CHECKING:
    from runner.store.effects import Effect
    from runner.store.flows import Flow


@dataclass(slots=True)
class Held:
    """A run's row in the store, what is saved in it, and what the books say of its effects.

    `segment` is the number of the last question when it was taken up: what follows is another part of the run than what
    came before. `coming` is what it was taken up with, for whoever has to do that again. `is_unsaid` says that nothing
    has been said on the interaction that brought this, whatever the books leave open.
    """

    row: "Flow"
    machine: Machine
    segment: int = 0
    is_claimed: bool = False
    is_unsaid: bool = False
    coming: Machine | None = None
    known: "Mapping[tuple[str, int], Effect]" = field(default_factory=dict)  # pyright: ignore[reportUnknownVariableType]
    lock: asyncio.Lock = field(default_factory=asyncio.Lock)
