"""`fetch_scheduled_event_users`: who is interested in a scheduled event."""

from collections.abc import Mapping
from typing import Any, ClassVar, Final, cast

from runner.actions._on_member import server_of
from runner.actions._on_scheduled_event import EVENT, OnScheduledEvent
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
class FetchScheduledEventUsers(OnScheduledEvent):
    """Ask who is interested in a scheduled event, in the order of their ids.

    Example:
        - fetch_scheduled_event_users: "123456789012345678"
    """

    short: ClassVar[str | None] = "event"
    needs: ClassVar[Permissions] = Permissions(0)
    outputs: ClassVar[Mapping[str, Type]] = {"users": ListOf(USER), "count": INTEGER, "is_all": BOOLEAN}

    limit: int = option("How many are asked for.", default=USERS_MAX, minimum=1, maximum=USERS_MAX)

    def takes_s(self) -> float:
        """Allow for as many pages as there may be."""
        most = cast(object, self.limit)  # before it is rendered it may be a template
        users = most if isinstance(most, int) else USERS_MAX
        return limits.REST_CALL_S * -(-users // limits.EVENT_USERS_FETCH_MAX)

    async def run(self, step: Step) -> Mapping[str, object] | None:
        """Ask page by page; gives the users, and whether that is all of them."""
        found, after, is_all = list[Mapping[str, Any]](), "0", False  # Any: Discord's JSON
        while len(found) < self.limit and not is_all:
            most = min(limits.EVENT_USERS_FETCH_MAX, self.limit - len(found))
            page = await self._page(step, after, most)
            found += page
            is_all = len(page) < most
            after = page[-1]["user"]["id"] if page else after
        users = [user(each["user"], each.get("member")) for each in found]
        return {"users": users, "count": len(users), "is_all": is_all}

    async def _page(self, step: Step, after: str, most: int) -> list[Mapping[str, Any]]:
        route = f"{EVENT}/users?limit={most}&with_member=true&after={after}"
        where = {"guild_id": server_of(step), "event_id": self.event}
        page: list[Mapping[str, Any]] | None = await step.rest("GET", route, **where)
        return page or []
