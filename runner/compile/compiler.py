"""`Config` to `Program`: everything that can be worked out once is worked out here.

A program is immutable. Templates are compiled, steps know whether anything in them has to be rendered, permission
names are bits, commands are the JSON that Discord registers. The engine does no parsing and no lookups by text.
"""

from collections.abc import Iterator, Mapping
from types import MappingProxyType

from runner.check.former_names import former_names
from runner.check.guards import guarded
from runner.check.intents import intents_of
from runner.check.rules import Checked
from runner.check.servers import is_for_servers, needs_server
from runner.check.steps import begun_in
from runner.compile.commands import command_payload, menu_payload
from runner.compile.components import ComponentCompiler
from runner.compile.events import compile_event
from runner.compile.guards import CheckCompiler
from runner.compile.handlers import HandlerCompiler
from runner.compile.messages import MessageCompiler
from runner.compile.program import EventHandler, Handler, Json, Modal, Program, RegisteredCommand, Texts
from runner.compile.renderers import text_renderer
from runner.compile.schedules import compile_schedule
from runner.compile.written import WrittenAt, digest_of, written_in
from runner.config import document
from runner.config.load import Config
from runner.events import kind_name
from runner.lifecycle.limits import CommandType
from runner.lifecycle.machine import Origin
from runner.outside import Hosts
from runner.texts import TEXTS


def compile_program(config: Config, checked: Checked, generation: int, files: Mapping[str, str]) -> Program:
    """Return the program of a config that has no errors; `files` are the texts that it was read from."""
    written = config.document
    bot = written.bot
    messages = MessageCompiler(ComponentCompiler(written.components, config.inlines), config.content_of)
    entries = written_in(config)
    compiler = HandlerCompiler(config, checked, CheckCompiler(written.checks), messages, WrittenAt.of(entries))
    flows = {name: compiler.flow(name, flow) for name, flow in written.flows.items()}  # first: handlers run them
    commands = {n: compiler.handler(s, n, h, Origin.COMMAND) for s, n, h in config.handlers() if s == "commands"}
    components = {n: compiler.handler(s, n, h, Origin.COMPONENT) for s, n, h in config.handlers() if s == "components"}
    aliases = {alias: components[n] for n, entry in written.components.items() for alias in entry.aliases}
    menus = _menus(config, compiler)
    modals = {name: compiler.modal(name, modal) for name, modal in written.modals.items()}
    events = {name: compile_event(compiler, name, event) for name, event in written.events.items()}
    intents, inputs = intents_of(config), _inputs(config)
    return Program(
        generation=generation,
        digest=digest_of(entries, config.data, inputs, written.store),
        token=bot.token,
        guilds=tuple(bot.guilds),
        presence=bot.presence,
        signing_key=bot.signing_key,
        commands=MappingProxyType(commands),
        former_names=MappingProxyType(dict(former_names(config))),
        menus=MappingProxyType(menus),
        components=MappingProxyType({**aliases, **components}),
        modals=MappingProxyType(modals),
        events=MappingProxyType(events),
        at_events=MappingProxyType(_by_kind(events)),
        intents=intents.all,
        intent_places=MappingProxyType({flag: f"{at.file}:{at.line}" for flag, at in intents.privileged.items()}),
        flows=MappingProxyType(flows),
        begun=MappingProxyType({name: compiler.begun(name, flow) for name, flow in written.flows.items()}),
        begins_later=any(True for _ in begun_in(*config.runs())),
        schedules=MappingProxyType(
            {name: compile_schedule(compiler, name, schedule) for name, schedule in written.schedules.items()}
        ),
        variables=MappingProxyType(dict(written.vars)),
        data=MappingProxyType(dict(config.data)),
        inputs=MappingProxyType(inputs),
        runs=MappingProxyType(compiler.compiler.runs),
        texts=_texts(written.texts),
        waits=any(step.waits is not None for run in compiler.compiler.runs.values() for step in run.items),
        awaits=frozenset(
            step.waits.event
            for run in compiler.compiler.runs.values()
            for step in run.items
            if step.waits is not None and step.waits.event
        ),
        files=MappingProxyType(dict(files)),
        registered=tuple(_registered(config)),
        hosts=Hosts(written.http.allow, written.http.private),
        store=written.store,
        declarations=config.declared,
        keeps_uses=any(
            each.pace is not None and each.pace.is_kept
            for each in (*commands.values(), *menus.values(), *components.values(), *_submitted(modals))
        ),
        written=MappingProxyType(entries),
    )


def _submitted(modals: Mapping[str, Modal]) -> Iterator[Handler]:
    for modal in modals.values():
        yield from modal.handlers.values()


def _texts(written: Mapping[str, document.Texts]) -> Texts:
    """Return the sentences that the author has replaced."""
    replaced = {
        locale: MappingProxyType(
            {name: text_renderer(text) for name in TEXTS if (text := getattr(texts, name)) is not None}
        )
        for locale, texts in written.items()
    }
    return Texts(MappingProxyType(replaced), next(iter(replaced), ""))


def _by_kind(events: Mapping[str, EventHandler]) -> Mapping[str, tuple[EventHandler, ...]]:
    """Return what is done at each kind of event: by the bot first, then by its packs in their order."""
    found: dict[str, tuple[EventHandler, ...]] = {}
    for name, handler in events.items():
        found[kind_name(name)] = (*found.get(kind_name(name), ()), handler)
    return found


def _inputs(config: Config) -> Json:
    """Return what packs are given, by the names that the whole bot knows the inputs by."""
    return {name: each.given.value for name, each in config.inputs.items()}


def _menus(config: Config, compiler: HandlerCompiler) -> dict[tuple[CommandType, str], Handler]:
    made: dict[tuple[CommandType, str], Handler] = {}
    for name, menu in config.document.context_menus.items():
        handler = compiler.handler("context_menus", name, menu, Origin.COMMAND)
        made |= {(CommandType[menu.type.upper()], each): handler for each in (name, *menu.aliases)}
    return made


def _registered(config: Config) -> Iterator[RegisteredCommand]:
    """Yield what Discord is told of each command and menu, and in which servers: none means everywhere."""
    defaults = config.document.defaults
    for name, written in config.document.commands.items():
        where = _where(config, written)
        bound = is_for_servers(config, name, written)
        command = written if document.commands_in(written) else guarded(written, defaults)
        payload = command_payload(name, command, is_global=not where, in_servers_only=bound)
        yield RegisteredCommand(payload, _place(config, "commands", name), where, command.aliases)
    for name, entry in config.document.context_menus.items():
        where, menu = _where(config, entry), guarded(entry, defaults)
        payload = menu_payload(name, menu, is_global=not where, in_servers_only=needs_server(config, menu))
        yield RegisteredCommand(payload, _place(config, "context_menus", name), where, menu.aliases)


def _where(config: Config, said: document.Registration) -> tuple[str, ...]:
    return tuple(config.document.bot.guilds if said.guilds is None else said.guilds)


def _place(config: Config, section: str, name: str) -> str:
    key = config.key(section, name)
    return f"{key.file}:{key.line}:{key.column}"
