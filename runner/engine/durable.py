"""What a run that outlives the process asks before it changes anything outside."""

from collections.abc import Awaitable, Callable, Mapping
from typing import Any, Protocol, TypeVar

from runner.actions.action import Begun, Later
from runner.compile import CompiledStep
from runner.engine.memory import Remembers
from runner.stored import Stored

Json = Mapping[str, Any]  # Any: JSON
T = TypeVar("T")
Outputs = Mapping[str, object] | None


class Durable(Protocol):
    """Keeps the books of one run, from one wait to the next."""

    async def claim(self) -> None:
        """Make sure that this process, and no other, acts on the answer. Raises `Superseded`."""
        ...

    async def once(
        self, position: str, attempt: int, step: CompiledStep, do: Callable[[], Awaitable[Outputs]]
    ) -> Outputs:
        """Do what a step does, between an intent and a result in the books; or return what the books say came of it."""
        ...

    async def write(self, position: str, unit: Callable[[Stored], T]) -> Any:
        """Run a function on what the bot keeps, in one transaction with the note that it has been run.

        Returns what `Memory.write` does.
        """
        ...

    async def atomically(self, position: str, work: Callable[[Remembers], Json]) -> Json:
        """Do work in one transaction with the note that it has been done; return what came of it."""
        ...

    async def begin_later(self, position: str, later: Later, interaction: Json) -> Begun:
        """Keep a flow that is to be begun later, with the note that this has been done."""
        ...

    async def cancel_later(self, position: str, key: str, interaction: Json) -> bool:
        """Forget a flow that was to be begun later, with the note that this has been done."""
        ...

    def key(self, position: str) -> str:
        """Return what stands for the step at a position, in this part of the run alone; at most 25 characters."""
        ...
