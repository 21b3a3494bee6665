"""What probes read of a running bot, over HTTP: whether it lives, whether it is ready, and which part is why not."""

import asyncio
import json
import logging
import re
import sys
from collections.abc import AsyncIterator, Iterator
from contextlib import nullcontext
from pathlib import Path
from typing import Any, cast

import aiohttp
import pytest
import sqlalchemy as sa
import yaml

from runner.emulator.clock import VirtualClock, elapse
from runner.emulator.server import LocalDiscord
from runner.engine.probing import PROBE_EVERY_S
from runner.health import LOOPBACK, Address, Health, parse
from runner.logs import Log
from runner.readiness import Readiness
from runner.store.database import Database
from runner.store.errors import StoreCorrupt, StoreFailed, StoreFull
from runner.store.place import SqlitePlace
from runner.store.tables import REGISTRATIONS, STATE
from tests.conftest import Lines, StartBot, compiled
from tests.troubles import Trouble, damaged, full, locked, own_disk, pages_lost, read_only

PING = "commands: {ping: {description: d, reply: Pong!}}"
KEEPS = """
state: {note: {scope: user, type: string}}
commands:
  keep: {description: d, steps: [{set: {state: note, to: x}}, {reply: Kept}]}
"""

Body = dict[str, Any]  # JSON


class Probe:
    """Asks as Kubernetes would, and reads the log of what is asked."""

    def __init__(self, readiness: Readiness, url: str, log: Lines, http: aiohttp.ClientSession) -> None:
        self.readiness = readiness
        self.url = url
        self.log = log
        self._http = http

    async def get(self, path: str) -> tuple[int, Body]:
        """Ask, and return the status and the body."""
        async with self._http.get(self.url + path) as answer:
            assert answer.headers["Cache-Control"] == "no-store"
            return answer.status, json.loads(await answer.text())

    async def ready(self) -> int:
        """Return the status of /readyz."""
        return (await self.get("/readyz"))[0]

    async def not_ready(self) -> list[str]:
        """Return what each part says that is not in order."""
        status, body = await self.get("/readyz")
        assert (status == 200, body["state"] == "ready") == (body["ready"], body["ready"])
        return [f"{name}: {part['state']}" for name, part in body["parts"].items() if not part["ready"]]

    def said(self) -> list[str]:
        """Return the events that were logged of it."""
        return [str(record.msg) for record in self.log.records]


@pytest.fixture
async def probe(bot: StartBot) -> AsyncIterator[Probe]:
    """Something that asks how the bot is that is given its `readiness`."""
    del bot  # its loop is the one on which time jumps, and it ends after this
    log = Lines()
    logger = logging.getLogger(f"health.{id(log)}")
    logger.setLevel(logging.DEBUG)
    logger.propagate = False
    logger.addHandler(log)
    readiness = Readiness(Log(logger.name))
    health = Health(readiness, Address(LOOPBACK, 0))
    await health.start()
    async with aiohttp.ClientSession() as http:
        yield Probe(readiness, health.url, log, http)
    await health.stop()


@pytest.fixture
def disk(tmp_path: Path, trouble: Trouble) -> Iterator[None]:
    """Give the test's store a disk of its own, if that is to become full."""
    with own_disk(tmp_path / ".lifecycle") if trouble is full else nullcontext():
        yield


@pytest.fixture
async def local(bot: StartBot) -> AsyncIterator[LocalDiscord]:
    """A local Discord of the test's own."""
    del bot
    made = LocalDiscord(clock=VirtualClock(asyncio.get_running_loop()))
    await made.start()
    yield made
    await made.stop()


async def settled(probe: Probe, *, is_ready: bool) -> None:
    """Let time pass until the bot is ready, or isn't any more; at most a minute."""
    for _ in range(60):
        if probe.readiness.is_ready is is_ready:
            return
        await elapse(1)
    raise AssertionError(await probe.get("/readyz"))


# --- from the start to the end


