"""Discord's own rules for interactions: who may answer what, when, and how often.

This is the far side of the lifecycle, written apart from the machine that the runner uses, so that each can show the
other wrong. Source: Discord docs, Interactions: Receiving and Responding. Statuses that the docs leave open follow
reports on discord/discord-api-docs (#6851, #7220, #2866).
"""

import asyncio
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from runner.emulator.clock import Clock
from runner.emulator.components import numbered
from runner.emulator.forms.messages import MessageCall, check_callback_type, check_choices, check_message, check_modal
from runner.emulator.gateway.announcer import Announcer
from runner.emulator.interactions.records import Origin, Record, allowed_callbacks, failure_line
from runner.emulator.interactions.responses import ResponseMaker, callback_response
from runner.emulator.messages import MessageMaker, Upload
from runner.emulator.refusals import Refused, refusal, require
from runner.emulator.shapes.messages import message_json
from runner.emulator.snowflake import Snowflakes, created_at
from runner.emulator.trace import InteractionState, Trace, TraceEvent
from runner.emulator.world import JsonObject, Message, World
from runner.lifecycle import limits
from runner.lifecycle.bits import (
    SETTABLE_BY_DEFER,
    SETTABLE_BY_EDIT,
    SETTABLE_BY_FOLLOW_UP,
    SETTABLE_BY_REPLY,
    MessageFlags,
)
from runner.lifecycle.limits import CallbackType, ErrorCode

RECORDS_MAX = 12_000
"""Interactions that are remembered; the oldest go first, as if their tokens had never been."""

_S = InteractionState
_C = CallbackType

_NO_WEBHOOK = {_S.RECEIVED, _S.EXPIRED_UNACKED, _S.AUTOCOMPLETED}
"""States in which the interaction's webhook does not exist (404, 10015)."""

_NO_ORIGINAL = {_S.MODAL_SHOWN, _S.LAUNCHED, _S.ORIGINAL_DELETED}
"""States in which the webhook exists and `@original` does not (404, 10008)."""


