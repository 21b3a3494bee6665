"""Invites as Discord's JSON. Source: Discord docs, Resources: Invite."""

from runner.emulator.shapes.users import user_json
from runner.emulator.shapes.values import timestamp
from runner.emulator.world import Invite, JsonObject, World

_TO_A_GUILD = 0


def invite_json(world: World, invite: Invite) -> JsonObject:
    """Return an invite object with its metadata."""
    guild, channel = world.guilds[invite.guild_id], world.channels[invite.channel_id]
    expires_at = None if invite.max_age_s == 0 else invite.created_at + invite.max_age_s
    about: JsonObject = {
        "id": str(guild.id),
        "name": guild.name,
        "splash": None,
        "banner": None,
        "description": guild.description,
        "icon": None,
        "features": list(guild.features),
        "verification_level": 0,
        "vanity_url_code": None,
        "nsfw_level": 0,
        "nsfw": False,
        "premium_subscription_count": 0,
    }
    return {
        "type": _TO_A_GUILD,
        "code": invite.code,
        "guild": about,
        "guild_id": str(guild.id),
        "channel": {"id": str(channel.id), "name": channel.name, "type": int(channel.type)},
        "inviter": user_json(world.users[invite.inviter_id]),
        "expires_at": timestamp(expires_at),
        "flags": 0,
        "uses": invite.uses,
        "max_uses": invite.max_uses,
        "max_age": invite.max_age_s,
        "temporary": invite.temporary,
        "created_at": timestamp(invite.created_at),
    }
