"""The lifecycle that Discord enforces, cell by cell, over HTTP and on virtual time."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from itertools import product
from typing import Any

import pytest

from runner.emulator.clock import elapse
from runner.emulator.server import LocalDiscord, LocalDiscordError
from runner.emulator.trace import InteractionState, Trace

Call = Callable[..., Awaitable[tuple[int, Any]]]  # JSON of any shape comes back

COMMANDS = [
    {
        "name": "ask",
        "description": "Ask",
        "options": [{"name": "text", "description": "What", "type": 3, "autocomplete": True}],
    },
    {"name": "mine", "description": "Only installed by its user", "integration_types": [1], "contexts": [0, 1, 2]},
]
BUTTON = {"type": 1, "components": [{"type": 2, "style": 1, "label": "Go", "custom_id": "go"}]}
FIELD = {"type": 18, "label": "Why", "component": {"type": 4, "style": 1, "custom_id": "why"}}
MODAL = {"custom_id": "form", "title": "Form", "components": [FIELD]}
DATA: dict[int, object] = {
    4: {"content": "hi"},
    5: {"flags": 64},
    7: {"content": "new"},
    8: {"choices": [{"name": "a", "value": "a"}]},
    9: MODAL,
}


@dataclass
class Bench:
    """One local Discord with commands, and a client that makes the calls about one interaction."""

    local: LocalDiscord
    call: Call

    async def ask(self) -> Trace:
        await self.call("PUT", f"/applications/{self.local.application_id}/commands", COMMANDS)
        return self.local.command(user="robin", channel="general", name="ask")

    async def click(self) -> Trace:
        channel = next(c["id"] for c in self.local.channels_for(user="robin") if c.get("name") == "general")
        _, message = await self.call("POST", f"/channels/{channel}/messages", {"content": "m", "components": [BUTTON]})
        return self.local.click(user="robin", message=message["id"], custom_id="go")

    async def suggest(self) -> Trace:
        await self.ask()
        return self.local.autocomplete(user="robin", channel="general", name="ask", focused="text")

    async def form(self, opener: Trace) -> Trace:
        await self.respond(opener, 9)
        return self.local.submit(modal=opener, values={"why": "because"})

    async def make(self, origin: str) -> Trace:
        match origin:
            case "command":
                return await self.ask()
            case "component":
                return await self.click()
            case "autocomplete":
                return await self.suggest()
            case "form of a command":
                return await self.form(await self.ask())
            case _:
                return await self.form(await self.click())

    async def respond(self, trace: Trace, kind: int, data: object = None) -> tuple[int, Any]:
        body = {"type": kind, "data": DATA.get(kind) if data is None else data}
        return await self.call("POST", f"/interactions/{trace.id}/{trace.token}/callback?with_response=1", body)

    async def webhook(self, trace: Trace, method: str, tail: str = "", body: object = None) -> tuple[int, Any]:
        return await self.call(method, f"/webhooks/{self.local.application_id}/{trace.token}{tail}", body)

    async def reach(self, state: str) -> tuple[Trace, str]:
        """Return an interaction in a state of the table, and the id of a follow-up to it, or of nothing."""
        trace = await self._opened(state)
        if state in {"EXPIRED_UNACKED", "EXPIRED_UNACKED, 15 min"}:
            await elapse(3.01)
        elif state != "RECEIVED":
            assert (await self.respond(trace, FIRST[state]))[0] == 200
        if state == "ORIGINAL_DELETED":
            await self.webhook(trace, "DELETE", "/messages/@original")
        follow_up = await self._followed_up(trace, state)
        if state in {"TOKEN_EXPIRED", "EXPIRED_UNACKED, 15 min"}:
            await elapse(900.01)
        return trace, follow_up

    async def _opened(self, state: str) -> Trace:
        match state:
            case "DEFERRED_UPDATE" | "UPDATED":
                return await self.click()
            case "AUTOCOMPLETED":
                return await self.suggest()
            case _:
                self.local.world.has_activities = state == "LAUNCHED"
                return await self.ask()

    async def _followed_up(self, trace: Trace, state: str) -> str:
        if state not in FOLLOWED_UP:
            return str(self.local.application_id)
        status, message = await self.webhook(trace, "POST", "", {"content": "follow-up"})
        assert status == 200
        return str(message["id"])


FIRST = {
    "DEFERRED_SOURCE": 5,
    "DEFERRED_UPDATE": 6,
    "REPLIED": 4,
    "UPDATED": 7,
    "MODAL_SHOWN": 9,
    "AUTOCOMPLETED": 8,
    "LAUNCHED": 12,
    "ORIGINAL_DELETED": 4,
    "TOKEN_EXPIRED": 4,
}
FOLLOWED_UP = set(FIRST) - {"DEFERRED_SOURCE", "AUTOCOMPLETED"}  # whose first follow-up would be the reply, or refused


@pytest.fixture
def bench(local: LocalDiscord, call: Call) -> Bench:
    return Bench(local, call)


def code(answer: tuple[int, Any]) -> tuple[int, int | None]:
    """Return an answer's status, and its error code if it has one."""
    status, body = answer
    return status, body["code"] if status >= 400 else None


