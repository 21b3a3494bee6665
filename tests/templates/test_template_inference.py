"""Templates against typed scopes: what is refused, what it is called, and the type of what is let through."""

from collections.abc import Mapping

import pytest

from runner.templates import check, narrow, parse
from runner.templates.sandbox import compile_template
from runner.templates.types import (
    ANY,
    BOOLEAN,
    INSTANT,
    INTEGER,
    NONE,
    NUMBER,
    SNOWFLAKE,
    STRING,
    ListOf,
    MapOf,
    Object,
    Type,
    optional,
    union,
)

USER = Object("a user", {"id": SNOWFLAKE, "name": STRING, "mention": STRING, "nick": optional(STRING)})
POINT = Object("a point", {"x": INTEGER})
SCOPE: Mapping[str, Type] = {
    "user": USER,
    "target": optional(USER),
    "options": Object(
        "the options of this command", {"count": INTEGER, "target": optional(USER), "note": optional(STRING)}
    ),
    "rows": ListOf(Object("a row", {"n": INTEGER, "owner": USER})),
    "state": MapOf(INTEGER),
    "maybe_rows": optional(ListOf(INTEGER)),
    "either": union(USER, POINT),
    "now": INSTANT,
    "ratio": NUMBER,
    "yes": BOOLEAN,
    "nothing": NONE,
    "raw": ANY,
}

TYPES = {
    "name": ("user", USER),
    "attribute": ("user.name", STRING),
    "item": ("user['id']", SNOWFLAKE),
    "optional-attribute": ("user.nick", optional(STRING)),
    "either-attribute": ("either.x", INTEGER),
    "anything": ("raw.a.b[0]", ANY),
    "map": ("state.points", INTEGER),
    "map-by-name": ("state[user.name]", INTEGER),
    "list-item": ("rows[0].owner.name", STRING),
    "list-cut": ("rows[1:]", ListOf(Object("a row", {"n": INTEGER, "owner": USER}))),
    "text-item": ("user.name[0]", ANY),
    "number": ("1", INTEGER),
    "fraction": ("1.5", NUMBER),
    "text": ("'a'", STRING),
    "true": ("true", BOOLEAN),
    "none": ("none", NONE),
    "list": ("[1, 2]", ListOf(INTEGER)),
    "mixed-list": ("[1, 'a']", ListOf(union(INTEGER, STRING))),
    "empty-list": ("[]", ListOf(ANY)),
    "mapping": ("{'a': 1}.a", INTEGER),
    "sum": ("options.count + 1", INTEGER),
    "fractional-sum": ("options.count + 1.5", NUMBER),
    "quotient": ("options.count / 2", NUMBER),
    "whole-quotient": ("options.count // 2", INTEGER),
    "later": ("now + 3600", INSTANT),
    "time-between": ("now - now", NUMBER),
    "texts": ("user.name + user.id", STRING),
    "repeated-text": ("'-' * options.count", STRING),
    "lists": ("[1] + ['a']", ListOf(union(INTEGER, STRING))),
    "anything-and-a-number": ("raw + 1", ANY),
    "negative": ("-options.count", INTEGER),
    "concatenation": ("1 ~ 'a'", STRING),
    "comparison": ("1 < 2 < 3", BOOLEAN),
    "membership": ("'a' in user.name", BOOLEAN),
    "and": ("yes and 1", union(BOOLEAN, INTEGER)),
    "or-rules-none-out": ("user.nick or user.name", STRING),
    "not": ("not user", BOOLEAN),
    "conditional": ("1 if yes else 'a'", union(INTEGER, STRING)),
    "conditional-without-else": ("1 if yes", optional(INTEGER)),
    "test": ("user is defined", BOOLEAN),
    "default": ("user.nick | default('a')", STRING),
    "default-of-none": ("nothing | default(1)", INTEGER),
    "default-of-another-type": ("user.nick | default(1)", union(STRING, INTEGER)),
    "default-behind-none": ("target.name | default('nobody')", STRING),
    "upper": ("user.name | upper", STRING),
    "upper-of-an-id": ("user.id | upper", STRING),
    "length": ("rows | length", INTEGER),
    "first": ("rows | first", Object("a row", {"n": INTEGER, "owner": USER})),
    "map-filter": ("rows | map(attribute='owner.name')", ListOf(STRING)),
    "sorted": ("[2, 1] | sort", ListOf(INTEGER)),
    "least": ("[2, 1] | min", INTEGER),
    "items": ("state | items", ListOf(ListOf(union(STRING, INTEGER)))),
    "keys": ("state | list", ListOf(STRING)),
    "range": ("range(options.count)", ListOf(INTEGER)),
    "round": ("ratio | round", NUMBER),
    "abs": ("options.count | abs", INTEGER),
    "timestamp": ("now | timestamp", STRING),
    "mention": ("user | mention", STRING),
}


