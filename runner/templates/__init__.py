"""Templates: Jinja's language with a typed context, evaluated by code that bounds every step.

`parse` reads a text or an expression, `check` compares it with a typed scope, and `sandbox.compile_template`, which is
loaded when a first handler needs it, makes it callable. Nothing that a template says is evaluated before that callable
is called.
"""

from runner.templates.faults import Fault, RenderError, TemplateFault
from runner.templates.inference import Checked, check, narrow
from runner.templates.recent import RecentTemplates
from runner.templates.syntax import Kind, Template, parse

__all__ = [
    "Checked",
    "Fault",
    "Kind",
    "RecentTemplates",
    "RenderError",
    "Template",
    "TemplateFault",
    "check",
    "narrow",
    "parse",
]
