"""What is no YAML is explained by what was probably meant."""

import pytest
import yaml

from runner.config.source import parse
from runner.config.source.parse import LoaderClass
from runner.diagnostics import Span

# Name: the file, line and columns of the fault, a part of the headline, a part of the repair.
MISTAKES: dict[str, tuple[str, tuple[int, int, int], str, str]] = {
    "tab": ("a:\n\tb: 1\n", (2, 1, 2), "indented with a tab", "two spaces"),
    "tab after spaces": ("a:\n  b: 1\n  \tc: 2\n", (3, 3, 4), "indented with a tab", "two spaces"),
    "space that is none": ("a:\n  b: 1\n \xa0c: 2\n", (3, 2, 3), "U+00A0", "replace it by a space"),
    "double quote not closed": ('a: "abc\nb: 1\n', (1, 4, 5), "never closed", 'write `"`'),
    "single quote not closed": ("a: 'abc\nb: 1\n", (1, 4, 5), "never closed", "write `'`"),
    "apostrophe": ("a: 'it's'\n", (1, 8, 10), "after its closing quote", "write `''` for `'`"),
    "text behind quotes": ('a: "x" y\n', (1, 8, 9), "after its closing quote", 'write `\\"` for `"`'),
    "quote closed by the next": ('a: "b\nc: "d"\n', (2, 5, 7), "after its closing quote", "write"),
    "colon behind quotes": ('a: "b": c\n', (1, 7, 10), "after its closing quote", "|"),
    "unknown escape": ('a: "\\d"\n', (1, 5, 7), "`\\d` means nothing", "write `\\\\d`"),
    "short escape": ('a: "\\u12"\n', (1, 5, 7), "`\\u` means nothing", "single quotes"),
    "colon in text": ("a: b: c\n", (1, 5, 6), "colon followed by a space", 'quote the value: "b: c"'),
    "mention": ("a: @here\n", (1, 4, 5), "begin with `@`", 'quote it: "@here"'),
    "mention in a list": ("a: [b, @c]\n", (1, 8, 9), "begin with `@`", 'quote it: "@c"'),
    "mention in an item": ("a:\n  - @b\n", (2, 5, 6), "begin with `@`", 'quote it: "@b"'),
    "code": ("a: `x`\n", (1, 4, 5), "begin with a backtick", 'quote it: "`x`"'),
    "percent": ("a: %x\n", (1, 4, 5), "begin with `%`", 'quote it: "%x"'),
    "bold": ("a: **b** c\n", (1, 4, 5), "begin with `*`", 'quote it: "**b** c"'),
    "italics": ("a: *wave*\n", (1, 4, 5), "begin with `*`", 'quote it: "*wave*"'),
    "italics in a list": ("a: [*x*, b]\n", (1, 5, 6), "begin with `*`", 'quote it: "*x*"'),
    "italics of two words": ("a: *waves at\n", (1, 4, 5), "begin with `*`", 'quote it: "*waves at"'),
    "ampersand": ("a: &\n", (1, 4, 5), "begin with `&`", 'quote it: "&"'),
    "exclamation mark": ("a: !<x\n", (1, 4, 5), "begin with `!`", 'quote it: "!<x"'),
    "exclamation mark and percent": ("a: !%\n", (1, 4, 5), "begin with `!`", 'quote it: "!%"'),
    "text behind a block's start": ("a: > x\n", (1, 4, 5), "begin with `>`", 'quote it: "> x"'),
    "comma": ("a: , b\n", (1, 4, 5), "begin with `,`", 'quote it: ", b"'),
    "bracket": ("a: ]\n", (1, 4, 5), "begin with `]`", 'quote it: "]"'),
    "question mark": ("a: ? b\n", (1, 4, 5), "begin with `?`", 'quote it: "? b"'),
    "list beside its key": ("a: - b\n", (1, 4, 5), "line of its key", "`[first, second]`"),
    "no space after a colon": ("a:\n  b:Hi\n  c: 1\n", (2, 4, 5), "no space after this colon", "write `b: Hi`"),
    "no space in the first line": ("foo:bar\nb: 1\n", (1, 4, 5), "no space after this colon", "write `foo: bar`"),
    "no colon": ("a: 1\nfoo\nb: 2\n", (2, 1, 4), "neither a key", "write `foo: …`"),
    "bracket not closed": ("a: [1, 2\nb: 3\n", (1, 4, 5), "`[` is not closed", "`]`"),
    "brace not closed": ("a: {b: 1\nc: 2\n", (1, 4, 5), "`{` is not closed", "`}`"),
    "file that breaks off": ("a: {", (1, 4, 5), "file ends in the middle", "close it"),
    "bracket too many": ("a: [1]]\n", (1, 7, 8), "does not belong here", "remove it"),
    "indentation between two": ("a:\n  b: 1\n c: 2\n", (3, 2, 6), "does not fit", "indent it exactly"),
    "key under a value": ("a: b\n  c: 1\n", (2, 3, 4), "deeper than the one above", "indent it like"),
    "list and keys": ("a: 1\n- b\n", (2, 1, 4), "does not fit", "indent it exactly"),
    "keys and list": ("- a\nb: c\n", (2, 1, 5), "does not fit", "indent it exactly"),
    "unknown directive": ("%FOO\n---\na: 1\n", (1, 1, 2), "begin with `%`", "quote it"),
}

