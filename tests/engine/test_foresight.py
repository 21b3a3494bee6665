"""What the bot may not do is said before the first effect: permissions by path, and the hierarchy of roles."""

from collections.abc import Callable
from typing import Any

import pytest

from runner.emulator.server import LocalDiscord
from runner.emulator.trace import Trace
from runner.emulator.world import Guild, Role
from runner.lifecycle.bits import Permissions
from runner.lifecycle.limits import ChannelType
from tests.conftest import Bot, StartBot
from tests.engine.acting import ACTING


def said(trace: Trace) -> list[tuple[str, bool]]:
    """Return what the user reads, and whether nobody else does."""
    return [(message.content, message.ephemeral) for message in trace.messages if not message.deleted]


def done(bot: Bot) -> list[str]:
    """Return what the bot has posted with its own token: the effects of its steps."""
    posts = (entry for entry in bot.local.wire if entry.kind == "http" and entry.route.endswith("/messages"))
    bodies: list[Any] = [entry.request for entry in posts]  # JSON
    return [str(body["content"]) for body in bodies]


def the_guild(local: LocalDiscord) -> Guild:
    """Return the one guild of the default world."""
    (guild,) = local.world.guilds.values()
    return guild


def role(local: LocalDiscord, name: str) -> Role:
    """Return a role of the default world; the bot's own is Keeper."""
    return next(each for each in the_guild(local).roles.values() if each.name == name)


def as_it_is(local: LocalDiscord) -> None:
    """Leave the world as it is."""


async def started(bot: StartBot, steps: str, prepare: Callable[[LocalDiscord], None], more: str = "") -> Bot:
    """Start a bot with one command in a world that is as `prepare` leaves it."""
    before = await bot("")
    await before.stop()
    prepare(before.local)
    options = "options: {who: {type: user, description: W}, role: {type: role, description: R}}"
    flows = "flows: {ringing: {steps: [{log: a}, ring]}, perhaps: {steps: [{if: user.is_bot, then: [return]}, ring]}}"
    text = f"{flows}\ncommands: {{it: {{description: d, {options}, {more}steps: {steps}}}}}"
    return await bot(text, local=before.local, more=ACTING)


def without(permission: Permissions) -> Callable[[LocalDiscord], None]:
    """Return what takes a permission from all roles."""

    def take(local: LocalDiscord) -> None:
        for each in the_guild(local).roles.values():
            each.permissions &= ~permission

    return take


NO_RING, NO_HIT = "I need **Manage Messages** here to do that.", "I need **Ban Members** here to do that."
PATHS: dict[str, tuple[str, list[str] | None]] = {
    # steps, and what has been done before the user is told that Manage Messages is missing; None if that never happens
    "the only step": ("[ring]", []),
    "behind another effect": ("[{reply: a}, {send: b}, ring]", []),
    "in both branches": ("[{send: b}, {if: user.is_bot, then: [ring], else: [{log: a}, ring]}]", []),
    "in the branch that is taken": ("[{send: b}, {if: not user.is_bot, then: [{send: c}, ring]}]", ["b"]),
    "in the branch that is not": ("[{send: b}, {if: user.is_bot, then: [ring], else: [{reply: a}]}]", None),
    "deep inside": ("[{send: b}, {if: not user.is_bot, then: [{if: user.is_bot, then: [stop], else: [ring]}]}]", ["b"]),
    "where `when` holds": ("[{send: b}, {when: not user.is_bot, ring: {}}]", ["b"]),
    "where `when` does not": ("[{send: b}, {when: user.is_bot, ring: {}}, {reply: a}]", None),
    "behind a `stop`": ("[{send: b}, {if: not user.is_bot, then: [stop]}, ring]", None),
    "behind what might have stopped": ("[{send: b}, {if: user.is_bot, then: [stop]}, {send: c}, ring]", ["b"]),
    "behind a check": ("[{send: b}, {require: {if: not user.is_bot}}, {send: c}, ring]", ["b"]),
    "behind a check that fails": ("[{require: {if: user.is_bot}}, ring]", None),
    "in a loop that may not run": ("[{send: b}, {for_each: member.roles, do: [ring]}, {reply: a}]", None),
    "in a loop that does": ("[{send: b}, {repeat: 2, do: [ring]}]", []),
    "beside other steps": ("[{send: b}, {parallel: {one: [{log: a}], two: [ring]}}]", []),
    "what always follows": ("[{send: b}, {try: [{log: a}], finally: [ring]}]", []),
    "in a flow": ("[{send: b}, {run: ringing}]", []),
    "in a flow that may return before": ("[{send: b}, {run: perhaps}]", ["b"]),
    "in a `catch` that is not entered": ("[{log: a, catch: [ring]}, {reply: a}]", None),
    "in a `catch` that is": ("[{fail: a, catch: [{send: c}, ring]}]", []),
}


