"""Who is let in, and what everybody else reads: each rule of a check, seen on the wire of a local Discord."""

from dataclasses import replace
from typing import Any

import pytest

from runner.emulator.clock import elapse
from runner.emulator.server import LocalDiscord
from runner.emulator.trace import Trace
from runner.emulator.world import Guild
from runner.lifecycle.bits import Permissions
from runner.lifecycle.limits import ChannelType
from tests.conftest import Bot, StartBot

REFUSED = "You can't do that here."


def the_guild(local: LocalDiscord) -> Guild:
    """Return the one guild of the default world."""
    (guild,) = local.world.guilds.values()
    return guild


def ids_of(local: LocalDiscord) -> dict[str, int]:
    """Return the ids of the people, roles and channels of the default world, as `ROBIN`, `@SUPPORT`, `#GENERAL`."""
    people = {user.username.upper(): user.id for user in local.world.users.values()}
    roles = {f"@{role.name.upper()}": role.id for role in the_guild(local).roles.values()}
    channels = {f"#{str(channel.name).upper()}": channel.id for channel in local.world.channels.values()}
    return {**people, **roles, **channels}


def said(trace: Trace) -> list[tuple[str, bool]]:
    """Return what the user reads, and whether nobody else does."""
    return [(message.content, message.ephemeral) for message in trace.messages if not message.deleted]


async def started(bot: StartBot, text: str) -> Bot:
    """Start a bot from a text in which `<ROBIN>`, `<@SUPPORT>` and so on stand for ids."""
    before = await bot("")
    await before.stop()
    return await bot(with_ids(before.local, text), local=before.local)


def with_ids(local: LocalDiscord, text: str) -> str:
    """Return a text with ids in the place of names."""
    for name, number in ids_of(local).items():
        text = text.replace(f"<{name}>", str(number))
    return text


IN = [("Welcome", False)]
WHO = {
    # who is let in of Olive (owner), Mo (Moderator), Sam (Support) and Robin; each other one reads a private sentence
    "permissions: the member's": ("{permissions: manage_messages}", "Olive Mo"),
    "permissions: several": ("{permissions: {member: [manage_messages, manage_guild]}}", "Olive"),
    "permissions: the bot's": ("{permissions: {bot: manage_messages}}", "Olive Mo Sam Robin"),
    "permissions: what the bot has not": ("{permissions: {bot: view_guild_insights}}", ""),
    "roles: by name": ("{roles: '@Support'}", "Sam"),
    "roles: by id": ("{roles: <@SUPPORT>}", "Sam"),
    "roles: any": ("{roles: {any: ['@Support', '@Moderator']}}", "Mo Sam"),
    "roles: all": ("{roles: {all: ['@Support', '@Moderator']}}", ""),
    "roles: none": ("{roles: {none: ['@Support', '@Moderator']}}", "Olive Robin"),
    "roles: that the server has not": ("{roles: '@Nobody'}", ""),
    "users": ("{users: [<ROBIN>, <MO>]}", "Mo Robin"),
    "channels: by name": ("{channels: '#general'}", "Olive Mo Sam Robin"),
    "channels: another one": ("{channels: ['#support', '#staff']}", ""),
    "channels: that the server has not": ("{channels: '#nowhere'}", ""),
    "channels: by id": ("{channels: <#SUPPORT>}", ""),
    "channels: of a category": ("{channels: <#HARBOUR>}", "Olive Mo Sam Robin"),
    "contexts: servers": ("{contexts: guild}", "Olive Mo Sam Robin"),
    "contexts: elsewhere": ("{contexts: [bot_dm, private_channel]}", ""),
    "owner": ("{owner: true}", "Olive"),
    "if": ("{if: user.name == 'robin'}", "Robin"),
    "and": ("{and: [{permissions: manage_messages}, {owner: true}]}", "Olive"),
    "or": ("{or: [{roles: '@Support'}, {owner: true}]}", "Olive Sam"),
    "not": ("{not: {roles: '@Support'}}", "Olive Mo Robin"),
    "none of several": ("{not: [{roles: '@Support'}, {owner: true}]}", "Mo Robin"),
    "not and or": ("{not: {or: [{roles: '@Support'}, {owner: true}]}}", "Mo Robin"),
    "a rule beside `or`": ("{users: <SAM>, or: [{roles: '@Support'}, {owner: true}]}", "Sam"),
    "two rules": ("{roles: '@Support', users: <ROBIN>}", ""),
    "a list: all must hold": ("[{permissions: manage_messages}, {roles: '@Moderator'}]", "Mo"),
    "an empty list": ("[]", "Olive Mo Sam Robin"),
}


