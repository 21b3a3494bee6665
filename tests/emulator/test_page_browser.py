"""The page in a real browser: headless Chromium, driven over its DevTools protocol. On the machine's own clock."""

import asyncio
import json
import tempfile
from collections.abc import Awaitable, Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import aiohttp
import pytest

from runner.emulator.clock import RealClock
from runner.emulator.journal import LocalEvent, LocalEventKind
from runner.emulator.page import Page
from runner.emulator.server import LocalDiscord
from runner.emulator.trace import Trace

CHROMIUM = Path("/usr/bin/chromium")
PATIENCE_S = 20.0
EVIL = '<img src=x onerror="document.title = `owned`"> <script>document.title = "owned"</script>'

pytestmark = pytest.mark.skipif(not CHROMIUM.exists(), reason=f"there is no {CHROMIUM} to drive")

Json = dict[str, Any]  # JSON of the DevTools protocol and of Discord's API

COMMANDS = [
    {"name": "ping", "description": "Check that the bot is alive"},
    {"name": "slow", "description": "Answer late"},
    {"name": "silent", "description": "Answer never"},
    {"name": "secret", "description": "Answer privately"},
    {"name": "purge", "description": "Delete messages", "default_member_permissions": "8192"},
    {"name": "ask", "description": "Open a form"},
    {
        "name": "order",
        "description": "Order something",
        "options": [
            {"name": "count", "type": 4, "description": "How many", "required": True, "min_value": 1, "max_value": 9},
            {"name": "kind", "type": 3, "description": "Which", "choices": [{"name": "Tea", "value": "t"}]},
            {"name": "whom", "type": 6, "description": "For whom"},
            {"name": "gift", "type": 5, "description": "A gift?"},
        ],
    },
]
BUTTONS = [
    {
        "type": 1,
        "components": [
            {"type": 2, "style": 1, "custom_id": "more", "label": "More"},
            {"type": 2, "style": 4, "custom_id": "never", "label": "Never", "disabled": True},
        ],
    }
]
FORM = {
    "custom_id": "form",
    "title": "Your wish",
    "components": [
        {"type": 18, "label": "Wish", "component": {"type": 4, "custom_id": "wish", "style": 1, "max_length": 50}}
    ],
}


# --- the browser

WAIT = """new Promise((done) => {
  const check = () => {
    const found = (EXPRESSION);
    if (!found) return;
    observer.disconnect();
    done(found);
  };
  const observer = new MutationObserver(check);
  observer.observe(document, { subtree: true, childList: true, attributes: true, characterData: true });
  check();
})"""


@dataclass
class Tab:
    """One page in the browser, and what it asked of the network and complained about."""

    socket: aiohttp.ClientWebSocketResponse
    session: str = ""
    requests: list[str] = field(default_factory=list[str])
    complaints: list[str] = field(default_factory=list[str])
    _last: int = 0

    async def send(self, method: str, **parameters: object) -> Json:
        self._last += 1
        about = {"sessionId": self.session} if self.session else {}
        await self.socket.send_json({"id": self._last, "method": method, "params": parameters, **about})
        async with asyncio.timeout(PATIENCE_S):
            while (answer := await self.socket.receive_json()).get("id") != self._last:
                self._note(answer)
        assert "error" not in answer, answer["error"]
        result: Json = answer["result"]
        return result

    def _note(self, event: Json) -> None:
        match event["method"]:
            case "Network.requestWillBeSent":
                self.requests.append(event["params"]["request"]["url"])
            case "Log.entryAdded" if (
                event["params"]["entry"]["source"] != "network"
            ):  # those are refusals: tests expect them
                self.complaints.append(event["params"]["entry"]["text"])
            case "Runtime.exceptionThrown":
                self.complaints.append(str(event["params"]["exceptionDetails"]))
            case _:
                pass

    async def value(self, expression: str) -> Any:  # whatever the expression gives, as JSON
        shape = await self.send("Runtime.evaluate", expression=expression, awaitPromise=True, returnByValue=True)
        assert "exceptionDetails" not in shape, shape["exceptionDetails"]
        return shape["result"].get("value")

    async def until(self, expression: str) -> Any:  # as above
        """Wait for the document to change until the expression is true; returns its value."""
        return await self.value(WAIT.replace("EXPRESSION", expression))

    async def sees(self, text: str) -> None:
        await self.until(f"document.body.innerText.includes({json.dumps(text)})")

    async def write(self, text: str) -> None:
        await self.until("document.querySelector('#line')")
        await self.value("document.querySelector('#line').focus()")
        await self.send("Input.insertText", text=text)

    async def press(self, key: str) -> None:
        codes = {"Enter": 13, "ArrowDown": 40, "Tab": 9, "Escape": 27, "Space": 32}
        about: Json = {"key": " " if key == "Space" else key, "code": key, "windowsVirtualKeyCode": codes[key]}
        text = {"Enter": {"text": "\r"}, "Space": {"text": " "}}.get(key, {})
        await self.send("Input.dispatchKeyEvent", type="keyDown", **about, **text)
        await self.send("Input.dispatchKeyEvent", type="keyUp", **about)

    async def run(self, command: str) -> None:
        """Type a command without options, choose it and send it, all by keyboard."""
        await self.write(f"/{command}")
        await self.until("document.querySelector('#commands [aria-selected=true]')?.innerText.length")
        await self.press("Enter")
        await self.until("document.activeElement.innerText === 'Send'")
        await self.press("Enter")

    async def be(self, name: str) -> None:
        """Choose another member."""
        await self.value(
            f"""{{ const member = document.querySelector('#member');
              member.value = [...member.options].find((option) => option.text.startsWith({json.dumps(name)})).value;
              member.dispatchEvent(new Event('change')); }}"""
        )
        await self.until(f"document.querySelector('#member').selectedOptions[0].text.startsWith({json.dumps(name)})")


