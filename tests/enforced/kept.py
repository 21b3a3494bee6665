"""What a bot keeps: values, records, and the steps that read and write them."""

from collections.abc import Mapping
from dataclasses import replace

from tests.enforced.case import Case, case, ran, step, waited
from tests.enforced.keys import Json

BOTH = (ran(), ran(user="Kim"))
ANYTHING = "{scope: global, type: data, default: five}"
"""What it is shows only when it runs."""


def value(keys: str, declared: str, steps: str, instead: Mapping[str, Json] | None = None) -> Case:
    """Return a case of how a value is declared."""
    bot = f"state: {{IT: {{{declared}}}, IT_x: {ANYTHING}}}\ncommands: {{IT: {{description: d, steps: [{steps}]}}}}"
    return case("state.*", keys, bot, *BOTH, instead=instead)


VALUES = (
    "state: {IT: {scope: user, type: integer, default: 1}, IT_b: {scope: user, type: integer, default: 5}, "
    "IT_l: {scope: user, type: list, items: string, default: [x, y]}, IT_k: {scope: user, type: list, items: string}}"
)
SHOWN = "{reply: '{{ state.IT }} {{ state.IT_b }} {{ state.IT_l | join }} {{ state.IT_k | join }}'}"


def on_value(name: str, keys: str, taking: str, instead: Mapping[str, Json] | None = None) -> Case:
    """Return a case of a step on one of four values, which are shown then, of oneself and of Kim."""
    steps = f"{{set: {{state: IT, to: 7}}}}, {{set: {{state: IT_b, to: 8}}}}, {{{name}: {{{taking}}}}}, {SHOWN}"
    options = "options: {who: {type: user, description: d, required: true}}"
    bot = (
        f"commands: {{IT: {{description: d, {options}, steps: [{steps}]}}, IT_show: {{description: d, "
        f"steps: [{SHOWN}]}}, "
    )
    bot += f"IT_fill: {{description: d, steps: [{{set: {{state: IT, to: 3}}}}, {SHOWN}]}}}}\n{VALUES}"
    shown = (ran("IT_fill", user="Kim"), ran(who="Kim"), ran("IT_show", user="Kim"))
    made = case(f"step.{name}", keys, bot, *shown, instead=instead)
    return replace(made, keys=[f"step.{name}", *made.keys])


OF = "of: '{{ options.who }}'"
COUNT = "{increment: {state: IT}}, {reply: '{{ state.IT }}'}"
ON_VALUES = [
    value("scope", "scope: user, type: integer, default: 0", COUNT, {"scope": "guild"}),
    value("default!", "type: integer, default: 5", COUNT),
    value("type", "type: integer", "{set: {state: IT, to: '{{ state.IT_x }}'}}, {reply: Ok}", {"type": "string"}),
    value(
        "items!",
        "type: list, items: integer",
        "{append: {state: IT, value: '{{ state.IT_x }}'}}, {reply: Ok}",
        {"items": "string"},
    ),
    value(
        "limit",
        "type: list, items: string, limit: 1",
        "{append: {state: IT, value: x}}, {append: {state: IT, value: y}}, {reply: '{{ state.IT | join }}'}",
    ),
    on_value("set", "state to of", f"state: IT, to: 2, {OF}"),
    on_value("unset", "state of", f"state: IT, {OF}"),
    on_value("increment", "state by of", f"state: IT, by: 3, {OF}"),
    on_value("append", "state value of", f"state: IT_l, value: z, {OF}", {"state": "IT_k"}),
    on_value("remove", "state value of", f"state: IT_l, value: x, {OF}", {"state": "IT_k", "value": "y"}),
    case(
        "step.set",
        "expires",
        "commands: {IT: {description: d, steps: [{set: {state: IT, to: 7, expires: 1s}}, {reply: ok}]}, "
        f"IT_show: {{description: d, steps: [{SHOWN}]}}}}\n{VALUES}",
        ran(),
        waited(5),
        ran("IT_show"),
    ),
    step(
        "get",
        "state of",
        "{set: {state: IT, to: 7}}, {set: {state: IT_b, to: 8}}, {id: g, get: {state: IT, of: '{{ options.who }}'}}, "
        "{reply: '{{ steps.g.value }}'}",
        ran(who="Kim"),
        more=VALUES,
        other={"state": "IT_b"},
    ),
    step("transaction", "", "{transaction: [{increment: {state: IT}}]}, {reply: '{{ state.IT }}'}", more=VALUES),
]

