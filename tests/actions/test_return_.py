"""`return`: outside of a flow, it ends the handler."""

from tests.conftest import StartBot


async def test_nothing_runs_behind_it(bot: StartBot) -> None:
    trace = await (
        await bot("""
        commands:
          it: {description: d, steps: [{reply: One}, {if: true, then: [{return: 5}]}, {reply: Never}]}
    """)
    ).ran("it")
    assert [seen.content for seen in trace.messages] == ["One"]
