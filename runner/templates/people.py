"""The types of people, as templates see them."""

from collections.abc import Mapping
from typing import Final

from runner.templates.types import BOOLEAN, SNOWFLAKE, STRING, ListOf, Object, Type, optional

_USER: Final[Mapping[str, Type]] = {
    "id": SNOWFLAKE,
    "name": STRING,
    "display_name": STRING,
    "mention": STRING,
    "is_bot": BOOLEAN,
}
USER: Final = Object("a user", _USER)
KNOWN_USER: Final = Object("a user of whom the id is known", {name: _USER[name] for name in ("id", "mention")})
MEMBER: Final = Object(
    "a member",
    {**_USER, "nick": optional(STRING), "roles": ListOf(SNOWFLAKE), "permissions": ListOf(STRING)},
)
PERSON: Final = Object("a user", {**_USER, "is_member": BOOLEAN, "nick": optional(STRING), "roles": ListOf(SNOWFLAKE)})
