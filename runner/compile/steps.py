"""Steps as the author wrote them to steps that are ready to run."""

from collections.abc import Callable, Mapping
from dataclasses import field
from typing import Final

from runner.actions.action import OnCrash, Repeats, WrittenStep
from runner.check.guards import checks_of
from runner.check.reads import ROOT
from runner.check.shown import templates_elsewhere
from runner.check.steps import all_steps, modal_of, reached_runs
from runner.check.templates import templates_in, templates_of
from runner.compile.files import picture_part
from runner.compile.foresight import Foresight
from runner.compile.messages import MessageCompiler
from runner.compile.program import CompiledStep, Foreseen
from runner.compile.renderers import entry_renderer, renderer
from runner.compile.written import WrittenAt
from runner.config.document import Document, MessageChange, Picture
from runner.data import dataclass
from runner.diagnostics import Span
from runner.fields import Checks, E, Entry, Steps, attributes_of, late_in
from runner.inside import Call, Ensured, Waits
from runner.templates.values import is_list, is_mapping

_ON_CRASH: Final[Mapping[Repeats, OnCrash]] = {Repeats.ONCE: "fail", Repeats.ANSWER: "skip"}
"""What is done with a step in doubt where the author says nothing; any other kind is repeated."""


@dataclass(frozen=True, slots=True)
class StepsCompiler:
    """Compiles runs of steps, and keeps each of them by its address, those inside of other steps included.

    `checks` compiles the checks that steps ask for, `slow` has the addresses of slow steps by their places: where there
    is an alias, a place has several.
    """

    document: Document
    messages: MessageCompiler
    checks: Callable[[Checks], Checks]
    foresight: Foresight
    written: WrittenAt
    runs: dict[str, Steps]
    slow: dict[Span, list[str]] = field(default_factory=dict[Span, list[str]])

    def steps(self, written: Steps, address: str) -> Steps:
        """Return the steps ready to run; what stands at an address is compiled once."""
        if address not in self.runs:
            asked = zip(written.items, self.foresight.of(written), strict=True)
            items = (self._step(step, f"{address}/{index}", *each) for index, (step, each) in enumerate(asked))
            self.runs[address] = Steps(tuple(items), address)
        return self.runs[address]

    def calling(self, flow: str, address: str, key: Span) -> Steps:
        """Return the steps that run a flow and do nothing else: it is given what they read as `params`."""
        from runner.actions._calling import Calling  # a bot without flows has no use for it

        step = CompiledStep(
            name="run",
            action=Calling(flow=flow),
            render=lambda context: Calling(flow=flow, with_=context["params"]),
            id=None,
            when=None,
            timeout_s=None,
            retry=None,
            on_crash="repeat",
            catch=None,
            ending=None,
            flow=flow,
            waits=None,
            is_slow=False,
            may_open=False,
            reads_state=False,
            ahead=None,
            own=None,
            key=key,
            moved=self.written.moved(key),
        )
        self.runs[address] = Steps((step,), address)
        return self.runs[address]

    def _step(self, step: WrittenStep, address: str, ahead: Foreseen | None, own: Foreseen | None) -> CompiledStep:
        action = self._entry(step.action, address)
        inside = action.inside()
        catch = self.steps(step.catch, f"{address}/catch") if step.catch else None
        flow = inside.flow if isinstance(inside, Call) else None
        if step.action.takes_s() > 0:
            self.slow.setdefault(step.key, []).append(address)
        reached = all_steps(*reached_runs(self.document.flows, Steps((step,))))
        return CompiledStep(
            name=step.name,
            action=action,
            render=entry_renderer(action),
            id=step.id,
            when=renderer(step.when),
            timeout_s=step.timeout_s,
            retry=step.retry,
            on_crash=step.on_crash or _ON_CRASH.get(step.action.means_twice(), "repeat"),
            catch=catch,
            ending=inside.ending if isinstance(inside, Ensured) else None,
            is_slow=step.action.takes_s() > 0,
            reads_state=self._reads_state(step),
            flow=flow,
            waits=inside if isinstance(inside, Waits) else None,
            may_open=any(modal_of(inner) is not None for inner in reached),
            ahead=ahead,
            own=own,
            key=step.key,
            moved=self.written.moved(step.key),
        )

    def _entry(self, written: E, address: str) -> E:
        """Return an action, or an entry in one, with its steps and messages compiled, and its late fields."""
        if not _has_parts(written):
            return written
        values: dict[str, object] = {}
        late = late_in(type(written))
        for name in attributes_of(type(written)):
            value: object = getattr(written, name)
            made = renderer(value) or value if name in late else self._part(value, f"{address}/{name.rstrip('_')}")
            values[name] = made
        return type(written)(**values)

    def _part(self, value: object, address: str) -> object:
        match value:
            case Steps():
                return self.steps(value, address)
            case Checks():
                return self.checks(value)
            case MessageChange():
                return self.messages.prepared(value)
            case Picture():
                return picture_part(value, self.messages.content_of)
            case Entry():
                return self._entry(value, address)
            case _ if is_mapping(value) and _has_parts(value):
                return {name: self._part(item, f"{address}/{name}") for name, item in value.items()}
            case _ if is_list(value) and _has_parts(value):
                return tuple(self._part(item, f"{address}/{index}") for index, item in enumerate(value))
            case _:
                return value

    def _reads_state(self, step: WrittenStep) -> bool:
        """Tell whether templates that the step renders may read the state; those of a check are not its own."""
        if not self.document.state:
            return False
        elsewhere = templates_in([*templates_elsewhere(self.document, step)])
        asks = any(True for _ in checks_of(Steps((step,))))
        return asks or any(ROOT in each.template.roots for each in (*templates_of(step), *elsewhere))


def _has_parts(value: object) -> bool:
    """Tell whether there are steps, messages or late fields in a value: most have none, and stay as they are."""
    match value:
        case Steps() | Checks() | MessageChange() | Picture():
            return True
        case Entry():
            kind = type(value)
            return bool(late_in(kind)) or any(_has_parts(getattr(value, name)) for name in attributes_of(kind))
        case _ if is_mapping(value):
            return any(_has_parts(item) for item in value.values())
        case _ if is_list(value):
            return any(_has_parts(item) for item in value)
        case _:
            return False
