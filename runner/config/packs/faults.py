"""What can be wrong with the use of a pack, in the operator's words."""

import re
from collections.abc import Collection, Sequence
from pathlib import PurePosixPath

from runner.config.document.packs import ALIAS_PATTERN
from runner.config.source import Scalar
from runner.config.suggestion import suggestion
from runner.diagnostics import Diagnostic, Mark, Severity, Span


def is_path(pack: str) -> bool:
    """Tell whether a pack is named by the way to its file, and not by its name alone."""
    return "/" in pack or pack.endswith((".yaml", ".yml"))


def alias_of(pack: str) -> str | None:
    """Return what a pack is called that is given no name: as its file; None where that is no name."""
    name = PurePosixPath(pack).stem if is_path(pack) else pack
    return name if re.fullmatch(ALIAS_PATTERN, name) else None


def is_a_pack(key: Span, missing: Sequence[str]) -> Diagnostic:
    """Return the hint that a file is a pack."""
    tried = f", and samples for {_listed(missing)}" if missing else ""
    return Diagnostic(
        slug="pack-alone",
        span=key,
        headline=f"this file is a pack; it was checked with its defaults{tried}",
        why="what it is given is checked again wherever it is used",
        fix=f"use it in a bot: `use: [{{pack: {key.file}{_with(missing)}}}]`",
        severity=Severity.HINT,
    )


def not_a_bot(key: Span, missing: Sequence[str]) -> Diagnostic:
    """Return the fault of a pack that is to run by itself and can't."""
    return Diagnostic(
        slug="pack-alone",
        span=key,
        headline=f"this file is a pack, and nobody gives it {_listed(missing)}",
        why="a pack is a part of a bot; it runs by itself only if each of its inputs has a default",
        fix=f"run a bot with `use: [{{pack: {key.file}{_with(missing)}}}]`, or write a `default:` for each",
    )


def nameless(use: Span, pack: str) -> Diagnostic:
    """Return the fault of a pack whose file's name is no name to call it by."""
    return Diagnostic(
        slug="pack-without-name",
        span=use,
        headline=f"`{pack}` can't be what the pack is called here",
        why="a name has lower-case letters, digits, `_` and `-`, at most 20, and begins with a letter",
        fix="write `as:` with a name beside `pack`",
    )


def same_alias(use: Span, alias: str, first: Span) -> Diagnostic:
    """Return the fault of two packs that are called the same."""
    return Diagnostic(
        slug="pack-twice",
        span=use,
        headline=f"two packs are called `{alias}` here",
        why="what a pack keeps is found by what it is called, so the two would share it",
        fix=f"write `as: {alias}2` beside `pack`, or another name",
        marks=(Mark(first, "the first one"),),
    )


def absolute(use: Span) -> Diagnostic:
    """Return the fault of a pack that is named by its way from the root of the file system."""
    return Diagnostic(
        slug="absolute-pack",
        span=use,
        headline="the name of a pack's file is relative to the file that uses it",
        why="the config would work on one machine only",
        fix="write the way from here, for example `packs/tickets.yaml`",
    )


def in_itself(use: Span, pack: str) -> Diagnostic:
    """Return the fault of a pack that uses itself."""
    return Diagnostic(
        slug="pack-in-itself",
        span=use,
        headline=f"`{pack}` would be a part of itself",
        why="there would be no end to it",
        fix="remove it here",
    )


def too_deep(use: Span, most: int) -> Diagnostic:
    """Return the fault of packs that use each other too deep."""
    return Diagnostic(
        slug="packs-too-deep",
        span=use,
        headline=f"packs use each other at most {most} deep",
        why="names of what stands deeper would not fit into the buttons that carry them",
        fix="let the bot use this pack",
    )


def too_many(use: Span, most: int) -> Diagnostic:
    """Return the fault of too many packs."""
    return Diagnostic(
        slug="too-many-packs",
        span=use,
        headline=f"a bot uses at most {most} packs, with those that its packs use",
        why="the number is bounded so that no file can exhaust the program that reads it",
        fix="make a bot of its own of some of them",
    )


def too_many_files(use: Span, most: int) -> Diagnostic:
    """Return the fault of packs of too many files."""
    return Diagnostic(
        slug="too-many-packs",
        span=use,
        headline=f"with this pack the config has more than {most} files",
        why="the number is bounded so that no pattern can exhaust the program that reads them",
        fix="narrow the patterns of its `include`",
    )


def missing(use: Span, pack: str, error: OSError, shipped: Collection[str]) -> Diagnostic:
    """Return the fault of a pack that can't be read."""
    if is_path(pack):
        headline = f"the pack `{pack}` can't be read: {(error.strerror or 'it is not a file').lower()}"
        fix = "correct the name, which is relative to this file"
    else:
        headline = f"no pack called `{pack}` comes with the package"
        fix = suggestion(pack, shipped) or f"there are {_listed(sorted(shipped))}; a file of your own is `{pack}.yaml`"
    why = "a part of the bot that is missing would be missed by its users only"
    return Diagnostic(slug="missing-pack", span=use, headline=headline, why=why, fix=fix)


def unknown_command(key: Scalar, known: Collection[str]) -> Diagnostic:
    """Return the fault of another name for a command that the pack doesn't have."""
    return Diagnostic(
        slug="unknown-command",
        span=key.span,
        headline=f"the pack has no command `{key.value}`",
        why="another name for it would be ignored silently",
        fix=suggestion(str(key.value), known) or (f"it has {_listed(sorted(known))}" if known else "remove it"),
    )


def clash(use: Span, name: str, shown: str, first: Scalar, second: Scalar) -> Diagnostic:
    """Return the fault of two commands of one name."""
    return Diagnostic(
        slug="command-clash",
        span=use,
        headline=f"this pack brings a command `{shown}`, and there is one already",
        why="users call a command by its name, so there is one of each",
        fix=f"write `rename: {{{name}: …}}` beside `pack`, with another name",
        marks=(Mark(first.span, "this one is there already"), Mark(second.span, "the one of the pack")),
    )


def _listed(names: Sequence[str]) -> str:
    quoted = [f"`{name}`" for name in names]
    return " and ".join([", ".join(quoted[:-1]), quoted[-1]] if len(quoted) > 1 else quoted) or "none"


def _with(missing: Sequence[str]) -> str:
    return f", with: {{{', '.join(f'{name}: …' for name in missing)}}}" if missing else ""
