"""The quick reading of plain templates gives what Jinja's parser gives, or leaves the template to it."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from runner.templates import Kind, TemplateFault, nodes, parse
from runner.templates.grammar import read
from runner.templates.names import free_names
from runner.templates.plain import PARTS_MAX, parse_plain

PIECES = st.sampled_from(
    [
        *("{{", "}}", "{", "}", "{%", "{#", "#}", " ", "\n", "\r", "a", "b.c", "user.name", ".", "not", "true", "None"),
        *("{{ a }}", "{{ user.name }}", "{{a.b.c}}", "{{ a.not }}", "{{ 1 }}", "{{- a }}", "é", "_x", "a1", "1a", "-"),
    ]
)


def shape(tree: nodes.Node) -> list[object]:
    """Return what a tree is made of, and where each of its nodes stands."""
    own = [value for name in tree.fields if not isinstance(value := getattr(tree, name), nodes.Node | list)]
    return [type(tree), tree.offset, own, *(shape(child) for child in tree.children())]


@settings(deadline=None, max_examples=500)
@given(st.lists(PIECES, max_size=8).map("".join))
def test_what_is_read_quickly_is_what_jinja_reads(source: str) -> None:
    plain = parse_plain(source)
    if plain is not None:
        tree, roots = plain
        expected = read(source, expression=False)
        assert shape(tree) == shape(expected)
        assert roots == free_names(expected)


@pytest.mark.parametrize(
    "source", ["{{ a }}", "Hi {{user.name}}!", "{{ a }}{{ b.c.d }}\n", "x }} {{ y }}", "{{ é }}{{ a }}"]
)
def test_what_most_templates_are_is_read_quickly(source: str) -> None:
    assert (parse_plain(source) is not None) is source.isascii()


@pytest.mark.parametrize(
    "source", ["{{{ a }}", "{{ not }}", "{{ a", "{{ a | upper }}", "{{ a }}{% if b %}{% endif %}", "{{}}"]
)
def test_what_has_more_to_it_is_left_to_jinja(source: str) -> None:
    assert parse_plain(source) is None


def test_a_template_of_very_many_names_is_left_to_jinja() -> None:
    assert parse_plain("{{ a }}" * PARTS_MAX) is not None
    assert parse_plain("{{ a }}" * (PARTS_MAX + 1)) is None


def test_a_single_name_is_a_value_and_not_a_text() -> None:
    assert parse("{{ a.b }}").kind is Kind.NATIVE
    assert parse("{{ a.b }} ").kind is Kind.TEXT


def test_the_test_can_fail() -> None:
    with pytest.raises(TemplateFault):
        read("{{ {{", expression=False)
    assert shape(read("{{ a }}", expression=False)) != shape(read(" {{ a }}", expression=False))