@pytest.mark.parametrize(("steps", "before"), PATHS.values(), ids=PATHS)
async def test_a_permission_is_asked_for_as_soon_as_a_path_certainly_needs_it(
    bot: StartBot, steps: str, before: list[str] | None
) -> None:
    made = await started(bot, steps, without(Permissions.MANAGE_MESSAGES))
    trace = await made.ran("it")
    told = [text for text, is_private in said(trace) if text.startswith(NO_RING) and is_private]
    assert len(told) == (before is not None)
    if before is not None:
        assert done(made) == before
        assert made.line()["outcome"] == ("failed" if before else "refused")


@pytest.mark.parametrize(("steps", "before"), PATHS.values(), ids=PATHS)
async def test_nothing_is_asked_for_that_the_bot_has(bot: StartBot, steps: str, before: list[str] | None) -> None:
    made = await started(bot, steps, as_it_is)
    await made.ran("it")
    assert ("ring" in done(made)) is (before is not None)


async def test_a_refusal_that_is_foreseen_comes_before_a_declared_spinner_and_without_on_error(bot: StartBot) -> None:
    more = "response: defer, on_error: [{reply: Oops}], "
    made = await started(bot, "[ring, {reply: a}]", without(Permissions.MANAGE_MESSAGES), more)
    trace = await made.ran("it")
    ((text, is_private),) = said(trace)
    assert text.startswith(NO_RING)
    assert is_private
    assert len(trace.messages) == 1
    assert made.log.warnings == ["not permitted"]
    assert "Manage Messages" in made.log.of("not permitted")[0]["reason"]


async def test_behind_an_effect_it_is_a_failure_of_which_on_error_hears(bot: StartBot) -> None:
    steps = "[{send: b}, {when: not user.is_bot, ring: {}}]"
    more = "on_error: [{reply: '{{ error.kind }} {{ error.step }}'}], "
    made = await started(bot, steps, without(Permissions.MANAGE_MESSAGES), more)
    assert said(await made.ran("it")) == [("missing_permission ring", False)]


async def test_what_a_later_step_needs_is_not_for_the_catch_of_the_first(bot: StartBot) -> None:
    steps = "[{send: b, catch: [{reply: caught}]}, ring]"
    made = await started(bot, steps, without(Permissions.MANAGE_MESSAGES))
    assert said(await made.ran("it"))[0][0].startswith(NO_RING)
    assert done(made) == []


async def test_a_try_around_it_catches_it(bot: StartBot) -> None:
    steps = "[{try: [{send: b}, ring], catch: [{reply: '{{ error.kind }}'}]}, {send: c}]"
    made = await started(bot, steps, without(Permissions.MANAGE_MESSAGES))
    assert said(await made.ran("it")) == [("missing_permission", False)]
    assert done(made) == ["c"]


async def test_what_is_caught_refuses_nobody(bot: StartBot) -> None:
    steps = "[{ring: {}, catch: [{reply: 'No ring: {{ error.kind }}'}]}, {send: b}]"
    made = await started(bot, steps, without(Permissions.MANAGE_MESSAGES))
    assert said(await made.ran("it")) == [("No ring: missing_permission", False)]
    assert done(made) == ["b"]


async def test_in_direct_messages_nothing_is_foreseen(bot: StartBot) -> None:
    made = await started(bot, "[{send: b}, {reply: a}]", as_it_is)
    assert said(await made.ran("it", channel="dm")) == [("a", False)]


