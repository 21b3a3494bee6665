"""How what became of the interactions is summed up and written down."""

import math

import pytest

from benchmarks.compare import chosen, pair
from benchmarks.discord_load import Outcome, result
from benchmarks.faults import cell
from benchmarks.judge import Interaction

QUICK = Outcome(ack_ms=3.2, finished=True, wrong=[], callbacks=["ok"])
LATE = Outcome(ack_ms=None, finished=False, wrong=[], callbacks=["502", "502"])
ERROR_TEXT = Outcome(ack_ms=4.0, finished=False, wrong=["Something went wrong."], callbacks=["cut", "ok"])


@pytest.mark.parametrize(
    ("outcomes", "expected"),
    [
        pytest.param([QUICK], "3 ms [ok]", id="acknowledged"),
        pytest.param([LATE, LATE], "**missed** [502 502]", id="always missed"),
        pytest.param([QUICK, LATE, LATE], "3 ms, **missed** 2 of 3 [502 502]", id="missed at times"),
        pytest.param([ERROR_TEXT], "4 ms, an error text, the rest lost [cut ok]", id="an error instead of the answer"),
    ],
)
def test_a_fault_is_told_in_full(outcomes: list[Outcome], expected: str) -> None:
    assert cell(outcomes) == expected


def test_a_result_counts_each_way_to_fail() -> None:
    good = Interaction(1, "a", "ping", 0.0)
    good.callback(0.010, {"type": 4, "data": {"content": "Pong, robin!"}})
    twice = Interaction(2, "b", "ping", 0.0)
    twice.callback(0.030, {"type": 4, "data": {"content": "Something went wrong."}})
    twice.callback(0.040, {"type": 4, "data": {"content": "Pong, robin!"}})
    missed = Interaction(3, "c", "ping", 0.0)
    seen = result([good, twice, missed], [0.5])
    assert (seen.interactions, seen.missed, seen.unfinished, seen.doubled, seen.wrong) == (3, 1, 2, 1, 1)
    assert (seen.p50_ms, seen.max_ms, seen.late_ms) == pytest.approx((10.0, 30.0, 0.5))


def test_a_result_without_an_answer_has_no_latency() -> None:
    seen = result([Interaction(1, "a", "ping", 0.0)], [0.5])
    assert math.isnan(seen.p99_ms)


def test_an_unknown_measure_is_a_usage_error_that_names_the_known_ones(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        chosen("cpu,speed", ["cpu", "rate"])
    assert ended.value.code == 2
    assert capsys.readouterr().err == "unknown: speed; known: cpu, rate\n"


@pytest.mark.parametrize("text", ["runner", "runner,hand-written,runner", ""])
def test_a_comparison_takes_two_subjects(text: str) -> None:
    with pytest.raises(SystemExit) as ended:
        pair(text)
    assert ended.value.code == 2


def test_a_subject_may_be_compared_with_itself() -> None:
    assert pair("hand-written,hand-written") == ("hand-written", "hand-written")
