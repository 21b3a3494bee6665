"""`context_menus:` commands in the menu of a user or of a message."""

from typing import Literal

from runner.config.document.handlers import Handler
from runner.config.document.registration import Registration, Translations, former_names, translated
from runner.data import dataclass
from runner.fields import option
from runner.lifecycle import limits

MENU_NAME_PATTERN = rf"[^\s](.{{0,{limits.COMMAND_NAME_MAX - 2}}}[^\s])?"
MENU_NAME_TAKES = f"a name of at most {limits.COMMAND_NAME_MAX} characters, with no blank at either end"


@dataclass(frozen=True, slots=True, kw_only=True)
class ContextMenu(Registration, Handler):
    """A command in the menu of a user or of a message, which templates read as `target`. Its key is what users read."""

    type: Literal["user", "message"] = option("Whose menu it is in.")
    name_localizations: Translations = translated("Its name", limits.COMMAND_NAME_MAX)
    aliases: tuple[str, ...] = former_names()
