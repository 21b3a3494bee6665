"""The interaction lifecycle as one table: what may follow what, what it becomes on the wire, and why not.

Pure: no clock, no I/O. The engine asks it before each call, the static checker walks it with sets of states, and the
tests sweep it. Its rules are Discord's; each stands once, as a row of `_TABLE` or of the smaller tables above it.

Visibility is no part of a state because it never changes: whether a message is ephemeral is fixed by the call that
creates it, and every later edit ignores the flag. `ephemeral_is_honoured` names the calls that decide it.
(Discord docs, Interactions: Receiving and Responding, Followup Messages.)
"""

from collections.abc import Mapping
from enum import Enum
from typing import Final

from runner.data import dataclass
from runner.lifecycle.limits import CallbackType


class _Word(Enum):
    """A word of the tables. Each is one object, so its hash is that of objects: Enum's own is several times as slow."""

    __hash__ = object.__hash__


class Origin(_Word):
    """What an interaction is: which first responses Discord takes depends on it.

    A submitted form is two origins: only if a component opened it does it have a message that can be updated.
    """

    COMMAND = "command"
    COMPONENT = "component"
    MODAL_FROM_COMMAND = "modal from command"
    MODAL_FROM_COMPONENT = "modal from component"
    AUTOCOMPLETE = "autocomplete"
    PING = "ping"
    NO_INTERACTION = "no interaction"  # an event or a schedule: nobody waits for an answer


class State(_Word):
    """Where an interaction stands, and what `@original` names then."""

    RECEIVED = "received"  # not answered; there is no original
    DEFERRED_SOURCE = "deferred source"  # "thinking"; the original is the placeholder
    DEFERRED_UPDATE = "deferred update"  # silently acknowledged; the original is the component's message
    REPLIED = "replied"  # the original is the reply
    UPDATED = "updated"  # the original is the component's message
    MODAL_SHOWN = "modal shown"  # there is no original; what the user submits is another interaction
    AUTOCOMPLETED = "autocompleted"  # finished
    PONGED = "ponged"  # finished
    ORIGINAL_DELETED = "original deleted"  # follow-ups still work
    EXPIRED_UNACKED = "expired unacknowledged"  # finished: the user has read that the application did not respond
    TOKEN_EXPIRED = "token expired"  # finished: answered in time, but nothing more can be sent


class Event(_Word):
    """What somebody wants of an interaction, or what time does to it."""

    REPLY = "reply"  # show this to the user, whatever that takes now
    DEFER = "defer"  # show "thinking"
    UPDATE = "update"  # change the message that the component is on
    DEFER_UPDATE = "defer update"  # acknowledge a component, show nothing
    EDIT = "edit"  # change the original
    DELETE = "delete"  # delete the original
    MODAL = "modal"  # open a form
    AUTOCOMPLETE = "autocomplete"  # offer choices
    PONG = "pong"  # answer Discord's check of an endpoint
    ACK_DEADLINE = "acknowledgement deadline"  # 3 s have passed
    TOKEN_DEADLINE = "token deadline"  # 15 min have passed


class Call(_Word):
    """What goes over the wire. At most one `CALLBACK_…` per interaction; its value is the callback's type.

    `EDIT_ORIGINAL` is PATCH and `DELETE_ORIGINAL` is DELETE on `/webhooks/{application}/{token}/messages/@original`;
    `FOLLOW_UP` is POST on `/webhooks/{application}/{token}`.
    """

    CALLBACK_PONG = CallbackType.PONG
    CALLBACK_REPLY = CallbackType.CHANNEL_MESSAGE_WITH_SOURCE
    CALLBACK_DEFER = CallbackType.DEFERRED_CHANNEL_MESSAGE_WITH_SOURCE
    CALLBACK_DEFER_UPDATE = CallbackType.DEFERRED_UPDATE_MESSAGE
    CALLBACK_UPDATE = CallbackType.UPDATE_MESSAGE
    CALLBACK_AUTOCOMPLETE = CallbackType.APPLICATION_COMMAND_AUTOCOMPLETE_RESULT
    CALLBACK_MODAL = CallbackType.MODAL
    EDIT_ORIGINAL = "edit original"
    DELETE_ORIGINAL = "delete original"
    FOLLOW_UP = "follow-up"
    NONE = "none"

    @property
    def callback_type(self) -> CallbackType | None:
        """The `type` of the callback's body, or None for a call that is no callback."""
        kind = self._value_  # `value` is a property written in Python, and each answer asks
        return kind if isinstance(kind, CallbackType) else None


