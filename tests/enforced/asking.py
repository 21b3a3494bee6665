"""Steps that ask and wait: who may answer, how long, what is asked, and what is right."""

from collections.abc import Mapping

from runner.emulator.world import User
from tests.enforced.case import Act, Case, Scene, case, does, done, pressed, ran, said, submitted, told, waited
from tests.enforced.keys import Json
from tests.enforced.world import IDS

CHECKS = "checks: {IT: {if: \"user.name == 'kim'\"}}"


def asks(
    name: str,
    keys: str,
    taking: str,
    *acts: Act,
    instead: Mapping[str, Json] | None = None,
    behind: str = "",
    owner: str = "",
) -> Case:
    """Return a case of a step that asks, and of what comes behind it."""
    after = behind or "{reply: Behind}"
    bot = does(f"{{id: q, {name}: {{{taking}}}}}, {after}", CHECKS, of="timeout: 20m")
    return case(
        owner or f"step.{name}", keys, bot, *_slowly(name, acts or (ran(),)), instead=instead, alone=name == "wait_for"
    )


def _slowly(name: str, acts: tuple[Act, ...]) -> tuple[Act, ...]:
    """Return acts with a pause behind the first, where it takes a moment until the bot listens."""
    return (acts[0], waited(2), *acts[1:]) if name == "wait_for" else acts


async def continues(scene: Scene) -> None:
    """Press whatever can be pressed."""
    message = scene.shown()
    first = scene.made.usable(message)[0]
    await scene.went(scene.made.local.click(user="Robin", message=message, custom_id=first["custom_id"]))


QUESTIONS: Mapping[str, str] = {
    "choose": "prompt: How, options: {a: A, b: B}",
    "confirm": "prompt: Sure",
    "form": "title: T, fields: {f: {label: F, type: integer}}",
    "paginate": "items: 'range(25)', line: '{{ item }}', next: Next",
}
FIRST: Mapping[str, tuple[Act, ...]] = {
    "choose": (ran(),),
    "confirm": (ran(),),
    "form": (ran(), submitted(f="wrong")),
    "paginate": (ran(),),
}
KIM: Mapping[str, Act] = {
    "choose": pressed("A", user="Kim"),
    "confirm": pressed("Yes", user="Kim"),
    "form": pressed("Continue", user="Kim"),
    "paginate": pressed("Next", user="Kim"),
}


def common(name: str) -> list[Case]:
    """Return the cases of what every question has."""
    taking, first, kim = QUESTIONS[name], FIRST[name], KIM[name]
    before = f"{{id: z, confirm: Before}}, {{id: q, {name}: {{{taking}, back: Back}}}}, {{reply: Behind}}"
    goes = submitted(f="wrong") if name == "form" else waited(1)
    return [
        asks(name, "from", f"{taking}, from: anyone", *first, kim),
        asks(name, "timeout", f"{taking}, timeout: 1m", *first, waited(120)),
        asks(name, "on_timeout", f"{taking}, timeout: 1m, on_timeout: [{{log: Late}}]", *first, waited(120)),
        asks(name, "cancel", f"{taking}, cancel: Stop", *first, pressed("Stop")),
        asks(name, "on_cancel", f"{taking}, cancel: Stop, on_cancel: [{{log: Stopped}}]", *first, pressed("Stop")),
        case(f"step.{name}", "back", does(before, of="timeout: 20m"), ran(), pressed("Yes"), goes, pressed("Back")),
        asks(name, "ephemeral", f"{taking}, ephemeral: true", *first),
        asks(name, "channel", f"{taking}, channel: '#support'"),
    ]


def from_whom(
    owner: str, keys: str, who: str, name: str, *acts: Act, instead: Mapping[str, Json] | None = None
) -> Case:
    """Return a case of who may answer."""
    return asks(
        name,
        keys,
        f"{QUESTIONS.get(name, WAITING)}, from: {{{who}}}",
        *acts,
        instead=instead,
        owner=owner,
        behind="{reply: '{{ steps.q.user.name }}'}",
    )


WAITING = "event: message"
KIMS = (ran(), pressed("A", user="Kim"))
SAYS = (ran(), said("Hm", user="Kim"), said("Hm", user="Robin"))
FROM = [
    case_
    for owner, name, acts in (("step.choose.from", "choose", KIMS), ("step.wait_for.from", "wait_for", SAYS))
    for case_ in (
        from_whom(owner, "who", "who: anyone", name, *acts, instead={"who": "invoker"}),
        from_whom(owner, "role", "who: anyone, role: '@Support'", name, *acts),
        from_whom(owner, "if", "who: anyone, if: event.user.name == 'robin'", name, *acts),
    )
]


def form_field(keys: str, declared: str, *acts: Act) -> Case:
    """Return a case of how a field of a form is declared."""
    taking = f"title: T, fields: {{f: {{{declared}}}}}"
    return asks("form", keys, taking, *acts, owner="step.form.fields.*", behind="{reply: '{{ steps.q.f }}'}")


