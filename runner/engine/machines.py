"""A run that waits, as JSON: where it stands, what its later templates read, and who started it.

Not what can be made again: what templates read of people and places comes from the trimmed interaction, what is the
same for every run from the program.
"""

import json
from collections.abc import Mapping
from dataclasses import field, fields, replace
from typing import Any, Final

from runner.actions.action import StepFailed
from runner.compile import Handler, Program
from runner.data import dataclass
from runner.engine import context
from runner.engine.context import Directory
from runner.engine.frames import Context, Saved, Shape
from runner.engine.steps import LOCAL_ROOTS

Json = Mapping[str, Any]

VERSION: Final = 1
"""The version of what is saved. One that is later than this is left alone: whoever has written it may come back."""

BACK_MAX: Final = 10
"""How many questions one can go back."""

_OF_LOOPS = frozenset({"item", "loop"})  # they are made of what the loops around the step keep
_KEPT = (LOCAL_ROOTS | {"target"}) - _OF_LOOPS
READS: Final = "reads"
"""What is kept, beside who has started a run, of one that nobody has: what templates read of what has happened."""

_OF_AN_INTERACTION = ("id", "guild_id", "channel_id", "locale", "guild_locale", "app_permissions", READS)
_OF_A_CHANNEL = ("id", "name", "type", "parent_id")
_OF_A_MEMBER = ("nick", "roles", "permissions")
_OF_A_USER = ("id", "username", "global_name", "bot")


class Unreadable(Exception):
    """What is saved of a run can't be read, or not by this version."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Machine:
    """A run that has been put away.

    `handler` is the key of the handler that was started by the interaction `who`, `asked` how many questions there have
    been, `past` is how it was put away with the question before, for whoever goes back. `showing` are the numbers of
    the questions of which it isn't known whether they are shown; `running` is what is being acted on: the number of a
    question and the word of an answer, no word for the time. `by` is the interaction that does either, `heard` the
    event that does the latter, `recovered` how often a process has died of it.
    """

    handler: str
    who: Json
    stack: list[Saved] = field(default_factory=list[Saved])
    context: Context = field(default_factory=dict[str, Any])
    asked: int = 0
    is_ephemeral: bool = False
    past: Json | None = None
    showing: list[int] = field(default_factory=list[int])
    running: tuple[int, str] | None = None
    by: Json | None = None
    heard: Json | None = None
    recovered: int = 0

    def as_json(self) -> str:
        """Return it as text. Raises `StepFailed` for values that JSON hasn't, which no template makes."""
        try:
            return json.dumps(
                {"version": VERSION, **self._said()}, ensure_ascii=False, separators=(",", ":"), allow_nan=False
            )
        except (TypeError, ValueError) as fault:
            raise StepFailed(f"the run can't be put away: {fault}") from None

    def _said(self) -> dict[str, Any]:
        values = ((each.name, getattr(self, each.name)) for each in fields(self))
        return {name: value for name, value in values if value not in (None, [], {}, False, 0)}

    @classmethod
    def from_json(cls, text: str) -> "Machine":
        """Return what was saved. Raises `Unreadable`."""
        try:
            said: dict[str, Any] = json.loads(text)
            version = said.pop("version")
            if version > VERSION:
                raise Unreadable(f"version {version} has saved it, and this is version {VERSION}")
            return cls(**said)
        except (ValueError, KeyError, TypeError) as fault:
            raise Unreadable(f"what is saved of it can't be read: {fault}") from None

    def as_past(self) -> Json:
        """Return what it takes to stand here again, and no further back than `BACK_MAX`."""
        said = replace(self, showing=[], running=None, by=None, heard=None, recovered=0)._said()
        del said["who"], said["handler"]
        inner: Any = said
        for _ in range(BACK_MAX - 1):
            inner = inner.get("past")
            if inner is None:
                return said
        inner.pop("past", None)
        return said

    def gone_back(self) -> "Machine":
        """Return it as it was with the question before; what has been asked since counts all the same."""
        assert self.past is not None, "there is a question before"
        said: dict[str, Any] = {**self.past, "handler": self.handler, "who": self.who, "asked": self.asked}
        return Machine(**said)


def trimmed(interaction: Json) -> Json:
    """Return of an interaction what templates and guards read: its channel and its member, without its token."""
    made = _only(interaction, _OF_AN_INTERACTION)
    if channel := interaction.get("channel"):
        made["channel"] = _only(channel, _OF_A_CHANNEL)
    if member := interaction.get("member"):
        made["member"] = {**_only(member, _OF_A_MEMBER), "user": _only(member["user"], _OF_A_USER)}
    elif (user := interaction.get("user")) and user["id"] is not None:
        made["user"] = _only(user, _OF_A_USER)
    return made


def _only(found: Json, names: tuple[str, ...]) -> dict[str, Any]:
    return {name: found[name] for name in names if found.get(name) is not None}


@dataclass(frozen=True, slots=True)
class Contexts:
    """Makes contexts smaller for being saved, and whole again. `shared` is what a run shares with its flows."""

    program: Program
    shared: Context

    def keep(self, whole: Context) -> Context:
        """Return what can't be made again: values of the run's own, and of the variables those that it has set."""
        kept = {name: value for name, value in whole.items() if name in _KEPT}
        if "vars" in kept:
            known = self.program.variables
            kept["vars"] = {n: v for n, v in kept["vars"].items() if n not in known or known[n] is not v}
        return {name: value for name, value in kept.items() if value or isinstance(value, list)}

    def renew(self, kept: Context) -> Context:
        """Return the context that has been kept."""
        variables = {**self.program.variables, **kept.get("vars", {})}
        return {**self.shared, **kept, "vars": variables, "steps": {**kept.get("steps", {})}}

    @property
    def shape(self) -> Shape:
        """How stacks become JSON and come back."""
        return Shape(self.program.runs, self.keep, self.renew)


def contexts(handler: Handler, program: Program, who: Json, directory: Directory, now: float) -> Contexts:
    """Return what makes the contexts of a run that was started by the interaction `who`. `now` is in Unix seconds."""
    read: Json = who.get(READS, {})
    made = context.common(handler.roots - _KEPT - _OF_LOOPS - read.keys(), program, who, directory, now)
    return Contexts(program, {**made, **read})
