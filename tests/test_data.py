"""`runner.data` makes what the standard library makes: each promise is held against its `dataclass`."""

import copy
import dataclasses
import inspect
import pickle
import pprint
from collections.abc import Callable
from typing import Any, ClassVar

import pytest

from runner import data

Maker = Callable[..., Callable[[type], Any]]  # Any: a class of whatever shape
MAKERS: tuple[Maker, Maker] = (data.dataclass, dataclasses.dataclass)


def plain(make: Maker, **how: bool) -> Any:
    """Return a class with every kind of field, made by one of the two."""

    @make(slots=True, **how)
    class Thing:
        place: ClassVar[str] = "here"

        name: str
        size: int = 3
        notes: list[str] = dataclasses.field(default_factory=list[str])
        secret: str = dataclasses.field(default="s", repr=False)
        weight: float = dataclasses.field(default=1.0, compare=False)
        made: int = dataclasses.field(default=7, init=False)

    return Thing


def both(**how: bool) -> tuple[Any, Any]:
    """Return the class of ours, then the standard library's."""
    ours, theirs = (plain(make, **how) for make in MAKERS)
    return ours, theirs


HOW = [
    pytest.param({}, id="mutable"),
    pytest.param({"frozen": True}, id="frozen"),
    pytest.param({"frozen": True, "kw_only": True}, id="by name"),
    pytest.param({"frozen": True, "order": True}, id="ordered"),
    pytest.param({"eq": False}, id="by identity"),
]


@pytest.mark.parametrize("how", HOW)
def test_what_is_made_takes_and_shows_the_same(how: dict[str, bool]) -> None:
    ours, theirs = both(**how)
    for given in ({"name": "a"}, {"name": "a", "size": 5, "notes": ["x"], "secret": "t", "weight": 2.0}):
        one, other = ours(**given), theirs(**given)
        assert repr(one) == repr(other)
        assert dataclasses.asdict(one) == dataclasses.asdict(other)
        assert dataclasses.asdict(dataclasses.replace(one, name="b")) == {**dataclasses.asdict(other), "name": "b"}
    assert ours.__slots__ == theirs.__slots__
    assert ours.__match_args__ == theirs.__match_args__
    assert ours.place == "here"
    assert dataclasses.is_dataclass(ours)


@pytest.mark.parametrize("how", HOW)
def test_the_fields_are_the_same(how: dict[str, bool]) -> None:
    ours, theirs = ([repr(item) for item in dataclasses.fields(made)] for made in both(**how))
    assert ours == theirs


@pytest.mark.parametrize("make", MAKERS, ids=["ours", "theirs"])
def test_a_default_that_instances_would_share_is_refused(make: Maker) -> None:
    with pytest.raises(ValueError, match=r"mutable default .* for field notes is not allowed: use default_factory"):

        @make(slots=True)
        class Thing:
            notes: list[str] = dataclasses.field(default=[])


@pytest.mark.parametrize("make", MAKERS, ids=["ours", "theirs"])
def test_a_field_without_an_annotation_is_refused(make: Maker) -> None:
    with pytest.raises(TypeError, match="annotation"):

        @make(slots=True)
        class Thing:
            notes = dataclasses.field(default=1)


@pytest.mark.parametrize("make", MAKERS, ids=["ours", "theirs"])
def test_a_field_that_is_declared_anew_keeps_its_place_and_the_slot_of_its_base(make: Maker) -> None:
    @make(slots=True)
    class Base:
        first: int
        second: int = 2

    @make(slots=True)
    class Derived(Base):
        third: int = 3
        first: int = 1

    made: Any = Derived
    assert made.__slots__ == ("third",)
    assert [item.name for item in dataclasses.fields(made)] == ["first", "second", "third"]
    assert repr(made()).endswith("Derived(first=1, second=2, third=3)")


def test_what_is_made_can_be_printed_prettily() -> None:
    assert pprint.pformat(Ring()) == "Ring(next=None)"


@pytest.mark.parametrize("how", HOW)
def test_what_is_made_is_compared_and_hashed_the_same(how: dict[str, bool]) -> None:
    outcomes: list[list[object]] = []
    for kind in both(**how):
        one, same, other = kind(name="a", weight=1.0), kind(name="a", weight=2.0), kind(name="b")
        outcomes.append([one == same, one == other, one != other, one == "a", kind.__hash__ is None])
        if how.get("frozen"):
            one, same = (dataclasses.replace(each, notes=()) for each in (one, same))
            outcomes[-1] += [hash(one) == hash(same), len({one, same})]
        if how.get("order"):
            outcomes[-1] += [one < other, one <= same, one > other, other >= one]
    assert outcomes[0] == outcomes[1]


