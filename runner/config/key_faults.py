"""Faults of a mapping's keys: unknown, misspelt, of a later version, or beside what they belong under."""

from collections.abc import Mapping as AnyMapping
from types import MappingProxyType
from typing import Final

from runner.config import wording
from runner.config.document import CommandOrGroup, TopCommand
from runner.config.later import Path
from runner.config.source import Mapping
from runner.config.suggestion import nearest, only_near, suggestion
from runner.config.wording import Schema, listed
from runner.diagnostics import Diagnostic, Edit, Span
from runner.fields import fields_of
from runner.lifecycle import limits

_OF_THE_WHOLE = {each.name for each in fields_of(TopCommand)} - {each.name for each in fields_of(CommandOrGroup)}
_NO_EFFECT = "a key that nobody reads would be ignored silently"


def unknown(mapping: Mapping, schema: Schema) -> list[str]:
    """Return the keys of a mapping that its schema doesn't know."""
    return [name for name in mapping.entries if name not in schema["properties"]]


def missing(mapping: Mapping, schema: Schema) -> list[str]:
    """Return the keys that a mapping must have and has not."""
    return [name for name in schema.get("required", ()) if name not in mapping.entries]


def misspelt(mapping: Mapping, schema: Schema) -> dict[str, str]:
    """Return the unknown keys that evidently stand for a missing one: it is near, or both are the only ones."""
    strange, wanted = unknown(mapping, schema), missing(mapping, schema)
    if len(strange) == len(wanted) == 1:
        return {strange[0]: wanted[0]}
    return {name: near for name in strange if (near := nearest(name, wanted))}


_OTHERWISE: Final[AnyMapping[str, tuple[str, ...]]] = MappingProxyType({"content": ("prompt", "header")})
"""What keys of some places are called in others, by the name that they have nearly everywhere."""


def unknown_key(name: str, mapping: Mapping, known: list[str], meant: str) -> Diagnostic:
    """Return the fault of a key that nobody reads; `meant` is the key that it evidently stands for, if any."""
    key, value = mapping.key(name), mapping.entries[name].value
    if wording.is_empty(value) and not key.source.text.startswith(":", key.end):
        return Diagnostic(
            slug="unquoted-comma",
            span=key.span,
            headline="a comma ends the value before this",
            why="between `{` and `}` a comma separates keys",
            fix="quote the whole text, from before the comma to its end",
        )
    meant = meant or next((each for each in _OTHERWISE.get(name, ()) if each in known), "")
    repair = f"did you mean `{meant}`?" if meant else suggestion(name, known)
    fix = repair or f"one of: {listed([each for each in known if not each.startswith('$')])}"
    headline = f"there is no key `{name}` here"
    others = [each for each in known if each not in mapping.entries]
    edits = renaming(key.span, only_near(name, others))
    return Diagnostic(slug="unknown-key", span=key.span, headline=headline, why=_NO_EFFECT, fix=fix, edits=edits)


def renaming(span: Span, name: str) -> tuple[Edit, ...]:
    """Return the edit that writes a name in the place of another one; none for an empty name."""
    return (Edit(span, name),) if name else ()


def not_available(name: str, span: Span, meant: str) -> Diagnostic:
    """Return the fault of a key of a later version; `meant` is what this version has in its place, if anything."""
    return Diagnostic(
        slug="not-available",
        span=span,
        headline=f"`{name}` is not available here in this version",
        why="a key that has no effect would look as if it had one",
        fix=f"write `{meant}:` instead" if meant else "leave it out",
    )


def unknown_locale(name: str, span: Span) -> Diagnostic:
    """Return the fault of a translation into a language that Discord doesn't have, or not under this name."""
    language = name.replace("_", "-").lower().partition("-")[0]
    same = [f"`{locale}`" for locale in limits.LOCALES if locale.partition("-")[0] == language]
    return Diagnostic(
        slug="unknown-locale",
        span=span,
        headline=f"Discord has no language `{name}`",
        why="nobody would ever read it (Discord docs, Reference: Locales)",
        fix=f"write {' or '.join(same)}" if same else f"one of: {', '.join(f'`{each}`' for each in limits.LOCALES)}",
    )


def inside_a_command(name: str, path: Path, span: Span) -> Diagnostic | None:
    """Return the fault of a key that a whole command has, and one inside it has not; None for any other key."""
    match path:
        case ("commands", str(), "commands", str(), "commands", str()) if name == "commands":
            return Diagnostic(
                slug="group-too-deep",
                span=span,
                headline="commands can't be nested any deeper",
                why="Discord knows a command, groups in it, and commands in those (Discord docs, Application Commands)",
                fix="move them up into the group, with two words in one name: `add-role`",
            )
        case ("commands", str(top), *_, "commands", str()) if name in _OF_THE_WHOLE:
            return Diagnostic(
                slug="key-of-the-whole-command",
                span=span,
                headline=f"`{name}` can't be said of a single command in `{top}`",
                why=f"Discord registers `/{top}` as one, with all that is in it (Discord docs, Application Commands)",
                fix=f"move it up to `{top}`",
            )
        case _:
            return None


def unknown_step(name: str, actions: list[str], span: Span) -> Diagnostic:
    """Return the fault of a step that is none of `actions`."""
    headline, fix = f"there is no step `{name}`", suggestion(name, actions) or f"one of: {listed(actions)}"
    why, edits = "nobody knows what it should do", renaming(span, only_near(name, actions))
    return Diagnostic(slug="unknown-step", span=span, headline=headline, why=why, fix=fix, edits=edits)


def beside_its_owner(names: list[str], owner: str, step: Mapping) -> Diagnostic:
    """Return the one fault of all keys that stand beside an action instead of under it."""
    they = " and ".join(f"`{name}`" for name in names)
    verb, it = ("stand", "them") if len(names) > 1 else ("stands", "it")
    is_empty = wording.is_empty(step.entries[owner].value)
    keys = ", ".join(f"{name}: …" for name in names)
    return Diagnostic(
        slug="misplaced-key",
        span=step.key(names[0]).span,
        headline=f"{they} {verb} beside `{owner}` and must be under it",
        why="a key belongs to the one that it is indented under",
        fix=f"indent {it} by two more spaces" if is_empty else f"write `{owner}: {{{keys}}}`, with its other keys",
    )
