"""Which names a template can read where, and what a place takes from it. A `›` marks the place of the fault."""

from collections.abc import Callable

import pytest

from runner.check.fitting import taken_by
from runner.fields import BooleanShape, ChoiceShape, DataShape, DurationShape, NumberShape, SnowflakeShape, TextShape
from runner.templates.types import ANY, BOOLEAN, NUMBER, STRING, Type

UNKNOWN, ATTRIBUTE, NONE, TYPE = (
    "template-unknown-name",
    "template-unknown-attribute",
    "template-may-be-none",
    "template-of-another-type",
)

OPTIONS = """
    options:
      must: {type: user, description: Must, required: true}
      text: {type: string, description: Text}
      flag: {type: boolean, description: Flag}
      count: {type: integer, description: Count}
      place: {type: channel, description: Place}
      team: {type: role, description: Team}
"""


def command(steps: str) -> str:
    """Return a config with one command that has options of every kind."""
    return (
        f"vars: {{limit: 10, deep: {{a: [b]}}}}\ncommands:\n  it:\n    description: Check{OPTIONS}    steps: {steps}\n"
        "  other: {description: O, reply: '{{ vars | length }}'}\n"  # so that each of the variables is used
    )


READABLE = {
    "everything of a user": (
        "[{log: '{{ user.id }}{{ user.name }}{{ user.display_name }}{{ user.mention }}{{ user.is_bot }}'}]"
    ),
    "everything of a member": "[{log: '{{ member.nick }}{{ member.roles | length }}{{ member.permissions | join }}'}]",
    "the rest of the roots": (
        "[{log: '{{ guild.name }}{{ channel.type }}{{ bot.latency_ms }}{{ interaction.locale }}{{ now }}'}]"
    ),
    "a required option": "[{log: '{{ options.must.name }}'}]",
    "an optional option in a text": "[{log: 'a {{ options.text }}'}]",
    "constants, however deep": "[{log: '{{ vars.limit + 1 }}{{ vars.deep.a[0] }}'}]",
    "what `let` has named": "[{let: {a: 1}}, {log: '{{ vars.a }}{{ vars.limit }}'}]",
    "what a step gave": "[{id: s, send: a}, {log: '{{ steps.s.message_id }}{{ steps.s.channel_id }}'}]",
    "an option inside its own `when`": "[{when: options.place, log: '{{ options.place.name }}'}]",
    "an option inside `then`": "[{if: options.place, then: [{log: '{{ options.place.name }}'}]}]",
    "an option inside `else`": (
        "[{if: not options.place, then: [{log: a}], else: [{log: '{{ options.place.name }}'}]}]"
    ),
    "an option behind a `stop` without it": (
        "[{if: not options.place, then: [stop]}, {log: '{{ options.place.name }}'}]"
    ),
    "an option behind a `fail` without it": ("[{when: not options.place, fail: a}, {log: '{{ options.place.name }}'}]"),
    "an option behind a `require`": "[{require: {if: options.place}}, {log: '{{ options.place.name }}'}]",
    "a result set by both branches": (
        "[{if: user.is_bot, then: [{id: s, send: a}], else: [{id: s, send: b}]}, {log: '{{ steps.s.message_id }}'}]"
    ),
    "a result behind a catch that ends": "[{id: s, send: a, catch: [stop]}, {log: '{{ steps.s.message_id }}'}]",
    "the error in a catch": "[{send: a, catch: [{log: '{{ error.message }}{{ error.step }}{{ error.reference }}'}]}]",
    "an id for a channel": "[{send: {content: a, channel: '{{ channel.id }}'}}]",
    "a whole channel for a channel": "[{send: {content: a, channel: '{{ channel }}'}}]",
    "a default for what may be none": "[{send: {content: a, channel: '{{ options.place | default(channel) }}'}}]",
    "a whole number for a duration": "[{wait: '{{ vars.limit }}'}, {reply: a}]",
    "a text for a duration": "[{wait: '{{ options.text | default(\"5s\") }}'}, {reply: a}]",
    "nothing for a text that may be empty": "[{require: {if: user.is_bot, denied: '{{ options.text }}'}}, {reply: a}]",
}


