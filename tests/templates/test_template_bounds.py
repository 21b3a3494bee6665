"""What a template can't do to the process: each probe is refused, or ends quickly and small."""

import time
from collections.abc import Callable, Mapping

import pytest

from runner.templates import RenderError, TemplateFault, compile_template, parse
from runner.templates.budget import MAX_OUTPUT, MAX_RANGE, MAX_SECONDS, MAX_STEPS, MAX_TEXT
from runner.templates.syntax import MAX_DEPTH, MAX_NODES, MAX_SOURCE

CONTEXT: Mapping[str, object] = {
    "user": {"name": "Ada"},
    "text": "*" * 60_000,
    "big": "a" * 1_000_000,
    "rows": list(range(600_000)),
    "huge": 10**4299,
}

NOT_IN_THE_LANGUAGE = {
    "center": "{{ 'a'.center(10**9) }}",
    "ljust": "{{ 'a'.ljust(10**9) }}",
    "zfill": "{{ 'a'.zfill(10**9) }}",
    "expandtabs": "{{ 'a'.expandtabs(10**9) }}",
    "format-filter": "{{ '%1000000000d' | format(1) }}",
    "str-format": "{{ '{:>1000000000}'.format(1) }}",
    "format-map": "{{ '{0.__class__}'.format_map(user) }}",
    "to-bytes": "{{ (1).to_bytes(10**9, 'big') }}",
    "json-indent": "{{ user | tojson(indent=10**8) }}",
    "batch": "{{ range(1000) | batch(1, 'a' * 60000) }}",
    "slice": "{{ range(10) | slice(10**9) }}",
    "wordwrap": "{{ 'a b' | wordwrap(1) }}",
    "indent": "{{ 'a' | indent(10**9) }}",
    "center-filter": "{{ '-' | center(10**9) }}",
    "lipsum": "{{ lipsum(n=10**6) }}",
    "cycler": "{{ cycler('a') }}",
    "joiner": "{{ joiner() }}",
    "namespace": "{{ namespace(a=1) }}",
    "map-attr": "{{ range(9) | map('attr', '__class__') }}",
    "attr": "{{ user | attr('__class__') }}",
    "method-of-a-mapping": "{{ user.items() }}",
    "append": "{{ [].append(1) }}",
    "macro": "{% macro m() %}{{ m() }}{% endmacro %}",
    "include": "{% include 'x' %}",
    "extends": "{% extends 'x' %}",
    "import": "{% import 'x' as y %}",
    "from-import": "{% from 'x' import y %}",
    "block": "{% block a %}{% endblock %}",
    "recursive-loop": "{% for x in [1] recursive %}{% endfor %}",
    "call-block": "{% call x() %}{% endcall %}",
    "filter-block": "{% filter upper %}a{% endfilter %}",
    "set-block": "{% set x %}a{% endset %}",
    "set-attribute": "{% set user.name = 1 %}",
    "autoescape": "{% autoescape true %}{% endautoescape %}",
    "with": "{% with a = 1 %}{% endwith %}",
    "star-arguments": "{{ 'a' | replace(*['a', 'b']) }}",
    "computed-key": "{{ {user: 1} }}",
    "endless-float": "{{ 1e999 }}",
    "long-number": "{{ " + "9" * 10_000 + " }}",
    "long-hexadecimal-number": "{{ 0x" + "f" * 10_000 + " }}",
    "parentheses": "{{ " + "(" * 5000 + "1" + ")" * 5000 + " }}",
    "lists": "{{ " + "[" * 500 + "]" * 500 + " }}",
    "nots": "{{ " + "not " * 3000 + "1 }}",
    "sums": "{{ 1" + "+1" * 3000 + " }}",
    "attributes": "{{ user" + ".a" * 3000 + " }}",
    "filters": "{{ user" + "|upper" * 1500 + " }}",
    "loops": "{% for x in [1] %}" * 200 + "{% endfor %}" * 200,
    "open-comments": "{#" * 8000,
    "open-raws": "{% raw %}" * 1800,
    "open-braces": "{{" * 8000,
}

