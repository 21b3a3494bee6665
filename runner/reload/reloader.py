"""Hot reload: watch the files, build what they say, swap the program. A bad file changes nothing.

Notices of the file system only say *when* to look. Whether anything changed is told by digests of the contents, because
names and times can't be relied on: an editor replaces the file, Kubernetes swaps a symlink two directories further,
a network mount says nothing at all. So directories are watched and never files, and a look every `CHECK_EVERY_S`
stands behind the notices.
"""

import asyncio
import dataclasses
import gc
import sys
from collections.abc import Awaitable, Callable, Collection, Generator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from runner.build import Build, Built
from runner.compile import Program
from runner.config.files import LOSSLESS
from runner.config.include import Pattern, found_on_disk
from runner.data import dataclass
from runner.diagnostics import Severity, in_order
from runner.logs import Log
from runner.reload.changes import changes_between, listed, restart_needed
from runner.reload.watching import (
    Fingerprint,
    Notify,
    Watched,
    digest,
    digest_of,
    digest_of_names,
    file_notices,
    fingerprint,
    is_stream,
    unreadable,
    watched_directories,
)

QUIET_S: Final = 0.1
"""How long the contents must stay as they are before they are read for good, in seconds."""

SETTLE_S: Final = 1.0
"""How long files that never come to rest are waited for, in seconds."""

RETRY_S: Final = 0.25
"""How long a refused file gets to become a better one, in seconds: some editors empty a file and then write it."""

READS_MAX: Final = 5
"""How often files that change while they are read are read again; then what was read last counts."""

TURN_S: Final = 0.0005
"""How long a build may keep the interpreter to itself while the event loop waits for it, in seconds."""

CHECK_EVERY_S: Final = 5.0
"""How often the contents are looked at without a notice, in seconds."""

REWATCH_S: Final = 30.0
"""How long until directories that can't be watched are tried again, in seconds."""


@dataclass(frozen=True, slots=True)
class _Attempt:
    """One building, and what it read. `fault` is an exception that the build must not have raised."""

    built: Built
    read: Fingerprint
    fault: Exception | None = None


