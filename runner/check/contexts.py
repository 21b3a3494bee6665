"""Which names a template can read in each place, and that it reads no others.

The scope of a place is a value: the roots that its kind of handler has, its options, and what the steps before it
gave. The walk follows the steps in the order in which they run, so a name is known only where it has been set.
"""

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import field, replace
from typing import Final

from runner.actions.action import Ending, WrittenStep
from runner.check.attachments import passing_faults
from runner.check.fitting import faults_of, faults_of_late, faults_of_suggestion, faults_of_value, ill_fitting, unfit
from runner.check.privacy import private_faults, with_visibility
from runner.check.reachability import is_ephemeral
from runner.check.roots import (
    MESSAGE_ROOTS,
    OUTPUTS,
    REPETITION,
    ROOTS,
    VARIABLES,
    Scope,
    common_roots,
    data_roots,
    declared_params,
    declared_type,
    flow_roots,
    inputs_roots,
    joined_type,
    own_roots,
    params_of,
    state_roots,
    text_roots,
    type_of,
    typing_roots,
    unattended_roots,
    with_error,
    with_late,
)
from runner.check.shown import Elsewhere, rendered_by, rendered_in
from runner.check.steps import Openers, always_ends, messages_of, origins_of
from runner.check.templates import templates_in
from runner.config.document import (
    Command,
    Event,
    Flow,
    Guards,
    Handler,
    HttpSuggestions,
    NamedMessage,
    Option,
    RecordSuggestions,
    Unattended,
    commands_in,
)
from runner.config.load import Config
from runner.data import dataclass
from runner.declarations import Declarations
from runner.diagnostics import Diagnostic, Mark, Span
from runner.fields import (
    Authored,
    Steps,
    Suggestions,
)
from runner.inside import AllOf, Begin, Call, Ensured, Loop, OneOf, Waits
from runner.templates import Kind, check, narrow
from runner.templates.filters_data import item_type
from runner.templates.scopes import LOOP
from runner.templates.types import (
    ANY,
    INSTANT,
    NONE,
    PRIVATE_ID,
    ListOf,
    MapOf,
    Object,
    Type,
    optional,
)
from runner.templates.values import is_list
from runner.texts import TEXTS

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
        "vars": Object(VARIABLES, variables),
        **data_roots(config),
        **state_roots(config),
        **inputs_roots(config),
        "steps": Object(OUTPUTS, {}),
    }
    found = _Found(config.declared, document.flows)
    _of_guards(document.defaults, general, found)
    _of_run(document.defaults.on_error, with_error(general), found)
    _of_run(document.defaults.on_timeout, with_error(general), found)
    _of_run(document.defaults.on_expired, with_late(general), found)
    for guard in document.checks.values():
        found.faults += faults_of_value(guard, general)
    for texts in document.texts.values():
        for name, sentence in TEXTS.items():
            found.faults += faults_of_value(getattr(texts, name), {**text_roots(general), **sentence.values})
    for _, command in config.commands():
        if commands_in(command):
            found.faults += faults_of_value((command.permissions, command.check), general)
    for section, name, handler in config.handlers():
        own = own_roots(handler, origins_of(name, openers))
        there = unattended_roots(general, handler) if isinstance(handler, Unattended) else general
        own = roots_of_event(name) if isinstance(handler, Event) else own
        found.is_private = is_ephemeral(handler.response or document.defaults.response)
        unread = _unread(config, section, name, handler)
        _of_handler(handler, {**there, **own, **unread}, found)
        found.faults += _of_suggestions(handler, config.declared, general, unread)
    found.is_private = False
    for name, flow in document.flows.items():
        _of_flow(flow, {**general, **flow_roots(config, name, flow)}, found)
    for name, message in document.messages.items():
        found.faults += _of_message(config, name, message, general)
    return [*found.faults, *_of_elsewhere(config, found.rendering), *_of_messages_named(config, found.rendering)]


def _of_message(config: Config, name: str, message: NamedMessage, general: Scope) -> Iterator[Diagnostic]:
    """Yield the faults of the templates of a message that is sent by its name, and of the components in it."""
    roots = {root: general[root] for root in MESSAGE_ROOTS if root in general}
    scope = {**roots, **declared_params(config, ("messages", name), message.params, f"the message `{name}`")}
    yield from faults_of_value(message, scope)
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
                    yield from ill_fitting(f"`{name}`", param.type, given, span, is_needed=param.is_needed)


