"""Interactions whose user still looks at a spinner because Discord can't be reached: their last words are kept.

An outage that outlasts the tries for one call would leave a spinner for good. So the last sentence is tried again, less
and less often, until Discord has it or the token has died.
"""

import asyncio
from contextlib import suppress
from itertools import count
from typing import Final

from runner.actions.action import StepFailed
from runner.engine.acknowledger import Rejected
from runner.engine.live import Counts, Live, Words
from runner.engine.voices import Voice
from runner.lifecycle.machine import Event
from runner.logs import Log
from runner.messages import Message
from runner.texts import sentence

STRAGGLERS_MAX: Final = 1_000
"""How many users' last words are kept at once; those of one more are lost, and the log says so."""

FIRST_PAUSE_S: Final = 1.0
"""How long until the last words are tried again; doubles from then on."""

PAUSE_MAX_S: Final = 30.0
"""How long such a pause gets: how long an outage's end may stay unnoticed."""

HURRIED_PAUSE_S: Final = 0.5
"""How long it is while the process stops."""


class Stragglers:
    """Sees the last words of one engine's interactions through. `counts.waiting` is how many there are."""

    def __init__(self, counts: Counts, log: Log, most: int = STRAGGLERS_MAX) -> None:
        self._counts = counts
        self._most = most
        self._log = log
        self._is_hurried = asyncio.Event()

    def hurry(self) -> None:
        """Try all of them now, and often from now on: the process stops."""
        self._is_hurried.set()

    async def see_through(self, live: Live) -> None:
        """Return when the user of `live` has an end, or when there is no hope of one. Raises `Closed`."""
        if not live.acknowledger.owes_an_end:
            return
        if self._counts.waiting >= self._most:
            self._give_up(live, "too many wait already")
            return
        self._counts.waiting += 1
        self._log.warning("answer delayed", id=live.id, handler=live.name, reference=live.reference)
        try:
            await self._insist(live, live.unsaid or _neutral(live))
        except (StepFailed, TimeoutError) as failure:
            self._give_up(live, str(failure) or "Discord could not be reached until the process stopped")
        finally:
            self._counts.waiting -= 1

    async def _insist(self, live: Live, words: Words) -> None:
        """Try until it is said. Raises what the last try failed of, when the process stops or Discord refuses it."""
        if live.is_cut or not await self._said_in_time(live, words):
            async with asyncio.timeout_at(live.said_by):
                await say(live.acknowledger, words)

    async def _said_in_time(self, live: Live, words: Words) -> bool:
        """Try until it is said, less and less often; False when the process has to stop before that."""
        with suppress(TimeoutError):
            async with asyncio.timeout(None) as live.scope:
                for attempt in count():
                    await self._pause(min(FIRST_PAUSE_S * 2.0**attempt, PAUSE_MAX_S))
                    if await _is_said(live.acknowledger, words):
                        return True
        return False

    async def _pause(self, seconds: float) -> None:
        if self._is_hurried.is_set():
            await asyncio.sleep(HURRIED_PAUSE_S)
            return
        with suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                await self._is_hurried.wait()

    def _give_up(self, live: Live, reason: str) -> None:
        self._log.warning("could not tell the user", id=live.id, reference=live.reference, reason=reason)


def _neutral(live: Live) -> Words:
    return Words(sentence("failed", reference=live.reference or live.id), "", live.acknowledger.is_ephemeral)


async def _is_said(acknowledger: Voice, words: Words) -> bool:
    """Try once, and tell whether its user has an end now. Raises `Rejected` and `Closed`."""
    try:
        await say(acknowledger, words)
    except Rejected:
        raise
    except StepFailed:
        return not acknowledger.owes_an_end
    return True


async def say(acknowledger: Voice, words: Words) -> None:
    """Say a sentence, or a neutral one where Discord refuses that. Raises as `Acknowledger.respond` does."""
    try:
        await acknowledger.respond(Event.REPLY, Message(content=words.text), is_ephemeral=words.is_ephemeral)
    except Rejected:  # it came out empty, or has words that the server's AutoMod blocks
        if words.neutral in ("", words.text):
            raise
        await acknowledger.respond(Event.REPLY, Message(content=words.neutral), is_ephemeral=words.is_ephemeral)
