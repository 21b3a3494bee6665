"""What a step asks somebody, and what comes back: buttons and selects under a message, forms, answers.

Pure data, and its JSON. What a component's or a form's custom_id says besides the answer is whoever's that asks.
Source: Discord docs, Components: Component Reference.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import field
from typing import Any, Literal

from runner.data import dataclass
from runner.fields import Entry
from runner.formats import shortened
from runner.lifecycle import limits
from runner.lifecycle.limits import ButtonStyle, ComponentType
from runner.messages import Message

Json = dict[str, Any]
ButtonStyleName = Literal["primary", "secondary", "success", "danger"]


@dataclass(frozen=True, slots=True, kw_only=True)
class AskButton:
    """A button that answers with one word."""

    answer: str
    label: str
    style: ButtonStyleName = "secondary"
    emoji: str = ""
    is_disabled: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class AskMenu:
    """A select that answers with what was chosen: `look` is a `document.Select`, of which all is known by now."""

    look: Entry

    answer = "chosen"


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """A message that waits for a click: rows of at most five buttons, or of one select."""

    message: Message
    rows: tuple[tuple[AskButton, ...] | AskMenu, ...]

    @property
    def menu(self) -> AskMenu | None:
        """The select, if it has one."""
        return next((row for row in self.rows if isinstance(row, AskMenu)), None)

    def components(
        self, custom_id: Callable[[str], str], select: Callable[[Entry], Json], *, is_over: bool = False
    ) -> tuple[Json, ...]:
        """Return the rows in Discord's JSON, of which `select` makes that of a select's look.

        Once it is over nothing in them can be used.
        """
        return tuple(
            {"type": int(ComponentType.ACTION_ROW), "components": _row(row, custom_id, select, is_over)}
            for row in self.rows
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Form:
    """A form: its title, and its fields by name, each a `document.FormField` of which all is known by now."""

    title: str
    fields: Mapping[str, Entry]


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What came back: the word of a button, the values of a select, the fields of a form, an event.

    Values and fields are what was asked for, as templates see it. `event` is what templates read of it, with `user`
    and, in a server, `member`.
    """

    word: str = ""
    values: Sequence[Any] = ()
    fields: Mapping[str, Any] = field(default_factory=dict[str, Any])
    event: Mapping[str, Any] = field(default_factory=dict[str, Any])


def in_rows(buttons: Sequence[AskButton]) -> tuple[tuple[AskButton, ...], ...]:
    """Return buttons as rows of as many as Discord takes."""
    width = limits.ACTION_ROW_BUTTONS_MAX
    return tuple(tuple(buttons[at : at + width]) for at in range(0, len(buttons), width))


def _row(
    row: tuple[AskButton, ...] | AskMenu,
    custom_id: Callable[[str], str],
    select: Callable[[Entry], Json],
    is_over: bool,
) -> list[Json]:
    if isinstance(row, AskMenu):
        made = {**select(row.look), "custom_id": custom_id(row.answer)}
        return [{**made, "disabled": True} if is_over else made]
    return [_button(button, custom_id(button.answer), is_over) for button in row]


def _button(button: AskButton, custom_id: str, is_over: bool) -> Json:
    made: Json = {
        "type": int(ComponentType.BUTTON),
        "style": int(ButtonStyle[button.style.upper()]),
        "label": shortened(button.label, limits.BUTTON_LABEL_MAX),
        "custom_id": custom_id,
    }
    if button.emoji:
        made["emoji"] = emoji_json(button.emoji)
    return {**made, "disabled": True} if button.is_disabled or is_over else made


def emoji_json(emoji: str) -> Json:
    """Return an emoji: a character, or a server's own as `<:name:id>`."""
    if emoji.startswith("<") and emoji.count(":") == 2:
        animated, name, identity = emoji.strip("<>").split(":")
        return {"name": name, "id": identity, "animated": animated == "a"}
    return {"name": emoji}
