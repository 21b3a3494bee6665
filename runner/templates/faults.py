"""What can be wrong with a template: before it runs (`Fault`), and while it runs (`RenderError`)."""

from collections.abc import Sequence

from runner.data import dataclass


@dataclass(frozen=True, slots=True, order=True)
class Fault:
    """One fault of a template's text.

    `offset` and `length` count decoded characters of the template's source. The texts are those of a diagnostic:
    the fact, the reason, and a repair that can be pasted; the last may be empty.
    """

    offset: int
    length: int
    slug: str
    headline: str
    why: str = ""
    fix: str = ""


class TemplateFault(Exception):
    """A template that can't be used: it isn't Jinja, or asks for what templates don't get."""

    def __init__(self, faults: Sequence[Fault]) -> None:
        """Keep the faults in the order of their places."""
        super().__init__("; ".join(fault.headline for fault in faults))
        self.faults: tuple[Fault, ...] = tuple(sorted(faults))


class RenderError(Exception):
    """A template that failed while it ran: something was missing, or a bound was hit.

    `headline` is for the operator's log and names what the template says, never a value: values are what users wrote.
    """

    def __init__(self, slug: str, headline: str) -> None:
        """Name the rule and say what happened."""
        super().__init__(headline)
        self.slug = slug
        self.headline = headline
