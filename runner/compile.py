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
from runner.check.contexts import SERVER_ROOTS, shown_by
from runner.check.names import roots_of
from runner.check.reachability import Plan
from runner.check.rules import Checked
from runner.check.steps import all_steps, handler_steps, modal_of
from runner.config import document, source
from runner.config.load import Config
from runner.fields import BadValue, Entry, Shape, Steps, TextShape, coerce, fields_of
from runner.lifecycle.bits import Permissions
from runner.lifecycle.limits import ButtonStyle, ChannelType, CommandType, ComponentType, OptionType
from runner.lifecycle.machine import Origin
from runner.modals import modal_body
from runner.templates import Kind, compile_template
from runner.templates.values import is_list, is_mapping

Context = dict[str, Any]  # Any: what templates read, whose types the check stage has seen
Render = Callable[[Context], Any]
Json = dict[str, Any]

CUSTOM_ID_PREFIX = "lr:"
"""What the custom_id of every component begins with, so that those of other programs are told apart."""

MODAL_PREFIX = CUSTOM_ID_PREFIX + "modal:"
"""What the custom_id of every form begins with; no component has such a name."""


@dataclass(frozen=True, slots=True)
class CompiledStep:
    """A step that is ready to run. `render` makes the action of one run; None when nothing in it changes.

    `may_open` says that it, or a step inside it, opens a form.
    """

    name: str
    action: Action
    render: Render | None
    id: str | None
    when: Render | None
    timeout_s: float | None
    catch: Steps | None
    is_slow: bool
    defers_privately: bool | None
    may_open: bool
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
    """What answers one command, one component, or the submission of one form."""

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
    fields: tuple[str, ...]
    needs_server: bool


@dataclass(frozen=True, slots=True)
class Modal:
    """A form: its body in Discord's JSON as `render` makes it where it is opened, and what answers its submission.

    There is a handler for each kind of interaction that a submission can be. `required` are the fields that no
    submission lacks, unless the form was opened by an older config.
    """

    render: Render
    handlers: Mapping[Origin, Handler]
    required: frozenset[str]


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
    modals: Mapping[str, Modal]
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
        commands=MappingProxyType(
            {n: compiler.handler("commands", n, h, Origin.COMMAND) for n, h in written.commands.items()}
        ),
        components=MappingProxyType(
            {n: compiler.handler("components", n, h, Origin.COMPONENT) for n, h in written.components.items()}
        ),
        modals=MappingProxyType({name: compiler.modal(name, modal) for name, modal in written.modals.items()}),
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

    def modal(self, name: str, written: document.Modal) -> Modal:
        """Compile one form."""
        origins = [origin for section, its, origin in self.checked.plans if (section, its) == ("modals", name)]
        return Modal(
            render=_modal_renderer(name, written),
            handlers=MappingProxyType({origin: self.handler("modals", name, written, origin) for origin in origins}),
            required=frozenset(field for field, entry in written.fields.items() if entry.required),
        )

    def handler(self, section: str, name: str, written: document.Handler, origin: Origin) -> Handler:
        """Compile one handler with what it inherits."""
        defaults = self.config.document.defaults
        plan = self.checked.plans[section, name, origin]
        on_error, on_timeout = written.on_error or defaults.on_error, written.on_timeout or defaults.on_timeout
        return Handler(
            name=_LOGGED_AS[section] + name,
            origin=origin,
            plan=plan,
            guard=_guard(written),
            timeout_s=written.timeout or defaults.timeout,
            steps=compile_steps(handler_steps(written), plan),
            on_error=compile_steps(on_error, plan) if on_error else None,
            on_timeout=compile_steps(on_timeout, plan) if on_timeout else None,
            roots=self._roots(written, on_error, on_timeout),
            options=tuple(written.options) if isinstance(written, document.Command) else (),
            fields=tuple(written.fields) if isinstance(written, document.Modal) else (),
            needs_server=self.needs_server(written),
        )

    def _roots(self, written: document.Handler, *rescues: Steps | None) -> frozenset[str]:
        """Return the names that some template of the handler reads; nothing else is put into its context."""
        steps = (handler_steps(written), *rescues)
        named = {written.check} | {getattr(step.action, "check", None) for step in all_steps(*steps)}
        found = roots_of(written.permissions).union(*(roots_of(run) for run in steps))
        for modal in self._opened(written):
            found |= roots_of(shown_by(modal))
        return found.union(*self.check_roots.values()) if named - {None} else found

    def needs_server(self, written: document.Handler) -> bool:
        """Tell whether the handler makes sense only in a server: it asks for permissions, or reads who is a member.

        So does one that opens a form of that kind.
        """
        rules = written.permissions
        asks = rules is not None and bool(rules.member or rules.bot)
        opens = any(self.needs_server(modal) for modal in self._opened(written))
        return asks or opens or written.check is not None or bool(self._roots(written) & SERVER_ROOTS)

    def _opened(self, written: document.Handler) -> list[document.Modal]:
        """Return the forms that the handler opens."""
        names = {name for step in all_steps(handler_steps(written)) if (name := modal_of(step)) is not None}
        return [self.config.document.modals[name] for name in names]

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
    catch = compile_steps(step.catch, plan) if step.catch else None
    inside = [inner for run in (*action.branches(), catch or Steps()) for inner in run.items]
    return CompiledStep(
        name=step.name,
        action=action,
        render=_entry_renderer(action),
        id=step.id,
        when=_renderer(step.when),
        timeout_s=step.timeout_s,
        catch=catch,
        is_slow=step.action.takes_s() > 0,
        defers_privately=plan.defer_before.get(step.key),
        may_open=modal_of(step) is not None or any(inner.may_open for inner in inside),
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


_LOGGED_AS: Mapping[str, str] = {"commands": "/", "components": "", "modals": "modal "}
"""How the handlers of each section are named in the log: what stands before their own names."""

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


def _modal_renderer(name: str, written: document.Modal) -> Render:
    """Return what makes a form's body, from the context of the step that opens it."""
    title, custom_id = _renderer(written.title), MODAL_PREFIX + name
    renders = {field: _entry_renderer(entry) for field, entry in written.fields.items()}

    def render_modal(context: Context) -> Json:
        fields = {
            field: render(context) if (render := renders[field]) else entry for field, entry in written.fields.items()
        }
        return modal_body(custom_id, title(context) if title else written.title, fields)

    return render_modal


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
