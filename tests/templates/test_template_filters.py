"""Each filter and each test, by example."""

import pytest

from runner.templates import RenderError, TemplateFault, check, parse
from runner.templates.filters import FILTERS
from runner.templates.predicates import TESTS
from runner.templates.sandbox import compile_template
from runner.templates.types import ANY

ADA = {"id": "80351110224678912", "name": "Ada", "mention": "<@80351110224678912>"}
ROWS = [{"n": 2, "s": "b", "u": ADA}, {"n": 1, "s": "a", "u": ADA}, {"n": 2, "s": "c", "u": {"name": "Eve"}}]
CONTEXT = {"user": ADA, "rows": ROWS, "big_id": "80351110224678912", "words": ["b", "a", "b"], "nothing": None, "x": 0}

FILTERED = {
    "lower": ("'ÄB' | lower", "äb"),
    "upper": ("'äb' | upper", "ÄB"),
    "title": ('"it\'s 2nd  day" | title', "It's 2nd  Day"),
    "capitalize": ("'hELLO you' | capitalize", "Hello you"),
    "trim": ("' \\n a b ' | trim", "a b"),
    "replace": ("'a.b.c' | replace('.', '--')", "a--b--c"),
    "replace-by-name": ("'a.b' | replace(old='.', new='')", "ab"),
    "truncate-cuts": ("'abcdef' | truncate(4)", "abc…"),
    "truncate-leaves": ("'abcd' | truncate(4)", "abcd"),
    "truncate-with-another-end": ("'abcdef' | truncate(4, '..')", "ab.."),
    "truncate-shorter-than-its-end": ("'abcdef' | truncate(1, '...')", "."),
    "truncate-to-nothing": ("'abcdef' | truncate(0)", ""),
    "truncate-below-nothing": ("'abcdef' | truncate(-3)", ""),
    "string": ("12 | string", "12"),
    "string-of-none": ("nothing | string", ""),
    "escape-inline": (
        "'*a* _b_ ~c~ `d` |e| [f](g) \\\\' | escape_markdown",
        r"\*a\* \_b\_ \~c\~ \`d\` \|e\| \[f](g) \\",
    ),
    "escape-at-a-line-start": (
        "'# a\\n> b\\n- c\\n  + d\\n12. e' | escape_markdown",
        "\\# a\n\\> b\n\\- c\n  \\+ d\n12\\. e",
    ),
    "escape-not-inside-a-line": ("'a # b > c - d 1. e.' | escape_markdown", "a # b > c - d 1. e."),
    "mention-of-a-user": ("user | mention", "<@80351110224678912>"),
    "mention-of-an-id": ("big_id | mention", "<@80351110224678912>"),
    "mention-of-a-number": ("80351110224678912 | mention", "<@80351110224678912>"),
    "mention-of-a-role": ("big_id | mention('role')", "<@&80351110224678912>"),
    "mention-of-a-named-role": ("'@News' | mention('role')", "<@&@News>"),
    "mention-of-a-named-channel": ("'#news' | mention('channel')", "<##news>"),
    "mention-of-a-channel": ("{'id': big_id} | mention(kind='channel')", "<#80351110224678912>"),
    "timestamp": ("1700000000.9 | timestamp", "<t:1700000000:f>"),
    "timestamp-style": ("1700000000 | timestamp('D')", "<t:1700000000:D>"),
    "timestamp-before-1970": ("-1.5 | timestamp", "<t:-2:f>"),
    "relative": ("1700000000 | relative", "<t:1700000000:R>"),
    "duration": ("5400 | duration", "1 h 30 min"),
    "duration-in-two-units": ("(86400 + 3600 + 60 + 1) | duration", "1 d 1 h"),
    "duration-leaves-gaps-out": ("3601 | duration", "1 h 1 s"),
    "duration-of-a-fraction": ("59.6 | duration", "1 min"),
    "duration-of-nothing": ("0.2 | duration", "0 s"),
    "duration-backwards": ("-61 | duration", "-1 min 1 s"),
    "plural-one": ("1 | plural('ticket', 'tickets')", "ticket"),
    "plural-many": ("0 | plural('ticket', 'tickets')", "tickets"),
    "number": ("1234567 | number", "1,234,567"),
    "number-with-another-separator": ("-1234567 | number(' ')", "-1 234 567"),
    "number-with-decimals": ("1234.5 | number", "1,234.5"),
    "tojson": ("{'a': [1, 'ä<', none, true]} | tojson", '{"a": [1, "ä<", null, true]}'),
    "default-of-a-value": ("'a' | default('b')", "a"),
    "default-of-zero": ("0 | default(1)", 0),
    "default-of-zero-with-boolean": ("0 | default(1, true)", 1),
    "default-of-none": ("nothing | default('b')", "b"),
    "d": ("nope | d('b')", "b"),
    "length-of-a-list": ("rows | length", 3),
    "length-of-a-mapping": ("user | length", 3),
    "length-of-a-text": ("'𝄞é' | length", 2),
    "first": ("words | first", "b"),
    "first-character": ("'abc' | first", "a"),
    "last": ("[1, 2] | last", 2),
    "list-of-characters": ("'ab' | list", ["a", "b"]),
    "list-of-keys": ("user | list", ["id", "name", "mention"]),
    "reverse": ("[1, 2, 3] | reverse", [3, 2, 1]),
    "reverse-a-text": ("'abc' | reverse", "cba"),
    "items": ("{'a': 1} | items", [["a", 1]]),
    "map": ("rows | map(attribute='n')", [2, 1, 2]),
    "map-by-place": ("rows | map('s')", ["b", "a", "c"]),
    "map-dotted": ("rows | map(attribute='u.name')", ["Ada", "Ada", "Eve"]),
    "join": ("[1, 'a', true] | join('-')", "1-a-True"),
    "join-attribute": ("rows | join(', ', attribute='s')", "b, a, c"),
    "join-nothing": ("[] | join(',')", ""),
    "sort": ("[3, 1.5, 2] | sort", [1.5, 2, 3]),
    "sort-texts": ("words | sort", ["a", "b", "b"]),
    "sort-keeps-equal-items-in-order": ("rows | sort(attribute='n') | map('s')", ["a", "b", "c"]),
    "sort-turned-keeps-equal-items-in-order": ("rows | sort(true, 'n') | map('s')", ["b", "c", "a"]),
    "unique": ("[1, 'a', 1.0, 'a', [2], [2], none, none] | unique", [1, "a", [2], None]),
    "unique-attribute": ("rows | unique('n') | map('s')", ["b", "a"]),
    "min": ("[3, 1, 2] | min", 1),
    "min-attribute": ("(rows | min(attribute='n')).s", "a"),
    "max": ("words | max", "b"),
    "sum": ("[1, 2.5] | sum", 3.5),
    "sum-attribute": ("rows | sum(attribute='n')", 5),
    "sum-of-nothing": ("[] | sum", 0),
    "select-what-is-true": ("[0, 1, '', 'a', none] | select", [1, "a"]),
    "select": ("[1, 2, 3] | select('odd')", [1, 3]),
    "select-by-comparison": ("[1, 2, 3] | select('ge', 2)", [2, 3]),
    "reject": ("[1, 2, 3] | reject('in', [2])", [1, 3]),
    "selectattr": ("rows | selectattr('n', 'eq', 2) | map('s')", ["b", "c"]),
    "selectattr-by-alias": ("rows | selectattr('n', '==', 2) | map('s')", ["b", "c"]),
    "selectattr-what-is-there": ("rows | selectattr('u.id', 'defined') | map('s')", ["b", "a"]),
    "rejectattr": ("rows | rejectattr('s', 'equalto', 'b') | map('s')", ["a", "c"]),
    "selectattr-by-what-it-has": (
        "[{'t': ['a']}, {'t': ['b', 'c']}] | selectattr('t', 'contains', 'c')",
        [{"t": ["b", "c"]}],
    ),
    "labelled": (
        "rows | labelled('s', '{n}: {u.name} {U}')",
        {"b": "2: Ada {U}", "a": "1: Ada {U}", "c": "2: Eve {U}"},
    ),
    "labelled-once": ("rows | labelled('n', label='{s}')", {"2": "b", "1": "a"}),
    "merge": ("{'a': 1} | merge({'b': 2, 'a': 3})", {"a": 1, "b": 2}),
    "round": ("2.6 | round", 3),
    "round-to-decimals": ("2.345 | round(1)", 2.3),
    "int": ("'12' | int", 12),
    "int-of-an-id": ("big_id | int", 80351110224678912),
    "int-of-a-fraction": ("'-12.7' | int", -12),
    "int-of-words": ("'many' | int", 0),
    "int-of-words-with-default": ("'many' | int(-1)", -1),
    "int-of-none": ("nothing | int", 0),
    "int-of-infinity": ("'inf' | int(7)", 7),
    "float": ("'1.5' | float", 1.5),
    "float-of-words": ("'many' | float(0.5)", 0.5),
    "float-of-not-a-number": ("'nan' | float", 0.0),
    "abs": ("-2.5 | abs", 2.5),
    "floor": ("-2.5 | floor", -3),
    "ceil": ("2.1 | ceil", 3),
    "clamp-above": ("12 | clamp(1, 10)", 10),
    "clamp-below": ("-0.5 | clamp(1, 10)", 1),
    "clamp-between": ("5 | clamp(1, 10)", 5),
    "chunks": ("[1, 2, 3] | chunks(2)", [[1, 2], [3]]),
    "chunks-of-nothing": ("[] | chunks(2)", []),
    "split-words": ("' a  b ' | split", ["a", "b"]),
    "split": ("'a,,b' | split(',')", ["a", "", "b"]),
    "urlencode": ("'a b/ä&c=d' | urlencode", "a%20b%2F%C3%A4%26c%3Dd"),
    "bar": ("3 | bar(10)", "███░░░░░░░"),
    "bar-of-nothing": ("3 | bar(0, 4)", "░░░░"),
    "bar-of-too-much": ("3 | bar(2, width=4)", "████"),
    "seconds": ("'1h 30m' | seconds", 5400),
    "seconds-of-a-fraction": ("'1.5s' | seconds", 1.5),
    "seconds-in-weeks": ("'2W1d' | seconds", 1_296_000),
    "seconds-of-words": ("'tomorrow' | seconds", None),
    "seconds-of-much": (f"'{'9' * 70}s' | seconds", None),
    "date": ("1700000000 | date", "2023-11-14"),
    "date-by-a-pattern": ("1700000000 | date('%A, %d %B %H:%M 100%%')", "Tuesday, 14 November 22:13 100%"),
    "date-in-a-zone": ("1700000000 | date('%H:%M', 'Europe/Berlin')", "23:13"),
    "instant": ("'2023-11-14 22:13:20' | instant", 1_700_000_000),
    "instant-in-a-zone": ("'2023-11-14 23:13:20' | instant('Europe/Berlin')", 1_700_000_000),
    "instant-with-an-offset": ("'2023-11-14T23:13:20+01:00' | instant", 1_700_000_000),
    "instant-of-words": ("'tomorrow' | instant", None),
    "match": ("'a12' | match('([a-z])([0-9]+)(x?)')", ["a12", "a", "12", ""]),
    "match-all-of-it": ("'a12!' | match('([a-z])([0-9]+)')", None),
    "message-link": (
        "'https://discord.com/channels/80351110224678912/80351110224678913/80351110224678914' | message_link",
        {"guild_id": "80351110224678912", "channel_id": "80351110224678913", "message_id": "80351110224678914"},
    ),
    "message-link-in-direct-messages": (
        "'<https://ptb.discord.com/channels/@me/80351110224678913/80351110224678914>' | message_link",
        {"guild_id": None, "channel_id": "80351110224678913", "message_id": "80351110224678914"},
    ),
    "message-link-of-words": ("'https://example.com/channels/1/2/3' | message_link", None),
}


