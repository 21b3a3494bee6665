"""`components:` buttons and selects that work for ever, and those that are written where they are shown.

Source of all: Discord docs, Components: Component Reference.
"""

import dataclasses
from collections.abc import Mapping
from typing import ClassVar, Final, Literal

from runner.config.document.choices import (
    SelectOption,
    choices,
    default_values,
    least_values,
    most_values,
    offered_channels,
)
from runner.config.document.commands import ChannelTypeName
from runner.config.document.embeds import WEB_TAKES
from runner.config.document.handlers import Handler
from runner.config.document.params import ParamTypeName, params
from runner.data import dataclass
from runner.fields import Data, Emoji, Entry, KindsShape, Snowflake, Steps, keys_of, option
from runner.lifecycle import limits

SelectType = Literal["string", "user", "role", "mentionable", "channel"]

_URL_PATTERN: Final = r"(https?|discord)://\S+"
_ID_PATTERN: Final = "[a-z_][a-z0-9_-]{0,31}"
_ID_TAKES: Final = "a name of lower-case letters, digits, `_` and `-`, at most 32"


@dataclass(frozen=True, slots=True, kw_only=True)
class Button(Entry):
    """How a button looks. Templates are rendered where it is shown."""

    templated: ClassVar[bool] = True

    label: str | None = option("The text on it.", default=None, min_length=1, max_length=limits.BUTTON_LABEL_MAX)
    emoji: Emoji | None = option("What stands before the text, or alone.", default=None)
    style: Literal["primary", "secondary", "success", "danger"] | None = option(
        "Its colour; `secondary` unless it says another.",
        default=None,
        words={
            "primary": "Blue: what most will want.",
            "secondary": "Grey.",
            "success": "Green: yes.",
            "danger": "Red: what can't be undone.",
        },
    )
    disabled: bool = option("It is shown but can't be clicked.", default=False)
    url: str | None = option(
        "Where it leads, in place of what happens on a click.",
        default=None,
        min_length=1,
        max_length=limits.BUTTON_URL_MAX,
        overflow="refuse",
        pattern=_URL_PATTERN,
        takes=WEB_TAKES,
    )
    sku: Snowflake | None = option("What it sells, by its id; Discord names it.", default=None)

    @property
    def is_clicked(self) -> bool:
        """Whether a click on it comes to the bot."""
        return self.url is None and self.sku is None


@dataclass(frozen=True, slots=True, kw_only=True)
class Select(Entry):
    """How a select looks, and what can be chosen in it. Templates are rendered where it is shown."""

    templated: ClassVar[bool] = True

    type: SelectType = option("What is chosen from: `options`, or who and what is in the server.", default="string",
                              static=True)  # fmt: skip
    options: Mapping[str, SelectOption] = choices("What can be chosen: value and label.", limits.SELECT_OPTIONS_MAX)
    placeholder: str | None = option(
        "What is shown while nothing is chosen.", default=None, max_length=limits.SELECT_PLACEHOLDER_MAX
    )
    min_values: int | None = least_values()
    max_values: int | None = most_values("How many can be chosen.")
    default_values: tuple[Data, ...] = default_values()
    channel_types: tuple[ChannelTypeName, ...] = offered_channels()
    disabled: bool = option("It is shown but nothing can be chosen.", default=False)

    @property
    def most(self) -> int:
        """How many can be chosen; one unless it says so."""
        return 1 if self.max_values is None else self.max_values

    @property
    def least(self) -> int:
        """How many must be chosen; one unless it says so."""
        return 1 if self.min_values is None else self.min_values


@dataclass(frozen=True, slots=True, kw_only=True)
class Component(Handler):
    """A button or a select that works for ever, after a restart too: it is found by its name, not by its message."""

    button: Button | None = option("How the button looks.", default=None)
    select: Select | None = option("How the select looks, and what can be chosen.", default=None)
    params: Mapping[str, ParamTypeName] = params("What it is given where it is shown; steps read `params.<name>`.")
    aliases: tuple[str, ...] = option(
        "Earlier names: what was sent under them still works.", default=(), single=True, max_items=25, min_length=1
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class InlineButton(Handler):
    """A button, with what happens on a click."""

    definition: ClassVar[str] = "button"

    id: str | None = option(
        "What it is known by within this handler, for ever: renamed, it is another one.",
        default=None,
        pattern=_ID_PATTERN,
        takes=_ID_TAKES,
    )
    look: Button = keys_of(Button)
    on_click: Steps | None = option("What happens on a click.", default=None)
    reply: Steps | None = None  # `on_click` stands in the place of these two
    steps: Steps | None = None

    def as_read(self) -> "InlineButton":
        """Return it with its steps where every handler has them."""
        return dataclasses.replace(self, steps=self.on_click)


@dataclass(frozen=True, slots=True, kw_only=True)
class InlineSelect(Handler):
    """A select, with what happens when something is chosen."""

    definition: ClassVar[str] = "select"

    id: str | None = option(
        "What it is known by within this handler, for ever: renamed, it is another one.",
        default=None,
        pattern=_ID_PATTERN,
        takes=_ID_TAKES,
    )
    look: Select = keys_of(Select)
    on_select: Steps | None = option("What happens then; steps read what was chosen as `values`.", default=None)
    reply: Steps | None = None  # `on_select` stands in the place of these two
    steps: Steps | None = None

    def as_read(self) -> "InlineSelect":
        """Return it with its steps where every handler has them."""
        return dataclasses.replace(self, steps=self.on_select)


Inline = InlineButton | InlineSelect


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown(Entry):
    """A component from `components:`, with what it is given."""

    templated: ClassVar[bool] = True

    name: str = option("The component's name.", static=True)
    with_: Mapping[str, Data] = option("Its parameters.", default={})


_LEAVES: Final[Mapping[str, type[Entry]]] = {"button": InlineButton, "select": InlineSelect}


@dataclass(frozen=True, slots=True, kw_only=True)
class Row(Entry):
    """Components side by side: a list among them."""

    short: ClassVar[str | None] = "components"

    components: tuple[Shown | Inline, ...] = option(
        "Up to five buttons, or one select.",
        min_items=1,
        max_items=limits.ACTION_ROW_BUTTONS_MAX,
        kinds=KindsShape(_LEAVES, Shown),
        refers="components",
    )


ROWS: Final = KindsShape(_LEAVES, Shown, Row)
"""What stands in rows of a message: buttons, selects, and lists of them."""

Interactive = Shown | Inline | Row


def is_select(item: Entry, named: Mapping[str, Component]) -> bool:
    """Tell whether a component of a message is a select; `named` are those of `components:`."""
    if isinstance(item, Shown):
        return item.name in named and named[item.name].select is not None
    return isinstance(item, InlineSelect)
