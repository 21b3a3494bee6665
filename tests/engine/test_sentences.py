"""Built-in sentences: that each can be heard, and replaced in every language; on the wire of a local Discord."""

import asyncio
import re
import sqlite3
from collections.abc import Awaitable, Callable, Mapping
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from runner.emulator.clock import elapse
from runner.emulator.server import LocalDiscord
from runner.lifecycle.limits import LOCALES
from runner.store.flows import FLOWS_PER_OWNER_MAX
from runner.templates import check, parse
from runner.templates.types import INSTANT, STRING, ListOf, Type
from runner.texts import TEXTS, sentence
from tests.conftest import Bot, StartBot, compiled
from tests.engine.acting import ACTING


def answers(bot: Bot) -> list[str]:
    """Return every text that the bot has given as an answer to an interaction, in order, but for a handler's `a`."""
    texts: list[str] = []
    for entry in bot.local.wire:
        if "/interactions/" in entry.route or "/webhooks/" in entry.route:
            body: Any = entry.request or {}  # JSON
            texts.append((body.get("data") or body).get("content", ""))
    return [text for text in texts if text not in ("", "a")]


async def plain(bot: Bot) -> None:
    await bot.ran("it")


async def in_direct_messages(bot: Bot) -> None:
    await bot.ran("it", channel="dm")


async def cut_short(bot: Bot) -> None:
    await bot.command("it").acknowledged()
    await bot.stop()


async def twice(bot: Bot) -> None:
    await bot.ran("it")
    await elapse(1)
    await bot.ran("it")


async def refused_by_discord(bot: Bot) -> None:
    bot.local.faults.next("POST /channels/", status=403, code=50013)
    await bot.ran("it")


def put_the_bot_below_robin(local: LocalDiscord) -> None:
    """Give Robin the role Support, and leave the bot none above it."""
    (guild,) = local.world.guilds.values()
    roles = {role.name: role for role in guild.roles.values()}
    robin = next(user for user in local.world.users.values() if user.username == "robin")
    guild.members[robin.id].role_ids.append(roles["Support"].id)
    roles["Keeper"].position = 0


async def on_mo(bot: Bot) -> None:
    await bot.ran("it", who="Mo")


async def by_the_owner(bot: Bot) -> None:
    await bot.ran("it", user="Olive")


async def two_at_once(bot: Bot) -> None:
    bot.command("it")
    bot.command("it")
    await bot.idle()


async def by_another(bot: Bot) -> None:
    asked = await bot.ran("it")
    await bot.pressed(asked.messages[0].id, "A", user="Kim")


async def by_two_at_once(bot: Bot) -> None:
    asked = await bot.ran("it")
    for _ in range(2):
        bot.press(asked.messages[0].id, "A")
    await bot.idle()


async def too_late(bot: Bot) -> None:
    asked = (await bot.ran("it")).messages[1].id
    first, second = await bot.pressed(asked, "Open"), await bot.pressed(asked, "Open")
    await bot.submitted(second, a="x")
    await bot.submitted(first, a="y")


async def without_its_program(bot: Bot) -> None:
    asked = await bot.ran("it")
    with closing(sqlite3.connect(bot.directory / ".lifecycle/state.db")) as database:
        database.execute("UPDATE flows SET machine = '{}'")
        database.commit()
    await bot.pressed(asked.messages[0].id, "A")


async def again_and_again(bot: Bot) -> None:
    for _ in range(FLOWS_PER_OWNER_MAX + 1):
        await bot.ran("it")


def gone(kind: int, data: Mapping[str, object]) -> Callable[[Bot], Awaitable[None]]:
    """Return what sends an interaction that nothing takes any more."""

    async def send(bot: Bot) -> None:
        trace = await bot.ran("it")
        bot.engine.receive({**trace.payload, "id": str(trace.id + 1), "type": kind, "data": data})
        await bot.idle()

    return send


