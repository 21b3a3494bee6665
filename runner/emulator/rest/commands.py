"""The application's commands, and who may use them. Source: Discord docs, Interactions: Application Commands."""

from runner.emulator.commands.access import permissions_json
from runner.emulator.core import Core
from runner.emulator.refusals import refusal
from runner.emulator.rest.access import allowed_guild
from runner.emulator.rest.calls import Answer, Call, Route
from runner.emulator.world import Guild
from runner.lifecycle.limits import ErrorCode


def commands(core: Core, call: Call) -> Answer:
    """GET the commands of a scope."""
    locale = core.world.bot.locale
    found = core.commands.list(_scope(core, call), with_localizations=call.is_set("with_localizations"), locale=locale)
    return Answer(*found)


def put_commands(core: Core, call: Call) -> Answer:
    """PUT every command of a scope at once."""
    scope = _scope(core, call)
    return _registered(core, scope, Answer(*core.commands.put_all(scope, call.body, now=core.clock.now())))


def post_command(core: Core, call: Call) -> Answer:
    """POST one command: new, or in place of its namesake."""
    scope = _scope(core, call)
    return _registered(core, scope, Answer(*core.commands.post(scope, call.body, now=core.clock.now())))


def command(core: Core, call: Call) -> Answer:
    """GET one command."""
    return Answer(*core.commands.get(_scope(core, call, 1), call.id(-1)))


def patch_command(core: Core, call: Call) -> Answer:
    """PATCH one command."""
    scope = _scope(core, call, 1)
    return _registered(core, scope, Answer(*core.commands.patch(scope, call.id(-1), call.body)))


def delete_command(core: Core, call: Call) -> Answer:
    """DELETE one command."""
    scope = _scope(core, call, 1)
    return _registered(core, scope, Answer(*core.commands.delete(scope, call.id(-1))))


def command_permissions(core: Core, call: Call) -> Answer:
    """GET who may use a command in a guild. Unknown (10066) as long as nobody has set anything."""
    guild = _guild(core, call)
    overwrites = core.commands.overwrites(guild.id).get(call.id(-1))
    if overwrites is None:
        raise refusal(ErrorCode.UNKNOWN_COMMAND_PERMISSIONS)
    return Answer(200, permissions_json(core.application_id, guild.id, call.id(-1), overwrites))


def list_command_permissions(core: Core, call: Call) -> Answer:
    """GET who may use each command for which somebody has set something."""
    guild = _guild(core, call)
    found = core.commands.overwrites(guild.id).items()
    return Answer(200, [permissions_json(core.application_id, guild.id, *entry) for entry in found])


def put_command_permissions(core: Core, call: Call) -> Answer:
    """PUT who may use a command: only people may, with a token of their own."""
    _guild(core, call)
    raise refusal(ErrorCode.BOTS_CANNOT_USE_ENDPOINT)


def _guild(core: Core, call: Call) -> Guild:
    if call.id(0) != core.application_id:
        raise refusal(ErrorCode.UNKNOWN_APPLICATION)
    return allowed_guild(core, call.id(1))


def _scope(core: Core, call: Call, trailing: int = 0) -> int | None:
    """Return the guild that a commands path names, None for the global scope."""
    if call.id(0) != core.application_id:
        raise refusal(ErrorCode.UNKNOWN_APPLICATION)
    if len(call.values) == 1 + trailing:
        return None
    if call.id(1) not in core.world.guilds:
        raise refusal(ErrorCode.MISSING_ACCESS)
    return call.id(1)


def _registered(core: Core, scope: int | None, answer: Answer) -> Answer:
    if answer.status < 400:
        core.note_registered(scope)
    return answer


_GLOBAL = "/applications/*/commands"
_GUILD = "/applications/*/guilds/*/commands"

ROUTES: tuple[Route, ...] = (
    *(
        route
        for base in (_GLOBAL, _GUILD)
        for route in (
            Route("GET", base, commands),
            Route("PUT", base, put_commands),
            Route("POST", base, post_command),
            Route("GET", f"{base}/*", command),
            Route("PATCH", f"{base}/*", patch_command),
            Route("DELETE", f"{base}/*", delete_command),
        )
    ),
    Route("GET", f"{_GUILD}/permissions", list_command_permissions),
    Route("GET", f"{_GUILD}/*/permissions", command_permissions),
    Route("PUT", f"{_GUILD}/*/permissions", put_command_permissions),
)
"""The endpoints in this file."""
