"""`use:` parts of a bot that stand in files of their own, and `inputs:` what such a part is given."""

from collections.abc import Mapping
from typing import ClassVar, Literal

from runner.data import dataclass
from runner.fields import Data, Entry, option
from runner.lifecycle import limits

InputTypeName = Literal[
    "boolean",
    "channel",
    "check",
    "duration",
    "emoji",
    "flow",
    "integer",
    "list",
    "number",
    "role",
    "string",
    "user",
]

ALIAS_PATTERN = "[a-z][a-z0-9_-]{0,19}"
ALIAS_TAKES = "a name of lower-case letters, digits, `_` and `-`, at most 20, that begins with a letter"

INPUT_PATTERN = "[a-z_][a-z0-9_]{0,31}"
INPUT_TAKES = "a name of lower-case letters, digits and `_`, at most 32"


@dataclass(frozen=True, slots=True, kw_only=True)
class Input(Entry):
    """One thing that a pack is given by the bot that uses it."""

    short: ClassVar[str | None] = "type"

    type: InputTypeName = option(
        "What it takes.",
        words={
            "boolean": "true or false.",
            "channel": "A channel's id, or its name as `#support`.",
            "check": "The name of a check of the bot that uses the pack.",
            "duration": "A length of time such as `10m`; templates read seconds.",
            "emoji": "An emoji, or one of a server as `<:name:id>`.",
            "flow": "The name of a flow of the bot that uses the pack.",
            "integer": "A whole number.",
            "list": "A list; `items` says of what.",
            "number": "A number, with or without a fraction.",
            "role": "A role's id, or its name as `@Support`.",
            "string": "A text.",
            "user": "A user's id.",
        },
    )
    description: str = option("What it is for.", default="", max_length=1000)
    required: bool = option("`with` has to give it, unless there is a default.", default=True)
    default: Data | None = option("What it is when `with` doesn't give it.", default=None)
    items: InputTypeName = option("What the items of a list are.", default="string")


@dataclass(frozen=True, slots=True, kw_only=True)
class Use(Entry):
    """A pack, and what it is given."""

    short: ClassVar[str | None] = "pack"
    sketch: ClassVar[tuple[str, ...]] = ("with",)

    pack: str = option(
        "Which pack: the way to its file from this one, as `packs/tickets.yaml`, or the name of one that is shipped.",
        min_length=1,
    )
    as_: str | None = option(
        "What it is called here, if not as its file: what it keeps is found by this name.",
        default=None,
        pattern=ALIAS_PATTERN,
        takes=ALIAS_TAKES,
    )
    with_: Mapping[str, Data] = option("Its inputs.", default={}, pattern=INPUT_PATTERN, takes=INPUT_TAKES)
    rename: Mapping[str, str] = option(
        "Other names for its commands: as it calls them, and as users shall.",
        default={},
        min_length=1,
        max_length=limits.COMMAND_NAME_MAX,
    )
