"""What YAML allows and a config may not say, and the bounds that hold before anything is built."""

from collections.abc import Callable

import pytest
import yaml

from runner.config.source import parse, plain
from runner.config.source.compose import MAX_ALIASES, MAX_DEPTH, MAX_NODES
from runner.config.source.decode import MAX_BYTES
from runner.config.source.parse import LoaderClass
from runner.diagnostics import Diagnostic, Mark, Span


def only_fault(content: str | bytes, loader: LoaderClass = yaml.CSafeLoader) -> Diagnostic:
    (fault,) = parse(content, "bot.yaml", loader=loader).diagnostics
    return fault


def slugs(content: str | bytes) -> set[str]:
    parsed = parse(content, "bot.yaml")
    assert parsed.root is None
    return {fault.slug for fault in parsed.diagnostics}


def columns(line: int, start: int, end: int) -> Span:
    return Span("bot.yaml", line, start, line, end)


# Name: the file, the slug, the place, a part of the repair, and what the rest of the program goes on with.
REFUSALS: dict[str, tuple[str, str, Span, str, object]] = {
    "duplicate key": ("a: 1\nb: 2\na: 3\n", "duplicate-key", columns(3, 1, 2), "remove one", {"a": 1, "b": 2}),
    "duplicate key in braces": ("a: {b: 1, b: 2}\n", "duplicate-key", columns(1, 11, 12), "remove", {"a": {"b": 1}}),
    "duplicate key, quoted": ("1: a\n'1': b\n", "duplicate-key", columns(2, 1, 4), "remove one", {"1": "a"}),
    "duplicate key, twice on": ("on: a\non: b\n", "duplicate-key", columns(2, 1, 3), "remove one", {"on": "a"}),
    "merge key": ("b: &b {q: 1}\na:\n  <<: *b\n", "merge-key", columns(3, 3, 5), "defaults:", {"b": {"q": 1}, "a": {}}),
    "template": ("a: {{ x }}\n", "unquoted-template", columns(1, 4, 11), 'quote it: "{{ x }}"', {"a": "{{ x }}"}),
    "template with a filter": (
        "a: {{ x | upper }}\n",
        "unquoted-template",
        columns(1, 4, 19),
        'quote it: "{{ x | upper }}"',
        {"a": "{{ x | upper }}"},
    ),
    "template with a literal": (
        "a: {{ [1, 'b'] }}\n",
        "unquoted-template",
        columns(1, 4, 18),
        "quote it: \"{{ [1, 'b'] }}\"",
        {"a": "{{ [1, 'b'] }}"},
    ),
    "template in a list": ("a: [{{ x }}]\n", "unquoted-template", columns(1, 5, 12), "{{ x }}", {"a": ["{{ x }}"]}),
    "template as a key": ("{{ x }}: 1\n", "unquoted-template", columns(1, 1, 8), "{{ x }}", {"{{ x }}": 1}),
    "list as a key": ("? [a]\n: b\nc: d\n", "odd-key", columns(1, 3, 6), "quote the key", {"c": "d"}),
    "mapping as a key": (
        "a: {{b: 1}: 2, c: 3}\nd: 1\n".replace("{{", "{ {"),
        "odd-key",
        columns(1, 6, 12),
        "quote",
        None,
    ),
    "python tag": ("a: !!python/name:os.system x\n", "yaml-tag", columns(1, 4, 27), "remove `!!python", {"a": "x"}),
    "str tag": ("a: !!str 12\n", "yaml-tag", columns(1, 4, 9), "remove `!!str`", {"a": "12"}),
    "secret tag": ("a: !secret token\n", "yaml-tag", columns(1, 4, 11), "${NAME}", {"a": "token"}),
    "environment tag": ("a: !env_var TOKEN\n", "yaml-tag", columns(1, 4, 12), "${NAME}", {"a": "TOKEN"}),
    "include tag": ("a: !include b.yaml\n", "yaml-tag", columns(1, 4, 12), "what that file says", {"a": "b.yaml"}),
    "text like a tag": ("a: !help me\n", "yaml-tag", columns(1, 4, 9), 'quote it: "!help me"', {"a": "me"}),
    "tag before a mapping": ("a: !x\n  b: 1\n", "yaml-tag", columns(1, 4, 6), "remove `!x`", {"a": {"b": 1}}),
    "tag after an anchor": ("a: &b !x 1\n", "yaml-tag", columns(1, 7, 9), "quote it", {"a": "1"}),
    "unknown alias": ("a: *wave\n", "unknown-alias", columns(1, 4, 9), 'quote it: "*wave"', {"a": "*wave"}),
    "alias of itself": ("a: &x [*x]\n", "alias-of-itself", columns(1, 8, 10), "remove it", {"a": ["*x"]}),
    "second document": ("a: 1\n---\nb: 2\n", "second-document", columns(2, 1, 4), "a file of its own", {"a": 1}),
}


@pytest.mark.parametrize(("text", "slug", "span", "fix", "rest"), REFUSALS.values(), ids=REFUSALS)
@pytest.mark.parametrize("loader", [yaml.CSafeLoader, yaml.SafeLoader], ids=["libyaml", "pure"])
def test_a_refusal_names_the_place_and_the_repair_and_keeps_the_rest(
    text: str, slug: str, span: Span, fix: str, rest: object, loader: LoaderClass
) -> None:
    parsed = parse(text, "bot.yaml", loader=loader)
    (fault,) = parsed.diagnostics
    assert (fault.slug, fault.span) == (slug, span)
    assert fix in fault.fix
    assert fault.why
    assert parsed.root is not None
    assert rest in (None, plain(parsed.root))


def test_a_duplicate_key_shows_the_first_one_too() -> None:
    assert only_fault("a: 1\na: 2\n").marks == (Mark(columns(1, 1, 2), "the first one"),)


