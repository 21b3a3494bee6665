"""Do the tests see what they promise to see? Break the code on purpose, in many small ways, and look who notices.

    python -m tests.mutation [WORD ...]

Each mutant is applied to a copy of the tree, where the tests of its part then run until the first failure. With words,
only the mutants whose file or description has one of them. Takes minutes, so it is no part of the ordinary suite, which
only makes sure that every mutant can still be applied. Exits with 1 if a mutant survives or can't be applied.
"""

import sys
from pathlib import Path
from tempfile import TemporaryDirectory

from tests.mutation.check import Result, Verdict, baseline, checked, copied, said, table
from tests.mutation.mutants import MUTANTS


def main(words: list[str]) -> int:
    """Check the mutants that `words` choose, and print a table; returns the exit code."""
    chosen = [mutant for mutant in MUTANTS if not words or any(word in mutant.file + mutant.breaks for word in words)]
    with TemporaryDirectory() as directory:  # so that nobody's edits change the tree while it is checked
        tree = copied(Path(__file__).parents[2], Path(directory))
        for tests in dict.fromkeys(mutant.tests for mutant in chosen):
            if failing := baseline(tree, tests):
                print(f"without any mutant: {failing}")
                return 1
        results: list[Result] = []
        for result in checked(tree, chosen):  # all together take more than an hour: whoever waits is told of each
            results.append(result)
            print(f"{len(results)} of {len(chosen)}: {said(result)}", file=sys.stderr, flush=True)
    print(table(results))
    return 0 if all(result.verdict is Verdict.CAUGHT for result in results) else 1


sys.exit(main(sys.argv[1:]))
