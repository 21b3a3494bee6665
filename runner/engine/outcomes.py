"""What can come of an answer besides that it is there: each an exception, named for what happened."""

from typing import ClassVar

from runner.actions.action import FailureKind, StepFailed
from runner.messages import Message


class Closed(Exception):
    """Nothing can be said on this interaction any more. `outcome` is the word for that in the log."""

    outcome: ClassVar[str]


class Superseded(Closed):
    """Somebody else has answered the question that this answers, or it is over. Nothing has been done."""

    outcome = "superseded"


class Untaken(Closed):
    """The store fails, so that a run which waits can't be taken up: it waits as before, and nothing has been done.

    `fault` is what the store says.
    """

    outcome = "not taken"

    def __init__(self, fault: Exception) -> None:
        super().__init__(str(fault))
        self.fault = fault


class AnsweredElsewhere(Closed):
    """Discord has a first response that this process did not send: a second process runs with the same token."""

    outcome = "answered elsewhere"


class TooLate(Closed):
    """Discord takes no first response any more, and has none."""

    outcome = "unacknowledged"


class TokenExpired(Closed):
    """The interaction's 15 minutes are over; nothing more can be said on its token.

    `unsaid` is what was to be said, if that was an author's own message.
    """

    outcome = "token expired"
    unsaid: Message | None = None


class Rejected(StepFailed):
    """Discord refuses what was said, or would: its code and its own reason. The interaction is as it was before."""

    def __init__(self, code: int, reason: str) -> None:
        super().__init__(f"Discord refused the answer: {code} {reason}", kind=FailureKind.REFUSED, code=code)


class MaybeSaid(StepFailed):
    """Nobody knows whether Discord has a follow-up. It is not sent again: a user may read it already."""
