"""`create_invite`: to the channels of a local Discord."""

from tests.actions.channels import channel
from tests.actions.members import reasons, said
from tests.conftest import StartBot

BOT = """
commands:
  it:
    description: d
    steps:
      - id: it
        create_invite: {channel: "#support", expires: 1h, max_uses: 3, temporary: true, reason: Asked for}
      - reply: "{{ steps.it.url }}"
  plain: {description: d, steps: [{id: it, create_invite: {}}, {reply: "{{ steps.it.code }}"}]}
"""


async def test_an_invite_is_as_it_is_described(bot: StartBot) -> None:
    made = await bot(BOT)
    ((url, _),) = said(await made.ran("it"))
    (invite,) = made.local.world.invites.values()
    assert url == f"https://discord.gg/{invite.code}"
    assert (invite.max_age_s, invite.max_uses, invite.temporary) == (3600, 3, True)
    assert invite.channel_id == channel(made, "support").id
    assert reasons(made) == ["Asked for"]


async def test_each_is_a_new_one_to_this_channel_for_a_day(bot: StartBot) -> None:
    made = await bot(BOT)
    codes = {said(await made.ran("plain"))[0][0] for _ in range(2)}
    assert len(codes) == 2
    invites = made.local.world.invites.values()
    assert {(each.max_age_s, each.channel_id) for each in invites} == {(86_400, channel(made, "general").id)}
