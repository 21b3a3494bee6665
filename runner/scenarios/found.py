"""Which scenario files are meant. Nothing is loaded to play them: how many there are decides how that is done."""

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Final

from runner.config import source

SUFFIX: Final = ".scenario.yaml"
"""What the name of a scenario file ends in."""


class NoScenarios(Exception):
    """There is nothing to play; the message says why, and what can be done."""


def scenario_files(paths: Iterable[Path]) -> Sequence[Path]:
    """Return the files, each once, in order.

    In place of a folder stand the scenario files below it, in place of a bot those beside it that are about it. Raises
    `NoScenarios` where there are none.
    """
    found = list(dict.fromkeys(file for path in paths for file in _files_of(path)))
    if not found:
        raise NoScenarios(f"there is no file that ends in {SUFFIX} here")
    return found


def _files_of(path: Path) -> Sequence[Path]:
    if path.is_dir():
        return sorted(path.rglob("*" + SUFFIX))
    if path.name.endswith(SUFFIX) or not _is_bot(path):
        return (path,)
    own = path.with_name(path.stem + SUFFIX)
    about = [file for file in sorted(path.parent.glob("*" + SUFFIX)) if file == own or _is_about(file, path)]
    if not about:
        write = f"write {own}, or in another scenario file `bot: {path.name}`"
        raise NoScenarios(f"{path} is a bot, and no scenario file beside it is about it; {write}")
    return about


def _is_bot(path: Path) -> bool:
    """Tell whether a file is one that scenarios are about: a mapping without any of theirs."""
    try:
        root = source.parse(path.read_bytes(), str(path)).root
    except OSError:
        return False
    return isinstance(root, source.Mapping) and "scenarios" not in root.entries


def _is_about(file: Path, bot: Path) -> bool:
    """Tell whether a scenario file names a bot; one that can't be read as a scenario file names none."""
    from runner.scenarios.load import bot_of, load_scenarios  # it brings the local Discord along

    said = load_scenarios(file, Path.read_bytes).file
    return said is not None and bot_of(file, said).resolve() == bot.resolve()