TEMPLATES = {
    "text behind": ("a: {{ x }} foo\n", (1, 4, 15), '"{{ x }} foo"'),
    "subscript": ('a: {{ x["a"] }}\n', (1, 4, 16), "'{{ x[\"a\"] }}'"),
    "both quotes": ("a: {{ x[\"a\"] ~ 'b' }}\n", (1, 4, 22), "'{{ x[\"a\"] ~ ''b'' }}'"),
    "statement": ("a: {% if x %}\n", (1, 4, 14), '"{% if x %}"'),
    "in an item": ("a:\n  - {{ x }}!\n", (2, 5, 13), '"{{ x }}!"'),
    "in braces": ("a: {b: {{ x }} y, c: 1}\n", (1, 8, 15), '"{{ x }}"'),
}


@pytest.mark.parametrize(("text", "columns", "headline", "fix"), MISTAKES.values(), ids=MISTAKES)
def test_a_mistake_is_explained_where_it_was_made(
    text: str, columns: tuple[int, int, int], headline: str, fix: str
) -> None:
    parsed = parse(text, "bot.yaml")
    assert parsed.root is None
    (fault,) = parsed.diagnostics
    line, start, end = columns
    assert (fault.slug, fault.span) == ("yaml-syntax", Span("bot.yaml", line, start, line, end))
    assert headline in fault.headline
    assert fix in fault.fix
    assert fault.why


@pytest.mark.parametrize(("text", "columns", "fix"), TEMPLATES.values(), ids=TEMPLATES)
@pytest.mark.parametrize("loader", [yaml.CSafeLoader, yaml.SafeLoader], ids=["libyaml", "pure"])
def test_an_unquoted_template_is_named_even_if_it_is_no_yaml(
    text: str, columns: tuple[int, int, int], fix: str, loader: LoaderClass
) -> None:
    (fault,) = parse(text, "bot.yaml", loader=loader).diagnostics
    line, start, end = columns
    assert (fault.slug, fault.span) == ("unquoted-template", Span("bot.yaml", line, start, line, end))
    assert fix in fault.fix


# PyYAML's own parser ignores a directive that it does not know, as YAML asks for.
ALIKE = [name for name in MISTAKES if name != "unknown directive"]


@pytest.mark.parametrize("name", ALIKE)
def test_both_parsers_are_explained_alike(name: str) -> None:
    text = MISTAKES[name][0]
    assert parse(text, "bot.yaml", loader=yaml.SafeLoader) == parse(text, "bot.yaml", loader=yaml.CSafeLoader)


def test_what_was_found_before_a_syntax_error_is_reported_as_well() -> None:
    parsed = parse("a: 1\na: 2\nb: @c\n", "bot.yaml")
    assert [fault.slug for fault in parsed.diagnostics] == ["duplicate-key", "yaml-syntax"]


def test_text_after_the_end_of_a_document_is_a_second_document() -> None:
    (fault,) = parse("a: 1\n...\nb: 2\n", "bot.yaml").diagnostics
    assert (fault.slug, fault.span.line) == ("second-document", 3)


def test_a_mistake_that_nobody_foresaw_is_told_in_the_parsers_words() -> None:
    (fault,) = parse("a: {b: ]}\n", "bot.yaml").diagnostics
    assert fault.headline == "this is not YAML: did not find expected node content"
    assert fault.span == Span("bot.yaml", 1, 8, 1, 9)


@pytest.mark.parametrize(
    ("text", "label"),
    [
        ("a: 'it's'\n", "the quotes open here"),
        ("a: [1, 2\nb: 3\n", "`,` or `]` was expected here"),
        ("a: b\n  c: 1\n", "this value goes on below"),
        ("a:\n  b: 1\n c: 2\n", "the keys begin here"),
    ],
    ids=["quotes", "bracket", "value", "keys"],
)
def test_the_other_place_is_marked(text: str, label: str) -> None:
    (fault,) = parse(text, "bot.yaml").diagnostics
    assert [mark.label for mark in fault.marks] == [label]
