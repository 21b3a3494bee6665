"""How often a bot may call, and what it is told when it calls too often."""

from dataclasses import dataclass

import aiohttp
import pytest

from runner.emulator.clock import elapse
from runner.emulator.rate_limits import BUCKETS_MAX, ROUTES, Limit, RateLimits
from runner.emulator.refusals import Refused
from runner.emulator.server import LocalDiscord
from tests.emulator.lighthouse import Call, channel_of

INVALID_MAX = 10_000


@dataclass
class Hand:
    """A clock that is moved by hand."""

    at: float = 1_800_000_000.0

    def now(self) -> float:
        return self.at


async def test_the_fifty_first_request_of_a_second_is_refused_and_the_next_second_is_free(
    local: LocalDiscord, http: aiohttp.ClientSession
) -> None:
    await elapse(10)
    headers = {"Authorization": f"Bot {local.token}"}
    for _ in range(50):
        async with http.get(local.base_url + "/users/@me", headers=headers) as answer:
            assert answer.status == 200
            assert "X-RateLimit-Limit" not in answer.headers
    async with http.get(local.base_url + "/users/@me", headers=headers) as answer:
        body = await answer.json()
        assert (answer.status, body["global"]) == (429, True)
        assert 0 < body["retry_after"] <= 1
        assert (answer.headers["X-RateLimit-Global"], answer.headers["X-RateLimit-Scope"]) == ("true", "global")
        assert (answer.headers["Retry-After"], answer.headers["Via"]) == ("1", "1.1 local-discord")
    await elapse(1)
    async with http.get(local.base_url + "/users/@me", headers=headers) as answer:
        assert answer.status == 200


async def test_interactions_are_outside_the_global_limit(call: Call) -> None:
    for _ in range(60):
        assert (await call("POST", "/interactions/1/t/callback", {"type": 5}))[0] == 404
        assert (await call("POST", "/webhooks/1/t", {"content": "x"}))[0] == 404
    assert (await call("GET", "/users/@me"))[0] == 200


async def test_a_strict_route_counts_down_and_refuses_with_every_header(
    local: LocalDiscord, http: aiohttp.ClientSession
) -> None:
    local.rate_limits.is_strict = True
    await elapse(10)
    url, headers = f"{local.base_url}/channels/{channel_of(local).id}/messages", {"Authorization": f"Bot {local.token}"}
    for remaining in (4, 3, 2, 1, 0):
        async with http.post(url, json={"content": "x"}, headers=headers) as answer:
            assert (answer.status, answer.headers["X-RateLimit-Remaining"]) == (200, str(remaining))
            bucket = answer.headers["X-RateLimit-Bucket"]
    async with http.post(url, json={"content": "x"}, headers=headers) as answer:
        body = await answer.json()
        assert (answer.status, body["global"], answer.headers["X-RateLimit-Scope"]) == (429, False, "user")
        assert (answer.headers["X-RateLimit-Limit"], answer.headers["X-RateLimit-Bucket"]) == ("5", bucket)
        reset_after = float(answer.headers["X-RateLimit-Reset-After"])
        assert body["retry_after"] == pytest.approx(reset_after, abs=0.01)
        assert float(answer.headers["X-RateLimit-Reset"]) == pytest.approx(local.clock.now() + reset_after, abs=0.01)
        assert "Via" in answer.headers
    other = f"{local.base_url}/channels/{channel_of(local, 'support').id}/messages"
    async with http.post(other, json={"content": "x"}, headers=headers) as answer:
        assert answer.status == 200  # another channel is another count of the same bucket
        assert answer.headers["X-RateLimit-Bucket"] == bucket
    await elapse(5)
    async with http.post(url, json={"content": "x"}, headers=headers) as answer:
        assert answer.status == 200


@pytest.mark.parametrize("limit", ROUTES, ids=lambda limit: f"{limit.method} {limit.path}")
def test_each_observed_limit_holds_at_its_number(limit: Limit) -> None:
    clock = Hand()
    limits = RateLimits(clock)
    limits.is_strict = True
    segments = limit.path.replace("*", "1").split("/")[1:]
    for _ in range(limit.requests):
        limits.take(limit.method, segments)
        clock.at += 0.021 if limit.requests > 50 else 0.0  # within the global limit
    with pytest.raises(Refused) as refused:
        limits.take(limit.method, segments)
    assert refused.value.headers["X-RateLimit-Bucket"] == limit.bucket
    clock.at += limit.per_s
    assert limits.take(limit.method, segments)["X-RateLimit-Remaining"] == str(limit.requests - 1)
    assert limit.source


def test_single_routes_are_free_unless_strict() -> None:
    limits = RateLimits(Hand())
    for _ in range(30):
        assert limits.take("POST", ["channels", "1", "messages"]) == {}


async def test_ten_thousand_invalid_requests_are_blocked_by_the_network_for_a_while(
    local: LocalDiscord, http: aiohttp.ClientSession
) -> None:
    for _ in range(INVALID_MAX - 1):
        local.rate_limits.note(403, None)
    local.rate_limits.note(429, "shared")  # does not count
    async with http.get(local.base_url + "/users/@me") as answer:
        assert answer.status == 401  # counts, and is the last one
    for path in ("/users/@me", "/gateway"):
        async with http.get(local.base_url + path) as answer:
            assert (answer.status, answer.content_type, await answer.text()) == (429, "text/html", "error code: 1015")
            assert "Via" not in answer.headers
    await elapse(601)
    async with http.get(local.base_url + "/gateway") as answer:
        assert answer.status == 200


def test_counts_are_bounded() -> None:
    limits = RateLimits(Hand())
    limits.is_strict = True
    for number in range(BUCKETS_MAX + 10):
        limits.take("POST", ["webhooks", str(number), "t"])
    assert limits.take("POST", ["webhooks", "0", "t"])["X-RateLimit-Remaining"] == "4"  # forgotten, and begun anew
    assert limits.take("POST", ["webhooks", str(BUCKETS_MAX + 9), "t"])["X-RateLimit-Remaining"] == "3"
