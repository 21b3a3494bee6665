"""What stands in a data file is what templates read, and a bad file is refused at the place that is bad."""

from collections.abc import Mapping
from pathlib import Path

import pytest

from runner.build import Built, build
from runner.config.data_files import VALUES_MAX
from runner.diagnostics.text import render_text
from tests.conftest import StartBot, actions

COMMANDS = "commands: {say: {description: Say, reply: '{{ now }}'}}\n"


def built(files: Mapping[str, str | bytes], text: str = COMMANDS) -> Built:
    """Build a bot whose `data:` names these files by what stands before the dot."""
    named = "".join(f"  {name.partition('.')[0]}: {name}\n" for name in files)
    config = f"data:\n{named}{text}"

    def read(path: Path) -> bytes:
        if path == Path("bot.yaml"):
            return config.encode()
        try:
            content = files[str(path)]
        except KeyError:
            raise FileNotFoundError(2, "No such file or directory") from None
        return content if isinstance(content, bytes) else content.encode()

    return build(Path("bot.yaml"), read, {}, actions())


def data_of(name: str, content: str | bytes) -> object:
    program = built({name: content}).program
    assert program is not None
    return program.data[name.partition(".")[0]]


def said(name: str, content: str | bytes) -> str:
    """Return the first line of what `validate` says of a data file."""
    config = built({name: content})
    assert config.program is None
    return render_text(config.diagnostics, config.sources, color=False).partition("\n")[0]


@pytest.mark.parametrize(
    ("name", "content", "expected"),
    [
        pytest.param("a.yaml", "- {name: tea}\n- x\n", ({"name": "tea"}, "x"), id="yaml"),
        pytest.param("a.yml", "yes", "yes", id="a yaml text is what it looks like"),
        pytest.param("a.json", '{"a": [1, 1e3, null, "\\/"]}', {"a": (1, 1000.0, None, "/")}, id="json"),
        pytest.param("a.json", '\ufeff{\n\t"a": true\n}', {"a": True}, id="json with a mark and tabs"),
        pytest.param("a.csv", "n,m\r\n1,\r\n\r\n", ({"n": "1", "m": ""},), id="csv as spreadsheets save it"),
        pytest.param("a.csv", 'n;m\n"1;2";"a\nb"\n', ({"n": "1;2", "m": "a\nb"},), id="csv with semicolons"),
        pytest.param("a.tsv", "n\tm\n1\t2\n", ({"n": "1", "m": "2"},), id="tsv"),
    ],
)
def test_a_file_is_read_by_its_ending(name: str, content: str, expected: object) -> None:
    assert data_of(name, content) == expected


@pytest.mark.parametrize(
    ("name", "content", "expected"),
    [
        pytest.param("a.yaml", "a: [", "a.yaml:1:4: error[yaml-syntax]", id="yaml"),
        pytest.param("a.yaml", "a: 1\na: 2\n", "a.yaml:2:1: error[duplicate-key]", id="yaml with a key twice"),
        pytest.param("a.json", '{\n "a": }', "a.json:2:7: error[bad-data]", id="json"),
        pytest.param("a.json", '{"a": 1, "a": 2}', "`a` is in one mapping twice", id="json with a key twice"),
        pytest.param("a.json", "NaN", "`NaN` is no number in JSON", id="a number that is none"),
        pytest.param("a.json", "[" * 100_000, "nested more than", id="json that never ends"),
        pytest.param("a.json", "[" * 100 + "]" * 100, "nested more than", id="json too deep"),
        pytest.param("a.json", b"\xff", "error[not-utf8]", id="json in another encoding"),
        pytest.param("a.csv", "", "a name is missing", id="an empty csv"),
        pytest.param("a.csv", "n,\n1,2\n", "a name is missing", id="a column without a name"),
        pytest.param("a.csv", "n,n\n1,2\n", "names a column twice", id="a column twice"),
        pytest.param("a.csv", "n,m\n1,2\n1\n", "a.csv:3:1: error[bad-data]: this line has 1 value", id="a short line"),
        pytest.param("a.csv", 'n\n"1\n', "this is no CSV", id="a quote that is never closed"),
        pytest.param("a.csv", b"\xff", "error[not-utf8]", id="csv in another encoding"),
        pytest.param("a.txt", "x", "bot.yaml:2:6: error[unknown-data-format]", id="another format"),
        pytest.param("a.json", f"[{'1,' * VALUES_MAX}1]", "error[too-much-data]", id="too many values"),
        pytest.param("a.csv", "n\n" + "1\n" * (VALUES_MAX + 1), "error[too-much-data]", id="too many lines"),
    ],
)
def test_a_bad_file_is_refused_where_it_is_bad(name: str, content: str | bytes, expected: str) -> None:
    assert expected in said(name, content)


def test_a_missing_file_is_refused_where_it_is_named() -> None:
    found = build(Path("bot.yaml"), lambda path: _only_config(path), {}, actions())
    assert [(fault.slug, fault.span.line, fault.span.column) for fault in found.diagnostics] == [
        ("missing-data", 1, 14)
    ]


def _only_config(path: Path) -> bytes:
    if path.name == "bot.yaml":
        return b"data: {a:    a.csv}\n" + COMMANDS.encode()
    raise FileNotFoundError(2, "No such file or directory")


def test_what_a_file_has_is_known_to_templates() -> None:
    def reading(what: str) -> list[str]:
        text = f"commands: {{say: {{description: Say, reply: '{{{{ {what} }}}}'}}}}\n"
        return [fault.slug for fault in built({"a.json": '[{"n": 1}, {"n": 2, "m": "x"}]'}, text).diagnostics]

    assert reading("data.a[0].n") == []
    assert reading("data.a[0].k") == ["template-unknown-attribute"]
    assert reading("data.b") == ["template-unknown-attribute"]


async def test_a_template_reads_a_file(bot: StartBot, tmp_path: Path) -> None:
    (tmp_path / "prices.csv").write_text("name,price\ntea,2\n")
    made = await bot(
        f"""
        data: {{prices: {tmp_path}/prices.csv}}
        commands:
          price: {{description: Ask, reply: "{{{{ data.prices[0].name }}}}: {{{{ data.prices[0].price }}}}"}}
        """
    )
    trace = await made.ran("price")
    assert [message.content for message in trace.messages] == ["tea: 2"]
