"""Which names a template can read in each place, and that it reads no others.

The scope of a place is a value: the roots that its kind of handler has, its options, and what the steps before it
gave. The walk follows the steps in the order in which they run, so a name is known only where it has been set.
"""

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import field, replace
from typing import Final

from runner.actions.action import Action, Ending, WrittenStep
from runner.check.attachments import passing_faults
from runner.check.privacy import private_faults, with_visibility
from runner.check.reachability import is_ephemeral
from runner.check.shown import Elsewhere, rendered_by, rendered_in
from runner.check.steps import Openers, always_ends, messages_of, origins_of
from runner.config.document import (
    Command,
    Component,
    ContextMenu,
    Event,
    Flow,
    Guards,
    Handler,
    InlineButton,
    InlineSelect,
    Modal,
    ModalField,
    NamedMessage,
    Option,
    Param,
    RecordSuggestions,
    Schedule,
    Select,
    Unattended,
    commands_in,
)
from runner.config.load import Config
from runner.data import dataclass
from runner.declarations import Declarations
from runner.diagnostics import Diagnostic, Mark, Span
from runner.fields import (
    Authored,
    BooleanShape,
    Checks,
    ChoiceShape,
    ColorShape,
    DurationShape,
    EmojiShape,
    Entry,
    ListShape,
    NullableShape,
    NumberShape,
    Shape,
    SnowflakeShape,
    Steps,
    Suggestions,
    TextShape,
    TimestampShape,
    attributes_of,
    late_in,
)
from runner.inside import AllOf, Begin, Call, Ensured, Loop, OneOf, Waits
from runner.lifecycle.machine import Origin
from runner.templates import Kind, check, narrow
from runner.templates.chosen import FILE, MENTIONABLE, chosen_type, entered_type
from runner.templates.filters_data import item_type
from runner.templates.people import KNOWN_USER, MEMBER, PERSON, USER
from runner.templates.places import CHANNEL, ROLE
from runner.templates.scopes import LOOP
from runner.templates.types import (
    ANY,
    BOOLEAN,
    INSTANT,
    INTEGER,
    NONE,
    NUMBER,
    PRIVATE_ID,
    SNOWFLAKE,
    STRING,
    ListOf,
    MapOf,
    Object,
    Type,
    describe,
    is_optional,
    may_be,
    optional,
    union,
)
from runner.templates.values import is_list, is_mapping
from runner.texts import TEXTS

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

_CONSTANTS: Final = frozenset({type(None), str, bool, int, float})
_VARIABLES: Final = "the vars"
_OUTPUTS: Final = "the steps before this one"
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


LOOP_ROUNDS_MAX: Final = 8
"""How many rounds of a loop are walked for what may be read in it. Two or three are enough: types don't grow long."""


@dataclass(slots=True)
class _Found:
    """What a walk has found: faults, and the steps, each with what may be read there.

    `result` is the type that a `return` has to give. `failing` has a list for each `catch` and `finally` around the
    place of the walk: what may be read where it begins. `is_private` is what the handler's answers are unless they say
    so themselves, `knows_private` whether some step has given the id of a private message.
    """

    declared: Declarations
    flows: Mapping[str, Flow] = field(default_factory=dict[str, Flow])
    result: str | None = None
    faults: list[Diagnostic] = field(default_factory=list[Diagnostic])
    rendering: list[tuple[WrittenStep, Scope]] = field(default_factory=list[tuple[WrittenStep, Scope]])
    failing: list[list[Scope]] = field(default_factory=list[list[Scope]])
    is_private: bool = False
    knows_private: bool = False

    def apart(self) -> "_Found":
        """Return what a walk beside this one finds, which nobody is told of."""
        return _Found(self.declared, self.flows, self.result, is_private=self.is_private)