NAMED = "{insert: {into: IT, values: {name: '{{ user.name }}'}}}"
ROWS = "{id: all, find: {in: IT}}, {reply: '{{ steps.all.rows | tojson }}'}"


def table(owner: str, keys: str, declared: str, steps: str, instead: Mapping[str, Json] | None = None) -> Case:
    """Return a case of how a table is declared."""
    bot = (
        f"state: {{IT_x: {ANYTHING}}}\nrecords: {{IT: {{{declared}}}}}\ncommands: {{IT: {{description: "
        f"d, steps: [{steps}]}}}}"
    )
    return case(owner, keys, bot, *BOTH, instead=instead)


TABLES = "records: {IT: {fields: {n: integer, name: string}}, IT_b: {fields: {n: integer, name: string}}}"
FILL = "{for_each: '[3, 1, 2]', do: [{insert: {into: IT, values: {n: '{{ item }}', name: x}}}]}, "
AFTER = (
    ", {id: a, find: {in: IT}}, {id: b, find: {in: IT_b}}, {reply: \"{{ steps.a.rows | map('n') | "
    "join }} {{ steps.a.rows | map('name') | join }} {{ steps.b.rows | map('n') | join }}\"}"
)


def on_table(name: str, keys: str, taking: str, instead: Mapping[str, Json] | None = None) -> Case:
    """Return a case of a step on a table of three, which is shown then, and an empty one."""
    return step(name, keys, f"{FILL}{{{name}: {{{taking}}}}}{AFTER}", more=TABLES, instead=instead)


def reads_table(name: str, keys: str, taking: str, shown: str, other: Json) -> Case:
    """Return a case of a step that reads of a table of three."""
    steps = f'{FILL}{{id: f, {name}: {{{taking}}}}}, {{reply: "{{{{ {shown} }}}}"}}'
    return step(name, keys, steps, more=TABLES, instead={"in": "IT_b"}, other=other)


FIELDS = "fields: {name: string}"
FOUND = "steps.f.rows | map('n') | join"
ON_TABLES = [
    table("records.*", "scope", f"scope: user, {FIELDS}", f"{NAMED}, {ROWS}"),
    table(
        "records.*", "fields", "fields: {name: string, n: integer}", f"{NAMED}, {ROWS}", {"fields": {"name": "string"}}
    ),
    table("records.*", "unique", f"{FIELDS}, unique: [[name]]", f"{NAMED}, {NAMED}, {{reply: Ok}}"),
    table("records.*", "limit", f"{FIELDS}, limit: 1", f"{NAMED}, {NAMED}, {{reply: Ok}}"),
    table(
        "records.*.fields.*",
        "type",
        "fields: {name: {type: integer}}",
        "{insert: {into: IT, values: {name: '{{ state.IT_x }}'}}}, {reply: Ok}",
        {"type": "string"},
    ),
    table(
        "records.*.fields.*", "default", "fields: {name: string, n: {type: integer, default: 5}}", f"{NAMED}, {ROWS}"
    ),
    on_table(
        "insert", "into values", "into: IT, values: {n: 9, name: y}", {"into": "IT_b", "values": {"n": 8, "name": "y"}}
    ),
    on_table(
        "change",
        "in where set",
        "in: IT, where: {n: 2}, set: {name: y}",
        {"in": "IT_b", "where": {}, "set": {"name": "z"}},
    ),
    on_table("drop", "from where", "from: IT, where: {n: 2}", {"from": "IT_b", "where": {}}),
    reads_table("find", "in where", "in: IT, where: {n: 2}", FOUND, {"in": "IT"}),
    reads_table("find", "order limit offset", "in: IT, order: -n, limit: 1, offset: 1", FOUND, {"in": "IT"}),
    reads_table("count", "in where", "in: IT, where: {n: 2}", "steps.f.count", {"in": "IT"}),
]
CASES = [*ON_VALUES, *ON_TABLES]
