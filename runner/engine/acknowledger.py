"""The one owner of an interaction's first response, and of every later call on its token.

An interaction takes exactly one first response, within 3 s of its creation. Everybody who wants to say something
comes here: the steps, the watchdog, the error path. Three rules keep the promise:

- The state moves before the await, never after it. Two tasks that answer at once therefore see each other: the second
  waits for the first one's outcome and then does what is right in the new state.
- An attempt whose outcome is unknown (cut, timed out, 5xx) is repeated while the deadline allows. If Discord then says
  "already acknowledged" (40060), the earlier attempt was ours and had arrived, unless `@original` shows something else:
  another process with the same token was faster. If the deadline comes first and `@original` can't be had, it is taken
  to have arrived: somebody may be looking at a spinner, and if nobody is, Discord refuses what follows.
- Never are two different first responses in doubt. Whoever speaks after one was given up (a step's timeout, say) sees
  that one through before anything else: what Discord has then is known, and so is who can read it.
- A follow-up of unknown outcome is not sent again, because its user may read it already, and there is no way to look:
  webhooks take no `enforce_nonce` and list no messages. The one exception is the message that is its user's only end.
  To read it twice is better than to be left with nothing, so that one is sent again, `DOUBTS_MAX` times at most.
- A deletion that was given up is seen through as well, or it would take what has been put in the message's place.
- An expired token is never used.
- Where Discord makes every answer private, so does every answer here say; and where it counts follow-ups, so they are.

Which call is right when is not decided here but in `lifecycle.machine`.
Source: Discord docs, Interactions: Receiving and Responding.
"""

import asyncio
import json
from collections.abc import Mapping
from typing import Any, Final, NoReturn, Protocol

from runner.actions.action import StepFailed
from runner.engine.answers import Answer, Method, NotSent, OutcomeUnknown
from runner.engine.claim import Claim
from runner.engine.frames import Asked
from runner.engine.installation import follow_ups_max, is_forced_private
from runner.engine.observer import Answered, Watch
from runner.engine.outcomes import AnsweredElsewhere, Closed, MaybeSaid, Rejected, Superseded, TokenExpired, TooLate
from runner.engine.responses import (
    First,
    Original,
    callback_body,
    error_in,
    has_component,
    message_id_in,
    original_in,
    original_of,
    shows,
)
from runner.lifecycle import budget
from runner.lifecycle.bits import MessageFlags
from runner.lifecycle.limits import ErrorCode
from runner.lifecycle.machine import Call, Event, Origin, Refusal, State, Transition, advance
from runner.messages import EmptyMessage, Message, edit_json, new_json, with_files

__all__ = [
    "Acknowledger",
    "AnsweredElsewhere",
    "Answers",
    "Closed",
    "MaybeSaid",
    "Rejected",
    "Superseded",
    "TokenExpired",
    "TooLate",
]

FIRST_PAUSE_S: Final = 0.05  # before an attempt is repeated; doubles from then on
PAUSE_MAX_S: Final = 0.4
LATER_PAUSE_MAX_S: Final = 1.6  # after the first response: the attempts are to last as long as the time for them
ATTEMPTS_MAX: Final = 12  # of one call, whatever the deadline allows
EDIT_ATTEMPT_S: Final = 4.0  # one attempt at an edit or a deletion, which can be repeated without harm
LOOKS_MAX: Final = 3  # attempts at reading what Discord shows as the answer
DOUBTS_MAX: Final = 3  # attempts of unknown outcome at a follow-up that is its user's only end
UNSEEN_MAX_S: Final = 10.0  # behind the deadline; a response that Discord doesn't know of by then has not arrived

_DEFERRALS: Final = (Event.DEFER, Event.DEFER_UPDATE)


class Answers(Protocol):
    """The way to Discord for answers: one attempt a call, and two ways to fail that are kept apart."""

    async def request(
        self, method: Method, path: str, body: bytes | None, *, deadline: float, fresh: bool = False
    ) -> Answer:
        """Make one attempt by `deadline`, an instant of the loop; `fresh` asks for a new connection."""
        ...


