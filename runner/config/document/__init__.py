"""The keys of bot.yaml: one module for each section, one dataclass for each mapping in it."""

from runner.config.document.bot import Activity, Bot, Presence
from runner.config.document.commands import GROUP_KEYS, Choice, Command, CommandOrGroup, Option, TopCommand, commands_in
from runner.config.document.components import Button, Component
from runner.config.document.context_menus import ContextMenu
from runner.config.document.events import Event
from runner.config.document.flows import Flow, Param
from runner.config.document.guards import AskedCheck, Check, CheckPermissions, PermissionRules, RoleRules
from runner.config.document.handlers import Defaults, Guards, Handler, Unattended
from runner.config.document.http import HttpHosts
from runner.config.document.modals import Modal, ModalField
from runner.config.document.pace import Concurrency, Cooldown
from runner.config.document.packs import Input, Use
from runner.config.document.registration import NOBODY, Registration
from runner.config.document.responses import STRATEGIES, Response
from runner.config.document.schedules import MissedWord, Schedule
from runner.config.document.stored import RecordField, Records, State, declarations
from runner.config.document.suggestions import RecordSuggestions
from runner.config.document.texts import Texts
from runner.config.document.whole import Document

__all__ = [
    "GROUP_KEYS",
    "NOBODY",
    "STRATEGIES",
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
    "ContextMenu",
    "Cooldown",
    "Defaults",
    "Document",
    "Event",
    "Flow",
    "Guards",
    "Handler",
    "HttpHosts",
    "Input",
    "MissedWord",
    "Modal",
    "ModalField",
    "Option",
    "Param",
    "PermissionRules",
    "Presence",
    "RecordField",
    "RecordSuggestions",
    "Records",
    "Registration",
    "Response",
    "RoleRules",
    "Schedule",
    "State",
    "Texts",
    "TopCommand",
    "Unattended",
    "Use",
    "commands_in",
    "declarations",
]
