"""What others install: the wheel has all that the program needs, and every example to begin with."""

import os
import shutil
import subprocess
import sys
import zipfile
from collections.abc import Sequence
from pathlib import Path

import pytest

from runner.init import DEFAULT, template_files

ROOT = Path(__file__).parent.parent
SOURCES = ("pyproject.toml", "setup.py", "MANIFEST.in", "README.md", "LICENSE", "runner", "examples")
BUILD = "import sys; from setuptools import build_meta; build_meta.build_{kind}(sys.argv[1])"
NAMES = list(template_files())


def built(kind: str, source: Path, folder: Path) -> Path:
    """Build a wheel or a source distribution from a folder, and return it."""
    command = [sys.executable, "-c", BUILD.format(kind=kind), str(folder)]
    subprocess.run(command, cwd=source, check=True, capture_output=True)
    (found,) = folder.iterdir()
    return found


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with what the wheel has, built from the source distribution, as pip builds where there is no wheel."""
    folder = tmp_path_factory.mktemp("wheel")
    source = folder / "source"
    source.mkdir()
    for name in SOURCES:
        copy = shutil.copytree if (ROOT / name).is_dir() else shutil.copy2
        copy(ROOT / name, source / name)
    (folder / "sdist").mkdir()
    shutil.unpack_archive(built("sdist", source, folder / "sdist"), folder / "unpacked", filter="data")
    (unpacked,) = (folder / "unpacked").iterdir()
    (folder / "wheels").mkdir()
    with zipfile.ZipFile(built("wheel", unpacked, folder / "wheels")) as wheel:
        wheel.extractall(folder / "installed")
    return folder / "installed"


def ran(installed: Path, here: Path, arguments: Sequence[str]) -> str:
    """Run the installed program somewhere, and return what it says."""
    inherited = {name: value for name, value in os.environ.items() if not name.startswith("DISCORD_")}
    done = subprocess.run(
        [sys.executable, "-m", "runner", *arguments],
        cwd=here,
        env={**inherited, "PYTHONPATH": str(installed)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def test_the_wheel_has_the_examples_once_and_none_of_the_tests(installed: Path) -> None:
    assert sorted(path.name for path in installed.iterdir() if path.suffix != ".dist-info") == ["runner"]
    assert shown(installed / "runner/examples") == shown(ROOT / "examples")


def shown(folder: Path) -> set[Path]:
    """Return the files below a folder, without those that are hidden."""
    found = (path.relative_to(folder) for path in folder.rglob("*") if path.is_file())
    return {path for path in found if not any(part.startswith(".") for part in path.parts)}


@pytest.mark.parametrize("names", [NAMES[::2], NAMES[1::2]], ids=["one half", "the other half"])
def test_bots_begun_from_the_wheel_validate_and_pass_their_scenarios(
    names: Sequence[str], installed: Path, tmp_path: Path
) -> None:
    for name in names:
        ran(installed, tmp_path, ["init", "--template", name, name])
    assert ran(installed, tmp_path, ["validate", "--strict", *names]) == ""
    played = ran(installed, tmp_path, ["test"])
    assert ": all as expected\n" in played
    assert len(list(tmp_path.rglob("*.scenario.yaml"))) == len(set(names) - {DEFAULT})
