"""Configs from text, as far as the checks go."""

from collections.abc import Callable
from pathlib import Path

import pytest

from runner.actions.action import load_actions
from runner.check.reachability import Analysed, Plan
from runner.check.rules import Checked, check
from runner.config.load import load
from runner.diagnostics import Diagnostic, in_order

ACTIONS = load_actions()
NOW_S = 1_800_000_000.0  # in January 2027


def _checked(text: str) -> tuple[list[Diagnostic], Checked]:
    loaded = load(Path("bot.yaml"), lambda _: text.encode(), {}, ACTIONS)
    assert loaded.config is not None, loaded.diagnostics
    checked = check(loaded.config, NOW_S)
    return in_order([*loaded.diagnostics, *checked.diagnostics]), checked


@pytest.fixture
def faults() -> Callable[[str], list[Diagnostic]]:
    """Everything that is wrong with a config, by place."""
    return lambda text: _checked(text)[0]


@pytest.fixture
def expect() -> Callable[..., None]:
    """Assert that a config has exactly these faults, by slug, each of them where the text has a `›`.

    The marks are taken out before the config is read, and stand in the order of the slugs.
    """

    def expected(text: str, *slugs: str) -> None:
        places: list[tuple[int, int]] = []
        while (offset := text.find("›")) >= 0:
            places.append((text.count("\n", 0, offset) + 1, offset - text.rfind("\n", 0, offset)))
            text = text.replace("›", "", 1)
        found = [(fault.slug, (fault.span.line, fault.span.column)) for fault in _checked(text)[0]]
        assert found == list(zip(slugs, places, strict=True))

    return expected


@pytest.fixture
def analysed() -> Callable[[str], Analysed]:
    """What is found of a handler `it`, which must have no fault; its section is named by the config."""

    def made(text: str) -> Analysed:
        found, checked = _checked(text)
        assert found == []
        return next(each for (_, name, _), each in checked.analysed.items() if name == "it")

    return made


@pytest.fixture
def plan(analysed: Callable[[str], Analysed]) -> Callable[[str], Plan]:
    """The plan of a handler `it`, which must have no fault; its section is named by the config."""
    return lambda text: analysed(text).plan
