"""Keys of the language that this version doesn't do yet: they are refused by name, never ignored."""

Path = tuple[str | int, ...]

_LATER_AT_TOP = frozenset("context_menus http messages".split())
_LATER_IN_HANDLERS = frozenset(
    "name_localizations description_localizations nsfw contexts integration_types aliases params "
    "select commands".split()
)
_LATER_IN_OPTIONS = frozenset("autocomplete name_localizations description_localizations".split())
_LATER_IN_STEPS = frozenset(
    "form choose confirm paginate wait_for edit delete edit_message delete_message dm react pin purge http".split()
)
_LATER_IN_MESSAGES = frozenset("embeds files poll".split())


def later_keys(path: Path) -> frozenset[str]:
    """Return the keys of the language that this version doesn't do yet in a place."""
    match path:
        case ():
            return _LATER_AT_TOP
        case ("commands" | "components" | "modals", str()):
            return _LATER_IN_HANDLERS
        case ("commands", str(), "options", str()):
            return _LATER_IN_OPTIONS
        case (*_, int()):
            return _LATER_IN_STEPS
        case _:
            return _LATER_IN_MESSAGES
