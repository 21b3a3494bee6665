"""Embeds: they arrive as written, what a template leaves empty is left out, and what is too long is cut."""

from collections.abc import Mapping
from typing import Any

import pytest

from tests.conftest import Bot, StartBot

Json = Mapping[str, Any]  # Any: JSON

FULL = """
commands:
  it:
    description: d
    options: {text: {type: string, description: t}}
    reply:
      content: "Look, {{ user.mention }}"
      embeds:
        - title: "Hello {{ user.name }}"
          description: A text
          url: https://example.com/{{ user.name }}
          color: "#5865F2"
          timestamp: 2026-01-31T18:00:00Z
          author: {name: "{{ user.name }}", url: https://example.com, icon_url: https://example.com/a.png}
          footer: {text: Below, icon_url: https://example.com/b.png}
          image: https://example.com/c.png
          thumbnail: {url: https://example.com/d.png}
          fields:
            - {name: One, value: "{{ options.text | default('none') }}", inline: true}
            - {name: Two, value: "2"}
        - {description: The second, color: 255, timestamp: "{{ 0 }}"}
  conditional:
    description: d
    options: {text: {type: string, description: t}}
    reply:
      embeds:
        - title: Always
          description: "{{ options.text }}"
          url: "{{ options.text }}"
          author: {name: "{{ options.text }}", url: https://example.com}
          footer: "{{ options.text }}"
          image: "{{ options.text }}"
          thumbnail: "{{ options.text }}"
  empty: {description: d, reply: {embeds: [{description: "{{ '' if user else 'a' }}"}]}}
  text_or_embed:
    description: d
    options: {text: {type: string, description: t}}
    reply: {content: "{{ options.text }}", embeds: [{title: A title}]}
  colour:
    description: d
    options: {colour: {type: string, description: c, required: true}}
    reply: {embeds: [{title: A title, color: "{{ options.colour }}"}]}
  link:
    description: d
    options: {url: {type: string, description: u, required: true}}
    reply: {embeds: [{title: A title, url: "{{ options.url }}"}]}
"""


async def embeds(bot: Bot, name: str, **options: str) -> list[Json]:
    """Return the embeds of what the user of a command sees."""
    trace = await bot.ran(name, **options)
    assert trace.refused == []
    return list(trace.messages[0].embeds)


async def test_an_embed_arrives_as_it_is_written(bot: StartBot) -> None:
    first, second = await embeds(await bot(FULL), "it", text="x")
    assert [first[name]["url"] for name in ("image", "thumbnail")] == [
        "https://example.com/c.png",
        "https://example.com/d.png",
    ]
    assert {name: value for name, value in first.items() if name not in ("image", "thumbnail")} == {
        "type": "rich",
        "title": "Hello robin",
        "description": "A text",
        "url": "https://example.com/robin",
        "color": 0x5865F2,
        "timestamp": "2026-01-31T18:00:00+00:00",
        "author": {"name": "robin", "url": "https://example.com", "icon_url": "https://example.com/a.png"},
        "footer": {"text": "Below", "icon_url": "https://example.com/b.png"},
        "fields": [{"name": "One", "value": "x", "inline": True}, {"name": "Two", "value": "2", "inline": False}],
    }
    assert second["timestamp"] == "1970-01-01T00:00:00+00:00"
    assert second["color"] == 255


async def test_what_a_template_leaves_empty_is_left_out(bot: StartBot) -> None:
    assert await embeds(await bot(FULL), "conditional") == [{"type": "rich", "title": "Always"}]


async def test_what_a_template_fills_in_is_there(bot: StartBot) -> None:
    (embed,) = await embeds(await bot(FULL), "conditional", text="https://example.com/x")
    assert set(embed) == {"type", "title", "description", "url", "author", "footer", "image", "thumbnail"}


async def test_a_text_may_be_empty_where_an_embed_shows(bot: StartBot) -> None:
    made = await bot(FULL)
    for text in ("", "Hi"):
        trace = await made.ran("text_or_embed", **({"text": text} if text else {}))
        assert (trace.refused, trace.messages[0].content) == ([], text)
        assert len(trace.messages[0].embeds) == 1


async def test_an_embed_that_turns_out_empty_fails_the_step(bot: StartBot) -> None:
    made = await bot(FULL)
    trace = await made.ran("empty")
    assert "Something went wrong" in trace.messages[0].content
    assert made.line()["outcome"] == "failed"


BAD: dict[str, tuple[str, dict[str, str]]] = {
    "a colour that is none": ("colour", {"colour": "red"}),
    "an address that is none": ("link", {"url": "javascript:alert(1)"}),
    "an address that is too long": ("link", {"url": "https://example.com/" + "x" * 2048}),
}


@pytest.mark.parametrize(("name", "options"), BAD.values(), ids=BAD)
async def test_a_value_that_discord_would_refuse_fails_the_step_and_says_what_is_taken(
    bot: StartBot, name: str, options: dict[str, str]
) -> None:
    made = await bot(FULL)
    trace = await made.ran(name, **options)
    assert trace.refused == []  # it was not even tried
    assert "Something went wrong" in trace.messages[0].content
    assert "this takes" in made.log.of("step failed")[0]["reason"]


