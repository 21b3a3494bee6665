"""What a step asks somebody, and what comes back: buttons and selects under a message, forms, answers.

Pure data, and its JSON. What a component's or a form's custom_id says besides the answer is whoever's that asks.
Source: Discord docs, Components: Component Reference.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import field
from typing import Any, Literal

from runner.data import dataclass
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
class AskOption:
    """One of the options of a select."""

    value: str
    label: str
    description: str = ""
    emoji: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class AskMenu:
    """A select that answers with the values that were chosen."""

    options: tuple[AskOption, ...]
    placeholder: str = ""
    least: int = 1
    most: int = 1

    answer = "chosen"


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """A message that waits for a click: rows of at most five buttons, or of one select."""

    message: Message
    rows: tuple[tuple[AskButton, ...] | AskMenu, ...]

    def components(self, custom_id: Callable[[str], str], *, is_over: bool = False) -> tuple[Json, ...]:
        """Return the rows in Discord's JSON. Once it is over nothing in them can be used."""
        return tuple({"type": 1, "components": _row(row, custom_id, is_over)} for row in self.rows)


@dataclass(frozen=True, slots=True, kw_only=True)
class AskField:
    """A text that the user types into a form."""

    label: str
    description: str = ""
    is_long: bool = False
    is_required: bool = True
    least: int | None = None
    most: int | None = None
    placeholder: str = ""
    value: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Form:
    """A form: its title, and its fields by name."""

    title: str
    fields: Mapping[str, AskField]

    def body(self, custom_id: str) -> Json:
        """Return it in Discord's JSON. Text beyond Discord's limits is cut: a short label is better than no form."""
        return {
            "custom_id": custom_id,
            "title": shortened(self.title, limits.MODAL_TITLE_MAX),
            "components": [_labelled(name, asked) for name, asked in self.fields.items()],
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What came back: the word of a button, the values of a select, the fields of a form, an event.

    `event` is what templates read of it, with `user` and, in a server, `member`.
    """

    word: str = ""
    values: Sequence[str] = ()
    fields: Mapping[str, str] = field(default_factory=dict[str, str])
    event: Mapping[str, Any] = field(default_factory=dict[str, Any])


def in_rows(buttons: Sequence[AskButton]) -> tuple[tuple[AskButton, ...], ...]:
    """Return buttons as rows of as many as Discord takes."""
    width = limits.ACTION_ROW_BUTTONS_MAX
    return tuple(tuple(buttons[at : at + width]) for at in range(0, len(buttons), width))


def _row(row: tuple[AskButton, ...] | AskMenu, custom_id: Callable[[str], str], is_over: bool) -> list[Json]:
    if isinstance(row, AskMenu):
        return [_menu(row, custom_id(row.answer), is_over)]
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


def _menu(menu: AskMenu, custom_id: str, is_over: bool) -> Json:
    made: Json = {
        "type": int(ComponentType.STRING_SELECT),
        "custom_id": custom_id,
        "options": [_option(option) for option in menu.options],
        "min_values": menu.least,
        "max_values": menu.most,
    }
    if menu.placeholder:
        made["placeholder"] = shortened(menu.placeholder, limits.SELECT_PLACEHOLDER_MAX)
    return {**made, "disabled": True} if is_over else made


def _option(option: AskOption) -> Json:
    made: Json = {"value": option.value, "label": shortened(option.label, limits.OPTION_LABEL_MAX)}
    if option.description:
        made["description"] = shortened(option.description, limits.OPTION_DESCRIPTION_MAX)
    if option.emoji:
        made["emoji"] = emoji_json(option.emoji)
    return made


def _labelled(name: str, asked: AskField) -> Json:
    text: Json = {"type": int(ComponentType.TEXT_INPUT), "custom_id": name, "style": 2 if asked.is_long else 1}
    text["required"] = asked.is_required
    for key, length in (("min_length", asked.least), ("max_length", asked.most)):
        if length is not None:
            text[key] = length
    if asked.placeholder:
        text["placeholder"] = shortened(asked.placeholder, limits.TEXT_INPUT_PLACEHOLDER_MAX)
    if asked.value:  # the user may send it as it stands, so it has no ellipsis, and no more than the field takes
        text["value"] = asked.value[: asked.most or limits.TEXT_INPUT_VALUE_MAX]
    made: Json = {"type": int(ComponentType.LABEL), "label": shortened(asked.label, limits.LABEL_TEXT_MAX)}
    if asked.description:
        made["description"] = shortened(asked.description, limits.LABEL_DESCRIPTION_MAX)
    return {**made, "component": text}


def emoji_json(emoji: str) -> Json:
    """Return an emoji: a character, or a server's own as `<:name:id>`."""
    if emoji.startswith("<") and emoji.count(":") == 2:
        animated, name, identity = emoji.strip("<>").split(":")
        return {"name": name, "id": identity, "animated": animated == "a"}
    return {"name": emoji}