@pytest.mark.parametrize(("check", "welcome"), WHO.values(), ids=WHO)
async def test_a_check_lets_in_whom_it_says_and_nobody_else(bot: StartBot, check: str, welcome: str) -> None:
    made = await started(bot, f"commands: {{it: {{description: d, visible_to: [], check: {check}, reply: Welcome}}}}")
    people = ("Olive", "Mo", "Sam", "Robin")
    answers = {who: said(await made.ran("it", user=who)) for who in people}
    assert [who for who in people if answers[who] == IN] == welcome.split()
    assert all(len(answer) == 1 and answer[0][1] for answer in answers.values() if answer != IN)
    assert set(made.log.warnings) <= {"not permitted"}
    assert {line["outcome"] for line in made.log.of("interaction")} <= {"ok", "refused"}


OUTSIDE = {
    # whether Olive, who owns the server and the bot, is let in in direct messages
    "roles": ("{roles: {none: '@Support'}}", False),
    "not a role": ("{not: {roles: '@Support'}}", False),
    "not a permission": ("{not: {permissions: manage_messages}}", False),
    "owner": ("{owner: true}", False),
    "not the owner": ("{not: {owner: true}}", False),
    "channels": ("{channels: '#general'}", False),
    "not a channel": ("{not: {channels: '#general'}}", False),
    "contexts: servers": ("{contexts: guild}", False),
    "contexts": ("{contexts: bot_dm}", True),
    "not in servers": ("{not: {contexts: guild}}", True),
    "users": ("{users: <OLIVE>}", True),
    "bot_owner": ("{bot_owner: true}", True),
    "one of two": ("{or: [{owner: true}, {bot_owner: true}]}", True),
    "two of two": ("{and: [{owner: true}, {bot_owner: true}]}", False),
}


@pytest.mark.parametrize(("check", "is_let_in"), OUTSIDE.values(), ids=OUTSIDE)
async def test_what_means_nothing_outside_of_servers_holds_for_nobody_there(
    bot: StartBot, check: str, is_let_in: bool
) -> None:
    steps = f"[{{require: {{check: {check}}}}}, {{reply: Welcome}}]"
    made = await started(bot, f"commands: {{it: {{description: d, steps: {steps}}}}}")
    answer = said(await made.ran("it", user="Olive", channel="dm"))
    assert (answer == IN) is is_let_in
    assert made.log.warnings == []


UNCACHED = (
    "{roles: {none: '@Support'}}",
    "{not: {roles: '@Support'}}",
    "{not: {owner: true}}",
    "{channels: '#general'}",
    "{not: {channels: '#general'}}",
)


@pytest.mark.parametrize("check", UNCACHED)
async def test_what_a_server_that_is_not_cached_would_have_to_tell_holds_for_nobody(bot: StartBot, check: str) -> None:
    made = await started(bot, f"commands: {{it: {{description: d, check: {check}, reply: Welcome}}}}")
    trace = await made.ran("it")
    before = len(made.local.wire)
    made.engine.receive({**trace.payload, "id": str(trace.id + 1), "guild_id": "1234567890123456"})
    await made.idle()
    bodies: list[Any] = [entry.request for entry in [*made.local.wire][before:] if entry.route.endswith("/callback")]
    assert [body["data"]["content"] for body in bodies] == [REFUSED]


async def test_the_owner_of_the_bot_is_the_applications_and_no_servers(bot: StartBot) -> None:
    made = await started(bot, "commands: {it: {description: d, check: {bot_owner: true}, reply: Welcome}}")
    the_guild(made.local).owner_id = ids_of(made.local)["ROBIN"]
    assert said(await made.ran("it", user="Robin")) == [(REFUSED, True)]
    assert said(await made.ran("it", user="Olive")) == IN


