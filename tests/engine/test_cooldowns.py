"""How often a handler may be used: the count by itself, and on the wire of a local Discord."""

import sqlite3
from collections.abc import Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from runner.emulator.clock import elapse
from runner.emulator.trace import Trace
from runner.engine.cooldowns import BUCKETS_MAX, Uses
from runner.uses import Bucket
from tests.conftest import Bot, StartBot, compiled


@dataclass
class Clock:
    """A clock that a test sets."""

    at: float = 1000.0

    def now(self) -> float:
        """Return its time."""
        return self.at


# --- the count


def _seconds(eighths: int) -> float:
    """Return a time that adds up without rounding, so that both sides see the same instants."""
    return eighths / 8


@given(
    st.integers(1, 5),
    st.integers(4, 480).map(_seconds),
    st.lists(st.tuples(st.integers(0, 320).map(_seconds), st.sampled_from("abc")), max_size=60),
)
def test_no_stretch_of_time_has_more_uses_than_it_may(
    uses: int, per_s: float, tries: Sequence[tuple[float, str]]
) -> None:
    clock = Clock()
    counted, taken = Uses(clock.now), list[tuple[float, str]]()
    for pause_s, name in tries:
        clock.at += pause_s
        wait_s = counted.take([Bucket(name, uses, per_s)])
        recent = [at for at, whose in taken if whose == name and at > clock.at - per_s]
        assert (wait_s is None) is (len(recent) < uses)
        if wait_s is None:
            taken.append((clock.at, name))
        else:
            assert clock.at + wait_s == pytest.approx(recent[-uses] + per_s)


def test_of_several_buckets_all_are_taken_or_none() -> None:
    clock = Clock()
    uses = Uses(clock.now)
    short, long = Bucket("a", 1, 5.0), Bucket("b", 2, 60.0)
    assert uses.take([short, long]) is None
    clock.at += 1
    assert uses.take([short, long]) == 4.0
    clock.at += 4
    assert uses.take([short, long]) is None  # the refused one has taken nothing of the long one
    clock.at += 5
    assert uses.take([short, long]) == 50.0  # the longest wait
    assert uses.take([short]) is None


def test_what_is_given_back_can_be_taken_again() -> None:
    clock = Clock()
    uses, bucket = Uses(clock.now), Bucket("a", 2, 10.0)
    for _ in range(2):
        assert uses.take([bucket]) is None
    uses.give_back(bucket)
    assert uses.take([bucket]) is None
    assert uses.take([bucket]) == 10.0
    for _ in range(3):
        uses.give_back(bucket)
    assert len(uses) == 0


def test_a_bucket_that_is_full_again_is_forgotten() -> None:
    clock = Clock()
    uses = Uses(clock.now)
    for number in range(100):
        uses.take([Bucket(f"{number}", 1, 10.0)])
    clock.at += 10
    for number in range(100, 160):
        uses.take([Bucket(f"{number}", 1, 10.0)])
    assert len(uses) == 60


def test_the_number_of_buckets_is_bounded() -> None:
    clock = Clock()
    uses = Uses(clock.now, buckets_max=50)
    rare = Bucket("rare", 1, 60.0)
    uses.take([rare])
    for number in range(200):
        uses.take([Bucket(f"{number}", 1, 10.0)])
    assert len(uses) == 50
    assert uses.wait_s(rare) > 0  # it is from the commonest stretch that something goes
    assert uses.wait_s(Bucket("199", 1, 10.0)) > 0
    assert uses.wait_s(Bucket("0", 1, 10.0)) == 0
    assert BUCKETS_MAX == 100_000


# --- on the wire


def said(trace: Trace) -> list[tuple[str, bool]]:
    """Return what the user reads, and whether nobody else does."""
    return [(message.content, message.ephemeral) for message in trace.messages if not message.deleted]


def slow_down(bot: Bot, in_s: float) -> list[tuple[str, bool]]:
    """Return the refusal that says when to come again; Discord shows whole seconds."""
    return [(f"Slow down: you can do this again <t:{int(bot.local.clock.now() + in_s)}:R>.", True)]


