"""What a user sees when more goes wrong than a call: blank texts, wrong clocks, restarts; on a local Discord's wire."""

import asyncio
from collections.abc import Mapping
from pathlib import Path
from typing import Any, ClassVar

import pytest

from runner.actions.action import Action, Step
from runner.data import dataclass
from runner.emulator.clock import elapse
from runner.emulator.trace import Trace
from runner.engine.answers import Answer, Method, NotSent
from runner.engine.interaction import Engine
from runner.engine.memory import Memory
from runner.fields import Duration, option
from runner.logs import LineFormatter, Log
from tests.conftest import Bot, StartBot

RESTARTING = "I am being restarted. Please try again in a moment."


@dataclass(frozen=True, slots=True, kw_only=True)
class Idle(Action):
    """Claim to be fast, and take its time.

    Example:
        - idle: 5s
    """

    whole: ClassVar[str | None] = "duration"

    duration: Duration = option("How long.", minimum=0.001, maximum=900)

    async def run(self, step: Step) -> Mapping[str, object] | None:
        await step.sleep(self.duration)
        return None


class Nobody:
    """A way to Discord that leads nowhere."""

    async def request(
        self, method: Method, path: str, body: bytes | None, *, deadline: float, fresh: bool = False
    ) -> Answer:
        raise NotSent


def seen(trace: Trace) -> list[tuple[str, bool]]:
    """Return what the user of an interaction reads in the end, and whether nobody else does."""
    return [(message.content, message.ephemeral) for message in trace.messages if not message.deleted]


def failed(bot: Bot) -> str:
    """Return the built-in sentence for the latest failure."""
    return f"Something went wrong (`{bot.line()['reference']}`)."


# --- sentences that Discord doesn't take


@pytest.mark.parametrize("denied", ["' '", "'{{ \" \" }}'", '"\\n\\n"'], ids=["blank", "blank in the end", "lines"])
async def test_a_refusal_that_comes_out_blank_is_said_in_other_words(bot: StartBot, denied: str) -> None:
    made = await bot(f"""
        checks: {{never: {{if: 1 > 2, denied: {denied}}}}}
        commands:
          at_once: {{description: d, check: never, reply: Hello}}
          later: {{description: d, steps: [{{wait: 5s}}, {{require: never}}, {{reply: Hello}}]}}
        """)
    for name in ("at_once", "later"):
        assert seen(await made.ran(name)) == [("You can't do that here.", True)]
        assert made.line()["outcome"] == "refused"
    assert made.log.warnings == []


async def test_a_blank_refusal_for_want_of_a_permission_names_the_permission(bot: StartBot) -> None:
    made = await bot("""
        commands:
          purge: {description: d, visible_to: [], permissions: {member: [manage_guild], denied: ' '}, reply: Hello}
        """)
    assert seen(await made.ran("purge")) == [("You need **Manage Server** here.", True)]


async def test_a_failure_that_comes_out_blank_is_said_in_other_words(bot: StartBot) -> None:
    made = await bot("""commands: {fail: {description: d, steps: [{fail: "{{ ' ' }}"}]}}""")
    assert seen(await made.ran("fail")) == [(failed(made), True)]


@pytest.mark.parametrize(
    ("steps", "part"),
    [
        pytest.param("[{require: never}]", "callback", id="a refusal"),
        pytest.param("[{wait: 5s}, {require: never}, {reply: Hello}]", "follow_up", id="a refusal behind a spinner"),
        pytest.param("[{fail: Bad words}]", "callback", id="a failure"),
        pytest.param("[{wait: 5s}, {fail: Bad words}]", "original", id="a failure behind a spinner"),
    ],
)
async def test_words_that_automod_blocks_are_replaced_by_neutral_ones(bot: StartBot, steps: str, part: str) -> None:
    made = await bot(f"""
        checks: {{never: {{if: 1 > 2, denied: Bad words}}}}
        commands: {{try: {{description: d, steps: {steps}}}}}
        """)
    made.local.faults.next("POST /webhooks/" if part == "follow_up" else part, status=400, code=200000)
    trace = await made.ran("try")
    ((content, _),) = seen(trace)
    assert content == ("You can't do that here." if "require" in steps else failed(made))


