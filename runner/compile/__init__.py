"""`Config` to `Program`."""

from runner.compile.compiler import compile_program
from runner.compile.components import asked_in_menu, menu_json
from runner.compile.guards import bits
from runner.compile.handlers import HANDLERS, named
from runner.compile.messages import fitting
from runner.compile.modals import asked_in, form_body
from runner.compile.params import taken_params, typed
from runner.compile.program import (
    CALLER,
    AskedField,
    Check,
    CompiledStep,
    Concurrency,
    Cooldown,
    DeclaredOption,
    EventHandler,
    Fetched,
    Flow,
    Foreseen,
    Guard,
    Handler,
    Listed,
    Modal,
    Offer,
    Pace,
    Program,
    Recorded,
    RegisteredCommand,
    Render,
    Rendered,
    Schedule,
    Scope,
    Suggestions,
    Texts,
    Written,
)
from runner.compile.steps import handler_key
from runner.compile.written import EntriesByPlace, digest_of

__all__ = [
    "CALLER",
    "HANDLERS",
    "AskedField",
    "Check",
    "CompiledStep",
    "Concurrency",
    "Cooldown",
    "DeclaredOption",
    "EntriesByPlace",
    "EventHandler",
    "Fetched",
    "Flow",
    "Foreseen",
    "Guard",
    "Handler",
    "Listed",
    "Modal",
    "Offer",
    "Pace",
    "Program",
    "Recorded",
    "RegisteredCommand",
    "Render",
    "Rendered",
    "Schedule",
    "Scope",
    "Suggestions",
    "Texts",
    "Written",
    "asked_in",
    "asked_in_menu",
    "bits",
    "compile_program",
    "digest_of",
    "fitting",
    "form_body",
    "handler_key",
    "menu_json",
    "named",
    "taken_params",
    "typed",
]
