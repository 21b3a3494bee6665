"""Plays what happens in a scenario on SimCord, as `runner.scenarios.play` does on the local Discord."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any

import simcord
from simcord import ChannelHandle, Env, InteractionResult, MemberActor, ResponseMessage, RoleHandle, UserHandle
from simcord.backend.models import Interaction, Message
from simcord.interactions import walk_to_subcommand

from runner.emulator.clock import elapse
from runner.emulator.trace import Trace
from runner.emulator.world import Message as SeenMessage
from runner.lifecycle.limits import ComponentType, InteractionType, OptionType
from runner.scenarios.document import ChosenFile, Happening, Moment
from runner.scenarios.expect import Seen, SeenChannel, noted
from runner.scenarios.placeholders import filled
from runner.scenarios.play import custom_id_of
from runner.templates.values import is_list
from tests.opinion.simcord_stage import Stage

REFUSALS = (simcord.SetupError, simcord.BackendError, LookupError)
"""What SimCord raises for what a user can't do; LookupError is ours, for what is not there."""


@dataclass(slots=True)
class Player:
    """Plays the events of one scenario, and remembers what later ones may refer to."""

    stage: Stage
    records: list[Interaction] = field(default_factory=list[Interaction])
    named: dict[str, Interaction | Message] = field(default_factory=dict[str, Interaction | Message])
    opened: dict[str, Interaction] = field(default_factory=dict[str, Interaction])
    noted: dict[str, str] = field(default_factory=dict[str, str])

    async def after(self, event: Happening) -> list[Interaction]:
        """Let an event happen; returns the interactions that it was, none if it could not be."""
        event = filled(event, self.noted)
        before = len(self.stage.env.backend.interactions)
        with suppress(*REFUSALS):
            await self._happen(event)
        await self.stage.idle()
        records = list(self.stage.env.backend.interactions.values())[before:]
        for record in records:
            self._remember(event, record)
        self._note(event)
        return records

    def _remember(self, event: Happening, record: Interaction) -> None:
        self.records.append(record)
        if event.id is not None:
            self.named[event.id] = record
        if record.modal is not None:
            self.opened[event.by] = record

    def _note(self, event: Happening) -> None:
        """Note what patterns find, in the same way as on the local Discord."""
        if event.expect is None:
            return
        by, named = self._person(event.by), event.expect.channels
        channels = {name: SeenChannel(True, tuple(self._contents(name, by))) for name in named}
        self.noted.update(noted(event.expect, Seen(self._trace(), None, {}, channels)))

    def _trace(self) -> Trace | None:
        """Return what the newest interaction has shown, as the local Discord says it."""
        if not self.records:
            return None
        trace = Trace(0, "", InteractionType.PING, 0, 0, None, None, None, 0.0, {})
        for message in messages_of(self.stage.env, self.records[-1]):
            trace.show(SeenMessage(id=message.id, channel_id=message.channel_id, author_id=0, content=message.content))
        return trace

    def _contents(self, channel: str, by: MemberActor) -> list[str]:
        """Return what stands in a channel, oldest first; nothing if there is none of that name."""
        try:
            shown = self._newest_first(channel, by)
        except LookupError:
            return []
        return [message.content for message in reversed(shown) if not message.is_ephemeral]

    async def _happen(self, event: Happening | Moment) -> None:
        if isinstance(event, Happening) and event.together is not None:
            for moment in event.together:
                await self._happen(moment)
            return
        by = self._person(event.by)
        if event.command is not None:
            where = self.stage.channel(event.in_, by)
            await self._command(event, by, where)
        elif event.click is not None:
            message, custom_id, _ = self._component(event.click, by, event.in_, event.target)
            await actor(by, event.in_).click(message, custom_id=custom_id)
        elif isinstance(event, Happening):
            await self._happen_otherwise(event, by)

    async def _command(self, event: Happening | Moment, by: MemberActor, where: ChannelHandle) -> None:
        options = self._options(event.command or "", {**event.options, **uploads(event.files)}, by)
        if event.in_ == "dm":
            await by.user.slash(event.command or "", **options)
        else:
            await by.slash(where, event.command or "", **options)

    async def _happen_otherwise(self, event: Happening, by: MemberActor) -> None:
        match event:
            case Happening(context_menu=str() as name):
                where = self.stage.channel(event.in_, by)
                await by.context_menu(where, name, self._target(event, by))
            case Happening(autocomplete=str() as name):
                options = self._options(name, event.options, by)
                typed = str(options.pop(event.focused or "", ""))
                await by.autocomplete(self.stage.channel(event.in_, by), name, event.focused or "", typed, **options)
            case Happening(select=str() as label):
                message, custom_id, kind = self._component(label, by, event.in_, event.target)
                values = [self._chosen(kind, value, by) for value in event.values]
                await actor(by, event.in_).select(message, values, custom_id=custom_id)
            case Happening(submit=values) if values is not None:
                await self._submit(event, values, by)
            case _:
                await self._happen_without_answer(event, by)

    async def _submit(self, event: Happening, values: Mapping[str, Any], by: MemberActor) -> None:
        shown = self.opened.get(event.by)
        if shown is None:
            raise LookupError("a form")
        given = {**self._entered(shown, values, by), **uploads(event.files)}
        await actor(by, "dm" if shown.guild_id is None else "").submit_modal(
            InteractionResult(self.stage.env, shown), given
        )

    async def _happen_without_answer(self, event: Happening, by: MemberActor) -> None:
        match event:
            case Happening(say=str() as content):
                said = await by.send(self.stage.channel(event.in_, by), content)
                if event.id is not None:
                    self.named[event.id] = self.stage.env.backend.get_message(said.channel.id, said.id)
            case Happening(wait=float() as seconds):
                await self._let_pass(seconds)
            case Happening(web=answers) if answers is not None:
                self.stage.web.answers.update(answers)
            case Happening(restart=True):
                await self.stage.stop_bot()
                await self.stage.start_bot()
            case _:
                await self._to_a_message(event, by)
                await self._come_or_go(event, by)

    async def _to_a_message(self, event: Happening, by: MemberActor) -> None:
        match event:
            case Happening(edit=str() as content):
                await by.edit(self._message(event.target, by), content)
            case Happening(delete=True):
                await by.delete(self._message(event.target, by))
            case Happening(react=str() as emoji):
                await by.react(self._message(event.target, by), emoji)
            case Happening(unreact=str() as emoji):
                await by.unreact(self._message(event.target, by), emoji)
            case Happening(vote=int() as number):
                await by.vote(self._message(event.target, by), answer=number)
            case _:
                pass

    async def _come_or_go(self, event: Happening, by: MemberActor) -> None:
        guild, backend = self.stage.guild, self.stage.env.backend
        match event:
            case Happening(join=True) if by.id == backend.bot_user.id:
                self.stage.bring_back()
            case Happening(join=True):
                guild.add_member(by.user)
            case Happening(leave=True) if by.id == backend.bot_user.id:
                self.stage.take_out()
            case Happening(leave=True):
                guild.remove_member(by)
            case Happening(enter_voice=str() as channel):
                await by.join_voice(self.stage.channel(channel, by))
            case Happening(leave_voice=True):
                await by.leave_voice()
            case Happening(delete_channel=str() as channel):
                backend.delete_channel(self.stage.channel(channel, by).id)
            case Happening(delete_role=str() as role):
                backend.delete_role(guild.id, guild.roles[role].id)
            case Happening(interested=str() as name):
                backend.set_scheduled_event_subscription(guild.id, self._planned(name), by.id, subscribed=True)
            case Happening(uninterested=str() as name):
                backend.set_scheduled_event_subscription(guild.id, self._planned(name), by.id, subscribed=False)
            case Happening(delete_scheduled_event=str() as name):
                backend.delete_scheduled_event(guild.id, self._planned(name))
            case _:
                pass

    async def _let_pass(self, seconds: float) -> None:
        """Let time pass, and with it what SimCord does by its clock: events begin and end."""
        backend, ends = self.stage.env.backend, self.stage.env.now().timestamp() + seconds
        while (due := backend.next_scheduled_event_deadline()) is not None and due.timestamp() <= ends:
            await elapse(max(due.timestamp() - self.stage.env.now().timestamp(), 0.0))
            backend.activate_due_scheduled_events()
        await elapse(max(ends - self.stage.env.now().timestamp(), 0.0))

    def _planned(self, name: str) -> int:
        """Return the newest scheduled event of a name."""
        events = self.stage.env.backend.guilds[self.stage.guild.id].scheduled_events.values()
        found = [each.id for each in events if each.name == name]
        if not found:
            raise LookupError("a scheduled event")
        return max(found)

    def _person(self, name: str) -> MemberActor:
        """Return somebody by name: somebody new if nobody is called so."""
        env, people = self.stage.env, self.stage.people
        if name == env.backend.bot_user.name:
            return MemberActor(env, self.stage.guild, UserHandle(env, env.backend.bot_user))
        if name not in people:
            user = env.create_user(name.lower(), global_name=name)
            people[name] = MemberActor(env, self.stage.guild, user)
        return people[name]

    def _options(self, command: str, given: Mapping[str, Any], by: MemberActor) -> dict[str, Any]:
        """Return a command's options as SimCord wants them: people, roles and channels as what they are."""
        root, *path = command.split()
        payload = self.stage.env.backend.find_command(root, self.stage.guild.id, type=1)
        if payload is None:
            return dict(given)
        leaf, _ = walk_to_subcommand(payload, path)
        kinds = {option["name"]: option["type"] for option in leaf.get("options") or ()}
        return {name: self._value(kinds.get(name), value, by) for name, value in given.items()}

    def _value(self, kind: int | None, value: Any, by: MemberActor) -> Any:
        match kind:
            case OptionType.USER | OptionType.MENTIONABLE if str(value).lstrip("@") in self.stage.people:
                person = self.stage.people[str(value).lstrip("@")]
                return person if person.id in self.stage.guild.member_ids() else person.user
            case OptionType.ROLE | OptionType.MENTIONABLE:
                return self._role(str(value))
            case OptionType.CHANNEL:
                return self.stage.channel(str(value).lstrip("#"), by)
            case OptionType.STRING:
                return str(value)
            case _:
                return value

    def _role(self, name: str) -> RoleHandle:
        return self.stage.guild.roles[name if name == "@everyone" else name.lstrip("@")]

    def _chosen(self, kind: int, value: str, by: MemberActor) -> Any:
        match kind:
            case ComponentType.USER_SELECT:
                return self._value(OptionType.USER, value, by)
            case ComponentType.ROLE_SELECT:
                return self._role(value)
            case ComponentType.CHANNEL_SELECT:
                return self.stage.channel(value.lstrip("#"), by)
            case ComponentType.MENTIONABLE_SELECT:
                return self._value(OptionType.MENTIONABLE, value, by)
            case _:
                return value

    def _entered(self, shown: Interaction, values: Mapping[str, Any], by: MemberActor) -> dict[str, Any]:
        """Return what is entered into a form, field by field."""
        kinds = dict(controls((shown.modal or {}).get("components") or ()))
        return {name: self._field(kinds.get(name, 0), value, by) for name, value in values.items()}

    def _field(self, kind: int, value: Any, by: MemberActor) -> Any:
        if kind == ComponentType.TEXT_INPUT:
            return str(value)
        if kind in (ComponentType.STRING_SELECT, *SELECTS):
            return [self._chosen(kind, str(each), by) for each in (value if is_list(value) else [value])]
        return value

    def _target(self, event: Happening, by: MemberActor) -> Any:
        """Return what a context menu is opened on: a message by its event, or a member by name."""
        target = event.target
        if target is None or target in self.named or target.startswith("#"):
            return self._message(target, by)
        return self._person(target)

    def _message(self, name: str | None, by: MemberActor) -> ResponseMessage:
        """Return the newest message of a channel or an event; of the newest interaction if none is named."""
        return ResponseMessage(self.stage.env, self._stored(name, by))

    def _stored(self, name: str | None, by: MemberActor) -> Message:
        if name is not None and name.startswith("#"):
            public = [message for message in self._newest_first(name[1:], by) if not message.is_ephemeral]
            return newest(public)
        of = self.named.get(name) if name is not None else next(reversed(self.records), None)
        if isinstance(of, Message):
            return of
        return newest(messages_of(self.stage.env, of)[::-1] if of is not None else [])

    def _newest_first(self, channel: str, by: MemberActor) -> list[Message]:
        backend = self.stage.env.backend
        found = [*backend.messages[self.stage.channel(channel, by).id].values()]
        private = [one for each in backend.messages.values() for one in each.values() if one.is_ephemeral]
        seen = {message.id: message for message in (*found, *private) if message.visible_to(by.id)}
        return [seen[number] for number in sorted(seen, reverse=True)]

    def _component(
        self, label: str, by: MemberActor, where: str, target: str | None
    ) -> tuple[ResponseMessage, str, int]:
        """Return the message, the custom_id and the kind of the newest component that says `label`."""
        shown = [self._stored(target, by)] if target is not None else self._newest_first(where, by)
        for message in shown:
            for component in message.components:
                if (custom_id := custom_id_of(component, label)) is not None:
                    kind = dict(controls(message.components))[custom_id]
                    return ResponseMessage(self.stage.env, message), custom_id, kind
        raise LookupError(label)


