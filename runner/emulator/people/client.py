"""The people's side of interactions: what Discord's own app lets them do, and what it then sends to the bot."""

from collections.abc import Mapping, Sequence
from typing import Any

from runner.emulator.commands.store import Found
from runner.emulator.components import walk
from runner.emulator.core import Core
from runner.emulator.interactions.payloads import Resolved, interaction_json, nested
from runner.emulator.interactions.records import Origin
from runner.emulator.messages import Upload
from runner.emulator.people.directory import find_user
from runner.emulator.people.option_values import Values
from runner.emulator.people.standing import Standing
from runner.emulator.refusals import LocalDiscordError
from runner.emulator.shapes.messages import message_json
from runner.emulator.trace import Trace
from runner.emulator.world import Channel, JsonObject, Message, User
from runner.lifecycle.limits import CommandType, ComponentType, InteractionType, OptionType

_AUTOCOMPLETED = {OptionType.STRING, OptionType.INTEGER, OptionType.NUMBER}


class Client:
    """Types commands, presses buttons, submits forms. Raises `LocalDiscordError` for what the app would not allow."""

    def __init__(self, core: Core) -> None:
        self._core = core
        self._world = core.world
        self._standing = Standing(core)

    # --- commands

    def command(self, *, user: str, channel: str, name: str, options: Mapping[str, object]) -> Trace:
        """Type a slash command."""
        person, place = self._standing.in_channel(user, channel)
        found = self._found(name, person, place, CommandType.CHAT_INPUT)
        resolved = self._resolved(person, place)
        leaves = self._values(person, place, resolved).options(found.options, options)
        data = self._command_data(found, nested(found.nodes, leaves), place)
        return self._open(self._command_origin(found, person, place), resolved.into(data))

    def context_menu(self, *, user: str, channel: str, name: str, target: int | str) -> Trace:
        """Choose a command from a user's or a message's menu."""
        person, place = self._standing.in_channel(user, channel)
        message = self._standing.seen_or_none(person, target)
        kind = CommandType.USER if message is None else CommandType.MESSAGE
        found = self._found(name, person, place, kind)
        resolved = self._resolved(person, place)
        origin = self._command_origin(found, person, place)
        if message is None:
            target_id = resolved.user(find_user(self._world, target))
            origin.target_user_id = int(target_id)
        else:
            target_id = resolved.message(message)
            origin.target_message = message
        data = {**self._command_data(found, [], place), "target_id": target_id}
        return self._open(origin, resolved.into(data))

    def autocomplete(self, *, user: str, channel: str, name: str, options: Mapping[str, object], focused: str) -> Trace:
        """Type into an option that suggests values."""
        person, place = self._standing.in_channel(user, channel)
        found = self._found(name, person, place, CommandType.CHAT_INPUT)
        definition = next((option for option in found.options if option["name"] == focused), None)
        if definition is None or definition["type"] not in _AUTOCOMPLETED or not definition.get("autocomplete"):
            raise LocalDiscordError(f"the option {focused!r} has no autocomplete")
        resolved = self._resolved(person, place)
        given = {focused: "", **options}
        leaves = self._values(person, place, resolved).options(found.options, given, focused=focused)
        origin = self._command_origin(found, person, place)
        origin.type = InteractionType.APPLICATION_COMMAND_AUTOCOMPLETE
        data = self._command_data(found, nested(found.nodes, leaves), place)
        return self._open(origin, resolved.into(data))

    def commands_for(self, *, user: str, channel: str) -> list[JsonObject]:
        """Return the commands that a user is offered in a channel."""
        person, place = self._standing.in_channel(user, channel)
        visible = self._core.commands.visible(place.guild_id)
        return [command for command in visible if self._is_usable(command, person, place)]

    def _found(self, name: str, person: User, place: Channel, kind: CommandType) -> Found:
        candidates = self._core.commands.find(name, place.guild_id, command_type=int(kind))
        for found in candidates:
            if self._is_usable(found.command, person, place):
                return found
        reason = "may not be used here" if candidates else "does not exist"
        raise LocalDiscordError(f"the command {name!r} {reason}")

    def _is_usable(self, command: Mapping[str, Any], person: User, place: Channel) -> bool:  # JSON of a command
        guild = self._world.guild_of(place)
        member = None if guild is None else guild.members[person.id]
        return self._core.commands.usable_by(
            dict(command),
            member_permissions=int(self._world.permissions_in(person.id, place, self._core.clock.now())),
            channel_id=place.id,
            role_ids=[] if member is None else member.role_ids,
            user_id=person.id,
            guild_id=place.guild_id,
            in_dm=guild is None,
        )

    def _command_data(self, found: Found, options: list[JsonObject], place: Channel) -> JsonObject:
        command: JsonObject = dict(found.command)
        data: JsonObject = {"id": command["id"], "name": command["name"], "type": command.get("type", 1)}
        if options:
            data["options"] = options
        if command.get("guild_id") is not None:
            data["guild_id"] = str(place.guild_id)
        return data

    def _command_origin(self, found: Found, person: User, place: Channel) -> Origin:
        command: JsonObject = dict(found.command)
        return Origin(
            type=InteractionType.APPLICATION_COMMAND,
            user_id=person.id,
            channel=place,
            owners=_owners(command, person, place),
            command_type=CommandType(command.get("type", 1)),
            command=" ".join(found.path),
        )

    # --- components and forms

    def click(self, *, user: str, message: int | str, custom_id: str, values: Sequence[str]) -> Trace:
        """Press a button, or choose in a select."""
        person = find_user(self._world, user)
        seen = self._standing.seen(person, message)
        place = self._world.channels[seen.channel_id]
        component = _component(seen, custom_id)
        resolved = self._resolved(person, place)
        data: JsonObject = {
            "custom_id": custom_id,
            "component_type": component["type"],
            "id": component["id"],
        }
        if component["type"] != ComponentType.BUTTON:
            data["values"] = self._values(person, place, resolved).chosen(component, values)
        origin = Origin(
            type=InteractionType.MESSAGE_COMPONENT,
            user_id=person.id,
            channel=place,
            owners=_inherited_owners(seen, place),
            source=seen,
            custom_id=custom_id,
        )
        return self._open(origin, resolved.into(data))

    def submit(self, *, modal: Trace, user: str | None, values: Mapping[str, object]) -> Trace:
        """Submit a form that is open."""
        parent = self._core.desk.record_of(modal)
        person = self._world.users[modal.user_id] if user is None else find_user(self._world, user)
        if modal.modal is None or person.id != modal.user_id:
            raise LocalDiscordError(f"no form is open for {person.display_name}")
        place, resolved = parent.origin.channel, self._resolved(person, parent.origin.channel)
        components = self._values(person, place, resolved).form(modal.modal, values)
        custom_id = str(modal.modal["custom_id"])
        origin = Origin(
            type=InteractionType.MODAL_SUBMIT,
            user_id=person.id,
            channel=place,
            owners=parent.origin.owners,
            source=parent.origin.source,
            custom_id=custom_id,
            parent=parent,
        )
        return self._open(origin, resolved.into({"custom_id": custom_id, "components": components}))

    # --- sending

    def _resolved(self, person: User, place: Channel) -> Resolved:
        return Resolved(self._world, self._world.guild_of(place), person.id, self._core.clock.now())

    def _values(self, person: User, place: Channel, resolved: Resolved) -> Values:
        def keep(upload: Upload) -> str:
            return self._core.messages.keep(upload.filename, upload.content_type, upload.data)

        return Values(self._world, self._world.guild_of(place), person, resolved, keep)

    def _open(self, origin: Origin, data: JsonObject) -> Trace:
        person = self._world.users[origin.user_id]
        interaction_id, token = self._core.desk.new_identity()
        payload: JsonObject = {
            "id": str(interaction_id),
            "token": token,
            "type": int(origin.type),
            "data": data,
            **interaction_json(
                self._world,
                channel=origin.channel,
                user=person,
                owners=dict(origin.owners),
                now=self._core.clock.now(),
                locale=person.locale,
            ),
        }
        if origin.source is not None:
            payload["message"] = message_json(self._world, origin.source)
        return self._core.desk.open(origin, self._core.faults.forged(payload))


