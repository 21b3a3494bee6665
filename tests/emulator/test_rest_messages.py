"""Messages: sending, answering, forwarding, publishing, deleting; reactions, pins and polls."""

from typing import Any

import pytest

from runner.emulator.clock import VirtualClock, elapse
from runner.emulator.refusals import LocalDiscordError
from runner.emulator.server import LocalDiscord
from runner.emulator.world import Emoji, Message, Sticker
from runner.lifecycle.bits import PRIVILEGED_INTENTS, Intents, MessageFlags, Permissions
from tests.emulator.conftest import Listen
from tests.emulator.lighthouse import Call, channel_of, guild_of, take_permission, user_id

P = Permissions
THUMB = "%F0%9F%91%8D"
EMBED = {"title": "T"}
POLL = {"question": {"text": "Q?"}, "answers": [{"poll_media": {"text": text}} for text in ("yes", "no")]}


def path_of(local: LocalDiscord, name: str = "general") -> str:
    return f"/channels/{channel_of(local, name).id}/messages"


async def sent(call: Call, local: LocalDiscord, **body: object) -> Any:  # the message's JSON
    status, message = await call("POST", path_of(local), body or {"content": "m"})
    assert status == 200, message
    return message


# --- sending


@pytest.mark.parametrize(
    ("body", "needed"),
    [
        ({"content": "x"}, P.SEND_MESSAGES),
        ({"content": "x", "tts": True}, P.SEND_TTS_MESSAGES),
        ({"poll": POLL}, P.SEND_POLLS),
        ({"embeds": [EMBED]}, P.EMBED_LINKS),
        ({"content": "x", "flags": 8192}, P.SEND_VOICE_MESSAGES),
    ],
    ids=["text", "tts", "poll", "embed", "voice"],
)
async def test_each_part_of_a_message_needs_its_permission(
    local: LocalDiscord, call: Call, body: object, needed: P
) -> None:
    take_permission(local, needed)
    assert (await call("POST", path_of(local), body))[1]["code"] == 50013


async def test_embeds_beside_a_text_vanish_without_the_permission(local: LocalDiscord, call: Call) -> None:
    take_permission(local, P.EMBED_LINKS)
    assert (await sent(call, local, content="x", embeds=[EMBED]))["embeds"] == []


async def test_a_nonce_is_remembered_for_some_minutes(local: LocalDiscord, call: Call) -> None:
    body = {"content": "x", "nonce": "7", "enforce_nonce": True}
    first = await sent(call, local, **body)
    await elapse(299)
    assert (await sent(call, local, **body))["id"] == first["id"]
    await elapse(2)
    assert (await sent(call, local, **body))["id"] != first["id"]
    assert (await sent(call, local, content="x", nonce="7"))["nonce"] == "7"


async def test_a_reply_points_at_its_message_and_pings_its_author(
    local: LocalDiscord, call: Call, listen: Listen
) -> None:
    said, ear = local.say(user="robin", channel="general", content="Hi"), await listen()
    reply = await sent(call, local, content="Ho", message_reference={"message_id": str(said)})
    assert (reply["type"], reply["referenced_message"]["content"]) == (19, "Hi")
    assert [user["username"] for user in reply["mentions"]] == ["robin"]
    assert ear.data("MESSAGE_CREATE")["mentions"][0]["member"]["nick"] is None
    quiet = await sent(
        call, local, content="Ho", message_reference={"message_id": said}, allowed_mentions={"parse": []}
    )
    assert quiet["mentions"] == []


@pytest.mark.parametrize(
    ("reference", "expected"),
    [
        ({"message_id": "1"}, (400, 50035)),
        ({"message_id": "1", "fail_if_not_exists": False}, (200, None)),
        ({"message_id": "{pinned}"}, (400, 50035)),
    ],
    ids=["missing", "may be missing", "of the system"],
)
async def test_a_reply_to_nothing_is_refused_and_not_sent(
    local: LocalDiscord, call: Call, reference: dict[str, Any], expected: tuple[int, int | None]
) -> None:
    message = await sent(call, local)
    await call("PUT", f"{path_of(local)}/pins/{message['id']}")
    [pinned] = [each.id for each in channel_of(local).messages.values() if each.type == 6]
    reference = {**reference, "message_id": str(reference["message_id"]).format(pinned=pinned)}
    before = len(channel_of(local).messages)
    status, answer = await call("POST", path_of(local), {"content": "x", "message_reference": reference})
    assert (status, answer.get("code")) == expected
    assert len(channel_of(local).messages) == before + (status == 200)


