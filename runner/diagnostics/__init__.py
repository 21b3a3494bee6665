"""Faults of a config: what they are (`fault`), for people (`text`), and for machines (`reports`).

Only what they are is imported with the package: a file without faults needs no renderer.
"""

from runner.diagnostics.fault import Diagnostic, Edit, Mark, Severity, Span, in_order

__all__ = ["Diagnostic", "Edit", "Mark", "Severity", "Span", "in_order"]
