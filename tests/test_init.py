"""`init`: what it writes validates without a word, and runs without a token."""

import json
import re
from pathlib import Path

import pytest
import yaml

from runner.cli import main
from runner.init import DEFAULT, AlreadyThere, templates, write
from tests.conftest import StartBot
from tests.test_cli import called

NAMES = list(templates())


@pytest.fixture(autouse=True)
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty working directory."""
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_there_are_three_to_choose_from(capsys: pytest.CaptureFixture[str]) -> None:
    assert NAMES == ["hello", "help-desk", "moderation"]
    assert DEFAULT in NAMES
    assert called("init", "--help") == 0
    assert "hello, help-desk or moderation" in capsys.readouterr().out


@pytest.mark.parametrize("name", NAMES)
def test_a_new_bot_validates_without_a_warning(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert called("init", "--template", name, "bot") == 0
    said = capsys.readouterr().out
    assert said.endswith("now run: lifecycle-runner bot/bot.yaml\n")
    assert called("validate", "--strict", "bot") == 0
    assert capsys.readouterr().out == ""


@pytest.mark.parametrize("name", NAMES)
async def test_a_new_bot_runs_without_a_token(name: str, bot: StartBot) -> None:
    running = await bot(templates()[name].files[Path("bot.yaml")].replace("version: 1\n", ""))
    assert running.engine.program.commands


@pytest.mark.parametrize("name", NAMES)
def test_a_new_bot_has_all_that_a_repository_wants(name: str, here: Path) -> None:
    main(["init", "--template", name])
    assert sorted(str(path.relative_to(here)) for path in here.rglob("*") if path.is_file()) == [
        ".github/workflows/validate.yml",
        ".gitignore",
        "README.md",
        "bot.schema.json",
        "bot.yaml",
    ]
    assert (here / "bot.yaml").read_text().startswith("# yaml-language-server: $schema=bot.schema.json\n")
    assert json.loads((here / "bot.schema.json").read_text())["$schema"]
    assert ".env\n" in (here / ".gitignore").read_text()
    steps = yaml.safe_load((here / ".github/workflows/validate.yml").read_text())["jobs"]["validate"]["steps"]
    assert steps[-1] == {"run": "lifecycle-runner validate --strict"}
    read_me = (here / "README.md").read_text()
    assert templates()[name].summary in read_me
    assert "$" not in read_me


@pytest.mark.parametrize("there", ["bot.yaml", ".gitignore", "bot.schema.json"])
def test_nothing_is_overwritten(there: str, here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (here / there).write_text("mine")
    assert called("init") == 2
    assert f"{there} is there already; nothing was written" in capsys.readouterr().err
    assert [path.name for path in here.iterdir()] == [there]
    assert (here / there).read_text() == "mine"


def test_a_link_to_nowhere_is_something_too(here: Path) -> None:
    (here / "bot.yaml").symlink_to(here / "nowhere")
    with pytest.raises(AlreadyThere):
        write(templates()[DEFAULT], here, "{}")


def test_an_unknown_template_is_named(capsys: pytest.CaptureFixture[str]) -> None:
    assert called("init", "--template", "nothing") == 2
    assert re.search(r"there is no template `nothing`; there are hello, help-desk, moderation", capsys.readouterr().err)


def test_a_folder_that_can_not_be_written_is_the_worlds_fault(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (here / "file").touch()
    assert called("init", "file/below") == 3
    assert "can't be written" in capsys.readouterr().err
