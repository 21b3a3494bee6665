"""Calls to other servers than Discord's, as a parameter: what is asked, what comes back, and what may be reached."""

from collections.abc import Mapping
from dataclasses import field
from typing import Final, Literal, Protocol

from runner.data import dataclass

Method = Literal["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE"]

CALL_S: Final = 10.0
"""How long a call may take with everything that belongs to it: names, connections, redirects, the whole answer."""

REDIRECTS_MAX: Final = 5
"""How many times an answer may send a call elsewhere."""

ANSWER_BYTES_MAX: Final = 1024 * 1024
"""How long an answer may be, unpacked."""

BODY_BYTES_MAX: Final = 256 * 1024
"""How long what is sent may be."""

HEADERS_MAX: Final = 32
"""How many headers a call may have of its own."""

PORTS: Final[Mapping[str, int]] = {"http": 80, "https": 443}


@dataclass(frozen=True, slots=True)
class Hosts:
    """Which hosts may be reached, as they are written: `api.github.com`, `*.example.com` for those below, `host:8080`.

    `is_private` lets calls reach addresses that are nobody's in the whole Internet: this machine, this network.
    """

    allowed: tuple[str, ...] = ()
    is_private: bool = False

    def allows(self, scheme: str, host: str, port: int) -> bool:
        """Tell whether one may be reached: by its usual port, unless it is written with another one."""
        return any(_is_meant(each, scheme, host.lower().rstrip("."), port) for each in self.allowed)


def _is_meant(written: str, scheme: str, host: str, port: int) -> bool:
    name, _, number = written.lower().partition(":")
    if port != (int(number) if number else PORTS.get(scheme)):
        return False
    return name in ("*", host) or (name.startswith("*.") and host.endswith(name[1:]))


@dataclass(frozen=True, slots=True)
class HttpCall:
    """What is asked of another server. Nothing of it but the method and the host may be shown to anybody."""

    method: Method
    url: str = field(repr=False)
    headers: Mapping[str, str] = field(repr=False)
    body: bytes | None = field(default=None, repr=False)


@dataclass(frozen=True, slots=True)
class HttpAnswer:
    """What came back: the status, the headers by their names in small letters, and the body."""

    status: int
    headers: Mapping[str, str] = field(repr=False)
    body: bytes = field(repr=False)


class Outside(Protocol):
    """Calls other servers than Discord's."""

    async def call(self, asked: HttpCall, hosts: Hosts) -> HttpAnswer:
        """Make a call and return the answer, whatever its status. Raises `StepFailed` where none comes."""
        ...
