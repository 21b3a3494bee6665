"""Whether Discord would take the body of a call: messages, modals, autocomplete choices, callback types.

Each check returns the refusal, or None if the body is fine. The server calls these before it changes anything, so a
refused callback leaves the interaction as it was. Sources: Discord docs, Resources: Message and Webhook; Interactions:
Receiving and Responding; Components: Component Reference.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from enum import Enum
from typing import Final

from runner.emulator.forms.components import check_components
from runner.emulator.forms.embeds import check_embeds
from runner.emulator.forms.errors import FormErrors, FormFault, Json, Path
from runner.emulator.forms.fields import Form
from runner.emulator.forms.message_fields import (
    check_allowed_mentions,
    check_attachments,
    check_new_message,
    check_poll,
)
from runner.emulator.forms.modals import check_modal_form
from runner.emulator.forms.tally import Tally
from runner.lifecycle import bits, limits
from runner.lifecycle.bits import MessageFlags
from runner.lifecycle.limits import ErrorCode, OptionType

__all__ = [
    "FormErrors",
    "FormFault",
    "Json",
    "MessageCall",
    "check_callback_type",
    "check_choices",
    "check_message",
    "check_modal",
    "check_nested_message",
]

_DATA: Final[Path] = ("data",)
_BITFIELD_MAX: Final = 2**31 - 1
_FORWARD: Final = 1  # the type of a message reference that carries the other message along

# What a message with IS_COMPONENTS_V2 can't have: the field of a request, and of a message.
_LEGACY_FIELDS: Final = (
    ("content", "content"),
    ("embeds", "embeds"),
    ("poll", "poll"),
    ("sticker_ids", "sticker_items"),
)


_SENDABLE: Final = (*_LEGACY_FIELDS[1:], ("components", "components"))


class MessageCall(Enum):
    """The calls that carry a message. They differ in the flags they set and in where their faults start."""

    CREATE = "create"
    """`POST /channels/{id}/messages`."""
    CALLBACK = "callback"
    """Callback 4; the body is the callback's `data`, and the places start there."""
    FOLLOW_UP = "follow-up"
    """`POST` to the interaction's webhook, when it makes a new message."""
    WEBHOOK = "webhook"
    """`POST` to a webhook that is no interaction's."""
    EDIT = "edit"
    """`PATCH` of a message, by token or by channel."""
    EDIT_DEFERRED = "edit-deferred"
    """The edit, or first follow-up, that resolves callback 5: fills a message that is still empty."""
    UPDATE = "update"
    """Callback 7; like EDIT, but the body is the callback's `data`, which may be left out."""


_IN_DATA: Final = (MessageCall.CALLBACK, MessageCall.UPDATE)
_EDITS: Final = (MessageCall.EDIT, MessageCall.EDIT_DEFERRED, MessageCall.UPDATE)
_EDITS_OF_SENT: Final = (MessageCall.EDIT, MessageCall.UPDATE)
_SETTABLE: Final[Mapping[MessageCall, MessageFlags]] = {
    MessageCall.CREATE: bits.SETTABLE_BY_CREATE,
    MessageCall.CALLBACK: bits.SETTABLE_BY_REPLY,
    MessageCall.FOLLOW_UP: bits.SETTABLE_BY_FOLLOW_UP,
    MessageCall.WEBHOOK: bits.SETTABLE_BY_WEBHOOK,
}


def check_message(
    body: object, *, where: MessageCall, files: int = 0, existing: Mapping[str, object] | None = None
) -> FormFault | None:
    """Return why Discord refuses this message, or None.

    `body` is the message itself: for callbacks their `data`, None if there is none. `files` counts the uploads beside
    it. `existing` is the message that an edit changes, as JSON; with it, an edit that leaves nothing is refused too.
    Unknown keys are ignored, and so are flags that an edit can't set.
    """
    errors = FormErrors()
    form = _message_form(body, where, errors)
    if form is None:
        return errors.fault()
    request = _Request(form, where, files, existing)
    tally = _check_fields(request)
    return errors.fault() or _fault_beyond_the_form(request, tally)


