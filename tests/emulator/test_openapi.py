"""Discord's published API description judges the local Discord, and the runner's requests, in every test that has one.

The verdicts fall where the servers stop, in `tests/conftest.py` and `tests/emulator/conftest.py`. Here stands what
those would not show: that the judge sees what is wrong, and that no part of a message escapes it.
"""

from collections.abc import Awaitable, Callable
from dataclasses import replace
from typing import Any

import pytest

from runner.emulator.journal import WireEntry
from runner.emulator.people.directory import find_channel
from runner.emulator.server import LocalDiscord
from tests.openapi import DESCRIPTION, DISAGREEMENTS, faults_of

Call = Callable[..., Awaitable[tuple[int, Any]]]  # JSON of any shape comes back

pytestmark = pytest.mark.skipif(
    not DESCRIPTION.is_file(),
    reason="without ../shared/discord-openapi.json, which is discord/discord-api-spec's specs/openapi.json",
)

REACTED = WireEntry(
    at=0.0,
    direction="in",
    kind="http",
    method="PUT",
    route="/channels/1/messages/2/reactions/%F0%9F%91%8D/@me",
    status=204,
    request=None,
    answer=None,
)
REFUSED = replace(
    REACTED,
    method="POST",
    route="/channels/1/messages",
    status=400,
    request={"content": 1},
    answer={"message": "Invalid Form Body", "code": 50035},
)


def test_an_exchange_as_described_is_passed() -> None:
    assert faults_of([REACTED]) == []


@pytest.mark.parametrize(
    ("entry", "complaint"),
    [
        (replace(REACTED, route="/nowhere"), "request, at /: there is no such operation"),
        (replace(REACTED, route="/channels/x/messages/2/reactions/a/@me"), "request, at channel_id: 'x' is not valid"),
        (replace(REACTED, query={"x": "1"}), "request, at ?x: there is no such parameter"),
        (replace(REACTED, request={"a": 1}), "request, at /: a body where there is none"),
        (REFUSED, "request, at .content: 1 is not of type 'string', 'null'"),
        (replace(REACTED, answer={"a": 1}), "answer, at /: a body with the status 204"),
        (replace(REACTED, status=200), "answer, at /: the status 200 is not described"),
        (replace(REACTED, status=403, answer={"message": "no"}), "answer, at /: 'code' is a required property"),
    ],
    ids=["operation", "path", "query", "no body", "body", "no answer", "status", "answer"],
)
def test_what_the_description_does_not_allow_is_named(entry: WireEntry, complaint: str) -> None:
    [fault] = faults_of([entry])
    assert str(fault).endswith(f": the {complaint}")


CREATED = replace(REFUSED, route="/guilds/1/channels")


@pytest.mark.parametrize(
    ("entry", "complaint"),
    [
        (
            replace(REFUSED, request={"embeds": [{"timestamp": "yesterday"}]}),
            "timestamp: 'yesterday' is not a 'date-time'",
        ),
        (replace(REFUSED, request={"embeds": [{"url": "nowhere"}]}), "url: 'nowhere' is not a 'uri'"),
        (
            replace(CREATED, request={"name": "a", "position": 2**31}),
            "position: 2147483648 is greater than the maximum",
        ),
    ],
    ids=["an instant", "an address", "a number of 32 bits"],
)
def test_a_value_of_another_format_is_named(entry: WireEntry, complaint: str) -> None:
    [fault] = faults_of([entry])
    assert complaint in str(fault)


def test_refused_requests_can_be_left_out() -> None:
    assert faults_of([REFUSED, replace(REFUSED, route="/nowhere", status=404)], of_refused=False) == []


@pytest.mark.parametrize("name", DISAGREEMENTS)
def test_each_disagreement_gives_its_reason(name: str) -> None:
    assert DISAGREEMENTS[name].why


BUTTONS = [
    {"type": 2, "style": 1, "label": "Go", "custom_id": "go", "emoji": {"name": "👍"}},
    {"type": 2, "style": 5, "label": "See", "url": "https://example.com"},
]
SELECTS = [
    {"type": 3, "custom_id": "s", "options": [{"label": "A", "value": "a"}], "placeholder": "P"},
    {"type": 5, "custom_id": "u"},
    {"type": 6, "custom_id": "r"},
    {"type": 7, "custom_id": "m", "max_values": 3},
    {"type": 8, "custom_id": "c", "channel_types": [0]},
]
IMAGE = {"media": {"url": "https://example.com/a.png"}}
TEXT = {"type": 10, "content": "T"}
LAYOUT = [
    TEXT,
    {"type": 9, "components": [TEXT], "accessory": {"type": 11, **IMAGE}},
    {"type": 12, "items": [IMAGE, {**IMAGE, "description": "D", "spoiler": True}]},
    {"type": 14},
    {"type": 17, "components": [TEXT, {"type": 1, "components": [BUTTONS[0]]}]},
]
EMBED = {
    "title": "T",
    "description": "D",
    "url": "https://example.com",
    "color": 1,
    "timestamp": "2026-01-01T00:00:00Z",
    "fields": [{"name": "N", "value": "V"}],
    "author": {"name": "A", "url": "https://example.com", "icon_url": "https://example.com/a.png"},
    "footer": {"text": "F", "icon_url": "https://example.com/a.png"},
    "image": {"url": "https://example.com/a.png"},
    "thumbnail": {"url": "https://example.com/a.png"},
}
POLL = {"question": {"text": "Q"}, "answers": [{"poll_media": {"text": "A", "emoji": {"name": "👍"}}}]}


@pytest.mark.parametrize(
    "body",
    [
        {"components": [{"type": 1, "components": BUTTONS}]},
        *({"components": [{"type": 1, "components": [select]}]} for select in SELECTS),
        {"components": LAYOUT, "flags": 32768},
        {"embeds": [EMBED]},
        {"poll": POLL},
    ],
    ids=["buttons", "string", "user", "role", "mentionable", "channel", "layout", "embed", "poll"],
)
async def test_every_part_of_a_message_is_answered_whole(
    local: LocalDiscord, call: Call, body: dict[str, object]
) -> None:
    path = f"/channels/{find_channel(local.world, 'general', local.world.bot).id}/messages"
    status, message = await call("POST", path, body)
    assert status == 200
    assert (await call("GET", f"{path}/{message['id']}"))[1] == message
