"""Keys of the language that this version doesn't do yet: they are refused by name, never ignored."""

Path = tuple[str | int, ...]

_LATER_AT_TOP = frozenset("messages".split())
_LATER_IN_STEPS = frozenset("edit delete".split())


def later_keys(path: Path) -> frozenset[str]:
    """Return the keys of the language that this version doesn't do yet in a place."""
    match path:
        case ():
            return _LATER_AT_TOP
        case ("commands", str(), "commands", *rest):  # inside a group it is as at the top
            return later_keys(("commands", *rest))
        case (*_, int()):
            return _LATER_IN_STEPS
        case _:
            return frozenset()