@pytest.mark.parametrize(("source", "expected"), TYPES.values(), ids=TYPES.keys())
def test_an_expression_has_the_type(source: str, expected: Type) -> None:
    checked = check(parse(source, expression=True), SCOPE)

    assert (checked.faults, checked.type) == ((), expected)


def test_text_is_text_and_a_single_value_has_its_own_type() -> None:
    assert check(parse("plain"), SCOPE).type is STRING
    assert check(parse("{{ options.count }}"), SCOPE).type is INTEGER
    assert check(parse("{{ options.count }} "), SCOPE).type is STRING


LET_THROUGH = {
    "optional-printed": "{{ user.nick }}!",
    "optional-compared": "{{ user.nick == 'a' }}",
    "optional-tested": "{{ target is defined and target.name == 'a' }}",
    "narrowed-by-if": "{% if target %}{{ target.name }}{% endif %}",
    "narrowed-by-else": "{% if not target %}nobody{% else %}{{ target.name }}{% endif %}",
    "narrowed-by-elif": "{% if target is none %}a{% elif target.name == 'b' %}c{% endif %}",
    "narrowed-by-defined": "{% if target is defined %}{{ target.name }}{% endif %}",
    "narrowed-by-not-undefined": "{% if target is not undefined %}{{ target.name }}{% endif %}",
    "narrowed-by-comparison": "{% if target != none %}{{ target.name }}{% endif %}",
    "narrowed-by-equality": "{% if user.nick == 'a' %}{{ user.nick | upper }}{% endif %}",
    "narrowed-by-attribute": "{% if options.target %}{{ options.target.name }}{% endif %}",
    "narrowed-by-item": "{% if options['target'] %}{{ options.target.name }}{% endif %}",
    "narrowed-by-and": "{{ target and target.name }}",
    "narrowed-by-or": "{{ not target or target.name }}",
    "narrowed-by-both": "{% if target and options.note %}{{ target.name ~ options.note | upper }}{% endif %}",
    "narrowed-by-neither": "{% if not target or not options.note %}{% else %}{{ options.note | upper }}{% endif %}",
    "narrowed-by-conditional": "{{ target.name if target else 'nobody' }}",
    "narrowed-by-loop-condition": "{% for u in [target] if u %}{{ u.name }}{% endfor %}",
    "narrowed-behind-an-optional": "{% if target.nick is defined %}{{ target.nick | upper }}{% endif %}",
    "loop": "{% for row in rows %}{{ loop.index }}{{ row.owner.name }}{% else %}{{ user.name }}{% endfor %}",
    "loop-over-keys": "{% for key in state %}{{ key | upper }}{{ state[key] + 1 }}{% endfor %}",
    "pairs": "{% for key, value in state | items %}{{ key }}{{ value }}{% endfor %}",
    "set": "{% set x = user %}{{ x.name }}",
    "set-of-several": "{% set x, y = [1, 2] %}{{ x + y }}",
    "set-in-both-branches": "{% if yes %}{% set x = 1 %}{% else %}{% set x = 2 %}{% endif %}{{ x + 1 }}",
    "set-in-one-branch-printed": "{% if yes %}{% set x = 1 %}{% endif %}{{ x }}",
    "set-anew": "{% set x = none %}{% set x = 1 %}{{ x + 1 }}",
}


@pytest.mark.parametrize("source", LET_THROUGH.values(), ids=LET_THROUGH.keys())
def test_what_can_work_is_let_through(source: str) -> None:
    assert check(parse(source), SCOPE).faults == ()


