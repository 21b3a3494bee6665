"""What scenarios reach of a config: its handlers, the steps in them, and the branches that steps may take."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import field
from typing import Literal, Self

from runner.compile import CompiledStep, Program
from runner.data import dataclass
from runner.engine.observer import Entered, Occurrence, StepGiven, Subject, Watch
from runner.fields import Steps

Kind = Literal["handler", "branch", "step"]

KINDS: Sequence[Kind] = ("handler", "branch", "step")
"""What is counted, the largest first."""


@dataclass(frozen=True, slots=True)
class Part:
    """A part of a config. `place` is `file:line`, empty for a branch without steps that no step stands before."""

    kind: Kind
    name: str
    place: str


@dataclass(frozen=True, slots=True)
class Report:
    """How much is reached, of how much, by kind; and what isn't, the largest parts only: nothing inside of another."""

    reached: Mapping[Kind, int]
    of: Mapping[Kind, int]
    missed: Sequence[Part]


@dataclass(slots=True)
class Coverage:
    """An observer of engines that run one config, however often it is built, and what they have reached.

    `parts` are all there are, by their addresses. It is data, which goes from process to process.
    """

    parts: Sequence[tuple[str, Part]]
    _handlers: set[str] = field(default_factory=set[str])
    _runs: set[str] = field(default_factory=set[str])
    _steps: set[tuple[str, int]] = field(default_factory=set[tuple[str, int]])

    @classmethod
    def of(cls, program: Program) -> Self:
        """Return the coverage of a program of which nothing is reached yet."""
        return cls(list(_parts(program)))

    def add(self, other: "Coverage") -> None:
        """Count what engines have reached that run the same config elsewhere."""
        self._handlers |= other._handlers
        self._runs |= other._runs
        self._steps |= other._steps

    def watch(self, subject: Subject, program: Program) -> Watch:
        """Count the handler, and what of it runs."""
        del program  # another building of the same config
        self._handlers.add(subject.handler)
        return self._note

    def swapped(self, program: Program) -> None:
        """Do nothing: no scenario changes its config."""

    def _note(self, occurrence: Occurrence) -> None:
        match occurrence:
            case Entered(steps):
                self._runs.add(steps.address)
            case StepGiven(address, index):
                self._steps.add((address, index))
            case _:
                pass

    def report(self) -> Report:
        """Return what is reached so far."""
        parts = self.parts
        reached = {address: self._is_reached(address, part) for address, part in parts}
        of: dict[Kind, int] = {kind: sum(part.kind == kind for _, part in parts) for kind in KINDS}
        count: dict[Kind, int] = {
            kind: sum(reached[address] for address, part in parts if part.kind == kind) for kind in KINDS
        }
        missed = [part for address, part in parts if not reached[address] and not _is_inside(address, reached)]
        return Report(count, of, sorted(missed, key=_written))

    def _is_reached(self, address: str, part: Part) -> bool:
        if part.kind == "step":
            run, _, index = address.rpartition("/")
            return (run, int(index)) in self._steps
        return address in self._runs or (part.kind == "handler" and part.name in self._handlers)


def _parts(program: Program) -> Iterator[tuple[str, Part]]:
    """Yield each part with its address: of a run of steps for a handler and a branch, of the step for a step."""
    own, begun = dict(_handlers(program)), {handler.steps.address for handler in program.begun.values()}
    for address, steps in program.runs.items():
        if address in begun:
            continue  # nobody has written that: it runs a flow
        if address in own:
            yield address, Part("handler", own[address], _place(steps))
        else:
            yield address, _branch(program, own, address, steps)
        for index, step in enumerate(steps.items):
            yield f"{address}/{index}", Part("step", step.name, step.place)


def _handlers(program: Program) -> Iterator[tuple[str, str]]:
    """Yield the address of each handler's steps with its name; those of a form answer both kinds of submissions."""
    forms = (handler for modal in program.modals.values() for handler in modal.handlers.values())
    schedules = (schedule.handler for schedule in program.schedules.values())
    events = (event.handler for event in program.events.values())
    for handler in (*program.commands.values(), *program.components.values(), *forms, *schedules, *events):
        yield handler.steps.address, handler.name
    for flow in program.flows.values():
        yield flow.steps.address, f"flow {flow.name}"


def _branch(program: Program, own: Mapping[str, str], address: str, steps: Steps) -> Part:
    """Return a run of steps that something goes into: a step, or a handler when something has gone wrong."""
    holder = _step_around(program, address)
    if holder is None:
        owner, _, name = address.rpartition("/")
        handler = own.get(f"{owner}/steps", owner.replace("/", " "))
        return Part("branch", f"{name} of {handler}", _place(steps))
    step, name = holder
    return Part("branch", f"{name} of {step.name}", step.place)


def _step_around(program: Program, address: str) -> tuple[CompiledStep, str] | None:
    """Return the step whose branch stands at an address, and what the branch is called in it."""
    parts = address.split("/")
    for cut in range(len(parts) - 1, 1, -1):
        run = program.runs.get("/".join(parts[: cut - 1]))
        index = parts[cut - 1]
        if run is not None and index.isdecimal() and int(index) < len(run.items):
            step: CompiledStep = run.items[int(index)]
            return step, " ".join(parts[cut:])
    return None


def _written(part: Part) -> tuple[str, int]:
    """Return what sorts parts as they are written."""
    file, _, line = part.place.rpartition(":")
    return file, int(line or 0)


def _place(steps: Steps) -> str:
    return steps.items[0].place if steps.items else ""


def _is_inside(address: str, reached: Mapping[str, bool]) -> bool:
    """Tell whether a part stands inside of one that isn't reached either."""
    return any(not reached.get(outer, True) for outer in _around(address))


def _around(address: str) -> Iterable[str]:
    """Yield the addresses that an address may stand inside of."""
    parts = address.split("/")
    return ("/".join(parts[:count]) for count in range(1, len(parts)))


def merged(reports: Iterable[Report]) -> Report:
    """Return several configs' reports as one."""
    reports = list(reports)
    return Report(
        {kind: sum(each.reached[kind] for each in reports) for kind in KINDS},
        {kind: sum(each.of[kind] for each in reports) for kind in KINDS},
        [part for each in reports for part in each.missed],
    )
