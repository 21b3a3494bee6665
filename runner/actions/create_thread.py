"""`create_thread`: begin a thread, or a post in a forum."""

from collections.abc import Mapping
from typing import Any, ClassVar, Final, Literal

from runner.actions._on_channel import CHANNEL, OnChannel, changed, channel_of, seconds, tag_ids
from runner.actions.action import FailureKind, Repeats, Step, StepFailed
from runner.data import dataclass
from runner.fields import Duration, Snowflake, option
from runner.formats import shortened
from runner.lifecycle import limits
from runner.lifecycle.bits import Permissions
from runner.lifecycle.limits import ChannelType
from runner.messages import EmptyMessage, MentionWord, Message, new_body, pings
from runner.templates.types import SNOWFLAKE, STRING, Type

MINUTES: Final[Mapping[str, int]] = {"1h": 60, "1d": 1440, "3d": 4320, "7d": 10_080}
"""After how long without a message a thread is put away. Source: Discord docs, Resources: Channel."""

_FORUMS: Final = (ChannelType.GUILD_FORUM, ChannelType.GUILD_MEDIA)


@dataclass(frozen=True, slots=True, kw_only=True)
class CreateThread(OnChannel):
    """Begin a thread in a channel or on a message, or a post in a forum.

    Example:
        - create_thread: {name: "Help for {{ user.name }}", content: "What can we do for you?"}
    """

    repeats: ClassVar[Repeats] = Repeats.ONCE
    short: ClassVar[str | None] = "name"
    needs: ClassVar[Permissions] = Permissions.CREATE_PUBLIC_THREADS
    outputs: ClassVar[Mapping[str, Type]] = {"thread_id": SNOWFLAKE, "mention": STRING}

    name: str = option("Its name: 100 characters, longer text is cut.", min_length=1)
    message: Snowflake | None = option("The message that it is about: an id.", default=None)
    content: str | None = option("Its first message. A post in a forum can't be without.", default=None, min_length=1)
    mentions: tuple[MentionWord, ...] = option("Whom the first message may ping; nobody unless named here.", default=())
    private: bool = option("Only those see it who are added to it.", default=False, static=True)
    tags: tuple[str, ...] = option(
        "The forum's tags that it gets, by name.", default=(), single=True, max_items=limits.APPLIED_TAGS_MAX
    )
    archive_after: Literal["1h", "1d", "3d", "7d"] | None = option(
        "After how long without a message it is put away. Left out: as the channel says.", default=None, static=True
    )
    slowmode: Duration | None = option(
        "How long members wait between two messages, at most 6h.", default=None, maximum=limits.SLOWMODE_MAX_S
    )

    def asks(self) -> Permissions:
        """Return what the kind of thread needs; a forum says that in another way, and is not told from a channel."""
        if self.content is not None or self.tags:
            return Permissions.VIEW_CHANNEL
        return Permissions.CREATE_PRIVATE_THREADS if self.private else Permissions.CREATE_PUBLIC_THREADS

    def to_grant(self) -> Permissions:
        """Return what its kind needs, and writing in it where it has a first message: in a forum the post is that."""
        writing = Permissions.SEND_MESSAGES | Permissions.SEND_MESSAGES_IN_THREADS
        kind = Permissions.CREATE_PRIVATE_THREADS if self.private else Permissions.CREATE_PUBLIC_THREADS
        return kind | writing if self.content is not None else kind

    def takes_s(self) -> float:
        """Allow for asking whether it is a forum, and for the first message."""
        return limits.REST_CALL_S * (3 if self.content is not None or self.tags else 1)

    async def run(self, step: Step) -> Mapping[str, object] | None:
        """Begin it; gives its id."""
        channel_id = channel_of(self.channel, step)
        channel: dict[str, Any] = {}  # Any: Discord's JSON
        if self.content is not None or self.tags:
            channel = await step.rest("GET", CHANNEL, channel_id=channel_id)
        is_post = channel.get("type") in _FORUMS
        made = await self._begun(step, channel_id, channel, is_post=is_post)
        if self.content is not None and not is_post:
            await step.rest("POST", CHANNEL + "/messages", self._said(), channel_id=made["id"])
        return {"thread_id": made["id"], "mention": f"<#{made['id']}>"}

    async def _begun(self, step: Step, channel_id: str, channel: dict[str, Any], *, is_post: bool) -> Any:
        """Begin it, with its first message where that is a post. Any: Discord's JSON."""
        body = changed(
            name=shortened(self.name, limits.THREAD_NAME_MAX),
            auto_archive_duration=MINUTES[self.archive_after] if self.archive_after else None,
            rate_limit_per_user=seconds(self.slowmode),
        )
        if is_post:
            body |= {"message": self._said(), "applied_tags": tag_ids(self.tags, channel)}
        elif self.tags:
            raise StepFailed("only posts in a forum have tags", kind=FailureKind.INVALID)
        elif self.message is not None:
            route = CHANNEL + "/messages/{message_id}/threads"
            return await step.rest(
                "POST", route, body, reason=self.reason, channel_id=channel_id, message_id=self.message
            )
        else:
            body["type"] = int(ChannelType.PRIVATE_THREAD if self.private else ChannelType.PUBLIC_THREAD)
        return await step.rest("POST", CHANNEL + "/threads", body, reason=self.reason, channel_id=channel_id)

    def _said(self) -> dict[str, object]:
        try:
            return new_body(Message(content=self.content, mentions=pings(self.mentions)))
        except EmptyMessage:
            raise StepFailed("the text of the post was empty", kind=FailureKind.INVALID) from None
