"""Users as Discord's JSON."""

from runner.emulator.world import JsonObject, User


def user_json(user: User) -> JsonObject:
    """Return a user object."""
    return {
        "id": str(user.id),
        "username": user.username,
        "discriminator": "0",
        "global_name": user.global_name,
        "avatar": None,
        "bot": user.bot,
        "system": False,
        "banner": None,
        "accent_color": None,
        "flags": 0,
        "public_flags": 0,
        "avatar_decoration_data": None,
        "collectibles": None,
        "primary_guild": None,
    }


def presence_json(user: User, guild_id: int) -> JsonObject:
    """Return a presence, as it is told in a guild. Who is invisible looks offline."""
    status = "offline" if user.status == "invisible" else user.status
    return {
        "user": {"id": str(user.id)},
        "guild_id": str(guild_id),
        "status": status,
        "activities": user.activities,
        "client_status": {} if status == "offline" else {"web" if user.bot else "desktop": status},
    }


def own_user_json(user: User) -> JsonObject:
    """Return the bot's own user object, which tells a little more."""
    return {**user_json(user), "mfa_enabled": False, "verified": True, "email": None, "locale": user.locale}
