"""What a swapped program changes, and what it leaves as it was: for buttons that are there, and in the process."""

import asyncio
import gc
import threading
from pathlib import Path

from runner.compile import Program
from runner.emulator.clock import elapse
from tests.conftest import Bot, StartBot, compiled

RELOADS = 1000
OPEN_FILES = Path("/proc/self/fd")


def with_button(name: str, says: str, more: str = "") -> str:
    """Return a bot that shows a button of this name, and whose button says something."""
    return f"""
    commands: {{it: {{description: d, reply: {{content: Here, components: [[{name}]]}}}}}}
    components: {{{name}: {{{more}button: {{label: Go}}, reply: {says}}}}}
    """


async def pressed(made: Bot, message: int) -> list[tuple[str, bool]]:
    """Press the button of a message, and return what is said, and whether to its user alone."""
    trace = await made.pressed(message, "Go")
    return [(each.content, each.ephemeral) for each in trace.messages]


async def test_a_button_works_under_its_old_name_and_is_told_of_when_it_has_gone(bot: StartBot) -> None:
    made = await bot(with_button("old", "First"))
    message = (await made.ran("it")).messages[0].id
    assert await pressed(made, message) == [("First", False)]
    made.engine.swap(compiled(with_button("new", "Second", "aliases: old, ")))
    assert await pressed(made, message) == [("Second", False)]
    made.engine.swap(compiled("commands: {it: {description: d, reply: Nothing}}"))
    ((text, is_private),) = await pressed(made, message)
    assert ("older version" in text, is_private) == (True, True)


def standing() -> dict[str, int]:
    """Return what is there of what a reload may leave behind."""
    gc.collect()
    return {
        "programs": sum(isinstance(each, Program) for each in gc.get_objects()),
        "tasks": len(asyncio.all_tasks()),
        "threads": threading.active_count(),
        "files": len([*OPEN_FILES.iterdir()]) if OPEN_FILES.is_dir() else 0,
    }


async def test_a_thousand_swaps_leave_everything_where_it_was(bot: StartBot) -> None:
    made = await bot(with_button("go", "First"))

    async def swap(number: int) -> None:
        made.engine.swap(compiled(with_button("go", f"Number {number}")))
        if number % 50 == 0:
            message = (await made.ran("it")).messages[0].id
            assert await pressed(made, message) == [(f"Number {number}", False)]
            await elapse(5)

    for number in range(51):
        await swap(number)
    await elapse(120)  # what the start has begun is over
    before = standing()
    for number in range(RELOADS + 1):
        await swap(number)
    await elapse(120)
    assert standing() == before
