"""What registration would change, for an operator who wants to know before: it only asks."""

import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from runner.data import dataclass
from runner.registration.payloads import Payload, Scope, Wanted, key_of, route_of, shown
from runner.registration.plan import NOTHING, Plan
from runner.registration.register import Batch, registered_in, said_by, with_global
from runner.registration.twins import find_twins
from runner.rest import Rest, RestRefused


@dataclass(frozen=True, slots=True)
class ScopePreview:
    """What would change in one scope. `twins` would be deleted there because they are everywhere.

    With a `failure` (Discord's words) nothing is known.
    """

    scope: Scope
    plan: Plan
    twins: tuple[Payload, ...] = ()
    failure: str | None = None


async def preview(rest: Rest, application_id: int, scopes: Mapping[Scope, Sequence[Wanted]]) -> list[ScopePreview]:
    """Return what registration would change in each scope. Makes no call but GET."""
    wanted = with_global(scopes)
    found = [await _preview(rest, application_id, scope, commands) for scope, commands in wanted.items()]
    if any(each.scope == "global" and each.plan.creates for each in found):
        guild_ids = [guild_id for guild_id in await _guild_ids(rest) if guild_id not in wanted]
        twins = await find_twins(rest, application_id, guild_ids, wanted["global"])
        found += [ScopePreview(each.guild_id, NOTHING, each.commands, each.failure) for each in twins]
    return found


async def _preview(rest: Rest, application_id: int, scope: Scope, wanted: Sequence[Wanted]) -> ScopePreview:
    try:
        return ScopePreview(scope, Batch(wanted, await registered_in(rest, route_of(application_id, scope))).plan())
    except RestRefused as refused:
        return ScopePreview(scope, NOTHING, failure=said_by(refused))


async def _guild_ids(rest: Rest) -> list[int]:
    """Return the servers that the bot is in, those of the first page."""
    try:
        guilds: Any = await rest.request("GET", "/users/@me/guilds", None)  # JSON
        return [int(guild["id"]) for guild in guilds]
    except RestRefused:
        return []


def as_text(previews: Sequence[ScopePreview]) -> str:
    """Return the previews to read: `+` for what would be created, `~` changed, `-` deleted."""
    return "\n".join(line for each in previews for line in _lines(each))


def _lines(each: ScopePreview) -> Iterator[str]:
    where = "everywhere" if each.scope == "global" else f"server {each.scope}"
    if each.failure is not None:
        yield f"{where}: unknown, because Discord says: {each.failure}"
        return
    change = each.plan
    counts = {"create": change.creates, "update": change.updates, "delete": (*change.deletes, *each.twins)}
    said = ", ".join(f"{len(commands)} to {verb}" for verb, commands in counts.items() if commands)
    yield f"{where}: {said or 'nothing to change'}, {len(change.unchanged)} as they are"
    yield from (f"  + {shown(command)}" for command in change.creates)
    yield from (f"  ~ {shown(command)}{_was(change, command)}" for command in change.updates)
    yield from (f"  - {shown(command)}" for command in change.deletes)
    yield from (f"  - {shown(command)}, which is everywhere" for command in each.twins)


def _was(change: Plan, command: Payload) -> str:
    former = (change.renames or {}).get(key_of(command))
    return f", which was {shown({**command, 'name': former})}" if former else ""


def as_json(previews: Sequence[ScopePreview]) -> str:
    """Return the previews for programs."""
    return json.dumps({"scopes": [_json(each) for each in previews]}, indent=2, ensure_ascii=False)


def _json(each: ScopePreview) -> dict[str, object]:
    change = each.plan
    made: dict[str, object] = {
        "scope": str(each.scope),
        "create": [shown(command) for command in change.creates],
        "update": [shown(command) for command in change.updates],
        "delete": [shown(command) for command in (*change.deletes, *each.twins)],
        "unchanged": [shown(command) for command in change.unchanged],
        "renames": {shown({"type": kind, "name": new}): old for (kind, new), old in (change.renames or {}).items()},
    }
    return made if each.failure is None else {**made, "failure": each.failure}
