"""Faults of a config: what they are (`fault`), for people (`text`), and for machines (`reports`)."""

from runner.diagnostics.fault import Diagnostic, Mark, Severity, Span, in_order
from runner.diagnostics.reports import render_github, render_json, render_sarif
from runner.diagnostics.text import render_text

__all__ = [
    "Diagnostic",
    "Mark",
    "Severity",
    "Span",
    "in_order",
    "render_github",
    "render_json",
    "render_sarif",
    "render_text",
]