def test_all_faults_that_can_be_found_are_reported_in_one_go() -> None:
    parsed = parse("a: 1\na: 2\nb: {{ x }}\nc: !x y\nd: *e\n<<: {}\n", "bot.yaml")
    assert [fault.slug for fault in parsed.diagnostics] == [
        "duplicate-key",
        "unquoted-template",
        "yaml-tag",
        "unknown-alias",
        "merge-key",
    ]


def test_a_quoted_merge_key_is_an_ordinary_key() -> None:
    parsed = parse("'<<': 1\n", "bot.yaml")
    assert parsed.root is not None
    assert plain(parsed.root) == {"<<": 1}


@pytest.mark.parametrize(
    "text", ["", "\n\n", "# only a comment\n", "---\n", "\ufeff", "--- # nothing\n...\n"], ids=repr
)
def test_a_file_with_nothing_in_it_is_refused(text: str) -> None:
    assert slugs(text) == {"empty-file"}


@pytest.mark.parametrize("text", ["- a\n", "hello\n", "[a]", "null", "'a'", "12", "|\n  a\n"], ids=repr)
def test_a_file_that_is_not_a_mapping_is_refused(text: str) -> None:
    assert slugs(text) == {"not-a-mapping"}


@pytest.mark.parametrize(
    ("content", "slug", "span"),
    [
        (b"a: 1\nb: caf\xe9\n", "not-utf8", columns(2, 7, 8)),
        (b"\xef\xbb\xbfa: \xff\n", "not-utf8", columns(1, 4, 5)),
        ("a: 1\n".encode("utf-16"), "not-utf8", columns(1, 1, 2)),
        (b"a: 1\nb: \x00\n", "control-character", columns(2, 4, 5)),
        ("a: \x1b[31m\n", "control-character", columns(1, 4, 5)),
        ("a: \ud800\n", "control-character", columns(1, 4, 5)),
    ],
    ids=["Latin-1", "after a byte order mark", "UTF-16", "NUL", "escape", "lone surrogate"],
)
def test_what_is_no_utf8_text_is_refused_at_its_place(content: str | bytes, slug: str, span: Span) -> None:
    fault = only_fault(content)
    assert (fault.slug, fault.span) == (slug, span)


def test_utf16_is_named() -> None:
    assert "UTF-16" in only_fault("a: 1\n".encode("utf-16")).headline


def test_bytes_are_read_as_utf8_whatever_their_line_ends() -> None:
    root = parse("\ufeffa: é👍\r\nb: |\r\n  x\r\n".encode(), "bot.yaml").root
    assert root is not None
    assert plain(root) == {"a": "é👍", "b": "x\n"}


def nested(depth: int) -> str:
    """Return a file whose root and lists are so many levels."""
    return "a: " + "[" * (depth - 1) + "]" * (depth - 1)


def aliases(count: int) -> str:
    return "a: &x 1\nb: [" + ", ".join(["*x"] * count) + "]\n"


def values(count: int) -> str:
    """Return a file of so many nodes: the root, a key, the list and its items."""
    return "a: [" + ", ".join(["x"] * (count - 3)) + "]\n"


def sized(size: int) -> str:
    return "a: 1 #" + "é" * ((size - 6) // 2) + "e" * (size % 2)


BOUNDS: dict[str, tuple[Callable[[int], str], int, str]] = {
    "depth": (nested, MAX_DEPTH, "too-deep"),
    "aliases": (aliases, MAX_ALIASES, "too-many-aliases"),
    "nodes": (values, MAX_NODES, "too-many-nodes"),
    "bytes": (sized, MAX_BYTES, "too-large"),
}


@pytest.mark.parametrize(("make", "limit", "slug"), BOUNDS.values(), ids=BOUNDS)
def test_a_bound_holds_exactly(make: Callable[[int], str], limit: int, slug: str) -> None:
    assert parse(make(limit), "bot.yaml").diagnostics == []
    assert slugs(make(limit + 1)) == {slug}


def test_size_is_counted_in_bytes_of_the_file() -> None:
    assert slugs(sized(MAX_BYTES + 1).encode()) == {"too-large"}


BOMBS = {
    "30 000 lists": ("a: " + "[" * 30_000, "too-deep"),
    "100 000 mappings": ("a: " + "{" * 100_000, "too-deep"),
    "2 000 block mappings": ("".join(" " * level + "a:\n" for level in range(2_000)), "too-deep"),
    "2 000 lists on a line": ("- " * 2_000 + "a\n", "too-deep"),
    "aliases of aliases": (
        "a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n"
        + "".join(f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 10)}]\n" for n in range(1, 9)),
        "too-many-nodes",
    ),
    "nested merges": (
        "a0: &a0 {k: v}\n" + "".join(f"a{n}: &a{n} {{<<: [*a{n - 1}, *a{n - 1}]}}\n" for n in range(1, 23)),
        "too-many-nodes",
    ),
    "aliases that add up in depth": (
        "a0: &a0 " + nested(30)[3:] + "\n" + "".join(f"a{n}: &a{n} [[[[[*a{n - 1}]]]]]\n" for n in range(1, 100)),
        "too-deep",
    ),
}


@pytest.mark.parametrize(("text", "slug"), BOMBS.values(), ids=BOMBS)
def test_a_bomb_is_defused(text: str, slug: str) -> None:
    assert slug in slugs(text)


def test_merges_are_named_even_in_a_bomb() -> None:
    text, _ = BOMBS["nested merges"]
    assert "merge-key" in slugs(text)


def test_a_long_text_is_not_quoted_in_full() -> None:
    fault = only_fault("a: {{ " + "x" * 100_000 + " }}\n")
    assert len(fault.fix) < 200
