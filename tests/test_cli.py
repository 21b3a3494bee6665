"""The command line: what it takes, what it says, and how it ends."""

import gc
import io
import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from runner import __version__
from runner.actions.action import Action, load_actions
from runner.cli import main
from runner.fields import fields_of
from runner.pages import pages
from runner.targets import FILES_MAX, NoTarget, discovered, targets
from runner.validation import Form, form_for

GOOD = "version: 1\ncommands: {ping: {description: d, reply: Pong}}\n"
BAD = "version: 1\ncommands: {ping: {descripton: d, reply: Pong}}\n"


@pytest.fixture(autouse=True)
def files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A folder with a good file and a bad one, which is the working directory."""
    (tmp_path / "good.yaml").write_text(GOOD)
    (tmp_path / "bad.yaml").write_text(BAD)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("NO_COLOR", "1")
    for name in ("LIFECYCLE_RUNNER_CONFIG", "GITHUB_ACTIONS", "GITHUB_STEP_SUMMARY"):
        monkeypatch.delenv(name, raising=False)
    yield tmp_path
    gc.enable()  # `main` begins a process and leaves it off; the process of the tests goes on


def called(*arguments: str) -> int:
    """Return the exit code of a call, also where argparse ends it."""
    try:
        return main(arguments)
    except SystemExit as end:
        return int(end.code or 0)


# --- the call


def test_without_arguments_it_says_what_it_takes(capsys: pytest.CaptureFixture[str]) -> None:
    assert called() == 2
    said = capsys.readouterr()
    assert said.out == ""
    assert said.err.startswith("usage: lifecycle-runner [run] [bot.yaml]")
    assert said.err.splitlines()[-1].startswith("lifecycle-runner: there is no bot.yaml or bot.yml here")


@pytest.mark.parametrize("arguments", [["--help"], ["-h"], ["run", "--help"], ["validate", "--help"]], ids=" ".join)
def test_help_is_no_fault(arguments: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert called(*arguments) == 0
    assert "usage: lifecycle-runner" in capsys.readouterr().out


def test_help_behind_a_file_is_about_running_it(capsys: pytest.CaptureFixture[str]) -> None:
    assert called("good.yaml", "--help") == 0
    assert "--log-level" in capsys.readouterr().out


def test_the_version_is_that_of_the_package(capsys: pytest.CaptureFixture[str]) -> None:
    assert called("--version") == 0
    assert capsys.readouterr().out == f"lifecycle-runner {__version__}\n"


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["valdate", "good.yaml"], "there is no file valdate; did you mean `validate`?"),
        (["scheme"], "there is no file scheme; did you mean `schema`?"),
        (["frobnicate", "good.yaml"], "there is no file frobnicate"),
    ],
    ids=["misspelt", "misspelt alone", "unknown"],
)
def test_an_unknown_verb_is_named(arguments: list[str], said: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert called(*arguments) == 2
    assert capsys.readouterr().err == f"lifecycle-runner: {said}\n"


@pytest.mark.parametrize(
    "arguments",
    [["validate"], ["validate", "--format", "xml", "good.yaml"], ["good.yaml", "--port", "x"], ["schema", "good.yaml"]],
    ids=" ".join,
)
def test_a_call_that_is_wrong_exits_with_2(arguments: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert called(*arguments) == 2
    assert "usage: lifecycle-runner" in capsys.readouterr().err


# --- run

SHALLOW = "servers: {Harbour: {owner: Olive, members: {Mo: {}}, channels: {general: text}}}\n"


def test_a_world_with_a_fault_is_shown_and_nothing_is_run(
    files: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (files / "world.yaml").write_text(SHALLOW)
    monkeypatch.delenv("DISCORD_TOKEN", raising=False)
    assert called("good.yaml", "--world", "world.yaml") == 1
    said = capsys.readouterr()
    assert (said.out, "error[unknown-name]" in said.err, "Olive" in said.err) == ("", True, True)


def test_a_world_is_refused_for_the_real_discord(
    files: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (files / "world.yaml").write_text(SHALLOW)
    monkeypatch.setenv("DISCORD_TOKEN", "MTA.a.b")
    assert called("good.yaml", "--world", "world.yaml") == 2
    assert "--world is for the local Discord" in capsys.readouterr().err


# --- validate


def test_a_good_file_is_passed_over_in_silence(capsys: pytest.CaptureFixture[str]) -> None:
    assert called("validate", "good.yaml") == 0
    assert capsys.readouterr() == ("", "")


def test_a_bad_file_exits_with_1_and_says_where(capsys: pytest.CaptureFixture[str]) -> None:
    assert called("validate", "bad.yaml") == 1
    assert capsys.readouterr().out.startswith("bad.yaml:2:")


def test_one_bad_file_among_several_is_enough() -> None:
    assert called("validate", "good.yaml", "bad.yaml") == 1
    assert called("validate", "bad.yaml", "good.yaml") == 1
    assert called("validate", "good.yaml", "good.yaml") == 0


def test_faults_of_several_files_are_told_apart(files: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (files / "worse.yaml").write_text(BAD)
    called("validate", "bad.yaml", "worse.yaml")
    said = capsys.readouterr().out
    assert "bad.yaml:2:" in said
    assert "worse.yaml:2:" in said


def test_a_file_that_is_not_there_is_named(capsys: pytest.CaptureFixture[str]) -> None:
    assert called("validate", "missing.yaml") == 1
    assert "`missing.yaml` can't be read" in capsys.readouterr().out


@pytest.mark.parametrize("form", ["json", "sarif"])
@pytest.mark.parametrize("file", ["good.yaml", "bad.yaml"])
def test_formats_for_machines_are_whole_documents(form: str, file: str, capsys: pytest.CaptureFixture[str]) -> None:
    called("validate", "--format", form, file)
    said = json.loads(capsys.readouterr().out)
    found = said["diagnostics"] if form == "json" else said["runs"][0]["results"]
    assert bool(found) is (file == "bad.yaml")


def test_the_format_for_github_annotates_the_line(capsys: pytest.CaptureFixture[str]) -> None:
    assert called("validate", "--format", "github", "bad.yaml") == 1
    assert capsys.readouterr().out.startswith("::error file=bad.yaml,line=2,")


@pytest.mark.parametrize(
    ("environment", "color", "is_coloured"),
    [
        ({}, "auto", False),
        ({"FORCE_COLOR": "1"}, "auto", True),
        ({"FORCE_COLOR": "1", "NO_COLOR": "1"}, "auto", False),
        ({"NO_COLOR": "1", "TERM": "dumb"}, "always", True),
        ({"FORCE_COLOR": "1"}, "never", False),
    ],
    ids=["a pipe", "forced", "forbidden", "asked for", "declined"],
)
def test_colour_is_a_matter_of_the_terminal_and_the_operators_word(
    environment: dict[str, str],
    color: str,
    is_coloured: bool,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.delenv("NO_COLOR")
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    called("validate", "--color", color, "bad.yaml")
    assert ("\x1b[" in capsys.readouterr().out) is is_coloured


class Stream(io.TextIOWrapper):
    """A stream of which a test says what it is."""

    def __init__(self, *, terminal: bool = False, encoding: str = "utf-8") -> None:
        super().__init__(io.BytesIO(), encoding=encoding)
        self._is_terminal = terminal

    def isatty(self) -> bool:
        return self._is_terminal


@pytest.mark.parametrize(
    ("terminal", "environment", "form"),
    [
        (True, {}, Form("text", color=True)),
        (True, {"TERM": "dumb"}, Form("text")),
        (False, {"GITHUB_ACTIONS": "true"}, Form("github")),
        (True, {"GITHUB_ACTIONS": "true"}, Form("text", color=True)),
        (False, {"GITHUB_ACTIONS": "false"}, Form("text")),
    ],
    ids=["a terminal", "a dumb one", "a workflow", "a terminal in a workflow", "no workflow"],
)
def test_the_form_suits_who_reads_it(terminal: bool, environment: dict[str, str], form: Form) -> None:
    assert form_for(Stream(terminal=terminal), environment, name="auto") == form


@pytest.mark.parametrize(
    ("encoding", "is_ascii"),
    [("utf-8", False), ("UTF8", False), ("latin-1", True), ("ascii", True)],
)
def test_a_stream_that_takes_no_unicode_gets_ascii(encoding: str, is_ascii: bool) -> None:
    assert form_for(Stream(encoding=encoding), {}).ascii_only is is_ascii


def test_in_ascii_the_carets_still_stand_under_what_they_mean(files: Path) -> None:
    (files / "wide.yaml").write_text('commands: {ping: {description: "日本 …", replay: x}}\n', encoding="utf-8")
    ended = process(files, "-m", "runner", "validate", "wide.yaml", PYTHONIOENCODING="ascii")
    excerpt, carets = ended.stdout.splitlines()[1:3]
    assert ended.returncode == 1
    assert excerpt == r'1 | commands: {ping: {description: "\u65e5\u672c ...", replay: x}}'
    assert excerpt[carets.index("^") :].startswith("replay")


def test_a_workflow_gets_its_step_summary(files: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GITHUB_STEP_SUMMARY", str(files / "summary.md"))
    called("validate", "--format", "github", "bad.yaml")
    said = (files / "summary.md").read_text()
    assert "| error | `bad.yaml:2:" in said
    assert "did you mean `description`?" in said


def test_a_step_summary_that_can_not_be_written_costs_only_that(
    files: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("GITHUB_STEP_SUMMARY", str(files / "missing" / "summary.md"))
    assert called("validate", "--format", "github", "good.yaml") == 0
    assert "the step summary can't be written" in capsys.readouterr().err


def test_strict_is_about_warnings(files: Path) -> None:
    (files / "doubtful.yaml").write_text(GOOD + "checks: {staff: {permissions: manage_messages}}\n")
    assert called("validate", "doubtful.yaml") == 0
    assert called("validate", "--strict", "doubtful.yaml") == 1
    assert called("validate", "--strict", "good.yaml") == 0


def test_a_summary_says_what_a_sound_bot_needs(files: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (files / "sends.yaml").write_text("version: 1\ncommands: {ping: {description: d, steps: [{send: Pong}]}}\n")
    assert called("validate", "--summary", "sends.yaml") == 0
    said = capsys.readouterr().out
    assert said.startswith("sends.yaml: 1 command\n  permissions that the bot needs: view_channel, send_messages\n")
    assert "permissions=3072" in said
    called("validate", "--format", "json", "sends.yaml", "bad.yaml")
    sound, broken = json.loads(capsys.readouterr().out)["files"]
    assert sound["permissions"] == ["view_channel", "send_messages"]
    assert broken == {"file": "bad.yaml", "is_valid": False}


def test_a_summary_names_the_switches_of_the_developer_portal(files: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (files / "hears.yaml").write_text(
        "version: 1\nevents:\n  member_join: {steps: [{log: a}]}\n"
        "  message: {when: message.content == 'a', steps: [{log: a}]}\n"
    )
    assert called("validate", "--summary", "hears.yaml") == 0
    said = capsys.readouterr().out
    switches = "Server Members Intent (for hears.yaml:3), Message Content Intent (for hears.yaml:4)"
    assert f"  privileged intents to switch on: {switches}\n" in said
    called("validate", "--format", "json", "hears.yaml")
    (file,) = json.loads(capsys.readouterr().out)["files"]
    assert file["privileged_intents"] == ["guild_members", "message_content"]


# --- which files


def test_a_folder_stands_for_the_configs_below_it(files: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for name in ("a/bot.yaml", "a/b/bot.yml", "a/support.bot.yaml", "a/other.yaml", "a/.hidden/bot.yaml"):
        (files / name).parent.mkdir(parents=True, exist_ok=True)
        (files / name).write_text(BAD)
    assert called("validate", "--format", "json", "a", "a/bot.yaml") == 1
    said = json.loads(capsys.readouterr().out)
    assert [each["file"] for each in said["files"]] == ["a/bot.yaml", "a/support.bot.yaml", "a/b/bot.yml"]


def test_a_folder_without_a_config_is_a_call_at_fault(files: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (files / "empty").mkdir()
    assert called("validate", "empty") == 2
    assert "there is no bot.yaml and no *.bot.yaml below empty" in capsys.readouterr().err


def test_standard_input_is_a_file_too(files: Path) -> None:
    program = [sys.executable, "-m", "runner", "validate", "-"]
    given = {**os.environ, "PYTHONPATH": str(Path(__file__).parent.parent)}
    ended = subprocess.run(program, input=BAD, cwd=files, env=given, capture_output=True, text=True, check=False)
    assert ended.returncode == 1
    assert ended.stdout.startswith("<stdin>:2:")
    named = [*program, "--stdin-filename", "editor.yaml"]
    ended = subprocess.run(named, input=BAD, cwd=files, env=given, capture_output=True, text=True, check=False)
    assert ended.stdout.startswith("editor.yaml:2:")


@pytest.mark.parametrize(
    ("present", "environment", "chosen"),
    [
        (["bot.yaml", "bot.yml"], {}, "bot.yaml"),
        (["bot.yml"], {}, "bot.yml"),
        (["bot.yaml"], {"LIFECYCLE_RUNNER_CONFIG": "elsewhere.yaml"}, "elsewhere.yaml"),
    ],
    ids=["the first name", "the second", "the environment first"],
)
def test_a_config_that_is_not_named_is_found(
    present: list[str], environment: dict[str, str], chosen: str, tmp_path: Path
) -> None:
    for name in present:
        (tmp_path / name).touch()
    assert discovered(environment, tmp_path) == Path(chosen)


def test_no_folder_above_is_searched(tmp_path: Path) -> None:
    (tmp_path / "bot.yaml").touch()
    (tmp_path / "below").mkdir()
    with pytest.raises(NoTarget, match=r"there is no bot\.yaml or bot\.yml here"):
        discovered({}, tmp_path / "below")


def test_the_number_of_configs_of_one_call_is_bounded(tmp_path: Path) -> None:
    for number in range(FILES_MAX + 1):
        (tmp_path / f"{number}.bot.yaml").touch()
    with pytest.raises(NoTarget, match="one call takes 1000"):
        targets([tmp_path])
    (tmp_path / "0.bot.yaml").unlink()
    assert len(targets([tmp_path])) == FILES_MAX


# --- explain


def test_explain_shows_the_page_of_a_fault(capsys: pytest.CaptureFixture[str]) -> None:
    assert called("explain", "merge-key") == 0
    said = capsys.readouterr().out
    assert said.startswith("merge-key\n\n`<<` merges mappings in YAML 1.1;")
    assert "refused:\n    commands:\n" in said
    assert "accepted:\n    commands:\n" in said
    assert "```" not in said


def test_explain_without_a_slug_lists_them_all(capsys: pytest.CaptureFixture[str]) -> None:
    assert called("explain") == 0
    listed = [line.split()[0] for line in capsys.readouterr().out.splitlines()]
    assert listed == sorted(pages())


def test_explain_knows_what_was_meant(capsys: pytest.CaptureFixture[str]) -> None:
    assert called("explain", "unknwon-key") == 2
    assert capsys.readouterr().err == "lifecycle-runner: there is no fault `unknwon-key`; did you mean `unknown-key`?\n"


# --- actions


def test_actions_lists_every_step(capsys: pytest.CaptureFixture[str]) -> None:
    assert called("actions") == 0
    assert [line.split()[0] for line in capsys.readouterr().out.splitlines()] == list(load_actions())


@pytest.mark.parametrize(
    ("name", "action"), load_actions().items(), ids=lambda part: part if isinstance(part, str) else ""
)
def test_the_reference_of_a_step_has_its_example_and_its_keys(
    name: str, action: type[Action], capsys: pytest.CaptureFixture[str]
) -> None:
    assert called("actions", name) == 0
    said = capsys.readouterr().out
    assert f"    - {name}" in said
    assert [field.name for field in fields_of(action) if f"\n    {field.name}" not in said] == []
    assert max(map(len, said.splitlines())) <= 120


def test_a_misspelt_step_is_named(capsys: pytest.CaptureFixture[str]) -> None:
    assert called("actions", "replly") == 2
    assert capsys.readouterr().err == "lifecycle-runner: there is no step `replly`; did you mean `reply`?\n"


# --- schema


def test_the_schema_can_be_written_to_a_file(files: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert called("schema", "--output", "s.json") == 0
    assert capsys.readouterr().out == ""
    assert json.loads((files / "s.json").read_text())["title"]
    assert called("schema", "--output", "missing/s.json") == 3


def test_the_schema_is_json(capsys: pytest.CaptureFixture[str]) -> None:
    assert called("schema") == 0
    assert json.loads(capsys.readouterr().out)["$schema"].startswith("http://json-schema.org/draft-07/")


# --- as a process


def process(folder: Path, *arguments: str, **environment: str) -> "subprocess.CompletedProcess[str]":
    """Run Python in a folder with the package in reach."""
    given = {**os.environ, "PYTHONPATH": str(Path(__file__).parent.parent), "DISCORD_TOKEN": "", **environment}
    return subprocess.run(
        [sys.executable, *arguments], cwd=folder, env=given, capture_output=True, text=True, timeout=60, check=False
    )


KEEPING = """\
version: 1
state: {taps: {type: integer, default: 0}}
commands: {ping: {description: d, steps: [{increment: {state: taps}}, {reply: Pong}]}}
"""


@pytest.mark.parametrize("file", ["good.yaml", "bad.yaml", "keeping.yaml"])
def test_validate_imports_nothing_that_only_a_running_bot_needs(files: Path, file: str) -> None:
    (files / "keeping.yaml").write_text(KEEPING)
    program = (
        "import sys; from runner.cli import main; main(['validate', sys.argv[1]]); slow = ('discord', 'aiohttp', "
        "'asyncio', 'sqlalchemy', 'sqlite3'); print([name for name in slow if name in sys.modules], file=sys.stderr)"
    )
    assert process(files, "-c", program, file).stderr == "[]\n"


def test_a_start_imports_nothing_that_few_starts_need(files: Path) -> None:
    (files / "waits.yaml").write_text(
        "commands: {ping: {description: d, steps: [{wait: 1s}, {reply: '{{ nobody }}'}]}}\n"
    )
    program = (
        "import sys; from runner.cli import main; code = main(['waits.yaml']); "
        "print(code, [name for name in ('argparse', 'csv', 'zoneinfo') if name in sys.modules])"
    )
    assert process(files, "-c", program).stdout == "1 []\n"


def test_a_store_that_can_not_be_opened_is_neither_the_configs_fault_nor_the_calls(files: Path) -> None:
    (files / "keeping.yaml").write_text(KEEPING)
    (files / ".lifecycle").write_text("in the way")
    ended = process(files, "-m", "runner", "keeping.yaml")
    assert ended.returncode == 3
    said = ended.stderr.splitlines()[-1]
    assert said == (f"lifecycle-runner: the store can't be reached (sqlite:{Path('.lifecycle/state.db')}): File exists")


def test_a_reader_who_leaves_early_is_no_fault(files: Path) -> None:
    """`lifecycle-runner schema | head -1`: the pipe is closed before all is written."""
    program = (
        "import os, sys; from runner.cli import main; reader, writer = os.pipe(); os.close(reader);"
        "sys.stdout = os.fdopen(writer, 'w', 1); code = main(['schema']); os._exit(code)"
    )
    ended = process(files, "-c", program)
    assert (ended.returncode, ended.stderr) == (0, "")


def test_a_defect_of_ours_is_shown_without_the_token(files: Path) -> None:
    """Standard output fails in a way that nobody has foreseen, and the traceback quotes the environment."""
    secret = "a-secret-that-stands-nowhere-else"
    program = (
        "import os, sys; from runner.cli import main\n"
        "class Broken:\n"
        "    def write(self, text): raise RuntimeError('no room for ' + os.environ['DISCORD_TOKEN'])\n"
        "    def isatty(self): return False\n"
        "    def flush(self): pass\n"
        "sys.stdout = Broken(); sys.exit(main(['schema']))"
    )
    ended = process(files, "-c", program, DISCORD_TOKEN=secret)
    assert ended.returncode == 70
    assert "RuntimeError: no room for [hidden]" in ended.stderr
    assert secret not in ended.stderr
    assert ended.stderr.splitlines()[-1].startswith("lifecycle-runner: this is a defect of lifecycle-runner")
