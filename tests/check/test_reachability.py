"""How each handler answers, by its steps: the plan, and what can go wrong on a path."""

from collections.abc import Callable

import pytest

from runner.check.reachability import Analysed, Plan
from runner.diagnostics import Diagnostic
from runner.lifecycle.budget import DEFER_AFTER_S, LAST_SAFE_ACK_S
from runner.lifecycle.machine import Event

COMMAND = """commands:
  it:
    description: Check
    timeout: 5m
    options: {quiet: {type: boolean, description: Only for me}}
    response: RESPONSE
    steps: STEPS
"""
COMPONENT = """commands: {ask: {description: Ask, reply: {content: Ready?, components: [it]}}}
components:
  it:
    button: {label: It}
    response: RESPONSE
    steps: STEPS
"""


def command(steps: str, response: str = "auto") -> str:
    """Return a config with one command."""
    return COMMAND.replace("RESPONSE", response).replace("STEPS", steps)


def component(steps: str, response: str = "auto") -> str:
    """Return a config with one component."""
    return COMPONENT.replace("RESPONSE", response).replace("STEPS", steps)


PRIVATE = "{reply: {content: a, ephemeral: true}}"
PUBLIC = "{reply: {content: a, ephemeral: false}}"

PLANS = {
    "a fast command answers by itself": (command("[{reply: a}]"), None, False, DEFER_AFTER_S),
    "`defer` defers before the first step": (command("[{reply: a}]", "defer"), Event.DEFER, False, LAST_SAFE_ACK_S),
    "`ephemeral` as a word": (command("[{reply: a}]", "[defer, ephemeral]"), Event.DEFER, True, LAST_SAFE_ACK_S),
    "`ephemeral` alone keeps `auto`": (command("[{reply: a}]", "ephemeral"), None, True, DEFER_AFTER_S),
    "`ephemeral` as a key": (command("[{reply: a}]", "{ephemeral: true}"), None, True, DEFER_AFTER_S),
    "`reply` is watched until the last safe moment": (command("[{reply: a}]", "reply"), None, False, LAST_SAFE_ACK_S),
    "`defer_after` moves the watchdog": (command("[{reply: a}]", "{defer_after: 700ms}"), None, False, 0.7),
    "a first reply that is private makes the watchdog's defer private": (
        command(f"[{PRIVATE}]"),
        None,
        True,
        DEFER_AFTER_S,
    ),
    "first replies that disagree leave it to the declaration": (
        command(f"[{{if: user.is_bot, then: [{PRIVATE}], else: [{PUBLIC}]}}]"),
        None,
        False,
        DEFER_AFTER_S,
    ),
    "a component": (component("[{update: a}]", "update"), None, False, LAST_SAFE_ACK_S),
}


@pytest.mark.parametrize(("text", "first", "is_ephemeral", "watchdog_s"), PLANS.values(), ids=PLANS)
def test_a_handler_is_planned(
    plan: Callable[[str], Plan], text: str, first: Event | None, is_ephemeral: bool, watchdog_s: float
) -> None:
    made = plan(text)
    assert (made.first, made.is_ephemeral, made.watchdog_s) == (first, is_ephemeral, watchdog_s)


SPINNERS: dict[str, tuple[str, list[bool]]] = {
    "private, as the reply behind it": (f"[{{wait: 2s}}, {PRIVATE}]", [True]),
    "public, as the reply behind it": (f"[{{wait: 2s}}, {PUBLIC}]", [False]),
    "as both branches": (f"[{{wait: 2s}}, {{if: user.is_bot, then: [{PRIVATE}], else: [{PRIVATE}]}}]", [True]),
    "each branch its own": (
        f"[{{if: user.is_bot, then: [{{wait: 2s}}, {PRIVATE}], else: [{{wait: 2s}}, {PUBLIC}]}}]",
        [True, False],
    ),
    "none where it is fast": (f"[{PRIVATE}, {{wait: 2s}}]", []),
    "none behind a step that defers": ("[{defer: {ephemeral: true}}, {wait: 2s}, {reply: a}]", []),
    "of the first slow step only": (f"[{{wait: 1s}}, {{wait: 1s}}, {PRIVATE}]", [True]),
    "where a caught step was slow": (f"[{{send: a, catch: [{PRIVATE}, stop]}}, {PRIVATE}]", [True]),
    "where a skipped step would be slow": (f"[{{wait: 2s, when: user.is_bot}}, {PRIVATE}]", [True]),
}


