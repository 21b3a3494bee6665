"""`params:` what a component or a form is given where it is shown, and carries until it is used."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, Final, Literal

from runner.fields import BooleanShape, NumberShape, Shape, SnowflakeShape, TextShape, option

ParamTypeName = Literal["string", "integer", "boolean", "user", "role", "channel"]
ParamTypes = Mapping[str, ParamTypeName]

PARAM_PATTERN: Final = "[a-z_][a-z0-9_]{0,31}"
PARAM_TAKES: Final = "a name of lower-case letters, digits and `_`, at most 32"
PARAMS_MAX: Final = 10
INTEGER_MAX: Final = 2**63 - 1
"""The largest whole number that is carried, with either sign; ids are smaller."""

PARAM_SHAPES: Final[Mapping[str, Shape]] = MappingProxyType(
    {
        "string": TextShape(templated=True),
        "integer": NumberShape(integer=True, templated=True, minimum=-INTEGER_MAX, maximum=INTEGER_MAX),
        "boolean": BooleanShape(templated=True),
        "user": SnowflakeShape(templated=True),
        "role": SnowflakeShape(templated=True),
        "channel": SnowflakeShape(templated=True),
    }
)
"""What is taken for a parameter of each type. Of a user, a role or a channel the id is carried."""


def params(description: str) -> Any:  # Any, as in `option`
    """Declare names and their types."""
    return option(description, default={}, pattern=PARAM_PATTERN, takes=PARAM_TAKES, max_items=PARAMS_MAX)
