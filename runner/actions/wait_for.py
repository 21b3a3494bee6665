"""`wait_for`: wait until something happens."""

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, ClassVar, Final, Literal

from runner.actions._asking import ANSWER_S
from runner.actions.action import Action, Happened, Kept, Misfit, Step, StepFailed, Who
from runner.data import dataclass
from runner.declarations import Declarations
from runner.events import KINDS, Kind
from runner.fields import Channel, Duration, Expression, Snowflake, Steps, option
from runner.inside import Inside, Waits
from runner.lifecycle import budget
from runner.lifecycle.bits import Intents
from runner.questions import Answer
from runner.templates.event_roots import event_reads
from runner.templates.types import ANY, Object, Type

_NOT_OF_A_SERVER: Final = ("guild_join", "guild_leave")
_UNKNOWN: Final = Kind("", Intents(0), "member", has_channel=True, has_content=True)
if TYPE_CHECKING:
    EventName = str  # type checkers can't follow words that come from a table
else:
    EventName = Literal[(*(name for name in KINDS if name not in _NOT_OF_A_SERVER),)]


@dataclass(frozen=True, slots=True, kw_only=True)
class WaitFor(Action):
    """Put the run away until something happens in the server: a message, a reaction, somebody who joins.

    `steps.<id>` has then what Discord tells of it; `if` and `from` read the same as `event`. One run takes one event,
    and an event is taken by every run that waits for it.

    Example:
        - wait_for: {event: message, if: event.content, timeout: 5m, on_timeout: [{log: Nobody wrote anything.}]}
    """

    short: ClassVar[str | None] = "event"
    needs_server: ClassVar[bool] = True
    written_by_others: ClassVar[frozenset[str]] = frozenset({"content"})

    event: EventName = option("What has to happen: an event as under `events:`.", static=True)
    from_: Who | None = option(
        "Who has to do it; left out, whoever started the handler, where Discord tells who it is.", default=None
    )
    channel: Channel | None = option(
        "Where, as an id or `#name`, its threads included; left out, where the handler was started.", default=None
    )
    everywhere: bool = option("In whatever channel of the server.", default=False, static=True)
    message: Snowflake | None = option("At which message: a reaction, a vote, an edit, a deletion.", default=None)
    bots: bool = option("What other bots do counts, too.", default=False, static=True)
    if_: Expression | None = option("What has to be true of it: it is read as `event`.", default=None, late=True)
    timeout: Duration = option(
        "How long it waits; left out, a day.", default=ANSWER_S, minimum=1.0, maximum=budget.WAIT_MAX_S, static=True
    )
    on_timeout: Steps = option("What to do when it has not happened by then; left out, the run ends.", default=Steps())

    def inside(self) -> Inside | None:
        """Return what it waits for."""
        return Waits("event", self.timeout, self.on_timeout, event=self.event)

    def gives(self, declared: Declarations) -> Mapping[str, Type]:
        """Return what Discord tells of the event."""
        return event_reads(self.event) if self.event in KINDS else {}

    def late_reads(self) -> Mapping[str, Type]:
        """Return the same as what the filters read."""
        return {"event": Object("the event", event_reads(self.event)) if self.event in KINDS else ANY}

    def intents(self) -> Intents:
        """Return without what Discord doesn't tell of the event."""
        return self._kind.intents

    def misfits(self, declared: Declarations) -> Iterator[Misfit]:
        """Refuse filters for what Discord doesn't tell."""
        kind, who = self._kind, self.from_
        is_somebody = who is not None and (who.is_invoker or who.if_ is not None or who.role is not None)
        useless = {
            "from_": (is_somebody and not kind.tells_id, "who does this"),
            "from_.role": (who is not None and who.role is not None and not kind.tells_roles, "their roles"),
            "channel": (self.channel is not None and not kind.has_channel, "a channel"),
            "everywhere": (self.everywhere and not kind.has_channel, "a channel"),
            "message": (self.message is not None and "message_id" not in self.gives(declared), "a message"),
            "bots": (self.bots and not kind.tells_bots, "whether a bot does this"),
        }
        for attribute, (is_useless, what) in useless.items():
            if is_useless:
                why = f"Discord doesn't tell {what} (Discord docs, Gateway Events)"
                headline = f"`{attribute.rstrip('_').replace('_.', '.')}` does nothing for `{self.event}`"
                yield Misfit(attribute.partition(".")[0], headline, why, "remove it", slug="filter-without-effect")
        if who is not None and who.check is not None:
            why = "it asks for permissions, which Discord tells of whoever uses a command, and of nobody else"
            yield Misfit(
                "from_", "nobody can be asked a check here", why, "write a condition: `if:`", slug="nobody-here"
            )
        if who is not None and who.denied is not None:
            why = "whoever does something on Discord has asked nothing, and is told nothing"
            yield Misfit("from_", "`denied` is said to nobody here", why, "remove it", slug="filter-without-effect")
        if self.channel is not None and self.everywhere:
            why = "one of them would be ignored"
            yield Misfit("everywhere", "`channel` and `everywhere` each say where", why, "remove one of them")

    def wants(self, declared: Declarations) -> frozenset[str]:
        """Take the server; and whoever has started the run, and its channel, where nothing else is said."""
        is_here = self._kind.has_channel and self.channel is None and not self.everywhere
        found = {"guild": True, "user": self._is_invoker, "channel": is_here}
        return frozenset(word for word, is_wanted in found.items() if is_wanted)

    def repair(self, word: str) -> str:
        """Say what tells who has to do it, and where."""
        if word == "user":
            return "say who has to do it: `from: anyone`, `from: {role: …}` or `from: {if: …}`"
        return "say where: `channel:`, or `everywhere: true`" if word == "channel" else ""

    @property
    def _is_invoker(self) -> bool:
        """Whether it has to be whoever has started the run; nobody is asked where Discord doesn't tell who it is."""
        return self._kind.tells_id if self.from_ is None else self.from_.is_invoker

    @property
    def _kind(self) -> Kind:
        """What is known of the event; of a name that is none, and refused for that, anything could be."""
        return KINDS.get(self.event, _UNKNOWN)

    async def run(self, step: Step) -> Mapping[str, object] | None:
        """Wait, with what is known by now of what has to happen."""
        if step.guild_id is None:
            raise StepFailed("wait_for: nothing is heard outside of servers", sentence="refused_server")
        kept: Kept = {}
        if self._kind.has_channel and not self.everywhere:
            kept["channel"] = step.channel(self.channel) if self.channel is not None else step.channel_id
        if self.message is not None:
            kept["message"] = self.message
        step.wait(kept, self.timeout)
        return None

    def hears(self, step: Step, kept: Kept, happened: Happened) -> bool:
        """Tell whether it is this event, there, of this message, by somebody who is meant, and as `if` says."""
        is_wanted = not happened.is_own and (self.bots or not happened.is_bot)
        if happened.name != self.event or not is_wanted:
            return False
        if "channel" in kept and kept["channel"] not in happened.channel_ids:
            return False
        if "message" in kept and kept["message"] != happened.reads.get("message_id"):
            return False
        return self._is_by(step, happened) and (
            self.if_ is None or bool(step.evaluate(self.if_, event=dict(happened.reads)))
        )

    def _is_by(self, step: Step, happened: Happened) -> bool:
        who = self.from_
        if self._is_invoker and happened.user_id != step.user_id:
            return False
        if who is None:
            return True
        if who.role is not None and step.role(who.role) not in happened.role_ids:
            return False
        return who.if_ is None or bool(step.evaluate(who.if_, event=dict(happened.reads)))

    async def answered(self, step: Step, kept: Kept, answer: Answer) -> Mapping[str, object] | None:
        """Return what Discord tells of it."""
        return answer.event
