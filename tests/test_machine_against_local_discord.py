"""The lifecycle table and the local Discord are two tellings of the same rules; here each can show the other wrong.

Both get the same sequence of wishes and of instants, verdict by verdict. A wish that the table allows is sent as the
call that the table names, and the local Discord must take it, be in the same state, and show the same `@original`. A
wish that the table refuses is sent all the same, as a bot without a table would, and the local Discord must refuse it
with the error that stands here. Time is only moved: what it does to the table follows from `lifecycle.deadline`.
Source of the errors: Discord docs, Interactions: Receiving and Responding, and the reports in discord/discord-api-docs
(#6851, #7220).
"""

import asyncio
import secrets
from collections.abc import Coroutine, Iterable, Iterator, Sequence
from dataclasses import dataclass
from enum import Enum
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from runner.emulator.clock import VirtualClock, VirtualLoop, elapse
from runner.emulator.core import Core
from runner.emulator.default_world import default_world
from runner.emulator.people.client import Client
from runner.emulator.refusals import Refused
from runner.emulator.trace import InteractionState, Trace
from runner.lifecycle.bits import PRIVILEGED_INTENTS, MessageFlags
from runner.lifecycle.deadline import ack_deadline, token_deadline
from runner.lifecycle.machine import (
    Call,
    Event,
    Origin,
    Refusal,
    State,
    Transition,
    advance,
    ephemeral_is_honoured,
    is_acknowledged,
)

HOURS_MAX = 24 * 365  # of virtual time: one loop lets many interactions grow old
FILLING_IN_S = 5.0  # from the opening of a form to its submission: longer than the first interaction had

COMMAND = {
    "name": "ask",
    "description": "Ask",
    "options": [{"name": "text", "description": "What", "type": 3, "autocomplete": True}],
}
BUTTON = {"type": 1, "components": [{"type": 2, "style": 1, "label": "Go", "custom_id": "go"}]}
FIELD = {"type": 18, "label": "Why", "component": {"type": 4, "style": 1, "custom_id": "why"}}
FORM = {"custom_id": "form", "title": "Form", "components": [FIELD]}
PICK = {"content": "pick one", "components": [BUTTON]}

# A ping never comes through a gateway, so the local Discord sends none; and events are no interactions.
ORIGINS = [origin for origin in Origin if origin not in {Origin.PING, Origin.NO_INTERACTION}]


@dataclass(frozen=True, slots=True)
class Wish:
    """Something a bot wants of the interaction; `is_private` is asked for wherever a message is sent."""

    event: Event
    is_private: bool = False


class Instant(Enum):
    """Seconds after the interaction's creation to wait for; one that has passed is no wait."""

    JUST_BEFORE_3_S = 2.998
    AT_3_S = 3.0
    JUST_AFTER_3_S = 3.002
    JUST_BEFORE_15_MIN = 899.998
    AT_15_MIN = 900.0
    JUST_AFTER_15_MIN = 900.002


Step = Wish | Instant


@dataclass(frozen=True, slots=True)
class Shown:
    """What `@original` is: `placeholder`, `reply` or `component` (the message that the component is on)."""

    kind: str
    content: str
    is_private: bool


# What the table's states are called in the local Discord's books.
BOOKED = {
    State.RECEIVED: InteractionState.RECEIVED,
    State.DEFERRED_SOURCE: InteractionState.DEFERRED_SOURCE,
    State.DEFERRED_UPDATE: InteractionState.DEFERRED_UPDATE,
    State.REPLIED: InteractionState.REPLIED,
    State.UPDATED: InteractionState.UPDATED,
    State.MODAL_SHOWN: InteractionState.MODAL_SHOWN,
    State.AUTOCOMPLETED: InteractionState.AUTOCOMPLETED,
    State.ORIGINAL_DELETED: InteractionState.ORIGINAL_DELETED,
    State.EXPIRED_UNACKED: InteractionState.EXPIRED_UNACKED,
    State.TOKEN_EXPIRED: InteractionState.TOKEN_EXPIRED,
}

# What `@original` is in each state: a kind of message, or the refusals before and after 15 min.
ORIGINAL: dict[State, str | tuple[int, int]] = {
    State.RECEIVED: (10015, 50027),
    State.DEFERRED_SOURCE: "placeholder",
    State.DEFERRED_UPDATE: "component",
    State.REPLIED: "reply",
    State.UPDATED: "component",
    State.MODAL_SHOWN: (10008, 50027),
    State.AUTOCOMPLETED: (10015, 50027),
    State.ORIGINAL_DELETED: (10008, 50027),
    State.EXPIRED_UNACKED: (10015, 50027),
    State.TOKEN_EXPIRED: (50027, 50027),
}

