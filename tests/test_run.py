"""`lifecycle-runner` as an operator starts it: a process of its own, real time, a local Discord on the other side."""

import asyncio
import json
import os
import re
import signal
import sys
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any

import aiohttp
import pytest

from runner.emulator.clock import RealClock
from runner.emulator.server import LocalDiscord
from runner.emulator.trace import Trace
from runner.run import Door
from tests.openapi import faults_of

BOT = """
version: 1
commands:
  fast: {description: d, reply: "Hi {{ user.name }}"}
  slow: {description: d, steps: [{wait: 5s}, {reply: done}]}
  boom: {description: d, steps: [{reply: "{{ 1 / (0 * now) }}"}]}
  hang: {description: d, timeout: 4s, steps: [{wait: "{{ 600 }}"}, {reply: never}]}
  perm: {description: d, visible_to: [], permissions: {member: [manage_messages]}, reply: secret}
"""
HARBOUR = Path(__file__).parent.parent / "examples" / "worlds" / "harbour.yaml"
ENDS_S = 40.0
"""How long a process may take to end: the drain's ten seconds and a busy machine."""


@dataclass
class Process:
    """A running `lifecycle-runner`. Its output is all that it has written so far."""

    process: asyncio.subprocess.Process
    out: bytes = b""
    err: bytes = b""
    readers: list["asyncio.Task[None]"] = field(default_factory=list["asyncio.Task[None]"])
    has_line: asyncio.Event = field(default_factory=asyncio.Event)
    has_logged: asyncio.Event = field(default_factory=asyncio.Event)

    def __post_init__(self) -> None:
        self.readers = [asyncio.create_task(self._read_out()), asyncio.create_task(self._read_err())]

    async def _read_out(self) -> None:
        assert self.process.stdout is not None
        while line := await self.process.stdout.readline():
            self.out += line
            self.has_line.set()

    async def _read_err(self) -> None:
        assert self.process.stderr is not None
        while line := await self.process.stderr.readline():
            self.err += line
            self.has_logged.set()

    async def serves(self) -> str:
        """Wait for the line that says so."""
        async with asyncio.timeout(ENDS_S):
            await self.has_line.wait()
        return self.out.decode().splitlines()[0]

    async def has_said(self, text: bytes) -> None:
        """Wait until the log has `text`."""
        async with asyncio.timeout(ENDS_S):
            while text not in self.err:
                self.has_logged.clear()
                await self.has_logged.wait()

    async def ended(self) -> int:
        """Wait for its end, and return the exit code."""
        async with asyncio.timeout(ENDS_S):
            await self.process.wait()
            await asyncio.gather(*self.readers)
        assert self.process.returncode is not None
        return self.process.returncode


Start = Callable[..., Awaitable[Process]]


@pytest.fixture
async def local() -> AsyncIterator[LocalDiscord]:
    """A local Discord in real time."""
    server = LocalDiscord(clock=RealClock())
    await server.start()
    yield server
    await server.stop()
    assert [str(fault) for fault in faults_of(server.wire)] == []


@pytest.fixture
async def start(tmp_path: Path) -> AsyncIterator[Start]:
    """Start processes: `await start(yaml, local)`. Those that still run at the end are killed."""
    processes: list[Process] = []

    async def started(text: str, local: LocalDiscord | None, *arguments: str, **environment: str) -> Process:
        (tmp_path / "bot.yaml").write_text(text)
        given = {"DISCORD_TOKEN": local.token, "DISCORD_API_URL": local.base_url} if local else {}
        inherited = {name: value for name, value in os.environ.items() if not name.startswith("DISCORD_")}
        process = await asyncio.create_subprocess_exec(
            sys.executable,
            "-m",
            "runner",
            *arguments,
            "bot.yaml",
            cwd=tmp_path,
            env={**inherited, "PYTHONPATH": str(Path(__file__).parent.parent), **given, **environment},
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE,
            # What runs in a shell's background ignores Ctrl-C, and its children begin so.
            preexec_fn=partial(signal.signal, signal.SIGINT, signal.SIG_DFL),
        )
        processes.append(Process(process))
        return processes[-1]

    yield started
    for process in processes:
        with suppress(ProcessLookupError):
            process.process.kill()
        await process.ended()


