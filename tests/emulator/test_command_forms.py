"""Definitions of commands, held against the limits in Discord's docs."""

from collections.abc import Callable, Iterator
from typing import cast

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from runner.emulator.commands.store import check_command, check_commands
from runner.emulator.forms.errors import FormFault

Json = dict[str, object]
Build = Callable[[int], Json]

BAD_LENGTH = "BASE_TYPE_BAD_LENGTH"
MAX_LENGTH = "BASE_TYPE_MAX_LENGTH"
REQUIRED = "BASE_TYPE_REQUIRED"
CHOICES = "BASE_TYPE_CHOICES"
ABOVE = "NUMBER_TYPE_MAX"
BELOW = "NUMBER_TYPE_MIN"
UNION = "UNION_TYPE_CHOICES"
REGEX = "STRING_TYPE_REGEX"
INVALID_NAME = "APPLICATION_COMMAND_INVALID_NAME"
DUPLICATE = "APPLICATION_COMMANDS_DUPLICATE_NAME"
TOO_LARGE = "APPLICATION_COMMAND_TOO_LARGE"
ORDER = "APPLICATION_COMMAND_OPTIONS_REQUIRED_INVALID"
MIXED = "APPLICATION_COMMAND_OPTIONS_TYPE_INVALID"

SUB, GROUP, STRING, INTEGER, BOOLEAN, USER, CHANNEL, NUMBER, ATTACHMENT = 1, 2, 3, 4, 5, 6, 7, 10, 11


def places(fault: FormFault | None) -> list[tuple[str, str]]:
    """Return where a 50035 finds fault, as "0.options.1.name", and with which inner code."""
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


def command(*options: Json, **fields: object) -> Json:
    return {"name": "ping", "description": "Check it", "options": list(options), **fields}


def option(kind: int = STRING, name: str = "text", *options: Json, **fields: object) -> Json:
    return {"type": kind, "name": name, "description": "Words", "options": list(options), **fields}


def many(count: int, kind: int = STRING) -> list[Json]:
    return [option(kind, f"o{number}") for number in range(count)]


def choices(count: int, **fields: object) -> list[Json]:
    return [{"name": f"C{number}", "value": f"v{number}", **fields} for number in range(count)]


def sized(total: int) -> Json:
    """Return a command of that many counted characters, most of them values of choices."""
    full = [{"name": "n" * 100, "value": "v" * 100} for _ in range(19)]
    options = [option(STRING, f"o{number}", description="d", choices=full) for number in range(2)]
    used = len("pingd") + 2 * (len("o0") + len("d") + 19 * 200)
    filler = option(STRING, "o9", description="d", choices=choices(1))
    rest = total - used - len("o9") - len("d")
    filler["choices"] = [
        {"name": "n" * min(100, part - 1), "value": "v" * (part - min(100, part - 1))} for part in _split(rest)
    ]
    return command(*options, filler, description="d")


def _split(rest: int) -> list[int]:
    return [min(200, rest - start) for start in range(0, rest, 200)]


