"""Where only the user has installed the app: who sees the answers, and how many follow-ups there are."""

import pytest

from runner.emulator.server import LocalDiscord
from runner.emulator.trace import Trace
from runner.lifecycle.bits import Permissions
from tests.conftest import Bot, StartBot

BOTH, USER, GUILD = "[guild_install, user_install]", "user_install", "guild_install"


def bot_for(installations: str, body: str) -> str:
    """Return a bot with one command for these installations of the app."""
    return f"commands: {{it: {{description: d, integration_types: {installations}, {body}}}}}"


def said(trace: Trace) -> list[tuple[str, bool]]:
    """Return what the user of an interaction reads in the end, and whether nobody else does."""
    return [(message.content, message.ephemeral) for message in trace.messages if not message.deleted]


def take_from_everyone(local: LocalDiscord, permission: Permissions) -> None:
    """Take a permission from all members of the one server."""
    (guild,) = local.world.guilds.values()
    guild.roles[guild.id].permissions &= ~permission


HANDLERS = {
    "a reply": "reply: Hello",
    "a slow step": "steps: [{wait: 5s}, {reply: Hello}]",
    "a declared defer": "response: defer, reply: Hello",
    "a public reply": "response: defer, steps: [{reply: {content: Hello, ephemeral: false}}]",
}


@pytest.mark.parametrize("handler", HANDLERS.values(), ids=HANDLERS)
@pytest.mark.parametrize("taken", [Permissions.USE_EXTERNAL_APPS, None])
async def test_an_answer_is_private_where_the_user_may_not_show_others_what_the_app_says(
    bot: StartBot, handler: str, taken: Permissions | None
) -> None:
    made = await bot(bot_for(USER, handler))
    if taken is not None:
        take_from_everyone(made.local, taken)
    trace = await made.ran("it")
    assert said(trace) == [("Hello", taken is not None)]
    assert trace.refused == []


async def test_an_answer_that_got_lost_is_known_again_though_discord_made_it_private(bot: StartBot) -> None:
    made = await bot(bot_for(USER, "reply: Hello"))
    take_from_everyone(made.local, Permissions.USE_EXTERNAL_APPS)
    made.local.faults.next("callback", cut="after")
    trace = await made.ran("it")
    assert said(trace) == [("Hello", True)]
    assert made.line()["outcome"] == "ok"


async def test_an_answer_is_public_where_a_server_has_installed_the_app_too(bot: StartBot) -> None:
    made = await bot(bot_for(BOTH, "reply: Hello"))
    take_from_everyone(made.local, Permissions.USE_EXTERNAL_APPS)
    assert said(await made.ran("it")) == [("Hello", False)]


async def test_an_administrator_may_show_others_everything(bot: StartBot) -> None:
    made = await bot(bot_for(USER, "reply: Hello"))
    take_from_everyone(made.local, Permissions.USE_EXTERNAL_APPS)
    assert said(await made.ran("it", user="Olive")) == [("Hello", False)]


async def test_an_answer_in_direct_messages_is_not_forced_to_be_private(bot: StartBot) -> None:
    made = await bot(bot_for(USER, "reply: Hello"))
    take_from_everyone(made.local, Permissions.USE_EXTERNAL_APPS)
    trace = made.local.command(user="Robin", channel="dm", name="it")
    await made.idle()
    assert said(trace) == [("Hello", False)]


def replies(count: int) -> str:
    """Return so many replies."""
    return f"steps: [{', '.join(f'{{reply: n{at}}}' for at in range(count))}]"


@pytest.mark.parametrize(
    ("installations", "replied", "seen", "outcome"),
    [
        pytest.param(USER, 6, 6, "ok", id="the answer and five follow-ups"),
        pytest.param(BOTH, 7, 7, "ok", id="no count where a server has installed it"),
    ],
)
async def test_a_users_app_follows_up_five_times(
    bot: StartBot, installations: str, replied: int, seen: int, outcome: str
) -> None:
    made = await bot(bot_for(installations, replies(replied)))
    trace = await made.ran("it")
    assert [text for text, _ in said(trace)] == [f"n{at}" for at in range(seen)]
    assert trace.refused == []
    assert made.line()["outcome"] == outcome


BUTTON = "reply: {content: Ready?, components: [go]}"


async def clicked(made: Bot) -> Trace:
    """Have the button pressed under a command that only its user has installed, and wait until that has ended."""
    asked = await made.ran("it")
    trace = made.local.click(user="Robin", message=asked.messages[0].id, custom_id="lr:go")
    await made.idle()
    return trace


async def test_one_follow_up_more_is_not_even_sent(bot: StartBot) -> None:
    made = await bot(f"{bot_for(USER, BUTTON)}\ncomponents: {{go: {{button: {{label: Go}}, {replies(7)}}}}}")
    trace = await clicked(made)
    assert [text for text, _ in said(trace)] == [f"n{at}" for at in range(6)]
    assert trace.refused == []
    assert made.line()["outcome"] == "failed"
    assert "five times" in made.log.of("step failed")[0]["reason"]


async def test_the_end_of_a_spinner_is_no_follow_up(bot: StartBot) -> None:
    made = await bot(bot_for(USER, "response: defer, " + replies(6)))
    trace = await made.ran("it")
    assert [text for text, _ in said(trace)] == [f"n{at}" for at in range(6)]
    assert made.line()["outcome"] == "ok"


async def test_a_follow_up_that_may_have_arrived_counts(bot: StartBot) -> None:
    made = await bot(f"{bot_for(USER, BUTTON)}\ncomponents: {{go: {{button: {{label: Go}}, {replies(7)}}}}}")
    made.local.faults.next("follow_up", cut="after")
    trace = await clicked(made)
    assert [text for text, _ in said(trace)] == [f"n{at}" for at in range(6)]
    assert trace.refused == []
