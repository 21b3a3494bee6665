"""Checks that nobody defines, that ask for themselves, and that can't hold. A `›` marks the place of the fault."""

from collections.abc import Callable

import pytest

from runner.check.guards import PARTS_MAX
from runner.diagnostics import Diagnostic

IT = "commands: {it: {description: C, check: CHECK, reply: a}}"
FORM = (
    "commands: {it: {description: C, steps: [{modal: form}]}}\n"
    "modals: {form: {title: F, check: CHECK, fields: {a: A}, reply: a}}"
)
UNDEFINED, NEVER, RECURSIVE, EMPTY, UNUSED, FALSE = (
    "undefined-check",
    "check-never-holds",
    "recursive-check",
    "check-without-rule",
    "unused-name",
    "false-asks-for-nothing",
)


def it(check: str, named: str = "") -> str:
    """Return a command that asks for a check, and the named ones."""
    return f"{f'checks: {named}' if named else ''}\n{IT.replace('CHECK', check)}"


CASES: dict[str, tuple[str, tuple[str, ...]]] = {
    "a name that is nowhere": (it("›c"), (UNDEFINED,)),
    "a name in a list": (it("[a, ›c]", "{a: {owner: true}}"), (UNDEFINED,)),
    "a name that is written at length": (it("{check: ›c}"), (UNDEFINED,)),
    "a name deep inside": (it("{or: [{owner: true}, {not: {and: [›c]}}]}"), (UNDEFINED,)),
    "a name inside a named check": (it("a", "{a: {not: ›c}}"), (UNDEFINED,)),
    "a name that a component asks for": (
        "commands: {it: {description: C, reply: {content: a, components: [b]}}}\n"
        "components: {b: {button: {label: B}, check: ›c, reply: a}}",
        (UNDEFINED,),
    ),
    "a name that a form asks for": (FORM.replace("CHECK", "›c"), (UNDEFINED,)),
    "a name that a step asks for": (
        "commands: {it: {description: C, steps: [{require: {check: ›c}}, {reply: a}]}}",
        (UNDEFINED,),
    ),
    "a name in a step's list": (
        "commands: {it: {description: C, steps: [{require: [›c, ›d]}, {reply: a}]}}",
        (UNDEFINED, UNDEFINED),
    ),
    "a name in a branch": (
        "commands: {it: {description: C, steps: [{if: user.is_bot, then: [{require: ›c}]}, {reply: a}]}}",
        (UNDEFINED,),
    ),
    "a name in the default `on_error`": ("defaults: {on_error: [{require: ›c}]}", (UNDEFINED,)),
    "a check with a fault of its own is defined": (it("c", "{c: {›permission: a}}"), ("unknown-key",)),
    "a check with a fault and another rule": (it("c", "{c: {›permission: a, owner: true}}"), ("unknown-key",)),
    "a check in place with a fault": (it("{›permission: a}"), ("unknown-key",)),
    "a check that nobody uses": ("checks: {›c: {owner: true}}", (UNUSED,)),
    "a check that a step uses": (
        "checks: {c: {owner: true}}\ncommands: {it: {description: C, steps: [{require: c}, {reply: a}]}}",
        (),
    ),
    "a check that another one uses": (it("a", "{a: {or: [c, {owner: true}]}, c: {bot_owner: true}}"), ()),
    "a check without a rule": (it("a", "{a: {›denied: No.}}"), (EMPTY,)),
    "a check in place without a rule": (it("›{}"), (EMPTY,)),
    "a check inside that has no rule": (it("{or: [{owner: true}, ›{}]}"), (EMPTY,)),
    "a name and a sentence": (it("{check: a, denied: No.}", "{a: {owner: true}}"), ()),
    "no check at all": (it("[]"), ()),
    "a false owner": (it("{›owner: false, users: 123456789012345678}"), (FALSE,)),
    "a false owner of the bot": (it("a", "{a: {›bot_owner: false, users: 123456789012345678}}"), (FALSE,)),
    "a role asked for and forbidden": (it("{roles: {›any: '@A', none: '@A'}}"), (NEVER,)),
    "several roles asked for and forbidden": (it("{roles: {›any: ['@A', '@B'], none: ['@B', '@C', '@A']}}"), (NEVER,)),
    "of several roles one forbidden": (it("{roles: {any: ['@A', '@B'], none: '@A'}}"), ()),
    "one of all roles forbidden": (it("{roles: {›all: ['@A', '@B'], none: '@B'}}"), (NEVER,)),
    "a check that has to hold and has not to": (it("{check: a, ›not: a}", "{a: {owner: true}}"), (NEVER,)),
    "the same in a list": (it("{and: [a], ›not: a}", "{a: {owner: true}}"), (NEVER,)),
    "another one has not to hold": (
        it("{check: a, not: {check: a, users: 123456789012345678}}", "{a: {owner: true}}"),
        (),
    ),
    "roles outside of servers": (it("{contexts: bot_dm, ›roles: '@A'}"), (NEVER,)),
    "permissions outside of servers": (
        it("{contexts: [bot_dm, private_channel], ›permissions: ban_members}"),
        (NEVER,),
    ),
    "the server's owner outside of servers": (it("{›contexts: bot_dm, and: [{owner: true}]}"), (NEVER,)),
    "users outside of servers": (it("{contexts: bot_dm, users: 123456789012345678}"), ()),
    "two places of which neither is the other": (it("{›contexts: bot_dm, and: [{contexts: guild}]}"), (NEVER,)),
    "whoever has not a role, outside of servers": (it("{›contexts: bot_dm, not: {roles: '@A'}}"), (NEVER,)),
    "one of two, outside of servers": (it("{contexts: bot_dm, or: [{owner: true}, {bot_owner: true}]}"), ()),
    "a named one that never holds is told once": (it("a", "{a: {contexts: bot_dm, ›owner: true}}"), (NEVER,)),
    "a check that asks for itself": (it("a", "{a: {not: ›a}}"), (RECURSIVE,)),
    "two that ask for each other": (it("a", "{a: {and: [b]}, b: {or: [{owner: true}, ›a]}}"), (RECURSIVE,)),
    "three that ask for each other": (it("a", "{a: {not: b}, b: {not: c}, c: {not: ›a}}"), (RECURSIVE,)),
    "two loops": (it("[a, c]", "{a: {not: b}, b: {not: ›a}, c: {not: ›c}}"), (RECURSIVE, RECURSIVE)),
    "one that is asked for twice": (it("[a, b]", "{a: {not: c}, b: {not: c}, c: {owner: true}}"), ()),
}


