"""Each key that the schema accepts has an effect that somebody sees; one that is accepted and ignored fails here.

`schemas/bot.schema.json` is walked, and every key in it needs a case in `tests/enforced/`: a bot that has it, and what
people do. The bot is run with the key and without it, and what goes over the wire, what people see and what the log
says have to differ. They must not differ between two runs with the key among other neighbours, or the difference would
say nothing. `tests/enforced/case.py` says how a case is written, and `tests/enforced/keys.py` which keys are one.
"""

import ast
import asyncio
import copy
import importlib
import json
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from difflib import unified_diff
from functools import cache, partial
from pathlib import Path
from typing import TypeVar

import pytest

from runner.build import build
from runner.emulator.clock import VirtualClock, elapse
from runner.emulator.refusals import LocalDiscordError
from runner.emulator.server import LocalDiscord
from tests.actions.web import Elsewhere as Other
from tests.actions.web import elsewhere
from tests.conftest import StartBot, actions
from tests.enforced.case import Case, Elsewhere, NotThere, Scene, Told, read, renamed, without
from tests.enforced.keys import Json, Keys, keys_of
from tests.enforced.seen import begin, seen
from tests.enforced.together import Run, Together, together
from tests.enforced.world import MADE_S, world
from tests.engine.acting import Hang

ROOT = Path(__file__).parent.parent
FOLDER = Path(__file__).parent / "enforced"
FRAME = {"__init__", "case", "keys", "seen", "together", "world"}
MODULES = sorted(path.stem for path in FOLDER.glob("*.py") if path.stem not in FRAME)
SETTLE_S = 2.0
"""How long what a case has begun is given to end, when its people are done."""

MORE = {"hang": Hang}
"""A step that says it is fast, and is not."""


@cache
def keys() -> Keys:
    """Return the keys of the schema, read when they are first needed: collecting tests takes none."""
    return keys_of(json.loads((ROOT / "schemas/bot.schema.json").read_text(encoding="utf-8")))


@cache
def cases_of(module: str) -> Sequence[Case | Told | Elsewhere]:
    """Return the cases in a module."""
    found: Sequence[Case | Told | Elsewhere] = importlib.import_module(f"tests.enforced.{module}").CASES
    return found


Kind = TypeVar("Kind", Case, Told, Elsewhere)


def of_kind(kind: type[Kind], module: str) -> Sequence[Kind]:
    """Return those of the cases in a module that are of one kind."""
    return [case for case in cases_of(module) if isinstance(case, kind)]


@cache
def shown() -> Mapping[str, str]:
    """Return the keys that have a case, each with the module where it is."""
    return {keys().named(key): module for module in MODULES for case in cases_of(module) for key in case.keys}


def module_for(key: str) -> str:
    """Return where the case of a key belongs: the module with its nearest relations."""
    owner = key
    while owner := owner.rpartition(".")[0]:
        near = [module for known, module in shown().items() if known.startswith(f"{owner}.")]
        if near:
            return near[0]
    return "top"


def without_a_case(accepted: Keys) -> Sequence[str]:
    """Return what is to be done about each key that no case is about."""
    return [
        f"`{key}`: add `case({key.rpartition('.')[0]!r}, {key.rpartition('.')[2]!r}, <a bot that has it>, <what is"
        f" done>)` to CASES in tests/enforced/{module_for(key)}.py, or refuse the key for now (config/later.py)"
        for key in accepted.all
        if key not in shown()
    ]


def test_every_key_that_is_accepted_has_a_case_that_shows_its_effect() -> None:
    missing = without_a_case(keys())
    assert not missing, "accepted, and no case shows what it does:\n" + "\n".join(missing)


def test_a_key_more_in_the_schema_is_told_to_have_no_case() -> None:
    schema = copy.deepcopy(keys().schema)
    schema["definitions"]["embed"]["properties"]["glitter"] = {"type": "boolean"}
    schema["properties"]["commands"]["additionalProperties"]["properties"]["colour"] = {"type": "string"}
    told = without_a_case(keys_of(schema))
    assert [each.partition(":")[0] for each in told] == ["`commands.*.colour`", "`embed.glitter`"]
    assert "tests/enforced/messages.py" in told[1]


def test_every_case_is_of_a_key_that_there_is() -> None:
    known = {*keys().all}
    assert [f"{key} in tests/enforced/{module}.py" for key, module in shown().items() if key not in known] == []