OWN = [
    asks("choose", "prompt! options", "prompt: How, options: {a: A}", instead={"options": {"a": "B"}}),
    asks("choose", "mentions", f"prompt: 'How <@{IDS['kim']}>', options: {{a: A}}, mentions: [users]"),
    asks(
        "choose",
        "as placeholder",
        "prompt: How, options: {a: A, b: B}, as: select, placeholder: P",
        instead={"as": "buttons"},
    ),
    asks(
        "choose",
        "least! most",
        "prompt: How, options: {a: A, b: B, c: C}, as: select, least: 2, most: 3",
        instead={"least": 1, "most": 2},
    ),
    asks(
        "choose",
        "label style emoji",
        "prompt: How, options: {a: {label: A, style: danger, emoji: '👍'}}",
        owner="step.choose.options.*",
    ),
    asks(
        "choose",
        "description",
        "prompt: How, as: select, options: {a: {label: A, description: D}}",
        owner="step.choose.options.*",
    ),
    asks("confirm", "prompt! yes no style", "prompt: Sure, yes: 'Do', no: 'Do not', style: danger"),
    asks("confirm", "mentions", f"prompt: 'Sure <@{IDS['kim']}>', mentions: [users]"),
    asks("form", "title! fields", "title: T, fields: {f: F}", instead={"fields": {"f": "G"}}),
    case(
        "step.form",
        "prompt continue mentions",
        does(
            f"{{reply: A}}, {{form: {{title: T, fields: {{f: F}}, prompt: 'Go <@{IDS['kim']}>', continue: "
            f"On, mentions: [users]}}}}, {{reply: B}}"
        ),
    ),
    asks(
        "form",
        "attempts",
        "title: T, fields: {f: {label: F, type: integer}}, attempts: 1",
        ran(),
        submitted(f="wrong"),
        behind="{reply: '{{ steps.q.f }}'}",
    ),
    asks(
        "form",
        "pages",
        "pages: [{title: T, fields: {f: F}}, {title: U, fields: {g: G}}]",
        ran(),
        submitted(f="x"),
        continues,
        instead={"pages": [{"title": "T", "fields": {"f": "F"}}]},
    ),
    asks(
        "form",
        "title! fields",
        "pages: [{title: T, fields: {f: F}}]",
        ran(),
        owner="step.form.pages",
        instead={"fields": {"f": "G"}},
    ),
    form_field(
        "label! description style required min_length max_length placeholder value",
        "label: F, description: D, style: paragraph, required: false, min_length: 2, max_length: 9, "
        "placeholder: P, value: abc",
    ),
    form_field("type", "label: F, type: integer", ran(), submitted(f="x")),
    form_field("max invalid", "label: F, type: integer, min: 2, max: 4, invalid: No.", ran(), submitted(f="9")),
    form_field("min", "label: F, type: integer, min: 2", ran(), submitted(f="1")),
    form_field("pattern", "label: F, pattern: '[a-z]+'", ran(), submitted(f="1")),
    form_field("valid", "label: F, valid: \"event.value == 'x'\"", ran(), submitted(f="y")),
    asks(
        "paginate",
        "items line per_page header previous next close mentions",
        f"items: 'range(9)', line: '<@{IDS['kim']}> {{{{ item }}}}', per_page: 3, header: H, previous: P, "
        f"next: N, close: C, mentions: [users]",
        instead={"items": "range(2)", "line": "{{ item }}"},
    ),
    asks("paginate", "empty", "items: '[]', line: '{{ item }}', empty: None here"),
    asks("wait_for", "event", "event: message", ran(), said("Hm"), instead={"event": "message_edit"}),
    asks("wait_for", "channel", "event: message, channel: '#support'", ran(), said("Hm", channel="support")),
    asks("wait_for", "everywhere", "event: message, everywhere: true", ran(), said("Hm", channel="support")),
    asks("wait_for", "if", "event: message, if: \"event.content == 'x'\"", ran(), said("Hm")),
    asks("wait_for", "from", "event: message, from: anyone", ran(), said("Hm", user="Kim")),
    asks("wait_for", "timeout", "event: message, timeout: 1m", ran(), waited(120)),
    asks("wait_for", "on_timeout", "event: message, timeout: 1m, on_timeout: [{log: Late}]", ran(), waited(120)),
    *(
        case("step", name, does(f"{{id: q, {name}: {{{taking}}}}}, {{reply: Behind}}"), alone=name == "wait_for")
        for name, taking in {**QUESTIONS, "wait_for": WAITING}.items()
    ),
]
ROBOT = done(lambda scene: setattr(_kim(scene), "bot", True))
AT = does(
    "{id: s, send: Hi}, {id: q, wait_for: {event: reaction_add, message: '{{ steps.s.message_id }}'}}, {reply: Behind}",
    of="timeout: 20m",
)


def _kim(scene: Scene) -> User:
    return next(user for user in scene.made.local.world.users.values() if user.username == "kim")


def reacts(scene: Scene) -> None:
    """React to a message that nobody waits at."""
    local = scene.made.local
    local.react(user="Robin", message=local.say(user="Kim", channel="general", content="Hm"), emoji="👍")


EVENTS = [
    case("step.wait_for", "message", AT, ran(), waited(2), done(reacts), waited(1), alone=True),
    case(
        "step.wait_for",
        "bots",
        does("{id: q, wait_for: {event: message, from: anyone, bots: true}}, {reply: Behind}", of="timeout: 20m"),
        ran(),
        waited(2),
        ROBOT,
        said("Beep", user="Kim"),
        waited(1),
        alone=True,
    ),
]
OWN.append(
    from_whom(
        "step.choose.from",
        "check",
        "who: anyone, check: IT",
        "choose",
        *KIMS,
        instead={"check": {"if": "user.name == 'robin'"}},
    )
)
REFUSED = [
    told(
        "step.wait_for.from",
        key,
        does(f"{{wait_for: {{event: message, from: {{who: anyone, {key}: 'IT'}}}}}}, {{reply: Behind}}", CHECKS),
    )
    for key in ("check", "denied")
]
"""Whoever does something on Discord has asked nothing: there is nobody to ask a check, and nobody to deny anything."""

DENIED = from_whom("step.choose.from", "denied", "who: invoker, denied: 'No.'", "choose", *KIMS)
CASES = [*(each for name in QUESTIONS for each in common(name)), *FROM, *OWN, *EVENTS, *REFUSED, DENIED]
