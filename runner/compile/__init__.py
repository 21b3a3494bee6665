"""`Config` to `Program`."""

from runner.compile.compiler import compile_program
from runner.compile.guards import bits
from runner.compile.program import (
    CUSTOM_ID_PREFIX,
    MODAL_PREFIX,
    Check,
    CompiledStep,
    Flow,
    Foreseen,
    Guard,
    Handler,
    Modal,
    Program,
    RegisteredCommand,
    Render,
    Schedule,
    Texts,
)

__all__ = [
    "CUSTOM_ID_PREFIX",
    "MODAL_PREFIX",
    "Check",
    "CompiledStep",
    "Flow",
    "Foreseen",
    "Guard",
    "Handler",
    "Modal",
    "Program",
    "RegisteredCommand",
    "Render",
    "Schedule",
    "Texts",
    "bits",
    "compile_program",
]
