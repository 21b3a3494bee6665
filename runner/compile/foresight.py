"""What a run of steps will need of the bot: found when compiling, to be asked before the first of its effects.

A step is certain from another one on if every path from there comes to it. So what is asked for together reaches to the
next step that may end the run; behind that one it begins anew. A branch is certain of nothing before it is entered, but
for what all of its fellows need as well; and a step that is skipped unless `when` holds, or whose failure its `catch`
deals with, asks for itself alone.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import field
from functools import reduce
from typing import Final

from runner.actions.action import Authored, Place, Target, WrittenStep
from runner.check.steps import all_steps, reached_runs
from runner.compile.program import CALLER, Foreseen
from runner.compile.renderers import text_renderer
from runner.config.document import Flow
from runner.data import dataclass
from runner.fields import Steps
from runner.inside import AllOf, Call, Ensured, Loop, OneOf
from runner.templates.values import is_list

_KNOWN_AT_START: Final = frozenset(
    "user member guild channel options target values fields message params interaction bot vars data".split()
)
"""What templates can read before the first step as well as later."""

_Where = Place | Authored | str
_What = tuple[Target, Authored | str, bool]


@dataclass(frozen=True, slots=True)
class _Demand:
    """Permissions by where they are needed, and what is acted on; equal templates are one."""

    needs: dict[_Where, int] = field(default_factory=dict[_Where, int])
    targets: dict[_What, None] = field(default_factory=dict[_What, None])


@dataclass(frozen=True, slots=True)
class Foresight:
    """Foresees what runs of steps need; `flows` are those that they may run, each looked at once."""

    flows: Mapping[str, Flow]
    _of_flows: dict[str, _Demand] = field(default_factory=dict[str, _Demand])

    def of(self, steps: Steps) -> Iterator[tuple[Foreseen | None, Foreseen | None]]:
        """Yield for each step of a run what is to be asked where it stands: `ahead` and `own` of a `CompiledStep`."""
        items: Sequence[WrittenStep] = steps.items
        begins = True
        for index, step in enumerate(items):
            ahead = _foreseen(self._certain(items[index:])) if begins else None
            yield ahead, _foreseen(_own(step)) if _is_conditional(step) else None
            begins = self._may_end(step)

    def _certain(self, items: Iterable[WrittenStep]) -> _Demand:
        found, bound = _Demand(), False
        for step in items:
            if not _is_conditional(step):
                found = _both(found, _known(_both(_own(step), self._inside(step)), is_bound=bound))
            if self._may_end(step):
                break
            bound = bound or any(inner.action.binds() for inner in (step, *step.within))
        return found

    def _may_end(self, step: WrittenStep) -> bool:
        """Tell whether the run may end in a step, as other than a failure."""
        found: bool | None = step.kept.get("may end")
        if found is None:
            reached = all_steps(*reached_runs(self.flows, Steps((step,))))
            found = step.kept["may end"] = any(inner.action.ends or inner.action.may_end for inner in reached)
        return found

    def _inside(self, step: WrittenStep) -> _Demand:
        """Return what the steps inside of a step are certain to need once it runs."""
        match step.action.inside():
            case OneOf(runs) if runs:
                return reduce(_shared, (self._certain(run.items) for run in runs))
            case Loop(body, is_certain=True):
                return self._certain(body.items)
            case Ensured(body, ending):
                return _both(self._certain(body.items), self._certain(ending.items))
            case AllOf() as together:
                return reduce(_both, (self._certain(run.items) for run in together.runs), _Demand())
            case Call(flow) if flow in self.flows:
                return self._flow(flow)
            case _:
                return _Demand()

    def _flow(self, name: str) -> _Demand:
        """Return what of a flow's demand is known without its parameters, which its templates read."""
        if name not in self._of_flows:
            needs = self._certain(self.flows[name].steps.items).needs
            known: dict[_Where, int] = {at: bits for at, bits in needs.items() if not isinstance(at, Authored)}
            self._of_flows[name] = _Demand(known)
        return self._of_flows[name]


def _is_conditional(step: WrittenStep) -> bool:
    return step.when is not None or step.catch is not None


def _own(step: WrittenStep) -> _Demand:
    action, demand = step.action, _Demand()
    where = action.needs_in()
    if (asked := action.asks()) and isinstance(where, _Where):
        demand.needs[where] = int(asked)
    for name, target in action.targets.items():
        value: object = getattr(action, name)
        if value is None and target is Target.MEMBER:
            demand.targets[target, CALLER, False] = None
        for item in value if is_list(value) else (value,):
            if isinstance(item, Authored | str):
                demand.targets[target, item, action.is_for_caller()] = None
    return demand


def _known(demand: _Demand, *, is_bound: bool) -> _Demand:
    """Return the part of a demand that can be told where the run begins; `is_bound` when `let` stands between."""

    def is_known(value: object) -> bool:
        roots = value.template.roots if isinstance(value, Authored) else frozenset[str]()
        return roots <= _KNOWN_AT_START and not (is_bound and "vars" in roots)

    return _Demand(
        {where: bits for where, bits in demand.needs.items() if is_known(where)},
        {what: None for what in demand.targets if is_known(what[1])},
    )


def _both(one: _Demand, other: _Demand) -> _Demand:
    needs = {where: one.needs.get(where, 0) | other.needs.get(where, 0) for where in (*one.needs, *other.needs)}
    return _Demand(needs, one.targets | other.targets)


def _shared(one: _Demand, other: _Demand) -> _Demand:
    needs = {where: bits & other.needs[where] for where, bits in one.needs.items() if where in other.needs}
    return _Demand(needs, {what: None for what in one.targets if what in other.targets})


def _foreseen(demand: _Demand) -> Foreseen | None:
    needs = tuple(
        (where if isinstance(where, Place) else text_renderer(where), bits)
        for where, bits in demand.needs.items()
        if bits
    )
    targets = tuple((target, text_renderer(which), caller) for target, which, caller in demand.targets)
    return Foreseen(needs, targets) if needs or targets else None
