"""`create_webhook`: in the channels of a local Discord."""

from tests.actions.channels import channel
from tests.actions.members import reasons, said
from tests.actions.webhooks import is_secret_kept, webhook
from tests.conftest import StartBot

BOT = """
commands:
  it:
    description: d
    steps:
      - id: it
        create_webhook: {name: News, channel: "#support", reason: Asked for}
        catch: [{reply: "{{ error.kind }}"}, stop]
      - reply: "{{ steps.it | tojson }}"
"""


async def test_it_is_made_and_nobody_learns_its_token(bot: StartBot) -> None:
    made = await bot(BOT)
    ((text, _),) = said(await made.ran("it"))
    found = webhook(made)
    assert (found.name, found.channel_id) == ("News", channel(made, "support").id)
    assert str(found.id) in text
    assert found.token not in text
    assert is_secret_kept(made, found.token)
    assert reasons(made) == ["Asked for"]


async def test_a_channel_that_is_full_of_them_has_a_kind(bot: StartBot) -> None:
    made = await bot(BOT)
    for _ in range(15):
        await made.ran("it")
    assert said(await made.ran("it")) == [("limit_reached", False)]
