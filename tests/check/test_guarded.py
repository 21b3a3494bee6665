"""Components that do what not everybody may do, and ask nobody."""

from pathlib import Path
from typing import ClassVar

import pytest

from runner.actions.action import Action, load_actions
from runner.build import build
from runner.data import dataclass
from runner.diagnostics import Severity
from runner.fields import option
from runner.lifecycle.bits import Permissions


@dataclass(frozen=True, slots=True, kw_only=True)
class Banish(Action):
    """Do what only moderators may do.

    Example:
        - banish: {}
    """

    needs: ClassVar[Permissions] = Permissions.BAN_MEMBERS | Permissions.VIEW_CHANNEL

    reason: str = option("Why.", default="")


ACTIONS = {**load_actions(), "banish": Banish}


def slugs(component: str, more: str = "") -> list[str]:
    """Return the slugs of the warnings about a bot with one button."""
    text = f"""
        commands: {{ask: {{description: d, reply: {{content: Who?, components: [it]}}}}}}
        checks: {{staff: {{permissions: ban_members}}}}
        components: {{it: {{button: {{label: I}}, {component}}}}}
        {more}
        """
    built = build(Path("bot.yaml"), lambda _: text.encode(), {}, ACTIONS)
    assert built.program is not None
    assert {fault.severity for fault in built.diagnostics} <= {Severity.WARNING}
    return [fault.slug for fault in built.diagnostics if fault.slug != "unused-name"]


@pytest.mark.parametrize(
    "component",
    [
        "steps: [{banish: {}}]",
        "permissions: {bot: ban_members}, steps: [{banish: {}}]",
        "steps: [{if: user.is_bot, then: [{banish: {}}]}]",
        "steps: [{banish: {}}, {require: staff}]",
        "steps: [{run: gone}]",
    ],
    ids=["no check", "only the bot", "on a path", "asked too late", "in a flow"],
)
def test_a_button_that_anybody_may_press_for_anything_is_warned_of(component: str) -> None:
    assert slugs(component, "flows: {gone: {steps: [{banish: {}}]}}") == ["unguarded-component"]


@pytest.mark.parametrize(
    "component",
    [
        "check: staff, steps: [{banish: {}}]",
        "permissions: {member: ban_members}, steps: [{banish: {}}]",
        "steps: [{require: staff}, {banish: {}}]",
        "steps: [{send: a}, {reply: b}]",
        "steps: [{toggle_role: '@News'}]",
    ],
    ids=["a check", "permissions", "a step that asks", "nothing that not everybody may do", "on whoever presses"],
)
def test_a_button_that_asks_is_not(component: str) -> None:
    assert slugs(component) == []


def test_nor_is_one_that_inherits_what_it_asks_unless_it_opens_that() -> None:
    defaults = "defaults: {check: staff}"
    assert slugs("steps: [{banish: {}}]", defaults) == []
    assert slugs("check: [], steps: [{banish: {}}]", defaults) == ["unguarded-component"]


def test_a_role_for_somebody_else_is_not_everybodys_to_give() -> None:
    steps = "steps: [{toggle_role: {role: '@News', user: 123456789012345678}}]"
    assert slugs(steps) == ["unguarded-component"]
