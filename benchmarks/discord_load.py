"""A process with a fake Discord and an open-loop load: `python -m benchmarks.discord_load`.

It prints its port, and ends when its standard input does. The measuring process drives it by `POST /control/…`:

    run     a `Load`  sends it and waits for its end                       -> `Result`
    first   {since}   waits for a gateway session and one answered /ping   -> {ready_at, answered_at}
    settle  {}        pings until an answer is quick again                 -> {settled}
    fault   {name}    one /two under the fault of that name                -> `Outcome`

Open loop: the arrivals don't wait for the answers, so a slow bot meets the same load as a quick one.
"""

import asyncio
import contextlib
import dataclasses
import json
import sys
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from benchmarks.fake_discord import FakeDiscord, Fault
from benchmarks.figures import arrivals, kinds, percentile
from benchmarks.judge import INITIAL_RESPONSE_S, Interaction
from benchmarks.payloads import as_mapping, dumps
from benchmarks.wire import Connection, Request

# After the last arrival: time for its acknowledgement, and for what comes after that.
DRAIN_S = INITIAL_RESPONSE_S + 2.0
READY_MAX_S = 30.0
SETTLE_PINGS = 20
QUICK_S = 0.1


@dataclass(frozen=True, slots=True)
class Load:
    """What to send: so many commands at a mean rate per second, in the proportions of `kinds`."""

    kinds: Mapping[str, int]
    rate: float
    count: int
    seed: int = 1
    clicks: bool = True


@dataclass(frozen=True, slots=True)
class Result:
    """What came back. Latencies are milliseconds from the dispatch to the accepted callback.

    `late_ms` is the 99th percentile of how late the load itself was: above some milliseconds, the load is the bound.
    """

    interactions: int
    p50_ms: float
    p99_ms: float
    max_ms: float
    missed: int
    unfinished: int
    doubled: int
    wrong: int
    late_ms: float


@dataclass(frozen=True, slots=True)
class Outcome:
    """What one interaction met under a fault: its acknowledgement in ms (None: missed) and its callbacks' fates."""

    ack_ms: float | None
    finished: bool
    wrong: list[str]
    callbacks: list[str]


RESPONSE_FAULTS: Mapping[str, tuple[Fault, ...]] = {
    "500 once": (Fault("status", 500),),
    "502 twice": (Fault("status", 502), Fault("status", 502)),
    "429, retry after 0.5 s": (Fault("status", 429, retry_after_s=0.5),),
    "429 without Via": (Fault("status", 429, retry_after_s=0.5, via=False),),
    "cut before it was processed": (Fault("cut-before"),),
    "cut after it was processed": (Fault("cut-after"),),
}
DELIVERY_FAULTS = ("dispatched twice", "gateway cut, then resumed", "op 7 (reconnect)")
FAULTS = ("none", *RESPONSE_FAULTS, *DELIVERY_FAULTS)


class LoadGenerator:
    """Sends interactions through the fake Discord and says what became of them."""

    def __init__(self, discord: FakeDiscord) -> None:
        """Send through `discord`."""
        self._discord = discord
        self._settled = asyncio.Event()
        self._ready = asyncio.Event()
        discord.on_settled = self._settled.set
        discord.on_ready = self._ready.set

    async def run(self, load: Load) -> Result:
        """Send the load, wait for its end or `DRAIN_S`, and return what was seen."""
        self._discord.forget()
        self._discord.clicks = load.clicks
        late = await self._send(load)
        await self._drain(DRAIN_S)
        seen = self._discord.interactions
        self._discord.forget()
        return result(seen, late)

    async def first(self, since: float) -> Mapping[str, object]:
        """Wait for a gateway session that is newer than `since`, then for the answer to a /ping.

        All instants are monotonic seconds, which the processes of one machine share.
        """
        async with asyncio.timeout(READY_MAX_S):
            while self._discord.ready_at < since:
                self._ready.clear()
                await self._ready.wait()
        ping = await self._one(lambda: self._discord.use("ping"))
        return {"ready_at": self._discord.ready_at, "answered_at": ping.acknowledged_at}

    async def settle(self) -> Mapping[str, object]:
        """Ping until an answer is quick and right again, at most `SETTLE_PINGS` times."""
        for _ in range(SETTLE_PINGS):
            ping = await self._one(lambda: self._discord.use("ping"))
            if ping.finished_at is not None and ping.finished_at - ping.sent_at < QUICK_S and not ping.wrong:
                return {"settled": True}
        return {"settled": False}

    async def fault(self, name: str) -> Outcome:
        """Send one /two under the fault of that name, one of `FAULTS`."""
        self._discord.faults.extend(RESPONSE_FAULTS.get(name, ()))
        if name == "gateway cut, then resumed":
            self._discord.gateway.cut()
        if name == "op 7 (reconnect)":
            self._discord.gateway.ask_to_reconnect()
        seen = await self._one(lambda: self._discord.use("two", times=2 if name == "dispatched twice" else 1))
        # A second answer to a second delivery comes after the first one's end.
        await asyncio.sleep(QUICK_S)
        self._discord.faults.clear()
        return Outcome(ack_ms(seen), seen.finished_at is not None, seen.wrong, seen.outcomes)

    async def _send(self, load: Load) -> list[float]:
        clock = asyncio.get_running_loop().time
        start = clock()
        late: list[float] = []
        for offset, kind in zip(
            arrivals(load.rate, load.count, load.seed), kinds(load.kinds, load.count, load.seed), strict=True
        ):
            # A load that is behind still lets the answers in.
            await asyncio.sleep(max(0.0, start + offset - clock()))
            late.append((clock() - start - offset) * 1000)
            self._discord.use(kind)
        return late

    async def _one(self, use: Callable[[], Interaction]) -> Interaction:
        self._discord.forget()
        interaction = use()
        await self._drain(INITIAL_RESPONSE_S + QUICK_S)
        return interaction

    async def _drain(self, at_most_s: float) -> None:
        """Wait until nothing is owed any more, or the time is up: the result says what is still owed."""
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(at_most_s):
                while self._discord.owed:
                    self._settled.clear()
                    await self._settled.wait()


