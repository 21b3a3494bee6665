"""The bots that are run, the project's own files and generated ones, and what people start with them."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from random import Random
from typing import Any, Final

from runner.actions.action import Action, load_actions
from runner.build import build
from runner.compile import Program
from runner.custom_ids import PREFIX

from .discord import APPLICATION_ID, SOURCE_ID, Kind
from .generator import generate

Json = dict[str, Any]  # Any: Discord's JSON

ROOT: Final = Path(__file__).parent.parent.parent
FILES: Final = (
    "bot.yaml",
    "benchmarks/bench.yaml",
    "examples/dice.yaml",
    "examples/help-desk.yaml",
    "tests/simulation/edges.yaml",
)
"""Bots that keep nothing: a store works in threads of its own, which a simulated loop has none of."""

ENVIRONMENT: Final = {"DISCORD_TOKEN": "no-token"}
USER_TEXT: Final = "what the user typed"
"""What users write in their options; no log line may repeat it."""

_OWN_SHARE: Final = 0.2

_GUILD: Final = "500000000000000001"
_CHANNEL: Final = {"id": "500000000000000002", "type": 0, "name": "general"}
_USERS: Final = (
    {"id": "7", "username": "robin", "global_name": "Robin", "discriminator": "0", "avatar": None},
    {"id": "8", "username": "kim", "global_name": None, "discriminator": "0", "avatar": None},
)
_MANAGE_MESSAGES: Final = str(1 << 13)
_MAY_SEND: Final = str(1 << 13 | 1 << 11 | 1 << 10)
_OPTION_VALUES: Final[Mapping[int, Sequence[object]]] = {
    3: (USER_TEXT, "", " "),
    4: (1, 0, 3, 10),
    5: (True, False),
    6: ("7",),
    7: (_CHANNEL["id"],),
    8: ("500000000000000003",),
    10: (0.5, 0.0),
}
_RESOLVED: Final[Json] = {
    "users": {"7": _USERS[0]},
    "members": {"7": {"nick": None, "roles": []}},
    "channels": {_CHANNEL["id"]: _CHANNEL},
    "roles": {"500000000000000003": {"id": "500000000000000003", "name": "Support"}},
}


@dataclass(frozen=True, slots=True)
class Asked:
    """An interaction that somebody may start: what it is, and its payload but for the id and the token."""

    kind: Kind
    payload: Json


@dataclass(frozen=True, slots=True)
class Bot:
    """A program, its name for traces, what people do with it, and its file."""

    name: str
    program: Program
    asked: tuple[Asked, ...]
    text: str


class Library:
    """Bots by number: first the project's own files, then generated ones. Each is built once."""

    def __init__(
        self, seed: int, generated_max: int, *, with_blank_texts: bool = True, files: Sequence[str] = FILES
    ) -> None:
        """Generate from `seed`; `files` are patterns below the project's root. Numbers are below `len(library)`."""
        self._seed = seed
        self._with_blank_texts = with_blank_texts
        found = (path for pattern in files for path in ROOT.glob(pattern))
        bots = (path for path in found if not path.name.endswith(".scenario.yaml"))
        self._files = sorted(bots)
        self._count = len(self._files) + generated_max
        self._actions: Mapping[str, type[Action]] = load_actions()
        self._bots: dict[int, Bot] = {}
        self.written = 0
        self.accepted = 0

    def __len__(self) -> int:
        """Return how many bots there are."""
        return self._count

    def drawn(self, random: Random) -> Bot:
        """Return any bot; the project's own files come up more often than each generated one."""
        is_own = random.random() < _OWN_SHARE
        return self.bot(random.randrange(len(self._files)) if is_own else random.randrange(len(self)))

    def bot(self, number: int) -> Bot:
        """Return a bot. Raises AssertionError when one of the project's own files is refused."""
        if number not in self._bots:
            is_own = number < len(self._files)
            self._bots[number] = self._own(self._files[number]) if is_own else self._generated(number)
        return self._bots[number]

    def _own(self, path: Path) -> Bot:
        text = path.read_text()
        program = self._program(text.encode())
        assert program is not None, f"{path.name} is refused"
        return Bot(path.name, program, asked_of(program), text)

    def _generated(self, number: int) -> Bot:
        """Write bots until one is accepted."""
        random = Random(f"{self._seed}/{number}")
        while True:
            self.written += 1
            text = json.dumps(generate(random, with_blank_texts=self._with_blank_texts), indent=1)
            program = self._program(text.encode())
            if program is not None:
                self.accepted += 1
                return Bot(f"generated bot {number} of seed {self._seed}", program, asked_of(program), text)

    def _program(self, text: bytes) -> Program | None:
        bot = Path("bot.yaml")
        return build(
            bot, lambda asked: text if asked == bot else asked.read_bytes(), ENVIRONMENT, self._actions
        ).program


