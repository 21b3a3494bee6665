"""What the bot keeps is declared so that it can be kept, and used as it is declared."""

from collections.abc import Iterator
from pathlib import Path

from runner.check.names import UNUSED_NAME
from runner.check.reads import state_read_in
from runner.check.steps import all_steps, asked_by, every_step, runs_of
from runner.check.suggesting import looked_up, options_of, suggesting
from runner.config.document import Records
from runner.config.load import Config
from runner.config.suggestion import suggestion
from runner.declarations import StateDeclaration, constant
from runner.diagnostics import Diagnostic, Mark, Severity, Span
from runner.fields import BadValue, Shape
from runner.store.place import BadAddress, parse

_ONLY_OF_LISTS = ("items", "limit")


def check_stored(config: Config) -> list[Diagnostic]:
    """Return a fault for each thing that can't be kept as it is declared, or that a step uses and nobody declares."""
    return [
        *_address(config),
        *_state(config),
        *_records(config),
        *_undefined(config),
        *_transactions(config),
        *_unused(config),
    ]


def _address(config: Config) -> Iterator[Diagnostic]:
    try:
        parse(config.document.store, Path())
    except BadAddress as fault:
        yield _fault(
            "invalid-store",
            config.value("store"),
            "this is no place for a store",
            "what the bot keeps would be nowhere",
            f"write it like this: {fault}",
        )


def _state(config: Config) -> Iterator[Diagnostic]:
    for name, declared in config.declared.state.items():
        default = config.document.state[name].default
        yield from _default(config, declared.shape, default, "state", name, "default")
        yield from _not_a_list(config, name, declared)


def _not_a_list(config: Config, name: str, declared: StateDeclaration) -> Iterator[Diagnostic]:
    for key in _ONLY_OF_LISTS:
        if not declared.is_list and config.has("state", name, key):
            yield _fault(
                "only-for-lists",
                config.key("state", name, key),
                f"`{key}` says nothing of {declared.kind}",
                "only a list has items",
                f"remove it, or write `type: list` for `{name}`",
            )


def _records(config: Config) -> Iterator[Diagnostic]:
    for name, declared in config.declared.records.items():
        entry = config.document.records[name]
        for field, item in entry.fields.items():
            shape = declared.fields[field].shape
            yield from _default(config, shape, item.default, "records", name, "fields", field, "default")
        yield from _taken_id(config, name, entry)
        yield from _unique(config, name, entry)


def _default(config: Config, shape: Shape, value: object, *path: str) -> Iterator[Diagnostic]:
    try:
        if value is not None:
            constant(shape, value)
    except BadValue as bad:
        takes = str(bad).removeprefix("this takes ")
        why = "every template and step relies on the type that is declared"
        yield _fault("not-as-declared", config.value(*path), str(bad), why, f"write {takes}, or another `type`")


def _taken_id(config: Config, name: str, entry: Records) -> Iterator[Diagnostic]:
    if "id" in entry.fields:
        yield _fault(
            "name-taken",
            config.key("records", name, "fields", "id"),
            "every record has an `id` already",
            "it counts from 1 in each scope and never changes",
            "rename the field, or use `id` as it is",
        )


def _unique(config: Config, name: str, entry: Records) -> Iterator[Diagnostic]:
    for index, fields in enumerate(entry.unique):
        for position, field in enumerate(fields):
            span = config.value("records", name, "unique", index, position)
            if field not in config.written_names("records", name, "fields"):
                fix = suggestion(field, entry.fields) or f"define `{field}:` under `fields:`"
                yield _fault("undefined-field", span, f"`{name}` has no field `{field}`", "nobody would have it", fix)
            elif field in fields[:position]:
                why = "a set of fields has each of them once"
                yield _fault("field-twice", span, f"`{field}` is in this set twice", why, "remove one of them")


def _undefined(config: Config) -> Iterator[Diagnostic]:
    for step in every_step(config):
        for used in step.action.refers():
            defined = config.written_names(used.section)
            if used.name and used.name not in defined:  # that none is written is said already
                what = "value of the state" if used.section == "state" else "table of records"
                yield _fault(
                    "undefined-state" if used.section == "state" else "undefined-records",
                    step.spans.get(f"{used.attribute}=", step.key),
                    f"there is no {what} `{used.name}`",
                    "what nobody has declared is not kept",
                    suggestion(used.name, defined) or f"define `{used.name}:` under `{used.section}:`",
                )


def _transactions(config: Config) -> Iterator[Diagnostic]:
    for step in every_step(config):
        for inner in all_steps(*step.action.branches()) if step.action.holds_local else ():
            if not inner.action.is_local:
                yield _fault(
                    "not-in-transaction",
                    inner.key,
                    f"`{inner.name}` can't stand in a `{step.name}`",
                    "what it does could not be undone if a later step fails",
                    f"move it behind the `{step.name}`",
                    Mark(step.key, "all of this happens, or none"),
                )
            elif inner.timeout_s is not None or inner.retry is not None:
                yield _fault(
                    "waits-in-transaction",
                    inner.key,
                    f"a step in a `{step.name}` has neither `timeout` nor `retry`",
                    "everybody else would wait meanwhile",
                    f"write it beside the `{step.name}`",
                    Mark(step.key, "this is what they would wait for"),
                )


def _unused(config: Config) -> Iterator[Diagnostic]:
    used = {(each.section, each.name) for step in every_step(config) for each in step.action.refers()}
    used |= {(each.section, each.name) for _, _, handler in config.handlers() for each in looked_up(handler)}
    read = _state_read(config)
    for name in config.document.state:
        if name not in read and ("state", name) not in used:
            yield _warning(config.key("state", name), f"nothing uses the value of the state `{name}`")
    for name in config.document.records:
        if ("records", name) not in used:
            yield _warning(config.key("records", name), f"nothing uses the table `{name}`")


def _state_read(config: Config) -> frozenset[str]:
    """Return the values of the state that some template of the file reads."""
    document = config.document
    handlers = [handler for _, _, handler in config.handlers()]
    runs = [steps for handler in handlers for steps in runs_of(handler) if steps]
    defaults = document.defaults
    rescues = [steps for steps in (defaults.on_error, defaults.on_timeout, defaults.on_expired) if steps]
    typing = [suggesting(option) for handler in handlers for option in options_of(handler).values()]
    asked = [part for handler in (*handlers, *(group for _, group in config.commands())) for part in asked_by(handler)]
    values = (document.checks, document.modals, *asked, *typing, *runs, *rescues)
    return frozenset[str]().union(*(state_read_in(value, document.state) for value in values))


def _warning(span: Span, headline: str) -> Diagnostic:
    why, fix = "it may be misspelt where it was meant to be used", "use it, or remove it"
    return Diagnostic(slug=UNUSED_NAME, span=span, headline=headline, why=why, fix=fix, severity=Severity.WARNING)


def _fault(slug: str, span: Span, headline: str, why: str, fix: str, *marks: Mark) -> Diagnostic:
    return Diagnostic(slug=slug, span=span, headline=headline, why=why, fix=fix, marks=marks)