OK, GONE = (200, None), (204, None)
ACKNOWLEDGED, LATE = (400, 40060), (404, 10062)
NO_WEBHOOK, DEAD, NO_MESSAGE = (404, 10015), (401, 50027), (404, 10008)
WHOLE, NO_ORIGINAL = (OK, OK, GONE), (NO_MESSAGE,) * 3

TABLE = {  # C the callback, POST W the webhook, then GET, PATCH and DELETE of O `@original` and of M a follow-up
    "RECEIVED": (OK, NO_WEBHOOK, (NO_WEBHOOK,) * 3, (NO_WEBHOOK,) * 3),
    "DEFERRED_SOURCE": (ACKNOWLEDGED, OK, WHOLE, (NO_MESSAGE,) * 3),
    "DEFERRED_UPDATE": (ACKNOWLEDGED, OK, WHOLE, WHOLE),
    "REPLIED": (ACKNOWLEDGED, OK, WHOLE, WHOLE),
    "UPDATED": (ACKNOWLEDGED, OK, WHOLE, WHOLE),
    "MODAL_SHOWN": (ACKNOWLEDGED, OK, NO_ORIGINAL, WHOLE),
    "AUTOCOMPLETED": (ACKNOWLEDGED, NO_WEBHOOK, (NO_WEBHOOK,) * 3, (NO_WEBHOOK,) * 3),
    "LAUNCHED": (ACKNOWLEDGED, OK, NO_ORIGINAL, WHOLE),
    "ORIGINAL_DELETED": (ACKNOWLEDGED, OK, NO_ORIGINAL, WHOLE),
    "EXPIRED_UNACKED": (LATE, NO_WEBHOOK, (NO_WEBHOOK,) * 3, (NO_WEBHOOK,) * 3),
    "EXPIRED_UNACKED, 15 min": (LATE, DEAD, (DEAD,) * 3, (DEAD,) * 3),
    "TOKEN_EXPIRED": (LATE, DEAD, (DEAD,) * 3, (DEAD,) * 3),
}
CALLS = ("C", "POST W", "GET O", "PATCH O", "DELETE O", "GET M", "PATCH M", "DELETE M")
CELLS = [
    (state, call, expected)
    for state, (first, follow_up, original, other) in TABLE.items()
    for call, expected in zip(CALLS, (first, follow_up, *original, *other), strict=True)
]


@pytest.mark.parametrize(("state", "made", "expected"), CELLS, ids=[f"{state}: {made}" for state, made, _ in CELLS])
async def test_each_call_in_each_state_is_answered_as_discord_does(
    bench: Bench, state: str, made: str, expected: tuple[int, int | None]
) -> None:
    trace, follow_up = await bench.reach(state)
    method, _, target = made.rpartition(" ")
    if target == "C":
        answer = await bench.respond(trace, 8 if state == "AUTOCOMPLETED" else 4)
    else:
        tail = {"W": "", "O": "/messages/@original", "M": f"/messages/{follow_up}"}[target]
        answer = await bench.webhook(trace, method, tail, {"content": "more"} if method in {"POST", "PATCH"} else None)
    assert code(answer) == expected
    if answer[0] >= 400:
        assert trace.refused[-1] == code(answer)