@pytest.mark.parametrize(("source", "expected"), FILTERED.values(), ids=FILTERED.keys())
def test_a_filter_gives(source: str, expected: object) -> None:
    assert compile_template(parse(source, expression=True))(CONTEXT) == expected


@pytest.mark.parametrize("source", [source for source, _ in FILTERED.values()], ids=FILTERED.keys())
def test_what_works_is_what_the_checker_lets_through(source: str) -> None:
    scope = dict.fromkeys([*CONTEXT, "nope"], ANY)

    assert check(parse(source, expression=True), scope).faults == ()


def test_every_filter_has_an_example() -> None:
    shown = " ".join(source for source, _ in FILTERED.values())

    assert [name for name in FILTERS if f"| {name}" not in shown] == []


FAILING = {
    "mention-of-a-word": ("'everyone' | mention", "`mention` needs an id, or something that has one"),
    "mention-of-a-mapping-without-id": ("{'a': 1} | mention", "`mention` needs an id, or something that has one"),
    "mention-of-a-named-user": ("'@Robin' | mention", "`mention` needs an id, or something that has one"),
    "mention-of-a-role-as-a-channel": (
        "'@News' | mention('channel')",
        "`mention` needs an id, or something that has one",
    ),
    "mention-of-a-role-that-injects": (
        "'@News> @everyone' | mention('role')",
        "`mention` needs an id, or something that has one",
    ),
    "mention-that-injects": ("'1> @everyone <@2' | mention", "`mention` needs an id, or something that has one"),
    "split-at-nothing": ("'a' | split('')", "`split` needs something to split at"),
    "clamp-turned": ("1 | clamp(3, 2)", "`clamp` needs the smaller bound first"),
    "chunks-of-no-size": ("[1] | chunks(0)", "`chunks` needs a size of at least 1"),
    "bar-too-wide": ("1 | bar(1, 51)", "a bar is 1 to 50 characters wide"),
    "date-too-far": ("-1 | date", "`date` needs Unix seconds of the years 1970 to 9999"),
    "date-nowhere": ("1 | date('%d', 'Nowhere/At')", "there is no time zone `Nowhere/At`"),
    "date-by-no-pattern": (
        "1 | date('%Q')",
        "the pattern of a date takes % with one of a A b B d H I j m M p S y Y %",
    ),
    "text-too-long-for-a-pattern": (
        "('a' * 400) | match('[a-z]+[a-z]*a*!')",
        "a text of more than 215 characters is too long for this pattern",
    ),
    "timestamp-too-far": ("(10**13) | timestamp", "`timestamp` needs Unix seconds"),
    "duration-too-long": ("(10**13) | duration", "`duration` needs seconds"),
    "sort-of-mixed-items": ("[1, 'a'] | sort", "only numbers alone or texts alone can be put in order"),
    "sort-of-mappings": ("rows | sort", "only numbers alone or texts alone can be put in order"),
    "labelled-with-what-is-missing": ("rows | labelled('s', '{nope}')", "`the item` has no `nope`"),
    "map-of-what-is-missing": ("rows | map('u.id')", "`the item` has no `id`"),
    "sum-of-texts": ("words | sum", "`sum` needs numbers, not text"),
    "min-of-nothing": ("[] | min", "the least item of an empty list is missing"),
    "max-of-nothing": ("[] | max", "the greatest item of an empty list is missing"),
    "select-that-does-not-apply": ("words | select('odd')", "`odd` doesn't go with text"),
    "selectattr-of-what-is-missing": ("rows | selectattr('nope')", "`the item` has no `nope`"),
    "json-of-no-plain-value": ("opaque | tojson", "`tojson` can't work with this value"),
    "json-of-infinity": ("infinity | tojson", "`tojson` can't work with this value"),
}


