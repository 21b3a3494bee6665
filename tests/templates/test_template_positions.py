"""Each node of a tree knows where it stands in the source."""

import inspect

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from jinja2 import Environment
from jinja2.parser import Parser

from runner.templates import Fault, TemplateFault, check, nodes, parse
from runner.templates.grammar import read
from runner.templates.positions import PositionedEnvironment, grammar
from runner.templates.types import STRING, ListOf, Object

TEXTS = st.text(alphabet="ab \n\té𝄞'\"-\\{}%#\r", max_size=12)
OPENINGS = st.sampled_from(
    ["{{ %s }}", "{{- %s -}}", "{{\n%s}}", "{% if %s %}{% endif %}", "{%- if %s -%}x{%- endif %}"]
)


def test_the_parser_calls_the_private_method_that_is_overridden() -> None:
    class Recorder(Environment):
        calls: tuple[object, ...] = ()

        def _tokenize(self, *arguments: object) -> object:  # type: ignore[override]  # Takes down any arguments.
            self.calls = arguments
            return grammar()._tokenize("x", None)  # pyright: ignore[reportPrivateUsage]  # What this test pins.

    recorder = Recorder()
    Parser(recorder, "source", state="variable")

    assert recorder.calls == ("source", None, None, "variable")


def test_the_overridden_method_has_the_parameters_that_jinja_gives_it() -> None:
    def parameters(environment: type[Environment]) -> list[str]:
        return list(inspect.signature(getattr(environment, "_tokenize")).parameters)  # noqa: B009  # Private in Jinja.

    assert parameters(PositionedEnvironment) == parameters(Environment)


@settings(deadline=None)  # How long it takes is the business of the tests of bounds.
@given(st.lists(st.tuples(TEXTS, OPENINGS), min_size=1, max_size=6))
def test_a_name_is_found_where_it_stands(pieces: list[tuple[str, str]]) -> None:
    source = ""
    expected: list[tuple[str, int]] = []
    for number, (text, opening) in enumerate(pieces):
        name = f"name{number}"
        source += text.replace("{", "").replace("\\", "")
        expected.append((name, len(source) + opening.index("%s")))
        source += opening.replace("%s", name)

    tree = read(source, expression=False)

    assert [(name.name, name.offset) for name in tree.find_all(nodes.Name)] == expected


SYNTAX = {
    "unclosed": ("Hello {{ user", 9),
    "unclosed-block": ("a {% if x %} b", 12),
    "two-names": ("{{ user name }}", 8),
    "operator": ("{{ a + }}", 7),
    "unknown-tag": ("a {% nosuch %}", 5),
    "stray-brace": ("{{ a } }}", 5),
    "unclosed-text": ("{{ 'a }}", 3),
    "unknown-character": ("{{ a ? b }}", 5),
    "after-windows-line-breaks": ("a\r\nb\r\n{{ a ? b }}", 11),
}


@pytest.mark.parametrize(("source", "offset"), SYNTAX.values(), ids=SYNTAX.keys())
def test_a_syntax_error_has_the_place_of_the_token_that_went_wrong(source: str, offset: int) -> None:
    assert fault_of(source).offset == offset


def test_an_error_in_the_lexer_says_what_is_open() -> None:
    assert fault_of("{{ 'a }}").headline == "this text isn't closed"
    assert fault_of("a {% if x %} b").headline == "`{% if %}` isn't closed; end it with `{% endif %}`"
    assert fault_of("{{ a ? b }}").headline == "`?` means nothing in a template"


PLACES = {
    "name": ("Hi {{ usr }}", "usr"),
    "attribute": ("Hi {{ user.nmae }}", "nmae"),
    "attribute-on-a-later-line": ("a\n\nb {{ user\n .nmae }}", "nmae"),
    "item": ("{{ user['nmae'] }}", "nmae"),
    "filter": ("{{ user.name | uper }}", "uper"),
    "test": ("{{ user.name is defnied }}", "defnied"),
    "after-a-stripped-space": ("a   {%- if user.nmae %}{% endif %}", "nmae"),
    "attribute-named-like-its-owner": ("{{ user.user }}", "user }"),
    "windows-line-breaks": ("a\r\nb\r\n{{ user.nmae }}", "nmae"),
    "beyond-the-basic-plane": ("𝄞𝄞 {{ user.nmae }}", "nmae"),
    "inside-an-argument": ("{{ user.name | default(user.nmae) }}", "nmae"),
    "mapped-attribute": ("{{ users | map(attribute='nmae') }}", "nmae"),
    "loop": ("{% for u in users %}{{ u.nmae }}{% endfor %}", "nmae"),
    "second-part-of-a-dotted-attribute": ("{{ users | map(attribute='name.nmae') }}", "nmae"),
}


@pytest.mark.parametrize(("source", "word"), PLACES.values(), ids=PLACES.keys())
def test_a_fault_points_at_the_word_to_change(source: str, word: str) -> None:
    user = Object("a user", {"name": STRING})

    (fault,) = check(parse(source), {"user": user, "users": ListOf(user)}).faults

    assert fault.offset == source.rindex(word)
    assert source[fault.offset : fault.offset + fault.length] == word.split()[0]


def fault_of(source: str) -> Fault:
    with pytest.raises(TemplateFault) as refused:
        parse(source)
    (fault,) = refused.value.faults
    return fault
