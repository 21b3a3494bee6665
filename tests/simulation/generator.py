"""Makes bots that nobody would write: nested branches, waits, refusals, failures in error handlers, odd texts.

Each text begins with a marker that says who may read it: `[prv 7]` only its user, `[pub 7]` everyone and never hidden,
`[err 7]` an error, `[any 7]` whoever sees the handler's answers. The number makes every text of a bot different.
"""

from collections.abc import Callable, Mapping
from random import Random
from typing import Any, Final

Json = dict[str, Any]  # Any: YAML to be

COMMANDS_MAX: Final = 3
DEPTH_MAX: Final = 2
STEPS_MAX: Final = 4

_CONDITIONS: Final = ("user.name == 'robin'", "user.id == '7'", "1 < 2", "interaction.locale == 'de'", "user.is_bot")
_PAUSES_S: Final = (0.05, 0.7, 2.0, 2.9, 4.0, 20.0, 45.0, 300.0, 840.0, 880.0, 898.0)
_TIMEOUTS_S: Final = (0.1, 0.4, 1.0, 2.0, 5.0, 20.0, 60.0, 360.0, 900.0, 900.0)
_DEFAULT_TIMEOUT_S: Final = 30.0
_BLANKS: Final = ("{{ user.name[:0] }}", "{{ user.name[:0] }} ")
_RESPONSES: Final = (
    "auto", "auto", "auto", "reply", "defer", "ephemeral", ["defer", "ephemeral"], ["reply", "ephemeral"],
    {"strategy": "auto", "defer_after": "200ms"}, {"strategy": "auto", "defer_after": "2200ms", "ephemeral": True},
)  # fmt: skip


def generate(random: Random, *, with_blank_texts: bool = True) -> Json:
    """Return a config as YAML would give it. It may break any rule of the language's.

    Blank texts are those that only turn out to be empty, or to be nothing but blanks, when they are said.
    """
    return _Author(random, with_blank_texts=with_blank_texts).bot()


