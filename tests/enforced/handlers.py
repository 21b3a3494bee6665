"""What every handler has, in each place that has handlers: who may start it, how it answers, what it does."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Final

from runner.emulator.clock import elapse
from runner.emulator.trace import Trace
from tests.enforced.case import Act, Case, Scene, case, ran
from tests.enforced.keys import Json
from tests.enforced.world import NOBODY

CHECKS = f"checks: {{IT_nobody: {{users: ['{NOBODY}'], denied: Nobody may.}}}}\n"


@dataclass(frozen=True, slots=True)
class Kind:
    """A place for handlers: a bot with one that has `KEY` in it, what is done before, and how somebody starts it."""

    bot: str
    start: Callable[[Scene, str], Trace]
    before: tuple[Act, ...] = ()
    steps: str = "steps"


def types(name: str) -> Callable[[Scene, str], Trace]:
    """Start a command."""
    return lambda scene, user: scene.made.command(scene.named(name), user=user)


def chooses(scene: Scene, user: str) -> Trace:
    """Start it from the menu of Kim."""
    return scene.made.local.context_menu(user=user, channel="general", name=scene.it, target="Kim")


def clicks(scene: Scene, user: str) -> Trace:
    """Start it with the button of the message that was shown first, or with its select."""
    message = scene.traces[0].messages[0].id
    (shown,) = scene.made.components(message)
    values = ["a"] if shown["type"] == 3 else []
    return scene.made.local.click(user=user, message=message, custom_id=shown["custom_id"], values=values)


def submits(scene: Scene, user: str) -> Trace:
    """Send the form that is open for somebody."""
    opened = [trace for trace in scene.traces if trace.modal and trace.state.value == "modal_shown"]
    return scene.made.local.submit(modal=opened.pop(0 if user == "Robin" else -1), values={"f": "x"})


def once(kind: Kind, user: str = "Robin") -> Act:
    """Start a handler and wait for its end."""

    async def act(scene: Scene) -> None:
        await scene.went(kind.start(scene, user))

    return act


def at_once(kind: Kind) -> Act:
    """Start a handler twice without waiting in between."""

    async def act(scene: Scene) -> None:
        scene.traces += [kind.start(scene, "Robin"), kind.start(scene, "Robin")]
        await scene.made.idle()

    return act


def too_late(kind: Kind) -> Act:
    """Start a handler, whose interaction is over before it answers."""

    async def act(scene: Scene) -> None:
        scene.traces.append(kind.start(scene, "Robin"))
        await elapse(5)
        scene.made.local.expire_token(scene.last)
        await scene.made.idle()

    return act


SHOWN: Final = "commands: {IT: {description: d, reply: {content: Ask, components: [IT]}}}\n"
KINDS: Final[Mapping[str, Kind]] = {
    "commands.*": Kind("commands: {IT: {description: d, visible_to: [], KEY}}", types("IT")),
    "commands.*.commands.*": Kind(
        "commands: {IT: {description: d, visible_to: [], commands: {in: {description: d, KEY}}}}", types("IT in")
    ),
    "commands.*.commands.*.commands.*": Kind(
        "commands: {IT: {description: d, visible_to: [], commands: {in: {description: d, commands: {it: "
        "{description: d, KEY}}}}}}",
        types("IT in it"),
    ),
    "context_menus.*": Kind("context_menus: {IT: {type: user, visible_to: [], KEY}}", chooses),
    "components.*": Kind(SHOWN + "components: {IT: {button: {label: B}, KEY}}", clicks, (ran(),)),
    "modals.*": Kind(
        "commands: {IT: {description: d, steps: [{modal: IT}]}}\nmodals: {IT: {title: T, fields: {f: F}, KEY}}",
        submits,
        (ran(), ran()),
    ),
    "button": Kind(
        "commands: {IT: {description: d, reply: {content: Ask, components: [{button: {id: b, label: B, KEY}}]}}}",
        clicks,
        (ran(),),
        "on_click",
    ),
    "select": Kind(
        "commands: {IT: {description: d, reply: {content: Ask, components: [{select: {id: b, options: "
        "{a: A}, KEY}}]}}}",
        clicks,
        (ran(),),
        "on_select",
    ),
}


def handler(owner: str, key: str, having: str, *acts: Act, of: Kind | None = None, instead: Json = None) -> Case:
    """Return a case of a key of a handler."""
    kind = of or KINDS[owner]
    bot = CHECKS + kind.bot.replace("KEY", having)
    given = {} if instead is None else {key: instead}
    return case(owner, key, bot, *kind.before, *(acts or (once(kind),)), instead=given)


def of_each(owner: str, kind: Kind) -> list[Case]:
    """Return the cases of what all handlers have."""
    hi, late = f"{kind.steps}: [{{reply: Hi}}]", f"{kind.steps}: [{{hang: 5s}}, {{reply: Hi}}]"
    return [
        handler(owner, "permissions", f"{hi}, permissions: {{member: ban_members}}"),
        handler(owner, "check", f"{hi}, check: IT_nobody"),
        handler(owner, "cooldown", f"{hi}, cooldown: 10m", once(kind), once(kind)),
        handler(owner, "concurrency", f"{late}, concurrency: 1", at_once(kind)),
        handler(owner, "response", f"{hi}, response: ephemeral"),
        handler(owner, "timeout", f"{late}, timeout: 4s"),
        handler(owner, kind.steps, hi, instead=[{"reply": "Ho"}]),
        *([handler(owner, "reply!", "reply: Hi")] if kind.steps == "steps" else []),
        handler(owner, "on_error", f"{kind.steps}: [{{fail: 'No'}}], on_error: [{{reply: Sorry}}]"),
        handler(owner, "on_timeout", f"{late}, timeout: 4s, on_timeout: [{{reply: Sorry}}]"),
        handler(
            owner,
            "on_expired",
            f"{kind.steps}: [{{hang: 9s}}, {{reply: Hi}}], response: ephemeral, on_expired: [{{log: Too late}}]",
            too_late(kind),
        ),
    ]


COMMAND = KINDS["commands.*"]
HI, HANGING = "reply: Hi", "steps: [{hang: 5s}, {reply: Hi}]"


def pace(owner: str, key: str, having: str, *acts: Act, instead: Json = None, timed: bool = False) -> Case:
    """Return a case of how often a command may be used."""
    return replace(handler(f"defaults.{owner}", key, having, *acts, of=COMMAND, instead=instead), timed=timed)


SHARED = [
    pace("permissions", "member denied", f"{HI}, permissions: {{member: ban_members, denied: Not you.}}"),
    pace(
        "permissions",
        "bot",
        f"{HI}, permissions: {{bot: manage_guild_expressions}}".replace("manage_guild_expressions", "administrator"),
    ),
    pace("cooldown", "uses denied", f"{HI}, cooldown: {{uses: 2, per: 10m, denied: Slow.}}", *[once(COMMAND)] * 3),
    pace("cooldown", "per", f"{HI}, cooldown: {{per: 1s}}", once(COMMAND), ran(), instead="10m"),
    pace("cooldown", "scope", f"{HI}, cooldown: {{per: 10m, scope: global}}", once(COMMAND), once(COMMAND, "Kim")),
    pace(
        "cooldown",
        "exempt",
        f"{HI}, cooldown: {{per: 10m, exempt: {{if: \"user.name == 'robin'\"}}}}",
        *[once(COMMAND)] * 2,
    ),
    pace("cooldown", "refund", "steps: [{fail: 'No'}], cooldown: {per: 10m, refund: true}", *[once(COMMAND)] * 2),
    pace("concurrency", "limit! denied", f"{HANGING}, concurrency: {{limit: 1, denied: Later.}}", at_once(COMMAND)),
    pace("concurrency", "when_busy", f"{HANGING}, concurrency: {{limit: 1, when_busy: wait}}", at_once(COMMAND)),
    pace("response", "strategy", f"{HI}, response: {{strategy: defer}}"),
    pace("response", "ephemeral", f"{HI}, response: {{ephemeral: true}}"),
    pace("response", "defer_after", f"{HANGING}, response: {{defer_after: 500ms}}", timed=True),
]


async def both_at_once(scene: Scene) -> None:
    """Let two people start the command at the same time."""
    scene.traces += [COMMAND.start(scene, "Robin"), COMMAND.start(scene, "Kim")]
    await scene.made.idle()


SHARED.append(pace("concurrency", "scope", f"{HANGING}, concurrency: {{limit: 1, scope: global}}", both_at_once))

INHERITED: list[tuple[str, str, str, tuple[Act, ...]]] = [
    ("permissions", "permissions: {member: ban_members}", HI, (once(COMMAND),)),
    ("check", "check: IT_nobody", HI, (once(COMMAND),)),
    ("cooldown", "cooldown: 10m", HI, (once(COMMAND), once(COMMAND))),
    ("concurrency", "concurrency: 1", HANGING, (at_once(COMMAND),)),
    ("response", "response: ephemeral", HI, (once(COMMAND),)),
    ("timeout", "timeout: 4s", HANGING, (once(COMMAND),)),
    ("on_error", "on_error: [{reply: Sorry}]", "steps: [{fail: 'No'}]", (once(COMMAND),)),
    ("on_timeout", "timeout: 4s, on_timeout: [{reply: Sorry}]", HANGING, (once(COMMAND),)),
    (
        "on_expired",
        "response: ephemeral, on_expired: [{log: Too late}]",
        "steps: [{hang: 9s}, {reply: Hi}]",
        (too_late(COMMAND),),
    ),
]
DEFAULTS = [
    case("defaults", key, f"{CHECKS}defaults: {{{having}}}\n{COMMAND.bot.replace('KEY', what)}", *acts)
    for key, having, what, acts in INHERITED
]
CASES = [*(each for owner, kind in KINDS.items() for each in of_each(owner, kind)), *SHARED, *DEFAULTS]
