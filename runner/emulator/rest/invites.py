"""Invites to a guild. Source: Discord docs, Resources: Invite and Channel."""

from collections.abc import Sequence

from runner.emulator.audit_log import AuditEvent, changes
from runner.emulator.core import Core
from runner.emulator.forms.webhooks import check_invite
from runner.emulator.refusals import refusal, require
from runner.emulator.rest.access import allowed_guild, allowed_guild_channel, held_in, require_there
from runner.emulator.rest.calls import Answer, Call, Route
from runner.emulator.shapes.invites import invite_json
from runner.emulator.shapes.users import user_json
from runner.emulator.shapes.values import timestamp
from runner.emulator.world import Channel, Guild, Invite, JsonObject
from runner.lifecycle import limits
from runner.lifecycle.bits import Intents, Permissions
from runner.lifecycle.limits import ChannelType, ErrorCode

_P = Permissions
_CODE_BYTES = 6
_METADATA = frozenset({"uses", "max_uses", "max_age", "temporary", "created_at"})


def create_invite(core: Core, call: Call) -> Answer:
    """POST /channels/{channel}/invites. One alike that exists is returned, unless a `unique` one is asked for."""
    guild, channel = allowed_guild_channel(core, call.id(0), _P.CREATE_INSTANT_INVITE)
    require(check_invite(call.json))
    if channel.type is ChannelType.GUILD_CATEGORY:
        raise refusal(ErrorCode.WRONG_CHANNEL_TYPE)
    asked = _asked_for(core, guild, channel, call.json)
    if not call.json.get("unique"):
        alike = next((invite for invite in _of_channel(core, channel.id) if _is_alike(invite, asked)), None)
        if alike is not None:
            return Answer(200, invite_json(core.world, alike))
    core.world.invites[asked.code] = asked
    _announce_created(core, channel, asked)
    shape = invite_json(core.world, asked)
    _note(core, guild, AuditEvent.INVITE_CREATE, call, {}, shape)
    return Answer(200, shape)


def get_invite(core: Core, call: Call) -> Answer:
    """GET an invite, with counts if asked for, and without its metadata."""
    invite = _known(core, call.values[0])
    shape = {key: value for key, value in invite_json(core.world, invite).items() if key not in _METADATA}
    if call.is_set("with_counts"):
        members = core.world.guilds[invite.guild_id].members
        online = sum(not core.world.users[user].bot for user in members)
        shape |= {"approximate_member_count": len(members), "approximate_presence_count": online}
    return Answer(200, shape)


def delete_invite(core: Core, call: Call) -> Answer:
    """DELETE an invite: with MANAGE_CHANNELS in its channel, or with MANAGE_GUILD."""
    invite = _known(core, call.values[0])
    guild, channel = core.world.guilds[invite.guild_id], core.world.channels[invite.channel_id]
    if not held_in(core, channel) & _P.MANAGE_CHANNELS:
        require_there(core, guild, _P.MANAGE_GUILD)
    del core.world.invites[invite.code]
    data: JsonObject = {"channel_id": str(channel.id), "code": invite.code}
    core.announcer.in_channel(channel, "INVITE_DELETE", data, guild=Intents.GUILD_INVITES, needs=_P.MANAGE_CHANNELS)
    shape = invite_json(core.world, invite)
    _note(core, guild, AuditEvent.INVITE_DELETE, call, shape, {})
    return Answer(200, shape)


def list_of_channel(core: Core, call: Call) -> Answer:
    """GET a channel's invites."""
    _, channel = allowed_guild_channel(core, call.id(0), _P.MANAGE_CHANNELS)
    return Answer(200, [invite_json(core.world, invite) for invite in _of_channel(core, channel.id)])


def list_of_guild(core: Core, call: Call) -> Answer:
    """GET a guild's invites."""
    guild = allowed_guild(core, call.id(0), _P.MANAGE_GUILD)
    invites = [invite for invite in _current(core) if invite.guild_id == guild.id]
    return Answer(200, [invite_json(core.world, invite) for invite in invites])


def _asked_for(core: Core, guild: Guild, channel: Channel, body: JsonObject) -> Invite:
    age = body.get("max_age")
    return Invite(
        code=core.randomness(_CODE_BYTES),
        guild_id=guild.id,
        channel_id=channel.id,
        inviter_id=core.world.bot_id,
        created_at=core.clock.now(),
        max_age_s=limits.INVITE_AGE_DEFAULT_S if age is None else int(age),
        max_uses=int(body.get("max_uses") or 0),
        temporary=bool(body.get("temporary")),
    )


def _is_alike(invite: Invite, asked: Invite) -> bool:
    asks = ("inviter_id", "max_age_s", "max_uses", "temporary")
    return all(getattr(invite, name) == getattr(asked, name) for name in asks)


def _known(core: Core, code: str) -> Invite:
    invite = next((invite for invite in _current(core) if invite.code == code), None)
    if invite is None:
        raise refusal(ErrorCode.UNKNOWN_INVITE)
    return invite


def _current(core: Core) -> Sequence[Invite]:
    """Return the invites that can be used; the others are forgotten here."""
    now = core.clock.now()
    core.world.invites = {code: invite for code, invite in core.world.invites.items() if not invite.is_over(now)}
    return list(core.world.invites.values())


def _of_channel(core: Core, channel_id: int) -> Sequence[Invite]:
    return [invite for invite in _current(core) if invite.channel_id == channel_id]


def _announce_created(core: Core, channel: Channel, invite: Invite) -> None:
    """Announce an invite. Like its end, the bot hears of it with MANAGE_CHANNELS in the channel."""
    expires_at = None if invite.max_age_s == 0 else invite.created_at + invite.max_age_s
    data: JsonObject = {
        "channel_id": str(channel.id),
        "code": invite.code,
        "created_at": timestamp(invite.created_at),
        "expires_at": timestamp(expires_at),
        "inviter": user_json(core.world.users[invite.inviter_id]),
        "max_age": invite.max_age_s,
        "max_uses": invite.max_uses,
        "temporary": invite.temporary,
        "uses": invite.uses,
    }
    core.announcer.in_channel(channel, "INVITE_CREATE", data, guild=Intents.GUILD_INVITES, needs=_P.MANAGE_CHANNELS)


def _note(core: Core, guild: Guild, event: AuditEvent, call: Call, before: JsonObject, after: JsonObject) -> None:
    shown = ({key: shape[key] for key in ("code", *_METADATA) if key in shape} for shape in (before, after))
    core.audit_log.write(guild, event, by=core.world.bot_id, target=None, reason=call.reason, changes=changes(*shown))


ROUTES = (
    Route("POST", "/channels/*/invites", create_invite),
    Route("GET", "/channels/*/invites", list_of_channel),
    Route("GET", "/guilds/*/invites", list_of_guild),
    Route("GET", "/invites/*", get_invite, is_open=True),
    Route("DELETE", "/invites/*", delete_invite),
)
"""The endpoints in this file."""