async def test_a_reply_needs_to_read_what_was_said(local: LocalDiscord, call: Call) -> None:
    said = local.say(user="robin", channel="general", content="Hi")
    take_permission(local, P.READ_MESSAGE_HISTORY)
    body = {"content": "x", "message_reference": {"message_id": str(said)}}
    status, answer = await call("POST", path_of(local), body)
    assert (status, answer["code"]) == (403, 160002)


async def test_a_forward_carries_the_message_as_it_was(local: LocalDiscord, call: Call) -> None:
    source = await sent(call, local, content="First", embeds=[EMBED])
    reference = {"type": 1, "message_id": source["id"], "channel_id": source["channel_id"]}
    _, forward = await call("POST", path_of(local, "support"), {"message_reference": reference})
    assert (forward["content"], forward["message_reference"]["type"]) == ("", 1)
    assert forward["flags"] & MessageFlags.HAS_SNAPSHOT
    await call("PATCH", f"{path_of(local)}/{source['id']}", {"content": "Second"})
    [snapshot] = (await call("GET", f"{path_of(local, 'support')}/{forward['id']}"))[1]["message_snapshots"]
    assert (snapshot["message"]["content"], "author" in snapshot["message"]) == ("First", False)
    again = {"type": 1, "message_id": forward["id"], "channel_id": forward["channel_id"]}
    assert (await sent(call, local, message_reference=again))["message_snapshots"] == [snapshot]


async def test_what_cannot_be_forwarded_is_refused(local: LocalDiscord, call: Call) -> None:
    poll = await sent(call, local, poll=POLL)
    for reference, code in (
        ({"type": 1, "message_id": poll["id"]}, 50035),
        ({"type": 1, "message_id": poll["id"], "channel_id": poll["channel_id"]}, 50068),
        ({"type": 1, "message_id": "1", "channel_id": poll["channel_id"]}, 10008),
        ({"type": 1, "message_id": "1", "channel_id": "1"}, 10003),
    ):
        assert (await call("POST", path_of(local), {"message_reference": reference}))[1]["code"] == code


async def test_a_message_that_the_bot_cannot_read_is_not_forwarded(local: LocalDiscord, http: Any) -> None:
    clock = local.clock
    assert isinstance(clock, VirtualClock)
    blind = LocalDiscord(clock=clock, privileged_intents=PRIVILEGED_INTENTS & ~Intents.MESSAGE_CONTENT)
    await blind.start()
    said = blind.say(user="robin", channel="general", content="Hi")
    named = blind.say(user="robin", channel="general", content=f"Hi <@{blind.application_id}>")
    channel = str(channel_of(blind).id)
    headers = {"Authorization": f"Bot {blind.token}"}
    codes: list[object] = []
    for number in (said, named):
        body = {"message_reference": {"type": 1, "message_id": str(number), "channel_id": channel}}
        url = f"{blind.base_url}/channels/{channel}/messages"
        async with http.post(url, json=body, headers=headers) as answer:
            codes.append((await answer.json()).get("code"))
    assert codes == [160014, None]
    await blind.stop()


async def test_stickers_are_sent_by_their_ids(local: LocalDiscord, call: Call) -> None:
    guild_of(local).stickers[5] = Sticker(id=5, name="Wave", tags="wave")
    message = await sent(call, local, sticker_ids=["5"])
    assert message["sticker_items"] == [{"id": "5", "name": "Wave", "format_type": 1}]
    assert (await call("POST", path_of(local), {"sticker_ids": ["6"]}))[1]["code"] == 50081
    assert (await call("POST", path_of(local), {"sticker_ids": ["1", "2", "3", "4"]}))[1]["code"] == 50035
    assert (await call("GET", "/stickers/5"))[1]["name"] == "Wave"
    assert (await call("GET", "/stickers/6"))[1]["code"] == 10060
    guild = f"/guilds/{guild_of(local).id}/stickers"
    assert [each["id"] for each in (await call("GET", guild))[1]] == ["5"]
    assert (await call("GET", f"{guild}/5"))[1]["tags"] == "wave"
    assert (await call("GET", f"{guild}/6"))[1]["code"] == 10060


