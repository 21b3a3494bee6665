"""`events:` and `schedules:` what a bot does without being asked by an interaction."""

from collections.abc import Awaitable, Callable

from runner.emulator.clock import elapse
from runner.emulator.world import User
from tests.enforced.case import Act, Case, Scene, case, done, ran, said, stopped_for, waited
from tests.enforced.keys import Json
from tests.enforced.world import IDS, NOBODY
from tests.engine.test_events_on_the_wire import CAUSES, Server, leave

SAID = (said("Hm"), said("Hm", user="Sam", channel="support"), waited(10))
EVENT = "events: {message: {KEY}}"
SCHEDULE = "schedules: {IT: {KEY}}"
HM = "steps: [{log: Hm}]"


def kim_is_a_bot(scene: Scene) -> None:
    """Make Kim one of the other bots."""
    kim: User = next(user for user in scene.made.local.world.users.values() if user.username == "kim")
    kim.bot = True


def event(keys: str, having: str, instead: Json = None) -> Case:
    """Return a case of what is done when somebody writes."""
    return case("events.*", keys, EVENT.replace("KEY", having), *SAID, instead=instead or {})


def schedule(keys: str, having: str, seconds: float, instead: Json = None) -> Case:
    """Return a case of what is done by the clock."""
    return case(
        "schedules.*", keys, SCHEDULE.replace("KEY", having), waited(seconds), instead=instead or {}, timed=True
    )


def happening(name: str, cause: Callable[[Server], Awaitable[object]], says: str) -> Case:
    """Return a case of a kind of event, and of what can be said of it."""

    async def act(scene: Scene) -> None:
        await cause(Server(scene.made))
        await elapse(2)

    return case("events", name, f"events: {{{name}: {{steps: [{{log: 'it is {says}'}}]}}}}", act, alone=True)


def missed(owner: str, bot: str, *begins: Act) -> Case:
    """Return a case of what was due while the bot was not there."""
    return case(owner, "missed", f"store: 'sqlite:IT.db'\n{bot}", *begins, stopped_for(3300))


NOW = "steps: [{send: {channel: '#general', content: Now}}]"
HERE = f"guild: '{IDS['Lighthouse']}'"
CASES = [
    *(happening(name, *CAUSES[name][:2]) for name in CAUSES),
    happening("guild_leave", leave, "{{ guild.name }}"),
    event("steps", HM, {"steps": [{"log": "Oh"}]}),
    event("when", f"{HM}, when: \"user.name == 'sam'\""),
    event("channels", f"{HM}, channels: '#support'"),
    event("roles", f"{HM}, roles: '@Support'"),
    event(
        "own",
        "own: true, when: \"message.content != 'Yes'\", steps: [{send: {content: 'Yes'}}, {log: Hm}]".replace(
            "message.content != 'Yes'", "message.content != 'Stop'"
        ).replace("{send: {content: 'Yes'}}", "{when: \"message.content == 'Hm'\", send: {content: Stop it}}"),
    ),
    case(
        "events.*",
        "bots",
        EVENT.replace("KEY", f"{HM}, bots: true"),
        done(kim_is_a_bot),
        said("Beep", user="Kim"),
        waited(1),
    ),
    event("timeout", "steps: [{hang: 5s}, {log: Hm}], timeout: 4s"),
    event("on_error", "steps: [{fail: 'No'}], on_error: [{log: Sorry}]"),
    event("on_timeout", "steps: [{hang: 5s}], timeout: 4s, on_timeout: [{log: Sorry}]"),
    schedule("steps", f"every: 10s, {HM}", 15, {"steps": [{"log": "Oh"}]}),
    schedule("every", f"every: 10s, {HERE}, {NOW}", 65, {"every": "20s"}),
    schedule("cron", f"cron: '* * * * *', {HERE}, {NOW}", 330, {"cron": "*/2 * * * *"}),
    schedule(
        "at timezone",
        f"at: '2027-01-15 09:00:20', timezone: Europe/Berlin, {HERE}, {NOW}",
        60,
        {"at": "2027-01-15 09:00:40"},
    ),
    schedule(
        "guild",
        f"every: 10s, {HERE}, steps: [{{log: '{{{{ guild.name | default(0) }}}}'}}]",
        15,
        {"guild": str(NOBODY)},
    ),
    schedule("timeout", "every: 10s, timeout: 4s, steps: [{hang: 5s}, {log: Hm}]", 18),
    schedule("on_error", "every: 10s, steps: [{fail: 'No'}], on_error: [{log: Sorry}]", 15),
    schedule("on_timeout", "every: 10s, timeout: 4s, steps: [{hang: 5s}], on_timeout: [{log: Sorry}]", 18),
    missed("schedules.*", "schedules: {IT: {every: 10m, missed: run, steps: [{log: Hm}]}}", waited(5)),
    missed(
        "step.schedule",
        "flows: {IT: {steps: [{log: Hm}]}}\n"
        "commands: {IT: {description: d, steps: [{schedule: {flow: IT, after: 10m, missed: skip}}]}}",
        ran(),
    ),
]
