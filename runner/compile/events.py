"""What is done when something happens: its filters and its steps."""

from runner.compile.handlers import HandlerCompiler
from runner.compile.program import EventHandler
from runner.compile.renderers import renderer
from runner.config import document
from runner.lifecycle.machine import Origin


def compile_event(compiler: HandlerCompiler, name: str, written: document.Event) -> EventHandler:
    """Return what is done at one event."""
    return EventHandler(
        handler=compiler.handler("events", name, written, Origin.NO_INTERACTION),
        when=renderer(written.when),
        channels=tuple(written.channels),
        roles=tuple(written.roles),
        bots=written.bots,
        own=written.own,
    )