UPPER_BOUNDS: list[tuple[str, Build, int, str, str]] = [
    ("name", lambda n: command(name="x" * n), 32, "name", BAD_LENGTH),
    ("menu-name", lambda n: {"type": 2, "name": "X" * n}, 32, "name", BAD_LENGTH),
    ("description", lambda n: command(description="x" * n), 100, "description", BAD_LENGTH),
    ("menu-description", lambda n: {"type": 3, "name": "X", "description": "x" * n}, 0, "description", MAX_LENGTH),
    ("menu-options", lambda n: {"type": 3, "name": "X", "options": many(n)}, 0, "options", MAX_LENGTH),
    ("name-translated", lambda n: command(name_localizations={"de": "x" * n}), 32, "name_localizations.de", BAD_LENGTH),
    (
        "description-translated",
        lambda n: command(description_localizations={"de": "x" * n}),
        100,
        "description_localizations.de",
        BAD_LENGTH,
    ),
    (
        "translations",
        lambda n: command(name_localizations={f"l{number}": "x" for number in range(n)}),
        34,
        "name_localizations",
        MAX_LENGTH,
    ),
    ("options", lambda n: command(*many(n)), 25, "options", MAX_LENGTH),
    ("subcommands", lambda n: command(*many(n, SUB)), 25, "options", MAX_LENGTH),
    ("group", lambda n: command(option(GROUP, "g", *many(n, SUB))), 25, "options.0.options", MAX_LENGTH),
    ("subcommand", lambda n: command(option(SUB, "s", *many(n))), 25, "options.0.options", MAX_LENGTH),
    ("option-name", lambda n: command(option(name="x" * n)), 32, "options.0.name", BAD_LENGTH),
    ("option-description", lambda n: command(option(description="x" * n)), 100, "options.0.description", BAD_LENGTH),
    ("choices", lambda n: command(option(choices=choices(n))), 25, "options.0.choices", MAX_LENGTH),
    (
        "choice-name",
        lambda n: command(option(choices=choices(1, name="x" * n))),
        100,
        "options.0.choices.0.name",
        BAD_LENGTH,
    ),
    (
        "choice-value",
        lambda n: command(option(choices=choices(1, value="x" * n))),
        100,
        "options.0.choices.0.value",
        MAX_LENGTH,
    ),
    (
        "choice-integer",
        lambda n: command(option(INTEGER, choices=choices(1, value=n))),
        2**53 - 1,
        "options.0.choices.0.value",
        ABOVE,
    ),
    ("min-value", lambda n: command(option(INTEGER, min_value=n)), 2**53 - 1, "options.0.min_value", ABOVE),
    ("max-value", lambda n: command(option(NUMBER, max_value=n)), 2**53, "options.0.max_value", ABOVE),
    ("min-max-value", lambda n: command(option(NUMBER, min_value=n, max_value=9)), 9, "options.0.min_value", ABOVE),
    ("min-length", lambda n: command(option(min_length=n)), 6000, "options.0.min_length", ABOVE),
    ("max-length", lambda n: command(option(max_length=n)), 6000, "options.0.max_length", ABOVE),
    ("min-max-length", lambda n: command(option(min_length=n, max_length=9)), 9, "options.0.min_length", ABOVE),
    (
        "file-types",
        lambda n: command(option(ATTACHMENT, file_types=[".png"] * n)),
        10,
        "options.0.file_types",
        MAX_LENGTH,
    ),
    (
        "permissions",
        lambda n: command(default_member_permissions=n),
        2**54 - 1,
        "default_member_permissions",
        ABOVE,
    ),
    ("size", sized, 8000, "", TOO_LARGE),
]

LOWER_BOUNDS: list[tuple[str, Build, int, str, str]] = [
    ("name", lambda n: command(name="x" * n), 1, "name", BAD_LENGTH),
    ("menu-name", lambda n: {"type": 2, "name": "X" * n}, 1, "name", BAD_LENGTH),
    ("description", lambda n: command(description="x" * n), 1, "description", BAD_LENGTH),
    ("option-description", lambda n: command(option(description="x" * n)), 1, "options.0.description", BAD_LENGTH),
    ("min-value", lambda n: command(option(INTEGER, min_value=n)), 1 - 2**53, "options.0.min_value", BELOW),
    ("max-value", lambda n: command(option(NUMBER, max_value=n)), -(2**53), "options.0.max_value", BELOW),
    ("min-length", lambda n: command(option(min_length=n)), 0, "options.0.min_length", BELOW),
    ("max-length", lambda n: command(option(max_length=n)), 1, "options.0.max_length", BELOW),
    ("permissions", lambda n: command(default_member_permissions=n), 0, "default_member_permissions", BELOW),
    ("contexts", lambda n: command(contexts=[0] * n), 1, "contexts", BAD_LENGTH),
    ("integration-types", lambda n: command(integration_types=[0] * n), 1, "integration_types", BAD_LENGTH),
]


@pytest.mark.parametrize(
    ("build", "most", "place", "code"), [row[1:] for row in UPPER_BOUNDS], ids=[row[0] for row in UPPER_BOUNDS]
)
def test_a_command_passes_at_the_limit_and_is_refused_one_above(build: Build, most: int, place: str, code: str) -> None:
    assert check_command(build(most), guild=False) is None
    assert places(check_command(build(most + 1), guild=False)) == [(place, code)]


@pytest.mark.parametrize(
    ("build", "least", "place", "code"), [row[1:] for row in LOWER_BOUNDS], ids=[row[0] for row in LOWER_BOUNDS]
)
def test_a_command_passes_at_the_lower_limit_and_is_refused_below(
    build: Build, least: int, place: str, code: str
) -> None:
    assert check_command(build(least), guild=False) is None
    assert places(check_command(build(least - 1), guild=False)) == [(place, code)]


