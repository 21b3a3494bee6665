"""Reading templates: their kinds, the names they need, and what is refused with which repair."""

import pytest

from runner.templates import Fault, Kind, TemplateFault, parse

KINDS = {
    "static": ("Pong!", Kind.STATIC),
    "static-with-closing-braces": ("a }} b", Kind.STATIC),
    "empty": ("", Kind.STATIC),
    "text": ("Hi {{ user }}", Kind.TEXT),
    "two-values": ("{{ a }}{{ b }}", Kind.TEXT),
    "value-and-line-break": ("{{ a }}\n", Kind.TEXT),
    "statement": ("{% if a %}b{% endif %}", Kind.TEXT),
    "comment": ("{# a #}", Kind.TEXT),
    "raw": ("{% raw %}{{ a }}{% endraw %}", Kind.TEXT),
    "native": ("{{ a }}", Kind.NATIVE),
    "native-with-filters": ("{{- a.b | default(3) -}}", Kind.NATIVE),
    "native-text": ("{{ 'a }} b' }}", Kind.NATIVE),
}


@pytest.mark.parametrize(("source", "kind"), KINDS.values(), ids=KINDS.keys())
def test_a_template_is_of_the_kind_that_its_form_says(source: str, kind: Kind) -> None:
    assert parse(source).kind is kind


def test_a_bare_expression_is_one_even_if_it_looks_like_text() -> None:
    assert parse("user", expression=True).kind is Kind.EXPRESSION
    assert parse("\n a == 1\n", expression=True).kind is Kind.EXPRESSION


ROOTS = {
    "none": ("plain", set[str]()),
    "names": ("{{ a }} {{ b.c }} {{ d['e'] }}", {"a", "b", "d"}),
    "arguments": ("{{ a | default(b) }}{{ a is eq(c) }}", {"a", "b", "c"}),
    "set": ("{% set x = a %}{{ x }}", {"a"}),
    "set-to-itself": ("{% set x = x %}{{ x }}", {"x"}),
    "used-before-it-is-set": ("{{ x }}{% set x = 1 %}", {"x"}),
    "set-in-a-branch": ("{% if a %}{% set x = 1 %}{% endif %}{{ x }}", {"a"}),
    "loop": ("{% for x in rows if x > least %}{{ x }}{{ loop.index }}{% endfor %}", {"rows", "least"}),
    "pairs": ("{% for k, v in rows %}{{ k ~ v }}{% endfor %}", {"rows"}),
    "after-a-loop": ("{% for x in rows %}{% set y = x %}{% endfor %}{{ x }}{{ y }}", {"rows", "x", "y"}),
    "else-of-a-loop": ("{% for x in rows %}{% else %}{{ x }}{% endfor %}", {"rows", "x"}),
    "loop-outside": ("{{ loop.index }}", {"loop"}),
    "range": ("{{ range(n) }}", {"n"}),
    "mapping": ("{{ {'a': b} }}", {"b"}),
}


@pytest.mark.parametrize(("source", "roots"), ROOTS.values(), ids=ROOTS.keys())
def test_roots_are_the_names_that_come_from_outside(source: str, roots: set[str]) -> None:
    assert parse(source).roots == roots


REFUSED = {
    "block": ("a {% block x %}{% endblock %}", "templates have no `block`", ""),
    "macro": ("a {% macro x() %}{% endmacro %}", "templates have no `macro`", ""),
    "autoescape": ("{% autoescape true %}{% endautoescape %}", "templates have no `autoescape`", ""),
    "set-block": ("{% set x %}a{% endset %}", "templates have no `set … endset`", ""),
    "method": ("{{ user.name.upper() }}", "values have no methods; filters do their work", "write `user.name | upper`"),
    "method-without-a-filter": ("{{ user.name.nope() }}", "values have no methods; filters do their work", ""),
    "function": ("{{ dict() }}", "only `range(…)` can be called in a template", ""),
    "range-without-end": ("{{ range() }}", "`range` takes 1 to 3 numbers", ""),
    "range-with-names": ("{{ range(stop=3) }}", "only `range(…)` can be called in a template", ""),
    "recursive": ("{% for x in y recursive %}{% endfor %}", "a loop can't be `recursive`", ""),
    "stars": ("{{ a | join(*b) }}", "arguments are written one by one, without `*`", ""),
    "key": ("{{ {1: 2} }}", "the keys of a mapping are written out as texts", ""),
}


@pytest.mark.parametrize(("source", "headline", "fix"), REFUSED.values(), ids=REFUSED.keys())
def test_what_templates_do_not_get_is_refused_by_name(source: str, headline: str, fix: str) -> None:
    (fault,) = faults_of(source)

    assert (fault.slug, fault.headline, fault.fix) == ("template-refused", headline, fix)


def test_all_refused_parts_are_found_in_one_run() -> None:
    source = "{{ a.upper() }} {% include 'b' %} {{ c() }}"

    assert [fault.offset for fault in faults_of(source)] == [5, 19, 38]


def test_an_expression_in_braces_is_refused_with_the_bare_one() -> None:
    (fault,) = faults_of(" {{ a == 1 }}", expression=True)

    assert (fault.offset, fault.slug, fault.fix) == (1, "template-braces", "write `a == 1`")


@pytest.mark.parametrize("source", ["", "  ", "a b", "a }} b", "{% if a %}", "a ==", "{# a #}"])
def test_what_is_no_expression_is_refused(source: str) -> None:
    (fault,) = faults_of(source, expression=True)

    assert fault.slug == "template-syntax"
    assert 0 <= fault.offset <= len(source)


def faults_of(source: str, *, expression: bool = False) -> tuple[Fault, ...]:
    with pytest.raises(TemplateFault) as refused:
        parse(source, expression=expression)
    return refused.value.faults
