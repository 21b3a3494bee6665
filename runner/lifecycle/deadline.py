"""From an interaction's id to the instants at which Discord stops listening, on our own clock.

All instants are Unix seconds. Discord counts from the creation that the id carries, on its clock; we read ours. The
difference, the skew, is estimated here from what arrives anyway: `Date` headers and interactions.
"""

import math
from typing import Final

from runner.data import dataclass
from runner.lifecycle import limits

DATE_SAMPLES_MAX: Final = 16
"""How many `Date` headers are remembered: read at many phases of a second, they narrow to about a round trip."""

ARRIVAL_SAMPLES_MAX: Final = 16
"""How many arrivals are remembered: enough to have met a quick one, few enough to follow a clock that drifts."""

DATE_RESOLUTION_S: Final = 1.0
"""A `Date` header counts whole seconds and cuts off the rest. Source: RFC 9110, section 5.6.7."""


def snowflake_created_at(snowflake: int | str) -> float:
    """Return when Discord made `snowflake`, in Unix seconds on Discord's clock, exact to a millisecond.

    Raises ValueError if a text is not a number. Source: Discord docs, Reference: Snowflakes.
    """
    return ((int(snowflake) >> limits.SNOWFLAKE_TIME_SHIFT) + limits.SNOWFLAKE_EPOCH_MS) / 1000


def ack_deadline(interaction_id: int | str, skew_s: float) -> float:
    """Return the last Unix second, on our clock, at which Discord takes a first response.

    Counted from the id's own timestamp: transit has eaten into the window before we see it.
    `skew_s` is our clock minus Discord's, in seconds. Source: limits.INITIAL_RESPONSE_S.
    """
    return snowflake_created_at(interaction_id) + limits.INITIAL_RESPONSE_S + skew_s


def token_deadline(interaction_id: int | str, skew_s: float) -> float:
    """Return the last Unix second, on our clock, at which the interaction's token still works.

    `skew_s` is our clock minus Discord's, in seconds. Source: limits.TOKEN_LIFETIME_S.
    """
    return snowflake_created_at(interaction_id) + limits.TOKEN_LIFETIME_S + skew_s


@dataclass(frozen=True, slots=True)
class _Bounds:
    """One observation: the skew lies between these two, both included. An arrival knows no lower bound."""

    low_s: float
    high_s: float
    is_arrival: bool


@dataclass(frozen=True, slots=True)
class SkewEstimate:
    """What is known about our clock minus Discord's; each observation gives a new estimate.

    Neither kind of observation tells the skew, but each one excludes values, and what is left narrows quickly:

    - A `Date` header was written between sending the request and receiving the answer, and stands for any moment of
      its second. So the skew lies between `sent_at - date_s - 1` and `received_at - date_s`.
    - An interaction cannot arrive before it was made: transit is never negative. So the skew is at most `arrived_at`
      minus its creation, and the quickest arrival says the most.

    The header is written by the server nearest to us and the id by another one. Both are kept by network time, so the
    estimate takes them for one clock.
    """

    _samples: tuple[_Bounds, ...] = ()  # the oldest first

    def with_arrival(self, interaction_id: int | str, arrived_at: float) -> "SkewEstimate":
        """Return the estimate that also knows when an interaction arrived, in Unix seconds on our clock.

        Ask for `skew_s` after this and before using it for that interaction: then its deadline is never later than 3 s
        after `arrived_at`, however wrong everything observed before was.
        """
        delay_s = arrived_at - snowflake_created_at(interaction_id)
        return self._with_sample(_Bounds(-math.inf, delay_s, is_arrival=True), ARRIVAL_SAMPLES_MAX)

    def with_date_header(self, date_s: float, sent_at: float, received_at: float) -> "SkewEstimate":
        """Return the estimate that also knows an answer's `Date` header, all three in Unix seconds.

        `sent_at` and `received_at` are read from our clock around the request. If it was set back in between, the
        observation means nothing and the estimate stays as it is.
        """
        if received_at < sent_at:
            return self
        sample = _Bounds(sent_at - date_s - DATE_RESOLUTION_S, received_at - date_s, is_arrival=False)
        return self._with_sample(sample, DATE_SAMPLES_MAX)

    @property
    def skew_s(self) -> float:
        """Our clock minus Discord's, in seconds: the value nearest to 0 that the observations leave possible.

        So it is 0.0 when nothing is known and when a right clock explains everything seen. It never exceeds the true
        skew and never has the other sign, hence correcting is never worse than not correcting. What remains is
        small: a clock that is ahead gets its deadlines up to a header's uncertainty too early, which is harmless; one
        that is behind gets them too late by the quickest transit, once an interaction has arrived.
        """
        low_s, high_s = self._possible()
        return min(max(0.0, low_s), high_s)

    @property
    def most_s(self) -> float:
        """The highest skew that the observations leave possible, in seconds; infinite when nothing is known.

        So what arrived `delay_s` after its creation, on our clock, is at least `delay_s - most_s` old.
        """
        return self._possible()[1]

    def _possible(self) -> tuple[float, float]:
        # The newest observation is certainly true of the clock as it is now. Walking back from it, the first one that
        # contradicts the rest was made before somebody set the clock: it and all before it speak of another clock.
        low_s, high_s = -math.inf, math.inf
        for sample in reversed(self._samples):
            if sample.low_s > high_s or sample.high_s < low_s:
                break
            low_s, high_s = max(low_s, sample.low_s), min(high_s, sample.high_s)
        return low_s, high_s

    def _with_sample(self, sample: _Bounds, kept_max: int) -> "SkewEstimate":
        # Each kind has its own bound: a burst of arrivals must not push out the only observations with a lower bound.
        samples = self._samples
        alike = [index for index, kept in enumerate(samples) if kept.is_arrival is sample.is_arrival]
        if len(alike) >= kept_max:
            samples = samples[: alike[0]] + samples[alike[0] + 1 :]
        return SkewEstimate((*samples, sample))
