"""Fifteen mistakes that operators make, each in a bot that is sound but for it, with its place and its repair."""

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Mistake:
    """A config, the line and the column of what is wrong in it, and a part of what the repair says."""

    text: str
    line: int
    column: int
    repair: str


_OPTIONS = "".join(f"      o{n}: {{type: user, description: Who}}\n" for n in range(26))
_LONG = f"version: 1\ncommands:\n  ping:\n    description: {'x' * 101}\n    reply: Pong\n"
_FLOWS = "flows:\n  greet: {steps: [{reply: Hi}]}\n"
_HEAD = "version: 1\ncommands:\n  ping:\n    description: Say pong\n"

MISTAKES: Mapping[str, Mistake] = {
    "a misspelt key of a command": Mistake(_HEAD + "    repyl: Pong\n", 5, 5, "did you mean `reply`?"),
    "a misspelt key at the top": Mistake("version: 1\ncomands: {}\n", 2, 1, "did you mean `commands`?"),
    "a text where true or false belongs": Mistake(
        _HEAD + "    steps:\n      - reply: {content: Pong, ephemeral: sometimes}\n", 6, 43, "write true or false"
    ),
    "no description": Mistake("version: 1\ncommands:\n  ping:\n    reply: Pong\n", 3, 3, "add `description:`"),
    "a line that is indented wrongly": Mistake(_HEAD + "   reply: Pong\n", 5, 4, "indent it exactly like"),
    "a misspelt step": Mistake(_HEAD + "    steps:\n      - replly: Pong\n", 6, 9, "did you mean `reply`?"),
    "a flow that nobody has defined": Mistake(
        _HEAD + "    steps:\n      - run: gret\nflows:\n  greet: {steps: [{reply: Hi}]}\n",
        6,
        14,
        "did you mean `greet`?",
    ),
    "a template that is broken": Mistake(_HEAD + '    reply: "Hi {{ user.name }"\n', 5, 29, "a brace"),
    "a name that templates don't have": Mistake(
        _HEAD + '    reply: "Hi {{ usr.name }}"\n', 5, 19, "did you mean `user`?"
    ),
    "a name in capitals": Mistake(
        "version: 1\ncommands:\n  Ping:\n    description: Say pong\n    reply: Pong\n", 3, 3, "rename it to `ping`"
    ),
    "a description of 101 characters": Mistake(
        f"version: 1\ncommands:\n  ping:\n    description: {'x' * 101}\n    reply: Pong\n",
        4,
        18,
        "leave out 1 character",
    ),
    "26 options": Mistake(
        _HEAD
        + "    reply: Pong\n    options:\n"
        + "".join(f"      o{n}: {{type: user, description: Who}}\n" for n in range(26)),
        6,
        5,
        "remove 1",
    ),
    "a required option behind an optional one": Mistake(
        _HEAD + "    reply: Pong\n    options:\n      a: {type: user, description: A}\n"
        "      b: {type: user, description: B, required: true}\n",
        8,
        7,
        "move `b` above `a`",
    ),
    "the same command twice": Mistake(
        _HEAD + "    reply: Pong\n  ping:\n    description: Again\n    reply: Pong\n", 6, 3, "remove one of them"
    ),
    "a form behind a defer": Mistake(
        _HEAD + "    response: defer\n    steps:\n      - modal: ask\n"
        "modals:\n  ask: {title: Ask, fields: {text: What}, reply: Thanks}\n",
        7,
        9,
        "write `response: modal`",
    ),
}
