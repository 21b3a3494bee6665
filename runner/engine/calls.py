"""What a flow is given and what it gives back: values of the types that it declares."""

from collections.abc import Mapping
from typing import Any, Final

from runner.compile import Flow
from runner.compile.params import taken_params, typed

CALLS_NESTED_MAX: Final = 16
"""How many flows may run inside of each other: a flow that runs itself comes to an end here at the latest."""


def taken(flow: Flow, values: Mapping[str, object]) -> dict[str, Any]:
    """Return the parameters of a flow; `StepFailed` where one is missing or of another type."""
    return taken_params(flow.params, values, f"the flow `{flow.name}`")


def given(flow: Flow, value: object) -> object:
    """Return the result of a flow; `StepFailed` where it is of another type than declared."""
    if value is None or flow.result is None:
        return value
    return typed(flow.result, value, f"the result of the flow `{flow.name}`")
