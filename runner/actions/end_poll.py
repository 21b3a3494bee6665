"""`end_poll`: end a poll of the bot's before its time."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, ClassVar

from runner.actions._on_channel import CHANNEL
from runner.actions._on_message import OnMessage
from runner.actions.action import Repeats, Step
from runner.data import dataclass
from runner.lifecycle.bits import Permissions
from runner.templates.types import INTEGER, STRING, ListOf, Object, Type

_ANSWER = Object("an answer", {"id": INTEGER, "text": STRING, "votes": INTEGER})


@dataclass(frozen=True, slots=True, kw_only=True)
class EndPoll(OnMessage):
    """End a poll of the bot's before its time, and count the votes.

    Example:
        - end_poll: "{{ message.id }}"
    """

    repeats: ClassVar[Repeats] = Repeats.SAFE
    short: ClassVar[str | None] = "message"
    needs: ClassVar[Permissions] = Permissions.READ_MESSAGE_HISTORY
    outputs: ClassVar[Mapping[str, Type]] = {"question": STRING, "answers": ListOf(_ANSWER), "votes": INTEGER}

    async def run(self, step: Step) -> Mapping[str, object] | None:
        """End it; gives the answers in their order with the votes for each, and all votes together."""
        where = {"channel_id": self.channel_id(step), "message_id": self.message}
        ended = await step.rest("POST", CHANNEL + "/polls/{message_id}/expire", **where)
        answers = list(_answers(ended["poll"]))
        question = ended["poll"]["question"].get("text") or ""
        return {"question": question, "answers": answers, "votes": sum(each["votes"] for each in answers)}


def _answers(poll: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    """Yield the answers of a poll, in Discord's JSON, as templates see them. Any: JSON."""
    results: Mapping[str, Any] = poll.get("results") or {}
    found: Sequence[Mapping[str, Any]] = results.get("answer_counts") or ()
    counts = {each["id"]: int(each["count"]) for each in found}
    for each in poll["answers"]:
        number = each["answer_id"]
        yield {"id": number, "text": each["poll_media"].get("text") or "", "votes": counts.get(number, 0)}
