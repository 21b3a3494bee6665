"""Whom a value belongs to."""

from typing import Literal

from runner.data import dataclass

ScopeKind = Literal["global", "guild", "channel", "user", "member"]


@dataclass(frozen=True, slots=True)
class Scope:
    """The owner of a value: `id` is a snowflake, `GUILD:USER` for a member, empty for `global`."""

    kind: ScopeKind
    id: str = ""
