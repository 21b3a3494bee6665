"""Discord's facts, each once: number, unit, source.

The unit ends the name (`_S` seconds, `_MS` milliseconds, `_BYTES`, `_HOURS`, `_MINUTES`); a bare `_MAX` or `_MIN`
counts characters of a text (code points) or items of a list. Each group names the page of Discord's docs that it comes
from; a number from elsewhere says so on its own line: "OpenAPI" is Discord's published API description, "observed" is
what people report on discord/discord-api-docs and Discord has not written down. The bit sets are in `bits`.
"""

import unicodedata
from collections.abc import Mapping
from enum import IntEnum
from types import MappingProxyType
from typing import Final

# Ids. Source: Discord docs, Reference: Snowflakes.
SNOWFLAKE_EPOCH_MS: Final = 1_420_070_400_000  # 2015-01-01T00:00:00Z in Unix milliseconds
SNOWFLAKE_TIME_SHIFT: Final = 22  # the bits below count workers, processes and increments

# Interactions. Source: Discord docs, Interactions: Receiving and Responding.
INITIAL_RESPONSE_S: Final = 3.0  # from the interaction's creation until Discord has accepted the first response
TOKEN_LIFETIME_S: Final = 900.0  # from the interaction's creation until its token dies
FOLLOW_UPS_USER_INSTALL_MAX: Final = 5  # when the app is installed for the user only; otherwise there is no such limit

# Our own assumption, not Discord's: the declared worst case of one REST call. discord.py's five tries with pauses of
# 1, 3, 5 and 7 s could take longer; a step's own timeout cuts that off.
REST_CALL_S: Final = 10.0

# Modals. Source: Discord docs, Components: Component Reference, and Interactions: Receiving and Responding, Modal.
MODAL_TITLE_MAX: Final = 45
MODAL_COMPONENTS_MIN: Final = 1
MODAL_COMPONENTS_MAX: Final = 5
LABEL_TEXT_MAX: Final = 45
LABEL_DESCRIPTION_MAX: Final = 100
TEXT_INPUT_VALUE_MAX: Final = 4000
TEXT_INPUT_MIN_LENGTH_MAX: Final = 4000  # the highest `min_length`; the lowest is 0
TEXT_INPUT_MAX_LENGTH_MIN: Final = 1  # the lowest `max_length`
TEXT_INPUT_MAX_LENGTH_MAX: Final = 4000  # the highest `max_length`
TEXT_INPUT_PLACEHOLDER_MAX: Final = 100
TEXT_INPUT_LEGACY_LABEL_MAX: Final = 45  # OpenAPI; the input's own label, only outside a Label
FILE_UPLOAD_VALUES_MAX: Final = 10
FILE_TYPES_MAX: Final = 10
RADIO_GROUP_OPTIONS_MIN: Final = 2
RADIO_GROUP_OPTIONS_MAX: Final = 10
CHECKBOX_GROUP_OPTIONS_MIN: Final = 1
CHECKBOX_GROUP_OPTIONS_MAX: Final = 10
CHECKBOX_GROUP_VALUES_MAX: Final = 10

# Components. Source: Discord docs, Components: Component Reference.
CUSTOM_ID_MIN: Final = 1
CUSTOM_ID_MAX: Final = 100  # of a component and of a modal alike
COMPONENT_ID_MIN: Final = 0  # OpenAPI; 0 asks Discord to number the component itself
LEGACY_ACTION_ROWS_MAX: Final = 5
ACTION_ROW_BUTTONS_MAX: Final = 5
ACTION_ROW_SELECTS_MAX: Final = 1
BUTTON_LABEL_MAX: Final = 80
BUTTON_URL_MAX: Final = 512
SELECT_OPTIONS_MIN: Final = 1  # OpenAPI
SELECT_OPTIONS_MAX: Final = 25
SELECT_PLACEHOLDER_MAX: Final = 150
SELECT_VALUES_MAX: Final = 25  # the highest `min_values` and `max_values`; the lowest `min_values` is 0
SELECT_MAX_VALUES_MIN: Final = 1  # OpenAPI
OPTION_LABEL_MAX: Final = 100  # of a select, a radio group and a checkbox group alike, as the next two
OPTION_VALUE_MAX: Final = 100
OPTION_DESCRIPTION_MAX: Final = 100
COMPONENTS_V2_TOTAL_MAX: Final = 40  # counted recursively, accessories included
COMPONENTS_V2_TEXT_TOTAL_MAX: Final = 4000  # observed: over all text displays of one message
COMPONENTS_V2_MEDIA_ITEMS_MAX: Final = 64  # observed (#7528): one more is answered with HTTP 500
COMPONENTS_V2_ENCODED_MAX_BYTES: Final = 10_170  # observed (#8554): UTF-8 of all texts plus the next; above it HTTP 500
COMPONENTS_V2_ENCODED_PER_TEXT_BYTES: Final = 12  # observed (#8554): added for each text display
TEXT_DISPLAY_CONTENT_MIN: Final = 1  # OpenAPI
TEXT_DISPLAY_CONTENT_MAX: Final = 4000  # OpenAPI
SECTION_COMPONENTS_MIN: Final = 1
SECTION_COMPONENTS_MAX: Final = 3
MEDIA_GALLERY_ITEMS_MIN: Final = 1
MEDIA_GALLERY_ITEMS_MAX: Final = 10
MEDIA_DESCRIPTION_MAX: Final = 1024
SEPARATOR_SPACING_SMALL: Final = 1
SEPARATOR_SPACING_LARGE: Final = 2
COLOR_MAX: Final = 0xFFFFFF  # of a container's accent and, by OpenAPI, of an embed

