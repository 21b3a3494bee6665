"""Components of messages, held against the limits in Discord's docs."""

from collections.abc import Callable, Iterator
from typing import cast

import pytest

from runner.emulator.forms.messages import FormFault, MessageCall, check_message

Json = dict[str, object]
Build = Callable[[int], list[Json]]

V2 = 1 << 15

BAD_LENGTH = "BASE_TYPE_BAD_LENGTH"
MAX_LENGTH = "BASE_TYPE_MAX_LENGTH"
REQUIRED = "BASE_TYPE_REQUIRED"
CHOICES = "BASE_TYPE_CHOICES"
ABOVE = "NUMBER_TYPE_MAX"
BELOW = "NUMBER_TYPE_MIN"
UNION = "UNION_TYPE_CHOICES"
WIDTH = "COMPONENT_LAYOUT_WIDTH_EXCEEDED"
DUPLICATED = "COMPONENT_CUSTOM_ID_DUPLICATED"


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


def legacy(components: object) -> FormFault | None:
    return check_message({"content": "Hi", "components": components}, where=MessageCall.CREATE)


def v2(components: object) -> FormFault | None:
    return check_message({"flags": V2, "components": components}, where=MessageCall.CREATE)


def row(*children: Json) -> Json:
    return {"type": 1, "components": list(children)}


def button(custom_id: str = "a", **fields: object) -> Json:
    return {"type": 2, "style": 1, "custom_id": custom_id, "label": "Go", **fields}


def buttons(count: int) -> list[Json]:
    return [button(f"b{number}") for number in range(count)]


def option(number: int = 0, **fields: object) -> Json:
    return {"label": "L", "value": f"v{number}", **fields}


def options(count: int) -> list[Json]:
    return [option(number) for number in range(count)]


def select(**fields: object) -> Json:
    return {"type": 3, "custom_id": "s", "options": options(2), **fields}


def users(**fields: object) -> Json:
    return {"type": 5, "custom_id": "u", **fields}


def text(content: str = "Hi") -> Json:
    return {"type": 10, "content": content}


def section(*children: Json, **fields: object) -> Json:
    return {"type": 9, "components": list(children) or [text()], "accessory": button(), **fields}


def gallery(*items: Json) -> Json:
    return {"type": 12, "items": list(items)}


def item(**fields: object) -> Json:
    return {"media": {"url": "https://example.org/a.png"}, **fields}


def container(*children: Json, **fields: object) -> Json:
    return {"type": 17, "components": list(children) or [text()], **fields}


def user_defaults(count: int) -> list[Json]:
    return [{"id": f"{number}", "type": "user"} for number in range(count)]


LEGACY_BOUNDS: list[tuple[str, Build, int, str, str]] = [
    ("rows", lambda n: [row(button(f"b{number}")) for number in range(n)], 5, "components", MAX_LENGTH),
    ("buttons", lambda n: [row(*buttons(n))], 5, "components.0.components", BAD_LENGTH),
    ("custom-id", lambda n: [row(button("x" * n))], 100, "components.0.components.0.custom_id", BAD_LENGTH),
    ("label", lambda n: [row(button(label="x" * n))], 80, "components.0.components.0.label", MAX_LENGTH),
    (
        "url",
        lambda n: [row({"type": 2, "style": 5, "label": "L", "url": "https://a.b/".ljust(n, "x")})],
        512,
        "components.0.components.0.url",
        MAX_LENGTH,
    ),
    ("id", lambda n: [row(button(id=n))], 2**31 - 1, "components.0.components.0.id", ABOVE),
    ("options", lambda n: [row(select(options=options(n)))], 25, "components.0.components.0.options", BAD_LENGTH),
    (
        "placeholder",
        lambda n: [row(select(placeholder="x" * n))],
        150,
        "components.0.components.0.placeholder",
        MAX_LENGTH,
    ),
    (
        "option-label",
        lambda n: [row(select(options=[option(label="x" * n)]))],
        100,
        "components.0.components.0.options.0.label",
        BAD_LENGTH,
    ),
    (
        "option-value",
        lambda n: [row(select(options=[option(value="x" * n)]))],
        100,
        "components.0.components.0.options.0.value",
        BAD_LENGTH,
    ),
    (
        "option-description",
        lambda n: [row(select(options=[option(description="x" * n)]))],
        100,
        "components.0.components.0.options.0.description",
        MAX_LENGTH,
    ),
    ("max-values", lambda n: [row(users(max_values=n))], 25, "components.0.components.0.max_values", ABOVE),
    (
        "max-values-of-options",
        lambda n: [row(select(max_values=n))],
        2,
        "components.0.components.0.max_values",
        ABOVE,
    ),
    (
        "min-values",
        lambda n: [row(users(min_values=n, max_values=3))],
        3,
        "components.0.components.0.min_values",
        ABOVE,
    ),
    (
        "default-options",
        lambda n: [row(select(options=[option(number, default=True) for number in range(n)], max_values=1))],
        1,
        "components.0.components.0.options",
        "SELECT_COMPONENT_TOO_MANY_DEFAULT_VALUES",
    ),
    (
        "default-users",
        lambda n: [row(users(default_values=user_defaults(n), max_values=2))],
        2,
        "components.0.components.0.default_values",
        "SELECT_COMPONENT_TOO_MANY_DEFAULT_VALUES",
    ),
]

