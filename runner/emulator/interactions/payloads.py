"""What Discord sends a bot when somebody does something: the interaction object, filled in whole.

Source: Discord docs, Interactions: Receiving and Responding, Interaction Object.
"""

from collections.abc import Iterable

from runner.emulator.shapes.channels import channel_json
from runner.emulator.shapes.guilds import member_json, partial_member_json, role_json
from runner.emulator.shapes.messages import message_json
from runner.emulator.shapes.users import user_json
from runner.emulator.world import THREADS, VOICE, Channel, Guild, JsonObject, Message, User, World
from runner.lifecycle import limits
from runner.lifecycle.bits import Permissions
from runner.lifecycle.limits import ChannelType

DM_APP_PERMISSIONS = (
    Permissions.ATTACH_FILES | Permissions.EMBED_LINKS | Permissions.MENTION_EVERYONE | Permissions.USE_EXTERNAL_EMOJIS
)
"""The `app_permissions` in the direct messages with the bot."""

_CONTEXT_GUILD = 0
_CONTEXT_BOT_DM = 1
_PARTIAL_CHANNEL_KEYS = (
    "id",
    "type",
    "name",
    "guild_id",
    "parent_id",
    "position",
    "last_message_id",
    "last_pin_timestamp",
    "nsfw",
    "topic",
    "flags",
    "rate_limit_per_user",
    "thread_metadata",
    "recipients",
)


def interaction_json(
    world: World, *, channel: Channel, user: User, owners: dict[str, str], now: float, locale: str
) -> JsonObject:
    """Return the keys that every interaction has, without its id, type, token and data."""
    guild = world.guild_of(channel)
    shape: JsonObject = {
        "application_id": str(world.bot_id),
        "version": 1,
        "channel": partial_channel_json(world, channel, user.id, now),
        "channel_id": str(channel.id),
        "locale": locale,
        "entitlements": [],
        "entitlement_sku_ids": [],
        "authorizing_integration_owners": owners,
        "attachment_size_limit": limits.ATTACHMENT_DEFAULT_MAX_BYTES,
    }
    if guild is None:
        private: JsonObject = {"user": user_json(user), "app_permissions": str(int(DM_APP_PERMISSIONS))}
        return shape | private | {"context": _CONTEXT_BOT_DM}
    permissions = world.permissions_in(user.id, channel, now)
    member = {**member_json(world, guild.members[user.id]), "permissions": str(int(permissions))}
    return shape | {
        "guild": {"id": str(guild.id), "locale": guild.locale, "features": []},
        "guild_id": str(guild.id),
        "guild_locale": guild.locale,
        "member": member,
        "app_permissions": str(int(world.permissions_in(world.bot_id, channel, now))),
        "context": _CONTEXT_GUILD,
    }


def partial_channel_json(world: World, channel: Channel, user_id: int, now: float) -> JsonObject:
    """Return a channel as interactions carry it, with what the user may do in it."""
    whole = channel_json(world, channel)
    shape = {key: whole[key] for key in _PARTIAL_CHANNEL_KEYS if key in whole}
    shape["permissions"] = str(int(world.permissions_in(user_id, channel, now)))
    return shape


class Resolved:
    """Collects the objects behind the ids in an interaction's data."""

    def __init__(self, world: World, guild: Guild | None, user_id: int, now: float) -> None:
        self._world = world
        self._guild = guild
        self._user_id = user_id
        self._now = now
        self._found: dict[str, JsonObject] = {}

    def user(self, user: User) -> str:
        """Add a user, and their place in the guild if they have one; returns the id."""
        self._put("users", user.id, user_json(user))
        if self._guild is not None and user.id in self._guild.members:
            permissions = self._world.guild_permissions(user.id, self._guild, self._now)
            member = partial_member_json(self._guild.members[user.id])
            self._put("members", user.id, {**member, "permissions": str(int(permissions))})
        return str(user.id)

    def role(self, role_id: int) -> str:
        """Add a role; returns the id."""
        assert self._guild is not None, "roles are only looked up in a guild"
        self._put("roles", role_id, role_json(self._guild.roles[role_id]))
        return str(role_id)

    def channel(self, channel: Channel) -> str:
        """Add a channel; returns the id."""
        shape = partial_channel_json(self._world, channel, self._user_id, self._now)
        bot = self._world.permissions_in(self._world.bot_id, channel, self._now)
        self._put("channels", channel.id, {**shape, "app_permissions": str(int(bot))})
        return str(channel.id)

    def message(self, message: Message) -> str:
        """Add a message; returns the id."""
        self._put("messages", message.id, message_json(self._world, message))
        return str(message.id)

    def attachment(self, attachment_id: int) -> str:
        """Add a file that was uploaded; returns the id."""
        self._put("attachments", attachment_id, self._world.uploads[attachment_id])
        return str(attachment_id)

    def into(self, data: JsonObject) -> JsonObject:
        """Return `data` with what was collected, if anything was."""
        return {**data, "resolved": self._found} if self._found else data

    def _put(self, kind: str, number: int, shape: JsonObject) -> None:
        self._found.setdefault(kind, {})[str(number)] = shape


def nested(nodes: Iterable[JsonObject], leaves: list[JsonObject]) -> list[JsonObject]:
    """Return option values inside their subcommand and its group, given outermost first."""
    options = leaves
    for node in reversed(list(nodes)):
        options = [{"name": node["name"], "type": int(node["type"]), "options": options}]
    return options


TEXT_CHANNELS = frozenset({ChannelType.GUILD_TEXT, ChannelType.GUILD_ANNOUNCEMENT, ChannelType.DM, *VOICE, *THREADS})
"""The channel types in which a person can write."""
