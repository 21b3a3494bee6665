"""What has gone wrong, as `error` has it: refusals of Discord's by their kind, and what their user may read of them."""

import math
from collections.abc import Mapping
from typing import Any, Final

from runner.actions.action import FailureKind, Refused, StepFailed
from runner.engine.guards import Who, lacking, worded
from runner.lifecycle.bits import Permissions
from runner.lifecycle.limits import ErrorCode
from runner.rest import RestRefused
from runner.templates import RenderError

_BY_CODE: Final[Mapping[int, FailureKind]] = {
    ErrorCode.MISSING_ACCESS: FailureKind.MISSING_PERMISSION,
    ErrorCode.MISSING_PERMISSIONS: FailureKind.MISSING_PERMISSION,
    ErrorCode.INVALID_ROLE: FailureKind.HIERARCHY,
    ErrorCode.CANNOT_MESSAGE_USER: FailureKind.CLOSED_DM,
    ErrorCode.NO_MUTUAL_GUILDS: FailureKind.CLOSED_DM,
    ErrorCode.UNKNOWN_EMOJI: FailureKind.NOT_FOUND,
    ErrorCode.UNKNOWN_USER: FailureKind.UNKNOWN_USER,
    ErrorCode.UNKNOWN_MEMBER: FailureKind.UNKNOWN_MEMBER,
    ErrorCode.UNKNOWN_ROLE: FailureKind.UNKNOWN_ROLE,
    ErrorCode.UNKNOWN_CHANNEL: FailureKind.UNKNOWN_CHANNEL,
    ErrorCode.UNKNOWN_MESSAGE: FailureKind.UNKNOWN_MESSAGE,
    ErrorCode.NOT_CONNECTED_TO_VOICE: FailureKind.NOT_CONNECTED,
    ErrorCode.THREAD_ARCHIVED: FailureKind.ARCHIVED,
    ErrorCode.THREAD_LOCKED: FailureKind.ARCHIVED,
    ErrorCode.SLOWMODE: FailureKind.RATE_LIMITED,
    ErrorCode.CHANNEL_WRITE_RATE_LIMIT: FailureKind.RATE_LIMITED,
}
_BY_STATUS: Final[Mapping[int, FailureKind]] = {
    400: FailureKind.INVALID,
    403: FailureKind.REFUSED,
    404: FailureKind.NOT_FOUND,
    429: FailureKind.RATE_LIMITED,
}
_LIMITS: Final = range(30_000, 31_000)
"""Discord's codes for what there may be no more of. Source: Discord docs, Topics: Opcodes and Status Codes."""


def kind_of(failure: Exception | None) -> FailureKind:
    """Return what a failure is about; None is a handler whose time is up."""
    match failure:
        case StepFailed():
            return failure.kind
        case RestRefused():
            return _of_refusal(failure)
        case RenderError():
            return FailureKind.INVALID
        case None | TimeoutError():
            return FailureKind.TIMEOUT
        case _:
            return FailureKind.UNKNOWN


def _of_refusal(refused: RestRefused) -> FailureKind:
    if refused.code in _LIMITS:
        return FailureKind.LIMIT_REACHED
    return _BY_CODE.get(refused.code) or _BY_STATUS.get(refused.status, FailureKind.UNKNOWN)


def refused_call(
    refused: RestRefused, needs: Permissions, channel_id: str | None, who: Who, *, has_targets: bool
) -> StepFailed:
    """Return the failure of a step whose call Discord has refused.

    `needs` are the permissions that the step needs, in the channel that the call is about if there is one;
    `has_targets` says that it acts on a role or a member: these are above the bot if it has the permissions.
    """
    kind, refusal = kind_of(refused), None
    if kind is FailureKind.MISSING_PERMISSION and has_targets and not lacking(needs, _granted(who)):
        kind = FailureKind.HIERARCHY
    if kind is FailureKind.HIERARCHY:
        refusal = Refused("refused_hierarchy")
    elif kind is FailureKind.MISSING_PERMISSION:
        refusal = _not_permitted(needs, channel_id, who)
    return StepFailed(
        f"Discord refused: {refused}",
        kind=kind,
        code=refused.code or None,
        retry_after_s=refused.retry_after_s,
        refusal=refusal,
    )


def _granted(who: Who) -> str | None:
    found: str | None = who.interaction.get("app_permissions")
    return found


def _not_permitted(needs: Permissions, channel_id: str | None, who: Who) -> Refused | None:
    """Return what to say where Discord has refused for a permission; None where nobody can name one."""
    if not needs:
        return None
    if channel_id is not None and channel_id != who.interaction.get("channel_id"):
        return Refused("refused_bot_in", names=worded(needs), channel=f"<#{channel_id}>")
    return Refused("refused_bot", names=lacking(needs, who.interaction.get("app_permissions")) or worded(needs))


def error_root(failure: Exception | None, *, reference: str, message: str, step: str) -> dict[str, Any]:
    """Return what templates read as `error`. Any: values of templates."""
    own = failure if isinstance(failure, StepFailed) else StepFailed("")
    return {
        "reference": reference,
        "message": message,
        "step": step,
        "kind": str(kind_of(failure)),
        "code": own.code,
        "retry_after": None if own.retry_after_s is None else math.ceil(own.retry_after_s),
    }