@dataclass(frozen=True, slots=True)
class Transition:
    """An allowed event: make `call`; once Discord has taken it, the interaction is in `state`."""

    state: State
    call: Call


@dataclass(frozen=True, slots=True)
class Refusal:
    """A forbidden event: `slug` names the rule, `reason` says it in the operator's words, `source` is who says so."""

    slug: str
    reason: str
    source: str


_RESPONDING: Final = "Discord docs, Interactions: Receiving and Responding, Responding to an Interaction"
_CALLBACK_TYPES: Final = "Discord docs, Interactions: Receiving and Responding, Interaction Callback Type"
_FOLLOW_UPS: Final = "Discord docs, Interactions: Receiving and Responding, Followup Messages"
_PING: Final = "Discord docs, Interactions: Overview, Acknowledging PING requests"
_ORIGINAL: Final = "Discord docs, Interactions: Receiving and Responding, Edit Original Interaction Response"

_DEFER_AFTER_RESPONSE: Final = Refusal(
    "defer-after-response", "this has been answered already, and only the first response can defer", _RESPONDING
)
_MODAL_AFTER_RESPONSE: Final = Refusal(
    "modal-after-response", "this has been answered already, and only the first response can open a form", _RESPONDING
)
_MODAL_FROM_MODAL: Final = Refusal(
    "modal-from-modal", "a submitted form can't open another form; put a button between the two", _CALLBACK_TYPES
)
_UPDATE_WITHOUT_COMPONENT: Final = Refusal(
    "update-without-component", "there is no message to update: no button or select started this", _CALLBACK_TYPES
)
_UPDATE_AFTER_REPLY: Final = Refusal(
    "update-after-reply",
    "this has answered with a message of its own, and the token now edits that one, not the component's",
    _ORIGINAL,
)
_UPDATE_AFTER_MODAL: Final = Refusal(
    "update-after-modal", "this has opened a form; update the message when the form is submitted", _ORIGINAL
)
_UPDATE_AFTER_DELETE: Final = Refusal("update-after-delete", "the message to update has been deleted", _ORIGINAL)
_EDIT_BEFORE_RESPONSE: Final = Refusal(
    "edit-before-response", "there is nothing to edit yet: this has not been answered", _ORIGINAL
)
_EDIT_AFTER_MODAL: Final = Refusal("edit-after-modal", "a form was opened, and a form is no message to edit", _ORIGINAL)
_EDIT_AFTER_DELETE: Final = Refusal("edit-after-delete", "the message to edit has been deleted", _ORIGINAL)
_DELETE_BEFORE_RESPONSE: Final = Refusal(
    "delete-before-response", "there is nothing to delete yet: this has not been answered", _ORIGINAL
)
_DELETE_AFTER_MODAL: Final = Refusal(
    "delete-after-modal", "a form was opened, and a form is no message to delete", _ORIGINAL
)
_DELETE_AFTER_DELETE: Final = Refusal("delete-after-delete", "the message has been deleted already", _ORIGINAL)
_ONLY_CHOICES: Final = Refusal(
    "autocomplete-takes-choices", "while the user is still typing, Discord takes nothing but choices", _CALLBACK_TYPES
)
_CHOICES_ELSEWHERE: Final = Refusal(
    "choices-outside-autocomplete", "choices can be offered only while the user is typing an option", _CALLBACK_TYPES
)
_CHOICES_TWICE: Final = Refusal("autocomplete-answered", "the choices have been offered already", _RESPONDING)
_ONLY_PONG: Final = Refusal("ping-takes-pong", "Discord's check of the endpoint takes nothing but a pong", _PING)
_PONG_ELSEWHERE: Final = Refusal("pong-outside-ping", "a pong answers only Discord's check of the endpoint", _PING)
_PONG_TWICE: Final = Refusal("ping-answered", "Discord's check of the endpoint has been answered already", _PING)
_NOBODY_ASKED: Final = Refusal(
    "no-interaction", "nobody waits for an answer here: no command, button or form has started this", _RESPONDING
)
_TOO_LATE: Final = Refusal(
    "response-too-late", "nothing answered within 3 s, and Discord has given this interaction up", _FOLLOW_UPS
)
_TOKEN_EXPIRED: Final = Refusal(
    "token-expired", "15 minutes have passed, and Discord takes nothing more for this interaction", _FOLLOW_UPS
)

