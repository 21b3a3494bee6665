"""What lets others run `validate` in their own repositories: the hooks for pre-commit, and the GitHub Action."""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml

from runner.cli import main
from runner.targets import is_config_name

ROOT = Path(__file__).parent.parent
HOOKS: list[dict[str, Any]] = yaml.safe_load((ROOT / ".pre-commit-hooks.yaml").read_text())
ACTION: dict[str, Any] = yaml.safe_load((ROOT / "action.yml").read_text())
BAD = "version: 1\ncommands: {ping: {descripton: d, reply: Pong}}\n"


@pytest.mark.parametrize("hook", HOOKS, ids=lambda hook: str(hook["id"]))
def test_a_hook_says_all_that_pre_commit_asks_for(hook: dict[str, Any]) -> None:
    assert set(hook) == {"id", "name", "description", "entry", "language", "types", "files"}
    assert hook["entry"].split() == ["lifecycle-runner", "validate"]
    assert hook["types"] == ["yaml"]


def test_there_is_a_hook_that_installs_and_one_that_does_not() -> None:
    assert [hook["language"] for hook in HOOKS] == ["python", "system"]


@pytest.mark.parametrize(
    ("path", "is_one"),
    [
        ("bot.yaml", True),
        ("bot.yml", True),
        ("bots/support.bot.yaml", True),
        ("robot.yaml", False),
        ("bot.yaml.orig", False),
        ("bot.json", False),
    ],
)
def test_a_hook_takes_the_files_that_a_folder_stands_for(path: str, is_one: bool) -> None:
    for hook in HOOKS:
        assert bool(re.search(hook["files"], path)) is is_one
    assert is_config_name(Path(path).name) is is_one


@pytest.mark.skipif(shutil.which("pre-commit") is None, reason="pre-commit is not installed")
def test_pre_commit_takes_the_manifest() -> None:
    done = subprocess.run(["pre-commit", "validate-manifest", ".pre-commit-hooks.yaml"], cwd=ROOT, check=False)
    assert done.returncode == 0


def test_the_action_is_a_composite_one_and_installs_what_it_is_part_of() -> None:
    assert ACTION["runs"]["using"] == "composite"
    install = next(step for step in ACTION["runs"]["steps"] if step.get("name") == "Install")
    assert install["run"].endswith('"$GITHUB_ACTION_PATH"')
    assert all(step.get("shell") == "bash" for step in ACTION["runs"]["steps"] if "run" in step)
    assert all({"description", "default"} == set(given) for given in ACTION["inputs"].values())


def test_no_input_of_the_action_becomes_part_of_a_script() -> None:
    assert [step for step in ACTION["runs"]["steps"] if "${{" in step.get("run", "")] == []


@pytest.mark.parametrize(("files", "code"), [("bad.bot.yaml", 1), (".", 1), ("good", 0), ("", 2)])
def test_the_actions_script_validates_what_it_is_told_to(files: str, code: int, tmp_path: Path) -> None:
    (tmp_path / "bad.bot.yaml").write_text(BAD)
    (tmp_path / "good").mkdir()
    (tmp_path / "good/bot.yaml").write_text(BAD.replace("descripton", "description"))
    bin_folder = tmp_path / ".bin"
    bin_folder.mkdir()
    program = bin_folder / "lifecycle-runner"
    program.write_text(f'#!/bin/sh\nPYTHONPATH={ROOT} exec {sys.executable} -m runner "$@"\n')
    program.chmod(0o755)
    script = ACTION["runs"]["steps"][-1]["run"]
    given = {"PATH": f"{bin_folder}:{os.environ['PATH']}", "FILES": files, "STRICT": "true"}
    done = subprocess.run(
        ["bash", "-e", "-c", script], cwd=tmp_path, env=given, capture_output=True, text=True, check=False
    )
    assert done.returncode == code, done.stderr
    assert ("::error file=" in done.stdout) is (code == 1)


def test_the_hooks_command_line_is_one_that_we_take(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "bot.yaml").write_text(BAD)
    assert main([*HOOKS[0]["entry"].split()[1:], str(tmp_path / "bot.yaml")]) == 1
    assert "did you mean `description`?" in capsys.readouterr().out
