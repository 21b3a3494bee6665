"""Commands that are in a server as well as everywhere: Discord shows such a command twice.

They come about when commands that were one server's move to everywhere, and the config names that server no more.
Source: discord/discord-api-docs#3885.
"""

from collections.abc import Iterable, Sequence
from itertools import islice
from typing import Final

from runner.data import dataclass
from runner.registration.payloads import Payload, Wanted, key_of, route_of
from runner.registration.register import registered_in, said_by
from runner.rest import Rest, RestRefused

GUILDS_MAX: Final = 100
"""In how many servers twins are looked for; each costs a call."""


@dataclass(frozen=True, slots=True)
class Twins:
    """The commands of one server that are everywhere too; `failure` is why they could not be told, or not deleted."""

    guild_id: int
    commands: tuple[Payload, ...]
    failure: str | None = None


async def find_twins(
    rest: Rest, application_id: int, guild_ids: Iterable[int], wanted: Sequence[Wanted]
) -> list[Twins]:
    """Return the commands of these servers that are wanted everywhere, of each server that has some."""
    everywhere = {key_of(command.payload) for command in wanted}
    found: list[Twins] = []
    for guild_id in islice(guild_ids, GUILDS_MAX):
        try:
            registered = await registered_in(rest, route_of(application_id, guild_id))
        except RestRefused as refused:
            found.append(Twins(guild_id, (), said_by(refused)))
        else:
            twins = tuple(command for command in registered if key_of(command) in everywhere)
            found += [Twins(guild_id, twins)] if twins else []
    return found


async def delete_twins(rest: Rest, application_id: int, twins: Twins) -> Twins:
    """Delete the twins of one server, and return those that are gone."""
    gone: list[Payload] = []
    for command in twins.commands:
        try:
            await rest.request("DELETE", f"{route_of(application_id, twins.guild_id)}/{command['id']}", None)
        except RestRefused as refused:
            return Twins(twins.guild_id, tuple(gone), said_by(refused))
        gone.append(command)
    return Twins(twins.guild_id, tuple(gone), twins.failure)
