"""How often handlers are used, and how many of their runs are under way: refuses, lets wait, or makes room.

A use counts when a run is let in. It is given back when the run turns out to be refused after all (by a `require`, by
what the bot may not do), or is cut short by us and the user asked to try again. A run that has failed may have done
half of its work, so its use counts, unless the author says `refund`.
"""

from collections.abc import Callable
from typing import Final

from runner.actions.action import Refused
from runner.compile import Concurrency, Cooldown, Pace, Scope
from runner.engine.cooldowns import Bucket, Uses
from runner.engine.guards import Who, any_holds, said
from runner.engine.live import Live
from runner.engine.slots import Busy, Slots

_NEVER_COUNT: Final = frozenset({"refused", "cancelled"})
_ALWAYS_COUNT: Final = frozenset({"ok", "in doubt", "replaced"})


class Pacer:
    """Keeps the pace of one engine's handlers. `clock` is the loop's, `now` gives Unix seconds."""

    def __init__(self, clock: Callable[[], float], now: Callable[[], float]) -> None:
        self._now = now
        self._uses = Uses(clock)
        self._slots: Slots[Live] = Slots()

    def __len__(self) -> int:
        """Return how many runs have a place, or wait for one."""
        return len(self._slots)

    async def admit(self, live: Live, pace: Pace, who: Who) -> None:
        """Let a run in, perhaps after a wait. Raises `Refused`, and `TimeoutError` where it is cut while it waits."""
        self._take(live, [each for each in pace.cooldowns if not any_holds(each.exempt, who)], who)
        if pace.concurrency is not None:
            await self._begin(live, pace.concurrency, who)

    def leave(self, live: Live) -> None:
        """Let the next run begin, now that this one is over; its uses are given back where they don't count."""
        is_free = live.outcome in _NEVER_COUNT or live.is_given_up  # the user has been asked to try again
        may_be_free = live.outcome not in _ALWAYS_COUNT
        for cooldown, bucket in live.taken:
            if is_free or (may_be_free and cooldown.is_refunded):
                self._uses.give_back(bucket)
        live.taken = ()
        self._slots.leave(live)

    def _take(self, live: Live, cooldowns: list[Cooldown], who: Who) -> None:
        buckets = [Bucket(f"{each.name} {scope_key(each.scope, who)}", each.uses, each.per_s) for each in cooldowns]
        wait_s = self._uses.take(buckets)
        if wait_s is not None:
            raise self._too_soon(cooldowns, buckets, self._now() + wait_s, who)
        live.taken = tuple(zip(cooldowns, buckets, strict=True))

    def _too_soon(self, cooldowns: list[Cooldown], buckets: list[Bucket], retry_at: float, who: Who) -> Refused:
        """Return the refusal, in the words of the cooldown that lasts longest."""
        lasting = max(zip(cooldowns, buckets, strict=True), key=lambda each: self._uses.wait_s(each[1]))[0]
        return Refused("refused_cooldown", said(lasting.denied, who, retry_at=retry_at), retry_at=retry_at)

    async def _begin(self, live: Live, rule: Concurrency, who: Who) -> None:
        try:
            turn = self._slots.enter(live, f"{rule.name} {scope_key(rule.scope, who)}", rule.limit, rule.when_busy)
        except Busy:
            self._give_back(live)
            raise _busy(rule, who) from None
        if turn is None:
            return
        live.waits_for = _busy(rule, who)
        await turn
        live.waits_for = None
        if live.is_cut:  # its turn has come, and so has its end
            raise TimeoutError

    def _give_back(self, live: Live) -> None:
        """Give back what was taken for a run that is not let in."""
        for _, bucket in live.taken:
            self._uses.give_back(bucket)
        live.taken = ()


def scope_key(scope: Scope, who: Who) -> str:
    """Return whose uses are counted together: outside of servers a member is a user, and a server is a channel."""
    match scope:
        case "user":
            return who.user_id
        case "member":
            return f"{who.guild_id} {who.user_id}"
        case "channel":
            return str(who.interaction.get("channel_id"))
        case "guild":
            return who.guild_id or str(who.interaction.get("channel_id"))
        case "global":
            return ""


def _busy(rule: Concurrency, who: Who) -> Refused:
    return Refused("refused_busy", said(rule.denied, who))
