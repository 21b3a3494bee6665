"""Where members speak. Source: Discord docs, Resources: Voice."""

from runner.emulator.core import Core
from runner.emulator.refusals import refusal
from runner.emulator.rest.access import allowed_guild
from runner.emulator.rest.calls import Answer, Call, Route
from runner.emulator.shapes.guilds import voice_state_json
from runner.lifecycle.limits import ErrorCode


def own_state(core: Core, call: Call) -> Answer:
    """GET where the bot speaks."""
    return _state(core, call, core.world.bot_id)


def state(core: Core, call: Call) -> Answer:
    """GET where somebody speaks."""
    return _state(core, call, call.id(1))


def _state(core: Core, call: Call, user_id: int) -> Answer:
    guild = allowed_guild(core, call.id(0))
    member = guild.members.get(user_id)
    if member is None or member.voice is None:
        raise refusal(ErrorCode.UNKNOWN_VOICE_STATE)
    return Answer(200, voice_state_json(core.world, guild, member))


ROUTES = (
    Route("GET", "/guilds/*/voice-states/@me", own_state),
    Route("GET", "/guilds/*/voice-states/*", state),
)
"""The endpoints in this file."""