class Acknowledger:
    """Speaks for one interaction. `ack_by` and `token_by` are instants of the loop's clock.

    `acknowledged_at` is when Discord said that it has our first response, None until it has; `is_ephemeral` is the
    visibility of the message that `@original` names; `asked_id` is the message that `ask` has shown, if that is known.
    `original` is where that message is, as far as Discord has told: it is asked only where the answer may outlive its
    token (`keeps_original`), because each answer would cost more. `expired_in` is the state in which the token has
    died. `is_stand_in` says that the original is a sentence which the answer to come takes the place of.
    """

    __slots__ = (
        "_answers",
        "_application_id",
        "_claim",
        "_doubts",
        "_first",
        "_follow_ups_left",
        "_id",
        "_in_doubt",
        "_is_deleting",
        "_is_elsewhere",
        "_is_private",
        "_is_replacing",
        "_loop",
        "_shown",
        "_source",
        "_source_id",
        "_token",
        "_wants_id",
        "_watch",
        "ack_by",
        "acknowledged_at",
        "asked_id",
        "expired_in",
        "is_ephemeral",
        "is_stand_in",
        "keeps_original",
        "origin",
        "original",
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
        *,
        keeps_original: bool = False,
        claim: Claim | None = None,
        watch: Watch | None = None,
    ) -> None:
        """`watch` is told of each decision."""
        self._answers = answers
        self._application_id = application_id
        self._id: str = interaction["id"]
        self._token: str = interaction["token"]
        source: Mapping[str, Any] = interaction.get("message") or {}  # the component's
        self._source_id: str | None = source.get("id")
        self._source = original_of(source) if keeps_original else None
        self._watch = watch
        self._loop = asyncio.get_running_loop()
        self._claim = claim  # what another thread may answer, when this one can't
        self._first: asyncio.Future[None] | None = None  # a first response is on its way
        self._in_doubt: First | None = None  # a first response that may have arrived; never two of them
        self._is_deleting = False  # a deletion of `@original` may still arrive
        self._is_replacing = False  # the spinner has gone, and what comes in its place is not there yet
        self._doubts = 0  # attempts at the user's only end that may have arrived
        self._is_elsewhere = False  # another process has given the first response
        self._wants_id = False
        self._shown: Mapping[str, Any] = {}
        self.asked_id: str | None = None
        self._is_private = is_forced_private(interaction)
        self._follow_ups_left = follow_ups_max(interaction)
        self.origin = origin
        self.state = State.RECEIVED
        self.ack_by = ack_by
        self.token_by = token_by
        self.acknowledged_at: float | None = None
        self.is_ephemeral = False
        self.keeps_original = keeps_original
        self.original: Original | None = None
        self.expired_in: State | None = None
        self.is_stand_in = False

    @classmethod
    def of_earlier(
        cls,
        answers: Answers,
        application_id: str,
        asked: Asked,
        token_by: float,
        *,
        is_ephemeral: bool,
        ack_by: float = 0.0,
    ) -> "Acknowledger":
        """Return one for an interaction that another one has spoken for, perhaps in another process."""
        interaction = {"id": asked.interaction_id, "token": asked.token}
        made = cls(answers, application_id, interaction, Origin(asked.origin), ack_by, token_by)
        made.state, made.is_ephemeral = State(asked.state), is_ephemeral
        return made

    @property
    def spoken_on(self) -> "Acknowledger":
        """What speaks on the interaction's token: this."""
        return self

    @property
    def is_unanswered(self) -> bool:
        """Whether nobody has answered and nobody is about to."""
        return self.state is State.RECEIVED and self._first is None

    @property
    def owes_an_end(self) -> bool:
        """Whether its user looks at a spinner, or at nothing where one was."""
        match self.state:
            case State.DEFERRED_SOURCE:
                return True
            case State.ORIGINAL_DELETED:
                return self._is_replacing
            case _:
                return False

    @property
    def place_is_private(self) -> bool | None:
        """Whether only its user sees the spinner that is or may be there, or what stands in for it; else None."""
        if self.state is State.RECEIVED:
            first = self._in_doubt or (self._claim.sent if self._claim is not None else None)
            return first.is_ephemeral if first is not None and first.state is State.DEFERRED_SOURCE else None
        takes_a_place = self.state is State.DEFERRED_SOURCE or self.is_stand_in
        return self.is_ephemeral if takes_a_place else None

    async def respond(self, event: Event, message: Message, *, is_ephemeral: bool) -> None:
        """Do what `event` wants, by the call that is right in this state.

        Raises `Rejected` (and leaves the state as it was) when Discord refuses the content, `StepFailed` when the
        machine refuses the event or Discord can't be reached, `Closed` when nothing can be said any more.
        """
        is_ephemeral = is_ephemeral or self._is_private
        if self._first is not None:
            await self.settled()
        self.ensure_open()
        if self._is_deleting:
            await self._answer_later(_expect(self.origin, self.state, Event.DELETE), message, is_ephemeral)
        outcome = advance(self.origin, self.state, self.wanted(event, is_ephemeral=is_ephemeral))
        if self._watch is not None:
            self._watch(_decision(event, self.state, outcome, is_ephemeral))
        if isinstance(outcome, Refusal):
            raise StepFailed(outcome.reason)
        if outcome.call.callback_type is not None:
            await self._answer_first(event, outcome, message, is_ephemeral)
        elif outcome.call is Call.EDIT_ORIGINAL and event is Event.REPLY:
            await self._resolve(outcome, message, is_ephemeral)
        else:
            await self._answer_later(outcome, message, is_ephemeral)

    async def hand_over(self, message: Message) -> None:
        """Put a sentence in the spinner's place, which the answer takes in its turn. Raises as `respond` does."""
        await self.respond(Event.REPLY, message, is_ephemeral=self.is_ephemeral)
        self.is_stand_in = self.state is State.REPLIED

    def wanted(self, event: Event, *, is_ephemeral: bool) -> Event:
        """Return what is meant by an event now: a reply takes the place of a sentence that stands in for it."""
        is_meant = event is Event.REPLY and self.is_stand_in and is_ephemeral is self.is_ephemeral
        return Event.EDIT if is_meant else event

    async def ask(self, event: Event, message: Message, *, is_ephemeral: bool) -> None:
        """Do what `respond` does, and learn the id of the message, so that it can be changed later."""
        self.asked_id, self._wants_id = None, True
        try:
            await self.respond(event, message, is_ephemeral=is_ephemeral)
        finally:
            self._wants_id = False

    async def look(self, source_id: str | None) -> bool | None:
        """Learn from Discord how far the interaction has been answered; tell whether it can be answered further.

        False says that it has never been answered, and can't be any more; None that Discord doesn't say. `source_id` is
        the message of the component that started it. Source: Discord docs, Get Original Interaction Response.
        """
        deadline = self._loop.time() + budget.ATTEMPT_S
        try:
            answer = await self._answers.request("GET", self._original, None, deadline=deadline, fresh=True)
        except (NotSent, OutcomeUnknown):
            return None
        if answer.status == 200:
            self._learn(answer)
            self._stand_at(json.loads(answer.body), source_id)
            return True
        match error_in(answer)[0]:
            case ErrorCode.UNKNOWN_MESSAGE:
                self.state = State.MODAL_SHOWN
                return True
            case ErrorCode.UNKNOWN_WEBHOOK:
                return self._loop.time() < self.ack_by
            case _:
                return None

    def _stand_at(self, original: Mapping[str, Any], source_id: str | None) -> None:
        flags = MessageFlags(original.get("flags", 0))
        self._shown, self.asked_id = original, original["id"]
        self.is_ephemeral = bool(flags & MessageFlags.EPHEMERAL)
        if original["id"] == source_id:
            self.state = State.DEFERRED_UPDATE
        else:
            self.state = State.DEFERRED_SOURCE if flags & MessageFlags.LOADING else State.REPLIED

    def shows(self, custom_id: str) -> bool:
        """Tell whether what `look` has seen has a component whose custom_id begins like this."""
        return has_component(self._shown.get("components") or (), custom_id)

    async def edit(self, message_id: str, message: Message) -> None:
        """Change a message that this interaction has shown. Raises as `respond` does."""
        await self.settled()
        self.ensure_open()
        await self._send(
            "PATCH", f"{self._webhook}/messages/{message_id}", with_files(edit_json(message), message.files)
        )

    async def acknowledge(self, event: Event, message: Message | None = None, *, is_ephemeral: bool) -> bool:
        """Answer with `event` if nobody has answered, and tell whether that was so.

        Waits for a first response that is on its way, because Discord may yet refuse it. Raises as `respond` does.
        """
        await self.settled()
        if self.state is not State.RECEIVED:
            return False
        await self.respond(event, message or Message(), is_ephemeral=is_ephemeral)
        return True

    def ensure_open(self) -> None:
        """Raise what has closed the interaction, if anything has."""
        if self.state is State.EXPIRED_UNACKED:
            raise AnsweredElsewhere if self._is_elsewhere else TooLate
        if self._loop.time() >= self.token_by:
            self._expire()
        if self.state is State.TOKEN_EXPIRED:
            raise TokenExpired

    def _expire(self) -> None:
        self.expired_in = self.expired_in or self.state
        self.state = State.TOKEN_EXPIRED

    @property
    def _webhook(self) -> str:
        return f"/webhooks/{self._application_id}/{self._token}"

    @property
    def _original(self) -> str:
        return self._webhook + "/messages/@original"

    async def settled(self) -> None:
        """Return when no first response is on its way."""
        while self._first is not None:
            await asyncio.shield(self._first)

    async def _answer_first(self, event: Event, outcome: Transition, message: Message, is_ephemeral: bool) -> None:
        wish = self._wish(outcome, message, is_ephemeral)
        self.asked_id = None
        offered = self._claimed(self._in_doubt or wish)
        is_wish = offered.body == wish.body
        try:
            await self._offer(offered)
        except Rejected:
            if is_wish:
                raise
        else:
            if is_wish and message.told is not None and self.asked_id is not None:
                message.told(self.asked_id)
            if is_wish or event in _DEFERRALS:
                return
        await self.respond(event, message, is_ephemeral=is_ephemeral)  # the wish is still to be fulfilled

    def _claimed(self, first: First) -> First:
        """Return what may be sent: another thread may have sent something else, which is in doubt then."""
        offered = first if self._claim is None else self._claim.offer(first)
        if offered is not first:
            self._in_doubt = offered
        return offered

    def _wish(self, outcome: Transition, message: Message, is_ephemeral: bool) -> First:
        try:
            body = callback_body(outcome.call, message, is_ephemeral)
        except EmptyMessage:
            raise _empty() from None
        return First(body, outcome.state, is_ephemeral, self._wants_id or message.told is not None)

    async def _offer(self, offered: First) -> None:
        """Give the first response, or raise why it is not there. Cancelled, it may stay in doubt."""
        self.state, self.is_ephemeral = offered.state, offered.is_ephemeral
        self._first = self._loop.create_future()
        try:
            await self._callback(offered)
            self._in_doubt = None
            self._close_claim()
            if offered.state in (State.UPDATED, State.DEFERRED_UPDATE):
                self.original = self._source
        except (TooLate, AnsweredElsewhere) as end:
            self.state, self._is_elsewhere = State.EXPIRED_UNACKED, isinstance(end, AnsweredElsewhere)
            self._close_claim()
            raise
        except BaseException as end:  # rejected, or cancelled: whoever speaks next begins anew
            is_refused = isinstance(end, Rejected)
            if is_refused:
                self._in_doubt = None  # an earlier attempt said the same
            if self._claim is not None and self._in_doubt is None:
                self._claim.withdraw(is_refused=is_refused)
            self.state = State.RECEIVED
            raise
        finally:
            self._first.set_result(None)
            self._first = None

    def _close_claim(self) -> None:
        if self._claim is not None:
            self._claim.close()

    async def _callback(self, offered: First) -> None:
        """Send the first response until its outcome is known, or the time for it is over."""
        wants_message = self.keeps_original or offered.wants_id
        path = f"/interactions/{self._id}/{self._token}/callback" + "?with_response=true" * wants_message
        for attempt in range(ATTEMPTS_MAX):
            if self._claim is not None and self._claim.is_taken:
                self.acknowledged_at = self._loop.time()
                return
            answer = await self._attempt_first(path, offered, attempt)
            pause_s = _pause_s(attempt)
            if answer is not None and answer.status == 429:
                pause_s = answer.retry_after_s or pause_s
            elif answer is not None and answer.status < 500:
                await self._ensure_ours(answer, offered)
                self._learn(answer)
                self.acknowledged_at = self._loop.time()
                if offered.wants_id:
                    self.asked_id = message_id_in(answer)
                return
            if self._loop.time() + pause_s >= self.ack_by:
                break
            await asyncio.sleep(pause_s)
        await self._assume_ours(offered)

    async def _attempt_first(self, path: str, offered: First, attempt: int) -> Answer | None:
        """Make one attempt; None when no answer came. Keeps note of whether it may have arrived."""
        deadline = min(self.ack_by, self._loop.time() + budget.ATTEMPT_S)
        was_in_doubt, self._in_doubt = self._in_doubt, offered  # until an answer says otherwise
        try:
            answer = await self._answers.request("POST", path, offered.body, deadline=deadline, fresh=attempt > 0)
        except NotSent:
            self._in_doubt = was_in_doubt
            return None
        except OutcomeUnknown:
            return None
        if answer.status < 500:
            self._in_doubt = was_in_doubt
        return answer

    @property
    def _may_have_arrived(self) -> bool:
        return self._in_doubt is not None or (self._claim is not None and self._claim.sent is not None)

    async def _ensure_ours(self, answer: Answer, offered: First) -> None:
        """Raise what it means that Discord has no first response of ours, if that is what its answer means."""
        if answer.status < 300:
            return
        code, reason = error_in(answer)
        if self._may_have_arrived and code in (ErrorCode.ALREADY_ACKNOWLEDGED, ErrorCode.UNKNOWN_INTERACTION):
            is_ours = await self._is_ours(offered)
            if is_ours or (is_ours is None and code == ErrorCode.ALREADY_ACKNOWLEDGED):
                return
            if is_ours is False:
                raise AnsweredElsewhere
        raise _refused_first(code, reason)

    async def _assume_ours(self, offered: First) -> None:
        """Take an attempt that may have arrived to have arrived when the time is over, or raise `TooLate`."""
        if not self._may_have_arrived:
            raise TooLate
        is_ours = await self._is_ours(offered)
        if is_ours is False:
            raise AnsweredElsewhere
        if is_ours:
            self.acknowledged_at = self._loop.time()

    async def _is_ours(self, offered: First) -> bool | None:
        """Tell whether what Discord shows as the answer is what we have offered; None when it doesn't say.

        Source: Discord docs, Interactions: Receiving and Responding, Get Original Interaction Response.
        """
        if offered.state in (State.AUTOCOMPLETED, State.PONGED):
            return None  # these show nothing
        for attempt in range(LOOKS_MAX):
            await asyncio.sleep(_pause_s(attempt))
            deadline = self._loop.time() + budget.ATTEMPT_S
            try:
                answer = await self._answers.request("GET", self._original, None, deadline=deadline, fresh=attempt > 0)
            except (NotSent, OutcomeUnknown):
                continue
            if answer.status == 200:
                self._learn(answer)
                return shows(answer, offered, self._source_id)
            if answer.status < 500 and answer.status != 429:
                return None
        return None

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
            self.state, self._is_replacing = State.ORIGINAL_DELETED, True
            await self._answer_later(_expect(self.origin, self.state, Event.REPLY), message, is_ephemeral)

    async def _replace_original(self, message: Message, is_ephemeral: bool) -> None:
        """Answer with another visibility than the spinner's: it is fixed, so the spinner goes and a new message comes.

        Source: Discord docs, Interactions: Receiving and Responding, Followup Messages.
        """
        self._is_replacing = True
        await self._answer_later(_expect(self.origin, self.state, Event.DELETE), message, is_ephemeral)
        await self._answer_later(_expect(self.origin, self.state, Event.REPLY), message, is_ephemeral)

    async def _answer_later(self, outcome: Transition, message: Message, is_ephemeral: bool) -> None:
        previous, self.state = self.state, outcome.state
        try:
            match outcome.call:
                case Call.EDIT_ORIGINAL:
                    said = with_files(edit_json(message), message.files)
                    answer = await self._send("PATCH", self._original, said)
                    self._learn(answer)
                    _tell(message, answer)
                    self.is_stand_in = False
                case Call.DELETE_ORIGINAL:
                    await self._delete_original()
                case _:
                    _tell(message, await self._follow_up(_new_body(message, is_ephemeral)))
                    self._is_replacing = False
        except BaseException:
            if self.state is outcome.state:  # an edit that may have arrived can be made again; an expired token stays
                self.state = previous
            elif self.state is State.TOKEN_EXPIRED:
                self.expired_in = previous
            raise

    def _learn(self, answer: Answer) -> None:
        """Learn from an answer where the original is, if that may be needed."""
        if self.keeps_original:
            self.original = original_in(answer) or self.original

    async def _follow_up(self, body: bytes) -> Answer:
        """Send a message of its own; `StepFailed` where Discord takes no more of them."""
        if self._follow_ups_left == 0:
            raise StepFailed("an app that only its user has installed may follow up five times, and it has")
        try:
            answer = await self._send("POST", self._webhook, body)
        except MaybeSaid:
            self._count_follow_up()
            raise
        self._count_follow_up()
        return answer

    def _count_follow_up(self) -> None:
        if self._follow_ups_left is not None:
            self._follow_ups_left -= 1

    async def _delete_original(self) -> None:
        self._is_deleting = True
        try:
            await self._send("DELETE", self._original, None)
        except Rejected as rejected:
            if rejected.code != ErrorCode.UNKNOWN_MESSAGE:
                self._is_deleting = False
                raise
        self._is_deleting = False

    async def _send(self, method: Method, path: str, body: bytes | None) -> Answer:
        """Make one call on the token, repeated where that can't say anything twice; return the answer to it.

        Raises `StepFailed`, `MaybeSaid`, `Rejected` or `Closed`.
        """
        give_up_at = min(self.token_by, self._loop.time() + budget.ANSWER_CALL_S)
        for attempt in range(ATTEMPTS_MAX):
            answer = await self._attempt(method, path, body, give_up_at, fresh=attempt > 0)
            if answer is not None and answer.status < 300:
                if self._wants_id:
                    self.asked_id = message_id_in(answer)
                return answer
            pause_s = _pause_s(attempt, LATER_PAUSE_MAX_S) if answer is None else self._pause_after(answer, attempt)
            if self._loop.time() + pause_s >= give_up_at:
                break
            await asyncio.sleep(pause_s)
        raise StepFailed("Discord could not be reached to answer the user")

    async def _attempt(
        self, method: Method, path: str, body: bytes | None, give_up_at: float, *, fresh: bool
    ) -> Answer | None:
        """Make one attempt at a call on the token; None when it may be repeated."""
        is_follow_up = method == "POST"
        if is_follow_up and self._doubts >= DOUBTS_MAX:
            self._leave_in_doubt()
        is_repeatable = not is_follow_up or self.owes_an_end
        deadline = min(give_up_at, self._loop.time() + EDIT_ATTEMPT_S) if is_repeatable else give_up_at
        try:
            answer = await self._answers.request(method, path, body, deadline=deadline, fresh=fresh)
        except NotSent:
            return None
        except OutcomeUnknown:
            answer = None
        except asyncio.CancelledError:
            self._doubts += is_follow_up and self.owes_an_end
            raise
        if is_follow_up and (answer is None or answer.status >= 500):
            self._doubt()
        return answer

    def _doubt(self) -> None:
        """Note that a follow-up may have arrived; raise `MaybeSaid` unless it is its user's only end."""
        if not self.owes_an_end:
            self._leave_in_doubt()
        self._doubts += 1

    def _leave_in_doubt(self) -> NoReturn:
        self._is_replacing = False  # as far as anybody can know
        raise MaybeSaid("no answer tells whether a follow-up has arrived")

    def _pause_after(self, answer: Answer, attempt: int) -> float:
        """Return how long to wait before the call is repeated, or raise what its refusal means."""
        if answer.status == 429:
            return answer.retry_after_s or 1.0
        if answer.status >= 500:
            return _pause_s(attempt, LATER_PAUSE_MAX_S)
        code, reason = error_in(answer)
        if code == ErrorCode.UNKNOWN_WEBHOOK:  # Discord's own servers may not know of the acknowledgement yet
            self._ensure_known()
            return max(_pause_s(attempt, LATER_PAUSE_MAX_S), 0.25)
        if code == ErrorCode.INVALID_WEBHOOK_TOKEN:
            self._expire()
            raise TokenExpired
        raise Rejected(code, reason)

    def _ensure_known(self) -> None:
        """Raise `TooLate` if the first response, which nobody has confirmed, is still unknown long after its time."""
        if self.acknowledged_at is None and self._loop.time() >= self.ack_by + UNSEEN_MAX_S:
            self.state = State.EXPIRED_UNACKED
            raise TooLate


