"""Commands as a difference: what Discord has against what the config wants, and the fewest calls from one to the other.

Discord counts creations per day and keeps the permissions that admins gave a command for as long as it isn't deleted,
so nothing is sent unless something differs, and then the whole set at once, matched by name and type
(Discord docs, Interactions: Application Commands, Bulk Overwrite).
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final, Literal, cast

from runner.lifecycle.limits import CommandType, ErrorCode
from runner.rest import Rest, RestRefused

ATTEMPTS_MAX: Final = 10
"""How often a set is sent again without what Discord refused in it, before its scope is given up."""

Payload = Mapping[str, object]
"""A command as Discord's API writes it: JSON as Python reads it."""

Scope = Literal["global"] | int
"""Where commands are registered: everywhere, or in the guild of this id."""

_Key = tuple[object, object]  # a command's type and name, which is how Discord tells commands apart

# What Discord adds to a command, and what it took back: neither says anything about the command.
_NOT_COMPARED = frozenset(
    {
        "id",
        "application_id",
        "guild_id",
        "version",
        "name_localized",
        "description_localized",
        "dm_permission",
        "default_permission",
    }
)
_SETS = frozenset({"contexts", "integration_types", "channel_types", "file_types"})
_TEXTS = frozenset({"name", "description"})
_ALL_CONTEXTS = [0, 1, 2]


@dataclass(frozen=True, slots=True)
class Wanted:
    """A command of the config: what is to be registered, and where the config says so, as `bot.yaml:12:3`."""

    payload: Payload
    where: str


@dataclass(frozen=True, slots=True)
class Plan:
    """What registration would change. `deletes` are as Discord has them, all others as the config wants them."""

    creates: tuple[Payload, ...]
    updates: tuple[Payload, ...]
    deletes: tuple[Payload, ...]
    unchanged: tuple[Payload, ...]

    @property
    def is_empty(self) -> bool:
        """Whether Discord has what is wanted already."""
        return not (self.creates or self.updates or self.deletes)


@dataclass(frozen=True, slots=True)
class Refusal:
    """A command that Discord would not take. `is_kept` says that the version it had before is still there."""

    name: str
    where: str
    reasons: tuple[str, ...]
    is_kept: bool


@dataclass(frozen=True, slots=True)
class ScopeOutcome:
    """What became of one scope: the changes made, the commands left out, the commands that Discord has now.

    With a `failure` (Discord's words) nothing was changed and `commands` may be empty.
    """

    scope: Scope
    applied: Plan
    refused: tuple[Refusal, ...] = ()
    commands: tuple[Payload, ...] = ()
    failure: str | None = None


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of all scopes, in the order in which they were done."""

    scopes: tuple[ScopeOutcome, ...]

    @property
    def is_complete(self) -> bool:
        """Whether Discord now has everything that was wanted."""
        return not any(scope.failure or scope.refused for scope in self.scopes)


def canonical(command: Payload) -> dict[str, object]:
    """Return what a command says, so that two that say the same are equal, whoever wrote them.

    What Discord adds goes, and so does what is the default anyway: null, false, empty lists and texts, "chat input",
    "all contexts". Sets are sorted, permissions are strings.
    """
    said = _said(command)
    if said.get("type") == CommandType.CHAT_INPUT:
        del said["type"]
    if said.get("contexts") == _ALL_CONTEXTS:
        del said["contexts"]
    return said


def _said(node: Payload) -> dict[str, object]:
    values = {name: _value(name, value) for name, value in node.items() if name not in _NOT_COMPARED}
    return {name: value for name, value in values.items() if not _is_default(value)}


def _value(name: str, value: object) -> object:
    match value:
        case int() if name == "default_member_permissions":
            return str(value)
        case str() if name in _TEXTS:
            return value.strip()  # as Discord does
        case list() | tuple():
            items = cast(Sequence[object], value)  # JSON: whatever it holds is an object
            return sorted(items, key=str) if name in _SETS else [_item(item) for item in items]
        case Mapping():
            return dict(cast(Payload, value))  # JSON: keys are texts
        case _:
            return value


def _item(item: object) -> object:
    return _said(cast(Payload, item)) if isinstance(item, Mapping) else item  # JSON: keys are texts


def _is_default(value: object) -> bool:
    # By identity: 0 is a value (the choice 0, permissions of nobody) although it equals False.
    return value is None or value is False or (isinstance(value, str | list | dict) and not value)


def plan(wanted: Sequence[Payload], registered: Sequence[Payload]) -> Plan:
    """Compare by type and name. What an app's Activity is launched with is never deleted: Discord refuses that.

    Where a command does not say for which installations it is, the app's settings decide and Discord echoes them, so
    that is compared only where it is said.
    """
    there = {_key(command): command for command in registered}
    creates, updates, unchanged = list[Payload](), list[Payload](), list[Payload]()
    for command in wanted:
        old = there.pop(_key(command), None)
        same = unchanged if old is not None and _is_same(command, old) else updates
        (creates if old is None else same).append(command)
    deletes = [command for command in there.values() if not _is_entry_point(command)]
    return Plan(tuple(creates), tuple(updates), tuple(deletes), tuple(unchanged))


def _key(command: Payload) -> _Key:
    return command.get("type") or CommandType.CHAT_INPUT, command.get("name")


def _is_same(wanted: Payload, registered: Payload) -> bool:
    new, old = canonical(wanted), canonical(registered)
    if "integration_types" not in new:
        old.pop("integration_types", None)
    return new == old


def _is_entry_point(command: Payload) -> bool:
    return command.get("type") == CommandType.PRIMARY_ENTRY_POINT


async def register(rest: Rest, application_id: int, scopes: Mapping[Scope, Sequence[Wanted]]) -> Outcome:
    """Make Discord have these commands, and no others, in these scopes; return what became of each.

    One command that Discord refuses is left out (its earlier version stays, if there is one), and one scope that
    fails does not stop the others. If there is a guild among the scopes, the global set is emptied unless it is
    wanted too, because Discord shows a command that is in both twice. Raises nothing that Discord can cause.
    """
    wanted = dict(scopes)
    if any(scope != "global" for scope in wanted):
        wanted.setdefault("global", ())
    return Outcome(tuple([await _register_scope(rest, application_id, scope, wanted[scope]) for scope in wanted]))


def flattened(errors: object, path: str = "") -> list[str]:
    """Return Discord's nested `errors` as lines: `options.1.name: text` (Discord docs, Reference: Error Messages)."""
    if not isinstance(errors, Mapping):
        return []
    lines: list[str] = []
    for name, below in cast(Payload, errors).items():  # JSON: keys are texts
        if name == "_errors":
            lines += [f"{path}: {text}" if path else text for text in _texts(below)]
        else:
            lines += flattened(below, f"{path}.{name}" if path else name)
    return lines


