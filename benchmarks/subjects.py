"""The processes of a measurement: a bot on one core, its fake Discord on another, and what /proc says about the bot."""

import contextlib
import dataclasses
import http.client
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Generator, Mapping, Sequence
from pathlib import Path
from typing import Any

from benchmarks.discord_load import Load, Outcome, Result
from benchmarks.payloads import TOKEN, as_mapping

HERE = Path(__file__).parent
REPOSITORY = HERE.parent
STOP_MAX_S = 10.0
CONTROL_MAX_S = 300.0
LOG_TAIL = 2000

# What `lifecycle-runner benchmarks/bench.yaml` runs, without asking that the package be installed.
RUNNER = ("-c", "import sys; from runner.__main__ import main; sys.exit(main())", str(HERE / "bench.yaml"))
SUBJECTS: Mapping[str, Sequence[str]] = {
    "runner": RUNNER,
    "hand-written": (str(HERE / "hand_written.py"),),
}


class SubjectFailed(Exception):
    """The bot or its fake Discord ended, or did not do what it was asked; the text has what the bot wrote last."""


class Station:
    """One bot and the fake Discord that it talks to. Use `station()`, which ends both."""

    def __init__(self, name: str, folder: Path) -> None:
        """Start the fake Discord for the subject `name`; `folder` is the bot's working directory and has its log."""
        self.name = name
        self._folder = folder
        self._log = folder / "bot.log"
        self._started_at = 0.0
        self._bot: subprocess.Popen[bytes] | None = None
        self._load = pinned(["-m", "benchmarks.discord_load"], load_core(), folder, {}, subprocess.PIPE)
        assert self._load.stdout is not None
        line = self._load.stdout.readline()
        if not line:
            raise SubjectFailed("the fake Discord did not start")
        self._port = int(line)

    def start_bot(self) -> float:
        """Start the bot and return the monotonic second at which that was done."""
        environment = {
            "DISCORD_TOKEN": TOKEN,
            "DISCORD_API_URL": f"http://127.0.0.1:{self._port}/api/v10",
            "DISCORD_GATEWAY_URL": f"ws://127.0.0.1:{self._port}/gateway",
        }
        with self._log.open("ab") as log:
            self._started_at = time.monotonic()
            self._bot = pinned(SUBJECTS[self.name], bot_core(), self._folder, environment, log.fileno())
        return self._started_at

    def stop_bot(self) -> None:
        """End the bot: politely, then by force."""
        if self._bot is not None:
            end(self._bot)
            self._bot = None

    def close(self) -> None:
        """End both processes."""
        self.stop_bot()
        end(self._load)

    def first(self) -> tuple[float, float]:
        """Return when the bot's gateway session was ready and when its first /ping was answered, monotonic seconds."""
        answer = self._ask("first", {"since": self._started_at})
        answered_at = answer["answered_at"]
        if answered_at is None:
            raise SubjectFailed(f"{self.name} left its first /ping unanswered\n{self._tail()}")
        return float(str(answer["ready_at"])), float(str(answered_at))

    def run(self, load: Load) -> Result:
        """Send a load and return what came back."""
        return Result(**self._ask("run", dataclasses.asdict(load)))

    def settle(self) -> None:
        """Wait until the bot answers quickly again."""
        if not self._ask("settle", {})["settled"]:
            raise SubjectFailed(f"{self.name} does not answer any more\n{self._tail()}")

    def fault(self, name: str) -> Outcome:
        """Send one interaction under a fault."""
        return Outcome(**self._ask("fault", {"name": name}))

    def cpu_s(self) -> float:
        """Return the CPU seconds that the bot has used, all its threads and both modes together."""
        fields = self._proc("stat").rpartition(")")[2].split()
        # proc_pid_stat(5): utime and stime are fields 14 and 15, and field 3 is the first after the name.
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

    def rss_mib(self) -> float:
        """Return the bot's resident memory in MiB."""
        return int(self._proc("statm").split()[1]) * os.sysconf("SC_PAGE_SIZE") / (1 << 20)

    def _proc(self, name: str) -> str:
        assert self._bot is not None
        if self._bot.poll() is not None:
            raise SubjectFailed(f"{self.name} has ended with exit code {self._bot.returncode}\n{self._tail()}")
        return Path(f"/proc/{self._bot.pid}/{name}").read_text(encoding="ascii")

    # The answers are this package's own dataclasses as JSON; `Any` lets them be built from keyword arguments.
    def _ask(self, verb: str, body: Mapping[str, object]) -> dict[str, Any]:
        connection = http.client.HTTPConnection("127.0.0.1", self._port, timeout=CONTROL_MAX_S)
        try:
            connection.request("POST", f"/control/{verb}", json.dumps(body))
            response = connection.getresponse()
            answer = json.loads(response.read())
        finally:
            connection.close()
        if response.status != 200:
            raise SubjectFailed(f"{self.name}, {verb}: {answer['error']}\n{self._tail()}")
        return dict(as_mapping(answer))

    def _tail(self) -> str:
        return self._log.read_text(encoding="utf-8", errors="replace")[-LOG_TAIL:] if self._log.exists() else ""


@contextlib.contextmanager
def station(name: str) -> Generator[Station]:
    """Give a fresh fake Discord for the subject `name`, and end it and the bot whatever happens."""
    with tempfile.TemporaryDirectory(prefix="bench-") as folder:
        opened = Station(name, Path(folder))
        try:
            yield opened
        finally:
            opened.close()


@contextlib.contextmanager
def serving(name: str) -> Generator[Station]:
    """Give a station whose bot has answered its first command."""
    with station(name) as opened:
        opened.start_bot()
        opened.first()
        yield opened


def bot_core() -> int:
    """Return the core that is the bot's alone: the last that this process may use."""
    return max(os.sched_getaffinity(0))


def load_core() -> int:
    """Return the core of the load: the first that this process may use. With a single core, they share it."""
    return min(os.sched_getaffinity(0))


def pinned(
    arguments: Sequence[str], core: int, folder: Path, environment: Mapping[str, str], output: int
) -> "subprocess.Popen[bytes]":
    """Start a Python process that is on `core` from its first instruction: a child inherits its parent's core."""
    before = os.sched_getaffinity(0)
    os.sched_setaffinity(0, {core})
    try:
        return subprocess.Popen(
            [sys.executable, *arguments],
            env={**_inherited(), "PYTHONPATH": str(REPOSITORY), **environment},
            stdin=subprocess.PIPE,
            stdout=output,
            stderr=None if output == subprocess.PIPE else output,
            cwd=folder,
        )
    finally:
        os.sched_setaffinity(0, before)


def _inherited() -> Mapping[str, str]:
    """Return this process's environment, but with bytecode written: a package that is installed has it, too."""
    return {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}


def end(process: "subprocess.Popen[bytes]") -> None:
    """End a child of ours: SIGTERM, then SIGKILL after `STOP_MAX_S`."""
    process.terminate()
    try:
        process.wait(STOP_MAX_S)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
    for pipe in (process.stdin, process.stdout):
        if pipe is not None:
            pipe.close()