FAULTS: list[tuple[str, object, str, str]] = [
    ("no-object", ["ping"], "", "MODEL_TYPE_CONVERT"),
    ("no-name", {"description": "x"}, "name", REQUIRED),
    ("no-description", {"name": "ping"}, "description", REQUIRED),
    ("type", command(type=9), "type", CHOICES),
    ("uppercase", command(name="Ping"), "name", INVALID_NAME),
    ("space", command(name="two words"), "name", REGEX),
    ("option-name", command(option(name="a.b")), "options.0.name", REGEX),
    ("translation", command(name_localizations={"de": "Zwei Worte"}), "name_localizations.de", REGEX),
    ("translation-type", command(name_localizations={"de": 7}), "name_localizations.de", "STRING_TYPE_CONVERT"),
    ("nsfw", command(nsfw="yes"), "nsfw", "BOOLEAN_TYPE_CONVERT"),
    ("context", command(contexts=[3]), "contexts.0", CHOICES),
    ("context-twice", command(contexts=[0, 0]), "contexts.1", "SET_TYPE_ALREADY_CONTAINS_VALUE"),
    ("permissions", command(default_member_permissions="manage"), "default_member_permissions", "NUMBER_TYPE_COERCE"),
    ("option-no-type", command({"name": "a", "description": "b"}), "options.0.type", REQUIRED),
    ("option-name-type", command({"type": 3, "name": 7, "description": "b"}), "options.0.name", "STRING_TYPE_CONVERT"),
    ("name-type", command(name=["ping"]), "name", "STRING_TYPE_CONVERT"),
    ("option-type", command(option(99)), "options.0", UNION),
    ("group-in-group", command(option(GROUP, "g", option(GROUP, "h"))), "options.0.options.0", UNION),
    ("option-in-group", command(option(GROUP, "g", option())), "options.0.options.0", UNION),
    ("sub-in-sub", command(option(SUB, "s", option(SUB, "t"))), "options.0.options.0", UNION),
    ("group-in-sub", command(option(SUB, "s", option(GROUP, "t"))), "options.0.options.0", UNION),
    ("mixed", command(option(SUB, "s"), option()), "options", MIXED),
    ("order", command(option(), option(USER, "u", required=True)), "options.1", ORDER),
    (
        "order-below",
        command(option(SUB, "s", option(), option(USER, "u", required=True))),
        "options.0.options.1",
        ORDER,
    ),
    ("same-name", command(option(), option(USER, "text")), "options.1.name", DUPLICATE),
    (
        "same-translation",
        command(option(name_localizations={"de": "user"}), option(USER, "user")),
        "options.1.name_localizations.de",
        DUPLICATE,
    ),
    ("choice-type", command(option(INTEGER, choices=choices(1))), "options.0.choices.0.value", CHOICES),
    (
        "choices-and-autocomplete",
        command(option(choices=choices(1), autocomplete=True)),
        "options.0.autocomplete",
        CHOICES,
    ),
    ("autocomplete-user", command(option(USER, autocomplete=True)), "options.0.autocomplete", CHOICES),
    ("integer-bound", command(option(INTEGER, min_value=1.5)), "options.0.min_value", "NUMBER_TYPE_COERCE"),
    ("boolean-bound", command(option(NUMBER, max_value=True)), "options.0.max_value", "NUMBER_TYPE_COERCE"),
    ("nan-bound", command(option(NUMBER, max_value=float("nan"))), "options.0.max_value", BELOW),
    ("channel-type", command(option(CHANNEL, channel_types=[99])), "options.0.channel_types.0", CHOICES),
]  # fmt: skip


@pytest.mark.parametrize(("item", "place", "code"), [row[1:] for row in FAULTS], ids=[row[0] for row in FAULTS])
def test_a_command_that_discord_does_not_know_is_refused_at_its_place(item: object, place: str, code: str) -> None:
    assert places(check_command(item, guild=False)) == [(place, code)]


