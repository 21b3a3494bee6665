"""Every step that sends or changes a message takes the same keys for it."""

from typing import Any, cast

import pytest

from runner.emulator.world import JsonObject
from tests.conftest import Bot, StartBot

BOT = """
state: {post: {scope: global, type: string, default: ""}}
commands:
  send:
    description: d
    steps:
      - {id: sent, send: {channel: "#support", content: "For {{ user.name }}", embeds: [{title: A}]}}
      - {set: {state: post, to: "{{ steps.sent.message_id }}"}}
      - reply: Done
  edit:
    description: d
    steps:
      - edit_message:
          channel: "#support"
          message: "{{ state.post }}"
          embeds: [{title: "By {{ user.name }}", color: "#5865F2"}]
          components: [{f: {number: "{{ 6 + 1 }}"}}]
      - reply: Done
  dm:
    description: d
    steps: [{dm: {embeds: [{title: "For {{ user.name }}"}], components: [{f: {number: 1}}]}}, {reply: Done}]
components:
  f: {button: {label: "No. {{ params.number }}"}, params: {number: integer}, reply: "{{ params.number }}"}
"""


def bodies(made: Bot, method: str) -> list[JsonObject]:
    """Return what the bot has asked of Discord about messages with its own token."""
    sent = (each for each in made.local.wire if each.kind == "http" and each.method == method)
    about = (each for each in sent if "/messages" in each.route and "/webhooks" not in each.route)
    return [cast(JsonObject, each.request) for each in about]


def shown(body: JsonObject) -> tuple[Any, list[str]]:  # Any: Discord's JSON
    """Return the embeds of a message and the labels of its buttons."""
    return body.get("embeds"), [part["label"] for row in body.get("components", []) for part in row["components"]]


SEEN: dict[str, tuple[str, list[JsonObject], list[str]]] = {
    "send": ("POST", [{"title": "A"}], []),
    "edit": ("PATCH", [{"title": "By robin", "color": 0x5865F2}], ["No. 7"]),
    "dm": ("POST", [{"title": "For robin"}], ["No. 1"]),
}


@pytest.mark.parametrize("command", SEEN)
async def test_each_step_says_all_of_it(bot: StartBot, command: str) -> None:
    method, embeds, labels = SEEN[command]
    made = await bot(BOT)
    await made.ran("send")
    if command != "send":
        await made.ran(command)
    assert shown(bodies(made, method)[-1]) == (embeds, labels)


async def test_a_component_of_any_name_is_told_from_a_question(bot: StartBot) -> None:
    made = await bot(BOT)
    await made.ran("send")
    await made.ran("edit")
    (post,) = made.local.messages_for(user="Robin", channel="support")
    trace = await made.pressed(int(post["id"]), "No. 7")
    assert [message.content for message in trace.messages] == ["7"]