SENTENCES = {
    "its own": ("{owner: true, denied: 'Not you, {{ user.name }}.'}", "Not you, robin."),
    "the one of a named check": ("named", "Only the boss."),
    "its own before the named check's": ("{check: named, denied: Mine.}", "Mine."),
    "the one of the part that is broken": ("{and: [{users: <ROBIN>, denied: A.}, {owner: true, denied: B.}]}", "B."),
    "the one of the first part that is broken": ("[{users: <ROBIN>}, {owner: true, denied: B.}, named]", "B."),
    "none of a part of `or`": ("{or: [{owner: true, denied: A.}, {users: <MO>, denied: B.}]}", REFUSED),
    "none of what must not hold": ("{not: {users: <ROBIN>, denied: A.}}", REFUSED),
    "of permissions": (
        "{permissions: [manage_guild, ban_members]}",
        "You need **Ban Members** and **Manage Server** here.",
    ),
    "of roles": ("{roles: {all: ['@Support', <@MODERATOR>]}}", "You need **@Support** and **@Moderator** to do that."),
    "of one of several roles": (
        "{roles: [<@SUPPORT>, '@Moderator']}",
        "You need **@Support** or **@Moderator** to do that.",
    ),
    "none of roles that are not cached": ("{roles: 123456789012345678}", REFUSED),
    "none of channels that are not there": ("{channels: '#nowhere'}", REFUSED),
    "of channels": (
        "{channels: ['#support', '#nowhere', <#STAFF>]}",
        "This works only in <#<#SUPPORT>> or <#<#STAFF>>.",
    ),
    "none where a role would not help": ("{roles: '@Support', users: <MO>}", REFUSED),
    "of a context": ("{contexts: bot_dm}", "This works only in direct messages with me."),
    "none of several contexts": ("{contexts: [guild, bot_dm], users: <MO>}", REFUSED),
    "of permissions deep inside": ("{and: [{and: [{permissions: ban_members}]}]}", "You need **Ban Members** here."),
    "of the bot's permissions": (
        "{permissions: {bot: view_guild_insights}}",
        "I need **View Server Insights** here to do that. "
        "An admin can give it to my role, or allow it in this channel.",
    ),
}


@pytest.mark.parametrize(("check", "sentence"), SENTENCES.values(), ids=SENTENCES)
async def test_the_sentence_is_the_nearest_one(bot: StartBot, check: str, sentence: str) -> None:
    checks = "checks: {named: {owner: true, denied: Only the boss.}}"
    command = f"{{description: d, visible_to: [], check: {check}, reply: a}}"
    made = await started(bot, f"{checks}\ncommands: {{it: {command}}}")
    assert said(await made.ran("it")) == [(with_ids(made.local, sentence), True)]


EVERYWHERE = """
checks: {staff: {roles: "@Support", denied: Only staff.}}
commands:
  show: {description: d, reply: {content: Look, components: [guarded]}}
  form: {description: d, steps: [{modal: guarded}]}
  step: {description: d, steps: [{require: staff}, {reply: Welcome}]}
  list: {description: d, steps: [{require: [staff, {not: {owner: true}}]}, {reply: Welcome}]}
  inline: {description: d, steps: [{require: {check: {roles: "@Support"}, denied: Only staff.}}, {reply: Welcome}]}
  option:
    description: d
    options: {word: {type: string, description: W}}
    check: {if: options.word == "mellon", denied: "Not “{{ options.word }}”."}
    reply: Welcome
components:
  guarded: {button: {label: B}, check: staff, reply: Welcome}
modals:
  guarded: {title: F, check: staff, fields: {a: A}, reply: Welcome}
"""
STAFF = [("Only staff.", True)]


@pytest.mark.parametrize("name", ["step", "list", "inline"])
async def test_a_step_asks_as_a_handler_does(bot: StartBot, name: str) -> None:
    made = await bot(EVERYWHERE)
    assert said(await made.ran(name, user="Sam")) == IN
    assert said(await made.ran(name, user="Robin")) == STAFF


async def test_a_click_by_somebody_else_is_refused_whoever_asked_for_the_button(bot: StartBot) -> None:
    made = await bot(EVERYWHERE)
    shown = (await made.ran("show", user="Sam")).messages[0].id
    for user, answer in (("Robin", STAFF), ("Sam", IN)):
        click = made.click(shown, "guarded", user=user)
        await made.idle()
        assert said(click) == answer


async def test_a_form_is_refused_when_it_is_sent_by_whoever_has_lost_the_role(bot: StartBot) -> None:
    made = await bot(EVERYWHERE)
    opened = await made.ran("form", user="Sam")
    the_guild(made.local).members[ids_of(made.local)["SAM"]].role_ids.clear()
    assert said(await made.submitted(opened, a="b")) == STAFF


async def test_a_check_in_place_reads_what_its_handler_reads(bot: StartBot) -> None:
    made = await bot(EVERYWHERE)
    assert said(await made.ran("option", word="mellon")) == IN
    assert said(await made.ran("option", word="friend")) == [("Not “friend”.", True)]


async def test_a_check_of_a_channel_holds_in_its_threads(bot: StartBot) -> None:
    made = await started(bot, "commands: {it: {description: d, check: {channels: '#support'}, reply: Welcome}}")
    general, support = (made.local.world.channels[ids_of(made.local)[name]] for name in ("#GENERAL", "#SUPPORT"))
    thread = replace(
        general, id=general.id + 1, type=ChannelType.PUBLIC_THREAD, name="a-question", parent_id=support.id
    )
    made.local.world.channels[thread.id] = thread
    trace = await made.ran("it")
    assert said(trace) != IN
    channel = {**trace.payload["channel"], "id": str(thread.id), "parent_id": str(support.id)}
    before = len(made.local.wire)
    made.engine.receive({**trace.payload, "id": str(trace.id + 1), "channel_id": str(thread.id), "channel": channel})
    await made.idle()
    bodies: list[Any] = [entry.request for entry in [*made.local.wire][before:] if entry.route.endswith("/callback")]
    assert [body["data"]["content"] for body in bodies] == ["Welcome"]


