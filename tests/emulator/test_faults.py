"""Each fault does to a request what its name says, once, and says so in the timeline."""

import asyncio
from collections.abc import Callable, Coroutine
from typing import Any

import aiohttp
import pytest

from runner.emulator.clock import elapse
from runner.emulator.faults import Faults
from runner.emulator.messages import Upload
from runner.emulator.server import LocalDiscord
from runner.emulator.trace import Trace

Call = Callable[..., Coroutine[None, None, tuple[int, Any]]]  # JSON of any shape comes back


async def ping(local: LocalDiscord, call: Call) -> Trace:
    await call("POST", f"/applications/{local.application_id}/commands", {"name": "ping", "description": "P"})
    return local.command(user="robin", channel="general", name="ping")


def callback(trace: Trace) -> str:
    return f"/interactions/{trace.id}/{trace.token}/callback"


REPLY = {"type": 4, "data": {"content": "hi"}}


@pytest.mark.parametrize("status", [500, 502, 503])
async def test_a_server_error_processes_nothing_and_happens_as_often_as_asked(
    local: LocalDiscord, call: Call, status: int
) -> None:
    trace = await ping(local, call)
    local.faults.next("callback", status=status, times=2)
    statuses = [(await call("POST", callback(trace), REPLY))[0] for _ in range(3)]
    assert statuses == [status, status, 204]
    assert trace.acknowledgements == 1
    assert [event.status for event in trace.events if event.what == "fault"] == [status, status]


@pytest.mark.parametrize("via", [True, False])
async def test_a_429_looks_like_discords_or_like_the_networks(
    local: LocalDiscord, http: aiohttp.ClientSession, call: Call, via: bool
) -> None:
    trace = await ping(local, call)
    local.faults.next("callback", status=429, retry_after=0.5, via=via)
    async with http.post(local.base_url + callback(trace), json=REPLY) as answer:
        body = await answer.json()
    assert (answer.status, body["retry_after"], body["global"]) == (429, 0.5, False)
    assert ("Via" in answer.headers) is via
    assert answer.headers["Retry-After"] == "1"
    told = {name.removeprefix("X-RateLimit-") for name in answer.headers if name.startswith("X-RateLimit-")}
    assert told == {"Limit", "Remaining", "Reset", "Reset-After", "Bucket", "Scope"}


@pytest.mark.parametrize(("cut", "acknowledgements"), [("before", 0), ("after", 1)])
async def test_a_cut_connection_hides_whether_the_call_was_processed(
    local: LocalDiscord, call: Call, cut: Any, acknowledgements: int
) -> None:
    trace = await ping(local, call)
    local.faults.next("callback", cut=cut)
    with pytest.raises(aiohttp.ClientError):
        await call("POST", callback(trace), REPLY)
    assert trace.acknowledgements == acknowledgements


async def test_a_delay_can_carry_a_response_past_its_deadline(local: LocalDiscord, call: Call) -> None:
    trace = await ping(local, call)
    local.faults.next("callback", delay_s=3.5)
    status, body = await call("POST", callback(trace), REPLY)
    assert (status, body["code"]) == (404, 10062)


async def test_a_fault_waits_for_a_request_that_matches(local: LocalDiscord, call: Call) -> None:
    local.faults.next("GET /users/@me", status=500)
    assert (await call("GET", "/gateway/bot"))[0] == 200
    assert (await call("GET", "/users/@me"))[0] == 500
    assert (await call("GET", "/users/@me"))[0] == 200


@pytest.mark.parametrize(
    ("match", "method", "path"),
    [
        ("any", "GET", "/gateway"),
        ("callback", "POST", "/interactions/1/t/callback"),
        ("follow_up", "POST", "/webhooks/1/t"),
        ("original", "PATCH", "/webhooks/1/t/messages/@original"),
        ("messages", "POST", "/channels/1/messages"),
        ("commands", "PUT", "/applications/1/guilds/2/commands"),
        ("members", "DELETE", "/guilds/1/members/2"),
    ],
)
def test_each_name_strikes_its_own_requests_only(match: str, method: str, path: str) -> None:
    faults = Faults()
    faults.next(match, status=500)
    if match != "any":
        assert faults.take("GET", "/gateway/bot") is None
    assert faults.take(method, path) is not None
    assert faults.pending == 0


def test_a_fault_that_does_nothing_is_refused() -> None:
    with pytest.raises(ValueError, match="a status, a cut or a delay"):
        Faults().next("callback")


def test_faults_can_be_called_off() -> None:
    faults = Faults()
    faults.next("any", status=500, times=3)
    faults.clear()
    assert faults.take("GET", "/") is None


async def test_faults_do_not_hold_up_other_requests(local: LocalDiscord, call: Call) -> None:
    loop = asyncio.get_running_loop()
    local.faults.next("GET /users/@me", delay_s=60)
    slow = asyncio.create_task(call("GET", "/users/@me"))
    await elapse(0.1)
    before = loop.time()
    assert (await call("GET", "/gateway/bot"))[0] == 200
    assert loop.time() - before < 1
    assert (await slow)[0] == 200


async def test_a_forged_interaction_arrives_altered_and_the_next_one_as_it_is(local: LocalDiscord, call: Call) -> None:
    local.faults.forge(lambda payload: payload["data"].update(name="pong"))
    traces = [await ping(local, call) for _ in range(2)]
    assert [trace.payload["data"]["name"] for trace in traces] == ["pong", "ping"]


async def test_a_file_of_a_command_can_be_fetched_where_its_attachment_says(
    local: LocalDiscord, http: aiohttp.ClientSession, call: Call
) -> None:
    option = {"type": 11, "name": "log", "description": "L"}
    body = {"name": "send", "description": "S", "options": [option]}
    await call("POST", f"/applications/{local.application_id}/commands", body)
    upload = Upload(0, "log.txt", "text/plain", b"1 2 3")
    trace = local.command(user="robin", channel="general", name="send", options={"log": upload})
    data = trace.payload["data"]
    found = data["resolved"]["attachments"][data["options"][0]["value"]]
    assert (found["filename"], found["size"], found["content_type"]) == ("log.txt", 5, "text/plain")
    async with http.get(found["url"]) as answer:
        assert await answer.read() == b"1 2 3"
