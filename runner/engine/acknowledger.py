"""The one owner of an interaction's first response, and of every later call on its token.

An interaction takes exactly one first response, within 3 s of its creation. Everybody who wants to say something
comes here: the steps, the watchdog, the error path. Three rules keep the promise:

- The state moves before the await, never after it. Two tasks that answer at once therefore see each other: the second
  waits for the first one's outcome and then does what is right in the new state.
- An attempt whose outcome is unknown (cut, timed out, 5xx) is repeated while the deadline allows. If Discord then says
  "already acknowledged" (40060), the earlier attempt was ours and had arrived. If the deadline comes first, it is taken
  to have arrived: somebody may be looking at a spinner, and if nobody is, Discord refuses what follows.
- An expired token is never used.

Which call is right when is not decided here but in `lifecycle.machine`.
Source: Discord docs, Interactions: Receiving and Responding.
"""

import asyncio
import json
from collections.abc import Mapping
from typing import Any, ClassVar, Final, Protocol, cast

from runner.actions.action import StepFailed
from runner.engine.answers import Answer, Method, NotSent, OutcomeUnknown
from runner.lifecycle import budget
from runner.lifecycle.bits import MessageFlags
from runner.lifecycle.limits import ErrorCode
from runner.lifecycle.machine import Call, Event, Origin, Refusal, State, Transition, advance
from runner.messages import EmptyMessage, Message, edit_body, new_body

FIRST_PAUSE_S: Final = 0.05  # before an attempt is repeated; doubles from then on
PAUSE_MAX_S: Final = 0.4
ATTEMPTS_MAX: Final = 12  # of one call, whatever the deadline allows
EDIT_ATTEMPT_S: Final = 4.0  # one attempt at an edit or a deletion, which can be repeated without harm

_encode = json.JSONEncoder(separators=(",", ":"), check_circular=False).encode
_EPHEMERAL: Final = {"flags": int(MessageFlags.EPHEMERAL)}
_DEFERRALS: Final = (Event.DEFER, Event.DEFER_UPDATE)

_First = tuple[State, bool]  # a first response: where it leads, and whether what it shows is private


class Answers(Protocol):
    """The way to Discord for answers: one attempt a call, and two ways to fail that are kept apart."""

    async def request(
        self, method: Method, path: str, body: bytes | None, *, deadline: float, fresh: bool = False
    ) -> Answer:
        """Make one attempt by `deadline`, an instant of the loop; `fresh` asks for a new connection."""
        ...


class Closed(Exception):
    """Nothing can be said on this interaction any more. `outcome` is the word for that in the log."""

    outcome: ClassVar[str]


class AnsweredElsewhere(Closed):
    """Discord has a first response that this process did not send: a second process runs with the same token."""

    outcome = "answered elsewhere"


class TooLate(Closed):
    """Discord takes no first response any more, and has none."""

    outcome = "unacknowledged"


class TokenExpired(Closed):
    """The interaction's 15 minutes are over; nothing more can be said on its token."""

    outcome = "token expired"


class Rejected(StepFailed):
    """Discord refuses what was said: its code and its own reason. The interaction is as it was before."""

    def __init__(self, code: int, reason: str) -> None:
        super().__init__(f"Discord refused the answer: {code} {reason}")
        self.code = code


