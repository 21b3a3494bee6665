"""A config in several files is one config: its parts are merged, and every fault names the file that it stands in."""

import os
from collections.abc import Mapping, Sequence
from fnmatch import fnmatch
from pathlib import Path

import pytest

from runner.actions.action import load_actions
from runner.build import Built, build
from runner.config.include import FILES_MAX, Pattern, found_on_disk
from runner.diagnostics.text import render_text

ACTIONS = load_actions()


def built(files: Mapping[str, str]) -> Built:
    """Build `bot.yaml` of a set of files."""

    def read(path: Path) -> bytes:
        try:
            return files[os.path.normpath(path)].encode()
        except KeyError:
            raise FileNotFoundError(2, "No such file or directory") from None

    def find(pattern: Pattern) -> Sequence[Path]:
        return [Path(name) for name in sorted(files) if fnmatch(name, str(pattern.folder / pattern.text))]

    return build(Path("bot.yaml"), read, {}, ACTIONS, find=find)


def command(name: str, reply: str = "Hello") -> str:
    return f"commands:\n  {name}: {{description: Say, reply: {reply}}}\n"


def said(files: Mapping[str, str]) -> str:
    """Return what `validate` says of a set of files."""
    config = built(files)
    return render_text(config.diagnostics, config.sources, color=False)


def test_what_the_files_say_is_one_config() -> None:
    program = built(
        {
            "bot.yaml": "include: [commands/*.yaml, extra.yaml]\n" + command("a"),
            "commands/b.yaml": command("b"),
            "commands/c.yaml": command("c") + "checks: {staff: {permissions: manage_messages}}\n",
            "extra.yaml": "commands: {d: {description: Say, check: staff, reply: Hello}}\n",
        }
    ).program
    assert program is not None
    assert list(program.commands) == ["a", "b", "c", "d"]


def test_an_included_file_may_include_others_relative_to_itself() -> None:
    program = built(
        {
            "bot.yaml": "include: parts/first.yaml\n",
            "parts/first.yaml": "include: [../second.yaml]\n" + command("a"),
            "second.yaml": command("b"),
        }
    ).program
    assert program is not None
    assert list(program.commands) == ["a", "b"]


def test_files_that_include_each_other_are_each_read_once() -> None:
    program = built(
        {"bot.yaml": "include: '*.yaml'\n" + command("a"), "b.yaml": "include: [bot.yaml, ./b.yaml]\n" + command("b")}
    ).program
    assert program is not None
    assert list(program.commands) == ["a", "b"]


def test_the_digest_is_that_of_what_is_said_and_not_of_the_files() -> None:
    one = built({"bot.yaml": command("a") + "  b: {description: Say, reply: Hello}\n"}).program
    two = built({"bot.yaml": "include: [b.yaml]\n" + command("a"), "b.yaml": command("b")}).program
    assert one is not None
    assert two is not None
    assert one.digest == two.digest


def test_a_name_that_two_files_define_is_refused_with_both_places() -> None:
    assert said({"bot.yaml": "include: [b.yaml]\n" + command("a"), "b.yaml": command("a", "Bye")}) == (
        "b.yaml:2:3: error[defined-twice]: `a` is defined in two files\n"
        "2 |   a: {description: Say, reply: Bye}\n"
        "  |   ^\n"
        " --> bot.yaml\n"
        "3 |   a: {description: Say, reply: Hello}\n"
        "  |   - defined here already\n"
        "why: which one counts would depend on the order of the files\n"
        "fix: rename one of them, or remove it\n"
        "\n1 error\n"
    )


def test_files_may_agree_on_a_value() -> None:
    assert said({"bot.yaml": "version: 1\ninclude: [b.yaml]\n" + command("a"), "b.yaml": "version: 1\n"}) == ""


def test_the_keys_of_one_section_may_come_from_several_files_but_not_twice() -> None:
    files = {"bot.yaml": "bot: {guilds: []}\ninclude: [b.yaml]\n" + command("a"), "b.yaml": "bot: {guilds: []}\n"}
    assert "defined-twice" in said(files)
    assert said({**files, "b.yaml": "bot: {presence: {status: idle}}\n"}) == ""


def test_a_fault_is_shown_in_the_file_that_it_stands_in() -> None:
    shown = said({"bot.yaml": "include: [b.yaml]\n" + command("a"), "b.yaml": command("B")})
    assert shown.startswith("b.yaml:2:3: error[invalid-name]")
    assert "2 |   B: {description: Say, reply: Hello}" in shown


def test_a_fault_in_one_file_hides_none_in_another() -> None:
    broken = "commands:\n  b: {description: Say, replies: Hello}\n"
    good_but_for_a_name = "commands:\n  c: {description: Say, reply: '{{ user.nmae }}'}\n"
    shown = said({"bot.yaml": "include: ['?.yaml']\n" + command("a"), "b.yaml": broken, "c.yaml": good_but_for_a_name})
    assert "b.yaml:2:25: error[unknown-key]" in shown
    assert "c.yaml:2:41: error[template-unknown-attribute]" in shown


def test_a_missing_file_is_refused_where_it_is_named() -> None:
    shown = said({"bot.yaml": command("a") + "include: [commands.yaml]\n"})
    assert shown.startswith("bot.yaml:3:11: error[missing-include]: `commands.yaml` can't be read: no such file")


def test_a_pattern_that_nothing_matches_is_worth_a_warning() -> None:
    config = built({"bot.yaml": "include: [commands/*.yaml]\n" + command("a")})
    assert [fault.slug for fault in config.diagnostics] == ["empty-include"]
    assert config.program is not None


def test_an_absolute_name_is_refused() -> None:
    assert "absolute-include" in said({"bot.yaml": "include: [/etc/bot.yaml]\n" + command("a")})


def test_a_file_that_is_no_yaml_refuses_the_whole() -> None:
    shown = said({"bot.yaml": "include: [b.yaml]\n" + command("a"), "b.yaml": "commands: [oops\n"})
    assert "b.yaml" in shown
    assert "error[yaml-syntax]" in shown


@pytest.mark.parametrize(("more", "is_refused"), [(0, False), (1, True)])
def test_the_number_of_files_is_bounded(more: int, is_refused: bool) -> None:
    parts = {f"parts/{number}.yaml": "vars: {}\n" for number in range(FILES_MAX - 1 + more)}
    shown = said({"bot.yaml": "include: [parts/*.yaml]\n" + command("a"), **parts})
    assert ("too-many-files" in shown) is is_refused


def test_the_token_is_hidden_in_the_file_that_it_stands_in() -> None:
    secret = "MTIz.abcdef.ghijklmnop"
    config = built(
        {"bot.yaml": "include: [b.yaml]\n" + command("a"), "b.yaml": f"bot: {{token: {secret}, guild: 1}}\n"}
    )
    assert secret not in render_text(config.diagnostics, config.sources, color=False)
    assert secret not in "".join(config.sources.values())


def test_on_disk_a_pattern_finds_files_in_order_and_no_hidden_ones(tmp_path: Path) -> None:
    for name in ("b.yaml", "a.yaml", ".a.yaml.swp", ".c.yaml", "d.txt"):
        (tmp_path / name).write_text("")
    (tmp_path / "e.yaml").mkdir()
    assert [file.name for file in found_on_disk(Pattern(tmp_path, "*.yaml"))] == ["a.yaml", "b.yaml"]
    assert found_on_disk(Pattern(tmp_path / "nowhere", "*.yaml")) == []
