"""`init`: what it writes validates without a word, and runs without a token."""

import json
import re
from pathlib import Path

import pytest
import yaml

from runner.cli import main
from runner.init import DEFAULT, AlreadyThere, examples_folder, template, template_files, write
from tests.conftest import StartBot
from tests.test_cli import called

NAMES = list(template_files())
SCHEMAS: dict[str, str] = dict.fromkeys(("bot", "scenario", "world"), "{}")


@pytest.fixture(autouse=True)
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty working directory."""
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_every_example_is_a_template_and_a_small_bot_comes_first() -> None:
    examples = sorted(path.stem for path in examples_folder().glob("*.yaml") if ".scenario" not in path.name)
    assert [DEFAULT, *examples] == NAMES
    assert "tickets" in NAMES


def test_the_templates_are_listed_each_with_a_line(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert called("init", "--list") == 0
    lines = capsys.readouterr().out.splitlines()
    assert [line.split()[0] for line in lines] == NAMES
    assert "tickets           Support tickets: a button opens a private channel with the team;" in "\n".join(lines)
    assert all(line.endswith(".") and len(line) < 165 for line in lines)
    assert list(here.iterdir()) == []


@pytest.mark.parametrize("name", NAMES)
def test_a_new_bot_validates_without_a_warning(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert called("init", "--template", name, "bot") == 0
    world = "" if template(name).world is None else " --world bot/worlds/community.yaml"
    assert capsys.readouterr().out.endswith(f"now run: lifecycle-runner bot/bot.yaml{world}\n")
    assert called("validate", "--strict", "bot") == 0
    assert capsys.readouterr().out == ""


async def test_the_smallest_bot_runs_without_a_token(bot: StartBot) -> None:
    running = await bot(template(DEFAULT).files[Path("bot.yaml")].replace("version: 1\n", ""))
    assert running.engine.program.commands


OF_ANY = [".github/workflows/validate.yml", ".gitignore", "README.md", "bot.schema.json", "bot.yaml"]


@pytest.mark.parametrize(
    ("name", "others"),
    [
        ("hello", []),
        ("dice", ["bot.scenario.yaml", "scenario.schema.json"]),
        (
            "faq",
            [
                "bot.scenario.yaml",
                "data/faq-tags.yaml",
                "scenario.schema.json",
                "world.schema.json",
                "worlds/community.yaml",
            ],
        ),
    ],
)
def test_a_new_bot_has_all_that_it_needs_and_that_a_repository_wants(name: str, others: list[str], here: Path) -> None:
    main(["init", "--template", name])
    assert sorted(str(path.relative_to(here)) for path in here.rglob("*") if path.is_file()) == sorted(OF_ANY + others)
    for path in here.rglob("*.yaml"):
        schema = re.match(r"# yaml-language-server: \$schema=(\S+)\n", path.read_text())
        assert schema is not None or path.parent.name == "data"
        if schema is not None:
            assert json.loads((path.parent / schema[1]).read_text())["$schema"]
    assert ".env\n" in (here / ".gitignore").read_text()
    steps = yaml.safe_load((here / ".github/workflows/validate.yml").read_text())["jobs"]["validate"]["steps"]
    runs = [step["run"] for step in steps if step.get("run", "").startswith("lifecycle-runner ")]
    tests = ["lifecycle-runner test"] if "bot.scenario.yaml" in others else []
    assert runs == ["lifecycle-runner validate --strict", *tests]
    read_me = (here / "README.md").read_text()
    assert template(name).summary in read_me
    assert "$" not in read_me
    for said in re.findall(r"`([\w./-]+\.(?:ya?ml|json))`", read_me):
        assert (here / said).is_file(), said


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
        write(template(DEFAULT), here, SCHEMAS)


def test_all_that_is_in_the_way_is_named_at_once(here: Path) -> None:
    (here / "bot.yaml").touch()
    (here / "worlds").mkdir()
    (here / "worlds/community.yaml").touch()
    with pytest.raises(AlreadyThere) as refusal:
        write(template("tickets"), here, SCHEMAS)
    there = f"{here / 'bot.yaml'}, {here / 'worlds/community.yaml'}"
    assert str(refusal.value) == f"{there} are there already; nothing was written"
    assert len([path for path in here.rglob("*") if path.is_file()]) == 2


@pytest.mark.parametrize(
    ("name", "meant"), [("nothing", ""), ("tikets", "; did you mean `tickets`?"), ("Dice", "; did you mean `dice`?")]
)
def test_an_unknown_template_is_named(name: str, meant: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert called("init", "--template", name) == 2
    said = f"there is no template `{name}`{meant}; `lifecycle-runner init --list` shows all\n"
    assert capsys.readouterr().err == f"lifecycle-runner: {said}"


def test_a_folder_that_can_not_be_written_is_the_worlds_fault(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (here / "file").touch()
    assert called("init", "file/below") == 3
    assert "can't be written" in capsys.readouterr().err