def it(body: str) -> str:
    """Return a bot with one command."""
    return f"commands: {{it: {{description: d, visible_to: [], {body}}}}}"


ASK_AGAIN = "steps: [{reply: a}, {form: {title: T, fields: {a: A}, prompt: Now, continue: Open}}, {reply: b}]"
ASK = "steps: [{choose: {prompt: a, options: {a: A}}}, {update: {content: a}}]"
FORM = "\nmodals: {form: {title: F, fields: {a: A}, reply: Thanks}}"
TAGS = "records: {tags: {fields: {name: string}, unique: [[name]], limit: LIMIT}}\n"
WHO = "options: {who: {type: user, description: d, required: true}}"
HEARD: Mapping[str, tuple[str, Callable[[Bot], Awaitable[None]]]] = {
    "refused_answer": (it(ASK), by_another),
    "later": (it("steps: [{wait: {duration: 3h, saved: true}}, {send: a}]"), plain),
    "listening": (it("steps: [{wait_for: message}, {send: a}]"), plain),
    "question_answered": (it(ASK), by_two_at_once),
    "question_over": (it(ASK_AGAIN), too_late),
    "flow_lost": (it(ASK), without_its_program),
    "too_many_flows": (it(ASK), again_and_again),
    "done": (it("steps: [{log: Nothing to say}]"), plain),
    "failed": (it("steps: [{send: {channel: 123456789012345678, content: a}}]"), plain),
    "timeout": (it("timeout: 5s, steps: [{wait: '{{ 60 }}'}]"), plain),
    "takes_longer": (it("timeout: 1h, steps: [{wait: '{{ 1200 }}'}, {log: a}]"), plain),
    "form_too_late": (it("steps: [{hang: 5s}, {modal: form}]") + FORM, plain),
    "store_failed": (TAGS.replace("LIMIT", "9") + it("steps: [{insert: {into: tags, values: {name: a}}}]"), plain),
    "already_there": (TAGS.replace("LIMIT", "9") + it("steps: [{insert: {into: tags, values: {name: a}}}]"), twice),
    "no_room": (TAGS.replace("LIMIT", "1") + it("steps: [{insert: {into: tags, values: {name: '{{ now }}'}}}]"), twice),
    "restarting": (it("timeout: 10m, steps: [{wait: 9m}]"), cut_short),
    "replaced": (it("concurrency: {when_busy: restart}, steps: [{wait: 5s}, {reply: a}]"), two_at_once),
    "refused_cooldown": (it("cooldown: 30s, reply: a"), two_at_once),
    "refused_busy": (it("concurrency: 1, steps: [{wait: 5s}, {reply: a}]"), two_at_once),
    "busy": (it("steps: [{wait: 5s}, {reply: a}]"), two_at_once),
    "unknown_command": (it("reply: a"), gone(2, {"name": "old", "type": 1})),
    "outdated_command": (
        it("options: {n: {type: integer, description: d}}, reply: \"{{ options.n | default('a') }}\""),
        gone(2, {"name": "it", "type": 1, "options": [{"name": "n", "type": 3, "value": "x"}]}),
    ),
    "gone_option": (
        it("options: {who: {type: user, description: d}}, reply: '{{ options.who }}a'"),
        gone(2, {"name": "it", "type": 1, "options": [{"name": "who", "type": 6, "value": "1"}]}),
    ),
    "gone_target": (
        it("reply: a") + "\ncontext_menus: {Look: {type: user, reply: '{{ target.name }}'}}",
        gone(2, {"name": "Look", "type": 2, "target_id": "1"}),
    ),
    "unknown_component": (it("reply: a"), gone(3, {"custom_id": "lr:old", "component_type": 2})),
    "unknown_form": (it("reply: a"), gone(5, {"custom_id": "lr:modal:old", "components": []})),
    "refused_member": (it("permissions: {member: [manage_guild, ban_members]}, reply: a"), plain),
    "refused_bot": (it("permissions: {bot: view_guild_insights}, reply: a"), plain),
    "refused_bot_in": (it("steps: [{send: {channel: '#support', content: a}}]"), refused_by_discord),
    "refused_role_above": (it("steps: [{give: '@Support'}]"), plain),
    "refused_role_fixed": (it("steps: [{give: '@Keeper'}]"), plain),
    "refused_member_above": (it("steps: [{hit: '{{ user }}'}]"), plain),
    "refused_hierarchy": (it("steps: [{hit: '{{ user }}'}]"), refused_by_discord),
    "refused_rank": (
        it("options: {who: {type: user, description: d, required: true}}, steps: [{hit: '{{ options.who }}'}]"),
        on_mo,
    ),
    "refused_guild_owner": (it("steps: [{hit: '{{ user }}'}]"), by_the_owner),
    "refused_roles": (it("check: {roles: {all: ['@Support', '@Moderator']}}, reply: a"), plain),
    "refused_any_role": (it("check: {roles: {any: ['@Support', '@Moderator']}}, reply: a"), plain),
    "refused_channel": (it("check: {channels: ['#support', '#staff']}, reply: a"), plain),
    "refused_check": (it("check: {owner: true}, reply: a"), plain),
    "refused_server": (it("steps: [{require: {check: {contexts: guild}}}]"), in_direct_messages),
    "refused_dm": (it("check: {contexts: bot_dm}, reply: a"), plain),
}


