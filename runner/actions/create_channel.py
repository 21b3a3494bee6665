"""`create_channel`: make a channel."""

from collections.abc import Iterator, Mapping
from typing import Any, ClassVar, Final, Literal

from runner.actions._on_channel import Overwrite, changed, seconds, two_targets
from runner.actions._on_member import server_of
from runner.actions._on_server import OnServer
from runner.actions.action import Misfit, Repeats, Seeing, Step
from runner.data import dataclass
from runner.declarations import Declarations
from runner.fields import Channel, Duration, option
from runner.formats import shortened
from runner.lifecycle import limits
from runner.lifecycle.bits import Permissions
from runner.lifecycle.limits import ChannelType
from runner.templates.types import BOOLEAN, SNOWFLAKE, STRING, Type

_CHANNELS: Final = "/guilds/{guild_id}/channels"
_TYPES: Final = {
    "text": ChannelType.GUILD_TEXT,
    "voice": ChannelType.GUILD_VOICE,
    "category": ChannelType.GUILD_CATEGORY,
    "announcement": ChannelType.GUILD_ANNOUNCEMENT,
    "stage": ChannelType.GUILD_STAGE_VOICE,
    "forum": ChannelType.GUILD_FORUM,
}
_SPOKEN: Final = frozenset({"voice", "category", "stage"})
OVERWRITES_MAX: Final = 50
"""For how many roles and members a step can say what they may do."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CreateChannel(OnServer):
    """Make a channel in this server, or take the one that is there by that name.

    Example:
        - create_channel:
            name: "ticket-{{ user.name }}"
            permissions:
              - {role: "@everyone", deny: view_channel}
              - {user: "{{ user }}", allow: view_channel}
              - {user: "{{ bot.id }}", allow: view_channel}
    """

    repeats: ClassVar[Repeats] = Repeats.ONCE
    short: ClassVar[str | None] = "name"
    needs: ClassVar[Permissions] = Permissions.MANAGE_CHANNELS
    outputs: ClassVar[Mapping[str, Type]] = {"channel_id": SNOWFLAKE, "mention": STRING, "was_created": BOOLEAN}

    name: str = option("Its name: 100 characters, longer text is cut.", min_length=1)
    type: Literal["text", "voice", "category", "announcement", "stage", "forum"] = option(
        "What kind of channel.", default="text", static=True
    )
    category: Channel | None = option("The category that it stands in: an id or `#name`.", default=None)
    topic: str | None = option("What stands beside its name: 1024 characters, longer text is cut.", default=None)
    slowmode: Duration | None = option(
        "How long members wait between two messages, at most 6h.", default=None, maximum=limits.SLOWMODE_MAX_S
    )
    nsfw: bool | None = option("Only for adults.", default=None)
    permissions: tuple[Overwrite, ...] = option(
        "What roles and members may do here. Left out: as in the category.", default=(), max_items=OVERWRITES_MAX
    )
    if_exists: Literal["create", "use"] = option(
        "What happens where there is one of that name, type and category: another one is made, or that one is taken.",
        default="create",
        static=True,
    )
    reason: str | None = option("Why, for the server's audit log: 512 characters, longer text is cut.", default=None)

    def misfits(self, declared: Declarations) -> Iterator[Misfit]:
        """Refuse permissions for nobody, and for two."""
        for index, entry in enumerate(self.permissions):
            if entry.role is not None and entry.user is not None:
                yield two_targets(f"permissions.{index}")
            elif entry.role is None and entry.user is None:
                why, fix = "Discord keeps for each role and member what they may do", "add `role:` or `user:`"
                yield Misfit(f"permissions.{index}", "these permissions are for nobody", why, fix)

    def seeing(self) -> tuple[Seeing, ...]:
        """Return whom its permissions let see it, and whom not."""
        said = enumerate(self.permissions)
        return tuple(each for index, entry in said for each in entry.seeing(f"permissions.{index}", is_new=True))

    def takes_s(self) -> float:
        """Allow for looking for the one that is there."""
        return limits.REST_CALL_S * (2 if self.if_exists == "use" else 1)

    async def run(self, step: Step) -> Mapping[str, object] | None:
        """Make it, unless it is there and that will do."""
        guild_id, body = server_of(step), self._body(step)
        found = await self._found(step, guild_id, body) if self.if_exists == "use" else None
        made: Any = found or await step.rest("POST", _CHANNELS, body, reason=self.reason, guild_id=guild_id)
        return {"channel_id": made["id"], "mention": f"<#{made['id']}>", "was_created": found is None}

    def _body(self, step: Step) -> dict[str, Any]:
        return changed(
            name=shortened(self.name, limits.CHANNEL_NAME_MAX),
            type=int(_TYPES[self.type]),
            parent_id=step.channel(self.category) if self.category else None,
            topic=None if self.topic is None else shortened(self.topic, limits.CHANNEL_TOPIC_MAX),
            rate_limit_per_user=seconds(self.slowmode),
            nsfw=self.nsfw,
            permission_overwrites=[entry.as_json(step) for entry in self.permissions] or None,
        )

    async def _found(self, step: Step, guild_id: str, body: Mapping[str, Any]) -> Any:
        """Return the channel that is there. Any: Discord's JSON, or None."""
        channels = await step.rest("GET", _CHANNELS, guild_id=guild_id)
        wanted = (self._as_discord_writes(body["name"]), body["type"], body.get("parent_id"))
        return next((each for each in channels if (each["name"], each["type"], each["parent_id"]) == wanted), None)

    def _as_discord_writes(self, name: str) -> str:
        """Return a name as Discord writes it: those of channels that are written in are lower case, without spaces."""
        return name if self.type in _SPOKEN else "-".join(name.lower().split())
