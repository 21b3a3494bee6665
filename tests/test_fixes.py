"""`validate --fix`: what it repairs, that it changes nothing else, and that nobody reads half of it."""

import stat
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from runner.actions.action import load_actions
from runner.build import Built, build
from runner.config.source import Source, parse, plain
from runner.diagnostics import Edit
from runner.fixes import difference, edited, fixed, repaired
from tests.test_cli import called

REST = "commands:\n  ping:\n    description: d\n    reply: Pong\n"
FOLDER = Path(__file__).parent / "configs"


def rebuilt(text: str) -> Built:
    """Build a config from its text."""
    return build(Path("bot.yaml"), lambda _: text.encode(), {}, load_actions())


def mended(text: str) -> str:
    """Return the text after all repairs."""
    return fixed(text, "bot.yaml", rebuilt).text


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (REST.replace("description", "descripton"), REST),
        (REST.replace("description: d", '"Description": d # y'), REST.replace("description: d", "description: d # y")),
        (REST.replace("reply: Pong", "steps: [{replly: Pong}]"), REST.replace("reply: Pong", "steps: [{reply: Pong}]")),
        (REST.replace("Pong", "{{ user.name }}"), REST.replace("Pong", '"{{ user.name }}"')),
        (REST.replace("    ", "\t\t").replace("  ping", "\tping"), REST),
        (REST.replace("    reply", "  \u00a0 reply"), REST),
        (REST.replace("description: d", "description:d"), REST),
        (REST.replace("description: d", "description: 2024"), REST.replace("description: d", 'description: "2024"')),
        (
            REST.replace("Pong", "{content: Pong, ephemeral: 'true'}"),
            REST.replace("Pong", "{content: Pong, ephemeral: true}"),
        ),
        (REST + "    timeout: 10 seconds\n", REST + "    timeout: 10s\n"),
        (REST + "    response: [defer, ephemral]\n", REST + "    response: [defer, ephemeral]\n"),
        (REST + "    visible_to: MANAGE_MESSAGES\n", REST + "    visible_to: manage_messages\n"),
        (REST + "    description: d\n", REST),
        (
            REST + "    on_error: [{if: '{{ user.is_bot }}', then: [stop]}]\n",
            REST + "    on_error: [{if: user.is_bot, then: [stop]}]\n",
        ),
        (REST + "# lifecycle: ignore[unused-name] why\n", REST),
    ],
    ids=[
        "a key",
        "a quoted key",
        "a step",
        "a template without quotes",
        "tabs",
        "spaces that are none",
        "no space after a colon",
        "a number for a text",
        "a text for a truth value",
        "a duration in words",
        "a word",
        "a permission",
        "the same key twice",
        "braces around an expression",
        "a comment with nothing to ignore",
    ],
)
def test_what_can_only_be_meant_in_one_way_is_repaired(before: str, after: str) -> None:
    assert mended("version: 1\n" + before) == "version: 1\n" + after
    assert rebuilt(mended(before)).diagnostics == []


def test_comments_layout_and_line_breaks_stay() -> None:
    before = (
        "# Mine.\r\nversion:   1\r\ncommands:\r\n  ping:   # here\r\n    descripton:   d\r\n\r\n    reply: Pong\r\n"
    )
    assert mended(before) == before.replace("descripton", "description")


def test_repairs_that_show_further_faults_are_followed_by_further_repairs() -> None:
    before = "version: 1\ncommands:\n\tping:\n\t\tdescripton: {{ x }}\n\t\treply: 5\n"
    after = 'version: 1\ncommands:\n  ping:\n    description: "{{ x }}"\n    reply: "5"\n'
    assert mended(before) == after


def test_mistakes_that_are_seen_one_at_a_time_are_all_repaired_however_many() -> None:
    begins = "version: 1\n" + REST + "vars:\n"
    before = begins + "".join(f"  a{line}: x\n  b{line}:x\n" for line in range(40))
    assert mended(before) == begins + "".join(f"  a{line}: x\n  b{line}: x\n" for line in range(40))


@pytest.mark.parametrize(
    "text",
    [
        REST + "    options: {o: {type: string, description: d, m_length: 5}}\n",
        REST.replace("Pong", "'{{ user.nmae }}'"),
        REST + "    check: staf\nchecks: {staff: {permissions: ban_members}}\n",
        REST + "    description: another\n",
        REST + "    timeout: 10\n",
        REST.replace("d\n", "# d\n"),
    ],
    ids=[
        "two near keys",
        "inside a template",
        "a name of the author's",
        "two different values",
        "a number",
        "a comment",
    ],
)
def test_what_could_be_meant_otherwise_is_left_to_the_author(text: str) -> None:
    text = "version: 1\n" + text
    assert rebuilt(text).program is None
    assert mended(text) == text


def test_the_version_is_written_down_where_it_is_missing() -> None:
    assert mended("# Mine.\n" + REST) == "# Mine.\nversion: 1\n" + REST
    assert mended('{"commands": {}}') == '{"commands": {}}'


