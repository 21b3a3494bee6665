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
    "a choice that is no whole number": ("type: integer, choices: {›1.5: More}", ("invalid-choice",)),
    "a choice that is a number": ("type: number, choices: {1.5: More}", ()),
    "a choice that is no end of numbers": ("type: number, choices: {›inf: More}", ("invalid-choice",)),
    "a choice of 100 characters": (f"type: string, choices: {{{'a' * 100}: A}}", ()),
    "a choice of 101 characters": (f"type: string, choices: {{›{'a' * 101}: A}}", ("invalid-choice",)),
    "two choices of one name": ("type: string, choices: {a: A, ›b: A}", ("same-label",)),
}


@pytest.mark.parametrize(("body", "slugs"), OPTIONS.values(), ids=OPTIONS)
def test_an_option(expect: Callable[..., None], body: str, slugs: tuple[str, ...]) -> None:
    expect(option(body), *slugs)


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


def test_the_other_party_of_an_order_is_marked(faults: Callable[[str], list[Diagnostic]]) -> None:
    (fault,) = faults(
        "commands: {it: {description: C, reply: a, options: {a: {type: user, description: A},"
        " b: {type: user, description: B, required: true}}}}"
    )
    assert [mark.label for mark in fault.marks] == ["this one is optional"]
    assert fault.fix == "move `b` above `a`"
