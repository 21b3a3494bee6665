"""Who is pinged: what is written as a ping and won't be one, and what users write and could become one.

Every message says whom it may ping, and nobody is pinged unless `mentions` says so.
Source: Discord docs, Message resource, Allowed Mentions Object.
"""

import re
from collections.abc import Iterator, Mapping

from jinja2 import nodes

from runner.actions.action import Authored, WrittenStep
from runner.check.steps import all_steps, every_step, runs_of
from runner.config.document import Command, Handler, MessageChange
from runner.config.load import Config
from runner.data import dataclass
from runner.diagnostics import Diagnostic, Mark, Severity, Span
from runner.templates.names import attributes_read
from runner.templates.syntax import offset_of

_PINGS: Mapping[str, re.Pattern[str]] = {
    "users": re.compile(r"<@!?[0-9]{15,20}>"),
    "roles": re.compile(r"<@&[0-9]{15,20}>"),
    "everyone": re.compile(r"(?<![\w.])@everyone\b"),
    "here": re.compile(r"(?<![\w.])@here\b"),
}
_TEMPLATED = re.compile(r"\{\{.*?\}\}|\{%.*?%\}|\{#.*?#\}", re.DOTALL)
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
    """What a step says to people, and whom it may ping; where both stand."""

    content: object
    mentions: tuple[object, ...]
    step: WrittenStep


def check_mentions(config: Config) -> list[Diagnostic]:
    """Return a hint for each ping that won't be one, and a warning for each text of a user that could become one."""
    found = [fault for step in every_step(config) if (said := _said(step)) for fault in _without_ping(said)]
    for _, _, handler in config.handlers():
        for step in all_steps(*runs_of(handler)):
            if said := _said(step):
                found += _from_users(said, handler)
    return found


def _said(step: WrittenStep) -> _Said | None:
    message: object = getattr(step.action, "message", None)
    if not isinstance(message, MessageChange) or message.content is None:
        return None
    mentions = message.mentions
    named = [word for word in ("users", "roles") if getattr(mentions, word)]  # some of them, at least
    return _Said(message.content, (*mentions.parse, *named), step)


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
    return said.step.spans.get("content", said.step.key)


def _from_users(said: _Said, handler: Handler) -> Iterator[Diagnostic]:
    many = [word for word in said.mentions if word in _PINGS_MANY]
    if not many or not isinstance(said.content, Authored):
        return
    read = attributes_read(said.content.template.tree)
    typed = next((node for node in read if isinstance(node, nodes.Getattr) and _is_typed(node, handler)), None)
    if typed is None:
        return
    path = f"{getattr(typed.node, 'name', '')}.{typed.attr}"
    yield Diagnostic(
        slug="user-text-may-ping",
        span=said.content.locate(offset_of(typed.node), len(path)),
        headline=f"who writes `@everyone` into `{path}` pings everybody",
        why="this message may ping more than single users, and this text is what a user has typed",
        fix="post the ping and the text as two messages, the second without `mentions`",
        severity=Severity.WARNING,
        marks=(Mark(said.step.spans.get("mentions", said.step.key), "the message may ping here"),),
    )


def _is_typed(node: nodes.Getattr, handler: Handler) -> bool:
    """Tell whether a path is something that users write as they like."""
    if not isinstance(node.node, nodes.Name):
        return False
    root, name = node.node.name, node.attr
    if root == "options" and isinstance(handler, Command):
        return name in handler.options and handler.options[name].type == "string" and not handler.options[name].choices
    return root in _TYPED_ROOTS or name in _TYPED_ATTRIBUTES.get(root, frozenset())
