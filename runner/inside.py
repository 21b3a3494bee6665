"""How the steps that stand inside of a step are run: as much of it as the checks have to know.

An action says so with `Action.inside`. Each kind lists its runs of steps in the order of the file; what decides between
them, and when, is the action's own business.
"""

from collections.abc import Mapping
from dataclasses import field
from typing import Literal

from runner.data import dataclass
from runner.fields import Steps


@dataclass(frozen=True, slots=True)
class OneOf:
    """Exactly one of the runs is executed. Of two, the first is that of an action whose `condition` holds."""

    runs: tuple[Steps, ...]


@dataclass(frozen=True, slots=True)
class Loop:
    """The body is executed again and again, a bounded number of times; `is_certain` when at least once.

    Inside, templates read `loop`, and each item of the expression `items` under the name `item`. `holds` is the
    expression that is true whenever the body begins and false behind the loop; `until` is true behind it.
    """

    body: Steps
    is_certain: bool = False
    item: str = ""
    items: object = None
    holds: object = None
    until: object = None

    @property
    def runs(self) -> tuple[Steps, ...]:
        """The body."""
        return (self.body,)


@dataclass(frozen=True, slots=True)
class Ensured:
    """The body is executed, and then `ending`, however the body was left."""

    body: Steps
    ending: Steps

    @property
    def runs(self) -> tuple[Steps, ...]:
        """The body, and what always follows it."""
        return (self.body, self.ending)


@dataclass(frozen=True, slots=True)
class AllOf:
    """All runs are executed beside each other, until each has ended, or with `is_any` until the first one has."""

    named: Mapping[str, Steps]
    is_any: bool = False

    @property
    def runs(self) -> tuple[Steps, ...]:
        """The runs, in the order of the file."""
        return tuple(self.named.values())


@dataclass(frozen=True, slots=True)
class Call:
    """A flow is executed, with values for its parameters. Its steps stand elsewhere in the file."""

    flow: str
    values: Mapping[str, object] = field(default_factory=dict[str, object])

    @property
    def runs(self) -> tuple[Steps, ...]:
        """None that stand here."""
        return ()


@dataclass(frozen=True, slots=True)
class Begin:
    """A flow is begun on its own, later, where nobody waits for an answer. None of it is executed here."""

    flow: str
    values: Mapping[str, object] = field(default_factory=dict[str, object])

    @property
    def runs(self) -> tuple[Steps, ...]:
        """None that stand here."""
        return ()


WaitsFor = Literal["click", "form", "time", "event"]
"""What a step can wait for: a button or a select of its own, a form, an instant, or something else to happen."""


@dataclass(frozen=True, slots=True)
class Waits:
    """The step puts the run away, and goes on when what it waits for has come, or `timeout_s` has passed.

    Then `on_timeout` is executed, or if that is empty the run ends, unless it `goes_on`; `on_cancel` is when somebody
    calls it off. `timeout_s` is None where a template decides. Not `is_certain`: it may go on at once. `event` is what
    has to happen, by its name in YAML, where it waits for an event.
    """

    kind: WaitsFor
    timeout_s: float | None = None
    on_timeout: Steps = Steps()
    on_cancel: Steps = Steps()
    goes_on: bool = False
    is_certain: bool = True
    event: str = ""

    @property
    def runs(self) -> tuple[Steps, ...]:
        """What is executed where no answer comes."""
        return (self.on_timeout, self.on_cancel)


Inside = OneOf | Loop | Ensured | AllOf | Call | Begin | Waits
