"""Instants from ids, and what observations say about our clock."""

import math
from dataclasses import dataclass
from functools import reduce

import pytest
from hypothesis import given
from hypothesis import strategies as st

from runner.lifecycle.deadline import (
    ARRIVAL_SAMPLES_MAX,
    DATE_SAMPLES_MAX,
    SkewEstimate,
    ack_deadline,
    snowflake_created_at,
    token_deadline,
)

NOW_S = 1_790_000_000.0
ROUNDING_S = 1e-5  # floats near NOW_S are 2.4e-7 apart


def snowflake(created_at: float) -> int:
    """An id as Discord makes it: whole milliseconds above worker, process and increment bits, here all set."""
    return (int(created_at * 1000) - 1_420_070_400_000) << 22 | (1 << 22) - 1


@pytest.mark.parametrize(
    ("written", "created_at"),
    [
        (175928847299117063, 1462015105.796),
        ("175928847299117063", 1462015105.796),
        (0, 1420070400.0),
        ((1 << 22) - 1, 1420070400.0),
        (1 << 22, 1420070400.001),
    ],
    ids=["the docs' example", "as text", "the epoch", "still the first millisecond", "the second millisecond"],
)
def test_an_id_says_when_it_was_made(written: int | str, created_at: float) -> None:
    assert snowflake_created_at(written) == created_at


def test_an_id_that_is_no_number_is_refused() -> None:
    with pytest.raises(ValueError, match="invalid literal"):
        snowflake_created_at("claim")


@pytest.mark.parametrize("skew_s", [0.0, 2.5, -2.5], ids=["right clock", "clock ahead", "clock behind"])
def test_deadlines_count_from_the_id_on_our_clock(skew_s: float) -> None:
    assert ack_deadline(snowflake(NOW_S), skew_s) == NOW_S + 3 + skew_s
    assert token_deadline(snowflake(NOW_S), skew_s) == NOW_S + 15 * 60 + skew_s


def test_nothing_known_means_no_correction() -> None:
    assert SkewEstimate().skew_s == 0.0


@pytest.mark.parametrize(
    ("skew_s", "least", "most"),
    [(0.0, 0.0, 0.0), (0.4, 0.0, 0.4), (5.0, 4.0, 5.0), (-5.0, -5.0, -4.0), (3600.0, 3599.0, 3600.0)],
    ids=["right", "within the uncertainty", "ahead", "behind", "an hour ahead"],
)
def test_one_date_header_finds_a_wrong_clock(skew_s: float, least: float, most: float) -> None:
    written_at, sent_at = NOW_S + 0.9, NOW_S + 0.85
    estimate = SkewEstimate().with_date_header(NOW_S, sent_at + skew_s, written_at + 0.1 + skew_s)
    assert least - ROUNDING_S <= estimate.skew_s <= most + ROUNDING_S


def test_headers_read_at_many_phases_narrow_to_a_round_trip() -> None:
    estimate = SkewEstimate()
    for phase in range(10):
        written_at = NOW_S + 61 * phase + phase / 10
        estimate = estimate.with_date_header(int(written_at), written_at + 4.98, written_at + 5.02)
    assert estimate.skew_s == pytest.approx(5.0, abs=0.13)


def test_an_interaction_that_arrives_before_it_was_made_shows_a_clock_behind() -> None:
    estimate = SkewEstimate().with_arrival(snowflake(NOW_S), NOW_S - 4.0)
    assert estimate.skew_s == pytest.approx(-4.0)


def test_a_slow_arrival_alone_never_counts_as_a_clock_ahead() -> None:
    assert SkewEstimate().with_arrival(snowflake(NOW_S), NOW_S + 2.9).skew_s == 0.0


def test_the_quickest_arrival_counts_whatever_comes_after_it() -> None:
    estimate = SkewEstimate().with_arrival(snowflake(NOW_S), NOW_S - 4.0)
    estimate = estimate.with_arrival(str(snowflake(NOW_S + 10)), NOW_S + 7.5)
    assert estimate.skew_s == pytest.approx(-4.0)


def test_a_header_of_a_request_during_which_the_clock_was_set_back_is_ignored() -> None:
    before = SkewEstimate().with_date_header(NOW_S, NOW_S + 10, NOW_S + 10.1)
    assert before.with_date_header(NOW_S, NOW_S + 3600, NOW_S) == before


@pytest.mark.parametrize("jump_s", [30.0, -30.0], ids=["set forward", "set back"])
def test_a_clock_that_was_set_heals_with_the_next_header(jump_s: float) -> None:
    estimate = SkewEstimate()
    for second in range(DATE_SAMPLES_MAX):
        estimate = estimate.with_date_header(NOW_S + second, NOW_S + second, NOW_S + second + 0.1)
        estimate = estimate.with_arrival(snowflake(NOW_S + second), NOW_S + second + 0.1)
    assert estimate.skew_s == 0.0
    jumped = estimate.with_date_header(NOW_S + 60, NOW_S + 60 + jump_s, NOW_S + 60.1 + jump_s)
    assert jumped.skew_s == pytest.approx(jump_s, abs=1.0)


