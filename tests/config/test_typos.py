"""Nearly every typo is answered with the word that was meant."""

from pathlib import Path

import pytest

from runner.actions.action import load_actions
from runner.build import build
from tests.config.typos import TYPOS

RIGHT_OF_TEN = 9
ACTIONS = load_actions()


def suggestions(text: str) -> list[str]:
    """Return the repairs that are proposed for a config."""
    found = build(Path("bot.yaml"), lambda _: text.encode(), {}, ACTIONS).diagnostics
    assert found, text
    return [fault.fix for fault in found]


def is_right(text: str, meant: str) -> bool:
    """Tell whether the first repair that names a word names the one that was meant."""
    named = [fix for fix in suggestions(text) if "`" in fix]
    return bool(named) and f"`{meant}`" in named[0] and "one of" not in named[0]


def test_there_are_enough_typos_to_tell() -> None:
    assert len(TYPOS) >= 100
    assert len({text for text, _ in TYPOS}) == len(TYPOS)


def test_nine_of_ten_typos_get_the_right_suggestion() -> None:
    wrong = [(text, meant, suggestions(text)) for text, meant in TYPOS if not is_right(text, meant)]
    assert len(wrong) * 10 <= len(TYPOS) * (10 - RIGHT_OF_TEN), wrong


@pytest.mark.parametrize("word", ["zzz", "x", "qwertz"])
def test_nonsense_gets_no_suggestion(word: str) -> None:
    (fix,) = suggestions(f"version: 1\n{word}: 1\ncommands: {{ping: {{description: d, reply: Pong}}}}\n")
    assert "did you mean" not in fix