# --- a clock that is wrong, and nobody knows it yet


@pytest.mark.parametrize("ahead_s", [-600.0, -90.0, -2.0, 2.0, 4.0, 90.0, 600.0])
async def test_a_clock_that_has_just_been_set_lets_nobody_down(bot: StartBot, ahead_s: float) -> None:
    made = await bot("""
        commands:
          fast: {description: d, reply: Hello}
          slow: {description: d, timeout: 14m, steps: [{wait: 13m}, {reply: Hello}]}
        """)
    assert seen(await made.ran("fast")) == [("Hello", False)]
    made.clock.ahead_s = ahead_s
    made.local.faults.next("callback", cut="before")
    made.local.faults.next("callback", status=502)
    traces = made.command("fast"), made.command("slow")
    await made.idle()
    assert [seen(trace) for trace in traces] == [[("Hello", False)]] * 2
    assert [trace.acknowledgements for trace in traces] == [1, 1]
    assert made.log.warnings == []


@pytest.mark.parametrize("ahead_s", [-3600.0, -10.0, 10.0, 3600.0])
async def test_a_wrong_clock_that_is_known_leaves_the_watchdog_its_patience(bot: StartBot, ahead_s: float) -> None:
    made = await bot(
        "commands: {hang: {description: d, steps: [{idle: 10s}, {reply: Hello}]}}", more={"idle": Idle}, ahead_s=ahead_s
    )
    await elapse(1)  # by then Discord has said what time it is
    trace = await made.ran("hang")
    assert trace.acknowledged_at is not None
    assert 0.4 < trace.acknowledged_at - trace.dispatched_at < 1.6


# --- a process that stops


async def stopped_while(bot: StartBot, command: str, *, more: str = "", strike: dict[str, Any] | None = None) -> Bot:
    """Return a bot that has been stopped as soon as somebody had typed `/try`: 10 s later what still runs is cut."""
    made = await bot(f"{more}\ncommands: {{try: {{description: d, timeout: 10m, {command}}}}}")  # Any: a fault
    if strike:
        made.local.faults.next(**strike)
    made.command("try")
    await elapse(0.01)
    await made.stop()
    return made


def the_trace(bot: Bot) -> Trace:
    """Return the one interaction that a bot was asked."""
    (trace,) = bot.local.traces
    return trace


async def test_a_restart_during_an_error_handler_still_ends_in_the_error(bot: StartBot) -> None:
    rescue = "steps: [{wait: 5s}, {fail: Broken}], on_error: [{wait: '{{ 60 }}'}, {reply: never}]"
    made = await stopped_while(bot, rescue)
    assert seen(the_trace(made)) == [("Broken", False)]
    assert made.line()["total_ms"] == pytest.approx(10_000, abs=50)


async def test_a_restart_while_a_sentence_is_on_its_way_lets_it_arrive(bot: StartBot) -> None:
    made = await stopped_while(
        bot,
        "steps: [{wait: 9s}, {require: never}]",
        more="checks: {never: {if: 1 > 2, denied: Not you.}}",
        strike={"match": "DELETE", "delay_s": 3.0},
    )
    assert seen(the_trace(made)) == [("Not you.", True)]
    assert made.line()["outcome"] == "refused"


async def test_a_restart_is_told_once(bot: StartBot) -> None:
    made = await stopped_while(
        bot, "steps: [{wait: '{{ 60 }}'}, {reply: never}]", strike={"match": "original", "delay_s": 3.0}
    )
    assert seen(the_trace(made)) == [(RESTARTING, False)]
    assert made.line()["outcome"] == "cancelled"


async def test_suggestions_that_are_asked_for_during_a_restart_are_none(bot: StartBot) -> None:
    made = await bot("commands: {slow: {description: d, steps: [{wait: 5s}, {reply: Hello}]}}")
    trace = made.command("slow")
    await trace.acknowledged()
    stopping = asyncio.create_task(made.stop())
    await elapse(1)
    asked = {**trace.payload, "id": str(trace.id + 1), "type": 4, "data": {"id": "1", "name": "slow", "type": 1}}
    made.engine.receive(asked)
    await stopping
    (said,) = [entry.request for entry in made.local.wire if str(trace.id + 1) in entry.route]
    assert said == {"type": 8, "data": {"choices": []}}


