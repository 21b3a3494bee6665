"""The layout of a message (V2): it arrives as written, the flag comes by itself, and what is too much is cut."""

from collections.abc import Mapping, Sequence
from typing import Any

import pytest

from tests.conftest import Bot, StartBot

Json = Mapping[str, Any]  # Any: JSON

BOT = """
commands:
  all:
    description: d
    reply:
      components:
        - text: "# Hello {{ user.name }}"
        - container:
            accent_color: "#5865F2"
            spoiler: true
            components:
              - section:
                  text: [One, "{{ user.name }}"]
                  accessory: {thumbnail: {url: https://example.com/a.png, description: A}}
              - section: {text: Two, accessory: more}
              - section: {text: Three, accessory: {button: {label: Docs, url: https://example.com}}}
              - separator: {divider: false, spacing: large}
              - media_gallery:
                  - https://example.com/b.png
                  - {url: "https://example.com/{{ user.name }}.png", spoiler: true}
              - more2
              - {button: {id: own, label: Own, on_click: [{update: {components: [{text: Changed}]}}]}}
              - [{select: {id: pick, options: {x: X}, on_select: [{reply: "{{ values[0] }}"}]}}]
        - separator
        - {text: {content: The end}}
  private: {description: d, reply: {ephemeral: true, components: [{text: Hush}]}}
  later: {description: d, steps: [{wait: 2s}, {reply: {components: [{text: "@everyone {{ user.mention }}"}]}}]}
  again: {description: d, steps: [{reply: One}, {reply: {components: [{text: Two}]}}]}
  sent: {description: d, steps: [{send: {components: [{text: Sent}]}}, {reply: Done}]}
  switch:
    description: d
    reply: {content: Before, embeds: [{title: Before}], components: [{button: {id: go, label: Go, on_click: [
      {update: {components: [{text: After}]}}]}}]}
  long:
    description: d
    options: {text: {type: string, description: t, required: true}}
    reply:
      components:
        - text: "{{ options.text }}"
        - {container: {components: [{text: "{{ options.text }}"}, {text: Hi}]}}
components:
  more: {button: {label: More}, reply: More}
  more2: {button: {label: More2}, reply: More2}
"""


def plain(components: Sequence[Json]) -> list[Json]:
    """Return components without the numbers that Discord gives."""
    return [_plain(component) for component in components]


def _plain(component: Json) -> Json:
    made = {key: value for key, value in component.items() if key != "id"}
    inside: Sequence[Json] = made.get("components", ())
    accessory: Json = made.get("accessory", {})
    made |= {"components": plain(inside)} if inside else {}
    return made | ({"accessory": _plain(accessory)} if accessory else {})


async def components(bot: Bot, name: str, **options: str) -> list[Json]:
    """Return the components that the user of a command sees, of a message that is laid out."""
    trace = await bot.ran(name, **options)
    assert trace.refused == []
    assert trace.messages[-1].flags & 32768
    return plain(trace.messages[-1].components)


async def test_a_layout_arrives_as_it_is_written(bot: StartBot) -> None:
    first, container, line, last = await components(await bot(BOT), "all")
    assert first == {"type": 10, "content": "# Hello robin"}
    assert (line, last) == ({"type": 14, "divider": True, "spacing": 1}, {"type": 10, "content": "The end"})
    assert (container["type"], container["accent_color"], container["spoiler"]) == (17, 0x5865F2, True)
    one, two, three, gap, gallery, row, select = container["components"]
    assert [text["content"] for text in one["components"]] == ["One", "robin"]
    thumbnail = one["accessory"]
    assert (thumbnail["type"], thumbnail["media"]["url"]) == (11, "https://example.com/a.png")
    assert thumbnail["description"] == "A"
    assert (two["accessory"]["custom_id"], three["accessory"]["url"]) == ("lr:more", "https://example.com")
    assert gap == {"type": 14, "divider": False, "spacing": 2}
    assert [item["media"]["url"] for item in gallery["items"]] == [
        "https://example.com/b.png",
        "https://example.com/robin.png",
    ]
    assert [bool(item.get("spoiler")) for item in gallery["items"]] == [False, True]
    assert [button["custom_id"] for button in row["components"]] == ["lr:more2", "lr:/all.own"]
    assert (select["type"], select["components"][0]["type"]) == (1, 3)


