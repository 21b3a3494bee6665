"""Who speaks for a run of steps: an interaction's acknowledger, or nobody."""

from typing import TYPE_CHECKING, Protocol

from runner.actions.action import StepFailed
from runner.lifecycle.machine import Event, Origin, Refusal, State, advance
from runner.messages import Message

if TYPE_CHECKING:
    from runner.engine.acknowledger import Acknowledger


class Speaker(Protocol):
    """What a run of steps needs to know of the interaction that it answers."""

    @property
    def spoken_on(self) -> "Acknowledger | None":
        """What speaks on the token of the interaction, if there is one."""
        ...

    @property
    def origin(self) -> Origin:
        """What kind of interaction it is."""
        ...

    @property
    def state(self) -> State:
        """Where the interaction stands."""
        ...

    @property
    def is_unanswered(self) -> bool:
        """Whether nobody has answered and nobody is about to."""
        ...

    async def respond(self, event: Event, message: Message, *, is_ephemeral: bool) -> None:
        """Do what `event` wants, or raise why that can't be."""
        ...

    def ensure_open(self) -> None:
        """Raise what has closed the interaction, if anything has."""
        ...


class Nobody:
    """Speaks for nobody: there is no interaction, or its token has died. The checks refuse every step that would."""

    spoken_on = None

    def __init__(self, origin: Origin, state: State) -> None:
        self._origin = origin
        self._state = state

    @property
    def origin(self) -> Origin:
        """What kind of interaction it was, if there was one."""
        return self._origin

    @property
    def state(self) -> State:
        """Where the interaction stood, if there was one."""
        return self._state

    @property
    def is_unanswered(self) -> bool:
        """False: nobody waits for an answer."""
        return False

    async def respond(self, event: Event, message: Message, *, is_ephemeral: bool) -> None:
        """Raise `StepFailed` with the lifecycle's own reason."""
        del message, is_ephemeral
        outcome = advance(self._origin, self._state, event)
        assert isinstance(outcome, Refusal), "nothing can be said here"
        raise StepFailed(outcome.reason)

    def ensure_open(self) -> None:
        """Do nothing: what never was open has not been closed."""
