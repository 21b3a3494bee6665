"""`Config` to `Program`."""

from runner.compile.compiler import compile_program
from runner.compile.guards import bits
from runner.compile.program import (
    CUSTOM_ID_PREFIX,
    MODAL_PREFIX,
    Check,
    CompiledStep,
    EventHandler,
    Flow,
    Guard,
    Handler,
    Modal,
    Program,
    RegisteredCommand,
    Render,
    Schedule,
)

__all__ = [
    "CUSTOM_ID_PREFIX",
    "MODAL_PREFIX",
    "Check",
    "CompiledStep",
    "EventHandler",
    "Flow",
    "Guard",
    "Handler",
    "Modal",
    "Program",
    "RegisteredCommand",
    "Render",
    "Schedule",
    "bits",
    "compile_program",
]
