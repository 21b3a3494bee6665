"""Channels, threads and their overwrites. Source: Discord docs, Resources: Channel and Guild."""

from typing import Final, cast

from runner.emulator.forms.errors import FormErrors, FormFault
from runner.emulator.forms.fields import SNOWFLAKE_MAX, Form
from runner.emulator.world import FORUMS, VOICE
from runner.lifecycle import limits
from runner.lifecycle.limits import ChannelType

CREATABLE: Final = (
    ChannelType.GUILD_TEXT,
    ChannelType.GUILD_VOICE,
    ChannelType.GUILD_CATEGORY,
    ChannelType.GUILD_ANNOUNCEMENT,
    ChannelType.GUILD_STAGE_VOICE,
    ChannelType.GUILD_FORUM,
    ChannelType.GUILD_MEDIA,
)
"""The types of channel that a bot can create in a guild."""

CONVERTIBLE: Final = (ChannelType.GUILD_TEXT, ChannelType.GUILD_ANNOUNCEMENT)
"""The types that a channel can change between."""

_INT32_MAX: Final = 2**31 - 1
_FLAGS_MAX: Final = 2**31 - 1
_SORT_ORDERS: Final = (0, 1)
_LAYOUTS: Final = (0, 1, 2)
_VIDEO_QUALITIES: Final = (1, 2)


def check_new_channel(body: object) -> FormFault | None:
    """Return why Discord refuses to create this channel, or None."""
    errors = FormErrors()
    form = Form({}, (), errors).at(body)
    if form is not None:
        kind = form.choice("type", CREATABLE)
        _check_channel(form, ChannelType(kind or 0), is_new=True)
    return errors.fault()


def check_channel_edit(body: object, kind: ChannelType) -> FormFault | None:
    """Return why Discord refuses to change a channel of that type so, or None."""
    errors = FormErrors()
    form = Form({}, (), errors).at(body)
    if form is not None:
        form.choice("type", CONVERTIBLE if kind in CONVERTIBLE else (kind,))
        _check_channel(form, kind, is_new=False)
    return errors.fault()


def check_overwrite(body: object) -> FormFault | None:
    """Return why Discord refuses this overwrite of one role or member, or None."""
    errors = FormErrors()
    form = Form({}, (), errors).at(body)
    if form is not None:
        _check_overwrite(form)
    return errors.fault()


def check_positions(body: object) -> FormFault | None:
    """Return why Discord refuses to move channels or roles so, or None."""
    errors = FormErrors()
    root = Form({}, (), errors)
    if not isinstance(body, list):
        root.refuse("LIST_TYPE_CONVERT", "Only iterables may be used in a ListType")
        return errors.fault()
    found = (root.at(item, index) for index, item in enumerate(cast(list[object], body)))  # JSON holds anything
    for form in filter(None, found):
        form.snowflake("id", required=True)
        form.integer("position", 0, _INT32_MAX)
        form.boolean("lock_permissions")
        form.snowflake("parent_id")
    return errors.fault()


def check_thread(body: object, *, is_new: bool) -> FormFault | None:
    """Return why Discord refuses to start or to change a thread so, or None. Its message is checked apart."""
    errors = FormErrors()
    form = Form({}, (), errors).at(body)
    if form is not None:
        form.text("name", limits.THREAD_NAME_MAX, least=1, required=is_new)
        form.choice("auto_archive_duration", limits.THREAD_AUTO_ARCHIVE_MINUTES)
        form.integer("rate_limit_per_user", 0, int(limits.SLOWMODE_MAX_S))
        form.integer("flags", 0, _FLAGS_MAX)
        form.snowflakes("applied_tags", limits.APPLIED_TAGS_MAX)
        for key in ("archived", "locked", "invitable"):
            form.boolean(key)
    return errors.fault()


def _check_channel(form: Form, kind: ChannelType, *, is_new: bool) -> None:
    if is_new or "name" in form.values:
        form.text("name", limits.CHANNEL_NAME_MAX, least=1, required=True)
    form.text("topic", limits.FORUM_TOPIC_MAX if kind in FORUMS else limits.CHANNEL_TOPIC_MAX)
    form.integer("position", 0, _INT32_MAX)
    form.integer("flags", 0, _FLAGS_MAX)
    form.boolean("nsfw")
    form.snowflake("parent_id")
    form.choice("default_auto_archive_duration", limits.THREAD_AUTO_ARCHIVE_MINUTES)
    for key in ("rate_limit_per_user", "default_thread_rate_limit_per_user"):
        form.integer(key, 0, int(limits.SLOWMODE_MAX_S))
    for overwrite in form.children("permission_overwrites"):
        overwrite.snowflake("id", required=True)
        _check_overwrite(overwrite)
    if kind in VOICE:
        _check_voice(form, kind)
    if kind in FORUMS:
        _check_forum(form)


def _check_voice(form: Form, kind: ChannelType) -> None:
    # A bitrate above the guild's bound has a code of its own (30052), outside the form.
    form.integer("bitrate", limits.VOICE_BITRATE_MIN, _INT32_MAX)
    most = limits.VOICE_USERS_MAX if kind is ChannelType.GUILD_VOICE else limits.STAGE_USERS_MAX
    form.integer("user_limit", 0, most)
    form.choice("video_quality_mode", _VIDEO_QUALITIES)


def _check_forum(form: Form) -> None:
    form.choice("default_sort_order", _SORT_ORDERS)
    form.choice("default_forum_layout", _LAYOUTS)
    form.child("default_reaction_emoji")
    for tag in form.children("available_tags"):
        tag.text("name", limits.FORUM_TAG_NAME_MAX, required=True)
        tag.boolean("moderated")
        tag.snowflake("id")
        tag.snowflake("emoji_id")


def _check_overwrite(form: Form) -> None:
    form.choice("type", (0, 1))
    for key in ("allow", "deny"):
        form.integer(key, 0, SNOWFLAKE_MAX)