def check_templates(config: Config, openers: Openers, roots_of_event: Callable[[str], Scope]) -> list[Diagnostic]:
    """Return a fault for each template that reads what its place does not have.

    `roots_of_event` says what an event has that an interaction hasn't, or has otherwise.
    """
    document = config.document
    written = dict.fromkeys(config.written_names("vars"), ANY)
    variables = {**written, **{name: type_of(value) for name, value in document.vars.items()}}
    general: Scope = {
        **common_roots(),
        "vars": Object(_VARIABLES, variables),
        **_data(config),
        **_state(config),
        **_inputs(config),
        "steps": Object(_OUTPUTS, {}),
    }
    found = _Found(config.declared, document.flows)
    _of_guards(document.defaults, general, found)
    _of_run(document.defaults.on_error, _with_error(general), found)
    _of_run(document.defaults.on_timeout, _with_error(general), found)
    _of_run(document.defaults.on_expired, _with_late(general), found)
    for guard in document.checks.values():
        found.faults += _of_value(guard, general)
    for texts in document.texts.values():
        for name, sentence in TEXTS.items():
            found.faults += _of_value(getattr(texts, name), {**text_roots(general), **sentence.values})
    for _, command in config.commands():
        if commands_in(command):
            found.faults += _of_value((command.permissions, command.check), general)
    for section, name, handler in config.handlers():
        own = own_roots(handler, origins_of(name, openers))
        there = _unattended(general, handler) if isinstance(handler, Unattended) else general
        own = roots_of_event(name) if isinstance(handler, Event) else own
        found.is_private = is_ephemeral(handler.response or document.defaults.response)
        unread = _unread(config, section, name, handler)
        _of_handler(handler, {**there, **own, **unread}, found)
        found.faults += _of_suggestions(handler, config.declared, general, unread)
    found.is_private = False
    for name, flow in document.flows.items():
        _of_flow(flow, {**general, **_flow_roots(config, name, flow)}, found)
    for name, message in document.messages.items():
        found.faults += _of_message(config, name, message, general)
    return [*found.faults, *_of_elsewhere(config, found.rendering), *_of_messages_named(config, found.rendering)]


def _of_message(config: Config, name: str, message: NamedMessage, general: Scope) -> Iterator[Diagnostic]:
    """Yield the faults of the templates of a message that is sent by its name, and of the components in it."""
    roots = {root: general[root] for root in MESSAGE_ROOTS if root in general}
    scope = {**roots, **_params(config, ("messages", name), message.params, f"the message `{name}`")}
    yield from _of_value(message, scope)
    for elsewhere in rendered_in(config.document, message):
        yield from _of_given(elsewhere, scope)
        yield from _of_shown(elsewhere, scope, config.places.value(elsewhere.giver))


def _of_messages_named(config: Config, steps: Sequence[tuple[WrittenStep, Scope]]) -> Iterator[Diagnostic]:
    """Yield the faults of what steps give to the messages that they name."""
    for step, scope in steps:
        for message in messages_of(step):
            if (named := message.named) is not None:
                for name in named.params.keys() & message.with_.keys():
                    param, given = named.params[name], _given(message.with_[name], scope)
                    span = config.places.key(message, "with", name)
                    yield from _ill_fitting(f"`{name}`", param.type, given, span, is_needed=param.is_needed)


def _of_suggestions(handler: Handler, kept: Declarations, general: Scope, unread: Scope) -> Iterator[Diagnostic]:
    """Yield the faults of the templates that suggest values: they read what has been typed so far."""
    options: Mapping[str, Option] = handler.options if isinstance(handler, Command) else {}
    for name, declared in options.items():
        scope: Scope = {**general, **typing_roots(options, name), **unread}
        match declared.autocomplete:
            case Suggestions(given=Authored() as given):
                yield from _of_suggestion(given, scope)
            case RecordSuggestions() as written:
                table = kept.records.get(written.records)
                yield from _of_value(written.where, scope)
                yield from _of_value(written.label, {**scope, "record": table.row_type if table else ANY})
            case _:
                continue


def typing_roots(options: Mapping[str, Option], focused: str) -> Scope:
    """Return what can be read while the user types into one of a command's options: nothing is certain yet."""
    types = {name: optional(OPTION_TYPES.get(each.type, ANY)) for name, each in options.items()}
    typed = Object("what is typed so far", {**types, focused: STRING})
    return {"options": typed, "focused": STRING}


