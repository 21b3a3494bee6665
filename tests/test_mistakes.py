"""Each of the mistakes that operators make most is found once, at its place, with its repair."""

from pathlib import Path

import pytest

from runner.actions.action import load_actions
from runner.build import build
from tests.mistakes import MISTAKES, Mistake


@pytest.mark.parametrize("mistake", MISTAKES.values(), ids=MISTAKES)
def test_a_mistake_is_one_fault_at_its_place_with_its_repair(mistake: Mistake) -> None:
    (fault,) = build(Path("bot.yaml"), lambda _: mistake.text.encode(), {}, load_actions()).diagnostics
    assert (fault.span.line, fault.span.column) == (mistake.line, mistake.column)
    assert mistake.repair in fault.fix
