"""`delete_webhook`: of the webhooks of a local Discord."""

from tests.actions.members import reasons, said
from tests.actions.webhooks import address, is_secret_kept, webhook
from tests.conftest import StartBot

BOT = """
commands:
  make: {description: d, steps: [{create_webhook: {name: News}}, {reply: Done}]}
  own:
    description: d
    options: {which: {type: string, description: d, required: true}}
    steps:
      - id: it
        delete_webhook: {webhook: "{{ options.which }}", reason: Old}
      - reply: "{{ steps.it.was_there }}"
  other:
    description: d
    options: {which: {type: string, description: d, required: true}}
    steps:
      - id: it
        delete_webhook: {url: "{{ options.which }}"}
      - reply: "{{ steps.it.was_there }}"
"""


async def test_it_ends_once_by_its_id(bot: StartBot) -> None:
    made = await bot(BOT)
    await made.ran("make")
    number = str(webhook(made).id)
    assert said(await made.ran("own", which=number)) == [("True", False)]
    assert said(await made.ran("own", which=number)) == [("False", False)]
    assert reasons(made) == [None, "Old"]


async def test_it_ends_by_its_address(bot: StartBot) -> None:
    made = await bot(BOT)
    await made.ran("make")
    found = webhook(made)
    assert said(await made.ran("other", which=address(found))) == [("True", False)]
    assert not made.local.world.webhooks
    assert is_secret_kept(made, found.token)
