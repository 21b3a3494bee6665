"""All mutants."""

from typing import Final

from tests.mutation.engine_mutants import engine_mutants
from tests.mutation.event_mutants import event_mutants
from tests.mutation.lifecycle_mutants import lifecycle_mutants

MUTANTS: Final = (*lifecycle_mutants(), *engine_mutants(), *event_mutants())
"""Every mutant, the table's first."""
