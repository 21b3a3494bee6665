"""The components of a message: rows, buttons and selects, and the layout that IS_COMPONENTS_V2 allows.

Source: Discord docs, Components: Component Reference.
"""

from collections.abc import Callable, Mapping
from functools import partial
from typing import Final

from runner.emulator.forms.fields import WEB_SCHEMES, Form
from runner.emulator.forms.selects import SELECTS, check_emoji, check_select
from runner.emulator.forms.tally import Tally
from runner.lifecycle import limits
from runner.lifecycle.limits import ButtonStyle, ComponentType

_CONTAINER_CHILDREN: Final = (
    ComponentType.ACTION_ROW,
    ComponentType.SECTION,
    ComponentType.TEXT_DISPLAY,
    ComponentType.MEDIA_GALLERY,
    ComponentType.FILE,
    ComponentType.SEPARATOR,
)
_LEGACY_TOP: Final = (ComponentType.ACTION_ROW,)
_V2_TOP: Final = (*_CONTAINER_CHILDREN, ComponentType.CONTAINER)
_ROW_CHILDREN: Final = (ComponentType.BUTTON, *SELECTS)
_ACCESSORIES: Final = (ComponentType.BUTTON, ComponentType.THUMBNAIL)

_ROW_WIDTH: Final = 5  # a button is one unit wide, a select fills the row

_BUTTON_SCHEMES: Final = (*WEB_SCHEMES, "discord")
_MEDIA_SCHEMES: Final = (*WEB_SCHEMES, "attachment")

# Per style: the field that a button must have, and those that it can't have.
_CLICK: Final = ("custom_id", ("url", "sku_id"))
_BUTTON_FIELDS: Final[Mapping[int, tuple[str, tuple[str, ...]]]] = {
    ButtonStyle.PRIMARY: _CLICK,
    ButtonStyle.SECONDARY: _CLICK,
    ButtonStyle.SUCCESS: _CLICK,
    ButtonStyle.DANGER: _CLICK,
    ButtonStyle.LINK: ("url", ("custom_id",)),
    ButtonStyle.PREMIUM: ("sku_id", ("custom_id", "label", "url", "emoji")),
}


def check_components(form: Form, *, is_v2: bool) -> Tally:
    """Record what is wrong with the `components` of a message and return what was counted on the way.

    `is_v2` says that the message carries IS_COMPONENTS_V2; without it Discord knows rows only.
    """
    tally = Tally()
    top, most = (_V2_TOP, None) if is_v2 else (_LEGACY_TOP, limits.LEGACY_ACTION_ROWS_MAX)
    for component in form.children("components", most=most):
        _check(component, top, tally)
    if is_v2:
        _check_totals(form, tally)
    return tally


def check_text_display(display: Form, tally: Tally) -> None:
    """Record what is wrong with a text display, in a message or in a modal."""
    least, most = limits.TEXT_DISPLAY_CONTENT_MIN, limits.TEXT_DISPLAY_CONTENT_MAX
    tally.add_text(display.text("content", most, least=least, required=True) or "")


def _check(component: Form, allowed: tuple[ComponentType, ...], tally: Tally) -> None:
    kind = tally.enter(component, allowed)
    if kind is not None:
        _CHECKS[kind](component, tally)


def _check_totals(form: Form, tally: Tally) -> None:
    if tally.components > limits.COMPONENTS_V2_TOTAL_MAX:
        message = f"The maximum number of components is {limits.COMPONENTS_V2_TOTAL_MAX}"
        form.refuse("COMPONENT_MAX_TOTAL_COMPONENTS_EXCEEDED", message, "components")
    if tally.text_characters > limits.COMPONENTS_V2_TEXT_TOTAL_MAX:
        message = f"Components displayable text size exceeds maximum size of {limits.COMPONENTS_V2_TEXT_TOTAL_MAX}"
        form.refuse("COMPONENT_DISPLAYABLE_TEXT_SIZE_EXCEEDED", message, "components")


def _check_row(row: Form, tally: Tally) -> None:
    width = 0
    for child in row.children("components", least=1, most=limits.ACTION_ROW_BUTTONS_MAX, required=True):
        _check(child, _ROW_CHILDREN, tally)
        width += _ROW_WIDTH if child.values.get("type") in SELECTS else 1
        if width > _ROW_WIDTH:
            message = "The specified component exceeds the maximum width"
            child.refuse("COMPONENT_LAYOUT_WIDTH_EXCEEDED", message)


