"""The keys of bot.yaml: one module for each section, one dataclass for each mapping in it."""

from runner.config.document.bot import Activity, Bot, Presence
from runner.config.document.commands import Command, Option
from runner.config.document.components import Button, Component
from runner.config.document.events import Event
from runner.config.document.flows import Flow, Param
from runner.config.document.guards import AskedCheck, Check, CheckPermissions, PermissionRules, RoleRules
from runner.config.document.handlers import Defaults, Guards, Handler, Unattended
from runner.config.document.modals import Modal, ModalField
from runner.config.document.pace import Concurrency, Cooldown
from runner.config.document.packs import Input, Use
from runner.config.document.responses import STRATEGIES, Response
from runner.config.document.schedules import MissedWord, Schedule
from runner.config.document.stored import RecordField, Records, State, declarations
from runner.config.document.texts import Texts
from runner.config.document.whole import Document

__all__ = [
    "STRATEGIES",
    "Activity",
    "AskedCheck",
    "Bot",
    "Button",
    "Check",
    "CheckPermissions",
    "Command",
    "Component",
    "Concurrency",
    "Cooldown",
    "Defaults",
    "Document",
    "Event",
    "Flow",
    "Guards",
    "Handler",
    "Input",
    "MissedWord",
    "Modal",
    "ModalField",
    "Option",
    "Param",
    "PermissionRules",
    "Presence",
    "RecordField",
    "Records",
    "Response",
    "RoleRules",
    "Schedule",
    "State",
    "Texts",
    "Unattended",
    "Use",
    "declarations",
]
