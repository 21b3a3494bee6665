"""What is kept is used, and found wherever it is used. A `›` marks the place of the fault."""

from collections.abc import Callable
from pathlib import Path

import pytest

from runner.check.reads import state_read_in
from runner.config.load import load
from tests.check.conftest import ACTIONS

STATE = "state: {›x: {type: integer, default: 0}}\n"
TABLE = "records: {›t: {fields: {a: string}}}\n"
COMMAND = "commands: {it: {description: C, steps: [STEP, {reply: a}]}}\n"
FORM = 'modals: {m: {title: "{{ state.x }}", fields: {a: A}, reply: a}}\n'

USED = {
    "by a step": (STATE, COMMAND.replace("STEP", "{increment: {state: x}}")),
    "by a text": (STATE, COMMAND.replace("STEP", '{reply: "{{ state.x }}"}')),
    "by an index": (STATE, COMMAND.replace("STEP", "{reply: \"{{ state['x'] }}\"}")),
    "as a part of all": (STATE, COMMAND.replace("STEP", '{reply: "{% for name in state %}{{ name }}{% endfor %}"}')),
    "in a condition": (STATE, COMMAND.replace("STEP", "{if: state.x > 1, then: [{reply: a}]}")),
    "in a `when`": (STATE, COMMAND.replace("STEP", "{log: a, when: state.x}")),
    "in a branch": (STATE, COMMAND.replace("STEP", '{if: user.is_bot, then: [{log: "{{ state.x }}"}]}')),
    "in a `catch`": (STATE, COMMAND.replace("STEP", '{log: a, catch: [{log: "{{ state.x }}"}]}')),
    "in `on_error`": (STATE, 'defaults: {on_error: [{log: "{{ state.x }}"}]}\n'),
    "in a form": (STATE, FORM + COMMAND.replace("STEP, {reply: a}", "{modal: m}")),
    "by a check": (STATE, "checks: {c: {if: state.x}}\n" + COMMAND.replace("STEP", "{require: c}")),
    "a table": (TABLE, COMMAND.replace("STEP", "{count: {in: t}}")),
}


@pytest.mark.parametrize(("declared", "used"), USED.values(), ids=USED)
def test_what_is_used_is_not_called_unused(declared: str, used: str, expect: Callable[..., None]) -> None:
    expect(declared.replace("›", "") + used)


@pytest.mark.parametrize("declared", [STATE, TABLE])
def test_what_nothing_uses_is_named(declared: str, expect: Callable[..., None]) -> None:
    expect(declared + COMMAND.replace("STEP", "{log: a}"), "unused-name")


READS = {
    "{{ state.a }} {{ state['b'] }}": {"a", "b"},
    "{{ state.a + state.a }}": {"a"},
    "{{ state.nothing }}": set[str](),
    "{{ state }}": {"a", "b", "c"},
    "{{ state.a }} {{ state | length }}": {"a", "b", "c"},
    "{{ user.state }}": set[str](),
    "{{ state[user.name] }}": {"a", "b", "c"},
}


@pytest.mark.parametrize(("text", "names"), READS.items(), ids=READS)
def test_what_a_template_reads_of_the_state(text: str, names: set[str]) -> None:
    config = f"commands: {{it: {{description: C, reply: {text!r}}}}}"
    loaded = load(Path("bot.yaml"), lambda _: config.encode(), {}, ACTIONS)
    assert loaded.config is not None
    reply = loaded.config.document.commands["it"].reply
    assert reply is not None
    assert state_read_in(reply, ("a", "b", "c")) == names
