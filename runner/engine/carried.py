"""What custom_ids carry: parameters are signed where something is shown, and read where it is used.

Those that are too long for a custom_id are kept by the store, which gives a key for them.
"""

from collections.abc import Callable, Iterator, Mapping
from typing import Any, cast

from runner.actions.action import FailureKind, Refused, StepFailed
from runner.compile import Handler, Program
from runner.custom_ids import CustomId, Outdated, Signer, Tampered, TooLong, Values
from runner.engine.memory import Memory
from runner.messages import Message
from runner.templates.values import is_list

Json = dict[str, Any]  # Any: Discord's JSON


class Forged(Refused):
    """What was clicked carries parameters that nobody of us has signed."""


class LongParams:
    """Keeps parameters that are too long for a custom_id, in the bot's store, which is opened for the first of them.

    All of it raises `StepFailed`.
    """

    def __init__(self, memory: Memory, program: Callable[[], Program]) -> None:
        """`program` gives the one that is served, whose store it is."""
        self._memory = memory
        self._program = program

    async def put(self, values: Values) -> str:
        """Keep parameters, and return their key once they are safe: 22 ASCII characters."""
        return await self._memory.keep_params(self._program(), values)

    async def load(self, key: str) -> Values | None:
        """Return parameters by their key; None where they are not there any more."""
        return await self._memory.load_params(self._program(), key)


class Carrier:
    """Signs what custom_ids carry, and reads it again."""

    def __init__(self, secret: str, long: LongParams) -> None:
        """Sign with a key that is made from `secret`; `long` keeps what is too long."""
        self._signer = Signer(secret)
        self._long = long

    async def read(self, handler: Handler, known_as: str, payload: str) -> Values:
        """Return the parameters of what leads to a handler, whose custom_id has this name and this payload.

        Raises `Forged`, `Outdated` for those of an older version or that are not kept any more, and `StepFailed`
        where nobody can tell.
        """
        if not payload:
            raise Outdated
        try:
            found = self._signer.read(known_as, handler.params, payload)
        except Tampered:
            raise Forged("unknown_form" if handler.fields else "unknown_component") from None
        if not isinstance(found, str):
            return found
        kept = await self._long.load(found)
        if kept is None or kept.keys() != handler.params.keys():
            raise Outdated
        return kept

    async def signed(self, message: Message) -> Message:
        """Return a message with its custom_ids written. Raises `StepFailed`."""
        if message.modal is not None:
            await self._write(cast(Json, message.modal))  # made for this run alone, and so is what is below
        seen: set[str] = set()
        for component in _components(message.more or {}):
            await self._write(component)
            custom_id = str(component["custom_id"])
            if custom_id in seen:
                raise StepFailed(
                    "two components of the message are the same one, with the same parameters", kind=FailureKind.INVALID
                )
            seen.add(custom_id)
        return message

    async def _write(self, component: Json) -> None:
        custom_id = component.get("custom_id")
        if not isinstance(custom_id, CustomId):
            return
        try:
            component["custom_id"] = self._signer.written(custom_id)
        except TooLong:
            component["custom_id"] = await self._kept(custom_id)

    async def _kept(self, custom_id: CustomId) -> str:
        key = await self._long.put(custom_id.values)
        try:
            return self._signer.kept(custom_id, key)
        except TooLong:
            reason = f"`{custom_id.name}` is too long a name for parameters that are too long for a custom_id"
            raise StepFailed(reason, kind=FailureKind.INVALID) from None


def _components(tree: Mapping[str, Any]) -> Iterator[Json]:
    """Yield the components below some JSON that have a custom_id."""
    inside = tree.get("components")
    for component in (*(inside if is_list(inside) else ()), tree.get("accessory")):
        if isinstance(component, dict):
            found = cast(Json, component)
            if "custom_id" in found:
                yield found
            yield from _components(found)