METHODS = {"GET": None, "PATCH": {"content": "more"}, "DELETE": None}
KEPT = ("DEFERRED_SOURCE", "DEFERRED_UPDATE", "REPLIED", "UPDATED", "MODAL_SHOWN", "LAUNCHED", "ORIGINAL_DELETED")


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("state", KEPT)
async def test_a_message_that_the_token_has_not_made_is_unknown_to_it(bench: Bench, state: str, method: str) -> None:
    trace, _ = await bench.reach(state)
    other, _ = await bench.reach("REPLIED")
    foreign = other.messages[0].id
    assert code(await bench.webhook(trace, method, f"/messages/{foreign}", METHODS[method])) == NO_MESSAGE


@pytest.mark.parametrize("state", ["DEFERRED_UPDATE", "UPDATED"])
async def test_the_original_of_an_update_is_the_message_that_the_component_is_on(bench: Bench, state: str) -> None:
    trace, _ = await bench.reach(state)
    source = trace.payload["message"]["id"]
    path = f"/channels/{trace.channel_id}/messages/{source}"
    await bench.webhook(trace, "PATCH", "/messages/@original", {"content": "by the token"})
    assert (await bench.call("GET", path))[1]["content"] == "by the token"
    await bench.webhook(trace, "DELETE", "/messages/@original")
    assert code(await bench.call("GET", path)) == NO_MESSAGE


ALLOWED = {
    "command": {4, 5, 9},
    "component": {4, 5, 6, 7, 9},
    "form of a command": {4, 5},
    "form of a component": {4, 5, 6, 7},
    "autocomplete": {8},
}


@pytest.mark.parametrize("kind", [1, 4, 5, 6, 7, 8, 9, 10, 12, 13])
@pytest.mark.parametrize("origin", ALLOWED)
async def test_each_callback_type_is_taken_only_where_discord_takes_it(bench: Bench, origin: str, kind: int) -> None:
    trace = await bench.make(origin)
    answer = await bench.respond(trace, kind)
    if kind in ALLOWED[origin]:
        assert answer[0] == 200
        assert trace.acknowledgements == 1
    else:
        assert code(answer) == (400, 50035)
        assert answer[1]["errors"]["type"]["_errors"][0]["code"] == "BASE_TYPE_CHOICES"
        assert trace.state is InteractionState.RECEIVED


@pytest.mark.parametrize("origin", ALLOWED)
async def test_only_applications_with_activities_or_wares_may_launch_and_sell(bench: Bench, origin: str) -> None:
    bench.local.world.has_activities = bench.local.world.is_monetized = True
    for kind in (10, 12):
        trace = await bench.make(origin)
        status, body = await bench.respond(trace, kind)
        assert status == (400 if origin == "autocomplete" else 200)
        assert ("resource" in body) is (kind == 12 and status == 200)
        assert (trace.state is InteractionState.LAUNCHED) is (status == 200)


@pytest.mark.parametrize(("after_s", "is_taken"), [(2.99, True), (3.01, False)])
async def test_a_first_response_is_taken_for_three_seconds(bench: Bench, after_s: float, is_taken: bool) -> None:
    trace = await bench.ask()
    await elapse(after_s)
    status, _ = await bench.respond(trace, 4)
    assert (status == 200) is is_taken
    assert trace.failed is not is_taken


@pytest.mark.parametrize(("after_s", "is_taken"), [(899.9, True), (900.1, False)])
async def test_a_token_lives_for_fifteen_minutes(bench: Bench, after_s: float, is_taken: bool) -> None:
    trace = await bench.ask()
    await bench.respond(trace, 5)
    await elapse(after_s)
    answer = await bench.webhook(trace, "PATCH", "/messages/@original", {"content": "late"})
    assert code(answer) == ((200, None) if is_taken else (401, 50027))


