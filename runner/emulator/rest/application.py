"""The application itself: its user, its description, its gateway and its commands."""

from runner.emulator.core import Core
from runner.emulator.refusals import invalid_field, refusal
from runner.emulator.rest.calls import Answer, Call, Route
from runner.emulator.shapes.channels import channel_json
from runner.emulator.shapes.users import own_user_json, user_json
from runner.emulator.world import Channel, JsonObject
from runner.lifecycle import limits
from runner.lifecycle.limits import ChannelType, ErrorCode

_SESSION_STARTS = limits.GATEWAY_IDENTIFIES_PER_DAY
_DAY_MS = 86_400_000


def own_user(core: Core, _: Call) -> Answer:
    """GET /users/@me."""
    return Answer(200, own_user_json(core.world.bot))


def user(core: Core, call: Call) -> Answer:
    """GET /users/{user}."""
    found = core.world.users.get(call.id(0))
    if found is None:
        raise refusal(ErrorCode.UNKNOWN_USER)
    return Answer(200, user_json(found))


def own_guilds(core: Core, _: Call) -> Answer:
    """GET /users/@me/guilds."""
    world, bot = core.world, core.world.bot_id
    guilds = [guild for guild in world.guilds.values() if bot in guild.members]
    shapes: list[JsonObject] = [
        {
            "id": str(guild.id),
            "name": guild.name,
            "icon": None,
            "banner": None,
            "owner": guild.owner_id == bot,
            "permissions": str(int(world.guild_permissions(bot, guild, core.clock.now()))),
            "features": [],
        }
        for guild in guilds
    ]
    return Answer(200, shapes)


def open_dm(core: Core, call: Call) -> Answer:
    """POST /users/@me/channels: the direct messages with a user, opened at most once."""
    recipient = str(call.json.get("recipient_id", ""))
    if not recipient.isdecimal():
        raise invalid_field("recipient_id", "BASE_TYPE_REQUIRED", "This field is required")
    if int(recipient) not in core.world.users or int(recipient) == core.world.bot_id:
        raise refusal(ErrorCode.CANNOT_MESSAGE_USER)
    return Answer(200, channel_json(core.world, dm_channel(core, int(recipient))))


def dm_channel(core: Core, user_id: int) -> Channel:
    """Return the direct messages of the bot with a user, opening them if need be."""
    channel = core.world.dm_with(user_id)
    if channel is None:
        channel = Channel(id=core.ids.next(), type=ChannelType.DM, recipient_ids=[user_id])
        core.world.channels[channel.id] = channel
        core.announcer.channel(channel, "CHANNEL_CREATE")
    return channel


def application(core: Core, _: Call) -> Answer:
    """GET /applications/@me and GET /oauth2/applications/@me."""
    bot = core.world.bot
    owner = next(iter(core.world.users.values()))
    shape: JsonObject = {
        "id": str(core.application_id),
        "name": bot.username,
        "icon": None,
        "description": "",
        "type": None,
        "bot": own_user_json(bot),
        "summary": "",
        "bot_public": True,
        "bot_require_code_grant": False,
        "owner": user_json(owner),
        "team": None,
        "verify_key": "0" * 64,
        "flags": 0,
        "flags_new": "0",
        "hook": True,
        "rpc_origins": [],
        "redirect_uris": [],
        "interactions_endpoint_url": None,
        "role_connections_verification_url": None,
        "approximate_guild_count": len(core.world.guilds),
        "approximate_user_install_count": 0,
        "approximate_user_authorization_count": 0,
        "explicit_content_filter": 0,
        "eligible_oauth2_scopes": ["applications.commands", "bot"],
        "integration_types_config": {"0": {}, "1": {}},
    }
    return Answer(200, shape)


def gateway(core: Core, _: Call) -> Answer:
    """GET /gateway."""
    return Answer(200, {"url": core.gateway_url})


def gateway_bot(core: Core, _: Call) -> Answer:
    """GET /gateway/bot."""
    starts: JsonObject = {
        "total": _SESSION_STARTS,
        "remaining": _SESSION_STARTS,
        "reset_after": _DAY_MS,
        "max_concurrency": limits.GATEWAY_MAX_CONCURRENCY_DEFAULT,
    }
    return Answer(200, {"url": core.gateway_url, "shards": 1, "session_start_limit": starts})


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
    """GET who may use a command: nobody has overridden anything here."""
    found = core.commands.get(None, call.id(-1))
    if found[0] != 200:
        found = core.commands.get(call.id(1), call.id(-1))
    if found[0] != 200:
        return Answer(*found)
    shape: JsonObject = {
        "id": str(call.id(-1)),
        "application_id": str(core.application_id),
        "guild_id": str(call.id(1)),
        "permissions": [],
    }
    return Answer(200, shape)


def put_command_permissions(_: Core, __: Call) -> Answer:
    """PUT who may use a command: only people may, with a token of their own."""
    raise refusal(ErrorCode.BOTS_CANNOT_USE_ENDPOINT)


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
    Route("GET", "/users/@me", own_user),
    Route("GET", "/users/@me/guilds", own_guilds),
    Route("POST", "/users/@me/channels", open_dm),
    Route("GET", "/users/*", user),
    Route("GET", "/oauth2/applications/@me", application),
    Route("GET", "/applications/@me", application),
    Route("GET", "/gateway", gateway, is_open=True),
    Route("GET", "/gateway/bot", gateway_bot),
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
    Route("GET", f"{_GUILD}/*/permissions", command_permissions),
    Route("PUT", f"{_GUILD}/*/permissions", put_command_permissions),
)
"""The endpoints in this file. Literal paths stand before the patterns that would swallow them."""
