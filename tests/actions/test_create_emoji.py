"""`create_emoji`: in the server of a local Discord."""

import base64
from collections.abc import Mapping
from typing import cast

import pytest

from runner.emulator.messages import Upload
from runner.lifecycle import limits
from runner.lifecycle.bits import Permissions
from tests.actions.channels import texts
from tests.actions.members import guild_of, reasons, role, said
from tests.actions.scheduled_events import drawn, emoji, without
from tests.conftest import Bot, StartBot

PNG = b"\x89PNG\r\n\x1a\n" + b"0" * 24
GIF = b"GIF89a" + b"0" * 24


def bot_with(keys: str) -> str:
    """Return a bot that adds what somebody sends."""
    return f"""
commands:
  it:
    description: d
    options: {{file: {{type: attachment, description: d, required: true}}}}
    steps:
      - id: it
        create_emoji: {{image: {{attachment: "{{{{ options.file.id }}}}"}}, {keys}}}
        catch: [{{reply: "{{{{ error.kind }}}} {{{{ error.code }}}}"}}, stop]
      - reply: "{{{{ steps.it.emoji_id }}}} {{{{ steps.it.mention }}}}"
"""


def sent(content: bytes) -> Upload:
    """Return a file that somebody chooses."""
    return Upload(0, "party.png", "image/png", content)


def uploaded(bot: Bot) -> bytes:
    """Return the picture that Discord was sent last."""
    entry = next(each for each in reversed(bot.local.wire) if each.route.endswith("/emojis"))
    said = cast(Mapping[str, str], entry.request)  # JSON that has passed
    kind, _, data = said["image"].partition(",")
    assert kind in ("data:image/png;base64", "data:image/gif;base64")
    return base64.b64decode(data)


async def test_a_picture_that_somebody_sends_becomes_an_emoji(bot: StartBot) -> None:
    made = await bot(bot_with("name: party, roles: '@Support', reason: Asked for"))
    ((text, _),) = said(await made.ran("it", file=sent(PNG)))
    found = emoji(made)
    assert text == f"{found.id} <:party:{found.id}>"
    assert (found.animated, found.role_ids) == (False, [role(made, "Support").id])
    assert uploaded(made) == PNG
    assert reasons(made) == ["Asked for"]


async def test_what_is_in_it_says_whether_it_moves(bot: StartBot) -> None:
    made = await bot(bot_with("name: party"))
    ((text, _),) = said(await made.ran("it", file=sent(GIF)))
    assert text.endswith(f"<a:party:{emoji(made).id}>")
    assert emoji(made).animated


@pytest.mark.parametrize(
    ("content", "answer"),
    [
        (b"Hello", "invalid"),
        (PNG + b"0" * limits.EMOJI_IMAGE_MAX_BYTES, "too_large"),
        (PNG.ljust(limits.EMOJI_IMAGE_MAX_BYTES, b"0"), None),
    ],
    ids=["text", "too large", "at the bound"],
)
async def test_only_a_picture_of_a_quarter_of_a_megabyte_is_taken(
    bot: StartBot, content: bytes, answer: str | None
) -> None:
    made = await bot(bot_with("name: party"))
    ((text, _),) = said(await made.ran("it", file=sent(content)))
    assert len(guild_of(made).emojis) == (answer is None)
    assert answer in (None, text)


async def test_a_name_that_is_none_is_refused_before_discord_is_asked(bot: StartBot) -> None:
    made = await bot(bot_with('name: "{{ user.name }}!"'))
    assert said(await made.ran("it", file=sent(PNG))) == [("invalid", False)]


@pytest.mark.parametrize(("content", "code"), [(PNG, 30008), (GIF, 30018)])
async def test_a_server_has_fifty_of_each_kind(bot: StartBot, content: bytes, code: int) -> None:
    made = await bot(bot_with("name: party"))
    for number in range(1, 101):
        drawn(made, number=number).animated = number > 50
    assert said(await made.ran("it", file=sent(content))) == [(f"limit_reached {code}", False)]


async def test_a_bot_that_may_not_says_so_before_anything_happens(bot: StartBot) -> None:
    text = (
        bot_with("name: party")
        .replace("- id: it\n", "- send: Soon\n      - id: it\n")
        .replace("        catch: [", "        # [")
    )
    made = await without(bot, Permissions.CREATE_GUILD_EXPRESSIONS, text)
    ((answer, is_private),) = said(await made.ran("it", file=sent(PNG)))
    assert is_private
    assert "Create Expressions" in answer
    assert texts(made, "general") == [answer]
