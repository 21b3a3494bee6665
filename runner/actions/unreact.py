"""`unreact`: take reactions away from a message."""

from collections.abc import Iterator, Mapping
from typing import ClassVar

from runner.actions._on_message import MESSAGE, OnMessage, emoji_part
from runner.actions.action import FailureKind, Misfit, Repeats, Step, StepFailed
from runner.data import dataclass
from runner.declarations import Declarations
from runner.fields import Snowflake, option
from runner.lifecycle.bits import Permissions
from runner.lifecycle.limits import ErrorCode


@dataclass(frozen=True, slots=True, kw_only=True)
class Unreact(OnMessage):
    """Take a reaction away: the bot's own, a user's, everybody's with one emoji, or all that there are.

    Example:
        - unreact: {emoji: "👍", message: "{{ message.id }}"}
    """

    repeats: ClassVar[Repeats] = Repeats.SAFE
    needs: ClassVar[Permissions] = Permissions.MANAGE_MESSAGES

    emoji: str | None = option(
        "A character, or a server's own emoji as `<:name:id>`. Left out, with `everyone: true`: every emoji.",
        default=None,
        min_length=1,
    )
    user: Snowflake | None = option("Whose: a user, or an id. Left out: the bot's own.", default=None)
    everyone: bool = option("Everybody's.", default=False, static=True)

    def asks(self) -> Permissions:
        """Return what it takes to touch the reactions of others."""
        return self.needs if self.everyone or self.user is not None else Permissions(0)

    def powers(self) -> Permissions:
        """Return nothing for a reaction of the bot's own."""
        return OnMessage.powers(self) if self.asks() else Permissions(0)

    def lacks(self) -> str:
        """Ask which reaction is meant."""
        return "" if self.emoji is not None or self.everyone else "`emoji` or `everyone: true`"

    def misfits(self, declared: Declarations) -> Iterator[Misfit]:
        """Refuse one user's and everybody's at once."""
        if self.everyone and self.user is not None:
            why = "Discord takes away the reactions of one user, or those of all"
            yield Misfit("user", "this is one user's and everybody's", why, "remove `user`, or `everyone`")

    async def run(self, step: Step) -> Mapping[str, object] | None:
        """Take it away. What is not there is not an error: the message looks as it should."""
        where = {"channel_id": self.channel_id(step), "message_id": self.message}
        try:
            await step.rest("DELETE", MESSAGE + "/reactions" + self._which(), **self._parts(), **where)
        except StepFailed as failure:
            if failure.kind is not FailureKind.NOT_FOUND or failure.code != ErrorCode.UNKNOWN_EMOJI:
                raise
        return None

    def _which(self) -> str:
        if self.emoji is None:
            return ""
        return "/{emoji}" if self.everyone else "/{emoji}/{user_id}"

    def _parts(self) -> dict[str, str]:
        if self.emoji is None:
            return {}
        return {"emoji": emoji_part(self.emoji)} | ({} if self.everyone else {"user_id": self.user or "@me"})
