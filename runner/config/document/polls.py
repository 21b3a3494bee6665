"""`poll:` of a message. Source: Discord docs, Resources: Poll, Poll Create Request Object."""

from typing import ClassVar

from runner.data import dataclass
from runner.fields import Duration, Emoji, Entry, option
from runner.lifecycle import limits

_HOUR_S = 3600


@dataclass(frozen=True, slots=True, kw_only=True)
class PollAnswer(Entry):
    """One answer of a poll."""

    templated: ClassVar[bool] = True
    short: ClassVar[str | None] = "text"

    text: str = option("What it says.", min_length=1, max_length=limits.POLL_ANSWER_MAX)
    emoji: Emoji | None = option("What stands before it.", default=None)


@dataclass(frozen=True, slots=True, kw_only=True)
class Poll(Entry):
    """A question that members vote on. It can't be changed once it is sent."""

    templated: ClassVar[bool] = True
    definition: ClassVar[str] = "poll"

    question: str = option("What is asked.", min_length=1, max_length=limits.POLL_QUESTION_MAX)
    answers: tuple[PollAnswer, ...] = option(
        "What members choose from.", min_items=limits.POLL_ANSWERS_MIN, max_items=limits.POLL_ANSWERS_MAX
    )
    duration: Duration = option(
        "How long it is open, in whole hours.",
        default=float(limits.POLL_DURATION_DEFAULT_HOURS * _HOUR_S),
        minimum=limits.POLL_DURATION_MIN_HOURS * _HOUR_S,
        maximum=limits.POLL_DURATION_MAX_HOURS * _HOUR_S,
    )
    allow_multiselect: bool = option("Members may choose several answers.", default=False)
