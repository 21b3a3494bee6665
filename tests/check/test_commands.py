"""Command definitions that Discord would refuse or that could never answer. A `›` marks the place of the fault."""

from collections.abc import Callable

import pytest

from runner.diagnostics import Diagnostic


def option(body: str) -> str:
    """Return a command with one option."""
    return f"commands: {{it: {{description: C, options: {{o: {{{body}, description: O}}}}, reply: a}}}}"


def command(body: str) -> str:
    """Return a command."""
    return f"commands: {{›it: {{description: C, {body}}}}}"


OPTIONS = {
    "min of a user": ("type: user, ›min: 1", ("option-key-without-effect",)),
    "min 0 of a text": ("type: string, ›min: 0", ("option-key-without-effect",)),
    "min_length of a number": ("type: number, ›min_length: 0", ("option-key-without-effect",)),
    "choices of a flag": ("type: boolean, ›choices: {a: A}", ("option-key-without-effect",)),
    "empty choices of a flag": ("type: boolean, ›choices: {}", ("option-key-without-effect",)),
    "channel types of a role": ("type: role, ›channel_types: text", ("option-key-without-effect",)),
    "each key that does nothing": ("type: user, ›min: 1, ›max: 2", ("option-key-without-effect",) * 2),
    "a range with one number in it": ("type: integer, min: 1, max: 1", ()),
    "an empty range": ("type: integer, ›min: 2, max: 1", ("empty-range",)),
    "an empty range around zero": ("type: number, ›min: 0.5, max: 0", ("empty-range",)),
    "an empty range of lengths": ("type: string, ›min_length: 2, max_length: 1", ("empty-range",)),
    "the shortest and the longest text": ("type: string, min_length: 0, max_length: 6000", ()),
    "a longer text": ("type: string, max_length: ›6001", ("out-of-bounds",)),
    "a text of no length": ("type: string, max_length: ›0", ("out-of-bounds",)),
    "the largest whole numbers": ("type: integer, min: -9007199254740991, max: 9007199254740991", ()),
    "a larger whole number": ("type: integer, max: ›9007199254740992", ("number-beyond-discord",)),
    "a smaller whole number": ("type: integer, min: ›-9007199254740992", ("number-beyond-discord",)),
    "the largest number": ("type: number, max: 9007199254740992", ()),
    "a larger number": ("type: number, max: ›9007199254740994", ("number-beyond-discord",)),
    "a fraction for a number": ("type: number, min: 0.5", ()),
    "a fraction for a whole number": ("type: integer, min: ›0.5", ("fraction-for-integer",)),
    "a whole number with a point": ("type: integer, min: 1.0", ()),
    "25 choices": (f"type: string, choices: {{{', '.join(f'v{i}: L{i}' for i in range(25))}}}", ()),
    "26 choices": (f"type: string, ›choices: {{{', '.join(f'v{i}: L{i}' for i in range(26))}}}", ("too-many",)),
    "a choice that is no number": ("type: integer, choices: {1: One, ›two: Two}", ("invalid-choice",)),
    "whole numbers in other spellings": ("type: integer, choices: {'1.0': One, '2e1': Twenty, '+3': Three}", ()),
    "a choice in other digits": ("type: integer, choices: {›１: One}", ("invalid-choice",)),
    "a choice with a group of digits": ("type: integer, choices: {›'1_000': Many}", ("invalid-choice",)),
    "a choice that is no whole number": ("type: integer, choices: {›1.5: More}", ("invalid-choice",)),
    "a choice that is a number": ("type: number, choices: {1.5: More}", ()),
    "a choice that is no end of numbers": ("type: number, choices: {›inf: More}", ("invalid-choice",)),
    "a choice of 100 characters": (f"type: string, choices: {{{'a' * 100}: A}}", ()),
    "a choice of 101 characters": (f"type: string, choices: {{›{'a' * 101}: A}}", ("invalid-choice",)),
    "suggestions for a flag": ("type: boolean, ›autocomplete: ['true']", ("option-key-without-effect",)),
    "suggestions beside choices": (
        "type: string, choices: {a: A}, ›autocomplete: [a]",
        ("choices-and-autocomplete",),
    ),
    "suggested texts": ("type: string, autocomplete: [a, 1, 1.5]", ()),
    "suggested values with labels": ("type: string, autocomplete: {a: A, b: B}", ()),
    "two suggestions of one name": ("type: string, autocomplete: [a, ›a]", ("same-label",)),
    "two suggestions with one label": ("type: string, autocomplete: {a: A, ›b: A}", ("same-label",)),
    "suggested numbers": ("type: integer, autocomplete: [1, 2]", ()),
    "suggested numbers with labels": ("type: number, autocomplete: {1.5: More}", ()),
    "a suggestion that is no number": ("type: integer, autocomplete: [1, ›two]", ("invalid-suggestion",)),
    "a suggestion that is no whole number": ("type: integer, autocomplete: {›1.5: More}", ("invalid-suggestion",)),
    "a suggestion above the bounds": ("type: integer, max: 9, autocomplete: [9, ›10]", ("invalid-suggestion",)),
    "a suggestion below the bounds": ("type: number, min: 1, autocomplete: [›0, 1]", ("invalid-suggestion",)),
    "a suggestion that is too short": ("type: string, min_length: 2, autocomplete: [›a, ab]", ("invalid-suggestion",)),
    "a suggestion that is too long": ("type: string, max_length: 1, autocomplete: [a, ›ab]", ("invalid-suggestion",)),
    "a suggestion of 100 characters": (f"type: string, autocomplete: [{'a' * 100}]", ()),
    "a suggestion of 101 characters": (f"type: string, autocomplete: [›{'a' * 101}]", ("too-long",)),
    "a suggestion of 101 characters with a label": (
        f"type: string, autocomplete: {{›{'a' * 101}: A}}",
        ("invalid-suggestion",),
    ),
    "a label of 101 characters": (f"type: string, autocomplete: {{a: ›{'a' * 101}}}", ("too-long",)),
    "an empty label": ("type: string, autocomplete: {a: ›''}", ("too-short",)),
    "no suggestions": ("type: string, ›autocomplete: []", ("too-few",)),
    "2000 suggestions": (f"type: integer, autocomplete: [{', '.join(map(str, range(2000)))}]", ()),
    "2001 suggestions": (f"type: integer, ›autocomplete: [{', '.join(map(str, range(2001)))}]", ("too-many",)),
    "a template in a list": ("type: string, autocomplete: ['›{{ user.name }}']", ("template-in-fixed-text",)),
    "a template that gives a list": ("type: string, autocomplete: '{{ [user.name, focused] }}'", ()),
    "a template that reads what is typed so far": ("type: string, autocomplete: '{{ [options.o] }}'", ()),
    "a template that reads what is not there": (
        "type: string, autocomplete: '{{ [›usr.name] }}'",
        ("template-unknown-name",),
    ),
    "a template that reads steps that have not run": (
        "type: string, autocomplete: '{{ [steps.›a.b] }}'",
        ("template-unknown-attribute",),
    ),
    "a template that gives a text": (
        "type: string, autocomplete: '›{{ user.name }}'",
        ("suggestions-of-another-type",),
    ),
    "a template that gives things with parts": (
        "type: string, autocomplete: '›{{ [user] }}'",
        ("suggestions-of-another-type",),
    ),
    "a text around a template": ("type: string, autocomplete: ›'a {{ user.name }}'", ("invalid-value",)),
    "records of no table": ("type: string, autocomplete: {records: ›tags, match: name}", ("undefined-records",)),
    "records and a key that nobody knows": (
        "type: string, autocomplete: {records: ›tags, match: name, ›limt: 3}",
        ("undefined-records", "unknown-key"),
    ),
    "an address": (
        "type: string, autocomplete: {›http: 'https://a.b/c', ›item: a}",
        ("host-not-allowed", "unknown-key"),
    ),
    "two choices of one name": ("type: string, choices: {a: A, ›b: A}", ("same-label",)),
}


