"""`fetch_reactions`: who has reacted to a message."""

from collections.abc import Mapping
from typing import Any, ClassVar, Final, cast

from runner.actions._on_message import MESSAGE, OnMessage, emoji_part
from runner.actions.action import Step
from runner.data import dataclass
from runner.fields import option
from runner.lifecycle import limits
from runner.lifecycle.bits import Permissions
from runner.objects import user
from runner.templates.people import USER
from runner.templates.types import BOOLEAN, INTEGER, ListOf, Type

USERS_MAX: Final = 1000
"""How many users are asked for at most: ten calls."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FetchReactions(OnMessage):
    """Ask who has reacted to a message with an emoji: the users, without bots unless they are asked for.

    Example:
        - fetch_reactions: {emoji: "🎉", message: "{{ message.id }}"}
    """

    needs: ClassVar[Permissions] = Permissions.VIEW_CHANNEL | Permissions.READ_MESSAGE_HISTORY
    outputs: ClassVar[Mapping[str, Type]] = {"users": ListOf(USER), "count": INTEGER, "is_all": BOOLEAN}

    emoji: str = option("A character, or a server's own emoji as `<:name:id>`.", min_length=1)
    bots: bool = option("Bots, too.", default=False)
    limit: int = option("How many reactions are looked at.", default=USERS_MAX, minimum=1, maximum=USERS_MAX)

    def takes_s(self) -> float:
        """Allow for as many pages as there may be."""
        most = cast(object, self.limit)  # before it is rendered it may be a template
        users = most if isinstance(most, int) else USERS_MAX
        return limits.REST_CALL_S * -(-users // limits.REACTIONS_FETCH_MAX)

    async def run(self, step: Step) -> Mapping[str, object] | None:
        """Ask page by page; gives the users in the order of their ids, and whether that is all of them."""
        found, after, is_all = list[Mapping[str, Any]](), "0", False  # Any: Discord's JSON
        while len(found) < self.limit and not is_all:
            page = await self._page(step, after, min(limits.REACTIONS_FETCH_MAX, self.limit - len(found)))
            found += page
            is_all = len(page) < limits.REACTIONS_FETCH_MAX and len(found) < self.limit
            after = page[-1]["id"] if page else after
        users = [user(each) for each in found if self.bots or not each.get("bot")]
        return {"users": users, "count": len(users), "is_all": is_all}

    async def _page(self, step: Step, after: str, most: int) -> list[Mapping[str, Any]]:
        where = {"channel_id": self.channel_id(step), "message_id": self.message}
        route = f"{MESSAGE}/reactions/{{emoji}}?limit={most}&after={after}"
        page: list[Mapping[str, Any]] = await step.rest("GET", route, emoji=emoji_part(self.emoji), **where)
        return page
