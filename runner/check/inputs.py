"""What packs are given is read, and is what their templates can read."""

from collections.abc import Iterator

from runner.check.names import every_template
from runner.config.load import Config
from runner.diagnostics import Diagnostic, Mark, Severity, Span
from runner.templates.names import attributes_read
from runner.templates.scopes import path_of

ROOT = "inputs"


def check_inputs(config: Config) -> list[Diagnostic]:
    """Return a warning for each input that nothing reads, and a fault for each template where a value is read."""
    if not config.inputs:
        return []
    read = frozenset(_read(config))
    found: list[Diagnostic] = []
    for name, each in config.inputs.items():
        if name not in read and not each.is_put:
            found.append(_unused(name.rpartition(".")[2], each.given.key))
        elif name in read and each.given.is_template and each.given.node is not None:
            found.append(_no_value(name.rpartition(".")[2], each.given.node.span, each.given.key))
    return found


def _read(config: Config) -> Iterator[str]:
    """Yield the inputs that templates read, by the names that the whole bot knows them by."""
    for authored in every_template(config.document):
        if ROOT in authored.template.roots:
            for node in attributes_read(authored.template.tree):
                match path_of(node):
                    case (root, name) if root == ROOT:
                        yield name
                    case _:
                        continue


def _unused(name: str, key: Span) -> Diagnostic:
    return Diagnostic(
        slug="unused-input",
        span=key,
        headline=f"nothing reads the input `{name}`",
        why="whoever gives it would wait for its effect",
        fix=f"read it where a value stands as `${{inputs.{name}}}`, and in templates as `inputs.{name}`; or remove it",
        severity=Severity.WARNING,
    )


def _no_value(name: str, given: Span, key: Span) -> Diagnostic:
    return Diagnostic(
        slug="template-as-input",
        span=given,
        headline=f"`{name}` takes a plain value, for the pack's own templates read it",
        why="a template inside of another one would be shown to users as it is written",
        fix="write the value itself",
        marks=(Mark(key, "declared here"),),
    )
