"""`http:`: which other servers the bot may call."""

from typing import ClassVar, Final

from runner.data import dataclass
from runner.fields import Entry, option

_NAME: Final = "[A-Za-z0-9]([A-Za-z0-9_-]*[A-Za-z0-9])?"
HOST_PATTERN: Final = rf"(\*|(\*\.)?{_NAME}(\.{_NAME})*)(:[0-9]{{1,5}})?"
HOST_TAKES: Final = "a host such as `api.github.com`, `*.example.com` or `example.com:8443`, without `https://`"


@dataclass(frozen=True, slots=True, kw_only=True)
class HttpHosts(Entry):
    """Which other servers the step `http` may call."""

    short: ClassVar[str | None] = "allow"

    allow: tuple[str, ...] = option(
        "The hosts: `api.github.com`, `*.example.com` for all below one, `example.com:8443` for another port, or `*`.",
        default=(),
        single=True,
        pattern=HOST_PATTERN,
        takes=HOST_TAKES,
        max_items=100,
    )
    private: bool = option(
        "Addresses inside of a network, too: this machine and its neighbours, which are refused otherwise.",
        default=False,
    )
