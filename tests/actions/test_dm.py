"""`dm`: to members of a local Discord who take direct messages, and to others."""

from tests.actions.members import WHO, direct_messages, said, user_id
from tests.conftest import StartBot

BOT = """
commands:
  own: {description: d, steps: [{id: it, dm: "Hello, {{ user.name }}"}, {reply: "{{ steps.it.was_delivered }}"}]}
  other:
    description: d
    WHO
    steps:
      - id: it
        dm:
          user: "{{ options.who }}"
          content: "{{ user.name }} greets you"
          if_closed: [{send: "{{ options.who.mention }}, open your inbox"}]
      - reply: "{{ steps.it.was_delivered }}"
  changes:
    description: d
    steps:
      - {id: it, dm: Hello}
      - edit_message:
          channel: "{{ steps.it.channel_id | default('') }}"
          message: "{{ steps.it.message_id | default('') }}"
          content: Bye
      - reply: Done
  fails: {description: d, steps: [{dm: Hello, catch: [{reply: "{{ error.kind }}"}]}]}
  blank: {description: d, steps: [{dm: "{{ ' ' }}", catch: [{reply: "{{ error.kind }}"}]}]}
""".replace("WHO", WHO)


async def test_whoever_runs_it_is_written_to_where_nobody_is_named(bot: StartBot) -> None:
    made = await bot(BOT)
    assert said(await made.ran("own")) == [("True", False)]
    assert direct_messages(made, "Robin") == ["Hello, robin"]


async def test_somebody_else_is_written_to(bot: StartBot) -> None:
    made = await bot(BOT)
    assert said(await made.ran("other", who="Kim")) == [("True", False)]
    assert direct_messages(made, "Kim") == ["robin greets you"]


async def test_where_their_inbox_is_closed_something_else_is_done(bot: StartBot) -> None:
    made = await bot(BOT)
    made.local.world.users[user_id(made, "Kim")].dms_open = False
    assert said(await made.ran("other", who="Kim")) == [("False", False)]
    posted = [str(each["content"]) for each in made.local.messages_for(user="Olive", channel="general")]
    assert f"<@{user_id(made, 'Kim')}>, open your inbox" in posted


async def test_another_failure_is_one(bot: StartBot) -> None:
    made = await bot(BOT)
    made.local.faults.next("POST /users/@me/channels", status=400, code=50035)
    ((text, _),) = said(await made.ran("other", who="Kim"))
    assert text.startswith("Something went wrong")


async def test_without_anything_to_do_instead_it_fails_by_its_kind(bot: StartBot) -> None:
    made = await bot(BOT)
    made.local.world.users[user_id(made, "Robin")].dms_open = False
    assert said(await made.ran("fails")) == [("closed_dm", False)]
    assert said(await made.ran("blank")) == [("invalid", False)]


async def test_what_was_written_can_be_changed(bot: StartBot) -> None:
    made = await bot(BOT)
    assert said(await made.ran("changes")) == [("Done", False)]
    assert direct_messages(made, "Robin") == ["Bye"]
