"""What a template can't do to the process: each probe is refused, or ends quickly and small."""

import time
from collections.abc import Callable

import pytest

from runner.templates import RenderError, TemplateFault, parse
from runner.templates.budget import MAX_OUTPUT, MAX_RANGE, MAX_SECONDS, MAX_STEPS, MAX_TEXT
from runner.templates.grammar import MAX_DEPTH, MAX_NODES
from runner.templates.sandbox import compile_template
from runner.templates.syntax import MAX_SOURCE
from tests.templates.probes import CONTEXT, NOT_IN_THE_LANGUAGE, QUICK, STOPPED_AT_RUN_TIME


def seconds(work: Callable[[], object]) -> float:
    # The thread's own time: what else the machine does isn't the template's doing.
    start = time.thread_time()
    work()
    return time.thread_time() - start


def refuse(source: str) -> None:
    with pytest.raises(TemplateFault):
        compile_template(parse(source))


@pytest.mark.parametrize("source", NOT_IN_THE_LANGUAGE.values(), ids=NOT_IN_THE_LANGUAGE.keys())
def test_what_is_not_in_the_language_is_refused_before_it_runs(source: str) -> None:
    refuse(source)


@pytest.mark.parametrize("source", STOPPED_AT_RUN_TIME.values(), ids=STOPPED_AT_RUN_TIME.keys())
def test_what_grows_without_bound_is_stopped(source: str) -> None:
    render = compile_template(parse(source))

    with pytest.raises(RenderError):
        render(CONTEXT)


@pytest.mark.parametrize("source", STOPPED_AT_RUN_TIME.values(), ids=STOPPED_AT_RUN_TIME.keys())
def test_a_stopped_template_has_taken_less_than_its_deadline_and_a_tick(source: str) -> None:
    render = compile_template(parse(source))

    def attempt() -> None:
        with pytest.raises(RenderError):
            render(CONTEXT)

    # The best of three: the first run pays for what Python sets up once.
    assert min(seconds(attempt) for _ in range(3)) < MAX_SECONDS + 0.01


def test_nothing_is_evaluated_before_the_template_is_called() -> None:
    source = "{{ ('a' * 10**9) | length }}"

    assert seconds(lambda: compile_template(parse(source))) < MAX_SECONDS


def test_the_deadline_stops_work_that_stays_within_the_steps() -> None:
    readings = iter([0.0, MAX_SECONDS / 2, MAX_SECONDS * 2])
    render = compile_template(parse("{% for x in range(1000) %}{% endfor %}"), clock=lambda: next(readings, 9.9))

    with pytest.raises(RenderError, match="longer than 50 ms"):
        render({})


def test_a_short_template_never_reads_the_clock() -> None:
    def clock() -> float:
        raise AssertionError("the clock was read")

    assert compile_template(parse("{{ 'a' ~ 1 }}!"), clock=clock)({}) == "a1!"


@pytest.mark.parametrize("excess", [0, 1])
def test_output_may_be_as_long_as_the_bound_and_no_longer(excess: int) -> None:
    render = compile_template(parse("{{ value }}."))
    value = "a" * (MAX_OUTPUT - 1 + excess)

    if not excess:
        assert render({"value": value}) == value + "."
        return
    with pytest.raises(RenderError, match=str(MAX_OUTPUT)):
        render({"value": value})


def test_a_text_may_be_built_up_to_the_bound_and_no_longer() -> None:
    assert compile_template(parse(f"{{{{ ('a' * {MAX_TEXT}) | length }}}}"))({}) == MAX_TEXT
    with pytest.raises(RenderError, match=str(MAX_TEXT)):
        compile_template(parse(f"{{{{ ('a' * {MAX_TEXT + 1}) | length }}}}"))({})


def test_a_range_may_have_as_many_items_as_the_bound_and_no_more() -> None:
    assert compile_template(parse(f"{{{{ range({MAX_RANGE}) | length }}}}"))({}) == MAX_RANGE
    with pytest.raises(RenderError, match=str(MAX_RANGE)):
        compile_template(parse(f"{{{{ range({MAX_RANGE + 1}) | length }}}}"))({})


def test_steps_are_counted_over_the_whole_rendering_and_anew_for_each() -> None:
    count = MAX_STEPS // 2 - 200
    once = compile_template(parse("{% for x in rows %}{% endfor %}"))
    twice = compile_template(parse("{% for x in rows %}{% endfor %}{% for x in rows %}{% endfor %}"))
    rows = {"rows": [0] * count}

    assert once(rows) == once(rows) == ""
    with pytest.raises(RenderError, match=str(MAX_STEPS)):
        twice(rows)


def test_a_source_may_be_as_long_as_the_bound_and_no_longer() -> None:
    filler = "{{ 1 }}"
    assert parse(filler + "a" * (MAX_SOURCE - len(filler)))
    with pytest.raises(TemplateFault, match=str(MAX_SOURCE)):
        parse(filler + "a" * (MAX_SOURCE - len(filler) + 1))


def test_a_tree_may_have_as_many_parts_as_the_bound_and_no_more() -> None:
    def lists(count: int) -> str:
        # A Template, an Output and a List stand around the items.
        return "{{ [" + "1," * (count - 3) + "] }}"

    assert parse(lists(MAX_NODES))
    with pytest.raises(TemplateFault, match=str(MAX_NODES)):
        parse(lists(MAX_NODES + 1))


def test_a_tree_may_be_as_deep_as_the_bound_and_no_deeper() -> None:
    def nots(levels: int) -> str:
        return "{{ " + "not " * (levels - 3) + "x }}"

    assert parse(nots(MAX_DEPTH))
    with pytest.raises(TemplateFault, match=str(MAX_DEPTH)):
        parse(nots(MAX_DEPTH + 1))


def test_a_static_text_may_be_of_any_length() -> None:
    source = "a" * (MAX_SOURCE * 2)

    assert compile_template(parse(source))({}) == source


@pytest.mark.parametrize(("source", "expected"), QUICK.values(), ids=QUICK.keys())
def test_what_only_looks_large_is_allowed(source: str, expected: object) -> None:
    assert compile_template(parse(source))(CONTEXT) == expected
