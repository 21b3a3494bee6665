"""The arrows between the packages point one way, and what is slow to import stays out of `validate`."""

import ast
import subprocess
import sys
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent / "runner"

# In the order in which data flows: a part may import what stands to the left of it, and nothing to the right.
ORDER = (
    "diagnostics",
    "pages",
    "lifecycle",
    "events",
    "cron",
    "uses",
    "store",
    "logs",
    "formats",
    "custom_ids",
    "messages",
    "rest",
    "objects",
    "outside",
    "patterns",
    "templates",
    "texts",
    "fields",
    "questions",
    "declarations",
    "stored",
    "inside",
    "actions.action",  # what a step promises; the config's declarations may promise it, too
    "config.document",  # the keys of bot.yaml are declarations: the message that steps share is one of them
    "actions",
    "config",
    "check",
    "compile",
    "build",
    "incremental",
    "fixes",
    "reference",
    "init",
    "targets",
    "validation",
    "registration",
    "waiting",
    "web",
    "readiness",
    "health",
    "engine",
    "gateway",
    "reload",
    "run",
    "inspector",
    "worlds",
    "scenarios",
    "cli",
    "__main__",
)
CONTRACT = ("actions.action", "actions._on_records")
EMULATOR_MAY_IMPORT = {"emulator", "diagnostics", "lifecycle.limits", "lifecycle.bits"}
ONLY_IN = {
    "discord": {"gateway"},
    "aiohttp": {"gateway", "web", "health", "emulator"},
    "jinja2": {"templates"},
    "watchfiles": {"reload"},
    "sqlalchemy": {"store"},
    "sqlite3": {"store"},
}


def modules() -> list[Path]:
    """Return every module of the package."""
    return sorted(ROOT.rglob("*.py"))


def part_of(module: Path) -> str:
    """Return the package or top-level module that a file belongs to."""
    return part_named(".".join(module.relative_to(ROOT).with_suffix("").parts))


def part_named(name: str) -> str:
    """Return the part to which a module of the package belongs, given by its name below the package's own."""
    if name == "config.document" or name.startswith("config.document."):
        return "config.document"
    is_contract = any(name == each or name.startswith(f"{each}.") for each in CONTRACT)
    return "actions.action" if is_contract else name.split(".")[0]


@cache
def nodes_of(module: Path) -> list[ast.AST]:
    """Return all that a module is made of, the module itself first."""
    return list(ast.walk(ast.parse(module.read_text())))


def imports_of(module: Path) -> Iterator[str]:
    """Yield what a module imports, wherever in the file it does so."""
    for node in nodes_of(module):
        if isinstance(node, ast.ImportFrom) and node.module:
            yield node.module
            yield from (f"{node.module}.{name.name}" for name in node.names)
        elif isinstance(node, ast.Import):
            yield from (name.name for name in node.names)


def named(module: Path) -> str:
    """Return a module's path for the name of its test."""
    return str(module.relative_to(ROOT))


@pytest.mark.parametrize("module", modules(), ids=named)
def test_imports_point_one_way(module: Path) -> None:
    part = part_of(module)
    if part in ("__init__", "emulator"):
        return
    for imported in imports_of(module):
        if imported.startswith("runner."):
            other = part_named(imported.removeprefix("runner."))
            if other in ORDER:
                arrow = f"{part} -> {other}"
                assert ORDER.index(other) <= ORDER.index(part), arrow


@pytest.mark.parametrize("module", sorted((ROOT / "emulator").rglob("*.py")), ids=named)
def test_the_local_discord_knows_discords_numbers_and_nothing_of_the_runner(module: Path) -> None:
    for imported in imports_of(module):
        if imported.startswith("runner."):
            name = imported.removeprefix("runner.")
            assert any(
                name == part or name.startswith(part + ".") or name == "lifecycle" for part in EMULATOR_MAY_IMPORT
            )


@pytest.mark.parametrize("module", modules(), ids=named)
def test_each_heavy_library_has_one_home(module: Path) -> None:
    for imported in imports_of(module):
        library = imported.split(".")[0]
        assert part_of(module) in ONLY_IN.get(library, {part_of(module)}), f"{named(module)} imports {library}"


def test_only_the_command_line_worlds_and_scenarios_use_the_local_discord() -> None:
    importers = {part_of(m) for m in modules() for name in imports_of(m) if name.startswith("runner.emulator")}
    assert importers <= {"emulator", "worlds", "scenarios", "cli"}


@pytest.mark.parametrize("module", modules(), ids=named)
def test_every_dataclass_is_made_the_quick_way(module: Path) -> None:
    if part_of(module) in ("emulator", "data"):
        return  # whoever starts a bot for Discord doesn't import the one, and the other is what makes them
    assert "dataclasses.dataclass" not in {*imports_of(module), *decorators_of(module)}, "`runner.data` has it"


def decorators_of(module: Path) -> Iterator[str]:
    """Yield by what the classes of a module are decorated, without arguments."""
    for node in nodes_of(module):
        for decorator in node.decorator_list if isinstance(node, ast.ClassDef) else ():
            yield ast.unparse(decorator).partition("(")[0]


@pytest.mark.parametrize("module", modules(), ids=named)
def test_no_module_compiles_a_regular_expression_before_it_is_used(module: Path) -> None:
    if part_of(module) == "emulator":
        return  # whoever starts a bot for Discord doesn't import it
    whole = nodes_of(module)[0]
    assert isinstance(whole, ast.Module)
    for statement in whole.body:
        if not isinstance(statement, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
            called = [ast.unparse(node.func) for node in ast.walk(statement) if isinstance(node, ast.Call)]
            assert "re.compile" not in called, f"line {statement.lineno}: write regex(…)"


LOOK = """
import sys
from pathlib import Path
from runner.actions.action import load_actions
from runner.build import build
text = b"commands: {ping: {description: Ask, steps: [{log: asked}, {reply: 'Pong, {{ user.name }}!'}]}}"
assert build(Path("bot.yaml"), lambda _: text, {}, load_actions()).program
print(*sorted(name for name in sys.modules if name.startswith(sys.argv[1])))
"""


def loaded_by_a_small_bot(beginning: str) -> list[str]:
    """Return the modules whose names begin so that are imported to build a bot of one command."""
    look = [sys.executable, "-c", LOOK, beginning]
    return subprocess.run(look, capture_output=True, text=True, check=True, cwd=ROOT.parent).stdout.split()


def test_a_config_imports_only_the_actions_that_it_uses() -> None:
    # `_on_records` is no action: it is what steps on records, and suggestions from records, have in common.
    actions = [f"runner.actions.{name}" for name in ("_on_records", "action", "log", "reply")]
    assert loaded_by_a_small_bot("runner.actions.") == actions


def test_a_bot_is_built_without_jinja_where_no_template_needs_it() -> None:
    assert loaded_by_a_small_bot("jinja2") == []


def test_a_bot_is_built_without_what_compiles_its_handlers() -> None:
    assert not {"runner.compile.sections", "runner.compile.steps"}.intersection(loaded_by_a_small_bot("runner."))