# Messages. Source: Discord docs, Resources: Message.
MESSAGE_CONTENT_MAX: Final = 2000  # OpenAPI says 4000 for "create message"; bots are held to the documented 2000
MESSAGE_EMBEDS_MAX: Final = 10
MESSAGE_STICKERS_MAX: Final = 3
MESSAGE_ATTACHMENTS_MAX: Final = 10
MESSAGE_NONCE_MAX: Final = 25
MESSAGE_REQUEST_MAX_BYTES: Final = 25 * 1024 * 1024
ATTACHMENT_DEFAULT_MAX_BYTES: Final = 10 * 1024 * 1024  # an interaction's `attachment_size_limit` may allow more
ATTACHMENT_DESCRIPTION_MAX: Final = 1024
ATTACHMENT_FILENAME_MAX: Final = 1024  # OpenAPI
ATTACHMENT_TITLE_MAX: Final = 1024  # OpenAPI
ALLOWED_MENTIONS_USERS_MAX: Final = 100
ALLOWED_MENTIONS_ROLES_MAX: Final = 100
EMBED_TITLE_MAX: Final = 256
EMBED_DESCRIPTION_MAX: Final = 4096
EMBED_FIELDS_MAX: Final = 25
EMBED_FIELD_NAME_MAX: Final = 256
EMBED_FIELD_VALUE_MAX: Final = 1024
EMBED_FOOTER_TEXT_MAX: Final = 2048
EMBED_AUTHOR_NAME_MAX: Final = 256
EMBED_TOTAL_MAX: Final = 6000  # title, description, fields, footer and author of all embeds of one message together
EMBED_URL_MAX: Final = 2048  # OpenAPI
MESSAGE_NONCE_MEMORY_S: Final = 300.0  # our assumption: the docs say "the past few minutes"
REACTIONS_PER_MESSAGE_MAX: Final = 20
REACTIONS_FETCH_MAX: Final = 100
REACTIONS_FETCH_DEFAULT: Final = 25
PINS_PER_CHANNEL_MAX: Final = 250
PINS_FETCH_MAX: Final = 50
MESSAGES_FETCH_MAX: Final = 100
MESSAGES_FETCH_DEFAULT: Final = 50
BULK_DELETE_MIN: Final = 2
BULK_DELETE_MAX: Final = 100
BULK_DELETE_MAX_AGE_S: Final = 1_209_600.0  # two weeks

# Polls. Source: Discord docs, Resources: Poll.
POLL_QUESTION_MAX: Final = 300
POLL_ANSWER_MAX: Final = 55
POLL_ANSWERS_MIN: Final = 1  # OpenAPI
POLL_ANSWERS_MAX: Final = 10
POLL_DURATION_MIN_HOURS: Final = 1  # OpenAPI
POLL_DURATION_MAX_HOURS: Final = 768
POLL_DURATION_DEFAULT_HOURS: Final = 24
POLL_VOTERS_FETCH_MAX: Final = 100
POLL_VOTERS_FETCH_DEFAULT: Final = 25

