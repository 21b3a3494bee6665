"""Whose uses are counted together, and how many there may be."""

from runner.data import dataclass


@dataclass(frozen=True, slots=True, order=True)
class Bucket:
    """Uses that are counted together, under a name: at most `uses` of them in any `per_s` seconds."""

    name: str
    uses: int
    per_s: float