class Acknowledger:
    """Speaks for one interaction. `ack_by` and `token_by` are instants of the loop's clock.

    `acknowledged_at` is when Discord said that it has our first response, None until it has; `is_ephemeral` is the
    visibility of the message that `@original` names.
    """

    __slots__ = (
        "_answers",
        "_application_id",
        "_earlier",
        "_first",
        "_id",
        "_in_doubt",
        "_is_elsewhere",
        "_loop",
        "_token",
        "ack_by",
        "acknowledged_at",
        "is_ephemeral",
        "origin",
        "state",
        "token_by",
    )

    def __init__(
        self,
        answers: Answers,
        application_id: str,
        interaction: Mapping[str, Any],
        origin: Origin,
        ack_by: float,
        token_by: float,
    ) -> None:
        self._answers = answers
        self._application_id = application_id
        self._id: str = interaction["id"]
        self._token: str = interaction["token"]
        self._loop = asyncio.get_running_loop()
        self._first: asyncio.Future[None] | None = None  # a first response is on its way
        self._in_doubt = False  # an attempt at the present first response may have arrived
        self._earlier: _First | None = None  # an abandoned first response that may have arrived
        self._is_elsewhere = False  # another process has given the first response
        self.origin = origin
        self.state = State.RECEIVED
        self.ack_by = ack_by
        self.token_by = token_by
        self.acknowledged_at: float | None = None
        self.is_ephemeral = False

    @property
    def is_unanswered(self) -> bool:
        """Whether nobody has answered and nobody is about to."""
        return self.state is State.RECEIVED and self._first is None

    async def respond(self, event: Event, message: Message, *, is_ephemeral: bool) -> None:
        """Do what `event` wants, by the call that is right in this state.

        Raises `Rejected` (and leaves the state as it was) when Discord refuses the content, `StepFailed` when the
        machine refuses the event or Discord can't be reached, `Closed` when nothing can be said any more.
        """
        if self._first is not None:
            await self._settled()
        self.ensure_open()
        outcome = advance(self.origin, self.state, event)
        if isinstance(outcome, Refusal):
            raise StepFailed(outcome.reason)
        if outcome.call.callback_type is not None:
            await self._answer_first(event, outcome, message, is_ephemeral)
        elif outcome.call is Call.EDIT_ORIGINAL and event is Event.REPLY:
            await self._resolve(outcome, message, is_ephemeral)
        else:
            await self._answer_later(outcome, message, is_ephemeral)

    async def acknowledge(self, event: Event, *, is_ephemeral: bool) -> bool:
        """Answer with `event` if nobody has answered, and tell whether that was so.

        Waits for a first response that is on its way, because Discord may yet refuse it. Raises as `respond` does.
        """
        await self._settled()
        if self.state is not State.RECEIVED:
            return False
        await self.respond(event, Message(), is_ephemeral=is_ephemeral)
        return True

    def ensure_open(self) -> None:
        """Raise what has closed the interaction, if anything has."""
        if self.state is State.EXPIRED_UNACKED:
            raise AnsweredElsewhere if self._is_elsewhere else TooLate
        if self._loop.time() >= self.token_by:
            self.state = State.TOKEN_EXPIRED
        if self.state is State.TOKEN_EXPIRED:
            raise TokenExpired

    async def _settled(self) -> None:
        while self._first is not None:
            await asyncio.shield(self._first)

    async def _answer_first(self, event: Event, outcome: Transition, message: Message, is_ephemeral: bool) -> None:
        body = _callback_body(outcome.call, message, is_ephemeral)
        offered = (outcome.state, is_ephemeral)
        self.state, self.is_ephemeral = offered
        self._first = self._loop.create_future()
        self._in_doubt = False
        try:
            taken = await self._callback(body, offered)
        except (TooLate, AnsweredElsewhere) as end:
            self.state, self._is_elsewhere = State.EXPIRED_UNACKED, isinstance(end, AnsweredElsewhere)
            raise
        except BaseException:  # rejected, or cancelled: whoever speaks next begins anew
            if self._in_doubt and self._earlier is None:
                self._earlier = offered
            self.state = State.RECEIVED
            raise
        finally:
            self._first.set_result(None)
            self._first = None
        self.state, self.is_ephemeral = taken
        self._earlier = None
        if taken is not offered and event not in _DEFERRALS:  # the wish is still to be fulfilled
            await self.respond(event, message, is_ephemeral=is_ephemeral)

    async def _callback(self, body: bytes, offered: _First) -> _First:
        """Send the first response until its outcome is known; return the one of ours that Discord has."""
        path = f"/interactions/{self._id}/{self._token}/callback"
        for attempt in range(ATTEMPTS_MAX):
            answer = await self._attempt_first(path, body, attempt)
            pause_s = _pause_s(attempt)
            if answer is not None and answer.status == 429:
                pause_s = answer.retry_after_s or pause_s
            elif answer is not None and answer.status < 500:
                return self._taken(answer, offered)
            if self._loop.time() + pause_s >= self.ack_by:
                break
            await asyncio.sleep(pause_s)
        if (taken := self._possibly_taken(offered)) is None:
            raise TooLate
        return taken

    async def _attempt_first(self, path: str, body: bytes, attempt: int) -> Answer | None:
        """Make one attempt; None when no answer came. Keeps note of whether it may have arrived."""
        deadline = min(self.ack_by, self._loop.time() + budget.ATTEMPT_S)
        was_in_doubt, self._in_doubt = self._in_doubt, True  # until an answer says otherwise
        try:
            answer = await self._answers.request("POST", path, body, deadline=deadline, fresh=attempt > 0)
        except NotSent:
            self._in_doubt = was_in_doubt
            return None
        except OutcomeUnknown:
            return None
        if answer.status < 500:
            self._in_doubt = was_in_doubt
        return answer

    def _taken(self, answer: Answer, offered: _First) -> _First:
        """Return which first response Discord has, or raise what it means that it has none of ours."""
        if answer.status >= 300:
            code, reason = _error(answer)
            taken = self._possibly_taken(offered) if code == ErrorCode.ALREADY_ACKNOWLEDGED else None
            if taken is None:
                raise _refused_first(code, reason)
            offered = taken
        self.acknowledged_at = self._loop.time()
        return offered

    def _possibly_taken(self, offered: _First) -> _First | None:
        # With both in doubt the earlier one is named: saying the later one on top of it repeats, and loses nothing.
        return self._earlier or (offered if self._in_doubt else None)

    async def _resolve(self, outcome: Transition, message: Message, is_ephemeral: bool) -> None:
        """Put the answer in the spinner's place, or behind it where a moderator has deleted the spinner."""
        try:
            if is_ephemeral is self.is_ephemeral:
                await self._answer_later(outcome, message, is_ephemeral)
            else:
                await self._replace_original(message, is_ephemeral)
        except Rejected as rejected:
            if rejected.code != ErrorCode.UNKNOWN_MESSAGE:
                raise
            self.state = State.ORIGINAL_DELETED
            await self._answer_later(_expect(self.origin, self.state, Event.REPLY), message, is_ephemeral)

    async def _replace_original(self, message: Message, is_ephemeral: bool) -> None:
        """Answer with another visibility than the spinner's: it is fixed, so the spinner goes and a new message comes.

        Source: Discord docs, Interactions: Receiving and Responding, Followup Messages.
        """
        await self._answer_later(_expect(self.origin, self.state, Event.DELETE), message, is_ephemeral)
        await self._answer_later(_expect(self.origin, self.state, Event.REPLY), message, is_ephemeral)

    async def _answer_later(self, outcome: Transition, message: Message, is_ephemeral: bool) -> None:
        webhook = f"/webhooks/{self._application_id}/{self._token}"
        previous, self.state = self.state, outcome.state
        try:
            match outcome.call:
                case Call.EDIT_ORIGINAL:
                    await self._send("PATCH", webhook + "/messages/@original", _encode(edit_body(message)).encode())
                case Call.DELETE_ORIGINAL:
                    await self._send("DELETE", webhook + "/messages/@original", None)
                case _:
                    await self._send("POST", webhook, _new_body(message, is_ephemeral))
        except BaseException:
            if self.state is outcome.state:  # an edit that may have arrived can be made again; an expired token stays
                self.state = previous
            raise

    async def _send(self, method: Method, path: str, body: bytes | None) -> None:
        """Make one call on the token, repeated where that can't say anything twice.

        A server error is taken to mean that nothing was done. Raises `StepFailed`, `Rejected` or `TokenExpired`.
        """
        give_up_at = min(self.token_by, self._loop.time() + budget.ANSWER_CALL_S)
        for attempt in range(ATTEMPTS_MAX):
            answer = await self._attempt(method, path, body, give_up_at, fresh=attempt > 0)
            if answer is not None and answer.status < 300:
                return
            pause_s = _pause_s(attempt) if answer is None else self._pause_after(answer, attempt)
            if self._loop.time() + pause_s >= give_up_at:
                break
            await asyncio.sleep(pause_s)
        raise StepFailed("Discord could not be reached to answer the user")

    async def _attempt(
        self, method: Method, path: str, body: bytes | None, give_up_at: float, *, fresh: bool
    ) -> Answer | None:
        """Make one attempt at a call on the token; None when it may be repeated."""
        is_repeatable = method != "POST"
        deadline = min(give_up_at, self._loop.time() + EDIT_ATTEMPT_S) if is_repeatable else give_up_at
        try:
            return await self._answers.request(method, path, body, deadline=deadline, fresh=fresh)
        except NotSent:
            return None
        except OutcomeUnknown:
            if not is_repeatable:  # a follow-up that may have arrived is not said twice
                raise StepFailed("no answer came to a follow-up; it may have arrived") from None
            return None

    def _pause_after(self, answer: Answer, attempt: int) -> float:
        """Return how long to wait before the call is repeated, or raise what its refusal means."""
        if answer.status == 429:
            return answer.retry_after_s or 1.0
        if answer.status >= 500:
            return _pause_s(attempt)
        code, reason = _error(answer)
        if code == ErrorCode.UNKNOWN_WEBHOOK:  # Discord's own servers may not know of the acknowledgement yet
            return max(_pause_s(attempt), 0.25)
        if code == ErrorCode.INVALID_WEBHOOK_TOKEN:
            self.state = State.TOKEN_EXPIRED
            raise TokenExpired
        raise Rejected(code, reason)


