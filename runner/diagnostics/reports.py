"""Faults for machines: JSON, GitHub's workflow commands, SARIF."""

import hashlib
import json
from collections.abc import Sequence
from pathlib import Path
from urllib.parse import quote

from runner.diagnostics.fault import Diagnostic, Mark, Span

# Raised when a field goes away or changes its meaning; a new field leaves it.
JSON_SCHEMA_VERSION = 1

_SARIF_SCHEMA = "https://json.schemastore.org/sarif-2.1.0.json"


def render_json(diagnostics: Sequence[Diagnostic]) -> str:
    """Return the faults as one JSON object. Lines and columns count from 1, in code points; ends are exclusive."""
    faults = [_json_fault(fault) for fault in diagnostics]
    return json.dumps({"schema_version": JSON_SCHEMA_VERSION, "diagnostics": faults}, ensure_ascii=False, indent=2)


def render_github(diagnostics: Sequence[Diagnostic]) -> str:
    """Return one workflow command a fault, which GitHub shows beside the line.

    Source: GitHub docs, Workflow commands for GitHub Actions, "Setting an error message".
    """
    return "\n".join(_github_command(fault) for fault in diagnostics)


def render_sarif(diagnostics: Sequence[Diagnostic], version: str) -> str:
    """Return a SARIF 2.1.0 log, as code scanning takes it. `version` is that of this program."""
    slugs = sorted({fault.slug for fault in diagnostics})
    rules = [{"id": slug} for slug in slugs]
    run = {
        "tool": {"driver": {"name": "lifecycle-runner", "version": version, "rules": rules}},
        # The default is UTF-16 code units; an emoji would move every column behind it.
        "columnKind": "unicodeCodePoints",
        "results": [_sarif_result(fault, slugs.index(fault.slug)) for fault in diagnostics],
    }
    return json.dumps({"$schema": _SARIF_SCHEMA, "version": "2.1.0", "runs": [run]}, ensure_ascii=False, indent=2)


def _message(fault: Diagnostic) -> str:
    why = f"\nwhy: {fault.why}" if fault.why else ""
    fix = f"\nfix: {fault.fix}" if fault.fix else ""
    return fault.headline + why + fix


def _json_fault(fault: Diagnostic) -> dict[str, object]:
    return {
        "slug": fault.slug,
        "severity": fault.severity.value,
        **_json_span(fault.span),
        "headline": fault.headline,
        "why": fault.why,
        "fix": fault.fix,
        "marks": [{**_json_span(mark.span), "label": mark.label} for mark in fault.marks],
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
    return f"::{fault.severity.value} {properties}::{_github_text(_message(fault))}"


def _github_text(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _github_property(text: str) -> str:
    return _github_text(text).replace(":", "%3A").replace(",", "%2C")


def _sarif_result(fault: Diagnostic, rule_index: int) -> dict[str, object]:
    return {
        "ruleId": fault.slug,
        "ruleIndex": rule_index,
        "level": fault.severity.value,
        "message": {"text": _message(fault)},
        "locations": [{"physicalLocation": _sarif_location(fault.span)}],
        "relatedLocations": [_sarif_related(mark) for mark in fault.marks],
        "partialFingerprints": {"fault/v1": _fingerprint(fault)},
    }


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


def _fingerprint(fault: Diagnostic) -> str:
    """Return what stays the same when lines move, so that a known fault is not reported as new."""
    identity = json.dumps([fault.slug, fault.span.file, fault.headline])
    return hashlib.sha256(identity.encode()).hexdigest()[:16]