def contents(trace: Trace) -> list[str]:
    """Return what the user of an interaction reads in the end."""
    return [message.content for message in trace.messages if not message.deleted]


async def test_every_interaction_is_acknowledged_once_in_time_and_finished(start: Start, local: LocalDiscord) -> None:
    bot = await start(BOT, local)
    assert await bot.serves() == "serving 5 commands, generation 1"
    names = ("fast", "slow", "boom", "hang", "perm")
    traces = {name: local.command(user="Robin", channel="general", name=name) for name in names}
    assert all([await trace.finished(10) for trace in traces.values()])
    for trace in traces.values():
        assert trace.acknowledgements == 1
        assert trace.acknowledged_at is not None
        assert trace.acknowledged_at - trace.dispatched_at < 3
        calls = [entry for entry in local.wire if entry.interaction_id == trace.id and entry.kind == "http"]
        assert [entry.status for entry in calls if entry.route.endswith("/callback")] == [204]
    assert contents(traces["fast"]) == ["Hi robin"]
    assert contents(traces["slow"]) == ["done"]
    assert contents(traces["boom"])[0].startswith("Something went wrong (`")
    assert contents(traces["hang"])[0].startswith("This took too long, so I stopped (`")
    assert contents(traces["perm"]) == ["You need **Manage Messages** here."]
    bot.process.send_signal(signal.SIGINT)
    assert await bot.ended() == 0
    assert bot.out.decode().splitlines() == ["serving 5 commands, generation 1"]
    assert bot.err.count(b" info interaction ") == 5
    assert local.token.encode() not in bot.out + bot.err
    assert b"Traceback" not in bot.out
    assert b" warning step failed reference=" in bot.err


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM], ids=["Ctrl-C", "SIGTERM"])
async def test_a_signal_lets_what_is_under_way_end_and_exits_with_0(
    start: Start, local: LocalDiscord, number: signal.Signals
) -> None:
    bot = await start(BOT.replace("5s", "1s"), local)
    await bot.serves()
    trace = local.command(user="Robin", channel="general", name="slow")
    await trace.acknowledged(3)
    bot.process.send_signal(number)
    assert await bot.ended() == 0
    assert contents(trace) == ["done"]
    assert b" info stopping live=1 lag_max_ms=" in bot.err
    assert not local.is_connected


async def test_a_second_ctrl_c_does_not_wait(start: Start, local: LocalDiscord) -> None:
    bot = await start(BOT, local)
    await bot.serves()
    trace = local.command(user="Robin", channel="general", name="slow")
    await trace.acknowledged(3)
    bot.process.send_signal(signal.SIGINT)
    await bot.has_said(b" info stopping ")
    started = asyncio.get_running_loop().time()
    bot.process.send_signal(signal.SIGINT)
    assert await bot.ended() == 130
    assert asyncio.get_running_loop().time() - started < 3
    assert b"Traceback" not in bot.err


async def test_commands_are_registered_at_the_first_start_and_only_then(start: Start, local: LocalDiscord) -> None:
    for _ in range(2):
        bot = await start(BOT, local)
        await bot.serves()
        bot.process.send_signal(signal.SIGINT)
        assert await bot.ended() == 0
    calls = [entry.method for entry in local.wire if entry.route.endswith("/commands") and "guilds" not in entry.route]
    assert calls == ["GET", "PUT", "GET"]


async def test_a_registration_that_discord_refuses_is_reported_and_the_bot_serves(
    start: Start, local: LocalDiscord
) -> None:
    local.faults.next("PUT /applications", status=400, code=50035)
    bot = await start(BOT, local)
    await bot.serves()
    await bot.has_said(b" error commands not registered scope=global reason=")
    assert local.is_connected


async def test_the_log_can_be_json(start: Start, local: LocalDiscord) -> None:
    bot = await start(BOT, local, "--log-format", "json")
    await bot.serves()
    bot.process.send_signal(signal.SIGINT)
    await bot.ended()
    events = [json.loads(line)["event"] for line in bot.err.splitlines()]
    assert events == ["commands registered", "stopping"]


