"""The page's doors, as a script uses them: over loopback, with a bot that answers by plain HTTP."""

import asyncio
import json
import re
from collections.abc import AsyncGenerator, AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from io import BytesIO
from typing import Any

import aiohttp
import pytest
from yarl import URL

from runner.emulator.clock import VirtualClock, elapse
from runner.emulator.page import BACKLOG_MAX, CONTENT_SECURITY_POLICY, STREAMS_MAX, Page
from runner.emulator.page_requests import BODY_MAX_BYTES
from runner.emulator.server import LocalDiscord
from runner.emulator.trace import Trace
from tests.openapi import faults_of

Json = dict[str, Any]  # JSON of the page and of Discord's API

EPHEMERAL = 64
LOADING = 128
SECRET = "the lamp is broken"
BUTTON = {"type": 2, "style": 1, "custom_id": "more", "label": "More"}
DISABLED = {"type": 2, "style": 1, "custom_id": "never", "label": "Never", "disabled": True}
ROW = [{"type": 1, "components": [BUTTON, DISABLED]}]
COMMANDS = [
    {"name": "ping", "description": "Check that the bot is alive"},
    {"name": "purge", "description": "Delete messages", "default_member_permissions": "8192"},
    {
        "name": "order",
        "description": "Order something",
        "options": [{"name": "count", "type": 4, "description": "How many", "required": True, "max_value": 9}],
    },
    {
        "name": "tag",
        "description": "Show a tag",
        "options": [
            {"name": "name", "type": 3, "description": "Which", "autocomplete": True},
            {"name": "file", "type": 11, "description": "A file"},
        ],
    },
    {"name": "Report", "type": 3},
    {"name": "Greet", "type": 2},
]
FORM = {
    "custom_id": "form",
    "title": "Your wish",
    "components": [{"type": 18, "label": "Wish", "component": {"type": 4, "custom_id": "wish", "style": 1}}],
}


@dataclass
class Window:
    """One reader of the event stream. `raw` is everything that it was ever sent."""

    answer: aiohttp.ClientResponse
    raw: str = ""

    async def next(self) -> tuple[str, Json]:
        """Return the next event's name and data. Raises EOFError at the end of the stream."""
        lines: list[str] = []
        async with asyncio.timeout(30):
            while (line := await self.answer.content.readline()) not in {b"\n", b""}:
                lines.append(line.decode())
        if not lines:
            raise EOFError
        self.raw += "".join(lines)
        return lines[0].removeprefix("event: ").strip(), json.loads(lines[1].removeprefix("data: "))

    async def until(self, name: str, fits: Callable[[Json], object] = lambda _: True) -> Json:
        """Return the data of the next event of that name that fits."""
        while True:
            given, data = await self.next()
            if given == name and fits(data):
                return data


@dataclass
class Stage:
    """A local Discord with its page, commands, and an HTTP client that is bot and script at once."""

    local: LocalDiscord
    page: Page
    http: aiohttp.ClientSession
    people: dict[str, str] = field(default_factory=dict[str, str])
    channels: dict[str, str] = field(default_factory=dict[str, str])

    async def bot(self, method: str, path: str, body: object = None) -> Any:  # the API's JSON
        headers = {"Authorization": f"Bot {self.local.token}"}
        async with self.http.request(method, self.local.base_url + path, json=body, headers=headers) as answer:
            assert answer.status < 300, await answer.text()
            return None if answer.status == 204 else await answer.json()

    async def respond(self, trace: Trace, kind: int, data: Json) -> None:
        await self.bot("POST", f"/interactions/{trace.id}/{trace.token}/callback", {"type": kind, "data": data})

    async def webhook(self, trace: Trace, method: str, path: str, body: object = None) -> Any:  # the API's JSON
        return await self.bot(method, f"/webhooks/{self.local.application_id}/{trace.token}{path}", body)

    async def post(self, action: str, **body: object) -> tuple[int, Json]:
        async with self.http.post(self.page.url + action, json=body) as answer:
            return answer.status, await answer.json()

    async def command(self, user: str, command: str, **options: object) -> Trace:
        """Run a command in #general through the page."""
        status, answer = await self.post("interactions", user=user, channel="general", command=command, options=options)
        assert status == 202, answer
        return next(trace for trace in self.local.traces if str(trace.id) == answer["id"])

    async def marker(self) -> str:
        """Let the bot send a public message; who has seen it has seen everything from before it."""
        sent = await self.bot("POST", f"/channels/{self.channels['general']}/messages", {"content": "marker"})
        return str(sent["id"])

    async def modules(self) -> dict[str, tuple[str, str]]:
        """Return the media type and the source of each module that the page imports, directly or not."""
        found: dict[str, tuple[str, str]] = {}
        waiting = {"app.js"}
        while waiting:
            name = waiting.pop()
            async with self.http.get(self.page.url + name) as answer:
                assert answer.status == 200, name
                found[name] = answer.content_type, await answer.text()
            waiting |= set(re.findall(r'from "\./([\w.]+)"', found[name][1])) - set(found)
        return found

    @asynccontextmanager
    async def window(self, user: str = "olive") -> AsyncGenerator[Window]:
        async with self.http.get(self.page.url + "events", params={"user": self.people[user]}) as answer:
            assert answer.status == 200, await answer.text()
            yield Window(answer)


