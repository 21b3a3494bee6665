"""What a run that waits is taken up with, besides an answer."""

from runner.data import dataclass
from runner.questions import Answer


@dataclass(frozen=True, slots=True)
class TimeOver:
    """Nobody has answered in time, or what was waited for is that time."""


@dataclass(frozen=True, slots=True)
class CalledOff:
    """Somebody has pressed the button that cancels."""


@dataclass(frozen=True, slots=True)
class NotAsked:
    """The question could not be asked, or the run not be put away: `failure` says why."""

    failure: Exception


Coming = Answer | TimeOver | CalledOff | NotAsked
