"""A case: a bot with a key, what people do to it, and what somebody sees that differs when the key is gone.

    case("step.ban", "reason delete_messages", does("{ban: {user: '{{ options.who }}', reason: Spam}}"), ran(who="Kim"))

The bot is run as it is written and once more for each key, without that key: what is seen has to differ. A key that a
bot can't be without is given another value instead, `instead={"role": "@Muted"}`; texts, numbers, words and booleans
that have to be there are changed without being asked to, and so are other keys with a `!` behind them: `content!`. An
action is taken away as a step.

Bots run together where they don't get in each other's way, so each calls what is its own `IT`, or `IT_` and more. One
that changes what others see (members, channels, all that goes for the whole bot) is `alone`.
"""

import copy
import re
from collections.abc import Awaitable, Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cache
from logging import LogRecord
from typing import Any, Final

import yaml

from runner.emulator.clock import elapse
from runner.emulator.trace import Trace
from tests.actions.web import Elsewhere as Other
from tests.conftest import Bot
from tests.enforced.keys import Json, Keys, Place, listed, mapping

NOTHING: Final = {"let": {"nothing": 0}}
"""A step that nobody sees anything of, in the place of one that is taken away."""

CHANGED: Final = object()
"""Stands for another value of the same kind."""

_IT = re.compile(r"\bIT(?![A-Za-z0-9])")


@dataclass
class Scene:
    """A running bot, by which name a case knows what is its own, and what people have done so far.

    `start` starts the bot again, on the same Discord; `other` is a server that is not Discord's.
    """

    made: Bot
    it: str
    start: Callable[[], Awaitable[Bot]]
    other: Other
    traces: list[Trace] = field(default_factory=list[Trace])
    noted: list[Json] = field(default_factory=list[Json])
    earlier: list[LogRecord] = field(default_factory=list[LogRecord])

    @property
    def lines(self) -> list[LogRecord]:
        """What the bot has written to its log, and what it had before it was started again."""
        return [*self.earlier, *self.made.log.records]

    @property
    def last(self) -> Trace:
        """The latest interaction."""
        return self.traces[-1]

    def named(self, text: str) -> str:
        """Return a text with the names that this case has here."""
        return _IT.sub(self.it, text)

    async def went(self, trace: Trace) -> None:
        """Keep an interaction, and wait until the bot has done with it."""
        self.traces.append(trace)
        await self.made.idle()

    def shown(self) -> int:
        """Return the message that was shown last."""
        return [message for trace in self.traces for message in trace.messages if not message.deleted][-1].id


Act = Callable[[Scene], Awaitable[object]]
"""Something that is done to a bot."""


@dataclass(frozen=True, slots=True)
class Case:
    """`keys` are named as in `keys.py`, `instead` is by them. `files` lie beside the bot's own."""

    keys: Sequence[str]
    bot: str
    acts: Sequence[Act]
    instead: Mapping[str, Json]
    alone: bool
    timed: bool
    environment: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Told:
    """A key that shows while a bot is validated, and only then: it is `told` something else, or nothing, without it."""

    keys: Sequence[str]
    bot: str
    instead: Mapping[str, Json]


@dataclass(frozen=True, slots=True)
class Elsewhere:
    """Keys whose effect a test elsewhere sees, `tests/test_run.py::test_it`, and `why` no case can be made of them."""

    keys: Sequence[str]
    test: str
    why: str


def case(
    owner: str,
    keys: str,
    bot: str,
    *acts: Act,
    instead: Mapping[str, Json] | None = None,
    alone: bool = False,
    timed: bool = False,
    environment: Mapping[str, str] | None = None,
) -> Case:
    """Return a case of some keys of an owner, with blanks between them; without acts, the command `IT` is run.

    Of one that is `timed` it counts when something happens, in steps of five seconds.
    """
    other = _instead(owner, keys, instead or {})
    return Case(_names(owner, keys), bot, acts or (ran(),), other, alone, timed, environment or {})


