"""Who is pinged: what is written as a ping and won't be one, and what users write and could become one.

Every message says whom it may ping, and nobody is pinged unless `mentions` says so.
Source: Discord docs, Message resource, Allowed Mentions Object.
"""

import re
from collections.abc import Callable, Iterator, Mapping
from functools import partial
from typing import cast

from runner.actions.action import Authored
from runner.check.messages import every_message
from runner.check.steps import all_steps, messages_of, runs_of
from runner.config.document import Command, Handler, MessageChange, MessageEdit
from runner.config.load import Config
from runner.data import dataclass
from runner.diagnostics import Diagnostic, Mark, Severity, Span
from runner.regex import regex
from runner.templates import nodes
from runner.templates.names import attributes_read
from runner.templates.scopes import path_of

_PINGS: Mapping[str, re.Pattern[str]] = {
    "users": regex(r"<@!?[0-9]{15,20}>"),
    "roles": regex(r"<@&[0-9]{15,20}>"),
    "everyone": regex(r"(?<![\w.])@everyone\b"),
    "here": regex(r"(?<![\w.])@here\b"),
}
_TEMPLATED = regex(r"\{\{.*?\}\}|\{%.*?%\}|\{#.*?#\}", re.DOTALL)
_PINGS_MANY = frozenset({"everyone", "here", "roles"})
# What users choose freely: their names, and the texts that they type.
_TYPED_ROOTS = frozenset({"fields"})
_TYPED_ATTRIBUTES = {
    "message": frozenset({"content"}),
    "user": frozenset({"name", "display_name"}),
    "member": frozenset({"name", "display_name", "nick"}),
}


@dataclass(frozen=True, slots=True)
class _Said:
    """What a message says to people, and whom it may ping; where both stand."""

    content: object
    mentions: tuple[object, ...]
    content_at: Callable[[], Span]
    mentions_at: Callable[[], Span]


def check_mentions(config: Config) -> list[Diagnostic]:
    """Return a hint for each ping that won't be one, and a warning for each text of a user that could become one."""
    messages = (message for message in every_message(config) if not isinstance(message, MessageEdit))
    found = [fault for message in messages if (said := _said(config, message)) for fault in _without_ping(said)]
    for _, _, handler in config.handlers():
        for step in all_steps(*runs_of(handler)):
            for message in messages_of(step):
                found += _from_users(config, message, handler)
    return found


def _said(config: Config, message: MessageChange) -> _Said | None:
    if message.text is None or config.places.node(message) is None:
        return None
    mentions, places = message.mentions, config.places
    named = [word for word in ("users", "roles") if getattr(mentions, word)]  # some of them, at least
    content_at = partial(places.key, message, message.text_key)
    return _Said(message.text, (*mentions.parse, *named), content_at, partial(places.key, message, "mentions"))


def _without_ping(said: _Said) -> Iterator[Diagnostic]:
    written = said.content.template.source if isinstance(said.content, Authored) else str(said.content)
    fixed = _TEMPLATED.sub(lambda part: " " * len(part[0]), written)
    for word, ping in _PINGS.items():
        found = ping.search(fixed)
        if found is not None and word not in said.mentions and all(isinstance(each, str) for each in said.mentions):
            yield Diagnostic(
                slug="mention-without-ping",
                span=_place(said, found.start(), len(found[0])),
                headline=f"`{found[0]}` will be shown and ping nobody",
                why="nobody is pinged unless `mentions` says so (Discord docs, Allowed Mentions Object)",
                fix=f"write `mentions: [{word}]` if it shall ping",
                severity=Severity.HINT,
            )


def _place(said: _Said, offset: int, length: int) -> Span:
    if isinstance(said.content, Authored):
        return said.content.locate(offset, length)
    return said.content_at()


def _from_users(config: Config, message: MessageChange, handler: Handler) -> Iterator[Diagnostic]:
    said = _said(config, message.named or message)
    many = [word for word in said.mentions if word in _PINGS_MANY] if said else []
    for authored in _filling(said.content, message) if said and many else ():
        read = attributes_read(authored.template.tree)
        typed = next((node for node in read if isinstance(node, nodes.Getattr) and _is_typed(node, handler)), None)
        if said is not None and typed is not None:
            path = f"{getattr(typed.node, 'name', '')}.{typed.attr}"
            yield Diagnostic(
                slug="user-text-may-ping",
                span=authored.locate(typed.node.offset, len(path)),
                headline=f"who writes `@everyone` into `{path}` pings everybody",
                why="this message may ping more than single users, and this text is what a user has typed",
                fix="post the ping and the text as two messages, the second without `mentions`",
                severity=Severity.WARNING,
                marks=(Mark(said.mentions_at(), "the message may ping here"),),
            )


def _filling(content: object, message: MessageChange) -> Iterator[Authored]:
    """Yield the templates of a step that fill the text of its message in: those of parameters where that has a name."""
    if message.named is None:
        yield from (content,) if isinstance(content, Authored) else ()
        return
    read = attributes_read(content.template.tree) if isinstance(content, Authored) else ()
    names = {path[1] for node in read if (path := path_of(node)) and path[0] == "params" and len(path) > 1}
    given = cast(Mapping[str, object], message.with_)  # `Data` is a type of its own only in name
    yield from (value for name in names if isinstance(value := given.get(name), Authored))


def _is_typed(node: nodes.Getattr, handler: Handler) -> bool:
    """Tell whether a path is something that users write as they like."""
    if not isinstance(node.node, nodes.Name):
        return False
    root, name = node.node.name, node.attr
    if root == "options" and isinstance(handler, Command):
        return name in handler.options and handler.options[name].type == "string" and not handler.options[name].choices
    return root in _TYPED_ROOTS or name in _TYPED_ATTRIBUTES.get(root, frozenset())