def _refused_first(code: int, reason: str) -> Exception:
    match code:
        case ErrorCode.ALREADY_ACKNOWLEDGED:
            return AnsweredElsewhere()
        case ErrorCode.UNKNOWN_INTERACTION:
            return TooLate()
        case _:
            return Rejected(code, reason)


def _expect(origin: Origin, state: State, event: Event) -> Transition:
    outcome = advance(origin, state, event)
    assert isinstance(outcome, Transition), "a deferral can be deleted, and a follow-up can come after it"
    return outcome


def _pause_s(attempt: int) -> float:
    return 0.0 if attempt == 0 else min(PAUSE_MAX_S, FIRST_PAUSE_S * 2.0 ** (attempt - 1))


def _new_body(message: Message, is_ephemeral: bool) -> bytes:
    try:
        return _encode(new_body(message, is_ephemeral=is_ephemeral)).encode()
    except EmptyMessage:
        raise StepFailed("the message was empty, and Discord shows no empty message") from None


def _callback_body(call: Call, message: Message, is_ephemeral: bool) -> bytes:
    made: dict[str, Any] = {"type": call.callback_type}
    try:
        if call is Call.CALLBACK_REPLY:
            made["data"] = new_body(message, is_ephemeral=is_ephemeral)
        elif call is Call.CALLBACK_UPDATE:
            made["data"] = edit_body(message)
        elif call is Call.CALLBACK_AUTOCOMPLETE:
            made["data"] = {"choices": []}
        elif call is Call.CALLBACK_DEFER and is_ephemeral:
            made["data"] = _EPHEMERAL
    except EmptyMessage:
        raise StepFailed("the message was empty, and Discord shows no empty message") from None
    return _encode(made).encode()


def _error(answer: Answer) -> tuple[int, str]:
    """Return Discord's error code and reason; the status and no reason where the body has none."""
    try:
        found = json.loads(answer.body)
        return int(found["code"]), _flattened(found)
    except (ValueError, KeyError, TypeError):
        return answer.status, ""


def _flattened(error: Mapping[str, Any]) -> str:
    """Return the first reason in Discord's nested errors, with its path: `data.content: Must be 2000 or fewer`."""
    node = error.get("errors")
    path: list[str] = []
    while isinstance(node, dict) and node:
        below = cast(dict[str, Any], node)  # JSON: keys are texts
        if leaves := below.get("_errors"):
            return f"{'.'.join(path)}: {leaves[0].get('message', '')}"
        name, node = next(iter(below.items()))
        path.append(name)
    return str(error.get("message", ""))
