"""`Config` to `Program`: everything that can be worked out once is worked out here.

A program is immutable. Templates are compiled, steps know whether anything in them has to be rendered, permission
names are bits, commands are the JSON that Discord registers. The engine does no parsing and no lookups by text.
"""

import dataclasses
import hashlib
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any, cast

from runner.actions.action import Action, Authored, StepFailed, WrittenStep
from runner.check.contexts import SERVER_ROOTS
from runner.check.names import roots_of
from runner.check.reachability import Plan, handler_steps
from runner.check.rules import Checked
from runner.config import document, source
from runner.config.load import Config
from runner.fields import BadValue, Entry, Shape, Steps, TextShape, coerce, fields_of
from runner.lifecycle.bits import Permissions
from runner.lifecycle.limits import ButtonStyle, ChannelType, CommandType, ComponentType, OptionType
from runner.lifecycle.machine import Origin
from runner.templates import Kind, compile_template
from runner.templates.values import is_list, is_mapping

Context = dict[str, Any]  # Any: what templates read, whose types the check stage has seen
Render = Callable[[Context], Any]
Json = dict[str, Any]

CUSTOM_ID_PREFIX = "lr:"
"""What the custom_id of every component begins with, so that those of other programs are told apart."""


@dataclass(frozen=True, slots=True)
class CompiledStep:
    """A step that is ready to run. `render` makes the action of one run; None when nothing in it changes."""

    name: str
    action: Action
    render: Render | None
    id: str | None
    when: Render | None
    timeout_s: float | None
    catch: Steps | None
    is_slow: bool
    defers_privately: bool | None
    place: str


@dataclass(frozen=True, slots=True)
class Guard:
    """What must hold before the first step: permissions of both sides, and a named check."""

    member: Permissions
    bot: Permissions
    check: str | None
    denied: Render | str


@dataclass(frozen=True, slots=True)
class Check:
    """A named guard. Role names are resolved per server when it is asked."""

    permissions: Permissions
    any_role: tuple[str, ...]
    all_roles: tuple[str, ...]
    no_role: tuple[str, ...]
    users: frozenset[str]
    condition: Render | None
    denied: Render | str


@dataclass(frozen=True, slots=True)
class Handler:
    """What answers one command or one component."""

    name: str
    origin: Origin
    plan: Plan
    guard: Guard
    timeout_s: float
    steps: Steps
    on_error: Steps | None
    on_timeout: Steps | None
    roots: frozenset[str]
    options: tuple[str, ...]
    needs_server: bool


@dataclass(frozen=True, slots=True)
class RegisteredCommand:
    """A command as Discord registers it, and where it is written."""

    payload: Mapping[str, Any]
    place: str


@dataclass(frozen=True, slots=True)
class Program:
    """A bot, compiled. The token is no part of what is shown of it, nor of its digest."""

    generation: int
    digest: str
    token: str = field(repr=False)
    guilds: tuple[str, ...]
    presence: document.Presence | None
    commands: Mapping[str, Handler]
    components: Mapping[str, Handler]
    buttons: Mapping[str, Json]
    checks: Mapping[str, Check]
    variables: Mapping[str, Any]
    registered: tuple[RegisteredCommand, ...]


def compile_program(config: Config, checked: Checked, generation: int) -> Program:
    """Return the program of a config that has no errors."""
    written = config.document
    bot = written.bot
    guards = {name: _check(entry) for name, entry in written.checks.items()}
    check_roots = {name: roots_of(entry) for name, entry in written.checks.items()}
    compiler = _Compiler(config, checked, check_roots)
    return Program(
        generation=generation,
        digest=_digest(config),
        token=bot.token,
        guilds=tuple(bot.guilds),
        presence=bot.presence,
        commands=MappingProxyType({n: compiler.handler("commands", n, h) for n, h in written.commands.items()}),
        components=MappingProxyType({n: compiler.handler("components", n, h) for n, h in written.components.items()}),
        buttons=MappingProxyType({name: _button(name, entry.button) for name, entry in written.components.items()}),
        checks=MappingProxyType(guards),
        variables=MappingProxyType(dict(written.vars)),
        registered=tuple(compiler.registered(name, command) for name, command in written.commands.items()),
    )


