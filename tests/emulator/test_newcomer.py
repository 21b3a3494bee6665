"""A newcomer's path through a bot that just runs: from its start to a filled form, a refusal, a secret, a timeout.

Pictures of each stop are kept in `build/screenshots`; what the page consists of there is compared with the files in
`outlines`, which `REGENERATE=1` writes anew.
"""

import asyncio
import os
import re
import signal
import sys
from collections.abc import Awaitable, Callable
from pathlib import Path

import aiohttp
import pytest

from tests.browser import CHROMIUM, PATIENCE_S, WHY_NOT, Tab, open_tab

pytestmark = pytest.mark.skipif(CHROMIUM is None, reason=WHY_NOT)

ROOT = Path(__file__).parents[2]
OUTLINES = Path(__file__).parent / "outlines"
SCREENSHOTS = ROOT / "build" / "screenshots"
BOT = """
version: 1
state: {wishes: {scope: member, type: integer, default: 0}}
commands:
  hello: {description: Say hello, reply: "Hello {{ user.display_name }}!"}
  wish: {description: Make a wish, steps: [{modal: wish}]}
  staff:
    description: For staff
    visible_to: []
    permissions: {member: [manage_messages], denied: Only staff can do this.}
    reply: Welcome
  secret: {description: Tell a secret, reply: {content: The lamp is broken, ephemeral: true}}
  stuck:
    description: Take too long
    timeout: 1s
    steps: [{wait: "{{ '30s' }}"}]
    on_timeout: [{reply: {content: That took too long., ephemeral: true}}]
modals:
  wish:
    title: Your wish
    fields: {what: {label: What}}
    steps:
      - increment: {state: wishes}
      - reply: "{{ user.display_name }} wishes: {{ fields.what }}"
"""


async def started(folder: Path) -> tuple[asyncio.subprocess.Process, str]:
    """Start the bot without a token; returns the process and the page's address, as its line says."""
    (folder / "bot.yaml").write_text(BOT)
    environment = {name: value for name, value in os.environ.items() if not name.startswith("DISCORD_")}
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "runner", "bot.yaml"),
        cwd=folder,
        env={**environment, "PYTHONPATH": str(ROOT)},
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.DEVNULL,
    )
    assert process.stdout is not None
    async with asyncio.timeout(PATIENCE_S):
        line = (await process.stdout.readline()).decode()
    page = re.search(r"page (\S+),", line)
    assert page is not None, line
    return process, page[1]


async def walked(folder: Path, devtools: str, walk: Callable[[Tab], Awaitable[None]]) -> list[str]:
    """Start the bot, open its page and walk; returns what was asked of other machines."""
    process, page = await started(folder)
    try:
        async with aiohttp.ClientSession() as http, http.ws_connect(devtools, max_msg_size=0) as socket:
            tab = await open_tab(socket, page)
            await walk(tab)
            await tab.send("Page.close")
    finally:
        process.send_signal(signal.SIGTERM)
        await process.wait()
    assert tab.complaints == []
    origin = page.removesuffix("local/")
    return [url for url in tab.requests if not url.startswith((origin, "data:"))]


def keep(name: str, picture: bytes) -> None:
    """Keep a picture."""
    SCREENSHOTS.mkdir(parents=True, exist_ok=True)
    (SCREENSHOTS / f"{name}.png").write_bytes(picture)


async def stop(tab: Tab, name: str) -> None:
    """Keep a picture of where one is, and hold what the page consists of against what it should."""
    await tab.until("!/not finished yet|under way/.test(document.body.innerText)")
    keep(name, await tab.picture())
    outline = await tab.outline()
    assert outline == expected(name, outline)


def expected(name: str, seen: str) -> str:
    """Return what the page should consist of; what is `seen`, if that is to be written down anew."""
    file = OUTLINES / f"{name}.txt"
    if os.environ.get("REGENERATE"):
        OUTLINES.mkdir(exist_ok=True)
        file.write_text(seen, encoding="utf-8")
    return file.read_text(encoding="utf-8")


async def path(tab: Tab) -> None:
    """Walk it."""
    await tab.send("Emulation.setDeviceMetricsOverride", width=1400, height=900, deviceScaleFactor=1, mobile=False)
    await tab.sees("Bot connected")
    await tab.be("Robin")
    await stop(tab, "start")
    await tab.run("hello")
    await tab.sees("Hello Robin!")
    await tab.run("wish")
    await tab.until("document.querySelector('dialog[open] [name=what]')")
    await tab.value("document.querySelector('[name=what]').focus()")
    await tab.send("Input.insertText", text="a lamp")
    await stop(tab, "form")
    await tab.press("Enter")
    await tab.sees("Robin wishes: a lamp")
    await tab.run("staff")
    await tab.sees("Only staff can do this.")
    await tab.run("secret")
    await tab.sees("Only you can see this")
    await tab.run("stuck")
    await tab.sees("That took too long.")
    await stop(tab, "feed")
    await tab.value("document.querySelector('#show-inspector').click()")
    await tab.until("document.querySelectorAll('.lane').length === 6")
    await tab.until("document.querySelector('.lane').innerText.includes('timeout')")
    await tab.value("for (const each of document.querySelectorAll('.lane details')) each.open = true")
    await tab.until("document.querySelector('.lane .step')?.innerText.includes('bot.yaml:16')")
    await tab.until("document.querySelector('.kept td + td')?.textContent === '1'")
    await stop(tab, "inspector")


def test_a_newcomer_finds_the_way(tmp_path: Path, devtools: tuple[asyncio.Runner, str]) -> None:
    runner, address = devtools
    assert runner.run(walked(tmp_path, address, path)) == []


async def on_a_phone(tab: Tab) -> None:
    """Look at the page on a small screen, and in the dark."""
    await tab.send("Emulation.setDeviceMetricsOverride", width=390, height=844, deviceScaleFactor=2, mobile=True)
    await tab.send("Emulation.setEmulatedMedia", features=[{"name": "prefers-color-scheme", "value": "dark"}])
    await tab.sees("Bot connected")
    await tab.run("hello")
    await tab.sees("Hello Olive!")
    for side in ("members", "inspector"):
        await tab.value(f"document.querySelector('#show-{side}').click()")
        keep(f"phone-{side}", await tab.picture())
        assert await tab.value("document.documentElement.scrollWidth <= innerWidth")
        assert not await tab.value("document.querySelector('main').offsetParent")
        await tab.value(f"document.querySelector('#show-{side}').click()")
    keep("phone", await tab.picture())
    assert await tab.value("document.documentElement.scrollWidth <= innerWidth")
    ink, page = [await tab.value(f"getComputedStyle(document.body).{name}") for name in ("color", "backgroundColor")]
    assert brightness(ink) > 3 * brightness(page)


def brightness(colour: str) -> int:
    """Return how bright a colour is, as CSS computes it."""
    return sum(int(part) for part in re.findall(r"\d+", colour)[:3])


def test_the_page_fits_a_phone_and_the_dark(tmp_path: Path, devtools: tuple[asyncio.Runner, str]) -> None:
    runner, address = devtools
    assert runner.run(walked(tmp_path, address, on_a_phone)) == []
