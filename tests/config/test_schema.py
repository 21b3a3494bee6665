"""The schema that editors use: valid, closed, described, and the one that is in the repository."""

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, cast

import pytest
from jsonschema import Draft7Validator

from runner.actions.action import load_actions
from runner.config import source
from runner.config.document import Document
from runner.config.fits import fits
from runner.config.schema import is_bare, schema

ROOT = Path(__file__).parents[2]
ACTIONS = load_actions()
SCHEMA = schema(ACTIONS)
VALIDATOR: Any = Draft7Validator(SCHEMA)  # Any: its stubs take no plain `object`
ORDINARY = (ROOT / "bot.yaml", ROOT / "benchmarks/bench.yaml")
FILES = sorted((*ORDINARY, *ROOT.glob("tests/configs/accepted/*.yaml"), *ROOT.glob("tests/configs/refused/*.yaml")))

Part = Mapping[str, Any]  # Any: JSON


def parts(part: object, path: str = "") -> Iterator[tuple[str, Part]]:
    """Yield every schema inside a schema, with its path."""
    if not isinstance(part, dict):
        return
    schema_part = cast(Part, part)
    yield path, schema_part
    for name in ("items", "additionalProperties", "propertyNames"):
        yield from parts(schema_part.get(name), f"{path}/{name}")
    for name in ("properties", "definitions"):
        for key, value in schema_part.get(name, {}).items():
            yield from parts(value, f"{path}/{key}")
    for value in (*schema_part.get("anyOf", ()), *schema_part.get("allOf", ())):
        yield from parts(value, path)
    for name in ("then", "else"):  # what is of another kind is not judged by them
        if schema_part.get("type") == "object" and name in schema_part:
            yield from parts({"type": "object", **schema_part[name]}, path)


PARTS = list(parts(SCHEMA))


def test_the_schema_is_valid_draft_07() -> None:
    assert SCHEMA["$schema"] == "http://json-schema.org/draft-07/schema#"
    Draft7Validator.check_schema(SCHEMA)


def test_no_mapping_takes_a_key_that_is_not_declared() -> None:
    objects = [(path, part) for path, part in PARTS if part.get("type") == "object" and "if" not in part]
    assert len(objects) > 20
    assert [path for path, part in objects if part.get("additionalProperties", True) is True] == []


def test_every_key_is_described() -> None:
    declared = [
        (f"{path}/{name}", value)
        for path, part in PARTS
        for name, value in part.get("properties", {}).items()
        if name != "$schema"
    ]
    assert len(declared) > 60
    assert [
        path for path, value in declared if not value.get("description") or not value.get("markdownDescription")
    ] == []


def test_nothing_stands_beside_a_reference_where_draft_07_would_ignore_it() -> None:
    assert [path for path, part in PARTS if "$ref" in part and len(part) > 1] == []


def test_every_reference_leads_somewhere() -> None:
    references = {part["$ref"].removeprefix("#/definitions/") for _, part in PARTS if "$ref" in part}
    assert references == set(SCHEMA["definitions"])


def test_every_pattern_has_words_for_people() -> None:
    spoken = [part for _, part in PARTS if "pattern" in part and "patternErrorMessage" not in part]
    assert [part for part in spoken if part.get("pattern") != r"^\{\{[\s\S]*\}\}$"] == []


def test_every_pattern_covers_the_whole_value() -> None:
    patterns = [part["pattern"] for _, part in PARTS if "pattern" in part]
    assert [pattern for pattern in patterns if not (pattern.startswith("^") and pattern.endswith("$"))] == []


def test_the_schema_in_the_repository_is_this_one() -> None:
    written = json.loads((ROOT / "schemas/bot.schema.json").read_text(encoding="utf-8"))
    assert written == SCHEMA, "run `make fix`"


@pytest.mark.parametrize("file", ORDINARY, ids=lambda file: file.stem)
def test_the_schema_takes_the_bots_of_the_repository(file: Path) -> None:
    root = source.parse(file.read_bytes(), file.name).root
    assert root is not None
    assert list(VALIDATOR.iter_errors(source.plain(root))) == []


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_the_quick_look_never_takes_what_the_schema_refuses(file: Path) -> None:
    root = source.parse(file.read_bytes(), file.name).root
    if root is not None and fits(Document, root, ACTIONS):
        assert [error.message for error in VALIDATOR.iter_errors(source.plain(root))] == []


@pytest.mark.parametrize("file", ORDINARY, ids=lambda file: file.stem)
def test_the_quick_look_takes_ordinary_files(file: Path) -> None:
    root = source.parse(file.read_bytes(), file.name).root
    assert root is not None
    assert fits(Document, root, ACTIONS)


