"""Commands as a difference: what Discord has against what the config wants."""

from runner.registration.creates import Registrations, RegistrationsInMemory
from runner.registration.payloads import Payload, Scope, Wanted, canonical, wanted_by
from runner.registration.plan import Plan, plan
from runner.registration.register import ATTEMPTS_MAX, Outcome, ScopeOutcome, flattened, register

__all__ = [
    "ATTEMPTS_MAX",
    "Outcome",
    "Payload",
    "Plan",
    "Registrations",
    "RegistrationsInMemory",
    "Scope",
    "ScopeOutcome",
    "Wanted",
    "canonical",
    "flattened",
    "plan",
    "register",
    "wanted_by",
]