@pytest.mark.parametrize("steps", READABLE.values(), ids=READABLE)
def test_a_template_reads_what_its_place_has(expect: Callable[..., None], steps: str) -> None:
    expect(command(steps))


FAULTY = {
    "an unknown root": ("[{log: '{{ ›author }}'}]", UNKNOWN),
    "the error outside of a catch": ("[{log: '{{ ›error.message }}'}]", UNKNOWN),
    "the error behind a catch": ("[{send: a, catch: [{log: a}]}, {log: '{{ ›error.message }}'}]", UNKNOWN),
    "the message of a command": ("[{log: '{{ ›message.id }}'}]", UNKNOWN),
    "an unknown attribute": ("[{log: '{{ user.›nmae }}'}]", ATTRIBUTE),
    "an unknown option": ("[{log: '{{ options.›other }}'}]", ATTRIBUTE),
    "an unknown variable": ("[{log: '{{ vars.›other }}'}]", ATTRIBUTE),
    "a variable before its `let`": ("[{log: '{{ vars.›a }}'}, {let: {a: 1}}]", ATTRIBUTE),
    "a variable in its own `let`": ("[{let: {a: 1, b: '{{ vars.›a }}'}}]", ATTRIBUTE),
    "a result before its step": ("[{log: '{{ steps.›s }}'}, {id: s, send: a}]", ATTRIBUTE),
    "a result in its own step": ("[{id: s, send: '{{ steps.›s.message_id }}'}]", ATTRIBUTE),
    "a result that a step doesn't give": ("[{id: s, send: a}, {log: '{{ steps.s.›url }}'}]", ATTRIBUTE),
    "a result of a step without any": ("[{id: s, log: a}, {log: '{{ steps.s.›text }}'}]", ATTRIBUTE),
    "a result of the other branch": (
        "[{if: user.is_bot, then: [{id: s, send: a}], else: [{log: '{{ steps.›s.message_id }}'}]}]",
        ATTRIBUTE,
    ),
    "an option that may be left out": ("[{log: '{{ options.place.›name }}'}]", NONE),
    "an option behind its `when`": (
        "[{when: options.place, log: a}, {log: '{{ options.place.›name }}'}]",
        NONE,
    ),
    "an option in the wrong branch": (
        "[{if: options.place, then: [{log: a}], else: [{log: '{{ options.place.›name }}'}]}]",
        NONE,
    ),
    "a result of a step that may be skipped": (
        "[{id: s, when: user.is_bot, send: a}, {log: '{{ steps.s.›message_id }}'}]",
        NONE,
    ),
    "a result of a step that was caught": (
        "[{id: s, send: a, catch: [{log: a}]}, {log: '{{ steps.s.›message_id }}'}]",
        NONE,
    ),
    "a result of one branch": (
        "[{if: user.is_bot, then: [{id: s, send: a}]}, {log: '{{ steps.s.›message_id }}'}]",
        NONE,
    ),
    "a whole text that may be none": ("[{reply: '›{{ options.text }}'}]", NONE),
    "a channel that may be none": ("[{send: {content: a, channel: '›{{ options.place }}'}}]", NONE),
    "a flag that may be none": ("[{reply: {content: a, ephemeral: '›{{ options.flag }}'}}]", NONE),
    "a duration that may be none": ("[{wait: '›{{ options.count }}'}, {reply: a}]", NONE),
    "a text for a flag": ("[{reply: {content: a, ephemeral: '›{{ user.name }}'}}]", TYPE),
    "a user for a channel": ("[{send: {content: a, channel: '›{{ user }}'}}]", TYPE),
    "a flag for a duration": ("[{wait: '›{{ user.is_bot }}'}, {reply: a}]", TYPE),
    "a whole user for a text": ("[{reply: '›{{ user }}'}]", "not-a-text"),
    "a list for a text": ("[{reply: '›{{ member.roles }}'}]", "not-a-text"),
}