@pytest.mark.parametrize(("level", "is_heard"), [("debug", True), ("info", False)])
async def test_discord_py_is_heard_only_when_the_operator_debugs(
    start: Start, local: LocalDiscord, level: str, is_heard: bool
) -> None:
    bot = await start(BOT, local, "--log-level", level)
    await bot.serves()
    bot.process.send_signal(signal.SIGINT)
    await bot.ended()
    assert (b"logger=discord." in bot.err) is is_heard
    assert local.token.encode() not in bot.err


# --- a plan


@pytest.mark.parametrize("form", [("plan",), ("plan", "--format", "json")], ids=["text", "json"])
async def test_a_plan_shows_what_a_start_would_register_and_changes_nothing(
    start: Start, local: LocalDiscord, form: tuple[str, ...]
) -> None:
    planned = await start(BOT, local, *form)
    assert await planned.ended() == 0
    shown = planned.out.decode()
    if "json" in form:
        assert json.loads(shown)["scopes"][0]["create"] == ["/fast", "/slow", "/boom", "/hang", "/perm"]
    else:
        assert shown.splitlines()[0] == "everywhere: 5 to create, 0 as they are"
    assert planned.err == b""
    assert {entry.method for entry in local.wire} == {"GET"}


async def test_a_plan_of_a_config_with_a_fault_exits_with_1(start: Start, local: LocalDiscord) -> None:
    planned = await start(BOT.replace("reply: secret", "rply: secret"), local, "plan")
    assert await planned.ended() == 1
    assert list(local.wire) == []


async def test_a_plan_needs_a_token(start: Start) -> None:
    planned = await start(BOT, None, "plan")
    assert await planned.ended() == 2
    assert planned.err == b"lifecycle-runner: a plan is against what Discord has, so it needs DISCORD_TOKEN\n"


async def test_a_plan_that_discord_does_not_answer_exits_with_3(start: Start, local: LocalDiscord) -> None:
    local.faults.next("commands", status=403, code=50001)
    assert await (await start(BOT, local, "plan")).ended() == 3
    refused = await start(BOT, local, "plan", DISCORD_TOKEN=WRONG)
    assert await refused.ended() == 3
    assert WRONG.encode() not in refused.err


# --- what goes wrong


async def test_a_config_with_a_fault_exits_with_1_and_says_where(start: Start, local: LocalDiscord) -> None:
    bot = await start(BOT.replace("description: d, reply", "descripton: d, reply"), local)
    assert await bot.ended() == 1
    assert b"bot.yaml:4:10: error[unknown-key]" in bot.err
    assert bot.out == b""
    assert list(local.wire) == []


WRONG = "MTIzNDU2Nzg5MDEyMzQ1Njc4.GabcdE.abcdefghijklmnopqrstuvwxyz0123456789AB"


async def test_a_refused_token_exits_with_3_in_one_sentence_without_the_token(
    start: Start, local: LocalDiscord
) -> None:
    bot = await start(BOT, local, DISCORD_TOKEN=WRONG)
    assert await bot.ended() == 3
    assert len(bot.err.splitlines()) == 1
    assert b"Discord refused the bot's token" in bot.err
    assert WRONG.encode() not in bot.err
    assert bot.out == b""


async def test_a_discord_that_is_not_there_exits_with_3_in_one_sentence(start: Start) -> None:
    bot = await start(BOT, None, DISCORD_TOKEN=WRONG, DISCORD_API_URL="http://127.0.0.1:1/api/v10")
    assert await bot.ended() == 3
    assert len(bot.err.splitlines()) == 1
    assert bot.err.startswith(b"lifecycle-runner: Discord can't be reached: http://127.0.0.1:1/api/v10 (")
    assert WRONG.encode() not in bot.err


async def test_a_session_that_discord_ends_for_good_exits_with_3(start: Start, local: LocalDiscord) -> None:
    bot = await start(BOT, local)
    await bot.serves()
    local.close_gateway(4004)
    assert await bot.ended() == 3
    assert b"Traceback" not in bot.err
    assert b"Discord refused the bot's token" in bot.err.splitlines()[-1]


async def test_an_address_that_is_none_exits_with_2(start: Start) -> None:
    bot = await start(BOT, None, DISCORD_TOKEN=WRONG, DISCORD_API_URL="discord")
    assert await bot.ended() == 2
    assert bot.err == b"lifecycle-runner: DISCORD_API_URL: the base URL must look like https://host[:port][/path]\n"