def _texts(leaves: object) -> Iterator[str]:
    for leaf in cast(list[object], leaves) if isinstance(leaves, list) else []:  # JSON
        if isinstance(leaf, Mapping):
            said = cast(Payload, leaf)  # JSON: keys are texts
            yield str(said.get("message") or said.get("code") or "refused")


async def _register_scope(rest: Rest, application_id: int, scope: Scope, wanted: Sequence[Wanted]) -> ScopeOutcome:
    place = "" if scope == "global" else f"/guilds/{scope}"
    path = f"/applications/{application_id}{place}/commands"
    try:
        registered = _commands(await rest.request("GET", f"{path}?with_localizations=true", None))
        return await _overwrite(rest, path, scope, _Batch(wanted, registered))
    except RestRefused as refused:
        return ScopeOutcome(scope, _NOTHING, failure="; ".join([str(refused), *flattened(refused.errors)]))


_NOTHING = Plan((), (), (), ())
_NO_MORE_CREATES = (ErrorCode.MAXIMUM_DAILY_COMMAND_CREATES, ErrorCode.MAXIMUM_COMMANDS)


def _commands(answer: object) -> tuple[Payload, ...]:
    if not isinstance(answer, list):
        raise RestRefused(200, 0, "the answer is no list of commands")
    items = cast(list[object], answer)  # JSON
    return tuple(cast(Payload, item) for item in items if isinstance(item, Mapping))  # JSON: keys are texts


async def _overwrite(rest: Rest, path: str, scope: Scope, batch: "_Batch") -> ScopeOutcome:
    for _ in range(ATTEMPTS_MAX):
        payloads, change = batch.payloads(), batch.plan()
        if change.is_empty:
            return ScopeOutcome(scope, change, batch.refusals(), batch.registered)
        try:
            commands = _commands(await rest.request("PUT", path, payloads))
        except RestRefused as refused:
            if not batch.leave_out(refused):
                raise
        else:
            return ScopeOutcome(scope, change, batch.refusals(), commands)
    raise RestRefused(400, ErrorCode.INVALID_FORM_BODY, f"still refused after {ATTEMPTS_MAX} attempts")


class _Batch:
    """The set to send for one scope, from which what Discord refuses is taken out."""

    def __init__(self, wanted: Iterable[Wanted], registered: Sequence[Payload]) -> None:
        """Begin with all that is wanted, and with what must not be deleted."""
        self.registered = tuple(registered)
        self._before = {_key(command): canonical(command) for command in registered}
        self._left_out: list[tuple[_Key, Wanted, tuple[str, ...]]] = []
        # None stands for the version that is registered.
        self._items: dict[_Key, Wanted | None] = {_key(old): None for old in registered if _is_entry_point(old)}
        for command in wanted:
            self._add(command)

    def _add(self, command: Wanted) -> None:
        key = _key(command.payload)
        if self._items.get(key) is None:
            self._items[key] = command
        else:  # Discord would refuse the whole set for it
            self._left_out.append((key, command, ("name: another command of this type has it",)))

    def payloads(self) -> list[Payload]:
        """Return what to send; Discord's complaints count from its first item."""
        return [self._before[key] if item is None else item.payload for key, item in self._items.items()]

    def plan(self) -> Plan:
        """Return what sending it would change."""
        return plan(self.payloads(), self.registered)

    def leave_out(self, refused: RestRefused) -> bool:
        """Go back on every command that Discord complains about; return whether it named any."""
        faults = self._faults(refused)
        for key, reasons in faults.items():
            item = self._items.pop(key)
            if item is not None:
                self._left_out.append((key, item, reasons))
                if key in self._before:
                    self._items[key] = None
        return bool(faults)

    def _faults(self, refused: RestRefused) -> dict[_Key, tuple[str, ...]]:
        if refused.code in _NO_MORE_CREATES:
            return {_key(command): (refused.message,) for command in self.plan().creates}
        keys = dict(zip(map(str, range(len(self._items))), self._items, strict=False))
        named = {keys[index]: flattened(errors) for index, errors in refused.errors.items() if index in keys}
        return {key: tuple(reasons) or (refused.message,) for key, reasons in named.items()}

    def refusals(self) -> tuple[Refusal, ...]:
        """Return what was left out, with Discord's reasons."""
        kept = {key for key, item in self._items.items() if item is None}
        return tuple(
            Refusal(str(command.payload.get("name")), command.where, reasons, is_kept=key in kept)
            for key, command, reasons in self._left_out
        )