async def test_it_lives_from_the_start_and_is_ready_when_discord_delivers_and_has_the_commands(
    bot: StartBot, probe: Probe, local: LocalDiscord
) -> None:
    local.faults.next("/gateway/bot", delay_s=5)
    local.faults.next("PUT /applications", delay_s=5)
    starting = asyncio.ensure_future(bot(KEEPS, local=local, readiness=probe.readiness))
    await elapse(2)
    assert await probe.get("/livez") == (200, {"live": True})
    assert await probe.not_ready() == [
        "gateway: not connected yet",
        "store: not opened yet",
        "commands: not registered yet",
    ]
    await elapse(5)
    assert (await probe.get("/livez"), await probe.not_ready()) == (
        (200, {"live": True}),
        ["commands: not registered yet"],
    )
    await starting
    await elapse(1)
    assert await probe.get("/readyz") == (
        200,
        {
            "ready": True,
            "state": "ready",
            "parts": {
                "gateway": {"ready": True, "state": "connected"},
                "store": {"ready": True, "state": "written"},
                "commands": {"ready": True, "state": "registered"},
                "config": {"ready": True, "generation": 1, "last_reload": "fine"},
            },
        },
    )
    assert probe.said() == ["ready"]


async def test_before_a_bot_is_begun_it_is_not_ready(probe: Probe) -> None:
    assert await probe.ready() == 503


async def test_a_bot_that_keeps_nothing_is_ready_without_a_store(bot: StartBot, probe: Probe) -> None:
    made = await bot(PING, readiness=probe.readiness)
    status, body = await probe.get("/readyz")
    assert (status, body["parts"]["store"]) == (200, {"ready": True, "state": "not used"})
    await elapse(3 * PROBE_EVERY_S)
    assert not (made.directory / ".lifecycle").exists()


async def test_a_bot_that_stops_is_not_ready_while_what_is_under_way_ends(bot: StartBot, probe: Probe) -> None:
    made = await bot("commands: {it: {description: d, steps: [{wait: 5s}, {reply: x}]}}", readiness=probe.readiness)
    made.command("it")
    await elapse(1)
    made.stopping.set_result(None)
    await elapse(1)
    status, body = await probe.get("/readyz")
    assert (status, body["state"], await probe.get("/livez")) == (503, "stopping", (200, {"live": True}))
    await made.stop()
    assert probe.said() == ["ready", "not ready"]
    assert probe.log.of("not ready") == [{"part": "process", "reason": "stopping"}]


async def test_a_bot_that_is_started_again_is_ready_again(bot: StartBot, probe: Probe) -> None:
    made = await bot(PING, readiness=probe.readiness)
    await made.stop()
    assert await probe.ready() == 503
    await bot(PING, local=made.local, readiness=probe.readiness)
    assert (await probe.ready(), probe.said()) == (200, ["ready", "not ready", "ready"])


# --- the store


@pytest.mark.usefixtures("disk")
@pytest.mark.parametrize(
    ("trouble", "words"),
    [
        pytest.param(locked, "the store can't be reached", id="locked"),
        pytest.param(full, "the store is full", id="full"),
        pytest.param(read_only, "the store can't be written", id="read only"),
        pytest.param(damaged, "the store is damaged", id="damaged"),
    ],
)
async def test_a_store_in_trouble_makes_it_not_ready_though_nobody_uses_it_until_the_trouble_is_over(
    bot: StartBot, probe: Probe, trouble: Trouble, words: str
) -> None:
    made = await bot(KEEPS, readiness=probe.readiness)
    await made.ran("keep")
    await elapse(1)
    store = made.directory / ".lifecycle/state.db"
    with trouble(store):
        await settled(probe, is_ready=False)
        assert await probe.not_ready() == [f"store: {words}"]
        assert str(made.directory) not in str(await probe.get("/readyz"))
        (line,) = probe.log.of("not ready")
        assert (line["part"], line["reason"].startswith(f"{words} (sqlite:{store}): ")) == ("store", True)
        await elapse(3 * PROBE_EVERY_S)
        assert await probe.ready() == 503
    await settled(probe, is_ready=True)
    assert (await probe.ready(), probe.said()) == (200, ["ready", "not ready", "ready"])


