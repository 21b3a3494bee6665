"""`dataclass`, as the standard library has it for classes with slots, but several times as quick to make.

Until Python 3.13 such a class costs up to six compilations of generated code, and a program with hundreds of them pays
for each whenever it starts. Here one is left, that of `__init__`, and only classes of many instances have it;
comparison, hash, representation and the refusal to change are functions that all classes share. Fields are those of
the standard library and bear its marks, so that `dataclasses.fields`, `replace` and `is_dataclass` know what is made.
"""

import dataclasses
from collections.abc import Callable, Iterator
from dataclasses import MISSING, Field, FrozenInstanceError, field
from functools import cache
from operator import attrgetter, ge, gt, le, lt
from operator import eq as equal
from reprlib import recursive_repr
from types import MemberDescriptorType
from typing import Any, ClassVar, TypeVar, dataclass_transform

T = TypeVar("T")

FILLED_MAX = 40
"""How many instances of a class are made without a compiled initialiser. Compiling one takes as long as filling some
thirty, and saves most of it from then on: here both have cost about the same."""


@dataclasses.dataclass(init=False, repr=False, eq=False)
class _Sample:
    """What the standard library makes, for the marks by which it knows a class and a field again."""

    value: int


_sample: Any = dataclasses.fields(_Sample)[0]  # Any: both marks are private, so nothing says what they are
_FIELD_MARK, _CLASS_MARK = _sample._field_type, vars(_Sample)["__dataclass_params__"]


@dataclass_transform(field_specifiers=(field,))
def dataclass(
    *, slots: bool, frozen: bool = False, eq: bool = True, order: bool = False, kw_only: bool = False
) -> Callable[[type[T]], type[T]]:
    """Make a class whose instances hold its annotated fields. The arguments are the standard library's.

    Without `slots` it makes a part of other classes, of which there are no instances: it has no initialiser.
    """

    def made(cls: type[T]) -> type[T]:
        own = vars(cls)
        built: Any = _with_slots(cls, kw_only) if slots else _without_slots(cls, kw_only)
        if slots:
            built.__init__ = _fill
        if frozen:
            built.__setattr__, built.__delattr__ = _refuse_to_set, _refuse_to_delete
            built.__getstate__, built.__setstate__ = _state, _restore
        if "__repr__" not in own:
            built.__repr__ = _repr
        if eq and "__eq__" not in own:
            built.__eq__, built.__hash__ = _equal, _hash if frozen else None
        if order:
            built.__lt__, built.__le__ = _comparison(lt), _comparison(le)
            built.__gt__, built.__ge__ = _comparison(gt), _comparison(ge)
        return built  # type: ignore[no-any-return]  # Any: what is set on a class is no part of its type

    return made


def _without_slots(cls: type, kw_only: bool) -> Any:  # Any, as with what is set on a class
    if cls.__doc__ is None:  # the standard library would write a signature, and import what can do so
        cls.__doc__ = cls.__name__
    make: Any = dataclasses.dataclass(init=False, repr=False, eq=False, kw_only=kw_only)  # pyright: ignore[reportUnknownVariableType]
    return make(cls)


def _with_slots(cls: type, kw_only: bool) -> type:
    """Return the class anew with a slot for each of its fields, as `_without_slots` would and in half the time."""
    fields = _fields(cls, kw_only)
    body = {name: value for name, value in vars(cls).items() if name not in fields}
    body.pop("__dict__", None)
    body.pop("__weakref__", None)
    if Field in map(type, body.values()):
        raise TypeError(f"{cls.__name__} has a field without an annotation")
    inherited = {name for base in cls.__mro__[1:-1] for name in vars(base).get("__slots__", ())}
    body["__slots__"] = tuple([name for name in fields if name not in inherited])
    body["__match_args__"] = tuple([name for name, item in fields.items() if item.init and not item.kw_only])
    body |= {"__dataclass_fields__": fields, "__dataclass_params__": _CLASS_MARK}
    made = type(cls)(cls.__name__, cls.__bases__, body)
    made.__qualname__ = cls.__qualname__
    return made


def _fields(cls: type, kw_only: bool) -> dict[str, "Field[Any]"]:
    """Return the fields of a class by their names, those of its bases first."""
    found: dict[str, Field[Any]] = {}
    for base in cls.__mro__[-1:0:-1]:
        found |= getattr(base, "__dataclass_fields__", {})
    for name, annotation in cls.__annotations__.items():
        if annotation is not ClassVar and getattr(annotation, "__origin__", None) is not ClassVar:
            found[name] = _field(getattr(cls, name, MISSING), name, annotation, kw_only)
    return found


def _field(given: Any, name: str, annotation: Any, kw_only: bool) -> "Field[Any]":
    """Return a field from what stands behind its annotation: a field already, a default, or the slot of a base."""
    made: Any = given
    if not isinstance(given, Field):
        made = field(default=MISSING if isinstance(given, MemberDescriptorType) else given)
    if made.default.__class__.__hash__ is None:
        raise ValueError(f"mutable default {made.default!r} for field {name} is not allowed: use default_factory")
    made.name, made.type, made._field_type = name, annotation, _FIELD_MARK
    made.kw_only = kw_only if made.kw_only is MISSING else made.kw_only
    return made  # type: ignore[no-any-return]  # Any: whatever is given