def _component(message: Message, custom_id: str) -> JsonObject:
    """Return a component that can be used. Raises `LocalDiscordError` for one that is absent or disabled."""
    for component in walk(message.components):
        if component.get("custom_id") == custom_id:
            if component.get("disabled"):
                raise LocalDiscordError(f"the component {custom_id!r} is disabled")
            return component
    raise LocalDiscordError(f"the message has no component {custom_id!r}")


def _owners(command: JsonObject, person: User, place: Channel) -> dict[str, str]:
    """Return who authorised the app, as far as the command takes part in that kind of installation.

    Source: Discord docs, Interactions: Receiving and Responding, Authorizing Integration Owners Object.
    """
    kinds = command.get("integration_types") or [0]
    owners: dict[str, str] = {}
    if 0 in kinds:
        owners["0"] = "0" if place.guild_id is None else str(place.guild_id)
    if 1 in kinds:
        owners["1"] = str(person.id)
    return owners


def _inherited_owners(message: Message, place: Channel) -> dict[str, str]:
    """Return the owners of the interaction that made a message, else of the guild's own installation."""
    if message.interaction_metadata is not None:
        owners: dict[str, str] = message.interaction_metadata["authorizing_integration_owners"]
        return owners
    return {"0": "0" if place.guild_id is None else str(place.guild_id)}