LEGACY_LOWER_BOUNDS: list[tuple[str, Build, int, str, str]] = [
    ("buttons", lambda n: [row(*buttons(n))], 1, "components.0.components", BAD_LENGTH),
    ("custom-id", lambda n: [row(button("x" * n))], 1, "components.0.components.0.custom_id", BAD_LENGTH),
    ("label", lambda n: [row(button(label="x" * n))], 1, "components.0.components.0.label", REQUIRED),
    ("id", lambda n: [row(button(id=n))], 0, "components.0.components.0.id", BELOW),
    ("options", lambda n: [row(select(options=options(n)))], 1, "components.0.components.0.options", BAD_LENGTH),
    ("min-values", lambda n: [row(users(min_values=n))], 0, "components.0.components.0.min_values", BELOW),
    (
        "max-values",
        lambda n: [row(users(min_values=0, max_values=n))],
        1,
        "components.0.components.0.max_values",
        BELOW,
    ),
    (
        "default-users",
        lambda n: [row(users(default_values=user_defaults(n), min_values=2, max_values=3))],
        2,
        "components.0.components.0.default_values",
        BAD_LENGTH,
    ),
    (
        "option-label",
        lambda n: [row(select(options=[option(label="x" * n)]))],
        1,
        "components.0.components.0.options.0.label",
        BAD_LENGTH,
    ),
]

V2_BOUNDS: list[tuple[str, Build, int, str, str]] = [
    ("total", lambda n: [text() for _ in range(n)], 40, "components", "COMPONENT_MAX_TOTAL_COMPONENTS_EXCEEDED"),
    (
        "total-nested",
        lambda n: [
            container(*(section(accessory=button(f"b{i}")) for i in range(12)), *(text() for _ in range(n - 37)))
        ],
        40,
        "components",
        "COMPONENT_MAX_TOTAL_COMPONENTS_EXCEEDED",
    ),
    (
        "text-total",
        lambda n: [text("x" * 3000), text("x" * (n - 3000))],
        4000,
        "components",
        "COMPONENT_DISPLAYABLE_TEXT_SIZE_EXCEEDED",
    ),
    ("text", lambda n: [text("x" * n)], 4000, "components.0.content", BAD_LENGTH),
    ("section", lambda n: [section(*(text() for _ in range(n)))], 3, "components.0.components", BAD_LENGTH),
    ("gallery", lambda n: [gallery(*(item() for _ in range(n)))], 10, "components.0.items", BAD_LENGTH),
    (
        "media-description",
        lambda n: [gallery(item(description="x" * n))],
        1024,
        "components.0.items.0.description",
        MAX_LENGTH,
    ),
    (
        "thumbnail-description",
        lambda n: [section(accessory={"type": 11, **item(description="x" * n)})],
        1024,
        "components.0.accessory.description",
        MAX_LENGTH,
    ),
    ("accent-color", lambda n: [container(accent_color=n)], 0xFFFFFF, "components.0.accent_color", ABOVE),
    ("spacing", lambda n: [{"type": 14, "spacing": n}], 2, "components.0.spacing", CHOICES),
]