Hear = Callable[[str, str], Awaitable[tuple[str, Bot]]]


@pytest.fixture
def heard(bot: StartBot, tmp_path: Path) -> Hear:
    """Return the last answer of the bot that is made to say a sentence, with some texts, and the bot."""

    async def hear(name: str, texts: str) -> tuple[str, Bot]:
        body, act = HEARD[name]
        text, live_max = f"{texts}\n{body}", 1 if name == "busy" else 100
        before = await bot("")
        await before.stop()
        if name in ("refused_role_above", "refused_member_above"):
            put_the_bot_below_robin(before.local)
        if name == "store_failed":
            (tmp_path / ".lifecycle").write_text("in the way of the store")
            made = await bot(it("reply: a"))
            made.engine.swap(compiled(text))
        else:
            made = await bot(text, live_max=live_max, more=ACTING, local=before.local)
        await act(made)
        return answers(made)[-1], made

    return hear


def test_every_sentence_is_made_to_be_heard() -> None:
    assert set(HEARD) == set(TEXTS)


@pytest.mark.parametrize("name", HEARD)
async def test_a_sentence_is_said_in_our_words(heard: Hear, name: str) -> None:
    text, made = await heard(name, "")
    values = {"reference": made.line()["reference"], "names": ["X"], "channel": "X", "role": "X", "member": "X"}
    start = re.split("X|<t:", sentence(name, **values, retry_at=0.0, at=0.0))[0].replace("**", "")
    assert text.replace("**", "").startswith(start)
    assert "None" not in text


@pytest.mark.parametrize("name", HEARD)
async def test_a_sentence_is_said_in_the_authors_words_with_the_values_that_it_has(heard: Hear, name: str) -> None:
    reads = " ".join(f"{{{{ {value}{' | join' * (value == 'names')} }}}}" for value in TEXTS[name].values)
    text, made = await heard(name, f'texts: {{en: {{{name}: "{{{{ user.name }}}}: {reads}"}}}}')
    assert text.startswith(("robin: ", "olive: ", "kim: "))
    assert ("reference" in TEXTS[name].values) is (str(made.line()["reference"]) in text)
    assert "None" not in text


