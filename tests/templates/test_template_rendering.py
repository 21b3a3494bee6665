"""What templates give: the same as Jinja's, where Jinja's is what a bot should send."""

from collections.abc import Mapping
from types import MappingProxyType

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from jinja2 import StrictUndefined
from jinja2.sandbox import ImmutableSandboxedEnvironment

from runner.templates import RenderError, parse
from runner.templates.sandbox import compile_template

CONTEXT: Mapping[str, object] = {
    "user": {"id": "80351110224678912", "name": "Ada", "nick": None},
    "rows": [{"name": "b", "n": 2}, {"name": "a", "n": 1}, {"name": "c", "n": 2}],
    "words": ["one", "two"],
    "table": {"x": 1, "y": 2},
    "frozen": MappingProxyType({"name": "Eve"}),
    "n": 5,
    "half": 0.5,
    "yes": True,
    "nothing": None,
    "hostile": "{{ n }}{% raw %}",
}

SAME_AS_JINJA = {
    "attribute": "{{ user.name }}!",
    "item": "{{ user['name'] }}!",
    "computed-item": "{{ rows[n - 4].name }}!",
    "position-from-the-end": "{{ words[-1] }}!",
    "cut": "{{ 'abcdef'[1:4] }}{{ 'abcdef'[::-1] }}{{ words[:1] | join }}",
    "arithmetic": "{{ 7 // 2 }} {{ 7 % 4 }} {{ 7 / 2 }} {{ 2 ** 10 }} {{ -n + 1 }} {{ 3 * half - 1 }} {{ +n }}",
    "precedence": "{{ 1 + 2 * 3 - 4 / 2 }} {{ 2 ** 3 ** 2 }} {{ not true or true }} {{ 1 ~ (2 + 3) }}",
    "concatenation": "{{ 'a' ~ 1 ~ true ~ half }}",
    "plus": "{{ 'a' + 'b' }}{{ ([1] + [2]) | join }}",
    "repetition": "{{ '-' * 3 }}{{ 2 * 'ab' }}{{ 'a' * -1 }}",
    "comparisons": "{{ 1 < n <= 5 }} {{ n != 5 }} {{ 'a' < 'b' }} {{ 1 < n > 9 }} {{ n == 5.0 }} {{ n >= 6 }}",
    "membership": "{{ 'one' in words }} {{ 3 not in [1, 2] }} {{ 'x' in table }} {{ 'd' in user.name }}",
    "equal-lists": "{{ [1, {'a': 2}] == [1, {'a': 2}] }} {{ [1] == [2] }} {{ [1] == 1 }} {{ {'a': 1} == {'b': 1} }}",
    "connectives": "{{ n and 'a' }} {{ 0 or 'b' }} {{ not n }} {{ '' and 1 or 'c' }}",
    "conditional": "{{ 'a' if yes else 'b' }}{{ 'a' if not yes else 'b' }}",
    "if": "{% if n > 9 %}a{% elif n > 3 %}b{% else %}c{% endif %}",
    "else": "{% if n > 9 %}a{% elif n > 8 %}b{% else %}c{% endif %}",
    "set": "{% set x = n * 2 %}{{ x }}{% set x, y = [1, 2] %}{{ x }}{{ y }}",
    "set-in-a-branch": "{% if yes %}{% set x = 1 %}{% endif %}{{ x }}",
    "for": "{% for row in rows %}{{ row.name }}={{ row.n }};{% endfor %}",
    "for-if": "{% for row in rows if row.n > 1 %}{{ loop.index }}{{ row.name }}/{{ loop.length }} {% endfor %}",
    "for-else": "{% for row in [] %}a{% else %}none{% endfor %}",
    "for-over-a-mapping": "{% for key in table %}{{ key }}{{ table[key] }}{% endfor %}",
    "for-pairs": "{% for key, value in table | items %}{{ key }}{{ value }}{% endfor %}",
    "for-in-for": "{% for a in range(2) %}{% for b in 'x', 'y' %}{{ a }}{{ b }}{{ loop.last }}{% endfor %}{% endfor %}",
    "loop": "{% for x in words %}{{ loop.index0 }}{{ loop.revindex }}{{ loop.revindex0 }}"
    "{{ loop.first }}{{ loop.last }}{% endfor %}",
    "set-in-a-loop": "{% set x = 0 %}{% for w in words %}{{ x }}{% set x = 1 %}{{ x }}{% endfor %}.{{ x }}",
    "range": "{{ range(3) | list | join(',') }} {{ range(1, 9, 3) | join(',') }} {{ range(3, 0, -1) | join(',') }}",
    "space-control": "a \n {%- if yes -%} \n b \n {%- endif -%} \n c",
    "raw": "{% raw %}{{ n }}{% endraw %}",
    "comment": "a{# {{ n }} #}b",
    "last-line-break": "a {{ n }}\n",
    "defined": "{{ user.nope is defined }} {{ user.name is defined }} {{ nope is not defined }}",
    "default": "{{ nope | default('a') }} {{ user.nope | d('b') }} {{ '' | default('c', true) }}",
    "what-users-typed": "{{ hostile }}",
    "escapes": r"{{ 'a\nb\u00e9' }}",
}