REFUSED = {
    "name": ("{{ usr.name }}", "template-unknown-name", "there is no `usr` here", "did you mean `user`?"),
    "name-after-its-loop": (
        "{% for row in rows %}{% endfor %}{{ row }}.",
        "template-unknown-name",
        "there is no `row` here",
        "did you mean `rows`?",
    ),
    "attribute": ("{{ user.nmae }}", "template-unknown-attribute", "`user` has no `nmae`", "did you mean `name`?"),
    "attribute-unlike-any": (
        "{{ user.zzz }}",
        "template-unknown-attribute",
        "`user` has no `zzz`",
        "it has `id`, `mention`, `name`, `nick`",
    ),
    "attribute-of-a-row": (
        "{{ rows[0].zzz }}",
        "template-unknown-attribute",
        "`rows[…]` has no `zzz`",
        "it has `n`, `owner`",
    ),
    "attribute-of-text": (
        "{{ user.name.zzz }}",
        "template-unknown-attribute",
        "`user.name` is text and has no `zzz`",
        "",
    ),
    "filter-as-attribute": (
        "{{ user.name.upper }}",
        "template-unknown-attribute",
        "`user.name` is text and has no `upper`",
        "write `user.name | upper`",
    ),
    "attribute-of-none-of-them": (
        "{{ either.zzz }}",
        "template-unknown-attribute",
        "`either` has no `zzz`",
        "it has `id`, `mention`, `name`, `nick`, `x`",
    ),
    "attribute-of-items": (
        "{{ rows | map(attribute='zzz') }}",
        "template-unknown-attribute",
        "`the item` has no `zzz`",
        "it has `n`, `owner`",
    ),
    "loop-variable": (
        "{% for row in rows %}{{ loop.indx }}{% endfor %}",
        "template-unknown-attribute",
        "`loop` has no `indx`",
        "did you mean `index`?",
    ),
    "filter-on-the-wrong-type": (
        "{{ options.count | upper }}",
        "template-type",
        "`upper` needs text, and `options.count` is a whole number",
        "",
    ),
    "argument-of-the-wrong-type": (
        "{{ user.name | truncate('a') }}",
        "template-type",
        "`length` of `truncate` needs a whole number, and `'a'` is text",
        "",
    ),
    "loop-over-a-number": (
        "{% for x in options.count %}{% endfor %}",
        "template-type",
        "a loop needs a list or a mapping, and `options.count` is a whole number",
        "",
    ),
    "unpacked-number": (
        "{% set a, b = 1 %}",
        "template-type",
        "taking apart needs a list, and `this` is a whole number",
        "",
    ),
    "range-of-text": (
        "{{ range(user.name) }}",
        "template-type",
        "`range` needs a whole number, and `user.name` is text",
        "",
    ),
    "item-of-a-number": (
        "{{ options.count[yes] }}",
        "template-type",
        "`[…]` needs a list or a mapping or text, and `options.count` is a whole number",
        "",
    ),
    "list-by-name": (
        "{{ rows[user.name] }}",
        "template-type",
        "`[…]` needs a whole number, and `user.name` is text",
        "",
    ),
    "map-by-number": ("{{ state[1] }}", "template-type", "`[…]` needs text, and `1` is a whole number", ""),
    "cut-by-text": (
        "{{ rows['a':] }}",
        "template-type",
        "a position needs a whole number or nothing, and `'a'` is text",
        "",
    ),
    "cut-of-a-number": (
        "{{ ratio[1:] }}",
        "template-type",
        "cutting needs a list or text, and `ratio` is a number",
        "",
    ),
    "text-plus-number": (
        "{{ user.name + 1 }}",
        "template-type",
        "`+` doesn't go with text and a whole number",
        "write `~` to put texts together",
    ),
    "text-minus-number": ("{{ user.name - 1 }}", "template-type", "`-` doesn't go with text and a whole number", ""),
    "negative-text": ("{{ -user.name }}", "template-type", "`-` needs a number, and `user.name` is text", ""),
    "object-as-text": (
        "Hi {{ user }}",
        "template-type",
        "`user` is a user, and that can't be written as text",
        "write `user.mention`",
    ),
    "plain-object-as-text": (
        "Hi {{ rows[0] }}",
        "template-type",
        "`rows[…]` is a row, and that can't be written as text",
        "it has `n`, `owner`",
    ),
    "list-as-text": (
        "Hi {{ [1] }}",
        "template-type",
        "`this` is a list, each item a whole number, and that can't be written as text",
        "write `this | join(', ')`",
    ),
    "object-in-a-concatenation": (
        "{{ 'a' ~ user }}",
        "template-type",
        "`user` is a user, and that can't be written as text",
        "write `user.mention`",
    ),
    "never-equal": ("{{ options.count == 'a' }}", "template-type", "a whole number is never equal to text", ""),
    "id-and-number": (
        "{{ user.id == 80351110224678912 }}",
        "template-type",
        "an id is text and never equal to a number",
        "write the id in quotes",
    ),
    "no-order": ("{{ user < 1 }}", "template-type", "a user and a whole number have no order", ""),
    "in-a-number": (
        "{{ 1 in options.count }}",
        "template-type",
        "`in` needs a list, a mapping or text, not a whole number",
        "",
    ),
    "number-in-text": (
        "{{ 1 in user.name }}",
        "template-type",
        "text is searched for text, not for a whole number",
        "",
    ),
}


