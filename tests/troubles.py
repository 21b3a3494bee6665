"""What can be wrong with a store: locked, full, read only, damaged, for as long as a `with` lasts."""

import sqlite3
import subprocess
from collections.abc import Callable, Generator
from contextlib import AbstractContextManager, closing, contextmanager, suppress
from pathlib import Path

import pytest

PAGE_BYTES = 4096
WRITE_VERSION_AT = 18  # SQLite docs, Database File Format: The Database Header
DISK_BYTES = 1_000_000

Trouble = Callable[[Path], AbstractContextManager[None]]


@contextmanager
def locked(store: Path) -> Generator[None]:
    """Have another process keep the store locked."""
    with closing(sqlite3.connect(store, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        yield
        other.execute("ROLLBACK")


@contextmanager
def full(store: Path) -> Generator[None]:
    """Have something else take what is left of the disk."""
    with (store.parent / "else").open("wb", buffering=0) as file, suppress(OSError):
        for _ in range(2 * DISK_BYTES // PAGE_BYTES):
            file.write(b"x" * PAGE_BYTES)
    yield
    (store.parent / "else").unlink()


@contextmanager
def read_only(store: Path) -> Generator[None]:
    """Have the file say what a later SQLite's would: read it, but don't write it."""
    with overwritten(store, WRITE_VERSION_AT, b"\x03"):
        yield


@contextmanager
def damaged(store: Path) -> Generator[None]:
    """Have everything behind the first page overwritten."""
    with overwritten(store, PAGE_BYTES, b""):
        yield


@contextmanager
def pages_lost(store: Path) -> Generator[None]:
    """Have three of the last pages overwritten, on which no lease is and nothing of `overwritten`."""
    with overwritten(store, -4 * PAGE_BYTES, b"\xa5" * 3 * PAGE_BYTES):
        yield


@contextmanager
def overwritten(store: Path, at: int, content: bytes) -> Generator[None]:
    """Overwrite a part of the file, or all that is behind a place, and have its readers look at it again.

    A place that is negative is counted from the end.
    """
    with closing(sqlite3.connect(store, isolation_level=None)) as other:
        other.execute("CREATE TABLE other (at INTEGER)")
        other.execute("INSERT INTO other VALUES (1)")
        other.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        whole = store.read_bytes()
        at %= len(whole)
        other.execute("UPDATE other SET at = 2")  # what others have read is outdated by this
        _overwrite(store, at, content or b"\xa5" * (len(whole) - at))
        try:
            yield
        finally:
            _overwrite(store, 0, whole)


def _overwrite(store: Path, at: int, content: bytes) -> None:
    with store.open("r+b") as file:
        file.seek(at)
        file.write(content)


@contextmanager
def own_disk(folder: Path) -> Generator[None]:
    """Give a folder a disk of its own, of a megabyte; a test that may not do that is skipped."""
    folder.mkdir()
    options = ["-t", "tmpfs", "-o", f"size={DISK_BYTES}", "none"]
    if subprocess.run(["mount", *options, folder], check=False, capture_output=True).returncode:
        pytest.skip("only root may mount a disk")
    yield
    subprocess.run(["umount", "-l", folder], check=True)
