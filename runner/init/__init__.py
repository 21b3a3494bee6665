"""`init`: a new bot's files, from a template that validates and runs without a token.

The templates are a small one of this package's own and every example: there each is a file that stands beside others,
here it is `bot.yaml`, with its scenarios and all that the two name.
"""

import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Final, Literal

from runner.config import source
from runner.config.source import Node
from runner.data import dataclass
from runner.regex import regex

_HERE = Path(__file__).parent
_SHARED = _HERE / "shared"
_PACKAGED = _HERE.parent / "examples"
_IN_REPOSITORY = _HERE.parent.parent / "examples"

DEFAULT: Final = "hello"
"""The template of a call that names none."""

SCENARIOS: Final = ".scenario.yaml"
"""What the names of scenario files end in."""

SCHEMAS: Final[tuple[Literal["bot", "scenario", "world"], ...]] = ("bot", "scenario", "world")
"""The kinds of files that have a schema, which their first lines name for editors."""

_FOR_EDITORS = regex(r"(\$schema=)[\w./]*?(\w+\.schema\.json)$", re.MULTILINE)
_SENTENCE_END = regex(r"(?<=\.) ")


class AlreadyThere(Exception):
    """Files that would be written exist. Nothing was written; the message names them."""


@dataclass(frozen=True, slots=True)
class Template:
    """A bot to begin with: its name, what it is in one sentence, and its files by their paths.

    `world` is the file with the servers that the bot is made for; None for any.
    """

    name: str
    summary: str
    files: Mapping[Path, str]
    world: Path | None = None

    @property
    def schemas(self) -> tuple[str, ...]:
        """The kinds of schemas that its files name."""
        texts = self.files.values()
        return tuple(
            kind for kind in SCHEMAS if any(f"{kind}.schema.json" in text.partition("\n")[0] for text in texts)
        )


def examples_folder() -> Path:
    """Return where the examples are: within an installed package, and in a repository beside it."""
    return _PACKAGED if _PACKAGED.is_dir() else _IN_REPOSITORY


def template_files() -> Mapping[str, Path]:
    """Return the bot of every template by the template's name, the default one first."""
    examples = (path for path in examples_folder().glob("*.yaml") if not path.name.endswith(SCENARIOS))
    return {DEFAULT: _HERE / "templates" / DEFAULT / "bot.yaml", **{path.stem: path for path in sorted(examples)}}


def template(name: str) -> Template:
    """Return a template. Raises KeyError if there is none of that name."""
    bot = template_files()[name]
    folder = bot.parent
    scenarios = bot.with_name(bot.stem + SCENARIOS)
    paths = [path for path in (bot, scenarios) if path.is_file()]
    named = [file for path in paths for file in _named_by(path, folder)]
    files = {path: path.read_text(encoding="utf-8") for path in (*paths, *named)}
    places = {path: path.relative_to(folder) for path in files} | {
        bot: Path("bot.yaml"),
        scenarios: Path("bot" + SCENARIOS),
    }
    copied = {places[path]: _with_schema(text, places[path]) for path, text in files.items()}
    world = next((places[path] for path in named if "world.schema.json" in files[path].partition("\n")[0]), None)
    about = summary_of(files[bot])
    return Template(name, about, {**copied, **_shared(about, world, has_scenarios=scenarios in files)}, world)


def summary_of(text: str) -> str:
    """Return the first sentence of the comment that a bot's file begins with, below the line for editors."""
    lines = text.splitlines()[1:]
    end = next((index for index, line in enumerate(lines) if not line.startswith("# ")), len(lines))
    return _SENTENCE_END.split(" ".join(line.removeprefix("# ") for line in lines[:end]))[0]


def _named_by(path: Path, folder: Path) -> list[Path]:
    """Return the files below `folder` that a file names by their paths from there, and those that they name."""
    found: list[Path] = []
    waiting = [path]
    while waiting:
        root = source.parse(waiting.pop().read_bytes(), str(path)).root
        texts = dict.fromkeys(_texts(root) if root is not None else ())
        new = [folder / text for text in texts if _is_path(text) and (folder / text).is_file()]
        new = [each for each in new if each not in found]
        found += new
        waiting += [each for each in new if each.suffix == ".yaml"]
    return found


def _is_path(text: str) -> bool:
    """Tell whether a text may be the path of a file below a folder: most texts are longer than any file's name."""
    return len(text) < 100 and "\n" not in text and ".." not in Path(text).parts and not Path(text).is_absolute()


def _texts(node: Node) -> Iterator[str]:
    match node:
        case source.Mapping():
            for entry in node.entries.values():
                yield from _texts(entry.value)
        case source.Sequence():
            for item in node.items:
                yield from _texts(item)
        case source.Scalar():
            if isinstance(node.value, str):
                yield node.value


def _with_schema(text: str, place: Path) -> str:
    """Return a file's text with the schemas beside bot.yaml, where `write` puts them."""
    up = "../" * (len(place.parts) - 1)
    return _FOR_EDITORS.sub(rf"\g<1>{up}\g<2>", text, count=1)


def _shared(about: str, world: Path | None, *, has_scenarios: bool) -> Mapping[Path, str]:
    """Return what every new bot has beside its own files."""
    texts = {path.relative_to(_SHARED): path.read_text(encoding="utf-8") for path in sorted(_SHARED.rglob("*.yml"))}
    files = {**texts, Path("gitignore"): (_SHARED / "gitignore").read_text(encoding="utf-8")}
    if has_scenarios:
        files = {path: text.replace("validate --strict\n", _THEN_TEST) for path, text in files.items()}
    read_me = (_SHARED / "README.md").read_text(encoding="utf-8")
    more = [_TESTED] if has_scenarios else []
    more += [_MADE_FOR.replace("$world", str(world))] if world is not None else []
    read_me = read_me.replace("$about", about).replace("$more", "".join(more))
    # Packages leave hidden folders out, so `github` stands for `.github`.
    return {Path("README.md"): read_me, **{Path(f".{path}"): text for path, text in files.items()}}


_THEN_TEST = "validate --strict\n      - run: lifecycle-runner test\n"
_TESTED = """
`bot.scenario.yaml` says who does what and what they see; `lifecycle-runner test` plays it.
"""
_MADE_FOR = """
It is made for the server in `$world`, with which the page begins if you add `--world $world`. What is
different in yours, such as the names of channels and roles, stands under `inputs` at the top of `bot.yaml`.
"""


def write(template: Template, folder: Path, schemas: Mapping[str, str]) -> list[Path]:
    """Write the template's files, and the schemas that they name, into a folder, and return their paths.

    Raises `AlreadyThere` before anything is written, and `OSError`.
    """
    files = {**template.files, **{Path(f"{kind}.schema.json"): schemas[kind] for kind in template.schemas}}
    if there := [str(folder / path) for path in files if (folder / path).exists() or (folder / path).is_symlink()]:
        raise AlreadyThere(
            f"{', '.join(there)} {'is' if len(there) == 1 else 'are'} there already; nothing was written"
        )
    for path, text in files.items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_text(text, encoding="utf-8")
    return [folder / path for path in files]
