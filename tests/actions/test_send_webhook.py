"""`send_webhook`: into the channels of a local Discord."""

from runner.inspector.recorder import Recorder
from tests.actions.channels import channel
from tests.actions.members import said
from tests.actions.webhooks import address, is_secret_kept, webhook
from tests.conftest import StartBot

BOT = """
commands:
  make: {description: d, steps: [{create_webhook: {name: News, channel: "#support"}}, {reply: Done}]}
  own:
    description: d
    options: {which: {type: string, description: d, required: true}}
    steps:
      - id: it
        send_webhook: {webhook: "{{ options.which }}", content: "Hello @everyone", username: Bulletin}
        catch: [{reply: "{{ error.kind }}"}, stop]
      - reply: "{{ steps.it.message_id }}"
  other:
    description: d
    options: {which: {type: string, description: d, required: true}}
    steps:
      - send_webhook: {url: "{{ options.which }}", content: Hello}
        catch: [{reply: "{{ error.kind }}"}, stop]
      - reply: Done
  thread:
    description: d
    options: {which: {type: string, description: d, required: true}}
    steps:
      - id: it
        create_thread: {channel: "#support", name: Talk}
      - send_webhook: {webhook: "{{ options.which }}", content: Hello, thread: "{{ steps.it.thread_id }}"}
      - reply: Done
"""


async def test_one_of_the_bots_own_is_known_by_its_id(bot: StartBot) -> None:
    recorder = Recorder(now=lambda: 0.0)
    made = await bot(BOT, observer=recorder)
    await made.ran("make")
    found = webhook(made)
    ((number, _),) = said(await made.ran("own", which=str(found.id)))
    posted = channel(made, "support").messages[int(number)]
    assert (posted.content, posted.webhook_id) == ("Hello @everyone", found.id)
    assert not posted.mention_everyone
    assert posted.shown_as is not None
    assert found.token not in str(recorder.runs())
    assert is_secret_kept(made, found.token)


async def test_any_is_known_by_its_address(bot: StartBot) -> None:
    made = await bot(BOT)
    await made.ran("make")
    found = webhook(made)
    assert said(await made.ran("other", which=address(found))) == [("Done", False)]
    assert [each.content for each in channel(made, "support").messages.values()] == ["Hello"]
    assert is_secret_kept(made, found.token)


async def test_what_is_no_webhook_or_none_any_more_has_a_kind(bot: StartBot) -> None:
    made = await bot(BOT)
    await made.ran("make")
    found = webhook(made)
    for url in ("https://example.org/api/webhooks/1/a", "nothing", address(found) + "/messages/1"):
        assert said(await made.ran("other", which=url)) == [("invalid", False)]
    made.local.world.webhooks.clear()
    assert said(await made.ran("other", which=address(found))) == [("not_found", False)]
    assert said(await made.ran("own", which=str(found.id))) == [("not_found", False)]


async def test_its_components_are_shown_whoever_the_webhook_belongs_to(bot: StartBot) -> None:
    link = "components: [{button: {label: More, url: 'https://example.org'}}]"
    made = await bot(BOT.replace("content: Hello}\n        catch", f"content: Hello, {link}}}\n        catch"))
    await made.ran("make")
    await made.ran("other", which=address(webhook(made)))
    (posted,) = channel(made, "support").messages.values()
    assert [each["label"] for row in posted.components for each in row["components"]] == ["More"]
    (query,) = (entry.query for entry in made.local.wire if "wait" in entry.query)
    assert query["with_components"] == "true"


async def test_into_a_thread_of_its_channel(bot: StartBot) -> None:
    made = await bot(BOT)
    await made.ran("make")
    assert said(await made.ran("thread", which=str(webhook(made).id))) == [("Done", False)]
    assert [each.content for each in channel(made, "Talk").messages.values()] == ["Hello"]