# Where an interaction ends. Nothing can be sent any more, and time has no further effect: Discord refuses every call on
# the token of an interaction that was not answered in time, of an autocomplete and of a ping, before 15 min and after.
_FINISHED: Final[Mapping[State, Refusal]] = {
    State.EXPIRED_UNACKED: _TOO_LATE,
    State.TOKEN_EXPIRED: _TOKEN_EXPIRED,
    State.AUTOCOMPLETED: _CHOICES_TWICE,
    State.PONGED: _PONG_TWICE,
}

# What only time does; it is never refused.
_TIME: Final = frozenset({Event.ACK_DEADLINE, Event.TOKEN_DEADLINE})

# What an origin can never do, whatever its state. The events that a row leaves out are decided by `_TABLE`.
_BARRED: Final[Mapping[Origin, Mapping[Event, Refusal]]] = {
    Origin.COMMAND: {
        Event.UPDATE: _UPDATE_WITHOUT_COMPONENT,
        Event.DEFER_UPDATE: _UPDATE_WITHOUT_COMPONENT,
        Event.AUTOCOMPLETE: _CHOICES_ELSEWHERE,
        Event.PONG: _PONG_ELSEWHERE,
    },
    Origin.COMPONENT: {
        Event.AUTOCOMPLETE: _CHOICES_ELSEWHERE,
        Event.PONG: _PONG_ELSEWHERE,
    },
    Origin.MODAL_FROM_COMMAND: {
        Event.UPDATE: _UPDATE_WITHOUT_COMPONENT,
        Event.DEFER_UPDATE: _UPDATE_WITHOUT_COMPONENT,
        Event.MODAL: _MODAL_FROM_MODAL,
        Event.AUTOCOMPLETE: _CHOICES_ELSEWHERE,
        Event.PONG: _PONG_ELSEWHERE,
    },
    Origin.MODAL_FROM_COMPONENT: {
        Event.MODAL: _MODAL_FROM_MODAL,
        Event.AUTOCOMPLETE: _CHOICES_ELSEWHERE,
        Event.PONG: _PONG_ELSEWHERE,
    },
    Origin.AUTOCOMPLETE: dict.fromkeys(set(Event) - _TIME - {Event.AUTOCOMPLETE}, _ONLY_CHOICES),
    Origin.PING: dict.fromkeys(set(Event) - _TIME - {Event.PONG}, _ONLY_PONG),
    Origin.NO_INTERACTION: dict.fromkeys(set(Event) - _TIME, _NOBODY_ASKED),
}

# The states in which Discord has taken a first response and more may follow.
_ANSWERED: Final = (
    State.DEFERRED_SOURCE,
    State.DEFERRED_UPDATE,
    State.REPLIED,
    State.UPDATED,
    State.MODAL_SHOWN,
    State.ORIGINAL_DELETED,
)

