"""Makes the messages that answer an interaction, with everything Discord writes on them.

Source: Discord docs, Resources: Message, Message Interaction Metadata Object.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from runner.emulator.clock import Clock
from runner.emulator.interactions.records import Origin, Record
from runner.emulator.messages import MessageMaker, Upload
from runner.emulator.shapes.messages import message_json
from runner.emulator.shapes.users import user_json
from runner.emulator.world import JsonObject, Message, World
from runner.lifecycle.bits import MessageFlags, Permissions
from runner.lifecycle.limits import CallbackType, CommandType, InteractionType

_REPLY_TYPE = 19
_CHAT_INPUT_TYPE = 20
_CONTEXT_MENU_TYPE = 23


class ResponseMaker:
    """Makes responses and follow-ups."""

    def __init__(self, *, clock: Clock, world: World, messages: MessageMaker) -> None:
        self._clock = clock
        self._world = world
        self._messages = messages

    def create(
        self, record: Record, body: Mapping[str, Any], uploads: Sequence[Upload], settable: MessageFlags
    ) -> Message:
        """Return a new message from a checked body, private if its flags or the installation say so."""
        origin = record.origin
        message = self._messages.create(
            origin.channel, body, author_id=self._world.bot_id, settable=settable, uploads=uploads
        )
        if self._is_forced_private(origin):
            message.flags |= MessageFlags.EPHEMERAL
        message.visible_to = origin.user_id if message.flags & MessageFlags.EPHEMERAL else None
        message.application_id = self._world.bot_id
        message.type = self._message_type(origin)
        message.interaction_metadata = self._metadata(record)
        message.interaction = self._deprecated_metadata(record)
        referenced = origin.source or origin.target_message
        if referenced is not None:
            message.reference = self._messages.reference_to(referenced)
        return message

    def _is_forced_private(self, origin: Origin) -> bool:
        """Return whether the user alone installed the app and may not show its answers to others here."""
        may = self._world.permissions_in(origin.user_id, origin.channel, self._clock.now())
        needed = Permissions.USE_EXTERNAL_APPS | Permissions.SEND_MESSAGES
        return origin.is_user_install_only and origin.channel.guild_id is not None and may & needed != needed

    def _message_type(self, origin: Origin) -> int:
        if origin.source is not None:
            return _REPLY_TYPE
        if origin.type is InteractionType.MODAL_SUBMIT and origin.parent is not None:
            return self._message_type(origin.parent.origin)
        return _CHAT_INPUT_TYPE if origin.command_type is CommandType.CHAT_INPUT else _CONTEXT_MENU_TYPE

    def mark_follow_up(self, record: Record, message: Message) -> None:
        """Make a new message a follow-up: a reply to `@original`, if there is one."""
        message.type = _REPLY_TYPE
        message.interaction = None
        original = record.original
        if original is not None and message.interaction_metadata is not None:
            message.reference = self._messages.reference_to(original)
            message.interaction_metadata["original_response_message_id"] = str(original.id)

    def _metadata(self, record: Record) -> JsonObject:
        origin = record.origin
        shape: JsonObject = {
            "id": str(record.id),
            "type": int(origin.type),
            "user": user_json(self._world.users[origin.user_id]),
            "authorizing_integration_owners": dict(origin.owners),
        }
        if origin.command is not None:
            shape |= {"name": origin.command, "command_type": int(origin.command_type)}
        if origin.target_user_id is not None:
            shape["target_user"] = user_json(self._world.users[origin.target_user_id])
        if origin.target_message is not None:
            shape["target_message_id"] = str(origin.target_message.id)
        if origin.source is not None and origin.type is InteractionType.MESSAGE_COMPONENT:
            shape["interacted_message_id"] = str(origin.source.id)
        if origin.parent is not None:
            shape["triggering_interaction_metadata"] = self._metadata(origin.parent)
        return shape

    def _deprecated_metadata(self, record: Record) -> JsonObject | None:
        origin = record.origin
        if origin.type is not InteractionType.APPLICATION_COMMAND:
            return None
        user = user_json(self._world.users[origin.user_id])
        return {"id": str(record.id), "type": int(origin.type), "name": origin.command, "user": user}


def callback_response(record: Record, kind: CallbackType, world: World) -> JsonObject:
    """Return what a first response is answered with.

    Source: Discord docs, Receiving and Responding, Interaction Callback Response Object.
    """
    about: JsonObject = {"id": str(record.id), "type": int(record.trace.type)}
    if kind is CallbackType.LAUNCH_ACTIVITY:
        instance = f"i-{record.id}-gc-{record.trace.guild_id or 0}-{record.trace.channel_id}"
        launched: JsonObject = {"type": int(kind), "activity_instance": {"id": instance}}
        return {"interaction": about | {"activity_instance_id": instance}, "resource": launched}
    original = record.original
    if original is None:
        return {"interaction": about}
    shape: JsonObject = {"interaction": about | _about_message(original, record.trace.guild_id)}
    if kind in {CallbackType.CHANNEL_MESSAGE_WITH_SOURCE, CallbackType.UPDATE_MESSAGE}:
        shape["resource"] = {"type": int(kind), "message": message_json(world, original)}
    return shape


def _about_message(original: Message, guild_id: int | None) -> JsonObject:
    shape: JsonObject = {
        "response_message_id": str(original.id),
        "response_message_loading": bool(original.flags & MessageFlags.LOADING),
        "response_message_ephemeral": bool(original.flags & MessageFlags.EPHEMERAL),
        "channel_id": str(original.channel_id),
    }
    return shape if guild_id is None else shape | {"guild_id": str(guild_id)}