V2_LOWER_BOUNDS: list[tuple[str, Build, int, str, str]] = [
    ("text", lambda n: [text("x" * n)], 1, "components.0.content", BAD_LENGTH),
    ("section", lambda n: [section() | {"components": [text()] * n}], 1, "components.0.components", BAD_LENGTH),
    ("gallery", lambda n: [gallery(*(item() for _ in range(n)))], 1, "components.0.items", BAD_LENGTH),
    ("accent-color", lambda n: [container(accent_color=n)], 0, "components.0.accent_color", BELOW),
    ("spacing", lambda n: [{"type": 14, "spacing": n}], 1, "components.0.spacing", CHOICES),
]


def ids(rows: list[tuple[str, Build, int, str, str]]) -> list[str]:
    return [name for name, *_ in rows]


@pytest.mark.parametrize(("_name", "build", "most", "place", "code"), LEGACY_BOUNDS, ids=ids(LEGACY_BOUNDS))
def test_a_row_passes_at_the_limit_and_is_refused_one_above(
    _name: str, build: Build, most: int, place: str, code: str
) -> None:
    assert legacy(build(most)) is None
    assert places(legacy(build(most + 1))) == [(place, code)]


@pytest.mark.parametrize(
    ("_name", "build", "least", "place", "code"), LEGACY_LOWER_BOUNDS, ids=ids(LEGACY_LOWER_BOUNDS)
)
def test_a_row_passes_at_the_lower_limit_and_is_refused_below(
    _name: str, build: Build, least: int, place: str, code: str
) -> None:
    assert legacy(build(least)) is None
    assert places(legacy(build(least - 1))) == [(place, code)]


@pytest.mark.parametrize(("_name", "build", "most", "place", "code"), V2_BOUNDS, ids=ids(V2_BOUNDS))
def test_a_layout_passes_at_the_limit_and_is_refused_one_above(
    _name: str, build: Build, most: int, place: str, code: str
) -> None:
    assert v2(build(most)) is None
    assert (place, code) in places(v2(build(most + 1)))


@pytest.mark.parametrize(("_name", "build", "least", "place", "code"), V2_LOWER_BOUNDS, ids=ids(V2_LOWER_BOUNDS))
def test_a_layout_passes_at_the_lower_limit_and_is_refused_below(
    _name: str, build: Build, least: int, place: str, code: str
) -> None:
    assert v2(build(least)) is None
    assert places(v2(build(least - 1))) == [(place, code)]


@pytest.mark.parametrize(
    ("children", "refused"),
    [
        ([select(), button()], ["components.0.components.1"]),
        ([button(), select()], ["components.0.components.1"]),
        ([select(), users()], ["components.0.components.1"]),
    ],
    ids=["select-button", "button-select", "two-selects"],
)
def test_a_select_fills_its_row(children: list[Json], refused: list[str]) -> None:
    assert places(legacy([row(*children)])) == [(place, WIDTH) for place in refused]


