"""Who may run a handler: permissions of both sides, and checks. Asked on each run, before the first step.

Discord's own gate (`default_member_permissions`) is a default that a server's admins can override, and components
have none at all, so it is never relied on. Source: Discord docs, Application Commands, Permissions.

What a check asks may be beyond knowing: a role by its name in a server that is not cached, or who owns that. Then the
answer is neither yes nor no, `not` does not make a yes of it, and nobody is let in.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, Final

from runner.actions.action import Refused
from runner.compile import Check, Guard, Handler, Render
from runner.data import dataclass
from runner.engine import context
from runner.engine.context import Directory
from runner.fields import Checks
from runner.lifecycle.bits import Permissions
from runner.lifecycle.limits import ChannelType, InteractionContext

Json = Mapping[str, Any]  # Any: Discord's JSON

_WORDS: Final[Mapping[Permissions, str]] = {  # where Discord's own client has other words than its API
    Permissions.MANAGE_GUILD: "Manage Server",
    Permissions.VIEW_GUILD_INSIGHTS: "View Server Insights",
    Permissions.MODERATE_MEMBERS: "Timeout Members",
    Permissions.CREATE_GUILD_EXPRESSIONS: "Create Expressions",
    Permissions.MANAGE_GUILD_EXPRESSIONS: "Manage Expressions",
    Permissions.STREAM: "Video",
    Permissions.USE_VAD: "Use Voice Activity",
    Permissions.SEND_TTS_MESSAGES: "Send Text-to-Speech Messages",
}

# Plain numbers: operations on flags cost ten times as much, and this is asked on every run.
_ADMINISTRATOR: Final = int(Permissions.ADMINISTRATOR)
_WORDED: Final = tuple(
    (int(flag), _WORDS.get(flag) or str(flag.name).replace("_", " ").title()) for flag in Permissions
)

THREADS: Final = frozenset(
    {int(ChannelType.ANNOUNCEMENT_THREAD), int(ChannelType.PUBLIC_THREAD), int(ChannelType.PRIVATE_THREAD)}
)
"""The types of channels that are threads."""

_SERVERS: Final = frozenset({int(InteractionContext.GUILD)})


@dataclass(frozen=True, slots=True)
class Who:
    """Who asks, where, and with which values: everything that a guard is judged by."""

    interaction: Json
    values: dict[str, Any]  # Any: what templates read
    directory: Directory

    @property
    def guild_id(self) -> str:
        """The server; empty outside one."""
        return self.interaction.get("guild_id") or ""

    @property
    def member(self) -> Json:
        """The caller as a member, with the permissions in this channel; empty outside a server.

        Empty, too, where nobody has asked just now, as for what has been begun later: then nobody knows any more.
        """
        return self.interaction.get("member") or {}

    @property
    def user_id(self) -> str:
        """The caller."""
        found: str = context.caller(self.interaction)["id"]
        return found


def admit(handler: Handler, who: Who) -> None:
    """Raise `Refused` unless the caller and the bot may do this here."""
    if handler.needs_server and not who.guild_id:
        raise Refused("refused_server")
    for guard in (*handler.group_guards, handler.guard):
        if guard is not None:
            _admit_permissions(guard, who)
            ask(guard.checks, who)


def _admit_permissions(guard: Guard, who: Who) -> None:
    if missing := lacking(guard.member, who.member.get("permissions")):
        raise Refused("refused_member", said(guard.denied, who), names=missing)
    if missing := lacking(guard.bot, who.interaction.get("app_permissions")):
        raise Refused("refused_bot", names=missing)


def ask(checks: Checks, who: Who, denied: str = "") -> None:
    """Raise `Refused` unless every check holds; `denied` replaces the checks' own sentences."""
    for check in checks.items:
        if not holds(check, who):
            raise Refused("refused_check", denied) if denied else _refusal(check, who)


def any_holds(checks: Checks, who: Who) -> bool:
    """Tell whether at least one of the checks certainly holds."""
    return any(holds(check, who) for check in checks.items)


def lacking(asked: int, granted: str | None) -> tuple[str, ...]:
    """Return the names, as Discord's own client words them, of the permissions that are asked for and not granted."""
    if not asked:
        return ()
    held = int(granted or 0)
    missing = asked & ~held
    return () if not missing or held & _ADMINISTRATOR else worded(missing)


def worded(permissions: int) -> tuple[str, ...]:
    """Return the names of permissions as Discord's own client words them."""
    return tuple(name for bit, name in _WORDED if bit & permissions)


def holds(check: Check, who: Who) -> bool | None:
    """Tell whether every rule of a check holds; None when that can't be known."""
    return _all(_verdicts(check, who))


def _verdicts(check: Check, who: Who) -> Iterator[bool | None]:
    """Yield what becomes of each rule, the cheap ones first; a rule behind one that is broken is not even asked."""
    if check.contexts:
        yield who.interaction.get("context") in check.contexts
    if check.member or check.bot:
        yield _permitted(check, who)
    if check.users:
        yield who.user_id in check.users
    if check.is_bot_owner:
        yield who.user_id in who.directory.bot_owners
    if check.is_owner:
        yield _is(who.directory.guild_owner(who.guild_id), who.user_id)
    if check.any_role or check.all_roles or check.no_role:
        yield _has_roles(check, who)
    if check.channels:
        yield _any(_is_here(channel, who) for channel in check.channels)
    if check.condition is not None:
        yield bool(check.condition(who.values))
    yield from (holds(inner, who) for inner in check.all_of)
    if check.any_of:
        yield _any(holds(inner, who) for inner in check.any_of)
    yield from (_not(holds(inner, who)) for inner in check.none_of)


