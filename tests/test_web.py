"""What a call to another server may reach, whatever names stand for."""

import socket
from collections.abc import Sequence

import pytest

from runner.actions.action import FailureKind, StepFailed
from runner.outside import Hosts, HttpCall
from runner.web import Web, is_public
from tests.actions.web import elsewhere

INSIDE = (
    "127.0.0.1", "127.8.8.8", "10.0.0.1", "172.16.0.1", "192.168.1.1", "169.254.169.254", "100.64.0.1", "0.0.0.0",
    "224.0.0.1", "255.255.255.255", "192.0.2.1", "198.18.0.1", "::1", "::", "fe80::1", "fe80::1%eth0", "fc00::1",
    "ff02::1", "::ffff:127.0.0.1", "::ffff:10.0.0.1", "64:ff9b::7f00:1", "64:ff9b::a9fe:a9fe", "2002:7f00:1::1",
    "2001:db8::1",
)  # fmt: skip
OUTSIDE = ("1.1.1.1", "140.82.121.4", "2606:4700:4700::1111", "::ffff:1.1.1.1", "64:ff9b::101:101")


@pytest.mark.parametrize("address", INSIDE)
def test_an_address_inside_of_a_network_is_not_public(address: str) -> None:
    assert not is_public(address)


@pytest.mark.parametrize("address", OUTSIDE)
def test_an_address_of_the_internet_is_public(address: str) -> None:
    assert is_public(address)


@pytest.mark.parametrize(
    ("allowed", "scheme", "host", "port", "is_allowed"),
    [
        ("api.example.com", "https", "api.example.com", 443, True),
        ("api.example.com", "https", "API.example.com.", 443, True),
        ("api.example.com", "http", "api.example.com", 80, True),
        ("api.example.com", "https", "api.example.com", 8443, False),
        ("api.example.com:8443", "https", "api.example.com", 8443, True),
        ("api.example.com:8443", "https", "api.example.com", 443, False),
        ("api.example.com", "https", "example.com", 443, False),
        ("api.example.com", "https", "evil-api.example.com", 443, False),
        ("*.example.com", "https", "a.b.example.com", 443, True),
        ("*.example.com", "https", "example.com", 443, False),
        ("*.example.com", "https", "evilexample.com", 443, False),
        ("*", "https", "example.org", 443, True),
        ("*", "https", "example.org", 22, False),
    ],
)
def test_a_host_is_allowed_as_it_is_written(
    allowed: str, scheme: str, host: str, port: int, *, is_allowed: bool
) -> None:
    assert Hosts((allowed,)).allows(scheme, host, port) is is_allowed


async def kind_of(web: Web, url: str, hosts: Hosts) -> FailureKind | None:
    """Return why a call is not made; None if it is."""
    try:
        await web.call(HttpCall("GET", url, {}), hosts)
    except StepFailed as failure:
        return failure.kind
    finally:
        await web.close()
    return None


async def test_what_is_looked_up_is_what_is_connected_to() -> None:
    asked: list[str] = []

    async def another_each_time(host: str, _port: int) -> Sequence[str]:
        asked.append(host)
        return ["127.0.0.1"] if len(asked) > 1 else ["::ffff:127.0.0.1", "127.0.0.1"]

    async with elsewhere() as other:
        hosts = Hosts((f"rebinding.example.com:{other.port}",))
        web = Web(another_each_time)
        url = f"http://rebinding.example.com:{other.port}/"
        assert await kind_of(web, url, hosts) is FailureKind.NOT_ALLOWED
        assert await kind_of(web, url, hosts) is FailureKind.NOT_ALLOWED
        assert await kind_of(web, url, Hosts(hosts.allowed, is_private=True)) is None
        assert len(asked) == 3
        assert len(other.asked) == 1


@pytest.mark.parametrize(
    "host", ["2130706433", "0x7f000001", "0x7f.1", "0177.0.0.1", "127.1", "127.0.0.1.", "[::1]", "[::ffff:7f00:1]"]
)
async def test_no_way_to_write_this_machine_is_one_around(host: str) -> None:
    async with elsewhere() as other:
        hosts = Hosts((f"*:{other.port}",))
        assert await kind_of(Web(), f"http://{host}:{other.port}/", hosts) in (
            FailureKind.NOT_ALLOWED,
            FailureKind.INVALID,
        )
        assert other.asked == []


async def test_a_name_that_stands_for_nothing_is_unreachable() -> None:
    async def nowhere(_host: str, _port: int) -> Sequence[str]:
        raise socket.gaierror(socket.EAI_NONAME, "none")

    hosts = Hosts(("gone.example.com",))
    assert await kind_of(Web(nowhere), "https://gone.example.com/", hosts) is FailureKind.UNREACHABLE
