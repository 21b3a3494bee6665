"""Webhooks and invites. Source: Discord docs, Resources: Webhook and Invite."""

from collections.abc import Collection
from typing import Final

from runner.emulator.forms.errors import FormErrors, FormFault
from runner.emulator.forms.fields import Form
from runner.lifecycle import limits

_FORBIDDEN_NAMES: Final[Collection[str]] = ("clyde", "discord")


def check_webhook(body: object, *, is_new: bool) -> FormFault | None:
    """Return why Discord refuses to create or to change a webhook so, or None."""
    errors = FormErrors()
    form = Form({}, (), errors).at(body)
    if form is not None:
        if is_new or form.has("name"):
            _check_name(form, "name", required=True)
        form.snowflake("channel_id")
    return errors.fault()


def check_following(body: object) -> FormFault | None:
    """Return why Discord refuses to have a channel followed so, or None."""
    errors = FormErrors()
    form = Form({}, (), errors).at(body)
    if form is not None and not form.is_missing("webhook_channel_id", required=True):
        form.snowflake("webhook_channel_id")
    return errors.fault()


def check_execution(body: object) -> FormFault | None:
    """Return why Discord refuses what only a webhook's message has, or None. The message itself is checked apart."""
    errors = FormErrors()
    form = Form({}, (), errors).at(body)
    if form is not None:
        _check_name(form, "username", required=False)
        form.text("thread_name", limits.THREAD_NAME_MAX, least=1)
        form.snowflakes("applied_tags", limits.APPLIED_TAGS_MAX)
    return errors.fault()


def check_invite(body: object) -> FormFault | None:
    """Return why Discord refuses to create this invite, or None."""
    errors = FormErrors()
    form = Form({}, (), errors).at(body)
    if form is not None:
        form.integer("max_age", 0, limits.INVITE_AGE_MAX_S)
        form.integer("max_uses", 0, limits.INVITE_USES_MAX)
        form.boolean("temporary")
        form.boolean("unique")
    return errors.fault()


def _check_name(form: Form, key: str, *, required: bool) -> None:
    name = form.text(key, limits.WEBHOOK_NAME_MAX, least=1, required=required)
    for word in _FORBIDDEN_NAMES:
        if name is not None and word in name.lower():
            form.refuse("USERNAME_INVALID_CONTAINS", f'Username cannot contain "{word}"', key)