Cells = set[tuple[str, str]]  # of `REFUSED`: a row and a column

STATUS = {10008: 404, 10015: 404, 10062: 404, 40060: 400, 50027: 401, 50035: 400}

# The calls that a bot without a table makes for a wish.
NAIVE = {
    Event.REPLY: (Call.CALLBACK_REPLY, Call.FOLLOW_UP),
    Event.DEFER: (Call.CALLBACK_DEFER,),
    Event.UPDATE: (Call.CALLBACK_UPDATE,),
    Event.DEFER_UPDATE: (Call.CALLBACK_DEFER_UPDATE,),
    Event.EDIT: (Call.EDIT_ORIGINAL,),
    Event.DELETE: (Call.DELETE_ORIGINAL,),
    Event.MODAL: (Call.CALLBACK_MODAL,),
    Event.AUTOCOMPLETE: (Call.CALLBACK_AUTOCOMPLETE,),
    Event.PONG: (Call.CALLBACK_PONG,),
}

# What such a bot reads instead: for a callback while the interaction waits for one, after it had one, and when it is
# too late for one; for a call on the token within 15 min and after. `-` is where the table never refuses that way.
REFUSED = """
                                 waiting answered over   living dead
    defer-after-response         -       40060    -      -      -
    modal-after-response         -       40060    -      -      -
    modal-from-modal             50035   40060    10062  -      -
    update-without-component     50035   40060    10062  -      -
    update-after-reply           -       40060    -      -      -
    update-after-modal           -       40060    -      -      -
    update-after-delete          -       40060    -      -      -
    edit-before-response         -       -        -      10015  -
    edit-after-modal             -       -        -      10008  -
    edit-after-delete            -       -        -      10008  -
    delete-before-response       -       -        -      10015  -
    delete-after-modal           -       -        -      10008  -
    delete-after-delete          -       -        -      10008  -
    autocomplete-takes-choices   50035   40060    10062  10015  50027
    choices-outside-autocomplete 50035   40060    10062  -      -
    autocomplete-answered        -       40060    10062  -      -
    pong-outside-ping            50035   40060    10062  -      -
    response-too-late            -       -        10062  10015  50027
    token-expired                -       -        10062  -      50027
"""


def grid(text: str) -> dict[tuple[str, str], int]:
    """Return the cells of a text table by row and column, without the empty ones."""
    header, *rows = (line.split() for line in text.strip().splitlines())
    return {
        (name, column): int(cell)
        for name, *cells in rows
        for column, cell in zip(header, cells, strict=True)
        if cell != "-"
    }


EXPECTED = grid(REFUSED)