@pytest.mark.parametrize(("body", "slugs"), OPTIONS.values(), ids=OPTIONS)
def test_an_option(expect: Callable[..., None], body: str, slugs: tuple[str, ...]) -> None:
    expect(option(body), *slugs)


def inside(count: int) -> str:
    """Return so many commands, to be put into a group."""
    return ", ".join(f"c{at}: {{description: D, reply: a}}" for at in range(count))


COMMANDS = {
    "nothing to do": (command("timeout: 5s"), ("nothing-to-do",)),
    "nothing to do, and a misspelt key": (command("›rply: a").replace("›it", "it"), ("unknown-key",)),
    "reply and steps": (
        "commands: {it: {description: C, ›reply: a, steps: [{reply: a}]}}",
        ("reply-and-steps",),
    ),
    "two ways to answer first": (
        "commands: {it: {description: C, ›response: [reply, defer], reply: a}}",
        ("two-strategies",),
    ),
    "one way, and privately": ("commands: {it: {description: C, response: [ephemeral, reply], reply: a}}", ()),
    "`update` for a command": (
        "commands: {it: {description: C, ›response: update, reply: a}}",
        ("update-without-component",),
    ),
    "`update` for everything": ("defaults: {›response: update}", ("update-without-component",)),
    "two ways for everything": ("defaults: {›response: [auto, defer]}", ("two-strategies",)),
    "required options first": (
        "commands: {it: {description: C, reply: a, options: {a: {type: user, description: A, required: true},"
        " b: {type: user, description: B}}}}",
        (),
    ),
    "each required option behind an optional one": (
        "commands: {it: {description: C, reply: a, options: {a: {type: user, description: A},"
        " ›b: {type: user, description: B, required: true}, ›c: {type: user, description: C, required: true}}}}",
        ("required-after-optional",) * 2,
    ),
    "options of a command in a group": (
        "commands: {it: {description: C, commands: {in: {description: I, reply: a, options:"
        " {o: {type: user, description: O, ›min: 1}}}}}}",
        ("option-key-without-effect",),
    ),
    "25 commands in a group": (f"commands: {{it: {{description: C, commands: {{{inside(25)}}}}}}}", ()),
    "26 commands in a group": (f"commands: {{it: {{description: C, ›commands: {{{inside(26)}}}}}}}", ("too-many",)),
    "each key that a group has no use for": (
        "commands: {it: {description: C, ›response: defer, ›options: {}, ›on_error: [stop], commands:"
        " {in: {description: I, reply: a}}}}",
        ("key-of-a-group",) * 3,
    ),
    "a check that only a group uses": (
        f"checks: {{c: {{if: bot.id}}}}\ncommands: {{it: {{description: C, check: c, commands: {{{inside(1)}}}}}}}",
        (),
    ),
    "a description of 100 characters": (f"commands: {{it: {{description: {'d' * 100}, reply: a}}}}", ()),
    "a description of 101 characters": (f"commands: {{it: {{description: ›{'d' * 101}, reply: a}}}}", ("too-long",)),
}


