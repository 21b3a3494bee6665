"""`create_thread`: begin a thread, or a post in a forum."""

from collections.abc import Mapping
from typing import Any, ClassVar, Final, Literal, cast

from runner.actions._on_channel import CHANNEL, OnChannel, changed, channel_of, seconds, tag_ids
from runner.actions.action import FailureKind, Repeats, Step, StepFailed
from runner.config.document import FirstMessage, MessageChange, time_of
from runner.data import dataclass
from runner.fields import Duration, Snowflake, keys_of, option
from runner.formats import shortened
from runner.lifecycle import limits
from runner.lifecycle.bits import Permissions
from runner.lifecycle.limits import ChannelType
from runner.messages import Message
from runner.templates.types import SNOWFLAKE, STRING, Type

MINUTES: Final[Mapping[str, int]] = {"1h": 60, "1d": 1440, "3d": 4320, "7d": 10_080}
"""After how long without a message a thread is put away. Source: Discord docs, Resources: Channel."""

_FORUMS: Final = (ChannelType.GUILD_FORUM, ChannelType.GUILD_MEDIA)


@dataclass(frozen=True, slots=True, kw_only=True)
class CreateThread(OnChannel):
    """Begin a thread in a channel or on a message, or a post in a forum, which needs a first message.

    Example:
        - create_thread: {name: "Help for {{ user.name }}", content: "What can we do for you?"}
    """

    repeats: ClassVar[Repeats] = Repeats.ONCE
    short: ClassVar[str | None] = "name"
    needs: ClassVar[Permissions] = Permissions.CREATE_PUBLIC_THREADS
    outputs: ClassVar[Mapping[str, Type]] = {"thread_id": SNOWFLAKE, "mention": STRING}

    name: str = option("Its name: 100 characters, longer text is cut.", min_length=1)
    message: Snowflake | None = option("The message that it is about: an id.", default=None)
    first: Message = keys_of(FirstMessage)
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
        if self._speaks or self.tags:
            return Permissions.VIEW_CHANNEL
        return Permissions.CREATE_PRIVATE_THREADS if self.private else Permissions.CREATE_PUBLIC_THREADS

    def to_grant(self) -> Permissions:
        """Return what its kind needs, and writing in it where it has a first message: in a forum the post is that."""
        writing = Permissions.SEND_MESSAGES | Permissions.SEND_MESSAGES_IN_THREADS
        kind = Permissions.CREATE_PRIVATE_THREADS if self.private else Permissions.CREATE_PUBLIC_THREADS
        return kind | writing if self._speaks else kind

    def takes_s(self) -> float:
        """Allow for asking whether it is a forum, and for the first message with its files."""
        return limits.REST_CALL_S * (3 if self._speaks or self.tags else 1) + time_of(self.first)

    @property
    def _speaks(self) -> bool:
        """Whether it has a first message."""
        first = cast(object, self.first)
        if isinstance(first, MessageChange):  # before it is compiled
            return not first.lacks()
        return not isinstance(first, Message) or bool(first.content is not None or first.more or first.files)

    async def run(self, step: Step) -> Mapping[str, object] | None:
        """Begin it; gives its id."""
        channel_id = channel_of(self.channel, step)
        channel: dict[str, Any] = {}  # Any: Discord's JSON
        if self._speaks or self.tags:
            channel = await step.rest("GET", CHANNEL, channel_id=channel_id)
        is_post = channel.get("type") in _FORUMS
        made = await self._begun(step, channel_id, channel, is_post=is_post)
        if self._speaks and not is_post:
            await step.rest_message("POST", CHANNEL + "/messages", self.first, channel_id=made["id"])
        return {"thread_id": made["id"], "mention": f"<#{made['id']}>"}

    async def _begun(self, step: Step, channel_id: str, channel: dict[str, Any], *, is_post: bool) -> Any:
        """Begin it, with its first message where that is a post. Any: Discord's JSON."""
        body = changed(
            name=shortened(self.name, limits.THREAD_NAME_MAX),
            auto_archive_duration=MINUTES[self.archive_after] if self.archive_after else None,
            rate_limit_per_user=seconds(self.slowmode),
        )
        if is_post:
            body["applied_tags"] = tag_ids(self.tags, channel)
            route, first = CHANNEL + "/threads", self.first
            return await step.rest_message(
                "POST", route, first, body, under="message", reason=self.reason, channel_id=channel_id
            )
        if self.tags:
            raise StepFailed("only posts in a forum have tags", kind=FailureKind.INVALID)
        if self.message is not None:
            route = CHANNEL + "/messages/{message_id}/threads"
            return await step.rest(
                "POST", route, body, reason=self.reason, channel_id=channel_id, message_id=self.message
            )
        body["type"] = int(ChannelType.PRIVATE_THREAD if self.private else ChannelType.PUBLIC_THREAD)
        return await step.rest("POST", CHANNEL + "/threads", body, reason=self.reason, channel_id=channel_id)
