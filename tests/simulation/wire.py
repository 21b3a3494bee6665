"""What lies between the engine and Discord, and fails: seeded faults on every call, and a record of whom they hit."""

import asyncio
import math
from bisect import bisect
from dataclasses import dataclass, field, fields
from itertools import accumulate
from random import Random
from typing import Any, Final

from runner.engine.answers import Answer, Method, NotSent, OutcomeUnknown
from runner.rest import RestRefused

from .discord import Case, Discord, limited

ROUND_TRIP_MAX_S: Final = 0.12
"""The longest that a call takes when nothing is wrong."""

OUTAGE_LEARN_S: Final = 0.3
"""How long connecting takes at most until it is known to be impossible."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Rates:
    """How often what goes wrong. The first group are shares of the calls, the second happen so often a minute.

    `lost…` leaves the caller without an answer, `error…` with a 5xx; `…after` means that Discord has acted on the call.
    """

    not_sent: float = 0.02
    lost_before: float = 0.02
    lost_after: float = 0.02
    error_before: float = 0.01
    error_after: float = 0.01
    limited: float = 0.01
    slow: float = 0.03
    rest_fails: float = 0.1
    late_event: float = 0.05
    duplicate: float = 0.03
    rival: float = 0.002

    outages: float = 0.5
    disconnects: float = 0.5
    restarts: float = 0.3
    drains: float = 0.3
    swaps: float = 3.0
    stalls: float = 2.0
    clock_steps: float = 0.5

    def scaled(self, factor: float) -> "Rates":
        """Return rates that are all higher by a factor; no share gets beyond one half of the calls together."""
        scaled = {item.name: getattr(self, item.name) * factor for item in fields(self)}
        total = sum(scaled[name] for name in CALL_FAULTS)
        if total > CALL_FAULTS_MAX:
            scaled |= {name: scaled[name] * CALL_FAULTS_MAX / total for name in CALL_FAULTS}
        return Rates(**scaled)


CALL_FAULTS: Final = ("not_sent", "lost_before", "lost_after", "error_before", "error_after", "limited", "slow")
CALL_FAULTS_MAX: Final = 0.5


@dataclass(slots=True)
class Suffered:
    """What the network has done to one interaction. `spans` are instants between which a fault kept its caller busy.

    `was_cut` is whether the engine itself has given up a call that was on its way, at a deadline or a step's timeout.
    """

    spans: list[tuple[float, float]] = field(default_factory=list[tuple[float, float]])
    calls: list[tuple[float, str, str]] = field(default_factory=list[tuple[float, str, str]])
    was_cut: bool = False


class Wire:
    """Takes the engine's calls to Discord, some of them. Shared by all processes of a run, one after another."""

    def __init__(self, discord: Discord, rates: Rates, random: Random) -> None:
        self.discord = discord
        self.suffered: dict[str, Suffered] = {}
        self.outages: list[tuple[float, float]] = []
        self._loop = asyncio.get_running_loop()
        self._random = random
        self._rates = rates
        self._bounds = list(accumulate(getattr(rates, name) for name in CALL_FAULTS))

    def of(self, case: Case) -> Suffered:
        """Return what a case has suffered so far."""
        return self.suffered.setdefault(case.id, Suffered())

    async def request(self, method: Method, path: str, body: bytes | None, deadline: float) -> Answer:
        """Make one attempt, as `Answers.request` promises it."""
        now = self._loop.time()
        if deadline <= now:
            raise NotSent("the deadline had passed")
        case = self.discord.case_at(path)
        fault = self._fault(now) or ("limited again" if now < case.limited_until else "")
        self.of(case).calls.append((now, method + path.partition("?")[0][-9:], fault))
        try:
            if not fault:
                return await self._delivered(case, method, path, body, deadline)
            return await self._failing(case, fault, method, path, body, deadline)
        except asyncio.CancelledError:
            self.of(case).was_cut = True
            case.note(self._loop.time(), "call given up by the engine")  # the dying are cancelled in no fixed order
            raise

    def _fault(self, now: float) -> str:
        if any(start <= now < end for start, end in self.outages):
            return "outage"
        place = bisect(self._bounds, self._random.random())
        return CALL_FAULTS[place] if place < len(CALL_FAULTS) else ""

    async def _delivered(self, case: Case, method: Method, path: str, body: bytes | None, deadline: float) -> Answer:
        arrives = self._loop.time() + self._random.uniform(0.01, ROUND_TRIP_MAX_S)
        future: asyncio.Future[Answer] = self._loop.create_future()
        self._loop.call_at(arrives, self._arrive, method, path, body, arrives, future)
        if arrives > deadline:
            self.of(case).was_cut = True
            return await self._cut(future, deadline)
        return await future

    async def _failing(
        self, case: Case, fault: str, method: Method, path: str, body: bytes | None, deadline: float
    ) -> Answer:
        suffered, started = self.of(case), self._loop.time()
        held_until = math.inf
        self.discord.note(case, started, f"call hit by {fault}")
        try:
            answer = await self._fail(case, fault, method, path, body, deadline)
            if answer.status == 429:
                held_until = self._loop.time() + (answer.retry_after_s or 0.0)
                case.limited_until = held_until
            return answer
        finally:
            ended = self._loop.time()
            suffered.spans.append((started, ended if held_until == math.inf else held_until))

    async def _fail(
        self, case: Case, fault: str, method: Method, path: str, body: bytes | None, deadline: float
    ) -> Answer:
        draw = self._random
        match fault:
            case "not_sent" | "outage":
                await self._sleep_until(min(deadline, self._loop.time() + draw.uniform(0.0, OUTAGE_LEARN_S)))
                raise NotSent("connecting failed")
            case "lost_before":
                await self._sleep_until(min(deadline, self._loop.time() + draw.choice((0.05, 0.5, 10.0))))
                raise OutcomeUnknown("the connection was cut")
            case "lost_after" | "slow":
                arrives = self._loop.time() + draw.uniform(0.01, 0.2 if fault == "lost_after" else 4.0)
                self._loop.call_at(arrives, self._arrive, method, path, body, arrives, None)
                await self._sleep_until(min(deadline, arrives + draw.choice((0.01, 0.4, 10.0))))
                raise OutcomeUnknown("the connection was cut")
            case "limited again":
                await self._sleep_until(min(deadline, self._loop.time() + 0.05))
                return limited(max(0.05, case.limited_until - self._loop.time()))
            case "limited":
                await self._sleep_until(min(deadline, self._loop.time() + 0.05))
                return limited(draw.choice((0.05, 0.3, 1.0, 4.0)))
            case _:
                return await self._server_error(fault, method, path, body, deadline)

    async def _server_error(self, fault: str, method: Method, path: str, body: bytes | None, deadline: float) -> Answer:
        arrives = self._loop.time() + self._random.uniform(0.01, 0.4)
        if fault == "error_after":
            self._loop.call_at(arrives, self._arrive, method, path, body, arrives, None)
        await self._sleep_until(min(deadline, arrives))
        if arrives > deadline:
            raise OutcomeUnknown("no answer by the deadline")
        return Answer(self._random.choice((500, 502, 503, 504)), b"<html>upstream</html>", b"HTTP/1.1 502 Bad Gateway")

    def _arrive(
        self, method: Method, path: str, body: bytes | None, at: float, future: asyncio.Future[Answer] | None
    ) -> None:
        answer = self.discord.take(method, path, body, at)
        if future is not None and not future.done():
            future.set_result(answer)

    async def _cut(self, future: asyncio.Future[Answer], deadline: float) -> Answer:
        await self._sleep_until(deadline)
        if future.done():  # it came in the very turn of the loop in which the deadline did
            return future.result()
        raise OutcomeUnknown("no answer by the deadline")

    async def _sleep_until(self, when: float) -> None:
        await asyncio.sleep(max(0.0, when - self._loop.time()))

    async def rest(self, path: str) -> Any:  # Any: Discord's JSON
        """Post a message with the bot's own token, as `Rest.request` promises it."""
        draw = self._random
        if draw.random() >= self._rates.rest_fails:
            await asyncio.sleep(draw.uniform(0.05, 0.4))
            return {"id": "400000000000000001", "path": path}
        match draw.randrange(4):
            case 0:
                await asyncio.sleep(0.1)
                raise RestRefused(403, 50013, "Missing Permissions")
            case 1:
                await asyncio.sleep(draw.uniform(1.0, 8.0))
                raise RestRefused(503, 0, "upstream error at https://discord.com/api/v10/channels")
            case 2:
                await asyncio.sleep(draw.uniform(5.0, 90.0))
                return {"id": "400000000000000002", "path": path}
            case _:
                raise RestRefused(0, 0, "ClientConnectorError")