def check_nested_message(body: Mapping[str, object], key: str, *, files: int) -> FormFault | None:
    """Return why Discord refuses the new message that stands at `key` of this body, as a forum's post has it."""
    errors = FormErrors()
    form = Form(body, (), errors).child(key, required=True)
    if form is None:
        return errors.fault()
    request = _Request(form, MessageCall.CREATE, files, None)
    tally = _check_fields(request)
    return errors.fault() or _fault_beyond_the_form(request, tally)


def check_modal(data: object) -> FormFault | None:
    """Return why Discord refuses this `data` of callback 9, or None. Places start at `data`."""
    errors = FormErrors()
    modal = _data_form(data, errors)
    if modal:
        check_modal_form(modal)
    return errors.fault()


def check_choices(data: object, option_type: OptionType | None = None) -> FormFault | None:
    """Return why Discord refuses this `data` of callback 8, or None. Places start at `data`.

    With the type of the focused option, the values must be of that type.
    """
    errors = FormErrors()
    form = _data_form(data, errors)
    if form and not form.is_missing("choices", required=True):
        for choice in form.children("choices", most=limits.CHOICES_MAX):
            check_choice(choice, option_type)
    return errors.fault()


def check_choice(choice: Form, option_type: OptionType | None) -> None:
    """Record what is wrong with one choice of an option, offered by a command or by autocomplete."""
    choice.text("name", limits.CHOICE_NAME_MAX, least=1, required=True)
    if choice.is_missing("value", required=True):
        return
    match choice.values["value"], option_type:
        case str(), OptionType.STRING | None:
            choice.text("value", limits.CHOICE_VALUE_MAX)
        case bool(), _:
            choice.refuse("UNION_TYPE_CHOICES", "Value must be a string, an integer or a number", "value")
        case int(number), OptionType.INTEGER | None:
            choice.in_range(number, -limits.INTEGER_OPTION_ABS_MAX, limits.INTEGER_OPTION_ABS_MAX, "value")
        case int(number) | float(number), OptionType.NUMBER | None:
            choice.in_range(number, -limits.NUMBER_OPTION_ABS_MAX, limits.NUMBER_OPTION_ABS_MAX, "value")
        case value, _:
            choice.refuse("BASE_TYPE_CHOICES", f'Value "{value}" is not of the type of its option', "value")


def check_callback_type(callback_type: object, allowed: Collection[int]) -> FormFault | None:
    """Return the refusal of a callback type that this interaction doesn't take, or None. The place is `type`."""
    errors = FormErrors()
    Form({"type": callback_type}, (), errors).choice("type", allowed, required=True)
    return errors.fault()


@dataclass(frozen=True, slots=True)
class _Request:
    """One message on its way: what is sent, by which call, with how many uploads, and over what it is laid."""

    form: Form
    where: MessageCall
    files: int
    existing: Mapping[str, object] | None

    @property
    def before(self) -> Form:
        """The message before this request; faults in it are ours and go nowhere."""
        return Form(self.existing or {}, (), FormErrors())

    @property
    def was_v2(self) -> bool:
        return MessageFlags.IS_COMPONENTS_V2 in MessageFlags(self.before.integer("flags", 0, _BITFIELD_MAX) or 0)

    def after(self, key: str, key_in_message: str) -> object:
        """Return what the message will have: what is sent, null included, or else what was there."""
        values = self.form.values
        return values[key] if key in values else self.before.values.get(key_in_message)

    def attachments_after(self) -> int:
        """Return how many attachments the message will have. Uploads that the list leaves out are appended."""
        listed = len(self.form.items("attachments"))
        if self.where not in _EDITS:
            return self.files
        return max(listed, self.files) if self.form.has("attachments") else self._kept() + self.files

    def _kept(self) -> int:
        return len(self.before.items("attachments"))


