"""`wait`: pause between two steps, for a moment or for days."""

from collections.abc import Iterator, Mapping
from typing import ClassVar, cast

from runner.actions.action import Action, Kept, Misfit, Step, StepFailed
from runner.cron import BadSchedule, instant_of, zone_named
from runner.data import dataclass
from runner.declarations import Declarations
from runner.fields import Duration, duration_text, option
from runner.inside import Inside, Waits
from runner.lifecycle import budget


@dataclass(frozen=True, slots=True, kw_only=True)
class Wait(Action):
    """Pause. One that is `saved`, or `until` an instant, survives a restart; any other is part of the handler's time.

    Before one that isn't saved the interaction is acknowledged, so the user sees a spinner meanwhile.

    Example:
        - wait: 5s
    """

    short: ClassVar[str | None] = "duration"

    duration: Duration | None = option("How long.", default=None, minimum=0.001, maximum=budget.WAIT_MAX_S)
    until: str | None = option(
        "Until when instead: a date and a time such as `2026-12-24 18:00`, or Unix seconds. Goes on at once where that "
        "is over.",
        default=None,
        min_length=1,
    )
    timezone: str = option("The time zone of `until`, such as `Europe/Berlin`.", default="UTC")
    saved: bool = option(
        "The run is put away meanwhile. Only then it may take more than an hour.", default=False, static=True
    )

    def lacks(self) -> str:
        """Ask for how long."""
        return "" if self.duration is not None or self.until is not None else "`duration` or `until`"

    def misfits(self, declared: Declarations) -> Iterator[Misfit]:
        """Refuse two times, and one that is none."""
        if self.duration is not None and self.until is not None:
            why, fix = "one of them would be ignored", "make two steps of it, or remove one"
            yield Misfit("until", "`duration` and `until` each say how long", why, fix)
        if not self._is_saved and (self._known_s() or 0.0) > budget.HANDLER_TIMEOUT_MAX_S:
            why, fix = (
                "until then the process may have ended",
                f"write `{{duration: {duration_text(self._known_s() or 0.0)}, saved: true}}`",
            )
            yield Misfit("duration", "a pause of more than an hour has to be saved", why, fix)
        for name, value in (("until", self.until), ("timezone", self.timezone)):
            said = cast(object, value)  # before it is rendered it may be a template
            if isinstance(said, str):
                try:
                    _instant(said, "UTC") if name == "until" else zone_named(said)
                except BadSchedule as bad:
                    why, fix = "it would never be over", f"write it anew: {bad}"
                    yield Misfit(name, "this says no time", why, fix)

    def inside(self) -> Inside | None:
        """Return that it waits, where it is saved: for a time, behind which the run goes on."""
        if not self._is_saved:
            return None
        return Waits("time", self._known_s(), goes_on=True, is_certain=self.until is None)

    def takes_s(self) -> float:
        """Return the pause itself, or the longest possible one where a template decides; nothing where it is saved."""
        return 0.0 if self._is_saved else self._known_s() or budget.HANDLER_TIMEOUT_MAX_S

    def takes_at_least_s(self) -> float:
        """Return the pause; nothing is certain where a template decides."""
        return 0.0 if self._is_saved else self._known_s() or 0.0

    @property
    def _is_saved(self) -> bool:
        return self.saved or self.until is not None

    def _known_s(self) -> float | None:
        duration = cast(object, self.duration)  # before it is rendered it may be a template
        return duration if isinstance(duration, float) else None

    async def run(self, step: Step) -> Mapping[str, object] | None:
        """Sleep, until the handler's timeout cuts it short; or have the run put away."""
        if not self._is_saved:
            if (self.duration or 0.0) > budget.HANDLER_TIMEOUT_MAX_S:
                raise StepFailed("wait: a pause of more than an hour has to be saved")
            await step.sleep(self.duration or 0.0)
            return None
        left_s = self.duration if self.duration is not None else self._left_s(step.now)
        if left_s > budget.WAIT_MAX_S:
            raise StepFailed("wait: a run can't wait for more than a year")
        if left_s > 0:
            step.wait({}, left_s)
        return None

    def _left_s(self, now: float) -> float:
        try:
            return _instant(self.until or "", self.timezone) - now
        except BadSchedule as bad:
            raise StepFailed(f"wait: this says no time: {bad}") from None

    async def timed_out(self, step: Step, kept: Kept) -> Mapping[str, object] | None:
        """Go on."""
        return None


def _instant(text: str, timezone: str) -> float:
    try:
        return float(text)
    except ValueError:
        return instant_of(text, zone_named(timezone))
