"""`${NAME}` in values, and the token, which belongs nowhere else."""

from collections.abc import Mapping
from pathlib import Path

import pytest

from runner.actions.action import load_actions
from runner.build import build
from runner.config import source
from runner.config.environment import hidden, secret_in_file, substitute, written_token
from runner.diagnostics import Severity

TOKEN = f"MTA{'x' * 21}.{'y' * 6}.{'z' * 30}"
SOUND = "commands: {it: {description: C, reply: '{{ vars | length }}'}}\n"
ENVIRONMENT = {"NAME": "Robin", "EMPTY": "", "YAML": "[a, b]", "NUMBER": "5", "NESTED": "${NAME}"}


def root_of(text: str) -> source.Mapping:
    """Read a text that is a mapping."""
    root = source.parse(text, "bot.yaml").root
    assert root is not None
    return root


VALUES = {
    "a name": ("${NAME}", "Robin"),
    "in a text": ("Hi ${NAME}!", "Hi Robin!"),
    "twice": ("${NAME}${NAME}", "RobinRobin"),
    "a default that is not needed": ("${NAME:-Kim}", "Robin"),
    "a default for what is not set": ("${OTHER:-Kim}", "Kim"),
    "a default for what is empty": ("${EMPTY:-Kim}", "Kim"),
    "an empty default": ("[${OTHER:-}]", "[]"),
    "a default with signs": ("${OTHER:-a:-b$c}", "a:-b$c"),
    "what is set, and empty": ("[${EMPTY}]", "[]"),
    "a value that looks like YAML stays a text": ("${YAML}", "[a, b]"),
    "a number stays a text": ("${NUMBER}", "5"),
    "a value is not looked at again": ("${NESTED}", "${NAME}"),
    "no reference without braces": ("$NAME", "$NAME"),
    "no reference with another name": ("${1A} ${A-B} ${}", "${1A} ${A-B} ${}"),
}


@pytest.mark.parametrize(("written", "value"), VALUES.values(), ids=VALUES)
def test_a_reference_is_replaced(written: str, value: str) -> None:
    found = substitute(root_of(f"a: ['{written}', {{b: '{written}'}}]"), ENVIRONMENT)
    assert source.plain(found.root) == {"a": [value, {"b": value}]}
    assert found.diagnostics == []


def test_what_is_no_text_stays_what_it_is() -> None:
    root = root_of("{a: 1, b: true, c: null, d: [1.5]}")
    assert source.plain(substitute(root, {}).root) == source.plain(root)


def test_a_key_is_no_value() -> None:
    found = substitute(root_of("'${NAME}': a"), ENVIRONMENT)
    assert source.plain(found.root) == {"${NAME}": "a"}


def test_each_name_that_is_not_set_is_a_fault_at_its_place() -> None:
    found = substitute(root_of("a:\n  - b ${ONE}\n  - c: |\n      x\n      ${TWO} ${THREE}\n"), {})
    places = [(fault.headline, fault.span.line, fault.span.column) for fault in found.diagnostics]
    assert places == [
        ("the environment variable `ONE` is not set", 2, 7),
        ("the environment variable `TWO` is not set", 5, 7),
        ("the environment variable `THREE` is not set", 5, 14),
    ]
    assert found.unset == {("a", 0), ("a", 1, "c")}


def test_the_token_alone_may_be_unset() -> None:
    found = substitute(root_of("bot: {token: '${DISCORD_TOKEN}', other: '${DISCORD_TOKEN}'}"), {})
    assert source.plain(found.root) == {"bot": {"token": "", "other": ""}}
    assert found.unset == {("bot", "other")}


TOKENS = {
    "a reference": ("bot: {token: '${A}'}", False),
    "a reference with an empty default": ("bot: {token: '${A:-}'}", False),
    "a token": ("bot: {token: abc}", True),
    "a token as a default": ("bot: {token: '${A:-abc}'}", True),
    "a token beside a reference": ("bot: {token: '${A}abc'}", True),
    "an empty text": ("bot: {token: ''}", False),
    "nothing": ("bot: {token: }", False),
    "no token": ("bot: {}", False),
    "no bot": ("a: b", False),
    "a bot that is a text": ("bot: token", False),
    "a token that is a list": ("bot: {token: [abc]}", False),
    "a token elsewhere": ("token: abc", False),
}


@pytest.mark.parametrize(("text", "is_written"), TOKENS.values(), ids=TOKENS)
def test_a_token_in_the_file_is_found(text: str, is_written: bool) -> None:
    assert (written_token(root_of(text)) is not None) is is_written


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("bot: {token: secret}\n", "bot: {token: ******}\n"),
        ('bot: {token: "${A:-secret}", guilds: []}', "bot: {token: **************, guilds: []}"),
        ("bot:\n  token: |\n    secret\na: b\n", "bot:\n  token: *\n**********\na: b\n"),
    ],
    ids=["plain", "quoted", "block"],
)
def test_a_token_in_the_file_is_hidden_and_nothing_moves(text: str, shown: str) -> None:
    assert hidden(text, written_token(root_of(text))) == shown


def test_a_file_without_a_token_is_shown_as_it_is() -> None:
    assert hidden("bot: {}", None) == "bot: {}"


def test_the_warning_says_nothing_of_the_token() -> None:
    token = written_token(root_of("bot: {token: secret}"))
    assert token is not None
    warning = secret_in_file(token)
    assert warning.severity is Severity.WARNING
    assert "secret" not in repr(warning).replace("secret-in-file", "")


@pytest.mark.parametrize("environment", [{}, ENVIRONMENT], ids=["empty", "full"])
def test_nothing_is_changed_in_the_nodes_that_were_given(environment: Mapping[str, str]) -> None:
    root = root_of("a: ['${NAME}']")
    substitute(root, environment)
    assert source.plain(root) == {"a": ["${NAME}"]}


@pytest.mark.parametrize(
    ("text", "line", "headline"),
    [
        (f"# {TOKEN}\n{SOUND}", 1, "this looks like a bot's token"),
        (f"vars: {{a: '{TOKEN}'}}\n{SOUND}", 1, "this looks like a bot's token"),
        (f"{SOUND}# https://discord.com/api/webhooks/123456789012345678/{'a' * 68}\n", 2, "this is the secret part"),
    ],
    ids=["in a comment", "in a value", "a webhook"],
)
def test_a_secret_is_found_wherever_it_stands(text: str, line: int, headline: str) -> None:
    found = build(Path("bot.yaml"), lambda _: text.encode(), {}, load_actions()).diagnostics
    (fault,) = [fault for fault in found if fault.slug == "secret-in-file"]
    assert fault.span.line == line
    assert fault.headline.startswith(headline)


def test_the_bots_token_is_one_fault() -> None:
    text = f"bot: {{token: {TOKEN}}}\n{SOUND}"
    found = build(Path("bot.yaml"), lambda _: text.encode(), {}, load_actions()).diagnostics
    assert [fault.slug for fault in found] == ["secret-in-file"]
