"""Words of the file as Discord's numbers."""

from collections.abc import Mapping, Sequence

from runner.lifecycle.bits import Permissions
from runner.lifecycle.limits import ChannelType

_CHANNEL_TYPES: Mapping[str, tuple[ChannelType, ...]] = {
    "text": (ChannelType.GUILD_TEXT,),
    "voice": (ChannelType.GUILD_VOICE,),
    "category": (ChannelType.GUILD_CATEGORY,),
    "announcement": (ChannelType.GUILD_ANNOUNCEMENT,),
    "stage": (ChannelType.GUILD_STAGE_VOICE,),
    "forum": (ChannelType.GUILD_FORUM,),
    "media": (ChannelType.GUILD_MEDIA,),
    "thread": (ChannelType.ANNOUNCEMENT_THREAD, ChannelType.PUBLIC_THREAD, ChannelType.PRIVATE_THREAD),
}


def channel_types(words: Sequence[str]) -> list[int]:
    """Return Discord's numbers for kinds of channel."""
    return [int(kind) for word in words for kind in _CHANNEL_TYPES[word]]


def bits(names: tuple[str, ...]) -> Permissions:
    """Return the permissions with these names, in lower case as in YAML."""
    granted = Permissions(0)
    for name in names:
        granted |= Permissions[name.upper()]
    return granted
