"""The fields of a message that are neither embeds nor components. Source: Discord docs, Resources: Message and Poll."""

from typing import Final

from runner.emulator.forms.fields import Form
from runner.emulator.forms.selects import check_emoji
from runner.lifecycle import limits

_INT64_MIN: Final = -(2**63)
_INT64_MAX: Final = 2**63 - 1


def check_allowed_mentions(form: Form) -> None:
    """Record what is wrong with `allowed_mentions`: a kind is parsed, or its ids are listed, never both."""
    mentions = form.child("allowed_mentions")
    if not mentions:
        return
    mentions.boolean("replied_user")
    parsed = mentions.each_of("parse", ("users", "roles", "everyone"))
    for key, most in (("users", limits.ALLOWED_MENTIONS_USERS_MAX), ("roles", limits.ALLOWED_MENTIONS_ROLES_MAX)):
        if mentions.snowflakes(key, most) and key in parsed:
            message = f'parse:["{key}"] and {key}: [ids...] are mutually exclusive.'
            mentions.refuse("MESSAGE_ALLOWED_MENTIONS_PARSE_EXCLUSIVE", message)


def check_attachments(form: Form, kept: set[int], files: int) -> None:
    """Record what is wrong with `attachments`. One that is neither in `kept` nor among the `files` does not exist."""
    uploads = 0
    for attachment in form.children("attachments"):
        attachment.text("filename", limits.ATTACHMENT_FILENAME_MAX)
        attachment.text("title", limits.ATTACHMENT_TITLE_MAX)
        attachment.text("description", limits.ATTACHMENT_DESCRIPTION_MAX)
        number = attachment.snowflake("id", required=True)
        uploads += number is not None and number not in kept
        if uploads > files:
            attachment.refuse("ATTACHMENT_NOT_FOUND", "Attachment data not found")


def check_poll(form: Form) -> None:
    """Record what is wrong with `poll`."""
    poll = form.child("poll")
    if not poll:
        return
    poll.integer("duration", limits.POLL_DURATION_MIN_HOURS, limits.POLL_DURATION_MAX_HOURS)
    poll.boolean("allow_multiselect")
    question = poll.child("question", required=True)
    if question:
        question.text("text", limits.POLL_QUESTION_MAX, least=1, required=True)
    least, most = limits.POLL_ANSWERS_MIN, limits.POLL_ANSWERS_MAX
    for answer in poll.children("answers", least=least, most=most, required=True):
        _check_answer(answer)


def check_new_message(form: Form) -> None:
    """Record what is wrong with the fields that only "create message" has: stickers, nonce, reference."""
    form.boolean("enforce_nonce")
    form.snowflakes("sticker_ids", limits.MESSAGE_STICKERS_MAX)
    _check_nonce(form)
    reference = form.child("message_reference")
    if reference:
        reference.snowflake("message_id", required=True)
        reference.snowflake("channel_id")


def _check_answer(answer: Form) -> None:
    media = answer.child("poll_media", required=True)
    if media:
        media.text("text", limits.POLL_ANSWER_MAX, least=1, required=True)
        check_emoji(media)


def _check_nonce(form: Form) -> None:
    match form.values.get("nonce"):
        case str(text):
            if len(text) > limits.MESSAGE_NONCE_MAX:
                message = f"Must be {limits.MESSAGE_NONCE_MAX} or fewer characters long."
                form.refuse("NONCE_TYPE_TOO_LONG", message, "nonce")
        case int(number) if not isinstance(number, bool):
            form.in_range(number, _INT64_MIN, _INT64_MAX, "nonce")
        case None:
            pass
        case _:
            form.refuse("NONCE_TYPE_INVALID_TYPE", "This field must be a string or integer.", "nonce")
