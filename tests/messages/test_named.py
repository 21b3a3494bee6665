"""Messages by name: written once, sent by every step that says something, with what each of them gives."""

from typing import Any, cast

import pytest

from runner.emulator.world import JsonObject
from tests.conftest import Bot, StartBot, compiled

BOT = """
vars: {rules: Be kind.}
messages:
  welcome:
    params:
      member: user
      number: integer
      tags: {type: list, default: []}
      note: {type: string, default: none yet}
    content: "Hello {{ params.member.mention }}, you are number {{ params.number }}. {{ vars.rules }}"
    embeds: [{title: "Note: {{ params.note }}", description: "{{ params.tags | join(', ') }}"}]
    components:
      - {take: {number: "{{ params.number }}"}}
      - {button: {id: who, label: Who, on_click: [{reply: It is you}]}}
    mentions: users
  plain: {content: The same each time, embeds: []}
components:
  take: {button: {label: "Take {{ params.number }}"}, params: {number: integer}, reply: "{{ params.number }}"}
commands:
  reply: {description: d, reply: {message: welcome, with: {member: "{{ user }}", number: 7, tags: [a, b]}}}
  private: {description: d, reply: {message: plain, ephemeral: true}}
  both: {description: d, steps: [{reply: {message: plain}}, {reply: {message: plain, ephemeral: true}}]}
  send:
    description: d
    steps: [{send: {message: welcome, with: {member: "{{ user }}", number: 7, tags: [a, b]}}}, {reply: x}]
  dm:
    description: d
    steps: [{dm: {message: welcome, with: {member: "{{ user }}", number: 7, tags: [a, b]}}}, {reply: x}]
  edit:
    description: d
    steps:
      - {id: it, send: Before}
      - edit_message:
          message: "{{ steps.it.message_id }}"
          says: welcome
          with: {member: "{{ user }}", number: 7, tags: [a, b]}
      - reply: x
  click:
    description: d
    reply: {content: Before, components: [change]}
  none:
    description: d
    options: {text: {type: string, description: t}}
    steps:
      - let: {n: "{{ options.text | default('x') }}"}
      - reply: {message: any, with: {n: "{{ vars.n }}"}}
"""
CHANGE = """
  change:
    button: {label: Change}
    steps: [{update: {message: welcome, with: {member: "{{ user }}", number: 7, tags: [a, b]}}}]
"""
WHOLE = BOT.replace("\ncommands:", CHANGE + "commands:").replace(
    "  plain:", '  any: {params: {n: integer}, content: "{{ params.n }}"}\n  plain:'
)


def bodies(made: Bot) -> list[JsonObject]:
    """Return everything that the bot has said, in Discord's JSON, in order."""
    sent = (each for each in made.local.wire if each.kind == "http" and each.method in ("POST", "PATCH"))
    said = (cast(JsonObject, each.request) for each in sent if each.request)
    return [cast(JsonObject, each.get("data", each)) for each in said if "recipient_id" not in each]


@pytest.mark.parametrize("name", ["reply", "send", "dm", "edit", "update"])
async def test_every_step_says_a_message_by_its_name(bot: StartBot, name: str) -> None:
    made = await bot(WHOLE)
    if name == "update":
        trace = await made.ran("click")
        await made.pressed(trace.messages[0].id, "Change")
    else:
        trace = await made.ran(name)
    said = next(each for each in bodies(made) if "number 7" in str(each.get("content")))
    assert said["content"] == f"Hello <@{trace.user_id}>, you are number 7. Be kind."
    assert said["embeds"] == [{"title": "Note: none yet", "description": "a, b"}]
    assert said["allowed_mentions"] == {"parse": ["users"]}
    (row,) = cast(list[Any], said["components"])
    assert [button["label"] for button in row["components"]] == ["Take 7", "Who"]


async def test_what_is_in_a_message_works_wherever_it_is_sent(bot: StartBot) -> None:
    made = await bot(WHOLE)
    shown = (await made.ran("reply")).messages[0]
    assert (await made.pressed(shown.id, "Take 7")).messages[0].content == "7"
    assert (await made.pressed(shown.id, "Who")).messages[0].content == "It is you"
    await made.ran("send")
    seen = made.local.messages_for(user="Robin", channel="general")
    (post,) = [each for each in seen if "number 7" in each["content"] and each["type"] == 0]
    assert (await made.pressed(int(post["id"]), "Who")).messages[0].content == "It is you"


async def test_one_message_is_public_here_and_private_there(bot: StartBot) -> None:
    made = await bot(WHOLE)
    seen = [(each.content, each.ephemeral) for each in (await made.ran("both")).messages]
    assert seen == [("The same each time", False), ("The same each time", True)]
    assert (await made.ran("private")).messages[0].ephemeral


async def test_a_value_of_another_type_fails_the_step(bot: StartBot) -> None:
    made = await bot(WHOLE)
    trace = await made.ran("none", text="seven")
    assert trace.refused == []
    assert (
        "the parameter `n` of the message `any`: this takes a whole number" in made.log.of("step failed")[0]["reason"]
    )


async def test_a_message_is_compiled_once() -> None:
    program = compiled(WHOLE)
    first, second = program.commands["both"].steps.items
    assert first.action.message is second.action.message


async def test_packs_have_messages_of_their_own(bot: StartBot) -> None:
    pack = "tests/config/packs/greeting.yaml"
    made = await bot(f"""
use:
  - {{pack: {pack}, as: kind, with: {{word: Dear}}}}
  - {{pack: {pack}, as: rude, rename: {{greet: shout}}, with: {{word: Hey}}}}
messages: {{hello: {{content: The bot's own}}}}
commands: {{own: {{description: d, reply: {{message: hello}}}}}}
""")
    said = [(await made.ran(name)).messages[0].content for name in ("greet", "shout", "own")]
    assert said == ["Dear robin", "Hey robin", "The bot's own"]
