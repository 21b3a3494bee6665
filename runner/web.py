"""Calls to other servers: to hosts that the config allows alone, and to no address inside of a network.

What a name stands for is looked up once for each connection, and the addresses that were looked at are the ones that
are connected to: a name that means something else the next moment is of no use to anybody. A redirect is a call like
the first one. Neither an address nor a header nor a body is part of any message: there may be secrets in all of them.
"""

import asyncio
import ipaddress
import re
import socket
from collections.abc import Awaitable, Callable, Sequence
from typing import TYPE_CHECKING, Final

from runner.actions.action import FailureKind, StepFailed
from runner.outside import ANSWER_BYTES_MAX, CALL_S, PORTS, REDIRECTS_MAX, Hosts, HttpAnswer, HttpCall
from runner.regex import regex

if TYPE_CHECKING:
    import aiohttp
    import yarl
    from aiohttp.abc import AbstractResolver

CONNECTIONS_MAX: Final = 50
"""How many calls are under way at once; others wait, within their own time."""

CONNECTIONS_PER_HOST_MAX: Final = 10
"""How many of them to one host."""

_MOVED: Final = frozenset({301, 302, 303, 307, 308})
_KEEPS_METHOD: Final = frozenset({307, 308})
_NUMERIC: Final = regex(r"(?:.*\.)?(?:[0-9]+|0x[0-9a-f]*)\.?", re.IGNORECASE)
"""What a browser would take for an IPv4 address. Source: WHATWG URL Standard, ends in a number checker."""

_FOR_ANYBODY: Final = frozenset({"accept", "accept-language", "content-type"})
"""The headers that go along where a call is led to another origin: in any other there may be a secret of the first."""

_CHUNK_BYTES: Final = 64 * 1024

Lookup = Callable[[str, int], Awaitable[Sequence[str]]]
"""Returns the addresses that a host's name stands for; raises OSError where there are none."""


class _Inside(OSError):
    """A name stands for addresses inside of a network alone."""


async def lookup(host: str, port: int) -> Sequence[str]:
    """Ask the system what a name stands for."""
    found = await asyncio.get_running_loop().getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return [str(address[0]) for _, _, _, _, address in found]


def is_public(address: str) -> bool:
    """Tell whether an address is one of the whole Internet, seen through what stands for another one.

    Source: IANA IPv4 and IPv6 Special-Purpose Address Registries; RFC 4291 (mapped), RFC 3056 (6to4), RFC 6052 (NAT64).
    """
    found = ipaddress.ip_address(address.partition("%")[0])
    if isinstance(found, ipaddress.IPv6Address):
        within = found.ipv4_mapped or found.sixtofour or (found.teredo[1] if found.teredo else None) or _nat64(found)
        if within is not None:
            return is_public(str(within))
    return found.is_global and not found.is_multicast


def _nat64(address: ipaddress.IPv6Address) -> ipaddress.IPv4Address | None:
    is_within = address in ipaddress.ip_network("64:ff9b::/96")
    return ipaddress.IPv4Address(int(address) & 0xFFFFFFFF) if is_within else None


class Nowhere:
    """Calls no other server."""

    async def call(self, asked: HttpCall, hosts: Hosts) -> HttpAnswer:
        """Raise `StepFailed`."""
        raise StepFailed("no other server can be called from here", kind=FailureKind.NOT_ALLOWED)


