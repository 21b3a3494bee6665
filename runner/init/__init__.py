"""`init`: a new bot's files, from a template that validates and runs without a token."""

from collections.abc import Mapping
from pathlib import Path

from runner.data import dataclass

_TEMPLATES = Path(__file__).parent / "templates"
_SHARED = Path(__file__).parent / "shared"

DEFAULT = "hello"
"""The template of a call that names none."""

SCHEMA_FILE = "bot.schema.json"
"""What the first line of each template's bot.yaml names, for editors."""


class AlreadyThere(Exception):
    """A file that would be written exists. Nothing was written; the message names the file."""


@dataclass(frozen=True, slots=True)
class Template:
    """A bot to begin with: its name, what it shows, and its files by their paths."""

    name: str
    summary: str
    files: Mapping[Path, str]


def templates() -> Mapping[str, Template]:
    """Return every template by its name."""
    return {folder.name: _template(folder) for folder in sorted(_TEMPLATES.iterdir()) if folder.is_dir()}


def _template(folder: Path) -> Template:
    bot = (folder / "bot.yaml").read_text(encoding="utf-8")
    about = bot.splitlines()[1].removeprefix("# ")
    files = {Path("bot.yaml"): bot, Path("README.md"): _read_me(folder.name, about)}
    shared = {path.relative_to(_SHARED): path.read_text(encoding="utf-8") for path in sorted(_SHARED.rglob("*.*ml"))}
    ignored = (_SHARED / "gitignore").read_text(encoding="utf-8")
    return Template(folder.name, about, {**files, Path(".gitignore"): ignored, **_in_hidden_folders(shared)})


def _in_hidden_folders(files: Mapping[Path, str]) -> Mapping[Path, str]:
    """Return the files at their places: packages leave hidden folders out, so `github` stands for `.github`."""
    return {Path(f".{path}"): text for path, text in files.items()}


def _read_me(name: str, about: str) -> str:
    return (_SHARED / "README.md").read_text(encoding="utf-8").replace("$name", name).replace("$about", about)


def write(template: Template, folder: Path, schema: str) -> list[Path]:
    """Write the template's files and the schema into a folder, and return their paths.

    Raises `AlreadyThere` before anything is written, and `OSError`.
    """
    files = {**template.files, Path(SCHEMA_FILE): schema}
    for path in files:
        if (folder / path).exists() or (folder / path).is_symlink():
            raise AlreadyThere(f"{folder / path} is there already; nothing was written")
    for path, text in files.items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_text(text, encoding="utf-8")
    return [folder / path for path in files]