@pytest.fixture
async def stage() -> AsyncIterator[Stage]:
    local = LocalDiscord(clock=VirtualClock(asyncio.get_running_loop()))
    page = Page(local)
    await local.start()
    async with aiohttp.ClientSession() as http:
        stage = Stage(local, page, http)
        stage.people = {user.username: str(user.id) for user in local.world.users.values()}
        stage.channels = {str(channel.name): str(channel.id) for channel in local.world.channels.values()}
        await stage.bot("PUT", f"/applications/{local.application_id}/commands", COMMANDS)
        yield stage
    await local.stop()
    assert [str(fault) for fault in faults_of(local.wire, of_refused=False)] == []


# --- what is served, and to whom


async def test_every_answer_carries_the_policy_that_keeps_the_page_to_itself(stage: Stage) -> None:
    for path in ("", "app.js", "style.css", "nothing-here"):
        async with stage.http.get(stage.page.url + path) as answer:
            assert answer.headers["Content-Security-Policy"] == CONTENT_SECURITY_POLICY
            assert answer.headers["X-Content-Type-Options"] == "nosniff"
    async with stage.window() as window:
        assert window.answer.headers["Content-Security-Policy"] == CONTENT_SECURITY_POLICY


async def test_every_module_that_the_page_imports_is_served_as_a_script(stage: Stage) -> None:
    modules = await stage.modules()
    assert len(modules) > 10
    assert {media_type for media_type, _ in modules.values()} == {"text/javascript"}


async def test_the_address_without_its_slash_leads_to_the_page(stage: Stage) -> None:
    async with stage.http.get(stage.page.url.removesuffix("/")) as answer:
        assert str(answer.url) == stage.page.url
        assert "Lifecycle Runner" in await answer.text()


@pytest.mark.parametrize("path", ["..%2fpage.py", "%2e%2e/page.py", "..%5cpage.py", "page/app.js", "__init__.py"])
async def test_nothing_but_the_pages_own_files_is_served(stage: Stage, path: str) -> None:
    async with stage.http.get(URL(stage.page.url + path, encoded=True)) as answer:
        assert answer.status == 404


async def test_the_document_has_no_script_or_style_of_its_own_and_loads_nothing_from_elsewhere(stage: Stage) -> None:
    async with stage.http.get(stage.page.url) as answer:
        html = await answer.text()
    assert re.search(r"<script(?![^>]* src=)|<style|\sstyle=|\son\w+=", html) is None
    assert re.search(r"//", html) is None


WAYS_TO_MARKUP = (
    "innerHTML",
    "outerHTML",
    "insertAdjacentHTML",
    "document.write",
    "eval(",
    "Function(",
    "srcdoc",
    "setHTML",
)


@pytest.mark.parametrize("way", WAYS_TO_MARKUP)
async def test_no_module_of_the_page_turns_text_into_markup(stage: Stage, way: str) -> None:
    modules = await stage.modules()
    assert [name for name, (_, source) in modules.items() if way in source] == []


@pytest.mark.parametrize("host", ["evil.example", "evil.example:{port}", "127.0.0.1", "127.0.0.1:1", "[::1]:{port}"])
async def test_a_request_for_another_host_is_refused(stage: Stage, host: str) -> None:
    headers = {"Host": host.format(port=stage.local.port)}
    for path in ("", "events", "app.js"):
        async with stage.http.get(stage.page.url + path, headers=headers) as answer:
            assert answer.status == 403
            assert "Lighthouse" not in await answer.text()


