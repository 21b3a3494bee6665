"""Mentions of roles and channels by name, as the filter `mention` writes them: each server has ids of its own."""

import re
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any, Final

from runner.messages import Message
from runner.regex import regex
from runner.templates.values import is_list, is_mapping

_BY_NAME: Final = regex(r"<@&@([^<>\n]+)>|<##([^<>\n]+)>")

NamedIn = Callable[[str], str | None]
"""Returns the id of what has a name in a server, or None."""


def has_names(message: Message) -> bool:
    """Tell whether a message has names of roles or channels in the place of ids."""
    if message.mentions is not None and any(role.startswith("@") for role in _roles(message)):
        return True
    return _names(message.content) or _names(message.more)


def with_ids(message: Message, role_named: NamedIn, channel_named: NamedIn) -> Message:
    """Return a message with the ids of the roles and channels that it names. One that isn't there is its plain name.

    `everyone` is no role here: a text that users have written must not become a mention of the whole server.
    """

    def mention(found: re.Match[str]) -> str:
        role, channel = found.groups()
        if role is None:
            known = channel_named(channel)
            return f"#{channel}" if known is None else f"<#{known}>"
        known = None if role == "everyone" else role_named(role)
        return f"@{role}" if known is None else f"<@&{known}>"

    content = None if message.content is None else _BY_NAME.sub(mention, message.content)
    more: Any = _filled(message.more, mention)  # Any: Discord's JSON
    return replace(message, content=content, more=more, mentions=_mentions(message, role_named))


def _roles(message: Message) -> list[str]:
    roles = (message.mentions or {}).get("roles")
    return [str(role) for role in roles] if is_list(roles) else []


def _mentions(message: Message, role_named: NamedIn) -> Mapping[str, object] | None:
    if message.mentions is None or "roles" not in message.mentions:
        return message.mentions
    ids = [role_named(role[1:]) if role.startswith("@") else role for role in _roles(message)]
    return {**message.mentions, "roles": [found for found in ids if found is not None]}


def _filled(part: object, mention: Callable[[re.Match[str]], str]) -> object:
    if isinstance(part, str):
        return _BY_NAME.sub(mention, part)
    if is_list(part):
        return [_filled(each, mention) for each in part]
    return {name: _filled(each, mention) for name, each in part.items()} if is_mapping(part) else part


def _names(part: object) -> bool:
    if isinstance(part, str):
        return "<" in part and _BY_NAME.search(part) is not None
    if is_mapping(part):
        return any(map(_names, part.values()))
    return is_list(part) and any(map(_names, part))
