"""The sentences that users read when an author has written none: friendly, and without internals."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

TEXTS: Final[Mapping[str, str]] = MappingProxyType(
    {
        "done": "Done.",
        "failed": "Something went wrong (`{reference}`).",
        "timeout": "This took too long, so I stopped (`{reference}`).",
        "takes_longer": "This takes longer than Discord lets me answer here.",
        "form_too_late": "I was too slow to open the form. Please try again (`{reference}`).",
        "store_failed": "I can't get at what I have to remember. Please try again later (`{reference}`).",
        "already_there": "There is one like that already.",
        "no_room": "There is no room for any more.",
        "restarting": "I am being restarted. Please try again in a moment.",
        "busy": "I have too much to do right now. Please try again in a moment.",
        "unknown_command": "This command is not available any more.",
        "unknown_component": "This button belongs to an older version of me and doesn't work any more.",
        "unknown_form": "This form belongs to an older version of me. Please start again.",
        "refused_member": "You need {names} here.",
        "refused_bot": "I need {names} here to do that.",
        "refused_check": "You can't do that here.",
        "refused_server": "This works only in a server.",
    }
)


def sentence(name: str, **values: str) -> str:
    """Return the built-in sentence `name` with its values filled in."""
    return TEXTS[name].format(**values)
