"""Forms: as much of Discord's JSON as is known before one opens, and what a submission is held against.

Source: Discord docs, Interactions: Receiving and Responding, Modal; Components: Component Reference.
"""

from collections.abc import Callable, Mapping
from typing import cast

from runner.compile.bodies import Json, body_renderer, leaf, present, text
from runner.compile.choices import defaults_json, options_json
from runner.compile.program import AskedField, Context
from runner.compile.words import channel_types
from runner.config import document
from runner.custom_ids import MODAL_PREFIX, CustomId, Values
from runner.formats import shortened
from runner.lifecycle import limits
from runner.lifecycle.limits import ComponentType, TextInputStyle
from runner.questions import Form

Fields = Mapping[str, document.FormField]

_TYPES: Mapping[str, ComponentType] = {
    **dict.fromkeys(document.TYPED, ComponentType.TEXT_INPUT),
    "select": ComponentType.STRING_SELECT,
    "user": ComponentType.USER_SELECT,
    "role": ComponentType.ROLE_SELECT,
    "mentionable": ComponentType.MENTIONABLE_SELECT,
    "channel": ComponentType.CHANNEL_SELECT,
    "file_upload": ComponentType.FILE_UPLOAD,
    "radio_group": ComponentType.RADIO_GROUP,
    "checkbox_group": ComponentType.CHECKBOX_GROUP,
    "checkbox": ComponentType.CHECKBOX,
}


def form_renderer(name: str, modal: document.Modal) -> Callable[[Context, Values], Json]:
    """Return what makes a form's body, from the context of the step that opens it and what that gives to it.

    Where it takes parameters, there is a `CustomId` in the body in place of the text that it is still to become.
    """
    body: Json = {"title": leaf(modal.title), "components": form_components(modal.fields)}
    render, types = body_renderer(body), modal.params

    def render_form(context: Context, given: Values) -> Json:
        custom_id = CustomId(MODAL_PREFIX, name, types, given) if types else MODAL_PREFIX + name
        filled: Json = render({**context, "params": given}) if render else body
        return {"custom_id": custom_id, **filled}

    return render_form


def form_body(form: Form, custom_id: str) -> Json:
    """Return the body of a form that a step asks to fill in: everything in it is known by now."""
    fields = cast(Fields, form.fields)
    return {
        "custom_id": custom_id,
        "title": shortened(form.title, limits.MODAL_TITLE_MAX),
        "components": form_components(fields),
    }


def asked_in(form: Form) -> Mapping[str, AskedField]:
    """Return what each field of a form takes that a step asks to fill in."""
    return asked_fields(cast(Fields, form.fields))


def form_components(fields: Fields) -> list[Json]:
    """Return the fields of a form as JSON with holes. Their custom ids are their names."""
    return [_component(name, field) for name, field in fields.items()]


def asked_fields(fields: Fields) -> Mapping[str, AskedField]:
    """Return what each field of a form takes, in the terms in which Discord sends it."""
    return {name: _asked(field) for name, field in fields.items() if field.text is None}


def _component(name: str, field: document.FormField) -> Json:
    if field.text is not None:
        return {"type": int(ComponentType.TEXT_DISPLAY), "content": leaf(field.text)}
    return present(
        type=int(ComponentType.LABEL),
        label=leaf(field.label),
        description=text(field.description),
        component={"type": int(_TYPES[field.type]), "custom_id": name, **_details(field)},
    )


def _details(field: document.FormField) -> Json:
    """Return what the component of a field says besides its type and its name."""
    match field.type:
        case _ if field.is_typed:
            return _text_input(field)
        case "checkbox":
            return present(default=leaf(field.default))
        case "radio_group":
            return present(required=field.required, options=options_json(field.options, field.default_values, 1))
        case "select" | "checkbox_group":
            return _counted(field, options=options_json(field.options, field.default_values, field.most))
        case "file_upload":
            return _counted(field, file_types=list(field.file_types) or None)
        case _:
            chosen = defaults_json(field.type, field.default_values, field.most)
            return _counted(field, default_values=chosen, channel_types=channel_types(field.channel_types) or None)


def _counted(field: document.FormField, **more: object) -> Json:
    return present(
        required=field.required,
        placeholder=text(field.placeholder),
        min_values=field.min_values,
        max_values=field.max_values,
        **more,
    )


def _text_input(field: document.FormField) -> Json:
    most = field.max_length or limits.TEXT_INPUT_VALUE_MAX
    return present(
        style=int(TextInputStyle[field.style.upper()]),
        required=field.required,
        min_length=field.min_length,
        max_length=field.max_length,
        placeholder=leaf(field.placeholder, lambda said: shortened(said, limits.TEXT_INPUT_PLACEHOLDER_MAX) or None),
        value=leaf(field.value, lambda said: said[:most] or None),
    )


def _asked(field: document.FormField) -> AskedField:
    kind = _TYPES[field.type]
    if kind is ComponentType.TEXT_INPUT:
        least, most = field.min_length or 0, field.max_length or limits.TEXT_INPUT_VALUE_MAX
        return AskedField(kind, field.required, max(least, 1) if field.required else least, most)
    is_single = field.most == 1 and kind is not ComponentType.CHECKBOX_GROUP
    return AskedField(
        kind,
        field.required and kind is not ComponentType.CHECKBOX,
        field.least,
        field.most,
        is_single=is_single,
        values=frozenset(field.options),
        channel_types=frozenset(channel_types(field.channel_types)),
        file_types=field.file_types,
    )