def test_a_clock_that_was_set_back_heals_with_the_next_arrival() -> None:
    estimate = SkewEstimate().with_date_header(NOW_S, NOW_S, NOW_S + 0.1)
    assert estimate.with_arrival(snowflake(NOW_S + 1), NOW_S - 29).skew_s == pytest.approx(-30.0)


def test_nothing_from_before_a_clock_was_set_is_believed_even_where_it_would_fit() -> None:
    behind = SkewEstimate().with_arrival(snowflake(NOW_S), NOW_S - 4.0)
    ahead = behind.with_date_header(NOW_S, NOW_S + 5.0, NOW_S + 5.0)
    undecided = ahead.with_date_header(NOW_S, NOW_S - 9.0, NOW_S + 2.0)
    assert undecided.skew_s == 0.0


def test_an_arrival_is_forgotten_when_enough_others_have_followed() -> None:
    estimate = SkewEstimate().with_arrival(snowflake(NOW_S), NOW_S - 4.0)
    for _ in range(ARRIVAL_SAMPLES_MAX - 1):
        estimate = estimate.with_arrival(snowflake(NOW_S), NOW_S + 0.1)
    assert estimate.skew_s == pytest.approx(-4.0)
    assert estimate.with_arrival(snowflake(NOW_S), NOW_S + 0.1).skew_s == 0.0


def test_a_header_is_forgotten_when_enough_others_have_followed() -> None:
    estimate = SkewEstimate().with_date_header(NOW_S, NOW_S + 5.9, NOW_S + 6.0)
    for _ in range(DATE_SAMPLES_MAX - 1):
        estimate = estimate.with_date_header(NOW_S, NOW_S + 5.0, NOW_S + 6.0)
    assert estimate.skew_s == pytest.approx(4.9)
    assert estimate.with_date_header(NOW_S, NOW_S + 5.0, NOW_S + 6.0).skew_s == pytest.approx(4.0)


def test_a_burst_of_arrivals_does_not_push_the_headers_out() -> None:
    estimate = SkewEstimate().with_date_header(NOW_S, NOW_S + 5, NOW_S + 5)
    for _ in range(ARRIVAL_SAMPLES_MAX * 3):
        estimate = estimate.with_arrival(snowflake(NOW_S), NOW_S + 5.1)
    assert estimate.skew_s == pytest.approx(4.0)


def test_the_quickest_arrival_and_the_headers_bound_the_skew_from_above() -> None:
    estimate = SkewEstimate()
    assert estimate.most_s == math.inf
    estimate = estimate.with_arrival(snowflake(NOW_S), NOW_S + 5.0)
    assert estimate.most_s == pytest.approx(5.0)
    estimate = estimate.with_arrival(snowflake(NOW_S), NOW_S + 900.0)
    assert estimate.most_s == pytest.approx(5.0)
    assert estimate.with_date_header(NOW_S, NOW_S + 3.9, NOW_S + 4.0).most_s == pytest.approx(4.0)


@dataclass(frozen=True)
class Observed:
    """One thing seen on a clock with a steady skew: when it was on Discord's clock, and the two ways of its bytes."""

    at: float
    out_s: float
    back_s: float
    is_header: bool

    def add_to(self, estimate: SkewEstimate, skew_s: float) -> SkewEstimate:
        if not self.is_header:
            return estimate.with_arrival(snowflake(self.at), self.at + self.back_s + skew_s)
        sent_at, received_at = self.at - self.out_s + skew_s, self.at + self.back_s + skew_s
        return estimate.with_date_header(float(int(self.at)), sent_at, received_at)


transits = st.floats(0.0, 2.0)
instants = st.floats(NOW_S, NOW_S + 1e6)
observations = st.lists(st.builds(Observed, instants, transits, transits, st.booleans()), max_size=50)


@given(observations, st.floats(-1e5, 1e5))
def test_the_correction_never_overshoots_a_steady_skew(seen: list[Observed], skew_s: float) -> None:
    corrected_s = reduce(lambda estimate, observed: observed.add_to(estimate, skew_s), seen, SkewEstimate()).skew_s
    assert min(0.0, skew_s) - ROUNDING_S <= corrected_s <= max(0.0, skew_s) + ROUNDING_S


@given(observations, st.floats(-1e5, 1e5), st.floats(-1e5, 1e5), instants)
def test_a_deadline_is_never_later_than_three_seconds_after_the_arrival(
    seen: list[Observed], earlier_skew_s: float, delay_s: float, created_at: float
) -> None:
    """Even if the clock was set, or every header lied, between what was seen before and this interaction."""
    estimate = reduce(lambda estimate, observed: observed.add_to(estimate, earlier_skew_s), seen, SkewEstimate())
    interaction_id, arrived_at = snowflake(created_at), created_at + delay_s
    skew_s = estimate.with_arrival(interaction_id, arrived_at).skew_s
    assert ack_deadline(interaction_id, skew_s) <= arrived_at + 3 + ROUNDING_S