def it(cooldown: str, steps: str = "[{reply: a}]", more: str = "") -> str:
    """Return a bot with one command that has a cooldown."""
    return f"{more}\ncommands: {{it: {{description: d, cooldown: {cooldown}, steps: {steps}}}}}"


DONE = [("a", False)]


async def test_a_use_too_soon_is_refused_until_it_is_not(bot: StartBot) -> None:
    made = await bot(it("10s"))
    assert said(await made.ran("it")) == DONE
    await elapse(4)
    assert said(await made.ran("it")) == slow_down(made, 6)
    assert made.line()["outcome"] == "refused"
    await elapse(5.9)
    assert said(await made.ran("it")) != DONE
    await elapse(0.1)
    assert said(await made.ran("it")) == DONE  # the refused ones have not counted


SCOPES = {
    # who and where comes second, after Robin in #general, and whether it is let in
    "user, again": ("user", "Robin", "support", False),
    "user, another": ("user", "Kim", "general", True),
    "user, in direct messages": ("user", "Robin", "dm", False),
    "member, elsewhere in the server": ("member", "Robin", "support", False),
    "member, outside of it": ("member", "Robin", "dm", True),
    "channel, another user": ("channel", "Kim", "general", False),
    "channel, another one": ("channel", "Robin", "support", True),
    "guild": ("guild", "Kim", "support", False),
    "guild, outside of it": ("guild", "Kim", "dm", True),
    "global": ("global", "Kim", "dm", False),
}


@pytest.mark.parametrize(("scope", "user", "channel", "is_let_in"), SCOPES.values(), ids=SCOPES)
async def test_uses_are_counted_together_by_scope(
    bot: StartBot, scope: str, user: str, channel: str, is_let_in: bool
) -> None:
    made = await bot(it(f"{{per: 30s, scope: {scope}}}"))
    await made.ran("it", user="Robin", channel="general")
    assert (said(await made.ran("it", user=user, channel=channel)) == DONE) is is_let_in


@pytest.mark.parametrize("scope", ["member", "guild"])
async def test_outside_of_servers_a_member_is_a_user_and_a_server_is_a_channel(bot: StartBot, scope: str) -> None:
    made = await bot(it(f"{{per: 30s, scope: {scope}}}"))
    assert said(await made.ran("it", channel="dm")) == DONE
    assert said(await made.ran("it", channel="dm")) != DONE
    assert said(await made.ran("it", user="Kim", channel="dm")) == DONE


async def test_several_uses_and_several_cooldowns(bot: StartBot) -> None:
    made = await bot(it("[{uses: 2, per: 5s}, {uses: 3, per: 60s}]"))
    assert [said(await made.ran("it")) == DONE for _ in range(3)] == [True, True, False]
    await elapse(5)
    assert said(await made.ran("it")) == DONE
    await elapse(5)
    assert said(await made.ran("it")) == slow_down(made, 50)


async def test_each_handler_counts_by_itself(bot: StartBot) -> None:
    made = await bot("""
        commands:
          one: {description: d, cooldown: 30s, reply: {content: a, components: [press]}}
          two: {description: d, cooldown: 30s, steps: [{modal: form}]}
        components: {press: {button: {label: B}, cooldown: {per: 30s, denied: Not again.}, reply: a}}
        modals: {form: {title: F, cooldown: {per: 30s, denied: Not again.}, fields: {f: F}, reply: a}}
        """)
    shown = (await made.ran("one")).messages[0].id
    first, again = made.click(shown, "press"), made.click(shown, "press")
    await made.idle()
    assert [said(first), said(again)] == [DONE, [("Not again.", True)]]
    opened = await made.ran("two")
    assert said(await made.submitted(opened, f="x")) == DONE


