"""discord.py's side: what it is asked for, what it is used for, and that connections come and go unnoticed."""

import asyncio
import logging
from collections.abc import AsyncIterator, Callable
from typing import Any, cast

import discord
import pytest
import yarl
from aiohttp import web
from discord.gateway import DiscordWebSocket
from discord.http import Route

from runner.emulator.clock import RealClock, elapse
from runner.emulator.server import LocalDiscord
from runner.emulator.trace import Trace
from runner.gateway import Gateway, TokenRefused, Unreachable
from runner.logs import LineFormatter
from runner.rest import RestRefused
from tests.conftest import Bot, Lines, StartBot
from tests.openapi import faults_of

FAST = "commands: {fast: {description: d, reply: Hello}}"


def answers(trace: Trace) -> list[str]:
    """Return what the user of an interaction reads."""
    return [message.content for message in trace.messages]


def identified(local: LocalDiscord) -> dict[str, Any]:
    """Return the body of the first IDENTIFY."""
    sent = [cast(dict[str, Any], entry.request) for entry in local.wire if entry.method == "op 2"]  # gateway frames
    return cast(dict[str, Any], sent[0]["d"])


# --- the private names of discord.py that are used


def test_the_private_names_of_discord_py_are_where_they_are_looked_for() -> None:
    """A new version of discord.py that moves one of them must fail here, and not in an operator's bot."""
    assert discord.__version__.startswith("2.7.")
    assert isinstance(Route.BASE, str)
    assert isinstance(DiscordWebSocket.DEFAULT_GATEWAY, yarl.URL)
    state: Any = vars(discord.Client(intents=discord.Intents.none()))["_connection"]
    assert callable(state.parsers["INTERACTION_CREATE"])
    assert issubclass(discord.HTTPException, Exception)
    assert "_errors" in discord.HTTPException.__init__.__code__.co_names


def test_voice_is_not_missed() -> None:
    Gateway("http://127.0.0.1:1", None, lambda _: None)
    assert not discord.VoiceClient.warn_nacl
    assert not discord.VoiceClient.warn_dave


# --- connecting


async def test_it_identifies_with_the_least_intents_and_the_presence_of_the_config(bot: StartBot) -> None:
    made = await bot(f"""
        bot: {{presence: {{status: dnd, activity: {{type: watching, name: the queue}}}}}}
        {FAST}
        """)
    body = identified(made.local)
    assert body["intents"] == discord.Intents(guilds=True).value
    assert body["presence"]["status"] == "dnd"
    activity = body["presence"]["game"]  # discord.py's name for it here
    assert (activity["name"], activity["type"]) == ("the queue", 3)


async def test_the_gateways_address_comes_from_discord(bot: StartBot) -> None:
    made = await bot(FAST)
    assert str(DiscordWebSocket.DEFAULT_GATEWAY) == made.local.gateway_url
    assert [entry.route for entry in made.local.wire if entry.route == "/gateway/bot"]


async def test_channels_and_roles_are_found_by_name(bot: StartBot) -> None:
    made = await bot(FAST)
    guild = next(iter(made.local.world.guilds.values()))
    (support,) = [role.id for role in guild.roles.values() if role.name == "Support"]
    await elapse(1)
    assert made.gateway.guild_name(str(guild.id)) == guild.name
    assert made.gateway.role_named(str(guild.id), "Support") == str(support)
    assert made.gateway.channel_named(str(guild.id), "general") is not None
    assert made.gateway.channel_named(str(guild.id), "nowhere") is None
    assert made.gateway.role_named("", "Support") is None
    assert made.gateway.guild_name("1") == ""


async def test_templates_read_of_the_bot_what_discord_says(bot: StartBot) -> None:
    made = await bot("""
        commands:
          me: {description: d, reply: "{{ bot.name }} {{ bot.mention }} {{ bot.latency_ms }} {{ guild.name }}"}
        """)
    name, mention, latency, guild = answers(await made.ran("me"))[0].split(" ")
    assert (name, mention, guild) == ("Keeper", f"<@{made.local.application_id}>", "Lighthouse")
    assert latency.isdigit()


# --- connections that end

Break = Callable[[LocalDiscord], None]

ENDS: dict[str, Break] = {
    "cut": lambda local: local.drop_gateway(),
    "told to reconnect": lambda local: local.reconnect(),
    "invalid, can be resumed": lambda local: local.invalidate(resumable=True),
    "invalid": lambda local: local.invalidate(resumable=False),
    "closed as the server goes": lambda local: local.close_gateway(1001),
    "closed for an unknown error": lambda local: local.close_gateway(4000),
    "closed without a reason": lambda local: local.close_gateway(1000),
}


@pytest.mark.parametrize("end", ENDS)
async def test_a_connection_that_ends_is_followed_by_another(bot: StartBot, end: str) -> None:
    made = await bot(FAST)
    ENDS[end](made.local)
    await elapse(60)
    assert made.local.is_connected
    assert answers(await made.ran("fast")) == ["Hello"]


async def test_what_was_missed_while_the_connection_was_away_is_answered_in_time(bot: StartBot) -> None:
    made = await bot(FAST)
    made.local.drop_gateway()
    trace = made.command("fast")
    assert await trace.acknowledged(3)
    await made.idle()
    assert answers(trace) == ["Hello"]
    assert [entry.route for entry in made.local.wire if entry.route == "RESUMED"]


async def test_an_answer_under_way_does_not_notice_that_the_gateway_is_gone(bot: StartBot) -> None:
    made = await bot("commands: {slow: {description: d, steps: [{wait: 5s}, {reply: Hello}]}}")
    trace = made.command("slow")
    await trace.acknowledged()
    made.local.drop_gateway()
    await made.idle()
    assert answers(trace) == ["Hello"]


