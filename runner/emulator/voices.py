"""Where members speak, and how they get there and away. Source: Discord docs, Resources: Voice."""

from runner.emulator.gateway.announcer import Announcer
from runner.emulator.world import Guild, Member, VoiceState


def move_to(
    announcer: Announcer,
    guild: Guild,
    member: Member,
    channel_id: int | None,
    *,
    session_id: str,
    self_mute: bool | None = None,
    self_deaf: bool | None = None,
) -> None:
    """Let a member speak in a channel, or nowhere (None), and announce it.

    Who speaks already keeps the session that they have; what is not said of muting stays as it was.
    """
    before = member.voice
    if channel_id is None:
        member.voice = None
    else:
        member.voice = VoiceState(
            channel_id=channel_id,
            session_id=session_id if before is None else before.session_id,
            self_mute=_kept(self_mute, before=before is not None and before.self_mute),
            self_deaf=_kept(self_deaf, before=before is not None and before.self_deaf),
        )
    if before != member.voice:
        announcer.voice(guild, member)


def _kept(said: bool | None, *, before: bool) -> bool:
    return before if said is None else said