class Reloader:
    """Keeps a running bot on what its files say."""

    def __init__(
        self,
        path: Path,
        started: Built,
        *,
        build: Build,
        swap: Callable[[Program], None],
        commands_changed: Callable[[Program], None],
        report: Callable[[Built], None],
        log: Log,
        notify: Notify | None = None,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        """`started` is what runs now, read from `path`; it has a program.

        `build` is called in a thread, the others on the event loop, which they must not hold up. `swap` gets each new
        program, once. `commands_changed` gets it afterwards if Discord has to be told of other commands or servers.
        `report` gets a refused build, and one with warnings. `notify` is `file_notices` unless given; where the system
        sends no notices it is `polled_notices`.
        """
        assert started.program is not None
        self._path = path
        self._log = log
        self._build = build
        self._swap, self._commands_changed, self._report = swap, commands_changed, report
        self._notify: Notify = notify or file_notices
        self._sleep = sleep
        self._first = self._program = started.program
        # These are texts for excerpts, without byte order mark and token. A file with one of those is built once more
        # at the first look, and found to say the same.
        self._handled: Fingerprint = {
            **{Path(name): digest(text.encode("utf-8", LOSSLESS)) for name, text in started.sources.items()},
            **fingerprint(started.patterns),
        }
        self._is_refused = False
        self._is_asked = False
        self._look_wanted = asyncio.Event()
        self._rewatch = asyncio.Event()
        self._watched: Watched = frozenset()
        self._watch_fault = ""

    @property
    def program(self) -> Program:
        """The program of the newest generation."""
        return self._program

    @property
    def is_refused(self) -> bool:
        """Whether the files say something now that was refused."""
        return self._is_refused

    def request_reload(self) -> None:
        """Read the files now, changed or not, and log the outcome in any case. To be called on the event loop."""
        self._is_asked = True
        self._look_wanted.set()

    async def watch(self) -> None:
        """Reload whenever the files change, until cancelled. No file and no directory makes this raise."""
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(self._listen())
            tasks.create_task(self._tick())
            while True:
                await self._look_wanted.wait()
                self._look_wanted.clear()
                await self._look()

    async def _tick(self) -> None:
        while True:
            await self._sleep(CHECK_EVERY_S)
            self._look_wanted.set()

    async def _listen(self) -> None:
        """Turn notices into looks, and watch other directories when the files turn out to be elsewhere."""
        while True:
            self._rewatch.clear()
            self._watched = await asyncio.to_thread(watched_directories, self._handled)
            self._look_wanted.set()  # the first notice, once it watches, is for what has changed in between
            fault = await self._listen_to([path for path, _, _ in self._watched])
            if self._rewatch.is_set():
                self._watch_fault = ""
            else:
                self._unwatchable(fault)
                await self._sleep(REWATCH_S)

    async def _listen_to(self, directories: Collection[Path]) -> str:
        """Listen until the directories are others. Returns why it ended before that, if it did."""
        try:
            async for _ in self._notify(directories, self._rewatch):
                self._look_wanted.set()
        except (OSError, RuntimeError) as error:
            # No watches are left, a directory has just gone, or watchfiles is at fault.
            return str(error)
        return "the notices ended"

    def _unwatchable(self, fault: str) -> None:
        if fault != self._watch_fault:
            self._watch_fault = fault
            self._log.warning("directories not watched", cause=fault, looks_every_s=CHECK_EVERY_S)

    async def _look(self) -> None:
        """Compare the contents with those that were last built, and build them if they differ or if someone asks."""
        is_asked, self._is_asked = self._is_asked, False
        if await asyncio.to_thread(is_stream, self._path):
            if is_asked:
                self._log.warning("reload refused", cause="a stream can be read only once", file=self._path)
            return
        noticed_s = asyncio.get_running_loop().time()
        seen = await asyncio.to_thread(fingerprint, self._handled)
        if is_asked or seen != self._handled:
            attempt = await self._settled_attempt(seen)
            self._handled = attempt.read
            await self._conclude(attempt, is_asked, noticed_s)
        if await asyncio.to_thread(watched_directories, self._handled) != self._watched:
            self._rewatch.set()

    async def _settled_attempt(self, seen: Fingerprint) -> _Attempt:
        """Build what stood there at one moment; again if what was read was moving, or is bad and gets better."""
        for _ in range(READS_MAX - 1):
            # Nearly always they are at rest already, so they are built meanwhile.
            attempt, at_rest = await asyncio.gather(asyncio.to_thread(self._attempt), self._settled(seen))
            seen = await asyncio.to_thread(fingerprint, attempt.read)
            is_good = attempt.built.program is not None
            if not is_good and seen == attempt.read != self._handled:
                seen = await self._changed_soon(attempt.read)
            if _is_of(attempt.read, at_rest, seen) and (is_good or seen == attempt.read):
                if seen != attempt.read:  # a later save is for the next look: what had come to rest before is whole
                    self._look_wanted.set()
                return attempt
        return await asyncio.to_thread(self._attempt)

    async def _settled(self, seen: Fingerprint) -> Fingerprint:
        """Wait until the contents are the same twice in a row. Return them; nothing if they never come to rest."""
        if seen == self._handled:
            return seen
        for _ in range(round(SETTLE_S / QUIET_S)):
            await self._sleep(QUIET_S)
            before, seen = seen, await asyncio.to_thread(fingerprint, seen)
            if seen == before:
                return seen
        return {}

    async def _changed_soon(self, read: Fingerprint) -> Fingerprint:
        """Wait `RETRY_S` for refused contents to become others, and no longer than until they do."""
        patience, seen = asyncio.ensure_future(self._sleep(RETRY_S)), read
        try:
            while seen == read and not patience.done():
                self._look_wanted.clear()
                notice = asyncio.ensure_future(self._look_wanted.wait())
                try:
                    await asyncio.wait((patience, notice), return_when=asyncio.FIRST_COMPLETED)
                finally:
                    notice.cancel()
                seen = await asyncio.to_thread(fingerprint, read)
        finally:
            patience.cancel()
        self._look_wanted.set()  # a notice that came meanwhile may have been for more than these contents
        return seen

    def _attempt(self) -> _Attempt:
        """Build what the files say, keeping in mind what exactly was read. Runs in a thread."""
        # The file itself is looked after even if a build fails before reading it.
        read: dict[Path | Pattern, str] = {self._path: digest_of(self._path)}

        def remembering(file: Path) -> bytes:
            try:
                content = file.read_bytes()
            except OSError as error:
                read[file] = unreadable(error)
                raise
            read[file] = digest(content)
            return content

        def found(pattern: Pattern) -> Sequence[Path]:
            read[pattern] = digest_of_names(pattern)
            return found_on_disk(pattern)

        try:
            with _at_leisure() as is_collecting:
                built = self._build(remembering, found, self._program.generation + 1)
                if built.program is not None:
                    built.program.complete()
                    if is_collecting:  # a program holds no cycles and goes with its last reference: walks find nothing
                        gc.freeze()
                return _Attempt(built, read)
        except Exception as error:  # a fault of ours in a build must not take down the bot that runs
            return _Attempt(Built(None, [], {}), read, error)

    async def _conclude(self, attempt: _Attempt, is_asked: bool, noticed_s: float) -> None:
        program = attempt.built.program
        if program is None:
            self._is_refused = True
            self._refuse(attempt)
        elif program.digest == self._program.digest:
            is_news, self._is_refused = is_asked or self._is_refused, False
            say = self._log.info if is_news else self._log.debug
            say("config unchanged", generation=self._program.generation, digest=program.digest)
        else:
            self._is_refused = False
            await self._serve(program, attempt, noticed_s)

    def _refuse(self, attempt: _Attempt) -> None:
        errors = in_order(item for item in attempt.built.diagnostics if item.severity is Severity.ERROR)
        first = errors[0] if errors else None
        self._log.error(
            "reload refused",
            exception=attempt.fault,
            generation=self._program.generation,
            errors=len(errors) or None,
            first=first and f"{first.span.file}:{first.span.line}:{first.span.column}",
            slug=first and first.slug,
        )
        if errors:
            self._report(attempt.built)

    async def _serve(self, program: Program, attempt: _Attempt, noticed_s: float) -> None:
        """Swap; all the rest comes afterwards, so that nobody waits for it."""
        before, self._program = self._program, program
        self._swap(program)
        took_s = asyncio.get_running_loop().time() - noticed_s
        if _told_to_discord(program) != _told_to_discord(before):
            self._commands_changed(program)
        if attempt.built.diagnostics:
            self._report(attempt.built)
        changes = changes_between(before, program)
        self._log.info(
            "reloaded",
            **{"from": before.generation, "to": program.generation},
            digest=program.digest,
            ms=round(took_s * 1000),
            **{name: listed(names) for name, names in dataclasses.asdict(changes).items()},
        )
        if settings := restart_needed(self._first, program):
            self._log.warning("restart needed", settings=listed(settings))


def _is_of(read: Fingerprint, at_rest: Fingerprint, after: Fingerprint) -> bool:
    """Tell whether what was read is what had come to rest; of files that nobody knew before, what is there after it."""
    return all(told == at_rest.get(each, after[each]) for each, told in read.items())


def _told_to_discord(program: Program) -> object:
    return program.guilds, [(command.payload, command.guilds) for command in program.registered]


@contextmanager
def _at_leisure() -> Generator[bool]:
    """Let work in a thread hold the event loop up as little as it can. Gives whether garbage is collected otherwise.

    The loop gets its turn after a tenth of the usual time, and the garbage collector is kept away from a heap that only
    grows: its walks would hold up every thread.
    """
    was_enabled, turn_s = gc.isenabled(), sys.getswitchinterval()
    gc.disable()
    sys.setswitchinterval(TURN_S)
    try:
        yield was_enabled
    finally:
        sys.setswitchinterval(turn_s)
        if was_enabled:
            gc.enable()