async def test_a_reconnect_registers_nothing(bot: StartBot) -> None:
    made = await bot(FAST)
    made.local.invalidate(resumable=False)
    await elapse(60)
    writes = [entry for entry in made.local.wire if entry.method in ("PUT", "POST") and "/commands" in entry.route]
    assert len(writes) == 1


async def test_each_attempt_to_reconnect_is_one_line_without_a_traceback(bot: StartBot) -> None:
    made = await bot(FAST)
    heard = Lines()
    logging.getLogger("discord").addHandler(heard)
    try:
        await made.local.stop()
        await elapse(60)
    finally:
        logging.getLogger("discord").removeHandler(heard)
        await made.local.start()
    lines = heard.text(LineFormatter("text"))
    assert 2 <= len(lines) <= 20
    for line in lines:
        assert ' warning log logger=discord.client message="the connection to Discord was lost (' in line
        assert "traceback" not in line
    await elapse(300)
    assert answers(await made.ran("fast")) == ["Hello"]


async def test_a_session_that_discord_ends_for_good_ends_the_bot(bot: StartBot) -> None:
    made = await bot(FAST)
    made.local.close_gateway(4004)
    with pytest.raises(TokenRefused):
        await made.task


@pytest.mark.parametrize(("code", "said"), [(4013, "closed the connection with 4013"), (4014, "intent")])
async def test_what_discord_ends_for_another_reason_says_which(bot: StartBot, code: int, said: str) -> None:
    made = await bot(FAST)
    made.local.close_gateway(code)
    with pytest.raises(Unreachable, match=said):
        await made.task


# --- login


@pytest.fixture
async def local() -> AsyncIterator[LocalDiscord]:
    """A local Discord in real time."""
    server = LocalDiscord(clock=RealClock())
    await server.start()
    yield server
    await server.stop()
    assert [str(fault) for fault in faults_of(server.wire)] == []


async def login(api_url: str, token: str) -> None:
    """Log a gateway in and close it."""
    gateway = Gateway(api_url, None, lambda _: None)
    try:
        await gateway.login(token)
    finally:
        await gateway.close()


async def test_a_wrong_token_is_refused_by_name(local: LocalDiscord) -> None:
    with pytest.raises(TokenRefused) as caught:
        await login(local.base_url, "wrong.token.altogether")
    assert "wrong" not in str(caught.value)


async def test_a_discord_that_is_not_there_is_named_with_the_cause() -> None:
    with pytest.raises(Unreachable, match=r"^http://127\.0\.0\.1:1/api/v10 \(.*\)$"):
        await login("http://127.0.0.1:1/api/v10", "some.token.here")


@pytest.mark.parametrize(
    ("body", "media_type"), [("<html>Sign in to the hotel's Wi-Fi</html>", "text/html"), ("[]", "application/json")]
)
async def test_something_else_in_discords_place_is_recognised(body: str, media_type: str) -> None:
    async def answer(_: web.Request) -> web.Response:
        return web.Response(body=body.encode(), headers={"Content-Type": media_type})

    app = web.Application()
    app.router.add_route("*", "/{path:.*}", answer)
    runner = web.AppRunner(app)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    try:
        with pytest.raises(Unreachable, match="not Discord"):
            await login(f"http://127.0.0.1:{runner.addresses[0][1]}", "some.token.here")
    finally:
        await runner.cleanup()


async def test_a_gateway_that_is_away_at_the_start_is_tried_again(bot: StartBot) -> None:
    """discord.py 2.7.1 fails with an AttributeError of its own there."""
    made = await bot(FAST)
    away = Gateway(made.local.base_url, None, lambda _: None)
    await away.login(made.local.token)
    right = DiscordWebSocket.DEFAULT_GATEWAY
    DiscordWebSocket.DEFAULT_GATEWAY = yarl.URL("ws://127.0.0.1:1/gateway")
    serving = asyncio.create_task(away.serve())
    await elapse(30)
    assert not serving.done()
    DiscordWebSocket.DEFAULT_GATEWAY = right
    await asyncio.wait_for(away.ready(), 30)
    await away.close()
    await serving


# --- calls with the bot's own token


async def refused(made: Bot, method: str, route: str, json: object = None) -> RestRefused:
    """Make a call that is refused, and return the refusal."""
    with pytest.raises(RestRefused) as caught:
        await made.gateway.request(method, route, json)
    return caught.value


async def test_a_refused_call_says_what_discord_said(bot: StartBot) -> None:
    made = await bot(FAST)
    unknown = await refused(made, "GET", "/channels/1234567890123456")
    assert (unknown.status, unknown.code) == (404, 10003)
    channel = made.gateway.channel_named(str(next(iter(made.local.world.guilds))), "general")
    bad = await refused(made, "POST", f"/channels/{channel}/messages", {"content": "x" * 2001})
    assert (bad.status, bad.code, bad.message) == (400, 50035, "Invalid Form Body")
    assert "content" in bad.errors


@pytest.mark.parametrize("url", ["http://127.0.0.1:1/a.txt", "https://example.com/cdn.discordapp.com", "a.txt"])
async def test_files_are_fetched_from_discord_alone(bot: StartBot, url: str) -> None:
    made = await bot(FAST)
    with pytest.raises(RestRefused, match="no address at which Discord keeps files"):
        await made.gateway.download(url)


async def test_a_call_that_finds_no_discord_is_a_refusal_too(bot: StartBot) -> None:
    made = await bot(FAST)
    made.local.faults.next("GET /channels", cut="before", times=10)
    cut = await refused(made, "GET", "/channels/1234567890123456")
    assert (cut.status, cut.code) == (0, 0)