async def open_tab(socket: aiohttp.ClientWebSocketResponse, url: str) -> Tab:
    tab = Tab(socket)
    target = await tab.send("Target.createTarget", url="about:blank")
    attached = await tab.send("Target.attachToTarget", targetId=target["targetId"], flatten=True)
    tab.session = attached["sessionId"]
    for domain in ("Page", "Runtime", "Log", "Network"):
        await tab.send(f"{domain}.enable")
    await tab.send("Page.navigate", url=url)
    await tab.until("document.querySelectorAll('#member option').length")
    return tab


# --- the bot


@dataclass
class Bot:
    """A bot that answers as its table says, by plain HTTP."""

    local: LocalDiscord
    http: aiohttp.ClientSession
    may_finish: asyncio.Event = field(default_factory=asyncio.Event)
    got: list[Json] = field(default_factory=list[Json])
    _tasks: set["asyncio.Task[None]"] = field(default_factory=set["asyncio.Task[None]"])

    async def call(self, method: str, path: str, body: object) -> Any:  # the API's JSON
        headers = {"Authorization": f"Bot {self.local.token}"}
        async with self.http.request(method, self.local.base_url + path, json=body, headers=headers) as answer:
            assert answer.status < 300, await answer.text()
            return await answer.json() if answer.status == 200 else None

    def hear(self, event: LocalEvent) -> None:
        if event.kind is LocalEventKind.INTERACTION and event.data["what"] == "dispatched":
            trace = self.local.traces[-1]
            self.got.append(trace.payload["data"])
            task = asyncio.create_task(self._answer(trace))
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)

    async def _answer(self, trace: Trace) -> None:
        match trace.command or trace.custom_id:
            case "ping":
                await self._callback(trace, 4, {"content": f"Pong! **{EVIL}**", "components": BUTTONS})
            case "slow":
                await self._callback(trace, 5, {})
                await self.may_finish.wait()
                path = f"/webhooks/{self.local.application_id}/{trace.token}/messages/@original"
                await self.call("PATCH", path, {"content": "At last"})
            case "secret":
                await self._callback(trace, 4, {"content": "For your eyes", "flags": 64})
            case "more":
                await self._callback(trace, 7, {"content": "Pressed", "components": []})
            case "ask":
                await self._callback(trace, 9, FORM)
            case "order" | "form":
                await self._callback(trace, 4, {"content": "Noted"})
            case _:
                pass

    async def _callback(self, trace: Trace, kind: int, data: Mapping[str, object]) -> None:
        await self.call("POST", f"/interactions/{trace.id}/{trace.token}/callback", {"type": kind, "data": data})


# --- the tests run on the machine's clock: a browser lives in real time


@dataclass
class Scene:
    """A local Discord with its page, a bot, and a tab of the browser that shows the page."""

    local: LocalDiscord
    bot: Bot
    tab: Tab


@pytest.fixture(scope="module")
def devtools() -> Iterator[tuple[asyncio.Runner, str]]:
    """Chromium, for all tests of this file, and the loop that they run on."""
    with asyncio.Runner() as runner, tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as profile:
        process, address = runner.run(_launch(profile))
        yield runner, address
        process.kill()
        runner.run(process.wait())


