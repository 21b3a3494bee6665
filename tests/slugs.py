"""Which slugs the code can emit, read from its source: what is given wherever something takes a `slug`."""

import ast
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path

ROOT = Path(__file__).parent.parent / "runner"

# Where the slug stands among the positional arguments of what is used outside its own module, and whose that is.
CLASSES: Mapping[str, tuple[int, str]] = {
    "Diagnostic": (0, "runner.diagnostics"),
    "fault": (0, "runner.check.schedules"),
    "Fault": (2, "runner.templates"),
    "RenderError": (0, "runner.templates"),
    "Refusal": (0, "runner.lifecycle.machine"),
}


class CannotFollow(Exception):
    """A slug is made in a way that this walk can't read; write it out."""


def emitted(module: Path) -> frozenset[str]:
    """Return the slugs that a module of the package emits."""
    tree = ast.parse(module.read_text(encoding="utf-8"))
    takers = {**_classes(tree, module), **_takers(tree)}
    constants = _constants(tree)
    calls = [node for node in ast.walk(tree) if isinstance(node, ast.Call)]
    given = [argument for call in calls for argument in _slug_of(call, takers)]
    return frozenset(slug for argument in given for slug in _texts(argument, constants, module))


def all_emitted() -> Mapping[str, frozenset[Path]]:
    """Return every slug of the package, with the modules that emit it."""
    found: dict[str, frozenset[Path]] = {}
    for module in sorted(ROOT.rglob("*.py")):
        if "emulator" not in module.relative_to(ROOT).parts:
            for slug in emitted(module):
                found[slug] = found.get(slug, frozenset()) | {module.relative_to(ROOT)}
    return found


def _classes(tree: ast.Module, module: Path) -> Mapping[str, int]:
    """Return which of the classes the module uses, and where among their arguments the slug stands."""
    imports = [node for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)]
    origins = {alias.name: node.module or "" for node in imports for alias in node.names}
    defined = {node.name for node in tree.body if isinstance(node, ast.ClassDef)}
    own = "runner." + ".".join(module.relative_to(ROOT).with_suffix("").parts)
    return {
        name: index
        for name, (index, home) in CLASSES.items()
        if origins.get(name, own if name in defined else "").startswith(home)
    }


def _takers(tree: ast.Module) -> Mapping[str, int]:
    """Return the module's own functions that take a slug, and where among their arguments."""
    functions = [node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)]
    found: dict[str, int] = {}
    for function in functions:
        names = [argument.arg for argument in function.args.args if argument.arg != "self"]
        if "slug" in names and function.name != "__init__":
            found[function.name] = names.index("slug")
    return found


def _constants(tree: ast.Module) -> Mapping[str, str]:
    """Return the module's names for texts, those of other modules of ours included."""
    found: dict[str, str] = {}
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("runner."):
            home = ROOT.joinpath(*str(node.module).split(".")[1:]).with_suffix(".py")
            theirs: Mapping[str, str] = _own_constants(home) if home.is_file() else {}
            found |= {alias.name: theirs[alias.name] for alias in node.names if alias.name in theirs}
    return {**found, **_texts_named(tree)}


@cache
def _own_constants(module: Path) -> Mapping[str, str]:
    return _texts_named(ast.parse(module.read_text(encoding="utf-8")))


def _texts_named(tree: ast.Module) -> Mapping[str, str]:
    found: dict[str, str] = {}
    for node in tree.body:
        target = node.targets[0] if isinstance(node, ast.Assign) else getattr(node, "target", None)
        value = getattr(node, "value", None)
        if isinstance(target, ast.Name) and isinstance(value, ast.Constant) and isinstance(value.value, str):
            found[target.id] = value.value
    return found


def _slug_of(call: ast.Call, takers: Mapping[str, int]) -> Iterator[ast.expr]:
    name = call.func.attr if isinstance(call.func, ast.Attribute) else getattr(call.func, "id", "")
    if name not in takers:
        return
    yield from (keyword.value for keyword in call.keywords if keyword.arg == "slug")
    if len(call.args) > takers[name]:
        yield call.args[takers[name]]


def _texts(node: ast.expr, constants: Mapping[str, str], module: Path) -> Iterator[str]:
    match node:
        case ast.Constant(value=str() as slug):
            yield slug
        case ast.Name(id="slug") | ast.Attribute(attr="slug"):
            return  # it is handed on
        case ast.Name(id=name) if name in constants:
            yield constants[name]
        case ast.IfExp():
            yield from _texts(node.body, constants, module)
            yield from _texts(node.orelse, constants, module)
        case _:
            raise CannotFollow(f"{module.name}:{node.lineno}: {ast.unparse(node)}")
