"""What Discord makes of the components that it is sent: every field filled in, every component numbered.

Source: Discord docs, Components: Component Reference.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, Final

from runner.emulator.world import JsonObject, listed
from runner.lifecycle import limits
from runner.lifecycle.limits import ComponentType

ATTACHMENT: Final = "attachment://"
"""How a component or an embed names a file that came with the same message."""

_CHILD_KEYS: Final = ("components", "component", "accessory")
_SELECT: Final[JsonObject] = {"min_values": 1, "max_values": 1}

_DEFAULTS: Final[Mapping[int, JsonObject]] = {
    ComponentType.STRING_SELECT: _SELECT,
    ComponentType.USER_SELECT: _SELECT,
    ComponentType.ROLE_SELECT: _SELECT,
    ComponentType.MENTIONABLE_SELECT: _SELECT,
    ComponentType.CHANNEL_SELECT: _SELECT,
    ComponentType.THUMBNAIL: {"description": None, "spoiler": False},
    ComponentType.FILE: {"spoiler": False},
    ComponentType.SEPARATOR: {"divider": True, "spacing": limits.SEPARATOR_SPACING_SMALL},
    ComponentType.CONTAINER: {"accent_color": None, "spoiler": False},
}

Attachments = Mapping[str, JsonObject]
"""The attachments of a message by their names."""


def walk(components: Iterable[JsonObject]) -> Iterable[JsonObject]:
    """Yield every component of a message or a form, containers before what is in them."""
    for component in components:
        yield component
        for key in _CHILD_KEYS:
            inner = component.get(key)
            if inner:
                yield from walk(listed(inner) if isinstance(inner, list) else [inner])


def completed(
    components: Sequence[Mapping[str, Any]], attachments: Iterable[JsonObject], new_id: Callable[[], int]
) -> list[JsonObject]:
    """Return the components of a message as Discord shows them: with ids, defaults and the addresses of their media.

    `new_id` gives each media item an id of its own.
    """
    whole = numbered(components)
    named = {str(attachment["filename"]): attachment for attachment in attachments}
    for component in walk(whole):
        for key, value in _DEFAULTS.get(component["type"], {}).items():
            component.setdefault(key, value)
        _resolve_media(component, named, new_id)
    return whole


def numbered(components: Sequence[Mapping[str, Any]]) -> list[JsonObject]:
    """Return components with an `id` each: those given are kept, the others get the next free number.

    Source: Discord docs, Components: Component Reference, Anatomy of a Component.
    """
    copied = [_copied(component) for component in components]
    taken = {component["id"] for component in walk(copied) if component.get("id")}
    number = 0
    for component in walk(copied):
        if not component.get("id"):
            number = next(free for free in range(number + 1, len(taken) + number + 2) if free not in taken)
            component["id"] = number
    return copied


def resolved_url(url: str, attachments: Attachments) -> str:
    """Return the address of an attachment that is named by `attachment://`, any other address as it is."""
    attachment = attachments.get(url.removeprefix(ATTACHMENT)) if url.startswith(ATTACHMENT) else None
    return url if attachment is None else str(attachment["url"])


def _resolve_media(component: JsonObject, named: Attachments, new_id: Callable[[], int]) -> None:
    match component["type"]:
        case ComponentType.THUMBNAIL:
            component["media"] = _media(component["media"], named, new_id)
        case ComponentType.MEDIA_GALLERY:
            component["items"] = [_gallery_item(item, named, new_id) for item in component["items"]]
        case ComponentType.FILE:
            attachment = named.get(component["file"]["url"].removeprefix(ATTACHMENT), {})
            component["file"] = _media(component["file"], named, new_id)
            component["name"], component["size"] = attachment.get("filename", ""), attachment.get("size", 0)
        case _:
            pass


def _gallery_item(item: JsonObject, named: Attachments, new_id: Callable[[], int]) -> JsonObject:
    media = _media(item["media"], named, new_id)
    return {"media": media, "description": item.get("description"), "spoiler": bool(item.get("spoiler"))}


def _media(media: JsonObject, named: Attachments, new_id: Callable[[], int]) -> JsonObject:
    url = resolved_url(media["url"], named)
    shape: JsonObject = {"id": str(new_id()), "url": url, "proxy_url": url, "width": None, "height": None}
    attachment = named.get(media["url"].removeprefix(ATTACHMENT))
    if attachment is None:
        return shape
    return shape | {"content_type": attachment["content_type"], "attachment_id": attachment["id"]}


def _copied(component: Mapping[str, Any]) -> JsonObject:
    copy = {key: value for key, value in component.items() if value is not None}
    for key in _CHILD_KEYS:
        inner = copy.get(key)
        if isinstance(inner, list):
            copy[key] = [_copied(child) for child in listed(inner)]
        elif inner is not None:
            copy[key] = _copied(inner)
    return copy
