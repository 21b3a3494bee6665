"""The page in a real browser, on the machine's own clock."""

import asyncio
import json
from base64 import b64decode
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from io import BytesIO
from typing import Any

import aiohttp
import pytest

from runner.emulator.clock import RealClock
from runner.emulator.journal import LocalEvent, LocalEventKind
from runner.emulator.page import Page
from runner.emulator.server import LocalDiscord
from runner.emulator.trace import Trace
from runner.lifecycle.limits import InteractionType
from tests.browser import CHROMIUM, WHY_NOT, Json, Tab, open_tab
from tests.openapi import faults_of

DOT = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mP8z8BQDwAEhQGAhKmMIQAAAABJRU5ErkJggg=="
EVIL = '<img src=x onerror="document.title = `owned`"> <script>document.title = "owned"</script>'

pytestmark = pytest.mark.skipif(CHROMIUM is None, reason=WHY_NOT)

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
    {
        "name": "tag",
        "description": "Show a tag",
        "options": [
            {"name": "name", "type": 3, "description": "Which", "required": True, "autocomplete": True},
            {"name": "file", "type": 11, "description": "A picture"},
        ],
    },
    {"name": "Report", "type": 3},
    {"name": "Greet", "type": 2},
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
            case "order" | "form" | "Report" | "Greet":
                await self._callback(trace, 4, {"content": "Noted"})
            case "tag" if trace.type is InteractionType.APPLICATION_COMMAND_AUTOCOMPLETE:
                typed = next(option["value"] for option in trace.payload["data"]["options"] if "focused" in option)
                await self._callback(trace, 8, {"choices": [{"name": f"{typed}pha", "value": "a"}]})
            case "tag":
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
        own = (page.url, page.url.removesuffix("local/") + "attachments/", "data:")
        assert [url for url in tab.requests if not url.startswith(own)] == []
        assert tab.complaints == []
        assert [str(fault) for fault in faults_of(local.wire)] == []

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


def test_what_the_bot_suggests_is_chosen_by_its_name_and_sent_as_its_value(play: Play) -> None:
    async def act(scene: Scene) -> None:
        tab = scene.tab
        await tab.write("/tag")
        await tab.press("Enter")
        await tab.until("document.activeElement.name === 'name'")
        await tab.send("Input.insertText", text="al")
        await tab.until("document.querySelector('datalist option')?.value === 'alpha'")
        await tab.value("document.querySelector('[name=name]').value = 'alpha'")
        await tab.press("Enter")
        await tab.sees("Noted")
        assert [option["value"] for option in scene.bot.got[-1]["options"]] == ["a"]

    play(act)


CHOOSE_FILE = """{ const files = new DataTransfer();
  files.items.add(new File([Uint8Array.from(atob(DATA), (each) => each.charCodeAt(0))], 'dot.png'));
  document.querySelector('[type=file]').files = files.files; }"""


def test_a_file_is_sent_with_the_command_and_resolved(play: Play) -> None:
    async def act(scene: Scene) -> None:
        tab = scene.tab
        await tab.write("/tag")
        await tab.press("Enter")
        await tab.until("document.activeElement.name === 'name'")
        await tab.send("Input.insertText", text="x")
        await tab.value(CHOOSE_FILE.replace("DATA", json.dumps(DOT)))
        await tab.press("Enter")
        await tab.sees("Noted")
        [resolved] = [data["resolved"] for data in scene.bot.got if "resolved" in data]  # the others are suggestions
        [file] = resolved["attachments"].values()
        assert (file["filename"], file["content_type"], file["size"]) == ("dot.png", "image/png", len(b64decode(DOT)))
        async with scene.bot.http.get(file["url"]) as answer:
            assert await answer.read() == b64decode(DOT)

    play(act)