async def test_the_components_of_a_layout_work(bot: StartBot) -> None:
    made = await bot(BOT)
    message = (await made.ran("all")).messages[0].id
    for name, answer in (("more", "More"), ("more2", "More2")):
        trace = made.click(message, name)
        await made.idle()
        assert [seen.content for seen in trace.messages] == [answer]
    made.click(message, "/all.own")
    await made.idle()
    changed = made.local.world.message(message)
    assert changed is not None
    assert plain(changed.components) == [{"type": 10, "content": "Changed"}]


@pytest.mark.parametrize("name", ["private", "later", "again", "sent"])
async def test_the_flag_comes_by_itself_wherever_a_message_is_made(bot: StartBot, name: str) -> None:
    made = await bot(BOT)
    trace = await made.ran(name)
    assert trace.refused == []
    shown = [m for m in made.local.messages_for(user="Robin", channel="general") if m["flags"] & 32768]
    assert len(shown) == 1
    assert (shown[0]["flags"] & 64 != 0) is (name == "private")


async def test_a_text_of_a_layout_pings_nobody(bot: StartBot) -> None:
    made = await bot(BOT)
    message = made.local.world.message((await made.ran("later")).messages[0].id)
    assert message is not None
    assert (message.mention_everyone, message.mention_ids) == (False, [])


async def test_a_message_that_changes_to_a_layout_loses_what_cannot_stand_beside_it(bot: StartBot) -> None:
    made = await bot(BOT)
    asked = (await made.ran("switch")).messages[0].id
    trace = made.click(asked, "/switch.go")
    await made.idle()
    message = made.local.world.message(asked)
    assert message is not None
    assert trace.refused == []
    assert (message.content, message.embeds, plain(message.components)) == ("", [], [{"type": 10, "content": "After"}])


LENGTHS: Mapping[str, tuple[int, Sequence[int]]] = {
    "as long as can be": (1999, [1999, 1999, 2]),
    "one too many": (2000, [1999, 1999, 2]),
    "far too many": (6000, [1999, 1999, 2]),
}


@pytest.mark.parametrize(("length", "lengths"), LENGTHS.values(), ids=LENGTHS)
async def test_all_texts_together_stay_below_what_discord_takes(
    bot: StartBot, length: int, lengths: Sequence[int]
) -> None:
    first, container = await components(await bot(BOT), "long", text="x" * length)
    texts = [first["content"], *(text["content"] for text in container["components"])]
    assert [len(text) for text in texts] == lengths
    assert [text.endswith("…") for text in texts] == [length > 1999, length > 1999, False]


async def test_texts_with_which_discord_is_known_to_fail_are_not_sent(bot: StartBot) -> None:
    made = await bot(BOT)
    trace = await made.ran("long", text="本" * 1999)
    assert trace.refused == []
    assert "Something went wrong" in trace.messages[0].content
    assert "bytes together, and Discord fails" in made.log.of("step failed")[0]["reason"]


GALLERY = ", ".join(["https://example.com/a.png"] * 10)


@pytest.mark.parametrize("text", ["{{ user.name }}", "Hi"], ids=["by template", "always"])
@pytest.mark.parametrize(("galleries", "is_sent"), [(6, True), (7, False)])
async def test_more_pictures_than_discord_is_known_to_survive_are_not_sent(
    bot: StartBot, galleries: int, is_sent: bool, text: str
) -> None:
    items = ", ".join([f"{{media_gallery: [{GALLERY}]}}"] * galleries)
    made = await bot(f"commands: {{it: {{description: d, reply: {{components: [{{text: '{text}'}}, {items}]}}}}}}")
    trace = await made.ran("it")
    assert trace.refused == []
    assert bool(trace.messages[0].flags & 32768) is is_sent
