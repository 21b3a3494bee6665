"""What an editor shows of bot.yaml, from the language server that editors run, with our schema and nothing else.

`make tests/editor/node_modules` installs the server where npm is; without it these tests are skipped.
"""

import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from runner.actions.action import load_actions
from tests.editor.language_server import SERVER, Json, LanguageServer

SCHEMA = Path(__file__).parents[2] / "schemas/bot.schema.json"

pytestmark = pytest.mark.skipif(
    not SERVER.exists() or shutil.which("node") is None,
    reason="the language server is not installed: `make tests/editor/node_modules` needs npm",
)


@pytest.fixture(scope="module")
def server() -> Iterator[LanguageServer]:
    """A running server."""
    with LanguageServer(SCHEMA) as running:
        yield running


@dataclass(frozen=True, slots=True)
class Document:
    """An opened document, and the place in it that had a `^`."""

    uri: str
    line: int
    column: int


@pytest.fixture
def opened(server: LanguageServer) -> Callable[[str], Document]:
    """Open a text in the editor."""

    def opener(text: str) -> Document:
        before, _, after = text.partition("^")
        line, column = before.count("\n"), len(before) - before.rfind("\n") - 1
        return Document(server.open(before + after), line, column)

    return opener


@pytest.fixture
def completed(server: LanguageServer, opened: Callable[[str], Document]) -> Callable[[str], dict[str, Json]]:
    """Return what is offered where a text has a `^`, by label."""

    def complete(text: str) -> dict[str, Json]:
        at = opened(text)
        server.faults(at.uri)  # once they are there, the schema has been read
        return {item["label"]: item for item in server.ask("completion", at.uri, at.line, at.column)["items"]}

    return complete


@pytest.fixture
def hovered(server: LanguageServer, opened: Callable[[str], Document]) -> Callable[[str], str]:
    """Return what is shown over the place where a text has a `^`."""

    def hover(text: str) -> str:
        at = opened(text)
        server.faults(at.uri)  # once they are there, the schema has been read
        shown: Any = server.ask("hover", at.uri, at.line, at.column)
        return str(shown["contents"]["value"])

    return hover


@pytest.fixture
def marked(server: LanguageServer, opened: Callable[[str], Document]) -> Callable[[str], list[str]]:
    """Return what the editor marks as wrong in a text."""
    return lambda text: [fault["message"] for fault in server.faults(opened(text).uri)]


STEP = "commands:\n  ping:\n    description: d\n    steps:\n      - "


def test_bots_of_the_project_are_not_marked(marked: Callable[[str], list[str]]) -> None:
    root = SCHEMA.parents[1]
    bots = [path for path in (root / "examples").glob("*.yaml") if not path.name.endswith(".scenario.yaml")]
    for path in [root / "bot.yaml", *bots]:
        assert marked(path.read_text().partition("\n")[2]) == [], path.name  # without the address of the schema


@pytest.mark.parametrize(
    ("text", "offered"),
    [
        ("c^", ["version", "bot", "defaults", "checks", "commands", "components", "modals"]),
        ("commands:\n  ping:\n    ^", ["description", "options", "steps", "reply", "permissions", "on_error"]),
        ("commands:\n  ping:\n    options:\n      a:\n        ^", ["type", "description", "required", "choices"]),
        (STEP + "^", [*load_actions(), "when", "id", "catch"]),
        (STEP + "reply:\n          ^", ["content", "ephemeral", "mentions", "components"]),
        ("commands:\n  ping:\n    response: ^", ["auto", "reply", "defer", "modal", "ephemeral"]),
        ("commands:\n  ping:\n    permissions:\n      member: [^]", ["manage_messages", "ban_members"]),
        ("components:\n  a:\n    button:\n      style: ^", ["primary", "danger"]),
        ("commands:\n  ping:\n    timeout: ^", ["10s", "2m"]),
    ],
    ids=["top", "command", "option", "step", "action", "words", "permissions", "styles", "durations"],
)
def test_what_can_stand_in_a_place_is_offered(
    text: str, offered: list[str], completed: Callable[[str], dict[str, Json]]
) -> None:
    assert set(offered) - set(completed(text)) == set()


