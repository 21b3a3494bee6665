"""From a file to a config: what can't be read is left out, what remains is read, and everything is said once."""

from pathlib import Path

import pytest

from runner.actions.action import load_actions
from runner.build import build
from runner.config.load import Config, Loaded, has_errors, load
from runner.diagnostics import in_order
from runner.diagnostics.text import render_text
from runner.lifecycle import budget

ACTIONS = load_actions()
FILE = Path("bot.yaml")


def loaded(text: str, **environment: str) -> Loaded:
    """Load a config from a text."""
    return load(FILE, lambda _: text.encode(), environment, ACTIONS)


def config_of(text: str) -> Config:
    """Load a config that can be read at least in part."""
    config = loaded(text).config
    assert config is not None
    return config


def missing(_: Path) -> bytes:
    """Read a file that is not there."""
    raise FileNotFoundError(2, "No such file or directory")


def test_a_file_that_is_not_there_is_a_fault_of_the_config() -> None:
    found = load(FILE, missing, {}, ACTIONS)
    assert found.config is None
    assert render_text(found.diagnostics, found.sources, color=False) == (
        "bot.yaml:1:1: error[unreadable-file]: `bot.yaml` can't be read: no such file or directory\n"
        "why: there is no config without it\n"
        "fix: name the file that holds your bot, for example `lifecycle-runner bot.yaml`\n"
        "\n1 error\n"
    )


def test_an_error_without_words_is_a_fault_too() -> None:
    def broken(_: Path) -> bytes:
        raise OSError

    (fault,) = load(FILE, broken, {}, ACTIONS).diagnostics
    assert fault.headline == "`bot.yaml` can't be read: it is not a file"


def test_values_come_from_the_environment_that_is_given() -> None:
    config = loaded("bot: {token: '${A}'}\nvars: {x: '${B}'}", A="t", B="b").config
    assert config is not None
    assert config.document.bot.token == "t"
    assert str(config.document.vars["x"]) == "b"


def test_what_is_sound_is_read_beside_what_is_not() -> None:
    config = config_of(
        "commands: {a: {description: A, reply: a}, b: text, c: {description: C, reply: c, timeout: soon}}"
    )
    assert list(config.document.commands) == ["a", "c"]
    assert config.document.commands["c"].timeout is None


def test_a_value_out_of_bounds_is_as_if_it_were_left_out() -> None:
    found = loaded("defaults: {timeout: 90m}\ncommands: {a: {description: A, timeout: 0s, steps: [{wait: 400d}]}}")
    assert [fault.slug for fault in found.diagnostics] == ["invalid-value"] * 3
    assert found.config is not None
    assert found.config.document.defaults.timeout == budget.HANDLER_TIMEOUT_S
    assert found.config.document.commands["a"].timeout is None


def test_faults_of_the_text_the_form_and_the_values_are_found_in_one_run() -> None:
    text = (
        "vars: {a: 1, a: 2}\ncomands: {}\n"
        "commands: {a: {description: A, timeout: 0s, reply: '{{ a'}}\nbot: {guilds: ['${G}']}"
    )
    assert [fault.slug for fault in in_order(loaded(text).diagnostics)] == [
        "duplicate-key",
        "unknown-key",
        "invalid-value",
        "template-syntax",
        "unset-variable",
    ]


def test_the_text_for_excerpts_has_no_byte_order_mark_and_no_token() -> None:
    assert loaded("\ufeffbot: {token: secret}").sources == {"bot.yaml": "bot: {token: ******}"}


@pytest.mark.parametrize("name", ["token", "tokn", "guilds"])
def test_a_secret_is_in_no_output(name: str) -> None:
    token = "MTIzNDU2Nzg5MDEyMzQ1Njc4.GabcdE.abcdefghijklmnopqrstuvwxyz0123456789AB"
    found = build(FILE, lambda _: f"bot: {{{name}: {token}, x: 1}}".encode(), {}, ACTIONS)
    assert found.diagnostics != []
    assert token not in render_text(found.diagnostics, found.sources, color=False)


@pytest.mark.parametrize("token", ["abc123", "123456", "'{{ abc123 }}'"])
def test_a_token_is_in_no_output_whatever_it_looks_like(token: str) -> None:
    found = build(FILE, lambda _: f"bot: {{token: {token}, x: 1}}".encode(), {}, ACTIONS)
    shown = render_text(found.diagnostics, found.sources, color=False)
    assert "secret-in-file" in shown
    assert "abc123" not in shown
    assert "123456" not in shown
    assert "123" not in repr(found.program)


def test_a_warning_refuses_nothing() -> None:
    found = build(FILE, lambda _: b"bot: {token: abc}", {}, ACTIONS)
    assert not has_errors(found.diagnostics)
    assert found.program is not None
    assert found.program.token == "abc"


def test_an_error_refuses_all() -> None:
    found = build(FILE, lambda _: b"commands: {a: {description: A, reply: a}, b: {}}", {}, ACTIONS)
    assert has_errors(found.diagnostics)
    assert found.program is None


def test_nothing_is_called_unused_beside_an_error() -> None:
    text = b"checks: {c: {users: '123456789012345678'}}\ncommands: {a: {description: A, chek: c, reply: a}}"
    assert [fault.slug for fault in build(FILE, lambda _: text, {}, ACTIONS).diagnostics] == ["unknown-key"]


PLACES = """commands:
  a:
    description: A
    reply: a
  b: text
"""


def test_places_are_those_of_the_nearest_key_that_is_written() -> None:
    config = config_of(PLACES)
    places = [config.key(), config.key("commands"), config.key("commands", "a"), config.key("commands", "a", "check")]
    assert [(span.line, span.column) for span in places] == [(1, 1), (1, 1), (2, 3), (2, 3)]
    assert (config.value("commands", "a", "reply").line, config.value("commands", "a", "reply").column) == (4, 12)
    assert (config.value("commands", "a").line, config.value("commands", "x").line) == (2, 1)


def test_what_is_written_is_known_though_it_cannot_be_read() -> None:
    config = config_of(PLACES)
    assert config.written_names("commands") == ("a", "b")
    assert config.written_names("checks") == config.written_names("commands", "b") == ()
    assert config.has("commands", "b")
    assert not config.has("commands", "a", "check")


def test_a_fault_makes_only_what_it_stands_in_unsound() -> None:
    config = config_of("commands:\n  a: {description: A, rply: a, reply: a}\n  b: {description: B, reply: b}\n")
    assert not config.is_sound("commands", "a")
    assert config.is_sound("commands", "a", "reply")
    assert config.is_sound("commands", "b")
    assert config.is_sound("checks")


def test_handlers_are_the_commands_and_then_the_components_and_the_forms() -> None:
    config = config_of(
        "modals: {m: {title: M, fields: {f: F}, reply: m}}\n"
        "components: {c: {button: {label: C}, reply: c}}\ncommands: {a: {description: A, reply: a}}"
    )
    found = [(section, name) for section, name, _ in config.handlers()]
    assert found == [("commands", "a"), ("components", "c"), ("modals", "m")]
