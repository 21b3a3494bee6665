"""How long `validate` takes, and how much memory, on files of every size and on files that were made to hurt.

`python -m benchmarks.validate` prints a table: wall and CPU seconds and the peak of the resident set, each the median
of several processes. `--reload` measures one changed command among a thousand, within one process.
"""

import argparse
import gc
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from runner.actions.action import load_actions
from runner.build import Built, build
from runner.config.include import FindFiles, ReadFile, nothing_found
from runner.incremental import Rebuilder
from runner.templates import RecentTemplates

ROOT = Path(__file__).parent.parent
ROUNDS = 5

_COMMAND = """\
  {name}:
    description: Post announcement number {number} to a channel
    check: staff
    visible_to: manage_messages
    response: ephemeral
    options:
      text: {{type: string, description: What to announce, required: true, max_length: 1500}}
      channel: {{type: channel, description: "Where; this channel if left out", channel_types: [text, announcement]}}
      urgent: {{type: boolean, description: Does it have to be today}}
    steps:
      - let: {{sign: "{{{{ '!' if options.urgent else '.' }}}}"}}
      - if: options.text == "test {number}"
        then:
          - reply: "Testing {number}, {{{{ user.mention }}}}"
          - stop
      - id: posted
        send:
          channel: "{{{{ options.channel or channel }}}}"
          content: "{{{{ vars.sign }}}} {{{{ options.text }}}} (number {number})\\n-# By {{{{ user.display_name }}}}"
      - reply:
          content: "Posted number {number} in <#{{{{ steps.posted.channel_id }}}}>."
          components: [{shown}]
    on_error:
      - reply: {{content: "Number {number} failed ({{{{ error.reference }}}})", ephemeral: true}}
"""
_COMPONENT = """\
  {name}:
    button: {{label: "Number {number}", style: primary}}
    check: staff
    response: update
    timeout: 1m
    steps:
      - let: {{by: "{{{{ user.display_name }}}} ({number})"}}
      - if: message.content == "test {number}"
        then:
          - reply: "Testing {number}, {{{{ user.mention }}}}"
          - stop
      - update: {{content: "{{{{ message.content }}}}\\n✅ {{{{ vars.by }}}} takes number {number}.", components: []}}
      - id: told
        send: {{channel: "#staff", content: "Number {number}: {{{{ user.name }}}} in {{{{ channel.mention }}}}"}}
      - reply: {{content: "Told the team in <#{{{{ steps.told.channel_id }}}}> of {number}.", ephemeral: true}}
    on_error:
      - reply: {{content: "Number {number} failed ({{{{ error.reference }}}})", ephemeral: true}}
"""
_COMMANDS_MAX = 100
"""Discord takes no more commands; the rest of a bot's handlers are buttons."""


def bot(handlers: int) -> str:
    """Return a bot with so many handlers, each with its own texts: commands as far as Discord takes them, buttons."""
    commands = min(handlers, _COMMANDS_MAX)
    buttons = range(commands, handlers)
    texts = ["version: 1\nchecks: {staff: {permissions: manage_messages}}\ncommands:\n"]
    for number in range(commands):
        shown = ", ".join(f"button_{button}" for button in buttons[number::commands])
        texts.append(_COMMAND.format(name=f"cmd-{number}", number=number, shown=shown))
    if buttons:
        texts.append("components:\n")
        texts += [_COMPONENT.format(name=f"button_{number}", number=number) for number in buttons]
    return "".join(texts)


def _bomb(width: int, levels: int) -> bytes:
    lines = ["a0: &a0 [x]"]
    lines += [f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * width)}]" for n in range(1, levels)]
    return "\n".join(lines).encode()


def _merges(levels: int) -> bytes:
    return "\n".join(
        ["a0: &a0 {x: 1}", *(f"a{n}: &a{n} {{<<: [*a{n - 1}, *a{n - 1}]}}" for n in range(1, levels))]
    ).encode()


HOSTILE: Mapping[str, Callable[[], bytes]] = {
    "30,000 open brackets": lambda: b"[" * 30_000,
    "30,000 open braces": lambda: b"{a: " * 30_000,
    "30,000 levels of indentation": lambda: b"".join(b" " * n + b"a:\n" for n in range(2000)),
    "alias bomb, 10 to the 9": lambda: _bomb(10, 10),
    "merge-key bomb": lambda: _merges(23),
    "100 MB of text": lambda: b"a: " + b"x" * 100_000_000,
    "5 MB of one line": lambda: b"a: " + b"x" * 5_000_000,
    "5 MB of list items": lambda: b"a:\n" + b"- x\n" * 1_250_000,
    "5 MB of the same key": lambda: b"aaaa: 1\n" * 650_000,
    "binary": lambda: bytes(range(256)) * 4000,
    "invalid UTF-8": lambda: b"a: \xff\xfe\n" * 1000,
    "a byte order mark and CRLF": lambda: b"\xef\xbb\xbfa: 1\r\n" * 1000,
    "tabs": lambda: b"a:\n\tb: 1\n" * 1000,
    "a template that would run for ever": lambda: (
        b"commands: {a: {description: d, reply: \"{{ 9**(9**9) }}{{ ('a' * 10**9) | length }}\"}}"
    ),
    "comments that ignore": lambda: b"a: 1  # lifecycle: ignore[unused-name] why\n" * 100_000,
}