async def test_direct_messages_reach_who_shares_a_guild_and_has_them_open(local: LocalDiscord, call: Call) -> None:
    _, dm = await call("POST", "/users/@me/channels", {"recipient_id": str(user_id(local, "robin"))})
    path = f"/channels/{dm['id']}/messages"
    assert (await call("POST", path, {"content": "x"}))[0] == 200
    local.leave(user="robin")
    assert (await call("POST", path, {"content": "x"}))[1]["code"] == 50278
    local.join(user="robin")
    local.world.users[user_id(local, "robin")].dms_open = False
    assert (await call("POST", path, {"content": "x"}))[1]["code"] == 50007
    for recipient in ("1", str(local.application_id)):
        assert (await call("POST", "/users/@me/channels", {"recipient_id": recipient}))[1]["code"] == 50033
    assert (await call("POST", "/users/@me/channels", {}))[1]["code"] == 50035


# --- changing and deleting


async def test_of_anothers_message_only_the_embeds_can_be_hidden(local: LocalDiscord, call: Call) -> None:
    path = f"{path_of(local)}/{local.say(user='robin', channel='general', content='x')}"
    assert (await call("PATCH", path, {"content": "y"}))[1]["code"] == 50005
    assert (await call("PATCH", path, {"flags": 4}))[1]["flags"] == 4
    assert (await call("PATCH", path, {"flags": 0}))[1]["flags"] == 0
    take_permission(local, P.MANAGE_MESSAGES)
    assert (await call("PATCH", path, {"flags": 4}))[1]["code"] == 50013


async def test_in_direct_messages_everybody_deletes_their_own(local: LocalDiscord, call: Call) -> None:
    said = local.say(user="robin", channel="dm", content="x")
    dm = local.world.dm_with(user_id(local, "robin"))
    assert dm is not None
    assert (await call("DELETE", f"/channels/{dm.id}/messages/{said}"))[1]["code"] == 50003


async def test_deletions_are_announced_one_by_one_or_at_once(local: LocalDiscord, call: Call, listen: Listen) -> None:
    said = [local.say(user="robin", channel="general", content="x") for _ in range(4)]
    ear = await listen(int(Intents.GUILD_MESSAGES))
    await call("DELETE", f"{path_of(local)}/{said[0]}")
    assert ear.data("MESSAGE_DELETE")["id"] == str(said[0])
    body = {"messages": [said[0], *said[1:3]]}
    assert (await call("POST", f"{path_of(local)}/bulk-delete", body))[0] == 204
    assert ear.data("MESSAGE_DELETE_BULK")["ids"] == [str(number) for number in said[1:3]]
    assert (await call("POST", f"{path_of(local)}/bulk-delete", {"messages": said[:2]}))[0] == 204
    assert ear.names() == []


async def test_a_message_of_announcements_is_published_once(local: LocalDiscord, call: Call) -> None:
    guild_of(local).features.append("COMMUNITY")
    _, news = await call("POST", f"/guilds/{guild_of(local).id}/channels", {"name": "news", "type": 5})
    path = f"/channels/{news['id']}/messages"
    _, message = await call("POST", path, {"content": "x"})
    assert (await call("POST", f"{path}/{message['id']}/crosspost"))[1]["flags"] == MessageFlags.CROSSPOSTED
    assert (await call("POST", f"{path}/{message['id']}/crosspost"))[1]["code"] == 40033
    other = await sent(call, local)
    assert (await call("POST", f"{path_of(local)}/{other['id']}/crosspost"))[1]["code"] == 50024


# --- people


async def test_people_write_answer_change_and_delete(local: LocalDiscord, listen: Listen) -> None:
    ear = await listen()
    first = local.say(user="robin", channel="general", content="Hi")
    second = local.say(user="kim", channel="general", content="Ho", reply_to=first)
    local.edit(user="robin", message=first, content="Hey")
    local.delete(user="mo", message=second)
    assert [(name, data.get("content")) for name, data in ear.events()] == [
        ("MESSAGE_CREATE", "Hi"), ("MESSAGE_CREATE", "Ho"), ("MESSAGE_UPDATE", "Hey"), ("MESSAGE_DELETE", None),
    ]  # fmt: skip
    with pytest.raises(LocalDiscordError, match="did not write"):
        local.edit(user="kim", message=first, content="x")
    with pytest.raises(LocalDiscordError, match="may not do that"):
        local.delete(user="kim", message=first)


