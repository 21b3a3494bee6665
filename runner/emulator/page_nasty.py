"""What the inspector's buttons break: the network, the gateway, a token, the bot, the clock."""

from collections.abc import Callable
from typing import Final

from runner.emulator.page_requests import Asked, Unfit
from runner.emulator.server import LocalDiscord
from runner.emulator.trace import Trace

LATENCY_S_MAX: Final = 120.0
"""The longest delay of one call, in seconds."""

TIMES_MAX: Final = 1_000
"""How many calls one press of a button breaks at most."""

LEAP_S_MAX: Final = 48 * 3600.0
"""The longest leap of the clock, in seconds."""

MATCHES: Final = ("any", "callback", "follow_up", "original", "messages", "commands", "members")
"""Which calls a fault can be for."""


class Nasty:
    """Breaks things on demand. `leap` moves the clock by seconds, `restart` restarts the bot; None where none can."""

    def __init__(
        self, local: LocalDiscord, restart: Callable[[], None], leap: Callable[[float], None] | None = None
    ) -> None:
        self._local = local
        self._restart = restart
        self._leap = leap

    def do(self, what: str, asked: Asked) -> None:
        """Break something. Raises `Unfit`."""
        match what:
            case "latency" | "drop" | "500" | "429":
                self._fail_calls(what, asked)
            case "disconnect":
                self._local.drop_gateway()
            case "reconnect":
                self._local.reconnect()
            case "invalidate":
                self._local.invalidate(resumable=False)
            case "expire":
                self._local.expire_token(self._trace(asked.text("interaction")))
            case "restart":
                self._restart()
            case "leap":
                self._move_clock(asked.number("seconds", 60.0, LEAP_S_MAX))
            case "clear":
                self._local.faults.clear()
            case _:
                raise Unfit(400, f"there is no way to be nasty called {what!r}")

    def _fail_calls(self, what: str, asked: Asked) -> None:
        match = asked.text("match", "any")
        if match not in MATCHES:
            raise Unfit(400, f"`match` must be one of {', '.join(MATCHES)}")
        times = int(asked.number("times", 1, TIMES_MAX))
        faults = self._local.faults
        match what:
            case "latency":
                faults.next(match, delay_s=asked.number("seconds", 2.0, LATENCY_S_MAX), times=times)
            case "drop":
                faults.next(match, cut="before", times=times)
            case "500":
                faults.next(match, status=500, times=times)
            case _:
                faults.next(match, status=429, retry_after=asked.number("seconds", 1.0, LATENCY_S_MAX), times=times)

    def _trace(self, interaction_id: str) -> Trace:
        for trace in reversed(self._local.traces):
            if str(trace.id) == interaction_id:
                return trace
        raise Unfit(422, "there is no such interaction")

    def _move_clock(self, seconds: float) -> None:
        if self._leap is None:
            raise Unfit(422, "the clock of this local Discord can't be moved")
        if not self._local.is_connected:
            raise Unfit(422, "no bot is connected: one that is just starting would find that its time for that is over")
        self._leap(seconds)
