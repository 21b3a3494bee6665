"""Limits of calls, each taken at its number and refused one above. Limits of bodies alone have files of their own."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from io import BytesIO
from typing import Any

import aiohttp
import pytest

from runner.emulator.permissions import MEMBER, Overwrite
from runner.emulator.server import LocalDiscord
from runner.emulator.world import Role
from runner.lifecycle.bits import Permissions
from tests.emulator.lighthouse import Call, channel_of, guild_of, user_id

Json = Any  # a body of any shape

MIB = 1024 * 1024


@dataclass(frozen=True)
class Bound:
    """A limit: a call with `most` of something is taken, and one with one more is refused with `code`."""

    name: str
    most: int
    method: str
    path: str
    body: Callable[[int], Json] = lambda _: None
    code: int = 50035


def text(key: str, **others: object) -> Callable[[int], Json]:
    """Return what makes bodies with a text of so many characters."""
    return lambda count: {**others, key: "x" * count}


def number(key: str) -> Callable[[int], Json]:
    """Return what makes bodies with a number."""
    return lambda count: {key: count}


def ids(key: str) -> Callable[[int], Json]:
    """Return what makes bodies with so many ids, of nobody and nothing."""
    return lambda count: {key: [str((9 << 60) + n) for n in range(count)]}


BOUNDS = [
    Bound("channel_name_max", 100, "PATCH", "/channels/{general}", text("name")),
    Bound("channel_topic_max", 1024, "PATCH", "/channels/{general}", text("topic")),
    Bound("forum_topic_max", 4096, "POST", "/guilds/{guild}/channels", text("topic", name="ideas", type=15)),
    Bound("slowmode_seconds_max", 21_600, "PATCH", "/channels/{general}", number("rate_limit_per_user")),
    Bound("thread_name_max", 100, "POST", "/channels/{general}/threads", text("name", type=11)),
    Bound("role_name_max", 100, "POST", "/guilds/{guild}/roles", text("name")),
    Bound("webhook_name_max", 80, "POST", "/channels/{general}/webhooks", text("name")),
    Bound(
        "ban_delete_message_seconds_max",
        604_800,
        "PUT",
        "/guilds/{guild}/bans/{robin}",
        number("delete_message_seconds"),
    ),
    Bound("bans_fetch_limit_max", 1000, "GET", "/guilds/{guild}/bans?limit={count}"),
    Bound("members_fetch_limit_max", 1000, "GET", "/guilds/{guild}/members?limit={count}"),
    Bound("messages_fetch_limit_max", 100, "GET", "/channels/{general}/messages?limit={count}"),
    Bound("pins_fetch_limit_max", 50, "GET", "/channels/{general}/messages/pins?limit={count}"),
    Bound("bulk_delete_max", 100, "POST", "/channels/{general}/messages/bulk-delete", ids("messages"), 50016),
]


@pytest.mark.parametrize("bound", BOUNDS, ids=lambda bound: bound.name)
async def test_a_call_passes_at_the_limit_and_is_refused_one_above(
    local: LocalDiscord, call: Call, bound: Bound
) -> None:
    about = {"guild": guild_of(local).id, "general": channel_of(local).id, "robin": user_id(local, "robin")}
    for count, is_taken in ((bound.most, True), (bound.most + 1, False)):
        status, answer = await call(bound.method, bound.path.format(count=count, **about), bound.body(count))
        assert (status < 300) is is_taken, answer
        assert is_taken or answer["code"] == bound.code


@pytest.mark.parametrize(("minutes", "is_taken"), [(60, True), (1440, True), (4320, True), (10080, True), (61, False)])
async def test_a_thread_rests_after_one_of_four_times(
    local: LocalDiscord, call: Call, minutes: int, is_taken: bool
) -> None:
    body = {"name": "talk", "type": 11, "auto_archive_duration": minutes}
    status, answer = await call("POST", f"/channels/{channel_of(local).id}/threads", body)
    assert (status, answer.get("code")) == ((201, None) if is_taken else (400, 50035))


async def test_a_timeout_lasts_28_days_at_most(local: LocalDiscord, call: Call) -> None:
    path = f"/guilds/{guild_of(local).id}/members/{user_id(local, 'robin')}"
    for seconds, is_taken in ((2_419_200, True), (2_419_201, False)):
        until = datetime.fromtimestamp(local.clock.now() + seconds, UTC).isoformat()
        status, _ = await call("PATCH", path, {"communication_disabled_until": until})
        assert status == (200 if is_taken else 400)


async def test_two_hundred_are_banned_at_once(local: LocalDiscord, call: Call) -> None:
    path, robin = f"/guilds/{guild_of(local).id}/bulk-ban", user_id(local, "robin")
    crowd = [str(robin), *ids("crowd")(199)["crowd"]]
    assert (await call("POST", path, {"user_ids": crowd}))[0] == 200
    assert (await call("POST", path, {"user_ids": [*crowd, "1"]}))[1]["code"] == 50035


@pytest.mark.parametrize(("age_s", "expected"), [(1_209_599, 204), (1_209_601, 400)])
async def test_messages_are_deleted_together_for_two_weeks(
    local: LocalDiscord, call: Call, age_s: int, expected: int
) -> None:
    old = [local.say(user="robin", channel="general", content="x") - (age_s * 1000 << 22) for _ in range(2)]
    status, _ = await call("POST", f"/channels/{channel_of(local).id}/messages/bulk-delete", {"messages": old})
    assert status == expected


async def test_a_guild_has_two_hundred_and_fifty_roles(local: LocalDiscord, call: Call) -> None:
    guild = guild_of(local)
    for each in range(249 - len(guild.roles)):
        guild.roles[each] = Role(id=each, name="x", permissions=Permissions(0), position=1)
    path = f"/guilds/{guild.id}/roles"
    assert (await call("POST", path, {"name": "the last one"}))[0] == 200
    assert (await call("POST", path, {"name": "x"}))[1]["code"] == 30005


async def test_a_channel_has_a_thousand_overwrites(local: LocalDiscord, call: Call) -> None:
    channel = channel_of(local)
    channel.overwrites += [Overwrite(each, MEMBER, 0, 0) for each in range(999 - len(channel.overwrites))]
    path = f"/channels/{channel.id}/permissions"
    assert (await call("PUT", f"{path}/{user_id(local, 'robin')}", {"type": MEMBER}))[0] == 204
    assert (await call("PUT", f"{path}/{user_id(local, 'kim')}", {"type": MEMBER}))[1]["code"] == 30060


@pytest.mark.parametrize(
    ("sizes", "code"),
    [
        ([10 * MIB], None),
        ([10 * MIB + 1], 40005),
        ([10 * MIB, 10 * MIB, 5 * MIB - 4096], None),
        ([10 * MIB, 10 * MIB, 7 * MIB], 40005),
    ],
    ids=["a file at its limit", "a file above", "files at theirs", "files above"],
)
async def test_files_have_a_limit_each_and_another_together(
    local: LocalDiscord, http: aiohttp.ClientSession, sizes: list[int], code: int | None
) -> None:
    form = aiohttp.FormData({"payload_json": "{}"})
    for index, size in enumerate(sizes):
        form.add_field(f"files[{index}]", BytesIO(bytes(size)), filename="f")
    url = f"{local.base_url}/channels/{channel_of(local).id}/messages"
    async with http.post(url, data=form, headers={"Authorization": f"Bot {local.token}"}) as answer:
        assert (answer.status, (await answer.json()).get("code")) == ((200, None) if code is None else (413, code))
