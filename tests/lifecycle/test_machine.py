"""The lifecycle table against a second one, written down independently, and against what must hold in any sequence."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from runner.lifecycle.limits import CallbackType
from runner.lifecycle.machine import (
    Call,
    Event,
    Origin,
    Refusal,
    State,
    Transition,
    advance,
    allowed_callbacks,
    ephemeral_is_honoured,
    is_acknowledged,
    is_dead,
    watchdog_event,
)

# One row per state, one column per event. `4>rep` sends callback 4 and is then in state `rep`; P is PATCH and D is
# DELETE on @original, F a follow-up, `.` sends nothing. Two letters are a refusal.
CELLS = """
        reply defer update dupdate edit  delete modal auto  pong  ack3  tok15
    rec 4>rep 5>ds  7>upd  6>du    eb    db     9>mod 8>aut 1>pon .>exu .>exu
    ds  P>rep da    ur     da      P>rep D>del  ma    ct    pt    .>ds  .>exp
    du  F>du  da    P>upd  da      P>upd D>del  ma    ct    pt    .>du  .>exp
    rep F>rep da    ur     da      P>rep D>del  ma    ct    pt    .>rep .>exp
    upd F>upd da    P>upd  da      P>upd D>del  ma    ct    pt    .>upd .>exp
    mod F>mod da    um     da      em    dm     ma    ct    pt    .>mod .>exp
    del F>del da    ud     da      ed    dd     ma    ct    pt    .>del .>exp
    aut ct    ct    ct     ct      ct    ct     ct    ct    ct    .>aut .>aut
    pon pt    pt    pt     pt      pt    pt     pt    pt    pt    .>pon .>pon
    exu tl    tl    tl     tl      tl    tl     tl    tl    tl    .>exu .>exu
    exp te    te    te     te      te    te     te    te    te    .>exp .>exp
"""

# What each origin may never do, in any state; `-` leaves the cell above.
BARRED = """
            reply defer update dupdate edit  delete modal auto  pong  ack3  tok15
    command -     -     uc     uc      -     -      -     ce    pe    -     -
    button  -     -     -      -       -     -      -     ce    pe    -     -
    form_c  -     -     uc     uc      -     -      mm    ce    pe    -     -
    form_b  -     -     -      -       -     -      mm    ce    pe    -     -
    auto    oc    oc    oc     oc      oc    oc     oc    -     oc    -     -
    ping    op    op    op     op      op    op     op    op    -     -     -
    nobody  na    na    na     na      na    na     na    na    na    -     -
