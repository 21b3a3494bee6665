"""Discord's bit sets: permissions, gateway intents, message flags. Each name is Discord's own.

Permissions travel as decimal strings, the other two as numbers.
"""

from collections.abc import Iterable
from enum import IntFlag
from typing import TYPE_CHECKING, Final, Literal


class Permissions(IntFlag):
    """What a member may do in a guild or a channel: all 52 bits that apps may see; bit 47 is unassigned.

    Source: Discord docs, Topics: Permissions.
    """

    CREATE_INSTANT_INVITE = 1 << 0
    KICK_MEMBERS = 1 << 1
    BAN_MEMBERS = 1 << 2
    ADMINISTRATOR = 1 << 3
    MANAGE_CHANNELS = 1 << 4
    MANAGE_GUILD = 1 << 5
    ADD_REACTIONS = 1 << 6
    VIEW_AUDIT_LOG = 1 << 7
    PRIORITY_SPEAKER = 1 << 8
    STREAM = 1 << 9
    VIEW_CHANNEL = 1 << 10
    SEND_MESSAGES = 1 << 11
    SEND_TTS_MESSAGES = 1 << 12
    MANAGE_MESSAGES = 1 << 13
    EMBED_LINKS = 1 << 14
    ATTACH_FILES = 1 << 15
    READ_MESSAGE_HISTORY = 1 << 16
    MENTION_EVERYONE = 1 << 17
    USE_EXTERNAL_EMOJIS = 1 << 18
    VIEW_GUILD_INSIGHTS = 1 << 19
    CONNECT = 1 << 20
    SPEAK = 1 << 21
    MUTE_MEMBERS = 1 << 22
    DEAFEN_MEMBERS = 1 << 23
    MOVE_MEMBERS = 1 << 24
    USE_VAD = 1 << 25
    CHANGE_NICKNAME = 1 << 26
    MANAGE_NICKNAMES = 1 << 27
    MANAGE_ROLES = 1 << 28
    MANAGE_WEBHOOKS = 1 << 29
    MANAGE_GUILD_EXPRESSIONS = 1 << 30
    USE_APPLICATION_COMMANDS = 1 << 31
    REQUEST_TO_SPEAK = 1 << 32
    MANAGE_EVENTS = 1 << 33
    MANAGE_THREADS = 1 << 34
    CREATE_PUBLIC_THREADS = 1 << 35
    CREATE_PRIVATE_THREADS = 1 << 36
    USE_EXTERNAL_STICKERS = 1 << 37
    SEND_MESSAGES_IN_THREADS = 1 << 38
    USE_EMBEDDED_ACTIVITIES = 1 << 39
    MODERATE_MEMBERS = 1 << 40
    VIEW_CREATOR_MONETIZATION_ANALYTICS = 1 << 41
    USE_SOUNDBOARD = 1 << 42
    CREATE_GUILD_EXPRESSIONS = 1 << 43
    CREATE_EVENTS = 1 << 44
    USE_EXTERNAL_SOUNDS = 1 << 45
    SEND_VOICE_MESSAGES = 1 << 46
    SET_VOICE_CHANNEL_STATUS = 1 << 48
    SEND_POLLS = 1 << 49
    USE_EXTERNAL_APPS = 1 << 50
    PIN_MESSAGES = 1 << 51
    BYPASS_SLOWMODE = 1 << 52


PERMISSION_NAMES: tuple[str, ...] = tuple(sorted(str(flag.name).lower() for flag in Permissions))
if TYPE_CHECKING:
    PermissionName = str  # type checkers can't follow words that come from Discord's own bit names
else:
    PermissionName = Literal[PERMISSION_NAMES]


def permissions_named(names: Iterable[str]) -> Permissions:
    """Return the permissions with these names, in lower case as in YAML."""
    granted = Permissions(0)
    for name in names:
        granted |= Permissions[name.upper()]
    return granted


ALL_PERMISSIONS: Final = Permissions(sum(Permissions))
"""What an owner and an administrator hold. Not `~Permissions(0)`: that also sets the unassigned bit 47."""


PRIVILEGED_PERMISSIONS: Final = (
    Permissions.KICK_MEMBERS
    | Permissions.BAN_MEMBERS
    | Permissions.ADMINISTRATOR
    | Permissions.MANAGE_CHANNELS
    | Permissions.MANAGE_GUILD
    | Permissions.MANAGE_MESSAGES
    | Permissions.MANAGE_NICKNAMES
    | Permissions.MANAGE_ROLES
    | Permissions.MANAGE_WEBHOOKS
    | Permissions.MANAGE_GUILD_EXPRESSIONS
    | Permissions.MANAGE_EVENTS
    | Permissions.MANAGE_THREADS
    | Permissions.MODERATE_MEMBERS
    | Permissions.MOVE_MEMBERS
    | Permissions.MUTE_MEMBERS
    | Permissions.DEAFEN_MEMBERS
    | Permissions.MENTION_EVERYONE
    | Permissions.PIN_MESSAGES
)
"""Power over others, or over the server: what a new server gives to nobody but its owner."""


