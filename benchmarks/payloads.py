"""Discord's JSON, as large as the real one: what the fake Discord sends over the gateway and answers over REST.

What is sent often is serialized once, with placeholders that are replaced per interaction.
"""

import base64
import itertools
import json
from collections.abc import Iterator, Mapping, Sequence
from typing import cast

DISCORD_EPOCH_MS = 1_420_070_400_000
APPLICATION = "1100000000000000001"
GUILD = "1100000000000000002"
CHANNEL = "1100000000000000100"
OWNER = "1100000000000000003"
JOINED = "2024-02-03T10:20:30.405000+00:00"
# A bot token in Discord's shape: some clients decode the application's id from its first part.
TOKEN = base64.b64encode(APPLICATION.encode()).decode().rstrip("=") + ".GbEnCh.a-token-of-the-benchmark-0000000000000"
USERS = 50
COMMANDS = ("ping", "slow", "perm", "two", "menu")
# VIEW_CHANNEL, SEND_MESSAGES and what else @everyone has by default; MANAGE_MESSAGES (1 << 13) is not among it.
MEMBER_PERMISSIONS = str(0x0006_5DC0_5F7C_DE41 & ~(1 << 13) & ~(1 << 3))
APP_PERMISSIONS = str(0x0006_5DC0_5F7C_FE41 & ~(1 << 3))

# What GUILD_CREATE has as empty lists, and what as null, for a guild that uses none of it.
EMPTY_IN_GUILD: Sequence[str] = (
    "emojis stickers voice_states threads presences stage_instances guild_scheduled_events soundboard_sounds "
    "features embedded_activities"
).split()
ABSENT_IN_GUILD: Sequence[str] = (
    "icon splash discovery_splash banner description vanity_url_code application_id afk_channel_id "
    "widget_channel_id system_channel_id rules_channel_id public_updates_channel_id safety_alerts_channel_id "
    "max_presences hub_type incidents_data"
).split()


def snowflake(unix_s: float, serial: int) -> int:
    """Return an id of that instant; `serial` keeps the ids of one millisecond apart."""
    return ((int(unix_s * 1000) - DISCORD_EPOCH_MS) << 22) | (serial & 0x3FFFFF)


def dumps(value: object) -> bytes:
    """Return compact JSON, as Discord sends it."""
    return json.dumps(value, separators=(",", ":")).encode()


def user(user_id: str, username: str, *, bot: bool = False) -> dict[str, object]:
    """Return a user object."""
    return {
        "id": user_id,
        "username": username,
        "global_name": username.title(),
        "discriminator": "0",
        "avatar": "a1b2c3d4e5f60718293a4b5c6d7e8f90",
        "avatar_decoration_data": None,
        "banner": None,
        "accent_color": None,
        "clan": None,
        "collectibles": None,
        "primary_guild": None,
        "public_flags": 0,
        "flags": 0,
        "bot": bot,
    }


def own_user() -> dict[str, object]:
    """Return the bot's user as `GET /users/@me` and READY give it."""
    extra = {"mfa_enabled": True, "verified": True, "locale": "en-US", "email": None, "premium_type": 0, "bio": ""}
    return user(APPLICATION, "bench", bot=True) | extra


def member(of: dict[str, object]) -> dict[str, object]:
    """Return a guild member object."""
    return {
        "user": of,
        "nick": None,
        "avatar": None,
        "banner": None,
        "roles": [str(int(GUILD) + 10)],
        "joined_at": JOINED,
        "premium_since": None,
        "communication_disabled_until": None,
        "unusual_dm_activity_until": None,
        "deaf": False,
        "mute": False,
        "flags": 0,
        "pending": False,
    }


def application() -> dict[str, object]:
    """Return the application as `GET /oauth2/applications/@me` gives it."""
    return {
        "id": APPLICATION,
        "name": "bench",
        "description": "",
        "icon": None,
        "bot_public": True,
        "bot_require_code_grant": False,
        "owner": user(OWNER, "olive"),
        "verify_key": "0" * 64,
        "flags": 1 << 23,
        "interactions_endpoint_url": None,
        "team": None,
        "hook": True,
        "integration_types_config": {"0": {}},
    }


