"""What Discord takes as a modal. Source: Discord docs, Components: Component Reference, and Interactions: Receiving
and Responding, Modal.
"""

from typing import Final

from runner.emulator.forms.components import check_text_display
from runner.emulator.forms.fields import Form
from runner.emulator.forms.selects import (
    SELECTS,
    check_defaults,
    check_options,
    check_select,
    check_values_range,
    chosen_options,
)
from runner.emulator.forms.tally import Tally
from runner.lifecycle import limits
from runner.lifecycle.limits import ComponentType, TextInputStyle

_TOP: Final = (ComponentType.ACTION_ROW, ComponentType.TEXT_DISPLAY, ComponentType.LABEL)
_LABEL_CHILDREN: Final = (
    *SELECTS,
    ComponentType.TEXT_INPUT,
    ComponentType.FILE_UPLOAD,
    ComponentType.RADIO_GROUP,
    ComponentType.CHECKBOX_GROUP,
    ComponentType.CHECKBOX,
)


def check_modal_form(modal: Form) -> None:
    """Record what is wrong with a modal: its title, its custom id, and what it asks."""
    modal.text("custom_id", limits.CUSTOM_ID_MAX, least=limits.CUSTOM_ID_MIN, required=True)
    modal.text("title", limits.MODAL_TITLE_MAX, least=1, required=True)
    least, most = limits.MODAL_COMPONENTS_MIN, limits.MODAL_COMPONENTS_MAX
    tally = Tally()
    for component in modal.children("components", least=least, most=most, required=True):
        _check_top(component, tally)


def _check_top(component: Form, tally: Tally) -> None:
    match tally.enter(component, _TOP):
        case ComponentType.LABEL:
            _check_label(component, tally)
        case ComponentType.TEXT_DISPLAY:
            check_text_display(component, tally)
        case ComponentType.ACTION_ROW:
            _check_legacy_row(component, tally)
        case _:
            pass  # another type is a fault that `enter` has recorded


def _check_legacy_row(row: Form, tally: Tally) -> None:
    for child in row.children("components", least=1, most=1, required=True):
        if tally.enter(child, (ComponentType.TEXT_INPUT,)):
            child.text("label", limits.TEXT_INPUT_LEGACY_LABEL_MAX, least=1, required=True)
            _check_text_input(child, tally)


def _check_label(label: Form, tally: Tally) -> None:
    label.text("label", limits.LABEL_TEXT_MAX, least=1, required=True)
    label.text("description", limits.LABEL_DESCRIPTION_MAX)
    child = label.child("component", required=True)
    if child:
        _check_question(child, tally)


def _check_question(child: Form, tally: Tally) -> None:
    kind = tally.enter(child, _LABEL_CHILDREN)
    child.boolean("required")
    match kind:
        case ComponentType.TEXT_INPUT:
            _check_labelled_input(child, tally)
        case ComponentType.FILE_UPLOAD:
            tally.claim_custom_id(child)
            check_values_range(child, limits.FILE_UPLOAD_VALUES_MAX, limits.FILE_UPLOAD_VALUES_MAX)
            child.items("file_types", most=limits.FILE_TYPES_MAX)
        case ComponentType.RADIO_GROUP:
            _check_radio_group(child, tally)
        case ComponentType.CHECKBOX_GROUP:
            _check_checkbox_group(child, tally)
        case ComponentType.CHECKBOX:
            tally.claim_custom_id(child)
            child.boolean("default")
        case None:
            pass  # `enter` has recorded the fault
        case select:
            _check_modal_select(child, select, tally)


def _check_labelled_input(field: Form, tally: Tally) -> None:
    # discord.py sends `label: null` here, which is no label.
    if field.has("label"):
        field.refuse("TEXT_INPUT_LABEL_FORBIDDEN", "The label stands on the Label component", "label")
    _check_text_input(field, tally)


def _check_text_input(field: Form, tally: Tally) -> None:
    tally.claim_custom_id(field)
    field.choice("style", tuple(TextInputStyle), required=True)
    field.text("value", limits.TEXT_INPUT_VALUE_MAX)
    field.text("placeholder", limits.TEXT_INPUT_PLACEHOLDER_MAX)
    field.boolean("required")
    least = field.integer("min_length", 0, limits.TEXT_INPUT_MIN_LENGTH_MAX)
    most = field.integer("max_length", limits.TEXT_INPUT_MAX_LENGTH_MIN, limits.TEXT_INPUT_MAX_LENGTH_MAX)
    if least is not None and most is not None:
        field.in_range(least, 0, most, "min_length")


def _check_modal_select(select: Form, kind: ComponentType, tally: Tally) -> None:
    check_select(select, kind, tally)
    # discord.py sends `disabled: false` here, which Discord takes. Nobody documents the inner code for true.
    if select.values.get("disabled") is True:
        select.refuse_choice((False,), "disabled")
    is_required = select.values.get("required") is not False
    if kind is ComponentType.STRING_SELECT and is_required and select.values.get("min_values") == 0:
        select.in_range(0, 1, limits.SELECT_VALUES_MAX, "min_values")


def _check_radio_group(group: Form, tally: Tally) -> None:
    tally.claim_custom_id(group)
    options = check_options(group, limits.RADIO_GROUP_OPTIONS_MIN, limits.RADIO_GROUP_OPTIONS_MAX)
    check_defaults(group, chosen_options(options), 1, "options")


def _check_checkbox_group(group: Form, tally: Tally) -> None:
    tally.claim_custom_id(group)
    options = check_options(group, limits.CHECKBOX_GROUP_OPTIONS_MIN, limits.CHECKBOX_GROUP_OPTIONS_MAX)
    least, most = check_values_range(group, limits.CHECKBOX_GROUP_VALUES_MAX, limits.CHECKBOX_GROUP_VALUES_MAX)
    # Unlike a select, a group lets every option be chosen unless it says otherwise.
    most = most if group.has("max_values") else len(options)
    if options and group.in_range(most, 1, len(options), "max_values"):
        group.in_range(least, 0, most, "min_values")
    check_defaults(group, chosen_options(options), most, "options")
