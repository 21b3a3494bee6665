"""Filters on lists and numbers, and the one that stands in for what isn't there."""

import math
from collections.abc import Callable, Mapping, Sequence
from typing import Final

from runner.regex import regex
from runner.templates.budget import Budget
from runner.templates.faults import RenderError
from runner.templates.operators import add, contains
from runner.templates.predicates import TESTS, has_value
from runner.templates.signature import REQUIRED, Parameter, Returns, Role, Signature, always, is_of
from runner.templates.types import (
    ANY,
    BOOLEAN,
    INTEGER,
    NUMBER,
    STRING,
    ListOf,
    MapOf,
    Scalar,
    Type,
    Union,
    union,
    without_none,
)
from runner.templates.values import Missing, bounded, is_number, kind, pluck, present, text, truth

MAX_NUMERAL: Final = 64
"""Characters of a text that `int` and `float` read as a number."""

_PLACE: Final = regex(r"\{([a-z_][a-z0-9_.]*)\}")
"""Where an attribute of an item stands in a label."""

_COLLECTION: Final = union(ListOf(ANY), MapOf(ANY), STRING)
_LIST: Final = ListOf(ANY)


def item_type(collection: Type) -> Type:
    """Return the type of what a loop over `collection` visits: the items, keys or characters."""
    match collection:
        case ListOf(item):
            return item
        case Union(members):
            return union(*(item_type(member) for member in members if member is not Scalar.NONE))
        case _:
            return ANY if collection is ANY else STRING


def items(budget: Budget, value: Sequence[object] | Mapping[object, object]) -> list[object]:
    """Return what a loop over `value` visits, each paid for."""
    budget.charge(len(value))
    return list(value)


def _default(_: Budget, value: object, fallback: object, boolean: bool) -> object:
    return value if has_value(value) and (value or not boolean) else fallback


def _length(_: Budget, value: Sequence[object] | Mapping[object, object]) -> int:
    return len(value)


def _first(_: Budget, value: Sequence[object]) -> object:
    return value[0] if value else Missing("the first item of an empty list is missing")


def _last(_: Budget, value: Sequence[object]) -> object:
    return value[-1] if value else Missing("the last item of an empty list is missing")


def _reverse(budget: Budget, value: Sequence[object]) -> object:
    budget.read(len(value))
    return value[::-1]


def _map(budget: Budget, value: Sequence[object], attribute: str) -> list[object]:
    return [present(pluck(item, attribute)) for item in items(budget, value)]


def _pairs(budget: Budget, value: Mapping[object, object]) -> list[object]:
    budget.charge(len(value))
    return [[key, item] for key, item in value.items()]


def _labelled(budget: Budget, value: Sequence[object], attribute: str, label: str) -> dict[str, str]:
    labels: dict[str, str] = {}
    for item in items(budget, value):
        labels.setdefault(text(present(pluck(item, attribute))), _filled(budget, label, item))
    return labels


def _filled(budget: Budget, label: str, item: object) -> str:
    """Return a label with the attributes of an item in their places."""
    filled = _PLACE.sub(lambda place: text(present(pluck(item, place[1]))), label)
    budget.build(len(filled))
    return filled


def _merge(budget: Budget, value: Mapping[object, object], other: Mapping[object, object]) -> Mapping[object, object]:
    budget.charge(len(value) + len(other))
    return {**value, **{key: item for key, item in other.items() if key not in value}}


def _join(budget: Budget, value: Sequence[object], separator: str, attribute: str | None) -> str:
    texts = [text(item) for item in _plucked(budget, value, attribute)]
    budget.build(sum(map(len, texts)) + len(separator) * len(texts))
    return separator.join(texts)


def _plucked(budget: Budget, value: Sequence[object], attribute: str | None) -> list[object]:
    return items(budget, value) if attribute is None else _map(budget, value, attribute)


def _keys(budget: Budget, value: Sequence[object], attribute: str | None) -> list[float | str]:
    keys = _plucked(budget, value, attribute)
    numbers = [key for key in keys if is_number(key)]
    if len(numbers) == len(keys):
        return list(numbers)
    texts = [key for key in keys if isinstance(key, str)]
    if len(texts) == len(keys):
        budget.read(sum(map(len, texts)))
        return list(texts)
    raise RenderError("template-failed", "only numbers alone or texts alone can be put in order")


def _order(budget: Budget, value: Sequence[object], attribute: str | None) -> list[int]:
    keys = _keys(budget, value, attribute)
    budget.charge(len(keys) * 2)
    return sorted(range(len(keys)), key=keys.__getitem__)


def _sort(budget: Budget, value: Sequence[object], reverse: bool, attribute: str | None) -> list[object]:
    # Turned before and after, so that equal items keep the order they came in.
    given = value[::-1] if reverse else value
    ordered = [given[index] for index in _order(budget, given, attribute)]
    return ordered[::-1] if reverse else ordered


