"""Modals, held against the limits in Discord's docs."""

from collections.abc import Callable, Iterator
from typing import cast

import pytest

from runner.emulator.forms.messages import FormFault, check_modal

Json = dict[str, object]
Build = Callable[[int], Json]

BAD_LENGTH = "BASE_TYPE_BAD_LENGTH"
MAX_LENGTH = "BASE_TYPE_MAX_LENGTH"
REQUIRED = "BASE_TYPE_REQUIRED"
CHOICES = "BASE_TYPE_CHOICES"
ABOVE = "NUMBER_TYPE_MAX"
BELOW = "NUMBER_TYPE_MIN"
UNION = "UNION_TYPE_CHOICES"


def places(fault: FormFault | None) -> list[tuple[str, str]]:
    """Return where a 50035 finds fault, as "components.0.label", and with which inner code."""
    if fault is None:
        return []
    assert (fault.status, fault.code) == (400, 50035)
    return list(_leaves(cast("Json", fault.errors), ""))


def _leaves(node: Json, path: str) -> Iterator[tuple[str, str]]:
    for key, value in node.items():
        if key == "_errors":
            yield from ((path, error["code"]) for error in cast("list[dict[str, str]]", value))
        else:
            yield from _leaves(cast("Json", value), f"{path}.{key}" if path else key)


def modal(*components: object, **fields: object) -> Json:
    return {"custom_id": "feedback", "title": "Feedback", "components": list(components) or [label()], **fields}


def label(child: Json | None = None, **fields: object) -> Json:
    return {"type": 18, "label": "What?", "component": child or text_input(), **fields}


def text_input(custom_id: str = "q", **fields: object) -> Json:
    return {"type": 4, "custom_id": custom_id, "style": 1, **fields}


def asked(child: Json) -> Json:
    return modal(label(child))


def legacy_input() -> Json:
    return {"type": 1, "components": [text_input(label="What?")]}


def options(count: int, **fields: object) -> list[Json]:
    return [{"label": "L", "value": f"v{number}", **fields} for number in range(count)]


def select(**fields: object) -> Json:
    return {"type": 3, "custom_id": "s", "options": options(2), **fields}


def radio(**fields: object) -> Json:
    return {"type": 21, "custom_id": "r", "options": options(2), **fields}


def boxes(**fields: object) -> Json:
    return {"type": 22, "custom_id": "b", "options": options(3), **fields}


def upload(**fields: object) -> Json:
    return {"type": 19, "custom_id": "f", **fields}


CHILD = "data.components.0.component"

