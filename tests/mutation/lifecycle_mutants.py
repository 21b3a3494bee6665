"""Mutants of the pure lifecycle: rows of the table, and the deadlines."""

from collections.abc import Iterator
from typing import Final

from tests.mutation.mutant import LIFECYCLE, Mutant

_MACHINE: Final = (
    (
        "a form can follow a deferral",
        "**dict.fromkeys(_ANSWERED, _MODAL_AFTER_RESPONSE),",
        "**dict.fromkeys(_ANSWERED, Transition(State.MODAL_SHOWN, Call.CALLBACK_MODAL)),",
    ),
    (
        "a reply ends a deferral by a follow-up, whose ephemeral flag Discord ignores",
        "ignore its ephemeral flag.\n        State.DEFERRED_SOURCE: Transition(State.REPLIED, Call.EDIT_ORIGINAL),",
        "ignore its ephemeral flag.\n        State.DEFERRED_SOURCE: Transition(State.REPLIED, Call.FOLLOW_UP),",
    ),
    (
        "a second deferral is sent",
        "Call.CALLBACK_DEFER),\n        **dict.fromkeys(_ANSWERED, _DEFER_AFTER_RESPONSE),",
        "Call.CALLBACK_DEFER),\n"
        "        **dict.fromkeys(_ANSWERED, Transition(State.DEFERRED_SOURCE, Call.CALLBACK_DEFER)),",
    ),
    (
        "an update after a reply edits the reply",
        "State.REPLIED: _UPDATE_AFTER_REPLY,",
        "State.REPLIED: Transition(State.UPDATED, Call.EDIT_ORIGINAL),",
    ),
    (
        "an edit is sent before anything was answered",
        "State.RECEIVED: _EDIT_BEFORE_RESPONSE,",
        "State.RECEIVED: Transition(State.REPLIED, Call.EDIT_ORIGINAL),",
    ),
    (
        "an edit of a deleted message is sent",
        "State.ORIGINAL_DELETED: _EDIT_AFTER_DELETE,",
        "State.ORIGINAL_DELETED: Transition(State.REPLIED, Call.EDIT_ORIGINAL),",
    ),
    (
        "a form is taken for a message that can be deleted",
        "State.MODAL_SHOWN: _DELETE_AFTER_MODAL,",
        "State.MODAL_SHOWN: Transition(State.ORIGINAL_DELETED, Call.DELETE_ORIGINAL),",
    ),
    (
        "a silent acknowledgement loses the message that it was for",
        "State.DEFERRED_UPDATE: Transition(State.UPDATED, Call.EDIT_ORIGINAL),\n        State.REPLIED: _UP",
        "State.DEFERRED_UPDATE: Transition(State.REPLIED, Call.FOLLOW_UP),\n        State.REPLIED: _UP",
    ),
    (
        "a submitted form can open another one",
        "Origin.MODAL_FROM_COMPONENT: {\n        Event.MODAL: _MODAL_FROM_MODAL,\n",
        "Origin.MODAL_FROM_COMPONENT: {\n",
    ),
    (
        "a command can update a message that it doesn't have",
        "Origin.COMMAND: {\n        Event.UPDATE: _UPDATE_WITHOUT_COMPONENT,\n",
        "Origin.COMMAND: {\n",
    ),
    (
        "three seconds end what has been answered",
        "**{state: Transition(state, Call.NONE) for state in _ANSWERED},",
        "**dict.fromkeys(_ANSWERED, Transition(State.EXPIRED_UNACKED, Call.NONE)),",
    ),
    (
        "what was never answered is said to have been answered in time",
        "State.RECEIVED: Transition(State.EXPIRED_UNACKED, Call.NONE),\n        **dict.fromkeys(_ANSWERED, Tr",
        "State.RECEIVED: Transition(State.TOKEN_EXPIRED, Call.NONE),\n        **dict.fromkeys(_ANSWERED, Tr",
    ),
    (
        "an interaction that Discord has given up counts as acknowledged",
        "return state is not State.RECEIVED and state is not State.EXPIRED_UNACKED",
        "return state is not State.RECEIVED",
    ),
    (
        "the watchdog shows `thinking` for a button",
        "            return Event.DEFER_UPDATE\n",
        "            return Event.DEFER\n",
    ),
    (
        "an edit is believed to change who sees a message",
        "return call in {Call.CALLBACK_REPLY, Call.CALLBACK_DEFER, Call.FOLLOW_UP}",
        "return call in {Call.CALLBACK_REPLY, Call.CALLBACK_DEFER, Call.FOLLOW_UP, Call.EDIT_ORIGINAL}",
    ),
)

_DEADLINE: Final = (
    (
        "the skew has the wrong sign",
        "limits.INITIAL_RESPONSE_S + skew_s",
        "limits.INITIAL_RESPONSE_S - skew_s",
    ),
    (
        "a token's end ignores the skew",
        "limits.TOKEN_LIFETIME_S + skew_s",
        "limits.TOKEN_LIFETIME_S",
    ),
    (
        "a deadline is cut to the whole second",
        "limits.SNOWFLAKE_EPOCH_MS) / 1000",
        "limits.SNOWFLAKE_EPOCH_MS) // 1000",
    ),
    (
        "a deadline can be later than 3 s after the arrival",
        "return min(max(0.0, low_s), high_s)",
        "return max(0.0, low_s)",
    ),
    (
        "a slow arrival is taken for a clock that is ahead",
        "_Bounds(-math.inf, delay_s, is_arrival=True)",
        "_Bounds(delay_s, delay_s, is_arrival=True)",
    ),
    (
        "the second that a Date header cuts off is forgotten",
        "_Bounds(sent_at - date_s - DATE_RESOLUTION_S, ",
        "_Bounds(sent_at - date_s, ",
    ),
    (
        "a clock that was set ahead is not noticed",
        "if sample.low_s > high_s or sample.high_s < low_s:",
        "if sample.low_s > high_s:",
    ),
    (
        "a clock that was set back between request and answer teaches nonsense",
        "if received_at < sent_at:",
        "if received_at < sent_at - 1e9:",
    ),
    (
        "a burst of arrivals pushes the Date headers out",
        "if kept.is_arrival is sample.is_arrival]",
        "if kept or sample]",
    ),
)


def lifecycle_mutants() -> Iterator[Mutant]:
    """Yield the mutants of `runner/lifecycle`."""
    for breaks, old, new in _MACHINE:
        yield Mutant("runner/lifecycle/machine.py", breaks, old, new, LIFECYCLE)
    for breaks, old, new in _DEADLINE:
        yield Mutant("runner/lifecycle/deadline.py", breaks, old, new, LIFECYCLE)
