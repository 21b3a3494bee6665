"""Where a form can open, what it can ask, and what its steps may do. A `›` marks the place of the fault."""

from collections.abc import Callable

import pytest

from runner.check.reachability import Plan
from runner.diagnostics import Diagnostic, Severity
from runner.lifecycle.budget import DEFER_AFTER_S, LAST_SAFE_ACK_S
from runner.lifecycle.machine import Event

FORM = "modals: {form: {title: Form, fields: {a: A}, reply: Thanks}}\n"
OPTIONS = "options: {text: {type: string, description: T}}"


def opened(text: str) -> str:
    """Return the config with the form where something opens it; one that nobody opens is a warning."""
    return FORM + text if "modal: form" in text else text


def command(steps: str, response: str = "auto", more: str = "") -> str:
    """Return a config with a command `it`, and a form that it may open."""
    return opened(f"commands: {{it: {{description: C, {OPTIONS}, response: {response}, {more}steps: {steps}}}}}\n")


def component(steps: str, response: str = "auto") -> str:
    """Return a config with a component `it`, and a form that it may open."""
    return opened(
        "commands: {ask: {description: C, reply: {content: a, components: [it]}}}\n"
        f"components: {{it: {{button: {{label: It}}, response: {response}, steps: {steps}}}}}\n"
    )


def form(body: str, *, by_command: bool = True, by_component: bool = False) -> str:
    """Return a config with a form `it`, and what opens it."""
    opens = "steps: [{modal: it}]" if by_command else "reply: a"
    click = "steps: [{modal: it}]" if by_component else "reply: a"
    return (
        f"commands: {{one: {{description: C, {opens}}},"
        " ask: {description: C, reply: {content: a, components: [two]}}}\n"
        f"components: {{two: {{button: {{label: Two}}, {click}}}}}\n"
        f"modals: {{it: {{title: It, fields: {{a: A}}, {body}}}}}\n"
    )


MODAL = "{modal: form}"
LATE = "{›modal: form}"

SOUND = {
    "at once": command(f"[{MODAL}]"),
    "at once, from a component": component(f"[{MODAL}]"),
    "behind fast steps": command(f"[{{let: {{a: 1}}}}, {{log: a}}, {{require: {{if: user.is_bot}}}}, {MODAL}]"),
    "on one path, beside a slow one": command(f"[{{if: user.is_bot, then: [{MODAL}], else: [{{wait: 2s}}]}}]"),
    "on both paths": command(f"[{{if: user.is_bot, then: [{MODAL}], else: [{MODAL}]}}]", "modal"),
    "on one path, beside an answer": command(f"[{{if: user.is_bot, then: [{MODAL}], else: [{{reply: a}}]}}]"),
    "perhaps, and then an answer": command("[{modal: form, when: user.is_bot}, {reply: a}]"),
    "with a follow-up behind it": command(f"[{MODAL}, {{reply: a}}]", "modal"),
    "with a slow step behind it": command(f"[{MODAL}, {{wait: 2s}}]", "modal"),
    "in the catch of a fast step": command(f"[{{fail: a, catch: [{MODAL}]}}]", "modal"),
    "under `reply`": command(f"[{MODAL}]", "reply"),
    "under `modal`, where a failure ends the other path": command(
        f"[{{when: user.is_bot, fail: a}}, {MODAL}]", "modal"
    ),
    "a slow submission": form("steps: [{wait: 2s}, {reply: a}]"),
    "a submission that is deferred": form("response: defer, reply: a"),
    "an update of the component's message": form("steps: [{update: a}]", by_command=False, by_component=True),
    "an update behind a slow step": form("steps: [{wait: 2s}, {update: a}]", by_command=False, by_component=True),
    "`response: update`": form("response: update, steps: [{update: a}]", by_command=False, by_component=True),
    "a form that a command and a component open": form("reply: a", by_component=True),
    "a form of the same name as its component": component(f"[{MODAL}]").replace("form", "it"),
}