# --- where a permission counts


def denied_in(channel: str, permission: Permissions) -> Callable[[LocalDiscord], None]:
    """Return what denies the bot a permission in one channel."""

    def deny(local: LocalDiscord) -> None:
        place = next(each for each in local.world.channels.values() if each.name == channel)
        place.overwrites.append(type(place.overwrites[0])(role(local, "Keeper").id, 0, 0, int(permission)))

    return deny


THERE = "I need **Send Messages** in <#"
ELSEWHERE: dict[str, tuple[str, list[str]]] = {
    # steps, and what has been done when the user is told
    "by name": ("[{send: a}, {send: {channel: '#staff', content: b}}]", []),
    "by a template that is known at the start": ("[{send: a}, {send: {channel: '{{ \"#staff\" }}', content: b}}]", []),
    "by a template that a step sets": (
        "[{let: {to: '#staff'}}, {send: a}, {send: {channel: '{{ vars.to }}', content: b}}]",
        ["a", "b"],  # and Discord has refused the second
    ),
}


@pytest.mark.parametrize(("steps", "before"), ELSEWHERE.values(), ids=ELSEWHERE)
async def test_a_permission_in_another_channel_is_asked_for_there(bot: StartBot, steps: str, before: list[str]) -> None:
    made = await started(bot, steps, denied_in("staff", Permissions.SEND_MESSAGES))
    trace = await made.ran("it")
    told = [text for text, _ in said(trace) if text.startswith("I need **") and "Send Messages** in <#" in text]
    assert len(told) == 1
    assert done(made) == before


HERE = ("'{{ channel }}'", "'{{ channel.id }}'", "'#general'")


@pytest.mark.parametrize("channel", HERE)
async def test_the_interactions_own_channel_is_that_whatever_it_is_called(bot: StartBot, channel: str) -> None:
    made = await started(bot, f"[{{send: {{channel: {channel}, content: b}}}}]", without(Permissions.SEND_MESSAGES))
    assert said(await made.ran("it"))[0][0].startswith("I need **Send Messages** here")


async def test_a_channel_that_is_not_there_is_left_to_the_step(bot: StartBot) -> None:
    made = await started(bot, "[{send: {channel: '#nowhere', content: b}}]", as_it_is)
    assert said(await made.ran("it"))[-1][0].startswith("Something went wrong")


async def test_in_a_thread_sending_has_a_permission_of_its_own(bot: StartBot) -> None:
    made = await started(bot, "[{send: b}]", without(Permissions.SEND_MESSAGES_IN_THREADS))
    trace = await made.ran("it")
    thread = {**trace.payload["channel"], "type": int(ChannelType.PUBLIC_THREAD)}
    made.engine.receive({**trace.payload, "id": str(trace.id + 1), "channel": thread})
    await made.idle()
    assert "Send Messages In Threads" in made.log.of("not permitted")[0]["reason"]


async def test_a_permission_of_the_server_is_not_the_channels(bot: StartBot) -> None:
    """In a channel the bit of Manage Roles is for the channel's own permissions, and no help with roles."""

    def swap(local: LocalDiscord) -> None:
        without(Permissions.MANAGE_ROLES)(local)
        place = next(each for each in local.world.channels.values() if each.name == "general")
        place.overwrites.append(
            type(place.overwrites[0])(role(local, "Keeper").id, 0, int(Permissions.MANAGE_ROLES), 0)
        )

    made = await started(bot, "[{give: '@Muted'}]", swap)
    trace = await made.ran("it")
    assert int(trace.payload["app_permissions"]) & Permissions.MANAGE_ROLES
    assert said(trace)[0][0].startswith("I need **Manage Roles** here")


# --- the hierarchy


def lowered(local: LocalDiscord) -> None:
    """Put the bot's role below Moderator and above Support."""
    role(local, "Keeper").position, role(local, "Moderator").position = 3, 4


def integrated(local: LocalDiscord) -> None:
    """Make Muted a role of an integration."""
    role(local, "Muted").managed_by = 1


def owning(local: LocalDiscord) -> None:
    """Let the bot own the server, with its role below all others."""
    the_guild(local).owner_id = local.application_id
    role(local, "Keeper").position = 1
    role(local, "Muted").position = 4


