"""How a filter or a test is declared: what it takes, what it gives, and the function that does it.

One declaration serves the checker (types, arguments), the evaluation (values that were not known when checking), and
the reference.
"""

from collections.abc import Callable, Mapping, Sequence
from enum import Enum
from typing import Final, assert_never

from runner.data import dataclass
from runner.templates.types import ListOf, MapOf, Object, Scalar, Type, Union
from runner.templates.values import is_list, is_mapping, is_number


class Role(Enum):
    """What an argument says: a value, the attribute of each item, the test to apply to each, or a pattern."""

    VALUE = "value"
    ATTRIBUTE = "attribute"
    TEST = "test"
    PATTERN = "pattern"


class Required(Enum):
    """The default of a parameter that has none."""

    REQUIRED = "required"


REQUIRED: Final = Required.REQUIRED

Returns = Callable[[Type, Sequence[Type]], Type]
"""From the type of the value and those of the arguments (ANY for one left out) to the type of the result."""


@dataclass(frozen=True, slots=True)
class Parameter:
    """An argument: its name, its type, what stands in for it, and the words it may be if it is one of a few."""

    name: str
    type: Type = Scalar.ANY
    default: object = REQUIRED
    role: Role = Role.VALUE
    choices: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Signature:
    """A filter or a test.

    `run` is called with the budget, the value, and one argument for each parameter; all have been compared with the
    declared types. With `takes_missing` the value may be Missing as well.
    """

    name: str
    summary: str
    accepts: Type
    returns: Returns
    run: Callable[..., object]
    parameters: tuple[Parameter, ...] = ()
    takes_missing: bool = False


def always(type_: Type) -> Returns:
    """Return the result rule of what gives one type whatever it gets."""
    return lambda _value, _arguments: type_


def named(*signatures: Signature) -> Mapping[str, Signature]:
    """Return the signatures by their names."""
    return {signature.name: signature for signature in signatures}


def is_of(value: object, expected: Type) -> bool:
    """Say whether a value has the type, as far as a parameter cares: what lists and mappings hold isn't looked at."""
    match expected:
        case Scalar():
            return _is_scalar(value, expected)
        case ListOf():
            return is_list(value)
        case MapOf() | Object():
            return is_mapping(value)
        case Union(members):
            return any(is_of(value, member) for member in members)
        case _:
            assert_never(expected)


def _is_scalar(value: object, expected: Scalar) -> bool:
    match expected:
        case Scalar.ANY:
            return True
        case Scalar.NONE:
            return value is None
        case Scalar.STRING | Scalar.SNOWFLAKE | Scalar.PRIVATE_ID | Scalar.PASSING_URL:
            return isinstance(value, str)
        case Scalar.INTEGER:
            return type(value) is int
        case Scalar.NUMBER | Scalar.INSTANT:
            return is_number(value)
        case Scalar.BOOLEAN:
            return isinstance(value, bool)
        case _:
            assert_never(expected)