def _of_suggestion(given: Authored, scope: Scope) -> Iterator[Diagnostic]:
    yield from _of_value(given, scope)
    judged = check(given.template, scope)
    if not judged.faults and not may_be(judged.type, _SUGGESTED):
        yield Diagnostic(
            slug="suggestions-of-another-type",
            span=given.locate(0, len(given.template.source)),
            headline=f"this gives {describe(judged.type)}, and suggestions are a list of values, or values with labels",
            why="nothing could be suggested",
            fix="give texts or numbers, such as `{{ vars.names }}` or `{{ data.tags | map('name') }}`",
        )


def _flow_roots(config: Config, name: str, flow: Flow) -> Scope:
    roots = {**_params(config, ("flows", name), flow.params, "this flow")}
    if not config.is_sound("flows", name):
        roots["steps"] = Object(_OUTPUTS, dict.fromkeys(config.written_ids("flows", name), ANY))
    return roots


def _params(config: Config, path: tuple[str, str], declared: Mapping[str, Param], whose: str) -> Scope:
    """Return `params` of a flow or a message; of one that can't be read, which is a fault of its own, nothing."""
    params: Mapping[str, Type] = {
        **dict.fromkeys(config.written_names(*path, "params"), ANY),
        **{each: _param(param) for each, param in declared.items()},
    }
    return {"params": Object(f"the parameters of {whose}", params)}


def _param(declared: Param) -> Type:
    known = _declared(declared.type)
    return known if declared.required or declared.default is not None else optional(known)


def _declared(name: str) -> Type:
    """Return the type with this name; one that there is not has been reported, and takes anything."""
    return VALUE_TYPES.get(name, ANY)


def _of_flow(flow: Flow, at: Scope, found: _Found) -> None:
    found.result = flow.result
    _of_run(flow.steps, at, found)
    found.result = None
    _of_run(flow.on_error, _with_error(at), found)
    _of_run(flow.on_timeout, _with_error(at), found)
    _of_run(flow.on_expired, at, found)


def _data(config: Config) -> Scope:
    """Return what the data files hold; of one that can't be read, which is a fault of its own, nothing is known."""
    types: Scope = {
        **dict.fromkeys(config.written_names("data"), ANY),
        **{name: type_of(value) for name, value in config.data.items()},
    }
    return {"data": Object("the data", types)} if types else {}


def _state(config: Config) -> Scope:
    """Return what the bot keeps of whoever uses it; of one that can't be read nothing is known."""
    types: Scope = {
        **dict.fromkeys(config.written_names("state"), ANY),
        **{name: declared.read_type for name, declared in config.declared.state.items()},
    }
    return {"state": Object("the state", types)} if types else {}


def _inputs(config: Config) -> Scope:
    """Return what packs are given; of what doesn't fit, which is a fault of its own, nothing is known."""
    types = {name: each.given.type for name, each in config.inputs.items()}
    return {"inputs": Object("the inputs of this pack", types)} if types else {}


def _of_elsewhere(config: Config, steps: Sequence[tuple[WrittenStep, Scope]]) -> Iterator[Diagnostic]:
    """Yield the faults of what is rendered by a step and written elsewhere, and of what is given to it."""
    noted: set[object] = set()
    for step, scope in steps:
        for elsewhere in rendered_by(config.document, step):
            yield from _of_given(elsewhere, scope)
            span = step.key if elsewhere.giver is step.action else config.places.value(elsewhere.giver)
            for fault in _of_shown(elsewhere, scope, span):
                if (fault.slug, fault.span) not in noted:
                    noted.add((fault.slug, fault.span))
                    yield fault


def _of_shown(elsewhere: Elsewhere, scope: Scope, at: Span) -> Iterator[Diagnostic]:
    """Yield the faults of what is written elsewhere and shown at a place with this scope."""
    own = {**_without_params(scope), **params_of(elsewhere.kinds, elsewhere.what)}
    for fault in _of_value(elsewhere.shown, own):
        yield replace(fault, marks=(*fault.marks, Mark(at, f"{elsewhere.verb} here")))


