"""What has ended leaves nothing behind that only the garbage collector would free: collections hold up the loop."""

import gc
from collections import Counter
from collections.abc import Callable, Iterator

import pytest

from runner.emulator.clock import elapse
from runner.engine.acknowledger import Acknowledger
from runner.engine.claim import Claim
from runner.engine.live import Live
from runner.engine.steps import Run
from tests.conftest import Bot, StartBot

BOT = """
commands:
  ping: {description: d, reply: Pong}
  slow: {description: d, steps: [{wait: 5s}, {reply: Done}]}
  broken: {description: d, steps: [{fail: Never}], on_error: [{reply: "{{ error.message }}"}]}
  late: {description: d, timeout: 1s, steps: [{wait: "{{ 5 }}"}], on_timeout: [{reply: Late}]}
  staff: {description: d, check: {if: user.name == "Somebody"}, reply: Yes}
  menu: {description: d, reply: {content: Pick, components: [pick]}}
  both: {description: d, steps: [{parallel: {one: [{wait: 1s}], two: [{wait: 2s}]}}, {reply: Both}]}
  ask:
    description: d
    steps:
      - id: asked
        choose: {prompt: Which?, options: {a: A, b: B}}
      - reply: "{{ steps.asked.value }}"
components:
  pick: {button: {label: Pick}, response: update, steps: [{update: {content: Picked, components: []}}]}
events:
  member_join:
    steps:
      - send: {channel: "#general", content: Hello}
      - wait: {duration: 1m, saved: true}
      - send: {channel: "#general", content: Still here}
"""


Left = Callable[[], dict[str, int]]


@pytest.fixture
def left() -> Iterator[Left]:
    """Have nothing collected while a test runs, and tell what it has left of what something under way has."""
    gc.collect()
    gc.disable()
    others = {id(each): each for each in _under_way()}  # held, so that no other object gets one of their ids
    yield lambda: dict(Counter(type(each).__name__ for each in _under_way() if id(each) not in others))
    gc.enable()


def _under_way() -> list[object]:
    return [each for each in gc.get_objects() if isinstance(each, (Live, Run, Acknowledger, Claim))]


@pytest.mark.parametrize(
    ("name", "outcome"),
    [
        ("ping", "ok"),
        ("slow", "ok"),
        ("broken", "failed"),
        ("late", "timeout"),
        ("staff", "refused"),
        ("both", "ok"),
    ],
)
async def test_a_command_is_freed_when_it_has_ended(bot: StartBot, left: Left, name: str, outcome: str) -> None:
    made = await bot(BOT)
    for _ in range(3):
        await made.ran(name)
    await elapse(20)  # its timers are gone
    assert [line["outcome"] for line in made.log.of("interaction")] == [outcome] * 3
    assert left() == {}


async def test_a_click_is_freed_when_it_has_ended(bot: StartBot, left: Left) -> None:
    made = await bot(BOT)
    (shown,) = (await made.ran("menu")).messages
    await made.pressed(shown.id, "Pick")
    await elapse(20)
    assert (made.text(shown.id), left()) == ("Picked", {})


async def test_a_question_is_freed_while_it_waits_and_when_it_has_ended(bot: StartBot, left: Left) -> None:
    made = await bot(BOT)
    (shown,) = (await made.ran("ask")).messages
    await settled(made)
    assert left() == {}
    await made.pressed(shown.id, "A")
    await settled(made)
    assert (made.line()["outcome"], left()) == ("ok", {})


async def test_what_nobody_has_begun_is_freed_while_it_waits_and_when_it_has_ended(bot: StartBot, left: Left) -> None:
    made = await bot(BOT)
    made.local.join(user="Noa")
    await settled(made)
    assert left() == {}
    await elapse(90)
    await settled(made)
    said = [seen["content"] for seen in made.local.messages_for(user="Robin", channel="general", limit=9)]
    assert (said[-2:], left()) == (["Hello", "Still here"], {})


async def settled(made: Bot) -> None:
    """Wait until the bot has done with what has happened, and its timers are gone."""
    await elapse(0.5)
    await made.engine.events.idle()
    await made.idle()
    await elapse(20)
