"""Stickers, which can be read and sent; a world has them from its start. Source: Discord docs, Resources: Sticker."""

from runner.emulator.core import Core
from runner.emulator.refusals import refusal
from runner.emulator.rest.access import allowed_guild
from runner.emulator.rest.calls import Answer, Call, Route
from runner.emulator.shapes.expressions import sticker_json
from runner.lifecycle.limits import ErrorCode


def get_sticker(core: Core, call: Call) -> Answer:
    """GET any sticker."""
    for guild in core.world.guilds.values():
        if call.id(0) in guild.stickers:
            return Answer(200, sticker_json(guild, guild.stickers[call.id(0)]))
    raise refusal(ErrorCode.UNKNOWN_STICKER)


def list_stickers(core: Core, call: Call) -> Answer:
    """GET a guild's stickers."""
    guild = allowed_guild(core, call.id(0))
    return Answer(200, [sticker_json(guild, sticker) for sticker in guild.stickers.values()])


def get_guild_sticker(core: Core, call: Call) -> Answer:
    """GET one of a guild's stickers."""
    guild = allowed_guild(core, call.id(0))
    sticker = guild.stickers.get(call.id(1))
    if sticker is None:
        raise refusal(ErrorCode.UNKNOWN_STICKER)
    return Answer(200, sticker_json(guild, sticker))


ROUTES = (
    Route("GET", "/stickers/*", get_sticker),
    Route("GET", "/guilds/*/stickers", list_stickers),
    Route("GET", "/guilds/*/stickers/*", get_guild_sticker),
)
"""The endpoints in this file."""