@pytest.mark.parametrize("exempt", ["staff", "[{owner: true}, staff]", "{or: [staff, {owner: true}]}"])
async def test_one_check_is_enough_to_be_exempt(bot: StartBot, exempt: str) -> None:
    checks = "checks: {staff: {roles: '@Support'}}"
    made = await bot(it(f"{{per: 30s, scope: global, exempt: {exempt}}}", more=checks))
    assert [said(await made.ran("it", user="Sam")) for _ in range(3)] == [DONE] * 3
    assert said(await made.ran("it")) == DONE  # and has used nothing up for others
    assert said(await made.ran("it")) != DONE


async def test_its_own_sentence_reads_when_and_what_its_handler_reads(bot: StartBot) -> None:
    denied = "{{ user.name }}, {{ options.word }}: {{ (retry_at - now) | round(0) | int }}"
    made = await bot(f"""
        commands:
          it:
            description: d
            options: {{word: {{type: string, description: W, required: true}}}}
            cooldown: {{per: 30s, denied: "{denied}"}}
            reply: a
        """)
    await made.ran("it", word="x")
    assert said(await made.ran("it", word="y")) == [("robin, y: 30", True)]


async def test_of_several_the_one_that_lasts_longest_speaks(bot: StartBot) -> None:
    made = await bot(it("[{per: 10s, denied: Short.}, {per: 60s, denied: Long.}, {per: 5s, denied: Shorter.}]"))
    await made.ran("it")
    assert said(await made.ran("it")) == [("Long.", True)]


async def test_of_ten_at_once_as_many_pass_as_may(bot: StartBot) -> None:
    made = await bot(it("{uses: 3, per: 30s, scope: global}", "[{wait: 1s}, {reply: a}]"))
    traces = [made.command("it", user=user) for user in ("Robin", "Kim") for _ in range(5)]
    await made.idle()
    assert sum(said(trace) == DONE for trace in traces) == 3


FREE = {
    "refused by permissions": ("permissions: {member: manage_guild}, reply: a", None),
    "refused by a check": ("check: {owner: true}, reply: a", None),
    "refused by a step": ("steps: [{require: {if: user.name == 'mo'}}, {reply: a}]", None),
    "refused for what the bot lacks": ("permissions: {bot: view_guild_insights}, reply: a", None),
    "too many at once": ("concurrency: {limit: 1, scope: global}, steps: [{wait: 2s}, {reply: a}]", "Kim"),
}


@pytest.mark.parametrize(("body", "busy_with"), FREE.values(), ids=FREE)
async def test_what_is_refused_does_not_count(bot: StartBot, body: str, busy_with: str | None) -> None:
    made = await bot(f"commands: {{it: {{description: d, visible_to: [], cooldown: {{per: 30s}}, {body}}}}}")
    if busy_with:
        made.command("it", user=busy_with)
        await elapse(0.1)
    first = await made.ran("it")
    assert made.log.of("interaction")[0]["outcome"] == "refused"
    second = await made.ran("it")
    assert "Slow down" not in str(said(first))
    assert "Slow down" not in str(said(second))


COUNTS = {
    "fail": ("[{fail: Broken.}]", "", True),
    "fail, refunded": ("[{fail: Broken.}]", ", refund: true", False),
    "timeout": ("[{wait: '{{ 60 }}'}]", "", True),
    "timeout, refunded": ("[{wait: '{{ 60 }}'}]", ", refund: true", False),
    "success, refunded only if it fails": ("[{reply: a}]", ", refund: true", True),
}


@pytest.mark.parametrize(("steps", "refund", "counts"), COUNTS.values(), ids=COUNTS)
async def test_a_run_that_fails_counts_unless_the_author_says_otherwise(
    bot: StartBot, steps: str, refund: str, counts: bool
) -> None:
    body = f"cooldown: {{per: 60s{refund}}}, timeout: 2s, steps: {steps}"
    made = await bot(f"commands: {{it: {{description: d, {body}}}}}")
    await made.ran("it")
    assert ("Slow down" in str(said(await made.ran("it")))) is counts