def _fill(self: Any, *arguments: object, **named: object) -> None:
    """Initialise an instance, whatever its class, and compile the initialiser of that class in this one's place after
    a while: of most classes a start makes a few instances or none, which are filled sooner than that is compiled.
    """
    cls: Any = next(base for base in type(self).__mro__ if "__dataclass_fields__" in vars(base))
    filling = _FILLINGS.get(cls) or _FILLINGS.setdefault(cls, _Filling(cls))
    filling.made += 1
    if filling.made <= FILLED_MAX and filling.fills(self, arguments, named):
        return
    if cls.__init__ is _fill:  # another thread may just have compiled it
        cls.__init__ = _init(cls)
    _FILLINGS.pop(cls, None)
    cls.__init__(self, *arguments, **named)


class _Filling:
    """What an initialiser of a class does, done for any class."""

    __slots__ = ("_by_place", "_has_more", "_parts", "made")

    def __init__(self, cls: Any) -> None:
        fields = dataclasses.fields(cls)
        self.made = 0
        self._by_place = [item.name for item in fields if item.init and not item.kw_only]
        self._parts = [
            (item.name, item.init, item.default, item.default_factory) for item in fields if _has_value(item)
        ]
        self._has_more = hasattr(cls, "__post_init__")

    def fills(self, made: Any, arguments: tuple[object, ...], named: dict[str, object]) -> bool:
        """Do what the compiled initialiser does; tell whether it can be done. Its refusals are left to it."""
        given = {**dict(zip(self._by_place, arguments, strict=False)), **named}
        left = len(arguments) + len(named)
        for name, is_asked, default, make in self._parts:
            if is_asked and name in given:
                value, left = given[name], left - 1
            elif make is not MISSING:
                value = make()
            elif default is not MISSING:
                value = default
            else:  # too little
                return False
            object.__setattr__(made, name, value)
        if left:  # too many, one twice, or what nobody knows
            return False
        if self._has_more:
            made.__post_init__()
        return True


_FILLINGS: dict[type, _Filling] = {}


def _init(cls: Any) -> Callable[..., None]:
    """Compile the initialiser. The names in its code are fields' names, so nothing else can be in it."""
    fields = dataclasses.fields(cls)
    names: dict[str, Any] = {"MISSING": MISSING}
    for item in fields:
        names |= {f"set_{item.name}": getattr(cls, item.name).__set__, f"default_{item.name}": item.default}
        names[f"make_{item.name}"] = item.default_factory
    asked = [item for item in fields if item.init]
    by_place = [_parameter(item) for item in asked if not item.kw_only]
    by_name = [_parameter(item) for item in asked if item.kw_only]
    parameters = ["self", *by_place, *(["*", *by_name] if by_name else [])]
    setter = " set_{0}(self, {1})" if cls.__setattr__ is _refuse_to_set else " self.{0} = {1}"
    lines = [setter.format(item.name, _value(item)) for item in fields if _has_value(item)]
    if hasattr(cls, "__post_init__"):
        lines.append(" self.__post_init__()")
    exec(f"def __init__({', '.join(parameters)}):\n" + "\n".join(lines or [" pass"]), names)
    made: Callable[..., None] = names["__init__"]
    made.__qualname__ = f"{cls.__qualname__}.__init__"
    return made


def _has_value(item: "Field[Any]") -> bool:
    return item.init or item.default is not MISSING or item.default_factory is not MISSING


def _parameter(item: "Field[Any]") -> str:
    if item.default is not MISSING:
        return f"{item.name}=default_{item.name}"
    return f"{item.name}=MISSING" if item.default_factory is not MISSING else item.name


def _value(item: "Field[Any]") -> str:
    if item.default_factory is MISSING:
        return item.name if item.init else f"default_{item.name}"
    return f"make_{item.name}() if {item.name} is MISSING else {item.name}" if item.init else f"make_{item.name}()"


@cache
def _compared(cls: Any) -> Callable[[Any], Any]:
    """Return what gives the values by which instances of a class are compared."""
    return _values([item.name for item in dataclasses.fields(cls) if item.compare])


@cache
def _hashed(cls: Any) -> Callable[[Any], object]:
    """Return what gives the values of which the hash of an instance is made."""
    fields = dataclasses.fields(cls)
    return _values([item.name for item in fields if (item.compare if item.hash is None else item.hash)])


def _values(names: list[str]) -> Callable[[Any], Any]:
    if len(names) > 1:
        return attrgetter(*names)
    return lambda self: tuple([getattr(self, name) for name in names])


def _comparison(compare: Callable[[Any, Any], bool]) -> Callable[[Any, object], bool]:
    def compared(self: Any, other: object) -> bool:
        values = _compared(self.__class__)
        return compare(values(self), values(other)) if other.__class__ is self.__class__ else NotImplemented

    return compared


_equal = _comparison(equal)


def _hash(self: Any) -> int:
    return hash(_hashed(self.__class__)(self))


@recursive_repr()
def _repr(self: Any) -> str:
    return f"{type(self).__qualname__}({', '.join(_shown(self))})"


def _shown(self: Any) -> Iterator[str]:
    for item in dataclasses.fields(self):
        if item.repr:
            yield f"{item.name}={getattr(self, item.name)!r}"


def _state(self: Any) -> list[object]:
    return [getattr(self, item.name) for item in dataclasses.fields(self)]


def _restore(self: Any, state: list[object]) -> None:
    for item, value in zip(dataclasses.fields(self), state, strict=True):
        object.__setattr__(self, item.name, value)


def _refuse_to_set(_: object, name: str, value: object) -> None:
    del value
    raise FrozenInstanceError(f"cannot assign to field {name!r}")


def _refuse_to_delete(_: object, name: str) -> None:
    raise FrozenInstanceError(f"cannot delete field {name!r}")