@pytest.mark.parametrize("name", TEXTS)
def test_a_built_in_sentence_reads_what_it_says_that_it_reads_and_nothing_else(name: str) -> None:
    template = parse(TEXTS[name].text)
    assert template.roots == set(TEXTS[name].values)
    assert check(template, TEXTS[name].values).faults == ()
    values: dict[Type, object] = {ListOf(STRING): ["a", "b"], STRING: "a", INSTANT: 0.0}
    assert sentence(name, **{value: values[kind] for value, kind in TEXTS[name].values.items()}).strip()


TEXTS_BY_LOCALE = "{fr: {done: Fini.}, de: {done: Fertig.}, en-GB: {done: Jolly good.}, pt: {done: Pronto.}}"
LANGUAGES = {
    "the user's own": ("de", "fr", TEXTS_BY_LOCALE, "Fertig."),
    "its language": ("pt-BR", "de", TEXTS_BY_LOCALE, "Pronto."),
    "what Discord falls back to": ("en-US", "de", TEXTS_BY_LOCALE, "Jolly good."),
    "the server's": ("ja", "de", TEXTS_BY_LOCALE, "Fertig."),
    "the server's language": ("ja", "pt-BR", TEXTS_BY_LOCALE, "Pronto."),
    "the first in the file": ("ja", "ko", TEXTS_BY_LOCALE, "Fini."),
    "its own before its language's": ("en-GB", "de", "{en: {done: Ready.}, en-GB: {done: Sorted.}}", "Sorted."),
    "where the own has another sentence": ("de", "ko", "{en: {done: Ready.}, de: {busy: Voll.}}", "Ready."),
    "ours where there is none": ("de", "ko", "{de: {busy: Voll.}}", "Done."),
    "ours where nothing is replaced": ("de", "ko", "{}", "Done."),
    "the next where one comes out blank": ("de", "ko", "{en: {done: Ready.}, de: {done: \"{{ '' }}\"}}", "Ready."),
    "the next where one can't be rendered": (
        "de",
        "ko",
        '{en: {done: Ready.}, de: {done: "a {{ 1 / (user.name | length - 5) }}"}}',
        "Ready.",
    ),
}


@pytest.mark.parametrize(("own", "servers", "texts", "said"), LANGUAGES.values(), ids=LANGUAGES)
async def test_the_nearest_language_is_spoken(bot: StartBot, own: str, servers: str, texts: str, said: str) -> None:
    made = await bot(f"texts: {texts}\n{it('steps: [{log: a}]')}")
    for user in made.local.world.users.values():
        user.locale = own
    for guild in made.local.world.guilds.values():
        guild.locale = servers
    await made.ran("it")
    assert answers(made) == [said]


async def test_a_text_reads_the_user_the_channel_the_interaction_and_the_vars(bot: StartBot) -> None:
    text = "{{ user.mention }} {{ channel.name }} {{ interaction.locale }} {{ vars.url }}"
    made = await bot(f"vars: {{url: here}}\ntexts: {{en: {{done: '{text}'}}}}\n{it('steps: [{log: a}]')}")
    trace = await made.ran("it")
    assert answers(made) == [f"<@{trace.user_id}> general en-US here"]


@pytest.mark.parametrize("locale", [*LOCALES, "en", "zh"])
async def test_every_locale_of_discords_and_its_language_can_have_texts(bot: StartBot, locale: str) -> None:
    made = await bot(f"texts: {{{locale}: {{done: Mine.}}}}\n{it('steps: [{log: a}]')}")
    for user in made.local.world.users.values():
        user.locale = {"en": "en-US", "zh": "zh-TW"}.get(locale, locale)
    await made.ran("it")
    assert answers(made) == ["Mine."]


async def test_what_is_said_while_draining_is_in_the_authors_words_too(bot: StartBot) -> None:
    made = await bot(f"texts: {{en: {{restarting: Later.}}}}\n{it('steps: [{wait: 5s}, {reply: a}]')}")
    await made.command("it").acknowledged()
    stopping = asyncio.create_task(made.stop())
    await elapse(1)
    assert await made.command("it").finished(3)
    assert "Later." in answers(made)
    await stopping
