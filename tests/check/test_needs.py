"""What the bot needs of its servers, from what its steps do."""

from pathlib import Path

from runner.actions.action import load_actions
from runner.build import build
from runner.check.needs import Needs
from runner.lifecycle.bits import Intents, Permissions

SENDS = Permissions.VIEW_CHANNEL | Permissions.SEND_MESSAGES


def needs(text: str) -> Needs:
    """Return the needs of a sound config."""
    built = build(Path("bot.yaml"), lambda _: text.encode(), {}, load_actions())
    assert built.needs is not None, built.diagnostics
    return built.needs


def test_answers_need_nothing() -> None:
    assert needs("commands: {it: {description: C, reply: a}}\n").permissions == Permissions(0)


def test_steps_are_found_wherever_they_stand() -> None:
    for steps in (
        "[{send: a}]",
        "[{if: user.is_bot, then: [{send: a}]}]",
        "[{fail: a, catch: [{send: a}]}]",
        "[{reply: a}], on_error: [{send: a}]",
    ):
        assert needs(f"commands: {{it: {{description: C, steps: {steps}}}}}\n").permissions == SENDS
    assert needs("defaults: {on_error: [{send: a}]}\n").permissions == SENDS


def test_what_a_handler_asks_of_the_bot_is_needed() -> None:
    asked = needs("commands: {it: {description: C, reply: a, permissions: {bot: [ban_members]}}}\n")
    assert asked.permissions == Permissions.BAN_MEMBERS


def test_what_a_handler_asks_of_its_callers_is_not() -> None:
    asked = needs("commands: {it: {description: C, reply: a, permissions: {member: [ban_members]}}}\n")
    assert asked.permissions == Permissions(0)


def test_the_invitation_asks_for_just_that() -> None:
    found = Needs(SENDS, Intents(0))
    assert found.invite.endswith("scope=bot+applications.commands&permissions=3072")


def test_only_privileged_intents_have_to_be_switched_on() -> None:
    assert Needs(SENDS, Intents.GUILDS | Intents.GUILD_MEMBERS).privileged == Intents.GUILD_MEMBERS


def test_a_thread_takes_what_its_kind_and_its_first_message_take() -> None:
    def asked(thread: str) -> Permissions:
        return needs(f"commands: {{it: {{description: C, steps: [{{create_thread: {thread}}}]}}}}\n").permissions

    writing = Permissions.SEND_MESSAGES | Permissions.SEND_MESSAGES_IN_THREADS
    assert asked("{name: a}") == Permissions.CREATE_PUBLIC_THREADS
    assert asked("{name: a, private: true}") == Permissions.CREATE_PRIVATE_THREADS
    assert asked("{name: a, private: true, content: b}") == Permissions.CREATE_PRIVATE_THREADS | writing
