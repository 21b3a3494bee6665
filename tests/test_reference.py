"""The reference: its pages are what the code gives, and its examples do what they say."""

import re
from pathlib import Path

import pytest

from runner.actions.action import load_actions
from runner.build import build
from runner.config.document import Document
from runner.events import KINDS
from runner.fields import fields_of
from runner.reference.examples import FILTER_EXAMPLES, KEY_EXAMPLES, TEST_EXAMPLES
from runner.reference.pages import all_pages
from runner.templates.filters import FILTERS
from runner.templates.predicates import TESTS
from tests.conftest import StartBot

FOLDER = Path(__file__).parent.parent / "docs" / "reference"
PAGES = all_pages(load_actions())
BESIDE = {
    "commands/hello.yaml": "commands: {hello: {description: Say hello, reply: Hello!}}",
    "tickets.yaml": "inputs: {greeting: {type: string}}\n"
    'commands: {ticket: {description: Open one, reply: "{{ inputs.greeting }}"}}',
    "answers.yaml": "where: https://example.org",
}


@pytest.mark.parametrize("name", PAGES)
def test_every_page_is_what_the_code_gives(name: str) -> None:
    assert (FOLDER / name).read_text(encoding="utf-8") == PAGES[name], "`make fix` writes it"


def test_there_is_no_page_of_what_is_gone() -> None:
    assert {str(path.relative_to(FOLDER)) for path in FOLDER.rglob("*.md")} == set(PAGES)


def test_every_filter_test_and_key_has_an_example() -> None:
    assert set(FILTER_EXAMPLES) == set(FILTERS)
    assert set(TEST_EXAMPLES) == set(TESTS)
    assert set(KEY_EXAMPLES) == {field.name for field in fields_of(Document)}


EXAMPLES = [
    *(("filter", name, *each) for name, each in FILTER_EXAMPLES.items()),
    *(("test", name, *each) for name, each in TEST_EXAMPLES.items()),
]


@pytest.mark.parametrize(
    ("kind", "name", "template", "result"), EXAMPLES, ids=[" ".join(each[:2]) for each in EXAMPLES]
)
async def test_a_template_gives_what_its_page_says(
    bot: StartBot, kind: str, name: str, template: str, result: str
) -> None:
    assert re.search(rf"\b{name}\b", template), kind
    made = await bot(f"commands: {{it: {{description: d, reply: {quoted(template)}}}}}")
    assert [message.content for message in (await made.ran("it")).messages] == [result]


def quoted(text: str) -> str:
    """Return a text as YAML quotes it."""
    return "'" + text.replace("'", "''") + "'"


@pytest.mark.parametrize("name", KEY_EXAMPLES)
def test_the_example_of_a_key_validates(name: str) -> None:
    assert re.search(rf"^{name}:", KEY_EXAMPLES[name], re.MULTILINE)
    assert faults(KEY_EXAMPLES[name]) == []


@pytest.mark.parametrize("name", KINDS)
def test_the_example_of_an_event_validates(name: str) -> None:
    (example,) = re.findall(r"```yaml\n(.*?)```", PAGES[f"events/{name}.md"], re.DOTALL)
    assert faults(example) == []


def faults(text: str) -> list[str]:
    """Return what is wrong with a config, beside which there are the files that the examples name."""

    def read(path: Path) -> bytes:
        return BESIDE.get(str(path), text).encode()

    def find(pattern: object) -> list[Path]:
        return [Path("commands/hello.yaml")] if "commands" in str(pattern) else []

    built = build(Path("bot.yaml"), read, {}, load_actions(), find=find)
    return [diagnostic.slug for diagnostic in built.diagnostics]
