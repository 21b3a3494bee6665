"""`remove`: an item leaves a list, and only that item."""

from tests.conftest import StartBot

BOT = """
state:
  queue: {type: list, items: string, default: [robin, sam, robin]}
commands:
  leave:
    description: d
    steps:
      - {id: it, remove: {state: queue, value: "{{ user.name }}"}}
      - reply: "[{{ steps.it.value | join(' ') }}] {{ state.queue | length }}"
"""


async def test_an_item_leaves_the_list_wherever_it_stands(bot: StartBot) -> None:
    made = await bot(BOT)
    assert (await made.ran("leave")).messages[0].content == "[sam] 1"
    assert (await made.ran("leave")).messages[0].content == "[sam] 1"
    assert (await made.ran("leave", user="Sam")).messages[0].content == "[] 0"
