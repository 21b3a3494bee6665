"""What all components of one message or modal share: unique ids, the number of components, and the text they show.

Source: Discord docs, Components: Component Reference.
"""

from collections.abc import Collection
from dataclasses import dataclass, field
from typing import Final

from runner.emulator.forms.fields import Form, whole_number
from runner.lifecycle import limits
from runner.lifecycle.limits import ComponentType

_INT32_MAX: Final = 2**31 - 1


@dataclass(slots=True)
class Tally:
    """Counts over a tree of components, filled while it is walked.

    `components` counts every component, accessories included. `text_characters` and `text_bytes` (UTF-8) are those of
    the text displays, of which there are `text_displays`; `media_items` are thumbnails, files and gallery items.
    """

    components: int = 0
    text_displays: int = 0
    text_characters: int = 0
    text_bytes: int = 0
    media_items: int = 0
    custom_ids: set[str] = field(default_factory=set[str])
    ids: set[int] = field(default_factory=set[int])

    def enter(self, component: Form, allowed: Collection[ComponentType]) -> ComponentType | None:
        """Count one component, check its `id`, and return its type: one of `allowed`, or None after a fault."""
        self.components += 1
        self._claim_id(component)
        if component.is_missing("type", required=True):
            return None
        number = whole_number(component.values["type"])
        for kind in allowed:
            if kind == number:
                return kind
        names = ", ".join(f"{kind:d}" for kind in allowed)
        component.refuse("UNION_TYPE_CHOICES", f'Value of field "type" must be one of ({names}).')
        return None

    def claim_custom_id(self, component: Form) -> None:
        """Check the required `custom_id`. A second one alike is a fault even if the component is disabled (#3673)."""
        custom_id = component.text("custom_id", limits.CUSTOM_ID_MAX, least=limits.CUSTOM_ID_MIN, required=True)
        if custom_id in self.custom_ids:
            message = "Component custom id cannot be duplicated"
            component.refuse("COMPONENT_CUSTOM_ID_DUPLICATED", message, "custom_id")
        elif custom_id is not None:
            self.custom_ids.add(custom_id)

    def add_text(self, text: str) -> None:
        """Count the text of one text display."""
        self.text_displays += 1
        self.text_characters += len(text)
        self.text_bytes += len(text.encode(errors="surrogatepass"))

    def breaks_discord(self) -> bool:
        """Return whether Discord would answer with HTTP 500 rather than with a reason (observed: #7528, #8554)."""
        encoded_bytes = self.text_bytes + limits.COMPONENTS_V2_ENCODED_PER_TEXT_BYTES * self.text_displays
        return (
            self.media_items > limits.COMPONENTS_V2_MEDIA_ITEMS_MAX
            or encoded_bytes > limits.COMPONENTS_V2_ENCODED_MAX_BYTES
        )

    def _claim_id(self, component: Form) -> None:
        number = component.integer("id", limits.COMPONENT_ID_MIN, _INT32_MAX)
        if number in self.ids:
            component.refuse("COMPONENT_ID_DUPLICATED", "Component id cannot be duplicated", "id")
        elif number:  # Discord numbers a component without an id, or with the id 0, itself.
            self.ids.add(number)