# Commands. Source: Discord docs, Interactions: Application Commands.
COMMAND_NAME_MIN: Final = 1
COMMAND_NAME_MAX: Final = 32  # of a command, a group and an option
COMMAND_DESCRIPTION_MIN: Final = 1  # chat input only; the other types must have none
COMMAND_DESCRIPTION_MAX: Final = 100
COMMAND_OPTIONS_MAX: Final = 25  # options, or subcommands and groups, on one level
COMMAND_TOTAL_MAX: Final = 8000  # names, descriptions and values; of translations only the longest counts
COMMAND_GROUP_DEPTH_MAX: Final = 1  # command, group, subcommand: a group holds no group
COMMAND_LOCALIZATIONS_MAX: Final = 34  # OpenAPI
CHOICES_MAX: Final = 25  # of an option, and of one autocomplete answer
CHOICE_NAME_MAX: Final = 100
CHOICE_VALUE_MAX: Final = 100  # of a string choice; OpenAPI says 6000, the docs' narrower bound is the safe one
STRING_OPTION_LENGTH_MAX: Final = 6000  # the highest `min_length` and `max_length`
STRING_OPTION_MAX_LENGTH_MIN: Final = 1  # the lowest `max_length`
INTEGER_OPTION_ABS_MAX: Final = 2**53 - 1  # both signs
NUMBER_OPTION_ABS_MAX: Final = 2.0**53  # both signs
GLOBAL_CHAT_INPUT_COMMANDS_MAX: Final = 100
GLOBAL_USER_COMMANDS_MAX: Final = 15
GLOBAL_MESSAGE_COMMANDS_MAX: Final = 15
GLOBAL_PRIMARY_ENTRY_POINTS_MAX: Final = 1
GUILD_CHAT_INPUT_COMMANDS_MAX: Final = 100
GUILD_USER_COMMANDS_MAX: Final = 15
GUILD_MESSAGE_COMMANDS_MAX: Final = 15
GUILD_PRIMARY_ENTRY_POINTS_MAX: Final = 0
BULK_OVERWRITE_COMMANDS_MAX: Final = 130  # OpenAPI
COMMAND_CREATES_PER_DAY_MAX: Final = 200  # per guild; the global set counts as one more
COMMAND_CREATES_WINDOW_S: Final = 86_400.0
COMMAND_PERMISSION_OVERWRITES_MAX: Final = 100
DEFAULT_MEMBER_PERMISSIONS_MAX: Final = 2**54 - 1  # OpenAPI

# Rate limits. Source: Discord docs, Topics: Rate Limits. Interaction endpoints are outside the global limit.
GLOBAL_REQUESTS_PER_SECOND: Final = 50
INVALID_REQUESTS_MAX: Final = 10_000  # of 401, 403 and 429; one more and Cloudflare blocks the address for a while
INVALID_REQUESTS_WINDOW_S: Final = 600.0
WEBHOOK_REQUESTS_MAX: Final = 5  # observed (#2701): per interaction token, in the next window
WEBHOOK_REQUESTS_WINDOW_S: Final = 2.0  # observed (#2701)
GUILD_FOLLOW_UPS_MAX: Final = 30  # observed (#2701): per guild, in the next window
GUILD_FOLLOW_UPS_WINDOW_S: Final = 60.0  # observed (#2701)

# Gateway. Source: Discord docs, Events: Gateway and Gateway Events.
GATEWAY_SENDS_MAX: Final = 120  # per connection, in the next window; then close code 4008
GATEWAY_SENDS_WINDOW_S: Final = 60.0
GATEWAY_PAYLOAD_MAX_BYTES: Final = 4096  # from client to server; then close code 4002
GATEWAY_IDENTIFIES_PER_DAY: Final = 1000
GATEWAY_IDENTIFY_WINDOW_S: Final = 5.0
GATEWAY_MAX_CONCURRENCY_DEFAULT: Final = 1
GATEWAY_GUILDS_PER_SHARD_MAX: Final = 2500
GATEWAY_LARGE_BOT_GUILDS: Final = 150_000
GATEWAY_LARGE_THRESHOLD_MIN: Final = 50
GATEWAY_LARGE_THRESHOLD_MAX: Final = 250
GATEWAY_LARGE_THRESHOLD_DEFAULT: Final = 50
GATEWAY_HEARTBEAT_INTERVAL_MS: Final = 41_250  # observed; the docs' example says 45000
REQUEST_MEMBERS_INTERVAL_S: Final = 30.0
REQUEST_MEMBERS_NONCE_MAX_BYTES: Final = 32
REQUEST_MEMBERS_LIMIT_MAX: Final = 100
PRIVILEGED_INTENTS_REVIEW_USERS: Final = 10_000

