"""Plays scenarios: each on a local Discord of its own, with a bot that has just started."""

import asyncio
import mimetypes
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import field
from typing import Any, Final

from runner.compile import Program
from runner.data import dataclass
from runner.emulator.clock import VirtualLoop, elapse
from runner.emulator.messages import Upload
from runner.emulator.refusals import LocalDiscordError
from runner.emulator.trace import SeenMessage, Trace
from runner.engine.observer import Observer
from runner.inspector.record import RunRecord
from runner.scenarios.document import INTERACTIONS, VERBS, ChosenFile, Expectation, Happening, Moment, Scenario
from runner.scenarios.expect import Difference, Seen, differences, labels_of, noted
from runner.scenarios.look import (
    channels_seen,
    emojis_seen,
    members_seen,
    public_messages,
    reactions_to,
    scheduled_event_named,
    scheduled_events_seen,
)
from runner.scenarios.placeholders import filled
from runner.scenarios.stage import BotEnded, MakeWorld, Stage, on_stage

Json = Mapping[str, Any]  # Any: Discord's JSON

REAL_S_MAX: Final = 60.0
"""How long one scenario may take in real seconds, whatever time passes in it."""

HOURS_MAX: Final = 48.0
"""How many virtual hours may go by in one scenario besides those that it waits."""


@dataclass(frozen=True, slots=True)
class Failure:
    """An event after which something was not as expected: its index, the differences, the bot's log.

    `happened` are the lines of what happened to the interaction, `run` is what the bot did about it. All of it is data,
    which goes from process to process.
    """

    event: int
    differences: tuple[Difference, ...]
    happened: tuple[str, ...] = ()
    log: tuple[str, ...] = ()
    run: RunRecord | None = None


@dataclass(frozen=True, slots=True)
class Result:
    """What became of one scenario: nothing to say when `failure` is None. `took_s` are virtual seconds."""

    name: str
    failure: Failure | None
    took_s: float


def play(
    name: str,
    scenario: Scenario,
    program: Program,
    observers: Sequence[Observer] = (),
    make_world: MakeWorld | None = None,
) -> Result:
    """Play a scenario to its end, or to the first event after which something is not as expected."""
    hours_max = HOURS_MAX + sum(event.wait or 0.0 for event in scenario.events) / 3600
    with asyncio.Runner(loop_factory=lambda: VirtualLoop(hours_max=hours_max, has_threads=False)) as runner:
        return runner.run(_played(name, scenario, program, observers, make_world))


async def _played(
    name: str, scenario: Scenario, program: Program, observers: Sequence[Observer], make_world: MakeWorld | None
) -> Result:
    failures: list[Failure] = []
    took: list[float] = []

    async def act(stage: Stage) -> None:
        began = stage.clock.now()
        player = Player(stage)
        for index, event in enumerate(scenario.events):
            if failure := await player.after(index, event):
                failures.append(failure)
                break
        took.append(stage.clock.now() - began)

    try:
        await on_stage(program, act, observers, make_world)
    except BotEnded as end:
        failures.append(Failure(0, (Difference("bot", "that it serves", str(end)),)))
    return Result(name, failures[0] if failures else None, took[0] if took else 0.0)


def timeline(trace: Trace) -> Iterator[str]:
    """Yield what happened to an interaction, each with the seconds since it was sent."""
    for event in trace.events:
        status = f" {event.status}" if event.status is not None else ""
        detail = f" ({event.detail})" if event.detail else ""
        yield f"{event.at - trace.dispatched_at:8.3f} s  {event.what}{status}{detail}"


