"""Where a store is: what `store:` says, read once."""

from dataclasses import field
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

from runner.data import dataclass


class BadAddress(Exception):
    """The text is no address of a store; the message says what one looks like."""


@dataclass(frozen=True, slots=True)
class SqlitePlace:
    """A file, or, without a path, the memory of this process.

    `bytes_max` is how large the file may grow, `busy_s` how long a lock is waited for that another process holds.
    """

    path: Path | None
    bytes_max: int | None = None
    busy_s: float = 5.0

    def __str__(self) -> str:
        return f"sqlite:{self.path}" if self.path else "memory"


@dataclass(frozen=True, slots=True)
class PostgresqlPlace:
    """A PostgreSQL database. The url may hold a password: `str` is the place without it."""

    url: str = field(repr=False)

    def __str__(self) -> str:
        parts = urlsplit(self.url)
        host = parts.hostname or "localhost"
        return f"postgresql://{f'[{host}]' if ':' in host else host}:{parts.port or 5432}{parts.path}"


Place = SqlitePlace | PostgresqlPlace

TAKES = "`sqlite:PATH`, `postgresql://USER:PASSWORD@HOST/DATABASE` or `memory`"
"""What a store's address looks like."""


def parse(address: str, directory: Path) -> Place:
    """Return the place that `address` names; a relative path is one under `directory`. Raises `BadAddress`."""
    if address == "memory":
        return SqlitePlace(None)
    scheme, _, rest = address.partition(":")
    if scheme == "sqlite" and rest and not rest.startswith("//"):
        path, _, query = rest.partition("?")
        return SqlitePlace(directory / path, _bytes_max(query))
    if scheme in ("postgresql", "postgres"):
        return _postgresql(address)
    raise BadAddress(f"a store is {TAKES}")


def _bytes_max(query: str) -> int | None:
    if not query:
        return None
    given = parse_qs(query, keep_blank_values=True)
    sizes = given.pop("max_mb", [])
    if given or len(sizes) != 1 or not sizes[0].isdecimal() or not 0 < int(sizes[0]) <= 1_000_000:
        raise BadAddress("behind the `?` of a file may stand `max_mb=` and a number of megabytes, and nothing else")
    return int(sizes[0]) * 1_000_000


def _postgresql(address: str) -> PostgresqlPlace:
    try:
        parts = urlsplit(address)
        has_database = bool(parts.hostname and parts.path.strip("/") and parts.port != 0)
    except ValueError:
        has_database = False
    if not has_database:
        raise BadAddress("a PostgreSQL store is `postgresql://USER:PASSWORD@HOST/DATABASE`")
    return PostgresqlPlace(address)