@dataclass(frozen=True, slots=True)
class _Compiler:
    config: Config
    checked: Checked
    check_roots: Mapping[str, frozenset[str]]

    def handler(self, section: str, name: str, written: document.Handler) -> Handler:
        """Compile one handler with what it inherits."""
        defaults = self.config.document.defaults
        plan = self.checked.plans[section, name]
        on_error, on_timeout = written.on_error or defaults.on_error, written.on_timeout or defaults.on_timeout
        return Handler(
            name=("/" if section == "commands" else "") + name,
            origin=Origin.COMMAND if section == "commands" else Origin.COMPONENT,
            plan=plan,
            guard=_guard(written),
            timeout_s=written.timeout or defaults.timeout,
            steps=compile_steps(handler_steps(written), plan),
            on_error=compile_steps(on_error, plan) if on_error else None,
            on_timeout=compile_steps(on_timeout, plan) if on_timeout else None,
            roots=self._roots(written, on_error, on_timeout),
            options=tuple(written.options) if isinstance(written, document.Command) else (),
            needs_server=self.needs_server(written),
        )

    def _roots(self, written: document.Handler, *rescues: Steps | None) -> frozenset[str]:
        """Return the names that some template of the handler reads; nothing else is put into its context."""
        named = {written.check} | {getattr(step.action, "check", None) for step in handler_steps(written).items}
        found = roots_of(handler_steps(written)) | roots_of(written.permissions)
        for rescue in rescues:
            found |= roots_of(rescue)
        return found.union(*self.check_roots.values()) if named - {None} else found

    def needs_server(self, written: document.Handler) -> bool:
        """Tell whether the handler makes sense only in a server: it asks for permissions, or reads who is a member."""
        rules = written.permissions
        asks = rules is not None and bool(rules.member or rules.bot)
        return asks or written.check is not None or bool(self._roots(written) & SERVER_ROOTS)

    def registered(self, name: str, command: document.Command) -> RegisteredCommand:
        """Return what Discord is told of a command."""
        key = self.config.key("commands", name)
        asked = command.visible_to
        if asked is None:
            asked = command.permissions.member if command.permissions else ()
        payload: Json = {
            "type": int(CommandType.CHAT_INPUT),
            "name": name,
            "description": command.description,
            "options": [_option(option, entry) for option, entry in command.options.items()],
            "default_member_permissions": str(int(bits(asked))) if asked else None,
        }
        if self.needs_server(command) and not self.config.document.bot.guilds:
            payload["contexts"] = [0]
        return RegisteredCommand(payload, f"{key.file}:{key.line}:{key.column}")


def compile_steps(steps: Steps, plan: Plan) -> Steps:
    """Return the steps ready to run, those inside other steps included."""
    return Steps(tuple(_step(step, plan) for step in steps.items))


def _step(step: WrittenStep, plan: Plan) -> CompiledStep:
    action = _with_compiled_steps(step.action, plan)
    return CompiledStep(
        name=step.name,
        action=action,
        render=_entry_renderer(action),
        id=step.id,
        when=_renderer(step.when),
        timeout_s=step.timeout_s,
        catch=compile_steps(step.catch, plan) if step.catch else None,
        is_slow=step.action.takes_s() > 0,
        defers_privately=plan.defer_before.get(step.key),
        place=f"{step.key.file}:{step.key.line}",
    )


def _with_compiled_steps(action: Action, plan: Plan) -> Action:
    values = {item.attribute: getattr(action, item.attribute) for item in fields_of(type(action))}
    runs = {name: compile_steps(value, plan) for name, value in values.items() if isinstance(value, Steps)}
    return type(action)(**{**values, **runs}) if runs else action


def _entry_renderer(entry: Entry) -> Render | None:
    """Return what makes the entry of one run, or None when every field is constant."""
    names = [item.attribute for item in fields_of(type(entry))]
    dynamic = [(name, render) for name in names if (render := _renderer(getattr(entry, name))) is not None]
    if not dynamic:
        return None
    made, constant = type(entry), {name: getattr(entry, name) for name in names}

    def render_entry(context: Context) -> Entry:
        values = constant.copy()
        for name, render in dynamic:
            values[name] = render(context)
        return made(**values)

    return render_entry


def _renderer(value: object) -> Render | None:
    """Return what makes the value of one run, or None for a constant."""
    match value:
        case Authored():
            return _template_renderer(value)
        case _ if is_list(value):
            return _all(value, tuple)
        case _ if is_mapping(value):
            names = list(value)
            return _all(list(value.values()), lambda items: dict(zip(names, items, strict=True)))
        case Entry() if dataclasses.is_dataclass(value):
            return _entry_renderer(value)
        case _:
            return None


