"""`Config` to `Program`: everything that can be worked out once is worked out here.

A program is immutable. Templates are compiled, steps know whether anything in them has to be rendered, permission
names are bits, commands are the JSON that Discord registers. The engine does no parsing and no lookups by text. What
has to be known before the first interaction is compiled at once, a handler when it is asked for.
"""

from collections.abc import Iterator, Mapping
from functools import cache
from types import MappingProxyType
from typing import TYPE_CHECKING

from runner.check.former_names import former_names
from runner.check.guards import guarded
from runner.check.intents import intents_of
from runner.check.rules import Checked
from runner.check.servers import is_for_servers, needs_server
from runner.check.steps import begun_in, every_step
from runner.compile.commands import command_payload, menu_payload
from runner.compile.late import Late, Runs
from runner.compile.program import EventHandler, Flow, Handler, Json, Modal, Program, RegisteredCommand, Schedule, Texts
from runner.compile.written import Entries, digest_of, written_in
from runner.config import document
from runner.config.load import Config
from runner.data import dataclass
from runner.events import kind_name
from runner.fields import Steps
from runner.inside import Waits
from runner.lifecycle import budget
from runner.lifecycle.limits import CommandType
from runner.outside import Hosts
from runner.texts import TEXTS

if TYPE_CHECKING:
    from runner.compile.sections import SectionCompiler


def compile_program(config: Config, checked: Checked, generation: int, files: Mapping[str, str]) -> Program:
    """Return the program of a config that has no errors; `files` are the texts that it was read from."""
    written = config.document
    bot = written.bot
    entries = written_in(config)
    later = _later(config, checked, entries)
    intents, inputs = intents_of(config), _inputs(config)
    waits = [inside for step in every_step(config) if isinstance(inside := step.action.inside(), Waits)]
    return Program(
        generation=generation,
        digest=digest_of(entries, config.data, inputs, written.store),
        token=bot.token,
        guilds=tuple(bot.guilds),
        presence=bot.presence,
        signing_key=bot.signing_key,
        commands=later.commands,
        former_names=MappingProxyType(dict(former_names(config))),
        menus=later.menus,
        components=later.components,
        modals=later.modals,
        events=later.events,
        at_events=later.at_events,
        intents=intents.all,
        intent_places=MappingProxyType({flag: f"{at.file}:{at.line}" for flag, at in intents.privileged.items()}),
        flows=later.flows,
        begun=later.begun,
        begins_later=any(True for _ in begun_in(*config.runs())),
        schedules=later.schedules,
        variables=MappingProxyType(dict(written.vars)),
        data=MappingProxyType(dict(config.data)),
        inputs=MappingProxyType(inputs),
        runs=later.runs,
        texts=_texts(written.texts),
        waits=bool(waits),
        awaits=frozenset(inside.event for inside in waits if inside.event),
        files=MappingProxyType(dict(files)),
        registered=tuple(_registered(config)),
        hosts=Hosts(written.http.allow, written.http.private),
        store=written.store,
        declarations=config.declared,
        keeps_uses=any(_keeps_uses(handler, written.defaults) for _, _, handler in config.handlers()),
        written=MappingProxyType(entries),
    )


@dataclass(frozen=True, slots=True)
class _Later:
    """What of a program is compiled when it is asked for: see `Program`."""

    commands: Late[str, Handler]
    menus: Late[tuple[CommandType, str], Handler]
    components: Late[str, Handler]
    modals: Late[str, Modal]
    flows: Late[str, Flow]
    begun: Late[str, Handler]
    schedules: Late[str, Schedule]
    events: Late[str, EventHandler]
    at_events: Late[str, tuple[EventHandler, ...]]
    runs: Runs


def _later(config: Config, checked: Checked, entries: Entries) -> _Later:
    written, made = config.document, dict[str, Steps]()

    @cache
    def sections() -> "SectionCompiler":
        from runner.compile.sections import SectionCompiler  # most of it, and nothing that a start has to wait for

        return SectionCompiler(config, checked, entries, made)

    flows = Late(written.flows, lambda name: sections().flow(name))
    begun = Late(written.flows, lambda name: sections().begun(name))
    commands = Late(_names(config, "commands"), lambda name: sections().command(name))
    components = Late(_names(config, "components"), lambda name: sections().component(name))
    menus = Late(written.context_menus, lambda name: sections().menu(name))
    modals = Late(written.modals, lambda name: sections().modal(name))
    events = Late(written.events, lambda name: sections().event(name))
    schedules = Late(written.schedules, lambda name: sections().schedule(name))
    known_as, by_type, by_kind = _known_as(config), _by_type(written), _by_kind(written)
    return _Later(
        commands,
        menus=Late(by_type, lambda key: menus[by_type[key]]),
        components=Late(known_as, lambda alias: components[known_as[alias]]),
        modals=modals,
        flows=flows,
        begun=begun,
        schedules=schedules,
        events=events,
        at_events=Late(by_kind, lambda kind: tuple(events[name] for name in by_kind[kind])),
        runs=Runs(
            made,
            {
                "flows": flows,
                "begun": begun,
                "commands": commands,
                "context_menus": menus,
                "components": components,
                "modals": modals,
                "events": events,
                "schedules": schedules,
            },
        ),
    )


def _names(config: Config, section: str) -> list[str]:
    return [name for each, name, _ in config.handlers() if each == section]


def _known_as(config: Config) -> dict[str, str]:
    """Return the components by the names in their custom_ids: earlier ones, and those that they have now."""
    earlier = {alias: name for name, each in config.document.components.items() for alias in each.aliases}
    return earlier | {name: name for name in _names(config, "components")}


def _by_type(written: document.Document) -> dict[tuple[CommandType, str], str]:
    """Return the menus by type and name, former names included."""
    return {
        (CommandType[menu.type.upper()], each): name
        for name, menu in written.context_menus.items()
        for each in (name, *menu.aliases)
    }


def _by_kind(written: document.Document) -> dict[str, list[str]]:
    """Return what is done at each kind of event: by the bot first, then by its packs in their order."""
    found = dict[str, list[str]]()
    for name in written.events:
        found.setdefault(kind_name(name), []).append(name)
    return found


def _keeps_uses(handler: document.Handler, defaults: document.Defaults) -> bool:
    """Tell whether uses of a handler must be counted over a restart. Nobody uses what comes by itself."""
    cooldowns = defaults.cooldown if handler.cooldown is None else handler.cooldown
    is_used = not isinstance(handler, document.Unattended)
    return is_used and any(each.per > budget.COOLDOWN_IN_MEMORY_S for each in cooldowns or ())


def _texts(written: Mapping[str, document.Texts]) -> Texts:
    """Return the sentences that the author has replaced."""
    if not written:
        return Texts(MappingProxyType({}), "")
    from runner.compile.renderers import text_renderer  # most authors leave them as they are

    replaced = {
        locale: MappingProxyType(
            {name: text_renderer(text) for name in TEXTS if (text := getattr(texts, name)) is not None}
        )
        for locale, texts in written.items()
    }
    return Texts(MappingProxyType(replaced), next(iter(replaced), ""))


def _inputs(config: Config) -> Json:
    """Return what packs are given, by the names that the whole bot knows the inputs by."""
    return {name: each.given.value for name, each in config.inputs.items()}


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
