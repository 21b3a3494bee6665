"""The register of failures: complete, and shown by tests that are there."""

import ast
from functools import cache
from pathlib import Path

import pytest

from tests.failures import FAILURES, Failure, table

TESTS = Path(__file__).parent
DOCUMENT = TESTS.parent / "docs" / "lifecycle.md"
NUMBERS = [f"{kind}{number:02}" for kind, last in (("F", 28), ("R", 12), ("S", 32)) for number in range(1, last + 1)]


@cache
def names_in(module: Path) -> frozenset[str]:
    """Return the names of the functions in a module of tests."""
    tree = ast.parse(module.read_text(encoding="utf-8"))
    return frozenset(node.name for node in tree.body if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef))


def is_there(shown_by: str) -> bool:
    """Tell whether a test, or a pair of files, exists."""
    path, _, name = shown_by.partition("::")
    if name:
        return name in names_in(TESTS / path)
    return all((TESTS / path).with_suffix(suffix).exists() for suffix in (".yaml", ".txt"))


def test_no_number_is_left_out() -> None:
    assert [failure.number for failure in FAILURES] == NUMBERS


@pytest.mark.parametrize("failure", FAILURES, ids=lambda failure: f"{failure.number} {failure.what}")
def test_each_failure_is_shown_by_tests_that_exist(failure: Failure) -> None:
    assert [each for each in failure.shown_by if not is_there(each)] == []
    assert failure.shown_by


def test_a_test_that_bears_a_number_is_in_the_register() -> None:
    named = {each for failure in FAILURES for each in failure.shown_by}
    module = "engine/test_failure_modes.py"
    assert {f"{module}::{name}" for name in names_in(TESTS / module) if name.startswith("test_")} <= named


def test_the_document_shows_the_register() -> None:
    assert table() in DOCUMENT.read_text(encoding="utf-8")
