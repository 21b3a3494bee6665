"""A short run of the fuzzer, and that it would notice what must not be."""

from random import Random

import pytest

from tests.fuzz.__main__ import safely, seeds
from tests.fuzz.judge import judged
from tests.fuzz.mutations import MUTATIONS, mutated


@pytest.mark.parametrize("seed", range(4))
def test_mutated_files_give_diagnostics_and_never_a_traceback(seed: int) -> None:
    random, corpus = Random(seed), seeds()
    for _ in range(40):
        data = mutated(corpus, random)
        assert safely(data).wrong == "", data


@pytest.mark.parametrize("mutation", MUTATIONS, ids=range(len(MUTATIONS)))
def test_every_mutation_changes_something_and_takes_whatever_there_is(mutation: object) -> None:
    assert callable(mutation)
    random = Random(1)
    assert any(mutation(data, random) != data for data in seeds())
    mutation(b"", random)


def test_the_projects_own_files_are_judged_right() -> None:
    for data in seeds()[:40]:
        assert judged(data).wrong == ""
