"""What the steps on a server's own emojis have in common. Source: Discord docs, Resources: Emoji."""

import base64
from typing import ClassVar, Final

from runner.actions._on_server import OnServer
from runner.actions.action import FailureKind, StepFailed
from runner.data import dataclass
from runner.fields import option
from runner.formats import PICTURE_TAKES, picture_kind
from runner.lifecycle import limits
from runner.lifecycle.bits import Permissions

EMOJIS: Final = "/guilds/{guild_id}/emojis"
"""The route of a server's emojis."""

EMOJI: Final = EMOJIS + "/{emoji_id}"
"""The route of one of them."""

EMOJI_ROLES_MAX: Final = 25
"""How many roles a step can name that may use an emoji."""

NAME_PATTERN: Final = f"[A-Za-z0-9_]{{{limits.EMOJI_NAME_MIN},{limits.EMOJI_NAME_MAX}}}"
NAME_TAKES: Final = "2 to 32 letters without accents, digits or `_`"

_WRITTEN: Final = "<a?:[A-Za-z0-9_]{2,32}:[0-9]{15,20}>|[0-9]{15,20}"


@dataclass(frozen=True, slots=True, kw_only=True)
class OnEmoji(OnServer):
    """A step on one of the server's own emojis."""

    needs: ClassVar[Permissions] = Permissions.MANAGE_GUILD_EXPRESSIONS

    emoji: str = option(
        "Which: as `<:name:id>`, or its id.", pattern=_WRITTEN, takes="a server's own emoji as <:name:id>, or its id"
    )
    reason: str | None = option("Why, for the server's audit log: 512 characters, longer text is cut.", default=None)

    def asks(self) -> Permissions:
        """Return nothing: nobody but Discord knows yet whether it is one of the bot's own."""
        return Permissions(0)

    @property
    def emoji_id(self) -> str:
        """The emoji's id, once it is rendered."""
        return self.emoji.strip("<>").rpartition(":")[2]


def image_data(content: bytes) -> str:
    """Return a picture as Discord takes it beside other values. Raises `StepFailed` for what is none.

    Discord judges it by what is in it, whatever its name says. Source: Discord docs, Reference: Image Data.
    """
    kind = picture_kind(content)
    if kind is None:
        raise StepFailed(f"this is no picture that Discord takes: {PICTURE_TAKES}", kind=FailureKind.INVALID)
    return f"data:image/{kind};base64,{base64.b64encode(content).decode()}"