BUTTONS: list[tuple[str, Json, str, str]] = [
    ("no-style", {"type": 2, "custom_id": "a", "label": "L"}, ".style", REQUIRED),
    ("bad-style", button(style=7), ".style", CHOICES),
    ("no-custom-id", {"type": 2, "style": 2, "label": "L"}, ".custom_id", "BUTTON_COMPONENT_CUSTOM_ID_REQUIRED"),
    ("url", button(url="https://a.b"), "", "BUTTON_COMPONENT_CUSTOM_ID_URL_MUTUALLY_EXCLUSIVE"),
    ("sku", button(sku_id="7"), ".sku_id", "BUTTON_COMPONENT_FIELD_FORBIDDEN"),
    ("link-no-url", {"type": 2, "style": 5, "label": "L"}, ".url", REQUIRED),
    ("link-scheme", {"type": 2, "style": 5, "label": "L", "url": "steam://x"}, ".url", "URL_TYPE_INVALID_SCHEME"),
    (
        "link-custom-id",
        button(style=5, url="https://a.b"),
        "",
        "BUTTON_COMPONENT_CUSTOM_ID_URL_MUTUALLY_EXCLUSIVE",
    ),
    ("premium-no-sku", {"type": 2, "style": 6}, ".sku_id", REQUIRED),
    (
        "premium-label",
        {"type": 2, "style": 6, "sku_id": "7", "label": "L"},
        ".label",
        "BUTTON_COMPONENT_FIELD_FORBIDDEN",
    ),
    ("nothing-to-show", {"type": 2, "style": 1, "custom_id": "a"}, ".label", REQUIRED),
    ("emoji-name", button(emoji={"name": "thumbsup"}), ".emoji.name", "BUTTON_COMPONENT_INVALID_EMOJI"),
    ("emoji-empty", button(emoji={}), ".emoji.name", "BUTTON_COMPONENT_INVALID_EMOJI"),
    ("disabled", button(disabled="no"), ".disabled", "BOOLEAN_TYPE_CONVERT"),
]


@pytest.mark.parametrize(("child", "place", "code"), [case[1:] for case in BUTTONS], ids=[case[0] for case in BUTTONS])
def test_a_button_has_the_fields_of_its_style_and_no_others(child: Json, place: str, code: str) -> None:
    assert places(legacy([row(child)])) == [(f"components.0.components.0{place}", code)]


@pytest.mark.parametrize(
    "child",
    [
        button(url=None, sku_id=None, emoji=None, disabled=False),
        {"type": 2, "style": 4, "custom_id": "a", "emoji": {"name": "👍"}},
        {"type": 2, "style": 4, "custom_id": "a", "emoji": {"id": "7", "name": "lighthouse", "animated": False}},
        {"type": 2, "style": 5, "url": "discord://-/users/1", "label": "Me"},
        {"type": 2, "style": 6, "sku_id": "7"},
        select(min_values=0, max_values=2, disabled=True, placeholder=None),
        select(options=[option(0, default=True), option(1, emoji={"name": "1️⃣"}, description="Two")]),
        {"type": 8, "custom_id": "c", "channel_types": [0, 5], "default_values": [{"id": "7", "type": "channel"}]},
        {"type": 7, "custom_id": "m", "max_values": 2, "default_values": [{"id": "7", "type": "role"}]},
    ],
    ids=["nulls", "emoji", "own-emoji", "app-link", "premium", "select", "options", "channels", "mentionables"],
)
def test_a_child_of_a_row_is_taken_as_libraries_send_it(child: Json) -> None:
    assert legacy([row(child)]) is None


SELECTS: list[tuple[str, Json, str, str]] = [
    ("no-custom-id", {"type": 3, "options": options(1)}, ".custom_id", REQUIRED),
    ("no-options", {"type": 3, "custom_id": "s"}, ".options", REQUIRED),
    (
        "same-value",
        select(options=[option(), option(label="M")]),
        ".options.1",
        "SELECT_COMPONENT_OPTION_VALUE_DUPLICATED",
    ),
    ("channel-type", {"type": 8, "custom_id": "c", "channel_types": [99]}, ".channel_types.0", CHOICES),
    ("default-kind", users(default_values=[{"id": "7", "type": "role"}]), ".default_values.0.type", CHOICES),
    ("default-id", users(default_values=[{"type": "user"}]), ".default_values.0.id", REQUIRED),
    ("min-over-max", select(min_values=2), ".min_values", ABOVE),
]


@pytest.mark.parametrize(("child", "place", "code"), [case[1:] for case in SELECTS], ids=[case[0] for case in SELECTS])
def test_a_select_that_contradicts_itself_is_refused(child: Json, place: str, code: str) -> None:
    assert places(legacy([row(child)])) == [(f"components.0.components.0{place}", code)]


