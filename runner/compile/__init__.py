"""`Config` to `Program`."""

from runner.compile.compiler import compile_program
from runner.compile.guards import bits
from runner.compile.program import (
    CALLER,
    CUSTOM_ID_PREFIX,
    MODAL_PREFIX,
    Check,
    CompiledStep,
    Concurrency,
    Cooldown,
    Flow,
    Foreseen,
    Guard,
    Handler,
    Modal,
    Pace,
    Program,
    RegisteredCommand,
    Render,
    Schedule,
    Scope,
    Texts,
)

__all__ = [
    "CALLER",
    "CUSTOM_ID_PREFIX",
    "MODAL_PREFIX",
    "Check",
    "CompiledStep",
    "Concurrency",
    "Cooldown",
    "Flow",
    "Foreseen",
    "Guard",
    "Handler",
    "Modal",
    "Pace",
    "Program",
    "RegisteredCommand",
    "Render",
    "Schedule",
    "Scope",
    "Texts",
    "bits",
    "compile_program",
]
