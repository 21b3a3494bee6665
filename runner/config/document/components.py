"""`components:` buttons that work for ever."""

from typing import Literal

from runner.config.document.handlers import Handler
from runner.data import dataclass
from runner.fields import Entry, option
from runner.lifecycle import limits


@dataclass(frozen=True, slots=True, kw_only=True)
class Button(Entry):
    """How a button looks."""

    label: str = option("The text on it.", min_length=1, max_length=limits.BUTTON_LABEL_MAX)
    style: Literal["primary", "secondary", "success", "danger"] = option(
        "Its colour.",
        default="secondary",
        words={
            "primary": "Blue: what most will want.",
            "secondary": "Grey.",
            "success": "Green: yes.",
            "danger": "Red: what can't be undone.",
        },
    )
    disabled: bool = option("It is shown but can't be clicked.", default=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Component(Handler):
    """A button that works for ever, after a restart too: it is found by its name, not by its message."""

    button: Button = option("How it looks.")