def level(local: LocalDiscord) -> None:
    """Put the bot's role, which is the younger one, on one level with Moderator."""
    role(local, "Keeper").position = role(local, "Moderator").position


ABOVE, FIXED = (
    "I can't give or take **@{}**, which is not below my highest role.",
    "Nobody can give or take **@{}** by hand.",
)
ROLES: dict[str, tuple[str, Callable[[LocalDiscord], None], str]] = {
    "below": ("'@Support'", lowered, ""),
    "above": ("'@Moderator'", lowered, ABOVE.format("Moderator")),
    "one of several above": ("['@Support', '@Moderator']", lowered, ABOVE.format("Moderator")),
    "on one level, and older": ("'@Moderator'", level, ABOVE.format("Moderator")),
    "its own, an integration's too": ("'@Keeper'", lowered, FIXED.format("Keeper")),
    "another integration's": ("'@Muted'", integrated, FIXED.format("Muted")),
    "everybody's": ("'{{ guild.id }}'", lowered, FIXED.format("everyone")),
    "that is not there": ("'@Nobody'", lowered, ""),
    "as the server's owner": ("'@Moderator'", owning, ""),
}


@pytest.mark.parametrize(("which", "prepare", "refusal"), ROLES.values(), ids=ROLES)
async def test_a_role_has_to_be_below_the_bot(
    bot: StartBot, which: str, prepare: Callable[[LocalDiscord], None], refusal: str
) -> None:
    made = await started(bot, f"[{{send: b}}, {{give: {which}}}, {{reply: ok}}]", prepare)
    ((text, is_private),) = said(await made.ran("it"))
    assert (text.startswith(refusal), is_private) == (True, True) if refusal else (text, is_private) == ("ok", False)
    assert done(made) == ([] if refusal else ["b", "give"])


async def test_a_role_that_the_user_chose_is_looked_at_before_the_first_effect(bot: StartBot) -> None:
    made = await started(bot, "[{send: b}, {when: options.role, give: '{{ options.role }}'}, {reply: ok}]", lowered)
    assert said(await made.ran("it", role="Moderator"))[0][0].startswith(ABOVE.format("Moderator"))
    made = await started(bot, "[{send: b}, {give: '{{ options.role or guild.id }}'}, {reply: ok}]", lowered)
    assert said(await made.ran("it", role="Moderator"))[0][0].startswith(ABOVE.format("Moderator"))
    assert done(made) == []


MEMBERS: dict[str, tuple[str, str, Callable[[LocalDiscord], None], str]] = {
    # who asks, whom it is done to, the world, and what is said of them; nothing if it is done
    "a member without roles": ("Mo", "Robin", as_it_is, ""),
    "a member below both": ("Mo", "Sam", as_it_is, ""),
    "one above the bot": ("Olive", "Mo", lowered, "is not below me."),
    "one above the caller": ("Sam", "Mo", as_it_is, "is not below you"),
    "one on the caller's level": ("Robin", "Kim", as_it_is, "is not below you"),
    "oneself": ("Robin", "Robin", as_it_is, ""),
    "the owner": ("Mo", "Olive", as_it_is, "Nobody can do that to the owner of the server."),
    "the bot itself": ("Olive", "Keeper", as_it_is, "is not below me."),
    "asked by the owner": ("Olive", "Mo", as_it_is, ""),
}


@pytest.mark.parametrize(("user", "who", "prepare", "refusal"), MEMBERS.values(), ids=MEMBERS)
async def test_a_member_has_to_be_below_the_bot_and_below_whoever_asks(
    bot: StartBot, user: str, who: str, prepare: Callable[[LocalDiscord], None], refusal: str
) -> None:
    made = await started(bot, "[{send: b}, {hit: '{{ options.who or user }}'}, {reply: ok}]", prepare)
    ((text, is_private),) = said(await made.ran("it", user=user, who=who))
    assert (refusal in text, is_private) == (True, True) if refusal else (text, is_private) == ("ok", False)
    assert done(made) == ([] if refusal else ["b", "hit"])
