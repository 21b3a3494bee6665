"""Faults on demand: what a network and a busy API do to a bot, one request at a time."""

import copy
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Literal

from runner.emulator.world import JsonObject

Match = Literal["any", "callback", "follow_up", "original", "messages", "commands", "members"] | str
"""Which requests: one of the names, or any other text that is part of `METHOD /path`."""

Cut = Literal["before", "after"]


@dataclass(slots=True, kw_only=True)
class Fault:
    """One thing that goes wrong for `times` matching requests.

    `status` answers with that status and processes nothing; `cut` drops the connection before or after processing;
    `delay_s` waits before processing. `retry_after_s` and `via` shape a 429: without `Via` it looks like a ban by the
    network in front of Discord.
    """

    match: str
    status: int | None = None
    code: int = 0
    retry_after_s: float = 0.5
    via: bool = True
    cut: Cut | None = None
    delay_s: float = 0.0
    times: int = 1

    def describe(self) -> str:
        """Return what it does, for a timeline."""
        parts = [
            f"status {self.status}" if self.status is not None else "",
            f"connection cut {self.cut} processing" if self.cut else "",
            f"{self.delay_s:g} s late" if self.delay_s else "",
        ]
        return ", ".join(part for part in parts if part)


@dataclass(slots=True)
class Faults:
    """The faults that wait for their requests, consumed in order."""

    _pending: list[Fault] = field(default_factory=list[Fault])
    _changes: list[Callable[[JsonObject], None]] = field(default_factory=list[Callable[[JsonObject], None]])

    def next(
        self,
        match: Match = "any",
        *,
        status: int | None = None,
        code: int = 0,
        retry_after: float = 0.5,
        via: bool = True,
        cut: Cut | None = None,
        delay_s: float = 0.0,
        times: int = 1,
    ) -> None:
        """Let the next `times` requests that `match` fail in the given way. Raises ValueError if no way is given."""
        if status is None and cut is None and not delay_s:
            raise ValueError("a fault needs a status, a cut or a delay")
        fault = Fault(
            match=match,
            status=status,
            code=code,
            retry_after_s=retry_after,
            via=via,
            cut=cut,
            delay_s=delay_s,
            times=times,
        )
        self._pending.append(fault)

    def forge(self, change: Callable[[JsonObject], None]) -> None:
        """Let the next interaction arrive as `change` leaves its payload: as no client would send it."""
        self._changes.append(change)

    def forged(self, payload: JsonObject) -> JsonObject:
        """Return an interaction as it is to arrive."""
        if self._changes:
            payload = copy.deepcopy(payload)
            self._changes.pop(0)(payload)
        return payload

    def clear(self) -> None:
        """Forget the faults that have not happened."""
        self._pending.clear()
        self._changes.clear()

    @property
    def pending(self) -> int:
        """How many more requests are going to fail."""
        return sum(fault.times for fault in self._pending)

    def take(self, method: str, path: str) -> Fault | None:
        """Return the first fault for this request, used up by one, or None."""
        for fault in self._pending:
            if _matches(fault.match, method, path):
                return self._used(fault)
        return None

    def _used(self, fault: Fault) -> Fault:
        fault.times -= 1
        if fault.times <= 0:
            self._pending.remove(fault)
        return fault


_NAMED: dict[str, Callable[[str, str], bool]] = {
    "any": lambda method, path: True,  # noqa: ARG005
    "callback": lambda method, path: method == "POST" and path.endswith("/callback"),
    "follow_up": lambda method, path: method == "POST" and path.startswith("/webhooks/"),
    "original": lambda method, path: path.endswith("/messages/@original"),  # noqa: ARG005
    "messages": lambda method, path: path.startswith("/channels/") and "/messages" in path,  # noqa: ARG005
    "commands": lambda method, path: path.startswith("/applications/") and "/commands" in path,  # noqa: ARG005
    "members": lambda method, path: path.startswith("/guilds/") and "/members" in path,  # noqa: ARG005
}


def _matches(match: str, method: str, path: str) -> bool:
    named = _NAMED.get(match)
    return named(method, path) if named else match in f"{method} {path}"
