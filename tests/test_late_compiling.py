"""A handler is compiled when it is asked for, and nothing is held of the file once all of them are."""

import gc
from collections.abc import Collection
from pathlib import Path

from runner.actions.action import load_actions
from runner.build import build
from runner.compile import Program
from runner.config.load import Config
from tests.conftest import StartBot

EVERY_SECTION = """
defaults: {on_error: [{log: inherited}], on_timeout: [{log: late}]}
commands:
  slow: {description: Wait, steps: [{run: long}, {reply: Done}]}
  ask: {description: Ask, response: modal, steps: [{modal: form}]}
  show:
    description: Show
    reply: {content: Here, components: [{button: {label: Go, id: go, on_click: [{reply: Gone}]}}, old]}
  old: {description: Wait and answer once, steps: [{wait: 5s}, {reply: {content: a, ephemeral: true}}]}
context_menus: {Look: {type: user, aliases: [See], reply: Seen, on_error: [{log: own}]}}
components: {old: {button: {label: Old}, aliases: [older], reply: Old}}
modals: {form: {title: Form, fields: {name: {label: Name}}, reply: Thanks}}
flows: {long: {steps: [{wait: 5s}, {if: "1 < user.name | length", then: [{log: long}]}]}}
schedules: {daily: {cron: 0 8 * * *, steps: [{log: daily}]}}
events: {member_join: {steps: [{log: joined}]}}
"""


def program_of(text: str) -> Program:
    """Return a program, nothing of which has been asked for."""
    program = build(Path("bot.yaml"), lambda _: text.encode(), {}, load_actions()).program
    assert program is not None
    return program


def held(before: Collection[int] = ()) -> set[int]:
    """Return the identities of the configs that are held by anybody, but for those that were before."""
    gc.collect()
    return {id(each) for each in gc.get_objects() if isinstance(each, Config)}.difference(before)


def test_a_handler_is_compiled_once() -> None:
    program = program_of(EVERY_SECTION)
    assert program.commands["show"] is program.commands["show"]
    assert program.components["older"] is program.components["old"]
    assert len({id(handler) for (_, name), handler in program.menus.items() if name in ("Look", "See")}) == 1
    (joined,) = program.at_events["member_join"]
    assert joined is program.events["member_join"]


def test_every_run_is_found_by_its_address_whatever_has_been_asked_for_before() -> None:
    complete = program_of(EVERY_SECTION)
    complete.complete()
    names = {address: [step.name for step in run.items] for address, run in complete.runs.items()}
    assert {address.split("/")[0] for address in names} > {"commands", "context_menus", "components", "modals", "flows"}
    for address, expected in names.items():
        program = program_of(EVERY_SECTION)
        assert [step.name for step in program.runs[address].items] == expected
    for address in ("", "commands", "commands/show", "components/", "components//x", "x/y/z", "defaults", "defaults/x"):
        assert program_of(EVERY_SECTION).runs.get(address) is None


def test_every_handler_is_found_by_its_key_whatever_has_been_asked_for_before() -> None:
    complete = program_of(EVERY_SECTION)
    forms = [each for modal in complete.modals.values() for each in modal.handlers.values()]
    alone = [
        *(each.handler for each in complete.events.values()),
        *(each.handler for each in complete.schedules.values()),
    ]
    answering = [*complete.commands.values(), *complete.components.values(), *complete.menus.values(), *forms]
    for handler in (*answering, *alone, *complete.begun.values()):
        found = program_of(EVERY_SECTION).handler(handler.key)
        assert found is not None
        assert (found.key, found.plan, found.defer_before) == (handler.key, handler.plan, handler.defer_before)
    for unknown in (
        "commands/x",
        "components/x",
        "context_menus/x",
        "modals/x/command",
        "events/x",
        "schedules/x",
        "x/x",
    ):
        assert program_of(EVERY_SECTION).handler(unknown) is None
    assert program_of(EVERY_SECTION).handler("components/older") is None  # the key of `old` is another one


def test_what_is_asked_about_without_being_used_is_not_compiled() -> None:
    before = held()
    program = program_of("commands: {it: {description: It, reply: Hi}}")
    assert "it" in program.commands
    assert program.commands_count == 1
    assert list(program.commands) == ["it"]
    assert program.commands.get("other") is None
    assert held(before), "what compiles it needs the config"


def test_nothing_is_held_of_the_file_once_all_is_compiled() -> None:
    before = held()
    program = program_of(EVERY_SECTION)
    assert held(before)
    program.complete()
    assert not held(before)
    assert len(program.commands) == 4


async def test_a_bot_that_serves_compiles_what_nobody_has_used(bot: StartBot) -> None:
    before = held()
    made = await bot(EVERY_SECTION)
    await made.local.command(user="Robin", channel="general", name="show").finished(10)
    assert not held(before)
