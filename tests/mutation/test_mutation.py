"""The mutation check itself, and that its mutants keep up with the code."""

from pathlib import Path
from textwrap import dedent

import pytest

from tests.mutation.check import Result, Verdict, baseline, checked, first_failure, table
from tests.mutation.mutant import Mutant, NotApplicable
from tests.mutation.mutants import MUTANTS

ROOT = Path(__file__).parents[2]
SMALL = Mutant("runner/sums.py", "a sum is a difference", "a + b", "a - b", ("tests",))


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    """A project of one function and one test."""
    for name in ("runner", "tests"):
        (tmp_path / name).mkdir()
    (tmp_path / "runner/sums.py").write_text("def added(a, b):\n    return a + b\n\n\ndef one():\n    return 1\n")
    (tmp_path / "tests/test_sums.py").write_text(
        dedent("""
            from runner.sums import added

            def test_two_and_two_are_four():
                assert added(2, 2) == 4
        """)
    )
    (tmp_path / "examples").mkdir()
    (tmp_path / "pyproject.toml").write_text('[tool.pytest.ini_options]\npythonpath = ["."]\n')
    return tmp_path


@pytest.mark.parametrize("mutant", MUTANTS, ids=lambda mutant: mutant.breaks)
def test_every_mutant_still_has_its_place_in_the_code(mutant: Mutant) -> None:
    mutant.check((ROOT / mutant.file).read_text())


def test_every_mutant_has_a_description_of_its_own() -> None:
    assert len({mutant.breaks for mutant in MUTANTS}) == len(MUTANTS)


def test_a_mutant_changes_its_one_place_and_nothing_else(tree: Path) -> None:
    before = (tree / SMALL.file).read_text()
    SMALL.apply(tree)
    assert (tree / SMALL.file).read_text() == before.replace("+", "-")


@pytest.mark.parametrize(("old", "new"), [("a * b", "a"), ("return", "pass"), ("a + b", "a + b")])
def test_a_text_that_is_absent_ambiguous_or_unchanged_is_no_mutant(tree: Path, old: str, new: str) -> None:
    with pytest.raises(NotApplicable, match=r"runner/sums\.py: broken: found [012] times"):
        Mutant(SMALL.file, "broken", old, new, ("tests",)).apply(tree)


def test_each_mutant_gets_its_own_verdict_and_the_tree_stays_as_it_is(tree: Path) -> None:
    before = (tree / SMALL.file).read_text()
    mutants = [
        SMALL,
        Mutant(SMALL.file, "one is two", "return 1", "return 2", ("tests",)),
        Mutant(SMALL.file, "the module is broken", "def one():", "def one(:", ("tests",)),
        Mutant(SMALL.file, "there is nothing to break", "a * b", "a", ("tests",)),
    ]
    verdicts = [result.verdict for result in checked(tree, mutants)]
    assert verdicts == [Verdict.CAUGHT, Verdict.SURVIVED, Verdict.UNDECIDED, Verdict.NOT_APPLICABLE]
    assert (tree / SMALL.file).read_text() == before


def test_tests_that_do_not_end_in_time_have_caught_nothing(tree: Path) -> None:
    [result] = checked(tree, [SMALL], timeout_s=0.001)
    assert (result.verdict, result.by) == (Verdict.UNDECIDED, "no end within 0.001 s")


def test_the_test_that_caught_a_mutant_is_named(tree: Path) -> None:
    [result] = checked(tree, [SMALL])
    assert result.by == "tests/test_sums.py::test_two_and_two_are_four"


def test_a_tree_whose_tests_fail_anyway_proves_nothing(tree: Path) -> None:
    assert baseline(tree, ("tests",)) is None
    SMALL.apply(tree)
    assert baseline(tree, ("tests",)) == "tests/test_sums.py::test_two_and_two_are_four"


@pytest.mark.parametrize(
    ("output", "name"),
    [
        ("F\nFAILED tests/a.py::test_b - assert 1 == 2\n1 failed in 0.1s", "tests/a.py::test_b"),
        ("F\nFAILED tests/a.py::test_b[one - two] - assert\n", "tests/a.py::test_b[one"),
        ("ERROR tests/a.py::test_c\nFAILED tests/a.py::test_b\n", "tests/a.py::test_c"),
        ("3 passed in 0.1s\n", "3 passed in 0.1s"),
        ("", "no output"),
    ],
    ids=["failed", "dash in an id", "error", "passed", "nothing"],
)
def test_the_first_failure_is_read_from_what_pytest_prints(output: str, name: str) -> None:
    assert first_failure(output) == name


def test_the_table_names_who_caught_what_and_shouts_what_survived() -> None:
    other = Mutant(SMALL.file, "one is two", "return 1", "return 2", ("tests",))
    results = [Result(SMALL, Verdict.CAUGHT, "tests/a.py::test_b"), Result(other, Verdict.SURVIVED, "3 passed")]
    assert table(results).splitlines() == [
        "a sum is a difference | tests/a.py::test_b",
        "one is two            | SURVIVED: 3 passed",
        "1 of 2 mutants caught",
    ]