def _without_params(scope: Scope) -> Scope:
    """Return what may be read in something that is written elsewhere, but for its own parameters."""
    return {name: type_ for name, type_ in scope.items() if name != "params"}


def _of_given(elsewhere: Elsewhere, scope: Scope) -> Iterator[Diagnostic]:
    """Yield the faults of templates that give something of another type than the parameter takes."""
    for name, value in elsewhere.given.items():
        if isinstance(value, Authored) and name in elsewhere.kinds:
            judged = check(value.template, scope)
            if not judged.faults and value.template.kind is Kind.NATIVE:
                yield from _unfit(replace(value, shape=elsewhere.shapes[name]), judged.type)


def params_of(kinds: Mapping[str, str], whose: str) -> Scope:
    """Return `params`, if a component or a form has any: of users, roles and channels they have the ids."""
    types = {name: _CARRIED.get(kind, SNOWFLAKE) for name, kind in kinds.items()}
    return {"params": Object(f"the parameters of {whose}", types)} if types else {}


_CARRIED: Final[Mapping[str, Type]] = {"string": STRING, "integer": INTEGER, "boolean": BOOLEAN}


def _unread(config: Config, section: str, name: str, handler: Handler) -> Scope:
    """Return what a handler would have if all of it could be read: a fault there is not one in each template, too."""
    unread: dict[str, Type] = {}
    if not config.is_sound(section, name):
        unread["steps"] = Object(_OUTPUTS, dict.fromkeys(config.written_ids(section, name), ANY))
    options = config.written_names(section, name, "options")
    if isinstance(handler, Command) and any(option not in handler.options for option in options):
        unread["options"] = ANY
    asked, modal = config.written_names(section, name, "fields"), config.document.modals.get(name)
    if section == "modals" and modal is not None and (not asked or any(each not in modal.fields for each in asked)):
        unread["fields"] = ANY
    return unread


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


def _unattended(general: Scope, handler: Unattended) -> Scope:
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
            return ListOf(_joined_type([type_of(item) for item in value]) if value else ANY)
        case _ if is_mapping(value):
            return Object("a mapping", {str(name): type_of(item) for name, item in value.items()})
        case _:
            return ANY


def templates_in(value: object, *, late: bool = True) -> Sequence[Authored]:
    """Return every template inside a value, those of the steps in it excluded, and with `late` False the late ones."""
    found: list[Authored] = []
    _gather(value, found, late=late)
    return found


def _gather(value: object, found: list[Authored], *, late: bool) -> None:
    kind = type(value)
    if kind in _CONSTANTS:
        return
    match value:
        case Authored():
            found.append(value)
        case Checks(items):
            for item in items:
                _gather(item, found, late=True)
        case InlineButton() | InlineSelect():  # what it looks like; its steps and guards are a handler of their own
            _gather(value.look, found, late=True)
        case Entry():
            left = frozenset[str]() if late else late_in(type(value))
            for name in attributes_of(type(value)):
                # Nearly everything is a constant; to ask here saves most of the calls.
                if type(inner := getattr(value, name)) not in _CONSTANTS and name not in left:
                    _gather(inner, found, late=late)
        case _ if is_list(value):
            for item in value:
                _gather(item, found, late=late)
        case _ if is_mapping(value):
            for item in value.values():
                _gather(item, found, late=late)
        case _:
            return


def templates_of(step: WrittenStep) -> tuple[Authored, ...]:
    """Return the step's own templates, those of the steps inside of it excluded."""
    found: tuple[Authored, ...] | None = step.kept.get("templates")
    if found is None:
        found = step.kept["templates"] = (*templates_in(step.action), *templates_in(step.when))
    return found


def _option(declared: Option) -> Type:
    known = OPTION_TYPES.get(declared.type, ANY)
    return known if declared.required else optional(known)


