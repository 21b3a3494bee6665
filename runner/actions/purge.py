"""`purge`: delete many of a channel's latest messages."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, ClassVar, Final

from runner.actions._on_channel import CHANNEL
from runner.actions._on_message import MESSAGE, InChannel
from runner.actions.action import Repeats, Step
from runner.data import dataclass
from runner.fields import Snowflake, option
from runner.lifecycle import limits
from runner.lifecycle.bits import Intents, MessageFlags, Permissions
from runner.lifecycle.deadline import snowflake_created_at
from runner.templates.types import INTEGER, Type

PAGES_MAX: Final = 5
"""How many pages of a hundred messages are looked through for those that are meant."""

_MARGIN_S: Final = 60.0
"""A message that is about to be too old is left: by the time Discord looks at it, it may be."""

_Json = Mapping[str, Any]  # Any: Discord's JSON


@dataclass(frozen=True, slots=True, kw_only=True)
class Purge(InChannel):
    """Delete many of a channel's latest messages at once: no older than two weeks, which is as far as Discord goes.

    Example:
        - purge: {limit: 10}
    """

    repeats: ClassVar[Repeats] = Repeats.ONCE
    needs: ClassVar[Permissions] = (
        Permissions.VIEW_CHANNEL | Permissions.READ_MESSAGE_HISTORY | Permissions.MANAGE_MESSAGES
    )
    needs_server: ClassVar[bool] = True
    outputs: ClassVar[Mapping[str, Type]] = {"count": INTEGER, "too_old": INTEGER}

    limit: int = option("How many at most.", minimum=1, maximum=limits.BULK_DELETE_MAX)
    user: tuple[Snowflake, ...] = option(
        "Only what they have written: a user, an id, or a list of such.", default=(), single=True, max_items=25
    )
    bots: bool | None = option("Only what bots have written; with `false` only what people have.", default=None)
    contains: str | None = option("Only what has this text in it, in capitals or not.", default=None, min_length=1)
    before: Snowflake | None = option("Only what was written before this message: an id.", default=None)
    after: Snowflake | None = option("Only what was written after this message: an id.", default=None)
    pinned: bool = option("Pinned messages, too.", default=False)
    reason: str | None = option("Why, for the server's audit log: 512 characters, longer text is cut.", default=None)

    def intents(self) -> Intents:
        """Return what it takes to read what others have written."""
        return Intents(0) if self.contains is None else Intents.MESSAGE_CONTENT

    def takes_s(self) -> float:
        """Allow for looking through the pages, and for the deletion."""
        return limits.REST_CALL_S * (1 + PAGES_MAX)

    async def run(self, step: Step) -> Mapping[str, object] | None:
        """Delete them; gives how many, and how many could not be for their age."""
        channel_id = self.channel_id(step)
        ids, too_old = await self._find(step, channel_id)
        if len(ids) >= limits.BULK_DELETE_MIN:
            body = {"messages": ids}
            route = CHANNEL + "/messages/bulk-delete"
            await step.rest("POST", route, body, reason=self.reason, channel_id=channel_id)
        else:
            for message_id in ids:
                await step.rest("DELETE", MESSAGE, reason=self.reason, channel_id=channel_id, message_id=message_id)
        return {"count": len(ids), "too_old": too_old}

    async def _find(self, step: Step, channel_id: str) -> tuple[list[str], int]:
        """Return the ids of what is meant, the latest first, and how many more are meant but are too old."""
        ids, too_old, before = list[str](), 0, self.before
        oldest = step.now - limits.BULK_DELETE_MAX_AGE_S + _MARGIN_S
        for _ in range(PAGES_MAX):
            page = await _page(step, channel_id, before)
            meant = list(self._meant(page))
            young = [each for each in meant if snowflake_created_at(each) > oldest]
            too_old += len(meant) - len(young)
            ids += young
            is_over = len(page) < limits.MESSAGES_FETCH_MAX or self._is_past(page[-1]["id"], oldest)
            if len(ids) >= self.limit or is_over:
                break
            before = page[-1]["id"]
        return ids[: self.limit], too_old if len(ids) < self.limit else 0

    def _is_past(self, message_id: str, oldest: float) -> bool:
        """Tell whether nothing older is meant, or can be deleted."""
        is_before = self.after is not None and int(message_id) <= int(self.after)
        return is_before or snowflake_created_at(message_id) <= oldest

    def _meant(self, page: Sequence[_Json]) -> Iterator[str]:
        for message in page:
            if all(test(message) for test in self._tests()):
                yield message["id"]

    def _tests(self) -> Iterator[Callable[[_Json], bool]]:
        """Yield what a message has to pass. A spinner is an answer that somebody still waits for, maybe to this."""
        yield lambda message: not message["flags"] & MessageFlags.LOADING
        after, part = self.after, self.contains and self.contains.casefold()
        if not self.pinned:
            yield lambda message: not message["pinned"]
        if self.user:
            yield lambda message: message["author"]["id"] in self.user
        if self.bots is not None:
            yield lambda message: bool(message["author"].get("bot")) is self.bots
        if part:
            yield lambda message: part in message["content"].casefold()
        if after is not None:
            yield lambda message: int(message["id"]) > int(after)


async def _page(step: Step, channel_id: str, before: str | None) -> Sequence[_Json]:
    """Return the hundred messages before one, or the latest, the latest first."""
    query = f"?limit={limits.MESSAGES_FETCH_MAX}" + (f"&before={before}" if before else "")
    found: Sequence[_Json] = await step.rest("GET", CHANNEL + "/messages" + query, channel_id=channel_id)
    return found
