"""How often handlers are used, and how many of their runs are under way: refuses, lets wait, or makes room.

A use counts when a run is let in. It is given back when the run turns out to be refused after all (by a `require`, by
what the bot may not do), or is cut short by us and the user asked to try again. A run that has failed may have done
half of its work, so its use counts, unless the author says `refund`.

Short cooldowns are counted in memory, where nobody gets a word in between asking and taking. Longer ones are counted in
the store, in one unit; where the store fails, nobody is let in. Runs under way are this process's own.
"""

from collections.abc import Callable, Sequence
from typing import Final

from runner.actions.action import Refused, StepFailed
from runner.compile import Concurrency, Cooldown, Pace, Scope
from runner.engine.cooldowns import Uses
from runner.engine.guards import Who, any_holds, said
from runner.engine.live import Live
from runner.engine.memory import Memory
from runner.engine.slots import Busy, Slots
from runner.logs import Log
from runner.uses import Bucket

Counted = tuple[Cooldown, Bucket]

_NEVER_COUNT: Final = frozenset({"refused", "cancelled"})
_ALWAYS_COUNT: Final = frozenset({"ok", "in doubt", "replaced"})


class Pacer:
    """Keeps the pace of one engine's handlers. `clock` is the loop's, `now` gives Unix seconds."""

    def __init__(self, clock: Callable[[], float], now: Callable[[], float], memory: Memory, log: Log) -> None:
        self._now = now
        self._memory = memory
        self._log = log
        self._uses = Uses(clock)
        self._slots: Slots[Live] = Slots()

    async def admit(self, live: Live, pace: Pace, who: Who) -> None:
        """Let a run in, perhaps after a wait.

        Raises `Refused`, `StepFailed` where the store fails, and `TimeoutError` where it is cut while it waits.
        """
        counted = [
            (each, Bucket(f"{each.name} {scope_key(each.scope, who)}", each.uses, each.per_s))
            for each in pace.cooldowns
            if not any_holds(each.exempt, who)
        ]
        if counted:
            await self._take(live, counted, who)
        if pace.concurrency is not None:
            await self._begin(live, pace.concurrency, who)

    async def settle(self, live: Live) -> None:
        """Give back the uses of a run that has ended, where they don't count."""
        is_free = live.outcome in _NEVER_COUNT or live.is_given_up  # the user has been asked to try again
        may_be_free = live.outcome not in _ALWAYS_COUNT
        free = [each for each in live.taken if is_free or (may_be_free and each[0].is_refunded)]
        live.taken = ()
        await self._give_back(live, free)

    def leave(self, live: Live) -> None:
        """Let the next run begin, now that this one is over."""
        self._slots.leave(live)

    async def _take(self, live: Live, counted: list[Counted], who: Who) -> None:
        brief, kept = ([each for each in counted if each[0].is_kept is is_kept] for is_kept in (False, True))
        self._ensure_free(brief, who)
        if kept:
            live.is_waiting = True
            free_at = await self._memory.use(live.program, [bucket for _, bucket in kept])
            live.is_waiting = False
            _refuse_until(kept, free_at, who)
            live.taken = tuple(kept)
        if self._uses.take([bucket for _, bucket in brief]) is not None:  # somebody was faster in the meantime
            self._ensure_free(brief, who)
        live.taken = tuple(counted)

    def _ensure_free(self, brief: list[Counted], who: Who) -> None:
        waits_s = [self._uses.wait_s(bucket) for _, bucket in brief]
        _refuse_until(brief, tuple(self._now() + wait_s if wait_s else 0.0 for wait_s in waits_s), who)

    async def _begin(self, live: Live, rule: Concurrency, who: Who) -> None:
        busy = Refused("refused_busy", said(rule.denied, who))
        try:
            turn = self._slots.enter(live, f"{rule.name} {scope_key(rule.scope, who)}", rule.limit, rule.when_busy)
        except Busy:
            taken, live.taken = live.taken, ()
            await self._give_back(live, taken)  # at once, and not when the user has been told
            raise busy from None
        if turn is None:
            return
        live.is_waiting, live.waits_for = True, busy
        await turn
        live.is_waiting, live.waits_for = False, None
        if live.is_cut:  # its turn has come, and so has its end
            raise TimeoutError

    async def _give_back(self, live: Live, counted: Sequence[Counted]) -> None:
        for cooldown, bucket in counted:
            if not cooldown.is_kept:
                self._uses.give_back(bucket)
        if kept := [bucket for cooldown, bucket in counted if cooldown.is_kept]:
            try:
                await self._memory.give_back(live.program, kept)
            except StepFailed as fault:
                self._log.warning("use not given back", id=live.id, handler=live.name, reason=str(fault))


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


def _refuse_until(counted: list[Counted], free_at: tuple[float, ...], who: Who) -> None:
    """Raise the refusal of whichever lasts longest, unless all of them are free now."""
    retry_at = max(free_at, default=0.0)
    if retry_at:
        cooldown, _ = counted[free_at.index(retry_at)]
        raise Refused("refused_cooldown", said(cooldown.denied, who, retry_at=retry_at), retry_at=retry_at)