def _values(select: Select) -> Type:
    return ListOf(chosen_type(select.type))


def _field(asked: ModalField) -> Type:
    """Return the type of what stands in a field. Source: `engine.entered`."""
    return entered_type(asked.type, most=asked.most, is_required=asked.required)


def _with_error(at: Scope) -> Scope:
    return {**at, "error": ERROR}


def _with_late(at: Scope) -> Scope:
    return {**at, "late": LATE}


def _of_guards(guards: Guards, at: Scope, found: _Found) -> None:
    found.faults += _of_value((guards.permissions, guards.check, guards.concurrency), at)
    found.faults += _of_value(guards.cooldown, {**at, "retry_at": INSTANT})


def _of_handler(handler: Handler, at: Scope, found: _Found) -> None:
    _of_guards(handler, at, found)
    if isinstance(handler, Event):
        found.faults += _of_value(handler.when, at)
        for authored in templates_in(handler.when):
            at = narrow(authored.template, at)
    _of_run(handler.reply, at, found)
    _of_run(handler.steps, at, found)
    rescue = _with_error(at)
    _of_run(handler.on_error, rescue, found)
    _of_run(handler.on_timeout, rescue, found)
    _of_run(handler.on_expired, _with_late(at), found)


def _of_run(steps: Steps | None, at: Scope, found: _Found) -> None:
    if steps is not None:
        _walk(steps, at, found)


def _walk(steps: Steps, at: Scope, found: _Found) -> Scope | None:
    """Return what may be read behind the steps, or None when nothing runs there."""
    for step in steps.items:
        after = _step(step, at, found)
        if after is None:
            return None
        at = after
    return at


def _step(step: WrittenStep, at: Scope, found: _Found) -> Scope | None:
    inside, skipped = at, None
    if step.when is not None:
        found.faults += _of_value(step.when, at)
        inside, skipped = narrow(step.when.template, at), narrow(step.when.template, at, holds=False)
    done, caught = _ensured(step, inside, found)
    after = _joined([path for path in (done, skipped, caught) if path is not None])
    if after is None or step.id is None:
        return after
    given: Type = Object(f"what `{step.id}` gave", _outputs(step, found))
    is_certain = skipped is None and caught is None and _always_gives(step)
    return _with_attributes(after, "steps", {step.id: given if is_certain else optional(given)})


def _always_gives(step: WrittenStep) -> bool:
    """Tell whether what is behind the step has its outputs: not where it goes on without the answer."""
    waits = step.action.inside()
    if not isinstance(waits, Waits):
        return True
    return not waits.goes_on and all(always_ends(run) for run in waits.runs if run.items)


def _outputs(step: WrittenStep, found: _Found) -> Mapping[str, Type]:
    """Return what a step gives; one that runs a flow, what that returns. A flow that runs to its end returns none."""
    call = step.action.inside()
    flow = found.flows.get(call.flow) if isinstance(call, Call) else None
    outputs = step.action.gives(found.declared)
    if PRIVATE_ID in outputs.values():
        outputs = with_visibility(step, outputs, is_private=found.is_private)
        found.knows_private = found.knows_private or PRIVATE_ID in outputs.values()
    if flow is None or flow.result is None:
        return outputs
    returned = _declared(flow.result)
    return {**outputs, "result": returned if always_ends(flow.steps) else optional(returned)}


def _ensured(step: WrittenStep, at: Scope, found: _Found) -> tuple[Scope | None, Scope | None]:
    """Return what may be read behind the step, and behind its `catch`, each with what always follows."""
    nested = step.action.inside()
    if not isinstance(nested, Ensured):
        return _caught(step, at, found)
    found.failing.append([])
    ways = _caught(step, at, found)
    failing = found.failing.pop()
    if found.failing:
        found.failing[-1].extend(failing)
    _walk(nested.ending, _only(at, _joined([*failing, *(way for way in ways if way is not None)]) or at), found)
    done, caught = (None if way is None else _walk(nested.ending, way, found.apart()) for way in ways)
    return done, caught