@pytest.mark.parametrize(
    ("origin", "status"),
    [
        ("http://127.0.0.1:{port}", 202),
        ("http://localhost:{port}", 403),
        ("https://127.0.0.1:{port}", 403),
        ("http://127.0.0.1:1", 403),
        ("http://evil.example", 403),
        ("null", 403),
    ],
)
async def test_an_action_is_taken_from_the_pages_own_origin_only(stage: Stage, origin: str, status: int) -> None:
    headers = {"Origin": origin.format(port=stage.local.port)}
    body = {"user": "kim", "channel": "general", "content": "hello"}
    async with stage.http.post(stage.page.url + "messages", json=body, headers=headers) as answer:
        assert answer.status == status
    said = stage.local.messages_for(user="kim", channel="general")
    assert len(said) == (status == 202)


async def test_localhost_is_this_machine_too(stage: Stage) -> None:
    host = f"localhost:{stage.local.port}"
    headers = {"Host": host, "Origin": f"http://{host}"}
    async with stage.http.get(stage.page.url, headers=headers) as answer:
        assert answer.status == 200


# --- requests that are not as described

GOOD = b'{"user": "kim", "channel": "general", "content": "hello"}'


async def chunked() -> AsyncIterator[bytes]:
    yield GOOD


@pytest.mark.parametrize(
    ("action", "media_type", "body", "status"),
    [
        ("messages", "application/json", GOOD, 202),
        ("messages", "application/json; charset=utf-8", GOOD, 202),
        ("messages", "text/plain", GOOD, 415),
        ("messages", "application/x-www-form-urlencoded", GOOD, 415),
        ("messages", "application/json", chunked, 411),
        ("messages", "application/json", b" " * BODY_MAX_BYTES + GOOD, 413),
        ("messages", "application/json", b"{", 400),
        ("messages", "application/json", b"[" * 60_000, 400),
        ("messages", "application/json", b"\xff", 400),
        ("messages", "application/json", b"[]", 400),
        ("messages", "application/json", b'{"user": "kim", "channel": "general"}', 400),
        ("messages", "application/json", b'{"user": 1, "channel": "general", "content": "hello"}', 400),
        (
            "interactions",
            "application/json",
            b'{"user": "kim", "channel": "general", "command": "ping", "options": 1}',
            400,
        ),
        (
            "interactions",
            "application/json",
            b'{"user": "kim", "channel": "general", "command": "order", "options": {"count": [1]}}',
            400,
        ),
        ("clicks", "application/json", b'{"user": "kim", "message": "1", "custom_id": "a", "values": "b"}', 400),
        ("clicks", "application/json", b'{"user": "kim", "message": "1", "custom_id": "a", "values": [1]}', 400),
        ("forms", "application/json", b'{"user": "kim", "interaction": "1", "values": []}', 422),
    ],
)
async def test_a_body_that_is_not_as_described_is_refused(
    stage: Stage, action: str, media_type: str, body: Any, status: int
) -> None:
    data = body if isinstance(body, bytes) else body()
    headers = {"Content-Type": media_type}
    async with stage.http.post(stage.page.url + action, data=data, headers=headers) as answer:
        assert answer.status == status
        assert set(await answer.json()) == ({"id"} if status == 202 else {"error"})


@pytest.mark.parametrize(
    ("action", "body", "sentence"),
    [
        ("interactions", {"user": "kim", "channel": "general", "command": "nope"}, "'nope' does not exist"),
        ("interactions", {"user": "kim", "channel": "general", "command": "purge"}, "may not be used here"),
        ("interactions", {"user": "kim", "channel": "general", "command": "order"}, "'count' is required"),
        ("interactions", {"user": "kim", "channel": "staff", "command": "ping"}, "cannot open"),
        ("interactions", {"user": "nobody", "channel": "general", "command": "ping"}, "nobody"),
        ("clicks", {"user": "kim", "message": "1", "custom_id": "more"}, "no message"),
        ("forms", {"user": "kim", "interaction": "1", "values": {}}, "no such interaction"),
    ],
)
async def test_what_the_client_would_not_let_a_member_do_is_refused_with_a_sentence(
    stage: Stage, action: str, body: Json, sentence: str
) -> None:
    status, answer = await stage.post(action, **body)
    assert status == 422
    assert sentence in answer["error"]


