"""Where probes ask: `/livez` whether the process lives, `/readyz` whether the bot is ready, over HTTP, for a machine.

Served by the event loop that serves the bot: a loop that hangs answers neither.
"""

from typing import Final

from aiohttp import web

from runner.data import dataclass
from runner.readiness import Readiness

LOOPBACK: Final = "127.0.0.1"
"""Where it listens unless it is told otherwise: nobody but this machine learns how the bot is."""

SHUTDOWN_S: Final = 1.0
"""How long a probe that is being answered may hold the end up."""

_HEADERS: Final = {"Cache-Control": "no-store", "X-Content-Type-Options": "nosniff"}


@dataclass(frozen=True, slots=True)
class Address:
    """Where to listen; port 0 is any free one."""

    host: str
    port: int

    @property
    def url(self) -> str:
        """The address as a URL."""
        return f"http://{f'[{self.host}]' if ':' in self.host else self.host}:{self.port}"


def parse(text: str) -> Address:
    """Return the address that `[HOST:]PORT` names. Raises ValueError, which says what one looks like."""
    host, colon, port = text.rpartition(":")
    is_bracketed = host.startswith("[") and host.endswith("]")
    host = host[1:-1] if is_bracketed else host
    is_address = not colon or (bool(host) and is_bracketed == (":" in host))
    if not (is_address and port.isascii() and port.isdecimal() and int(port) < 2**16):
        raise ValueError("it takes a port, or a host and a port: 8080, 0.0.0.0:8080, [::]:8080")
    return Address(host or LOOPBACK, int(port))


class Health:
    """Answers probes while it is started."""

    def __init__(self, readiness: Readiness, address: Address) -> None:
        self._readiness = readiness
        self._address = address
        app = web.Application()
        app.router.add_get("/livez", self._livez)
        app.router.add_get("/readyz", self._readyz)
        self._runner = web.AppRunner(app, access_log=None, shutdown_timeout=SHUTDOWN_S)

    @property
    def url(self) -> str:
        """Where it listens, once it is started."""
        host, port = self._runner.addresses[0][:2]
        return Address(host, port).url

    async def start(self) -> None:
        """Listen. Raises `OSError` where that address can't be had."""
        await self._runner.setup()
        try:
            await web.TCPSite(self._runner, self._address.host, self._address.port).start()
        except OSError:
            await self._runner.cleanup()
            raise

    async def stop(self) -> None:
        """Listen no more."""
        await self._runner.cleanup()

    async def _livez(self, _: web.Request) -> web.StreamResponse:
        return _answer(200, {"live": True})

    async def _readyz(self, _: web.Request) -> web.StreamResponse:
        return _answer(200 if self._readiness.is_ready else 503, self._readiness.report())


def _answer(status: int, body: dict[str, object]) -> web.StreamResponse:
    answer = web.json_response(body, status=status, headers=_HEADERS)
    answer.force_close()  # a probe comes back in seconds, and no connection has to be kept for it
    return answer
