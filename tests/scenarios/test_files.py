"""Scenario files: what is in them is read or refused, and what the examples promise holds."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from _pytest.mark import ParameterSet

from runner.build import build
from runner.cli import main
from runner.diagnostics import in_order
from runner.diagnostics.text import render_text
from runner.scenarios.files import Outcome, play_files
from runner.scenarios.found import scenario_files
from runner.scenarios.load import bot_of, load_scenarios, maker_of_worlds, scenario_schema
from runner.scenarios.play import play
from tests.conftest import actions

ROOT = Path(__file__).parents[2]
FILES = scenario_files([ROOT / "examples", ROOT / "tests/scenarios"])


def scenarios() -> Iterator[ParameterSet]:
    """Yield every scenario of the repository: its file and its name."""
    for path in FILES:
        file = load_scenarios(path, Path.read_bytes).file
        for name in file.scenarios if file is not None else ():
            yield pytest.param(path, name, id=f"{path.stem}: {name}")


@pytest.mark.parametrize(("path", "name"), list(scenarios()))
def test_what_a_scenario_promises_holds(path: Path, name: str) -> None:
    file = load_scenarios(path, Path.read_bytes).file
    assert file is not None
    program = build(bot_of(path, file), Path.read_bytes, file.environment, actions()).program
    assert program is not None
    make_world = maker_of_worlds(path, file, Path.read_bytes)
    assert play(name, file.scenarios[name], program, make_world=make_world).failure is None


@pytest.mark.parametrize("path", sorted((ROOT / "examples").glob("*.yaml")), ids=lambda path: path.name)
def test_every_example_has_scenarios(path: Path) -> None:
    if not path.name.endswith(".scenario.yaml"):
        assert path.with_name(f"{path.stem}.scenario.yaml") in FILES


def test_the_schema_in_the_repository_is_this_one() -> None:
    written = json.loads((ROOT / "schemas/scenario.schema.json").read_text(encoding="utf-8"))
    assert written == scenario_schema()


def said(text: str) -> str:
    """Return the first line of what is said about a file."""
    loaded = load_scenarios(Path("a.scenario.yaml"), lambda _: text.encode())
    assert loaded.diagnostics
    return render_text(in_order(loaded.diagnostics), loaded.sources, color=False).partition("\n")[0]


ONE = "scenarios:\n  a:\n    - "
REFUSED = {
    "a misspelt verb": (ONE + "comand: ping", "3:7: error[unknown-key]: there is no key `comand` here"),
    "a misspelt expectation": (ONE + "{command: ping, expect: {ephemral: true}}", "3:32: error[unknown-key]"),
    "two verbs": (ONE + "{command: ping, click: It}", "3:8: error[one-event-each]: two things happen here"),
    "no verb": (ONE + "{by: Kim}", "3:8: error[one-event-each]: nothing happens here"),
    "options of nothing": (ONE + "{say: Hi, options: {a: 1}}", "3:8: error[misplaced-event-key]: `options`"),
    "files of nothing": (ONE + "{say: Hi, files: {a: b.png}}", "3:8: error[misplaced-event-key]: `files`"),
    "a file without a name": (ONE + "{command: x, files: {a: {content: Hi}}}", "error[missing-key]"),
    "values of nothing": (ONE + "{command: ping, values: [a]}", "3:8: error[misplaced-event-key]: `values`"),
    "a wrong type": (ONE + "{command: ping, expect: {ephemeral: perhaps}}", "3:43: error[wrong-type]"),
    "a bad duration": (ONE + "{wait: soon}", "3:14: error[invalid-value]"),
    "nothing": ("", "1:1: error[empty-file]"),
    "no scenarios": ("bot: a.yaml", "error[missing-key]"),
    "no yaml": ("scenarios: [", "error[yaml-syntax]"),
}


@pytest.mark.parametrize(("text", "expected"), REFUSED.values(), ids=REFUSED)
def test_a_bad_file_is_refused_where_it_is_bad(text: str, expected: str) -> None:
    assert expected in said(text)


def test_a_missing_file_is_a_fault() -> None:
    def missing(_: Path) -> bytes:
        raise FileNotFoundError(2, "No such file or directory")

    (fault,) = load_scenarios(Path("a.scenario.yaml"), missing).diagnostics
    assert fault.slug == "unreadable-file"


def test_a_file_is_about_the_config_of_its_name_unless_it_says_another() -> None:
    def bot_in(text: str) -> Path:
        file = load_scenarios(Path("bots/a.scenario.yaml"), lambda _: text.encode()).file
        assert file is not None
        return bot_of(Path("bots/a.scenario.yaml"), file)

    assert bot_in(ONE + "command: ping") == Path("bots/a.yaml")
    assert bot_in("bot: ../b.yaml\n" + ONE + "command: ping") == Path("bots/../b.yaml")


WORLD = "servers: {Quay: {owner: Ada, members: {Ada: {}}, channels: {deck: text}}}"
BOT = "version: 1\ncommands: {hi: {description: Hi, steps: [{send: {channel: '#deck', content: Hi}}, {reply: Hi}]}}"
IN_A_WORLD = (
    "world: quay.yaml\nscenarios: {a: [{command: hi, by: Ada, in: deck, expect: {channels: {deck: {count: 2}}}}]}"
)


def played(folder: Path, world: str) -> Outcome:
    """Play a scenario that begins with this world."""
    (folder / "a.yaml").write_text(BOT)
    (folder / "quay.yaml").write_text(world)
    file = folder / "a.scenario.yaml"
    file.write_text(IN_A_WORLD)
    return play_files([file], "", lambda bot, environment: build(bot, Path.read_bytes, environment, actions()))


def test_scenarios_begin_with_the_world_that_their_file_names(tmp_path: Path) -> None:
    outcome = played(tmp_path, WORLD)
    assert [each.result.failure for each in outcome.played] == [None]
    assert outcome.is_fine


def test_a_fault_in_a_world_is_shown_and_nothing_is_played(tmp_path: Path) -> None:
    outcome = played(tmp_path, WORLD.replace("owner: Ada", "owner: Eve"))
    assert [fault.slug for fault in outcome.diagnostics] == ["unknown-name"]
    assert outcome.played == []
    assert not outcome.is_fine


def test_a_bot_stands_for_the_scenarios_beside_it_that_are_about_it(tmp_path: Path) -> None:
    bot = tmp_path / "bot.yaml"
    bot.write_text(BOT)
    for name, head in {
        "bot": "",
        "more": "bot: bot.yaml\n",
        "other": "",
        "broken": "bot: bot.yaml\nscenario: 1\n",
    }.items():
        (tmp_path / f"{name}.scenario.yaml").write_text(head + ONE + "command: hi")
    (tmp_path / "below").mkdir()
    (tmp_path / "below/it.scenario.yaml").write_text("bot: ../bot.yaml\n" + ONE + "command: hi")
    assert scenario_files([bot]) == [tmp_path / "bot.scenario.yaml", tmp_path / "more.scenario.yaml"]
    assert scenario_files([bot, tmp_path]) == list(dict.fromkeys([*scenario_files([bot]), *scenario_files([tmp_path])]))


def test_faults_in_a_bots_own_scenario_file_are_shown(tmp_path: Path) -> None:
    (tmp_path / "bot.yaml").write_text(BOT)
    (tmp_path / "bot.scenario.yaml").write_text("scenario: 1\n")
    assert scenario_files([tmp_path / "bot.yaml"]) == [tmp_path / "bot.scenario.yaml"]


def test_a_bot_without_scenarios_is_told_how_to_have_some(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    bot = tmp_path / "bot.yaml"
    bot.write_text(BOT)
    (tmp_path / "other.scenario.yaml").write_text(ONE + "command: hi")
    assert main(["test", str(bot)]) == 2
    assert capsys.readouterr().err == (
        f"lifecycle-runner: {bot} is a bot, and no scenario file beside it is about it; "
        f"write {tmp_path / 'bot.scenario.yaml'}, or in another scenario file `bot: bot.yaml`\n"
    )


def test_a_folder_without_scenarios_is_told_so(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["test", str(tmp_path)]) == 2
    assert "there is no file that ends in .scenario.yaml here" in capsys.readouterr().err


@pytest.mark.parametrize(("text", "slug"), [(ONE + "comand: x", "unknown-key"), (None, "unreadable-file")])
def test_any_other_file_is_read_as_scenarios_whatever_it_is_called(
    text: str | None, slug: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    if text is not None:
        (tmp_path / "checks.yaml").write_text(text)
    assert main(["test", str(tmp_path / "checks.yaml")]) == 1
    assert f"error[{slug}]" in capsys.readouterr().err


def test_a_folder_stands_for_the_files_below_it(tmp_path: Path) -> None:
    (tmp_path / "deep").mkdir()
    for name in ("b.scenario.yaml", "deep/a.scenario.yaml", "c.yaml"):
        (tmp_path / name).touch()
    named = tmp_path / "b.scenario.yaml"
    assert scenario_files([named, tmp_path]) == [named, tmp_path / "deep/a.scenario.yaml"]