# May `modal` follow `defer`? Find the event, then the state: a transition says what is sent, a refusal says why not.
_TABLE: Final[Mapping[Event, Mapping[State, Transition | Refusal]]] = {
    Event.REPLY: {
        State.RECEIVED: Transition(State.REPLIED, Call.CALLBACK_REPLY),
        # Never a follow-up: Discord would take the first one for this edit and ignore its ephemeral flag.
        State.DEFERRED_SOURCE: Transition(State.REPLIED, Call.EDIT_ORIGINAL),
        State.DEFERRED_UPDATE: Transition(State.DEFERRED_UPDATE, Call.FOLLOW_UP),
        State.REPLIED: Transition(State.REPLIED, Call.FOLLOW_UP),
        State.UPDATED: Transition(State.UPDATED, Call.FOLLOW_UP),
        State.MODAL_SHOWN: Transition(State.MODAL_SHOWN, Call.FOLLOW_UP),
        State.ORIGINAL_DELETED: Transition(State.ORIGINAL_DELETED, Call.FOLLOW_UP),
    },
    Event.DEFER: {
        State.RECEIVED: Transition(State.DEFERRED_SOURCE, Call.CALLBACK_DEFER),
        **dict.fromkeys(_ANSWERED, _DEFER_AFTER_RESPONSE),
    },
    Event.UPDATE: {
        State.RECEIVED: Transition(State.UPDATED, Call.CALLBACK_UPDATE),
        State.DEFERRED_SOURCE: _UPDATE_AFTER_REPLY,
        State.DEFERRED_UPDATE: Transition(State.UPDATED, Call.EDIT_ORIGINAL),
        State.REPLIED: _UPDATE_AFTER_REPLY,
        State.UPDATED: Transition(State.UPDATED, Call.EDIT_ORIGINAL),
        State.MODAL_SHOWN: _UPDATE_AFTER_MODAL,
        State.ORIGINAL_DELETED: _UPDATE_AFTER_DELETE,
    },
    Event.DEFER_UPDATE: {
        State.RECEIVED: Transition(State.DEFERRED_UPDATE, Call.CALLBACK_DEFER_UPDATE),
        **dict.fromkeys(_ANSWERED, _DEFER_AFTER_RESPONSE),
    },
    Event.EDIT: {
        State.RECEIVED: _EDIT_BEFORE_RESPONSE,
        State.DEFERRED_SOURCE: Transition(State.REPLIED, Call.EDIT_ORIGINAL),
        State.DEFERRED_UPDATE: Transition(State.UPDATED, Call.EDIT_ORIGINAL),
        State.REPLIED: Transition(State.REPLIED, Call.EDIT_ORIGINAL),
        State.UPDATED: Transition(State.UPDATED, Call.EDIT_ORIGINAL),
        State.MODAL_SHOWN: _EDIT_AFTER_MODAL,
        State.ORIGINAL_DELETED: _EDIT_AFTER_DELETE,
    },
    Event.DELETE: {
        State.RECEIVED: _DELETE_BEFORE_RESPONSE,
        State.DEFERRED_SOURCE: Transition(State.ORIGINAL_DELETED, Call.DELETE_ORIGINAL),
        State.DEFERRED_UPDATE: Transition(State.ORIGINAL_DELETED, Call.DELETE_ORIGINAL),
        State.REPLIED: Transition(State.ORIGINAL_DELETED, Call.DELETE_ORIGINAL),
        State.UPDATED: Transition(State.ORIGINAL_DELETED, Call.DELETE_ORIGINAL),
        State.MODAL_SHOWN: _DELETE_AFTER_MODAL,
        State.ORIGINAL_DELETED: _DELETE_AFTER_DELETE,
    },
    Event.MODAL: {
        State.RECEIVED: Transition(State.MODAL_SHOWN, Call.CALLBACK_MODAL),
        **dict.fromkeys(_ANSWERED, _MODAL_AFTER_RESPONSE),
    },
    Event.AUTOCOMPLETE: {
        State.RECEIVED: Transition(State.AUTOCOMPLETED, Call.CALLBACK_AUTOCOMPLETE),
        **dict.fromkeys(_ANSWERED, _CHOICES_TWICE),
    },
    Event.PONG: {
        State.RECEIVED: Transition(State.PONGED, Call.CALLBACK_PONG),
        **dict.fromkeys(_ANSWERED, _PONG_TWICE),
    },
    Event.ACK_DEADLINE: {
        State.RECEIVED: Transition(State.EXPIRED_UNACKED, Call.NONE),
        **{state: Transition(state, Call.NONE) for state in _ANSWERED},
    },
    Event.TOKEN_DEADLINE: {
        # Whoever misses the first deadline and asks only now must not read that it was answered in time.
        State.RECEIVED: Transition(State.EXPIRED_UNACKED, Call.NONE),
        **dict.fromkeys(_ANSWERED, Transition(State.TOKEN_EXPIRED, Call.NONE)),
    },
}


