"""Conditions that decide nothing. A `›` marks the place of the fault."""

from collections.abc import Callable

import pytest

from runner.diagnostics import Diagnostic, Severity


def command(steps: str) -> str:
    """Return a config with one command."""
    return f"commands: {{it: {{description: C, steps: {steps}}}}}\n"


@pytest.mark.parametrize(
    "text",
    [
        command("[{if: ›true, then: [{reply: a}]}, {reply: b}]"),
        command("[{if: ›1 > 2, then: [{reply: a}]}, {reply: b}]"),
        command("[{if: '›\"user.is_bot\"', then: [{reply: a}]}, {reply: b}]"),
        command("[{reply: a, when: ›false}]"),
        command("[{require: {if: ›2 > 1}}, {reply: b}]"),
        command("[{require: c}, {reply: b}]") + "checks: {c: {if: ›true}}\n",
        command("[{if: user.is_bot, then: [{reply: a, when: ›true}]}, {reply: b}]"),
    ],
    ids=["a word", "numbers", "a text", "when", "require", "a check", "inside a branch"],
)
def test_a_condition_that_never_changes_is_a_warning(text: str, expect: Callable[..., None]) -> None:
    expect(text, "constant-condition")


def test_it_says_what_the_condition_always_is(faults: Callable[[str], list[Diagnostic]]) -> None:
    (fault,) = faults(command("[{reply: a, when: false}]"))
    assert (fault.headline, fault.severity) == ("this condition is always false", Severity.WARNING)
    (fault,) = faults(command("[{reply: a, when: 1 > 2}]"))
    assert fault.headline == "this condition never changes"


@pytest.mark.parametrize("expression", ["user.is_bot", "now > 5", "not user.is_bot and true", "user"])
def test_a_condition_that_reads_something_is_none(expression: str, expect: Callable[..., None]) -> None:
    expect(command(f"[{{if: {expression}, then: [{{reply: a}}]}}, {{reply: b}}]"))


def test_a_condition_that_can_not_be_read_is_one_fault(faults: Callable[[str], list[Diagnostic]]) -> None:
    found = faults(command("[{if: user.is_bot and, then: [{reply: a}]}, {reply: b}]"))
    assert [fault.slug for fault in found] == ["template-syntax"]
