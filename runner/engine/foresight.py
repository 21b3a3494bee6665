"""Asks before the first effect for what the compiler has foreseen: permissions of the bot, and the hierarchy.

Only what is known stands in the way. Where the cache has no answer, Discord gives it, and the step fails.
Source: Discord docs, Topics: Permissions; Interactions: Receiving and Responding (`app_permissions`).
"""

from collections.abc import Iterator, Mapping
from typing import Any, Final

from runner.actions.action import FailureKind, Place, Refused, StepFailed, Target
from runner.compile import CALLER, Foreseen, Render
from runner.engine.guards import THREADS, Who, lacking
from runner.engine.hierarchy import member_obstacle, role_obstacle, roles_of
from runner.lifecycle.bits import Permissions
from runner.templates import RenderError

Json = Mapping[str, Any]  # Any: Discord's JSON

_SEND: Final = int(Permissions.SEND_MESSAGES)
_SEND_IN_THREADS: Final = int(Permissions.SEND_MESSAGES_IN_THREADS)


class Obstructed(StepFailed):
    """It is known before a step that the bot can't do it. `is_ahead` where the step under way is not the one."""

    def __init__(self, refusal: Refused) -> None:
        is_permission = refusal.reason.startswith("refused_bot")
        kind = FailureKind.MISSING_PERMISSION if is_permission else FailureKind.HIERARCHY
        super().__init__(f"it may not be done: {refusal}", kind=kind, refusal=refusal)
        self.refusal: Refused = refusal
        self.is_ahead = False


def obstacle_to(foreseen: Foreseen, who: Who) -> Obstructed | None:
    """Return what is known to be missing of what is needed; None where nothing is."""
    if not who.guild_id:
        return None  # in direct messages Discord tells of no permissions that would count
    refusal = next(_refusals(foreseen, who), None)
    return Obstructed(refusal) if refusal else None


def _refusals(foreseen: Foreseen, who: Who) -> Iterator[Refused]:
    for where, bits in foreseen.needs:
        if (refusal := _not_permitted(where, bits, who)) is not None:
            yield refusal
    for target, which, for_caller in foreseen.targets:
        named = who.user_id if which == CALLER else _rendered(which, who)
        if named and (refusal := _obstacle(target, named, who, for_caller=for_caller)) is not None:
            yield refusal


def _not_permitted(where: Place | Render | str, bits: int, who: Who) -> Refused | None:
    if where is Place.HERE:
        missing = _lacking_here(bits, who)
    elif where is Place.SERVER:
        held = who.directory.bot_permissions(who.guild_id)
        missing = _lacking_here(bits, who) if held is None else lacking(bits, str(held))
    else:
        return _not_permitted_there(_channel(where, who), bits, who)
    return Refused("refused_bot", names=missing) if missing else None


def _not_permitted_there(channel_id: str, bits: int, who: Who) -> Refused | None:
    if channel_id == who.interaction.get("channel_id"):
        return _not_permitted(Place.HERE, bits, who)
    held = who.directory.bot_permissions(who.guild_id, channel_id) if channel_id else None
    missing = () if held is None else lacking(bits, str(held))
    return Refused("refused_bot_in", names=missing, channel=f"<#{channel_id}>") if missing else None


def _lacking_here(bits: int, who: Who) -> tuple[str, ...]:
    """Return what is missing in the interaction's channel; in a thread sending has a permission of its own."""
    channel: Json = who.interaction.get("channel") or {}
    if bits & _SEND and channel.get("type") in THREADS:
        bits = bits & ~_SEND | _SEND_IN_THREADS
    granted = who.interaction.get("app_permissions") or _held_without_asker(who)
    return lacking(bits, granted) if granted else ()


def _held_without_asker(who: Who) -> str | None:
    """Return what the bot holds where a run takes place that no interaction has just begun; None if nobody knows."""
    channel_id = who.interaction.get("channel_id")
    held = who.directory.bot_permissions(who.guild_id, channel_id) if channel_id else None
    return None if held is None else str(held)


def _obstacle(target: Target, named: str, who: Who, *, for_caller: bool) -> Refused | None:
    if target is Target.ROLE:
        return role_obstacle(named, who.interaction, who.directory)
    roles = roles_of(named, who.interaction)
    return member_obstacle(named, roles, who.interaction, who.directory, for_caller=for_caller)


def _channel(where: Render | str | Place, who: Who) -> str:
    """Return the id of a channel, given by id or as `#name`; empty where there is none, or it can't be told."""
    assert not isinstance(where, Place), "the others are channels"
    named = _rendered(where, who)
    if named.startswith("#"):
        return who.directory.channel_named(who.guild_id, named[1:]) or ""
    return named


def _rendered(value: Render | str, who: Who) -> str:
    """Return the value; empty where it can't be rendered, because the step itself will say so."""
    if isinstance(value, str):
        return value
    try:
        return str(value(who.values))
    except (RenderError, StepFailed):
        return ""
