"""What a file says is what it looks like, and everything in it knows its place."""

import gc

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from runner.config.source import Mapping, Node, Scalar, at, parse, plain
from runner.config.source.parse import LoaderClass
from runner.diagnostics import Span

LOADERS: dict[str, LoaderClass] = {"libyaml": yaml.CSafeLoader, "pure": yaml.SafeLoader}


@pytest.fixture(params=list(LOADERS.values()), ids=list(LOADERS))
def loader(request: pytest.FixtureRequest) -> LoaderClass:
    # pytest gives parameters no type.
    loader: LoaderClass = request.param
    return loader


def root_of(text: str, loader: LoaderClass = yaml.CSafeLoader) -> Mapping:
    parsed = parse(text, "bot.yaml", loader=loader)
    assert parsed.root is not None
    assert parsed.diagnostics == []
    return parsed.root


def value_of(text: str, loader: LoaderClass = yaml.CSafeLoader) -> Scalar:
    node = root_of(f"a: {text}\n", loader).get("a")
    assert isinstance(node, Scalar)
    return node


def place(span: Span) -> tuple[int, int, int, int]:
    return span.line, span.column, span.end_line, span.end_column


@pytest.mark.parametrize(
    "written",
    [
        *("yes", "no", "on", "off", "Yes", "True", "FALSE", "NULL", "y", "n", "nulls", "truely", "=", "<<"),
        *("010", "0777", "08", "0o10", "0x1F", "0b11", "1_000", "1:30", "12:30:45", "1.2.3", "+", "-a", "-01"),
        *("1e3", "1.5e3", ".5", "5.", ".inf", "-.inf", ".nan", "1_0.5", "01.5", "2026-11-23", "2026-11-23 10:00:00"),
        *("\N{ARABIC-INDIC DIGIT ONE}", "9" * 41, "9" * 41 + ".5"),
    ],
)
def test_a_word_that_only_yaml_takes_for_something_else_stays_text(written: str, loader: LoaderClass) -> None:
    assert value_of(written, loader).value == written


@pytest.mark.parametrize(
    ("written", "value"),
    [
        ("true", True),
        ("false", False),
        ("null", None),
        ("~", None),
        ("", None),
        ("0", 0),
        ("-7", -7),
        ("+7", 7),
        ("123456789012345678", 123456789012345678),
        ("18446744073709551615", 18446744073709551615),
        ("9" * 40, int("9" * 40)),
        ("1.5", 1.5),
        ("-0.25", -0.25),
        ("1.10", 1.1),
    ],
)
def test_a_word_that_means_the_same_to_everybody_is_a_value(written: str, value: object, loader: LoaderClass) -> None:
    found = value_of(written, loader).value
    assert (type(found), found) == (type(value), value)


@pytest.mark.parametrize("text", ["'1'", '"true"', "'null'", "|-\n  12", ">-\n  ~"])
def test_quotes_and_blocks_make_text_of_anything(text: str) -> None:
    assert isinstance(value_of(text).value, str)


def test_a_number_remembers_how_it_was_written() -> None:
    assert value_of("1.50").written == "1.50"


@pytest.mark.parametrize("key", ["on", "yes", "3.10", "1.10", "0777", "123", "true", "null", "~", "2026-11-23", "1:30"])
def test_a_key_is_text_as_it_is_written(key: str, loader: LoaderClass) -> None:
    root = root_of(f"{key}: 1\n", loader)
    assert list(root.entries) == [key]
    assert root.key(key).value == key


def test_a_missing_key_is_none_and_has_no_place() -> None:
    root = root_of("a: 1\n")
    assert root.get("b") is None
    with pytest.raises(KeyError):
        root.key("b")


DOCUMENT = """\
commands:
  ping:
    description: "Check, that"
    steps:
      - reply: |
          Pong!

          {{ user }}

      - react: {emoji: 👍, to: last}   # done
    empty:
events: [a, b]
"""


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ((), (1, 1, 12, 15)),
        (("commands",), (2, 3, 11, 11)),
        (("commands", "ping", "description"), (3, 18, 3, 31)),
        (("commands", "ping", "steps"), (5, 7, 10, 36)),
        (("commands", "ping", "steps", 0, "reply"), (5, 16, 8, 21)),
        (("commands", "ping", "steps", 1, "react"), (10, 16, 10, 36)),
        (("commands", "ping", "steps", 1, "react", "to"), (10, 31, 10, 35)),
        (("commands", "ping", "empty"), (11, 11, 11, 11)),
        (("events",), (12, 9, 12, 15)),
        (("events", 1), (12, 13, 12, 14)),
    ],
    ids=lambda value: "/".join(map(str, value)),
)
@pytest.mark.parametrize("prefix", ["", "\ufeff"], ids=["", "with a byte order mark"])
@pytest.mark.parametrize("line_break", ["\n", "\r\n"], ids=["", "with Windows line ends"])
def test_each_node_knows_where_it_stands(
    path: tuple[str | int, ...],
    expected: tuple[int, int, int, int],
    prefix: str,
    line_break: str,
    loader: LoaderClass,
) -> None:
    root = root_of(prefix + DOCUMENT.replace("\n", line_break), loader)
    assert place(at(root, path).span) == expected


