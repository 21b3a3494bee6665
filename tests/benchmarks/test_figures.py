"""The arithmetic of the benchmarks."""

import math
from collections import Counter

import pytest

from benchmarks.figures import RateSearch, Row, Spread, arrivals, cell, comparison, kinds, percentile, ratios, spread

HUNDRED = list(range(1, 101))


@pytest.mark.parametrize(
    ("values", "share", "expected"),
    [
        pytest.param(HUNDRED, 0.5, 50, id="the median of an even count is the lower one"),
        pytest.param(HUNDRED, 0.99, 99, id="p99 of a hundred is the last but one"),
        pytest.param(HUNDRED, 1.0, 100, id="the whole is the maximum"),
        pytest.param([7.0], 0.01, 7.0, id="one value is every percentile"),
        pytest.param([3.0, 1.0, 2.0], 0.5, 2.0, id="the order given does not matter"),
    ],
)
def test_a_percentile_is_the_smallest_value_that_the_share_does_not_exceed(
    values: list[float], share: float, expected: float
) -> None:
    assert percentile(values, share) == expected


def test_nothing_answered_has_no_percentile_and_shows_as_a_dash() -> None:
    assert math.isnan(percentile([], 0.5))
    assert cell([math.nan], 2) == "–"


def test_arrivals_keep_the_mean_rate_exactly_and_come_in_order() -> None:
    instants = arrivals(rate=200, count=1000, seed=3)
    assert len(instants) == 1000
    assert instants == sorted(instants)
    assert instants[-1] == pytest.approx(5.0)


def test_arrivals_come_in_bursts_that_only_the_seed_decides() -> None:
    gaps = [
        later - earlier for earlier, later in zip([0.0, *arrivals(100, 500, 1)], arrivals(100, 500, 1), strict=False)
    ]
    assert min(gaps) < 0.001 < 0.03 < max(gaps)
    assert arrivals(100, 500, 1) == arrivals(100, 500, 1) != arrivals(100, 500, 2)


def test_kinds_come_in_exact_proportions_whatever_the_seed() -> None:
    mix = {"ping": 4, "slow": 2, "perm": 2, "two": 1, "menu": 1}
    for seed in range(5):
        assert Counter(kinds(mix, 100, seed)) == {kind: 10 * weight for kind, weight in mix.items()}


def test_kinds_are_shuffled_and_cut_to_the_count() -> None:
    assert len(kinds({"ping": 2, "two": 1}, 10, 1)) == 10
    assert kinds({"ping": 5, "two": 5}, 50, 1) != kinds({"ping": 5, "two": 5}, 50, 2)


def test_a_spread_leaves_out_what_is_no_number() -> None:
    assert spread([3.0, math.nan, 1.0, 2.0]) == Spread(median=2.0, low=1.0, high=3.0)
    assert spread([]) is None


def test_ratios_are_taken_within_each_round() -> None:
    # The second round ran on a machine twice as slow; the ratio does not notice.
    assert ratios([1.0, 2.0], [2.0, 4.0]) == [0.5, 0.5]
    assert ratios([1.0], [0.0]) == []


def test_the_table_has_medians_ranges_and_ratios() -> None:
    rows = [Row("CPU, µs", [1000.0, 1200.0, 1100.0], [2000.0, 2400.0, 2200.0], 0), Row("rate", [30.0], [20.0], 1)]
    assert comparison(rows, "runner", "hand-written").splitlines() == [
        "|  | runner | hand-written | runner / hand-written |",
        "| --- | ---: | ---: | ---: |",
        "| CPU, µs | 1,100 (1,000–1,200) | 2,200 (2,000–2,400) | ×0.50 |",
        "| rate | 30.0 | 20.0 | ×1.50 |",
    ]


def search(limit: float, first: float = 400, ceiling: float = 12_000) -> tuple[float, list[float]]:
    """Return what a search finds for a bot that holds every rate up to `limit`, and the rates that it tried."""
    wanted = RateSearch(first, ceiling)
    tried: list[float] = []
    while (rate := wanted.rate) is not None:
        tried.append(rate)
        wanted.record(rate, held=rate <= limit)
    return wanted.held, tried


@pytest.mark.parametrize("limit", [90, 401, 1725, 3380, 11_000])
def test_the_search_comes_within_its_tolerance_of_the_limit(limit: float) -> None:
    held, tried = search(limit)
    assert held <= limit < held * RateSearch.CLOSE_ENOUGH
    assert len(tried) <= RateSearch.STEPS_MAX


def test_the_search_stops_at_its_ceiling() -> None:
    held, tried = search(1e9)
    assert held == 12_000
    assert max(tried) == 12_000


def test_the_search_gives_up_on_a_bot_that_holds_nothing() -> None:
    held, tried = search(0)
    assert held == 0.0
    assert len(tried) == RateSearch.STEPS_MAX