PLACEMENT: list[tuple[str, list[object], str, str]] = [
    ("no-type", [{"components": []}], "components.0.type", REQUIRED),
    ("unknown-type", [{"type": 99}], "components.0", UNION),
    ("button-at-the-top", [button()], "components.0", UNION),
    ("row-in-row", [row(row(button()))], "components.0.components.0", UNION),
    ("input-in-message", [row({"type": 4, "custom_id": "a", "style": 1})], "components.0.components.0", UNION),
    ("label-in-message", [{"type": 18, "label": "L"}], "components.0", UNION),
    ("container-in-container", [container(container())], "components.0.components.0", UNION),
    ("button-in-container", [container(button())], "components.0.components.0", UNION),
    ("button-in-section", [section(button("b"))], "components.0.components.0", UNION),
    ("text-as-accessory", [section(accessory=text())], "components.0.accessory", UNION),
    ("no-accessory", [section(accessory=None)], "components.0.accessory", REQUIRED),
    ("no-object", ["row"], "components.0", "MODEL_TYPE_CONVERT"),
    (
        "file-from-the-web",
        [{"type": 13, "file": {"url": "https://a.b"}}],
        "components.0.file.url",
        "URL_TYPE_INVALID_SCHEME",
    ),
    ("no-file", [{"type": 13}], "components.0.file", REQUIRED),
    ("no-media", [gallery({})], "components.0.items.0.media", REQUIRED),
    ("divider", [{"type": 14, "divider": 1}], "components.0.divider", "BOOLEAN_TYPE_CONVERT"),
]


@pytest.mark.parametrize(
    ("components", "place", "code"), [case[1:] for case in PLACEMENT], ids=[case[0] for case in PLACEMENT]
)
def test_a_layout_puts_each_component_where_it_belongs(components: list[object], place: str, code: str) -> None:
    assert places(v2(components)) == [(place, code)]


def test_a_layout_may_use_every_component_of_messages() -> None:
    everything = container(
        text(),
        section(accessory={"type": 11, **item(spoiler=True)}),
        {"type": 14, "divider": False, "spacing": 2},
        gallery(item(), {"media": {"url": "attachment://a.png"}}),
        {"type": 13, "file": {"url": "attachment://a.txt"}},
        row(*buttons(5)),
        accent_color=0,
        spoiler=False,
    )
    assert v2([everything, text(), row(select())]) is None


@pytest.mark.parametrize("kind", [9, 10, 12, 13, 14, 17])
def test_a_layout_component_without_the_flag_is_refused(kind: int) -> None:
    assert places(legacy([{"type": kind, "content": "Hi"}])) == [("components.0", UNION)]


def test_a_custom_id_is_unique_in_the_message_even_when_disabled() -> None:
    first, second = row(button("page:0", disabled=True)), row(button("page:0", disabled=True))
    assert places(legacy([first, second])) == [("components.1.components.0.custom_id", DUPLICATED)]
    assert places(v2([section(accessory=button("a")), row(select(custom_id="a"))])) == [
        ("components.1.components.0.custom_id", DUPLICATED)
    ]


def test_a_component_id_is_unique_unless_discord_is_to_choose_it() -> None:
    assert legacy([row(button("a", id=0), button("b", id=0), button("c", id=None))]) is None
    fault = legacy([row(button("a", id=3), button("b", id=3))])
    assert places(fault) == [("components.0.components.1.id", "COMPONENT_ID_DUPLICATED")]


@pytest.mark.parametrize(
    ("components", "status"),
    [
        ([gallery(*(item() for _ in range(10))) for _ in range(6)] + [gallery(*(item() for _ in range(4)))], None),
        ([gallery(*(item() for _ in range(10))) for _ in range(6)] + [gallery(*(item() for _ in range(5)))], 500),
        ([text("x" + "語" * 3385 + "xx")], None),
        ([text("x" + "語" * 3386)], 500),
    ],
    ids=["64-media", "65-media", "10170-bytes", "10171-bytes"],
)
def test_what_breaks_discord_is_answered_with_500_as_discord_does(components: list[Json], status: int | None) -> None:
    fault = v2(components)
    assert (fault and fault.status) == status
    assert fault is None or fault.as_json() == {"message": "500: Internal Server Error", "code": 0}
