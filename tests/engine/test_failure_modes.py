"""What goes wrong in bots and is shown nowhere else; the numbers are those of `tests.failures`."""

import asyncio

from runner.emulator.clock import VirtualClock, elapse
from runner.emulator.server import LocalDiscord
from tests.conftest import Bot, StartBot, compiled


def contents(made: Bot, channel: str = "general") -> list[str]:
    """Return what stands in a channel."""
    return [each["content"] for each in made.local.messages_for(user="Robin", channel=channel)]


async def test_f07_a_button_works_after_a_restart(bot: StartBot) -> None:
    config = """
        commands: {menu: {description: d, reply: {content: Choose, components: [it]}}}
        components: {it: {button: {label: It}, response: update, steps: [{update: {content: Chosen}}]}}
    """
    first = await bot(config)
    (posted,) = (await first.ran("menu")).messages
    await first.stop()
    await elapse(86_400 / 24)
    second = await bot(config, local=first.local)
    clicked = second.click(posted.id, "it")
    await second.idle()
    assert clicked.acknowledged_at is not None
    assert contents(second) == ["Chosen"]


async def test_f16_a_command_that_discord_still_shows_as_it_was_is_answered_privately(bot: StartBot) -> None:
    made = await bot("commands: {it: {description: d, steps: [{send: Hello}, {reply: Hello}]}}")
    made.engine.swap(
        compiled("""
            commands:
              it:
                description: d
                options: {count: {type: integer, description: d, required: true}}
                response: {ephemeral: true}
                steps: [{send: "{{ options.count + 1 }}"}, {reply: "{{ options.count }}"}]
        """)
    )
    trace = await made.ran("it")  # as a client sends it that has not heard of the change
    (told,) = trace.messages
    assert told.ephemeral
    assert "went wrong" in told.content or "changed" in told.content
    assert contents(made) == [told.content]


async def test_f23_a_rate_limit_of_discords_is_a_failure_that_can_be_caught(bot: StartBot) -> None:
    made = await bot("""
        commands:
          it:
            description: d
            steps:
              - send: Hello
                timeout: 3s
                catch: [{reply: Discord wants me to slow down.}]
    """)
    made.local.faults.next("messages", status=429, retry_after=600)
    trace = await made.ran("it")
    assert [message.content for message in trace.messages] == ["Discord wants me to slow down."]
    await elapse(600)


async def test_r12_an_answer_never_waits_behind_a_call_that_a_rate_limit_holds_back(bot: StartBot) -> None:
    made = await bot("""
        commands:
          much: {description: d, timeout: 1m, steps: [{repeat: 20, do: [{send: "{{ loop.index }}"}]}, {reply: Done}]}
          ping: {description: d, reply: Pong}
    """)
    made.local.rate_limits.is_strict = True
    much = made.command("much")
    await elapse(2)
    assert len(contents(made)) < 20  # the rest is held back
    ping = made.command("ping")
    await elapse(0.1)
    assert ping.acknowledged_at is not None
    assert ping.acknowledged_at - ping.dispatched_at < 0.1
    await made.idle()
    assert [message.content for message in much.messages] == ["Done"]


async def test_s28_an_address_that_discord_sends_interactions_to_instead_is_warned_of(bot: StartBot) -> None:
    local = LocalDiscord(clock=VirtualClock(asyncio.get_running_loop()))
    local.world.interactions_endpoint_url = "https://example.com/interactions"
    await local.start()
    try:
        made = await bot("commands: {it: {description: d, reply: Hello}}", local=local)
        assert made.log.warnings == ["no interaction will come"]
        await made.stop()
    finally:
        await local.stop()