STOPPED_AT_RUN_TIME = {
    "folded-repetition": "{{ ('a' * 10**9) | length }}",
    "repetition": "{{ 'a' * 10**9 }}",
    "repetition-turned": "{{ 10**9 * 'a' }}",
    "percent": "{{ '%1000000000d' % 1 }}",
    "join": "{{ range(1000) | join('a' * 60000) }}",
    "replace": "{{ ('a' * 60000) | replace('a', 'b' * 60000) }}",
    "replace-nothing": "{{ ('a' * 60000) | replace('', 'b' * 60000) }}",
    "chained-replace": "{% set s = 'a' * 16 %}" + "{% set s = s | replace('a', 'aaaaaaaa') %}" * 20 + "{{ s }}",
    "doubling": "{% set s = 'a' %}" + "{% set s = s ~ s %}" * 60 + "{{ s | length }}",
    "doubling-by-plus": "{% set s = 'a' %}" + "{% set s = s + s %}" * 60 + "{{ s | length }}",
    "list-doubling": "{% set a = [1] %}" + "{% set a = a + a %}" * 60 + "{{ a | length }}",
    "list-in-list-as-json": "{% set a = [1] %}" + "{% set a = [a, a] %}" * 60 + "{{ a | tojson }}",
    "list-in-list-compared": "{% set a, b = [1], [1] %}" + "{% set a, b = [a, a], [b, b] %}" * 60 + "{{ a == b }}",
    "list-in-list-unique": "{% set a, b = [1], [1] %}"
    + "{% set a, b = [a, a], [b, b] %}" * 60
    + "{{ [a, b] | unique }}",
    "list-as-text": "{% set a = [1] %}" + "{% set a = [a, a] %}" * 60 + "{{ a }}",
    "squaring": "{% set n = 99999 %}" + "{% set n = n * n %}" * 60 + "{{ n }}",
    "power": "{{ 9 ** (9 ** 8) }}",
    "power-tower": "{{ 9 ** 9 ** 9 }}",
    "power-of-a-fraction": "{{ 1.5 ** 99999 }}",
    "power-without-a-root": "{{ (0 - 8) ** 0.5 }}",
    "float-overflow": "{{ 1e308 * 10 }}",
    "long-product": "{{ huge * huge }}",
    "long-integer-and-fraction": "{{ huge + 0.5 }}",
    "long-integer": "the number {{ huge }}",
    "long-integer-as-float": "{{ huge / 3 }}",
    "long-range": "{{ range(10**9) }}",
    "range-beyond-len": "{{ range(-10**19, 10**19) | length }}",
    "range-without-step": "{{ range(1, 2, 0) }}",
    "nested-loops": "{% for a in range(1000) %}{% for b in range(1000) %}{% endfor %}{% endfor %}",
    "silent-nested-loops": "{% for a in range(1000) %}{% for b in range(1000) if false %}{% endfor %}{% endfor %}",
    "long-loop": "{% for x in rows %}{% endfor %}",
    "big-sort": "{{ rows | sort | first }}",
    "big-sum": "{{ rows | sum }}",
    "big-unique": "{{ rows | unique | length }}",
    "big-join": "{{ rows | join }}",
    "big-json": "{{ rows | tojson }}",
    "big-list": "{{ rows | list | length }}",
    "big-reverse": "{{ rows | reverse | length }}",
    "big-cut": "{{ rows[::1] | length }}",
    "big-select": "{{ rows | select('even') | length }}",
    "big-search": "{{ -1 in rows }}",
    "big-letters": "{{ big | upper | length }}",
    "big-title": "{{ big | title | length }}",
    "big-concatenation": "{{ big ~ big }}",
    "big-comparison": "{{ big == big ~ '' }}",
    "escaping-again-and-again": "{{ text | escape_markdown }}",
    "decimals": "{{ 1.5 | round(10**9) }}",
    "negative-decimals": "{{ 1.5 | round(-10**9) }}",
    "class-of-a-mapping": "{{ user.__class__ }}",
    "class-by-item": "{{ user['__class__'] }}",
    "class-of-a-text": "{{ ''.__class__.__mro__ }}",
    "items-of-a-mapping": "{{ user.items }}",
    "self": "{{ self.__init__ }}",
    "range-itself": "{{ range.__class__ }}",
    "output": "a" * MAX_OUTPUT + "{{ 'b' }}",
    "output-of-a-loop": "{% for x in range(1000) %}0123456789{% endfor %}",
}

QUICK = {
    "truncate": ("{{ ('a' * 60000) | truncate(10, 'b' * 60000) }}", "b" * 10),
    "negative-power": ("{{ 2 ** (0 - 10**3) }}", 2.0**-1000),
    "adjacent-texts": ("{{ " + "'a' " * 3000 + "}}", "a" * 3000),
    "long-space": ("{{ 1" + " " * 16_000 + "}}", 1),
    "length": ("{{ big | length }}", 1_000_000),
    "first": ("{{ big | first }}", "a"),
}


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