# --- the snapshot


async def test_the_snapshot_has_the_guild_and_offers_what_the_member_may_use(stage: Stage) -> None:
    async with stage.window("mo") as mo, stage.window("kim") as kim:
        of_mo, of_kim = (await mo.next())[1], (await kim.next())[1]
    assert of_mo["guild"]["name"] == "Lighthouse"
    assert {person["name"] for person in of_mo["people"]} >= {"Olive", "Mo", "Sam", "Robin", "Kim"}
    assert of_mo["limits"] == {"acknowledge_s": 3.0, "finish_s": 900.0}
    assert stage.channels["staff"] in of_mo["offered"]
    assert stage.channels["staff"] not in of_kim["offered"]
    assert offered_names(of_mo, stage.channels["general"]) == {
        "ping", "purge", "order", "tag", "Report", "Greet",
    }  # fmt: skip
    assert "purge" not in offered_names(of_kim, stage.channels["general"])
    assert "purge" not in {command["name"] for command in of_kim["commands"].values()}


def offered_names(snapshot: Json, channel: str) -> set[str]:
    return {snapshot["commands"][command]["name"] for command in snapshot["offered"][channel]}


async def test_without_a_member_the_first_person_looks(stage: Stage) -> None:
    async with stage.http.get(stage.page.url + "events") as answer:
        _, snapshot = await Window(answer).next()
    assert snapshot["me"] == stage.people["olive"]


@pytest.mark.parametrize("user", ["1", "", "kim", "bot"])
async def test_nobody_can_look_as_a_bot_or_as_a_stranger(stage: Stage, user: str) -> None:
    who = str(stage.local.application_id) if user == "bot" else user
    async with stage.http.get(stage.page.url + "events", params={"user": who}) as answer:
        assert answer.status == 422


async def test_commands_that_are_registered_later_come_with_a_new_snapshot(stage: Stage) -> None:
    async with stage.window() as window:
        await window.next()
        await stage.bot("PUT", f"/applications/{stage.local.application_id}/commands", COMMANDS[:1])
        snapshot = await window.until("snapshot")
        assert offered_names(snapshot, stage.channels["general"]) == {"ping"}


async def test_a_snapshot_has_what_went_before(stage: Stage) -> None:
    trace = await stage.command("kim", "ping")
    await stage.respond(trace, 4, {"content": "Pong!"})
    async with stage.window("kim") as window:
        _, snapshot = await window.next()
    assert [message["content"] for message in snapshot["messages"]] == ["Pong!"]
    assert [interaction["id"] for interaction in snapshot["interactions"]] == [str(trace.id)]


# --- interactions, live


async def test_a_reply_arrives_as_a_message_and_as_a_timeline(stage: Stage) -> None:
    async with stage.window("kim") as window:
        trace = await stage.command("kim", "order", count=3)
        assert trace.payload["data"]["options"] == [{"name": "count", "type": 4, "value": 3}]
        waiting = await window.until("interaction")
        assert (waiting["state"], waiting["acknowledged_after_s"], waiting["ended_after_s"]) == ("received", None, None)
        await elapse(1)
        await stage.respond(trace, 4, {"content": "Noted"})
        ended = await window.until("interaction")
        message = await window.until("message")
    assert message["content"] == "Noted"
    assert ended["message_ids"] == [message["id"]]
    assert ended["acknowledged_after_s"] == ended["ended_after_s"] == pytest.approx(1, abs=0.1)
    assert [step["what"] for step in ended["steps"]] == ["dispatched", "reply"]


ENDINGS = {
    "edit": ("PATCH", "/messages/@original", {"content": "At last"}),
    "follow-up": ("POST", "", {"content": "At last"}),
    "delete": ("DELETE", "/messages/@original", None),
}


