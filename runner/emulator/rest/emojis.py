"""Emojis of guilds and of the application. Source: Discord docs, Resources: Emoji."""

from runner.emulator.audit_log import AuditEvent, changes
from runner.emulator.core import Core
from runner.emulator.forms.expressions import check_emoji_upload, is_animated
from runner.emulator.refusals import refusal, require
from runner.emulator.rest.access import allowed_guild, held_there, require_there
from runner.emulator.rest.calls import Answer, Call, Route
from runner.emulator.shapes.expressions import guild_emoji_json
from runner.emulator.world import Emoji, Guild, JsonObject, listed
from runner.lifecycle import limits
from runner.lifecycle.bits import Intents, Permissions
from runner.lifecycle.limits import ErrorCode

_P = Permissions


def list_emojis(core: Core, call: Call) -> Answer:
    """GET a guild's emojis."""
    guild = allowed_guild(core, call.id(0))
    return Answer(200, [guild_emoji_json(core.world, emoji) for emoji in guild.emojis.values()])


def get_emoji(core: Core, call: Call) -> Answer:
    """GET one of a guild's emojis."""
    guild = allowed_guild(core, call.id(0))
    return Answer(200, guild_emoji_json(core.world, _known(guild.emojis, call.id(1))))


def create_emoji(core: Core, call: Call) -> Answer:
    """POST an emoji, as a `data:` address of at most 256 KiB."""
    guild = allowed_guild(core, call.id(0), _P.CREATE_GUILD_EXPRESSIONS)
    require(check_emoji_upload(call.json, is_new=True))
    emoji = _made(core, call.json)
    _require_room(guild, emoji)
    guild.emojis[emoji.id] = emoji
    _announce(core, guild)
    shape = guild_emoji_json(core.world, emoji)
    _note(core, guild, AuditEvent.EMOJI_CREATE, emoji, call, {}, shape)
    return Answer(201, shape)


def edit_emoji(core: Core, call: Call) -> Answer:
    """PATCH an emoji's name or the roles that may use it."""
    guild = allowed_guild(core, call.id(0))
    emoji = _known(guild.emojis, call.id(1))
    _require_manageable(core, guild, emoji)
    require(check_emoji_upload(call.json, is_new=False))
    before = guild_emoji_json(core.world, emoji)
    _fill(emoji, call.json)
    _announce(core, guild)
    shape = guild_emoji_json(core.world, emoji)
    _note(core, guild, AuditEvent.EMOJI_UPDATE, emoji, call, before, shape)
    return Answer(200, shape)


def delete_emoji(core: Core, call: Call) -> Answer:
    """DELETE an emoji."""
    guild = allowed_guild(core, call.id(0))
    emoji = _known(guild.emojis, call.id(1))
    _require_manageable(core, guild, emoji)
    shape = guild_emoji_json(core.world, emoji)
    del guild.emojis[emoji.id]
    _announce(core, guild)
    _note(core, guild, AuditEvent.EMOJI_DELETE, emoji, call, shape, {})
    return Answer(204)


# --- the application's own


def list_own(core: Core, call: Call) -> Answer:
    """GET the application's emojis."""
    _require_own(core, call)
    return Answer(200, {"items": [guild_emoji_json(core.world, emoji) for emoji in core.world.emojis.values()]})


def get_own(core: Core, call: Call) -> Answer:
    """GET one of the application's emojis."""
    _require_own(core, call)
    return Answer(200, guild_emoji_json(core.world, _known(core.world.emojis, call.id(1))))


def create_own(core: Core, call: Call) -> Answer:
    """POST an emoji of the application's."""
    _require_own(core, call)
    require(check_emoji_upload(call.json, is_new=True))
    if len(core.world.emojis) >= limits.APPLICATION_EMOJIS_MAX:
        raise refusal(ErrorCode.MAXIMUM_EMOJIS)
    emoji = _made(core, call.json)
    core.world.emojis[emoji.id] = emoji
    return Answer(201, guild_emoji_json(core.world, emoji))


