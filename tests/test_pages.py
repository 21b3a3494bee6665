"""`explain`: every slug that the code can emit has a page, and the page's examples are what it says they are."""

import re
from collections.abc import Iterator
from fnmatch import fnmatch
from pathlib import Path

import pytest

from runner.actions.action import load_actions
from runner.build import Built, build
from runner.config.include import Pattern
from runner.lifecycle.machine import Event, Origin, Refusal, State, Transition, advance
from runner.pages import Example, Page, pages
from runner.targets import read_bounded
from tests.conftest import StartBot
from tests.slugs import all_emitted

SLUGS = all_emitted()
RUN_TIME = ("template-bound", "template-failed", "template-missing")
# Examples that can't have their fault alone.
SEVERAL = {"cant-be-ignored": {"unknown-key"}, "invalid-ignore": {"unused-name"}, "too-many-faults": {"duplicate-key"}}
# Examples with keys that come later: until then their pages can't be shown to be right.
AHEAD = frozenset({"slow-suggestions"})
NOT_YET = {"not-available", "wrong-type", "template-unknown-attribute"}
MACHINE = Path("lifecycle/machine.py")


def refusals_of_steps() -> frozenset[str]:
    """Return the slugs of what the machine refuses to some action, in a state that actions can bring about."""
    effects = {action.effect for action in load_actions().values() if action.effect} | {Event.DEFER, Event.DEFER_UPDATE}
    found: set[str] = set()
    for origin in (Origin.COMMAND, Origin.COMPONENT, Origin.MODAL_FROM_COMMAND, Origin.MODAL_FROM_COMPONENT):
        waiting, seen = [State.RECEIVED], {State.RECEIVED}
        while waiting:
            state = waiting.pop()
            outcomes = [advance(origin, state, effect) for effect in effects]
            found |= {outcome.slug for outcome in outcomes if isinstance(outcome, Refusal)}
            reached = {outcome.state for outcome in outcomes if isinstance(outcome, Transition)} - seen
            waiting += reached
            seen |= reached
    return frozenset(found)


def needed() -> Iterator[str]:
    """Yield the slugs that an operator can meet: those that only the machine knows, where some step can cause them."""
    for slug, modules in SLUGS.items():
        if all(module.parts[0] in ("scenarios", "worlds") for module in modules):
            continue  # of other kinds of files, which `test` and the local Discord read
        if modules != frozenset({MACHINE}) or slug in refusals_of_steps():
            yield slug


def build_example(example: Example, folder: Path) -> Built:
    """Build what a fenced block stands for."""
    content: object = example.text
    if example.language == "python":
        content = eval(example.text, {"__builtins__": {"range": range}})
    if example.language == "console":
        return build(folder / example.text.split()[-1], read_bounded, {}, load_actions())
    if isinstance(content, str):
        return build_files(content)
    assert isinstance(content, bytes)
    return build(Path("bot.yaml"), lambda _: content, {}, load_actions())


def build_files(text: str) -> Built:
    """Build a config whose files follow each other, each but the first below a comment with its name and a colon."""
    first, *others = re.split(r"^# ([\w./]+\.\w+):\n", text, flags=re.MULTILINE)
    files = {
        Path("bot.yaml"): first,
        **{Path(name): said for name, said in zip(others[::2], others[1::2], strict=True)},
    }

    def read(path: Path) -> bytes:
        if path not in files:
            raise FileNotFoundError(2, "No such file or directory")
        return files[path].encode()

    def find(pattern: Pattern) -> list[Path]:
        return [path for path in files if fnmatch(str(path), str(pattern.folder / pattern.text))]

    return build(Path("bot.yaml"), read, {}, load_actions(), find=find)


@pytest.mark.parametrize("slug", sorted(needed()))
def test_every_slug_has_a_page_beside_the_rule_that_emits_it(slug: str) -> None:
    assert slug in pages(), f"write a page for `{slug}` in a .md file beside {sorted(map(str, SLUGS[slug]))}"
    assert pages()[slug].module in SLUGS[slug]


@pytest.mark.parametrize("page", pages().values(), ids=lambda page: page.slug)
def test_a_page_has_an_example_and_its_repair(page: Page, tmp_path: Path) -> None:
    refused, repaired = page.examples
    found = build_example(refused, tmp_path).diagnostics
    if page.slug in AHEAD and {fault.slug for fault in found} & NOT_YET:
        return
    if page.slug not in RUN_TIME:
        assert {fault.slug for fault in found} >= {page.slug}
        assert {fault.slug for fault in found} <= {page.slug, *SEVERAL.get(page.slug, ())}, found
    mended = build_example(repaired, tmp_path)
    assert mended.diagnostics == []
    assert mended.program is not None


@pytest.mark.parametrize("slug", RUN_TIME)
async def test_the_example_of_a_fault_at_run_time_fails_when_it_runs(slug: str, bot: StartBot) -> None:
    refused, repaired = pages()[slug].examples
    running = await bot(refused.text)
    await running.ran("it")
    assert running.line()["outcome"] == "failed"
    again = await bot(repaired.text)
    await again.ran("it")
    assert again.line()["outcome"] != "failed"


@pytest.mark.parametrize("page", pages().values(), ids=lambda page: page.slug)
def test_a_page_begins_with_a_sentence_about_its_fault(page: Page) -> None:
    assert page.slug in SLUGS, "nothing emits this slug any more"
    assert 20 < len(page.summary) < 200
    assert page.text[0].isupper() or page.text[0] == "`"
