"""Faults for machines: JSON, GitHub's workflow commands and step summary, SARIF.

JSON is written in ASCII, so that it is whole whatever the stream's encoding is.
"""

import hashlib
import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from urllib.parse import quote

from runner.diagnostics.fault import Diagnostic, Edit, Mark, Severity, Span
from runner.diagnostics.secrets import hidden

# Raised when a field goes away or changes its meaning; a new field leaves it.
JSON_SCHEMA_VERSION = 1

_SARIF_SCHEMA = "https://json.schemastore.org/sarif-2.1.0.json"


STEP_SUMMARY_ROWS = 100
"""How many faults the step summary lists; GitHub takes 1 MiB of it."""

_GITHUB_COMMANDS = {Severity.ERROR: "error", Severity.WARNING: "warning", Severity.HINT: "notice"}
_SARIF_LEVELS = {Severity.ERROR: "error", Severity.WARNING: "warning", Severity.HINT: "note"}


def render_json(diagnostics: Sequence[Diagnostic], files: Sequence[Mapping[str, object]] = ()) -> str:
    """Return the faults as one JSON object. Lines and columns count from 1, in code points; ends are exclusive.

    `files` says of each file that was looked at whatever else is known of it.
    """
    faults = [_json_fault(fault) for fault in diagnostics]
    made = {"schema_version": JSON_SCHEMA_VERSION, "files": list(files), "diagnostics": faults}
    return json.dumps(made, indent=2)


def render_github(diagnostics: Sequence[Diagnostic]) -> str:
    """Return one workflow command a fault, which GitHub shows beside the line.

    Source: GitHub docs, Workflow commands for GitHub Actions, "Setting an error message".
    """
    return "\n".join(_github_command(fault) for fault in diagnostics)


def render_step_summary(diagnostics: Sequence[Diagnostic]) -> str:
    """Return the faults as a table in Markdown, for `$GITHUB_STEP_SUMMARY`: GitHub shows few annotations, and all of
    this.
    """
    if not diagnostics:
        return "### lifecycle-runner validate\n\nNo faults.\n"
    rows = [_summary_row(fault) for fault in diagnostics[:STEP_SUMMARY_ROWS]]
    more = len(diagnostics) - len(rows)
    rest = f"\nand {more} more.\n" if more else ""
    head = "### lifecycle-runner validate\n\n| | Place | Fault | Repair |\n| --- | --- | --- | --- |\n"
    return head + "\n".join(rows) + "\n" + rest


def render_sarif(diagnostics: Sequence[Diagnostic], version: str, pages: Mapping[str, str] | None = None) -> str:
    """Return a SARIF 2.1.0 log, as code scanning takes it.

    `version` is that of this program; `pages` explain the rules, by slug, in Markdown.
    """
    slugs = sorted({fault.slug for fault in diagnostics})
    rules = [_sarif_rule(slug, (pages or {}).get(slug, "")) for slug in slugs]
    prints = _fingerprints(diagnostics)
    run = {
        "tool": {"driver": {"name": "lifecycle-runner", "version": version, "rules": rules}},
        # The default is UTF-16 code units; an emoji would move every column behind it.
        "columnKind": "unicodeCodePoints",
        "results": [_sarif_result(f, slugs.index(f.slug), p) for f, p in zip(diagnostics, prints, strict=True)],
    }
    return json.dumps({"$schema": _SARIF_SCHEMA, "version": "2.1.0", "runs": [run]}, indent=2)


def _message(fault: Diagnostic) -> str:
    why = f"\nwhy: {fault.why}" if fault.why else ""
    fix = f"\nfix: {fault.fix}" if fault.fix else ""
    return hidden(fault.headline + why + fix)


def _json_fault(fault: Diagnostic) -> dict[str, object]:
    return {
        "slug": fault.slug,
        "severity": fault.severity.value,
        **_json_span(fault.span),
        "headline": hidden(fault.headline),
        "why": hidden(fault.why),
        "fix": hidden(fault.fix),
        "marks": [{**_json_span(mark.span), "label": mark.label} for mark in fault.marks],
        "edits": [{**_json_span(edit.span), "text": edit.text} for edit in fault.edits],
    }


