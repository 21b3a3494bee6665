"""Templates that have been read already: most texts of a file that was edited are what they were before."""

from typing import Final

from runner.templates.syntax import Template, parse

KEPT_MAX: Final = 50_000
"""Templates that are kept: those of a bot with several thousand handlers."""


class RecentTemplates:
    """Templates by their texts, for builds that follow each other; one build at a time.

    A template that is read again is the same object, with what was compiled of it.
    """

    def __init__(self, most: int = KEPT_MAX) -> None:
        """Nothing has been read yet; of refused files at most so many templates are kept."""
        self._most = most
        self._known: dict[tuple[str, bool], Template] = {}
        self._used: dict[tuple[str, bool], Template] = {}

    def read(self, source: str, *, expression: bool = False) -> Template:
        """Return what `parse` does. Raise TemplateFault as it does; faults are found anew each time."""
        key = (source, expression)
        found = self._used.get(key)
        if found is None:
            found = self._known.get(key) or parse(source, expression=expression)
            if len(self._used) >= self._most:
                self._used.clear()
            self._used[key] = found
        return found

    def forget_new(self, most: int) -> None:
        """Forget what has been read since `forget_others`, if that is more than `most` templates.

        For builds that read a part of a file: whoever saves it again and again reads other templates each time.
        """
        if len(self._used) > most:
            self._used.clear()

    def forget_others(self) -> None:
        """Forget what has not been read since this was said last: what is kept is what one whole file says."""
        self._known, self._used = self._used, {}
