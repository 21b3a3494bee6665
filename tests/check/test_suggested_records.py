"""Suggestions from what the bot keeps, held against how that is declared. A `›` marks the place of the fault."""

from collections.abc import Callable

import pytest

TABLE = "tags: {fields: {name: string, uses: integer, more: data, hidden: boolean}}"

CASES = {
    "a field": ("string", "records: tags, match: name", ()),
    "all that there is": (
        "integer",
        "records: tags, match: name, value: id, label: '{{ record.name }}', where: {uses: {above: 1}}, order: -uses",
        (),
    ),
    "an id": ("integer", "records: tags, match: id", ()),
    "no field": ("string", "records: tags", ("missing-key",)),
    "a number for a text": ("string", "records: tags, match: uses", ()),
    "no such field": ("string", "records: tags, match: ›nam", ("not-as-declared",)),
    "no such field to give": ("string", "records: tags, match: name, value: ›nme", ("not-as-declared",)),
    "no such field to order by": ("string", "records: tags, match: name, order: ›-nme", ("not-as-declared",)),
    "no such field to look for": ("string", "records: tags, match: name, where: {›nme: a}", ("undefined-field",)),
    "a condition of another type": ("string", "records: tags, match: name, where: {uses: ›a}", ("not-as-declared",)),
    "a field that nobody can type": ("string", "records: tags, ›match: hidden", ("not-as-declared",)),
    "a field of anything": ("string", "records: tags, ›match: more", ("not-as-declared",)),
    "a text for a number": ("integer", "records: tags, match: ›name", ("invalid-suggestion",)),
    "another text for a number": ("integer", "records: tags, match: uses, value: ›name", ("invalid-suggestion",)),
    "a label that reads no such field": (
        "string",
        "records: tags, match: name, label: '{{ record.›nme }}'",
        ("template-unknown-attribute",),
    ),
    "a label that is too long": ("string", f"records: tags, match: name, label: ›{'a' * 101}", ("too-long",)),
    "beside choices": ("string", "records: tags, match: name}, choices: {a: A", ("choices-and-autocomplete",)),
}


@pytest.mark.parametrize(("kind", "body", "slugs"), CASES.values(), ids=CASES)
def test_suggested_records(expect: Callable[..., None], kind: str, body: str, slugs: tuple[str, ...]) -> None:
    mark = "›" if slugs and "›" not in body else ""
    option = f"{{type: {kind}, description: O, {mark}autocomplete: {{{body}}}}}"
    expect(f"records: {{{TABLE}}}\ncommands: {{it: {{description: C, reply: a, options: {{o: {option}}}}}}}", *slugs)


def command(suggestions: str) -> str:
    """Return a bot whose one command suggests something."""
    option = f"{{type: string, description: O, autocomplete: {suggestions}}}"
    return f"commands: {{it: {{description: C, reply: a, options: {{o: {option}}}}}}}"


def test_a_table_that_only_suggestions_use_is_used(expect: Callable[..., None]) -> None:
    tables = f"records: {{{TABLE}, ›other: {{fields: {{a: string}}}}}}\n"
    expect(tables + command("{records: tags, match: name}"), "unused-name")


def test_state_that_only_suggestions_read_is_used(expect: Callable[..., None]) -> None:
    expect("state: {last: {type: string, default: a}}\n" + command("'{{ [state.last] }}'"))