def _message_form(body: object, where: MessageCall, errors: FormErrors) -> Form | None:
    if where is MessageCall.UPDATE and body is None:
        return Form({}, _DATA, errors)
    return _data_form(body, errors) if where in _IN_DATA else Form({}, (), errors).at(body)


def _data_form(data: object, errors: FormErrors) -> Form | None:
    return Form({"data": data}, (), errors).child("data", required=True)


def _check_fields(request: _Request) -> Tally:
    form = request.form
    form.text("content", limits.MESSAGE_CONTENT_MAX)
    form.boolean("tts")
    check_embeds(form)
    check_allowed_mentions(form)
    check_attachments(form, _ids(request.before.children("attachments")), request.files)
    check_poll(form)
    if request.where is MessageCall.CREATE:
        check_new_message(form)
    # An edit can't take the flag away, so a V2 message stays closed to content. But V2 components in an edit need the
    # flag in that very request: bots that leave it out report UNION_TYPE_CHOICES.
    sends_v2 = MessageFlags.IS_COMPONENTS_V2 in _flags(form, request.where)
    if sends_v2 or request.was_v2:
        _refuse_legacy_fields(request)
    return check_components(form, is_v2=sends_v2)


def _flags(form: Form, where: MessageCall) -> MessageFlags:
    flags = MessageFlags(form.integer("flags", 0, _BITFIELD_MAX) or 0)
    settable = _SETTABLE.get(where)
    # Nobody documents what a new message with another flag gets. Refusing it is the safe reading: who sends a message
    # as ephemeral where that can't be should not see it pass.
    if settable is not None and flags & ~settable:
        form.refuse("BASE_TYPE_CHOICES", f"Value must be a combination of {settable:d}.", "flags")
    return flags


def _refuse_legacy_fields(request: _Request) -> None:
    for key, key_in_message in _LEGACY_FIELDS:
        if request.after(key, key_in_message):
            message = f"The '{key}' field cannot be used when using MessageFlags.IS_COMPONENTS_V2"
            request.form.refuse("MESSAGE_CANNOT_USE_LEGACY_FIELDS_WITH_COMPONENTS_V2", message, key)


def _fault_beyond_the_form(request: _Request, tally: Tally) -> FormFault | None:
    """Return the refusal that has a code of its own rather than a place in the form."""
    edits_sent = request.where in _EDITS_OF_SENT
    if edits_sent and (request.form.has("poll") or request.before.has("poll")):
        return _refusal(ErrorCode.NOT_A_POLL_EDIT, "Cannot edit a poll message")
    if request.attachments_after() > limits.MESSAGE_ATTACHMENTS_MAX:
        return _refusal(ErrorCode.MAXIMUM_ATTACHMENTS, "Maximum number of attachments in a message reached (10)")
    if tally.breaks_discord():
        return FormFault(500, ErrorCode.GENERAL_ERROR, "500: Internal Server Error")
    is_known = request.existing is not None or not edits_sent
    if is_known and _is_empty(request):
        return _refusal(ErrorCode.EMPTY_MESSAGE, "Cannot send an empty message")
    return None


def _is_empty(request: _Request) -> bool:
    content = request.after("content", "content")
    reference = request.form.child("message_reference")
    return not (
        (isinstance(content, str) and content.strip())
        or any(request.after(key, key_in_message) for key, key_in_message in _SENDABLE)
        or request.attachments_after()
        or (reference and reference.values.get("type") == _FORWARD)
    )


def _refusal(code: ErrorCode, message: str) -> FormFault:
    return FormFault(limits.HTTP_STATUS_BY_CODE[code], code, message)


def _ids(attachments: list[Form]) -> set[int]:
    return {number for number in (each.snowflake("id") for each in attachments) if number is not None}
