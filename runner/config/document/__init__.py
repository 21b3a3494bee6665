"""The keys of bot.yaml: one module for each section, one dataclass for each mapping in it."""

from runner.config.document.bot import Activity, Bot, Presence
from runner.config.document.choices import SelectOption, SelectOptions
from runner.config.document.commands import GROUP_KEYS, Choice, Command, CommandOrGroup, Option, TopCommand, commands_in
from runner.config.document.components import (
    Button,
    Component,
    Inline,
    InlineButton,
    InlineSelect,
    Interactive,
    Row,
    Select,
    Shown,
    is_select,
)
from runner.config.document.context_menus import ContextMenu
from runner.config.document.embeds import Embed, EmbedAuthor, EmbedField, EmbedFooter, EmbedMedia
from runner.config.document.events import Event
from runner.config.document.files import File, Picture
from runner.config.document.flows import Flow, Param
from runner.config.document.guards import AskedCheck, Check, CheckPermissions, PermissionRules, RoleRules
from runner.config.document.handlers import Defaults, Guards, Handler, Unattended
from runner.config.document.http import HttpHosts
from runner.config.document.layout import (
    LAID_OUT,
    LAYOUT,
    Container,
    FileDisplay,
    Item,
    Media,
    MediaGallery,
    Section,
    Separator,
    TextDisplay,
    Thumbnail,
    interactive_in,
    shown_in,
)
from runner.config.document.messages import (
    FirstMessage,
    Mentions,
    MessageChange,
    MessageEdit,
    NamedMessage,
    NewMessage,
    PageMessage,
    Prompt,
    ReplyTo,
    lacks_content,
    time_of,
)
from runner.config.document.modals import TYPED, FormField, Modal, ModalField
from runner.config.document.pace import Concurrency, Cooldown
from runner.config.document.packs import Input, Use
from runner.config.document.params import PARAM_SHAPES, ParamTypeName, ParamTypes
from runner.config.document.polls import Poll, PollAnswer
from runner.config.document.registration import NOBODY, Registration
from runner.config.document.responses import STRATEGIES, Response
from runner.config.document.schedules import MissedWord, Schedule
from runner.config.document.stored import RecordField, Records, State, declarations
from runner.config.document.suggestions import HttpSuggestions, RecordSuggestions
from runner.config.document.texts import Texts
from runner.config.document.whole import Document

__all__ = [
    "GROUP_KEYS",
    "LAID_OUT",
    "LAYOUT",
    "NOBODY",
    "PARAM_SHAPES",
    "STRATEGIES",
    "TYPED",
    "Activity",
    "AskedCheck",
    "Bot",
    "Button",
    "Check",
    "CheckPermissions",
    "Choice",
    "Command",
    "CommandOrGroup",
    "Component",
    "Concurrency",
    "Container",
    "ContextMenu",
    "Cooldown",
    "Defaults",
    "Document",
    "Embed",
    "EmbedAuthor",
    "EmbedField",
    "EmbedFooter",
    "EmbedMedia",
    "Event",
    "File",
    "FileDisplay",
    "FirstMessage",
    "Flow",
    "FormField",
    "Guards",
    "Handler",
    "HttpHosts",
    "HttpSuggestions",
    "Inline",
    "InlineButton",
    "InlineSelect",
    "Input",
    "Interactive",
    "Item",
    "Media",
    "MediaGallery",
    "Mentions",
    "MessageChange",
    "MessageEdit",
    "MissedWord",
    "Modal",
    "ModalField",
    "NamedMessage",
    "NewMessage",
    "Option",
    "PageMessage",
    "Param",
    "ParamTypeName",
    "ParamTypes",
    "PermissionRules",
    "Picture",
    "Poll",
    "PollAnswer",
    "Presence",
    "Prompt",
    "RecordField",
    "RecordSuggestions",
    "Records",
    "Registration",
    "ReplyTo",
    "Response",
    "RoleRules",
    "Row",
    "Schedule",
    "Section",
    "Select",
    "SelectOption",
    "SelectOptions",
    "Separator",
    "Shown",
    "State",
    "TextDisplay",
    "Texts",
    "Thumbnail",
    "TopCommand",
    "Unattended",
    "Use",
    "commands_in",
    "declarations",
    "interactive_in",
    "is_select",
    "lacks_content",
    "shown_in",
    "time_of",
]
