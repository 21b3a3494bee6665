"""Whatever a template says, it fails in one of two ways: with faults before it runs, or with a RenderError."""

from collections.abc import Mapping
from contextlib import suppress

from hypothesis import given, settings
from hypothesis import strategies as st

from runner.templates import Fault, RenderError, TemplateFault, check, parse
from runner.templates.filters import FILTERS
from runner.templates.predicates import TESTS
from runner.templates.sandbox import compile_template
from runner.templates.types import ANY, INTEGER, STRING, ListOf, Object, Type, optional

SCOPE: Mapping[str, Type] = {
    "user": Object("a user", {"name": STRING, "nick": optional(STRING)}),
    "rows": ListOf(Object("a row", {"n": INTEGER})),
    "raw": ANY,
}
CONTEXT = {"user": {"name": "Ada", "nick": None}, "rows": [{"n": 1}, {"n": 2}], "raw": {"a": [1, "b", None, 2.5]}}

ATOMS = st.sampled_from(
    [
        "user",
        "user.name",
        "user.nick",
        "rows",
        "rows[0].n",
        "raw",
        "raw.a",
        "nope",
        "1",
        "-2.5",
        "'a'",
        "none",
        "true",
        "[]",
    ]
)
OPERATORS = st.sampled_from(["+", "-", "*", "/", "//", "%", "**", "~", "==", "<", "in", "not in", "and", "or"])


def compound(inner: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    return (
        st.builds("({} {} {})".format, inner, OPERATORS, inner)
        | st.builds("({} | {})".format, inner, st.sampled_from(sorted(FILTERS)))
        | st.builds("({} | {}({}))".format, inner, st.sampled_from(sorted(FILTERS)), inner)
        | st.builds("({} | {}({}, {}))".format, inner, st.sampled_from(sorted(FILTERS)), inner, inner)
        | st.builds("({} is {})".format, inner, st.sampled_from(sorted(TESTS)))
        | st.builds("({} if {} else {})".format, inner, inner, inner)
        | st.builds("{}[{}]".format, inner, inner)
        | st.builds("{}[{}:{}]".format, inner, inner, inner)
        | st.builds("[{}, {}]".format, inner, inner)
        | st.builds("{{'a': {}}}".format, inner)
        | st.builds("range({})".format, inner)
    )


EXPRESSIONS = st.recursive(ATOMS, compound, max_leaves=6)
STATEMENTS = st.builds(
    "{{% for x in {} %}}{{% set y = {} %}}{{{{ x }}}}{{% endfor %}}{{% if {} %}}{{{{ {} }}}}{{% endif %}}".format,
    EXPRESSIONS,
    EXPRESSIONS,
    EXPRESSIONS,
    EXPRESSIONS,
)
FRAGMENTS = st.lists(
    st.sampled_from(
        ["{{", "}}", "{%", "%}", "{#", "-", " ", "if", "for", "x", "in", "set", "=", "|", "upper", "'", "(", ")", "."]
    ),
    max_size=25,
).map("".join)


def run(source: str, *, expression: bool) -> None:
    try:
        template = parse(source, expression=expression)
    except TemplateFault as refused:
        require_places(source, refused.faults)
        return
    require_places(source, check(template, SCOPE).faults)
    # Anything else that is raised here fails the test.
    with suppress(TemplateFault, RenderError):
        compile_template(template)(CONTEXT)


def require_places(source: str, faults: tuple[Fault, ...]) -> None:
    for fault in faults:
        assert 0 <= fault.offset <= len(source)
        assert fault.length >= 1


@settings(deadline=None)  # How long it takes is the business of the tests of bounds.
@given(EXPRESSIONS)
def test_an_expression_fails_in_one_of_two_ways(source: str) -> None:
    run(source, expression=True)


@settings(deadline=None)  # How long it takes is the business of the tests of bounds.
@given(STATEMENTS)
def test_statements_fail_in_one_of_two_ways(source: str) -> None:
    run(source, expression=False)


@settings(deadline=None)  # How long it takes is the business of the tests of bounds.
@given(FRAGMENTS | st.text(alphabet="{}%#-|'\"\\\n abif.0", max_size=40))
def test_nonsense_fails_in_one_of_two_ways(source: str) -> None:
    run(source, expression=False)
    run(source, expression=True)