async def test_an_expression_that_fails_lets_nobody_in(bot: StartBot) -> None:
    made = await bot("commands: {it: {description: d, check: {if: 1 / (user.name | length - 5) > 0}, reply: Welcome}}")
    ((text, is_private),) = said(await made.ran("it"))
    assert text.startswith("Something went wrong")
    assert is_private


# --- what every handler inherits

INHERITED = """
defaults:
  permissions: {member: ban_members}
  check: {not: {users: <OLIVE>}, denied: "Not you."}
  cooldown: 30s
  concurrency: {limit: 1, scope: global}
commands:
  it: {description: d, visible_to: [], steps: [{wait: 1s}, {reply: {content: Welcome, components: [press]}}]}
  open: {description: d, visible_to: [], permissions: {}, check: [], cooldown: [], reply: Welcome}
components: {press: {button: {label: B}, reply: Welcome}}
"""


async def test_a_handler_without_guards_has_those_of_the_defaults(bot: StartBot) -> None:
    made = await started(bot, INHERITED)
    assert said(await made.ran("it", user="Robin")) == [("You need **Ban Members** here.", True)]
    assert said(await made.ran("it", user="Olive")) == [("Not you.", True)]
    two = [made.command("it", user="Mo") for _ in range(2)]
    await made.idle()
    first, second = map(said, two)
    assert first == IN
    assert second != IN
    assert "Slow down" in said(await made.ran("it", user="Mo"))[0][0]
    click = made.click(two[0].messages[0].id, "press", user="Robin")
    await made.idle()
    assert said(click) == [("You need **Ban Members** here.", True)]


async def test_a_guard_of_the_handlers_own_takes_the_place_of_the_default(bot: StartBot) -> None:
    made = await started(bot, INHERITED)
    for user in ("Robin", "Olive", "Olive"):
        assert said(await made.ran("open", user=user)) == IN


async def test_a_command_is_shown_to_those_whom_the_defaults_ask_for(bot: StartBot) -> None:
    made = await bot("defaults: {permissions: {member: ban_members}}\ncommands: {it: {description: d, reply: a}}")
    (command,) = made.engine.program.registered
    assert command.payload["default_member_permissions"] == str(int(Permissions.BAN_MEMBERS))


# --- where nobody has asked just now


@pytest.mark.parametrize(
    "check", ["{roles: {none: '@Support'}}", "{not: {roles: '@Support'}}", "{not: {permissions: kick_members}}"]
)
async def test_what_has_been_begun_later_knows_no_roles_any_more(bot: StartBot, check: str) -> None:
    made = await bot(f"""
commands: {{it: {{description: d, steps: [{{schedule: {{flow: later, after: 5s}}}}, {{reply: a}}]}}}}
flows: {{later: {{steps: [{{require: {{check: {check}}}}}, {{send: {{channel: '#general', content: b}}}}]}}}}
""")
    await made.ran("it")
    await elapse(10)
    assert [line["outcome"] for line in made.log.of("unattended")] == ["refused"]


async def test_what_has_been_begun_later_knows_what_the_bot_may_do_there(bot: StartBot) -> None:
    made = await bot("""
commands: {it: {description: d, steps: [{schedule: {flow: later, after: 5s}}, {reply: a}]}}
flows: {later: {steps: [{send: b}]}}
""")
    await made.ran("it")
    await elapse(10)
    assert [line["outcome"] for line in made.log.of("unattended")] == ["ok"]
    assert [line.request for line in made.local.wire if line.route.endswith("/messages") and line.method == "POST"]


async def test_a_check_of_a_category_holds_in_the_threads_of_its_channels(bot: StartBot) -> None:
    text = "commands: {it: {description: d, check: {channels: '#Harbour'}, reply: Welcome}}"
    made = await started(bot, text)
    general = made.local.world.channels[ids_of(made.local)["#GENERAL"]]
    trace = await made.ran("it")
    assert said(trace) == IN
    thread = {"id": str(general.id + 1), "type": int(ChannelType.PUBLIC_THREAD), "parent_id": str(general.id)}
    before = len(made.local.wire)
    made.engine.receive({**trace.payload, "id": str(trace.id + 1), "channel_id": thread["id"], "channel": thread})
    await made.idle()
    bodies: list[Any] = [entry.request for entry in [*made.local.wire][before:] if entry.route.endswith("/callback")]
    assert [body["data"]["content"] for body in bodies] == ["Welcome"]