class Intents(IntFlag):
    """Groups of gateway events that a bot asks for when it identifies.

    Interactions need none of them. Source: Discord docs, Events: Gateway, Gateway Intents.
    """

    GUILDS = 1 << 0
    GUILD_MEMBERS = 1 << 1
    GUILD_MODERATION = 1 << 2
    GUILD_EXPRESSIONS = 1 << 3
    GUILD_INTEGRATIONS = 1 << 4
    GUILD_WEBHOOKS = 1 << 5
    GUILD_INVITES = 1 << 6
    GUILD_VOICE_STATES = 1 << 7
    GUILD_PRESENCES = 1 << 8
    GUILD_MESSAGES = 1 << 9
    GUILD_MESSAGE_REACTIONS = 1 << 10
    GUILD_MESSAGE_TYPING = 1 << 11
    DIRECT_MESSAGES = 1 << 12
    DIRECT_MESSAGE_REACTIONS = 1 << 13
    DIRECT_MESSAGE_TYPING = 1 << 14
    MESSAGE_CONTENT = 1 << 15
    GUILD_SCHEDULED_EVENTS = 1 << 16
    AUTO_MODERATION_CONFIGURATION = 1 << 20
    AUTO_MODERATION_EXECUTION = 1 << 21
    GUILD_MESSAGE_POLLS = 1 << 24
    DIRECT_MESSAGE_POLLS = 1 << 25


ALL_INTENTS: Final = Intents(sum(Intents))
"""Any other bit closes the gateway with 4013. Find those with `~int(ALL_INTENTS)`: `~` on a set of flags drops them.

Source: Discord docs, Topics: Opcodes and Status Codes, Gateway Close Event Codes.
"""

PRIVILEGED_INTENTS: Final = Intents.GUILD_MEMBERS | Intents.GUILD_PRESENCES | Intents.MESSAGE_CONTENT
"""Must be switched on in the developer portal, else the gateway closes with 4014 (Discord docs, Events: Gateway)."""


class MessageFlags(IntFlag):
    """Flags of a message. Which of them a call may set is in the `SETTABLE_…` constants below.

    Source: Discord docs, Resources: Message, Message Flags.
    """

    CROSSPOSTED = 1 << 0
    IS_CROSSPOST = 1 << 1
    SUPPRESS_EMBEDS = 1 << 2
    SOURCE_MESSAGE_DELETED = 1 << 3
    URGENT = 1 << 4
    HAS_THREAD = 1 << 5
    EPHEMERAL = 1 << 6
    LOADING = 1 << 7
    FAILED_TO_MENTION_SOME_ROLES_IN_THREAD = 1 << 8
    SUPPRESS_NOTIFICATIONS = 1 << 12
    IS_VOICE_MESSAGE = 1 << 13
    HAS_SNAPSHOT = 1 << 14
    IS_COMPONENTS_V2 = 1 << 15


# Source of the next six: Discord docs, Resources: Message and Webhook, and Interactions: Receiving and Responding.
# Each creating call has a set of its own; an edit ignores every bit outside its set.
SETTABLE_BY_CREATE: Final = (
    MessageFlags.SUPPRESS_EMBEDS
    | MessageFlags.SUPPRESS_NOTIFICATIONS
    | MessageFlags.IS_VOICE_MESSAGE
    | MessageFlags.IS_COMPONENTS_V2
)
SETTABLE_BY_REPLY: Final = SETTABLE_BY_CREATE | MessageFlags.EPHEMERAL
SETTABLE_BY_DEFER: Final = MessageFlags.EPHEMERAL
SETTABLE_BY_WEBHOOK: Final = (
    MessageFlags.SUPPRESS_EMBEDS | MessageFlags.SUPPRESS_NOTIFICATIONS | MessageFlags.IS_COMPONENTS_V2
)
SETTABLE_BY_FOLLOW_UP: Final = SETTABLE_BY_WEBHOOK | MessageFlags.EPHEMERAL
SETTABLE_BY_EDIT: Final = MessageFlags.SUPPRESS_EMBEDS | MessageFlags.IS_COMPONENTS_V2
