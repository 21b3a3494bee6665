"""Scheduled events. Source: Discord docs, Resources: Guild Scheduled Event."""

from typing import Final

from runner.emulator.forms.errors import FormErrors, FormFault
from runner.emulator.forms.fields import Form
from runner.lifecycle import limits
from runner.lifecycle.limits import EventEntityType, EventStatus

STAGE: Final = int(EventEntityType.STAGE_INSTANCE)
VOICE: Final = int(EventEntityType.VOICE)
EXTERNAL: Final = int(EventEntityType.EXTERNAL)
"""What an event takes place in; an external one has a location and no channel."""

SCHEDULED: Final = int(EventStatus.SCHEDULED)
ACTIVE: Final = int(EventStatus.ACTIVE)
COMPLETED: Final = int(EventStatus.COMPLETED)
CANCELED: Final = int(EventStatus.CANCELED)
"""Where an event stands."""

STATUS_AFTER: Final = {SCHEDULED: (ACTIVE, CANCELED), ACTIVE: (COMPLETED,), COMPLETED: (), CANCELED: ()}
"""Where it can go from there."""

_GUILD_ONLY: Final = 2


def check_new_event(body: object) -> FormFault | None:
    """Return why Discord refuses to schedule this event, or None."""
    errors = FormErrors()
    form = Form({}, (), errors).at(body)
    if form is not None:
        form.text("name", limits.EVENT_NAME_MAX, least=1, required=True)
        form.choice("privacy_level", (_GUILD_ONLY,), required=True)
        kind = form.choice("entity_type", (STAGE, VOICE, EXTERNAL), required=True)
        form.is_missing("scheduled_start_time", required=True)
        _check_common(form)
        _check_place(form, kind)
    return errors.fault()


def check_event_edit(body: object, kind: int) -> FormFault | None:
    """Return why Discord refuses to change an event of that kind so, or None."""
    errors = FormErrors()
    form = Form({}, (), errors).at(body)
    if form is not None:
        if form.has("name"):
            form.text("name", limits.EVENT_NAME_MAX, least=1)
        form.choice("privacy_level", (_GUILD_ONLY,))
        form.choice("status", (SCHEDULED, ACTIVE, COMPLETED, CANCELED))
        changed = form.choice("entity_type", (STAGE, VOICE, EXTERNAL))
        _check_common(form)
        if changed is not None and changed != kind:
            _check_place(form, changed)
    return errors.fault()


def _check_common(form: Form) -> None:
    form.text("description", limits.EVENT_DESCRIPTION_MAX)
    form.snowflake("channel_id")
    form.time("scheduled_start_time")
    form.time("scheduled_end_time")


def _check_place(form: Form, kind: int | None) -> None:
    """Check what each kind of event must say of its place and its end."""
    if kind == EXTERNAL:
        form.is_missing("scheduled_end_time", required=True)
        metadata = form.child("entity_metadata", required=True)
        if metadata is not None:
            metadata.text("location", limits.EVENT_LOCATION_MAX, least=1, required=True)
    elif kind is not None:
        form.is_missing("channel_id", required=True)