@pytest.mark.parametrize(
    "item",
    [
        command(type=1, default_member_permissions="0", dm_permission=False, nsfw=True, contexts=[0, 1, 2]),
        command(default_member_permissions=32, integration_types=[0, 1], default_permission=True),
        command(name="naïve-42_'", description_localizations=None, name_localizations={"de": "größe", "xx": "x"}),
        {"type": 2, "name": "Show Profile", "description": ""},
        {"type": 3, "name": "Report message", "description": None, "options": None},
        command(option(SUB, "open", option(required=True), option(USER, "who")), option(GROUP, "admin", option(SUB))),
        command(option(INTEGER, min_value=-5, max_value=5, choices=choices(1, value=3))),
        command(option(NUMBER, min_value=0, max_value=1.5, autocomplete=True)),
        command(option(CHANNEL, channel_types=[0, 5])),
        command(option(BOOLEAN, something_new=1), new_key=[]),
        command(option(name_localizations={"de": "wort"}), option(USER, "wort", name_localizations={"de": "user"})),
    ],
    ids=[
        "access", "numbers", "languages", "user-menu", "message-menu", "tree", "integer", "number", "channel",
        "unknown", "translations-swap",
    ],
)  # fmt: skip
def test_every_command_that_discord_knows_is_taken(item: Json) -> None:
    assert check_command(item, guild=False) is None


def test_of_a_translated_text_only_the_longest_counts_for_the_size() -> None:
    at_limit = sized(8000)
    assert check_command({**at_limit, "description_localizations": {"de": "e", "fr": "f"}}, guild=False) is None
    longer = {**at_limit, "description_localizations": {"de": "ee"}}
    assert places(check_command(longer, guild=False)) == [("", TOO_LARGE)]


def test_a_bulk_overwrite_names_the_command_at_fault() -> None:
    fault = check_commands([command(), command(option(name="Bad"), name="pong"), "x"], guild=True)
    assert places(fault) == [("2", "MODEL_TYPE_CONVERT"), ("1.options.0.name", INVALID_NAME)]
    assert places(check_commands({"0": command()}, guild=True)) == [("", "LIST_TYPE_CONVERT")]
    assert places(check_commands([sized(8001)], guild=True)) == [("0", TOO_LARGE)]


def test_a_name_is_unique_per_type_in_one_overwrite() -> None:
    menus = [{"type": kind, "name": "ping"} for kind in (2, 3)]
    assert check_commands([command(), *menus], guild=False) is None
    assert places(check_commands([command(), *menus, command(type=1)], guild=False)) == [("3", DUPLICATE)]


@pytest.mark.parametrize(
    ("kind", "guild", "most"),
    [
        (1, False, 100), (2, False, 15), (3, False, 15), (4, False, 1),
        (1, True, 100), (2, True, 15), (3, True, 15), (4, True, 0),
    ],
)  # fmt: skip
def test_a_scope_holds_so_many_commands_of_a_type(kind: int, guild: bool, most: int) -> None:
    description = "d" if kind == 1 else ""
    items = [{"type": kind, "name": f"c{number}", "description": description} for number in range(most + 1)]
    assert check_commands(items[:most], guild=guild) is None
    fault = check_commands(items, guild=guild)
    assert fault is not None
    assert (fault.status, fault.code, fault.errors) == (400, 30032, None)


def test_an_overwrite_has_at_most_130_commands() -> None:
    items = [command(name=f"c{number}") for number in range(131)]
    assert ("", MAX_LENGTH) in places(check_commands(items, guild=False))


KEYS = st.sampled_from(
    ["type", "name", "description", "options", "choices", "value", "name_localizations", "required", "de", "contexts"]
)
VALUES = st.none() | st.booleans() | st.integers(0, 11) | st.floats() | st.sampled_from(["", "a", "B", "1"])
TREES = st.recursive(VALUES, lambda below: st.lists(below, max_size=3) | st.dictionaries(KEYS, below), max_leaves=30)


@settings(max_examples=200, deadline=None)
@given(st.lists(TREES, max_size=4))
def test_whatever_is_sent_gets_an_answer(items: list[object]) -> None:
    fault = check_commands(items, guild=False)
    if fault:
        assert fault.status == 400


def test_a_bottomless_command_is_refused_rather_than_followed() -> None:
    node: Json = {}
    for _ in range(5000):
        node = {"type": GROUP, "name": "g", "description": "d", "options": [node]}
    assert places(check_command(command(node), guild=False)) == [("options.0.options.0", UNION)]