def test_a_key_knows_where_it_stands() -> None:
    assert root_of("a: 1\n'b c': 2\n").key("b c").span == Span("bot.yaml", 2, 1, 2, 6)


def test_a_file_without_places_is_plain_data() -> None:
    assert plain(root_of("a: [1, {b: null}]\nc: {d: x, 1: 2.5}\n")) == {
        "a": [1, {"b": None}],
        "c": {"d": "x", "1": 2.5},
    }


@pytest.mark.parametrize(
    "path",
    [("b",), ("a", 5), ("a", "b"), (0,), ("a", 0, 0)],
    ids=["key", "index", "key in list", "index in map", "deep"],
)
def test_a_path_that_leads_nowhere_is_a_lookup_error(path: tuple[str | int, ...]) -> None:
    with pytest.raises(LookupError):
        at(root_of("a: [1]\n"), path)


@pytest.mark.parametrize(
    ("text", "follows"),
    [
        ("#5865F2", True),
        ("   # later", True),
        ("", False),
        ("null # none", False),
        ("x # y", False),
        ("'#5865F2'", False),
    ],
)
def test_a_value_that_a_comment_swallowed_says_so(text: str, follows: bool) -> None:
    assert value_of(text).comment_follows is follows


def test_an_alias_is_the_node_that_it_names() -> None:
    root = root_of("a: &x [1]\nb: *x\nc: {d: *x}\n")
    assert plain(root) == {"a": [1], "b": [1], "c": {"d": [1]}}
    assert root.get("b") is root.get("a")


def test_a_collection_ends_where_its_alias_does() -> None:
    root = root_of("a: &x 1\nb:\n  c: *x\n")
    assert place(at(root, ["b"]).span) == (3, 3, 3, 8)


@pytest.mark.parametrize("text", ["a: &x 1\n", "a: &x\n  1\n", "a: &x # why\n  1\n", "a: &x [1]\n", "a: &x\n  - 1\n"])
def test_a_node_begins_behind_its_anchor(text: str) -> None:
    node = at(root_of(text), ["a"])
    assert text.splitlines()[node.span.line - 1][node.span.column - 1] in "1[-"


@pytest.mark.parametrize("was_enabled", [True, False], ids=["on", "off"])
@pytest.mark.parametrize("text", ["a: 1", "a: ["], ids=["a good file", "a bad file"])
def test_the_garbage_collector_is_left_as_it_was(text: str, was_enabled: bool) -> None:
    before = gc.isenabled()
    try:
        (gc.enable if was_enabled else gc.disable)()
        parse(text, "bot.yaml")
        assert gc.isenabled() is was_enabled
    finally:
        (gc.enable if before else gc.disable)()


@given(
    st.recursive(
        st.none() | st.booleans() | st.integers(-(10**20), 10**20) | st.text(max_size=20),
        lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4),
        max_leaves=20,
    ),
    st.sampled_from([True, False, None]),
)
def test_what_a_dumper_writes_is_read_back(value: object, flow: bool | None) -> None:
    # The stubs leave a parameter of its type open.
    text: str = yaml.dump({"a": value}, Dumper=_NoAliases, default_flow_style=flow)  # pyright: ignore[reportUnknownMemberType]
    parsed = parse(text, "bot.yaml")
    assert parsed.root is not None, parsed.diagnostics
    assert plain(parsed.root) == {"a": value}


class _NoAliases(yaml.SafeDumper):
    def ignore_aliases(self, data: object) -> bool:
        return True


@given(st.text(st.sampled_from("ab: \n-[]{}'\"#&*!|>%@`,?\t<x1\\\r\xa0\u2028"), max_size=60) | st.text() | st.binary())
def test_no_text_raises_and_every_refusal_has_a_place(text: str | bytes) -> None:
    parsed = parse(text, "bot.yaml")
    assert parsed.root is not None or parsed.diagnostics
    for fault in parsed.diagnostics:
        assert fault.headline
        assert (1, 1) <= (fault.span.line, fault.span.column) <= (fault.span.end_line, fault.span.end_column)


def _nodes(node: Node) -> list[Node]:
    match node:
        case Scalar():
            return [node]
        case Mapping():
            return [node, *(inner for entry in node.entries.values() for inner in _nodes(entry.value))]
        case _:
            return [node, *(inner for item in node.items for inner in _nodes(item))]


@given(st.text(st.sampled_from("ab: \n-[]{}'\"#&*|>,x1"), max_size=60))
def test_no_node_ends_before_it_starts(text: str) -> None:
    root = parse(text, "bot.yaml").root
    for node in _nodes(root) if root else []:
        assert 0 <= node.start <= node.end <= len(text)
