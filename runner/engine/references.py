"""What the custom_id of a question says: which run asked it, which question it is, and which answer was given."""

from typing import Final

from runner.custom_ids import PREFIX
from runner.data import dataclass

FLOW_PREFIX: Final = PREFIX + "@:"
"""What the custom_id of every question and of its form begins with. No component has such a name."""

FORM = "form"
"""The word of a submitted form."""


@dataclass(frozen=True, slots=True)
class Reference:
    """One answer to one question. The run's id can't be guessed, so nobody answers what was not shown to them."""

    flow_id: str
    number: int
    word: str

    @property
    def custom_id(self) -> str:
        """Return the custom_id: at most 100 characters, as Discord takes (Discord docs, Component Reference)."""
        return f"{FLOW_PREFIX}{self.flow_id}:{self.number}:{self.word}"


def reference(custom_id: str) -> Reference | None:
    """Return what the custom_id of a question says; None for any other one."""
    if not custom_id.startswith(FLOW_PREFIX):
        return None
    flow_id, _, rest = custom_id.removeprefix(FLOW_PREFIX).partition(":")
    number, _, word = rest.partition(":")
    return Reference(flow_id, int(number) if number.isdecimal() else 0, word)


def short(flow_id: str) -> str:
    """Return as much of a run's id as may be shown: the whole of it is what a custom_id is made of."""
    return flow_id[:6]