@pytest.mark.parametrize("text", SOUND.values(), ids=SOUND)
def test_a_form_opens_where_it_can(expect: Callable[..., None], text: str) -> None:
    expect(text)


AFTER, SLOW, PROMISED = "modal-after-response", "modal-after-slow", "modal-promised"
FAULTY = {
    "after a reply": (command(f"[{{reply: a}}, {LATE}]"), AFTER),
    "after a defer": (command(f"[defer, {LATE}]"), AFTER),
    "after an update": (component(f"[{{update: a}}, {LATE}]"), AFTER),
    "after another form": (command(f"[{MODAL}, {LATE}]"), AFTER),
    "after an answer on one path": (command(f"[{{reply: a, when: user.is_bot}}, {LATE}]"), AFTER),
    "after a slow step and its answer": (command(f"[{{wait: 2s}}, {{reply: a}}, {LATE}]"), AFTER),
    "under `defer`": (command(f"[{LATE}]", "defer"), AFTER),
    "under `modal`, after a reply": (command(f"[{{reply: a}}, {LATE}]", "modal"), AFTER),
    "after a slow step": (command(f"[{{wait: 2s}}, {LATE}]"), SLOW),
    "after a slow step, from a component": (component(f"[{{send: a}}, {LATE}]"), SLOW),
    "after a slow step that may be skipped": (command(f"[{{wait: 2s, when: user.is_bot}}, {LATE}]"), SLOW),
    "in the catch of a slow step": (command(f"[{{send: a, catch: [{LATE}, stop]}}, {{reply: a}}]"), SLOW),
    "after a slow step in a branch": (command(f"[{{if: user.is_bot, then: [{{wait: 2s}}]}}, {LATE}]"), SLOW),
    "under `reply`, after a slow step": (command(f"[{{wait: 2s}}, {LATE}]", "reply"), SLOW),
    "under `modal`, after a slow step": (command(f"[{{wait: 2s}}, {LATE}]", "modal"), SLOW),
    "an answer where a form is promised": (command("[{›reply: a}]", "modal"), PROMISED),
    "a defer where a form is promised": (command("[›defer, {reply: a}]", "modal"), PROMISED),
    "a slow step where a form is promised": (command("[{›wait: 2s}, {reply: a}]", "modal"), PROMISED),
    "a branch without the promised form": (
        command(f"[{{if: user.is_bot, then: [{MODAL}], else: [{{›reply: a}}]}}]", "modal"),
        PROMISED,
    ),
    "a path without the promised form": (
        command(f"[{{if: user.is_bot, then: [{MODAL}]}}]", "modal").replace("{it: {d", "{›it: {d"),
        PROMISED,
    ),
    "a stop before the promised form": (command(f"[{{if: user.is_bot, then: [›stop]}}, {MODAL}]", "modal"), PROMISED),
    "a form from a form": (form("steps: [{›modal: it}]"), "modal-from-modal"),
    "a form from a form, after an answer": (form("steps: [{reply: a}, {›modal: it}]"), "modal-from-modal"),
    "a form that promises a form": (form("›response: modal, reply: a"), "modal-from-modal"),
    "a form for everything": (command(f"[{MODAL}]") + "defaults: {›response: modal}", "modal-by-default"),
    "in `on_error`": (command(f"[{MODAL}]", more=f"on_error: [{LATE}], "), "modal-in-rescue"),
    "in a branch of `on_timeout`": (
        command(f"[{MODAL}]", more=f"on_timeout: [{{if: user.is_bot, then: [{LATE}]}}], "),
        "modal-in-rescue",
    ),
    "in the default `on_error`": (command(f"[{MODAL}]") + f"defaults: {{on_error: [{LATE}]}}", "modal-in-rescue"),
    "an update of a command's form": (form("steps: [{›update: a}]"), "update-without-component"),
    "an update of a form that a command opens, too": (
        form("steps: [{›update: a}]", by_component=True),
        "update-without-component",
    ),
    "`response: update` of a form that a command opens, too": (
        form("›response: update, reply: a", by_component=True),
        "update-without-component",
    ),
    "an update after a submission's reply": (
        form("steps: [{reply: a}, {›update: a}]", by_command=False, by_component=True),
        "update-after-reply",
    ),
    "a fault of a form that a command and a component open": (
        form("steps: [{reply: a}, ›defer]", by_component=True),
        "defer-after-response",
    ),
    "a submission that does nothing": (form("timeout: 5s").replace("{it: {t", "{›it: {t"), "nothing-to-do"),
    "a form that is nowhere": (command("[{modal: ›from}]"), "undefined-modal"),
}