@pytest.mark.parametrize(("steps", "visibilities"), SPINNERS.values(), ids=SPINNERS)
def test_the_spinner_before_a_slow_step_is_as_visible_as_the_answer_behind_it(
    analysed: Callable[[str], Analysed], steps: str, visibilities: list[bool]
) -> None:
    spinners = analysed(command(steps)).defer_before
    assert [spinners[place] for place in sorted(spinners)] == visibilities


SOUND = {
    "reply after reply": command("[{reply: a}, {reply: b}]"),
    "a slow step behind the reply": command("[{reply: a}, {wait: 2s}]", "reply"),
    "an explicit defer before the slow step": command("[defer, {wait: 2s}, {reply: a}]", "reply"),
    "no answer under `auto`": command("[{log: a}]"),
    "no answer of a component, silently": component("[{log: a}]"),
    "a failure needs no answer": command("[{fail: a}]", "defer"),
    "both branches answer": command("[{if: user.is_bot, then: [{reply: a}], else: [{reply: b}]}]", "reply"),
    "update behind a slow step": component("[{wait: 2s}, {update: a}]"),
    "update twice, then a reply": component("[{update: a}, {update: b}, {reply: c}]"),
    "a follow-up may differ from the answer": command(f"[{{wait: 2s}}, {PUBLIC}, {PRIVATE}]"),
    "a silent reply follows the defer": command("[{defer: {ephemeral: true}}, {reply: a}]"),
    "a short wait on a long timeout": command("[{wait: 4m}, {reply: a}]"),
    "a reply that may come before the token's end": command("[{wait: '{{ 900 }}'}, {send: a}, {reply: a}]").replace(
        "5m\n", "1h\n"
    ),
    "what needs no token behind its end": command("[{reply: a}, {wait: 20m}, {send: a}]").replace("5m\n", "1h\n"),
    "a public update behind the token's end": component("[{wait: 20m}, {update: a}]").replace(
        "label: It}", "label: It}\n    timeout: 1h"
    ),
    "an answer before what may fail, whose failure is caught": command("[{reply: a}, {send: b, catch: [{log: c}]}]"),
    "an answer on both sides of what may fail": command("[{reply: a}, {send: b}, {reply: c}]"),
    "an answer before what can't fail": command("[{reply: a}, {wait: 2s}]"),
    "an answer before a path on which it fails": command("[{reply: a}, {send: b}, {fail: c}]"),
    "waits on different branches": command("[{if: user.is_bot, then: [{wait: 3m}], else: [{wait: 4m}]}, {reply: a}]"),
}


@pytest.mark.parametrize("text", SOUND.values(), ids=SOUND)
def test_a_sound_handler_has_no_fault(expect: Callable[..., None], text: str) -> None:
    expect(text)