async def test_an_engine_that_ends_lets_go_of_what_has_not_begun(bot: StartBot) -> None:
    made = await bot("commands: {fast: {description: d, reply: Hello}}")
    payload = (await made.ran("fast")).payload
    engine = Engine(
        made.engine.program,
        application_id=made.gateway.application_id,
        answers=Nobody(),
        rest=made.gateway,
        directory=made.gateway,
        memory=Memory(Path(), now=made.clock.now),
        now=made.clock.now,
        log=Log("runner"),
    )

    async def serve() -> None:
        async with engine:
            engine.receive(payload)
            raise ZeroDivisionError

    with pytest.raises(ExceptionGroup):
        await serve()
    assert engine.live == ()


# --- a deletion, and a watchdog, that are overtaken


async def test_a_timeout_in_the_middle_of_a_deletion_leaves_its_user_an_end(bot: StartBot) -> None:
    """The watchdog has deferred in public, the answer is private: the spinner goes, and Discord takes its time."""
    made = await bot(
        """
        commands:
          hang:
            description: d
            timeout: 2500ms
            steps: [{idle: 2s}, {defer: {ephemeral: true}}, {reply: {content: For you, ephemeral: true}}]
        """,
        more={"idle": Idle},
    )
    made.local.faults.next("DELETE", delay_s=2.0)
    trace = await made.ran("hang")
    assert [content for content, _ in seen(trace)] == [
        f"This took too long, so I stopped (`{made.line()['reference']}`)."
    ]


@pytest.mark.parametrize(
    ("status", "code", "acknowledged", "outcome"),
    [(400, 50035, 1, "ok"), (404, 10062, 0, "unacknowledged"), (400, 40060, 0, "answered elsewhere")],
)
async def test_a_click_without_an_answer_waits_for_what_the_watchdog_has_begun(
    bot: StartBot, status: int, code: int, acknowledged: int, outcome: str
) -> None:
    """The steps end at 1.6 s, without a word; the watchdog's deferral is refused at 2 s."""
    made = await bot(
        """
        commands: {ask: {description: d, reply: {content: Who?, components: [join]}}}
        components: {join: {button: {label: I}, steps: [{idle: 1600ms}]}}
        """,
        more={"idle": Idle},
    )
    asked = await made.ran("ask")
    made.local.faults.next("callback", delay_s=0.5, status=status, code=code)
    click = made.click(asked.messages[0].id, "join")
    await made.idle()
    assert click.acknowledgements == acknowledged
    assert made.line()["outcome"] == outcome


# --- the log


async def test_what_a_user_wrote_is_in_no_line_about_a_failure(bot: StartBot) -> None:
    made = await bot("""
        commands:
          say:
            description: d
            options: {text: {type: string, description: d, required: true}}
            steps: [{fail: "No: {{ options.text }}", catch: [{fail: "No, no: {{ options.text }}"}]}]
            on_error: [{fail: "Never: {{ options.text }}"}]
          other: {description: d, steps: [{fail: The queue is closed.}]}
        """)
    trace = await made.ran("say", text="my private words")
    assert seen(trace) == [("No, no: my private words", True)]
    logged = "\n".join(made.log.text(LineFormatter("text")))
    assert "my private words" not in logged
    assert made.log.of("step failed")[0]["step"] == "fail"
    await made.ran("other")
    assert made.log.of("step failed")[1]["reason"] == "The queue is closed."


async def test_an_expected_failure_in_an_error_handler_is_a_line_and_no_traceback(bot: StartBot) -> None:
    made = await bot("commands: {try: {description: d, steps: [{fail: One}], on_error: [{fail: Two}]}}")
    await made.ran("try")
    assert made.log.of("rescue failed")[0]["reason"] == "Two"
    assert "Traceback" not in "\n".join(made.log.text(LineFormatter("text")))
