"""Buttons and forms: as much of Discord's JSON as is known before anybody uses them."""

from runner.compile.program import CUSTOM_ID_PREFIX, MODAL_PREFIX, Context, Json, Render
from runner.compile.renderers import entry_renderer, renderer
from runner.config import document
from runner.lifecycle.limits import ButtonStyle, ComponentType
from runner.modals import modal_body


def modal_renderer(name: str, written: document.Modal) -> Render:
    """Return what makes a form's body, from the context of the step that opens it."""
    title, custom_id = renderer(written.title), MODAL_PREFIX + name
    renders = {field: entry_renderer(entry) for field, entry in written.fields.items()}

    def render_modal(context: Context) -> Json:
        fields = {
            field: render(context) if (render := renders[field]) else entry for field, entry in written.fields.items()
        }
        return modal_body(custom_id, title(context) if title else written.title, fields)

    return render_modal


def button(name: str, button: document.Button) -> Json:
    made: Json = {
        "type": int(ComponentType.BUTTON),
        "style": int(ButtonStyle[button.style.upper()]),
        "label": button.label,
        "custom_id": CUSTOM_ID_PREFIX + name,
    }
    return {**made, "disabled": True} if button.disabled else made