@pytest.mark.parametrize(("text", "slug"), FAULTY.values(), ids=FAULTY)
def test_a_form_that_could_not_open_is_refused(expect: Callable[..., None], text: str, slug: str) -> None:
    expect(text, slug)


def test_each_branch_that_breaks_the_promise_is_named(faults: Callable[[str], list[Diagnostic]]) -> None:
    found = faults(command("[{if: user.is_bot, then: [{reply: a}], else: [{reply: b}]}]", "modal"))
    assert [fault.slug for fault in found] == [PROMISED, PROMISED]


MARKS = {
    "the answer": (command(f"[{{reply: a}}, {MODAL}]"), "reply"),
    "the strategy": (command(f"[{MODAL}]", "defer"), "response"),
    "the slow step": (command(f"[{{wait: 2s}}, {MODAL}]"), "wait"),
    "the promise": (command("[{reply: a}]", "modal"), "response"),
    "the form of the steps": (form("steps: [{modal: it}]"), "it: {title"),
    "the rescue": (command(f"[{MODAL}]", more=f"on_error: [{MODAL}], "), "on_error"),
    "the command that opens it": (form("steps: [{update: a}]", by_component=True), "modal: it"),
}


@pytest.mark.parametrize(("text", "party"), MARKS.values(), ids=MARKS)
def test_the_other_party_is_marked(faults: Callable[[str], list[Diagnostic]], text: str, party: str) -> None:
    (fault,) = (fault for fault in faults(text) if fault.severity is Severity.ERROR)
    (mark,) = fault.marks
    line = text.splitlines()[mark.span.line - 1]
    assert line[mark.span.column - 1 :].startswith(party)


REPAIRS = {
    "behind a slow step": (
        command(f"[{{wait: 2s}}, {MODAL}]"),
        "move the slow step behind the form, into the steps of",
    ),
    "under `defer`": (command(f"[{MODAL}]", "defer"), "write `response: modal`"),
    "in a form": (form("steps: [{modal: it}]"), "put a button between the two"),
    "misspelt": (FORM + command("[{modal: fomr}]"), "did you mean `form`?"),
}


@pytest.mark.parametrize(("text", "fix"), REPAIRS.values(), ids=REPAIRS)
def test_the_repair_is_said(faults: Callable[[str], list[Diagnostic]], text: str, fix: str) -> None:
    (fault,) = (fault for fault in faults(text) if fault.severity is Severity.ERROR)
    assert fault.fix.startswith(fix)


def test_a_form_that_nobody_opens_is_a_warning(faults: Callable[[str], list[Diagnostic]]) -> None:
    (fault,) = faults(FORM)
    assert (fault.slug, fault.severity, fault.span.line) == ("unused-name", Severity.WARNING, 1)


# The plan

