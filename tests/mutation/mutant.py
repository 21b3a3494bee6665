"""A mutant: one small wrong change to a file, and the promise that it breaks."""

from dataclasses import dataclass
from pathlib import Path
from typing import Final

LIFECYCLE: Final = ("tests/lifecycle", "tests/test_machine_against_local_discord.py")
"""The tests of the table and of the deadlines."""

ENGINE: Final = ("tests/engine", "--ignore=tests/engine/test_answers.py")
"""The tests of what the engine does; the connections to Discord have their own, which no mutant concerns."""


STANDBY: Final = ("tests/engine/test_standby.py", "tests/engine/test_lag.py")
"""The tests of what is done when the event loop stands still, and of how that is measured."""


EVENTS: Final = ("tests/engine/test_events.py", "tests/engine/test_events_on_the_wire.py")
"""The tests of what happens besides interactions."""


class NotApplicable(Exception):
    """The text that a mutant replaces is not exactly once in its file: the code has moved on, and the mutant has to."""


@dataclass(frozen=True, slots=True)
class Mutant:
    """Replace `old` by `new` in `file`, a path below the root. `breaks` says what is wrong then; `tests` must see."""

    file: str
    breaks: str
    old: str
    new: str
    tests: tuple[str, ...]

    def apply(self, root: Path) -> None:
        """Change the file below `root`. Raises `NotApplicable`."""
        path = root / self.file
        text = path.read_text()
        self.check(text)
        path.write_text(text.replace(self.old, self.new))

    def check(self, text: str) -> None:
        """Raise `NotApplicable` unless `text`, the file's, has the old text exactly once."""
        count = text.count(self.old)
        if count != 1 or self.old == self.new:
            raise NotApplicable(f"{self.file}: {self.breaks}: found {count} times: {self.old!r}")