@pytest.mark.parametrize("source", SAME_AS_JINJA.values(), ids=SAME_AS_JINJA.keys())
def test_a_template_reads_as_it_would_in_jinja(source: str) -> None:
    jinja = ImmutableSandboxedEnvironment(undefined=StrictUndefined, keep_trailing_newline=True)

    assert compile_template(parse(source))(CONTEXT) == jinja.from_string(source).render(CONTEXT)


NUMBERS = st.integers(-20, 20).map(str) | st.sampled_from(["n", "half", "2.5", "rows[0].n"])
FORMULAS = st.recursive(
    NUMBERS,
    lambda inner: (
        st.builds("({} {} {})".format, inner, st.sampled_from(["+", "-", "*", "/", "//", "%"]), inner)
        | st.builds("({} if {} < {} else {})".format, inner, inner, inner, inner)
    ),
    max_leaves=8,
)


@settings(deadline=None)  # How long it takes is the business of the tests of bounds.
@given(FORMULAS)
def test_a_formula_has_the_value_that_jinja_gives_it(formula: str) -> None:
    jinja = ImmutableSandboxedEnvironment().compile_expression(formula)
    try:
        expected = jinja(**CONTEXT)
    except ZeroDivisionError:
        with pytest.raises(RenderError, match="division by zero"):
            compile_template(parse(formula, expression=True))(CONTEXT)
        return

    assert compile_template(parse(formula, expression=True))(CONTEXT) == expected


@pytest.mark.parametrize("value", [1, 1.5, True, None, "[1, 2]", "True", [1, "a"], {"a": 1}, "{{ n }}"], ids=repr)
def test_a_single_value_keeps_its_type_and_is_not_read_as_code(value: object) -> None:
    result = compile_template(parse("{{ value }}"))({"value": value})

    assert (type(result), result) == (type(value), value)


@pytest.mark.parametrize("value", ["[1,2,3]", "True", "1", "{{ n }}", "{% if %}", "'a', 'b'"])
def test_text_around_a_value_gives_text_whatever_the_value_looks_like(value: str) -> None:
    assert compile_template(parse("{{ value }}, "))({"value": value}) == value + ", "


def test_a_bare_expression_gives_its_value() -> None:
    assert compile_template(parse("n > 3 and user.name == 'Ada'", expression=True))(CONTEXT) is True
    assert compile_template(parse("[n, 2]", expression=True))(CONTEXT) == [5, 2]