# Webhook events. Source: Discord docs, Events: Webhook Events.
WEBHOOK_EVENT_ACK_S: Final = 3.0
WEBHOOK_EVENT_RETRY_WINDOW_S: Final = 600.0

# Guilds, members, channels. Source: Discord docs, Resources: Guild, Channel, Webhook, Invite, Emoji, Audit Log and
# Guild Scheduled Event.
MEMBER_TIMEOUT_MAX_S: Final = 2_419_200.0  # 28 days
BAN_DELETE_MESSAGES_MAX_S: Final = 604_800.0  # 7 days
BULK_BAN_USERS_MAX: Final = 200
BANS_FETCH_MAX: Final = 1000
MEMBERS_FETCH_MAX: Final = 1000
NICKNAME_MAX: Final = 32
AUDIT_LOG_REASON_MAX: Final = 512  # after URL decoding
CHANNEL_NAME_MAX: Final = 100
CHANNEL_TOPIC_MAX: Final = 1024
FORUM_TOPIC_MAX: Final = 4096
SLOWMODE_MAX_S: Final = 21_600.0
CHANNEL_RENAMES_MAX: Final = 2  # observed: changes of one channel's name or topic, in the next window
CHANNEL_RENAMES_WINDOW_S: Final = 600.0  # observed
VOICE_BITRATE_MIN: Final = 8000  # bits per second
VOICE_BITRATE_MAX: Final = 96_000  # without boosts
VOICE_BITRATE_DEFAULT: Final = 64_000
VOICE_USERS_MAX: Final = 99
STAGE_USERS_MAX: Final = 10_000
THREAD_NAME_MAX: Final = 100
THREAD_AUTO_ARCHIVE_MINUTES: Final = (60, 1440, 4320, 10_080)
THREAD_AUTO_ARCHIVE_DEFAULT_MINUTES: Final = 4320  # observed; the docs name no default
THREAD_MEMBERS_FETCH_MAX: Final = 100
THREAD_MEMBERS_COUNTED_MAX: Final = 50  # `member_count` stops here
ARCHIVED_THREADS_FETCH_MIN: Final = 2  # OpenAPI
ARCHIVED_THREADS_FETCH_MAX: Final = 100  # OpenAPI
FORUM_TAGS_MAX: Final = 20
FORUM_TAG_NAME_MAX: Final = 20
APPLIED_TAGS_MAX: Final = 5
ROLE_NAME_MAX: Final = 100
GUILD_ROLES_MAX: Final = 250
GUILD_CHANNELS_MAX: Final = 500
CATEGORY_CHANNELS_MAX: Final = 50
CHANNEL_OVERWRITES_MAX: Final = 1000
WEBHOOKS_PER_CHANNEL_MAX: Final = 15
WEBHOOKS_PER_GUILD_MAX: Final = 1000
WEBHOOK_NAME_MAX: Final = 80
INVITE_AGE_MAX_S: Final = 604_800  # 7 days; 0 is for ever
INVITE_AGE_DEFAULT_S: Final = 86_400
INVITE_USES_MAX: Final = 100
EMOJI_NAME_MIN: Final = 2
EMOJI_NAME_MAX: Final = 32
EMOJI_IMAGE_MAX_BYTES: Final = 256 * 1024
GUILD_EMOJIS_MAX: Final = 50  # of each kind, still and animated, without boosts
APPLICATION_EMOJIS_MAX: Final = 2000
EVENT_NAME_MAX: Final = 100
EVENT_DESCRIPTION_MAX: Final = 1000
EVENT_LOCATION_MAX: Final = 100
EVENT_USERS_FETCH_MAX: Final = 100
GUILD_EVENTS_MAX: Final = 100  # scheduled or under way
AUDIT_LOG_FETCH_MAX: Final = 100
AUDIT_LOG_FETCH_DEFAULT: Final = 50
MEMBERS_SEARCH_MAX: Final = 1000

# Languages that a name, a description or a text may be translated to. Source: Discord docs, Reference: Locales.
# fmt: off
LOCALES: Final = (
    "id", "da", "de", "en-GB", "en-US", "es-ES", "es-419", "fr", "hr", "it", "lt", "hu", "nl", "no", "pl", "pt-BR",
    "ro", "fi", "sv-SE", "vi", "tr", "cs", "el", "bg", "ru", "uk", "hi", "th", "zh-CN", "ja", "zh-TW", "ko",
)
# fmt: on