@pytest.mark.parametrize("ending", ENDINGS)
async def test_a_deferred_answer_ends_with_its_edit(stage: Stage, ending: str) -> None:
    async with stage.window("kim") as window:
        trace = await stage.command("kim", "ping")
        await stage.respond(trace, 5, {})
        thinking = await window.until("message")
        assert thinking["flags"] & LOADING
        await elapse(5)
        await stage.webhook(trace, *ENDINGS[ending])
        ended = await window.until("interaction", lambda data: data["ended_after_s"] is not None)
        last = await window.until("message_deleted" if ending == "delete" else "message")
    assert ended["acknowledged_after_s"] < 1
    assert ended["ended_after_s"] == pytest.approx(5, abs=0.1)
    assert last["id"] == thinking["id"]


async def test_a_command_that_nobody_answers_fails_after_three_seconds(stage: Stage) -> None:
    async with stage.window("kim") as window:
        await stage.command("kim", "ping")
        failed = await window.until("interaction", lambda data: data["outcome"] is not None)
    assert failed["outcome"] == "The application did not respond"
    assert failed["acknowledged_after_s"] is None
    assert failed["ended_after_s"] == pytest.approx(3, abs=0.1)


async def test_an_answer_that_stays_deferred_fails_after_fifteen_minutes(stage: Stage) -> None:
    trace = await stage.command("kim", "ping")
    await stage.respond(trace, 5, {})
    await elapse(901)
    async with stage.window("kim") as window:
        _, snapshot = await window.next()
    [failed] = snapshot["interactions"]
    assert failed["outcome"] == "The application did not respond"
    assert failed["ended_after_s"] == pytest.approx(900, abs=0.1)


async def test_a_refused_call_is_a_step_of_the_timeline_and_no_end(stage: Stage) -> None:
    trace = await stage.command("kim", "ping")
    headers = {"Authorization": f"Bot {stage.local.token}"}
    url = f"{stage.local.base_url}/interactions/{trace.id}/{trace.token}/callback"
    async with stage.http.post(url, json={"type": 7}, headers=headers) as answer:
        assert answer.status == 400
    async with stage.window("kim") as window:
        _, snapshot = await window.next()
    [interaction] = snapshot["interactions"]
    assert interaction["steps"][-1]["status"] == 400
    assert interaction["ended_after_s"] is None


async def test_a_click_updates_the_message_in_its_place(stage: Stage) -> None:
    trace = await stage.command("kim", "ping")
    await stage.respond(trace, 4, {"content": "Pong!", "components": ROW})
    message = str(trace.messages[0].id)
    async with stage.window("kim") as window:
        status, answer = await stage.post("clicks", user="kim", message=message, custom_id="more")
        assert status == 202
        await stage.respond(stage.local.traces[-1], 7, {"content": "Pressed", "components": []})
        ended = await window.until("interaction", lambda data: data["state"] == "updated")
        edited = await window.until("message")
    assert (ended["id"], ended["source_id"]) == (answer["id"], message)
    assert (edited["id"], edited["content"], edited["components"]) == (message, "Pressed", [])


async def test_a_disabled_button_cannot_be_pressed(stage: Stage) -> None:
    trace = await stage.command("kim", "ping")
    await stage.respond(trace, 4, {"content": "Pong!", "components": ROW})
    status, answer = await stage.post("clicks", user="kim", message=str(trace.messages[0].id), custom_id="never")
    assert status == 422
    assert "disabled" in answer["error"]


async def test_a_form_comes_with_its_interaction_and_is_submitted_by_its_id(stage: Stage) -> None:
    async with stage.window("kim") as window:
        trace = await stage.command("kim", "ping")
        await stage.respond(trace, 9, FORM)
        opened = await window.until("interaction", lambda data: data["state"] == "modal_shown")
    assert opened["modal"]["title"] == "Your wish"
    status, answer = await stage.post("forms", user="kim", interaction=opened["id"], values={"wish": "Tea"})
    assert status == 202
    submitted = stage.local.traces[-1]
    assert str(submitted.id) == answer["id"]
    assert submitted.payload["data"]["components"][0]["component"]["value"] == "Tea"


# --- who sees what


async def test_an_ephemeral_message_never_reaches_another_members_page(stage: Stage) -> None:
    async with stage.window("kim") as kim, stage.window("robin") as robin:
        trace = await stage.command("kim", "ping")
        await stage.respond(trace, 4, {"content": SECRET, "flags": EPHEMERAL, "components": ROW})
        await stage.webhook(trace, "PATCH", "/messages/@original", {"content": f"{SECRET}, edited"})
        marker = await stage.marker()
        await kim.until("message", lambda data: data["id"] == marker)
        await robin.until("message", lambda data: data["id"] == marker)
    async with stage.window("robin") as late:
        await late.next()
    assert f"{SECRET}, edited" in kim.raw
    assert SECRET not in robin.raw + late.raw