def _caught(step: WrittenStep, at: Scope, found: _Found) -> tuple[Scope | None, Scope | None]:
    if step.catch is None:
        return _done(step, at, found), None
    found.failing.append([])
    done = _done(step, at, found)
    failing = _joined(found.failing.pop()) or at
    caught = _walk(step.catch, _with_error(_only(at, failing)), found)
    return done, None if caught is None else _only(at, caught)  # the error is the catch's own


def _done(step: WrittenStep, at: Scope, found: _Found) -> Scope | None:
    if found.failing:
        found.failing[-1].append(at)
    found.faults += _of_value(step.action, at)
    if found.knows_private:
        found.faults += private_faults(step, templates_in(step.action, late=False), at)
    if step.action.refers():
        found.faults += passing_faults(templates_in(step.action, late=False), at)
    found.rendering.append((step, at))
    if step.action.ends:
        if step.action.ends is Ending.RETURN and found.result is not None:
            found.faults += _of_result(step, found.result, at)
        return None
    condition = step.action.condition()
    template = condition.template if isinstance(condition, Authored) else None
    match step.action.inside():
        case None:
            after = narrow(template, at) if template else at
            after = _with_attributes(after, "state", step.action.settles(found.declared))
            return _with_attributes(after, "vars", step.action.binds())
        case OneOf(runs):
            sides = [narrow(template, at, holds=side) for side in (True, False)] if template else [at] * len(runs)
            ends = [_walk(run, side, found) for run, side in zip(runs, sides, strict=True)]
            return _joined([end for end in ends if end is not None])
        case Loop() as loop:
            return _after_loop(step, loop, at, found)
        case Ensured(body):
            return _walk(body, at, found)
        case Call() | Begin() as call:
            found.faults += _of_call(step, call, found.flows.get(call.flow), at)
            return at
        case Waits() as waits:
            found.faults += _of_late(step.action, {**at, **step.action.late_reads()})
            ends = [_walk(run, at, found) for run in waits.runs if run.items]
            return _joined([at, *(end for end in ends if end is not None)])
        case AllOf() as all_of:
            return _behind_all(all_of, at, [_walk(run, at, found) for run in all_of.runs])


def _behind_all(all_of: AllOf, at: Scope, ends: Sequence[Scope | None]) -> Scope | None:
    """Return what may be read behind runs beside each other: what each of them has set, or any one of them."""
    known = [end for end in ends if end is not None]
    if all_of.is_any or len(known) < len(ends):
        return _joined([at, *known]) if all_of.is_any and known else None
    after = at
    for root in at.keys() & {"vars", "steps", "state"}:
        before = _attributes(at, root)
        for end in known:
            added = {name: type_ for name, type_ in _attributes(end, root).items() if before.get(name) != type_}
            after = _with_attributes(after, root, added)
    return after


def _attributes(scope: Scope, root: str) -> Mapping[str, Type]:
    known = scope[root]
    assert isinstance(known, Object), "`vars` and `steps` are declared for every handler"
    return known.attributes


def _of_call(step: WrittenStep, call: Call | Begin, flow: Flow | None, at: Scope) -> Iterator[Diagnostic]:
    for name, value in call.values.items():
        param = flow.params.get(name) if flow else None
        if param is not None:
            span = step.spans.get(f"with_.{name}", step.key)
            yield from _ill_fitting(f"`{name}`", param.type, _given(value, at), span, is_needed=param.is_needed)


def _of_result(step: WrittenStep, result: str, at: Scope) -> Iterator[Diagnostic]:
    yield from _ill_fitting("the result", result, _given(step.action.returns(), at), step.key, is_needed=True)


def _given(value: object, at: Scope) -> Type:
    match value:
        case Authored():
            return check(value.template, at).type
        case _ if templates_in(value):
            return ListOf(ANY) if is_list(value) else MapOf(ANY)
        case _:
            return type_of(value)