async def test_what_survives_a_reload_is_what_has_been_used(bot: StartBot) -> None:
    made = await bot(it("30s"))
    await made.ran("it")
    other = await bot(it("{per: 30s, uses: 2}"))
    made.engine.swap(other.engine.program)
    assert said(await made.ran("it")) == DONE
    assert said(await made.ran("it")) != DONE


# --- those that a restart must not forget


async def restarted(bot: StartBot, made: Bot, text: str) -> Bot:
    """Stop a bot and start it again on the same Discord."""
    await made.stop()
    return await bot(text, local=made.local)


async def test_a_long_cooldown_outlives_a_restart_and_a_short_one_does_not(bot: StartBot) -> None:
    text = (
        "commands: {long: {description: d, cooldown: 24h, reply: a}, short: {description: d, cooldown: 1m, reply: a}}"
    )
    made = await bot(text)
    for name in ("long", "short"):
        assert said(await made.ran(name)) == DONE
        assert said(await made.ran(name)) != DONE
    made = await restarted(bot, made, text)
    assert "Slow down" in said(await made.ran("long"))[0][0]
    assert said(await made.ran("short")) == DONE
    await made.stop()
    await elapse(24 * 3600)
    made = await bot(text, local=made.local)
    assert said(await made.ran("long")) == DONE


async def test_of_ten_at_once_as_many_pass_a_long_one_as_may(bot: StartBot) -> None:
    made = await bot(it("{uses: 3, per: 1d, scope: global}", "[{wait: 1s}, {reply: a}]"))
    traces = [made.command("it", user=user) for user in ("Robin", "Kim") for _ in range(5)]
    await made.idle()
    assert sum(said(trace) == DONE for trace in traces) == 3


async def test_long_and_short_ones_are_taken_together_or_not_at_all(bot: StartBot) -> None:
    made = await bot(it("[{per: 10s, denied: Short.}, {uses: 2, per: 1h, denied: Long.}]"))
    assert said(await made.ran("it")) == DONE
    assert said(await made.ran("it")) == [("Short.", True)]  # and has used up nothing of the long one
    await elapse(10)
    assert said(await made.ran("it")) == DONE
    await elapse(10)
    assert said(await made.ran("it")) == [("Long.", True)]


async def test_what_is_refused_gives_a_long_use_back_and_it_is_free_after_a_restart_too(bot: StartBot) -> None:
    text = it("1d", "[{require: {if: user.name == 'mo'}}, {reply: a}]")
    made = await bot(text)
    for _ in range(2):
        assert "Slow down" not in str(said(await made.ran("it")))
    made = await restarted(bot, made, it("1d"))
    assert said(await made.ran("it")) == DONE


async def test_where_the_store_fails_nobody_is_let_in(bot: StartBot, tmp_path: Path) -> None:
    (tmp_path / ".lifecycle").write_text("in the way of the store")
    made = await bot("commands: {it: {description: d, reply: a}}")
    made.engine.swap(compiled(it("1d")))
    ((text, is_private),) = said(await made.ran("it"))
    assert text.startswith("I can't get at what I have to remember.")
    assert is_private


async def test_a_store_that_is_slow_leaves_a_form_its_chance(bot: StartBot, tmp_path: Path) -> None:
    """While it is not known whether a form opens, nobody defers."""
    form = "\nmodals: {form: {title: F, fields: {a: A}, reply: Thanks}}"
    made = await bot(it("1d", "[{modal: form}]") + form)
    with closing(sqlite3.connect(tmp_path / ".lifecycle" / "state.db", isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        trace = made.command("it")
        await elapse(1.6)
        assert trace.acknowledged_at is None
        other.execute("COMMIT")
    await made.idle()
    assert trace.modal is not None


async def test_a_bot_whose_cooldowns_are_short_needs_no_store(bot: StartBot, tmp_path: Path) -> None:
    made = await bot(it("1m"))
    await made.ran("it")
    assert not made.engine.program.needs_store
    assert not (tmp_path / ".lifecycle").exists()