LOCALE_FALLBACKS: Final[Mapping[str, str]] = MappingProxyType({"en-US": "en-GB", "en-GB": "en-US", "es-419": "es-ES"})
"""Where Discord looks before the default text. Source: Discord docs, Interactions: Application Commands."""


class InteractionType(IntEnum):
    """What a user did. Source: Discord docs, Interactions: Receiving and Responding, Interaction Type."""

    PING = 1
    APPLICATION_COMMAND = 2
    MESSAGE_COMPONENT = 3
    APPLICATION_COMMAND_AUTOCOMPLETE = 4
    MODAL_SUBMIT = 5


class InteractionContext(IntEnum):
    """Where an interaction starts. Source: Discord docs, Interactions: Receiving and Responding."""

    GUILD = 0
    BOT_DM = 1
    PRIVATE_CHANNEL = 2


class CallbackType(IntEnum):
    """How an interaction is answered first. Source: Discord docs, Interactions: Receiving and Responding."""

    PONG = 1
    CHANNEL_MESSAGE_WITH_SOURCE = 4
    DEFERRED_CHANNEL_MESSAGE_WITH_SOURCE = 5
    DEFERRED_UPDATE_MESSAGE = 6
    UPDATE_MESSAGE = 7
    APPLICATION_COMMAND_AUTOCOMPLETE_RESULT = 8
    MODAL = 9
    PREMIUM_REQUIRED = 10
    LAUNCH_ACTIVITY = 12


class CommandType(IntEnum):
    """Where a command is offered. Source: Discord docs, Interactions: Application Commands."""

    CHAT_INPUT = 1
    USER = 2
    MESSAGE = 3
    PRIMARY_ENTRY_POINT = 4


class OptionType(IntEnum):
    """The type of a command's option. Source: Discord docs, Interactions: Application Commands."""

    SUB_COMMAND = 1
    SUB_COMMAND_GROUP = 2
    STRING = 3
    INTEGER = 4
    BOOLEAN = 5
    USER = 6
    CHANNEL = 7
    ROLE = 8
    MENTIONABLE = 9
    NUMBER = 10
    ATTACHMENT = 11


class ComponentType(IntEnum):
    """A part of a message or a modal; the missing numbers are not given to apps.

    Source: Discord docs, Components: Component Reference.
    """

    ACTION_ROW = 1
    BUTTON = 2
    STRING_SELECT = 3
    TEXT_INPUT = 4
    USER_SELECT = 5
    ROLE_SELECT = 6
    MENTIONABLE_SELECT = 7
    CHANNEL_SELECT = 8
    SECTION = 9
    TEXT_DISPLAY = 10
    THUMBNAIL = 11
    MEDIA_GALLERY = 12
    FILE = 13
    SEPARATOR = 14
    CONTAINER = 17
    LABEL = 18
    FILE_UPLOAD = 19
    RADIO_GROUP = 21
    CHECKBOX_GROUP = 22
    CHECKBOX = 23


class ButtonStyle(IntEnum):
    """How a button looks, and what it does. Source: Discord docs, Components: Component Reference."""

    PRIMARY = 1
    SECONDARY = 2
    SUCCESS = 3
    DANGER = 4
    LINK = 5
    PREMIUM = 6


class TextInputStyle(IntEnum):
    """One line or several. Source: Discord docs, Components: Component Reference."""

    SHORT = 1
    PARAGRAPH = 2


class ChannelType(IntEnum):
    """The type of a channel. Source: Discord docs, Resources: Channel."""

    GUILD_TEXT = 0
    DM = 1
    GUILD_VOICE = 2
    GROUP_DM = 3
    GUILD_CATEGORY = 4
    GUILD_ANNOUNCEMENT = 5
    ANNOUNCEMENT_THREAD = 10
    PUBLIC_THREAD = 11
    PRIVATE_THREAD = 12
    GUILD_STAGE_VOICE = 13
    GUILD_DIRECTORY = 14
    GUILD_FORUM = 15
    GUILD_MEDIA = 16


WRITTEN_MESSAGE_TYPES: Final = frozenset({0, 19, 20, 23})
"""The types of messages that somebody has written: `DEFAULT`, `REPLY`, `CHAT_INPUT_COMMAND`, `CONTEXT_MENU_COMMAND`.

All others are lines of Discord's own: somebody has joined, boosted the server, pinned a message and so on.
Source: Discord docs, Resources: Message, Message Types.
"""


