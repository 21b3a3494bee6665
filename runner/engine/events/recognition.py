"""Which event of ours an event of the gateway is, and by what it is known when it comes again."""

from collections import OrderedDict
from collections.abc import Mapping
from typing import Any, Final

from runner import events
from runner.events import KINDS
from runner.lifecycle.limits import WRITTEN_MESSAGE_TYPES

Json = Mapping[str, Any]  # Any: Discord's JSON

VOICES_MAX: Final = 50_000
"""Of how many members it is remembered in which voice channel they are. Of others a move looks like a join, and nothing
is heard when they leave."""

GUILDS_MAX: Final = 100_000
"""How many servers are told apart from ones that the bot has just joined."""

_SIMPLE: Final = {
    kind.gateway: name
    for name, kind in KINDS.items()
    if kind.gateway
    not in {"VOICE_STATE_UPDATE", "GUILD_CREATE", "GUILD_DELETE", "MESSAGE_CREATE", "MESSAGE_UPDATE", "THREAD_CREATE"}
}


class Recognition:
    """Names what the gateway tells.

    Remembers what that takes: who is in which voice channel, and which servers are known.
    """

    def __init__(self) -> None:
        self._voices: dict[str, dict[str, str]] = {}
        self._voice_count = 0
        self._guilds: OrderedDict[str, None] = OrderedDict()

    def ready(self, data: Json) -> None:
        """Learn from READY which servers the bot is in already."""
        for guild in data.get("guilds") or ():
            self._know(guild["id"])

    def recognise(self, gateway: str, data: Json) -> tuple[str, str | None] | None:
        """Return an event's name in YAML, and for a voice channel that somebody leaves its id; None if it is none."""
        if (name := _SIMPLE.get(gateway)) is not None:
            return name, None
        match gateway:
            case "MESSAGE_CREATE":  # Discord's own lines, such as that somebody has joined, name that member as author
                return ("message", None) if data.get("type", 0) in WRITTEN_MESSAGE_TYPES else None
            case "MESSAGE_UPDATE":  # Discord sends it, too, when it has found a preview for a link
                return ("message_edit", None) if data.get("edited_timestamp") else None
            case events.CLEARED_EMOJI:
                return "reaction_clear", None
            case "THREAD_CREATE":  # and that when the bot is added to a thread of old
                return ("thread_create", None) if data.get("newly_created") else None
            case "VOICE_STATE_UPDATE":
                return self._moved(data)
            case "GUILD_CREATE":
                return self._appeared(data)
            case "GUILD_DELETE":
                return self._vanished(data)
            case _:
                return None

    def _moved(self, data: Json) -> tuple[str, str | None] | None:
        known, who, now = self._voices.get(data.get("guild_id") or "", {}), data["user_id"], data.get("channel_id")
        before = known.pop(who, None)
        self._voice_count -= before is not None
        if now is not None:
            self._remember(data.get("guild_id") or "", who, now)
        match before, now:
            case None, None:
                return None
            case None, _:
                return "voice_join", None
            case _, None:
                return "voice_leave", before
            case _:
                return ("voice_move", before) if before != now else None  # muted, or the like

    def _remember(self, guild_id: str, who: str, channel_id: str) -> None:
        if self._voice_count < VOICES_MAX:
            self._voices.setdefault(guild_id, {})[who] = channel_id
            self._voice_count += 1

    def _appeared(self, data: Json) -> tuple[str, str | None] | None:
        """Tell a server that the bot has joined from one that the gateway speaks of for the first time, or again."""
        identity = data["id"]
        self._voice_count -= len(self._voices.pop(identity, {}))
        for voice in data.get("voice_states") or ():
            if voice.get("channel_id"):
                self._remember(identity, voice["user_id"], voice["channel_id"])
        is_known = identity in self._guilds
        self._know(identity)
        return None if is_known or data.get("unavailable") else ("guild_join", None)

    def _vanished(self, data: Json) -> tuple[str, str | None] | None:
        if data.get("unavailable"):  # an outage: the bot is still in it
            return None
        self._guilds.pop(data["id"], None)
        return "guild_leave", None

    def _know(self, identity: str) -> None:
        self._guilds[identity] = None
        if len(self._guilds) > GUILDS_MAX:
            self._guilds.popitem(last=False)


def identity_of(name: str, data: Json) -> str | None:
    """Return by what an event is known, so that it is handled once if it comes twice; None if it can't be told.

    Discord may deliver events again when a connection is resumed. Source: Discord docs, Events: Gateway, Resuming.
    """
    match name:
        case "message" | "message_delete" | "thread_create" | "thread_delete" | "channel_create" | "channel_delete":
            return f"{name} {data['id']}"
        case "message_edit":
            return f"{name} {data['id']} {data['edited_timestamp']}"
        case "role_create":
            return f"{name} {data['role']['id']}"
        case "role_delete":
            return f"{name} {data['role_id']}"
        case "scheduled_event_create" | "scheduled_event_delete":
            return f"{name} {data['id']}"
        case "member_join":
            return f"{name} {data['guild_id']} {data['user']['id']} {data.get('joined_at')}"
        case _:
            return None
