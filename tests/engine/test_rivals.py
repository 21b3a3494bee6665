"""Another process with the same token, as the log tells of it."""

from runner.emulator.clock import elapse
from tests.conftest import StartBot


async def test_another_process_is_named_once_a_minute_with_what_to_do(bot: StartBot) -> None:
    made = await bot("commands: {fast: {description: d, reply: Hello}}")
    for _ in range(4):
        made.local.faults.next("callback", status=400, code=40060)
        await made.ran("fast")
        assert made.line()["outcome"] == "answered elsewhere"
        await elapse(25)
    lines = made.log.of("answered elsewhere")
    assert [line["interactions"] for line in lines] == [1, 3]
    assert "stop it, or give each a token of its own" in lines[0]["advice"]
