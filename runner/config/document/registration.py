"""How Discord registers what users can run: for whom, where, and under which names in which languages."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Literal

from runner.data import dataclass
from runner.fields import Entry, Snowflake, option
from runner.lifecycle import limits
from runner.lifecycle.bits import PERMISSION_NAMES

NOBODY = "nobody"
if TYPE_CHECKING:
    VisibleTo = str  # as PermissionName: type checkers can't follow words that come from Discord's own bit names
else:
    VisibleTo = Literal[(*PERMISSION_NAMES, NOBODY)]
ContextName = Literal["guild", "bot_dm", "private_channel"]
IntegrationTypeName = Literal["guild_install", "user_install"]
Translations = Mapping[str, str]
ALIASES_MAX = 25


def former_names() -> Any:  # Any, as in `option`
    """Declare the names that something had before."""
    return option(
        "Names that it had before, as users typed them: it answers to them too, and keeps what admins have set for it.",
        default=(),
        single=True,
        min_length=1,
        max_items=ALIASES_MAX,
    )


def translated(what: str, most: int) -> Any:  # Any, as in `option`
    """Declare a mapping from Discord's locales to what a text is in them, at most `most` characters each."""
    return option(
        f"{what} in other languages, by Discord's locales.",
        default={},
        key_words=limits.LOCALES,
        min_length=1,
        max_length=most,
    )


@dataclass(frozen=True, slots=False, kw_only=True)
class Registration(Entry):
    """What Discord is told of a command or a menu besides what it does.

    A part of other entries. It has no slots of its own, because Python lays out those of one base only.
    """

    __slots__ = ()

    visible_to: tuple[VisibleTo, ...] | None = option(
        "Whom Discord shows it to by default: who holds all of these permissions, or `nobody` but administrators; "
        "left out: as `permissions.member`.",
        default=None,
        single=True,
    )
    nsfw: bool = option("Discord offers it to adults only, in age-restricted channels.", default=False)
    contexts: tuple[ContextName, ...] | None = option(
        "Where Discord offers it; left out: everywhere, or in servers if it needs one.",
        default=None,
        single=True,
        min_items=1,
    )
    integration_types: tuple[IntegrationTypeName, ...] | None = option(
        "For which installations of the app it is; left out: as the developer portal says.",
        default=None,
        single=True,
        min_items=1,
    )
    guilds: tuple[Snowflake, ...] | None = option(
        "Register it in these servers only; `[]`: everywhere. Left out: as `bot.guilds` says.",
        default=None,
        max_items=100,
    )
