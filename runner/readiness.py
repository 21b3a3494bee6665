"""Whether a bot is ready, part by part: what probes are told, and one log line whenever the whole changes.

What a probe reads are words of this module and of the store's faults: no address, no path, no secret. The log has the
whole cause.
"""

from collections.abc import Callable, Mapping
from typing import Final, Literal

from runner.data import dataclass
from runner.logs import Log
from runner.store.errors import StoreFailed

Part = Literal["gateway", "store", "commands"]

STOPPING: Final = "stopping"


@dataclass(frozen=True, slots=True)
class State:
    """What a part is in: a few words for whoever asks, and for the log the `cause` where they say too little."""

    is_ready: bool
    words: str
    cause: str = ""


@dataclass(frozen=True, slots=True)
class Configured:
    """What the bot runs on. A config that was refused changes nothing, so the bot is as ready as before."""

    generation: int
    is_refused: bool = False


class Readiness:
    """Tells whether the gateway, the store and the commands are all in order, and the bot isn't stopping."""

    def __init__(self, log: Log | None = None) -> None:
        """Without a log nobody is told, so nobody has to look after what only a look would tell."""
        self._log = log
        self._parts: dict[Part, State] = {}
        self._configured: Callable[[], Configured] = lambda: Configured(1)
        self._is_stopping = False
        self._was_ready = False

    @property
    def is_told(self) -> bool:
        """Whether somebody wants to know."""
        return self._log is not None

    @property
    def is_ready(self) -> bool:
        """Whether everything is in order."""
        return not self._is_stopping and bool(self._parts) and all(part.is_ready for part in self._parts.values())

    def begin(self, generation: int, *, needs_store: bool) -> None:
        """A bot starts, the first one or another."""
        self._configured = lambda: Configured(generation)
        self._is_stopping = False
        self._parts = {
            "gateway": State(False, "not connected yet"),
            "store": State(False, "not opened yet") if needs_store else State(True, "not used"),
            "commands": State(False, "not registered yet"),
        }
        self._compare()

    def configured(self, by: Callable[[], Configured]) -> None:
        """Whoever follows the files is asked whenever a probe asks."""
        self._configured = by

    def gateway(self, is_connected: bool) -> None:
        """Discord delivers what happens, or doesn't."""
        self._tell("gateway", State(True, "connected") if is_connected else State(False, "not connected to Discord"))

    def store(self, fault: StoreFailed | None) -> None:
        """The store has done what it was asked, or failed."""
        self._tell("store", State(True, "written") if fault is None else State(False, fault.happened, str(fault)))

    def commands(self, failures: Mapping[str, str], refused: int) -> None:
        """Discord was told of the commands: `failures` by scope, and how many it would not take.

        One that it would not take leaves the others as they are: it is told, and the bot is ready.
        """
        if failures:
            cause = "; ".join(f"{scope}: {reason}" for scope, reason in failures.items())
            self._tell("commands", State(False, "not registered", cause))
        else:
            self._tell("commands", State(True, f"registered, {refused} refused" if refused else "registered"))

    def stop(self) -> None:
        """The bot begins to stop: what is under way ends, and nothing else should be begun."""
        self._is_stopping = True
        self._compare()

    def report(self) -> dict[str, object]:
        """Return what a probe reads, as JSON has it."""
        configured = self._configured()
        parts: dict[str, object] = {
            name: {"ready": part.is_ready, "state": part.words} for name, part in self._parts.items()
        }
        reload = "refused" if configured.is_refused else "fine"
        parts["config"] = {"ready": True, "generation": configured.generation, "last_reload": reload}
        state = STOPPING if self._is_stopping else "ready" if self.is_ready else "not ready"
        return {"ready": self.is_ready, "state": state, "parts": parts}

    def _tell(self, part: Part, state: State) -> None:
        self._parts[part] = state
        self._compare()

    def _compare(self) -> None:
        """Log what has changed, if that is the whole."""
        is_ready, before = self.is_ready, self._was_ready
        self._was_ready = is_ready
        if self._log is None:
            return
        if is_ready and not before:
            self._log.info("ready")
        elif before and not is_ready:
            part, cause = self._why()
            self._log.warning("not ready", part=part, reason=cause)

    def _why(self) -> tuple[str, str]:
        if self._is_stopping:
            return "process", STOPPING
        return next((name, part.cause or part.words) for name, part in self._parts.items() if not part.is_ready)
