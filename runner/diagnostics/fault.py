"""Faults of a config, each with its place, its reason and its repair.

A fault of the config is a value that is returned, never an exception: all of them are reported in one run.
"""

from collections.abc import Iterable
from enum import Enum

from runner.data import dataclass


class Severity(Enum):
    """How bad a fault is: an error refuses the config, a warning does not unless asked to, a hint never does."""

    ERROR = "error"
    WARNING = "warning"
    HINT = "hint"


@dataclass(frozen=True, slots=True, order=True)
class Span:
    """A stretch of a file. Lines and columns count from 1, in code points; the end is exclusive."""

    file: str
    line: int
    column: int
    end_line: int
    end_column: int


@dataclass(frozen=True, slots=True)
class Mark:
    """Another place that takes part in a fault, and what it contributes."""

    span: Span
    label: str


@dataclass(frozen=True, slots=True)
class Edit:
    """A change to a file: what stands at `span` becomes `text`."""

    span: Span
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Diagnostic:
    """One fault: what is wrong at `span`, why that is a fault, and how to repair it.

    `slug` names the rule and is never reused. `headline` is the fact in the operator's words, `why` cites the rule,
    `fix` can be pasted. `marks` are the other places involved. `edits` is the repair itself, where only one is
    possible and it says what the author evidently meant; `validate --fix` makes it. An error that `can_be_ignored`
    is in nobody's way: the bot could run with it, as with a warning.
    """

    slug: str
    span: Span
    headline: str
    why: str = ""
    fix: str = ""
    severity: Severity = Severity.ERROR
    marks: tuple[Mark, ...] = ()
    edits: tuple[Edit, ...] = ()
    can_be_ignored: bool = False


def in_order(diagnostics: Iterable[Diagnostic]) -> list[Diagnostic]:
    """Return the faults by file, line and column, each one once."""
    return sorted(dict.fromkeys(diagnostics), key=lambda fault: (fault.span, fault.slug))
