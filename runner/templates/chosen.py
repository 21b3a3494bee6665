"""The types of what users choose, in selects and in forms, and of what they upload, as templates see it."""

from collections.abc import Mapping
from typing import Final

from runner.templates.people import PERSON
from runner.templates.places import CHANNEL, ROLE
from runner.templates.types import BOOLEAN, INTEGER, PASSING_URL, SNOWFLAKE, STRING, ListOf, Object, Type, optional

MENTIONABLE: Final = Object(
    "a user or a role",
    {"id": SNOWFLAKE, "kind": STRING, "name": STRING, "display_name": STRING, "mention": STRING, "is_bot": BOOLEAN},
)
FILE: Final = Object(
    "a file",
    {
        "id": SNOWFLAKE,
        "filename": STRING,
        "size": INTEGER,
        "content_type": optional(STRING),
        "url": PASSING_URL,
        "width": optional(INTEGER),
        "height": optional(INTEGER),
    },
)
_CHOSEN: Final[Mapping[str, Type]] = {
    "user": PERSON,
    "role": ROLE,
    "mentionable": MENTIONABLE,
    "channel": CHANNEL,
    "file_upload": FILE,
}


def chosen_type(kind: str) -> Type:
    """Return the type of one thing that is chosen in a select, or in a field of a form, of some kind."""
    return _CHOSEN.get(kind, STRING)


def entered_type(kind: str, *, most: int, is_required: bool) -> Type:
    """Return the type of what stands in a field of a form, of which `most` things are chosen."""
    if kind == "text":
        return STRING
    if kind == "checkbox":
        return BOOLEAN
    one = chosen_type(kind)
    if most > 1 or kind == "checkbox_group":
        return ListOf(one)
    return one if is_required else optional(one)