async def test_a_public_answer_to_a_private_message_does_not_carry_it_along(stage: Stage) -> None:
    async with stage.window("kim") as kim, stage.window("robin") as robin:
        trace = await stage.command("kim", "ping")
        await stage.respond(trace, 4, {"content": SECRET, "flags": EPHEMERAL, "components": ROW})
        await stage.post("clicks", user="kim", message=str(trace.messages[0].id), custom_id="more")
        await stage.respond(stage.local.traces[-1], 4, {"content": "To everyone"})
        await kim.until("message", lambda data: data["content"] == "To everyone")
        await robin.until("message", lambda data: data["content"] == "To everyone")
    async with stage.window("robin") as late:
        await late.next()
    assert SECRET in kim.raw
    assert SECRET not in robin.raw + late.raw


async def test_that_a_private_message_is_gone_is_private_as_well(stage: Stage) -> None:
    async with stage.window("kim") as kim, stage.window("robin") as robin:
        trace = await stage.command("kim", "ping")
        await stage.respond(trace, 4, {"content": SECRET, "flags": EPHEMERAL})
        await stage.webhook(trace, "DELETE", "/messages/@original")
        gone = await kim.until("message_deleted")
        marker = await stage.marker()
        await robin.until("message", lambda data: data["id"] == marker)
    assert gone["id"] not in robin.raw


async def test_a_page_has_the_interactions_of_its_own_member_only(stage: Stage) -> None:
    async with stage.window("robin") as robin:
        trace = await stage.command("kim", "ping")
        await stage.respond(trace, 9, FORM)
        marker = await stage.marker()
        await robin.until("message", lambda data: data["id"] == marker)
    assert "event: interaction" not in robin.raw
    assert "Your wish" not in robin.raw


async def test_messages_of_a_channel_stay_with_those_who_see_it(stage: Stage) -> None:
    async with stage.window("sam") as sam, stage.window("kim") as kim:
        await stage.bot("POST", f"/channels/{stage.channels['staff']}/messages", {"content": SECRET})
        marker = await stage.marker()
        await sam.until("message", lambda data: data["id"] == marker)
        await kim.until("message", lambda data: data["id"] == marker)
    assert SECRET in sam.raw
    assert SECRET not in kim.raw


async def test_the_first_direct_message_brings_its_channel(stage: Stage) -> None:
    async with stage.window("kim") as kim, stage.window("robin") as robin:
        direct = await stage.bot("POST", "/users/@me/channels", {"recipient_id": stage.people["kim"]})
        await stage.bot("POST", f"/channels/{direct['id']}/messages", {"content": SECRET})
        await kim.until("snapshot", lambda data: direct["id"] in data["offered"])
        message = await kim.until("message")
        marker = await stage.marker()
        await robin.until("message", lambda data: data["id"] == marker)
    assert (message["channel_id"], message["content"]) == (direct["id"], SECRET)
    assert SECRET not in robin.raw


async def test_what_a_member_writes_reaches_the_others(stage: Stage) -> None:
    async with stage.window("robin") as robin:
        status, answer = await stage.post("messages", user="kim", channel="general", content="Good morning")
        assert status == 202
        message = await robin.until("message")
    assert (message["id"], message["content"]) == (answer["id"], "Good morning")


# --- the streams' bounds


async def test_one_stream_too_many_is_refused_and_a_reader_who_leaves_makes_room(stage: Stage) -> None:
    url = stage.page.url + "events"
    connector = aiohttp.TCPConnector(limit=0)
    async with aiohttp.ClientSession(connector=connector) as many:
        answers = [await many.get(url) for _ in range(STREAMS_MAX)]
        async with many.get(url) as refused:
            assert refused.status == 503
        answers[0].close()
        await elapse(0.1)
        async with many.get(url) as taken:
            assert taken.status == 200
        for answer in answers:
            answer.close()


async def test_the_streams_end_when_the_server_stops(stage: Stage) -> None:
    async with stage.window() as window:
        await window.next()
        await stage.local.stop()
        with pytest.raises(EOFError):
            await window.until("nothing that ever comes")