@pytest.mark.parametrize(("steps", "slug"), FAULTY.values(), ids=FAULTY)
def test_a_template_that_would_fail_is_refused(expect: Callable[..., None], steps: str, slug: str) -> None:
    expect(command(steps), slug)


COMPONENT = """
commands: {ask: {description: Ask, reply: {content: Ready?, components: [it]}}}
components:
  it: {button: {label: It}, reply: "READ"}
"""
ELSEWHERE = {
    "a component has the message it is on": (COMPONENT.replace("READ", "{{ message.content }}{{ message.id }}"), ()),
    "a component has no options": (COMPONENT.replace("READ", "{{ ›options.text }}"), (UNKNOWN,)),
    "`on_error` has the error": (
        "commands: {it: {description: C, reply: a, on_error: [{log: '{{ error.reference }}'}]}}",
        (),
    ),
    "`on_error` has no result of a step": (
        "commands: {it: {description: C, steps: [{id: s, send: a}], on_timeout: [{log: '{{ steps.›s }}'}]}}",
        (ATTRIBUTE,),
    ),
    "the default `on_error` has the error, and no options": (
        "defaults: {on_error: [{log: '{{ error.reference }}{{ ›options.a }}'}]}\n",
        (UNKNOWN,),
    ),
    "the default `on_timeout` has the error": ("defaults: {on_timeout: [{log: '{{ error.›name }}'}]}\n", (ATTRIBUTE,)),
    "a check has no options": (
        "checks: {c: {if: ›options.a, denied: '{{ user.›nmae }}'}}\n"
        "commands: {it: {description: C, check: c, reply: a}}",
        (UNKNOWN, ATTRIBUTE),
    ),
    "a refusal has what the command has": (
        "commands: {it: {description: C, permissions: {member: ban_members, denied: '{{ user.›nmae }}'}, reply: a}}",
        (ATTRIBUTE,),
    ),
    "a variable that can't be read is known": (
        "vars: {a: '${UNSET}'}\ncommands: {it: {description: C, reply: 'a {{ vars.a }}'}}".replace("'$", "'›$"),
        ("unset-variable",),
    ),
    "an option that can't be read is known": (
        "commands: {it: {description: C, options: {a: ›text}, reply: 'a {{ options.a.b }}'}}",
        ("wrong-type",),
    ),
    "the id of a step that can't be read is known": (
        "commands: {it: {description: C, steps: [{id: s, ›sned: a}, {reply: '{{ steps.s.message_id }}'}]}}",
        ("unknown-step",),
    ),
}


@pytest.mark.parametrize(("text", "slugs"), ELSEWHERE.values(), ids=ELSEWHERE)
def test_each_place_has_names_of_its_own(expect: Callable[..., None], text: str, slugs: tuple[str, ...]) -> None:
    expect(text, *slugs)


@pytest.mark.parametrize(
    ("shape", "taken"),
    [
        (NumberShape(integer=True), NUMBER),
        (BooleanShape(), BOOLEAN),
        (ChoiceShape(("a",)), STRING),
        (TextShape(), ANY),
        (DataShape(), ANY),
    ],
    ids=lambda value: type(value).__name__,
)
def test_a_shape_takes_values_of_a_type(shape: NumberShape | BooleanShape | TextShape, taken: Type) -> None:
    assert taken_by(shape) == taken


def test_only_a_place_for_a_channel_takes_a_whole_channel_and_no_role() -> None:
    anything, channel = taken_by(SnowflakeShape()), taken_by(SnowflakeShape(named="#"))
    assert anything != channel
    assert taken_by(DurationShape()) != channel
