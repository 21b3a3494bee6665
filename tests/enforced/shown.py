"""Components with a name and forms: how they look, and what they are given."""

from tests.enforced.case import Act, Case, Scene, case, pressed, ran, submitted
from tests.enforced.keys import Json
from tests.enforced.world import BUG, IDEA

SHOW = "commands: {IT: {description: d, reply: {content: Ask, components: [SHOWN]}}}\n"
BUTTON = SHOW.replace("SHOWN", "IT") + "components: {IT: {button: {KEY}, reply: Hi}}"
LINK = SHOW.replace("SHOWN", "IT") + "components: {IT: {button: {KEY}}}"
SELECT = SHOW.replace("SHOWN", "IT") + 'components: {IT: {select: {KEY}, reply: "{{ values | join }}"}}'
PARAMS = (
    SHOW.replace("SHOWN", "{IT: {n: 2}}")
    + "components: {IT: {button: {label: B}, params: {n: integer}, reply: '{{ params.n }}'}}"
)
FORM = "commands: {IT: {description: d, steps: [{modal: IT}]}}\nmodals: {IT: {title: T, fields: {KEY}, reply: Hi}}"


async def old(scene: Scene) -> None:
    """Press a button of a message from before it was renamed."""
    message = scene.made.local.world.message(scene.shown())
    assert message is not None
    message.components[0]["components"][0]["custom_id"] = f"lr:{scene.it}_old"
    await scene.went(scene.made.local.click(user="Robin", message=message.id, custom_id=f"lr:{scene.it}_old"))


def field(keys: str, declared: str, *acts: Act, instead: Json = None) -> Case:
    """Return a case of how a field of a form is declared."""
    return case("modals.*.fields.*", keys, FORM.replace("KEY", declared), *(acts or (ran(),)), instead=instead or {})


CASES = [
    case("components.*", "button", BUTTON.replace("KEY", "label: B"), instead={"button": {"label": "C"}}),
    case(
        "components.*", "select", SELECT.replace("KEY", "options: {a: A}"), instead={"select": {"options": {"a": "B"}}}
    ),
    case("components.*", "params!", PARAMS, ran(), pressed("B"), instead={"params": {"n": "string"}}),
    case(
        "components.*",
        "aliases",
        BUTTON.replace("KEY", "label: B").replace("reply: Hi", "aliases: IT_old, reply: Hi"),
        ran(),
        old,
    ),
    case(
        "components.*.button",
        "label emoji style disabled",
        BUTTON.replace("KEY", "label: B, emoji: '👍', style: danger, disabled: true"),
    ),
    case(
        "components.*.button",
        "url",
        LINK.replace("KEY", "label: B, url: 'https://a.example'"),
        instead={"url": "https://b.example"},
    ),
    case("components.*.button", "sku", LINK.replace("KEY", f"sku: '{BUG}'"), instead={"sku": str(IDEA)}),
    case(
        "components.*.select",
        "options placeholder min_values max_values default_values disabled",
        SELECT.replace(
            "KEY",
            "options: {a: A, b: B}, placeholder: P, min_values: 0, max_values: 2, default_values: [a], disabled: true",
        ),
        instead={"options": {"a": "A", "b": "C"}},
    ),
    case(
        "components.*.select",
        "type",
        SELECT.replace("KEY", "type: role").replace("values | join", "values | length"),
        instead={"type": "user"},
    ),
    case(
        "components.*.select",
        "channel_types",
        SELECT.replace("KEY", "type: channel, channel_types: text").replace("values | join", "values | length"),
    ),
    case("modals.*", "title fields", FORM.replace("KEY", "f: F"), instead={"fields": {"f": "F", "g": "G"}}),
    case(
        "modals.*",
        "params",
        "commands: {IT: {description: d, steps: [{modal: {name: IT, with: {n: 2}}}]}}\n"
        "modals: {IT: {title: T, params: {n: integer}, fields: {f: F}, reply: \"{{ 'number' if params.n "
        "is number else 'text' }}\"}}",
        ran(),
        submitted(f="x"),
        instead={"params": {"n": "string"}},
    ),
    field(
        "label! description style required min_length max_length placeholder value",
        "f: {label: F, description: D, style: paragraph, required: false, min_length: 2, max_length: 9, "
        "placeholder: P, value: abc}",
    ),
    field("text", "t: {text: Read}, f: F", instead={"text": "Write"}),
    field("type", "f: {label: F, type: user}", instead={"type": "role"}),
    field("options", "f: {label: F, type: select, options: {a: A}}", instead={"options": {"a": "B"}}),
    field(
        "min_values max_values default_values",
        "f: {label: F, type: select, options: {a: A, b: B, c: C}, min_values: 2, max_values: 3, "
        "default_values: [a, b]}",
        instead={"max_values": 2},
    ),
    field("default", "f: {label: F, type: checkbox, default: true}"),
    field("channel_types", "f: {label: F, type: channel, channel_types: text}"),
    field("file_types", "f: {label: F, type: file_upload, file_types: image}"),
]