class Pair:
    """One interaction, told twice. `cells` are the cells of `REFUSED` that have come up."""

    def __init__(self, core: Core, origin: Origin, trace: Trace, source: int | None) -> None:
        self.cells = Cells()
        self.state = State.RECEIVED
        self._core = core
        self._origin = origin
        self._trace = trace
        self._source = source
        self._first: Call | None = None
        self._original: Shown | None = None
        self._said = 0

    async def take(self, step: Step) -> None:
        """Do one step on both sides and compare them."""
        if isinstance(step, Instant):
            await elapse(max(self._trace.dispatched_at + step.value - self._now(), 0))
            self._let_time_pass()
        else:
            self._wish(step)
        self._compare()

    @property
    def is_dead(self) -> bool:
        """Whether the token's time is over."""
        return self._now() > token_deadline(self._trace.id, 0.0)

    def _now(self) -> float:
        return self._core.clock.now()

    def _let_time_pass(self) -> None:
        # Whoever looks only after 15 min has never heard of the 3 s; the table must know all the same.
        if self.is_dead:
            self._advance(Event.TOKEN_DEADLINE)
        elif self._now() > ack_deadline(self._trace.id, 0.0):
            self._advance(Event.ACK_DEADLINE)

    def _advance(self, event: Event) -> None:
        outcome = advance(self._origin, self.state, event)
        assert isinstance(outcome, Transition), "time is never refused"
        self.state = outcome.state

    def _wish(self, wish: Wish) -> None:
        outcome = advance(self._origin, self.state, wish.event)
        if isinstance(outcome, Refusal):
            for call in NAIVE[wish.event]:
                self._expect_refusal(outcome.slug, call, wish)
        else:
            self._first = self._first or outcome.call
            text = self._send(outcome.call, wish)
            self._original = self._original_after(outcome.call, text, wish)
            self.state = outcome.state

    def _expect_refusal(self, slug: str, call: Call, wish: Wish) -> None:
        cell = (slug, self._column(call))
        self.cells.add(cell)
        with pytest.raises(Refused) as caught:
            self._send(call, wish)
        code = EXPECTED[cell]
        assert (caught.value.status, caught.value.code) == (STATUS[code], code), (cell, call)

    def _column(self, call: Call) -> str:
        if call.callback_type is None:
            return "dead" if self.is_dead else "living"
        if self.is_dead or self.state is State.EXPIRED_UNACKED:
            return "over"
        return "answered" if is_acknowledged(self.state) else "waiting"

    def _send(self, call: Call, wish: Wish) -> str:
        """Make a call with a text of its own; returns the text."""
        self._said += 1
        text = f"text {self._said}"
        body = {"content": text, "flags": int(MessageFlags.EPHEMERAL) if wish.is_private else 0}
        desk, application, token = self._core.desk, self._core.application_id, self._trace.token
        match call:
            case Call.FOLLOW_UP:
                self._check_follow_up(desk.follow_up(application, token, body, ()), text, wish)
            case Call.EDIT_ORIGINAL:
                desk.edit(application, token, "@original", body, ())
            case Call.DELETE_ORIGINAL:
                desk.delete(application, token, "@original")
            case _:
                desk.callback(self._trace.id, token, callback_body(call, body), ())
        return text

    def _check_follow_up(self, message: dict[str, Any], text: str, wish: Wish) -> None:  # Any: JSON of a message
        is_private = bool(message["flags"] & MessageFlags.EPHEMERAL)
        assert (message["content"], is_private) == (text, wish.is_private and ephemeral_is_honoured(Call.FOLLOW_UP))

    def _original_after(self, call: Call, text: str, wish: Wish) -> Shown | None:
        """Return what `@original` must be once `call` was taken."""
        is_private = wish.is_private and ephemeral_is_honoured(call)
        match call:
            case Call.CALLBACK_REPLY:
                return Shown("reply", text, is_private)
            case Call.CALLBACK_DEFER:
                return Shown("placeholder", "", is_private)
            case Call.CALLBACK_DEFER_UPDATE:
                return Shown("component", str(PICK["content"]), is_private)
            case Call.CALLBACK_UPDATE:
                return Shown("component", text, is_private)
            case Call.EDIT_ORIGINAL:
                assert self._original is not None
                kind = "reply" if self._original.kind == "placeholder" else self._original.kind
                return Shown(kind, text, is_private if ephemeral_is_honoured(call) else self._original.is_private)
            case Call.FOLLOW_UP:
                return self._original
            case _:
                return None

    def _compare(self) -> None:
        assert self._trace.state is self._booked()
        assert self._trace.acknowledgements == is_acknowledged(self.state)
        self._compare_original()

    def _booked(self) -> InteractionState:
        """Return what the local Discord's books must say. They tell two things apart in another way than the table."""
        if self.state is State.UPDATED and self._first is Call.CALLBACK_DEFER_UPDATE:
            return InteractionState.DEFERRED_UPDATE  # an edit of the component's message leaves no mark there
        if self.state is State.AUTOCOMPLETED and self.is_dead:
            return InteractionState.TOKEN_EXPIRED  # finished either way; the table keeps one word for it
        return BOOKED[self.state]

    def _compare_original(self) -> None:
        expected = ORIGINAL[self.state]
        found = self._find_original()
        if isinstance(expected, tuple):
            code = expected[self.is_dead]
            assert found == (STATUS[code], code)
        else:
            assert self._original is not None
            assert self._original.kind == expected
            assert found == self._original

    def _find_original(self) -> Shown | tuple[int, int]:
        try:
            message = self._core.desk.get(self._core.application_id, self._trace.token, "@original")
        except Refused as refused:
            return refused.status, refused.code
        is_loading = message["flags"] & MessageFlags.LOADING
        kind = "component" if int(message["id"]) == self._source else "placeholder" if is_loading else "reply"
        return Shown(kind, message["content"], bool(message["flags"] & MessageFlags.EPHEMERAL))


def callback_body(call: Call, message: dict[str, Any]) -> dict[str, Any]:  # Any: JSON of a request
    """Return a first response that Discord would take."""
    match call:
        case Call.CALLBACK_AUTOCOMPLETE:
            return {"type": call.value, "data": {"choices": [{"name": "a", "value": "a"}]}}
        case Call.CALLBACK_MODAL:
            return {"type": call.value, "data": FORM}
        case Call.CALLBACK_PONG | Call.CALLBACK_DEFER_UPDATE:
            return {"type": call.value}
        case Call.CALLBACK_DEFER:
            return {"type": call.value, "data": {"flags": message["flags"]}}
        case _:
            return {"type": call.value, "data": message}


