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


def own_user_json(user: User) -> JsonObject:
    """Return the bot's own user object, which tells a little more."""
    return {**user_json(user), "mfa_enabled": False, "verified": True, "email": None, "locale": user.locale}
