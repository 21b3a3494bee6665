"""The tutorial, followed to the letter: its files written, its commands typed, and what it says one sees compared."""

import os
import re
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from urllib.request import urlopen

import pytest

TUTORIAL = (Path(__file__).parent.parent / "docs" / "tutorial.md").read_text(encoding="utf-8")
PROGRAM = Path(sys.executable).parent / "lifecycle-runner"
ENVIRONMENT = {name: value for name, value in os.environ.items() if not name.startswith("DISCORD_")} | {"NO_COLOR": "1"}
SERVED_WITHIN_S = 60.0


def blocks() -> Iterator[tuple[str, str]]:
    """Yield the fenced blocks in their order, each with its language."""
    yield from re.findall(r"^```(\w+)\n(.*?)^```", TUTORIAL, re.DOTALL | re.MULTILINE)


def test_whoever_follows_the_tutorial_sees_what_it_says(tmp_path: Path) -> None:
    for language, text in blocks():
        match language:
            case "yaml":
                name = re.match(r"# (\S+)\n", text)
                assert name is not None, "each file says what it is called"
                (tmp_path / name[1]).write_text(text, encoding="utf-8")
            case "console":
                for typed, seen in re.findall(r"^\$ (.*)\n((?:[^$].*\n|\n)*)", text, re.MULTILINE):
                    follow(typed, seen, tmp_path)
            case _:
                assert language == "sh", "what is typed outside of the folder, or with a secret"


def follow(typed: str, seen: str, folder: Path) -> None:
    """Type a command, and compare what it prints; the bot itself is visited and stopped."""
    name, *arguments = typed.split()
    assert name == "lifecycle-runner"
    if not arguments:
        visit(folder)
        return
    done = subprocess.run(
        [PROGRAM, *arguments], cwd=folder, env=ENVIRONMENT, capture_output=True, text=True, check=False
    )
    assert done.stdout + done.stderr == seen, typed


def visit(folder: Path) -> None:
    """Start the bot, open the page that it names, and stop it."""
    with subprocess.Popen([PROGRAM], cwd=folder, env=ENVIRONMENT, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        address = re.search(r"http://127\.0\.0\.1:\d+/local/", process.stdout.readline())
        assert address is not None
        with urlopen(address[0], timeout=SERVED_WITHIN_S) as page:
            assert page.status == 200
        process.send_signal(signal.SIGINT)
        assert process.wait(SERVED_WITHIN_S) == 0


@pytest.mark.parametrize("name", re.findall(r"\]\(([\w./]+)\)", TUTORIAL))
def test_every_way_on_leads_somewhere(name: str) -> None:
    assert (Path(__file__).parent.parent / "docs" / name).exists()
