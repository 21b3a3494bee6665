"""Who speaks for a run: the interaction that it answers, or, where there is none, the bot's own token.

All of them are spoken to in one way, so that neither the steps nor the endings know the difference.
"""

import asyncio
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import replace
from typing import Any, Final, Protocol

from runner.actions.action import StepFailed
from runner.engine.acknowledger import Acknowledger, Rejected, TokenExpired
from runner.engine.frames import Asked
from runner.engine.references import reference
from runner.engine.speaker import Speaker
from runner.lifecycle.bits import MessageFlags
from runner.lifecycle.machine import Event, Origin, State
from runner.messages import EmptyMessage, Message, edit_body, new_body, with_contents, with_text
from runner.rest import Rest, RestRefused

Json = Mapping[str, Any]

_LAID_OUT: Final = int(MessageFlags.IS_COMPONENTS_V2)


class Voice(Speaker, Protocol):
    """Speaks for one run. The methods are those of the acknowledger, and raise what it raises."""

    @property
    def is_ephemeral(self) -> bool: ...
    @property
    def is_stand_in(self) -> bool: ...
    @property
    def place_is_private(self) -> bool | None: ...
    @property
    def owes_an_end(self) -> bool: ...
    @property
    def acknowledged_at(self) -> float | None: ...
    @property
    def asked_id(self) -> str | None: ...

    async def ask(self, event: Event, message: Message, *, is_ephemeral: bool) -> None: ...
    async def hand_over(self, message: Message) -> None: ...
    async def acknowledge(self, event: Event, message: Message | None = None, *, is_ephemeral: bool) -> bool: ...
    async def settled(self) -> None: ...


class Answered:
    """Speaks for the answer to a question, and closes the question with the first word: nobody can click it again.

    An `update`, or the next question, takes the question's place. A reply comes behind it.
    """

    def __init__(self, inner: Acknowledger, message: Json | None, flow_id: str) -> None:
        """`message` is the one that was clicked, as Discord has delivered it with the answer, if there is one.

        It is only the question's if the run of this id has asked it: a form can be opened from any other message.
        """
        self.spoken_on = self._inner = inner
        self.question = message if message and is_of(message, flow_id) else None
        self._is_laid_out = bool(self.question and self.question.get("flags", 0) & _LAID_OUT)
        self._closed = disabled(self.question.get("components") or (), flow_id) if self.question else None

    @property
    def origin(self) -> Origin:
        return self._inner.origin

    @property
    def state(self) -> State:
        return self._inner.state

    @property
    def is_ephemeral(self) -> bool:
        return self._inner.is_ephemeral

    @property
    def is_stand_in(self) -> bool:
        return self._inner.is_stand_in

    @property
    def place_is_private(self) -> bool | None:
        """Whether only its user sees what the next answer takes the place of; None where there is no such thing."""
        return self._inner.place_is_private

    @property
    def owes_an_end(self) -> bool:
        return self._inner.owes_an_end

    @property
    def is_unanswered(self) -> bool:
        return self._inner.is_unanswered

    @property
    def acknowledged_at(self) -> float | None:
        return self._inner.acknowledged_at

    @property
    def asked_id(self) -> str | None:
        return self._inner.asked_id

    async def respond(self, event: Event, message: Message, *, is_ephemeral: bool) -> None:
        """Do what `event` wants, and close the question."""
        if self._closed is not None:
            event, message = await self._closing(event, message, is_ephemeral)
        await self._inner.respond(event, message, is_ephemeral=is_ephemeral)

    async def ask(self, event: Event, message: Message, *, is_ephemeral: bool) -> None:
        """Ask the next question, in the place of this one where that can be."""
        if self._closed is not None and event is Event.REPLY:
            await self._closing(event, message, is_ephemeral)
        self._closed = None
        await self._inner.ask(event, message, is_ephemeral=is_ephemeral)

    async def close(self) -> None:
        """Close the question, if nothing has."""
        if self._closed is not None and self._inner.state in (State.RECEIVED, State.DEFERRED_UPDATE):
            with suppress(Rejected):  # it has been deleted, perhaps
                await self.respond(Event.UPDATE, self._disabled(self._closed), is_ephemeral=False)

    async def _closing(self, event: Event, message: Message, is_ephemeral: bool) -> tuple[Event, Message]:
        """Return what is to be said instead, so that the question is closed by it, or close it beforehand."""
        await self._inner.settled()
        closed, is_open = self._closed, self._inner.state in (State.RECEIVED, State.DEFERRED_UPDATE)
        if event is Event.MODAL or not is_open:
            return event, message
        self._closed = None
        if event is Event.UPDATE:
            return event, self._in_its_place(message)
        closing = self._disabled(closed)
        if event is Event.DEFER_UPDATE:
            return Event.UPDATE, closing
        with suppress(Rejected):  # the answer itself matters more
            await self._inner.respond(Event.UPDATE, closing, is_ephemeral=is_ephemeral)
        return event, message

    def _disabled(self, closed: object) -> Message:
        """Return the question as it is when nobody can answer it any more."""
        return Message(more={"components": closed}, flags=_LAID_OUT if self._is_laid_out else None)

    def _in_its_place(self, message: Message) -> Message:
        """Return what an `update` puts in the question's place. What is laid out stays so: a text is a part of it then.

        Source: Discord docs, Resources: Message, Message Flags.
        """
        bare = replace(message, more={"components": (), **(message.more or {})}, encoded=None)
        if not self._is_laid_out or message.is_laid_out:
            return bare
        laid_out = replace(bare, content=None, flags=(message.flags or 0) | _LAID_OUT)
        return with_text(laid_out, message.content) if message.content else laid_out

    async def hand_over(self, message: Message) -> None:
        """Put a sentence in the spinner's place."""
        await self._inner.hand_over(message)

    async def acknowledge(self, event: Event, message: Message | None = None, *, is_ephemeral: bool) -> bool:
        """Answer with `event` if nobody has answered."""
        return await self._inner.acknowledge(event, message, is_ephemeral=is_ephemeral)

    async def settled(self) -> None:
        """Return when no first response is on its way."""
        await self._inner.settled()

    def ensure_open(self) -> None:
        """Raise what has closed the interaction, if anything has."""
        self._inner.ensure_open()


