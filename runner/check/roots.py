"""What templates can read in each kind of place, with its type, and what a file declares beside it."""

from collections.abc import Mapping, Sequence
from typing import Final

from runner.config.document import (
    Command,
    Component,
    ContextMenu,
    Flow,
    Handler,
    InlineButton,
    InlineSelect,
    Modal,
    ModalField,
    Option,
    Param,
    Schedule,
    Select,
    Unattended,
)
from runner.config.load import Config
from runner.lifecycle.machine import Origin
from runner.templates.chosen import FILE, MENTIONABLE, chosen_type, entered_type
from runner.templates.people import MEMBER, PERSON, USER
from runner.templates.places import CHANNEL, ROLE
from runner.templates.types import (
    ANY,
    BOOLEAN,
    INSTANT,
    INTEGER,
    NONE,
    NUMBER,
    SNOWFLAKE,
    STRING,
    ListOf,
    MapOf,
    Object,
    Type,
    optional,
    union,
)
from runner.templates.values import is_list, is_mapping

GUILD: Final = Object("a server", {"id": SNOWFLAKE, "name": STRING, "locale": STRING})
BOT: Final = Object("the bot", {"id": SNOWFLAKE, "name": STRING, "mention": STRING, "latency_ms": INTEGER})
INTERACTION: Final = Object("the interaction", {"id": SNOWFLAKE, "locale": STRING, "created_at": INSTANT})
MESSAGE: Final = Object(
    "a message",
    {
        "id": SNOWFLAKE,
        "content": STRING,
        "author": USER,
        "attachments": ListOf(FILE),
        "channel_id": SNOWFLAKE,
        "url": STRING,
    },
)
SCHEDULE: Final = Object("the schedule", {"name": STRING, "due_at": INSTANT, "is_late": BOOLEAN})
ERROR: Final = Object(
    "an error",
    {
        "reference": STRING,
        "message": STRING,
        "step": STRING,
        "kind": STRING,
        "code": optional(INTEGER),
        "retry_after": optional(NUMBER),
    },
)
LATE: Final = Object("a late answer", {"reference": STRING, "content": STRING, "step": STRING})
OPTION_TYPES: Final[Mapping[str, Type]] = {
    "string": STRING,
    "integer": INTEGER,
    "number": NUMBER,
    "boolean": BOOLEAN,
    "user": PERSON,
    "channel": CHANNEL,
    "role": ROLE,
    "mentionable": MENTIONABLE,
    "attachment": FILE,
}
REPETITION: Final = Object("the loop", {"index": INTEGER, "index0": INTEGER, "first": BOOLEAN})
VALUE_TYPES: Final[Mapping[str, Type]] = {**OPTION_TYPES, "any": ANY, "list": ListOf(ANY), "mapping": MapOf(ANY)}
"""The types that the parameters and the result of a flow are declared with."""
VARIABLES: Final = "the vars"
OUTPUTS: Final = "the steps before this one"
SERVER_ROOTS: Final = frozenset({"member", "guild"})
"""Roots that exist only in a server: a handler that reads one is offered, and answered, nowhere else."""

ROOTS: Final = frozenset(
    "user member guild channel options target values fields steps vars data state inputs params interaction bot now "
    "error event item loop message late schedule reaction before role vote scheduled".split()
)
"""Every name that templates read in some place of a bot."""

TEXT_ROOTS: Final = ("user", "channel", "interaction", "vars", "data")
"""What is there whatever an interaction is, and whatever has become of its handler."""

MESSAGE_ROOTS: Final = ("vars", "data", "inputs", "bot", "now")
"""What a message by its name reads besides its parameters: what is the same whoever sends it, and where."""

Scope = Mapping[str, Type]
"""What may be read at a point of a handler: its roots, with the variables and the outputs that were set so far."""


def typing_roots(options: Mapping[str, Option], focused: str) -> Scope:
    """Return what can be read while the user types into one of a command's options: nothing is certain yet."""
    types = {name: optional(OPTION_TYPES.get(each.type, ANY)) for name, each in options.items()}
    typed = Object("what is typed so far", {**types, focused: STRING})
    return {"options": typed, "focused": STRING}


def flow_roots(config: Config, name: str, flow: Flow) -> Scope:
    roots = {**declared_params(config, ("flows", name), flow.params, "this flow")}
    if not config.is_sound("flows", name):
        roots["steps"] = Object(OUTPUTS, dict.fromkeys(config.written_ids("flows", name), ANY))
    return roots


def declared_params(config: Config, path: tuple[str, str], declared: Mapping[str, Param], whose: str) -> Scope:
    """Return `params` of a flow or a message; of one that can't be read, which is a fault of its own, nothing."""
    params: Mapping[str, Type] = {
        **dict.fromkeys(config.written_names(*path, "params"), ANY),
        **{each: _param(param) for each, param in declared.items()},
    }
    return {"params": Object(f"the parameters of {whose}", params)}


def _param(declared: Param) -> Type:
    known = declared_type(declared.type)
    return known if declared.required or declared.default is not None else optional(known)


def declared_type(name: str) -> Type:
    """Return the type with this name; one that there is not has been reported, and takes anything."""
    return VALUE_TYPES.get(name, ANY)