async def test_what_a_handler_meets_is_told_at_once(bot: StartBot, probe: Probe) -> None:
    made = await bot(KEEPS, readiness=probe.readiness)
    await made.ran("keep")
    await elapse(0.5)
    with read_only(made.directory / ".lifecycle/state.db"):
        await made.ran("keep")
        assert await probe.not_ready() == ["store: the store can't be written"]


@pytest.mark.usefixtures("bot")
async def test_damage_is_over_only_when_the_whole_file_is_sound(virtual_clock: VirtualClock, tmp_path: Path) -> None:
    """Writing goes on elsewhere in the file, so that alone says nothing."""
    async with Database(SqlitePlace(tmp_path / "state.db"), now=virtual_clock.now) as database:
        with pages_lost(tmp_path / "state.db"):
            await database.probe()
            with pytest.raises(StoreCorrupt):
                await database.read(lambda tx: tx.rows(sa.select(REGISTRATIONS)))
            with pytest.raises(StoreCorrupt):
                await database.probe()
        await database.probe()


@pytest.mark.usefixtures("bot")
async def test_damage_that_a_read_finds_is_told(virtual_clock: VirtualClock, tmp_path: Path) -> None:
    told = list[StoreFailed | None]()
    async with Database(SqlitePlace(tmp_path / "state.db"), now=virtual_clock.now) as database:
        database.tell_of_faults(told.append)
        await database.read(lambda tx: tx.rows(sa.select(STATE)))
        assert told == []
        with damaged(tmp_path / "state.db"), pytest.raises(StoreCorrupt):
            await database.read(lambda tx: tx.rows(sa.select(STATE)))
        assert [type(each) for each in told] == [StoreCorrupt]


async def test_a_store_that_only_a_later_program_needs_is_looked_after_from_then_on(
    bot: StartBot, probe: Probe
) -> None:
    made = await bot(PING, readiness=probe.readiness)
    (made.directory / ".lifecycle").touch()  # where the store's folder should be
    made.engine.swap(compiled(KEEPS))
    await settled(probe, is_ready=False)
    assert await probe.not_ready() == ["store: the store can't be reached"]
    (made.directory / ".lifecycle").unlink()
    await settled(probe, is_ready=True)


# --- the gateway


async def test_without_its_connection_it_is_not_ready_until_the_session_is_resumed(bot: StartBot, probe: Probe) -> None:
    made = await bot(PING, readiness=probe.readiness)
    made.local.close_gateway(1000)
    await elapse(0.001)
    assert await probe.not_ready() == ["gateway: not connected to Discord"]
    assert (await probe.get("/livez"))[0] == 200
    await settled(probe, is_ready=True)
    assert "op 6" in [entry.method for entry in made.local.wire]
    assert (await probe.ready(), probe.said()) == (200, ["ready", "not ready", "ready"])


async def test_a_new_session_makes_it_ready_as_a_resumed_one_does(bot: StartBot, probe: Probe) -> None:
    made = await bot(PING, readiness=probe.readiness)
    made.local.invalidate(resumable=False)
    await elapse(10)
    assert [entry.method for entry in made.local.wire].count("op 2") == 2
    assert (await probe.ready(), probe.said()) == (200, ["ready", "not ready", "ready"])


# --- the commands


async def test_commands_that_the_network_kept_from_being_registered_are_tried_again(
    bot: StartBot, probe: Probe, local: LocalDiscord
) -> None:
    local.faults.next("PUT /applications", status=500, times=5)
    await bot(PING, local=local, readiness=probe.readiness)
    await elapse(10)
    assert await probe.not_ready() == ["commands: not registered"]
    await settled(probe, is_ready=True)