"""

ORIGINS = {
    "command": Origin.COMMAND,
    "button": Origin.COMPONENT,
    "form_c": Origin.MODAL_FROM_COMMAND,
    "form_b": Origin.MODAL_FROM_COMPONENT,
    "auto": Origin.AUTOCOMPLETE,
    "ping": Origin.PING,
    "nobody": Origin.NO_INTERACTION,
}
STATES = {
    "rec": State.RECEIVED,
    "ds": State.DEFERRED_SOURCE,
    "du": State.DEFERRED_UPDATE,
    "rep": State.REPLIED,
    "upd": State.UPDATED,
    "mod": State.MODAL_SHOWN,
    "del": State.ORIGINAL_DELETED,
    "aut": State.AUTOCOMPLETED,
    "pon": State.PONGED,
    "exu": State.EXPIRED_UNACKED,
    "exp": State.TOKEN_EXPIRED,
}
EVENTS = {
    "reply": Event.REPLY,
    "defer": Event.DEFER,
    "update": Event.UPDATE,
    "dupdate": Event.DEFER_UPDATE,
    "edit": Event.EDIT,
    "delete": Event.DELETE,
    "modal": Event.MODAL,
    "auto": Event.AUTOCOMPLETE,
    "pong": Event.PONG,
    "ack3": Event.ACK_DEADLINE,
    "tok15": Event.TOKEN_DEADLINE,
}
CALLS = {
    "1": Call.CALLBACK_PONG,
    "4": Call.CALLBACK_REPLY,
    "5": Call.CALLBACK_DEFER,
    "6": Call.CALLBACK_DEFER_UPDATE,
    "7": Call.CALLBACK_UPDATE,
    "8": Call.CALLBACK_AUTOCOMPLETE,
    "9": Call.CALLBACK_MODAL,
    "P": Call.EDIT_ORIGINAL,
    "D": Call.DELETE_ORIGINAL,
    "F": Call.FOLLOW_UP,
    ".": Call.NONE,
}
SLUGS = {
    "da": "defer-after-response",
    "ma": "modal-after-response",
    "mm": "modal-from-modal",
    "uc": "update-without-component",
    "ur": "update-after-reply",
    "um": "update-after-modal",
    "ud": "update-after-delete",
    "eb": "edit-before-response",
    "em": "edit-after-modal",
    "ed": "edit-after-delete",
    "db": "delete-before-response",
    "dm": "delete-after-modal",
    "dd": "delete-after-delete",
    "oc": "autocomplete-takes-choices",
    "ce": "choices-outside-autocomplete",
    "ct": "autocomplete-answered",
    "op": "ping-takes-pong",
    "pe": "pong-outside-ping",
    "pt": "ping-answered",
    "tl": "response-too-late",
    "te": "token-expired",
    "na": "no-interaction",
}
SPEECHLESS = {Origin.AUTOCOMPLETE, Origin.PING, Origin.NO_INTERACTION}  # those who take no message
EVERYTHING = [(origin, state, event) for origin in Origin for state in State for event in Event]


def grid(text: str) -> dict[str, dict[str, str]]:
    """Return the cells of a text table by row name, then column name."""
    header, *rows = (line.split() for line in text.strip().splitlines())
    return {name: dict(zip(header, cells, strict=True)) for name, *cells in rows}


def expected(origin: str, state: str, event: str) -> Transition | str:
    barred = grid(BARRED)[origin][event]
    cell = grid(CELLS)[state][event] if barred == "-" else barred
    call, arrow, target = cell.partition(">")
    return Transition(STATES[target], CALLS[call]) if arrow else SLUGS[cell]


def observed(origin: str, state: str, event: str) -> Transition | str:
    outcome = advance(ORIGINS[origin], STATES[state], EVENTS[event])
    return outcome.slug if isinstance(outcome, Refusal) else outcome


@pytest.mark.parametrize("state", STATES)
@pytest.mark.parametrize("origin", ORIGINS)
def test_every_event_does_what_the_table_says(origin: str, state: str) -> None:
    assert {event: observed(origin, state, event) for event in EVENTS} == {
        event: expected(origin, state, event) for event in EVENTS
    }


def test_the_expected_table_leaves_nothing_out() -> None:
    assert set(ORIGINS.values()) == set(Origin)
    assert set(STATES.values()) == set(State)
    assert set(EVENTS.values()) == set(Event)
    assert set(CALLS.values()) == set(Call)


def test_each_refusal_has_a_slug_of_its_own_a_reason_and_a_source() -> None:
    outcomes = {advance(*combination) for combination in EVERYTHING}
    refusals = {outcome for outcome in outcomes if isinstance(outcome, Refusal)}
    assert sorted(refusal.slug for refusal in refusals) == sorted(SLUGS.values())
    assert len({refusal.reason for refusal in refusals}) == len(refusals)
    assert all(refusal.source.startswith("Discord docs, Interactions: ") for refusal in refusals)


@pytest.mark.parametrize("state", [state for state in State if is_dead(state)])
def test_a_finished_interaction_stays_finished_and_sends_nothing(state: State) -> None:
    outcomes = [advance(origin, state, event) for origin in Origin for event in Event]
    assert {outcome for outcome in outcomes if isinstance(outcome, Transition)} == {Transition(state, Call.NONE)}


@pytest.mark.parametrize("event", [Event.ACK_DEADLINE, Event.TOKEN_DEADLINE])
def test_time_is_never_refused_and_never_sends(event: Event) -> None:
    outcomes = [advance(origin, state, event) for origin in Origin for state in State]
    assert all(isinstance(outcome, Transition) and outcome.call is Call.NONE for outcome in outcomes)


@pytest.mark.parametrize(
    ("origin", "event", "callback"),
    [
        (Origin.COMMAND, Event.DEFER, CallbackType.DEFERRED_CHANNEL_MESSAGE_WITH_SOURCE),
        (Origin.COMPONENT, Event.DEFER_UPDATE, CallbackType.DEFERRED_UPDATE_MESSAGE),
        (Origin.MODAL_FROM_COMMAND, Event.DEFER, CallbackType.DEFERRED_CHANNEL_MESSAGE_WITH_SOURCE),
        (Origin.MODAL_FROM_COMPONENT, Event.DEFER, CallbackType.DEFERRED_CHANNEL_MESSAGE_WITH_SOURCE),
        (Origin.AUTOCOMPLETE, Event.AUTOCOMPLETE, CallbackType.APPLICATION_COMMAND_AUTOCOMPLETE_RESULT),
        (Origin.PING, Event.PONG, CallbackType.PONG),
    ],
    ids=list(ORIGINS)[:-1],
)
def test_the_watchdog_acknowledges_every_received_interaction(
    origin: Origin, event: Event, callback: CallbackType
) -> None:
    assert watchdog_event(origin) is event
    outcome = advance(origin, State.RECEIVED, event)
    assert isinstance(outcome, Transition)
    assert outcome.call.callback_type is callback
    assert is_acknowledged(outcome.state)


def test_nobody_watches_over_what_nobody_waits_for() -> None:
    with pytest.raises(ValueError, match="nobody waits"):
        watchdog_event(Origin.NO_INTERACTION)


@pytest.mark.parametrize(
    ("origin", "types"),
    [
        (Origin.COMMAND, {4, 5, 9}),
        (Origin.COMPONENT, {4, 5, 6, 7, 9}),
        (Origin.MODAL_FROM_COMMAND, {4, 5}),
        (Origin.MODAL_FROM_COMPONENT, {4, 5, 6, 7}),
        (Origin.AUTOCOMPLETE, {8}),
        (Origin.PING, {1}),
        (Origin.NO_INTERACTION, set[int]()),
    ],
    ids=ORIGINS,
)
def test_each_origin_is_answered_only_as_discord_allows(origin: Origin, types: set[int]) -> None:
    assert allowed_callbacks(origin) == types


def test_only_calls_that_create_a_message_decide_its_visibility() -> None:
    assert {call for call in Call if ephemeral_is_honoured(call)} == {
        Call.CALLBACK_REPLY,
        Call.CALLBACK_DEFER,
        Call.FOLLOW_UP,
    }


def test_exactly_the_callbacks_have_a_callback_type() -> None:
    assert {call for call in Call if call.callback_type is not None} == {CALLS[digit] for digit in "1456789"}


def walk(origin: Origin, events: list[Event]) -> list[tuple[State, Call]]:
    """What a careful caller does: it asks for each event and makes only the calls that are allowed."""
    state, steps = State.RECEIVED, list[tuple[State, Call]]()
    for event in events:
        outcome = advance(origin, state, event)
        if isinstance(outcome, Transition):
            state = outcome.state
            steps.append((state, outcome.call))
    return steps


walks = st.builds(walk, st.sampled_from(Origin), st.lists(st.sampled_from(Event), max_size=30))


@given(walks)
def test_no_sequence_sends_a_second_callback_or_anything_before_the_first(steps: list[tuple[State, Call]]) -> None:
    calls = [call for _, call in steps if call is not Call.NONE]
    assert all(call.callback_type is not None for call in calls[:1])
    assert all(call.callback_type is None for call in calls[1:])


@given(walks)
def test_a_state_counts_as_acknowledged_exactly_when_a_callback_was_sent(steps: list[tuple[State, Call]]) -> None:
    answered = False
    for state, call in steps:
        answered = answered or call.callback_type is not None
        assert is_acknowledged(state) is answered


@given(walks)
def test_a_deferral_is_resolved_by_an_edit_or_a_deletion_never_by_a_follow_up(steps: list[tuple[State, Call]]) -> None:
    before = State.RECEIVED
    for state, call in steps:
        if before is State.DEFERRED_SOURCE and call is not Call.NONE:
            assert call in {Call.EDIT_ORIGINAL, Call.DELETE_ORIGINAL}
        before = state


@given(walks)
def test_nothing_is_sent_after_the_token_has_expired(steps: list[tuple[State, Call]]) -> None:
    states = [state for state, _ in steps]
    if State.TOKEN_EXPIRED in states:
        expired = states.index(State.TOKEN_EXPIRED)
        assert {call for _, call in steps[expired:]} == {Call.NONE}


@given(st.sampled_from([origin for origin in Origin if origin not in SPEECHLESS]), walks)
def test_a_reply_is_right_in_every_living_state(origin: Origin, steps: list[tuple[State, Call]]) -> None:
    states = {State.RECEIVED, *(state for state, _ in steps)}
    outcomes = [advance(origin, state, Event.REPLY) for state in states if not is_dead(state)]
    assert all(isinstance(outcome, Transition) and outcome.call is not Call.NONE for outcome in outcomes)
