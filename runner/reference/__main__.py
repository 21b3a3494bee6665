"""Writes the pages of the reference: `python -m runner.reference docs/reference`. Pages that are no more go."""

import sys
from pathlib import Path

from runner.actions.action import load_actions
from runner.reference.pages import all_pages


def main(folder: Path) -> None:
    """Write every page, and remove what is there besides."""
    pages = all_pages(load_actions())
    for path in folder.rglob("*.md"):
        if str(path.relative_to(folder)) not in pages:
            path.unlink()
    for name, text in pages.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