async def test_an_unanswered_command_fails_where_the_user_sees_it(bench: Bench) -> None:
    trace = await bench.ask()
    assert not await trace.acknowledged(timeout=5)
    assert trace.outcome == "The application did not respond"
    assert trace.state is InteractionState.EXPIRED_UNACKED


async def test_a_deferral_that_never_ends_fails_when_its_token_dies(bench: Bench) -> None:
    trace = await bench.ask()
    await bench.respond(trace, 5)
    assert not await trace.finished(timeout=901)
    assert trace.outcome == "The application did not respond"


async def test_a_second_acknowledgement_counts_as_refused_and_changes_nothing(bench: Bench) -> None:
    trace = await bench.ask()
    await bench.respond(trace, 4, {"content": "first"})
    await bench.respond(trace, 4, {"content": "second"})
    assert trace.acknowledgements == 1
    assert trace.refused == [(400, 40060)]
    assert [message.content for message in trace.messages] == ["first"]


async def test_a_refused_body_leaves_the_interaction_open_for_another_try(bench: Bench) -> None:
    trace = await bench.ask()
    assert code(await bench.respond(trace, 9, {**MODAL, "title": ""})) == (400, 50035)
    assert code(await bench.respond(trace, 4, {"content": "x" * 2001})) == (400, 50035)
    assert code(await bench.respond(trace, 4, {"content": " "})) == (400, 50006)
    assert code(await bench.respond(trace, 4)) == (200, None)


async def test_the_first_follow_up_after_a_deferral_is_its_edit_and_keeps_its_visibility(bench: Bench) -> None:
    trace = await bench.ask()
    await bench.respond(trace, 5, {"flags": 0})
    _, message = await bench.webhook(trace, "POST", "", {"content": "done", "flags": 64})
    [seen] = trace.messages
    assert (str(seen.id), seen.content) == (message["id"], "done")
    assert not seen.ephemeral
    assert not seen.loading
    assert trace.state is InteractionState.REPLIED


async def test_an_edit_cannot_change_who_sees_a_message(bench: Bench) -> None:
    trace = await bench.ask()
    await bench.respond(trace, 4, {"content": "public"})
    await bench.webhook(trace, "PATCH", "/messages/@original", {"content": "still public", "flags": 64})
    assert not trace.messages[0].ephemeral


async def test_an_ephemeral_message_is_hidden_from_others_and_from_the_channel_routes(bench: Bench) -> None:
    trace = await bench.ask()
    _, response = await bench.respond(trace, 4, {"content": "psst", "flags": 64})
    message, channel = response["resource"]["message"]["id"], trace.channel_id
    assert code(await bench.call("GET", f"/channels/{channel}/messages/{message}")) == (404, 10008)
    assert [m["id"] for m in bench.local.messages_for(user="robin", channel="general")] == [message]
    assert bench.local.messages_for(user="kim", channel="general") == []
    for attempt in (
        lambda: bench.local.click(user="kim", message=message, custom_id="go"),
        lambda: bench.local.react(user="kim", message=message, emoji="👍"),
        lambda: bench.local.say(user="kim", channel="general", content="?", reply_to=message),
    ):
        with pytest.raises(LocalDiscordError):
            attempt()


@pytest.mark.parametrize(("query", "status"), [("?with_response=1", 200), ("?with_response=true", 200), ("", 204)])
async def test_the_response_body_comes_only_if_asked_for(bench: Bench, query: str, status: int) -> None:
    trace = await bench.ask()
    path = f"/interactions/{trace.id}/{trace.token}/callback{query}"
    answer = await bench.call("POST", path, {"type": 4, "data": {"content": "x"}})
    assert answer[0] == status
    assert (answer[1] is None) is (status == 204)