async def test_a_slash_at_the_end_of_the_address_does_no_harm(start: Start, local: LocalDiscord) -> None:
    bot = await start(BOT, local, DISCORD_API_URL=local.base_url + "/")
    await bot.serves()
    trace = local.command(user="Robin", channel="general", name="fast")
    assert await trace.finished(5)


async def test_a_port_that_is_taken_exits_with_2(start: Start, local: LocalDiscord) -> None:
    bot = await start(BOT, None, "--port", str(local.port))
    assert await bot.ended() == 2
    assert bot.err.startswith(f"lifecycle-runner: the local Discord can't listen on port {local.port}: ".encode())
    assert len(bot.err.splitlines()) == 1


async def test_the_local_discord_begins_with_the_world_of_a_file(start: Start) -> None:
    bot = await start(BOT, None, "--world", str(HARBOUR))
    address = re.search(r"page (\S+),", await bot.serves())
    assert address is not None
    async with aiohttp.ClientSession() as http:
        written = {"user": "Sammy", "channel": "staff", "content": "Is the quay clear?"}
        async with http.post(f"{address[1]}messages", json=written) as answer:
            assert answer.status == 202, await answer.text()
        async with http.post(f"{address[1]}messages", json=written | {"user": "Robin"}) as answer:
            assert answer.status == 422, "Robin sees no staff channel"


async def test_a_signal_during_the_login_ends_it(start: Start) -> None:
    was_asked = asyncio.Event()

    async def never_answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        was_asked.set()
        await reader.read()
        writer.close()
        await writer.wait_closed()

    server = await asyncio.start_server(never_answer, "127.0.0.1", 0)
    async with server:
        port = server.sockets[0].getsockname()[1]
        bot = await start(BOT, None, DISCORD_TOKEN=WRONG, DISCORD_API_URL=f"http://127.0.0.1:{port}")
        await was_asked.wait()
        bot.process.send_signal(signal.SIGTERM)
        assert await bot.ended() == 0
    assert bot.err == b""


# --- probes


async def asked(bot: Process, path: str) -> tuple[int, dict[str, Any]]:
    """Ask a process that was started with `--health` how it is."""
    await bot.has_said(b" info probes are answered at=")
    found = re.search(r"probes are answered at=(http://127\.0\.0\.1:\d+)", bot.err.decode())
    assert found is not None, "nobody but this machine may ask"
    async with aiohttp.ClientSession() as http, http.get(found[1] + path) as answer:
        return answer.status, json.loads(await answer.text())


async def test_probes_learn_whether_it_is_ready_and_a_refused_reload_leaves_it_so(
    start: Start, local: LocalDiscord, tmp_path: Path
) -> None:
    local.faults.next("/gateway/bot", delay_s=2)
    bot = await start(BOT, local, "--health", "0")
    assert await asked(bot, "/livez") == (200, {"live": True})
    assert (await asked(bot, "/readyz"))[0] == 503
    await bot.serves()
    await bot.has_said(b" info ready")
    assert (await asked(bot, "/readyz"))[0] == 200
    (tmp_path / "bot.yaml").write_text(BOT.replace("reply: secret", "rply: secret"))
    await bot.has_said(b"reload refused")
    status, body = await asked(bot, "/readyz")
    assert (status, body["parts"]["config"]) == (200, {"ready": True, "generation": 1, "last_reload": "refused"})
    (tmp_path / "bot.yaml").write_text(BOT.replace("reply: secret", "reply: secret then"))
    await bot.has_said(b" reloaded ")
    status, body = await asked(bot, "/readyz")
    assert (status, body["parts"]["config"]) == (200, {"ready": True, "generation": 2, "last_reload": "fine"})
    trace = local.command(user="Robin", channel="general", name="slow")
    await trace.acknowledged(3)
    bot.process.send_signal(signal.SIGTERM)
    await bot.has_said(b"not ready part=process reason=stopping")
    status, body = await asked(bot, "/readyz")
    assert (status, body["state"]) == (503, "stopping")
    assert await bot.ended() == 0
    assert local.token not in json.dumps(body)


async def test_nobody_answers_probes_unless_it_is_told_to(start: Start, local: LocalDiscord) -> None:
    bot = await start(BOT, local)
    await bot.serves()
    bot.process.send_signal(signal.SIGTERM)
    assert await bot.ended() == 0
    assert (b"probes" in bot.err, b"ready" in bot.err) == (False, False)