FAULTY = {
    "defer after an answer": (command("[{reply: a}, ›defer]"), "defer-after-response"),
    "defer under `defer`": (command("[›defer, {reply: a}]", "defer"), "defer-after-response"),
    "defer after one that may have been": (
        command("[{defer: {}, when: user.is_bot}, ›defer, {reply: a}]"),
        "defer-after-response",
    ),
    "a slow step under `reply`": (command("[{›send: a}, {reply: b}]", "reply"), "slow-before-reply"),
    "a slow step on one path under `reply`": (
        command("[{if: user.is_bot, then: [{›wait: 2s}]}, {reply: b}]", "reply"),
        "slow-before-reply",
    ),
    "a slow step in a catch under `reply`": (
        command("[{log: a, catch: [{›wait: 2s}]}, {reply: b}]", "reply"),
        "slow-before-reply",
    ),
    "update in a command": (command("[{›update: a}]"), "update-without-component"),
    "update after a reply": (component("[{reply: a}, {›update: b}]"), "update-after-reply"),
    "branches that disagree behind a slow step": (
        command(
            f"[{{wait: 2s}}, {{if: user.is_bot, then: [{PRIVATE}],"
            " else: [{reply: {content: a, ›ephemeral: false}}]}]"
        ),
        "visibility-conflict",
    ),
    "a silent branch beside a private one": (
        command(f"[{{wait: 2s}}, {{if: user.is_bot, then: [{PRIVATE}], else: [{{›reply: a}}]}}]"),
        "visibility-conflict",
    ),
    "a private answer after a public `defer`": (
        command("[{reply: {content: a, ›ephemeral: true}}]", "defer"),
        "visibility-conflict",
    ),
    "a public answer after a private defer": (
        command("[{defer: {ephemeral: true}}, {reply: {content: a, ›ephemeral: false}}]"),
        "visibility-conflict",
    ),
    "a template that decides too late": (
        command("[{wait: 2s}, {reply: {content: a, ›ephemeral: '{{ user.is_bot }}'}}]"),
        "visibility-conflict",
    ),
    "a path without an answer under `reply`": (
        command("[{if: user.is_bot, then: [{reply: a}]}]", "reply").replace("  it:", "  ›it:"),
        "unanswered",
    ),
    "a stop without an answer under `defer`": (
        command("[{if: user.is_bot, then: [›stop]}, {reply: a}]", "defer"),
        "unanswered",
    ),
    "nothing runs behind a stop": (command("[{reply: a}, stop, {›log: b}]"), "unreachable-step"),
    "nothing runs behind two ends": (
        command("[{if: user.is_bot, then: [stop], else: [{fail: a}]}, {›log: b}]"),
        "unreachable-step",
    ),
    "a wait beyond the timeout": (command("[{›wait: 6m}, {reply: a}]"), "longer-than-timeout"),
    "waits that add up beyond the timeout": (
        command("[{wait: 3m}, {›wait: 3m}, {reply: a}]"),
        "longer-than-timeout",
    ),
    "a reply behind the token's end on one path": (
        command("[{reply: a}, {if: user.is_bot, then: [{wait: 15m}]}, {›reply: b}]").replace("5m\n", "1h\n"),
        "reply-after-expiry",
    ),
    "a private update behind the token's end": (
        component("[{wait: 15m}, {›update: a}]", "ephemeral").replace("label: It}", "label: It}\n    timeout: 1h"),
        "reply-after-expiry",
    ),
    "an answer before what it announces": (command("[{›reply: Done}, {send: a}]"), "reply-before-work"),
    "an answer before what it announces, on one path": (
        command("[{›reply: Done}, {if: user.is_bot, then: [{send: a}, {reply: b}], else: [{send: c}]}]"),
        "reply-before-work",
    ),
    "an answer before what it announces, and the end of it": (
        command("[{›reply: Done}, {send: a}, {if: user.is_bot, then: [stop]}, {reply: b}]"),
        "reply-before-work",
    ),
    "an update before what it announces": (component("[{›update: Done}, {send: a}]"), "reply-before-work"),
    "waits that add up on every path": (
        command("[{if: user.is_bot, then: [{wait: 3m}], else: [{wait: 4m}]}, {›wait: 3m}, {reply: a}]"),
        "longer-than-timeout",
    ),
}


@pytest.mark.parametrize(("text", "slug"), FAULTY.values(), ids=FAULTY)
def test_a_path_that_would_go_wrong_is_refused(expect: Callable[..., None], text: str, slug: str) -> None:
    expect(text, slug)


def test_many_conditional_waits_are_checked_at_once(expect: Callable[..., None]) -> None:
    waits = ", ".join(f"{{wait: {2**index}ms, when: user.is_bot}}" for index in range(17))
    expect(command(f"[{waits}, {{reply: a}}]"))


@pytest.mark.parametrize(
    "text",
    [
        command("[{sned: a}, {reply: b}]", "reply"),
        command("[{reply: a, log: b}]", "reply"),
        command("[{reply: {contnt: a}}]", "reply"),
        command("[{reply: a}]", "replly"),
    ],
    ids=["unknown step", "two actions", "misspelt key", "unknown strategy"],
)
def test_a_step_that_cannot_be_read_makes_no_fault_of_its_neighbours(
    faults: Callable[[str], list[Diagnostic]], text: str
) -> None:
    assert len(faults(text)) == 1


def test_the_second_party_of_a_conflict_is_marked(faults: Callable[[str], list[Diagnostic]]) -> None:
    (fault,) = faults(command("[{reply: a}, defer]"))
    (mark,) = fault.marks
    assert (mark.span.line, mark.span.column, mark.label) == (7, 14, "answered here")
