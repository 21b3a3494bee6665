"""The application itself: its user, its description, its gateway, and its direct messages."""

import math

from runner.emulator.core import Core
from runner.emulator.refusals import invalid_field, refusal
from runner.emulator.rest.calls import Answer, Call, Route
from runner.emulator.shapes.channels import channel_json
from runner.emulator.shapes.users import own_user_json, user_json
from runner.emulator.world import Channel, JsonObject
from runner.lifecycle import limits
from runner.lifecycle.limits import ChannelType, ErrorCode

_GUILDS_PER_SHARD = 1_000  # what Discord advises; the bound is at 2500


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
    other = core.world.users.get(int(recipient))
    if other is None or other.bot:
        raise refusal(ErrorCode.INVALID_RECIPIENT)
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
        "interactions_endpoint_url": core.world.interactions_endpoint_url,
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
    """GET /gateway/bot: also how many shards are advised, and how many sessions may still begin."""
    counted = core.gateway.starts
    starts: JsonObject = {
        "total": limits.GATEWAY_IDENTIFIES_PER_DAY,
        "remaining": counted.remaining,
        "reset_after": counted.reset_after_ms,
        "max_concurrency": counted.max_concurrency,
    }
    shards = math.ceil(len(core.world.guilds) / _GUILDS_PER_SHARD) or 1
    return Answer(200, {"url": core.gateway_url, "shards": shards, "session_start_limit": starts})


ROUTES = (
    Route("GET", "/users/@me", own_user),
    Route("GET", "/users/@me/guilds", own_guilds),
    Route("POST", "/users/@me/channels", open_dm),
    Route("GET", "/users/*", user),
    Route("GET", "/oauth2/applications/@me", application),
    Route("GET", "/applications/@me", application),
    Route("GET", "/gateway", gateway, is_open=True),
    Route("GET", "/gateway/bot", gateway_bot),
)
"""The endpoints in this file."""
