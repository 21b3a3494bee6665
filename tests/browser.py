"""Headless Chromium, driven over its DevTools protocol: what tests of the page look through."""

import asyncio
import json
import shutil
from base64 import b64decode
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import aiohttp

PATIENCE_S = 60.0
"""How long anything may take on a busy machine."""

NAMES: Sequence[str] = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
CHROMIUM = next((found for name in NAMES if (found := shutil.which(name))), None)
"""The browser, None where there is none."""

OUTLINE = (Path(__file__).parent / "outline.js").read_text(encoding="utf-8")

WHY_NOT = f"there is no browser to drive: none of {', '.join(NAMES)} is installed"

Json = dict[str, Any]  # JSON of the DevTools protocol and of Discord's API

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

    async def outline(self) -> str:
        """Return what the page consists of: what assistive technology reads, a line for each part, without times."""
        return str(await self.value(OUTLINE))

    async def picture(self) -> bytes:
        """Return a picture of the page, as PNG."""
        return b64decode((await self.send("Page.captureScreenshot", format="png"))["data"])


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


async def launch(profile: str) -> tuple[asyncio.subprocess.Process, str]:
    quiet = ("--headless", "--no-sandbox", "--disable-gpu", "--disable-background-networking", "--no-first-run")
    """Start the browser with a profile of its own; returns the process and the address of its DevTools."""
    assert CHROMIUM is not None, WHY_NOT
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