async def test_a_reader_who_falls_behind_is_let_go_and_gets_a_fresh_snapshot(stage: Stage) -> None:
    async with stage.window() as window:
        await window.next()
        for number in range(BACKLOG_MAX + 1):  # without a pause: the stream has no turn in between
            stage.local.say(user="kim", channel="general", content=str(number))
        with pytest.raises(EOFError):
            await window.until("nothing that ever comes")
    async with stage.window() as again:
        _, snapshot = await again.next()
    assert snapshot["messages"][-1]["content"] == str(BACKLOG_MAX)


# --- menus, suggestions, reactions, votes, files


async def test_a_menu_of_a_message_and_of_a_member_sends_its_command(stage: Stage) -> None:
    said = stage.local.say(user="robin", channel="general", content="Hello")
    for name, target in (("Report", str(said)), ("Greet", stage.people["kim"])):
        status, answer = await stage.post("context_menus", user="robin", channel="general", command=name, target=target)
        assert (status, stage.local.traces[-1].payload["data"]["target_id"]) == (202, target), answer


async def test_suggestions_come_with_the_answer(stage: Stage) -> None:
    asked = {"user": "robin", "channel": "general", "command": "tag", "options": {"name": "al"}, "focused": "name"}
    waiting = asyncio.create_task(stage.post("suggestions", **asked))
    while not stage.local.traces:
        await elapse(0.01)
    await stage.respond(stage.local.traces[-1], 8, {"choices": [{"name": "alpha", "value": "a"}]})
    assert (await waiting)[1]["choices"] == [{"name": "alpha", "value": "a"}]
    status, answer = await stage.post("suggestions", **asked)  # and nobody answers
    assert (status, answer["choices"], answer["error"]) == (200, [], "Loading options failed")


async def test_a_reaction_and_a_vote_are_the_members_own(stage: Stage) -> None:
    path = f"/channels/{stage.channels['general']}/messages"
    answers = [{"poll_media": {"text": text}} for text in ("yes", "no")]
    sent = await stage.bot("POST", path, {"poll": {"question": {"text": "?"}, "answers": answers, "duration": 1}})
    async with stage.window("robin") as window, stage.window("kim") as other:
        for each in (window, other):
            await each.until("snapshot")
        assert (await stage.post("reactions", user="robin", message=sent["id"], emoji="👍"))[0] == 202
        assert (await window.until("message"))["mine"] == {"reactions": ["👍"], "votes": []}
        assert (await other.until("message"))["mine"] == {"reactions": [], "votes": []}
        assert (await stage.post("votes", user="robin", message=sent["id"], answer=2))[0] == 202
        assert (await window.until("message"))["mine"] == {"reactions": ["👍"], "votes": [2]}
        for door, what in (("reactions", {"emoji": "👍"}), ("votes", {"answer": 2})):
            assert (await stage.post(door, user="robin", message=sent["id"], remove=True, **what))[0] == 202
        assert (await window.until("message", lambda data: not data["mine"]["votes"]))["mine"]["reactions"] == []


async def test_a_file_is_kept_and_resolved_for_the_option_that_names_it(stage: Stage) -> None:
    headers = {"Content-Type": "application/octet-stream"}
    async with stage.http.post(stage.page.url + "files?name=a%20b.txt", data=b"text", headers=headers) as answer:
        assert answer.status == 202
        number = (await answer.json())["id"]
    trace = await stage.command("robin", "tag", name="x", file=number)
    [file] = trace.payload["data"]["resolved"]["attachments"].values()
    assert (file["id"], file["filename"], file["size"], file["ephemeral"]) == (number, "a b.txt", 4, True)
    async with stage.http.get(file["url"]) as answer:
        assert await answer.read() == b"text"
    unknown = {"user": "robin", "channel": "general", "command": "tag", "options": {"name": "x", "file": "1"}}
    assert await stage.post("interactions", **unknown) == (422, {"error": "there is no uploaded file '1'"})


