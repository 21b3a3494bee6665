"""`edit_thread`: change a thread: put it away, lock it, name it, tag it."""

from collections.abc import Mapping
from typing import Any, ClassVar, Final, Literal

from runner.actions._on_channel import CHANNEL, OnChannel, changed, channel_of, seconds, tag_ids
from runner.actions.action import FailureKind, Repeats, Step, StepFailed
from runner.data import dataclass
from runner.fields import Duration, option
from runner.formats import shortened
from runner.lifecycle import limits
from runner.lifecycle.bits import Permissions

_MINUTES: Final[Mapping[str, int]] = {"1h": 60, "1d": 1440, "3d": 4320, "7d": 10_080}


@dataclass(frozen=True, slots=True, kw_only=True)
class EditThread(OnChannel):
    """Change a thread: put it away, lock it, name it anew, give a post in a forum its tags.

    Example:
        - edit_thread: {archived: true, locked: true, reason: Resolved}
          catch: [{log: This is no thread}]
    """

    repeats: ClassVar[Repeats] = Repeats.SAFE
    needs: ClassVar[Permissions] = Permissions.MANAGE_THREADS

    name: str | None = option("Its new name: 100 characters, longer text is cut.", default=None, min_length=1)
    archived: bool | None = option("Put away, or brought back.", default=None)
    locked: bool | None = option("Only moderators can write in it or bring it back.", default=None)
    invitable: bool | None = option("Members of a private one can add others.", default=None)
    slowmode: Duration | None = option(
        "How long members wait between two messages, at most 6h; 0s for not at all.",
        default=None,
        maximum=limits.SLOWMODE_MAX_S,
    )
    archive_after: Literal["1h", "1d", "3d", "7d"] | None = option(
        "After how long without a message it is put away.", default=None, static=True
    )
    tags: tuple[str, ...] | None = option(
        "The forum's tags that it has from now on, by name.",
        default=None,
        single=True,
        max_items=limits.APPLIED_TAGS_MAX,
    )

    def asks(self) -> Permissions:
        """Return what needs a moderator; whoever has begun a thread may change the rest, and the bot may have."""
        is_moderating = self.locked is not None or self.slowmode is not None
        return Permissions.MANAGE_THREADS if is_moderating else Permissions.VIEW_CHANNEL

    def lacks(self) -> str:
        """Ask for something to change."""
        values = (self.name, self.archived, self.locked, self.invitable, self.slowmode, self.archive_after, self.tags)
        return "" if any(value is not None for value in values) else "`archived`, `locked`, `name` or `tags`"

    def takes_s(self) -> float:
        """Allow for asking what it is, and for the tags that the forum has."""
        return limits.REST_CALL_S * (2 if self.tags is None else 3)

    async def run(self, step: Step) -> Mapping[str, object] | None:
        """Change it."""
        channel_id = channel_of(self.channel, step)
        thread: dict[str, Any] = await step.rest("GET", CHANNEL, channel_id=channel_id)  # Any: Discord's JSON
        if "thread_metadata" not in thread:
            raise StepFailed("this is a channel and no thread", kind=FailureKind.INVALID)
        body = changed(
            name=None if self.name is None else shortened(self.name, limits.THREAD_NAME_MAX),
            archived=self.archived,
            locked=self.locked,
            invitable=self.invitable,
            rate_limit_per_user=seconds(self.slowmode),
            auto_archive_duration=_MINUTES[self.archive_after] if self.archive_after else None,
        )
        if self.tags is not None:
            forum = await step.rest("GET", CHANNEL, channel_id=thread["parent_id"])
            body["applied_tags"] = tag_ids(self.tags, forum)
        await step.rest("PATCH", CHANNEL, body, reason=self.reason, channel_id=channel_id)
        return None