@pytest.mark.parametrize(("text", "slugs"), CASES.values(), ids=CASES)
def test_checks(expect: Callable[..., None], text: str, slugs: tuple[str, ...]) -> None:
    expect(text, *slugs)


def doubling(depth: int) -> str:
    """Return checks of which each asks twice for the next: asked as written, the first would ask for 2**depth."""
    inner = [f"c{at}: {{and: [c{at + 1}, c{at + 1}]}}" for at in range(depth)]
    return f"{{{', '.join(inner)}, c{depth}: {{owner: true}}}}"


def test_what_a_check_comes_to_is_bounded(faults: Callable[[str], list[Diagnostic]]) -> None:
    (fault,) = faults(it("c0", doubling(60)))
    assert fault.slug == "check-too-large"
    assert str(PARTS_MAX) in fault.headline


def test_what_a_check_comes_to_may_be_as_much_as_that(faults: Callable[[str], list[Diagnostic]]) -> None:
    owners = f"[{', '.join(['{owner: true}'] * 22)}]"
    wide = f"[{', '.join([f'{{or: {owners}}}'] * 21)}]"  # 21 * 23
    rest = PARTS_MAX - 1 - 21 * 23

    def of_size(last: int) -> str:
        return it("a", f"{{a: {{and: {wide}, or: [{', '.join(['{owner: true}'] * last)}]}}}}")

    assert faults(of_size(rest)) == []
    assert [fault.slug for fault in faults(of_size(rest + 1))] == ["check-too-large"]