@pytest.mark.parametrize(
    ("intents", "expected"),
    [
        (Intents.GUILD_MESSAGES | Intents.MESSAGE_CONTENT, ["secret", "named {bot}", "own", "answer", "secret"]),
        (Intents.GUILD_MESSAGES, ["", "named {bot}", "own", "answer", ""]),
    ],
    ids=["with content", "without"],
)
async def test_what_a_bot_reads_of_messages_depends_on_the_content_intent(
    local: LocalDiscord, call: Call, listen: Listen, intents: Intents, expected: list[str]
) -> None:
    ear, bot = await listen(int(intents)), f"<@{local.application_id}>"
    secret = local.say(user="robin", channel="general", content="secret")
    local.say(user="robin", channel="general", content=f"named {bot}")
    await sent(call, local, content="own")
    body = {"content": "answer", "message_reference": {"message_id": str(secret)}}
    await call("POST", path_of(local), body)
    created = [data for name, data in ear.events() if name == "MESSAGE_CREATE"]
    read = [data["content"] for data in created] + [created[-1]["referenced_message"]["content"]]
    assert read == [text.format(bot=bot) for text in expected]


# --- reactions


async def test_reactions_are_added_listed_and_taken_away(local: LocalDiscord, call: Call, listen: Listen) -> None:
    message = await sent(call, local)
    path, ear = f"{path_of(local)}/{message['id']}/reactions", await listen()
    assert (await call("PUT", f"{path}/{THUMB}/@me"))[0] == 204
    assert ear.data("MESSAGE_REACTION_ADD")["member"]["user"]["id"] == str(local.application_id)
    for name in ("robin", "kim"):
        local.react(user=name, message=message["id"], emoji="👍")
    users = sorted(user_id(local, name) for name in ("robin", "kim", "Keeper"))
    for query, expected in (("", users), ("?limit=1", users[:1]), (f"?after={users[0]}", users[1:]), ("?type=1", [])):
        assert [int(each["id"]) for each in (await call("GET", f"{path}/{THUMB}{query}"))[1]] == expected
    local.unreact(user="kim", message=message["id"], emoji="👍")
    assert (await call("DELETE", f"{path}/{THUMB}/{user_id(local, 'robin')}"))[0] == 204
    assert (await call("DELETE", f"{path}/{THUMB}/{user_id(local, 'robin')}"))[1]["code"] == 10014
    assert (await call("DELETE", f"{path}/{THUMB}/@me"))[0] == 204
    assert ear.names().count("MESSAGE_REACTION_REMOVE") == 3
    with pytest.raises(LocalDiscordError, match="has not reacted"):
        local.unreact(user="kim", message=message["id"], emoji="👍")


async def test_reactions_are_cleared_by_emoji_or_all(local: LocalDiscord, call: Call, listen: Listen) -> None:
    message = await sent(call, local)
    path = f"{path_of(local)}/{message['id']}/reactions"
    for emoji in ("👍", "👎", "🎉"):
        local.react(user="robin", message=message["id"], emoji=emoji)
    ear = await listen()
    assert (await call("DELETE", f"{path}/{THUMB}"))[0] == 204
    assert (await call("DELETE", f"{path}/{THUMB}"))[1]["code"] == 10014
    assert (await call("DELETE", path))[0] == 204
    assert ear.names() == ["MESSAGE_REACTION_REMOVE_EMOJI", "MESSAGE_REACTION_REMOVE_ALL"]
    assert "reactions" not in (await call("GET", f"{path_of(local)}/{message['id']}"))[1]


