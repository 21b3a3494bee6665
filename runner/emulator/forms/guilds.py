"""Roles, members and bans. Source: Discord docs, Resources: Guild."""

from typing import Final

from runner.emulator.forms.errors import FormErrors, FormFault
from runner.emulator.forms.fields import SNOWFLAKE_MAX, Form
from runner.lifecycle import limits

_MEMBER_FLAGS_MAX: Final = 2**31 - 1


def check_role(body: object) -> FormFault | None:
    """Return why Discord refuses to create or to change a role so, or None."""
    errors = FormErrors()
    form = Form({}, (), errors).at(body)
    if form is not None:
        form.text("name", limits.ROLE_NAME_MAX)
        form.integer("permissions", 0, SNOWFLAKE_MAX)
        form.integer("color", 0, limits.COLOR_MAX)
        form.boolean("hoist")
        form.boolean("mentionable")
        colors = form.child("colors")
        if colors is not None:
            colors.integer("primary_color", 0, limits.COLOR_MAX)
    return errors.fault()


def check_member(body: object) -> FormFault | None:
    """Return why Discord refuses to change a member so, or None."""
    errors = FormErrors()
    form = Form({}, (), errors).at(body)
    if form is not None:
        form.text("nick", limits.NICKNAME_MAX)
        form.snowflakes("roles", limits.GUILD_ROLES_MAX)
        form.boolean("mute")
        form.boolean("deaf")
        form.snowflake("channel_id")
        form.time("communication_disabled_until")
        form.integer("flags", 0, _MEMBER_FLAGS_MAX)
    return errors.fault()


def check_ban(body: object) -> FormFault | None:
    """Return why Discord refuses a ban with these settings, or None."""
    errors = FormErrors()
    form = Form({}, (), errors).at(body)
    if form is not None:
        form.integer("delete_message_seconds", 0, int(limits.BAN_DELETE_MESSAGES_MAX_S))
        form.integer("delete_message_days", 0, int(limits.BAN_DELETE_MESSAGES_MAX_S) // 86_400)
    return errors.fault()


def check_bulk_ban(body: object) -> FormFault | None:
    """Return why Discord refuses to ban so many at once, or None."""
    errors = FormErrors()
    form = Form({}, (), errors).at(body)
    if form is not None and not form.is_missing("user_ids", required=True):
        form.items("user_ids", least=1, most=limits.BULK_BAN_USERS_MAX)
        form.snowflakes("user_ids", limits.BULK_BAN_USERS_MAX)
        form.integer("delete_message_seconds", 0, int(limits.BAN_DELETE_MESSAGES_MAX_S))
    return errors.fault()
