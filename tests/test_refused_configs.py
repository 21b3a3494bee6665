"""Each `configs/refused/NAME.yaml` is refused in exactly the words of `NAME.txt`, as `validate` prints them.

A new case is a new yaml file and no code: `make fix`, which runs this module with `REGENERATE=1`, writes the words.
Read what it wrote as an operator would before you commit it.
"""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from runner.actions.action import load_actions
from runner.build import Built, build
from runner.diagnostics import in_order
from runner.diagnostics.text import render_text

FOLDER = Path(__file__).parent / "configs"
REFUSED = sorted(path.stem for path in (FOLDER / "refused").glob("*.yaml"))
ACCEPTED = sorted(path.stem for path in (FOLDER / "accepted").glob("*.yaml"))
REGENERATE = "REGENERATE" in os.environ

# What an operator never wrote, and so can't understand: JSON Schema's vocabulary and the names of our classes.
JARGON = (
    "additionalProperties",
    "anyOf",
    "oneOf",
    "maxItems",
    "minItems",
    "maxLength",
    "minLength",
    "propertyNames",
    "schema",
    "regex",
    "does not match",
    "is not valid under",
    "NoneType",
    "Shape",
    "TextShape",
    "Traceback",
)


def built(folder: str, name: str) -> Built:
    """Build one of the files, shown by its bare name, with nothing in the environment."""

    def read(path: Path) -> bytes:
        return (FOLDER / folder / path).read_bytes()

    return build(Path(f"{name}.yaml"), read, {}, load_actions())


def shown(config: Built) -> str:
    """Return what `validate` prints."""
    return render_text(in_order(config.diagnostics), config.sources, color=False)


@pytest.mark.parametrize("name", REFUSED)
def test_a_mistake_is_refused_in_these_words(name: str) -> None:
    config = built("refused", name)
    said, file = shown(config), FOLDER / "refused" / f"{name}.txt"
    if REGENERATE:
        file.write_text(said, encoding="utf-8")
    assert config.program is None
    assert said == file.read_text(encoding="utf-8")


@pytest.mark.parametrize("name", REFUSED)
def test_a_refusal_says_where_why_and_what_to_do_without_jargon(name: str) -> None:
    config = built("refused", name)
    for fault in config.diagnostics:
        words = " ".join((fault.headline, fault.why, fault.fix))
        assert fault.headline
        assert fault.fix, f"{fault.slug} says no repair"
        assert not [jargon for jargon in JARGON if jargon in words]


@pytest.mark.parametrize("name", ACCEPTED)
def test_a_tricky_file_is_accepted_without_a_word(name: str) -> None:
    config = built("accepted", name)
    assert shown(config) == ""
    assert config.program is not None


def test_every_expected_text_belongs_to_a_file() -> None:
    assert sorted(path.stem for path in (FOLDER / "refused").glob("*.txt")) == REFUSED


def test_the_command_line_prints_the_same_words() -> None:
    command = [sys.executable, "-c", "from runner.cli import main; raise SystemExit(main())", "validate"]
    done = subprocess.run(
        [*command, "several_mistakes.yaml"],
        cwd=FOLDER / "refused",
        env={"PATH": os.environ["PATH"], "PYTHONPATH": str(FOLDER.parent.parent)},
        capture_output=True,
        encoding="utf-8",
        check=False,
    )
    assert done.returncode == 1
    assert done.stdout == (FOLDER / "refused" / "several_mistakes.txt").read_text(encoding="utf-8")