def advance(origin: Origin, state: State, event: Event) -> Transition | Refusal:
    """Return what `event` does to an interaction of `origin` in `state`: the next state and the call, or why not.

    Total: every combination has an answer, also those that no sequence of events reaches. A finished interaction
    refuses every wish and lets time pass without effect. Source: the `source` of each refusal, and for the
    transitions Discord docs, Interactions: Receiving and Responding.
    """
    if barred := _BARRED[origin].get(event):
        return barred
    if finished := _FINISHED.get(state):
        return Transition(state, Call.NONE) if event in _TIME else finished
    return _TABLE[event][state]


def is_acknowledged(state: State) -> bool:
    """Return whether Discord has taken a first response, at whatever time that was."""
    return state is not State.RECEIVED and state is not State.EXPIRED_UNACKED


def is_dead(state: State) -> bool:
    """Return whether nothing more can be sent for the interaction: it ran out of time, or its one answer was given."""
    return state in _FINISHED


def allowed_callbacks(origin: Origin) -> frozenset[CallbackType]:
    """Return the callback types that may answer `origin` first, of those that this table knows.

    Discord has two more for commands, components and forms, which no event stands for: the deprecated
    `PREMIUM_REQUIRED`, and `LAUNCH_ACTIVITY`. Source: Discord docs, Interactions: Receiving and Responding.
    """
    outcomes = (advance(origin, State.RECEIVED, event) for event in Event)
    calls = (outcome.call for outcome in outcomes if isinstance(outcome, Transition))
    return frozenset(kind for call in calls if (kind := call.callback_type) is not None)


def watchdog_event(origin: Origin) -> Event:
    """Return what to do with a received interaction when time is short and nobody has answered.

    A command and a form must show something, so the user sees "thinking". A component has a message already and is
    acknowledged without a trace. An autocomplete has only choices (send none), a ping only its pong.

    Raises ValueError where no interaction is, because nobody waits there.
    """
    match origin:
        case Origin.COMMAND | Origin.MODAL_FROM_COMMAND | Origin.MODAL_FROM_COMPONENT:
            return Event.DEFER
        case Origin.COMPONENT:
            return Event.DEFER_UPDATE
        case Origin.AUTOCOMPLETE:
            return Event.AUTOCOMPLETE
        case Origin.PING:
            return Event.PONG
        case Origin.NO_INTERACTION:
            raise ValueError("nobody waits for an answer")


def resumed_event(origin: Origin) -> Event:
    """Return what to acknowledge the answer to a question of ours with, while what follows from it takes its time.

    The question is a message that can be changed, so the answer needs no trace of its own; only a form that a command
    opened has no message.
    """
    return Event.DEFER if origin is Origin.MODAL_FROM_COMMAND else Event.DEFER_UPDATE


def ephemeral_is_honoured(call: Call) -> bool:
    """Return whether an ephemeral flag on `call` has an effect: only where the call creates a message.

    An edit and an update keep the visibility that their message has had from the start. A follow-up after a deferral
    would resolve the deferral and inherit its visibility, but `advance` sends an edit there, so the follow-ups that
    it allows are all honoured. Source: Discord docs, Interactions: Receiving and Responding, Followup Messages.
    """
    return call in {Call.CALLBACK_REPLY, Call.CALLBACK_DEFER, Call.FOLLOW_UP}