@pytest.mark.parametrize(
    ("text", "label", "inserted"),
    [
        ("version: 1\n^", "a bot with one command", "bot:\n  token: \\${DISCORD_TOKEN\\}\ncommands:\n  ${1:ping}:\n"),
        (
            "version: 1\n^",
            "commands",
            "commands:\n  ${1:name}:\n    description: ${2:description}\n    reply: ${3:Hello}",
        ),
        ("commands:\n  ping:\n    description: d\n    ^", "steps", "steps:\n  - reply: ${1:Hello}"),
        (STEP + "^", "send", "send:\n  channel: "),
        (STEP + "^", "if", 'if: ${1:user.name == "Robin"}'),
        (STEP + "^", "fail", "fail: ${1:The queue is closed.}"),
        (STEP + "^", "catch", "catch:\n  - reply: ${1:Hello}"),
    ],
)
def test_what_is_offered_is_written_with_stops_to_tab_through(
    text: str, label: str, inserted: str, completed: Callable[[str], dict[str, Json]]
) -> None:
    assert completed(text)[label]["insertText"].startswith(inserted)


def test_choosing_an_action_writes_no_key_that_it_does_not_need(completed: Callable[[str], dict[str, Json]]) -> None:
    written = completed("commands:\n  ping:\n    description: d\n    ^")["reply"]["insertText"]
    assert written == "reply: ${1:Hello}"


@pytest.mark.parametrize("name", load_actions())
def test_every_action_shows_what_it_does_and_an_example(name: str, hovered: Callable[[str], str]) -> None:
    action = load_actions()[name]
    shown = hovered(STEP + f"^{name}: x")
    assert (action.__doc__ or "").partition("\n")[0].split(".")[0] in shown.replace("\\", "")
    assert f"```yaml\n- {name}" in shown


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("^bot: {}", "Who the bot is and where it runs"),
        ("commands:\n  ping:\n    ^timeout: 10s", "How long it may run"),
        ("components:\n  a:\n    button: {label: a, style: ^danger}", "Red: what can't be undone."),
        ("commands:\n  ping:\n    response: ^defer", "Show a spinner at once"),
    ],
    ids=["section", "key", "word", "word of a short form"],
)
def test_what_stands_in_the_file_is_explained(text: str, said: str, hovered: Callable[[str], str]) -> None:
    assert said in hovered(text)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (STEP + "replly: x", ["Property replly is not allowed."]),
        (STEP + "reply: {content: a, ephemral: true}", ["Property ephemral is not allowed."]),
        ("commands: {ping: {description: d, reply: a, timeut: 10s}}", ["Property timeut is not allowed."]),
        ("comands: {}", ["Property comands is not allowed."]),
        ("commands: {ping: {description: d, reply: a, timeout: ten}}", ["a duration such as 500ms, 10s, 2m or 1h30m"]),
        ("commands: {ping: {description: {{ x }}, reply: a}}", ["This takes text."]),
        (
            "commands: {ping: {description: d, reply: a, response: defr}}",
            ['Value is not accepted. Valid values: "auto"'],
        ),
        ("bot: {guilds: [abc]}", ["an id of 15 to 20 digits"]),
    ],
    ids=["step", "key of an action", "key of a command", "section", "duration", "no quotes", "word", "id"],
)
def test_a_mistake_is_one_mark_that_says_what_is_wrong(
    text: str, said: list[str], marked: Callable[[str], list[str]]
) -> None:
    found = marked(text)
    assert len(found) == len(said), found
    assert all(message.startswith(start) for message, start in zip(found, said, strict=True))


def test_a_misspelt_key_has_the_right_one_among_its_quick_fixes(server: LanguageServer) -> None:
    uri = server.open(STEP + "replly: x")
    (fault,) = server.faults(uri)
    context = {"textDocument": {"uri": uri}, "range": fault["range"], "context": {"diagnostics": [fault]}}
    actions = server.request("textDocument/codeAction", context)
    (edit,) = next(action for action in actions if action["title"] == "reply")["edit"]["changes"][uri]
    assert (edit["range"], edit["newText"]) == (fault["range"], "reply")