def _of_suggestions(handler: Handler, kept: Declarations, general: Scope, unread: Scope) -> Iterator[Diagnostic]:
    """Yield the faults of the templates that suggest values: they read what has been typed so far."""
    options: Mapping[str, Option] = handler.options if isinstance(handler, Command) else {}
    for name, declared in options.items():
        scope: Scope = {**general, **typing_roots(options, name), **unread}
        match declared.autocomplete:
            case Suggestions(given=Authored() as given):
                yield from faults_of_suggestion(given, scope)
            case RecordSuggestions() as written:
                table = kept.records.get(written.records)
                yield from faults_of_value(written.where, scope)
                yield from faults_of_value(written.label, {**scope, "record": table.row_type if table else ANY})
            case HttpSuggestions() as written:
                yield from faults_of_value((written.http, written.query, written.headers), scope)
                if isinstance(items := written.template, Authored):
                    from runner.actions._on_web import ANSWER  # few configs need it

                    answer = Object("what the server answers", ANSWER)
                    yield from faults_of_suggestion(items, {**scope, "answer": answer})
            case _:
                continue


def _of_flow(flow: Flow, at: Scope, found: _Found) -> None:
    found.result = flow.result
    _of_run(flow.steps, at, found)
    found.result = None
    _of_run(flow.on_error, with_error(at), found)
    _of_run(flow.on_timeout, with_error(at), found)
    _of_run(flow.on_expired, at, found)


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
    for fault in faults_of_value(elsewhere.shown, own):
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
                yield from unfit(replace(value, shape=elsewhere.shapes[name]), judged.type)


def _unread(config: Config, section: str, name: str, handler: Handler) -> Scope:
    """Return what a handler would have if all of it could be read: a fault there is not one in each template, too."""
    unread: dict[str, Type] = {}
    if not config.is_sound(section, name):
        unread["steps"] = Object(OUTPUTS, dict.fromkeys(config.written_ids(section, name), ANY))
    options = config.written_names(section, name, "options")
    if isinstance(handler, Command) and any(option not in handler.options for option in options):
        unread["options"] = ANY
    asked, modal = config.written_names(section, name, "fields"), config.document.modals.get(name)
    if section == "modals" and modal is not None and (not asked or any(each not in modal.fields for each in asked)):
        unread["fields"] = ANY
    return unread


def _of_guards(guards: Guards, at: Scope, found: _Found) -> None:
    found.faults += faults_of_value((guards.permissions, guards.check, guards.concurrency), at)
    found.faults += faults_of_value(guards.cooldown, {**at, "retry_at": INSTANT})


def _of_handler(handler: Handler, at: Scope, found: _Found) -> None:
    _of_guards(handler, at, found)
    if isinstance(handler, Event):
        found.faults += faults_of_value(handler.when, at)
        for authored in templates_in(handler.when):
            at = narrow(authored.template, at)
    _of_run(handler.reply, at, found)
    _of_run(handler.steps, at, found)
    rescue = with_error(at)
    _of_run(handler.on_error, rescue, found)
    _of_run(handler.on_timeout, rescue, found)
    _of_run(handler.on_expired, with_late(at), found)


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
        found.faults += faults_of_value(step.when, at)
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
    returned = declared_type(flow.result)
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
    caught = _walk(step.catch, with_error(_only(at, failing)), found)
    return done, None if caught is None else _only(at, caught)  # the error is the catch's own


def _done(step: WrittenStep, at: Scope, found: _Found) -> Scope | None:
    if found.failing:
        found.failing[-1].append(at)
    templates = templates_in(step.action, late=False)
    found.faults += faults_of(templates, at)
    if found.knows_private:
        found.faults += private_faults(step, templates, at)
    if step.action.refers():
        found.faults += passing_faults(templates, at)
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
            found.faults += faults_of_late(step.action, {**at, **step.action.late_reads()})
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
            yield from ill_fitting(f"`{name}`", param.type, _given(value, at), span, is_needed=param.is_needed)


def _of_result(step: WrittenStep, result: str, at: Scope) -> Iterator[Diagnostic]:
    yield from ill_fitting("the result", result, _given(step.action.returns(), at), step.key, is_needed=True)


def _given(value: object, at: Scope) -> Type:
    match value:
        case Authored():
            return check(value.template, at).type
        case _ if templates_in(value):
            return ListOf(ANY) if is_list(value) else MapOf(ANY)
        case _:
            return type_of(value)


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
    found.faults += faults_of_value(loop.holds, begin)
    end = _round(loop, begin, bound, found)
    if end is not None:
        found.faults += faults_of_value(loop.until, end)
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
    if len(paths) < 2:
        return paths[0] if paths else None
    names = dict.fromkeys(name for path in paths for name in path)
    return {name: joined_type([path.get(name, NONE) for path in paths]) for name in names}