def _check_button(button: Form, tally: Tally) -> None:
    button.text("label", limits.BUTTON_LABEL_MAX)
    button.boolean("disabled")
    check_emoji(button)
    style = button.choice("style", tuple(ButtonStyle), required=True)
    if style is None:
        return
    needed, forbidden = _BUTTON_FIELDS[style]
    _check_needed(button, needed, tally)
    for key in filter(button.has, forbidden):
        _refuse_on_button(button, key)
    # Nobody documents the inner code for a button with nothing to show.
    if style != ButtonStyle.PREMIUM and not (button.values.get("label") or button.has("emoji")):
        button.refuse("BASE_TYPE_REQUIRED", "This field is required", "label")


def _check_needed(button: Form, needed: str, tally: Tally) -> None:
    match needed:
        case "custom_id" if not button.has("custom_id"):
            button.refuse("BUTTON_COMPONENT_CUSTOM_ID_REQUIRED", "A custom id is required", "custom_id")
        case "custom_id":
            tally.claim_custom_id(button)
        case "url":
            button.url("url", limits.BUTTON_URL_MAX, _BUTTON_SCHEMES, required=True)
        case _:
            button.snowflake("sku_id", required=True)


def _refuse_on_button(button: Form, key: str) -> None:
    if button.has("custom_id") and button.has("url"):
        message = "A custom id and url cannot both be specified"
        button.refuse("BUTTON_COMPONENT_CUSTOM_ID_URL_MUTUALLY_EXCLUSIVE", message)
    else:
        # Nobody documents the inner code; the name is ours.
        button.refuse("BUTTON_COMPONENT_FIELD_FORBIDDEN", "This style of button cannot have this field", key)


def _check_section(section: Form, tally: Tally) -> None:
    least, most = limits.SECTION_COMPONENTS_MIN, limits.SECTION_COMPONENTS_MAX
    for child in section.children("components", least=least, most=most, required=True):
        _check(child, (ComponentType.TEXT_DISPLAY,), tally)
    accessory = section.child("accessory", required=True)
    if accessory:
        _check(accessory, _ACCESSORIES, tally)


def _check_media(item: Form, tally: Tally) -> None:
    tally.media_items += 1
    item.text("description", limits.MEDIA_DESCRIPTION_MAX)
    item.boolean("spoiler")
    media = item.child("media", required=True)
    if media:
        media.url("url", limits.EMBED_URL_MAX, _MEDIA_SCHEMES, required=True)


def _check_gallery(gallery: Form, tally: Tally) -> None:
    least, most = limits.MEDIA_GALLERY_ITEMS_MIN, limits.MEDIA_GALLERY_ITEMS_MAX
    for item in gallery.children("items", least=least, most=most, required=True):
        _check_media(item, tally)


def _check_file(file: Form, tally: Tally) -> None:
    tally.media_items += 1
    file.boolean("spoiler")
    media = file.child("file", required=True)
    if media:
        media.url("url", limits.EMBED_URL_MAX, ("attachment",), required=True)


def _check_separator(separator: Form, _tally: Tally) -> None:
    separator.boolean("divider")
    separator.choice("spacing", (limits.SEPARATOR_SPACING_SMALL, limits.SEPARATOR_SPACING_LARGE))


def _check_container(container: Form, tally: Tally) -> None:
    container.integer("accent_color", 0, limits.COLOR_MAX)
    container.boolean("spoiler")
    for child in container.children("components", least=1, most=limits.COMPONENTS_V2_TOTAL_MAX, required=True):
        _check(child, _CONTAINER_CHILDREN, tally)


def _check_select(kind: ComponentType, select: Form, tally: Tally) -> None:
    check_select(select, kind, tally)


_CHECKS: Final[Mapping[ComponentType, Callable[[Form, Tally], None]]] = {
    ComponentType.ACTION_ROW: _check_row,
    ComponentType.BUTTON: _check_button,
    **{kind: partial(_check_select, kind) for kind in SELECTS},
    ComponentType.SECTION: _check_section,
    ComponentType.TEXT_DISPLAY: check_text_display,
    ComponentType.THUMBNAIL: _check_media,
    ComponentType.MEDIA_GALLERY: _check_gallery,
    ComponentType.FILE: _check_file,
    ComponentType.SEPARATOR: _check_separator,
    ComponentType.CONTAINER: _check_container,
}