@pytest.mark.parametrize(("source", "slug", "headline", "fix"), REFUSED.values(), ids=REFUSED.keys())
def test_what_can_not_work_is_refused(source: str, slug: str, headline: str, fix: str) -> None:
    (fault,) = check(parse(source), SCOPE).faults

    assert (fault.slug, fault.headline, fault.fix) == (slug, headline, fix)


MAY_BE_NONE = {
    "attribute": ("{{ target.name }}", "target", "asking it for `name`"),
    "none-in-a-filter": ("{{ user.nick | upper }}", "user.nick", "`upper`"),
    "none-in-a-sum": ("{{ 'a' + user.nick }}", "user.nick", "`+`"),
    "none-in-a-loop": ("{% for x in maybe_rows %}{% endfor %}", "maybe_rows", "a loop"),
    "none-in-order": ("{{ user.nick < 'a' }}", "user.nick", "putting in order"),
    "none-as-container": ("{{ 1 in maybe_rows }}", "maybe_rows", "this comparison"),
    "unset": ("{% if yes %}{% set x = 1 %}{% endif %}{{ x + 1 }}", "x", "`+`"),
}


@pytest.mark.parametrize(("source", "path", "user"), MAY_BE_NONE.values(), ids=MAY_BE_NONE.keys())
def test_what_may_be_none_has_to_be_asked_for_first(source: str, path: str, user: str) -> None:
    (fault,) = check(parse(source), SCOPE).faults

    assert fault.slug == "template-may-be-none"
    assert fault.headline == f"`{path}` may be none, and {user} would fail then"
    assert fault.fix == f"ask for it first, `{{% if {path} %}}`, or give `{path} | default(…)`"


def test_one_cause_is_reported_once_and_all_causes_in_one_run_by_place() -> None:
    source = "{{ user.nmae.a.b | upper }} {{ usr }} {{ 1 | nope }} {% if usr.x %}{% endif %}"

    faults = check(parse(source), SCOPE).faults

    assert [(fault.offset, fault.length) for fault in faults] == [(8, 4), (31, 3), (45, 4), (59, 3)]


def test_a_condition_narrows_the_scope_of_the_steps_under_it() -> None:
    condition = parse("options.target and options.count > 1", expression=True)
    template = parse("{{ options.target.name }}!")

    assert check(template, SCOPE).faults
    assert check(template, narrow(condition, SCOPE)).faults == ()
    assert check(template, narrow(condition, SCOPE, holds=False)).faults


def test_a_condition_that_fails_narrows_too() -> None:
    scope = narrow(parse("target is none", expression=True), SCOPE, holds=False)

    assert scope["target"] == USER
    assert narrow(parse("target is none", expression=True), SCOPE)["target"] is NONE


def test_a_condition_on_what_the_scope_does_not_know_changes_nothing() -> None:
    for source in ("nope", "nope.a", "user.nope", "raw.a", "1 == 1"):
        assert narrow(parse(source, expression=True), SCOPE) == SCOPE
    assert narrow(parse("a {{ user }}"), SCOPE) == SCOPE


@pytest.mark.parametrize("source", LET_THROUGH.values(), ids=LET_THROUGH.keys())
@pytest.mark.parametrize(
    "target", [None, {"id": "1", "name": "b", "mention": "<@1>", "nick": None}], ids=["none", "one"]
)
def test_what_is_let_through_never_fails_for_what_is_none(source: str, target: object) -> None:
    user = {"id": "1", "name": "Ada", "mention": "<@1>", "nick": None}
    context = {
        "user": user,
        "target": target,
        "options": {"count": 3, "target": target, "note": None if target is None else "n"},
        "rows": [{"n": 1, "owner": user}],
        "state": {"points": 3},
        "maybe_rows": None,
        "yes": target is not None,
    }

    compile_template(parse(source))(context)
