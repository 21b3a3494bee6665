"""Mentions by names: `mention` takes `@role` and `#channel`, and each message has the ids of its own server."""

from typing import Any

import pytest

from tests.conftest import Bot, StartBot

BOT = """
commands:
  role: {description: d, reply: {content: "{{ '@Support' | mention('role') }}", mentions: {roles: "@Support"}}}
  fixed: {description: d, reply: {content: Hi, mentions: {roles: "@Support"}}}
  quiet: {description: d, reply: "{{ '@Support' | mention('role') }}"}
  other: {description: d, reply: {content: "{{ '@Support' | mention('role') }}", mentions: {roles: "@Moderator"}}}
  channel: {description: d, reply: "{{ '#support' | mention('channel') }}"}
  embed: {description: d, reply: {embeds: [{description: "{{ '#support' | mention('channel') }}"}]}}
  unknown: {description: d, reply: "{{ '@Nobody' | mention('role') }} {{ '#nowhere' | mention('channel') }}"}
  everyone: {description: d, reply: {content: "{{ '@everyone' | mention('role') }}", mentions: [roles]}}
  sent: {description: d, steps: [{send: "{{ '@Support' | mention('role') }}"}, {reply: Done}]}
  text:
    description: d
    options: {text: {type: string, description: d, required: true}}
    reply: {content: "{{ options.text }}", mentions: {roles: "@Support"}}
"""


def ids_in(made: Bot) -> dict[str, int]:
    """Return the ids of the roles and channels by their names, with their signs."""
    (guild,) = made.local.world.guilds.values()
    roles = {f"@{role.name}": role.id for role in guild.roles.values()}
    return {**roles, **{f"#{each.name}": each.id for each in made.local.world.channels.values()}}


SAID = {
    "role": "<@&@Support>",
    "fixed": "Hi",
    "quiet": "<@&@Support>",
    "other": "<@&@Support>",
    "channel": "<##support>",
    "unknown": "@Nobody #nowhere",
    "everyone": "@everyone",
}


@pytest.mark.parametrize(("name", "said"), SAID.items(), ids=SAID)
async def test_a_name_becomes_the_id_that_the_server_has_for_it(bot: StartBot, name: str, said: str) -> None:
    made = await bot(BOT)
    for each, known in ids_in(made).items():
        said = said.replace(each, str(known)) if f"{each}>" in said else said
    trace = await made.ran(name)
    assert (trace.refused, trace.messages[0].content) == ([], said)


async def test_an_embed_has_it_too(bot: StartBot) -> None:
    made = await bot(BOT)
    trace = await made.ran("embed")
    assert trace.messages[0].embeds[0]["description"] == f"<#{ids_in(made)['#support']}>"


async def test_a_message_that_is_posted_has_it_too(bot: StartBot) -> None:
    made = await bot(BOT)
    await made.ran("sent")
    posted = made.local.messages_for(user="Olive", channel="general")
    assert f"<@&{ids_in(made)['@Support']}>" in [message["content"] for message in posted]


def pinged(made: Bot, message_id: int) -> Any:  # Any: what the local Discord keeps
    message = made.local.world.message(message_id)
    assert message is not None
    return message.mention_everyone, list(message.mention_role_ids)


@pytest.mark.parametrize(("name", "pings"), {"role": True, "quiet": False, "other": False, "everyone": False}.items())
async def test_only_the_role_that_mentions_names_is_pinged(bot: StartBot, name: str, pings: bool) -> None:
    made = await bot(BOT)
    (guild,) = made.local.world.guilds.values()
    next(role for role in guild.roles.values() if role.name == "Support").mentionable = True
    trace = await made.ran(name)
    assert pinged(made, trace.messages[0].id) == (False, [ids_in(made)["@Support"]] if pings else [])


async def test_what_a_user_writes_is_no_mention_of_everyone(bot: StartBot) -> None:
    made = await bot(BOT)
    trace = await made.ran("text", text="<@&@everyone> <@&@Support")
    assert trace.messages[0].content == "@everyone <@&@Support"
    assert pinged(made, trace.messages[0].id) == (False, [])