def _ill_fitting(what: str, declared: str, given: Type, span: Span, *, is_needed: bool) -> Iterator[Diagnostic]:
    taken = _declared(declared)
    written = union(STRING, NUMBER, BOOLEAN) if taken is STRING else taken  # what can be written as text is taken, too
    if not may_be(given, written if is_needed else optional(written)):
        yield Diagnostic(
            slug="value-of-another-type",
            span=span,
            headline=f"{what} is {describe(taken)}, and this is {describe(given)}",
            why="the step would fail whenever it runs",
            fix="give something else, or declare another type",
        )
    elif is_needed and is_optional(given) and taken is not ANY:
        yield Diagnostic(
            slug="value-may-be-none",
            span=span,
            headline=f"{what} is {describe(taken)}, and this may be none",
            why="an option that is left out is none, and so is what a skipped step would have given",
            fix="give a default: `{{ … | default(…) }}`",
        )


def _after_loop(step: WrittenStep, loop: Loop, at: Scope, found: _Found) -> Scope | None:
    """Return what may be read behind a loop: what its rounds have set may be none, unless one is certain."""
    if loop.item in ROOTS and loop.item != "item":
        found.faults.append(_taken_name(step, loop.item))
    items = check(loop.items.template, at).type if isinstance(loop.items, Authored) else ANY
    bound: Scope = {loop.item: item_type(items), "loop": LOOP} if loop.item else {"loop": REPETITION}
    begin = at
    for _ in range(LOOP_ROUNDS_MAX):
        end = _round(loop, begin, bound, found.apart())
        before, begin = begin, begin if end is None else _joined([begin, _only(at, end, bound)]) or begin
        if begin == before:
            break
    found.faults += _of_value(loop.holds, begin)
    end = _round(loop, begin, bound, found)
    if end is not None:
        found.faults += _of_value(loop.until, end)
        end = _only(at, end, bound)
    return end if loop.is_certain else _joined([at] if end is None else [at, end])


def _round(loop: Loop, begin: Scope, bound: Scope, found: _Found) -> Scope | None:
    inside = narrow(loop.holds.template, begin) if isinstance(loop.holds, Authored) else begin
    return _walk(loop.body, {**inside, **bound}, found)


def _only(at: Scope, inside: Scope, bound: Collection[str] = ()) -> Scope:
    """Return what is left, outside, of what may be read inside: names that were bound there are gone, or as before."""
    return {name: type_ if name in bound else inside[name] for name, type_ in at.items()}


def _taken_name(step: WrittenStep, name: str) -> Diagnostic:
    return Diagnostic(
        slug="name-taken",
        span=step.spans.get("as_", step.key),
        headline=f"`{name}` is the name of something that templates read already",
        why="inside the loop it would mean something else than everywhere",
        fix="choose another name, for example `entry`",
    )


def _with_attributes(scope: Scope, root: str, added: Mapping[str, Type]) -> Scope:
    if not added:
        return scope
    known = scope[root]
    assert isinstance(known, Object), "what is added to has been declared"
    return {**scope, root: Object(known.name, {**known.attributes, **added})}


def _joined(paths: Sequence[Scope]) -> Scope | None:
    """Return what may be read where paths meet: what only some of them have set may be none. None for no path."""
    if not paths:
        return None
    names = dict.fromkeys(name for path in paths for name in path)
    return {name: _joined_type([path.get(name, NONE) for path in paths]) for name in names}


def _joined_type(types: Sequence[Type]) -> Type:
    first = types[0]
    if all(each is first for each in types):  # most of a scope is what it was before the paths parted
        return first
    objects = [each for each in types if isinstance(each, Object)]
    if len(objects) < len(types) or len({each.name for each in objects}) > 1:
        return union(*types)
    names = dict.fromkeys(name for each in objects for name in each.attributes)
    attributes = {name: _joined_type([each.attributes.get(name, NONE) for each in objects]) for name in names}
    return Object(objects[0].name, attributes)