def _tell(message: Message, answer: Answer) -> None:
    """Tell whoever wants to know it the id that Discord has given a message."""
    if message.told is not None and (found := message_id_in(answer)) is not None:
        message.told(found)


def _new_body(message: Message, is_ephemeral: bool) -> bytes:
    try:
        return with_files(new_json(message, is_ephemeral=is_ephemeral), message.files)
    except EmptyMessage:
        raise _empty() from None


def _empty() -> Rejected:
    return Rejected(ErrorCode.EMPTY_MESSAGE, "the message was empty")


def _refused_first(code: int, reason: str) -> Exception:
    match code:
        case ErrorCode.ALREADY_ACKNOWLEDGED:
            return AnsweredElsewhere()
        case ErrorCode.UNKNOWN_INTERACTION:
            return TooLate()
        case _:
            return Rejected(code, reason)


def _decision(event: Event, before: State, outcome: Transition | Refusal, is_ephemeral: bool) -> Answered:
    if isinstance(outcome, Refusal):
        return Answered(event, before, before, None, is_ephemeral, outcome.reason)
    return Answered(event, before, outcome.state, outcome.call, is_ephemeral)


def _expect(origin: Origin, state: State, event: Event) -> Transition:
    outcome = advance(origin, state, event)
    assert isinstance(outcome, Transition), "a deferral can be deleted, and a follow-up can come after it"
    return outcome


def _pause_s(attempt: int, most_s: float = PAUSE_MAX_S) -> float:
    return 0.0 if attempt == 0 else min(most_s, FIRST_PAUSE_S * 2.0 ** (attempt - 1))
