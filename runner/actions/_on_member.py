"""What every step on a member of a server has."""

from collections.abc import Mapping
from typing import ClassVar, Final

from runner.actions.action import Action, FailureKind, Place, Refused, Step, StepFailed, Target
from runner.data import dataclass
from runner.declarations import Declarations
from runner.fields import Snowflake, option
from runner.lifecycle import limits
from runner.lifecycle.bits import Permissions
from runner.messages import EmptyMessage, Message, new_body
from runner.templates.types import BOOLEAN, Type

MEMBER: Final = "/guilds/{guild_id}/members/{user_id}"
"""The route of a member."""


@dataclass(frozen=True, slots=True, kw_only=True)
class OnMember(Action):
    """A step on one member."""

    worst_case_s: ClassVar[float] = limits.REST_CALL_S
    targets: ClassVar[Mapping[str, Target]] = {"user": Target.MEMBER}
    needs_server: ClassVar[bool] = True

    user: Snowflake | None = option("Whom: a user, or an id. Left out: whoever runs this.", default=None)
    reason: str | None = option("Why, for the server's audit log: 512 characters, longer text is cut.", default=None)

    def powers(self) -> Permissions:
        """Return nothing for a step on whoever runs it."""
        return Permissions(0) if self.user is None else self.needs

    def needs_in(self) -> object:
        """Return that it is the server as a whole that has to allow it."""
        return Place.SERVER

    def wants(self, declared: Declarations) -> frozenset[str]:
        """Want a server, and somebody who runs this where nobody is named."""
        return frozenset({"guild"} if self.user is not None else {"guild", "user"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Moderating(OnMember):
    """A step against a member, by somebody who has to stand above them."""

    any_rank: bool = option(
        "Whoever runs this need not stand above them: `true` where the steps decide, and not a moderator.",
        default=False,
        static=True,
    )

    def is_for_caller(self) -> bool:
        """Tell whether the caller has to stand above the member."""
        return not self.any_rank

    def takes_s(self) -> float:
        """Allow for asking Discord for the member's roles."""
        return self.worst_case_s + (0.0 if self.any_rank else limits.REST_CALL_S)

    async def whom(self, step: Step) -> str:
        """Return whom it is against. Raises `StepFailed` where the caller does not stand above them."""
        user_id = user_of(self, step)
        if not self.any_rank:
            await step.ensure_below(user_id)
        return user_id


@dataclass(frozen=True, slots=True, kw_only=True)
class Telling(Moderating):
    """A step against a member who can be told of it before."""

    outputs: ClassVar[Mapping[str, Type]] = {"was_told": BOOLEAN}

    user: Snowflake = option("Whom: a user, or an id.")  # said, because it should never be the caller by mistake
    dm: str | None = option(
        "What they read from the bot before it is done; who takes no direct messages is not told.", default=None
    )

    def takes_s(self) -> float:
        """Allow for the message."""
        return Moderating.takes_s(self) + (0.0 if self.dm is None else 2 * limits.REST_CALL_S)

    async def tell(self, step: Step, user_id: str) -> bool:
        """Tell whether they could be told: behind it, they may have no server in common with the bot any more."""
        if self.dm is None:
            return False
        try:
            said = new_body(Message(content=self.dm))
            channel = await step.rest("POST", "/users/@me/channels", {"recipient_id": user_id})
            await step.rest("POST", "/channels/{channel_id}/messages", said, channel_id=channel["id"])
        except (StepFailed, EmptyMessage) as failure:  # it is no reason to let them be
            step.log("info", f"not told: {failure or 'the text was empty'}")
            return False
        return True


def server_of(step: Step) -> str:
    """Return the id of the server. Raises `StepFailed` outside of one."""
    if step.guild_id is None:
        raise StepFailed("there is no server here", kind=FailureKind.INVALID, refusal=Refused("refused_server"))
    return step.guild_id


def user_of(action: OnMember, step: Step) -> str:
    """Return the id of the user whom an action is about. Raises `StepFailed` where there is none."""
    user_id = action.user or step.user_id
    if user_id is None:
        raise StepFailed("nobody runs this; name somebody with `user`", kind=FailureKind.INVALID)
    return user_id