async def _launch(profile: str) -> tuple[asyncio.subprocess.Process, str]:
    quiet = ("--headless", "--no-sandbox", "--disable-gpu", "--disable-background-networking", "--no-first-run")
    process = await asyncio.create_subprocess_exec(
        CHROMIUM,
        *quiet,
        "--remote-debugging-port=0",
        f"--user-data-dir={profile}",
        stdout=asyncio.subprocess.DEVNULL,
        stderr=asyncio.subprocess.PIPE,
    )
    assert process.stderr is not None, "asked for a pipe"
    async with asyncio.timeout(PATIENCE_S):
        async for line in process.stderr:
            if line.startswith(b"DevTools listening on "):
                return process, line.split()[-1].decode()
    raise AssertionError("Chromium ended at once")


@pytest.fixture
def play(devtools: tuple[asyncio.Runner, str]) -> Callable[[Callable[[Scene], Awaitable[None]]], None]:
    """Play a scene from beginning to end; afterwards no request went elsewhere and the browser had no complaint."""
    runner, address = devtools

    async def whole(act: Callable[[Scene], Awaitable[None]]) -> None:
        local = LocalDiscord(clock=RealClock())
        page = Page(local)
        await local.start()
        try:
            async with aiohttp.ClientSession() as http, http.ws_connect(address, max_msg_size=0) as socket:
                bot = Bot(local, http)
                await bot.call("PUT", f"/applications/{local.application_id}/commands", COMMANDS)
                local.subscribe(bot.hear)
                tab = await open_tab(socket, page.url)
                await act(Scene(local, bot, tab))
                assert await tab.value("document.title") == "Lifecycle Runner — local server"
                await tab.send("Page.close")
        finally:
            await local.stop()
        assert [url for url in tab.requests if not url.startswith((page.url, "data:"))] == []
        assert tab.complaints == []

    return lambda act: runner.run(whole(act))


Play = Callable[[Callable[[Scene], Awaitable[None]]], None]


def test_a_command_is_found_by_typing_chosen_by_keyboard_and_answered(play: Play) -> None:
    async def act(scene: Scene) -> None:
        tab = scene.tab
        await tab.write("/p")
        listed = "[...document.querySelectorAll('#commands li')].map((each) => each.innerText)"
        assert await tab.value(listed) == [
            "/ping Check that the bot is alive",
            "/purge Delete messages",
        ]
        await tab.press("ArrowDown")
        active = "document.querySelector('#' + document.querySelector('#line').getAttribute('aria-activedescendant'))"
        assert (await tab.value(f"{active}.innerText")).startswith("/purge")
        await tab.press("Escape")
        assert await tab.value("document.querySelector('#commands').hidden")
        await tab.run("ping")
        await tab.sees("Pong! <img src=x onerror=")
        await tab.until(
            "document.querySelector('.timeline p')?.innerText.match(/acknowledged after .* finished after/)"
        )
        assert await tab.value("document.querySelectorAll('#feed img, #feed script').length") == 0
        assert await tab.value("document.querySelector('#feed strong + .badge').innerText") == "bot"

    play(act)


def test_the_options_are_held_to_their_bounds_and_sent_with_their_types(play: Play) -> None:
    async def act(scene: Scene) -> None:
        tab = scene.tab
        await tab.write("/order")
        await tab.press("Enter")
        await tab.until("document.activeElement.name === 'count'")
        await tab.send("Input.insertText", text="10")
        await tab.press("Enter")
        assert await tab.value("document.activeElement.validity.rangeOverflow")
        await tab.value("document.activeElement.value = '9'")
        await tab.value("document.querySelector('[name=kind]').selectedIndex = 1")
        await tab.value("document.querySelector('[name=whom]').selectedIndex = 2")
        await tab.value("document.querySelector('[name=gift]').selectedIndex = 2")
        await tab.press("Enter")
        await tab.sees("Noted")
        sent = {option["name"]: option["value"] for option in scene.bot.got[0]["options"]}
        mo = next(user for user in scene.local.world.users.values() if user.username == "mo")
        assert sent == {"count": 9, "kind": "t", "whom": str(mo.id), "gift": False}

    play(act)


def test_an_option_that_is_left_empty_is_not_sent(play: Play) -> None:
    async def act(scene: Scene) -> None:
        tab = scene.tab
        await tab.write("/order")
        await tab.press("Enter")
        await tab.until("document.activeElement.name === 'count'")
        await tab.send("Input.insertText", text="1")
        await tab.press("Enter")
        await tab.sees("Noted")
        assert [option["name"] for option in scene.bot.got[0]["options"]] == ["count"]

    play(act)