@pytest.mark.parametrize(("source", "headline"), FAILING.values(), ids=FAILING.keys())
def test_a_filter_that_can_not_answer_says_why(source: str, headline: str) -> None:
    render = compile_template(parse(source, expression=True))

    with pytest.raises(RenderError) as failed:
        render({**CONTEXT, "opaque": object(), "infinity": float("inf")})

    assert failed.value.headline == headline


TESTED = {
    "defined": ("x is defined", "nope is defined"),
    "undefined": ("nope is undefined", "x is undefined"),
    "undefined-of-none": ("nothing is undefined", "x is undefined"),
    "none": ("nothing is none", "x is none"),
    "string": ("'a' is string", "1 is string"),
    "number": ("1.5 is number", "true is number"),
    "integer": ("1 is integer", "1.5 is integer"),
    "boolean": ("true is boolean", "1 is boolean"),
    "even": ("2 is even", "3 is even"),
    "odd": ("3 is odd", "2 is odd"),
    "odd-below-zero": ("-3 is odd", "-2 is odd"),
    "eq": ("1 is eq(1)", "1 is eq 2"),
    "equalto": ("1 is equalto(1)", "1 is equalto(2)"),
    "ne": ("1 is ne(2)", "1 is ne(1)"),
    "lt": ("1 is lt(2)", "2 is lt(2)"),
    "le": ("2 is le(2)", "3 is le(2)"),
    "gt": ("3 is gt(2)", "2 is gt(2)"),
    "ge": ("2 is ge(2)", "1 is ge(2)"),
    "startswith": ("'abc' is startswith('ab')", "'abc' is startswith('b')"),
    "endswith": ("'abc' is endswith('bc')", "'abc' is endswith('b')"),
    "like": ("'Say Hello' is like('say h')", "'Say Hello' is like('shy')"),
    "like-of-a-list": ("['b', 'Ab', 1] is like('a')", "['b', 1] is like('a')"),
    "contains": ("words is contains('a')", "'abc' is contains('z')"),
    "matches": ("'a1' is matches('[a-z][0-9]')", "'a12' is matches('[a-z][0-9]')"),
    "in": ("1 is in([1])", "1 is in([2])"),
}


