"""`${NAME}` and `${NAME:-default}` in values, taken from the environment before anything else looks at them.

What a pack is given, `${inputs.NAME}`, has been put in before that, by the same walk.
The token belongs there. One that is written into the file instead gets a warning, and is never shown.
"""

import dataclasses
import re
from collections.abc import Callable, Collection, Iterator
from collections.abc import Mapping as AnyMapping

from runner.config.source import Entry, Mapping, Node, Scalar, Sequence, Source, span_within
from runner.config.suggestion import suggestion
from runner.data import dataclass
from runner.diagnostics import Diagnostic, Severity
from runner.diagnostics.secrets import secrets_in
from runner.regex import regex

REFERENCE = regex(r"\$\{([A-Za-z_][A-Za-z0-9_]*)(?::-([^}]*))?\}")
INPUT = regex(r"\$\{inputs\.([^}]*)\}")
TOKEN_PATH = ("bot", "token")
Path = tuple[str | int, ...]

NamesOfInputs = Callable[[str], Collection[str]]
"""Returns which inputs the pack has that a file belongs to; none for a file of no pack."""


def no_inputs(file: str) -> Collection[str]:
    """Return no inputs: for a config without packs."""
    del file
    return ()


@dataclass(frozen=True, slots=True)
class Substituted:
    """The nodes with every reference replaced, a fault for each name that is not set, and the paths of those values."""

    root: Node
    diagnostics: list[Diagnostic]
    unset: frozenset[Path]


def substitute(root: Node, environment: AnyMapping[str, str], inputs: NamesOfInputs = no_inputs) -> Substituted:
    """Replace the references in every value. The token alone may be unset: the bot then runs on the local Discord.

    An input that is still written there has no value; that was reported where it should have got one.
    """
    unset: dict[Path, list[Diagnostic]] = {}

    def of_environment(node: Scalar, text: str, path: Path) -> Scalar:
        lacks_input = INPUT.search(text) is not None
        faults = [*_unset(node, text, environment), *_no_inputs(node, text, inputs(node.source.file))]
        if lacks_input or (faults and path != TOKEN_PATH):
            unset[path] = faults
        return dataclasses.replace(node, value=REFERENCE.sub(lambda found: _value(found, environment), text))

    replaced = replace(root, of_environment, ())
    assert replaced is not None, "no value is left out here"
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


Replacement = Callable[[Scalar, str, Path], Node | None]
"""Returns what stands for a value with a reference, its text and its path given; None leaves its key or item out."""


def replace(node: Node, replacement: Replacement, path: Path) -> Node | None:
    """Return the nodes below `path` with what stands for each value that has a reference; others stay themselves."""
    match node:
        case Scalar(value=str() as text) if "${" in text:
            return replacement(node, text, path)
        case Scalar():
            return node
        case Sequence():
            made = {
                index: replace(item, replacement, (*path, index))
                for index, item in enumerate(node.items)
                if _may_refer(item)
            }
            if all(item is node.items[index] for index, item in made.items()):
                return node
            items = (made.get(index, item) for index, item in enumerate(node.items))
            return dataclasses.replace(node, items=tuple(item for item in items if item is not None))
        case Mapping():
            values = {
                name: replace(entry.value, replacement, (*path, name))
                for name, entry in node.entries.items()
                if _may_refer(entry.value)
            }
            if all(value is node.entries[name].value for name, value in values.items()):
                return node
            entries = {
                name: Entry(node.entries[name].key, value) for name, value in values.items() if value is not None
            }
            kept = (name for name in node.entries if name in entries or name not in values)
            return dataclasses.replace(node, entries={name: entries.get(name, node.entries[name]) for name in kept})


def _may_refer(node: Node) -> bool:
    """Tell whether a reference may stand in a node: nearly everything in a file is a value without one."""
    return not isinstance(node, Scalar) or (isinstance(node.value, str) and "${" in node.value)


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


def _no_inputs(node: Scalar, text: str, known: Collection[str]) -> Iterator[Diagnostic]:
    for found in INPUT.finditer(text):
        if found[1] not in known:
            yield Diagnostic(
                slug="unknown-input",
                span=span_within(node, found.start(), len(found[0])),
                headline=f"there is no input `{found[1]}`",
                why="a value that is missing would be taken for an empty one",
                fix=suggestion(found[1], known) or f"declare `{found[1]}:` under `inputs:` of this file",
            )
