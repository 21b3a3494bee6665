"""Names that are used are defined, names that are defined are used, and each is one that Discord takes."""

from collections.abc import Iterator, Mapping
from dataclasses import fields, is_dataclass

from runner.actions.action import Authored, WrittenStep
from runner.check.guards import used_names
from runner.check.steps import all_steps, every_step, messages_of, modal_of
from runner.check.templates import templates_in, templates_of
from runner.config.document import shown_in
from runner.config.load import Config
from runner.config.suggestion import suggestion
from runner.diagnostics import Diagnostic, Mark, Severity, Span
from runner.fields import Entry, Steps, Suggestions
from runner.inside import Begin, Call, OneOf
from runner.lifecycle import limits
from runner.templates import nodes
from runner.templates.names import attributes_read
from runner.templates.scopes import path_of
from runner.templates.values import is_list, is_mapping

UNUSED_NAME = "unused-name"


def check_names(config: Config) -> list[Diagnostic]:
    """Return a fault for each name that is invalid, undefined, defined twice in one handler, or never used."""
    return [
        *_discord_names(config),
        *_shown_and_opened(config),
        *_step_ids(config),
        *_unused(config),
        *_unused_variables(config),
    ]


def _discord_names(config: Config) -> Iterator[Diagnostic]:
    for names, command in config.commands():
        name = " ".join(names)
        if not limits.is_command_name(names[-1]):
            yield _invalid(names[-1], "a command", config.key("commands", name))
        for option in command.options:
            if not limits.is_command_name(option):
                yield _invalid(option, "an option", config.key("commands", name, "options", option))


def _invalid(name: str, what: str, span: Span) -> Diagnostic:
    return Diagnostic(
        slug="invalid-name",
        span=span,
        headline=f"Discord takes no `{name}` as the name of {what}",
        why="a name is 1 to 32 lower-case letters, digits, `-`, `_` and `'` "
        "(Discord docs, Application Commands, Naming)",
        fix=f"rename it to `{as_command_name(name)}`",
    )


def as_command_name(name: str) -> str:
    """Return a name for a command or an option that Discord takes, made from `name`."""
    letters = (letter if limits.is_command_name(letter) else "-" for letter in name.lower())
    return "".join(letters).strip("-")[: limits.COMMAND_NAME_MAX] or "my-name"


def _shown_and_opened(config: Config) -> Iterator[Diagnostic]:
    for step in every_step(config):
        yield from _opened_modal(config, step)


def _opened_modal(config: Config, step: WrittenStep) -> Iterator[Diagnostic]:
    name, defined = modal_of(step), config.written_names("modals")
    if name and name not in defined:  # that none is written is said already
        yield Diagnostic(
            slug="undefined-modal",
            span=step.spans.get("name", step.key),
            headline=f"there is no modal `{name}`",
            why="there is no form to open",
            fix=suggestion(name, defined) or f"define `{name}:` under `modals:`",
        )


def _step_ids(config: Config) -> Iterator[Diagnostic]:
    for run in config.runs():
        found: list[Diagnostic] = []
        _ids_in(run, {}, found)
        yield from found


def _ids_in(steps: Steps, before: Mapping[str, Span], found: list[Diagnostic]) -> Mapping[str, Span]:
    """Return the ids that are taken behind the steps. Runs of which one is executed may share an id."""
    taken = dict(before)
    for step in steps.items:
        is_choice = isinstance(step.action.inside(), OneOf)
        inside = dict(taken)
        for run in step.action.branches():
            inside.update(_ids_in(run, taken if is_choice else inside, found))
        taken = {**inside, **_ids_in(step.catch or Steps(), taken, found)}
        if step.id is not None:
            span = step.spans.get("id", step.key)
            if step.id in taken:
                found.append(_duplicate_id(step.id, span, taken[step.id]))
            taken.setdefault(step.id, span)
    return taken


def _duplicate_id(name: str, span: Span, first: Span) -> Diagnostic:
    return Diagnostic(
        slug="duplicate-id",
        span=span,
        headline=f"two steps of this handler have the id `{name}`",
        why=f"`steps.{name}` would mean whichever ran last",
        fix=f"rename one, for example to `{name}_2`",
        marks=(Mark(first, "the first one"),),
    )


def _unused(config: Config) -> Iterator[Diagnostic]:
    used = used_names(config)
    for name in config.document.checks:
        if name not in used:
            yield _warning(config.key("checks", name), f"nothing uses the check `{name}`")
    messages = [message for step in every_step(config) for message in messages_of(step)]
    named = {message.name for message in messages}
    for name in config.document.messages:
        if name not in named:
            yield _warning(config.key("messages", name), f"no step sends the message `{name}`")
    messages += config.document.messages.values()
    shown = {shown.name for message in messages for shown in shown_in(message.components or ())}
    for name in config.document.components:
        if name not in shown:
            yield _warning(config.key("components", name), f"no message shows the component `{name}`")
    run = {inside.flow for step in every_step(config) if isinstance(inside := step.action.inside(), (Call, Begin))}
    for name in config.document.flows:
        if name not in run:
            yield _warning(config.key("flows", name), f"nothing runs the flow `{name}`")
    opened = {modal_of(step) for step in every_step(config)}
    for name in config.document.modals:
        if name not in opened:
            yield _warning(config.key("modals", name), f"no step opens the modal `{name}`")


def _unused_variables(config: Config) -> Iterator[Diagnostic]:
    read = _variables_read(config.document) if config.document.vars else None
    if read is None:
        return
    for name in config.document.vars:
        if name not in read:
            yield _warning(config.key("vars", name), f"nothing reads `vars.{name}`")


def _variables_read(value: object) -> frozenset[str] | None:
    """Return which names under `vars` the templates in `value` read; None where one reads them by another way."""
    found: set[str] = set()
    for authored in every_template(value):
        if "vars" in authored.template.roots:
            names = [path_of(node) for node in attributes_read(authored.template.tree)]
            known = [path[1] for path in names if path is not None and path[0] == "vars" and len(path) == 2]
            if len(known) < sum(node.name == "vars" for node in authored.template.tree.find_all(nodes.Name)):
                return None
            found.update(known)
    return frozenset(found)


def every_template(value: object) -> Iterator[Authored]:
    """Yield every template inside a value, those of the steps in it included."""
    match value:
        case Authored():
            yield value
        case Steps(items):
            for step in items:
                yield from every_template((step.when, step.action, step.catch))
        case _ if is_mapping(value):
            for item in value.values():
                yield from every_template(item)
        case _ if is_list(value):
            for item in value:
                yield from every_template(item)
        case Entry() | Suggestions() if is_dataclass(value):
            for item in fields(value):
                yield from every_template(getattr(value, item.name))
        case _:
            return


def _warning(span: Span, headline: str) -> Diagnostic:
    return Diagnostic(
        slug=UNUSED_NAME,
        span=span,
        headline=headline,
        why="it may be misspelt where it was meant to be used",
        fix="use it, or remove it",
        severity=Severity.WARNING,
    )


def roots_of(value: object) -> frozenset[str]:
    """Return the top-level names that the templates in `value` read, those in its steps included."""
    if isinstance(value, Steps):
        return frozenset[str]().union(*map(_roots_of_step, all_steps(value)))
    return frozenset[str]().union(*(authored.template.roots for authored in templates_in(value)))


def _roots_of_step(step: WrittenStep) -> frozenset[str]:
    found: frozenset[str] | None = step.kept.get("roots")
    if found is None:
        found = frozenset[str]().union(*(authored.template.roots for authored in templates_of(step)))
        step.kept["roots"] = found
    return found
