"""What Discord takes as the embeds of a message. Source: Discord docs, Resources: Message, Embed Limits."""

from typing import Final

from runner.emulator.forms.fields import WEB_SCHEMES, Form
from runner.lifecycle import limits

_MEDIA_SCHEMES: Final = (*WEB_SCHEMES, "attachment")

# An embed with none of these would be an empty box; Discord then asks for the description.
_VISIBLE: Final = ("title", "description", "fields", "image", "thumbnail", "author", "footer")


def check_embeds(form: Form) -> None:
    """Record what is wrong with the `embeds` of a message: each embed, and the characters of all of them together."""
    total = sum(_check_embed(embed) for embed in form.children("embeds", most=limits.MESSAGE_EMBEDS_MAX))
    if total > limits.EMBED_TOTAL_MAX:
        message = f"Embed size exceeds maximum size of {limits.EMBED_TOTAL_MAX}"
        form.refuse("MAX_EMBED_SIZE_EXCEEDED", message, "embeds")


def _check_embed(embed: Form) -> int:
    embed.url("url", limits.EMBED_URL_MAX)
    embed.time("timestamp")
    embed.integer("color", 0, limits.COLOR_MAX)
    for key in ("image", "thumbnail"):
        _check_media(embed, key)
    if not any(embed.values.get(key) for key in _VISIBLE):
        embed.refuse("BASE_TYPE_REQUIRED", "This field is required", "description")
    return (
        _length(embed, "title", limits.EMBED_TITLE_MAX)
        + _length(embed, "description", limits.EMBED_DESCRIPTION_MAX)
        + _check_footer(embed)
        + _check_author(embed)
        + sum(map(_check_field, embed.children("fields", most=limits.EMBED_FIELDS_MAX)))
    )


def _check_media(embed: Form, key: str) -> None:
    media = embed.child(key)
    if media:
        media.url("url", limits.EMBED_URL_MAX, _MEDIA_SCHEMES, required=True)


def _check_footer(embed: Form) -> int:
    footer = embed.child("footer")
    if not footer:
        return 0
    footer.url("icon_url", limits.EMBED_URL_MAX, _MEDIA_SCHEMES)
    return _length(footer, "text", limits.EMBED_FOOTER_TEXT_MAX, required=True)


def _check_author(embed: Form) -> int:
    author = embed.child("author")
    if not author:
        return 0
    author.url("url", limits.EMBED_URL_MAX)
    author.url("icon_url", limits.EMBED_URL_MAX, _MEDIA_SCHEMES)
    return _length(author, "name", limits.EMBED_AUTHOR_NAME_MAX, required=True)


def _check_field(field: Form) -> int:
    field.boolean("inline")
    name = _length(field, "name", limits.EMBED_FIELD_NAME_MAX, required=True)
    return name + _length(field, "value", limits.EMBED_FIELD_VALUE_MAX, required=True)


def _length(form: Form, key: str, most: int, *, required: bool = False) -> int:
    """Return how many characters count. Discord trims the texts of an embed before it counts them."""
    value = form.values.get(key)
    trimmed = form if not isinstance(value, str) else form.with_value(key, value.strip())
    return len(trimmed.text(key, most, required=required) or "")