def edit_own(core: Core, call: Call) -> Answer:
    """PATCH the name of one of the application's emojis."""
    _require_own(core, call)
    emoji = _known(core.world.emojis, call.id(1))
    require(check_emoji_upload(call.json, is_new=False))
    emoji.name = call.json.get("name") or emoji.name
    return Answer(200, guild_emoji_json(core.world, emoji))


def delete_own(core: Core, call: Call) -> Answer:
    """DELETE one of the application's emojis."""
    _require_own(core, call)
    del core.world.emojis[_known(core.world.emojis, call.id(1)).id]
    return Answer(204)


def _require_own(core: Core, call: Call) -> None:
    if call.id(0) != core.application_id:
        raise refusal(ErrorCode.UNKNOWN_APPLICATION)


def _known(emojis: dict[int, Emoji], emoji_id: int) -> Emoji:
    emoji = emojis.get(emoji_id)
    if emoji is None:
        raise refusal(ErrorCode.UNKNOWN_EMOJI)
    return emoji


def _require_room(guild: Guild, emoji: Emoji) -> None:
    """Refuse an emoji more than a guild without boosts has room for; the moving ones count apart."""
    if sum(other.animated is emoji.animated for other in guild.emojis.values()) >= limits.GUILD_EMOJIS_MAX:
        raise refusal(ErrorCode.MAXIMUM_ANIMATED_EMOJIS if emoji.animated else ErrorCode.MAXIMUM_EMOJIS)


def _require_manageable(core: Core, guild: Guild, emoji: Emoji) -> None:
    """Refuse to touch an emoji: the bot's own needs CREATE_GUILD_EXPRESSIONS or the permission for all the others."""
    is_own = emoji.user_id == core.world.bot_id
    if not (is_own and held_there(core, guild) & _P.CREATE_GUILD_EXPRESSIONS):
        require_there(core, guild, _P.MANAGE_GUILD_EXPRESSIONS)


def _made(core: Core, body: JsonObject) -> Emoji:
    emoji = Emoji(id=core.ids.next(), name=body["name"], user_id=core.world.bot_id, animated=is_animated(body["image"]))
    _fill(emoji, body)
    return emoji


def _fill(emoji: Emoji, body: JsonObject) -> None:
    emoji.name = body.get("name") or emoji.name
    if "roles" in body:
        emoji.role_ids = [int(role) for role in listed(body["roles"])]


def _announce(core: Core, guild: Guild) -> None:
    """Announce all emojis of a guild, as Discord does when one of them changes."""
    emojis = [guild_emoji_json(core.world, emoji) for emoji in guild.emojis.values()]
    data: JsonObject = {"guild_id": str(guild.id), "emojis": emojis}
    core.announcer.in_guild(guild, "GUILD_EMOJIS_UPDATE", data, Intents.GUILD_EXPRESSIONS)


def _note(
    core: Core, guild: Guild, event: AuditEvent, emoji: Emoji, call: Call, before: JsonObject, after: JsonObject
) -> None:
    shown = ({"name": shape["name"]} if shape else {} for shape in (before, after))
    core.audit_log.write(
        guild, event, by=core.world.bot_id, target=emoji.id, reason=call.reason, changes=changes(*shown)
    )


_GUILD = "/guilds/*/emojis"
_OWN = "/applications/*/emojis"

ROUTES = (
    Route("GET", _GUILD, list_emojis),
    Route("POST", _GUILD, create_emoji),
    Route("GET", f"{_GUILD}/*", get_emoji),
    Route("PATCH", f"{_GUILD}/*", edit_emoji),
    Route("DELETE", f"{_GUILD}/*", delete_emoji),
    Route("GET", _OWN, list_own),
    Route("POST", _OWN, create_own),
    Route("GET", f"{_OWN}/*", get_own),
    Route("PATCH", f"{_OWN}/*", edit_own),
    Route("DELETE", f"{_OWN}/*", delete_own),
)
"""The endpoints in this file."""
