"""A message as an author describes it, and its body in Discord's JSON.

Nobody is pinged unless `mentions` says so: every body carries `allowed_mentions`, because Discord's default would
ping whatever the text mentions (Discord docs, Message resource, Allowed Mentions Object).
"""

from collections.abc import Mapping
from typing import Literal

from runner.data import dataclass
from runner.lifecycle import limits
from runner.lifecycle.bits import MessageFlags

Mention = Literal["users", "roles", "everyone", "here"]


class EmptyMessage(Exception):
    """There is nothing in the message that Discord would show; it refuses such a body with 50006."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """What is to be said. `is_ephemeral` None leaves the visibility to the handler's declaration.

    `content` and `components` (rows of Discord's JSON) None leave, in an edit, what is there. `modal` (Discord's JSON)
    is a form that opens in place of a message, `choices` are what is suggested in place of one. `key` stands for it
    where the far side drops a second one with the same.
    """

    content: str | None = None
    mentions: tuple[Mention, ...] = ()
    is_ephemeral: bool | None = None
    components: tuple[Mapping[str, object], ...] | None = None
    modal: Mapping[str, object] | None = None
    choices: tuple[Mapping[str, object], ...] = ()
    key: str = ""


def new_body(message: Message, *, is_ephemeral: bool = False) -> dict[str, object]:
    """Return the JSON body of a message that is created; `EmptyMessage` when nothing would show."""
    if not (message.content and message.content.strip()) and not message.components:
        raise EmptyMessage
    made = edit_body(message)
    if is_ephemeral:
        made["flags"] = int(MessageFlags.EPHEMERAL)
    return made


def edit_body(message: Message) -> dict[str, object]:
    """Return the JSON body of an edit: only what the message says.

    Text beyond Discord's 2000 characters is cut and ends in an ellipsis: an answer that is too long for one message
    is worth more to its reader than none.
    """
    made: dict[str, object] = {"allowed_mentions": {"parse": _parsed(message.mentions)}}
    if message.content is not None:
        made["content"] = shortened(message.content, limits.MESSAGE_CONTENT_MAX)
    if message.components is not None:
        made["components"] = message.components
    return made


def shortened(text: str, most: int) -> str:
    """Return the text, or where it has more than `most` characters as much of it as fits with an ellipsis."""
    return text[: most - 1] + "…" if len(text) > most else text


def _parsed(mentions: tuple[Mention, ...]) -> list[str]:
    """Discord has one word for `@everyone` and `@here`."""
    return sorted({"everyone" if mention == "here" else mention for mention in mentions})