def test_a_picture_of_this_server_is_shown_and_one_of_another_is_named(play: Play) -> None:
    async def act(scene: Scene) -> None:
        tab, local = scene.tab, scene.local
        general = next(channel.id for channel in local.world.channels.values() if channel.name == "general")
        form = aiohttp.FormData(
            {"payload_json": json.dumps({"embeds": [{"image": {"url": "https://example.org/x.png"}}]})}
        )
        form.add_field("files[0]", BytesIO(b64decode(DOT)), filename="dot.png")
        headers = {"Authorization": f"Bot {local.token}"}
        url = f"{local.base_url}/channels/{general}/messages"
        async with scene.bot.http.post(url, data=form, headers=headers) as answer:
            assert answer.status == 200
        await tab.until("document.querySelector('#feed img')")
        assert await tab.value("document.querySelector('#feed img').decode().then(() => true)")
        await tab.sees("Picture: https://example.org/x.png")
        assert await tab.value("document.querySelectorAll('#feed img').length") == 1

    play(act)


def test_a_message_is_answered_reacted_to_and_has_the_commands_of_its_menu(play: Play) -> None:
    async def act(scene: Scene) -> None:
        tab = scene.tab
        await tab.write("Hello")
        await tab.press("Enter")
        await tab.until("document.querySelector('#feed .menu')")
        entry = "[...document.querySelectorAll('#feed .menu button')].find((each) => each.innerText === NAME)"
        for name, then in {"👍": "👍 1", "Reply": "In reply to: Hello", "Report": "Noted"}.items():
            await tab.value("document.querySelector('#feed .menu').open = true")
            await tab.until(f"{entry.replace('NAME', json.dumps(name))}")
            await tab.value(f"{entry.replace('NAME', json.dumps(name))}.click()")
            await tab.sees(then)
        await tab.value("document.querySelector('.reaction[aria-pressed=true]').click()")
        await tab.until("!document.querySelector('.reaction')")
        await tab.write("Yes")
        await tab.press("Enter")
        await tab.until("document.querySelector('#feed li:last-child .origin')?.innerText === 'In reply to: Hello'")
        [message] = scene.bot.got[-1]["resolved"]["messages"].values()
        assert message["content"] == "Hello"

    play(act)


def test_a_member_has_a_menu_with_commands(play: Play) -> None:
    async def act(scene: Scene) -> None:
        tab = scene.tab
        await tab.value("document.querySelector('#show-members').click()")
        await tab.value("document.querySelector('#members .menu').open = true")
        await tab.until("document.querySelector('#members .menu button')")
        await tab.value("document.querySelector('#members .menu button').click()")
        await tab.sees("Noted")
        assert "target_id" in scene.bot.got[-1]

    play(act)


def test_a_poll_takes_a_vote_and_gives_it_back(play: Play) -> None:
    async def act(scene: Scene) -> None:
        tab = scene.tab
        general = next(channel.id for channel in scene.local.world.channels.values() if channel.name == "general")
        answers = [{"poll_media": {"text": text}} for text in ("Tea", "Coffee")]
        poll = {"question": {"text": "What?"}, "answers": answers, "duration": 1}
        await scene.bot.call("POST", f"/channels/{general}/messages", {"poll": poll})
        for pressed in ("true", "false"):
            await tab.until("document.querySelector('[data-answer]')")
            await tab.value("document.querySelector('[data-answer]').click()")
            await tab.until(f"document.querySelector('[data-answer]').getAttribute('aria-pressed') === '{pressed}'")

    play(act)


def test_the_inspector_shows_a_lane_and_its_buttons_break_things(play: Play) -> None:
    async def act(scene: Scene) -> None:
        tab = scene.tab
        await tab.value("document.querySelector('#show-inspector').click()")
        await tab.until("document.querySelector('#inspector [data-way]')")
        await tab.run("slow")
        await tab.until("document.querySelector('.lane')?.innerText.includes('/slow by Olive')")
        await tab.value("document.querySelector('.lane details').open = true")
        await tab.value(
            "[...document.querySelectorAll('.lane button')].find((each) => each.innerText.startsWith('Expire')).click()"
        )
        await tab.until("document.querySelector('.lane').innerText.includes('did not respond')")
        await tab.value("document.querySelector('#inspector .part').open = true")
        for way, says in {"500": "1 calls are going to fail", "clear": "0 calls are going to fail"}.items():
            await tab.value(f"document.querySelector('[data-way=\"{way}\"]').click()")
            await tab.sees(says)

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