class Afterwards:
    """Speaks where nobody has clicked: by the token of the last interaction while it lives, else as the bot itself.

    What the bot says itself everybody in the channel sees; nobody can be told anything privately that way.
    """

    spoken_on = None
    origin = Origin.COMMAND
    state = State.REPLIED  # there is no first response to be given
    is_unanswered = is_stand_in = owes_an_end = False

    def __init__(
        self,
        rest: Rest,
        channel_id: str | None,
        asked: Asked,
        earlier: Acknowledger | None,
        *,
        is_in_place: bool = False,
    ) -> None:
        """`asked` is the question that nobody has answered, `earlier` the interaction that showed it, if it is open.

        `is_in_place` says that the next question takes its place.
        """
        self._rest = rest
        self._channel_id = channel_id
        self.asked = asked
        self._earlier = earlier
        self._is_in_place = is_in_place
        self.is_ephemeral = asked.is_private
        self.acknowledged_at: float | None = asyncio.get_running_loop().time()
        self.asked_id: str | None = None

    @property
    def place_is_private(self) -> bool | None:
        """Whether only its user has seen the question."""
        return self.is_ephemeral

    @property
    def drops_seconds(self) -> bool:
        """Whether what is said a second time with the same key is not shown: Discord does that for the bot's own."""
        return self._earlier is None

    async def respond(self, event: Event, message: Message, *, is_ephemeral: bool) -> None:
        """Say something, or change the question."""
        if event is Event.UPDATE:
            await self.change(message)
        elif event is Event.REPLY:
            await self._say(message, is_ephemeral)
        elif event is not Event.DEFER:
            raise StepFailed("there is no interaction to answer")

    async def ask(self, event: Event, message: Message, *, is_ephemeral: bool) -> None:
        """Ask the next question."""
        if self._is_in_place:
            await self.change(message)
            self.asked_id = self.asked.message_id
        else:
            await self._say(message, is_ephemeral)

    async def change(self, message: Message) -> None:
        """Change the message that shows the question. What can't be reached any more is not tried."""
        if self.asked.message_id is not None and not self.asked.is_private:
            route = "/channels/{channel_id}/messages/{message_id}"
            body = with_contents(edit_body(message), message)
            channel_id = self.asked.channel_id or self._channel_id
            await self._call("PATCH", route, body, channel_id, message_id=self.asked.message_id)
        elif self._earlier is not None:
            await self._earlier.edit(self.asked.message_id or "@original", message)
        else:
            raise StepFailed("the message can't be reached any more: it was private, and its interaction is over")

    async def _say(self, message: Message, is_ephemeral: bool) -> None:
        if self._earlier is not None:
            try:
                await self._earlier.ask(Event.REPLY, message, is_ephemeral=is_ephemeral)
            except TokenExpired:
                self._earlier = None
            else:
                self.asked_id = self._earlier.asked_id
                return
        if is_ephemeral:
            raise StepFailed("nobody can be told privately any more: the interaction is over")
        try:
            body: dict[str, object] = {**new_body(message)}
        except EmptyMessage:
            raise StepFailed("the text was empty") from None
        if message.key:
            body |= {"nonce": message.key, "enforce_nonce": True}  # Discord docs, Create Message
        channel_id = self._channel_id or self.asked.channel_id
        sent = await self._call("POST", "/channels/{channel_id}/messages", with_contents(body, message), channel_id)
        self.asked_id = sent["id"]
        if message.told is not None:
            message.told(sent["id"])

    async def _call(self, method: str, route: str, body: object, channel_id: str | None, **parts: str) -> Any:
        if not channel_id:
            raise StepFailed("this run has no channel")
        try:
            return await self._rest.request(method, route, body, channel_id=channel_id, **parts)
        except RestRefused as refusal:
            raise StepFailed(f"Discord refused: {refusal}") from None

    async def hand_over(self, message: Message) -> None:
        """There is no spinner."""

    async def acknowledge(self, event: Event, message: Message | None = None, *, is_ephemeral: bool) -> bool:
        """There is nothing to acknowledge."""
        return False

    async def settled(self) -> None:
        """Nothing is ever on its way."""

    def ensure_open(self) -> None:
        """It never closes."""


def is_of(message: Json, flow_id: str) -> bool:
    """Tell whether a message shows a question of a run."""
    parts = (part for row in message.get("components") or () for part in row.get("components") or ())
    return any(_asks(part, flow_id) for part in parts)


def _asks(component: Json, flow_id: str) -> bool:
    found = reference(component.get("custom_id", ""))
    return found is not None and found.flow_id == flow_id


def disabled(components: Any, flow_id: str) -> tuple[Json, ...]:
    """Return the components of a message with those of a run's question disabled. Any: Discord's JSON.

    The question's are in rows of their own; whatever else the message shows goes on working.
    """
    return tuple(_without_use(row, flow_id) if row.get("components") else row for row in components)


def _without_use(row: Json, flow_id: str) -> Json:
    parts = ({**part, "disabled": True} if _asks(part, flow_id) else part for part in row["components"])
    return {**row, "components": [*parts]}
