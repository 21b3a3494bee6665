"""The verb `validate`: many files in, one report out, in the form that a person or a machine asked for."""

from collections.abc import Iterable, Mapping, Sequence
from enum import IntFlag
from pathlib import Path
from typing import TextIO

from runner.build import Built
from runner.check.needs import Needs
from runner.data import dataclass
from runner.diagnostics import Diagnostic, Severity, in_order
from runner.events import INTENT_NAMES

FORMATS = ("auto", "text", "json", "github", "sarif")
COLORS = ("auto", "always", "never")


@dataclass(frozen=True, slots=True)
class Form:
    """How a report is written: one of `FORMATS` but `auto`, coloured or not, in ASCII alone or not."""

    name: str
    color: bool = False
    ascii_only: bool = False


def form_for(stream: TextIO, environment: Mapping[str, str], *, name: str = "text", color: str = "auto") -> Form:
    """Return the form that suits a stream. `auto` is GitHub's in its workflows and text elsewhere.

    Colour: https://no-color.org and https://force-color.org, else whether it is a terminal that has colours.
    """
    if name == "auto":
        is_workflow = environment.get("GITHUB_ACTIONS") == "true" and not stream.isatty()
        name = "github" if is_workflow else "text"
    return Form(name, _is_coloured(color, stream, environment), not _takes_unicode(stream))


def _is_coloured(color: str, stream: TextIO, environment: Mapping[str, str]) -> bool:
    if color != "auto":
        return color == "always"
    if environment.get("NO_COLOR"):
        return False
    return bool(environment.get("FORCE_COLOR")) or (stream.isatty() and environment.get("TERM") != "dumb")


def _takes_unicode(stream: TextIO) -> bool:
    return (stream.encoding or "utf-8").lower().startswith("utf")  # a pipe in a test has no encoding, and takes all


def report(results: Mapping[Path, Built], form: Form, version: str) -> str:
    """Return what is said of the files; empty text where there is nothing to say to people."""
    found = in_order(item for built in results.values() for item in built.diagnostics)
    match form.name:
        case "json":
            from runner.diagnostics.reports import render_json

            return render_json(found, [_about(path, built) for path, built in results.items()])
        case "sarif":
            from runner.diagnostics.reports import render_sarif
            from runner.pages import pages

            return render_sarif(found, version, {slug: page.text for slug, page in pages().items()})
        case "github":
            from runner.diagnostics.reports import render_github

            return render_github(found)
        case _:
            return _text(found, results.values(), form)


def _text(found: Sequence[Diagnostic], results: Iterable[Built], form: Form) -> str:
    if not found:
        return ""
    from runner.diagnostics.text import render_text  # a file without faults needs none of this

    sources = {name: text for built in results for name, text in built.sources.items()}
    return render_text(found, sources, color=form.color, ascii_only=form.ascii_only)


def step_summary(results: Mapping[Path, Built]) -> str:
    """Return the faults of all files in Markdown, as GitHub shows them under a job."""
    from runner.diagnostics.reports import render_step_summary

    return render_step_summary(in_order(item for built in results.values() for item in built.diagnostics))


def passes(results: Iterable[Built], *, strict: bool) -> bool:
    """Tell whether every file can run and, where it is `strict`, has not even a warning."""
    return all(_passes(built, strict=strict) for built in results)


def _passes(built: Built, *, strict: bool) -> bool:
    warned = any(item.severity is Severity.WARNING for item in built.diagnostics)
    return built.program is not None and not (strict and warned)


def _about(path: Path, built: Built) -> Mapping[str, object]:
    about: dict[str, object] = {"file": str(path), "is_valid": built.program is not None}
    if built.needs is None:
        return about
    needs = built.needs
    permissions, intents = _names(needs.permissions), _names(needs.privileged)
    return {**about, "permissions": permissions, "privileged_intents": intents, "invite": needs.invite}


def summary(path: Path, built: Built) -> str:
    """Return what a sound bot needs to be let onto a server, for people; empty text for one with errors."""
    if built.needs is None or built.program is None:
        return ""
    needs, commands = built.needs, len(built.program.commands)
    lines = (
        f"{path}: {commands} command{'s' * (commands != 1)}",
        f"  permissions that the bot needs: {', '.join(_names(needs.permissions)) or 'none'}",
        f"  privileged intents to switch on: {', '.join(_switches(needs)) or 'none'}",
        f"  add it to a server: {needs.invite}",
    )
    return "\n".join(lines) + "\n"


def _switches(needs: Needs) -> list[str]:
    """Return the switches in the developer portal, each with the place that needs it."""
    return [f"{INTENT_NAMES[flag]} (for {at.file}:{at.line})" for flag, at in needs.places.items()]


def _names(flags: IntFlag) -> list[str]:
    return [str(flag.name).lower() for flag in flags]