PLANS = {
    "a form at once": (command(f"[{MODAL}]"), (True, Event.DEFER, DEFER_AFTER_S)),
    "a form on one path": (
        command("[{modal: form, when: user.is_bot}, {reply: a}]"),
        (True, Event.DEFER, DEFER_AFTER_S),
    ),
    "a form as promised": (command(f"[{MODAL}]", "modal"), (True, Event.DEFER, LAST_SAFE_ACK_S)),
    "a form from a component": (component(f"[{MODAL}]"), (True, Event.DEFER_UPDATE, DEFER_AFTER_S)),
    "a submission": (form("reply: a"), (False, Event.DEFER, DEFER_AFTER_S)),
    "a submission that changes a message": (
        form("steps: [{if: user.is_bot, then: [{update: a}]}]", by_command=False, by_component=True),
        (False, Event.DEFER_UPDATE, DEFER_AFTER_S),
    ),
    "a submission that changes a message when it fails": (
        form("reply: a, on_error: [{update: a}]", by_command=False, by_component=True),
        (False, Event.DEFER_UPDATE, DEFER_AFTER_S),
    ),
}


@pytest.mark.parametrize(("text", "planned"), PLANS.values(), ids=PLANS)
def test_a_handler_is_planned_with_its_forms(
    plan: Callable[[str], Plan], text: str, planned: tuple[bool, Event, float]
) -> None:
    made = plan(text)
    assert (made.may_open, made.deferral, made.watchdog_s) == planned


# Fields


def asking(field: str) -> str:
    """Return a config whose form asks for one field `a`."""
    return form("reply: a").replace("fields: {a: A}", f"fields: {{a: {field}}}")


FIELDS = {
    "a label alone": (asking("A"), ()),
    "a label of 45 characters": (asking("a" * 45), ()),
    "a label of 46 characters": (asking("›" + "a" * 46), ("too-long",)),
    "a label without a character": (asking("›''"), ("too-short",)),
    "a long template for a label": (asking("'{{ user.name if user.is_bot else bot.name }} or so'"), ()),
    "a description of 101 characters": (asking(f"{{label: A, description: ›{'a' * 101}}}"), ("too-long",)),
    "a placeholder of 101 characters": (asking(f"{{label: A, placeholder: ›{'a' * 101}}}"), ("placeholder-too-long",)),
    "a value of 4000 characters": (asking(f"{{label: A, value: {'a' * 4000}}}"), ()),
    "a value of 4001 characters": (asking(f"{{label: A, value: ›{'a' * 4001}}}"), ("too-long",)),
    "the widest range": (asking("{label: A, min_length: 0, max_length: 4000}"), ()),
    "a range of one length": (asking("{label: A, min_length: 4000, max_length: 4000}"), ()),
    "a range beyond": (asking("{label: A, max_length: ›4001}"), ("out-of-bounds",)),
    "no text at all": (asking("{label: A, max_length: ›0}"), ("out-of-bounds",)),
    "an empty range": (asking("{label: A, ›min_length: 3, max_length: 2}"), ("empty-field-range",)),
    "a value that is as long as can be": (asking("{label: A, max_length: 2, value: ab}"), ()),
    "a value beyond the field": (asking("{label: A, max_length: 2, value: ›abc}"), ("value-beyond-max-length",)),
    "a template for a value": (asking("{label: A, max_length: 2, value: '{{ user.name }}'}"), ()),
    "another kind of field": (asking("{label: A, style: ›long}"), ("unknown-word",)),
    "a name with a capital": (form("reply: a").replace("{a: A}", "{›A: A}"), ("invalid-name",)),
    "a title of 46 characters": (form("reply: a").replace("title: It", f"title: ›{'a' * 46}"), ("too-long",)),
    "no field": (form("reply: a").replace("fields: {a: A}", "›fields: {}"), ("too-few",)),
    "no fields": (
        form("reply: '{{ fields.a }}'").replace(" fields: {a: A},", "").replace("{it: {t", "{›it: {t"),
        ("missing-key",),
    ),
    "five fields": (form("reply: a").replace("{a: A}", "{a: A, b: B, c: C, d: D, e: E}"), ()),
    "six fields": (
        form("reply: a").replace("fields: {a: A}", "›fields: {a: A, b: B, c: C, d: D, e: E, f: F}"),
        ("too-many",),
    ),
}