UPPER_BOUNDS: list[tuple[str, Build, int, str, str]] = [
    ("custom-id", lambda n: modal(custom_id="x" * n), 100, "data.custom_id", BAD_LENGTH),
    ("title", lambda n: modal(title="x" * n), 45, "data.title", BAD_LENGTH),
    ("components", lambda n: modal(*(label(text_input(f"q{i}")) for i in range(n))), 5, "data.components", BAD_LENGTH),
    ("label", lambda n: modal(label(label="x" * n)), 45, "data.components.0.label", BAD_LENGTH),
    (
        "label-description",
        lambda n: modal(label(description="x" * n)),
        100,
        "data.components.0.description",
        MAX_LENGTH,
    ),
    ("input-custom-id", lambda n: asked(text_input("x" * n)), 100, f"{CHILD}.custom_id", BAD_LENGTH),
    ("input-value", lambda n: asked(text_input(value="x" * n)), 4000, f"{CHILD}.value", MAX_LENGTH),
    ("input-placeholder", lambda n: asked(text_input(placeholder="x" * n)), 100, f"{CHILD}.placeholder", MAX_LENGTH),
    ("input-min-length", lambda n: asked(text_input(min_length=n)), 4000, f"{CHILD}.min_length", ABOVE),
    ("input-max-length", lambda n: asked(text_input(max_length=n)), 4000, f"{CHILD}.max_length", ABOVE),
    ("input-min-max", lambda n: asked(text_input(min_length=n, max_length=9)), 9, f"{CHILD}.min_length", ABOVE),
    (
        "legacy-label",
        lambda n: modal({"type": 1, "components": [text_input(label="x" * n)]}),
        45,
        "data.components.0.components.0.label",
        BAD_LENGTH,
    ),
    ("text", lambda n: modal({"type": 10, "content": "x" * n}), 4000, "data.components.0.content", BAD_LENGTH),
    ("select-options", lambda n: asked(select(options=options(n))), 25, f"{CHILD}.options", BAD_LENGTH),
    ("radio-options", lambda n: asked(radio(options=options(n))), 10, f"{CHILD}.options", BAD_LENGTH),
    (
        "radio-defaults",
        lambda n: asked(radio(options=[*options(n, default=True), {"label": "L", "value": "w"}])),
        1,
        f"{CHILD}.options",
        "SELECT_COMPONENT_TOO_MANY_DEFAULT_VALUES",
    ),
    ("boxes-options", lambda n: asked(boxes(options=options(n))), 10, f"{CHILD}.options", BAD_LENGTH),
    *(
        (
            f"boxes-option-{key}",
            lambda n, key=key: asked(boxes(options=[{"label": "L", "value": "v", key: "x" * n}])),
            100,
            f"{CHILD}.options.0.{key}",
            MAX_LENGTH if key == "description" else BAD_LENGTH,
        )
        for key in ("label", "value", "description")
    ),
    ("boxes-max-values", lambda n: asked(boxes(max_values=n)), 3, f"{CHILD}.max_values", ABOVE),
    ("boxes-min-values", lambda n: asked(boxes(min_values=n, max_values=2)), 2, f"{CHILD}.min_values", ABOVE),
    ("upload-max-values", lambda n: asked(upload(max_values=n)), 10, f"{CHILD}.max_values", ABOVE),
    ("upload-min-values", lambda n: asked(upload(min_values=n, max_values=10)), 10, f"{CHILD}.min_values", ABOVE),
    ("upload-types", lambda n: asked(upload(file_types=[".png"] * n)), 10, f"{CHILD}.file_types", MAX_LENGTH),
]

LOWER_BOUNDS: list[tuple[str, Build, int, str, str]] = [
    ("custom-id", lambda n: modal(custom_id="x" * n), 1, "data.custom_id", BAD_LENGTH),
    ("title", lambda n: modal(title="x" * n), 1, "data.title", BAD_LENGTH),
    ("components", lambda n: modal(components=[label()] * n), 1, "data.components", BAD_LENGTH),
    ("label", lambda n: modal(label(label="x" * n)), 1, "data.components.0.label", BAD_LENGTH),
    ("input-min-length", lambda n: asked(text_input(min_length=n)), 0, f"{CHILD}.min_length", BELOW),
    ("input-max-length", lambda n: asked(text_input(max_length=n)), 1, f"{CHILD}.max_length", BELOW),
    ("text", lambda n: modal({"type": 10, "content": "x" * n}), 1, "data.components.0.content", BAD_LENGTH),
    ("select-min-values", lambda n: asked(select(min_values=n)), 1, f"{CHILD}.min_values", BELOW),
    ("radio-options", lambda n: asked(radio(options=options(n))), 2, f"{CHILD}.options", BAD_LENGTH),
    ("boxes-options", lambda n: asked(boxes(options=options(n))), 1, f"{CHILD}.options", BAD_LENGTH),
    ("boxes-min-values", lambda n: asked(boxes(min_values=n)), 0, f"{CHILD}.min_values", BELOW),
    ("upload-max-values", lambda n: asked(upload(max_values=n)), 1, f"{CHILD}.max_values", BELOW),
    ("upload-min-values", lambda n: asked(upload(min_values=n)), 0, f"{CHILD}.min_values", BELOW),
]


@pytest.mark.parametrize(
    ("build", "most", "place", "code"), [row[1:] for row in UPPER_BOUNDS], ids=[row[0] for row in UPPER_BOUNDS]
)
def test_a_modal_passes_at_the_limit_and_is_refused_one_above(build: Build, most: int, place: str, code: str) -> None:
    assert check_modal(build(most)) is None
    assert places(check_modal(build(most + 1))) == [(place, code)]