@pytest.mark.parametrize(
    ("emoji", "expected"),
    [
        (THUMB, (204, None)),
        ("1%EF%B8%8F%E2%83%A3", (204, None)),
        ("x:77", (204, None)),
        ("thumbsup", (400, 10014)),
        ("1", (400, 10014)),
        ("wave:78", (400, 10014)),
    ],
    ids=["character", "keycap", "the guild's", "name", "digit", "unknown"],
)
async def test_an_emoji_is_a_character_or_one_that_the_bot_knows(
    local: LocalDiscord, call: Call, emoji: str, expected: tuple[int, int | None]
) -> None:
    guild_of(local).emojis[77] = Emoji(id=77, name="wave", user_id=local.application_id)
    message = await sent(call, local)
    status, answer = await call("PUT", f"{path_of(local)}/{message['id']}/reactions/{emoji}/@me")
    assert (status, answer and answer["code"]) == expected
    if emoji == "x:77":
        _, seen = await call("GET", f"{path_of(local)}/{message['id']}")
        assert seen["reactions"][0]["emoji"] == {"id": "77", "name": "wave", "animated": False}


async def test_a_message_takes_twenty_emojis(local: LocalDiscord, call: Call) -> None:
    message = await sent(call, local)
    for number in range(20):
        local.react(user="robin", message=message["id"], emoji=chr(0x1F600 + number))
    path = f"{path_of(local)}/{message['id']}/reactions"
    assert (await call("PUT", f"{path}/{THUMB}/@me"))[1]["code"] == 30010
    take_permission(local, P.ADD_REACTIONS)
    assert (await call("PUT", f"{path}/%F0%9F%98%80/@me"))[0] == 204  # one that is there needs no permission


async def test_reactions_are_heard_by_who_asked_for_them(local: LocalDiscord, listen: Listen) -> None:
    said = local.say(user="robin", channel="general", content="x")
    private = local.say(user="robin", channel="dm", content="x")
    for intents, expected in (
        (Intents.GUILD_MESSAGE_REACTIONS, [str(said)]),
        (Intents.DIRECT_MESSAGE_REACTIONS, [str(private)]),
        (Intents.GUILD_MESSAGES, []),
    ):
        ear = await listen(int(intents))
        for message in (said, private):
            local.react(user="robin", message=message, emoji=chr(0x1F600 + int(intents).bit_length()))
        heard = [data["message_id"] for name, data in ear.events() if name == "MESSAGE_REACTION_ADD"]
        assert set(heard) >= set(expected)
        local.close_gateway(4004)


# --- pins


async def test_a_pin_is_told_of_and_listed_with_its_time(local: LocalDiscord, call: Call, listen: Listen) -> None:
    first, second = await sent(call, local), await sent(call, local)
    ear, path = await listen(), f"{path_of(local)}/pins"
    for message in (first, second):
        await elapse(1)
        assert (await call("PUT", f"{path}/{message['id']}"))[0] == 204
        assert (await call("PUT", f"{path}/{message['id']}"))[0] == 204
    events = ear.events()
    assert [name for name, _ in events][:4] == [
        "CHANNEL_PINS_UPDATE", "MESSAGE_UPDATE", "GUILD_AUDIT_LOG_ENTRY_CREATE", "MESSAGE_CREATE",
    ]  # fmt: skip
    assert (events[3][1]["type"], events[3][1]["message_reference"]["message_id"]) == (6, first["id"])
    assert len(events) == 8
    _, pins = await call("GET", path)
    assert [item["message"]["id"] for item in pins["items"]] == [second["id"], first["id"]]
    _, newest = await call("GET", f"{path}?limit=1")
    assert ([item["message"]["id"] for item in newest["items"]], newest["has_more"]) == ([second["id"]], True)
    before = newest["items"][0]["pinned_at"].replace("+", "%2B")
    assert [i["message"]["id"] for i in (await call("GET", f"{path}?before={before}"))[1]["items"]] == [first["id"]]
    assert (await call("DELETE", f"{path}/{first['id']}"))[0] == 204
    assert [each["id"] for each in (await call("GET", f"/channels/{channel_of(local).id}/pins"))[1]] == [second["id"]]


async def test_a_channel_has_two_hundred_and_fifty_pins(local: LocalDiscord, call: Call) -> None:
    channel = channel_of(local)
    for number in range(250):
        channel.messages[number] = Message(
            id=number, channel_id=channel.id, author_id=local.application_id, pinned_at=1
        )
    message = await sent(call, local)
    assert (await call("PUT", f"{path_of(local)}/pins/{message['id']}"))[1]["code"] == 30003
    assert (await call("DELETE", f"{path_of(local)}/pins/7"))[0] == 204
    assert (await call("PUT", f"{path_of(local)}/pins/{message['id']}"))[0] == 204