@pytest.mark.parametrize("make", MAKERS, ids=["ours", "theirs"])
def test_what_is_frozen_can_not_be_changed(make: Maker) -> None:
    thing = plain(make, frozen=True)(name="a")
    with pytest.raises(dataclasses.FrozenInstanceError, match="cannot assign to field 'name'"):
        thing.name = "b"
    with pytest.raises(dataclasses.FrozenInstanceError, match="cannot delete field 'name'"):
        del thing.name
    assert thing.name == "a"


REFUSED = [
    pytest.param((), {}, "missing 1 required positional argument: 'name'", id="too little"),
    pytest.param(("a",), {"nam": "b"}, "unexpected keyword argument 'nam'", id="unknown"),
    pytest.param(("a",), {"name": "b"}, "multiple values for argument 'name'", id="twice"),
    pytest.param(("a", 1, ["n"], "s", 1.0, 7), {}, "takes from 2 to 6 positional arguments", id="too many"),
    pytest.param(("a",), {"made": 1}, "unexpected keyword argument 'made'", id="not to be given"),
]


@pytest.mark.parametrize(("arguments", "named", "refusal"), REFUSED)
@pytest.mark.parametrize("before", [0, data.FILLED_MAX + 1], ids=["first", "later"])
@pytest.mark.parametrize("make", MAKERS, ids=["ours", "theirs"])
def test_each_instance_is_refused_as_the_first_is(
    make: Maker, before: int, arguments: tuple[object, ...], named: dict[str, object], refusal: str
) -> None:
    kind = plain(make)
    for _ in range(before):
        kind("a")
    with pytest.raises(TypeError, match=refusal):
        kind(*arguments, **named)


@pytest.mark.parametrize("how", HOW)
def test_the_last_instance_that_is_filled_and_the_first_of_a_compiled_initialiser_are_the_same(
    how: dict[str, bool],
) -> None:
    ours, theirs = both(**how)
    made = [repr(ours(name="a", size=number)) for number in range(data.FILLED_MAX + 2)]
    assert made == [repr(theirs(name="a", size=number)) for number in range(data.FILLED_MAX + 2)]
    assert list(inspect.signature(ours).parameters) == list(inspect.signature(theirs).parameters)


@pytest.mark.parametrize("make", MAKERS, ids=["ours", "theirs"])
def test_each_instance_has_its_own_of_what_is_made_for_it(make: Maker) -> None:
    one, other = plain(make)(name="a"), plain(make)(name="a")
    one.notes.append("x")
    assert other.notes == []


@pytest.mark.parametrize("make", MAKERS, ids=["ours", "theirs"])
def test_a_class_builds_on_another_and_keeps_what_it_writes_itself(make: Maker) -> None:
    @make(slots=True, frozen=True)
    class Base:
        first: int

    @make(slots=True, frozen=True)
    class Derived(Base):
        second: int = 2

        def __post_init__(self) -> None:
            if self.second < 0:
                raise ValueError("less than nothing")

        def __repr__(self) -> str:
            return f"<{self.first}, {self.second}>"

    made: Any = Derived
    assert repr(made(1)) == "<1, 2>"
    assert made(1) == made(1, 2) != made(1, 3)
    with pytest.raises(ValueError, match="less than nothing"):
        made(1, -1)


@data.dataclass(slots=True, frozen=True)
class Kept:
    """Something that is copied and pickled, which needs a class of a module."""

    name: str
    more: "Kept | None" = None


def test_what_is_frozen_can_be_copied_and_pickled() -> None:
    kept = Kept("a", Kept("b"))
    for made in (copy.copy(kept), copy.deepcopy(kept), pickle.loads(pickle.dumps(kept))):
        assert made == kept


@data.dataclass(slots=True)
class Ring:
    """Something that can hold itself."""

    next: "Ring | None" = None


def test_what_holds_itself_is_shown_without_an_end() -> None:
    ring = Ring()
    ring.next = ring
    assert repr(ring) == "Ring(next=...)"


def test_an_initialiser_that_another_thread_has_just_compiled_is_used() -> None:
    ours, _ = both()
    waits = ours.__init__  # as a thread has it that is just about to begin with it
    made = [ours(f"{number}") for number in range(data.FILLED_MAX + 1)]
    assert ours.__init__ is not waits
    late = ours.__new__(ours)
    waits(late, "0")
    assert late == made[0]
