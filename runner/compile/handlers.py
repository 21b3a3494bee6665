"""Handlers and forms with what they inherit, and what their templates read."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from itertools import chain
from types import MappingProxyType
from typing import TypeVar

from runner.check.contexts import SERVER_ROOTS, shown_by
from runner.check.guards import checks_of, guarded
from runner.check.names import roots_of
from runner.check.reachability import UNATTENDED
from runner.check.reads import state_read_in
from runner.check.rules import Checked
from runner.check.steps import all_steps, asked_by, handler_steps, later_runs, modal_of, reached_runs
from runner.compile.components import modal_renderer
from runner.compile.foresight import Foresight
from runner.compile.guards import CheckCompiler
from runner.compile.pace import compile_pace
from runner.compile.program import Flow, Handler, Modal
from runner.compile.steps import StepsCompiler
from runner.config import document
from runner.config.load import Config
from runner.declarations import IN_SERVERS_ONLY
from runner.fields import Steps
from runner.lifecycle.machine import Origin

H = TypeVar("H", bound=document.Handler)

_LOGGED_AS: Mapping[str, str] = {
    "commands": "/",
    "components": "",
    "modals": "modal ",
    "schedules": "schedule ",
    "events": "event ",
}
"""How the handlers of each section are named in the log: what stands before their own names."""


@dataclass(frozen=True, slots=True)
class HandlerCompiler:
    """Compiles the handlers of one config."""

    config: Config
    checked: Checked
    checks: CheckCompiler
    compiler: StepsCompiler = field(init=False)

    def __post_init__(self) -> None:
        flows = self.config.document.flows
        compiler = StepsCompiler(flows, self.checks.checks, Foresight(flows))
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
        )

    def guarded(self, written: H) -> H:
        """Return a handler with the guards that it has, those that it inherits included."""
        return guarded(written, self.config.document.defaults)

    def modal(self, name: str, written: document.Modal) -> Modal:
        """Compile one form."""
        origins = [origin for section, its, origin in self.checked.plans if (section, its) == ("modals", name)]
        return Modal(
            render=modal_renderer(name, written),
            handlers=MappingProxyType({origin: self.handler("modals", name, written, origin) for origin in origins}),
            required=frozenset(field for field, entry in written.fields.items() if entry.required),
        )

    def handler(self, section: str, name: str, written: document.Handler, origin: Origin) -> Handler:
        """Compile one handler with what it inherits."""
        written = self.guarded(written)
        defaults = self.config.document.defaults
        plan = self.checked.plans[section, name, origin]
        # What every handler inherits answers somebody.
        inherited = document.Defaults() if origin is Origin.NO_INTERACTION else defaults
        on_error, on_timeout = written.on_error or inherited.on_error, written.on_timeout or inherited.on_timeout
        on_expired = written.on_expired or inherited.on_expired
        return Handler(
            name=_LOGGED_AS[section] + name,
            origin=origin,
            plan=plan,
            guard=self.checks.guard(written.permissions, written.check),
            pace=compile_pace(_LOGGED_AS[section] + name, written, self.checks),
            timeout_s=written.timeout or defaults.timeout,
            steps=self.compiler.steps(handler_steps(written), f"{section}/{name}/steps"),
            on_error=self._rescue(on_error, written.on_error, f"{section}/{name}/on_error"),
            on_timeout=self._rescue(on_timeout, written.on_timeout, f"{section}/{name}/on_timeout"),
            on_expired=self._rescue(on_expired, written.on_expired, f"{section}/{name}/on_expired"),
            roots=self._roots(written, on_error, on_timeout, on_expired),
            options=tuple(written.options) if isinstance(written, document.Command) else (),
            fields=tuple(written.fields) if isinstance(written, document.Modal) else (),
            needs_server=self.needs_server(written),
            state=tuple(sorted(self._state(written, on_error, on_timeout, on_expired))),
            guard_reads_state=bool(self._state_of_guards(written)),
        )

    def begun(self, name: str, written: document.Flow) -> Handler:
        """Compile a flow as what is begun by the clock."""
        handler = document.Schedule(steps=written.steps, on_error=written.on_error, on_timeout=written.on_timeout)
        return Handler(
            name="flow " + name,
            origin=Origin.NO_INTERACTION,
            plan=UNATTENDED,
            guard=None,
            pace=None,
            timeout_s=self.config.document.defaults.timeout,
            steps=self.compiler.steps(written.steps, f"flows/{name}/steps"),
            on_error=self._rescue(written.on_error, written.on_error, f"flows/{name}/on_error"),
            on_timeout=self._rescue(written.on_timeout, written.on_timeout, f"flows/{name}/on_timeout"),
            on_expired=None,
            roots=self._roots(handler, written.on_error, written.on_timeout),
            options=(),
            fields=(),
            needs_server=False,
            state=tuple(sorted(self._state(handler, written.on_error, written.on_timeout))),
            guard_reads_state=False,
        )

    def _state(self, written: document.Handler, *rescues: Steps | None) -> frozenset[str]:
        """Return the values of the state that some template of the handler reads."""
        declared = self.config.document.state
        reached = reached_runs(self.config.document.flows, handler_steps(written), *rescues)
        steps = [run for run in reached if run is not None]
        shown = [shown_by(modal) for modal in self._opened(written)]
        found = frozenset[str]().union(*(state_read_in(value, declared) for value in (*steps, *shown)))
        asked = (self.checks.with_named(checks) for checks in checks_of(*steps))
        found = found.union(*(state_read_in(value, declared) for value in chain.from_iterable(asked)))
        return found | self._state_of_guards(written)

    def _state_of_guards(self, written: document.Handler) -> frozenset[str]:
        declared = self.config.document.state
        return frozenset[str]().union(*(state_read_in(value, declared) for value in self._guards(written)))

    def _keeps_in_servers(self, written: document.Handler) -> bool:
        """Tell whether the handler reads or writes what is kept for servers or their members."""
        declared = self.config.declared
        flows, own = self.config.document.flows, handler_steps(written)
        steps = all_steps(*reached_runs(flows, own), *later_runs(flows, own))
        used = [each for step in steps for each in step.action.refers()]
        state = {*self._state(written), *(each.name for each in used if each.section == "state")}
        tables = {each.name for each in used if each.section == "records"}
        scopes = {declared.state[name].scope for name in state} | {declared.records[name].scope for name in tables}
        return bool(scopes & IN_SERVERS_ONLY)

    def _rescue(self, steps: Steps | None, own: Steps | None, address: str) -> Steps | None:
        """Compile what runs when something went wrong; what every handler inherits is compiled once."""
        if steps is None:
            return None
        return self.compiler.steps(steps, address if own else f"defaults/{address.rpartition('/')[2]}")

    def _roots(self, written: document.Handler, *rescues: Steps | None) -> frozenset[str]:
        """Return the names that some template of the handler reads; nothing else is put into its context."""
        steps = reached_runs(self.config.document.flows, handler_steps(written), *rescues)
        found = frozenset[str]().union(*map(roots_of, (*self._guards(written), *steps)))
        for checks in checks_of(*steps):
            found = found.union(*map(roots_of, self.checks.with_named(checks)))
        for modal in self._opened(written):
            found |= roots_of(shown_by(modal))
        return found

    def _guards(self, written: document.Handler) -> list[object]:
        """Return everything that is asked before the first step, and what is said where it does not hold."""
        exempt = (part for cooldown in written.cooldown or () for part in self.checks.with_named(cooldown.exempt))
        own = (*asked_by(written), written.cooldown, written.concurrency)
        return [*own, *self.checks.with_named(written.check), *exempt]

    def needs_server(self, written: document.Handler) -> bool:
        """Tell whether the handler makes sense only in a server: it asks for permissions, or for who is a member.

        So does one that opens a form of that kind.
        """
        written = self.guarded(written)
        rules = written.permissions
        asks = rules is not None and bool(rules.member or rules.bot)
        opens = any(self.needs_server(modal) for modal in self._opened(written))
        reads = bool(self._roots(written) & SERVER_ROOTS) or self._keeps_in_servers(written)
        steps = all_steps(*reached_runs(self.config.document.flows, handler_steps(written)))
        acts = any(step.action.needs_server for step in steps)
        return asks or opens or reads or acts or self.checks.needs_server(written.check)

    def _opened(self, written: document.Handler) -> list[document.Modal]:
        """Return the forms that the handler opens."""
        steps = all_steps(*reached_runs(self.config.document.flows, handler_steps(written)))
        names = {name for step in steps if (name := modal_of(step)) is not None}
        return [self.config.document.modals[name] for name in names]
