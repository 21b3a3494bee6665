"""Webhooks: made and changed with the bot's token, written through with their own.

Source: Discord docs, Resources: Webhook.
"""

from collections.abc import Sequence

from runner.emulator.audit_log import AuditEvent, changes
from runner.emulator.core import Core
from runner.emulator.forms.webhooks import check_following, check_webhook
from runner.emulator.refusals import refusal, require
from runner.emulator.rest import interactions
from runner.emulator.rest.access import allowed_guild, allowed_guild_channel, require_in
from runner.emulator.rest.calls import Answer, Call, Route
from runner.emulator.rest.webhook_messages import delete, edit, execute, get
from runner.emulator.shapes.webhooks import webhook_json
from runner.emulator.world import FORUMS, VOICE, Channel, Guild, JsonObject, Webhook
from runner.lifecycle import limits
from runner.lifecycle.bits import Intents, Permissions
from runner.lifecycle.limits import ChannelType, ErrorCode

_P = Permissions
_FOLLOWING = frozenset({ChannelType.GUILD_TEXT, ChannelType.GUILD_ANNOUNCEMENT})
_WITH_WEBHOOKS = frozenset({ChannelType.GUILD_TEXT, ChannelType.GUILD_ANNOUNCEMENT, *VOICE, *FORUMS})


def create_webhook(core: Core, call: Call) -> Answer:
    """POST /channels/{channel}/webhooks: a webhook of the application's own."""
    guild, channel = allowed_guild_channel(core, call.id(0), _P.MANAGE_WEBHOOKS)
    require(check_webhook(call.json, is_new=True))
    if channel.type not in _WITH_WEBHOOKS:
        raise refusal(ErrorCode.WRONG_CHANNEL_TYPE)
    webhook = _kept(core, guild, channel, call.json["name"], token=core.randomness(48))
    shape = webhook_json(core.world, webhook, core.base_url)
    _note(core, guild, AuditEvent.WEBHOOK_CREATE, webhook, call, {}, shape)
    return Answer(200, shape)


def follow(core: Core, call: Call) -> Answer:
    """POST /channels/{channel}/followers: have what is published there come into another channel, of any guild.

    Source: Discord docs, Resources: Channel, Follow Announcement Channel.
    """
    _, source = allowed_guild_channel(core, call.id(0))
    if source.type is not ChannelType.GUILD_ANNOUNCEMENT:
        raise refusal(ErrorCode.WRONG_CHANNEL_TYPE)
    require(check_following(call.json))
    guild, channel = allowed_guild_channel(core, int(call.json["webhook_channel_id"]), _P.MANAGE_WEBHOOKS)
    if channel.type not in _FOLLOWING:
        raise refusal(ErrorCode.WRONG_CHANNEL_TYPE)
    webhook = _kept(core, guild, channel, f"{guild.name} #{source.name}", source_id=source.id)
    _note(core, guild, AuditEvent.WEBHOOK_CREATE, webhook, call, {}, webhook_json(core.world, webhook, core.base_url))
    return Answer(200, {"channel_id": str(source.id), "webhook_id": str(webhook.id)})


def list_of_channel(core: Core, call: Call) -> Answer:
    """GET a channel's webhooks."""
    _, channel = allowed_guild_channel(core, call.id(0), _P.MANAGE_WEBHOOKS)
    return Answer(200, [webhook_json(core.world, each, core.base_url) for each in _in_channel(core, channel.id)])


def list_of_guild(core: Core, call: Call) -> Answer:
    """GET a guild's webhooks."""
    guild = allowed_guild(core, call.id(0), _P.MANAGE_WEBHOOKS)
    return Answer(200, [webhook_json(core.world, each, core.base_url) for each in _in_guild(core, guild.id)])


def get_webhook(core: Core, call: Call) -> Answer:
    """GET a webhook; all of them are the application's own, so no permission is needed."""
    return Answer(200, webhook_json(core.world, _known(core, call.id(0)), core.base_url))


def edit_webhook(core: Core, call: Call) -> Answer:
    """PATCH a webhook's name, avatar or channel."""
    webhook = _known(core, call.id(0))
    _, channel = allowed_guild_channel(core, webhook.channel_id, _P.MANAGE_WEBHOOKS)
    moved_to = call.json.get("channel_id")
    if moved_to is not None:
        _, channel = allowed_guild_channel(core, int(moved_to), _P.MANAGE_WEBHOOKS)
        if channel.guild_id != webhook.guild_id:
            raise refusal(ErrorCode.UNKNOWN_CHANNEL)
    return Answer(200, _changed(core, webhook, call, channel.id))


def delete_webhook(core: Core, call: Call) -> Answer:
    """DELETE a webhook."""
    webhook = _known(core, call.id(0))
    require_in(core, core.world.channels[webhook.channel_id], _P.MANAGE_WEBHOOKS)
    return _deleted(core, webhook, call)


# --- with the webhook's own token


def get_by_token(core: Core, call: Call) -> Answer:
    """GET a webhook by its token, without who made it."""
    return Answer(200, _without_user(webhook_json(core.world, _opened(core, call), core.base_url)))


def edit_by_token(core: Core, call: Call) -> Answer:
    """PATCH a webhook's name or avatar by its token."""
    webhook = _opened(core, call)
    return Answer(200, _without_user(_changed(core, webhook, call, webhook.channel_id)))


def delete_by_token(core: Core, call: Call) -> Answer:
    """DELETE a webhook by its token."""
    return _deleted(core, _opened(core, call), call)


def post_message(core: Core, call: Call) -> Answer:
    """POST a message: through a webhook, or as the follow-up to an interaction."""
    if call.id(0) == core.application_id:
        return interactions.follow_up(core, call)
    return execute(core, _opened(core, call), call)