@pytest.mark.parametrize(("kind", "has_message"), [(4, True), (5, False), (6, False), (7, True), (9, False)])
async def test_only_replies_and_updates_return_their_message(bench: Bench, kind: int, has_message: bool) -> None:
    trace = await bench.click()
    _, body = await bench.respond(trace, kind)
    assert body["interaction"]["id"] == str(trace.id)
    assert ("resource" in body) is has_message
    assert body["interaction"].get("response_message_loading") is (None if kind == 9 else kind == 5)


async def test_the_sixth_follow_up_is_refused_where_only_the_user_installed_the_app(bench: Bench) -> None:
    await bench.ask()
    trace = bench.local.command(user="robin", channel="general", name="mine")
    await bench.respond(trace, 4)
    answers = [code(await bench.webhook(trace, "POST", "", {"content": "more"})) for _ in range(6)]
    assert answers == [(200, None)] * 5 + [(400, 40094)]


async def test_follow_ups_can_be_read_edited_and_deleted_by_their_own_token_only(bench: Bench) -> None:
    trace, other = await bench.ask(), await bench.ask()
    await bench.respond(trace, 4)
    await bench.respond(other, 4)
    _, message = await bench.webhook(trace, "POST", "", {"content": "more"})
    tail = f"/messages/{message['id']}"
    assert code(await bench.webhook(other, "GET", tail)) == (404, 10008)
    assert (await bench.webhook(trace, "PATCH", tail, {"content": "changed"}))[1]["content"] == "changed"
    assert code(await bench.webhook(trace, "DELETE", tail)) == (204, None)
    assert code(await bench.webhook(trace, "GET", tail)) == (404, 10008)


async def test_a_wrong_token_or_id_is_told_apart_from_a_late_one(bench: Bench) -> None:
    trace, other = await bench.ask(), await bench.ask()
    for wrong in (f"{trace.id}/wrong", f"{trace.id}/{other.token}", f"1/{trace.token}", "1/wrong"):
        assert code(await bench.call("POST", f"/interactions/{wrong}/callback", {"type": 5})) == LATE
    await bench.respond(trace, 4)
    application = bench.local.application_id
    for wrong, expected in ((f"{application}/wrong", DEAD), (f"1/{trace.token}", NO_WEBHOOK)):
        assert code(await bench.call("POST", f"/webhooks/{wrong}", {"content": "x"})) == expected
        for name, (method, body) in product(("@original", "1"), METHODS.items()):
            assert code(await bench.call(method, f"/webhooks/{wrong}/messages/{name}", body)) == expected


async def test_an_update_changes_the_message_that_the_component_is_on(bench: Bench) -> None:
    trace = await bench.click()
    await bench.respond(trace, 7, {"content": "after", "components": []})
    [seen] = trace.messages
    assert (seen.content, seen.components, seen.edits) == ("after", [], ("m",))


async def test_the_message_of_a_response_says_where_it_came_from(bench: Bench) -> None:
    trace = await bench.ask()
    _, body = await bench.respond(trace, 4)
    message = body["resource"]["message"]
    assert message["type"] == 20
    assert message["webhook_id"] == message["application_id"] == str(bench.local.application_id)
    assert message["interaction_metadata"]["id"] == message["interaction"]["id"] == str(trace.id)
    _, follow_up = await bench.webhook(trace, "POST", "", {"content": "more"})
    assert follow_up["type"] == 19
    assert follow_up["interaction_metadata"]["original_response_message_id"] == message["id"]


async def test_a_duplicate_delivery_keeps_the_id_and_is_refused_a_second_answer(bench: Bench) -> None:
    trace = await bench.ask()
    bench.local.dispatch_again(trace)
    assert code(await bench.respond(trace, 4)) == (200, None)
    assert code(await bench.respond(trace, 4)) == (400, 40060)
    assert [event.what for event in trace.events][:2] == ["dispatched", "dispatched again"]


async def test_a_form_reaches_the_bot_with_its_answers(bench: Bench) -> None:
    opener = await bench.click()
    trace = await bench.form(opener)
    [label] = trace.payload["data"]["components"]
    assert (label["type"], label["component"]["value"]) == (18, "because")
    assert trace.payload["message"]["id"] == opener.payload["message"]["id"]
    assert trace.id != opener.id