class EventEntityType(IntEnum):
    """What a scheduled event is held in. Source: Discord docs, Resources: Guild Scheduled Event, Entity Types."""

    STAGE_INSTANCE = 1
    VOICE = 2
    EXTERNAL = 3


class EventStatus(IntEnum):
    """Where a scheduled event stands. Source: Discord docs, Resources: Guild Scheduled Event, Event Status."""

    SCHEDULED = 1
    ACTIVE = 2
    COMPLETED = 3
    CANCELED = 4


class ErrorCode(IntEnum):
    """Discord's JSON error codes that interactions, messages and moderation meet.

    Source: Discord docs, Topics: Opcodes and Status Codes. Match on the code, never on the message beside it.
    """

    GENERAL_ERROR = 0
    UNKNOWN_APPLICATION = 10002
    UNKNOWN_CHANNEL = 10003
    UNKNOWN_GUILD = 10004
    UNKNOWN_INVITE = 10006
    UNKNOWN_MEMBER = 10007
    UNKNOWN_MESSAGE = 10008
    UNKNOWN_OVERWRITE = 10009
    UNKNOWN_ROLE = 10011
    UNKNOWN_USER = 10013
    UNKNOWN_EMOJI = 10014
    UNKNOWN_WEBHOOK = 10015
    UNKNOWN_BAN = 10026
    UNKNOWN_STICKER = 10060
    UNKNOWN_INTERACTION = 10062
    UNKNOWN_COMMAND = 10063
    UNKNOWN_VOICE_STATE = 10065
    UNKNOWN_COMMAND_PERMISSIONS = 10066
    UNKNOWN_SCHEDULED_EVENT = 10070
    UNKNOWN_TAG = 10087
    BOTS_CANNOT_USE_ENDPOINT = 20001
    SLOWMODE = 20016
    CHANNEL_WRITE_RATE_LIMIT = 20028
    MAXIMUM_PINS = 30003
    MAXIMUM_ROLES = 30005
    MAXIMUM_WEBHOOKS = 30007
    MAXIMUM_EMOJIS = 30008
    MAXIMUM_REACTIONS = 30010
    MAXIMUM_CHANNELS = 30013
    MAXIMUM_ATTACHMENTS = 30015
    MAXIMUM_ANIMATED_EMOJIS = 30018
    MAXIMUM_COMMANDS = 30032
    MAXIMUM_DAILY_COMMAND_CREATES = 30034
    MAXIMUM_NON_MEMBER_BANS = 30035
    MAXIMUM_SCHEDULED_EVENTS = 30038
    MAXIMUM_OLD_MESSAGE_EDITS = 30046
    MAXIMUM_PINNED_THREADS = 30047
    MAXIMUM_FORUM_TAGS = 30048
    BITRATE_TOO_HIGH = 30052
    MAXIMUM_GUILD_WEBHOOKS = 30058
    MAXIMUM_OVERWRITES = 30060
    UNAUTHORIZED = 40001
    REQUEST_TOO_LARGE = 40005
    SEVERAL_PARENTS_MODIFIED = 40009
    NOT_CONNECTED_TO_VOICE = 40032
    ALREADY_CROSSPOSTED = 40033
    COMMAND_NAME_TAKEN = 40041
    INTERACTION_FAILED_TO_SEND = 40043
    ALREADY_ACKNOWLEDGED = 40060
    TAG_NAMES_NOT_UNIQUE = 40061
    TAG_REQUIRED = 40067
    MAXIMUM_FOLLOW_UPS = 40094
    MISSING_ACCESS = 50001
    NOT_IN_A_DM_CHANNEL = 50003
    NOT_THE_AUTHOR = 50005
    EMPTY_MESSAGE = 50006
    CANNOT_MESSAGE_USER = 50007
    NOT_A_TEXT_CHANNEL = 50008
    MISSING_PERMISSIONS = 50013
    INVALID_AUTHENTICATION_TOKEN = 50014
    NOTE_TOO_LONG = 50015
    BULK_DELETE_COUNT = 50016
    SYSTEM_MESSAGE = 50021
    WRONG_CHANNEL_TYPE = 50024
    INVALID_WEBHOOK_TOKEN = 50027  # an interaction's token, not the bot's: never a reason to log out
    INVALID_ROLE = 50028
    INVALID_RECIPIENT = 50033
    MESSAGE_TOO_OLD_TO_BULK_DELETE = 50034
    INVALID_FORM_BODY = 50035
    FILE_TOO_LARGE = 50045
    INVALID_MESSAGE_TYPE = 50068
    INVALID_STICKER = 50081
    THREAD_ARCHIVED = 50083
    INVALID_JSON = 50109
    VOICE_MESSAGE_NOT_EDITABLE = 50162
    NO_MUTUAL_GUILDS = 50278
    REACTION_BLOCKED = 90001
    REPLY_NEEDS_HISTORY = 160002
    MESSAGE_HAS_A_THREAD = 160004
    THREAD_LOCKED = 160005
    FORWARD_NOT_READABLE = 160014
    EVENT_FINISHED = 180000
    BLOCKED_BY_AUTOMOD = 200000
    FORUM_WEBHOOK_NEEDS_THREAD = 220001
    FORUM_WEBHOOK_HAS_TWO_THREADS = 220002
    WEBHOOK_THREAD_OUTSIDE_FORUM = 220003
    NOBODY_BANNED = 500000
    POLL_EXPIRED = 520001
    NOT_A_POLL_EDIT = 520003
    NOT_A_POLL = 520006