async def test_commands_that_discord_will_not_have_at_all_keep_it_from_being_ready(
    bot: StartBot, probe: Probe, local: LocalDiscord
) -> None:
    local.faults.next("PUT /applications", status=403, code=50001)
    await bot(PING, local=local, readiness=probe.readiness)
    await elapse(60)
    assert (await probe.not_ready(), probe.said()) == (["commands: not registered"], [])


def test_one_command_that_discord_refuses_is_told_and_takes_nothing_down() -> None:
    readiness = Readiness()
    readiness.begin(1, needs_store=False)
    readiness.gateway(True)
    readiness.commands({}, refused=1)
    assert readiness.is_ready
    assert cast(Body, readiness.report()["parts"])["commands"] == {"ready": True, "state": "registered, 1 refused"}


# --- where


@pytest.mark.parametrize(
    ("text", "host", "port"),
    [
        ("8080", "127.0.0.1", 8080),
        ("0.0.0.0:8080", "0.0.0.0", 8080),
        ("localhost:0", "localhost", 0),
        ("[::]:65535", "::", 65535),
        ("[::1]:1", "::1", 1),
    ],
)
def test_an_address_is_a_port_of_this_machine_alone_or_a_host_and_a_port(text: str, host: str, port: int) -> None:
    assert parse(text) == Address(host, port)


@pytest.mark.parametrize(
    "text", ["", "x", ":8080", "127.0.0.1", "127.0.0.1:", "::1:80", "[127.0.0.1]:80", "65536", "-1", "٣"]
)
def test_what_is_no_address_is_refused_with_what_one_looks_like(text: str) -> None:
    with pytest.raises(ValueError, match=r"8080, 0\.0\.0\.0:8080, \[::\]:8080"):
        parse(text)


def test_an_address_is_shown_as_a_url() -> None:
    assert (Address("::1", 80).url, Address("127.0.0.1", 80).url) == ("http://[::1]:80", "http://127.0.0.1:80")


# --- what the documentation says


DOCUMENT = (Path(__file__).parent.parent / "docs/health.md").read_text()


def shown(language: str) -> str:
    """Return the first block of the documentation in a language."""
    found = re.search(rf"^```{language}\n(.*?)^```", DOCUMENT, re.DOTALL | re.MULTILINE)
    assert found is not None
    return found[1]


def test_what_a_probe_reads_is_what_the_documentation_shows() -> None:
    readiness = Readiness()
    readiness.begin(1, needs_store=True)
    readiness.gateway(True)
    readiness.store(StoreFull("sqlite:state.db", "database or disk is full"))
    readiness.commands({}, refused=0)
    assert readiness.report() == json.loads(shown("json"))


async def test_dockers_and_kubernetes_lines_ask_what_is_answered() -> None:
    readiness = Readiness()
    health = Health(readiness, Address(LOOPBACK, 0))
    await health.start()
    container = yaml.safe_load(shown("yml"))["spec"]["template"]["spec"]["containers"][0]
    assert parse(container["command"][-1]) == Address("0.0.0.0", container["ports"][0]["containerPort"])
    paths = [container[probe]["httpGet"]["path"] for probe in ("livenessProbe", "readinessProbe")]
    async with aiohttp.ClientSession() as http:
        statuses = [(await http.get(health.url + path)).status for path in paths]
    (code,) = re.findall(r'CMD \["python", "-c", "(.*)"\]', shown("dockerfile"))
    asks = [sys.executable, "-c", code.replace("http://127.0.0.1:8080", health.url)]
    codes = list[int]()
    for is_ready in (False, True):
        readiness.begin(1, needs_store=False)
        readiness.gateway(is_ready)
        readiness.commands({}, refused=0)
        asking = await asyncio.create_subprocess_exec(*asks, stderr=asyncio.subprocess.DEVNULL)
        codes.append(await asking.wait())
    await health.stop()
    assert (statuses, codes) == ([200, 503], [1, 0])
