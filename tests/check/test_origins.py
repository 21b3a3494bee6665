"""Rules for interactions that no section starts by itself: suggestions, and apps that a user has installed alone."""

from pathlib import Path

import pytest

from runner.actions.action import load_actions
from runner.check.reachability import Places, analyse
from runner.config.document import Handler, Response
from runner.config.load import load
from runner.lifecycle.limits import FOLLOW_UPS_USER_INSTALL_MAX
from runner.lifecycle.machine import Origin

ACTIONS = load_actions()


def slugs(steps: str, origin: Origin, *, is_user_installable: bool = False) -> list[str]:
    """Return the slugs of what is wrong with steps that run for an interaction of some kind."""
    text = f"commands: {{it: {{description: d, steps: [{steps}]}}}}"
    loaded = load(Path("bot.yaml"), lambda _: text.encode(), {}, ACTIONS)
    config = loaded.config
    assert config is not None
    assert loaded.diagnostics == []
    handler: Handler = config.document.commands["it"]
    places = Places(config.key("commands", "it"), config.key("commands", "it"))
    found = analyse(handler, origin, Response(), 30.0, places, {}, is_user_installable=is_user_installable)
    return [fault.slug for fault in found.diagnostics]


@pytest.mark.parametrize(
    ("steps", "found"),
    [
        ("{let: {a: 1}}, {log: a}", []),
        ("{wait: 1s}", ["slow-suggestions"]),
        ("{if: 1 < 2, then: [{send: a}]}", ["slow-suggestions"]),
        ("{reply: a}", ["autocomplete-takes-choices"]),
        ("{defer: {}}", ["autocomplete-takes-choices"]),
    ],
)
def test_suggestions_come_from_fast_steps_that_say_nothing(steps: str, found: list[str]) -> None:
    assert slugs(steps, Origin.AUTOCOMPLETE) == found


REPLIES = FOLLOW_UPS_USER_INSTALL_MAX + 1  # the first one is no follow-up


@pytest.mark.parametrize(
    ("steps", "is_user_installable", "found"),
    [
        (["{reply: a}"] * REPLIES, True, []),
        (["{reply: a}"] * (REPLIES + 1), True, ["too-many-follow-ups"]),
        (["{reply: a}"] * (REPLIES + 1), False, []),
        (["{wait: 1s}", *["{reply: a}"] * REPLIES], True, []),
        (["{wait: 1s}", *["{reply: a}"] * (REPLIES + 1)], True, ["too-many-follow-ups"]),
        (
            ["{reply: a}"] * (REPLIES - 1) + ["{if: 1 < 2, then: [{reply: a}, {reply: a}]}"],
            True,
            ["too-many-follow-ups"],
        ),
        (["{reply: a, when: user.is_bot}"] * (REPLIES + 1), True, ["too-many-follow-ups"]),
        (["{repeat: 9, do: [{reply: a}]}"], True, ["too-many-follow-ups"]),
    ],
    ids=["as many", "one more", "no bound", "behind a spinner", "one more there", "one path", "if all run", "a loop"],
)
def test_an_app_that_a_user_has_installed_alone_follows_up_so_often(
    steps: list[str], is_user_installable: bool, found: list[str]
) -> None:
    assert slugs(", ".join(steps), Origin.COMMAND, is_user_installable=is_user_installable) == found