class Desk:
    """Opens interactions, takes the calls about them, and enforces every rule of their lifecycle.

    Calls raise `Refused` with Discord's status and code, and change nothing when they do.
    """

    def __init__(
        self,
        *,
        clock: Clock,
        world: World,
        ids: Snowflakes,
        messages: MessageMaker,
        announcer: Announcer,
        randomness: Callable[[int], str],
    ) -> None:
        self._clock = clock
        self._world = world
        self._ids = ids
        self._messages = messages
        self._responses = ResponseMaker(clock=clock, world=world, messages=messages)
        self._announcer = announcer
        self._randomness = randomness
        self._records: dict[int, Record] = {}
        self._by_token: dict[str, Record] = {}

    @property
    def traces(self) -> Sequence[Trace]:
        """The traces of the remembered interactions, oldest first."""
        return [record.trace for record in self._records.values()]

    def new_identity(self) -> tuple[int, str]:
        """Return an id for this instant and a token, for an interaction about to be opened."""
        return self._ids.next(), self._randomness(48)

    def open(self, origin: Origin, payload: JsonObject) -> Trace:
        """Start an interaction: deliver its payload, and start the two timers at its id's time."""
        trace = Trace(
            id=int(payload["id"]),
            token=payload["token"],
            type=origin.type,
            user_id=origin.user_id,
            channel_id=origin.channel.id,
            guild_id=origin.channel.guild_id,
            command=origin.command,
            custom_id=origin.custom_id,
            dispatched_at=created_at(int(payload["id"])),
            payload=payload,
        )
        record = Record(trace=trace, origin=origin)
        self._records[trace.id] = self._by_token[trace.token] = record
        self._start_timers(record)
        self._forget_oldest()
        self._note(record, "dispatched")
        self._announcer.interaction(payload)
        return trace

    def dispatch_again(self, trace: Trace) -> None:
        """Deliver an interaction once more."""
        self._note(self._records[trace.id], "dispatched again")
        self._announcer.interaction(trace.payload)

    def record_of(self, trace: Trace) -> Record:
        """Return the books on a trace. Raises KeyError once it is forgotten."""
        return self._records[trace.id]

    def find(self, interaction_id: int | None, token: str | None) -> Record | None:
        """Return the interaction with this id or this token, for notes about calls that never arrived."""
        return self._records.get(interaction_id or 0) or self._by_token.get(token or "")

    def note(self, record: Record, what: str, detail: str = "", status: int | None = None) -> None:
        """Add an event to an interaction's timeline."""
        self._note(record, what, detail, status)

    def expire_token(self, trace: Trace) -> None:
        """Let an interaction's token die now, as if its 15 minutes were over; one that nobody answered fails, too."""
        record = self.record_of(trace)
        record.lives_s = min(record.lives_s, self._clock.now() - trace.dispatched_at - _TICK_S)
        if trace.state is _S.RECEIVED:
            self._enter(record, _S.EXPIRED_UNACKED)
            self._fail(record, "the token expired before it was acknowledged")
        self._note(record, "token expired", "on demand")
        self._expire(record)

    def close(self) -> None:
        """Stop every timer."""
        for record in self._records.values():
            _stop(record)

    # --- the first response

    def callback(self, interaction_id: int, token: str, body: JsonObject, uploads: Sequence[Upload]) -> JsonObject:
        """Take a first response; returns the body for `with_response`."""
        record = self._records.get(interaction_id)
        if record is None or record.trace.token != token:
            raise refusal(ErrorCode.UNKNOWN_INTERACTION)
        try:
            self._check_open(record)
            kind = self._checked_kind(record, body)
            self._check_data(record, kind, body.get("data"), len(uploads))
        except Refused as refused:
            self._note_refusal(record, f"callback {body.get('type')}", refused)
            raise
        return self._accept(record, kind, body.get("data") or {}, uploads)

    def _check_open(self, record: Record) -> None:
        """Refuse a response that comes too late or twice. The clock stops when the request is taken, here."""
        self._expire(record)
        if record.trace.state in {_S.EXPIRED_UNACKED, _S.TOKEN_EXPIRED}:
            raise refusal(ErrorCode.UNKNOWN_INTERACTION)
        if record.trace.state is not _S.RECEIVED:
            raise refusal(ErrorCode.ALREADY_ACKNOWLEDGED)

    def _checked_kind(self, record: Record, body: JsonObject) -> CallbackType:
        allowed = allowed_callbacks(record.origin, self._world)
        require(check_callback_type(body.get("type"), allowed))
        return CallbackType(body["type"])

    def _check_data(self, record: Record, kind: CallbackType, data: object, files: int) -> None:
        match kind:
            case _C.CHANNEL_MESSAGE_WITH_SOURCE:
                require(check_message(data, where=MessageCall.CALLBACK, files=files))
            case _C.UPDATE_MESSAGE:
                assert record.origin.source is not None, "only offered with a source"
                existing = message_json(self._world, record.origin.source)
                require(check_message(data, where=MessageCall.UPDATE, files=files, existing=existing))
            case _C.APPLICATION_COMMAND_AUTOCOMPLETE_RESULT:
                require(check_choices(data))
            case _C.MODAL:
                require(check_modal(data))
            case _:
                pass

    def _accept(self, record: Record, kind: CallbackType, data: JsonObject, uploads: Sequence[Upload]) -> JsonObject:
        record.trace.mark_acknowledged(self._clock.now())
        self._note(record, _CALLBACK_NAMES[kind], status=200)
        match kind:
            case _C.CHANNEL_MESSAGE_WITH_SOURCE:
                self._reply(record, data, uploads)
            case _C.DEFERRED_CHANNEL_MESSAGE_WITH_SOURCE:
                self._defer(record, data)
            case _C.DEFERRED_UPDATE_MESSAGE:
                self._enter(record, _S.DEFERRED_UPDATE)
                record.original = record.origin.source
                record.trace.mark_finished()
            case _C.UPDATE_MESSAGE:
                self._update(record, data, uploads)
            case _C.APPLICATION_COMMAND_AUTOCOMPLETE_RESULT:
                self._enter(record, _S.AUTOCOMPLETED)
                record.trace.choices = data["choices"]
                record.trace.mark_finished()
            case _C.MODAL:
                self._enter(record, _S.MODAL_SHOWN)
                record.trace.modal = {**data, "components": numbered(data["components"])}
                record.trace.mark_finished()
            case _:
                self._enter(record, _S.LAUNCHED)
                record.trace.mark_finished()
        return callback_response(record, kind, self._world)

    def _reply(self, record: Record, data: JsonObject, uploads: Sequence[Upload]) -> None:
        message = self._responses.create(record, data, uploads, SETTABLE_BY_REPLY)
        record.original = message
        self._enter(record, _S.REPLIED)
        self._show(record, message)
        self._announcer.message_created(message)
        record.trace.mark_finished()

    def _defer(self, record: Record, data: JsonObject) -> None:
        body = {"flags": int(data.get("flags") or 0)}
        message = self._responses.create(record, body, (), SETTABLE_BY_DEFER)
        message.flags |= MessageFlags.LOADING
        record.original = message
        self._enter(record, _S.DEFERRED_SOURCE)
        self._show(record, message)
        self._announcer.message_created(message)

    def _update(self, record: Record, data: JsonObject, uploads: Sequence[Upload]) -> None:
        source = record.origin.source
        assert source is not None, "only offered with a source"
        record.original = source
        self._enter(record, _S.UPDATED)
        self._edit(record, source, data, uploads)
        record.trace.mark_finished()

    # --- the webhook

    def follow_up(self, application_id: int, token: str, body: JsonObject, uploads: Sequence[Upload]) -> JsonObject:
        """Take a follow-up; returns the message. The first one after a deferral is an edit of the placeholder."""
        record = self._webhook(application_id, token, "follow-up")
        if record.trace.state is _S.DEFERRED_SOURCE:
            return self._edit_original(record, body, uploads, what="follow-up that ends the deferral")
        try:
            self._check_follow_up(record, body, len(uploads))
        except Refused as refused:
            self._note_refusal(record, "follow-up", refused)
            raise
        message = self._responses.create(record, body, uploads, SETTABLE_BY_FOLLOW_UP)
        self._responses.mark_follow_up(record, message)
        record.follow_ups[message.id] = message
        self._note(record, "follow-up", status=200)
        self._show(record, message)
        self._announcer.message_created(message)
        return message_json(self._world, message)

    def get(self, application_id: int, token: str, message_id: str) -> JsonObject:
        """Return `@original` or a follow-up."""
        record = self._webhook(application_id, token, "get")
        return message_json(self._world, self._message(record, message_id, "get"))

    def edit(
        self, application_id: int, token: str, message_id: str, body: JsonObject, uploads: Sequence[Upload]
    ) -> JsonObject:
        """Edit `@original` or a follow-up; returns the message."""
        record = self._webhook(application_id, token, "edit")
        message = self._message(record, message_id, "edit")
        if message is record.original:
            return self._edit_original(record, body, uploads, what="edit of @original")
        self._check_edit(record, message, body, len(uploads), resolves=False)
        self._note(record, "edit of a follow-up", status=200)
        self._edit(record, message, body, uploads)
        return message_json(self._world, message)

    def delete(self, application_id: int, token: str, message_id: str) -> None:
        """Delete `@original` or a follow-up."""
        record = self._webhook(application_id, token, "delete")
        message = self._message(record, message_id, "delete")
        self._world.channels[message.channel_id].remove(message)
        is_original = message is record.original
        self._note(record, "delete of @original" if is_original else "delete of a follow-up", status=204)
        if is_original:
            self._enter(record, _S.ORIGINAL_DELETED)
            record.trace.mark_finished()
        self._announcer.message_deleted(message)

    def _webhook(self, application_id: int, token: str, what: str) -> Record:
        """Return the interaction behind a token, or refuse: dead tokens with 401, silent ones with 404."""
        if application_id != self._world.bot_id:
            raise refusal(ErrorCode.UNKNOWN_WEBHOOK)
        record = self._by_token.get(token)
        if record is None:
            raise refusal(ErrorCode.INVALID_WEBHOOK_TOKEN)
        self._expire(record)
        code = self._webhook_fault(record)
        if code is not None:
            refused = refusal(code)
            self._note_refusal(record, what, refused)
            raise refused
        return record

    def _webhook_fault(self, record: Record) -> ErrorCode | None:
        if self._clock.now() - record.trace.dispatched_at > record.lives_s:
            return ErrorCode.INVALID_WEBHOOK_TOKEN
        return ErrorCode.UNKNOWN_WEBHOOK if record.trace.state in _NO_WEBHOOK else None

    def _message(self, record: Record, message_id: str, what: str) -> Message:
        """Return a message that this token may touch. Its original can be named by `@original` or by its id."""
        original = None if record.trace.state in _NO_ORIGINAL else record.original
        if message_id == "@original" or (original is not None and str(original.id) == message_id):
            message = original
        else:
            message = record.follow_ups.get(int(message_id)) if message_id.isdecimal() else None
        if message is None or message.deleted:
            refused = refusal(ErrorCode.UNKNOWN_MESSAGE)
            self._note_refusal(record, what, refused)
            raise refused
        return message

    def _edit_original(self, record: Record, body: JsonObject, uploads: Sequence[Upload], *, what: str) -> JsonObject:
        original = record.original
        assert original is not None, "looked up before"
        resolves = record.trace.state is _S.DEFERRED_SOURCE
        self._check_edit(record, original, body, len(uploads), resolves=resolves)
        self._note(record, what, status=200)
        self._edit(record, original, body, uploads, resolves=resolves)
        if resolves:
            self._enter(record, _S.REPLIED)
            record.trace.mark_finished()
        return message_json(self._world, original)

    def _check_follow_up(self, record: Record, body: JsonObject, files: int) -> None:
        is_full = len(record.follow_ups) >= limits.FOLLOW_UPS_USER_INSTALL_MAX
        if record.origin.is_user_install_only and is_full:
            raise refusal(ErrorCode.MAXIMUM_FOLLOW_UPS)
        require(check_message(body, where=MessageCall.FOLLOW_UP, files=files))

    def _check_edit(self, record: Record, message: Message, body: JsonObject, files: int, *, resolves: bool) -> None:
        where = MessageCall.EDIT_DEFERRED if resolves else MessageCall.EDIT
        try:
            require(check_message(body, where=where, files=files, existing=message_json(self._world, message)))
        except Refused as refused:
            self._note_refusal(record, "edit", refused)
            raise

    # --- messages

    def _edit(
        self,
        record: Record,
        message: Message,
        body: Mapping[str, Any],
        uploads: Sequence[Upload],
        *,
        resolves: bool = False,
    ) -> None:
        self._messages.edit(message, body, uploads=uploads, settable=SETTABLE_BY_EDIT, resolves=resolves)
        self._show(record, message)
        self._announcer.message_edited(message)

    def _show(self, record: Record, message: Message) -> None:
        record.trace.show(message)

    # --- time

    def _start_timers(self, record: Record) -> None:
        """Let the client give up when Discord does, a moment after the last instant at which a call is still taken."""
        for lifetime_s in (limits.INITIAL_RESPONSE_S, limits.TOKEN_LIFETIME_S):
            self._start_timer(record, lifetime_s)

    def _start_timer(self, record: Record, lifetime_s: float) -> None:
        remaining_s = record.trace.dispatched_at + lifetime_s - self._clock.now()
        loop = asyncio.get_running_loop()
        record.timers.append(loop.call_later(max(remaining_s, 0) + _TICK_S, self._time_up, record, lifetime_s))

    def _time_up(self, record: Record, lifetime_s: float) -> None:
        """Expire an interaction; or wait on, if the clock was set back and disagrees with the loop."""
        if self._clock.now() - record.trace.dispatched_at > lifetime_s:
            self._expire(record)
        else:
            self._start_timer(record, lifetime_s)

    def _expire(self, record: Record) -> None:
        """Move an interaction on whose time is up."""
        age = self._clock.now() - record.trace.dispatched_at
        trace = record.trace
        if trace.state is _S.RECEIVED and age > limits.INITIAL_RESPONSE_S:
            self._enter(record, _S.EXPIRED_UNACKED)
            self._fail(record, "not acknowledged within 3 s")
        if age > record.lives_s and trace.state not in {_S.EXPIRED_UNACKED, _S.TOKEN_EXPIRED}:
            was_thinking = trace.state is _S.DEFERRED_SOURCE
            self._enter(record, _S.TOKEN_EXPIRED)
            if was_thinking:
                self._fail(record, "the token expired before it was finished")

    def _fail(self, record: Record, why: str) -> None:
        outcome = failure_line(record.trace.type)
        self._note(record, "failed", f"{outcome} ({why})")
        record.trace.mark_failed(outcome)

    def _enter(self, record: Record, state: InteractionState) -> None:
        record.trace.state = state

    def _forget_oldest(self) -> None:
        while len(self._records) > RECORDS_MAX:
            record = self._records.pop(next(iter(self._records)))
            self._by_token.pop(record.trace.token, None)
            _stop(record)

    # --- notes

    def _note_refusal(self, record: Record, what: str, refused: Refused) -> None:
        record.trace.refused.append((refused.status, refused.code))
        self._note(record, f"{what} refused", str(refused.code), refused.status)

    def _note(self, record: Record, what: str, detail: str = "", status: int | None = None) -> None:
        record.trace.note(TraceEvent(self._clock.now(), what, detail, status))
        self._announcer.interaction_noted(record.id, what, detail, status)


_TICK_S = 0.001
"""Ids count whole milliseconds, so an instant is certainly past a deadline one tick later."""

_CALLBACK_NAMES = {
    _C.CHANNEL_MESSAGE_WITH_SOURCE: "reply",
    _C.DEFERRED_CHANNEL_MESSAGE_WITH_SOURCE: "deferred reply",
    _C.DEFERRED_UPDATE_MESSAGE: "deferred update",
    _C.UPDATE_MESSAGE: "update",
    _C.APPLICATION_COMMAND_AUTOCOMPLETE_RESULT: "suggestions",
    _C.MODAL: "form opened",
    _C.PREMIUM_REQUIRED: "purchase asked for",
    _C.LAUNCH_ACTIVITY: "activity launched",
}


def _stop(record: Record) -> None:
    for timer in record.timers:
        timer.cancel()
