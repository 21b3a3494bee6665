"""What users fill in, as templates see it; and values that a handler was not compiled for, which never reach one."""

import json
import struct
from collections.abc import Callable
from typing import Any

import pytest

from runner.emulator.messages import Upload
from runner.emulator.trace import Trace
from tests.conftest import StartBot, compiled

Payload = dict[str, Any]  # Any: Discord's JSON
OUTDATED = "This command has been changed. Please reload Discord and use it again."
PNG = b"\x89PNG\r\n\x1a\n" + struct.pack(">I4sII", 13, b"IHDR", 640, 480)


def said(trace: Trace) -> list[str]:
    """Return what the user of an interaction reads in the end."""
    return [message.content for message in trace.messages if not message.deleted]


def taking(kind: str, reads: str, **more: object) -> str:
    """Return a bot with a command that takes one option, required unless said otherwise, and says what it reads."""
    option = json.dumps({"type": kind, "description": "d", "required": True, **more})
    return f'commands: {{it: {{description: d, options: {{o: {option}}}, reply: "{reads}"}}}}'


# --- each type


@pytest.mark.parametrize(
    ("kind", "given", "reads", "text"),
    [
        ("string", "Hi", "{{ options.o }}", "Hi"),
        ("integer", 7, "{{ options.o + 1 }}", "8"),
        ("number", 0.5, "{{ options.o * 3 }}", "1.5"),
        ("boolean", False, "{{ 'yes' if options.o else 'no' }}", "no"),
        ("user", "Robin", "{{ options.o.name }} {{ options.o.is_member }} {{ options.o.nick }}", "robin True"),
        ("user", "Sam", "{{ options.o.display_name }} {{ options.o.roles | length }}", "Sam 1"),
        ("channel", "support", "{{ options.o.name }} {{ options.o.type }}", "support text"),
        ("role", "Support", "{{ options.o.name }}", "Support"),
        ("mentionable", "Support", "{{ options.o.kind }} {{ options.o.display_name }}", "role Support"),
        ("mentionable", "Robin", "{{ options.o.kind }} {{ options.o.name }}", "user robin"),
        ("mentionable", "Robin", "{{ options.o.is_bot }}", "False"),
    ],
)  # fmt: skip
async def test_an_option_is_what_its_type_says(bot: StartBot, kind: str, given: object, reads: str, text: str) -> None:
    made = await bot(taking(kind, reads))
    assert said(await made.ran("it", o=given)) == [text]


@pytest.mark.parametrize(
    ("upload", "text"),
    [
        pytest.param(Upload(0, "lamp.png", "image/png", PNG), "lamp.png 24 image/png 640x480", id="a picture"),
        pytest.param(Upload(0, "log.txt", "text/plain", b"1\n"), "log.txt 2 text/plain NonexNone", id="a text"),
    ],
)
async def test_a_file_has_its_name_size_kind_and_address(bot: StartBot, upload: Upload, text: str) -> None:
    made = await bot(
        taking(
            "attachment",
            "{{ options.o.filename }} {{ options.o.size }} {{ options.o.content_type }}"
            " {{ options.o.width | default('None') }}x{{ options.o.height | default('None') }} {{ options.o.url }}",
        )
    )
    trace = await made.ran("it", o=upload)
    (found,) = said(trace)
    shown, _, url = found.rpartition(" ")
    assert shown == text
    assert url == trace.payload["data"]["resolved"]["attachments"][trace.payload["data"]["options"][0]["value"]]["url"]


async def test_an_option_that_is_left_out_is_none(bot: StartBot) -> None:
    made = await bot(taking("attachment", "{{ options.o.url if options.o else 'no file' }}", required=False))
    assert said(await made.ran("it")) == ["no file"]


# --- another version of the command than the one that Discord knows


BEFORE = taking("integer", "{{ options.o }}", max=100)
OPTIONAL = BEFORE.replace("true", "false").replace("options.o }}", "options.o | default('none') }}")


@pytest.mark.parametrize(
    ("before", "after", "given"),
    [
        pytest.param(BEFORE, taking("string", "{{ options.o }}"), {"o": 7}, id="an option of another type"),
        pytest.param(BEFORE, BEFORE.replace('"max": 100', '"max": 6'), {"o": 7}, id="a number above the new bound"),
        pytest.param(BEFORE, BEFORE.replace('"max": 100', '"min": 8'), {"o": 7}, id="a number below the new bound"),
        pytest.param(OPTIONAL, BEFORE, {}, id="an option that is required now"),
        pytest.param(BEFORE, BEFORE.replace("{o:", "{p:").replace("options.o", "options.p"), {"o": 7}, id="a name"),
        pytest.param(
            taking("string", "{{ options.o }}"),
            taking("string", "{{ options.o }}", choices={"a": "A"}),
            {"o": "b"},
            id="a text that is no choice now",
        ),
        pytest.param(
            taking("string", "{{ options.o }}"),
            taking("string", "{{ options.o }}", max_length=2),
            {"o": "abc"},
            id="a text that is too long now",
        ),
    ],
)
async def test_options_of_an_older_version_are_refused_privately(
    bot: StartBot, before: str, after: str, given: dict[str, Any]
) -> None:
    made = await bot(before)
    made.engine.swap(compiled(after))
    trace = await made.ran("it", **given)
    assert said(trace) == [OUTDATED]
    assert trace.messages[0].ephemeral
    assert made.line()["outcome"] == "refused"


