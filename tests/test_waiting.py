"""`lifecycle-runner flows`: what waits, for whom, where in the file, until when."""

import asyncio
import json
from pathlib import Path

import pytest

from runner.cli import main
from runner.emulator.clock import elapse
from tests.conftest import StartBot

BOT = """version: 1
commands:
  ask:
    description: d
    steps:
      - choose: {prompt: Which?, options: {a: A}, timeout: 1h}
      - reply: Done
  later: {description: d, steps: [{wait: {duration: 3d, saved: true}}, {send: Two}]}
"""


def listed(capsys: pytest.CaptureFixture[str], *arguments: str) -> str:
    """Return what the verb prints."""
    assert main(["flows", *arguments]) == 0
    return capsys.readouterr().out


async def test_what_waits_is_listed_while_the_bot_runs(
    bot: StartBot, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    made = await bot(BOT)
    await made.ran("ask")
    await elapse(0.01)  # the older one is listed first, and nothing else makes it older
    await made.ran("later")
    file = tmp_path / "bot.yaml"
    file.write_text(BOT)
    text = await asyncio.to_thread(listed, capsys, str(file))
    header, one, two = text.splitlines()
    assert header.split("  ")[0] == "RUN"
    assert one.split()[1:4] == ["/ask", "a", "click"]
    assert one.split()[-3:] == ["bot.yaml:6", "2027-01-15T08:00:00Z", "2027-01-15T09:00:00Z"]
    assert "its time" in two
    assert "bot.yaml:8" in two
    assert two.split()[-1] == "2027-01-18T08:00:00Z"
    lines = await asyncio.to_thread(listed, capsys, str(file), "--format", "json")
    first = json.loads(lines.splitlines()[0])
    assert (first["handler"], first["waits_for"], first["at"]) == ("/ask", "a click", "bot.yaml:6")
    assert len(first["id"]) == 6
    assert f"{first['user_id']} {first['channel_id']}" in " ".join(one.split())


def test_nothing_is_made_where_nothing_waits(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "bot.yaml"
    file.write_text(BOT)
    assert listed(capsys, str(file)) == "nothing waits\n"
    assert listed(capsys, str(file), "--format", "json") == ""
    assert [path.name for path in tmp_path.iterdir()] == ["bot.yaml"]


def test_a_store_that_cannot_be_read_is_named(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "bot.yaml"
    file.write_text(BOT)
    (tmp_path / ".lifecycle").mkdir()
    (tmp_path / ".lifecycle/state.db").write_bytes(b"this is no database, and has never been one" * 100)
    assert main(["flows", str(file)]) == 3
    assert str(tmp_path / ".lifecycle/state.db") in capsys.readouterr().err


def test_a_config_at_fault_is_shown(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "bot.yaml"
    file.write_text("version: 1\ncommands: {it: {}}\n")
    assert main(["flows", str(file)]) == 1
    assert "bot.yaml:2" in capsys.readouterr().err
