"""What a session may ask of the gateway: members, its presence, a voice channel.

Source: Discord docs, Events: Gateway Events, Send Events.
"""

from collections.abc import Callable, Sequence
from typing import Final

from runner.emulator.clock import Clock
from runner.emulator.gateway.announcer import Announcer
from runner.emulator.gateway.session import CloseCode, Closed, Op, Session
from runner.emulator.permissions import effective
from runner.emulator.shapes.guilds import member_json
from runner.emulator.shapes.users import presence_json
from runner.emulator.voices import move_to
from runner.emulator.world import VOICE, Guild, JsonObject, Member, World, listed
from runner.lifecycle import limits
from runner.lifecycle.bits import Intents, Permissions

STATUSES: Final = frozenset({"online", "idle", "dnd", "invisible", "offline"})
"""How somebody may show themselves. Source: Discord docs, Events: Gateway Events, Update Presence."""

_MEMBERS_CHUNK = 1_000


class Requests:
    """Answers the requests of identified sessions. One that is no request at all closes its connection."""

    def __init__(self, *, clock: Clock, world: World, announcer: Announcer, randomness: Callable[[int], str]) -> None:
        self._clock = clock
        self._world = world
        self._announcer = announcer
        self._randomness = randomness

    def handle(self, session: Session, op: Op, data: JsonObject) -> None:
        """Answer one request. Raises `Closed` for data that the opcode does not take."""
        match op:
            case Op.PRESENCE_UPDATE:
                self.show(data)
            case Op.VOICE_STATE_UPDATE:
                self._move(data)
            case Op.REQUEST_GUILD_MEMBERS:
                self._send_members(session, data)
            case Op.REQUEST_SOUNDBOARD_SOUNDS:
                self._send_sounds(session, data)
            case _:
                self._send_channel_info(session, data)

    def show(self, data: JsonObject) -> None:
        """Let the bot appear as it asks to. discord.py says `game` where others say `activities`."""
        status = data.get("status", "online")
        activities = listed(data.get("activities")) or [each for each in [data.get("game")] if each is not None]
        if status not in STATUSES or not all(isinstance(each, dict) for each in activities):
            raise Closed(CloseCode.DECODE_ERROR)
        bot = self._world.bot
        bot.status, bot.activities = status, activities
        self._announcer.presence(bot)

    # --- voice

    def _move(self, data: JsonObject) -> None:
        """Let the bot enter or leave a voice channel; one that it cannot connect to is passed over in silence."""
        guild = self._guild(data)
        channel = self._world.channels.get(_number(data.get("channel_id")))
        if guild is None or (data.get("channel_id") is not None and channel is None):
            return
        member = guild.members[self._world.bot_id]
        if channel is not None:
            held = self._world.permissions_in(member.user_id, channel, self._clock.now())
            is_open = effective(held, channel.type) & Permissions.CONNECT
            if channel.guild_id != guild.id or channel.type not in VOICE or not is_open:
                return
        move_to(
            self._announcer,
            guild,
            member,
            None if channel is None else channel.id,
            session_id=self._randomness(16),
            self_mute=bool(data.get("self_mute")),
            self_deaf=bool(data.get("self_deaf")),
        )
        if channel is not None:  # nobody speaks here: there is no voice server to connect to
            server: JsonObject = {"token": self._randomness(16), "guild_id": str(guild.id), "endpoint": None}
            self._announcer.in_guild(guild, "VOICE_SERVER_UPDATE", server, Intents(0), is_shown=False)

    # --- members

    def _send_members(self, session: Session, data: JsonObject) -> None:
        """Send members in chunks, as long as everybody is not asked for too often, or without the intent for it."""
        guild = self._guild(data)
        if guild is None or not self._may_ask(session, guild, data):
            return
        members, missing = self._asked(guild, data)
        nonce = data.get("nonce")
        has_nonce = isinstance(nonce, str) and len(nonce.encode()) <= limits.REQUEST_MEMBERS_NONCE_MAX_BYTES
        shows = bool(data.get("presences")) and bool(session.intents & Intents.GUILD_PRESENCES)
        chunks = [members[at : at + _MEMBERS_CHUNK] for at in range(0, len(members), _MEMBERS_CHUNK)] or [[]]
        for index, chunk in enumerate(chunks):
            answer: JsonObject = {
                "guild_id": str(guild.id),
                "members": [member_json(self._world, member) for member in chunk],
                "chunk_index": index,
                "chunk_count": len(chunks),
            }
            answer |= {"not_found": missing} if missing else {}
            answer |= {"nonce": nonce} if has_nonce else {}
            answer |= {"presences": self._presences(guild, chunk)} if shows else {}
            session.dispatch("GUILD_MEMBERS_CHUNK", answer)

    def _may_ask(self, session: Session, guild: Guild, data: JsonObject) -> bool:
        """Return whether a request is answered. Everybody is told of once in 30 seconds per guild, with the intent."""
        if data.get("query") != "" or data.get("limit", 0) != 0 or data.get("user_ids") is not None:
            return True
        if not session.intents & Intents.GUILD_MEMBERS:
            return False
        now = self._clock.now()
        free_at = session.chunked_at.get(guild.id, now - limits.REQUEST_MEMBERS_INTERVAL_S)
        free_at += limits.REQUEST_MEMBERS_INTERVAL_S
        if now >= free_at:
            session.chunked_at[guild.id] = now
            return True
        meta: JsonObject = {"guild_id": str(guild.id), "nonce": data.get("nonce")}
        session.dispatch(
            "RATE_LIMITED", {"opcode": int(Op.REQUEST_GUILD_MEMBERS), "retry_after": free_at - now, "meta": meta}
        )
        return False

    def _asked(self, guild: Guild, data: JsonObject) -> tuple[Sequence[Member], list[str]]:
        """Return the members that are asked for, and the ids of those who are none."""
        asked = data.get("user_ids")
        if asked is not None:
            ids = [_number(user) for user in (listed(asked) if isinstance(asked, list) else [asked])]
            ids = ids[: limits.REQUEST_MEMBERS_LIMIT_MAX]
            found = [guild.members[user] for user in ids if user in guild.members]
            return found, [str(user) for user in ids if user not in guild.members]
        prefix, limit = str(data.get("query", "")).casefold(), _number(data.get("limit", 0))
        named = [each for each in guild.members.values() if self._name(each).startswith(prefix)]
        return (named if not prefix and not limit else named[: limit or limits.REQUEST_MEMBERS_LIMIT_MAX]), []

    def _name(self, member: Member) -> str:
        return self._world.users[member.user_id].username.casefold()

    def _presences(self, guild: Guild, members: Sequence[Member]) -> list[JsonObject]:
        return [presence_json(self._world.users[member.user_id], guild.id) for member in members]

    # --- what there is nothing of

    def _send_sounds(self, session: Session, data: JsonObject) -> None:
        for guild_id in listed(data.get("guild_ids")):
            if _number(guild_id) in self._world.guilds:
                session.dispatch("SOUNDBOARD_SOUNDS", {"guild_id": str(guild_id), "soundboard_sounds": []})

    def _send_channel_info(self, session: Session, data: JsonObject) -> None:
        guild = self._guild(data)
        if guild is not None:
            session.dispatch("CHANNEL_INFO", {"guild_id": str(guild.id), "channels": []})

    def _guild(self, data: JsonObject) -> Guild | None:
        """Return the guild of a request, None for one that the bot is not in."""
        guild = self._world.guilds.get(_number(data.get("guild_id")))
        return guild if guild is not None and self._world.bot_id in guild.members else None


def _number(value: object) -> int:
    """Return an id, which may come as a text, or 0."""
    return int(value) if isinstance(value, int | str) and str(value).isdecimal() else 0