def channel(position: int) -> dict[str, object]:
    """Return a text channel of the guild."""
    return {
        "id": str(int(CHANNEL) + position),
        "type": 0,
        "guild_id": GUILD,
        "name": f"channel-{position}",
        "position": position,
        "permission_overwrites": [],
        "topic": "What we talk about here",
        "nsfw": False,
        "last_message_id": None,
        "last_pin_timestamp": None,
        "parent_id": None,
        "rate_limit_per_user": 0,
        "flags": 0,
    }


def role(role_id: str, name: str, position: int, permissions: str) -> dict[str, object]:
    """Return a role."""
    return {
        "id": role_id,
        "name": name,
        "color": 0,
        "colors": {"primary_color": 0, "secondary_color": None, "tertiary_color": None},
        "hoist": False,
        "icon": None,
        "unicode_emoji": None,
        "position": position,
        "permissions": permissions,
        "managed": False,
        "mentionable": False,
        "flags": 0,
    }


def guild() -> dict[str, object]:
    """Return the GUILD_CREATE of a small guild; without the members intent it lists the bot alone."""
    roles = [role(str(int(GUILD) + 10 + n), f"Role {n}", n + 1, MEMBER_PERMISSIONS) for n in range(10)]
    empty: dict[str, object] = {key: [] for key in EMPTY_IN_GUILD}
    absent: Mapping[str, object] = dict.fromkeys(ABSENT_IN_GUILD)
    told: dict[str, object] = {
        "id": GUILD,
        "name": "Lighthouse",
        "owner_id": OWNER,
        "roles": [role(GUILD, "@everyone", 0, MEMBER_PERMISSIONS), *roles],
        "channels": [channel(position) for position in range(20)],
        "members": [member(own_user())],
        "member_count": USERS + 1,
        "joined_at": JOINED,
        "large": False,
        "unavailable": False,
        "afk_timeout": 300,
        "verification_level": 1,
        "default_message_notifications": 1,
        "explicit_content_filter": 2,
        "mfa_level": 0,
        "nsfw": False,
        "nsfw_level": 0,
        "system_channel_flags": 0,
        "preferred_locale": "en-US",
        "premium_tier": 0,
        "premium_subscription_count": 0,
        "premium_progress_bar_enabled": False,
        "max_members": 500_000,
        "max_video_channel_users": 25,
        "max_stage_video_channel_users": 50,
        "version": 1,
    }
    return {**empty, **absent, **told}


def ready(session: str, resume_url: str, shard: object) -> dict[str, object]:
    """Return READY's data. `shard` is what IDENTIFY named, or None."""
    data: dict[str, object] = {
        "v": 10,
        "user": own_user(),
        "guilds": [{"id": GUILD, "unavailable": True}],
        "session_id": session,
        "resume_gateway_url": resume_url,
        "session_type": "normal",
        "private_channels": [],
        "relationships": [],
        "application": {"id": APPLICATION, "flags": 1 << 23},
    }
    return data if shard is None else data | {"shard": shard}


def gateway(url: str) -> dict[str, object]:
    """Return the answer of `GET /gateway/bot`."""
    limit = {"total": 1000, "remaining": 1000, "reset_after": 86_400_000, "max_concurrency": 1}
    return {"url": url, "shards": 1, "session_start_limit": limit}


def registered(command: Mapping[str, object], command_id: str) -> dict[str, object]:
    """Return a command as Discord echoes it: every documented field, permissions as text."""
    permissions = command.get("default_member_permissions")
    defaults: dict[str, object] = {
        "type": 1,
        "name_localizations": None,
        "description": "",
        "description_localizations": None,
        "dm_permission": True,
        "contexts": None,
        "integration_types": [0],
        "nsfw": False,
    }
    given = {key: value for key, value in command.items() if value is not None}
    fixed = {
        "id": command_id,
        "application_id": APPLICATION,
        "version": str(int(command_id) + 1),
        "default_member_permissions": None if permissions is None else str(permissions),
    }
    return defaults | given | fixed


