"""What the suggestions of a command read and look up: they run while users type, apart from the steps."""

from collections.abc import Mapping

from runner.actions.action import Reference
from runner.config.document import Command, Handler, HttpSuggestions, Option, RecordSuggestions


def options_of(handler: Handler) -> Mapping[str, Option]:
    """Return the options of a command; nothing for any other handler."""
    return handler.options if isinstance(handler, Command) else {}


def suggesting(declared: Option) -> object:
    """Return the part of an option in which templates are that suggest values."""
    written = declared.autocomplete
    if isinstance(written, RecordSuggestions):
        return (written.where, written.label)
    if isinstance(written, HttpSuggestions):
        return (written.http, written.query, written.headers, written.items)
    return None if written is None else written.given


def looked_up(handler: Handler) -> tuple[Reference, ...]:
    """Return what a handler's suggestions look up of what the bot keeps."""
    written = [option.autocomplete for option in options_of(handler).values()]
    return tuple(each for entry in written if isinstance(entry, RecordSuggestions) for each in entry.refers())
