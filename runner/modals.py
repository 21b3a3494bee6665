"""A form in Discord's JSON.

Source: Discord docs, Interactions: Receiving and Responding, Modal; Components: Component Reference, Label, Text Input.
"""

from collections.abc import Mapping
from typing import Any

from runner.config.document import ModalField
from runner.lifecycle import limits
from runner.lifecycle.limits import ComponentType, TextInputStyle
from runner.messages import shortened

Json = dict[str, Any]


def modal_body(custom_id: str, title: str, fields: Mapping[str, ModalField]) -> Json:
    """Return the JSON body of a form; its fields' custom ids are their names.

    Text beyond Discord's limits is cut and ends in an ellipsis: a label that is too long is better than no form.
    """
    return {
        "custom_id": custom_id,
        "title": shortened(title, limits.MODAL_TITLE_MAX),
        "components": [_labelled(name, field) for name, field in fields.items()],
    }


def _labelled(name: str, field: ModalField) -> Json:
    made: Json = {
        "type": int(ComponentType.LABEL),
        "label": shortened(field.label, limits.LABEL_TEXT_MAX),
        "component": _text_input(name, field),
    }
    if field.description:
        made["description"] = shortened(field.description, limits.LABEL_DESCRIPTION_MAX)
    return made


def _text_input(name: str, field: ModalField) -> Json:
    made: Json = {
        "type": int(ComponentType.TEXT_INPUT),
        "custom_id": name,
        "style": int(TextInputStyle[field.style.upper()]),
        "required": field.required,
    }
    for key, length in (("min_length", field.min_length), ("max_length", field.max_length)):
        if length is not None:
            made[key] = length
    if field.placeholder:
        made["placeholder"] = shortened(field.placeholder, limits.TEXT_INPUT_PLACEHOLDER_MAX)
    if field.value:  # the user may send it as it stands, so it has no ellipsis, and no more than the field takes
        made["value"] = field.value[: field.max_length or limits.TEXT_INPUT_VALUE_MAX]
    return made
