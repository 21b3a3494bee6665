"""`create_emoji`: add an emoji to the server."""

from collections.abc import Iterator, Mapping
from typing import ClassVar, cast

from runner.actions._on_emoji import EMOJI_ROLES_MAX, EMOJIS, NAME_PATTERN, NAME_TAKES, image_data
from runner.actions._on_member import server_of
from runner.actions._on_server import OnServer
from runner.actions.action import Misfit, Repeats, Step
from runner.config.document import Picture
from runner.data import dataclass
from runner.declarations import Declarations
from runner.fields import Role, option
from runner.lifecycle import limits
from runner.lifecycle.bits import Permissions
from runner.messages import FileContent, SentFile
from runner.objects import emoji
from runner.templates.types import SNOWFLAKE, STRING, Type


@dataclass(frozen=True, slots=True, kw_only=True)
class CreateEmoji(OnServer):
    """Add an emoji to the server: a picture of at most 256 KiB.

    Example:
        - create_emoji: {name: party, image: {attachment: "{{ options.picture.id }}"}}
    """

    repeats: ClassVar[Repeats] = Repeats.ONCE
    needs: ClassVar[Permissions] = Permissions.CREATE_GUILD_EXPRESSIONS
    worst_case_s: ClassVar[float] = 2 * limits.REST_CALL_S  # what a user has sent is fetched first
    outputs: ClassVar[Mapping[str, Type]] = {"emoji_id": SNOWFLAKE, "mention": STRING}

    name: str = option("What it is called between the colons.", pattern=NAME_PATTERN, takes=NAME_TAKES)
    image: FileContent | SentFile = option("The picture: PNG, JPEG, GIF, WebP or AVIF.", entry=Picture)
    roles: tuple[Role, ...] = option(
        "Who alone may use it: each an id or `@name`. Left out: everybody.",
        default=(),
        single=True,
        max_items=EMOJI_ROLES_MAX,
    )
    reason: str | None = option("Why, for the server's audit log: 512 characters, longer text is cut.", default=None)

    def misfits(self, declared: Declarations) -> Iterator[Misfit]:
        """Refuse no picture, and two."""
        written = cast(Picture, self.image)  # before it is compiled
        said = [name for name in ("path", "attachment") if getattr(written, name) is not None]
        if not said:
            why, fix = "an emoji is a picture", "add `path:` or `attachment:`"
            yield Misfit("image", "this emoji has no picture", why, fix)
        elif len(said) > 1:
            why, fix = "one of them would be ignored", "remove `path`, or `attachment`"
            yield Misfit("image", "this emoji has two pictures", why, fix)

    async def run(self, step: Step) -> Mapping[str, object] | None:
        """Add it; gives its id, and how it is written in a text."""
        image = image_data(await step.content_of(self.image, limits.EMOJI_IMAGE_MAX_BYTES))
        body = {"name": self.name, "image": image, "roles": [step.role(role) for role in self.roles]}
        made = await step.rest("POST", EMOJIS, body, reason=self.reason, guild_id=server_of(step))
        return {"emoji_id": made["id"], "mention": emoji(made)["mention"]}