UNLIKE_JINJA = {
    "none-is-empty": ("<{{ nothing }}{{ user.nick }}>", "<>"),
    "none-has-a-default": ("{{ user.nick | default('no name') }}.", "no name."),
    "none-is-not-defined": ("{{ nothing is defined }}.", "False."),
    "a-default-reaches-behind-what-is-missing": ("{{ nope.a.b | default('x') }}.", "x."),
    "a-default-reaches-behind-none": ("{{ nothing.a.b | default('x') }}.", "x."),
    "defined-reaches-behind-none": ("{{ nothing.a is defined }}.", "False."),
    "an-if-without-else-is-none": ("<{{ 'a' if n > 9 }}>", "<>"),
    "a-branch-not-taken-sets-none": ("{% if n > 9 %}{% set x = 1 %}{% endif %}<{{ x }}>", "<>"),
    "a-mapping-that-is-no-dict": ("{{ frozen.name }}.", "Eve."),
}


@pytest.mark.parametrize(("source", "expected"), UNLIKE_JINJA.values(), ids=UNLIKE_JINJA.keys())
def test_what_is_none_is_as_good_as_missing_and_reads_as_nothing(source: str, expected: str) -> None:
    assert compile_template(parse(source))(CONTEXT) == expected


FAILURES = {
    "name": ("{{ nope }}", "template-missing", "there is no `nope` here"),
    "attribute": ("{{ user.nope }}", "template-missing", "`user` has no `nope`"),
    "attribute-of-what-is-missing": ("{{ user.nope.deeper }}", "template-missing", "`user` has no `nope`"),
    "attribute-of-none": ("{{ user.nick.length }}", "template-missing", "`user.nick` is nothing and has no `length`"),
    "attribute-of-text": ("{{ user.name.x }}", "template-missing", "`user.name` is text and has no `x`"),
    "attribute-of-a-literal": ("{{ 'a'.x }}", "template-missing", "`'a'` is text and has no `x`"),
    "attribute-of-an-item": ("{{ rows[0].nope }}", "template-missing", "`rows[…]` has no `nope`"),
    "item-by-name": ("{{ user['nope'] }}", "template-missing", "`user` has no `nope`"),
    "position": ("{{ words[9] }}", "template-missing", "`words` has no item at that position"),
    "position-by-none": (
        "{{ words[nothing] }}",
        "template-failed",
        "`words`: a position is a whole number, not nothing",
    ),
    "item-of-a-number": ("{{ n[0] }}", "template-failed", "`n` is a number: no item of it is found by a number"),
    "item-of-a-mapping-by-number": (
        "{{ user[0] }}",
        "template-failed",
        "`user` is a mapping: no item of it is found by a number",
    ),
    "cut-of-a-number": ("{{ n[1:] }}", "template-failed", "a number can't be cut like this"),
    "cut-by-text": ("{{ words['a':] }}", "template-failed", "a position is a whole number, not text"),
    "cut-without-step": ("{{ words[::0] }}", "template-failed", "a list can't be cut like this"),
    "first-of-nothing": ("{{ [] | first }}", "template-missing", "the first item of an empty list is missing"),
    "last-of-nothing": ("{{ [] | last }}", "template-missing", "the last item of an empty list is missing"),
    "condition": ("{% if nope %}{% endif %}", "template-missing", "there is no `nope` here"),
    "negation": ("{{ not nope }}", "template-missing", "there is no `nope` here"),
    "comparison": ("{{ 1 == nope }}", "template-missing", "there is no `nope` here"),
    "in": ("{{ nope in words }}", "template-missing", "there is no `nope` here"),
    "operand": ("{{ 1 + nope }}", "template-missing", "there is no `nope` here"),
    "filter": ("{{ nope | upper }}", "template-missing", "there is no `nope` here"),
    "argument": ("{{ 'a' | replace('a', nope) }}", "template-missing", "there is no `nope` here"),
    "list": ("{{ [nope] }}", "template-missing", "there is no `nope` here"),
    "mapping": ("{{ {'a': nope} }}", "template-missing", "there is no `nope` here"),
    "set": ("{% set x = nope %}", "template-missing", "there is no `nope` here"),
    "loop": ("{% for x in nope %}{% endfor %}", "template-missing", "there is no `nope` here"),
    "list-as-text": ("a {{ words }}", "template-failed", "a list can't be written as text"),
    "mapping-as-text": ("a {{ user }}", "template-failed", "a mapping can't be written as text"),
    "text-and-number": ("{{ 'a' + n }}", "template-failed", "`+` doesn't go with text and a number"),
    "boolean-sum": ("{{ yes + n }}", "template-failed", "`+` doesn't go with true or false and a number"),
    "order": ("{{ 'a' < n }}", "template-failed", "`<` doesn't go with text and a number"),
    "difference": ("{{ 'a' - n }}", "template-failed", "`-` doesn't go with text and a number"),
    "quotient": ("{{ 'a' / n }}", "template-failed", "`/` doesn't go with text and a number"),
    "whole-quotient": ("{{ 'a' // n }}", "template-failed", "`//` doesn't go with text and a number"),
    "power": ("{{ 'a' ** n }}", "template-failed", "`**` doesn't go with text and a number"),
    "in-a-number": ("{{ 1 in n }}", "template-failed", "`in` doesn't go with a number and a number"),
    "negative": ("{{ -user.name }}", "template-failed", "`-` needs a number, not text"),
    "positive": ("{{ +user.name }}", "template-failed", "`+` needs a number, not text"),
    "zero": ("{{ n % 0 }}", "template-failed", "a division by zero"),
    "zero-to-a-negative-power": ("{{ 0 ** -1 }}", "template-failed", "a division by zero"),
    "filter-of-a-number": ("{{ n | upper }}", "template-failed", "`upper` needs text, not a number"),
    "argument-type": (
        "{{ 'a' | truncate('b') }}",
        "template-failed",
        "`length` of `truncate` is a whole number, not text",
    ),
    "argument-choice": (
        "{{ n | timestamp(user.name) }}",
        "template-failed",
        "`style` of `timestamp` is one of t, T, d, D, f, F, s, S, R, not text",
    ),
    "loop-over-text": ("{% for x in user.name %}{% endfor %}", "template-failed", "a loop needs a list, not text"),
    "unpacking": ("{% for a, b in words %}{% endfor %}", "template-failed", "2 names need a list of as many items"),
    "range-of-text": (
        "{{ range(user.name) }}",
        "template-failed",
        "`range` takes whole numbers, and a step other than 0",
    ),
}


