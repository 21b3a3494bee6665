"""Commands in the menus of users and messages: what they read of their target, and when it is not there any more."""

from collections.abc import Callable
from typing import Any

import pytest

from runner.emulator.trace import Trace
from tests.conftest import Bot, StartBot, compiled

Payload = dict[str, Any]  # Any: Discord's JSON


def said(trace: Trace) -> list[str]:
    """Return what the user of an interaction reads in the end."""
    return [message.content for message in trace.messages if not message.deleted]


def menu(kind: str, reads: str, more: str = "") -> str:
    """Return a bot with one menu, which says what it reads of its target."""
    return f'context_menus: {{Look at it: {{type: {kind}, reply: "{reads}"{more}}}}}'


async def opened(made: Bot, target: int | str, *, name: str = "Look at it", user: str = "Robin") -> Trace:
    """Have a member choose it from a menu, and wait until the bot has done with it."""
    trace = made.local.context_menu(user=user, channel="general", name=name, target=target)
    await made.idle()
    return trace


@pytest.mark.parametrize(
    ("user", "text"), [("Kim", "kim Kim True 0"), ("Sam", "sam Sam True 1"), ("Keeper", "Keeper Keeper True 1")]
)
async def test_a_menu_of_users_reads_whom_it_was_opened_on(bot: StartBot, user: str, text: str) -> None:
    reads = "{{ target.name }} {{ target.display_name }} {{ target.is_member }} {{ target.roles | length }}"
    made = await bot(menu("user", reads))
    assert said(await opened(made, user)) == [text]
    assert made.line()["handler"] == "menu Look at it"


async def test_a_menu_of_messages_reads_the_message(bot: StartBot) -> None:
    reads = "{{ target.author.name }}: {{ target.content }} {{ target.attachments | length }} {{ target.url }}"
    made = await bot(menu("message", reads, ", response: ephemeral"))
    message = made.local.say(user="Kim", channel="general", content="Hello {{ 1 + 1 }}")
    trace = await opened(made, message)
    place = f"{trace.guild_id}/{trace.channel_id}/{message}"
    assert said(trace) == [f"kim: Hello {{{{ 1 + 1 }}}} 0 https://discord.com/channels/{place}"]
    assert trace.messages[0].ephemeral


async def test_a_message_in_direct_messages_has_an_address_too(bot: StartBot) -> None:
    made = await bot(menu("message", "{{ target.url }}"))
    message = made.local.say(user="Kim", channel="dm", content="Hello")
    trace = made.local.context_menu(user="Kim", channel="dm", name="Look at it", target=message)
    await made.idle()
    assert said(trace) == [f"https://discord.com/channels/@me/{trace.channel_id}/{message}"]


async def test_a_menu_is_a_handler_like_any_other(bot: StartBot) -> None:
    made = await bot("""
        checks: {staff: {permissions: manage_messages, denied: Staff only.}}
        context_menus:
          Report: {type: user, check: staff, visible_to: [], steps: [{modal: reason}]}
          Slow: {type: user, response: [defer, ephemeral], steps: [{wait: 5s}, {reply: "{{ target.mention }}"}]}
        modals:
          reason: {title: "Report {{ user.name }}", fields: {why: Why?}, reply: "Because {{ fields.why }}"}
        """)
    assert said(await opened(made, "Kim", name="Report")) == ["Staff only."]
    form = await opened(made, "Kim", name="Report", user="Mo")
    assert form.modal is not None
    assert form.modal["title"] == "Report mo"
    assert said(await made.submitted(form, why="spam")) == ["Because spam"]
    slow = await opened(made, "Kim", name="Slow")
    assert said(slow) == [f"<@{slow.payload['data']['target_id']}>"]
    assert slow.messages[0].ephemeral


async def test_a_command_and_a_menu_may_have_one_name(bot: StartBot) -> None:
    made = await bot("""
        commands: {info: {description: d, reply: Command}}
        context_menus: {info: {type: user, reply: Menu}}
        """)
    assert said(await made.ran("info")) == ["Command"]
    assert said(await opened(made, "Kim", name="info")) == ["Menu"]


async def test_a_menu_answers_to_the_name_that_it_had_but_not_to_that_of_another_type(bot: StartBot) -> None:
    made = await bot(menu("user", "old"))
    made.engine.swap(compiled("context_menus: {Inspect: {type: user, aliases: Look at it, reply: new}}"))
    assert said(await opened(made, "Kim")) == ["new"]
    made.engine.swap(compiled(menu("message", "{{ target.content }}")))
    trace = await opened(made, "Kim")
    assert said(trace) == ["This command is not available any more."]
    assert trace.messages[0].ephemeral


def nothing(payload: Payload) -> None:
    payload["data"].pop("resolved")


def without(kind: str) -> Callable[[Payload], None]:
    """Return what leaves nothing of a kind among what Discord has resolved."""
    return lambda payload: payload["data"]["resolved"].pop(kind)


def elsewhere(payload: Payload) -> None:
    payload["data"]["target_id"] = "1"


@pytest.mark.parametrize("change", [nothing, without("users"), elsewhere], ids=["nothing", "no users", "another id"])
async def test_a_target_that_is_not_there_is_a_friendly_line(bot: StartBot, change: Callable[[Payload], None]) -> None:
    made = await bot(menu("user", "{{ target.name }}"))
    made.local.faults.forge(change)
    trace = await opened(made, "Kim")
    assert said(trace) == ["What you chose is not there any more."]
    assert trace.messages[0].ephemeral
    assert made.log.warnings == []


async def test_a_member_who_has_left_is_a_target_still(bot: StartBot) -> None:
    made = await bot(menu("user", "{{ target.name }} {{ target.is_member }}"))
    made.local.faults.forge(without("members"))
    assert said(await opened(made, "Sam")) == ["sam False"]


async def test_the_message_of_a_button_has_an_author_and_an_address_too(bot: StartBot) -> None:
    made = await bot("""
        commands: {ask: {description: d, reply: {content: Who?, components: [join]}}}
        components: {join: {button: {label: I}, reply: "{{ message.author.name }} {{ message.author.is_bot }}"}}
        """)
    asked = await made.ran("ask")
    click = made.click(asked.messages[0].id, "join", user="Kim")
    await made.idle()
    assert said(click) == ["Keeper True"]
