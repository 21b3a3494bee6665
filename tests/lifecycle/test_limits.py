"""The facts that something else can confirm: discord.py's own tables, and the rules that their parts must obey."""

from enum import Enum, IntEnum

import discord
import pytest

from runner.lifecycle import limits
from runner.lifecycle.limits import HTTP_STATUS_BY_CODE, LOCALES, ErrorCode, is_command_name


@pytest.mark.parametrize(
    ("ours", "theirs"),
    [
        (limits.OptionType, discord.AppCommandOptionType),
        (limits.ChannelType, discord.ChannelType),
        (limits.ComponentType, discord.ComponentType),
        (limits.ButtonStyle, discord.ButtonStyle),
        (limits.TextInputStyle, discord.TextStyle),
    ],
    ids=lambda enum: enum.__name__,
)
def test_the_numbers_are_those_of_discord_py(ours: type[IntEnum], theirs: type[Enum]) -> None:
    unknown_to_discord_py = {limits.ChannelType.GUILD_DIRECTORY}
    assert set(ours) - unknown_to_discord_py <= {member.value for member in theirs}


@pytest.mark.parametrize(
    ("ours", "theirs"),
    [
        (limits.InteractionType, discord.InteractionType),
        (limits.CommandType, discord.AppCommandType),
    ],
    ids=lambda enum: enum.__name__,
)
def test_the_numbers_that_discord_py_knows_are_all_here(ours: type[Enum], theirs: type[Enum]) -> None:
    assert {member.value for member in theirs} <= {member.value for member in ours}


def test_a_callback_has_the_number_that_discord_py_sends() -> None:
    ours = {member.value for member in limits.CallbackType}
    theirs = {member.value for member in discord.InteractionResponseType}
    assert theirs <= ours
    assert ours - theirs <= {limits.CallbackType.PREMIUM_REQUIRED, limits.CallbackType.LAUNCH_ACTIVITY}


def test_every_locale_is_one_of_discord_py() -> None:
    assert len(set(LOCALES)) == len(LOCALES) == 32
    assert set(LOCALES) <= {locale.value for locale in discord.Locale}


def test_a_locale_falls_back_to_another_one() -> None:
    for locale, fallback in limits.LOCALE_FALLBACKS.items():
        assert {locale, fallback} <= set(LOCALES)
        assert locale != fallback


@pytest.mark.parametrize(
    ("code", "status"),
    [
        (10062, 404),
        (40060, 400),
        (10015, 404),
        (10008, 404),
        (10014, 400),
        (50027, 401),
        (30034, 400),
        (50035, 400),
        (40005, 413),
        (50001, 403),
        (50013, 403),
        (50007, 403),
        (20028, 429),
    ],
)
def test_an_error_code_comes_with_its_http_status(code: int, status: int) -> None:
    assert HTTP_STATUS_BY_CODE[ErrorCode(code)] == status


def test_every_error_code_but_the_general_one_has_a_status() -> None:
    assert set(ErrorCode) - set(HTTP_STATUS_BY_CODE) == {ErrorCode.GENERAL_ERROR}


@pytest.mark.parametrize(
    "name",
    [
        "ping",
        "a",
        "x" * 32,
        "with-dash",
        "with_underscore",
        "l'heure",
        "2fa",
        "größe",
        "пинг",
        "日本語",
        "½",
        "नमस्ते",
        "क\ua8e0",
        "\U00011b00",
        "สวัสดี",
        "๏",
        "ﬀ",
    ],
)
def test_discord_takes_the_name(name: str) -> None:
    assert is_command_name(name)


@pytest.mark.parametrize(
    "name",
    [
        "",
        "x" * 33,
        "Ping",
        "ПИНГ",
        "ǅ",
        "two words",
        "a.b",
        "a/b",
        "new\nline",
        "trailing\n",
        "😀",
        "e\u0301",
        "।",
        "क\u0951",
        "฿",
        "\ud800",
        "\u200b",
    ],
    ids=[
        "empty",
        "one too long",
        "capital",
        "capital in Cyrillic",
        "title case",
        "space",
        "dot",
        "slash",
        "line feed inside",
        "line feed at the end",
        "emoji",
        "combining accent",
        "danda, shared by many scripts",
        "Vedic accent, inherited by many scripts",
        "baht sign",
        "surrogate",
        "zero width space",
    ],
)
def test_discord_refuses_the_name(name: str) -> None:
    assert not is_command_name(name)
