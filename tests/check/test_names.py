"""Names that are used, defined and registered. A `›` marks the place of the fault."""

from collections.abc import Callable

import pytest

from runner.diagnostics import Diagnostic, Severity

PING = "description: C, reply: a"


def shown(*names: str) -> str:
    """Return a command that shows these components."""
    return f"commands: {{it: {{description: C, reply: {{content: a, components: [{', '.join(names)}]}}}}}}\n"


CASES = {
    "Discord's names are lower case": (f"commands: {{›Ping: {{{PING}}}}}", ("invalid-name",)),
    "in every script": (f"commands: {{›Привет: {{{PING}}}}}", ("invalid-name",)),
    "a script without cases": (f"commands: {{問い: {{{PING}}}}}", ()),
    "without spaces": (f"commands: {{›a b: {{{PING}}}}}", ("invalid-name",)),
    "of at most 32 characters": (f"commands: {{{'a' * 32}: {{{PING}}}}}", ()),
    "and no more": (f"commands: {{›{'a' * 33}: {{{PING}}}}}", ("invalid-name",)),
    "options have names of that kind": (
        f"commands: {{it: {{{PING}, options: {{›To: {{type: user, description: U}}}}}}}}",
        ("invalid-name",),
    ),
    "a component that is nowhere": (shown("›join"), ("undefined-component",)),
    "each of two components that are nowhere": (shown("›join", "›leave"), ("undefined-component",) * 2),
    "a component twice in one message": (
        shown("join", "›join") + "components: {join: {button: {label: J}, reply: a}}",
        ("component-twice",),
    ),
    "a component that shows itself again": (
        shown("join") + "components: {join: {button: {label: J}, steps: [{update: {components: [join]}}]}}",
        (),
    ),
    "a component that nobody shows": ("components: {›join: {button: {label: J}, reply: a}}", ("unused-name",)),
    "a modal that is nowhere": ("commands: {it: {description: C, steps: [{modal: ›form}]}}", ("undefined-modal",)),
    "a modal with a fault of its own is defined": (
        "commands: {it: {description: C, steps: [{modal: form}]}}\nmodals: {›form: {title: F, reply: a}}",
        ("missing-key",),
    ),
    "a message that nobody sends": ("messages: {›hello: {content: Hello}}", ("unused-name",)),
    "a modal that nobody opens": ("modals: {›form: {title: F, fields: {a: A}, reply: a}}", ("unused-name",)),
    "an id twice in a modal": (
        "commands: {it: {description: C, steps: [{modal: form}]}}\n"
        "modals: {form: {title: F, fields: {a: A}, steps: [{id: s, log: a}, {id: ›s, log: a}, {reply: a}]}}",
        ("duplicate-id",),
    ),
    "an id twice": (
        "commands: {it: {description: C, steps: [{id: s, log: a}, {id: ›s, log: a}]}}",
        ("duplicate-id",),
    ),
    "an id twice, once in a branch": (
        "commands: {it: {description: C, steps: [{if: user.is_bot, then: [{id: s, log: a}]}, {id: ›s, log: a}]}}",
        ("duplicate-id",),
    ),
    "an id twice, once in a catch": (
        "commands: {it: {description: C, steps: [{id: s, log: a}, {log: a, catch: [{id: ›s, log: a}]}]}}",
        ("duplicate-id",),
    ),
    "an id in both branches": (
        "commands: {it: {description: C, steps:"
        " [{if: user.is_bot, then: [{id: s, log: a}], else: [{id: s, log: a}]}]}}",
        (),
    ),
    "an id in two handlers": (
        "commands: {it: {description: C, steps: [{id: s, log: a}]}, that: {description: C, steps: [{id: s, log: a}]}}",
        (),
    ),
    "an id in the steps and in `on_error`": (
        "commands: {it: {description: C, steps: [{id: s, log: a}], on_error: [{id: s, log: a}]}}",
        (),
    ),
}


@pytest.mark.parametrize(("text", "slugs"), CASES.values(), ids=CASES)
def test_names(expect: Callable[..., None], text: str, slugs: tuple[str, ...]) -> None:
    expect(text, *slugs)


def test_a_name_that_nobody_uses_is_a_warning(faults: Callable[[str], list[Diagnostic]]) -> None:
    (fault,) = faults("components: {join: {button: {label: J}, reply: a}}")
    assert fault.severity is Severity.WARNING


@pytest.mark.parametrize(
    ("name", "fix"),
    [("Ping", "ping"), ("/ping", "ping"), ("say hello", "say-hello"), ("!!", "my-name"), ("A" * 40, "a" * 32)],
)
def test_the_repair_is_a_name_that_discord_takes(
    faults: Callable[[str], list[Diagnostic]], name: str, fix: str
) -> None:
    (fault,) = faults(f"commands: {{'{name}': {{{PING}}}}}")
    assert fault.fix == f"rename it to `{fix}`"
