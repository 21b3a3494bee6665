"""Where a config's files are, when to look at them, and whether they say something else than before.

Directories are watched and never files: an editor replaces the file, Kubernetes swaps a symlink two directories
further. Notices only say when to look; digests of the contents tell whether anything changed.
"""

import asyncio
import hashlib
import logging
import stat
from collections.abc import AsyncIterator, Callable, Collection, Iterable, Mapping
from contextlib import suppress
from pathlib import Path
from typing import Final

from watchfiles import watch

from runner.config.include import Pattern, found_on_disk
from runner.data import dataclass

POLL_S: Final = 0.3
"""How often the contents are looked at where the system sends no notices, in seconds."""

NOTICE_QUIET_MS: Final = 20
"""How long after the last change a notice comes, in milliseconds. Settling is done here, and by contents."""

NOTICE_MAX_MS: Final = 100
"""How long after the first change a notice comes at the latest, in milliseconds."""

SYMLINKS_MAX: Final = 40
"""How many symbolic links a path may lead through. Source: Linux, path_resolution(7)."""

WAKE_MS: Final = 5_000
"""How long the thread that waits for notices may take to find that nobody wants them any more, in milliseconds."""

BEGINS_S: Final = 0.1
"""How long that thread may take to begin, in seconds: nothing is heard of what changes before."""

Notify = Callable[[Collection[Path], asyncio.Event], AsyncIterator[object]]
"""Yields something once it watches these directories, and whenever anything changed in them, until the event is set."""

Fingerprint = Mapping[Path | Pattern, str]
"""A digest of the content of each file, of one that can't be read, why; and of the names that match each pattern."""

Watched = frozenset[tuple[Path, int, int]]
"""Directories, each with its device and inode: one that was deleted and made again is another one."""


async def file_notices(directories: Collection[Path], stop: asyncio.Event) -> AsyncIterator[object]:
    """Yield soon, and whenever anything changed directly in one of the directories, until `stop` is set.

    Raises OSError, or what watchfiles raises, for what can't be watched.
    """
    # The library announces each notice at level info, whatever the file; news is only what comes of it.
    logging.getLogger("watchfiles.main").setLevel(logging.WARNING)
    ending = _Ending(stop)
    # In a thread of ours: what the library has for asyncio is a megabyte of another library.
    notices = watch(
        *directories,
        watch_filter=None,
        debounce=NOTICE_MAX_MS,
        step=NOTICE_QUIET_MS,
        stop_event=ending,
        rust_timeout=WAKE_MS,
        yield_on_timeout=True,
        recursive=False,
        raise_interrupt=False,
    )
    try:
        notice = asyncio.ensure_future(asyncio.to_thread(next, notices, None))
        await asyncio.wait((notice,), timeout=BEGINS_S)
        yield None
        while (changes := await notice) is not None:
            notice = asyncio.ensure_future(asyncio.to_thread(next, notices, None))
            yield changes
    finally:
        ending.is_over = True


@dataclass(slots=True)
class _Ending:
    """What the thread asks whether it is to go on."""

    stop: asyncio.Event
    is_over: bool = False

    def is_set(self) -> bool:
        """Whether nobody wants any more notices."""
        return self.is_over or self.stop.is_set()


async def polled_notices(directories: Collection[Path], stop: asyncio.Event) -> AsyncIterator[object]:
    """Yield every `POLL_S` until `stop` is set: for network mounts and containers whose files send no notices.

    Each one makes the contents be looked at. The polling of watchfiles goes by times, and in whole seconds.
    """
    del directories  # they can't be told apart from quiet ones
    while not stop.is_set():
        with suppress(TimeoutError):
            async with asyncio.timeout(POLL_S):
                await stop.wait()
        yield None


def fingerprint(looked_at: Iterable[Path | Pattern]) -> Fingerprint:
    """Return what tells the contents of these files from others. Reads each whole file, in bounded memory."""
    return {each: digest_of_names(each) if isinstance(each, Pattern) else digest_of(each) for each in looked_at}


def digest_of_names(pattern: Pattern) -> str:
    """Return the digest of the names of the files that match a pattern now."""
    return digest("\n".join(str(file) for file in found_on_disk(pattern)).encode())


def watched_directories(looked_at: Iterable[Path | Pattern]) -> Watched:
    """Return where to watch for a change of what these lead to: see `directories_of` and `directories_below`."""
    found: set[Path] = set()
    for each in looked_at:
        found |= directories_below(each) if isinstance(each, Pattern) else directories_of(each)
    return frozenset(_existing(directory) for directory in found)


def directories_below(pattern: Pattern) -> set[Path]:
    """Return each directory in which something may appear that a pattern matches, as far as they exist."""
    *folders, _ = Path(pattern.text).parts
    found, here = {pattern.folder}, {pattern.folder}
    for part in folders:
        here = {below for folder in here for below in _below(folder, part)}
        found |= here
    return found


def _below(folder: Path, part: str) -> Iterable[Path]:
    if part == "..":
        return (folder / part,)
    return (below for below in folder.glob(part) if below.is_dir())


def directories_of(file: Path) -> set[Path]:
    """Return each directory that holds a part of the way to `file` that can be re-pointed.

    That is the directory of each symbolic link on the way, be it the file's or a directory's, and the one in which the
    file itself is at last. A way that leads in circles is followed for `SYMLINKS_MAX` links.
    """
    anchor, *ahead = file.absolute().parts
    here, found, links = Path(anchor), set[Path](), 0
    while ahead:
        name = ahead.pop(0)
        target = _link_target(here / name) if links < SYMLINKS_MAX else None
        if target is not None or not ahead:
            found.add(here)
        if target is not None:  # `/` of an absolute target replaces `here`
            links += 1
            ahead = [*target.parts, *ahead]
        else:
            here = here.parent if name == ".." else here / name
    return found


def _link_target(path: Path) -> Path | None:
    try:
        return path.readlink()
    except OSError:  # no link, or nothing there, or nothing that may be seen
        return None


def _existing(directory: Path) -> tuple[Path, int, int]:
    """Return the directory, or the nearest one above it that exists: there it will appear."""
    for path in (directory, *directory.parents):
        with suppress(OSError):
            status = path.stat()
            if stat.S_ISDIR(status.st_mode):
                return path, status.st_dev, status.st_ino
    return Path(directory.anchor), 0, 0


def digest(content: bytes) -> str:
    """Return what tells a content from others."""
    return hashlib.sha256(content).hexdigest()


def digest_of(file: Path) -> str:
    """Return the digest of a file's content."""
    try:
        with file.open("rb") as stream:
            return hashlib.file_digest(stream, "sha256").hexdigest()
    except OSError as error:
        return unreadable(error)


def unreadable(error: OSError) -> str:
    """Return what stands for the digest of a file that can't be read."""
    return f"unreadable: {error.errno}"


def is_stream(file: Path) -> bool:
    """Tell whether this is a pipe, a terminal or the like: reading it a second time may wait for ever."""
    try:
        mode = file.stat().st_mode
    except OSError:
        return False
    return not (stat.S_ISREG(mode) or stat.S_ISDIR(mode))