def asked_of(program: Program) -> tuple[Asked, ...]:
    """Return what people start with a bot: everything that it has, in several guises."""
    random = Random(program.digest)
    made = [_command(command.payload, random, who) for command in program.registered for who in range(_GUISES)]
    made += [_click(f"{PREFIX}{name}", who) for name in program.components for who in range(_GUISES)]
    return tuple(made)


_GUISES: Final = 4
_MESSAGE: Final = {"id": SOURCE_ID, "content": "Press here", "channel_id": _CHANNEL["id"], "type": 0}


def _place(who: int) -> Json:
    """Return who asks and where: an ordinary member, a moderator, somebody else, and one in direct messages."""
    user = _USERS[who % 2]
    common: Json = {"application_id": APPLICATION_ID, "version": 1, "locale": "de", "attachment_size_limit": 10485760}
    may_send = _MANAGE_MESSAGES if who == 2 else _MAY_SEND
    common |= {"channel": _CHANNEL, "channel_id": _CHANNEL["id"], "app_permissions": may_send}
    if who == 3:
        return {**common, "user": user}
    permissions = _MANAGE_MESSAGES if who == 1 else "0"
    member: Json = {"user": user, "roles": [], "nick": None, "permissions": permissions}
    return {**common, "guild_id": _GUILD, "guild_locale": "de", "member": member}


def _command(command: Mapping[str, Any], random: Random, who: int) -> Asked:
    given = [
        {"name": option["name"], "type": option["type"], "value": _value(option, random)}
        for option in command.get("options") or ()
        if option.get("required") or random.random() < 0.7
    ]
    data: Json = {"name": command["name"], "type": 1, "options": given, "resolved": _RESOLVED}
    return Asked(Kind.COMMAND, {"type": 2, **_place(who), "data": data})


def _value(option: Mapping[str, Any], random: Random) -> object:
    if choices := option.get("choices"):
        return random.choice(choices)["value"]
    return random.choice(_OPTION_VALUES[option["type"]])


def _click(custom_id: str, who: int) -> Asked:
    data: Json = {"custom_id": custom_id, "component_type": 2, "id": 2}
    return Asked(Kind.COMPONENT, {"type": 3, **_place(who), "data": data, "message": _MESSAGE})


_GONE: Final = {"custom_id": "gone", "components": list[Json]()}

UNKNOWN: Final = (
    Asked(Kind.COMMAND, {"type": 2, **_place(0), "data": {"name": "gone", "type": 1}}),
    _click(PREFIX + "gone", 1),
    _click("of another program", 0),
    Asked(Kind.AUTOCOMPLETE, {"type": 4, **_place(0), "data": {"name": "gone", "type": 1}}),
    Asked(Kind.FORM, {"type": 5, **_place(1), "data": _GONE}),
    Asked(Kind.FORM_OF_COMPONENT, {"type": 5, **_place(1), "data": _GONE, "message": _MESSAGE}),
)
"""What no bot here has, and what every bot is asked for some day."""
