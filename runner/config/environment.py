"""`${NAME}` and `${NAME:-default}` in values, taken from the environment before anything else looks at them.

The token belongs there. One that is written into the file instead gets a warning, and is never shown.
"""

import dataclasses
import re
from collections.abc import Iterator
from collections.abc import Mapping as AnyMapping
from dataclasses import dataclass

from runner.config.source import Entry, Mapping, Node, Scalar, Sequence, Source, span_within
from runner.diagnostics import Diagnostic, Severity
from runner.diagnostics.secrets import secrets_in

REFERENCE = re.compile(r"\$\{([A-Za-z_][A-Za-z0-9_]*)(?::-([^}]*))?\}")
TOKEN_PATH = ("bot", "token")
Path = tuple[str | int, ...]


@dataclass(frozen=True, slots=True)
class Substituted:
    """The nodes with every reference replaced, a fault for each name that is not set, and the paths of those values."""

    root: Node
    diagnostics: list[Diagnostic]
    unset: frozenset[Path]


def substitute(root: Node, environment: AnyMapping[str, str]) -> Substituted:
    """Replace the references in every value. The token alone may be unset: the bot then runs on the local Discord."""
    unset: dict[Path, list[Diagnostic]] = {}
    replaced = _replace(root, environment, unset, ())
    return Substituted(replaced, [fault for faults in unset.values() for fault in faults], frozenset(unset))


def written_token(root: Node) -> Scalar | None:
    """Return the bot's token if it stands in the file itself, be it as a default, and not in the environment."""
    bot = root.get("bot") if isinstance(root, Mapping) else None
    token = bot.get("token") if isinstance(bot, Mapping) else None
    if not isinstance(token, Scalar) or token.value is None:
        return None
    return token if REFERENCE.sub(lambda found: found[2] or "", str(token.value)).strip() else None


def other_secrets(file: str, text: str, token: Scalar | None) -> Iterator[Diagnostic]:
    """Yield a warning for each secret in a file, comments included, that is not the bot's token in its own place."""
    for start, end, kind in secrets_in(text):
        if token is None or token.source.file != file or not token.start <= start < token.end:
            yield Diagnostic(
                slug="secret-in-file",
                span=Source(file, text).span(start, end),
                headline=_SECRETS[kind],
                why="files are shared, copied and committed, and whoever reads it can use it",
                fix="remove it, make a new one, and write `${NAME}` for what is in the environment",
                severity=Severity.WARNING,
            )


_SECRETS = {
    "token": "this looks like a bot's token",
    "webhook": "this is the secret part of a webhook's address",
}


def secret_in_file(token: Scalar) -> Diagnostic:
    """Return the warning for a token that is written into the file."""
    return Diagnostic(
        slug="secret-in-file",
        span=token.span,
        headline="the bot's token stands in this file",
        why="whoever reads the file can act as your bot, and files are shared, copied and committed",
        fix="write `token: ${DISCORD_TOKEN}`, set that variable, and make a new token in the developer portal",
        severity=Severity.WARNING,
    )


def hidden(text: str, token: Scalar | None) -> str:
    """Return the file's text with the token's characters replaced, so that no excerpt can show them."""
    if token is None:
        return text
    stars = re.sub(r"[^\r\n]", "*", text[token.start : token.end])
    return text[: token.start] + stars + text[token.end :]


def _replace(node: Node, environment: AnyMapping[str, str], unset: dict[Path, list[Diagnostic]], path: Path) -> Node:
    match node:
        case Scalar(value=str() as text) if "${" in text:
            if path != TOKEN_PATH and (faults := list(_unset(node, text, environment))):
                unset[path] = faults
            return dataclasses.replace(node, value=REFERENCE.sub(lambda found: _value(found, environment), text))
        case Scalar():
            return node
        case Sequence():
            items = tuple(_replace(item, environment, unset, (*path, index)) for index, item in enumerate(node.items))
            is_same = all(new is old for new, old in zip(items, node.items, strict=True))
            return node if is_same else dataclasses.replace(node, items=items)
        case Mapping():
            values = [_replace(entry.value, environment, unset, (*path, name)) for name, entry in node.entries.items()]
            entries = {
                name: entry if value is entry.value else Entry(entry.key, value)
                for (name, entry), value in zip(node.entries.items(), values, strict=True)
            }
            is_same = all(new is old for new, old in zip(entries.values(), node.entries.values(), strict=True))
            return node if is_same else dataclasses.replace(node, entries=entries)


def _value(found: re.Match[str], environment: AnyMapping[str, str]) -> str:
    return environment.get(found[1]) or found[2] or ""


def _unset(node: Scalar, text: str, environment: AnyMapping[str, str]) -> Iterator[Diagnostic]:
    for found in REFERENCE.finditer(text):
        if found[1] not in environment and found[2] is None:
            yield Diagnostic(
                slug="unset-variable",
                span=span_within(node, found.start(), len(found[0])),
                headline=f"the environment variable `{found[1]}` is not set",
                why="a value that is missing would be taken for an empty one",
                fix=f"set `{found[1]}`, or write `${{{found[1]}:-default}}`",
            )
