"""`wait`: pause between two steps."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar, cast

from runner.actions.action import Action, Step
from runner.fields import Duration, option
from runner.lifecycle import budget


@dataclass(frozen=True, slots=True, kw_only=True)
class Wait(Action):
    """Pause. The interaction is acknowledged first, so the user sees a spinner meanwhile.

    Example:
        - wait: 5s
    """

    whole: ClassVar[str | None] = "duration"

    duration: Duration = option("How long.", minimum=0.001, maximum=budget.HANDLER_TIMEOUT_MAX_S)

    def takes_s(self) -> float:
        """Return the pause itself, or the longest possible one where a template decides."""
        return self._known_s() or budget.HANDLER_TIMEOUT_MAX_S

    def takes_at_least_s(self) -> float:
        """Return the pause; nothing is certain where a template decides."""
        return self._known_s() or 0.0

    def _known_s(self) -> float | None:
        duration = cast(object, self.duration)  # before it is rendered it may be a template
        return duration if isinstance(duration, float) else None

    async def run(self, step: Step) -> Mapping[str, object] | None:
        """Sleep; the handler's timeout cuts it short."""
        await step.sleep(self.duration)
        return None
