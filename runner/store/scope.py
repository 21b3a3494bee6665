"""Whom a value belongs to."""

from dataclasses import dataclass
from typing import Literal

ScopeKind = Literal["global", "guild", "channel", "user", "member"]


@dataclass(frozen=True, slots=True)
class Scope:
    """The owner of a value: `id` is a snowflake, `GUILD:USER` for a member, empty for `global`."""

    kind: ScopeKind
    id: str = ""
