"""`# lifecycle: ignore[slug] reason`: what it hides, what it can't hide, and what is wrong with such a comment."""

from pathlib import Path

import pytest

from runner.actions.action import load_actions
from runner.build import Built, build
from runner.diagnostics import Severity

UNUSED = "checks:\n  staff: {permissions: manage_messages}"
REST = "\ncommands: {ping: {description: d, reply: Pong}}\n"


def built(text: str) -> Built:
    """Build a config from its text."""
    return build(Path("bot.yaml"), lambda _: text.encode(), {}, load_actions())


def slugs(text: str) -> list[str]:
    """Return the slugs of a config's faults."""
    return [fault.slug for fault in built(text).diagnostics]


@pytest.mark.parametrize(
    "text",
    [
        UNUSED + "  # lifecycle: ignore[unused-name] for later" + REST,
        UNUSED.replace("\n", "\n  # lifecycle: ignore[unused-name] for later\n") + REST,
        UNUSED.replace("\n", "\n  # lifecycle: ignore[unused-name] for later\n\n  # another comment\n") + REST,
        UNUSED + "  #lifecycle:ignore[ unused-name, ]for later" + REST,
    ],
    ids=["behind it", "above it", "above it with a comment between", "narrow and wide"],
)
def test_a_warning_can_be_ignored(text: str) -> None:
    assert slugs(UNUSED + REST) == ["unused-name"]
    assert slugs(text) == []


def test_one_comment_may_name_several_rules() -> None:
    text = UNUSED + "  # lifecycle: ignore[unused-name, secret-in-file] for later" + REST
    (fault,) = built(text).diagnostics
    assert (fault.slug, fault.headline) == ("unused-ignore", "there is no `secret-in-file` to ignore on line 2")


def test_an_error_with_which_the_bot_could_run_can_be_ignored() -> None:
    text = 'commands:\n  ping:\n    description: "Write {{ name }} for a name"%s\n    reply: Pong\n'
    assert slugs(text % "") == ["template-in-fixed-text"]
    ignored = built(text % "  # lifecycle: ignore[template-in-fixed-text] users write templates here")
    assert ignored.diagnostics == []
    assert ignored.program is not None


def test_an_error_that_prevents_a_program_can_not_be_ignored() -> None:
    text = "commands:\n  ping:\n    description: d\n    replay: Pong  # lifecycle: ignore[unknown-key] a joke\n"
    result = built(text)
    assert result.program is None
    assert "unknown-key" in [fault.slug for fault in result.diagnostics]
    (refused,) = [fault for fault in result.diagnostics if fault.slug == "cant-be-ignored"]
    assert (refused.span.line, refused.span.column, refused.span.end_column) == (4, 39, 50)


@pytest.mark.parametrize(
    ("comment", "headline", "fix"),
    [
        ("# lifecycle: ignore", "this ignores nothing: it names no rule", ""),
        ("# lifecycle: ignore[] why", "this ignores nothing: it names no rule", ""),
        ("# lifecycle: ignore[unused-name]", "this comment gives no reason", "say why behind the bracket"),
        ("# lifecycle: ignore[unused-nam] why", "there is no rule `unused-nam`", "did you mean `unused-name`?"),
    ],
    ids=["nothing", "an empty list", "no reason", "misspelt"],
)
def test_a_comment_that_is_wrong_hides_nothing(comment: str, headline: str, fix: str) -> None:
    found = built(UNUSED + "  " + comment + REST).diagnostics
    assert sorted(fault.slug for fault in found) == ["invalid-ignore", "unused-name"]
    (fault,) = [fault for fault in found if fault.slug == "invalid-ignore"]
    assert fault.headline == headline
    assert fault.fix.startswith(fix)
    assert fault.severity is Severity.WARNING


def test_a_comment_with_nothing_to_ignore_is_a_warning_that_can_be_mended() -> None:
    text = "commands: {ping: {description: d, reply: Pong}}  # lifecycle: ignore[unused-name] why\n"
    (fault,) = built(text).diagnostics
    (edit,) = fault.edits
    assert (fault.slug, fault.severity) == ("unused-ignore", Severity.WARNING)
    assert (edit.span.column, edit.span.end_column, edit.text) == (48, 86, "")


def test_a_comment_alone_on_its_line_goes_with_its_line() -> None:
    text = "# lifecycle: ignore[unused-name] why\ncommands: {ping: {description: d, reply: Pong}}\n"
    (fault,) = built(text).diagnostics
    (edit,) = fault.edits
    assert (edit.span.line, edit.span.column, edit.span.end_line, edit.span.end_column) == (1, 1, 2, 1)


def test_nothing_can_be_called_unused_in_a_file_with_errors() -> None:
    text = "commands: {ping: {description: d}}  # lifecycle: ignore[unused-name] why\n"
    assert slugs(text) == ["nothing-to-do"]


@pytest.mark.parametrize(
    "reply",
    [
        '"see # lifecycle: ignore[unused-name] why"',
        "see#lifecycle: ignore[unused-name] why".replace(": ", ":"),
        "|\n      # lifecycle: ignore[unused-name] why",
    ],
    ids=["quoted", "plain", "block"],
)
def test_what_looks_like_a_comment_inside_a_text_is_text(reply: str) -> None:
    assert slugs(f"commands:\n  ping:\n    description: d\n    reply: {reply}\n") == []


def test_a_comment_behind_the_sign_of_a_block_is_one() -> None:
    text = "commands:\n  ping:\n    description: d\n    reply: |  # lifecycle: ignore[unused-name] why\n      Pong\n"
    assert slugs(text) == ["unused-ignore"]
