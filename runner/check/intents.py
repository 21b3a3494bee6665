"""What a bot has to ask Discord for so that it hears of what it listens to.

Three intents are privileged: Discord closes the gateway on a bot that asks for one without its switch in the developer
portal. Source: Discord docs, Events: Gateway, Privileged Intents.
"""

from collections.abc import Mapping

from runner.actions.action import Authored, WrittenStep
from runner.check.reads import attributes_read, parts_read
from runner.check.steps import all_steps, every_step, runs_of
from runner.check.templates import templates_in
from runner.config.document import Event
from runner.config.load import Config
from runner.data import dataclass
from runner.diagnostics import Span
from runner.events import KINDS, kind_name
from runner.lifecycle.bits import PRIVILEGED_INTENTS, Intents


@dataclass(frozen=True, slots=True)
class Asked:
    """The intents that a config needs, and for each privileged one the first place that needs it."""

    all: Intents
    privileged: Mapping[Intents, Span]


def intents_of(config: Config) -> Asked:
    """Return what has to be asked for. Servers, their channels and roles are asked for in any case."""
    found: Asked | None = config.kept.get("intents")
    if found is None:
        found = config.kept["intents"] = _intents_of(config)
    return found


def _intents_of(config: Config) -> Asked:
    needed, privileged = Intents.GUILDS, dict[Intents, Span]()
    for name, event in config.document.events.items():
        if kind_name(name) not in KINDS:
            continue
        asked = KINDS[kind_name(name)].intents
        place = config.key("events", name)
        if KINDS[kind_name(name)].has_content and (read := _content_read_at(event)) is not None:
            asked, place = asked | Intents.MESSAGE_CONTENT, read
        needed |= asked
        for flag in asked & PRIVILEGED_INTENTS:
            privileged.setdefault(flag, place)
    for step in every_step(config):
        asked = step.action.intents()
        if step.action.written_by_others:
            asked |= _content_asked(config, step)
        if not asked:
            continue  # nearly always
        needed |= asked
        for flag in asked & PRIVILEGED_INTENTS:
            privileged.setdefault(flag, step.key)
    return Asked(needed, privileged)


def _content_asked(config: Config, step: WrittenStep) -> Intents:
    """Return the intent for what others write, where a template reads what a step gives of that."""
    if any(_filters_by(authored, step) for authored in templates_in(step.action)):
        return Intents.MESSAGE_CONTENT
    if step.id is None:
        return Intents(0)
    parts = [part for each in every_step(config) for part in (each.when, each.action)]
    for authored in (each for part in parts for each in templates_in(part)):
        read = parts_read(authored.template, "steps", step.id)
        if read is None or read & step.action.written_by_others:
            return Intents.MESSAGE_CONTENT
    return Intents(0)


def _filters_by(authored: Authored, step: WrittenStep) -> bool:
    """Tell whether a template of a step that waits for an event reads there what others write."""
    read = attributes_read(authored.template, "event") if "event" in step.action.late_reads() else frozenset[str]()
    return read is None or bool(read & step.action.written_by_others)


def _content_read_at(event: Event) -> Span | None:
    """Return where a template reads the text of a message; None if none does.

    Without the intent Discord leaves it out, but of messages that mention the bot.
    """
    parts: list[object] = [event.when]
    for step in all_steps(*runs_of(event)):
        parts += [step.when, step.action]
    for authored in (each for part in parts for each in templates_in(part)):
        read = attributes_read(authored.template, "message")
        if read is None or "content" in read:
            return authored.locate(0, len(authored.template.source))
    return None
