"""What every step on a channel or a thread has."""

from collections.abc import Iterable, Iterator
from typing import Any, ClassVar, cast

from runner.actions.action import Action, FailureKind, Misfit, Place, Seeing, Step, StepFailed
from runner.data import dataclass
from runner.declarations import Declarations
from runner.fields import Channel, Entry, Role, Snowflake, option
from runner.lifecycle import limits
from runner.lifecycle.bits import PermissionName, permissions_named

CHANNEL = "/channels/{channel_id}"
"""The route of a channel, and of a thread."""


@dataclass(frozen=True, slots=True, kw_only=True)
class OnChannel(Action):
    """A step on one channel."""

    worst_case_s: ClassVar[float] = limits.REST_CALL_S
    needs_server: ClassVar[bool] = True

    channel: Channel | None = option("Which: a channel, an id or `#name`. Left out: this one.", default=None)
    reason: str | None = option("Why, for the server's audit log: 512 characters, longer text is cut.", default=None)

    def needs_in(self) -> object:
        """Return the channel, if it names one."""
        return self.channel or Place.HERE

    def wants(self, declared: Declarations) -> frozenset[str]:
        """Want a server, and a channel where none is named."""
        return frozenset({"guild"} if self.channel is not None else {"guild", "channel"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Overwrite(Entry):
    """What a role or a member may do in a channel, and may not, whatever they may elsewhere."""

    templated: ClassVar[bool] = True

    role: Role | None = option("For whom: a role, an id or `@name`; `@everyone` is one too.", default=None)
    user: Snowflake | None = option("For whom: a user, or an id.", default=None)
    allow: tuple[PermissionName, ...] = option("What they may do here.", default=(), single=True)
    deny: tuple[PermissionName, ...] = option("What they may not do here.", default=(), single=True)

    def seeing(self, attribute: str, *, is_new: bool) -> Iterator[Seeing]:
        """Yield whom they let see the channel, or don't, if they say anything of that."""
        if "view_channel" in (*self.allow, *self.deny):
            yield Seeing(self.role, self.user, "view_channel" not in self.deny, attribute, is_new)

    def as_json(self, step: Step) -> dict[str, object]:
        """Return it as Discord has it. Raises `StepFailed` for a role that the server has not."""
        target, kind = target_of(self.role, self.user, step)
        allow, deny = int(permissions_named(self.allow)), int(permissions_named(self.deny))
        return {"id": target, "type": kind, "allow": str(allow & ~deny), "deny": str(deny)}


def two_targets(attribute: str) -> Misfit:
    """Return the fault of permissions that are for a role and for a user."""
    why = "Discord keeps for each role and member what they may do"
    return Misfit(attribute, "these permissions are for a role and for a user", why, "say it for each by itself")


def target_of(role: str | None, user: str | None, step: Step) -> tuple[str, int]:
    """Return for whom an overwrite is: the id of a role and 0, or of a member and 1.

    Raises `StepFailed` for a role that the server has not.

    Source: Discord docs, Resources: Channel, Overwrite Object.
    """
    if role is not None:
        return step.role(role), 0
    assert user is not None, "a file that names neither is refused"
    return user, 1


def channel_of(channel: str | None, step: Step) -> str:
    """Return the id of the channel that is meant. Raises `StepFailed` where there is none."""
    found = step.channel(channel) if channel else step.channel_id
    if found is None:
        raise StepFailed("there is no channel here; name one with `channel`", kind=FailureKind.INVALID)
    return found


def changed(**values: object) -> dict[str, Any]:
    """Return the keys of Discord's that a step says something about: those that are not None. Any: JSON."""
    return {name: value for name, value in values.items() if value is not None}


def seconds(duration: float | None) -> int | None:
    """Return a duration in whole seconds."""
    return None if duration is None else int(duration)


def tag_ids(names: Iterable[str], forum: object) -> list[str]:
    """Return the ids of a forum's tags by their names. Raises `StepFailed` for a name that it has not."""
    tags = cast(dict[str, Any], forum).get("available_tags") or ()  # Any: Discord's JSON
    known = {tag["name"].casefold(): tag["id"] for tag in tags}
    ids = [known.get(name.casefold()) for name in names]
    if None in ids:
        raise StepFailed("the forum has no tag of that name", kind=FailureKind.NOT_FOUND)
    return [tag for tag in ids if tag is not None]