def step(
    name: str,
    keys: str,
    steps: str,
    *acts: Act,
    more: str = "",
    of: str = "",
    instead: Mapping[str, Json] | None = None,
    alone: bool = False,
    timed: bool = False,
    other: Json = None,
) -> Case:
    """Return a case of a step, with some of its keys: a command `IT` that takes it, with `more` sections of the file.

    A step whose result is read can't be taken away: `other` is what it does then.
    """
    made = case(f"step.{name}", keys, does(steps, more, of), *acts, instead=instead, alone=alone, timed=timed)
    others = made.instead if other is None else {**made.instead, f"step.{name}": other}
    return replace(made, keys=[f"step.{name}", *made.keys], instead=others)


def told(owner: str, keys: str, bot: str, *, instead: Mapping[str, Json] | None = None) -> Told:
    """Return a case of keys that show in what is said of a bot that is validated."""
    return Told(_names(owner, keys), bot, _instead(owner, keys, instead or {}))


def elsewhere(owner: str, keys: str, test: str, *, why: str) -> Elsewhere:
    """Return keys that a test elsewhere is about."""
    return Elsewhere(_names(owner, keys), test, why)


def _names(owner: str, keys: str) -> Sequence[str]:
    return [f"{owner}.{key}".removeprefix(".").removesuffix("!") for key in keys.split()]


def _instead(owner: str, keys: str, instead: Mapping[str, Json]) -> Mapping[str, Json]:
    changed_ones = {key.removesuffix("!"): CHANGED for key in keys.split() if key.endswith("!")}
    return {f"{owner}.{key}".removeprefix("."): value for key, value in {**changed_ones, **instead}.items()}


OPTIONS: Final = {
    "who": "{type: user, description: d, required: true}",
    "where": "{type: channel, description: d, required: true}",
    "text": "{type: string, description: d, required: true}",
    "number": "{type: integer, description: d, required: true}",
    "file": "{type: attachment, description: d, required: true}",
}
"""The options that the commands of cases have, if they read them."""


def does(steps: str, more: str = "", of: str = "") -> str:
    """Return a bot whose command `IT` does some steps; `of` are more keys of the command, `more` are other sections."""
    used = [f"{name}: {option}" for name, option in OPTIONS.items() if f"options.{name}" in steps + of]
    keys = ", ".join(["description: d", *([f"options: {{{', '.join(used)}}}"] if used else []), *([of] if of else [])])
    return f"commands: {{IT: {{{keys}, steps: [{steps}]}}}}\n{more}"


# --- what people do


def ran(name: str = "IT", *, user: str = "Robin", channel: str = "general", **options: object) -> Act:
    """Run a command."""

    async def act(scene: Scene) -> None:
        given = {key: scene.named(value) if isinstance(value, str) else value for key, value in options.items()}
        await scene.went(scene.made.command(scene.named(name), user=user, channel=channel, **given))

    return act


def pressed(label: str, *, user: str = "Robin") -> Act:
    """Press a button of the message that was shown last."""

    async def act(scene: Scene) -> None:
        await scene.went(scene.made.press(scene.shown(), label, user=user))

    return act


def chose(*values: str, user: str = "Robin") -> Act:
    """Choose in the one select of the message that was shown last."""

    async def act(scene: Scene) -> None:
        (menu,) = (each for each in scene.made.components(scene.shown()) if each["type"] != 2)
        custom_id: str = menu["custom_id"]
        clicked = scene.made.local.click(user=user, message=scene.shown(), custom_id=custom_id, values=values)
        await scene.went(clicked)

    return act


def submitted(user: str | None = None, **values: object) -> Act:
    """Send the form that is open."""

    async def act(scene: Scene) -> None:
        opened = [trace for trace in scene.traces if trace.modal is not None][-1]
        await scene.went(scene.made.local.submit(modal=opened, user=user, values=values))

    return act


def waited(seconds: float) -> Act:
    """Let time pass."""

    async def act(scene: Scene) -> None:
        await elapse(seconds)
        await scene.made.idle()

    return act


def stopped_for(seconds: float) -> Act:
    """Stop the bot, and start it again after some time."""

    async def act(scene: Scene) -> None:
        await scene.made.stop()
        await elapse(seconds)
        scene.earlier += scene.made.log.records
        scene.made = await scene.start()
        await waited(5)(scene)  # it makes up for what it has missed

    return act