@pytest.mark.parametrize(("true", "false"), TESTED.values(), ids=TESTED.keys())
def test_a_test_holds_where_it_should_and_nowhere_else(true: str, false: str) -> None:
    assert compile_template(parse(true, expression=True))(CONTEXT) is True
    assert compile_template(parse(false, expression=True))(CONTEXT) is False


def test_every_test_has_an_example() -> None:
    assert [name for name in TESTS if name not in TESTED] == []


REFUSED = {
    "unknown-filter": (
        "x | trucnate(3)",
        "template-unknown-filter",
        "there is no filter `trucnate`",
        "did you mean `truncate`?",
    ),
    "unknown-test": ("x is evn", "template-unknown-test", "there is no test `evn`", "did you mean `even`?"),
    "pattern-that-takes-for-ever": (
        "x is matches('(a+)+')",
        "template-arguments",
        "a repetition or a choice stands inside of a repetition, which some texts keep busy for ever",
        "",
    ),
    "pattern-that-is-not-written-out": (
        "x | match(x)",
        "template-arguments",
        "`pattern` is written out as a text",
        "",
    ),
    "too-many": ("x | upper(1)", "template-arguments", "`upper` takes no arguments", ""),
    "too-many-for-one": ("x | mention(1, 2)", "template-arguments", "`mention` takes one argument", ""),
    "too-many-for-two": ("x | truncate(1, 2, 3)", "template-arguments", "`truncate` takes 2 arguments at most", ""),
    "too-few": ("x | truncate", "template-arguments", "`truncate` needs `length`", ""),
    "unknown-name": (
        "x | truncate(lenght=3)",
        "template-arguments",
        "`truncate` has no `lenght`",
        "did you mean `length`?",
    ),
    "twice": ("x | truncate(3, length=3)", "template-arguments", "`length` is given twice", ""),
    "choice": ("x | timestamp('relative')", "template-arguments", "`style` is one of t, T, d, D, f, F, s, S, R", ""),
    "computed-attribute": ("x | map(attribute=x)", "template-arguments", "`attribute` is written out as a text", ""),
    "computed-test": ("x | select(x)", "template-arguments", "`test` is written out as a text", ""),
    "unknown-selection": (
        "x | select('evn')",
        "template-unknown-test",
        "there is no test `evn`",
        "did you mean `even`?",
    ),
    "selection-without-other": ("x | select('gt')", "template-arguments", "`gt` needs something to compare with", ""),
    "test-without-other": ("x is gt", "template-arguments", "`gt` needs `other`", ""),
}


@pytest.mark.parametrize(("source", "slug", "headline", "fix"), REFUSED.values(), ids=REFUSED.keys())
def test_arguments_that_can_not_be_right_are_found_by_the_checker(
    source: str, slug: str, headline: str, fix: str
) -> None:
    (fault,) = check(parse(source, expression=True), {"x": ANY}).faults

    assert (fault.slug, fault.headline, fault.fix) == (slug, headline, fix)


@pytest.mark.parametrize("source", [row[0] for row in REFUSED.values()], ids=REFUSED.keys())
def test_what_the_checker_refuses_in_any_scope_can_not_be_compiled(source: str) -> None:
    with pytest.raises(TemplateFault):
        compile_template(parse(source, expression=True))
