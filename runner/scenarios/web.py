"""The other servers of a scenario: they answer as its events say, and nothing is ever sent to a real one."""

import asyncio
import json
from collections.abc import Mapping
from dataclasses import field
from typing import Final

from runner.actions.action import FailureKind, StepFailed
from runner.data import dataclass
from runner.outside import CALL_S, Hosts, HttpAnswer, HttpCall
from runner.scenarios.document import WebAnswer
from runner.web import ensure_allowed

CALLS_MAX: Final = 1000
"""How many calls are kept of those that were made since something happened last: the newest."""


@dataclass(slots=True)
class ScriptedWeb:
    """Other servers by their addresses, and what they have been asked."""

    answers: dict[str, WebAnswer] = field(default_factory=dict[str, WebAnswer])
    calls: list[HttpCall] = field(default_factory=list[HttpCall])

    async def call(self, asked: HttpCall, hosts: Hosts) -> HttpAnswer:
        """Return what the scenario says. Raises `StepFailed` where the config does not allow it, or nothing comes."""
        import yarl  # with aiohttp: what few bots use

        try:
            url = yarl.URL(asked.url)
            ensure_allowed(url, hosts)
        except ValueError:
            raise StepFailed("this is no address of a web server", kind=FailureKind.INVALID) from None
        self.calls = [*self.calls[-CALLS_MAX + 1 :], asked]
        answer = self.answers.get(asked.url) or self.answers.get(asked.url.partition("?")[0])
        if answer is None or answer.down:
            raise StepFailed(f"{url.host} can't be reached", kind=FailureKind.UNREACHABLE)
        if answer.takes > CALL_S:
            await asyncio.sleep(CALL_S)
            raise StepFailed(f"{url.host} did not answer in time", kind=FailureKind.TIMEOUT)
        await asyncio.sleep(answer.takes)
        return HttpAnswer(answer.status, _headers(answer), _body(answer))


def _headers(answer: WebAnswer) -> Mapping[str, str]:
    kind = "application/json" if answer.json is not None else "text/plain; charset=utf-8"
    return {"content-type": kind, **{name.lower(): value for name, value in answer.headers.items()}}


def _body(answer: WebAnswer) -> bytes:
    text = json.dumps(answer.json) if answer.json is not None else answer.text or ""
    return text.encode()
