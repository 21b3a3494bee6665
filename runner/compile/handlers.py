"""Handlers and forms with what they inherit, and what their templates read."""

from collections.abc import Mapping, Sequence
from dataclasses import field
from itertools import chain
from types import MappingProxyType

from runner.check.guards import checks_of, guarded, with_named
from runner.check.names import roots_of
from runner.check.reachability import UNATTENDED, Analysed
from runner.check.reads import state_read_in
from runner.check.rules import Checked
from runner.check.servers import needs_server
from runner.check.shown import templates_elsewhere
from runner.check.steps import all_steps, asked_by, handler_steps, reached_runs
from runner.compile.commands import declared_options
from runner.compile.components import asked_select
from runner.compile.foresight import Foresight
from runner.compile.guards import CheckCompiler
from runner.compile.messages import MessageCompiler
from runner.compile.modals import asked_fields, form_renderer
from runner.compile.pace import compile_pace
from runner.compile.program import Flow, Handler, Modal, Suggestions, named
from runner.compile.steps import StepsCompiler
from runner.compile.suggestions import compile_suggestions
from runner.compile.written import WrittenAt
from runner.config import document
from runner.config.load import Config
from runner.data import dataclass
from runner.fields import Checks, Steps
from runner.lifecycle.machine import Origin