class Template:
    """A JSON text with placeholders: a name in `@…@`, which is replaced together with its quotes."""

    def __init__(self, value: object) -> None:
        """Serialize `value` once."""
        self._text = dumps(value)

    def fill(self, values: Mapping[str, bytes]) -> bytes:
        """Return the JSON with each placeholder replaced by the JSON given for it."""
        text = self._text
        for name, replacement in values.items():
            text = text.replace(b'"@%s@"' % name.encode(), replacement)
        return text


def interaction(*, on_message: bool) -> Template:
    """Return an interaction's payload. Placeholders: id, token, type, data, user, and `on_message` the message."""
    caller = user("@user@", "robin")
    parent = {key: value for key, value in channel(0).items() if key != "permission_overwrites"}
    source: dict[str, object] = {"message": "@message@"} if on_message else {}
    nothing: list[object] = []
    return Template(
        source
        | {
            "version": 1,
            "id": "@id@",
            "application_id": APPLICATION,
            "type": "@type@",
            "token": "@token@",
            "data": "@data@",
            "guild": {"id": GUILD, "locale": "en-US", "features": nothing},
            "guild_id": GUILD,
            "guild_locale": "en-US",
            "channel": parent | {"permissions": MEMBER_PERMISSIONS},
            "channel_id": CHANNEL,
            "member": member(caller) | {"permissions": MEMBER_PERMISSIONS},
            "locale": "en-GB",
            "app_permissions": APP_PERMISSIONS,
            "entitlements": nothing,
            "entitlement_sku_ids": nothing,
            "authorizing_integration_owners": {"0": GUILD},
            "context": 0,
            "attachment_size_limit": 10_485_760,
        }
    )


def message() -> Template:
    """Return a message that answers an interaction. Placeholders: id, content, components, flags, interaction, user."""
    return Template(
        {
            "id": "@id@",
            "type": 20,
            "channel_id": CHANNEL,
            "webhook_id": APPLICATION,
            "application_id": APPLICATION,
            "author": user(APPLICATION, "bench", bot=True),
            "content": "@content@",
            "components": "@components@",
            "flags": "@flags@",
            "embeds": [],
            "attachments": [],
            "mentions": [],
            "mention_roles": [],
            "mention_everyone": False,
            "pinned": False,
            "tts": False,
            "timestamp": JOINED,
            "edited_timestamp": None,
            "position": 0,
            "interaction_metadata": {
                "id": "@interaction@",
                "type": 2,
                "user": user("@user@", "robin"),
                "authorizing_integration_owners": {"0": GUILD},
            },
        }
    )


def components(sent: object) -> object:
    """Return a message's components as Discord echoes them: as sent, each with an id in the message."""
    return _numbered(sent or [], itertools.count(1))


def _numbered(node: object, serial: Iterator[int]) -> object:
    if items := as_sequence(node):
        return [_numbered(item, serial) for item in items]
    fields = as_mapping(node)
    if "type" not in fields:
        return node
    return {"id": next(serial)} | {key: _numbered(item, serial) for key, item in fields.items()}


def first_custom_id(node: object) -> str | None:
    """Return the first custom id in a tree of components, depth first."""
    fields = as_mapping(node)
    if own := fields.get("custom_id"):
        return str(own)
    found = (first_custom_id(item) for item in (*as_sequence(node), *fields.values()))
    return next((custom_id for custom_id in found if custom_id), None)


def as_mapping(value: object) -> Mapping[str, object]:
    """Return a JSON object as a mapping; anything else as an empty one."""
    # What `json` makes of an object has text keys; no type says so.
    return cast("Mapping[str, object]", value) if isinstance(value, dict) else {}


def as_sequence(value: object) -> Sequence[object]:
    """Return a JSON array as a sequence; anything else as an empty one."""
    # `isinstance` leaves the type of the items open.
    return cast("Sequence[object]", value) if isinstance(value, list) else ()