class _Author:
    """Writes one bot."""

    def __init__(self, random: Random, *, with_blank_texts: bool) -> None:
        self._random = random
        self._with_blank_texts = with_blank_texts
        self._serial = 0
        self._has_options = False
        self._timeout_s = _DEFAULT_TIMEOUT_S

    def bot(self) -> Json:
        made: Json = {"version": 1, "bot": {"token": "${DISCORD_TOKEN}"}}
        made["commands"] = {f"c{n}": self._command() for n in range(self._random.randint(1, COMMANDS_MAX))}
        made["components"] = {"press": self._component()}
        made["checks"] = {
            "staff": {"permissions": "manage_messages", "denied": self._text("prv")},
            "lucky": {"if": self._random.choice(_CONDITIONS), "denied": self._text("prv")},
        }
        if self._chance(0.5):
            self._has_options = False
            made["defaults"] = {"on_error": self._rescue(), "on_timeout": self._rescue()}
        return made

    def _command(self) -> Json:
        self._has_options = self._chance(0.7)
        made: Json = {"description": "Do something", **self._handler(component=False)}
        if self._has_options:
            made["options"] = {
                "count": {"type": "integer", "description": "Any", "required": True},
                "text": {"type": "string", "description": "Any"},
            }
        return made

    def _component(self) -> Json:
        self._has_options = False
        return {"button": {"label": "Press"}, **self._handler(component=True)}

    def _handler(self, *, component: bool) -> Json:
        made: Json = {}
        if self._chance(0.5):
            made["response"] = self._random.choice((*_RESPONSES, "update") if component else _RESPONSES)
        self._timeout_s = self._random.choice(_TIMEOUTS_S) if self._chance(0.5) else _DEFAULT_TIMEOUT_S
        made["timeout"] = f"{self._timeout_s:g}s"
        made["steps"] = self._steps(0, component=component)
        if self._chance(0.15):
            made["check"] = self._random.choice(("staff", "lucky"))
        if self._chance(0.1):
            made["permissions"] = {"member": "manage_messages", "denied": self._text("prv")}
        for key in ("on_error", "on_timeout"):
            if self._chance(0.3):
                made[key] = self._rescue()
        return made

    def _rescue(self) -> list[Json | str]:
        """Return steps for an error handler, which may go wrong in its turn."""
        choices: tuple[Callable[[], Json | str], ...] = (
            lambda: {"reply": {"content": self._text("prv"), "ephemeral": True}},
            lambda: {"reply": {"content": self._text("prv"), "ephemeral": True}},
            lambda: {"reply": {"content": self._text("err") + " {{ error.message }}", "ephemeral": True}},
            lambda: {"fail": self._text("err")},
            lambda: {"wait": self._pause()},
            lambda: {"log": "oh dear"},
            lambda: {"require": {"check": "staff"}},
            lambda: {"send": self._text("any")},
            lambda: "stop",
        )
        return [self._random.choice(choices)() for _ in range(self._random.randint(1, 3))]

    def _steps(self, depth: int, *, component: bool) -> list[Json | str]:
        count = self._random.randint(1, STEPS_MAX - depth)
        steps = [self._step(depth, component=component) for _ in range(count)]
        if not depth and self._chance(0.1):
            steps.insert(0, {"defer": {"ephemeral": self._chance(0.5)}})
        return steps

    def _step(self, depth: int, *, component: bool) -> Json | str:
        made = self._action(depth, component=component)
        if isinstance(made, str):
            return made
        if self._chance(0.1):
            made["when"] = self._random.choice(_CONDITIONS)
        if self._chance(0.15):
            made["timeout"] = f"{self._random.choice(_TIMEOUTS_S):g}s"
        if self._chance(0.15):
            made["catch"] = self._steps(DEPTH_MAX, component=component)
        return made

    def _action(self, depth: int, *, component: bool) -> Json | str:
        random = self._random
        match random.choices(tuple(_WEIGHTS), tuple(_WEIGHTS.values()))[0]:
            case "reply":
                return {"reply": self._reply()}
            case "update" if component:
                return {"update": {"content": self._text("any"), "components": random.choice(([], ["press"]))}}
            case "wait":
                return {"wait": "{{ options.count }}" if self._has_options and self._chance(0.2) else self._pause()}
            case "send":
                return {"send": self._text("any")}
            case "if" if depth < DEPTH_MAX:
                made: Json = {"if": random.choice(_CONDITIONS), "then": self._steps(depth + 1, component=component)}
                if self._chance(0.6):
                    made["else"] = self._steps(depth + 1, component=component)
                return made
            case "require":
                return {"require": {"if": random.choice(_CONDITIONS), "denied": self._text("prv")}}
            case "fail":
                return {"fail": self._text("err")}
            case "stop":
                return "stop"
            case _:
                return {"let": {"seen": "{{ user.name }}"}}

    def _pause(self) -> str:
        """Return a pause that the handler's timeout usually leaves room for."""
        fitting = [pause for pause in _PAUSES_S if pause < self._timeout_s] or list(_PAUSES_S)
        return f"{max(fitting) if self._chance(0.2) else self._random.choice(fitting):g}s"

    def _reply(self) -> Json:
        made: Json = {}
        if self._chance(0.3):
            made["ephemeral"] = self._chance(0.6)
        marker = {True: "prv", False: "pub", None: "any"}[made.get("ephemeral")]
        made["content"] = self._text(marker)
        if self._chance(0.2):
            made["components"] = ["press"]
        return made

    def _text(self, marker: str) -> str:
        """Return a text with its marker; now and then one that fails, is too long, or has nothing in it."""
        self._serial += 1
        if self._with_blank_texts and self._chance(0.03):
            return self._random.choice(_BLANKS)
        odd = ["hello", "hello", "hello", "{{ user.mention }}", "a" * 1990, "{{ user.name * 3000 }}"]
        if self._has_options:
            odd.append("{{ 10 // options.count }}")
            if marker != "err":  # the operator's log has an author's errors, and is not to have what users wrote
                odd.append("{{ options.text }}")
        return f"[{marker} {self._serial}] {self._random.choice(odd)}"

    def _chance(self, share: float) -> bool:
        return self._random.random() < share


_WEIGHTS: Final[Mapping[str, float]] = {
    "reply": 9.0,
    "update": 3.0,
    "wait": 4.0,
    "send": 3.0,
    "if": 2.0,
    "require": 1.5,
    "fail": 0.5,
    "stop": 0.3,
    "let": 1.0,
}
