"""What stands in each section to what the engine runs. It is loaded with the first entry that is compiled."""

from runner.check.rules import Checked
from runner.compile.components import ComponentCompiler
from runner.compile.events import compile_event
from runner.compile.guards import CheckCompiler
from runner.compile.handlers import HandlerCompiler
from runner.compile.messages import MessageCompiler
from runner.compile.program import EventHandler, Flow, Handler, Modal, Schedule
from runner.compile.schedules import compile_schedule
from runner.compile.written import Entries, WrittenAt
from runner.config.load import Config
from runner.fields import Steps
from runner.lifecycle.machine import Origin


class SectionCompiler:
    """Compiles the entries of one config by their names; `runs` gets each run of steps by its address."""

    def __init__(
        self,
        config: Config,
        checked: Checked,
        entries: Entries,
        runs: dict[str, Steps],
    ) -> None:
        """The config has no errors; `entries` are those of its files."""
        messages = MessageCompiler(ComponentCompiler(config.document.components, config.inlines), config.content_of)
        checks = CheckCompiler(config.document.checks)
        self._document = config.document
        self._handlers = {(section, name): handler for section, name, handler in config.handlers()}
        self._compiler = HandlerCompiler(config, checked, checks, messages, WrittenAt.of(entries), runs)

    def flow(self, name: str) -> Flow:
        """Return a flow."""
        return self._compiler.flow(name, self._document.flows[name])

    def begun(self, name: str) -> Handler:
        """Return a flow as a handler that nobody waits for."""
        return self._compiler.begun(name, self._document.flows[name])

    def command(self, name: str) -> Handler:
        """Return a command by the name that users type."""
        return self._handler("commands", name, Origin.COMMAND)

    def menu(self, name: str) -> Handler:
        """Return a command in a menu."""
        return self._handler("context_menus", name, Origin.COMMAND)

    def component(self, name: str) -> Handler:
        """Return a component."""
        return self._handler("components", name, Origin.COMPONENT)

    def modal(self, name: str) -> Modal:
        """Return a form."""
        return self._compiler.modal(name, self._document.modals[name])

    def event(self, name: str) -> EventHandler:
        """Return what is done at an event."""
        return compile_event(self._compiler, name, self._document.events[name])

    def schedule(self, name: str) -> Schedule:
        """Return what comes by the clock."""
        return compile_schedule(self._compiler, name, self._document.schedules[name])

    def _handler(self, section: str, name: str, origin: Origin) -> Handler:
        return self._compiler.handler(section, name, self._handlers[section, name], origin)