@dataclass(slots=True)
class Player:
    """Plays the events of one scenario, and remembers what later ones may refer to."""

    stage: Stage
    traces: list[Trace] = field(default_factory=list[Trace])
    named: dict[str, Trace | int] = field(default_factory=dict[str, Trace | int])
    opened: dict[str, Trace] = field(default_factory=dict[str, Trace])
    noted: dict[str, str] = field(default_factory=dict[str, str])

    async def after(self, index: int, event: Happening) -> Failure | None:
        """Let an event happen, and return what is not as expected then."""
        try:
            event = filled(event, self.noted)
        except LocalDiscordError as error:
            return Failure(index, (Difference("event", "names that a pattern has noted", str(error)),))
        if any(getattr(event, verb) is not None for verb in VERBS if verb != "restart"):
            self.stage.web.calls.clear()
        if event.together is not None:
            return await self._together(index, event.together)
        trace, refused = None, None
        try:
            trace = await self._happen(event)
        except LocalDiscordError as error:
            refused = str(error)
        await self.stage.idle()
        if trace is not None:
            self._remember(event, trace)
        if event.expect is None and refused is None and (trace is None or not trace.failed):
            return None
        return self._failure(index, event.expect or Expectation(), event.by, trace or self._latest(event), refused)

    def _latest(self, event: Happening) -> Trace | None:
        """Return what an event that is no interaction is judged by: time may have ended the one before."""
        others = (verb for verb in VERBS if verb not in INTERACTIONS)
        is_about_it = event.wait is not None or all(getattr(event, verb) is None for verb in others)
        return self.traces[-1] if self.traces and is_about_it else None

    async def _together(self, index: int, moments: Sequence[Moment]) -> Failure | None:
        begun = [(moment, self._act(moment)) for moment in moments]
        await self.stage.idle()
        for moment, trace in begun:
            self.traces.append(trace)
            failure = self._failure(index, moment.expect or Expectation(), moment.by, trace, None)
            if failure is not None:
                return failure
        return None

    def _act(self, moment: Moment) -> Trace:
        local = self.stage.local
        if moment.command is not None:
            options = {**moment.options, **_chosen(moment.files)}
            return local.command(user=moment.by, channel=moment.in_, name=moment.command, options=options)
        message, custom_id = self._component(moment.click or "", moment.by, moment.in_, moment.target)
        return local.click(user=moment.by, message=message, custom_id=custom_id)

    def _failure(
        self, index: int, expected: Expectation, by: str, trace: Trace | None, refused: str | None
    ) -> Failure | None:
        found = self._differences(expected, by, trace, refused)
        log = tuple(_line(record) for record in self.stage.log_lines)
        run = None if trace is None else self.stage.recorder.of(str(trace.id))
        happened = () if trace is None else tuple(timeline(trace))
        return Failure(index, tuple(found), happened, log, run) if found else None

    def _differences(
        self, expected: Expectation, by: str, trace: Trace | None, refused: str | None
    ) -> list[Difference]:
        local = self.stage.local
        try:
            members = members_seen(local.world, self.stage.clock.now(), expected.members)
        except LocalDiscordError as error:
            return [Difference("members", "people who are there", str(error))]
        channels = channels_seen(local, by, expected.channels)
        events = scheduled_events_seen(local.world, self.stage.clock.now(), expected.scheduled_events)
        emojis = emojis_seen(local.world, expected.emojis)
        newest = (
            next((message.id for message in reversed(trace.messages) if not message.deleted), None) if trace else None
        )
        reactions = reactions_to(local.world, newest) if newest is not None else {}
        seen = Seen(trace, refused, members, channels, events, emojis, self.stage.web.calls, reactions)
        found = differences(expected, seen)
        if not found:
            self.noted.update(noted(expected, seen))
        return found

    def _remember(self, event: Happening, trace: Trace) -> None:
        self.traces.append(trace)
        if event.id is not None:
            self.named[event.id] = trace
        if trace.modal is not None:
            self.opened[event.by] = trace

    async def _happen(self, event: Happening) -> Trace | None:
        local, by, where = self.stage.local, event.by, event.in_
        match event:
            case Happening(command=str() as name):
                options = {**event.options, **_chosen(event.files)}
                return local.command(user=by, channel=where, name=name, options=options)
            case Happening(context_menu=str() as name):
                return local.context_menu(user=by, channel=where, name=name, target=self._target(event))
            case Happening(autocomplete=str() as name):
                focused = event.focused or ""
                return local.autocomplete(user=by, channel=where, name=name, options=event.options, focused=focused)
            case Happening(click=str() as label):
                message, custom_id = self._component(label, by, where, event.target)
                return local.click(user=by, message=message, custom_id=custom_id)
            case Happening(select=str() as label):
                message, custom_id = self._component(label, by, where, event.target)
                return local.click(user=by, message=message, custom_id=custom_id, values=event.values)
            case Happening(submit=values) if values is not None:
                return local.submit(modal=self._form(by), user=by, values={**values, **_chosen(event.files)})
            case _:
                await self._happen_otherwise(event)
                return None

    async def _happen_otherwise(self, event: Happening) -> None:
        """Let something happen that is no interaction."""
        match event:
            case Happening(say=str() as content):
                message = self.stage.local.say(user=event.by, channel=event.in_, content=content)
                if event.id is not None:
                    self.named[event.id] = message
            case Happening(wait=float() as seconds):
                await elapse(seconds)
            case Happening(web=answers) if answers is not None:
                self.stage.web.answers.update(answers)
            case Happening(restart=True):
                await self.stage.stop_bot()
                await self.stage.start_bot()
            case _:
                self._happen_to_a_message(event)
                self._come_or_go(event)

    def _happen_to_a_message(self, event: Happening) -> None:
        local, by = self.stage.local, event.by
        match event:
            case Happening(edit=str() as content):
                local.edit(user=by, message=self._message(event.target, by), content=content)
            case Happening(delete=True):
                local.delete(user=by, message=self._message(event.target, by))
            case Happening(react=str() as emoji):
                local.react(user=by, message=self._message(event.target, by), emoji=emoji)
            case Happening(unreact=str() as emoji):
                local.unreact(user=by, message=self._message(event.target, by), emoji=emoji)
            case Happening(vote=int() as answer):
                local.vote(user=by, message=self._message(event.target, by), answer=answer)
            case _:
                pass

    def _come_or_go(self, event: Happening) -> None:
        local, by = self.stage.local, event.by
        match event:
            case Happening(join=True):
                local.join(user=by)
            case Happening(leave=True):
                local.leave(user=by)
            case Happening(enter_voice=str() as channel):
                local.enter_voice(user=by, channel=channel)
            case Happening(leave_voice=True):
                local.leave_voice(user=by)
            case Happening(interested=str() as name):
                local.follow(user=by, event=scheduled_event_named(local.world, name).id)
            case Happening(uninterested=str() as name):
                local.follow(user=by, event=scheduled_event_named(local.world, name).id, is_interested=False)
            case Happening(delete_scheduled_event=str() as name):
                local.delete_scheduled_event(event=scheduled_event_named(local.world, name).id)
            case Happening(delete_channel=str() as channel):
                local.delete_channel(channel=channel)
            case Happening(delete_role=str() as role):
                local.delete_role(role=role)
            case _:
                pass

    def _form(self, by: str) -> Trace:
        try:
            return self.opened[by]
        except KeyError:
            raise LocalDiscordError(f"{by} has no form open") from None

    def _target(self, event: Happening) -> int | str:
        """Return what a context menu is opened on: a message by its event, or a member by name."""
        target = event.target
        if target is None or target in self.named or target.startswith("#"):
            return self._message(target, event.by)
        return target

    def _message(self, name: str | None, by: str) -> int:
        """Return the id of the newest message of a channel or an event; of the newest interaction if none is named."""
        if name is not None and name.startswith("#"):
            return self._newest(name[1:], by)
        of = self.named.get(name) if name is not None else next(reversed(self.traces), None)
        if isinstance(of, int):
            return of
        shown = [message for message in of.messages if not message.deleted] if of is not None else []
        if not shown:
            raise LocalDiscordError(f"there is no message of `{name}`" if name else "there is no message yet")
        return shown[-1].id

    def _newest(self, channel: str, by: str) -> int:
        shown = public_messages(self.stage.local, by, channel)
        if not shown:
            raise LocalDiscordError(f"{by} sees no message in #{channel}")
        return int(shown[-1]["id"])

    def _component(self, label: str, by: str, where: str, target: str | None) -> tuple[int, str]:
        """Return the message and the custom_id of the newest component that says `label`, as `by` sees it."""
        for message in self._shown(by, where, target):
            for component in message["components"]:
                if (custom_id := custom_id_of(component, label)) is not None:
                    return int(message["id"]), custom_id
        raise LocalDiscordError(f"{by} sees no button or select that says “{label}”")

    def _shown(self, by: str, where: str, target: str | None) -> list[Json]:
        """Return the messages in which a component may be, the newest first."""
        if target is not None:
            wanted = self._message(target, by)
            if target.startswith("#"):
                public = self.stage.local.messages_for(user=by, channel=target[1:])
                return [message for message in public if int(message["id"]) == wanted]
            return [as_json(seen) for trace in self.traces for seen in trace.messages if seen.id == wanted][-1:]
        messages = [message for trace in self.traces for message in trace.messages if not message.deleted]
        private = [as_json(message) for message in messages if message.ephemeral]
        public = self.stage.local.messages_for(user=by, channel=where)
        return sorted([*private, *public], key=lambda message: int(message["id"]), reverse=True)