def done(what: Callable[[Scene], object]) -> Act:
    """Do anything else, and wait until the bot has done with it."""

    async def act(scene: Scene) -> None:
        what(scene)
        await scene.made.idle()

    return act


def said(content: str, *, user: str = "Robin", channel: str = "general") -> Act:
    """Write a message."""
    return done(lambda scene: scene.made.local.say(user=user, channel=channel, content=scene.named(content)))


# --- the bot with a key, and without it


class _Reader(yaml.SafeLoader):
    """YAML as bot.yaml is read: `on`, `yes` and `no` are texts."""


_BOOLEAN: Final = ("tag:yaml.org,2002:bool", re.compile("^(true|false)$"))
_Reader.yaml_implicit_resolvers = {
    first: [
        *(each for each in resolvers if not each[0].endswith((":bool", ":timestamp"))),
        *([_BOOLEAN] if first in ("t", "f") else []),
    ]
    for first, resolvers in yaml.SafeLoader.yaml_implicit_resolvers.items()
}


def read(text: str) -> Json:
    """Return what a text of YAML says."""
    return copy.deepcopy(_read(text))


@cache
def _read(text: str) -> Json:
    return yaml.load(text, _Reader) or {}  # it is a SafeLoader


class NotThere(Exception):
    """The bot of a case has not the key that the case is about."""


def without(case: Case | Told, key: str, keys: Keys) -> Json:
    """Return the bot of a case without a key, or with another value where it has to be. Raises NotThere."""
    bot, key = read(case.bot), keys.named(key)
    instead = {keys.named(each): value for each, value in case.instead.items()}
    places = [place for place in keys.places(bot) if place.key == key]
    if not places:
        raise NotThere(f"`{key}` does not stand in the bot of its case:\n{case.bot}")
    for place in reversed(places):  # from the inside to the outside, and from the last to the first
        _change(bot, place, instead)
    return bot


def _change(bot: Json, place: Place, instead: Mapping[str, Json]) -> None:
    *outside, last = place.path
    owner = bot
    for each in outside:
        owner = owner[each]
    if instead.get(place.key) is CHANGED:
        owner[last] = changed(owner[last], place)
    elif place.key in instead:
        owner[last] = copy.deepcopy(instead[place.key])
    elif place.key.startswith("step.") and place.schema.get("allOf", ({},))[0].get("$ref", "").startswith(_ACTION):
        _take_step(bot, place)
    elif place.is_required:
        owner[last] = changed(owner[last], place)
    else:
        del owner[last]


_ACTION: Final = "#/definitions/action-"


def _take_step(bot: Json, place: Place) -> None:
    *outside, at = place.path[:-1]
    steps = bot
    for each in outside:
        steps = steps[each]
    steps[at] = copy.deepcopy(NOTHING)


def changed(value: Json, place: Place) -> Json:
    """Return another value of the same kind. Raises NotThere where the case has to say which."""
    words = [word for form in _forms(place.schema) for word in form.get("enum", ()) if word != value]
    if words:
        return words[0]
    if isinstance(value, bool):
        return not value
    if isinstance(value, int | float):
        return value + 1
    if isinstance(value, str) and not value.startswith(("{{", "#", "@")):
        return value.removesuffix("_b") if value.endswith("_b") else value + "_b"
    raise NotThere(f"`{place.key}` has to be there, so its case says `instead={{{place.key!r}: …}}`")


def _forms(node: Json) -> Iterator[Json]:
    yield mapping(node)
    for form in ("anyOf", "allOf"):
        for part in mapping(node).get(form, ()):
            yield from _forms(part)


def renamed(bot: Json, it: str) -> Any:  # JSON
    """Return a bot in which what a case calls `IT` has a name of its own."""
    if isinstance(bot, dict):
        return {renamed(key, it): renamed(value, it) for key, value in mapping(bot).items()}
    if isinstance(bot, list):
        return [renamed(each, it) for each in listed(bot)]
    return _IT.sub(it, bot) if isinstance(bot, str) else bot