# The docs give no HTTP status beside the codes. Those of 10008, 10014, 10015, 10062, 30034, 40005, 40060, 50027 and
# 50035 are reported on discord/discord-api-docs; the others follow their family (10xxx 404, all above 30000 400).
_CODES_BY_STATUS: Final = {
    400: (
        ErrorCode.UNKNOWN_EMOJI,
        ErrorCode.MAXIMUM_PINS,
        ErrorCode.MAXIMUM_ROLES,
        ErrorCode.MAXIMUM_WEBHOOKS,
        ErrorCode.MAXIMUM_EMOJIS,
        ErrorCode.MAXIMUM_REACTIONS,
        ErrorCode.MAXIMUM_CHANNELS,
        ErrorCode.MAXIMUM_ATTACHMENTS,
        ErrorCode.MAXIMUM_ANIMATED_EMOJIS,
        ErrorCode.MAXIMUM_COMMANDS,
        ErrorCode.MAXIMUM_DAILY_COMMAND_CREATES,
        ErrorCode.MAXIMUM_NON_MEMBER_BANS,
        ErrorCode.MAXIMUM_SCHEDULED_EVENTS,
        ErrorCode.MAXIMUM_OLD_MESSAGE_EDITS,
        ErrorCode.MAXIMUM_PINNED_THREADS,
        ErrorCode.MAXIMUM_FORUM_TAGS,
        ErrorCode.BITRATE_TOO_HIGH,
        ErrorCode.MAXIMUM_GUILD_WEBHOOKS,
        ErrorCode.MAXIMUM_OVERWRITES,
        ErrorCode.SEVERAL_PARENTS_MODIFIED,
        ErrorCode.NOT_CONNECTED_TO_VOICE,
        ErrorCode.ALREADY_CROSSPOSTED,
        ErrorCode.COMMAND_NAME_TAKEN,
        ErrorCode.INTERACTION_FAILED_TO_SEND,
        ErrorCode.ALREADY_ACKNOWLEDGED,
        ErrorCode.TAG_NAMES_NOT_UNIQUE,
        ErrorCode.TAG_REQUIRED,
        ErrorCode.MAXIMUM_FOLLOW_UPS,
        ErrorCode.NOT_IN_A_DM_CHANNEL,
        ErrorCode.EMPTY_MESSAGE,
        ErrorCode.NOT_A_TEXT_CHANNEL,
        ErrorCode.NOTE_TOO_LONG,
        ErrorCode.BULK_DELETE_COUNT,
        ErrorCode.SYSTEM_MESSAGE,
        ErrorCode.WRONG_CHANNEL_TYPE,
        ErrorCode.INVALID_ROLE,
        ErrorCode.INVALID_RECIPIENT,
        ErrorCode.MESSAGE_TOO_OLD_TO_BULK_DELETE,
        ErrorCode.INVALID_FORM_BODY,
        ErrorCode.INVALID_MESSAGE_TYPE,
        ErrorCode.INVALID_STICKER,
        ErrorCode.THREAD_ARCHIVED,
        ErrorCode.INVALID_JSON,
        ErrorCode.VOICE_MESSAGE_NOT_EDITABLE,
        ErrorCode.MESSAGE_HAS_A_THREAD,
        ErrorCode.THREAD_LOCKED,
        ErrorCode.FORWARD_NOT_READABLE,
        ErrorCode.EVENT_FINISHED,
        ErrorCode.BLOCKED_BY_AUTOMOD,
        ErrorCode.FORUM_WEBHOOK_NEEDS_THREAD,
        ErrorCode.FORUM_WEBHOOK_HAS_TWO_THREADS,
        ErrorCode.WEBHOOK_THREAD_OUTSIDE_FORUM,
        ErrorCode.NOBODY_BANNED,
        ErrorCode.POLL_EXPIRED,
        ErrorCode.NOT_A_POLL_EDIT,
        ErrorCode.NOT_A_POLL,
    ),
    401: (ErrorCode.UNAUTHORIZED, ErrorCode.INVALID_AUTHENTICATION_TOKEN, ErrorCode.INVALID_WEBHOOK_TOKEN),
    403: (
        ErrorCode.BOTS_CANNOT_USE_ENDPOINT,
        ErrorCode.MISSING_ACCESS,
        ErrorCode.NOT_THE_AUTHOR,
        ErrorCode.CANNOT_MESSAGE_USER,
        ErrorCode.MISSING_PERMISSIONS,
        ErrorCode.NO_MUTUAL_GUILDS,
        ErrorCode.REACTION_BLOCKED,
        ErrorCode.REPLY_NEEDS_HISTORY,
    ),
    404: (
        ErrorCode.UNKNOWN_APPLICATION,
        ErrorCode.UNKNOWN_CHANNEL,
        ErrorCode.UNKNOWN_GUILD,
        ErrorCode.UNKNOWN_INVITE,
        ErrorCode.UNKNOWN_MEMBER,
        ErrorCode.UNKNOWN_MESSAGE,
        ErrorCode.UNKNOWN_OVERWRITE,
        ErrorCode.UNKNOWN_ROLE,
        ErrorCode.UNKNOWN_USER,
        ErrorCode.UNKNOWN_WEBHOOK,
        ErrorCode.UNKNOWN_BAN,
        ErrorCode.UNKNOWN_STICKER,
        ErrorCode.UNKNOWN_INTERACTION,
        ErrorCode.UNKNOWN_COMMAND,
        ErrorCode.UNKNOWN_VOICE_STATE,
        ErrorCode.UNKNOWN_COMMAND_PERMISSIONS,
        ErrorCode.UNKNOWN_SCHEDULED_EVENT,
        ErrorCode.UNKNOWN_TAG,
    ),
    413: (ErrorCode.REQUEST_TOO_LARGE, ErrorCode.FILE_TOO_LARGE),
    429: (ErrorCode.SLOWMODE, ErrorCode.CHANNEL_WRITE_RATE_LIMIT),
}