def _all(values: Sequence[object], gather: Callable[[list[object]], object]) -> Render | None:
    renders = [_renderer(value) for value in values]
    if not any(renders):
        return None
    pairs = list(zip(values, renders, strict=True))
    return lambda context: gather([render(context) if render else value for value, render in pairs])


def _template_renderer(authored: Authored) -> Render:
    evaluate, shape = compile_template(authored.template), authored.shape
    if isinstance(shape, TextShape) and authored.template.kind is Kind.TEXT and not shape.min_length:
        return evaluate  # it is a text already, and any text will do
    return _coercing(evaluate, shape)


def _coercing(evaluate: Callable[[Context], object], shape: Shape) -> Render:
    def render(context: Context) -> object:
        try:
            return coerce(shape, evaluate(context))
        except BadValue as bad:
            raise StepFailed(f"a template gave something else than is taken here: {bad}") from None

    return render


def _text(value: object) -> Render | str:
    """Return a text that may be a template, in the form in which the engine keeps it."""
    return _renderer(value) or str(value or "")


def _guard(written: document.Handler) -> Guard:
    rules = written.permissions or document.PermissionRules()
    return Guard(bits(rules.member), bits(rules.bot), written.check, _text(rules.denied))


def _check(entry: document.Check) -> Check:
    roles = entry.roles or document.RoleRules()
    return Check(
        permissions=bits(entry.permissions),
        any_role=roles.any,
        all_roles=roles.all,
        no_role=roles.none,
        users=frozenset(entry.users),
        condition=_renderer(entry.if_),
        denied=_text(entry.denied),
    )


def bits(names: tuple[str, ...]) -> Permissions:
    """Return the permissions with these names, in lower case as in YAML."""
    granted = Permissions(0)
    for name in names:
        granted |= Permissions[name.upper()]
    return granted


_CHANNEL_TYPES: Mapping[str, tuple[ChannelType, ...]] = {
    "text": (ChannelType.GUILD_TEXT,),
    "voice": (ChannelType.GUILD_VOICE,),
    "category": (ChannelType.GUILD_CATEGORY,),
    "announcement": (ChannelType.GUILD_ANNOUNCEMENT,),
    "stage": (ChannelType.GUILD_STAGE_VOICE,),
    "forum": (ChannelType.GUILD_FORUM,),
    "media": (ChannelType.GUILD_MEDIA,),
    "thread": (ChannelType.ANNOUNCEMENT_THREAD, ChannelType.PUBLIC_THREAD, ChannelType.PRIVATE_THREAD),
}


def _option(name: str, entry: document.Option) -> Json:
    made: Json = {
        "type": int(OptionType[entry.type.upper()]),
        "name": name,
        "description": entry.description,
        "required": entry.required,
    }
    number: Callable[[float], float] = int if entry.type == "integer" else float
    for key, value in (("min_value", entry.min), ("max_value", entry.max)):
        if value is not None:
            made[key] = number(value)
    for key, length in (("min_length", entry.min_length), ("max_length", entry.max_length)):
        if length is not None:
            made[key] = length
    if entry.choices:
        made["choices"] = [_choice(entry.type, value, label) for value, label in entry.choices.items()]
    if entry.channel_types:
        made["channel_types"] = [int(kind) for word in entry.channel_types for kind in _CHANNEL_TYPES[word]]
    return made


def _choice(kind: str, value: str, label: str) -> Json:
    convert: Callable[[str], object] = {"integer": int, "number": float}.get(kind, str)
    return {"name": label, "value": convert(value)}


def _button(name: str, button: document.Button) -> Json:
    made: Json = {
        "type": int(ComponentType.BUTTON),
        "style": int(ButtonStyle[button.style.upper()]),
        "label": button.label,
        "custom_id": CUSTOM_ID_PREFIX + name,
    }
    return {**made, "disabled": True} if button.disabled else made


def _digest(config: Config) -> str:
    """Return a digest of what the file says, whatever its layout and whatever the token is.

    The order of keys counts: users see options and choices in the order of the file.
    """
    said = cast(Json, source.plain(config.root))
    bot: Json = {name: value for name, value in cast(Json, said.get("bot", {})).items() if name != "token"}
    rest = {name: value for name, value in said.items() if name != "bot"}
    canonical = json.dumps([bot, rest])
    return hashlib.sha256(canonical.encode()).hexdigest()[:16]
