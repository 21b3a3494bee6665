"""The operators of templates. Each looks at the size of its result before it computes it."""

import math
from collections.abc import Callable, Mapping, Sequence
from types import MappingProxyType

from runner.templates.budget import MAX_INTEGER_BITS, Budget
from runner.templates.faults import RenderError
from runner.templates.values import bounded, is_list, is_mapping, is_number, kind, present, text

Operator = Callable[[Budget, object, object], object]
"""What computes a binary operator: the budget, the left and the right value."""


def add(budget: Budget, left: object, right: object) -> object:
    """Return the sum of two numbers, or two texts or two lists one after the other."""
    if is_number(left) and is_number(right):
        return _finite(left + right)
    if isinstance(left, str) and isinstance(right, str):
        budget.build(len(left) + len(right))
        return left + right
    if is_list(left) and is_list(right):
        budget.charge(len(left) + len(right))
        return [*left, *right]
    raise _mismatch("+", left, right)


def subtract(_: Budget, left: object, right: object) -> object:
    """Return the difference of two numbers."""
    if is_number(left) and is_number(right):
        return _finite(left - right)
    raise _mismatch("-", left, right)


def multiply(budget: Budget, left: object, right: object) -> object:
    """Return the product of two numbers, or a text repeated."""
    if is_number(left) and is_number(right):
        _check_bits(left, right)
        return _finite(left * right)
    if isinstance(left, str) and type(right) is int:
        return _repeat(budget, left, right)
    if type(left) is int and isinstance(right, str):
        return _repeat(budget, right, left)
    raise _mismatch("*", left, right)


def divide(_: Budget, left: object, right: object) -> object:
    """Return the quotient of two numbers, as a fraction."""
    if is_number(left) and is_number(right):
        return _finite(left / _divisor(right))
    raise _mismatch("/", left, right)


def floor_divide(_: Budget, left: object, right: object) -> object:
    """Return the quotient of two numbers, rounded down."""
    if is_number(left) and is_number(right):
        return _finite(left // _divisor(right))
    raise _mismatch("//", left, right)


def modulo(_: Budget, left: object, right: object) -> object:
    """Return the rest of a division. `%` formats no text: that is how sandboxes were left."""
    if is_number(left) and is_number(right):
        return _finite(left % _divisor(right))
    raise _mismatch("%", left, right)


def power(_: Budget, left: object, right: object) -> object:
    """Return a number raised to a power."""
    if not (is_number(left) and is_number(right)):
        raise _mismatch("**", left, right)
    if isinstance(left, int) and isinstance(right, int) and left.bit_length() * right > MAX_INTEGER_BITS:
        raise RenderError("template-bound", f"a number gets larger than {MAX_INTEGER_BITS} bits")
    if left == 0 and right < 0:
        raise RenderError("template-failed", "a division by zero")
    if left < 0 and isinstance(right, float) and not right.is_integer():
        raise RenderError("template-failed", "a negative number has no such power")
    return _finite(math.pow(left, right)) if right < 0 or isinstance(right, float) else _finite(left**right)


def negate(value: object) -> object:
    """Return the number with its sign turned."""
    if is_number(value):
        return -value
    raise RenderError("template-failed", f"`-` needs a number, not {kind(present(value))}")


def plus(value: object) -> object:
    """Return the number as it is."""
    if is_number(value):
        return value
    raise RenderError("template-failed", f"`+` needs a number, not {kind(present(value))}")


def concatenate(budget: Budget, values: Sequence[object]) -> str:
    """Return the readings of `values` one after the other."""
    texts = [text(value) for value in values]
    budget.build(sum(map(len, texts)))
    return "".join(texts)


def equal(budget: Budget, left: object, right: object) -> bool:
    """Say whether two values are the same. Lists and mappings are compared item by item, and each item is paid for."""
    budget.charge(1)
    if is_list(left) and is_list(right):
        return len(left) == len(right) and all(equal(budget, *pair) for pair in zip(left, right, strict=True))
    if is_mapping(left) and is_mapping(right):
        return left.keys() == right.keys() and all(equal(budget, left[key], right[key]) for key in left)
    if isinstance(left, str) and isinstance(right, str):
        budget.read(min(len(left), len(right)))
    return present(left) == present(right)


def less(budget: Budget, left: object, right: object) -> bool:
    """Say whether `left` comes before `right`: two numbers by size, two texts by their characters."""
    if is_number(left) and is_number(right):
        return left < right
    if isinstance(left, str) and isinstance(right, str):
        budget.read(min(len(left), len(right)))
        return left < right
    raise _mismatch("<", left, right)


def contains(budget: Budget, container: object, value: object) -> bool:
    """Say whether `value` is an item of a list, a key of a mapping, or a part of a text."""
    if isinstance(container, str) and isinstance(value, str):
        budget.read(len(container))
        return value in container
    if is_list(container):
        present(value)
        return any(equal(budget, value, item) for item in container)
    if is_mapping(container) and isinstance(value, str):
        return value in container
    raise _mismatch("in", value, container)


ARITHMETIC: Mapping[str, Operator] = MappingProxyType(
    {
        "+": add,
        "-": subtract,
        "*": multiply,
        "/": divide,
        "//": floor_divide,
        "%": modulo,
        "**": power,
    }
)
"""The operators that calculate, as Jinja writes them."""

COMPARISONS: Mapping[str, Operator] = MappingProxyType(
    {
        "eq": equal,
        "ne": lambda budget, left, right: not equal(budget, left, right),
        "lt": less,
        "le": lambda budget, left, right: not less(budget, right, left),
        "gt": lambda budget, left, right: less(budget, right, left),
        "ge": lambda budget, left, right: not less(budget, left, right),
        "in": lambda budget, left, right: contains(budget, right, left),
        "notin": lambda budget, left, right: not contains(budget, right, left),
    }
)
"""The operators that compare, by short names; `syntax` knows how Jinja's parser spells them."""


def _finite(value: float) -> float:
    # `int` is meant too: the type says `float` because that includes it.
    if isinstance(value, int):
        return bounded(value)
    if math.isfinite(value):
        return value
    raise RenderError("template-bound", "a number gets too large")


def _check_bits(left: float, right: float) -> None:
    if isinstance(left, int) and isinstance(right, int):
        bounded(left)
        bounded(right)


def _divisor(value: float) -> float:
    if value == 0:
        raise RenderError("template-failed", "a division by zero")
    return value


def _repeat(budget: Budget, part: str, times: int) -> str:
    budget.build(len(part) * max(times, 0))
    return part * times


def _mismatch(operator: str, left: object, right: object) -> RenderError:
    kinds = f"{kind(present(left))} and {kind(present(right))}"
    return RenderError("template-failed", f"`{operator}` doesn't go with {kinds}")
