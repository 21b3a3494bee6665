"""Commands as a difference: what Discord has against what the config wants, and the fewest calls from one to the other.

Discord counts creations per day and keeps the permissions that admins gave a command for as long as it isn't deleted,
so nothing is sent unless something differs, and then the whole set at once, matched by name and type
(Discord docs, Interactions: Application Commands, Bulk Overwrite).
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Final, cast

from runner.data import dataclass
from runner.lifecycle import limits
from runner.lifecycle.limits import ErrorCode
from runner.registration.creates import Registrations
from runner.registration.payloads import (
    Key,
    Payload,
    Scope,
    Wanted,
    canonical,
    is_entry_point,
    key_of,
    route_of,
)
from runner.registration.plan import NOTHING, Plan, plan, renamed
from runner.rest import Rest, RestRefused

ATTEMPTS_MAX: Final = 10
"""How often a set is sent again without what Discord refused in it, before its scope is given up."""


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

    With a `failure` (Discord's words) nothing was changed and `commands` may be empty; it `is_transient` when another
    attempt may do better.
    """

    scope: Scope
    applied: Plan
    refused: tuple[Refusal, ...] = ()
    commands: tuple[Payload, ...] = ()
    failure: str | None = None
    is_transient: bool = False


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of all scopes, in the order in which they were done."""

    scopes: tuple[ScopeOutcome, ...]

    @property
    def is_complete(self) -> bool:
        """Whether Discord now has everything that was wanted."""
        return not any(scope.failure or scope.refused for scope in self.scopes)


async def register(
    rest: Rest,
    application_id: int,
    scopes: Mapping[Scope, Sequence[Wanted]],
    registrations: Registrations | None = None,
) -> Outcome:
    """Make Discord have these commands, and no others, in these scopes; return what became of each.

    One command that Discord refuses is left out (its earlier version stays, if there is one), and one scope that
    fails does not stop the others. If there is a guild among the scopes, the global set is emptied unless it is
    wanted too, because Discord shows a command that is in both twice. No more are created than `registrations` leave
    room for. Raises nothing that Discord can cause.
    """
    outcomes = [
        await _register_scope(rest, route_of(application_id, scope), scope, wanted, registrations)
        for scope, wanted in with_global(scopes).items()
    ]
    return Outcome(tuple(outcomes))


def with_global(scopes: Mapping[Scope, Sequence[Wanted]]) -> dict[Scope, Sequence[Wanted]]:
    """Return the scopes, and that nothing is wanted everywhere where only servers want something."""
    wanted = dict(scopes)
    if any(scope != "global" for scope in wanted):
        wanted.setdefault("global", ())
    return wanted


async def registered_in(rest: Rest, path: str) -> tuple[Payload, ...]:
    """Return the commands that Discord has at `path`, with all their translations. Raises `RestRefused`."""
    return _commands(await rest.request("GET", f"{path}?with_localizations=true", None))


def _commands(answer: object) -> tuple[Payload, ...]:
    if not isinstance(answer, list):
        raise RestRefused(200, 0, "the answer is no list of commands")
    items = cast(list[object], answer)  # JSON
    return tuple(cast(Payload, item) for item in items if isinstance(item, Mapping))  # JSON: keys are texts


def said_by(refused: RestRefused) -> str:
    """Return what Discord says of a refusal, each of its reasons with its place."""
    return "; ".join([str(refused), *flattened(refused.errors)])


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


async def _register_scope(
    rest: Rest, path: str, scope: Scope, wanted: Sequence[Wanted], registrations: Registrations | None
) -> ScopeOutcome:
    try:
        batch = Batch(wanted, await registered_in(rest, path))
        return await _overwrite(rest, path, scope, batch, registrations)
    except RestRefused as refused:
        is_transient = refused.status == 0 or refused.status == 429 or refused.status >= 500
        return ScopeOutcome(scope, NOTHING, failure=said_by(refused), is_transient=is_transient)


_NO_MORE_CREATES = (ErrorCode.MAXIMUM_DAILY_COMMAND_CREATES, ErrorCode.MAXIMUM_COMMANDS)


async def _overwrite(
    rest: Rest, path: str, scope: Scope, batch: "Batch", registrations: Registrations | None
) -> ScopeOutcome:
    for _ in range(ATTEMPTS_MAX):
        if registrations is not None:
            created = await registrations.within(str(scope), limits.COMMAND_CREATES_WINDOW_S)
            batch.leave_out_beyond(limits.COMMAND_CREATES_PER_DAY_MAX - created)
        payloads, change = batch.payloads(), batch.plan()
        if change.is_empty:
            return ScopeOutcome(scope, change, batch.refusals(), batch.registered)
        try:
            commands = _commands(await rest.request("PUT", path, payloads))
        except RestRefused as refused:
            if not batch.leave_out(refused):
                raise
        else:
            if registrations is not None and change.creates:
                await registrations.add(str(scope), len(change.creates))
            return ScopeOutcome(scope, change, batch.refusals(), commands)
    raise RestRefused(400, ErrorCode.INVALID_FORM_BODY, f"still refused after {ATTEMPTS_MAX} attempts")


class Batch:
    """The set to send for one scope, from which what Discord refuses is taken out."""

    def __init__(self, wanted: Sequence[Wanted], registered: Sequence[Payload]) -> None:
        """Begin with all that is wanted, and with what must not be deleted."""
        self.registered = tuple(registered)
        self._before = {key_of(command): canonical(command) for command in registered}
        self._renamed = renamed(wanted, registered)
        self._left_out: list[tuple[Key, Wanted, tuple[str, ...]]] = []
        # None stands for the version that is registered.
        self._items: dict[Key, Wanted | None] = {key_of(old): None for old in registered if is_entry_point(old)}
        for command in wanted:
            self._add(command)

    def _add(self, command: Wanted) -> None:
        key = key_of(command.payload)
        if self._items.get(key) is None:
            self._items[key] = command
        else:  # Discord would refuse the whole set for it
            self._left_out.append((key, command, ("name: another command of this type has it",)))

    def payloads(self) -> list[Payload]:
        """Return what to send; Discord's complaints count from its first item."""
        return [self._payload(key, item) for key, item in self._items.items()]

    def _payload(self, key: Key, item: Wanted | None) -> Payload:
        if item is None:
            return self._before[key]
        old = self._renamed.get(key)
        return item.payload if old is None else {**item.payload, "id": old["id"]}

    def plan(self) -> Plan:
        """Return what sending it would change."""
        return plan(self.payloads(), self.registered)

    def leave_out(self, refused: RestRefused) -> bool:
        """Go back on every command that Discord complains about; return whether it named any."""
        faults = self._faults(refused)
        for key, reasons in faults.items():
            self._take_out(key, reasons)
        return bool(faults)

    def leave_out_beyond(self, creates: int) -> None:
        """Leave out new commands of which there are more than `creates`."""
        reason = (
            f"{limits.COMMAND_CREATES_PER_DAY_MAX} commands were created here in the last 24 hours, "
            "and Discord takes no more; it is left for a later start",
        )
        for command in self.plan().creates[max(creates, 0) :]:
            self._take_out(key_of(command), reason)

    def _take_out(self, key: Key, reasons: tuple[str, ...]) -> None:
        item = self._items.pop(key)
        if item is None:
            return
        self._left_out.append((key, item, reasons))
        if (old := self._old_key(key)) in self._before:
            self._items[old] = None

    def _old_key(self, key: Key) -> Key:
        """Return under which key the command is registered, if it is."""
        old = self._renamed.get(key)
        return key if old is None else key_of(old)

    def _faults(self, refused: RestRefused) -> dict[Key, tuple[str, ...]]:
        if refused.code in _NO_MORE_CREATES:
            return {key_of(command): (refused.message,) for command in self.plan().creates}
        keys = dict(zip(map(str, range(len(self._items))), self._items, strict=False))
        named = {keys[index]: flattened(errors) for index, errors in refused.errors.items() if index in keys}
        return {key: tuple(reasons) or (refused.message,) for key, reasons in named.items()}

    def refusals(self) -> tuple[Refusal, ...]:
        """Return what was left out, with Discord's reasons."""
        kept = {key for key, item in self._items.items() if item is None}
        return tuple(
            Refusal(str(command.payload.get("name")), command.where, reasons, is_kept=self._old_key(key) in kept)
            for key, command, reasons in self._left_out
        )
