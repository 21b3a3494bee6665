"""Whom a message pings. Source: Discord docs, Resources: Message, Allowed Mentions Object."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Literal

from runner.emulator.components import walk
from runner.emulator.world import Guild, JsonObject, Message, listed
from runner.lifecycle.bits import Permissions
from runner.lifecycle.limits import ComponentType

Default = Literal["all", "users"]
"""What is parsed without `allowed_mentions`: an ordinary message parses all, an interaction's or a webhook's users."""

_USER_MENTION = re.compile(r"<@!?(\d+)>")
_ROLE_MENTION = re.compile(r"<@&(\d+)>")


def mention(
    message: Message,
    guild: Guild | None,
    held: Permissions,
    given: Mapping[str, Any] | None,  # checked JSON: `allowed_mentions`
    default: Default,
) -> None:
    """Work out whom the message pings; `held` is what its author may do in the channel."""
    allowed = _allowed(given, default)
    text = "\n".join([message.content, *_displayed_texts(message.components)])
    users = [int(user) for user in _USER_MENTION.findall(text)]
    message.mention_ids = _unique(user for user in users if allowed.user(user))
    if guild is None:
        return
    may_all = bool(held & Permissions.MENTION_EVERYONE)
    roles = [guild.roles[int(role)] for role in _ROLE_MENTION.findall(text) if int(role) in guild.roles]
    message.mention_role_ids = _unique(r.id for r in roles if allowed.role(r.id) and (r.mentionable or may_all))
    message.mention_everyone = allowed.everyone and may_all and ("@everyone" in text or "@here" in text)


@dataclass(frozen=True, slots=True)
class _Allowed:
    """Whom a message may ping. None is everyone of that kind."""

    users: frozenset[int] | None
    roles: frozenset[int] | None
    everyone: bool

    def user(self, user_id: int) -> bool:
        return self.users is None or user_id in self.users

    def role(self, role_id: int) -> bool:
        return self.roles is None or role_id in self.roles


def _allowed(given: Mapping[str, Any] | None, default: Default) -> _Allowed:
    if given is None:
        nothing: frozenset[int] = frozenset()
        return _Allowed(None, None, True) if default == "all" else _Allowed(None, nothing, False)
    parse = listed(given.get("parse"))
    return _Allowed(
        users=None if "users" in parse else frozenset(int(user) for user in listed(given.get("users"))),
        roles=None if "roles" in parse else frozenset(int(role) for role in listed(given.get("roles"))),
        everyone="everyone" in parse,
    )


def _displayed_texts(components: Iterable[JsonObject]) -> list[str]:
    return [
        str(component["content"])
        for component in walk(components)
        if component.get("type") == ComponentType.TEXT_DISPLAY
    ]


def _unique(ids: Iterable[int]) -> list[int]:
    return list(dict.fromkeys(ids))
