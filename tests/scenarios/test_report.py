"""What the verb `test` prints, in each of its formats, and what it returns."""

import json
import re
import subprocess
import sys
from pathlib import Path
from xml.etree import ElementTree

import pytest

from runner.cli import CALL_AT_FAULT, CONFIG_AT_FAULT, FINE, main
from runner.scenarios.report import MISSED_SHOWN_MAX

BOT = "commands: {ping: {description: Ping, reply: Pong}}\n"
SCENARIOS = """\
scenarios:
  it answers:
    - {command: ping, expect: Pong}
  it sings:
    - command: ping
      expect: "La: la, la"
"""


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    (tmp_path / "bot.yaml").write_text(BOT)
    (tmp_path / "bot.scenario.yaml").write_text(SCENARIOS)
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_people_read_where_what_and_when(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["test"]) == CONFIG_AT_FAULT
    said = re.sub(r" 0\.0\d\d s ", " 0.000 s ", capsys.readouterr().out)  # reading files takes a machine's time
    assert said == (
        "bot.scenario.yaml:5:7: it sings\n"
        "  content:\n"
        "    - “La: la, la”\n"
        "    + “Pong”\n"
        "  what happened:\n"
        "       0.000 s  dispatched\n"
        "       0.000 s  reply 200\n"
        "  what the bot did:\n"
        "       0.000 s  bot.yaml:1 reply\n"
        "\n"
        "1 of 2 scenarios failed\n"
        "reached: 1 of 1 handlers, 1 of 1 steps\n"
    )


def test_only_some_scenarios_may_be_played(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["test", "-k", "answers", "bot.scenario.yaml"]) == FINE
    assert capsys.readouterr().out == "1 scenario: all as expected\n"


def test_github_reads_an_annotation(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["test", "--format", "github"]) == CONFIG_AT_FAULT
    assert capsys.readouterr().out == (
        "::error file=bot.scenario.yaml,line=5,col=7,title=it sings::content:%0A  - “La: la, la”%0A  + “Pong”\n"
    )


def test_scripts_read_json(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["test", "--format", "json"]) == CONFIG_AT_FAULT
    said = json.loads(capsys.readouterr().out)
    assert said["schema_version"] == 1
    assert [(each["name"], each["passed"]) for each in said["scenarios"]] == [("it answers", True), ("it sings", False)]
    assert said["scenarios"][1]["failure"]["differences"] == [
        {"key": "content", "expected": "“La: la, la”", "seen": "“Pong”"}
    ]
    assert said["scenarios"][1]["failure"]["line"] == 5


def test_ci_reads_junit(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["test", "--format", "junit"]) == CONFIG_AT_FAULT
    (suite,) = ElementTree.fromstring(capsys.readouterr().out)
    assert (suite.get("tests"), suite.get("failures")) == ("2", "1")
    assert [case.get("name") for case in suite] == ["it answers", "it sings"]
    assert [len(case) for case in suite] == [0, 1]


def test_a_config_with_a_fault_is_no_success(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (folder / "bot.yaml").write_text(BOT.replace("reply", "replies"))
    assert main(["test"]) == CONFIG_AT_FAULT
    assert "error[unknown-key]" in capsys.readouterr().err


def test_a_scenario_file_with_a_fault_is_no_success(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (folder / "bot.scenario.yaml").write_text(SCENARIOS.replace("expect", "expects"))
    assert main(["test"]) == CONFIG_AT_FAULT
    assert "did you mean `expect`?" in capsys.readouterr().err


def test_no_scenarios_are_no_success(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (folder / "empty").mkdir()
    assert main(["test", "empty"]) == CALL_AT_FAULT
    assert "there is no file that ends in .scenario.yaml" in capsys.readouterr().err


def test_what_no_scenario_reaches_is_named(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (folder / "bot.yaml").write_text(
        "commands:\n"
        "  ping: {description: Ping, reply: Pong}\n"
        "  pong: {description: Pong, steps: [{if: user.is_bot, then: [{log: x}]}, {reply: Ping}]}\n"
    )
    main(["test"])
    assert capsys.readouterr().out.splitlines()[-2:] == [
        "reached: 1 of 2 handlers, 0 of 2 branches, 1 of 4 steps",
        "  not reached: bot.yaml:3: handler /pong",
    ]
    main(["test", "--format", "json"])
    assert json.loads(capsys.readouterr().out)["coverage"] == {
        "handlers": {"reached": 1, "of": 2},
        "branches": {"reached": 0, "of": 2},
        "steps": {"reached": 1, "of": 4},
        "not_reached": [{"kind": "handler", "name": "/pong", "place": "bot.yaml:3"}],
    }


def test_a_long_list_of_what_is_not_reached_is_cut(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    more = "".join(f"  c{each}: {{description: C, reply: C}}\n" for each in range(MISSED_SHOWN_MAX + 2))
    (folder / "bot.yaml").write_text("commands:\n  ping: {description: Ping, reply: Pong}\n" + more)
    main(["test"])
    lines = capsys.readouterr().out.splitlines()
    assert sum(line.startswith("  not reached: ") for line in lines) == MISSED_SHOWN_MAX
    assert lines[-1] == "  and 2 more; --format json names all of them"


def alone(folder: Path, jobs: int, name: str) -> tuple[int, str]:
    """Play the folder's scenarios in a process as people start one, with so many jobs; return its code and output."""
    command = [sys.executable, "-m", "runner", "test", "--jobs", str(jobs), "--format", name]
    ended = subprocess.run(command, cwd=folder, capture_output=True, text=True, timeout=120, check=False)
    assert ended.stderr == ""
    return ended.returncode, re.sub(r" 0\.0\d\d s ", " 0.000 s ", ended.stdout)


@pytest.mark.parametrize("name", ["text", "json"])
def test_files_side_by_side_are_reported_as_files_one_after_the_other(folder: Path, name: str) -> None:
    """Two of them are about one bot, and reach a handler each."""
    (folder / "two.yaml").write_text("commands: {a: {description: A, reply: A}, b: {description: B, reply: B}}\n")
    for handler in ("a", "b"):
        text = f"bot: two.yaml\nscenarios: {{it answers: [{{command: {handler}}}]}}\n"
        (folder / f"{handler}.scenario.yaml").write_text(text)
    code, said = alone(folder, 1, name)
    assert (code, said) == alone(folder, 3, name)
    assert code == CONFIG_AT_FAULT
    if name == "text":
        assert "1 of 4 scenarios failed\nreached: 3 of 3 handlers, 3 of 3 steps\n" in said


def test_a_fault_in_one_of_several_files_is_shown_once(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (folder / "other.scenario.yaml").write_text("scenario: {}\n")
    assert main(["test", "--jobs", "2"]) == CONFIG_AT_FAULT
    shown = capsys.readouterr()
    assert shown.err.count("error[unknown-key]") == 1
    assert "1 of 2 scenarios failed" in shown.out


@pytest.mark.parametrize("given", ["0", "-1", "two", ""])
def test_so_many_files_at_once_is_a_number(given: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit, match=str(CALL_AT_FAULT)):
        main(["test", f"--jobs={given}"])
    assert "a whole number, 1 or more" in capsys.readouterr().err