def _min(budget: Budget, value: Sequence[object], attribute: str | None) -> object:
    order = _order(budget, value, attribute)
    return value[order[0]] if order else Missing("the least item of an empty list is missing")


def _max(budget: Budget, value: Sequence[object], attribute: str | None) -> object:
    order = _order(budget, value, attribute)
    return value[order[-1]] if order else Missing("the greatest item of an empty list is missing")


def _unique(budget: Budget, value: Sequence[object], attribute: str | None) -> list[object]:
    plain: set[object] = set()
    others: list[object] = []
    kept: list[object] = []
    for item, key in zip(value, _plucked(budget, value, attribute), strict=True):
        is_plain = key is None or isinstance(key, str | int | float)
        if key in plain if is_plain else contains(budget, others, key):
            continue
        kept.append(item)
        if is_plain:
            plain.add(key)
        else:
            others.append(key)
    return kept


def _sum(budget: Budget, value: Sequence[object], attribute: str | None) -> object:
    total: object = 0
    for item in _plucked(budget, value, attribute):
        if not is_number(item):
            raise RenderError("template-failed", f"`sum` needs numbers, not {kind(item)}")
        total = add(budget, total, item)
    return total


def _passes(budget: Budget, item: object, test: str | None, other: object) -> bool:
    if test is None:
        return truth(item)
    signature = TESTS[test]
    if not signature.takes_missing:
        present(item)
    if not isinstance(item, Missing) and not is_of(item, signature.accepts):
        raise RenderError("template-failed", f"`{test}` doesn't go with {kind(item)}")
    return truth(signature.run(budget, item, other) if signature.parameters else signature.run(budget, item))


def _select(budget: Budget, value: Sequence[object], test: str | None, other: object) -> list[object]:
    return [item for item in items(budget, value) if _passes(budget, item, test, other)]


def _reject(budget: Budget, value: Sequence[object], test: str | None, other: object) -> list[object]:
    return [item for item in items(budget, value) if not _passes(budget, item, test, other)]


def _selectattr(
    budget: Budget, value: Sequence[object], attribute: str, test: str | None, other: object
) -> list[object]:
    return [item for item in items(budget, value) if _passes(budget, pluck(item, attribute), test, other)]


def _rejectattr(
    budget: Budget, value: Sequence[object], attribute: str, test: str | None, other: object
) -> list[object]:
    return [item for item in items(budget, value) if not _passes(budget, pluck(item, attribute), test, other)]


def _round(_: Budget, value: float, precision: int) -> float:
    if not 0 <= precision <= 15:
        raise RenderError("template-failed", "`round` keeps 0 to 15 decimals")
    return round(value, precision) if precision else round(value)


def _int(budget: Budget, value: object, default: int) -> int:
    # Digits are read as they are: by way of a float an id would lose its last ones.
    if isinstance(value, int) or (isinstance(value, str) and _is_numeral(value)):
        return bounded(int(value))
    number = _float(budget, value, math.nan)
    return bounded(int(number)) if math.isfinite(number) else default


def _is_numeral(value: str) -> bool:
    return len(value) <= MAX_NUMERAL and value.strip().removeprefix("-").isdecimal()


def _float(_: Budget, value: object, default: float) -> float:
    if not isinstance(value, str | int | float) or (isinstance(value, str) and len(value) > MAX_NUMERAL):
        return default
    try:
        number = float(value)
    except (ValueError, OverflowError):
        return default
    return number if math.isfinite(number) else default


def _floor(_: Budget, value: float) -> int:
    return bounded(math.floor(value))


def _ceil(_: Budget, value: float) -> int:
    return bounded(math.ceil(value))


def _clamp(_: Budget, value: float, low: float, high: float) -> float:
    if low > high:
        raise RenderError("template-failed", "`clamp` needs the smaller bound first")
    return min(max(value, low), high)


def _chunks(budget: Budget, value: Sequence[object], size: int) -> list[object]:
    if size < 1:
        raise RenderError("template-failed", "`chunks` needs a size of at least 1")
    budget.charge(len(value))
    return [list(value[start : start + size]) for start in range(0, len(value), size)]


def _abs(_: Budget, value: float) -> float:
    return abs(value)


def _same(value: Type, _: Sequence[Type]) -> Type:
    return without_none(value)


def _item(value: Type, _: Sequence[Type]) -> Type:
    return item_type(value)


def _list_of_items(value: Type, _: Sequence[Type]) -> Type:
    return ListOf(item_type(value))


def _list_of_lists(value: Type, _: Sequence[Type]) -> Type:
    return ListOf(ListOf(item_type(value)))


def _list_of_attribute(_: Type, arguments: Sequence[Type]) -> Type:
    return ListOf(arguments[0])


def _list_of_pairs(value: Type, _: Sequence[Type]) -> Type:
    return ListOf(ListOf(union(STRING, value.value if isinstance(value, MapOf) else ANY)))


def _merged(value: Type, arguments: Sequence[Type]) -> Type:
    values = [each.value if isinstance(each, MapOf) else ANY for each in (value, arguments[0])]
    return MapOf(union(*values))