@pytest.mark.parametrize(
    ("build", "least", "place", "code"), [row[1:] for row in LOWER_BOUNDS], ids=[row[0] for row in LOWER_BOUNDS]
)
def test_a_modal_passes_at_the_lower_limit_and_is_refused_below(
    build: Build, least: int, place: str, code: str
) -> None:
    assert check_modal(build(least)) is None
    assert places(check_modal(build(least - 1))) == [(place, code)]


FAULTS: list[tuple[str, object, str, str]] = [
    ("no-data", None, "data", REQUIRED),
    ("no-custom-id", {"title": "T", "components": [label()]}, "data.custom_id", REQUIRED),
    ("no-title", {"custom_id": "a", "components": [label()]}, "data.title", REQUIRED),
    ("no-components", {"custom_id": "a", "title": "T"}, "data.components", REQUIRED),
    ("button", asked({"type": 2, "style": 1, "custom_id": "b", "label": "L"}), CHILD, UNION),
    ("input-at-the-top", modal(text_input()), "data.components.0", UNION),
    ("container", modal({"type": 17, "components": []}), "data.components.0", UNION),
    ("no-child", modal({"type": 18, "label": "L"}), "data.components.0.component", REQUIRED),
    ("label-in-label", asked(text_input(label="L")), f"{CHILD}.label", "TEXT_INPUT_LABEL_FORBIDDEN"),
    ("style", asked(text_input(style=3)), f"{CHILD}.style", CHOICES),
    ("no-style", asked({"type": 4, "custom_id": "a"}), f"{CHILD}.style", REQUIRED),
    ("disabled-select", asked(select(disabled=True)), f"{CHILD}.disabled", CHOICES),
    ("required", asked(select(required="yes")), f"{CHILD}.required", "BOOLEAN_TYPE_CONVERT"),
    (
        "select-in-row",
        modal({"type": 1, "components": [select()]}),
        "data.components.0.components.0",
        UNION,
    ),
    (
        "legacy-no-label",
        modal({"type": 1, "components": [text_input()]}),
        "data.components.0.components.0.label",
        REQUIRED,
    ),
    (
        "same-custom-id",
        modal(label(), label(radio(custom_id="q"))),
        "data.components.1.component.custom_id",
        "COMPONENT_CUSTOM_ID_DUPLICATED",
    ),
    (
        "same-value",
        asked(radio(options=options(1) + options(1))),
        f"{CHILD}.options.1",
        "SELECT_COMPONENT_OPTION_VALUE_DUPLICATED",
    ),
]


@pytest.mark.parametrize(("data", "place", "code"), [row[1:] for row in FAULTS], ids=[row[0] for row in FAULTS])
def test_a_modal_that_discord_does_not_know_is_refused_at_its_place(data: object, place: str, code: str) -> None:
    assert places(check_modal(data)) == [(place, code)]


@pytest.mark.parametrize(
    "component",
    [
        label(text_input(label=None, style=2, required=False, value="", placeholder=None)),
        label(select(disabled=False, required=True)),
        label(select(required=False, min_values=0)),
        label({"type": 5, "custom_id": "u", "default_values": [{"id": "7", "type": "user"}]}),
        label({"type": 6, "custom_id": "u", "max_values": 25}),
        label({"type": 7, "custom_id": "u"}),
        label({"type": 8, "custom_id": "u", "channel_types": [0]}),
        label(upload(required=False, min_values=0, file_types=["image", ".pdf"])),
        label(radio(required=False)),
        label(boxes(options=options(3, default=True))),
        label({"type": 23, "custom_id": "c", "default": True}),
        {"type": 10, "content": "Please be kind."},
        legacy_input(),
    ],
    ids=[
        "null-label", "disabled-false", "optional-select", "users", "roles", "mentionables", "channels", "upload",
        "radio", "boxes", "checkbox", "text", "legacy-row",
    ],
)  # fmt: skip
def test_every_question_that_discord_knows_is_taken(component: Json) -> None:
    assert check_modal(modal(component)) is None
