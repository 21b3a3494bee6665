"""`create_invite`: an invite to a channel."""

from collections.abc import Mapping
from typing import ClassVar, Final

from runner.actions._on_channel import CHANNEL, OnChannel, channel_of
from runner.actions.action import Repeats, Step
from runner.data import dataclass
from runner.fields import Duration, option
from runner.lifecycle import limits
from runner.lifecycle.bits import Permissions
from runner.templates.types import STRING, Type

_ADDRESS: Final = "https://discord.gg/"


@dataclass(frozen=True, slots=True, kw_only=True)
class CreateInvite(OnChannel):
    """Make an invite to a channel.

    Example:
        - create_invite: {expires: 1d, max_uses: 1}
    """

    repeats: ClassVar[Repeats] = Repeats.ONCE
    needs: ClassVar[Permissions] = Permissions.CREATE_INSTANT_INVITE
    outputs: ClassVar[Mapping[str, Type]] = {"code": STRING, "url": STRING}

    expires: Duration = option(
        "After how long it ends, at most 7d; 0s for never.",
        default=float(limits.INVITE_AGE_DEFAULT_S),
        maximum=float(limits.INVITE_AGE_MAX_S),
    )
    max_uses: int = option(
        "How many can come by it; 0 for any number.", default=0, minimum=0, maximum=limits.INVITE_USES_MAX
    )
    temporary: bool = option("Who comes by it leaves with their connection, unless they get a role.", default=False)

    async def run(self, step: Step) -> Mapping[str, object] | None:
        """Make a new one, never one that is there already."""
        body = {
            "max_age": int(self.expires),
            "max_uses": self.max_uses,
            "temporary": self.temporary,
            "unique": True,
        }
        channel_id = channel_of(self.channel, step)
        made = await step.rest("POST", CHANNEL + "/invites", body, reason=self.reason, channel_id=channel_id)
        return {"code": made["code"], "url": _ADDRESS + made["code"]}