def _of_late(action: Action, scope: Scope) -> Iterator[Diagnostic]:
    """Yield the faults of what the action evaluates itself, when it has come that far."""
    early = {id(authored) for authored in templates_in(action, late=False)}
    yield from _of_templates((each for each in templates_in(action) if id(each) not in early), scope)


def _of_value(value: object, scope: Scope) -> Iterator[Diagnostic]:
    return _of_templates(templates_in(value, late=False), scope)


def _of_templates(templates: Iterable[Authored], scope: Scope) -> Iterator[Diagnostic]:
    for authored in templates:
        judged = check(authored.template, scope)
        for fault in judged.faults:
            yield Diagnostic(
                slug=fault.slug,
                span=authored.locate(fault.offset, fault.length),
                headline=fault.headline,
                why=fault.why,
                fix=fault.fix or _repair(authored.template.source[: fault.offset]),
            )
        if not judged.faults and authored.template.kind is Kind.NATIVE:
            yield from _unfit(authored, judged.type)


def _repair(before: str) -> str:
    """Return what to do about a name that the template's scope has not, by what stands before it."""
    if before.endswith("steps."):
        return "give a step before this one that `id`, or write the id of one"
    return "write what is there"


def _unfit(authored: Authored, given: Type) -> Iterator[Diagnostic]:
    """A template whose value the place can't take would fail in every run."""
    shape, source = authored.shape, authored.template.source
    if _is_text(shape) and isinstance(given, (Object, ListOf, MapOf)):
        yield _unfit_fault(
            authored,
            "not-a-text",
            "this is not a text but a whole thing with parts",
            "Discord would show its insides",
            f"name a part of it, for example `{source[:-2].rstrip()}.name }}}}`",
        )
    elif not may_be(given, taken := taken_by(shape)):
        yield _unfit_fault(
            authored,
            "template-of-another-type",
            f"this takes {describe(taken)}, and the template gives {describe(given)}",
            "the step would fail whenever it runs",
            "name something else, or turn it into what is taken with a filter",
        )
    elif is_optional(given) and not _takes_nothing(shape):
        yield _unfit_fault(
            authored,
            "template-may-be-none",
            "this may be none, and the step would fail then",
            "an option that is left out is none, and so is what a skipped step would have given",
            f"give a default: `{source[:-2].rstrip()} | default(…) }}}}`",
        )


def _is_text(shape: Shape) -> bool:
    return isinstance(shape.of if isinstance(shape, NullableShape) else shape, TextShape)


def _unfit_fault(authored: Authored, slug: str, headline: str, why: str, fix: str) -> Diagnostic:
    span = authored.locate(0, len(authored.template.source))
    return Diagnostic(slug=slug, span=span, headline=headline, why=why, fix=fix)


def taken_by(shape: Shape) -> Type:
    """Return the type of the values that a place takes from a template."""
    match shape:
        case NumberShape():
            return NUMBER
        case BooleanShape():
            return BOOLEAN
        case DurationShape():
            return union(NUMBER, STRING)
        case SnowflakeShape():
            return union(SNOWFLAKE, INTEGER, *_NAMED[shape.named])
        case ChoiceShape() | EmojiShape():
            return STRING
        case ColorShape():
            return union(INTEGER, STRING)
        case TimestampShape():
            return union(INSTANT, STRING)
        case ListShape(of, single):
            return union(ListOf(taken_by(of)), taken_by(of)) if single else ListOf(taken_by(of))
        case NullableShape(of):
            return optional(taken_by(of))
        case _:
            return ANY


_SUGGESTED: Final = union(ListOf(union(STRING, NUMBER)), MapOf(union(STRING, NUMBER)), NONE)
_NAMED: Final[Mapping[str, tuple[Type, ...]]] = {
    "": (USER, MEMBER, KNOWN_USER, CHANNEL, ROLE, MENTIONABLE),
    "#": (CHANNEL,),
    "@": (ROLE, MENTIONABLE),
}


def _takes_nothing(shape: Shape) -> bool:
    if isinstance(shape, TextShape):
        return shape.min_length == 0
    return isinstance(shape, NullableShape) or taken_by(shape) is ANY