async def test_a_text_is_as_long_as_discords_client_takes_it_for(bot: StartBot) -> None:
    made = await bot(taking("string", "{{ options.o }}", min_length=2, max_length=2))
    for text in ("ab", "🦀🦀"):
        assert said(await made.ran("it", o=text)) == [text]
    made.local.faults.forge(lambda payload: payload["data"]["options"][0].update(value="🦀"))  # two units of UTF-16
    assert said(await made.ran("it", o="ab")) == ["🦀"]


# --- what no client sends


def forged(value: object) -> Callable[[Payload], None]:
    """Return what puts another value in the place of the first option's."""
    return lambda payload: payload["data"]["options"][0].update(value=value)


WRONG: dict[str, tuple[object, tuple[object, ...]]] = {
    "string": ("a", (1, None, True, ["a"], {"a": 1}, "a" * 6001)),
    "integer": (1, ("1", 1.5, True, None, 2**53, -(2**53), [1], 10**400)),
    "number": (1.5, ("1.5", True, None, 1e300, -1e300, [1.5])),
    "boolean": (True, (1, 0, "true", None, [])),
    "user": ("Robin", (1, None, True, ["1"], {})),
    "attachment": (Upload(0, "a.txt", "text/plain", b"a"), (1, None, True, [])),
}


@pytest.mark.parametrize(
    ("kind", "right", "wrong"),
    [pytest.param(kind, right, wrong, id=kind) for kind, (right, wrong) in WRONG.items()],
)
async def test_a_value_of_another_type_never_reaches_a_template(
    bot: StartBot, kind: str, right: object, wrong: tuple[object, ...]
) -> None:
    made = await bot(taking(kind, "{{ options.o is defined }}"))
    for value in wrong:
        made.local.faults.forge(forged(value))
        assert said(await made.ran("it", o=right)) == [OUTDATED], value
    assert made.log.warnings == []


GONE = "What you chose for **o** is not there any more. Please choose again."


def without(kind: str) -> Callable[[Payload], None]:
    """Return what takes all objects of a kind out of what Discord has resolved."""
    return lambda payload: payload["data"]["resolved"].pop(kind)


def nobody(payload: Payload) -> None:
    """Leave nothing of what Discord has resolved."""
    payload["data"].pop("resolved")


def odd(kind: str, shape: object) -> Callable[[Payload], None]:
    """Return what gives every object of a kind another shape."""

    def change(payload: Payload) -> None:
        found = payload["data"]["resolved"]
        found[kind] = dict.fromkeys(found[kind], shape)

    return change


def flat(kind: str) -> Callable[[Payload], None]:
    """Return what puts a list where Discord has resolved objects by their ids."""
    return lambda payload: payload["data"]["resolved"].update({kind: []})


@pytest.mark.parametrize(
    ("kind", "given", "change"),
    [
        pytest.param("user", "Robin", without("users"), id="a user"),
        pytest.param("role", "Support", without("roles"), id="a role that was deleted"),
        pytest.param("channel", "support", without("channels"), id="a channel that was deleted"),
        pytest.param("mentionable", "Robin", without("users"), id="somebody"),
        pytest.param("attachment", Upload(0, "a.txt", "text/plain", b"a"), without("attachments"), id="a file"),
        pytest.param("role", "Support", nobody, id="everything"),
        pytest.param("role", "Support", odd("roles", []), id="a list in place of a role"),
        pytest.param("role", "Support", odd("roles", None), id="null in place of a role"),
        pytest.param("role", "Support", odd("roles", {"name": "Support"}), id="a role without an id"),
        pytest.param("channel", "support", flat("channels"), id="a list of channels"),
    ],
)
async def test_what_is_not_there_any_more_is_a_friendly_line(
    bot: StartBot, kind: str, given: object, change: Callable[[Payload], None]
) -> None:
    made = await bot(taking(kind, "{{ options.o.id }}"))
    made.local.faults.forge(change)
    trace = await made.ran("it", o=given)
    assert said(trace) == [GONE]
    assert trace.messages[0].ephemeral
    assert made.log.warnings == []


@pytest.mark.parametrize(
    "change",
    [without("members"), odd("members", None), odd("members", {})],
    ids=["no members", "null in place of a member", "a member of whom nothing is said"],
)
async def test_who_has_left_the_server_is_a_user_still(bot: StartBot, change: Callable[[Payload], None]) -> None:
    made = await bot(taking("user", "{{ options.o.name }} {{ options.o.is_member }} {{ options.o.roles | length }}"))
    made.local.faults.forge(change)
    assert said(await made.ran("it", o="Sam")) == ["sam False 0"]


ODD: list[Payload] = [
    {},
    {"name": None},
    {"name": "it", "options": None},
    {"name": "it", "options": [{}]},
    {"name": "it", "options": []},
    {"name": "it", "options": [{"type": 1, "name": "it"}]},
    {"name": "it", "options": [{"type": 1}, {"type": 1}]},
]


@pytest.mark.parametrize("data", ODD, ids=str)
async def test_whatever_stands_in_a_commands_data_is_answered(bot: StartBot, data: Payload) -> None:
    made = await bot(taking("string", "{{ options.o }}"))
    made.local.faults.forge(lambda payload: payload.update(data=data))
    trace = await made.ran("it", o="a")
    assert trace.acknowledgements == 1
    assert said(trace)[0] in (OUTDATED, "This command is not available any more.")
    assert made.log.warnings == []