@pytest.mark.parametrize(("text", "slugs"), COMMANDS.values(), ids=COMMANDS)
def test_a_command(expect: Callable[..., None], text: str, slugs: tuple[str, ...]) -> None:
    expect(text, *slugs)


def of_length(total: int) -> str:
    """Return a command whose texts have so many characters together."""
    room = total - len("it" + "C")
    options: list[str] = []
    for index in range(20):
        name, label = f"option{index}", "L" * 90
        texts = len(name) + 100 + sum(len(f"v{at}") + len(f"{label}{at}") for at in range(3))
        if room >= texts + 10:
            choices = ", ".join(f"v{at}: {label}{at}" for at in range(3))
            options.append(f"{name}: {{type: string, description: {'d' * 100}, choices: {{{choices}}}}}")
            room -= texts
    while room > 0:
        name = f"o{len(options)}"
        length = min(room - len(name), 100) if room - len(name) != 101 else 50
        options.append(f"{name}: {{type: user, description: {'d' * length}}}")
        room -= len(name) + length
    return f"commands: {{›it: {{description: C, reply: a, options: {{{', '.join(options)}}}}}}}"


@pytest.mark.parametrize(("length", "slugs"), [(8000, ()), (8001, ("command-too-large",))], ids=["8000", "8001"])
def test_all_texts_of_a_command_have_8000_characters_together(
    expect: Callable[..., None], length: int, slugs: tuple[str, ...]
) -> None:
    text = of_length(length)
    expect(text if slugs else text.replace("›", ""), *slugs)


@pytest.mark.parametrize(("length", "slugs"), [(8000, ()), (8001, ("command-too-large",))], ids=["8000", "8001"])
def test_the_texts_of_the_commands_in_a_group_count_too(
    expect: Callable[..., None], length: int, slugs: tuple[str, ...]
) -> None:
    inner = of_length(length - len("top" + "T")).replace("›", "").removeprefix("commands: ")
    expect(f"commands: {{{'›' * bool(slugs)}top: {{description: T, commands: {inner}}}}}", *slugs)


def test_the_other_party_of_an_order_is_marked(faults: Callable[[str], list[Diagnostic]]) -> None:
    (fault,) = faults(
        "commands: {it: {description: C, reply: a, options: {a: {type: user, description: A},"
        " b: {type: user, description: B, required: true}}}}"
    )
    assert [mark.label for mark in fault.marks] == ["this one is optional"]
    assert fault.fix == "move `b` above `a`"