SELECTS = (
    ComponentType.USER_SELECT,
    ComponentType.ROLE_SELECT,
    ComponentType.CHANNEL_SELECT,
    ComponentType.MENTIONABLE_SELECT,
    ComponentType.CHECKBOX_GROUP,
)
"""What takes several values in a form, besides selects of texts."""


def newest(messages: Sequence[Message]) -> Message:
    """Return the first of them. Raises LookupError if there is none."""
    if not messages:
        raise LookupError("a message")
    return messages[0]


def actor(by: MemberActor, where: str) -> MemberActor | UserHandle:
    """Return who acts in a channel: in direct messages somebody is no member."""
    return by.user if where == "dm" else by


def messages_of(env: Env, record: Interaction) -> list[Message]:
    """Return the messages that an interaction has made or changed, as they are now, oldest first."""
    there = env.backend.messages.get(record.channel_id, {})
    return [there[number] for number in (record.message_id, *record.followup_ids) if number in there]


def controls(components: Sequence[Any]) -> Iterator[tuple[str, int]]:
    """Yield the custom_id and the type of everything that can be clicked or filled in."""
    for component in components:
        if "custom_id" in component:
            yield component["custom_id"], component["type"]
        inner = [component[key] for key in ("component", "accessory") if component.get(key)]
        yield from controls([*inner, *(component.get("components") or ())])


def uploads(files: Mapping[str, Sequence[ChosenFile]]) -> dict[str, Any]:
    """Return files as SimCord takes them."""
    chosen = {name: [(file.name, file.content.encode()) for file in each] for name, each in files.items()}
    return {name: each[0] if len(each) == 1 else each for name, each in chosen.items()}
