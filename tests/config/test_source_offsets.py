"""Every character of a value is found where it is written."""

import dataclasses

import pytest
import yaml
from hypothesis import assume, given
from hypothesis import strategies as st

from runner.config.source import Scalar, parse, span_within
from runner.diagnostics import Span


def scalar_of(document: str) -> Scalar:
    """Return the value under the key `a`."""
    parsed = parse(document, "bot.yaml")
    assert parsed.root is not None, parsed.diagnostics
    node = parsed.root.get("a")
    assert isinstance(node, Scalar)
    return node


def text_at(document: str, span: Span) -> str:
    """Return what stands at a span, found by counting lines and columns and not by the code under test."""
    lines = document.replace("\r\n", "\n").split("\n")
    if span.line == span.end_line:
        return lines[span.line - 1][span.column - 1 : span.end_column - 1]
    first, *between, last = lines[span.line - 1 : span.end_line]
    return "\n".join([first[span.column - 1 :], *between, last[: span.end_column - 1]])


STYLES = {
    "plain": "a: Hello wörld X there\n",
    "plain over two lines": "a: Hello wörld\n  and X there\n",
    "plain over two paragraphs": "a: Hello\n\n  and X there\n",
    "single quotes": "a: 'it''s X'\n",
    "single quotes over two lines": "a: 'it''s   \n\n  an X'\n",
    "double quotes": 'a: "tab\\t\\u00e9\\x41 \\"X\\" 👍"\n',
    "double quotes over two lines": 'a: "Hello \\\n   there\n   X"\n',
    "double quotes with escaped line breaks": 'a: "Hello\\\n\n\n  \\  X"\n',
    "literal": "a: |\n  Hello\n    wörld\n\n  X there\n",
    "literal, stripped": "a: |-\n  Hello\n  X",
    "literal, kept": "a: |+\n  Hello\n  X\n\n\n",
    "literal with a comment in its header": "a: | # as it is\n  Hello\n  X\n",
    "literal with an indentation indicator": "a: |2\n    Hello\n   X\n",
    "literal with a line that is blank but long": "a: |\n  Hello\n      \n  X\n",
    "literal deep inside": "b:\n  - c\na: |\n     Hello\n     X\n",
    "folded": "a: >\n  Hello\n  wörld\n  X there\n",
    "folded with paragraphs": "a: >\n\n  Hello\n\n\n  X there\n",
    "folded with lines that are indented more": "a: >-\n  Hello\n   wörld\n\n   and\n  X there\n",
    "folded with an indentation indicator": "a: >2-\n    Hello\n  wörld\n  X\n",
    "after an anchor": "a: &b X\n",
    "Windows line ends": "a: |\r\n  Hello\r\n\r\n  X there\r\n",
    "after a byte order mark": "\ufeffa: X\n",
    "a number": "a: 12\nb: X\n",
}


@pytest.mark.parametrize("document", STYLES.values(), ids=STYLES)
def test_each_character_of_a_value_is_found_where_it_is_written(document: str) -> None:
    scalar = scalar_of(document)
    if "X" not in scalar.written:
        assert text_at(document, span_within(scalar, 1, 1)) == "2"
        return
    span = span_within(scalar, scalar.written.index("X"), 1)
    assert text_at(document.removeprefix("\ufeff"), span) == "X"


def test_a_stretch_over_a_fold_reaches_from_its_first_character_to_its_last() -> None:
    scalar = scalar_of("a: >\n  {{ user.name\n  }} hello\n")
    assert span_within(scalar, 0, len("{{ user.name }}")) == Span("bot.yaml", 2, 3, 3, 5)


def test_an_escape_is_as_wide_as_it_is_written() -> None:
    scalar = scalar_of('a: "\\u00e9!"\n')
    assert span_within(scalar, 0, 1) == Span("bot.yaml", 1, 5, 1, 11)


@pytest.mark.parametrize(
    ("document", "start", "column"),
    [("a: abc\n", 1, 5), ("a: abc\n", 3, 7), ('a: ""\n', 0, 5), ("a: 'abc'\n", 3, 8)],
    ids=["inside", "at the end", "of an empty value", "before the closing quote"],
)
def test_no_characters_are_a_place_without_width(document: str, start: int, column: int) -> None:
    assert span_within(scalar_of(document), start, 0) == Span("bot.yaml", 1, column, 1, column)


def test_a_value_that_cannot_be_followed_is_found_where_it_starts() -> None:
    scalar = scalar_of("a: 'one\u2028 two X'\n")
    assert span_within(scalar, scalar.written.index("X"), 1) == Span("bot.yaml", 1, 4, 1, 4)


def test_a_value_that_was_replaced_is_found_where_it_starts() -> None:
    scalar = dataclasses.replace(scalar_of("b: 1\na: ${NAME} X\n"), value="a much longer value X")
    assert span_within(scalar, 20, 1) == Span("bot.yaml", 2, 4, 2, 4)


def check_each_visible_character(document: str, scalar: Scalar) -> None:
    for offset, char in enumerate(scalar.written):
        written = text_at(document, span_within(scalar, offset, 1))
        assert written == char or char in " \n" or _is_escape_of(written, char), (document, offset)


def _is_escape_of(written: str, char: str) -> bool:
    if written == "''":
        return char == "'"
    return written.startswith("\\") and yaml.safe_load(f'"{written}"') == char


@given(
    text=st.text(st.sampled_from("ab 'é👍\"\\:#-\n\t{}%|>"), max_size=40),
    style=st.sampled_from(["|", ">", "'", '"', None]),
    width=st.integers(5, 60),
    indent=st.integers(2, 6),
)
def test_whatever_a_dumper_writes_each_visible_character_is_found(
    text: str, style: str | None, width: int, indent: int
) -> None:
    tag = "tag:yaml.org,2002:str"
    entry = (yaml.ScalarNode(tag, "a"), yaml.ScalarNode(tag, text, style=style))
    tree = yaml.MappingNode("tag:yaml.org,2002:map", [entry])
    # The stubs leave the type of the tree open.
    document = yaml.serialize(tree, width=width, indent=indent, allow_unicode=True)  # pyright: ignore[reportUnknownMemberType]
    assume(yaml.load(document, Loader=yaml.BaseLoader)["a"] == text)  # the dumper folds some texts wrongly
    scalar = scalar_of(document)
    assert scalar.value == text
    check_each_visible_character(document, scalar)


@given(
    header=st.sampled_from(["|", "|-", "|+", "|1", "|2-", ">", ">-", ">+", ">1", ">+2"]),
    lines=st.lists(st.sampled_from(["", "x", "yé z", " x", "   ", "\tx", "x  ", "# x"]), max_size=8),
    rest=st.sampled_from(["", "b: 1\n", "# x\nb: 1\n"]),
)
def test_whatever_a_block_looks_like_each_visible_character_is_found(header: str, lines: list[str], rest: str) -> None:
    document = f"a: {header}\n  first\n" + "".join(f"  {line}\n" if line else "\n" for line in lines) + rest
    check_each_visible_character(document, scalar_of(document))
