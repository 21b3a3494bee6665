"""`defer`: a spinner now, whose visibility the answer keeps."""

import pytest

from runner.emulator.trace import InteractionState
from tests.conftest import StartBot

BOT = """
commands:
  public: {description: d, steps: [defer, {wait: 5s}, {reply: Hello}]}
  private: {description: d, steps: [{defer: {ephemeral: true}}, {wait: 5s}, {reply: Hello}]}
  as_declared: {description: d, response: [reply, ephemeral], steps: [defer, {wait: 5s}, {reply: Hello}]}
  by_template:
    description: d
    options: {quiet: {type: boolean, description: q, required: true}}
    steps: [{defer: {ephemeral: "{{ options.quiet }}"}}, {wait: 5s}, {reply: Hello}]
  only: {description: d, steps: [{defer: {ephemeral: true}}]}
  ask: {description: d, reply: {content: Ready?, components: [yes]}}
components:
  yes: {button: {label: Yes}, steps: [defer, {wait: 5s}, {reply: Noted}]}
"""


@pytest.mark.parametrize(
    ("name", "is_private"), [("public", False), ("private", True), ("as_declared", True)], ids=lambda value: str(value)
)
async def test_the_answer_takes_the_spinners_place_and_visibility(bot: StartBot, name: str, is_private: bool) -> None:
    made = await bot(BOT)
    trace = made.command(name)
    assert await trace.acknowledged()
    assert trace.state is InteractionState.DEFERRED_SOURCE
    assert [(seen.loading, seen.ephemeral) for seen in trace.messages] == [(True, is_private)]
    await made.idle()
    assert [(seen.content, seen.loading, seen.ephemeral) for seen in trace.messages] == [("Hello", False, is_private)]


@pytest.mark.parametrize("quiet", [True, False])
async def test_a_template_may_decide_before_the_spinner(bot: StartBot, quiet: bool) -> None:
    trace = await (await bot(BOT)).ran("by_template", quiet=quiet)
    assert [(seen.content, seen.ephemeral) for seen in trace.messages] == [("Hello", quiet)]


async def test_a_spinner_that_nothing_follows_is_ended_by_the_engine(bot: StartBot) -> None:
    trace = await (await bot(BOT)).ran("only")
    assert [(seen.content, seen.loading, seen.ephemeral) for seen in trace.messages] == [("Done.", False, True)]


async def test_a_component_can_show_a_spinner_of_its_own(bot: StartBot) -> None:
    made = await bot(BOT)
    asked = (await made.ran("ask")).messages[0]
    trace = made.click(asked.id, "yes")
    await made.idle()
    assert [seen.content for seen in trace.messages] == ["Noted"]
    assert trace.acknowledged_at is not None
    assert trace.acknowledged_at - trace.dispatched_at < 0.5