def ack_ms(interaction: Interaction) -> float | None:
    """Return the milliseconds to the accepted callback, or None if there was none."""
    if interaction.acknowledged_at is None:
        return None
    return (interaction.acknowledged_at - interaction.sent_at) * 1000


def result(seen: list[Interaction], late: list[float]) -> Result:
    """Sum up what became of the interactions."""
    acks = [ms for interaction in seen if (ms := ack_ms(interaction)) is not None]
    return Result(
        interactions=len(seen),
        p50_ms=percentile(acks, 0.50),
        p99_ms=percentile(acks, 0.99),
        max_ms=max(acks, default=0.0),
        missed=len(seen) - len(acks),
        unfinished=sum(one.finished_at is None for one in seen),
        doubled=sum(len(one.outcomes) > 1 for one in seen),
        wrong=sum(bool(one.wrong) for one in seen),
        late_ms=percentile(late, 0.99),
    )


class Control:
    """The `/control/` routes: each runs as a task and answers when it is done."""

    def __init__(self, tasks: asyncio.TaskGroup) -> None:
        """Run in `tasks`."""
        self._tasks = tasks
        self._generator: LoadGenerator | None = None

    def drive(self, generator: LoadGenerator) -> None:
        """Learn what to drive."""
        self._generator = generator

    def handle(self, connection: Connection, request: Request) -> None:
        """Begin what the request asks for."""
        self._tasks.create_task(self._answer(connection, request))

    async def _answer(self, connection: Connection, request: Request) -> None:
        body = as_mapping(json.loads(request.body or b"{}"))
        try:
            answer = await self._do(request.target.rpartition("/")[2], body)
        except Exception as error:  # The measuring process must learn of it; this process serves on.
            connection.answer(500, dumps({"error": repr(error)}))
        else:
            connection.answer(200, dumps(answer))

    async def _do(self, verb: str, body: Mapping[str, object]) -> object:
        assert self._generator is not None
        match verb:
            case "run":
                # The measuring process sends the fields of a `Load`, checked there.
                return dataclasses.asdict(await self._generator.run(Load(**body)))  # type: ignore[arg-type]
            case "first":
                return await self._generator.first(float(str(body["since"])))
            case "settle":
                return await self._generator.settle()
            case "fault":
                return dataclasses.asdict(await self._generator.fault(str(body["name"])))
            case _:
                raise LookupError(verb)


async def serve() -> None:
    """Serve on a free loopback port until standard input ends."""
    loop = asyncio.get_running_loop()
    async with asyncio.TaskGroup() as tasks:
        control = Control(tasks)
        discord = FakeDiscord(
            now=time.monotonic,
            wall=time.time,
            later=loop.call_later,
            control=control.handle,
            warn=lambda text: print(text, file=sys.stderr),
        )
        control.drive(LoadGenerator(discord))
        server = await loop.create_server(lambda: Connection(discord, time.time), "127.0.0.1", 0, backlog=4096)
        port: int = server.sockets[0].getsockname()[1]
        discord.at(port)
        print(port, flush=True)
        await loop.run_in_executor(None, sys.stdin.read)
        server.close()


if __name__ == "__main__":
    asyncio.run(serve())