def once_each(cases: Iterable[Case]) -> Iterator[Case]:
    """Yield the cases, of which one is enough to show what becomes of a bot without a step: the step's first."""
    seen_without = set[str]()
    for case in cases:
        yield replace(case, keys=[key for key in case.keys if key not in seen_without])
        seen_without |= {key for key in case.keys if key.startswith("step.") and key.count(".") == 1}


def written(bot: Json) -> str:
    """Return a bot as YAML, of which JSON is a part."""
    kept = bot if {"store"} & bot.keys() else {"store": "memory", **bot}
    return "".join(f"{key}: {json.dumps(value, ensure_ascii=False)}\n" for key, value in kept.items())


def runs_of(cases: Sequence[Case]) -> Iterator[Run]:
    """Yield every bot that is to be run: those of all cases, and then those again with each without one key."""
    for index, case in enumerate(cases):
        yield Run(case, "", read(case.bot), f"it{index:03}z")
    for index, case in reversed([*enumerate(cases)]):
        yield Run(case, "again", read(case.bot), f"it{index:03}y")
        for number, key in enumerate(case.keys):
            yield Run(case, key, without(case, key, keys()), f"it{index:03}{chr(97 + number)}")


async def watched(bot: StartBot, other: Other, shared: Together) -> Sequence[tuple[Run, str]]:
    """Run one bot for several runs, one after the other, and return what is seen of each."""
    loop = asyncio.get_running_loop()
    local = LocalDiscord(clock=VirtualClock(loop, start_s=MADE_S - loop.time()), world=world())
    environment = {"OTHER": other.host, **shared.runs[0].case.environment}
    start = partial(bot, written(shared.bot), local=local, more=MORE, environment=environment)
    await local.start()
    try:
        found: list[tuple[Run, str]] = []
        made = await start()
        for run in shared.runs:
            scene = Scene(made, run.it, start, other)
            found.append((run, await seen_of(scene, run)))
            made = scene.made
        await made.stop()
    finally:
        await local.stop()
    return found


async def seen_of(scene: Scene, run: Run) -> str:
    """Do what is done in a case, and return what is seen of it.

    What can't be done for want of the key, as a click on a button that is not shown, is seen too. Whatever a case does
    to its bot as it is written has to be possible.
    """
    since = begin(scene)
    try:
        for act in run.case.acts:
            await act(scene)
    except (LocalDiscordError, LookupError, ValueError) as error:
        if run.is_whole:
            error.add_note(f"in the case of {run.case.keys}:\n{run.case.bot}")
            raise
        scene.noted.append(type(error).__name__)
    await elapse(SETTLE_S)  # what goes on behind an answer ends too, and is not taken for the next case's
    await scene.made.idle()
    return seen(scene, since, is_timed=run.case.timed)


def refusals(runs: Iterable[Run]) -> Iterator[str]:
    """Yield what is said of the bots that are refused; of a case that is refused as it is, nothing else."""
    refused: set[int] = set()
    for run in runs:
        if id(run.case) not in refused and (faults := errors_in(lines_about(run.bot, run.case.environment))):
            refused |= {id(run.case)} if run.key == "" else set()
            yield f"{run.case.keys} is refused {run.what} (`instead=` says what else to write):\n{faults}\n{run.bot}"


def differences(found: Mapping[tuple[int, str], str], cases: Sequence[Case]) -> Iterator[str]:
    """Yield what is wrong with the cases: a key without effect, or a case whose effect is not the key's."""
    for index, case in enumerate(cases):
        having, again = found[index, ""], found[index, "again"]
        if having != again:
            yield f"{case.keys}: what is seen differs by itself, so it says nothing:\n{changes(having, again)}"
        for key in case.keys:
            if having == found[index, key]:
                yield f"`{key}` changes nothing that anybody sees of\n{case.bot}\n{having}"


def changes(one: str, other: str) -> str:
    """Return where two texts differ."""
    return "\n".join(unified_diff(one.splitlines(), other.splitlines(), lineterm=""))


