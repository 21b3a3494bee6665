"""A whole bot.yaml: its top-level keys."""

from collections.abc import Mapping
from typing import Literal

from runner.config.document.bot import Bot
from runner.config.document.commands import TopCommand
from runner.config.document.components import Component
from runner.config.document.context_menus import MENU_NAME_PATTERN, MENU_NAME_TAKES, ContextMenu
from runner.config.document.events import Event
from runner.config.document.flows import Flow
from runner.config.document.guards import Check
from runner.config.document.handlers import Defaults
from runner.config.document.http import HttpHosts
from runner.config.document.messages import NamedMessage
from runner.config.document.modals import FIELD_PATTERN, FIELD_TAKES, Modal
from runner.config.document.packs import INPUT_PATTERN, INPUT_TAKES, Input, Use
from runner.config.document.schedules import Schedule
from runner.config.document.stored import Records, State
from runner.config.document.texts import LOCALE_PATTERN, LOCALE_TAKES, Texts
from runner.data import dataclass
from runner.events import KINDS
from runner.fields import Data, Entry, option

NAME_PATTERN = "[A-Za-z_][A-Za-z0-9_-]{0,31}"
NAME_TAKES = "a name of letters, digits, `_` and `-`, at most 32, that begins with a letter"


@dataclass(frozen=True, slots=True, kw_only=True)
class Document(Entry):
    """A whole bot.yaml."""

    version: Literal[1] = option("The version of the language.", default=1)
    include: tuple[str, ...] = option(
        "More files with the same top-level keys, relative to this one: names, or patterns such as `commands/*.yaml`.",
        default=(),
        single=True,
        min_length=1,
        max_items=100,
    )
    use: tuple[Use, ...] = option(
        "Packs: parts of a bot with files and names of their own.", default=(), single=True, max_items=100
    )
    inputs: Mapping[str, Input] = option(
        "What this file is given as a pack. It reads `${inputs.<name>}` wherever a value stands, and templates read "
        "`inputs.<name>`.",
        default={},
        pattern=INPUT_PATTERN,
        takes=INPUT_TAKES,
        max_items=100,
    )
    store: str = option(
        "Where the bot keeps what must outlive it: `sqlite:PATH`, `postgresql://USER:PASSWORD@HOST/DATABASE`, or "
        "`memory`, for tests. A path is relative to this file.",
        default="sqlite:.lifecycle/state.db",
        secret=True,
    )
    bot: Bot = option("Who the bot is and where it runs.", default=Bot())
    http: HttpHosts = option("Which other servers the bot may call.", default=HttpHosts())
    defaults: Defaults = option("What every handler inherits.", default=Defaults())
    vars: Mapping[str, Data] = option(
        "Values that templates read as `vars.<name>`.", default={}, pattern=NAME_PATTERN, takes=NAME_TAKES
    )
    data: Mapping[str, str] = option(
        "Files that templates read as `data.<name>`: YAML, JSON or CSV, relative to this file.",
        default={},
        pattern=FIELD_PATTERN,
        takes=FIELD_TAKES,
        max_items=100,
    )
    state: Mapping[str, State] = option(
        "Values that the bot keeps; templates read them as `state.<name>`.",
        default={},
        pattern=FIELD_PATTERN,
        takes=FIELD_TAKES,
        max_items=500,
    )
    records: Mapping[str, Records] = option(
        "Small tables that the bot keeps: tickets, reminders, votes.",
        default={},
        pattern=FIELD_PATTERN,
        takes=FIELD_TAKES,
        max_items=100,
    )
    checks: Mapping[str, Check] = option("Guards by name.", default={}, pattern=NAME_PATTERN, takes=NAME_TAKES)
    commands: Mapping[str, TopCommand] = option("Slash commands, and groups of them, by name.", default={})
    context_menus: Mapping[str, ContextMenu] = option(
        "Commands in the menus of users and messages, by name.",
        default={},
        pattern=MENU_NAME_PATTERN,
        takes=MENU_NAME_TAKES,
    )
    components: Mapping[str, Component] = option(
        "Buttons and selects by name.", default={}, pattern=NAME_PATTERN, takes=NAME_TAKES
    )
    messages: Mapping[str, NamedMessage] = option(
        "Messages by name, which steps send as `message: <name>`.",
        default={},
        pattern=NAME_PATTERN,
        takes=NAME_TAKES,
        max_items=500,
    )
    schedules: Mapping[str, Schedule] = option(
        "What the bot does by the clock.", default={}, pattern=NAME_PATTERN, takes=NAME_TAKES, max_items=500
    )
    modals: Mapping[str, Modal] = option("Forms by name.", default={}, pattern=NAME_PATTERN, takes=NAME_TAKES)
    events: Mapping[str, Event] = option(
        "What the bot does when something happens, by the event's name.",
        default={},
        pattern="|".join(KINDS),
        takes="the name of an event, such as `member_join` or `message`",
    )
    flows: Mapping[str, Flow] = option(
        "Steps by name, which the step `run` runs.", default={}, pattern=NAME_PATTERN, takes=NAME_TAKES
    )
    texts: Mapping[str, Texts] = option(
        "Your own words in the place of the built-in sentences, by locale; of the first locale where none is the "
        "user's.",
        default={},
        pattern=LOCALE_PATTERN,
        takes=LOCALE_TAKES,
    )