def test_a_deferred_answer_thinks_and_then_changes_in_its_place(play: Play) -> None:
    async def act(scene: Scene) -> None:
        tab = scene.tab
        await tab.run("slow")
        await tab.sees("Keeper is thinking…")
        place = await tab.value("document.querySelector('.thinking').closest('li').dataset.id")
        await tab.until("document.querySelector('.timeline p').innerText.includes('not finished yet')")
        scene.bot.may_finish.set()
        await tab.sees("At last")
        assert await tab.value(f"document.querySelector('[data-id=\"{place}\"] .text').innerText") == "At last"
        assert await tab.value("document.querySelectorAll('.thinking, #feed > li').length") == 1

    play(act)


def test_a_command_that_nobody_answers_fails_before_the_eyes(play: Play) -> None:
    async def act(scene: Scene) -> None:
        await scene.tab.run("silent")
        await scene.tab.sees("The application did not respond")
        await scene.tab.sees("not acknowledged within 3 s · failed")

    play(act)


def test_an_ephemeral_answer_is_there_for_its_owner_alone(play: Play) -> None:
    async def act(scene: Scene) -> None:
        tab = scene.tab
        await tab.run("secret")
        await tab.sees("Only you can see this")
        await tab.be("Mo")
        await tab.until("!document.body.innerText.includes('For your eyes')")
        await tab.be("Olive")
        await tab.sees("For your eyes")

    play(act)


def test_a_command_that_a_member_may_not_use_is_not_offered(play: Play) -> None:
    async def act(scene: Scene) -> None:
        await scene.tab.be("Robin")
        await scene.tab.write("/pu")
        await scene.tab.sees("No command fits.")

    play(act)


def test_a_button_is_pressed_and_the_message_changes(play: Play) -> None:
    async def act(scene: Scene) -> None:
        tab = scene.tab
        await tab.run("ping")
        await tab.until("document.querySelector('[data-custom-id=more]')")
        assert await tab.value("document.querySelector('[data-custom-id=never]').disabled")
        await tab.value("document.querySelector('[data-custom-id=more]').click()")
        await tab.sees("Pressed")
        assert await tab.value("document.querySelectorAll('#feed .button').length") == 0
        assert scene.bot.got[-1]["custom_id"] == "more"

    play(act)


def test_a_form_is_shown_filled_in_and_submitted(play: Play) -> None:
    async def act(scene: Scene) -> None:
        tab = scene.tab
        await tab.run("ask")
        await tab.until("document.querySelector('dialog[open] [name=wish]')")
        await tab.value("document.querySelector('[name=wish]').focus()")
        await tab.send("Input.insertText", text="Tea")
        await tab.press("Enter")
        await tab.sees("Noted")
        await tab.until("!document.querySelector('dialog').open")
        assert scene.bot.got[-1]["components"][0]["component"]["value"] == "Tea"

    play(act)


def test_a_refusal_is_a_notice_and_what_was_written_stays(play: Play) -> None:
    async def act(scene: Scene) -> None:
        await scene.tab.write("x" * 2001)
        await scene.tab.press("Enter")
        await scene.tab.until("document.querySelector('#notice:not([hidden])')?.innerText.includes('2000')")
        assert await scene.tab.value("document.querySelector('#line').value.length") == 2001

    play(act)


def test_what_a_bot_sends_to_a_channel_is_shown_there(play: Play) -> None:
    async def act(scene: Scene) -> None:
        tab, world = scene.tab, scene.local.world
        support = next(channel for channel in world.channels.values() if channel.name == "support")
        await scene.bot.call("POST", f"/channels/{support.id}/messages", {"content": "Hello, helpers"})
        await tab.run("silent")
        await tab.sees("Olive used /silent")
        await tab.write("Hello, all")
        await tab.press("Enter")
        await tab.sees("Hello, all")
        assert "Hello, helpers" not in await tab.value("document.body.innerText")
        await tab.value("document.querySelectorAll('#channels button')[1].click()")
        await tab.sees("Hello, helpers")
        shown = await tab.value("document.body.innerText")
        assert "Hello, all" not in shown
        assert "used /silent" not in shown

    play(act)


