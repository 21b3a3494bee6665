"""What operators ask for, and Discord lets no bot do: said as that, and not as a word that is misspelt."""

from typing import Final

from runner.config.source import Mapping, Node, Scalar, Sequence
from runner.diagnostics import Diagnostic, Span
from runner.fields import SNOWFLAKE_PATTERN
from runner.regex import regex

Path = tuple[str | int, ...]

_WHO_OR_WHERE: Final = regex(rf"[@#<].*|{SNOWFLAKE_PATTERN}")
_OVERWRITES: Final = ("roles", "users", "members", "channels")


def impossible(path: Path, value: Node) -> Diagnostic | None:
    """Return the fault if the value at a path asks for something that no bot can do; None if it doesn't."""
    match path:
        case ("commands", str(), "visible_to"):
            span = _who_or_where(value)
            return None if span is None else _only_admins(span)
        case _:
            return None


def _who_or_where(value: Node) -> Span | None:
    """Return the place where a value names roles, members or channels."""
    match value:
        case Mapping():
            return next((value.key(name).span for name in _OVERWRITES if name in value.entries), None)
        case Sequence():
            return next((span for item in value.items if (span := _who_or_where(item)) is not None), None)
        case Scalar():
            return value.span if _WHO_OR_WHERE.fullmatch(str(value.value)) else None


def _only_admins(span: Span) -> Diagnostic:
    """Source: Discord docs, Application Commands, Edit Application Command Permissions (a user's Bearer token)."""
    return Diagnostic(
        slug="needs-an-admin",
        span=span,
        headline="a bot can't say which roles, members or channels see a command",
        why="Discord takes that only from a server's admins, under Server Settings, Integrations; from bots it takes "
        "permissions",
        fix="name a permission that those people have, such as `manage_messages`, and enforce the rest with `check:`",
    )
