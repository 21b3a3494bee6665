"""Emojis. Source: Discord docs, Resources: Emoji, and Reference: Image Data."""

import base64
import binascii
import re
from typing import Final

from runner.emulator.forms.errors import FormErrors, FormFault
from runner.emulator.forms.fields import Form
from runner.lifecycle import limits

_NAME: Final = re.compile(r"\w+", re.ASCII)
_IMAGE: Final = re.compile(r"data:image/(png|jpe?g|gif|webp|avif);base64,(.+)", re.DOTALL)
_MOVING: Final = "gif"


def check_emoji_upload(body: object, *, is_new: bool) -> FormFault | None:
    """Return why Discord refuses to create or to rename an emoji so, or None."""
    errors = FormErrors()
    form = Form({}, (), errors).at(body)
    if form is not None:
        if is_new or form.has("name"):
            _check_name(form)
        form.snowflakes("roles", limits.GUILD_ROLES_MAX)
        if is_new and not form.is_missing("image", required=True):
            _check_image(form)
    return errors.fault()


def is_animated(image: str) -> bool:
    """Return whether an image that has passed the check moves."""
    match = _IMAGE.fullmatch(image)
    return match is not None and match[1] == _MOVING


def _check_name(form: Form) -> None:
    name = form.text("name", limits.EMOJI_NAME_MAX, least=limits.EMOJI_NAME_MIN, required=True)
    if name is not None and not _NAME.fullmatch(name):
        form.refuse("STRING_TYPE_REGEX", "String value did not match validation regex.", "name")


def _check_image(form: Form) -> None:
    match = _IMAGE.fullmatch(str(form.values["image"]))
    data = None if match is None else _decoded(match[2])
    if data is None:
        form.refuse("IMAGE_INVALID", "Invalid image data", "image")
    elif len(data) > limits.EMOJI_IMAGE_MAX_BYTES:
        message = f"File cannot be larger than {limits.EMOJI_IMAGE_MAX_BYTES / 1024} kb."
        form.refuse("BINARY_TYPE_MAX_SIZE", message, "image")


def _decoded(text: str) -> bytes | None:
    try:
        return base64.b64decode(text, validate=True)
    except binascii.Error:
        return None