@pytest.mark.parametrize(("source", "slug", "headline"), FAILURES.values(), ids=FAILURES.keys())
def test_a_failure_says_what_the_template_asked_for(source: str, slug: str, headline: str) -> None:
    with pytest.raises(RenderError) as failed:
        compile_template(parse(source))(CONTEXT)

    assert (failed.value.slug, failed.value.headline) == (slug, headline)


@pytest.mark.parametrize(
    "source", ["{{ secret | int + 'a' }}", "{{ secret.x }}", "{{ secret | timestamp }}", "{{ [secret, 1] | sort }}"]
)
def test_a_failure_never_tells_a_value(source: str) -> None:
    with pytest.raises(RenderError) as failed:
        compile_template(parse(source))({"secret": "hunter2"})

    assert "hunter2" not in str(failed.value)
    assert failed.value.__suppress_context__ or failed.value.__context__ is None


def test_a_value_that_is_no_plain_data_has_no_attributes() -> None:
    class Opaque:
        name = "reached"

    render = compile_template(parse("{{ value.name }}"))

    with pytest.raises(RenderError, match="no plain value and has no `name`"):
        render({"value": Opaque()})


def test_rendering_leaves_the_context_as_it_was() -> None:
    context = {"rows": [3, 1, 2], "x": 0}

    compile_template(parse("{% set x = 1 %}{{ rows | sort | reverse | join }}{% for x in rows %}{% endfor %}"))(context)

    assert context == {"rows": [3, 1, 2], "x": 0}
