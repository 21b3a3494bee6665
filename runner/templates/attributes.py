"""What `.name` can be asked for, by type, and how to say that a name isn't among them."""

from collections.abc import Iterable, Sequence
from dataclasses import replace

from runner.templates.names import as_written
from runner.templates.types import ANY, ListOf, MapOf, Object, Type, Union, describe, union

Attributes = Object | MapOf | None
"""Declared attributes; any name, with one type of value; or, for None, nothing is known."""


def attributes_of(owner: Type) -> Attributes:
    """Return where to look for an attribute of `owner`. What can't have any is an Object without attributes."""
    match owner:
        case Object() | MapOf():
            return owner
        case Union(members):
            return _of_union([attributes_of(member) for member in members])
        case _:
            return None if owner is ANY else Object(describe(owner), {})


def type_by_unknown_key(owner: Type) -> Type:
    """Return the type of `owner[key]` for a key that is known at run time only."""
    match owner:
        case ListOf(item):
            return item
        case MapOf(value):
            return value
        case _:
            return ANY


def suggestion(name: str, known: Iterable[str]) -> str:
    """Return "did you mean …?" with the name that comes nearest; nothing if none is near."""
    import difflib  # only a template with a fault needs it

    matches = difflib.get_close_matches(name, list(known), n=1)
    return f"did you mean `{matches[0]}`?" if matches else ""


def listed(known: Iterable[str]) -> str:
    """Return the first eight of `known` as a list to read, and nothing for none."""
    names = sorted(known)
    return ", ".join(f"`{name}`" for name in names[:8]) + (", …" if len(names) > 8 else "")


def own_attributes(owner: Object, name: str) -> Object:
    """Return those attributes of an object that stand beside `name`, as they are written there: a pack's, or a bot's.

    What a pack declares is known by `pack.name`, and nobody else can ask for it.
    """
    qualifier = name.removesuffix(as_written(name))
    written = {
        each.removeprefix(qualifier): type_ for each, type_ in owner.attributes.items() if each.startswith(qualifier)
    }
    return replace(owner, attributes={each: type_ for each, type_ in written.items() if "." not in each})


def inventory(owner: Object) -> str:
    """Return the sentence that tells what an object has."""
    return f"it has {listed(owner.attributes)}" if owner.attributes else ""


def _of_union(known: Sequence[Attributes]) -> Attributes:
    objects = [each for each in known if isinstance(each, Object)]
    if len(objects) < len(known):
        return None
    names = dict.fromkeys(name for each in objects for name in each.attributes)
    types = {name: union(*(each.attributes[name] for each in objects if name in each.attributes)) for name in names}
    return Object(" or ".join(each.name for each in objects), types)
