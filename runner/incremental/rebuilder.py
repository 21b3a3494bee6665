"""Builds one file again and again, in pieces where it can."""

from collections.abc import Mapping
from typing import Final

from runner.build import Build, Built
from runner.config.include import FindFiles, ReadFile
from runner.incremental.change import change, texts_now
from runner.incremental.graft import grafted
from runner.templates import RecentTemplates

TEMPLATES_MAX: Final = 1000
"""How many templates are kept that have been read in parts, beside those of the last whole: they are some megabytes."""


class Rebuilder:
    """Builds one file again and again, one build at a time."""

    def __init__(self, started: Built, build: Build, templates: RecentTemplates) -> None:
        """`started` is what was built last. `build` makes the whole of it, and keeps `templates` of what it reads."""
        self._before = started
        self._whole = build
        self._templates = templates

    def build(self, read: ReadFile, find: FindFiles, generation: int) -> Built:
        """Build what the files say now. The result is that of a whole build, however little of it is built."""
        built = self._in_part(read, find, generation)
        if built is not None:
            self._templates.forget_new(TEMPLATES_MAX)
        else:
            built = self._whole(read, find, generation)
            if built.program is not None:
                self._templates.forget_others()
        if built.program is not None:
            self._before = built
        return built

    def _in_part(self, read: ReadFile, find: FindFiles, generation: int) -> Built | None:
        """Return what was there with what has changed in it; None where more than that has to be built."""
        if self._before.program is None or (texts := texts_now(self._before, read)) is None:
            return None
        if (found := change(self._before, texts)) is None:
            return None
        was, now = (
            self._whole(
                _reading({name: each.only(found.needed) for name, each in files.items()}, read), find, generation
            )
            for files in (found.old, found.new)
        )
        return grafted(self._before, was, now, found)


def _reading(texts: Mapping[str, str], read: ReadFile) -> ReadFile:
    """Return what reads the files with keys as these texts, and others as they are."""
    return lambda path: texts[str(path)].encode() if str(path) in texts else read(path)