def _chosen(files: Mapping[str, Sequence[ChosenFile]]) -> Mapping[str, object]:
    """Return files as Discord's client takes them: one alone, for options take no list."""
    chosen = {name: [_upload(file) for file in each] for name, each in files.items()}
    return {name: uploads[0] if len(uploads) == 1 else uploads for name, uploads in chosen.items()}


def _upload(file: ChosenFile) -> Upload:
    kind = mimetypes.guess_type(file.name)[0] or "application/octet-stream"
    return Upload(0, file.name, kind, file.content.encode())


def as_json(message: SeenMessage) -> Json:
    """Return as much of a message's JSON as components are looked for in."""
    return {"id": str(message.id), "components": message.components}


def custom_id_of(component: Json, label: str) -> str | None:
    """Return the custom_id of the part of a component that says `label`, or has it as its id."""
    accessory = component.get("accessory")
    for inner in (*(component.get("components") or ()), *([accessory] if accessory else ())):
        if (found := custom_id_of(inner, label)) is not None:
            return found
    custom_id = component.get("custom_id")
    if custom_id is None:
        return None
    return str(custom_id) if label in (*labels_of(component), custom_id) else None


def _line(record: Any) -> str:  # a log record, whose fields are our own
    fields = getattr(record, "fields", {})
    return " ".join([str(record.msg), *(f"{name}={value}" for name, value in fields.items() if value is not None)])
