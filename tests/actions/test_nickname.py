"""`nickname`: on members of a local Discord."""

import pytest

from tests.actions.members import member, reasons, said
from tests.conftest import StartBot

BOT = """
commands:
  own:
    description: d
    options: {to: {type: string, description: d}}
    steps: [{nickname: "{{ options.to | default('') }}"}, {reply: Done}]
  other:
    description: d
    options: {who: {type: user, description: Whom, required: true}}
    steps: [{nickname: {name: Pest, user: "{{ options.who }}", reason: A joke}}, {reply: Done}]
"""


@pytest.mark.parametrize(("name", "nick"), [("Hood", "Hood"), ("", None), ("a" * 40, "a" * 31 + "…")])
async def test_whoever_runs_it_is_called_so(bot: StartBot, name: str, nick: str | None) -> None:
    made = await bot(BOT)
    member(made, "Robin").nick = "Old"
    options = {"to": name} if name else {}
    assert said(await made.ran("own", **options)) == [("Done", False)]
    assert member(made, "Robin").nick == nick


async def test_others_only_by_whom_stands_above_them(bot: StartBot) -> None:
    made = await bot(BOT)
    assert said(await made.ran("other", user="Mo", who="Sam")) == [("Done", False)]
    assert member(made, "Sam").nick == "Pest"
    assert reasons(made) == ["A joke"]
    ((text, is_private),) = said(await made.ran("other", user="Sam", who="Mo"))
    assert "Mo" not in text  # by mention
    assert is_private
    assert member(made, "Mo").nick is None