# --- polls


async def test_a_poll_is_voted_in_and_ended_by_its_maker(local: LocalDiscord, call: Call, listen: Listen) -> None:
    message = await sent(call, local, poll=POLL)
    ear = await listen()
    local.vote(user="robin", message=message["id"], answer=1)
    local.vote(user="robin", message=message["id"], answer=2)
    local.vote(user="kim", message=message["id"], answer=2)
    local.vote(user="sam", message=message["id"], answer=1)
    local.unvote(user="sam", message=message["id"], answer=1)
    votes = [(name[-3:], data["answer_id"]) for name, data in ear.events() if name.startswith("MESSAGE_POLL_VOTE")]
    assert votes == [("ADD", 1), ("OVE", 1), ("ADD", 2), ("ADD", 2), ("ADD", 1), ("OVE", 1)]
    path = f"/channels/{message['channel_id']}/polls/{message['id']}"
    _, voters = await call("GET", f"{path}/answers/2")
    assert {user["username"] for user in voters["users"]} == {"robin", "kim"}
    _, ended = await call("POST", f"{path}/expire")
    assert ended["poll"]["results"] == {
        "is_finalized": True, "answer_counts": [{"id": 2, "count": 2, "me_voted": False}],
    }  # fmt: skip
    names = ear.events()
    assert [name for name, _ in names] == ["MESSAGE_UPDATE", "MESSAGE_CREATE"]
    fields = {field["name"]: field["value"] for field in names[1][1]["embeds"][0]["fields"]}
    assert (names[1][1]["type"], fields["victor_answer_text"], fields["total_votes"]) == (46, "no", "2")
    assert (await call("POST", f"{path}/expire"))[1]["code"] == 520001
    with pytest.raises(LocalDiscordError, match="over"):
        local.vote(user="sam", message=message["id"], answer=1)


async def test_a_poll_ends_when_its_time_is_over(local: LocalDiscord, call: Call, listen: Listen) -> None:
    message = await sent(call, local, poll={**POLL, "duration": 1})
    ear = await listen(int(Intents.GUILD_MESSAGES))
    await elapse(3599)
    assert ear.names() == []
    await elapse(1.01)
    fields = {field["name"] for field in ear.data("MESSAGE_CREATE")["embeds"][0]["fields"]}
    assert "victor_answer_id" not in fields  # nobody voted
    _, seen = await call("GET", f"{path_of(local)}/{message['id']}")
    assert seen["poll"]["results"]["is_finalized"]


async def test_several_answers_can_be_chosen_where_that_is_allowed(local: LocalDiscord, call: Call) -> None:
    message = await sent(call, local, poll={**POLL, "allow_multiselect": True})
    for answer in (1, 2, 2):
        local.vote(user="robin", message=message["id"], answer=answer)
    _, seen = await call("GET", f"{path_of(local)}/{message['id']}")
    assert [entry["count"] for entry in seen["poll"]["results"]["answer_counts"]] == [1, 1]
    with pytest.raises(LocalDiscordError, match="no answer 3"):
        local.vote(user="robin", message=message["id"], answer=3)


async def test_only_a_poll_of_ones_own_can_be_ended(local: LocalDiscord, call: Call) -> None:
    plain = await sent(call, local)
    path = f"/channels/{plain['channel_id']}/polls"
    assert (await call("POST", f"{path}/{plain['id']}/expire"))[1]["code"] == 520006
    poll = await sent(call, local, poll=POLL)
    assert (await call("PATCH", f"{path_of(local)}/{poll['id']}", {"content": "x"}))[1]["code"] == 520003
    channel_of(local).messages[int(poll["id"])].author_id = user_id(local, "robin")
    assert (await call("POST", f"{path}/{poll['id']}/expire"))[1]["code"] == 50005
    with pytest.raises(LocalDiscordError, match="has no poll"):
        local.vote(user="robin", message=plain["id"], answer=1)


async def test_a_deleted_poll_ends_without_a_word(local: LocalDiscord, call: Call, listen: Listen) -> None:
    poll = await sent(call, local, poll={**POLL, "duration": 1})
    await call("DELETE", f"{path_of(local)}/{poll['id']}")
    ear = await listen()
    await elapse(3601)
    assert ear.names() == []