@pytest.mark.parametrize("path", sorted((FOLDER / "refused").glob("*.yaml")), ids=lambda path: path.stem)
def test_a_repair_makes_nothing_worse(path: Path) -> None:
    try:
        text = path.read_bytes().decode().removeprefix("\ufeff")
    except UnicodeDecodeError:
        return
    before, after = rebuilt(text), fixed(text, "bot.yaml", rebuilt)
    known = {fault.slug for fault in before.diagnostics}
    assert parse(text, "").root is None or parse(after.text, "").root is not None
    if after.text != text:
        assert after.built.program or len(after.built.diagnostics) <= len(before.diagnostics) or "yaml-syntax" in known
    assert mended(after.text) == after.text, "a second run finds nothing to do"


@pytest.mark.parametrize("path", sorted((FOLDER / "accepted").glob("*.yaml")), ids=lambda path: path.stem)
def test_a_sound_file_keeps_its_meaning(path: Path) -> None:
    text = path.read_bytes().decode().removeprefix("\ufeff")
    then, now = parse(text, "").root, parse(mended(text), "").root
    assert then is not None
    assert now is not None
    assert plain(now.entries["version"].value) == 1
    assert {name: plain(entry.value) for name, entry in now.entries.items() if name != "version"} == {
        name: plain(entry.value) for name, entry in then.entries.items() if name != "version"
    }


@given(st.text("ab\n"), st.data())
def test_edits_are_made_where_they_say(text: str, data: st.DataObject) -> None:
    source = Source("f", text)
    start = data.draw(st.integers(0, len(text)))
    end = data.draw(st.integers(start, len(text)))
    assert edited(source, [Edit(source.span(start, end), "X")]) == text[:start] + "X" + text[end:]


def test_the_difference_shows_no_secret() -> None:
    token = "x" * 24 + "." + "y" * 6 + "." + "z" * 30
    shown = difference(f"a: {token}\nb: 1\n", f"a: {token}\nb: 2\n", "bot.yaml")
    assert token not in shown
    assert "-b: 1\n+b: 2\n" in shown


def test_a_byte_order_mark_stays() -> None:
    content = ("\ufeffversion: 1\n" + REST.replace("description", "descripton")).encode()
    repair = repaired(Path("bot.yaml"), content, lambda new: rebuilt(new.decode()))
    assert repair is not None
    assert repair.content == ("\ufeffversion: 1\n" + REST).encode()


def test_what_is_no_text_is_left_alone() -> None:
    assert repaired(Path("bot.yaml"), b"a: \xff", lambda new: rebuilt(new.decode())) is None


# --- on the command line

BROKEN = "version: 1\n" + REST.replace("description", "descripton")


@pytest.fixture(autouse=True)
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty working directory."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("NO_COLOR", "1")
    return tmp_path


def test_fix_writes_the_file_and_shows_what_it_did(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (here / "bot.yaml").write_text(BROKEN)
    assert called("validate", "--fix") == 0
    assert (here / "bot.yaml").read_text() == "version: 1\n" + REST
    assert "-    descripton: d\n+    description: d\n" in capsys.readouterr().out


def test_what_can_not_be_repaired_is_still_reported(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (here / "bot.yaml").write_text(BROKEN + "    timeout: 10\n")
    assert called("validate", "--fix") == 1
    assert (here / "bot.yaml").read_text() == "version: 1\n" + REST + "    timeout: 10\n"
    assert "bot.yaml:6:14: error[" in capsys.readouterr().out


def test_diff_writes_nothing(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (here / "bot.yaml").write_text(BROKEN)
    assert called("validate", "--diff") == 1
    assert (here / "bot.yaml").read_text() == BROKEN
    assert "+    description: d\n" in capsys.readouterr().out


def test_machine_formats_stay_whole_beside_a_repair(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (here / "bot.yaml").write_text(BROKEN)
    called("validate", "--fix", "--format", "json")
    said = capsys.readouterr()
    assert said.out.startswith("{")
    assert "+    description: d\n" in said.err


def test_a_repaired_file_keeps_its_permissions_and_its_link(here: Path) -> None:
    real = here / "real.yaml"
    real.write_text(BROKEN)
    real.chmod(0o640)
    (here / "bot.yaml").symlink_to(real)
    called("validate", "--fix")
    assert (here / "bot.yaml").is_symlink()
    assert stat.S_IMODE(real.stat().st_mode) == 0o640
    assert real.read_text() == "version: 1\n" + REST
    assert sorted(path.name for path in here.iterdir()) == ["bot.yaml", "real.yaml"]


def test_standard_input_can_not_be_repaired_in_place(capsys: pytest.CaptureFixture[str]) -> None:
    assert called("validate", "--fix", "-") == 2
    assert "--diff shows" in capsys.readouterr().err