def new_core() -> Core:
    """Return a local Discord on the running loop's time, without its servers, with one command."""
    clock = VirtualClock(asyncio.get_running_loop())
    core = Core(
        clock=clock,
        world=default_world(clock),
        token="token",
        randomness=secrets.token_urlsafe,
        privileged_intents=PRIVILEGED_INTENTS,
        gateway_path="/gateway",
    )
    core.commands.put_all(None, [COMMAND], now=clock.now())
    return core


async def new_pair(core: Core, origin: Origin) -> Pair:
    """Have a member start an interaction of `origin`."""
    client = Client(core)
    if origin is Origin.COMMAND:
        return Pair(core, origin, command(client), None)
    if origin is Origin.AUTOCOMPLETE:
        trace = client.autocomplete(user="robin", channel="general", name="ask", options={}, focused="text")
        return Pair(core, origin, trace, None)
    if origin is Origin.MODAL_FROM_COMMAND:
        return Pair(core, origin, await submitted(core, client, command(client)), None)
    channel = next(channel for channel in core.world.channels.values() if channel.name == "general")
    source = core.messages.create(channel, PICK, author_id=core.world.bot_id, settable=MessageFlags(0)).id
    trace = client.click(user="robin", message=source, custom_id="go", values=())
    if origin is Origin.MODAL_FROM_COMPONENT:
        trace = await submitted(core, client, trace)
    return Pair(core, origin, trace, source)


def command(client: Client) -> Trace:
    """Have a member type the command."""
    return client.command(user="robin", channel="general", name="ask", options={})


async def submitted(core: Core, client: Client, opener: Trace) -> Trace:
    """Open a form in answer to `opener`, and have the member submit it when that interaction's 3 s are long over."""
    core.desk.callback(opener.id, opener.token, callback_body(Call.CALLBACK_MODAL, {}), ())
    await elapse(FILLING_IN_S)
    return client.submit(modal=opener, user=None, values={"why": "because"})


def on_virtual_time(job: Coroutine[Any, Any, Cells]) -> Cells:  # Any: what a coroutine yields to its loop
    """Run a job on a loop of its own whose time jumps."""
    with asyncio.Runner(loop_factory=lambda: VirtualLoop(hours_max=HOURS_MAX)) as loop:
        return loop.run(job)


async def compared(runs: Iterable[tuple[Origin, Sequence[Step]]]) -> Cells:
    """Compare both sides after each step of each run; returns the cells of `REFUSED` that came up."""
    cells = Cells()
    for origin, steps in runs:
        core = new_core()
        pair = await new_pair(core, origin)
        for step in steps:
            await pair.take(step)
        cells |= pair.cells
        await core.close()
    return cells


wishes = st.builds(Wish, st.sampled_from(list(NAIVE)), st.booleans())
steps = st.one_of(wishes, wishes, wishes, st.sampled_from(Instant))


@st.composite
def sequences(draw: st.DrawFn) -> tuple[Origin, list[Step]]:
    """Return an origin and up to twelve steps. One is a first response that suits it, or most would stay unanswered."""
    origin = draw(st.sampled_from(ORIGINS))
    answers = [event for event in NAIVE if isinstance(advance(origin, State.RECEIVED, event), Transition)]
    first = Wish(draw(st.sampled_from(answers)), draw(st.booleans()))
    return origin, [*draw(st.lists(steps, max_size=2)), first, *draw(st.lists(steps, max_size=9))]


@settings(max_examples=400, deadline=None)
@given(sequences())
def test_any_sequence_has_the_same_verdicts_from_the_table_and_from_the_local_discord(
    sequence: tuple[Origin, list[Step]],
) -> None:
    on_virtual_time(compared([sequence]))


def ways(origin: Origin) -> Iterator[tuple[Step, ...]]:
    """Yield a shortest way into every state that an interaction of `origin` can be in, and on to every age there."""
    reached: dict[State, tuple[Step, ...]] = {State.RECEIVED: ()}
    waiting = [State.RECEIVED]
    while waiting:
        state = waiting.pop(0)
        for event in NAIVE:
            outcome = advance(origin, state, event)
            if isinstance(outcome, Transition) and outcome.state not in reached:
                reached[outcome.state] = (*reached[state], Wish(event))
                waiting.append(outcome.state)
    for way in reached.values():
        yield way
        yield from ((*way, instant) for instant in (Instant.JUST_AFTER_3_S, Instant.JUST_AFTER_15_MIN))


def test_every_refusal_in_every_state_at_every_age_is_one_of_discords_too() -> None:
    runs = [(origin, (*way, Wish(event))) for origin in ORIGINS for way in ways(origin) for event in NAIVE]
    assert on_virtual_time(compared(runs)) == set(EXPECTED)