def _or_fallback(value: Type, arguments: Sequence[Type]) -> Type:
    return arguments[0] if value is Scalar.NONE else union(without_none(value), arguments[0])


_ATTRIBUTE: Final = Parameter("attribute", STRING, None, Role.ATTRIBUTE)
_NEEDED_ATTRIBUTE: Final = Parameter("attribute", STRING, REQUIRED, Role.ATTRIBUTE)
_TEST: Final = (Parameter("test", STRING, None, Role.TEST), Parameter("other", ANY, None))


def _filter(
    name: str,
    summary: str,
    accepts: Type,
    returns: Returns,
    run: Callable[..., object],
    *parameters: Parameter,
) -> Signature:
    return Signature(name=name, summary=summary, accepts=accepts, returns=returns, run=run, parameters=parameters)


def _default_named(name: str) -> Signature:
    return Signature(
        name=name,
        summary="The value; what is none or missing becomes `fallback`, with `boolean` also what is empty or false.",
        accepts=ANY,
        returns=_or_fallback,
        run=_default,
        parameters=(Parameter("fallback"), Parameter("boolean", BOOLEAN, False)),
        takes_missing=True,
    )


DATA_FILTERS: Final = (
    _default_named("default"),
    _default_named("d"),
    _filter("length", "How many items, keys or characters.", _COLLECTION, always(INTEGER), _length),
    _filter("first", "The first item.", union(_LIST, STRING), _item, _first),
    _filter("last", "The last item.", union(_LIST, STRING), _item, _last),
    _filter("list", "A list of the items, keys or characters.", _COLLECTION, _list_of_items, items),
    _filter("reverse", "From the last to the first.", union(_LIST, STRING), _same, _reverse),
    _filter("items", "A list of pairs, each a key and its value.", MapOf(ANY), _list_of_pairs, _pairs),
    _filter(
        "labelled",
        "A mapping from the attribute of each item to a label, in which `{name}` stands for the item's `name`. "
        "Of several with one attribute it has the first.",
        _LIST,
        always(MapOf(STRING)),
        _labelled,
        _NEEDED_ATTRIBUTE,
        Parameter("label", STRING),
    ),
    _filter(
        "merge",
        "This mapping, and behind it what only the other one has.",
        MapOf(ANY),
        _merged,
        _merge,
        Parameter("other", MapOf(ANY)),
    ),
    _filter("map", "The attribute of each item.", _LIST, _list_of_attribute, _map, _NEEDED_ATTRIBUTE),
    _filter(
        "join",
        "One text of all items.",
        _LIST,
        always(STRING),
        _join,
        Parameter("separator", STRING, ""),
        _ATTRIBUTE,
    ),
    _filter("sort", "In order.", _LIST, _same, _sort, Parameter("reverse", BOOLEAN, False), _ATTRIBUTE),
    _filter("unique", "Without the items that came before.", _LIST, _same, _unique, _ATTRIBUTE),
    _filter("min", "The least item.", _LIST, _item, _min, _ATTRIBUTE),
    _filter("max", "The greatest item.", _LIST, _item, _max, _ATTRIBUTE),
    _filter("sum", "All numbers together.", _LIST, always(NUMBER), _sum, _ATTRIBUTE),
    _filter("select", "The items that pass the test.", _LIST, _same, _select, *_TEST),
    _filter("reject", "The items that fail the test.", _LIST, _same, _reject, *_TEST),
    _filter(
        "selectattr",
        "The items whose attribute passes the test.",
        _LIST,
        _same,
        _selectattr,
        _NEEDED_ATTRIBUTE,
        *_TEST,
    ),
    _filter(
        "rejectattr",
        "The items whose attribute fails the test.",
        _LIST,
        _same,
        _rejectattr,
        _NEEDED_ATTRIBUTE,
        *_TEST,
    ),
    _filter(
        "round",
        "Rounded: to a whole number, or to `precision` decimals.",
        NUMBER,
        always(NUMBER),
        _round,
        Parameter("precision", INTEGER, 0),
    ),
    _filter("int", "As a whole number, or `default`.", ANY, always(INTEGER), _int, Parameter("default", INTEGER, 0)),
    _filter("float", "As a number, or `default`.", ANY, always(NUMBER), _float, Parameter("default", NUMBER, 0.0)),
    _filter("floor", "The whole number below.", NUMBER, always(INTEGER), _floor),
    _filter("ceil", "The whole number above.", NUMBER, always(INTEGER), _ceil),
    _filter(
        "clamp",
        "At least `low` and at most `high`.",
        NUMBER,
        always(NUMBER),
        _clamp,
        Parameter("low", NUMBER),
        Parameter("high", NUMBER),
    ),
    _filter("chunks", "In lists of at most `size` items.", _LIST, _list_of_lists, _chunks, Parameter("size", INTEGER)),
    _filter("abs", "Without its sign.", NUMBER, _same, _abs),
)
"""The filters on lists and numbers."""
