"""Hot reload: watch the files, build what they say, swap the program."""

from runner.reload.changes import NAMES_MAX, Changes, changes_between, restart_needed
from runner.reload.reloader import CHECK_EVERY_S, QUIET_S, READS_MAX, RETRY_S, REWATCH_S, SETTLE_S, Reloader
from runner.reload.watching import (
    SYMLINKS_MAX,
    Notify,
    directories_of,
    file_notices,
    fingerprint,
    polled_notices,
    watched_directories,
)

__all__ = [
    "CHECK_EVERY_S",
    "NAMES_MAX",
    "QUIET_S",
    "READS_MAX",
    "RETRY_S",
    "REWATCH_S",
    "SETTLE_S",
    "SYMLINKS_MAX",
    "Changes",
    "Notify",
    "Reloader",
    "changes_between",
    "directories_of",
    "file_notices",
    "fingerprint",
    "polled_notices",
    "restart_needed",
    "watched_directories",
]