@dataclass(frozen=True, slots=True)
class HandlerCompiler:
    """Compiles the handlers of one config; `runs` gets each run of steps by its address."""

    config: Config
    checked: Checked
    checks: CheckCompiler
    messages: MessageCompiler
    written: WrittenAt
    runs: dict[str, Steps]
    compiler: StepsCompiler = field(init=False)

    def __post_init__(self) -> None:
        document = self.config.document
        foresight = Foresight(document.flows)
        compiler = StepsCompiler(document, self.messages, self.checks.checks, foresight, self.written, self.runs)
        object.__setattr__(self, "compiler", compiler)  # as dataclasses do it where nothing can be assigned

    def flow(self, name: str, written: document.Flow) -> Flow:
        """Compile one flow."""
        return Flow(
            name=name,
            params=MappingProxyType(dict(written.params)),
            result=written.result,
            steps=self.compiler.steps(written.steps, f"flows/{name}/steps"),
            on_error=self._rescue(written.on_error, written.on_error, f"flows/{name}/on_error"),
            on_timeout=self._rescue(written.on_timeout, written.on_timeout, f"flows/{name}/on_timeout"),
            expires_s=written.expires,
            on_expired=self._rescue(written.on_expired, written.on_expired, f"flows/{name}/on_expired"),
        )

    def modal(self, name: str, written: document.Modal) -> Modal:
        """Compile one form."""
        origins = [origin for section, its, origin in self.checked.analysed if (section, its) == ("modals", name)]
        return Modal(
            render=form_renderer(name, written),
            handlers=MappingProxyType({origin: self.handler("modals", name, written, origin) for origin in origins}),
            params=MappingProxyType(dict(written.params)),
        )

    def handler(self, section: str, name: str, written: document.Handler, origin: Origin) -> Handler:
        """Compile one handler with what it inherits."""
        written = guarded(written, self.config.document.defaults)
        defaults, groups = self.config.document.defaults, self._groups_around(section, name)
        analysed = self.checked.analysed[section, name, origin]
        # What every handler inherits answers somebody.
        inherited = document.Defaults() if origin is Origin.NO_INTERACTION else defaults
        on_error, on_timeout = written.on_error or inherited.on_error, written.on_timeout or inherited.on_timeout
        on_expired = written.on_expired or inherited.on_expired
        return Handler(
            key=f"{section}/{name}" + (f"/{origin.value}" if section == "modals" else ""),
            entry=self._entry(section, name),
            name=named(section, name),
            origin=origin,
            plan=analysed.plan,
            guard=self.checks.guard(written.permissions, written.check),
            pace=compile_pace(named(section, name), written, self.checks),
            timeout_s=written.timeout or defaults.timeout,
            steps=self.compiler.steps(handler_steps(written), f"{section}/{name}/steps"),
            on_error=self._rescue(on_error, written.on_error, f"{section}/{name}/on_error"),
            on_timeout=self._rescue(on_timeout, written.on_timeout, f"{section}/{name}/on_timeout"),
            on_expired=self._rescue(on_expired, written.on_expired, f"{section}/{name}/on_expired"),
            roots=self._roots(written, groups, on_error, on_timeout, on_expired),
            options=MappingProxyType(declared_options(written) if isinstance(written, document.Command) else {}),
            fields=MappingProxyType(asked_fields(written.fields) if isinstance(written, document.Modal) else {}),
            needs_server=needs_server(self.config, written, groups),
            state=tuple(sorted(self._state(written, groups, on_error, on_timeout, on_expired))),
            guard_reads_state=bool(self._state_of_guards(written, groups)),
            group_guards=tuple(
                guard for group in groups if (guard := self.checks.guard(group.permissions, group.check)) is not None
            ),
            defer_before=MappingProxyType(self._defer_before(analysed)),
            suggestions=MappingProxyType(self._suggestions(written, groups)),
            params=MappingProxyType(dict(_params(written))),
            select=asked_select(select) if (select := _select(written)) else None,
        )

    def begun(self, name: str, written: document.Flow) -> Handler:
        """Compile a flow as what is begun by the clock: a handler that does nothing but run it."""
        handler = document.Schedule(steps=written.steps, on_error=written.on_error, on_timeout=written.on_timeout)
        rescues = (written.on_error, written.on_timeout, written.on_expired)
        analysed = self.checked.analysed.get(("begun", name, Origin.NO_INTERACTION))
        return Handler(
            key=f"begun/{name}",
            entry=("flows", name),
            name="flow " + name,
            origin=Origin.NO_INTERACTION,
            plan=UNATTENDED,
            guard=None,
            pace=None,
            timeout_s=self.config.document.defaults.timeout,
            steps=self.compiler.calling(name, f"begun/{name}/steps", self.config.key("flows", name)),
            on_error=None,
            on_timeout=None,
            on_expired=None,
            roots=self._roots(handler, (), *rescues) | {"params"},
            options=MappingProxyType({}),
            fields=MappingProxyType({}),
            needs_server=False,
            state=tuple(sorted(self._state(handler, (), *rescues))),
            guard_reads_state=False,
            group_guards=(),
            defer_before=MappingProxyType({} if analysed is None else self._defer_before(analysed)),
        )

    def _state(
        self, written: document.Handler, groups: Sequence[document.Handler], *rescues: Steps | None
    ) -> frozenset[str]:
        """Return the values of the state that some template of the handler reads."""
        declared = self.config.document.state
        reached = reached_runs(self.config.document.flows, handler_steps(written), *rescues)
        steps = [run for run in reached if run is not None]
        shown = [each for step in all_steps(*steps) for each in templates_elsewhere(self.config.document, step)]
        found = frozenset[str]().union(*(state_read_in(value, declared) for value in (*steps, *shown)))
        asked = (self._with_named(checks) for checks in checks_of(*steps))
        found = found.union(*(state_read_in(value, declared) for value in chain.from_iterable(asked)))
        return found | self._state_of_guards(written, groups)

    def _state_of_guards(self, written: document.Handler, groups: Sequence[document.Handler]) -> frozenset[str]:
        declared = self.config.document.state
        return frozenset[str]().union(*(state_read_in(value, declared) for value in self._guards(written, groups)))

    def _rescue(self, steps: Steps | None, own: Steps | None, address: str) -> Steps | None:
        """Compile what runs when something went wrong; what every handler inherits is compiled once."""
        if steps is None:
            return None
        return self.compiler.steps(steps, address if own else f"defaults/{address.rpartition('/')[2]}")

    def _suggestions(self, written: document.Handler, groups: Sequence[document.Handler]) -> Mapping[str, Suggestions]:
        if not isinstance(written, document.Command):
            return {}
        state = self.config.document.state
        guarding = frozenset[str]().union(*map(roots_of, self._guards(written, groups)))
        return compile_suggestions(written, state, guarding, self._state_of_guards(written, groups))

    def _roots(
        self, written: document.Handler, groups: Sequence[document.Handler], *rescues: Steps | None
    ) -> frozenset[str]:
        """Return the names that some template of the handler reads; nothing else is put into its context."""
        steps = reached_runs(self.config.document.flows, handler_steps(written), *rescues)
        found = frozenset[str]().union(*map(roots_of, (*self._guards(written, groups), *steps)))
        for checks in checks_of(*steps):
            found = found.union(*map(roots_of, self._with_named(checks)))
        for step in all_steps(*steps):
            for elsewhere in templates_elsewhere(self.config.document, step):
                found |= roots_of(elsewhere) - {"params"}  # its own, and not those of this handler
        return found

    def _entry(self, section: str, name: str) -> tuple[str, str]:
        """Return the entry of the file that a handler is written in: that of what shows it for some components."""
        inline = self.config.inlines.by_name.get(name) if section == "components" else None
        node = None if inline is None else self.config.places.node(inline)
        return (node is not None and self.written.entry(node.span)) or (section, name)

    def _defer_before(self, analysed: Analysed) -> dict[str, bool]:
        """Return by address what was found by place, of a handler whose own steps are compiled."""
        if analysed.defer_before:
            for name, flow in self.config.document.flows.items():  # its slow steps may be in a flow
                self.flow(name, flow)
        wanted = analysed.defer_before.items()
        return {address: private for place, private in wanted for address in self.compiler.slow.get(place, ())}

    def _guards(self, written: document.Handler, groups: Sequence[document.Handler]) -> list[object]:
        """Return everything that is asked before the first step, and what is said where it does not hold."""
        exempt = (part for cooldown in written.cooldown or () for part in self._with_named(cooldown.exempt))
        of_groups = (part for group in groups for part in (group.permissions, *self._with_named(group.check)))
        own = (*asked_by(written), written.cooldown, written.concurrency)
        return [*own, *self._with_named(written.check), *exempt, *of_groups]

    def _with_named(self, checks: Checks | None) -> list[object]:
        return with_named(self.config.document.checks, checks)

    def _groups_around(self, section: str, name: str) -> tuple[document.Command, ...]:
        return tuple(group for _, group in self.config.groups_around(section, name))


def _params(written: document.Handler) -> document.ParamTypes:
    """Return the types of what a handler's custom_id carries."""
    return written.params if isinstance(written, document.Component | document.Modal) else {}


def _select(written: document.Handler) -> document.Select | None:
    """Return the select of which a handler answers the choices."""
    match written:
        case document.Component(select=select):
            return select
        case document.InlineSelect(look=look):
            return look
        case _:
            return None
