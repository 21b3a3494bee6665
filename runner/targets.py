"""Which files a call means: those that are named, those below a folder, standard input, or the one that is found."""

import os
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import BinaryIO

from runner.config.include import ReadFile
from runner.config.source.decode import MAX_BYTES

CONFIG_VARIABLE = "LIFECYCLE_RUNNER_CONFIG"
"""The environment variable that names the config where the call names none."""

NAMES = ("bot.yaml", "bot.yml")
"""What a config is called; `support.bot.yaml` is one as well."""

STANDARD_INPUT = Path("-")

FILES_MAX = 1000
"""How many configs one call takes."""

_NOT_OURS = frozenset({"node_modules", "venv", "__pycache__"})


class NoTarget(Exception):
    """The call names no config, or one that can't be meant; the message says which and what to do."""


def discovered(environment: Mapping[str, str], folder: Path) -> Path:
    """Return the config of a call that names none; `NoTarget` when there is none.

    Only the folder itself is searched and none above it: a bot that is run by surprise would use its token.
    """
    if named := environment.get(CONFIG_VARIABLE):
        return Path(named)
    for name in NAMES:
        if (folder / name).exists():
            return Path(name)
    raise NoTarget(f"there is no {' or '.join(NAMES)} here; name the file, or set {CONFIG_VARIABLE}")


def targets(named: Iterable[Path]) -> list[Path]:
    """Return the files that are named and the configs below the folders that are, each once; `NoTarget` for none."""
    found = list(dict.fromkeys(file for path in named for file in _files(path)))
    if len(found) > FILES_MAX:
        raise NoTarget(f"these are {len(found)} configs, and one call takes {FILES_MAX}")
    return found


def _files(path: Path) -> Iterator[Path]:
    if not path.is_dir():
        yield path
        return
    below = list(_below(path))
    if not below:
        raise NoTarget(f"there is no bot.yaml and no *.bot.yaml below {path}")
    yield from below


def _below(folder: Path) -> Iterator[Path]:
    """Yield the configs below a folder in the order of their names; hidden folders and installed packages are not."""
    for parent, folders, files in os.walk(folder):
        folders[:] = sorted(name for name in folders if not name.startswith(".") and name not in _NOT_OURS)
        yield from (Path(parent) / name for name in sorted(files) if is_config_name(name))


def is_config_name(name: str) -> bool:
    """Tell whether a file of this name is a config of ours."""
    return name in NAMES or name.endswith((".bot.yaml", ".bot.yml"))


def read_bounded(path: Path) -> bytes:
    """Return a file's bytes, of one that is too large anyway no more than shows that. Raises `OSError`."""
    with path.open("rb") as file:
        return file.read(MAX_BYTES + 1)


def reader_of(stream: BinaryIO, shown: Path) -> ReadFile:
    """Return what reads files, and for the name `shown` a stream instead, once and under the same bound."""
    content = stream.read(MAX_BYTES + 1)
    return lambda path: content if path == shown else read_bounded(path)
