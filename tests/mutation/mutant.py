"""A mutant: one small wrong change to a file, and the promise that it breaks."""

from dataclasses import dataclass
from pathlib import Path
from typing import Final

LIFECYCLE: Final = ("tests/lifecycle", "tests/test_machine_against_local_discord.py")
"""The tests of the table and of the deadlines."""

_NEAREST: Final = (
    "first_response_mutants",
    "acknowledger",
    "interaction",
    "misfortunes",
    "failure_modes",
    "stragglers",
)
_SLOWEST: Final = ("crashes", "votes", "reloaded")


def _engine_tests() -> tuple[str, ...]:
    """Return the tests of the engine: those first that see the most, as a run ends with the first failure."""
    names = {path.stem.removeprefix("test_") for path in (Path(__file__).parents[1] / "engine").glob("test_*.py")}
    others = sorted(names.difference((*_NEAREST, *_SLOWEST, "answers")))
    return tuple(f"tests/engine/test_{name}.py" for name in (*_NEAREST, *others, *_SLOWEST))


ENGINE: Final = _engine_tests()
"""The tests of what the engine does; the connections to Discord have their own, which no mutant concerns."""


STANDBY: Final = (
    "tests/engine/test_first_response_mutants.py",
    "tests/engine/test_standby.py",
    "tests/engine/test_lag.py",
)
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