def _json_span(span: Span) -> dict[str, object]:
    return {
        "file": span.file,
        "line": span.line,
        "column": span.column,
        "end_line": span.end_line,
        "end_column": span.end_column,
    }


def _github_command(fault: Diagnostic) -> str:
    span = fault.span
    place = {"file": span.file, "line": str(span.line), "endLine": str(span.end_line)}
    # GitHub's runner drops the columns of a range of several lines, and says so in the log.
    if span.line == span.end_line:
        place |= {"col": str(span.column), "endColumn": str(span.end_column)}
    properties = ",".join(f"{name}={_github_property(value)}" for name, value in {**place, "title": fault.slug}.items())
    return f"::{_GITHUB_COMMANDS[fault.severity]} {properties}::{_github_text(_message(fault))}"


def _github_text(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _github_property(text: str) -> str:
    return _github_text(text).replace(":", "%3A").replace(",", "%2C")


def _summary_row(fault: Diagnostic) -> str:
    place = f"`{fault.span.file}:{fault.span.line}:{fault.span.column}`"
    cells = (fault.severity.value, place, f"{fault.headline} [{fault.slug}]", fault.fix)
    return "| " + " | ".join(_cell(hidden(cell)) for cell in cells) + " |"


def _cell(text: str) -> str:
    """Return a text of one line that ends no cell and, being perhaps a stranger's, makes no HTML."""
    return text.replace("|", "\\|").replace("<", "&lt;").replace("\r", " ").replace("\n", "<br>")


def _sarif_rule(slug: str, page: str) -> dict[str, object]:
    if not page:
        return {"id": slug}
    summary = page.partition("\n\n")[0]
    return {"id": slug, "shortDescription": {"text": summary}, "help": {"text": page, "markdown": page}}


def _sarif_result(fault: Diagnostic, rule_index: int, fingerprint: str) -> dict[str, object]:
    result: dict[str, object] = {
        "ruleId": fault.slug,
        "ruleIndex": rule_index,
        "level": _SARIF_LEVELS[fault.severity],
        "message": {"text": _message(fault)},
        "locations": [{"physicalLocation": _sarif_location(fault.span)}],
        "relatedLocations": [_sarif_related(mark) for mark in fault.marks],
        "partialFingerprints": {"fault/v1": fingerprint},
    }
    return {**result, "fixes": [_sarif_fix(fault)]} if fault.edits else result


def _sarif_fix(fault: Diagnostic) -> dict[str, object]:
    return {"description": {"text": hidden(fault.fix)}, "artifactChanges": [_sarif_change(e) for e in fault.edits]}


def _sarif_change(edit: Edit) -> dict[str, object]:
    location = _sarif_location(edit.span)
    replacement = {"deletedRegion": location["region"], "insertedContent": {"text": edit.text}}
    return {"artifactLocation": location["artifactLocation"], "replacements": [replacement]}


def _sarif_related(mark: Mark) -> dict[str, object]:
    return {"physicalLocation": _sarif_location(mark.span), "message": {"text": mark.label}}


def _sarif_location(span: Span) -> dict[str, object]:
    region = {
        "startLine": span.line,
        "startColumn": span.column,
        "endLine": span.end_line,
        "endColumn": span.end_column,
    }
    return {"artifactLocation": {"uri": _uri(span.file)}, "region": region}


def _uri(file: str) -> str:
    path = Path(file)
    return path.as_uri() if path.is_absolute() else quote(path.as_posix())


def _fingerprints(diagnostics: Sequence[Diagnostic]) -> list[str]:
    """Return for each fault what stays the same when lines move, so that a known fault is not reported as new.

    Faults that differ in nothing else are told apart by their order.
    """
    seen: dict[str, int] = {}
    prints: list[str] = []
    for fault in diagnostics:
        identity = json.dumps([fault.slug, fault.span.file, fault.headline])
        seen[identity] = seen.get(identity, 0) + 1
        nth = f" {seen[identity]}" if seen[identity] > 1 else ""
        prints.append(hashlib.sha256((identity + nth).encode()).hexdigest()[:16])
    return prints
