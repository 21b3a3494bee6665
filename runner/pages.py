"""The pages that explain the rules: one for each slug, in Markdown, in a file beside the module that emits it.

`check/modals.md` has the pages of the slugs in `check/modals.py`. A page is a heading with the slug, what the fault
means, why it is one, and two examples: what is refused, and the same repaired. The tests hold them to that.
"""

import re
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path
from textwrap import indent

from runner.data import dataclass
from runner.regex import regex

_FOLDER = Path(__file__).parent
_HEADING = regex(r"^## ([a-z0-9-]+)\n", re.MULTILINE)
_FENCED = regex(r"^```(\w+)\n(.*?)^```$", re.MULTILINE | re.DOTALL)


@dataclass(frozen=True, slots=True)
class Example:
    """A fenced block of a page: `yaml` is a config, `python` an expression that gives one, `console` a call."""

    language: str
    text: str


@dataclass(frozen=True, slots=True)
class Page:
    """What is to be said of one slug. `module` is the file that emits it, below the package."""

    slug: str
    text: str
    module: Path

    @property
    def summary(self) -> str:
        """The first sentence."""
        return self.text.partition("\n\n")[0].replace("\n", " ").partition(". ")[0].rstrip(".") + "."

    @property
    def examples(self) -> tuple[Example, ...]:
        """What is refused, then the same repaired."""
        return tuple(Example(language, text) for language, text in _FENCED.findall(self.text))


def rendered(page: Page) -> str:
    """Return a page for a terminal: the slug, the text, and each example under what it is an example of."""
    labels = iter(("refused:", "accepted:"))
    text = _FENCED.sub(lambda block: f"{next(labels)}\n{indent(block[2].rstrip(), '    ')}", page.text)
    return f"{page.slug}\n\n{text}\n"


def listing() -> str:
    """Return every slug with its summary, one a line."""
    widest = max(map(len, pages()))
    return "\n".join(f"{slug:<{widest}}  {page.summary}" for slug, page in pages().items()) + "\n"


@cache
def pages() -> Mapping[str, Page]:
    """Return every page by its slug, in the order of the slugs."""
    found = {page.slug: page for file in _FOLDER.rglob("*.md") for page in _pages_of(file)}
    return dict(sorted(found.items()))


def _pages_of(file: Path) -> Iterator[Page]:
    _, *parts = _HEADING.split(file.read_text(encoding="utf-8"))
    module = file.relative_to(_FOLDER).with_suffix(".py")
    for slug, text in zip(parts[::2], parts[1::2], strict=True):
        yield Page(slug, text.strip(), module)