def data_roots(config: Config) -> Scope:
    """Return what the data files hold; of one that can't be read, which is a fault of its own, nothing is known."""
    types: Scope = {
        **dict.fromkeys(config.written_names("data"), ANY),
        **{name: type_of(value) for name, value in config.data.items()},
    }
    return {"data": Object("the data", types)} if types else {}


def state_roots(config: Config) -> Scope:
    """Return what the bot keeps of whoever uses it; of one that can't be read nothing is known."""
    types: Scope = {
        **dict.fromkeys(config.written_names("state"), ANY),
        **{name: declared.read_type for name, declared in config.declared.state.items()},
    }
    return {"state": Object("the state", types)} if types else {}


def inputs_roots(config: Config) -> Scope:
    """Return what packs are given; of what doesn't fit, which is a fault of its own, nothing is known."""
    types = {name: each.given.type for name, each in config.inputs.items()}
    return {"inputs": Object("the inputs of this pack", types)} if types else {}


def params_of(kinds: Mapping[str, str], whose: str) -> Scope:
    """Return `params`, if a component or a form has any: of users, roles and channels they have the ids."""
    types = {name: _CARRIED.get(kind, SNOWFLAKE) for name, kind in kinds.items()}
    return {"params": Object(f"the parameters of {whose}", types)} if types else {}


_CARRIED: Final[Mapping[str, Type]] = {"string": STRING, "integer": INTEGER, "boolean": BOOLEAN}


def common_roots() -> Scope:
    """Return what every interaction has."""
    return {
        "user": USER,
        "member": MEMBER,
        "guild": GUILD,
        "channel": CHANNEL,
        "interaction": INTERACTION,
        "bot": BOT,
        "now": INSTANT,
    }


def unattended_roots(general: Scope, handler: Unattended) -> Scope:
    """Return what there is where nobody has asked: a server if the schedule names one."""
    gone = {"user", "member", "channel", "interaction", "guild"}
    if isinstance(handler, Schedule) and handler.guild:
        gone.remove("guild")
    return {root: type_ for root, type_ in general.items() if root not in gone}


def text_roots(general: Scope) -> Scope:
    """Return what every text in the place of a built-in sentence reads; it may be said outside of servers."""
    return {name: general[name] for name in TEXT_ROOTS if name in general}


def own_roots(handler: Handler, origins: Sequence[Origin]) -> Scope:
    """Return what this kind of handler has besides; `origins` are those of a form's submission."""
    match handler:
        case Command(options=declared):
            return {"options": Object("the options of this command", {n: _option(o) for n, o in declared.items()})}
        case ContextMenu(type=kind):
            return {"target": MESSAGE if kind == "message" else PERSON}
        case Component(select=select, params=kinds):
            chosen = {} if select is None else {"values": _values(select)}
            return {"message": MESSAGE, **params_of(kinds, "this component"), **chosen}
        case InlineButton():
            return {"message": MESSAGE}
        case InlineSelect(look=look):
            return {"message": MESSAGE, "values": _values(look)}
        case Schedule():
            return {"schedule": SCHEDULE}
        case Modal(fields=asked):
            types = {name: _field(field) for name, field in asked.items() if field.text is None}
            own = params_of(handler.params, "this form")
            typed: Scope = {"fields": Object("the fields of this form", types), **own}
            if Origin.MODAL_FROM_COMPONENT not in origins:
                return typed
            return {**typed, "message": MESSAGE if len(origins) == 1 else optional(MESSAGE)}
        case _:
            return {}


def type_of(value: object) -> Type:
    """Return the type of a constant."""
    match value:
        case bool():
            return BOOLEAN
        case int():
            return INTEGER
        case float():
            return NUMBER
        case str():
            return STRING
        case None:
            return NONE
        case _ if is_list(value):
            return ListOf(joined_type([type_of(item) for item in value]) if value else ANY)
        case _ if is_mapping(value):
            return Object("a mapping", {str(name): type_of(item) for name, item in value.items()})
        case _:
            return ANY


def _option(declared: Option) -> Type:
    known = OPTION_TYPES.get(declared.type, ANY)
    return known if declared.required else optional(known)


def _values(select: Select) -> Type:
    return ListOf(chosen_type(select.type))


def _field(asked: ModalField) -> Type:
    """Return the type of what stands in a field. Source: `engine.entered`."""
    return entered_type(asked.type, most=asked.most, is_required=asked.required)


def with_error(at: Scope) -> Scope:
    return {**at, "error": ERROR}


def with_late(at: Scope) -> Scope:
    return {**at, "late": LATE}


def joined_type(types: Sequence[Type]) -> Type:
    first = types[0]
    if all(each is first for each in types):  # most of a scope is what it was before the paths parted
        return first
    objects = [each for each in types if isinstance(each, Object)]
    if len(objects) < len(types) or len({each.name for each in objects}) > 1:
        return union(*types)
    names = dict.fromkeys(name for each in objects for name in each.attributes)
    attributes = {name: joined_type([each.attributes.get(name, NONE) for each in objects]) for name in names}
    return Object(objects[0].name, attributes)