EMPTY: dict[str, object] = {}
NO_ITEMS: list[object] = []
TEXTS = ("", "x", "{{ x }}", "5s", "9" * 40)
BROKEN = (EMPTY, NO_ITEMS, *TEXTS, 0, -1, 1.5, True, None, {"x": 1}, [EMPTY], ["x"])
WHOLE = """
version: 1
bot: {token: t, guilds: ["123456789012345678"], presence: {status: online, activity: {type: playing, name: n}}}
defaults: {response: auto, timeout: 5s, on_error: [stop], on_timeout: [stop]}
vars: {a: 1}
checks: {c: {permissions: ban_members, roles: {any: ["@a"]}, users: "123456789012345678", if: a, denied: d}}
commands:
  it:
    description: d
    check: c
    permissions: {member: [ban_members], bot: ban_members, denied: d}
    visible_to: [ban_members]
    timeout: 5s
    response: {strategy: [reply, ephemeral], ephemeral: true, defer_after: 1s}
    options:
      o: {type: string, description: d, required: true, min_length: 1, max_length: 2, choices: {a: A}}
      n: {type: number, description: d, min: 1, max: 2.5}
      c: {type: channel, description: d, channel_types: [text]}
    steps:
      - {id: i, when: a, timeout: 5s, catch: [stop], send: {content: c, channel: "#a", mentions: [here]}}
      - {send: {content: c, components: [b]}}
      - {if: a, then: [stop], else: [stop]}
      - {let: {a: 1}}
      - {wait: 5s}
      - {log: {message: m, level: info}}
      - {require: {check: c, if: a, denied: d}}
      - {update: {content: c, components: []}}
      - {defer: {ephemeral: "{{ a }}"}}
      - reply: a
      - fail: a
components:
  b: {button: {label: l, style: primary, disabled: false}, reply: {content: c, ephemeral: true}, steps: [{modal: m}]}
modals:
  m:
    title: t
    check: c
    response: modal
    fields:
      f: {label: l, description: d, style: short, required: true, placeholder: p, value: v}
      g: {label: l, min_length: 0, max_length: 9}
      h: l
    reply: a
"""


def changed(value: object) -> Iterator[object]:
    """Yield the value with one of its parts replaced by something else, for each part and each replacement."""
    yield from BROKEN
    if isinstance(value, dict):
        entries = cast(dict[str, object], value)
        for name in entries:
            yield from ({**entries, name: other} for other in changed(entries[name]))
            yield {key: item for key, item in entries.items() if key != name}
            yield {**entries, "unknown": entries[name]}
    if isinstance(value, list):
        items = cast(list[object], value)
        for index, item in enumerate(items):
            yield from ([*items[:index], other, *items[index + 1 :]] for other in changed(item))


def as_nodes(value: object) -> source.Node:
    """Return a value as nodes of a file that has nothing else in it."""
    root = source.parse(f"whole: {json.dumps(value)}", "bot.yaml").root
    assert root is not None
    return source.at(root, ("whole",))


def test_the_quick_look_and_the_schema_agree_on_every_change_of_a_whole_config() -> None:
    root = source.parse(WHOLE, "bot.yaml").root
    assert root is not None
    assert list(VALIDATOR.iter_errors(source.plain(root))) == []
    assert fits(Document, root, ACTIONS)
    taken = [config for config in changed(source.plain(root)) if fits(Document, as_nodes(config), ACTIONS)]
    assert len(taken) > 100
    assert [config for config in taken if not VALIDATOR.is_valid(config)] == []


LABELS = {
    "of the greatest length": ("a" * 45, True),
    "longer": ("a" * 46, False),
    "a long template": ("{{ user.name }}" + "a" * 45, True),
    "with a block": ("{% if a %}" + "a" * 45 + "{% endif %}", True),
    "with a brace": ("{" + "a" * 45, False),
    "empty": ("", False),
}


@pytest.mark.parametrize(("label", "is_taken"), LABELS.values(), ids=LABELS)
def test_a_template_may_be_longer_than_the_text_it_gives(label: str, is_taken: bool) -> None:
    config = {"modals": {"m": {"title": "t", "fields": {"f": label}}}}
    assert VALIDATOR.is_valid(config) is is_taken
    assert fits(Document, as_nodes(config), ACTIONS) is is_taken


def test_an_action_can_be_its_name_alone_where_it_does_something_then() -> None:
    about_whoever_runs_it = {"add_thread_member", "disconnect_member", "remove_thread_member"}
    alone = {"create_invite", "defer", "return", "stop", "transcript", *about_whoever_runs_it}
    assert {name for name, action in ACTIONS.items() if is_bare(action)} == alone
