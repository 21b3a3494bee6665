"""`schedules:` what the bot does by the clock."""

from typing import Literal

from runner.config.document.handlers import Unattended
from runner.data import dataclass
from runner.fields import Duration, Snowflake, option

EVERY_MAX_S = 366 * 86_400.0
"""The longest interval, in seconds."""

MissedWord = Literal["run", "run_once", "skip"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Schedule(Unattended):
    """Steps that run by the clock. No user waits for them, so they answer nobody: they send, and keep, and tidy up."""

    cron: str | None = option(
        "When, as a cron expression: minute, hour, day of the month, month, day of the week.", default=None
    )
    at: str | None = option("When, once: a date and time such as `2026-12-24 18:00`.", default=None)
    every: Duration | None = option(
        "How long from one run to the next, counted from the first start.",
        default=None,
        minimum=1.0,
        maximum=EVERY_MAX_S,
    )
    timezone: str = option("By whose clock, such as `Europe/Berlin`.", default="UTC")
    missed: MissedWord = option(
        "What happens with runs that fell due while the bot was down: all of them, one, or none.", default="skip"
    )
    guild: Snowflake | None = option(
        "The server that it is about: templates read `guild`, and names of channels are those of that server.",
        default=None,
    )