async def test_a_port_for_probes_that_is_taken_exits_with_2_before_discord_hears_of_it(
    start: Start, local: LocalDiscord
) -> None:
    bot = await start(BOT, local, "--health", str(local.port))
    assert await bot.ended() == 2
    at = f"http://127.0.0.1:{local.port}"
    assert bot.err.decode() == f"lifecycle-runner: --health can't listen on {at}: Address already in use\n"
    assert list(local.wire) == []


async def test_an_address_for_probes_that_is_none_exits_with_2(start: Start, local: LocalDiscord) -> None:
    bot = await start(BOT, local, "--health", "localhost")
    assert await bot.ended() == 2
    assert b"argument --health: it takes a port, or a host and a port: 8080, 0.0.0.0:8080" in bot.err


async def test_a_bot_on_its_own_discord_answers_probes_too(start: Start) -> None:
    bot = await start(BOT, None, "--health", "127.0.0.1:0")
    await bot.has_said(b" info ready")
    assert (await asked(bot, "/readyz"))[0] == 200


# --- without a token


async def test_without_a_token_it_runs_on_its_own_discord_and_says_where_that_is(start: Start) -> None:
    bot = await start(BOT, None)
    line = await bot.serves()
    assert line.startswith("serving 5 commands, generation 1, page http://127.0.0.1:")
    page, api = line.partition(", page ")[2].split(", API ")
    async with aiohttp.ClientSession() as session:
        async with session.get(page) as answer:
            assert answer.status == 200
        async with session.get(api + "/gateway") as answer:
            assert answer.status == 200
    bot.process.send_signal(signal.SIGINT)
    assert await bot.ended() == 0
    assert len(bot.out.splitlines()) == 1


async def test_whoever_runs_it_sees_what_it_does_restarts_it_and_moves_its_clock(start: Start) -> None:
    schedules = "schedules: {hourly: {every: 1h, steps: [{log: the hour has come}]}}\n"
    bot = await start(BOT + schedules, None)
    page = (await bot.serves()).partition(", page ")[2].split(", API ")[0]
    ran = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "runner", "inspect", page, "/fast"),
        env={**os.environ, "PYTHONPATH": str(Path(__file__).parent.parent)},
        stdout=asyncio.subprocess.PIPE,
    )
    assert (await ran.communicate())[0] == b"\n"
    async with aiohttp.ClientSession() as http:

        async def post(door: str, **body: object) -> int:
            async with http.post(page + door, json=body) as answer:
                return answer.status

        async with http.get(f"{page}inspector") as stream:
            assert await post("interactions", user="Robin", channel="general", command="fast") == 202
            async with asyncio.timeout(ENDS_S):
                while b'"outcome":"ok"' not in (line := await stream.content.readline()):
                    assert line, "the stream has not ended"
        assert await post("nasty/leap", seconds=3601) == 202
        await bot.has_said(b"the hour has come")
        assert await post("nasty/restart") == 202
        async with asyncio.timeout(ENDS_S):
            while b"generation 2" not in bot.out:
                bot.has_line.clear()
                await bot.has_line.wait()
        assert await post("interactions", user="Robin", channel="general", command="fast") == 202
    bot.process.send_signal(signal.SIGINT)
    assert await bot.ended() == 0


async def test_a_save_is_served_by_the_next_interaction_and_a_bad_one_changes_nothing(
    start: Start, local: LocalDiscord, tmp_path: Path
) -> None:
    def answered_by(text: str) -> str:
        return f"version: 1\ncommands: {{fast: {{description: d, reply: {text}}}}}\n"

    async def answer() -> list[str]:
        trace = local.command(user="robin", channel="general", name="fast")
        assert await trace.finished(5)
        return contents(trace)

    bot = await start(answered_by("one"), local)
    await bot.serves()
    assert await answer() == ["one"]
    (tmp_path / "bot.yaml").write_text(answered_by("two"))
    await bot.has_said(b"reloaded from=1 to=2")
    assert await answer() == ["two"]
    (tmp_path / "bot.yaml").write_text(answered_by("three").replace("reply", "repli"))
    await bot.has_said(b"did you mean `reply`?")
    assert await answer() == ["two"]
    bot.process.send_signal(signal.SIGHUP)  # asked for, it says again why not
    await bot.has_said(b"reload refused")


