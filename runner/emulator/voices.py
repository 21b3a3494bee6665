"""Where members speak, and how they get there and away. Source: Discord docs, Resources: Voice."""

from runner.emulator.core import Core
from runner.emulator.world import Guild, Member, VoiceState


def move_to(
    core: Core,
    guild: Guild,
    member: Member,
    channel_id: int | None,
    *,
    self_mute: bool | None = None,
    self_deaf: bool | None = None,
) -> None:
    """Let a member speak in a channel, or nowhere (None), and announce it. What is not said stays as it was."""
    before = member.voice
    if channel_id is None:
        member.voice = None
    else:
        member.voice = VoiceState(
            channel_id=channel_id,
            session_id=core.randomness(16) if before is None else before.session_id,
            self_mute=_kept(self_mute, before is not None and before.self_mute),
            self_deaf=_kept(self_deaf, before is not None and before.self_deaf),
        )
    if before != member.voice:
        core.announcer.voice(guild, member)


def _kept(said: bool | None, before: bool) -> bool:
    return before if said is None else said