@pytest.mark.parametrize(
    ("query", "media_type", "size", "status"),
    [
        ("?name=a", "text/plain", 1, 415),
        ("", "application/octet-stream", 1, 400),
        (f"?name={'x' * 1025}", "application/octet-stream", 1, 400),
        ("?name=a", "application/octet-stream", 10 * 1024 * 1024 + 1, 413),
    ],
    ids=["a form's type", "no name", "a long name", "too large"],
)
async def test_a_file_that_is_not_as_described_is_refused(
    stage: Stage, query: str, media_type: str, size: int, status: int
) -> None:
    url = f"{stage.page.url}files{query}"
    async with stage.http.post(url, data=BytesIO(bytes(size)), headers={"Content-Type": media_type}) as answer:
        assert answer.status == status


# --- the inspector


async def test_the_inspector_sees_everybodys_interactions_and_scripts_read_the_same(stage: Stage) -> None:
    async with stage.http.get(stage.page.url + "inspector") as answer:
        window = Window(answer)
        assert (await window.until("snapshot"))["lanes"] == []
        for user in ("robin", "kim"):
            trace = await stage.command(user, "ping")
            await stage.respond(trace, 4, {"content": SECRET, "flags": EPHEMERAL})
            lane = await window.until("lane", lambda data: data["interaction"]["acknowledged_after_s"] is not None)
            assert (lane["key"], lane["user"].lower(), lane["run"]) == (str(trace.id), user, None)
    async with stage.http.get(stage.page.url + "inspector.json") as answer:
        assert [lane["user"] for lane in (await answer.json())["lanes"]] == ["Robin", "Kim"]


async def test_a_bot_that_tells_nothing_keeps_nothing(stage: Stage) -> None:
    async with stage.http.get(stage.page.url + "kept") as answer:
        assert await answer.json() == {}


FAULTS = {"latency": (200, 2.0), "500": (500, 0.0), "429": (429, 0.0)}


@pytest.mark.parametrize("way", FAULTS)
async def test_a_nasty_button_breaks_the_next_call(stage: Stage, way: str) -> None:
    status, answer = await stage.post(f"nasty/{way}", match="any", times=2)
    assert (status, answer) == (202, {"faults": 2})
    assert await stage.post("nasty/clear") == (202, {"faults": 0})
    await stage.post(f"nasty/{way}", seconds=2)
    before = stage.local.clock.now()
    headers = {"Authorization": f"Bot {stage.local.token}"}
    async with stage.http.get(f"{stage.local.base_url}/users/@me", headers=headers) as got:
        expected, late_s = FAULTS[way]
        assert (got.status, stage.local.clock.now() - before >= late_s) == (expected, True)


async def test_a_nasty_button_cuts_the_next_call(stage: Stage) -> None:
    await stage.post("nasty/drop", match="members")
    guild = next(iter(stage.local.world.guilds))
    headers = {"Authorization": f"Bot {stage.local.token}"}
    url = f"{stage.local.base_url}/guilds/{guild}/members/{stage.people['kim']}"
    with pytest.raises(aiohttp.ClientError):
        await stage.http.patch(url, json={"nick": "Kimmy"}, headers=headers)


async def test_a_token_dies_on_demand(stage: Stage) -> None:
    unanswered, answered = await stage.command("robin", "ping"), await stage.command("robin", "ping")
    await stage.respond(answered, 4, {"content": "Pong"})
    for trace in (unanswered, answered):
        assert (await stage.post("nasty/expire", interaction=str(trace.id)))[0] == 202
    assert (unanswered.outcome, answered.outcome) == ("The application did not respond", None)
    url = f"{stage.local.base_url}/webhooks/{stage.local.application_id}/{answered.token}/messages/@original"
    async with stage.http.get(url) as answer:
        assert (answer.status, (await answer.json())["code"]) == (401, 50027)


@pytest.mark.parametrize(
    ("way", "body", "status"),
    [
        ("nonsense", {}, 400),
        ("500", {"match": "nonsense"}, 400),
        ("500", {"times": 1001}, 400),
        ("500", {"times": True}, 400),
        ("latency", {"seconds": -1}, 400),
        ("expire", {"interaction": "1"}, 422),
        ("leap", {"seconds": 60}, 422),
        ("disconnect", {}, 202),
        ("reconnect", {}, 202),
        ("invalidate", {}, 202),
        ("restart", {}, 202),
    ],
)
async def test_a_nasty_request_is_held_to_its_bounds(stage: Stage, way: str, body: Json, status: int) -> None:
    assert (await stage.post(f"nasty/{way}", **body))[0] == status
