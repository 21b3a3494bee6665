"""What runs by the clock: its times, read, and its steps."""

from runner.compile.handlers import HandlerCompiler
from runner.compile.program import Schedule
from runner.config import document
from runner.cron import instant_of, parse_cron, zone_named
from runner.lifecycle.machine import Origin


def compile_schedule(compiler: HandlerCompiler, name: str, written: document.Schedule) -> Schedule:
    """Return one schedule."""
    zone = zone_named(written.timezone)
    return Schedule(
        name=name,
        said=" ".join(str(part) for part in (written.cron, written.at, written.every, written.timezone)),
        cron=None if written.cron is None else parse_cron(written.cron),
        at=None if written.at is None else instant_of(written.at, zone),
        every_s=written.every,
        zone=zone,
        missed=written.missed,
        guild_id=written.guild,
        handler=compiler.handler("schedules", name, written, Origin.NO_INTERACTION),
    )