class Web:
    """Calls other servers, over connections that are kept for the next call. `lookup` tells what names stand for."""

    def __init__(self, lookup: Lookup = lookup) -> None:
        self._lookup = lookup
        self._sessions: dict[bool, aiohttp.ClientSession] = {}  # whether they reach private addresses

    async def close(self) -> None:
        """Close the connections."""
        for session in self._sessions.values():
            await session.close()
        self._sessions.clear()

    async def call(self, asked: HttpCall, hosts: Hosts) -> HttpAnswer:
        """Make a call and return the answer, whatever its status. Raises `StepFailed` where none comes."""
        import yarl  # with aiohttp: what few bots use

        try:
            url = yarl.URL(asked.url)
            return await self._in_time(asked, url, hosts)
        except ValueError:
            raise StepFailed("this is no address of a web server", kind=FailureKind.INVALID) from None

    async def _in_time(self, asked: HttpCall, url: "yarl.URL", hosts: Hosts) -> HttpAnswer:
        try:
            async with asyncio.timeout(CALL_S):
                return await self._follow(asked, url, hosts)
        except TimeoutError:
            raise _failed_at(url.host, "did not answer in time", FailureKind.TIMEOUT) from None

    async def _follow(self, asked: HttpCall, url: "yarl.URL", hosts: Hosts) -> HttpAnswer:
        """Make the call, and those that the answers lead to."""
        method, body, headers = asked.method, asked.body, {**asked.headers}
        for _ in range(REDIRECTS_MAX + 1):
            ensure_allowed(url, hosts)
            answer = await self._send(HttpCall(method, str(url), headers, body), url, hosts)
            moved_to = answer.headers.get("location")
            if answer.status not in _MOVED or moved_to is None:
                return answer
            target = url.join(type(url)(moved_to))
            if target.origin() != url.origin():
                headers = {name: value for name, value in headers.items() if name.lower() in _FOR_ANYBODY}
            if answer.status not in _KEEPS_METHOD and method not in ("GET", "HEAD"):
                method, body = "GET", None
                headers = {name: value for name, value in headers.items() if name.lower() != "content-type"}
            url = target
        raise StepFailed(f"{url.host} leads from one address to the next", kind=FailureKind.UNREACHABLE)

    async def _send(self, asked: HttpCall, url: "yarl.URL", hosts: Hosts) -> HttpAnswer:
        import aiohttp

        session = self._session(is_private=hosts.is_private)
        try:
            async with session.request(
                asked.method, url, headers=asked.headers, data=asked.body, allow_redirects=False
            ) as response:
                body = await _read(response)
                named = {name.lower(): value for name, value in response.headers.items()}
                return HttpAnswer(response.status, named, body)
        except aiohttp.ClientConnectorError as error:
            if isinstance(error.os_error, _Inside):
                raise _inside(url.host) from None
            raise _failed_at(url.host, "can't be reached", FailureKind.UNREACHABLE) from None
        except (aiohttp.ClientError, OSError):
            raise _failed_at(url.host, "gave no whole answer", FailureKind.UNREACHABLE) from None

    def _session(self, *, is_private: bool) -> "aiohttp.ClientSession":
        import aiohttp

        if is_private not in self._sessions:
            connector = aiohttp.TCPConnector(
                resolver=_resolver(self._lookup, is_private=is_private),
                use_dns_cache=False,
                limit=CONNECTIONS_MAX,
                limit_per_host=CONNECTIONS_PER_HOST_MAX,
            )
            self._sessions[is_private] = aiohttp.ClientSession(
                connector=connector,
                cookie_jar=aiohttp.DummyCookieJar(),
                timeout=aiohttp.ClientTimeout(total=None),  # each call has its own
                headers={"User-Agent": "lifecycle-runner"},
            )
        return self._sessions[is_private]


async def _read(response: "aiohttp.ClientResponse") -> bytes:
    """Return what an answer holds. Raises `StepFailed` where that is more than `ANSWER_BYTES_MAX`."""
    body = bytearray()
    async for chunk in response.content.iter_chunked(_CHUNK_BYTES):
        body += chunk
        if len(body) > ANSWER_BYTES_MAX:
            raise _failed_at(response.url.host, "answers with more than can be read", FailureKind.TOO_LARGE)
    return bytes(body)


def ensure_allowed(url: "yarl.URL", hosts: Hosts) -> None:
    """Raise `StepFailed` for what must not be called."""
    host, port = url.host, url.port
    if url.scheme not in PORTS or not host or port is None:
        raise ValueError
    if url.user is not None or url.password is not None:
        raise StepFailed("a name and a password stand in a header, not in an address", kind=FailureKind.INVALID)
    if not hosts.allows(url.scheme, host, port):
        raise StepFailed(f"{host} is none of the hosts that `http.allow` lists", kind=FailureKind.NOT_ALLOWED)
    try:
        is_inside = not is_public(host)
    except ValueError:  # a name, which is looked up; or a number that others would take for an address
        if _NUMERIC.fullmatch(host):
            raise _inside(host) from None
        return
    if is_inside and not hosts.is_private:
        raise _inside(host)


def _resolver(find: Lookup, *, is_private: bool) -> "AbstractResolver":
    """Return what tells a connection where to go: to public addresses alone, unless private ones are allowed."""
    from aiohttp import abc

    class Resolver(abc.AbstractResolver):
        async def resolve(
            self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_INET
        ) -> list[abc.ResolveResult]:
            found = await find(host, port)
            usable = [address for address in found if is_private or is_public(address)]
            if found and not usable:
                raise _Inside
            return [_result(host, port, address) for address in usable]

        async def close(self) -> None:
            """There is nothing to close."""

    def _result(host: str, port: int, address: str) -> abc.ResolveResult:
        is_v6 = ":" in address
        return abc.ResolveResult(
            hostname=host,
            host=address,
            port=port,
            family=socket.AF_INET6 if is_v6 else socket.AF_INET,
            proto=socket.IPPROTO_TCP,
            flags=socket.AI_NUMERICHOST | socket.AI_NUMERICSERV,
        )

    return Resolver()


def _inside(host: str | None) -> StepFailed:
    what = "stands for an address inside of a network; `http.private` allows that"
    return _failed_at(host, what, FailureKind.NOT_ALLOWED)


def _failed_at(host: str | None, what: str, kind: FailureKind) -> StepFailed:
    return StepFailed(f"{host} {what}", kind=kind)