def _permitted(check: Check, who: Who) -> bool | None:
    if not who.member:
        return None
    is_lacking = lacking(check.member, who.member.get("permissions"))
    return not (is_lacking or lacking(check.bot, who.interaction.get("app_permissions")))


def _has_roles(check: Check, who: Who) -> bool | None:
    if not who.member:
        return None
    asked = [_has(role, who) for role in check.all_roles] + [_not(_has(role, who)) for role in check.no_role]
    if check.any_role:
        asked.append(_any(_has(role, who) for role in check.any_role))
    return _all(asked)


def _has(role: str, who: Who) -> bool | None:
    """Tell whether the member has a role, given by id or as `@name`."""
    held: Sequence[str] = who.member.get("roles") or ()
    if not role.startswith("@"):
        return role in held
    named = who.directory.role_named(who.guild_id, role[1:])
    return named in held if named or who.directory.guild_name(who.guild_id) else None


def _is_here(channel: str, who: Who) -> bool | None:
    """Tell whether the interaction is in a channel, in a thread of it, or in a category that has one of these."""
    here: Json = who.interaction.get("channel") or {}
    found, parent = _channel_id(channel, who), here.get("parent_id")
    if found is None or found in (who.interaction.get("channel_id"), parent):
        return None if found is None else True
    if here.get("type") not in THREADS or not parent:
        return False
    return _is(who.directory.category_of(who.guild_id, parent), found)


def _channel_id(channel: str, who: Who) -> str | None:
    """Return the id of a channel given by id or as `#name`: empty if there is none, None if that can't be known."""
    if not channel.startswith("#"):
        return channel
    if not who.guild_id or not who.directory.guild_name(who.guild_id):
        return None
    return who.directory.channel_named(who.guild_id, channel[1:]) or ""


def _is(known: str | None, wanted: str) -> bool | None:
    return None if known is None else known == wanted


def _not(verdict: bool | None) -> bool | None:
    return None if verdict is None else not verdict


def _all(verdicts: Iterable[bool | None]) -> bool | None:
    is_known = True
    for verdict in verdicts:
        if verdict is False:
            return False
        is_known = is_known and verdict is not None
    return True if is_known else None


def _any(verdicts: Iterable[bool | None]) -> bool | None:
    is_known = True
    for verdict in verdicts:
        if verdict:
            return True
        is_known = is_known and verdict is not None
    return False if is_known else None


def _refusal(check: Check, who: Who) -> Refused:
    """Return the refusal of a check that does not hold: in its own words, or in those of what it is made of."""
    if text := said(check.denied, who):
        return Refused("refused_check", text)
    if check.contexts and who.interaction.get("context") not in check.contexts:
        return _elsewhere(check)
    is_personal = check.users or check.is_owner or check.is_bot_owner or check.condition is not None
    if who.guild_id and not is_personal and (found := _lacked(check, who)) and (found.values["names"]):
        return found
    broken = next((inner for inner in check.all_of if not holds(inner, who)), None)
    return Refused("refused_check") if broken is None else _refusal(broken, who)


def _elsewhere(check: Check) -> Refused:
    if check.contexts == _SERVERS:
        return Refused("refused_server")
    return Refused("refused_check" if InteractionContext.GUILD in check.contexts else "refused_dm")


def _lacked(check: Check, who: Who) -> Refused | None:
    """Return what the caller or the bot lacks in a server, as far as getting it would help."""
    if missing := lacking(check.member, who.member.get("permissions")):
        return Refused("refused_member", names=missing)
    if missing := lacking(check.bot, who.interaction.get("app_permissions")):
        return Refused("refused_bot", names=missing)
    if lacked := [role for role in check.all_roles if not _has(role, who)]:
        return Refused("refused_roles", names=_role_names(lacked, who))
    if check.any_role and not any(_has(role, who) for role in check.any_role):
        return Refused("refused_any_role", names=_role_names(check.any_role, who))
    if check.channels and not any(_is_here(channel, who) for channel in check.channels):
        return Refused("refused_channel", names=_channel_mentions(check.channels, who))
    return None


def _role_names(roles: Iterable[str], who: Who) -> tuple[str, ...]:
    """Return the roles as people know them; those that are not cached are left out."""
    return tuple(name for role in roles if (name := _role_name(role, who)))


def _role_name(role: str, who: Who) -> str:
    if role.startswith("@"):
        return role
    known = who.directory.role(who.guild_id, role)
    return f"@{known.name}" if known else ""


def _channel_mentions(channels: Iterable[str], who: Who) -> tuple[str, ...]:
    ids = (_channel_id(channel, who) or "" for channel in channels)
    return tuple(f"<#{channel}>" for channel in ids if channel)


def said(text: Render | str, who: Who, **values: object) -> str:
    """Return an author's sentence, which reads `values` besides what its handler reads."""
    return text if isinstance(text, str) else str(text({**who.values, **values}))