@pytest.mark.parametrize("module", MODULES)
async def test_what_is_seen_differs_without_the_key(module: str, bot: StartBot) -> None:
    cases = [*once_each(of_kind(Case, module))]
    found: dict[tuple[int, str], str] = {}
    async with elsewhere() as other:
        for shared in together(runs_of(cases)):
            try:
                found |= {(cases.index(run.case), run.key): what for run, what in await watched(bot, other, shared)}
            except AssertionError as refusal:
                raise AssertionError("\n\n".join(refusals(runs_of(cases))) or str(refusal)) from None
    assert not (wrong := "\n\n".join(differences(found, cases))), wrong


def errors_in(lines: Sequence[str]) -> str:
    """Return those of the lines that refuse a bot."""
    return "\n".join(line for line in lines if line.startswith("error"))


def lines_about(bot: Json, environment: Mapping[str, str]) -> Sequence[str]:
    """Return what the operator is told of a bot."""
    text = written({"version": 1, **renamed(bot, "it")}).encode()

    def read(path: Path) -> bytes:
        return text if path == Path("bot.yaml") else path.read_bytes()

    built = build(Path("bot.yaml"), read, {"OTHER": "127.0.0.1:1", **environment}, {**actions(), **MORE})
    return [f"{each.severity.value}[{each.slug}]: {each.headline} ({each.why})" for each in built.diagnostics]


@pytest.mark.parametrize("module", MODULES)
def test_what_validation_says_differs_without_the_key(module: str) -> None:
    for told in of_kind(Told, module):
        with_it = lines_about(read(told.bot), {})
        for key in told.keys:
            assert lines_about(without(told, key, keys()), {}) != with_it, key


@pytest.mark.parametrize("module", MODULES)
def test_a_test_elsewhere_is_about_the_key(module: str) -> None:
    for named in of_kind(Elsewhere, module):
        file, _, name = named.test.partition("::")
        words = {*re.findall(r"\w+", read_by(name, ast.parse((ROOT / file).read_text(encoding="utf-8"))))}
        assert [key for key in named.keys if key.rpartition(".")[2] not in words] == [], named.test
        assert named.why


def read_by(name: str, tree: ast.Module) -> str:
    """Return the code of a test and of all in its module that it reads: constants, functions, fixtures.

    Raises KeyError if there is no such test.
    """
    defined = {each: node for node in tree.body for each in names_of(node)}
    found, left = {name: defined[name]}, [name]
    while left:
        used = {getattr(node, "id", getattr(node, "arg", "")) for node in ast.walk(found[left.pop()])}
        more = [each for each in used & defined.keys() if each not in found]
        found |= {each: defined[each] for each in more}
        left += more
    return "\n".join(map(ast.unparse, found.values()))


def names_of(node: ast.stmt) -> Sequence[str]:
    """Return what a statement of a module gives names to."""
    match node:
        case ast.FunctionDef() | ast.AsyncFunctionDef() | ast.ClassDef():
            return [node.name]
        case ast.Assign(targets=[ast.Name(id=name)]) | ast.AnnAssign(target=ast.Name(id=name)):
            return [name]
        case _:
            return []


def test_a_test_elsewhere_that_does_not_mention_the_key_is_told_apart() -> None:
    tree = ast.parse("A = 'one'\nB = 'two'\ndef other(): return B\ndef test_it(other): assert A")
    assert {"one", "two"} <= {*re.findall(r"\w+", read_by("test_it", tree))}
    assert "two" not in read_by("test_it", ast.parse("A = 'one'\nB = 'two'\ndef test_it(): assert A"))
    with pytest.raises(KeyError):
        read_by("test_that", tree)


def test_a_case_without_its_key_is_no_case() -> None:
    with pytest.raises(NotThere):
        without(Told(["embed.title"], "commands: {IT: {description: d, reply: Hi}}", {}), "embed.title", keys())


def test_a_key_that_changes_nothing_is_told_and_so_is_what_changes_by_itself() -> None:
    case = Case(["step.reply.ephemeral"], "commands: {}", (), {}, alone=False, timed=False, environment={})
    same = {(0, ""): "seen", (0, "again"): "seen", (0, "step.reply.ephemeral"): "seen"}
    (told,) = differences(same, [case])
    assert told.startswith("`step.reply.ephemeral` changes nothing")
    (told,) = differences({**same, (0, "again"): "other", (0, "step.reply.ephemeral"): "less"}, [case])
    assert "differs by itself" in told
    assert list(differences({**same, (0, "step.reply.ephemeral"): "less"}, [case])) == []