LONG = """
commands:
  it:
    description: d
    options: {text: {type: string, description: t, required: true}}
    reply:
      embeds:
        - title: "{{ options.text }}"
          description: "{{ options.text }}"
          author: "{{ options.text }}"
          footer: "{{ options.text }}"
          fields: [{name: "{{ options.text }}", value: "{{ options.text }}"}]
  two: &two
    description: d
    options: {text: {type: string, description: t, required: true}}
    reply: {embeds: [{title: Fixed, description: "{{ options.text }}"}, {description: "{{ options.text }}"}]}
  fields:
    description: d
    options: {text: {type: string, description: t, required: true}}
    reply:
      embeds:
        - fields:
            - {name: "1", value: "{{ options.text }}"}
            - {name: "2", value: "{{ options.text }}"}
            - {name: "3", value: "{{ options.text }}"}
            - {name: "4", value: "{{ options.text }}"}
            - {name: "5", value: "{{ options.text }}"}
            - {name: "6", value: "{{ options.text }}"}
"""


async def test_each_text_is_cut_to_what_discord_takes(bot: StartBot) -> None:
    (embed,) = await embeds(await bot(LONG), "it", text="x" * 5000)
    assert embed["title"] == embed["author"]["name"] == "x" * 255 + "…"
    assert embed["footer"]["text"] == "x" * 2047 + "…"
    assert embed["fields"][0] == {"name": "x" * 255 + "…", "value": "x" * 1023 + "…", "inline": False}
    others = 256 + 256 + 2048 + 256 + 1024
    assert embed["description"] == "x" * (6000 - others - 1) + "…"  # that of all texts together


@pytest.mark.parametrize(("length", "lengths"), [(2997, [2997, 2997]), (2998, [2997, 2997]), (4096, [2997, 2997])])
async def test_all_embeds_together_stay_below_what_discord_takes(
    bot: StartBot, length: int, lengths: list[int]
) -> None:
    found = await embeds(await bot(LONG), "two", text="x" * length)
    assert [len(embed["description"]) for embed in found] == lengths
    assert sum(lengths) + len("Fixed") <= 6000


async def test_embeds_without_a_description_to_cut_fail_the_step(bot: StartBot) -> None:
    made = await bot(LONG)
    trace = await made.ran("fields", text="x" * 1024)
    assert trace.refused == []
    assert "150 characters more than Discord takes" in made.log.of("step failed")[0]["reason"]


PINGS = """
commands:
  all: {description: d, reply: {content: "@everyone {{ user.mention }}", mentions: everyone}}
  here: {description: d, reply: {content: "@here", mentions: [here]}}
  some: {description: d, reply: {content: "{{ user.mention }} <@&ROLE>", mentions: {users: "{{ user }}"}}}
  list: {description: d, reply: {content: "{{ user.mention }}", mentions: {users: "{{ [user.id, user.id] }}"}}}
  role: {description: d, reply: {content: "<@&ROLE>", mentions: {roles: [ROLE]}}}
  none: {description: d, reply: {content: "{{ user.mention }} @everyone"}}
  embed: {description: d, reply: {content: Hi, embeds: [{description: "{{ user.mention }} @everyone"}]}}
"""
MENTIONED: dict[str, tuple[bool, int, int]] = {
    "all": (True, 0, 0),
    "here": (True, 0, 0),
    "some": (False, 1, 0),
    "list": (False, 1, 0),
    "role": (False, 0, 1),
    "none": (False, 0, 0),
    "embed": (False, 0, 0),
}


@pytest.mark.parametrize(("name", "pinged"), MENTIONED.items(), ids=MENTIONED)
async def test_only_whom_the_author_names_is_pinged(bot: StartBot, name: str, pinged: tuple[bool, int, int]) -> None:
    made = await bot("commands: {it: {description: d, reply: Hi}}")
    (guild,) = made.local.world.guilds.values()
    role = next(role for role in guild.roles.values() if role.id != guild.id and role.managed_by is None)
    role.mentionable = True
    other = await bot(PINGS.replace("ROLE", str(role.id)), local=made.local)
    await made.stop()
    trace = await other.ran(name)
    assert trace.refused == []
    message = made.local.world.message(trace.messages[0].id)
    assert message is not None
    found = (message.mention_everyone, len(message.mention_ids), len(message.mention_role_ids))
    assert found == pinged


FLAGS = """
commands:
  previews: {description: d, reply: {content: https://example.com, suppress_embeds: true}}
  silent: {description: d, reply: {content: Hush, silent: true, ephemeral: true}}
  deferred: {description: d, steps: [{wait: 2s}, {reply: {content: https://example.com, suppress_embeds: true}}]}
  sent: {description: d, steps: [{send: {content: Hush, silent: true}}, {reply: Done}]}
"""
FLAGGED = {"previews": 4, "silent": 4096 | 64, "deferred": 4}


@pytest.mark.parametrize(("name", "flags"), FLAGGED.items(), ids=FLAGGED)
async def test_a_flag_reaches_the_message(bot: StartBot, name: str, flags: int) -> None:
    trace = await (await bot(FLAGS)).ran(name)
    assert (trace.refused, trace.messages[0].flags) == ([], flags)


async def test_a_message_can_be_sent_silently(bot: StartBot) -> None:
    made = await bot(FLAGS)
    await made.ran("sent")
    assert [m["flags"] for m in made.local.messages_for(user="Kim", channel="general") if m["content"] == "Hush"] == [
        4096
    ]