MARKDOWN = {
    "plain": ("2 * 3 * 4, snake_case_name", "2 * 3 * 4, snake_case_name"),
    "bold": ("**a**", "<strong>a</strong>"),
    "italic": ("*a* _b_", "<em>a</em> <em>b</em>"),
    "bold italic": ("***a***", "<strong><em>a</em></strong>"),
    "underline": ("__a__", "<u>a</u>"),
    "strike": ("~~a~~", "<s>a</s>"),
    "code keeps its marks": ("`**a**`", "<code>**a**</code>"),
    "code with a backtick": ("``a`b``", "<code>a`b</code>"),
    "code block": ("a\n```py\n**b**\n```\nc", "a\n<pre><code>**b**\n</code></pre>c"),
    "unfinished marks": ("**a `b ||c", "**a `b ||c"),
    "escaped": (r"\*a\*", "*a*"),
    "quote": ("> **a**\n> b\nc", "<blockquote><strong>a</strong>\nb</blockquote>c"),
    "quote to the end": ("a\n>>> b\nc", "a<blockquote>b\nc</blockquote>"),
    "member": ("<@7> <@!7>", '<span class="mention">@Ann</span> <span class="mention">@Ann</span>'),
    "role": ("<@&8>", '<span class="mention">@Crew</span>'),
    "channel": ("<#9>", '<span class="mention">#deck</span>'),
    "command": ("</ping:1>", '<span class="mention">/ping</span>'),
    "emoji": ("<:wave:1>", ":wave:"),
    "instant that no calendar has": ("<t:9999999999999:R>", "&lt;t:9999999999999:R&gt;"),
    "markup": ("<b>a</b>", "&lt;b&gt;a&lt;/b&gt;"),
    "script address": ("[a](javascript:alert)", "[a](javascript:alert)"),
}

DRAW = """import(document.baseURI + 'markdown.js').then(({ markdown }) => {
  const names = { nameOfPerson: () => 'Ann', nameOfRole: () => 'Crew', nameOfChannel: () => '#deck' };
  return Object.entries(TEXTS).map(([name, [text]]) => {
    const box = document.createElement('div');
    box.append(markdown(text, names));
    return [name, box.innerHTML];
  });
})"""


def test_markdown_becomes_nodes(play: Play) -> None:
    async def act(scene: Scene) -> None:
        drawn = await scene.tab.value(DRAW.replace("TEXTS", json.dumps(MARKDOWN)))
        assert dict(drawn) == {name: html for name, (_, html) in MARKDOWN.items()}

    play(act)


def test_a_link_tells_the_other_side_nothing_and_a_relative_instant_has_an_exact_title(play: Play) -> None:
    async def act(scene: Scene) -> None:
        await scene.tab.write("[shop](https://example.org/a) https://example.org/b. <t:0:R>")
        await scene.tab.press("Enter")
        await scene.tab.until("document.querySelector('#feed time[title]')")
        links = "[...document.querySelectorAll('#feed a')].map((each) => [each.innerText, each.href, each.rel])"
        rel = "noreferrer noopener"
        assert await scene.tab.value(links) == [
            ["shop", "https://example.org/a", rel],
            ["https://example.org/b", "https://example.org/b", rel],
        ]
        assert "1970" in await scene.tab.value("document.querySelector('#feed time[title]').title")

    play(act)


MEASURE = """import(document.baseURI + 'markdown.js').then(({ markdown }) => {
  const depthOf = (node) => 1 + Math.max(0, ...[...node.childNodes].map(depthOf));
  return depthOf(markdown(TEXT, {}));
})"""


def test_no_address_but_one_of_the_web_becomes_a_link(play: Play) -> None:
    async def act(scene: Scene) -> None:
        refused = [
            "javascript:alert(1)",
            " JavaScript:alert(1)",
            "data:text/html,a",
            "file:///etc/passwd",
            "//a.example",
            "",
        ]
        script = (
            "import(document.baseURI + 'dom.js').then(({ link }) => ADDRESSES.map((each) => link(each, 'a').outerHTML))"
        )
        assert await scene.tab.value(script.replace("ADDRESSES", json.dumps(refused))) == ["<span>a</span>"] * len(
            refused
        )

    play(act)


@pytest.mark.parametrize("text", ["**" * 3000, "[" * 6000, "||**__" * 1000, "*a " * 2000, "```" * 2000, "> " * 3000])
def test_a_hostile_text_is_drawn_within_bounds(play: Play, text: str) -> None:
    async def act(scene: Scene) -> None:
        depth = await scene.tab.value(MEASURE.replace("TEXT", json.dumps(text)))
        assert depth < 30

    play(act)