async def test_new_commands_are_registered_when_a_save_brings_them(
    start: Start, local: LocalDiscord, tmp_path: Path
) -> None:
    bot = await start("version: 1\ncommands: {old: {description: d, reply: x}}\n", local)
    await bot.serves()
    (tmp_path / "bot.yaml").write_text("version: 1\ncommands: {new: {description: d, reply: y}}\n")
    await bot.has_said(b"created=1 updated=0 deleted=1")
    trace = local.command(user="robin", channel="general", name="new")
    assert await trace.finished(5)
    assert contents(trace) == ["y"]


ASKING = """
version: 1
components:
  again: {{button: {{label: Again}}, steps: [{{reply: Again {0}}}]}}
commands:
  ask:
    description: d
    steps:
      - {{id: it, choose: {{prompt: "Which, {0}?", options: {{a: A {0}, b: B {0}}}}}}}
      - update: {{content: "Chosen, {0}: {{{{ steps.it.value }}}}", components: [again]}}
"""
WITHOUT = "version: 1\ncommands: {other: {description: d, reply: Hi}}\n"


async def test_a_run_that_waits_across_ten_saves_ends_as_it_began_even_if_its_handler_was_deleted(
    start: Start, local: LocalDiscord, tmp_path: Path
) -> None:
    bot = await start(ASKING.format(1), local)
    await bot.serves()
    asked = [local.command(user="Robin", channel="general", name="ask") for _ in range(2)]
    await asyncio.gather(*(trace.finished(5) for trace in asked))
    for number in range(2, 12):
        (tmp_path / "bot.yaml").write_text(WITHOUT if number == 6 else ASKING.format(number))
        await bot.has_said(f"reloaded from={number - 1} to={number}".encode())
        if number == 6:
            assert await chosen(bot, local, asked[0]) == "Chosen, 1: b"
    assert await chosen(bot, local, asked[1]) == "Chosen, 1: b"


async def chosen(bot: Process, local: LocalDiscord, asked: Trace) -> str:
    """Have Robin press the second button of a question; return what the message says when that has been dealt with."""
    shown = asked.messages[0]
    button = shown.components[0]["components"][1]
    clicked = local.click(user="Robin", message=shown.id, custom_id=button["custom_id"])
    await bot.has_said(f"id={clicked.id} ".encode())
    found = local.world.message(shown.id)
    assert found is not None
    return found.content


async def test_a_button_of_a_component_that_a_save_has_removed_is_answered_privately(
    start: Start, local: LocalDiscord, tmp_path: Path
) -> None:
    bot = await start(ASKING.format(1), local)
    await bot.serves()
    asked = local.command(user="Robin", channel="general", name="ask")
    assert await asked.finished(5)
    assert await chosen(bot, local, asked) == "Chosen, 1: b"
    for number, text in ((2, ASKING.format(2)), (3, WITHOUT), (4, ASKING.format(4))):
        (tmp_path / "bot.yaml").write_text(text)
        await bot.has_said(f"reloaded from={number - 1} to={number}".encode())
        clicked = local.click(user="Kim", message=asked.messages[0].id, custom_id="lr:again")
        assert await clicked.finished(5)
        known = ("Again 2", False) if number == 2 else ("Again 4", False)
        gone = ("This button belongs to an older version of me and doesn't work any more.", True)
        assert [(seen.content, seen.ephemeral) for seen in clicked.messages] == [gone if number == 3 else known]


# --- what comes while the engine is loaded


def test_what_comes_before_the_engine_is_there_is_handed_on_first_and_in_its_order() -> None:
    door, seen = Door(), list[tuple[str, object]]()
    door.interaction({"id": "1"})
    door.event("GUILD_CREATE", {"id": "2"})
    door.interaction({"id": "3"})
    door.open(lambda payload: seen.append(("", payload["id"])), lambda name, data: seen.append((name, data["id"])))
    door.event("READY", {"id": "4"})
    door.interaction({"id": "5"})
    assert seen == [("", "1"), ("GUILD_CREATE", "2"), ("", "3"), ("READY", "4"), ("", "5")]
