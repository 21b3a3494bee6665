"""What Discord takes of all components of a message together, where templates have filled them in.

Source: `lifecycle.limits`, Components.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

from runner.actions.action import FailureKind, StepFailed
from runner.formats import level, shortened
from runner.lifecycle import limits
from runner.lifecycle.limits import ComponentType

Json = Mapping[str, Any]  # Any: Discord's JSON

_TEXT: Final = int(ComponentType.TEXT_DISPLAY)
_MEDIA: Final = (int(ComponentType.THUMBNAIL), int(ComponentType.FILE))


def fitting_layout(components: Sequence[Json]) -> Sequence[Json]:
    """Return the components with their longest texts cut as far as Discord needs it for all of them together.

    Raises `StepFailed` where that is not enough, or where Discord is known to fail with an error of its own.
    """
    lengths = [len(text) for text in _texts(components)]
    longest = level(lengths, limits.COMPONENTS_V2_TEXT_TOTAL_MAX)
    if lengths and not longest:
        raise StepFailed("the message has more texts than Discord takes characters", kind=FailureKind.INVALID)
    if max(lengths, default=0) > longest:
        components = _cut(components, longest)
    _ensure_discord_survives(components)
    return components


def _ensure_discord_survives(components: Sequence[Json]) -> None:
    texts = list(_texts(components))
    encoded = sum(len(text.encode(errors="surrogatepass")) for text in texts)
    if encoded + limits.COMPONENTS_V2_ENCODED_PER_TEXT_BYTES * len(texts) > limits.COMPONENTS_V2_ENCODED_MAX_BYTES:
        raise StepFailed(
            f"the texts of the message take {encoded} bytes together, and Discord fails with so many",
            kind=FailureKind.INVALID,
        )
    if (media := _media(components)) > limits.COMPONENTS_V2_MEDIA_ITEMS_MAX:
        raise StepFailed(
            f"the message has {media} pictures and files, and Discord fails with so many", kind=FailureKind.INVALID
        )


def _texts(components: Sequence[Json]) -> Iterator[str]:
    for component in components:
        if component["type"] == _TEXT:
            yield component["content"]
        elif inside := component.get("components"):
            yield from _texts(inside)


def _media(components: Sequence[Json]) -> int:
    count = 0
    for component in components:
        accessory: Json = component.get("accessory") or {}
        count += len(component.get("items") or ()) + (component["type"] in _MEDIA) + (accessory.get("type") in _MEDIA)
        count += _media(component.get("components") or ())
    return count


def _cut(components: Sequence[Json], longest: int) -> list[Json]:
    """Return the components with no text longer than `longest` characters."""
    return [_cut_one(component, longest) for component in components]


def _cut_one(component: Json, longest: int) -> Json:
    if component["type"] == _TEXT:
        return {**component, "content": shortened(component["content"], longest)}
    inside = component.get("components")
    return {**component, "components": _cut(inside, longest)} if inside else component
