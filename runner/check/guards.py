"""Checks: that those which are named exist, that none asks for itself, and that each could hold at all."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import field, replace
from functools import reduce
from typing import TypeVar

from runner.actions.action import Action
from runner.check.roots import SERVER_ROOTS
from runner.check.steps import all_steps
from runner.check.templates import templates_in
from runner.config.document import AskedCheck, Check, Defaults, Guards, Handler, Schedule, commands_in
from runner.config.load import Config
from runner.config.suggestion import suggestion
from runner.data import dataclass
from runner.diagnostics import Diagnostic, Mark, Span
from runner.fields import Checks, Steps, attributes_of, fields_of
from runner.lifecycle.limits import InteractionContext

H = TypeVar("H", bound=Handler)

CONTEXTS = tuple(context.name.lower() for context in InteractionContext)
"""Where an interaction can start."""

PARTS_MAX = 500
"""How many checks one check may come to, with those that it names and the ones that these name."""

Verdicts = frozenset[int]
"""What asking a check can come to. In this order "and" is the smallest, "or" the largest, "not" the other end."""

_NO, _UNKNOWN, _YES = 0, 1, 2
_EITHER: Verdicts = frozenset({_NO, _YES})
_NEVER_KNOWN: Verdicts = frozenset({_UNKNOWN})


def check_guards(config: Config) -> list[Diagnostic]:
    """Return a fault for each check that is undefined, asks for itself or for nothing, or can never hold."""
    defined = config.written_names("checks")
    asked = [entry for checks in asked_in(config) for entry in checks.items]
    every = [part for check in (*config.document.checks.values(), *asked) for part in _parts(check)]
    found = [fault for part in every for fault in _of_one(config, part, defined)]
    endless = [*_endless(config.document.checks)]
    if not endless:  # else nobody can say what they come to
        found += _never_holding(config, asked)
    return found + endless


def guarded(handler: H, defaults: Defaults) -> H:
    """Return a handler with the guards that it has, those that it inherits included.

    Nobody asks for what runs by the clock, so it has none.
    """
    if isinstance(handler, Schedule):
        return handler
    inherited = {
        item.attribute: getattr(defaults, item.attribute)
        for item in fields_of(Guards)
        if getattr(handler, item.attribute) is None
    }
    return replace(handler, **inherited) if any(each is not None for each in inherited.values()) else handler


def asked_in(config: Config) -> Iterator[Checks]:
    """Yield the checks that are asked for: by a handler, or by a step."""
    groups = (command for _, command in config.commands() if commands_in(command))
    for guards in (config.document.defaults, *(handler for _, _, handler in config.handlers()), *groups):
        if guards.check is not None:
            yield guards.check
        yield from (cooldown.exempt for cooldown in guards.cooldown or ())
    yield from checks_of(*config.runs())


def checks_of(*runs: Steps | None) -> Iterator[Checks]:
    """Yield the checks that steps ask for."""
    for step in all_steps(*runs):
        found: tuple[Checks, ...] | None = step.kept.get("checks")
        if found is None:
            found = step.kept["checks"] = tuple(_checks_of(step.action))
        yield from found


def _checks_of(action: Action) -> Iterator[Checks]:
    for name in attributes_of(type(action)):
        if isinstance(value := getattr(action, name), Checks):
            yield value
    if (who := action.who()) is not None and who.check is not None:
        yield who.check


def names_in(checks: Checks | Check | None) -> Iterator[str]:
    """Yield the names of the checks that are asked for in `checks`, not those that these ask for."""
    entries = checks.items if isinstance(checks, Checks) else [checks] if checks else ()
    yield from (name for entry in entries for part in _parts(entry) if (name := _name_of(part)))


def with_named(named: Mapping[str, Check], written: Checks | None) -> list[object]:
    """Return checks, and those that they name: everything in which there may be templates of theirs."""
    found: list[object] = [written]
    waiting, seen = [*names_in(written)], set[str]()
    while waiting:
        if (name := waiting.pop()) not in seen and name in named:
            seen.add(name)
            found.append(named[name])
            waiting += names_in(named[name])
    return found


def used_names(config: Config) -> frozenset[str]:
    """Return the names of the checks that anything asks for."""
    asked = frozenset(name for checks in asked_in(config) for name in names_in(checks))
    return asked.union(*(names_in(check) for check in config.document.checks.values()))


def _name_of(check: Check) -> str | None:
    return check.check if isinstance(check, AskedCheck) else None


def _parts(check: Check) -> Iterator[Check]:
    """Yield a check and those that are written inside it."""
    yield check
    for entry in (*check.and_.items, *check.or_.items, *check.not_.items):
        yield from _parts(entry)


# One check by itself


def _of_one(config: Config, check: Check, defined: Iterable[str]) -> Iterator[Diagnostic]:
    if (name := _name_of(check)) is not None and name not in defined:
        yield _undefined(name, defined, check.spans["check"])
    for key, is_asked in (("owner", check.owner), ("bot_owner", check.bot_owner)):
        if key in check.spans and not is_asked:
            yield Diagnostic(
                slug="false-asks-for-nothing",
                span=check.spans[key],
                headline=f"`{key}: false` asks for nothing",
                why="a rule that lets everybody through would look like one that doesn't",
                fix=f"leave it out, or write `not: {{{key}: true}}`",
            )
    if not check.spans.keys() - {"", "{}", "denied"} and config.is_untouched(check.spans["{}"]):
        yield Diagnostic(
            slug="check-without-rule",
            span=check.spans[""],
            headline="this check asks for nothing",
            why="a guard that lets everybody through would look like one that doesn't",
            fix="add a rule, such as `roles:` or `permissions:`",
        )
    yield from _contradictory(check)


def _undefined(name: str, defined: Iterable[str], span: Span) -> Diagnostic:
    return Diagnostic(
        slug="undefined-check",
        span=span,
        headline=f"there is no check `{name}`",
        why="a guard that doesn't exist would let everybody through, or nobody",
        fix=suggestion(name, defined) or f"define `{name}:` under `checks:`",
    )


def _contradictory(check: Check) -> Iterator[Diagnostic]:
    """Yield the rules of one check of which each forbids what another one asks for."""
    if (roles := check.roles) is not None:
        never = set(roles.none)
        if shared := [role for role in roles.all if role in never]:
            yield _never(check, "roles.all", f"`{shared[0]}` is asked for, and forbidden", "roles.none", "forbidden")
        if roles.any and never.issuperset(roles.any):
            named = f"`{roles.any[0]}` is" if len(roles.any) == 1 else "each of these roles is"
            yield _never(check, "roles.any", f"{named} asked for, and forbidden", "roles.none", "forbidden")
    asked = {*_names(check.and_), _name_of(check)}
    for name in _names(check.not_):
        if name in asked:
            other = "and" if "and" in check.spans else "check"
            yield _never(check, "not", f"`{name}` has to hold, and has not to", other, "has to hold")


def _names(checks: Checks) -> list[str]:
    """Return the names in a list of checks that stand there without other rules."""
    return [entry.check for entry in checks.items if is_bare_name(entry)]


def is_bare_name(entry: AskedCheck) -> bool:
    """Tell whether a check that is asked for is a named one and nothing else."""
    return entry.check is not None and not entry.spans.keys() - {"", "{}", "check"}


def _never(check: Check, key: str, what: str, other: str, label: str) -> Diagnostic:
    place = check.spans.get(key, check.spans[""])
    marks = (Mark(check.spans[other], label),) if other in check.spans else ()
    return Diagnostic(
        slug="check-never-holds",
        span=place,
        headline=f"this check can never hold: {what}",
        why="it would refuse everybody",
        fix="remove one of the two",
        marks=marks,
    )


# Checks and those that they name


def _endless(named: Mapping[str, Check]) -> Iterator[Diagnostic]:
    """Yield the checks that ask for themselves, and those that come to too many."""
    sizes: dict[str, int] = {}
    for name in named:
        yield from _measure(name, named, (), sizes)
    for name, check in named.items():
        if sizes.get(name, 0) > PARTS_MAX:
            yield Diagnostic(
                slug="check-too-large",
                span=check.spans[""],
                headline=f"`{name}` comes to more than {PARTS_MAX} checks, with those that it names",
                why="they would all be asked before the first response",
                fix="name each check once where it is needed",
            )
            return


def _measure(
    name: str, named: Mapping[str, Check], above: tuple[str, ...], sizes: dict[str, int]
) -> Iterator[Diagnostic]:
    """Set down how many checks a named one comes to, and yield where it asks for itself."""
    if name in sizes:
        return
    sizes[name] = 1  # for those who ask for it while it is measured
    size = 0
    for part in _parts(named[name]):
        size += 1
        inner = _name_of(part)
        if inner is None or inner not in named:
            continue
        if inner in (*above, name):
            yield _recursive(part, inner, (*above, name))
        else:
            yield from _measure(inner, named, (*above, name), sizes)
            size += sizes[inner]
    sizes[name] = size


def _recursive(part: Check, name: str, path: tuple[str, ...]) -> Diagnostic:
    between = [f"`{each}`" for each in path[path.index(name) + 1 :]]
    way = f", by way of {' and '.join(between)}" if between else ""
    return Diagnostic(
        slug="recursive-check",
        span=part.spans["check"],
        headline=f"`{name}` asks for itself{way}",
        why="nobody could ever say whether it holds",
        fix=f"leave `{name}` out here",
    )


# Where a check can hold


@dataclass(frozen=True, slots=True)
class Outlook:
    """Tells where checks can hold, as far as the file says. None of the `named` may ask for itself."""

    named: Mapping[str, Check]
    _known: dict[tuple[str, str], Verdicts] = field(default_factory=dict[tuple[str, str], Verdicts])

    def may_hold(self, check: Check, context: str) -> bool:
        """Tell whether a check can hold for an interaction that starts in `context`."""
        return _YES in self._verdicts(check, context)

    def needs_server(self, checks: Checks | None) -> bool:
        """Tell whether checks can hold in servers only. Of those that ask for themselves, nobody can say."""
        if any(_endless(self.named)):
            return False
        outside = [context for context in CONTEXTS if context != "guild"]
        entries = checks.items if checks else ()
        return any(not any(self.may_hold(entry, context) for context in outside) for entry in entries)

    def _verdicts(self, check: Check, context: str) -> Verdicts:
        parts = [*_own(check, context), *(self._verdicts(each, context) for each in check.and_.items)]
        if (name := _name_of(check)) is not None:
            parts.append(self._of_named(name, context) if name in self.named else _EITHER)
        if check.or_.items:
            parts.append(reduce(_either, (self._verdicts(each, context) for each in check.or_.items)))
        parts += [_opposite(self._verdicts(each, context)) for each in check.not_.items]
        return reduce(_both, parts, frozenset({_YES}))

    def _of_named(self, name: str, context: str) -> Verdicts:
        if (name, context) not in self._known:
            self._known[name, context] = self._verdicts(self.named[name], context)
        return self._known[name, context]


def _own(check: Check, context: str) -> Iterator[Verdicts]:
    """Yield what the rules of one check can come to, without the checks inside it."""
    if check.contexts:
        yield frozenset({_YES if context in check.contexts else _NO})
    if _server_rules(check):
        yield _EITHER if context == "guild" else _NEVER_KNOWN
    if check.users or check.bot_owner or check.if_ is not None or check.channels:
        yield _EITHER


def _server_rules(check: Check) -> list[str]:
    """Return the keys of a check that mean something in servers only."""
    is_named_only = bool(check.channels) and all(channel.startswith("#") for channel in check.channels)
    found = {
        "permissions": check.permissions is not None,
        "roles": check.roles is not None,
        "owner": check.owner,
        "channels": is_named_only,
        "if": any(authored.template.roots & SERVER_ROOTS for authored in templates_in(check.if_)),
    }
    return [key for key, is_there in found.items() if is_there]


def _both(first: Verdicts, second: Verdicts) -> Verdicts:
    return frozenset(min(one, other) for one in first for other in second)


def _either(first: Verdicts, second: Verdicts) -> Verdicts:
    return frozenset(max(one, other) for one in first for other in second)


def _opposite(verdicts: Verdicts) -> Verdicts:
    return frozenset(_YES - each for each in verdicts)


def _never_holding(config: Config, asked: Iterable[Check]) -> Iterator[Diagnostic]:
    """Yield the checks whose rules exclude each other by where they can hold."""
    outlook, named = Outlook(config.document.checks), config.document.checks
    hopeless = {name for name, check in named.items() if not any(outlook.may_hold(check, each) for each in CONTEXTS)}
    others = (check for check in asked if check.spans.keys() - {"", "{}", "check", "denied"})
    for check in (*(named[name] for name in hopeless), *others):
        if _name_of(check) not in hopeless and not any(outlook.may_hold(check, each) for each in CONTEXTS):
            key = next(iter(_server_rules(check)), "contexts")
            what = "`contexts` leaves out servers, and what else it asks for exists only there"
            yield _never(check, key, what, "contexts", "servers are left out here")