@dataclass(frozen=True, slots=True)
class Measured:
    """One process: wall seconds, CPU seconds, peak memory in MiB, exit code."""

    wall_s: float
    cpu_s: float
    peak_mib: float
    code: int


def measured(file: Path) -> Measured:
    """Validate a file in a process of its own."""
    program = (
        "import resource, re, sys; from runner.__main__ import main; code = main();"
        "used = resource.getrusage(resource.RUSAGE_SELF);"
        # ru_maxrss would count what the process held before it became this one.
        "peak = re.search(r'VmHWM:\\s+(\\d+)', open('/proc/self/status').read())[1];"
        "print(used.ru_utime + used.ru_stime, peak, file=sys.stderr); sys.exit(code)"
    )
    started = time.perf_counter()
    done = subprocess.run(
        [sys.executable, "-c", program, "validate", str(file)], cwd=ROOT, capture_output=True, text=True, check=False
    )
    wall_s = time.perf_counter() - started
    cpu_s, peak_kib = done.stderr.split()[-2:]
    return Measured(wall_s, float(cpu_s), int(peak_kib) / 1024, done.returncode)


def row(name: str, file: Path, rounds: int) -> str:
    """Return a line of the table."""
    runs = [measured(file) for _ in range(rounds)]
    wall, cpu, peak = (statistics.median(getattr(run, key) for run in runs) for key in ("wall_s", "cpu_s", "peak_mib"))
    size = file.stat().st_size / 1024
    return f"| {name} | {size:,.0f} KiB | {wall:.2f} | {cpu:.2f} | {peak:.0f} | {runs[0].code} |"


def table(rounds: int) -> None:
    """Print the table."""
    print("| file | size | wall, s | CPU, s | peak, MiB | exit code |")
    print("| --- | ---: | ---: | ---: | ---: | ---: |")
    with tempfile.TemporaryDirectory() as folder:
        for handlers in (1, 10, 100, 1000):
            file = Path(folder) / "bot.yaml"
            file.write_text(bot(handlers))
            print(row(f"{handlers} handler{'s' * (handlers != 1)}", file, rounds), flush=True)
        for name, make in HOSTILE.items():
            file = Path(folder) / "bot.yaml"
            file.write_bytes(make())
            print(row(name, file, rounds), flush=True)


def reloads(rounds: int) -> None:
    """Print how long a bot of a thousand handlers takes to be built when one of its commands has changed."""
    text, actions, templates, path = bot(1000), load_actions(), RecentTemplates(), Path("bot.yaml")
    said = {path: text}

    def whole(read: ReadFile, find: FindFiles, generation: int) -> Built:
        return build(path, read, {}, actions, generation, find=find, templates=templates)

    def read(file: Path) -> bytes:
        return said[file].encode()

    started = _timed(lambda: whole(read, nothing_found, 0))
    rebuilder = Rebuilder(started.built, whole, templates)
    gc.disable()  # as a reload has it
    for name, make in (("the whole", whole), ("what has changed", rebuilder.build)):
        found = list[_Timed]()
        for number in range(rounds):
            # Another word, and every other time another line: all places behind it are others then.
            said[path] = text.replace("  cmd-50:\n", "\n" * (number % 2) + "  cmd-50:\n").replace(
                "number 50 ", f"{number} "
            )
            found.append(_timed(partial(make, read, nothing_found, number + 1)))
        assert len({each.built.program.digest for each in found if each.built.program}) == rounds, "each is another one"
        cpu, wall = (statistics.median(getattr(each, key) for each in found) for key in ("cpu_s", "wall_s"))
        print(f"{name}: {wall:.3f} s, of which CPU {cpu:.3f} s")


@dataclass(frozen=True, slots=True)
class _Timed:
    """A build, and how long it took, in seconds."""

    built: Built
    wall_s: float
    cpu_s: float


def _timed(make: Callable[[], Built]) -> _Timed:
    wall, cpu = time.perf_counter(), time.process_time()
    built = make()
    return _Timed(built, time.perf_counter() - wall, time.process_time() - cpu)


def main() -> None:
    """Measure."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.validate")
    parser.add_argument("--rounds", type=int, default=ROUNDS)
    parser.add_argument("--reload", action="store_true", help="only what one changed command of a thousand takes")
    given = parser.parse_args()
    (reloads if given.reload else table)(given.rounds)


if __name__ == "__main__":
    main()