def get_message(core: Core, call: Call) -> Answer:
    """GET a message that came through the webhook."""
    if call.id(0) == core.application_id:
        return interactions.get_message(core, call)
    return get(core, _opened(core, call), call)


def edit_message(core: Core, call: Call) -> Answer:
    """PATCH a message that came through the webhook."""
    if call.id(0) == core.application_id:
        return interactions.edit_message(core, call)
    return edit(core, _opened(core, call), call)


def delete_message(core: Core, call: Call) -> Answer:
    """DELETE a message that came through the webhook."""
    if call.id(0) == core.application_id:
        return interactions.delete_message(core, call)
    return delete(core, _opened(core, call), call)


def _kept(
    core: Core, guild: Guild, channel: Channel, name: str, *, token: str = "", source_id: int | None = None
) -> Webhook:
    """Return a new webhook of the application's; refused where there are as many as there may be."""
    if len(_in_channel(core, channel.id)) >= limits.WEBHOOKS_PER_CHANNEL_MAX:
        raise refusal(ErrorCode.MAXIMUM_WEBHOOKS)
    if len(_in_guild(core, guild.id)) >= limits.WEBHOOKS_PER_GUILD_MAX:
        raise refusal(ErrorCode.MAXIMUM_GUILD_WEBHOOKS)
    webhook = Webhook(
        id=core.ids.next(),
        name=name,
        guild_id=guild.id,
        channel_id=channel.id,
        user_id=core.world.bot_id,
        token=token,
        source_id=source_id,
    )
    core.world.webhooks[webhook.id] = webhook
    _announce(core, guild, channel.id)
    return webhook


def _known(core: Core, webhook_id: int) -> Webhook:
    webhook = core.world.webhooks.get(webhook_id)
    if webhook is None:
        raise refusal(ErrorCode.UNKNOWN_WEBHOOK)
    return webhook


def _opened(core: Core, call: Call) -> Webhook:
    """Return a webhook whose token is in the path."""
    webhook = _known(core, call.id(0))
    if webhook.source_id is not None or webhook.token != call.values[1]:
        raise refusal(ErrorCode.INVALID_WEBHOOK_TOKEN)
    return webhook


def _in_channel(core: Core, channel_id: int) -> Sequence[Webhook]:
    return [webhook for webhook in core.world.webhooks.values() if webhook.channel_id == channel_id]


def _in_guild(core: Core, guild_id: int) -> Sequence[Webhook]:
    return [webhook for webhook in core.world.webhooks.values() if webhook.guild_id == guild_id]


def _changed(core: Core, webhook: Webhook, call: Call, channel_id: int) -> JsonObject:
    """Set what a body says about a webhook, and return it."""
    require(check_webhook(call.json, is_new=False))
    before = webhook_json(core.world, webhook, core.base_url)
    webhook.name = call.json.get("name") or webhook.name
    left, webhook.channel_id = webhook.channel_id, channel_id
    guild = core.world.guilds[webhook.guild_id]
    for channel in {left, channel_id}:
        _announce(core, guild, channel)
    shape = webhook_json(core.world, webhook, core.base_url)
    _note(core, guild, AuditEvent.WEBHOOK_UPDATE, webhook, call, before, shape)
    return shape


def _deleted(core: Core, webhook: Webhook, call: Call) -> Answer:
    guild = core.world.guilds[webhook.guild_id]
    shape = webhook_json(core.world, webhook, core.base_url)
    del core.world.webhooks[webhook.id]
    _announce(core, guild, webhook.channel_id)
    _note(core, guild, AuditEvent.WEBHOOK_DELETE, webhook, call, shape, {})
    return Answer(204)


def _announce(core: Core, guild: Guild, channel_id: int) -> None:
    data: JsonObject = {"guild_id": str(guild.id), "channel_id": str(channel_id)}
    core.announcer.in_guild(guild, "WEBHOOKS_UPDATE", data, Intents.GUILD_WEBHOOKS, is_shown=False)


def _note(
    core: Core, guild: Guild, event: AuditEvent, webhook: Webhook, call: Call, before: JsonObject, after: JsonObject
) -> None:
    """Set down what became of a webhook. Its token is no part of the audit log."""
    shown = ({key: shape[key] for key in _NOTED if key in shape} for shape in (before, after))
    bot, found = core.world.bot_id, changes(*shown)
    core.audit_log.write(guild, event, by=bot, target=webhook.id, reason=call.reason, changes=found)


_NOTED = ("name", "channel_id", "type", "application_id")


def _without_user(shape: JsonObject) -> JsonObject:
    return {key: value for key, value in shape.items() if key != "user"}


_BY_TOKEN = "/webhooks/*/*"
_MESSAGE = f"{_BY_TOKEN}/messages/*"

ROUTES = (
    Route("POST", "/channels/*/webhooks", create_webhook),
    Route("POST", "/channels/*/followers", follow),
    Route("GET", "/channels/*/webhooks", list_of_channel),
    Route("GET", "/guilds/*/webhooks", list_of_guild),
    Route("GET", "/webhooks/*", get_webhook),
    Route("PATCH", "/webhooks/*", edit_webhook),
    Route("DELETE", "/webhooks/*", delete_webhook),
    Route("GET", _BY_TOKEN, get_by_token, is_open=True),
    Route("PATCH", _BY_TOKEN, edit_by_token, is_open=True),
    Route("DELETE", _BY_TOKEN, delete_by_token, is_open=True),
    Route("POST", _BY_TOKEN, post_message, is_open=True),
    Route("GET", _MESSAGE, get_message, is_open=True),
    Route("PATCH", _MESSAGE, edit_message, is_open=True),
    Route("DELETE", _MESSAGE, delete_message, is_open=True),
)
"""The endpoints in this file."""
