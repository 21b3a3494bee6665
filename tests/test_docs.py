"""What the documents say is so: their configs validate, their output is produced, their commands and paths exist."""

import os
import re
from pathlib import Path

import pytest

from runner.actions.action import load_actions
from runner.build import Built, build
from runner.config.packs.expand import SHIPPED
from runner.diagnostics.text import render_text
from runner.events import INTENT_NAMES, KINDS
from runner.lifecycle.bits import PRIVILEGED_INTENTS
from runner.scenarios.load import load_scenarios
from runner.scenarios.play import play
from runner.templates.event_roots import event_roots

ROOT = Path(__file__).parent.parent
README = (ROOT / "README.md").read_text()
OTHERS = {"tutorial.md"}  # a test of its own follows that
DOCUMENTS = [ROOT / "README.md", *(path for path in sorted((ROOT / "docs").glob("*.md")) if path.name not in OTHERS)]


BOTS = [path for path in sorted((ROOT / "examples").glob("*.yaml")) if ".scenario" not in path.name] + [
    ROOT / "bot.yaml"
]


def blocks(language: str, text: str = README) -> list[str]:
    """Return the fenced blocks in a language, of the README unless another text is given."""
    return re.findall(rf"^```{language}\n(.*?)^```", text, re.DOTALL | re.MULTILINE)


def built(text: str, name: str = "bot.yaml") -> Built:
    """Build a config from its text; other files may follow in it, each below a comment with its name and a colon."""
    first, *others = re.split(r"^# ([\w./]+\.\w+):\n", text, flags=re.MULTILINE)
    files = dict(zip(others[::2], others[1::2], strict=True))

    def read(path: Path) -> bytes:
        if path.is_relative_to(SHIPPED):
            return path.read_bytes()
        return files.get(str(path), first).encode()

    return build(Path(name), read, {}, load_actions())


YAML = [block for path in DOCUMENTS for block in blocks("yaml", path.read_text())]
CONFIGS = [block for block in YAML if not re.search(r"^scenarios:", block, re.MULTILINE)]
SCENARIOS = [block for block in YAML if block not in CONFIGS]


@pytest.mark.parametrize("block", CONFIGS)
def test_every_config_in_the_documents_validates(block: str) -> None:
    assert built(block).diagnostics == []


@pytest.mark.parametrize("block", SCENARIOS)
def test_every_scenario_in_the_readme_holds_for_its_first_config(block: str) -> None:
    file = load_scenarios(Path("bot.scenario.yaml"), lambda _: block.encode()).file
    program = built(CONFIGS[0]).program
    assert file is not None
    assert program is not None
    for name, scenario in file.scenarios.items():
        assert play(name, scenario, program).failure is None


@pytest.mark.parametrize("path", BOTS, ids=lambda p: p.name)
def test_every_example_validates_without_a_warning(path: Path) -> None:
    assert build(path, Path.read_bytes, {}, load_actions()).diagnostics == []


def test_the_fault_that_the_readme_shows_is_what_validate_says() -> None:
    config = """version: 1

commands:
  brew:
    description: Make a coffee

    response: reply
    steps:
      - wait: 20s
      - reply: Here you are.
"""
    result = built(config)
    shown = render_text(result.diagnostics, result.sources, color=False)
    assert blocks("text")[0].strip() in shown


def test_ci_installs_a_browser_and_runs_the_readmes_second_command_and_nothing_else() -> None:
    install_and_run, install_and_check = (block.strip() for block in blocks("console"))
    commands = [
        line
        for line in (ROOT / ".ci" / "run").read_text().splitlines()
        if line and not line.startswith(("#", "set ", "cd "))
    ]
    assert install_and_run == "make run"
    assert commands == [".ci/browser", install_and_check] == [".ci/browser", "make"]
    assert all(os.access(ROOT / ".ci" / script, os.X_OK) for script in ("run", "browser"))


def test_both_commands_of_the_readme_are_targets_that_install_what_they_need() -> None:
    makefile = (ROOT / "Makefile").read_text()
    assert re.search(r"^check: format lint types test$", makefile, re.MULTILINE)
    for target in ("run", "format", "lint", "types", "test"):
        assert re.search(rf"^{target}: \$\(INSTALLED\)$", makefile, re.MULTILINE), target


def test_every_step_is_in_the_readme() -> None:
    rows = "\n".join(line for line in README.splitlines() if line.startswith("| `"))
    for name in load_actions():
        assert f"`{name}`" in rows, name


@pytest.mark.parametrize("path", re.findall(r"`([a-z]+(?:/|\.py))`", README))
def test_every_path_that_the_readme_names_exists(path: str) -> None:
    assert any((base / path).exists() for base in (ROOT, ROOT / "runner")), path


def test_the_document_names_every_event_and_what_it_has() -> None:
    rows = [
        line.split("|") for line in (ROOT / "docs" / "events.md").read_text().splitlines() if line.startswith("| `")
    ]
    told = {name: (row[2], row[3]) for row in rows if len(row) > 4 for name in re.findall(r"`(\w+)`", row[1])}
    assert told.keys() == KINDS.keys()
    for name, kind in KINDS.items():
        roots = set(re.findall(r"`(\w+)[`.]", re.sub(r"\(.*?\)", "", told[name][0])))
        assert roots - {"parent_id"} == event_roots(name).keys() - {"event", "guild"}
        privileged = {INTENT_NAMES[flag] for flag in kind.intents & PRIVILEGED_INTENTS}
        privileged |= {"Message Content Intent"} if kind.has_content else set()
        assert set(re.findall(r"\*\*(.*?)\*\*", told[name][1])) == privileged