@pytest.mark.parametrize(("text", "slugs"), FIELDS.values(), ids=FIELDS)
def test_a_field(expect: Callable[..., None], text: str, slugs: tuple[str, ...]) -> None:
    expect(text, *slugs)


# What templates read

UNKNOWN, ATTRIBUTE, NONE = "template-unknown-name", "template-unknown-attribute", "template-may-be-none"


def titled(title: str, steps: str = f"[{MODAL}]") -> str:
    """Return a config whose form, opened by the command `it`, has this title."""
    return command(steps).replace("title: Form", f"title: '{title}'")


TEMPLATES = {
    "the fields are read by the form's steps": (form("reply: '{{ fields.a }}'"), ()),
    "a field is a text": (form("reply: '{{ fields.a.›b }}'"), (ATTRIBUTE,)),
    "a field that is nowhere": (form("reply: '{{ fields.›b }}'"), (ATTRIBUTE,)),
    "a field in `on_error`": (form("reply: a, on_error: [{log: '{{ fields.a }}{{ error.message }}'}]"), ()),
    "a field in a refusal": (form("reply: a, permissions: {member: ban_members, denied: '{{ fields.a }}'}"), ()),
    "a command's form has no message": (form("reply: '{{ ›message.id }}'"), (UNKNOWN,)),
    "a button's form has one": (form("reply: '{{ message.id }}'", by_command=False, by_component=True), ()),
    "a form of both may have one": (form("reply: '{{ message.›id }}'", by_component=True), (NONE,)),
    "a form of both asks": (form("reply: '{{ message.id if message else 0 }}'", by_component=True), ()),
    "a form's steps have no options of the command": (form("reply: '{{ ›options.text }}'"), (UNKNOWN,)),
    "the command has no fields": (command("[{log: '{{ ›fields.a }}'}, {modal: form}]"), (UNKNOWN,)),
    "a title reads what its opener has": (titled("{{ options.text | default(user.name) }}"), ()),
    "a title reads what a step has set": (titled("a {{ vars.a }}", f"[{{let: {{a: 1}}}}, {MODAL}]"), ()),
    "a title reads what is known in its branch": (
        titled("{{ options.text }}", f"[{{if: options.text, then: [{MODAL}], else: [{{reply: a}}]}}]"),
        (),
    ),
    "a title that may be none": (titled("›{{ options.text }}"), (NONE,)),
    "a title has no fields yet": (titled("{{ ›fields.a }}"), (UNKNOWN,)),
    "a label that one opener of two can't fill": (
        form("reply: a", by_component=True).replace("{a: A}", "{a: '{{ ›message.id }}'}"),
        (UNKNOWN,),
    ),
    "the same fault for two openers": (
        titled("{{ user.›nmae }}", f"[{{if: user.is_bot, then: [{MODAL}], else: [{MODAL}]}}]"),
        (ATTRIBUTE,),
    ),
    "a field that can't be read is known": (
        form("reply: '{{ fields.b }}'").replace("{a: A}", "{a: A, b: {label: ›1}}"),
        ("wrong-type",),
    ),
}


@pytest.mark.parametrize(("text", "slugs"), TEMPLATES.values(), ids=TEMPLATES)
def test_what_templates_read(expect: Callable[..., None], text: str, slugs: tuple[str, ...]) -> None:
    expect(text, *slugs)


def test_the_opener_whose_names_a_form_lacks_is_marked(faults: Callable[[str], list[Diagnostic]]) -> None:
    (fault,) = faults(form("reply: a", by_component=True).replace("{a: A}", "{a: '{{ message.id }}'}"))
    assert [(mark.span.line, mark.label) for mark in fault.marks] == [(1, "opened here")]
