"""Bots that don't get in each other's way as one bot: what is in the sections of each, side by side."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Final

from tests.enforced.case import Case, renamed
from tests.enforced.keys import Json

RUNS_MAX: Final = 45
"""Runs in one bot: more would cost more to compile than another bot to start."""

_SECTIONS: Final = frozenset(
    {"vars", "state", "records", "checks", "commands", "context_menus", "components", "messages", "modals", "flows"}
)
"""What can hold the bots of several cases. What stands elsewhere goes for the whole bot, and has to be the same."""


@dataclass(frozen=True, slots=True)
class Run:
    """A bot of a case to be run: as it is written, or without a key. `it` is what it calls its own."""

    case: Case
    key: str
    bot: Json
    it: str

    @property
    def is_whole(self) -> bool:
        """Whether the bot is as it is written."""
        return self.key in ("", "again")

    @property
    def what(self) -> str:
        """How the bot differs from the one that is written."""
        return "as it is written" if self.is_whole else f"without `{self.key}`"


@dataclass(slots=True)
class Together:
    """Runs that share one bot."""

    bot: Json = field(default_factory=dict[str, Json])
    runs: list[Run] = field(default_factory=list[Run])
    is_closed: bool = False

    def takes(self, run: Run, bot: Json) -> bool:
        """Tell whether there is room for a run, and nothing of the same name that is another thing."""
        if self.is_closed or len(self.runs) >= RUNS_MAX or run.case.environment != self.runs[0].case.environment:
            return False
        if any(self.bot.get(each) != bot.get(each) for each in {*self.bot, *bot} - _SECTIONS):
            return False
        menus = len({*self.bot.get("context_menus", {}), *bot.get("context_menus", {})})
        return menus <= MENUS_MAX and all(
            self.bot.get(section, {}).get(name, value) == value
            for section in _SECTIONS & bot.keys()
            for name, value in bot[section].items()
        )

    def add(self, run: Run, bot: Json) -> None:
        """Let a run share the bot."""
        for section, value in bot.items():
            self.bot[section] = {**self.bot.get(section, {}), **value} if section in _SECTIONS else value
        self.runs.append(run)


MENUS_MAX: Final = 10
"""Context menus that one bot may have, of one kind or the other."""


def together(runs: Iterable[Run]) -> Sequence[Together]:
    """Return the fewest bots, or about that, in which all runs find a place."""
    found: list[Together] = []
    for run in runs:
        bot = renamed(run.bot, run.it)
        if run.case.alone:
            place = Together(is_closed=True)
            found.append(place)
        else:
            place = next((each for each in found if each.takes(run, bot)), None) or Together()
            found += [] if place.runs else [place]
        place.add(run, bot)
    return found