HTTP_STATUS_BY_CODE: Final[Mapping[ErrorCode, int]] = MappingProxyType(
    {code: status for status, codes in _CODES_BY_STATUS.items() for code in codes}
)
"""The HTTP status that carries each code; `GENERAL_ERROR` (0) is left out because it goes with any status."""

# Command names. Source: Discord docs, Interactions: Application Commands, Application Command Naming:
# ^[-_'\p{L}\p{N}\p{sc=Deva}\p{sc=Thai}]{1,32}$ in Unicode, and lowercase wherever a lowercase form exists.
# The standard `re` has no \p{...}: categories are asked from `unicodedata`, and the two scripts, whose vowel signs are
# no letters, are spelled out. Source of the ranges: Unicode, Scripts.txt.
_NAME_PUNCTUATION: Final = "-_'"
_NAME_SCRIPTS: Final = (
    range(0x0900, 0x0951),  # Devanagari, as the next four
    range(0x0955, 0x0964),  # U+0951 to U+0954 are Inherited, U+0964 and U+0965 are Common
    range(0x0966, 0x0980),
    range(0xA8E0, 0xA900),
    range(0x11B00, 0x11B0A),
    range(0x0E01, 0x0E3B),  # Thai, as the next; U+0E3F, the baht sign, is Common
    range(0x0E40, 0x0E5C),
)


def is_command_name(text: str) -> bool:
    """Return whether Discord takes `text` as the name of a chat input command, a group, a subcommand or an option.

    User and message commands are freer: 1 to 32 characters of any case, spaces allowed.
    Source: Discord docs, Interactions: Application Commands, Application Command Naming.
    """
    fits = COMMAND_NAME_MIN <= len(text) <= COMMAND_NAME_MAX
    return fits and text == text.lower() and all(map(_is_name_character, text))


def _is_name_character(character: str) -> bool:
    if character in _NAME_PUNCTUATION or unicodedata.category(character)[0] in "LN":
        return True
    return any(ord(character) in script for script in _NAME_SCRIPTS)
