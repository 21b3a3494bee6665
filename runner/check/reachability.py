"""In which lifecycle states each step can be reached: an abstract interpretation of a handler over all its paths.

The machine of `lifecycle.machine` is walked with sets of states instead of one. The walk finds what would go wrong on
some path, and it makes the plan: before which steps the engine has to defer, and with which visibility. A slow step is
one that leaves the process; nothing that leaves the process may stand between an interaction and its first response.
"""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import field, replace

from runner.actions.action import Ending, WrittenStep
from runner.check import expiry, modals, promises, waits
from runner.check.promises import Announced
from runner.check.steps import all_steps, handler_steps, reached_runs, runs_of
from runner.config.document import Flow, Handler, Response
from runner.data import dataclass
from runner.diagnostics import Diagnostic, Mark, Span
from runner.fields import Authored, Steps, duration_text
from runner.inside import AllOf, Begin, Call, Ensured, Loop, Waits
from runner.lifecycle import budget
from runner.lifecycle.limits import FOLLOW_UPS_USER_INSTALL_MAX, TOKEN_LIFETIME_S
from runner.lifecycle.machine import Call as WireCall
from runner.lifecycle.machine import (
    Event,
    Origin,
    Refusal,
    State,
    Transition,
    advance,
    resumed_event,
    watchdog_event,
)

_SLOW_BEFORE_REPLY = "slow-before-reply"
_DEFERRED = (State.DEFERRED_SOURCE, State.DEFERRED_UPDATE)
_SPEAKING = (Event.REPLY, Event.UPDATE, Event.EDIT)
_IN_PLACE = (State.RECEIVED, State.DEFERRED_UPDATE, State.UPDATED)
_CATCH = frozenset({Ending.FAIL})
_FINALLY = frozenset(Ending)


@dataclass(frozen=True, slots=True)
class Plan:
    """How a handler answers.

    `first` is the event that the engine performs before the first step, if any. `is_ephemeral` is the visibility of
    everything that doesn't say its own; where no step says anything to the user while the token lives, that is private.
    `watchdog_s` is when the watchdog acknowledges, in seconds from the interaction's creation, and `deferral` what it
    and the engine defer with. `may_open` says that some path opens a form: then nobody may defer before that path has
    been left. `outlives` says that it may still run when the interaction's token has died.
    """

    first: Event | None
    is_ephemeral: bool
    watchdog_s: float
    deferral: Event
    may_open: bool
    outlives: bool


UNATTENDED = Plan(None, is_ephemeral=False, watchdog_s=0.0, deferral=Event.DEFER, may_open=False, outlives=False)
"""The plan of steps that nobody waits for: they answer nobody."""


@dataclass(frozen=True, slots=True)
class Places:
    """Where a handler stands in its file: itself, its `response`, and the step that opens it if it is a form's."""

    handler: Span
    response: Span
    opener: Span | None = None


@dataclass(frozen=True, slots=True)
class _Deferral:
    """What has deferred: a step, or the handler itself; and where that is written."""

    span: Span
    is_ephemeral: bool | None  # None: still free, the replies that follow decide
    is_declared: bool


@dataclass(frozen=True, slots=True)
class _Point:
    """One way to stand before a step: the interaction's origin and state, who deferred, and what answered first.

    Behind a wait (`waited`) it is another interaction than the handler's own: that of the answer, or none (`origin`
    None), and then `has_token` says whether the last one can still be answered. `is_private` is whether the question
    that was asked last was private; None when none was asked.

    `passed_s` is the least time that has passed on the way, `expired` the step in which it outlasted the interaction's
    token, `said` the last reply, and `announced` that one with what has been begun behind it and may fail. Ways that
    differ in nothing else than these or the answer are one, so that the number of points is bounded by the number of
    slow steps, whatever the `when`s. Under `response: modal` ways with different answers are kept apart, because each
    answer is a fault: they are bounded by the number of steps that answer.
    """

    state: State
    deferral: _Deferral | None = None
    passed_s: float = 0.0
    answered: Span | None = None
    expired: Span | None = None
    said: Span | None = None
    announced: Announced | None = None
    follow_ups: int = 0
    origin: Origin | None = None
    waited: Span | None = None
    is_private: bool | None = None
    has_token: bool = False


def _distinct(points: Iterable[_Point], *, by_answer: bool) -> tuple[_Point, ...]:
    fastest: dict[tuple[object, ...], _Point] = {}
    for point in points:
        key = (
            point.state,
            point.deferral,
            point.answered if by_answer and point.waited is None else None,
            point.expired is None,
            point.follow_ups,
            point.origin,
            point.waited,
            point.is_private,
            point.has_token,
        )
        known = fastest.setdefault(key, point)
        if known is not point:
            quick, other = (point, known) if point.passed_s < known.passed_s else (known, point)
            fastest[key] = quick if quick.announced else replace(quick, announced=other.announced)
    return tuple(fastest.values())


@dataclass(slots=True)
class _Barrier:
    """Something that the ways which leave a step's inside early come up against: a `catch`, a `finally`.

    `holds` are the endings that it holds up, `left` the ways that came so far.
    """

    holds: frozenset[Ending]
    left: dict[Ending, list[_Point]] = field(default_factory=dict[Ending, list[_Point]])

    def take(self, ending: Ending, points: Iterable[_Point]) -> None:
        self.left.setdefault(ending, []).extend(points)


@dataclass(slots=True)
class _Called:
    """What is known of a flow that is run with certain ways to stand before it.

    `is_open` while its steps are walked, and `recurs` when they have led to it again.
    """

    flow: str
    ends: tuple[_Point, ...] = ()
    left: Mapping[Ending, list[_Point]] = field(default_factory=dict[Ending, list[_Point]])
    is_open: bool = True
    recurs: bool = False


@dataclass(slots=True)
class _Walk:
    flows: Mapping[str, Flow]
    response: Response
    strategy: str
    deferral: Event
    places: Places
    timeout_s: float
    is_user_installable: bool = False
    may_open: bool = False
    faults: list[Diagnostic] = field(default_factory=list[Diagnostic])
    noted: set[tuple[str, Span]] = field(default_factory=set[tuple[str, Span]])
    barriers: list[_Barrier] = field(default_factory=list[_Barrier])
    called: dict[tuple[str, frozenset[_Point]], _Called] = field(
        default_factory=dict[tuple[str, frozenset[_Point]], _Called]
    )
    calls: list[Span] = field(default_factory=list[Span])
    beside: int = 0
    wanted: dict[Span, dict[bool, Span]] = field(default_factory=dict[Span, dict[bool, Span]])
    first_visibilities: set[bool | None] = field(default_factory=set[bool | None])

    def run(self, steps: Steps, points: tuple[_Point, ...]) -> tuple[_Point, ...]:
        for index, step in enumerate(steps.items):
            if not points:
                self._unreachable(step, steps.items[index - 1])
                return points
            points = self._distinct(self._step(step, points))
        return points

    def _distinct(self, points: Iterable[_Point]) -> tuple[_Point, ...]:
        return _distinct(points, by_answer=self.strategy == "modal")

    def _step(self, step: WrittenStep, points: tuple[_Point, ...]) -> tuple[_Point, ...]:
        done = self._ensured(step, points)
        return done + points if step.when is not None else done

    def _ensured(self, step: WrittenStep, points: tuple[_Point, ...]) -> tuple[_Point, ...]:
        """Walk a step, and behind every way through it what always follows."""
        inside = step.action.inside()
        if not isinstance(inside, Ensured):
            return self._caught(step, points)
        self.barriers.append(_Barrier(_FINALLY))
        done = self._caught(step, points)
        for ending, left in self.barriers.pop().left.items():
            self._leave(step, ending, self.run(inside.ending, self._distinct(left)))
        return self.run(inside.ending, done) if done else done

    def _caught(self, step: WrittenStep, points: tuple[_Point, ...]) -> tuple[_Point, ...]:
        """Walk a step, and what catches its failures."""
        if step.catch is None:
            return self._done(step, points)
        self.barriers.append(_Barrier(_CATCH))
        done = self._done(step, points)
        failed = self.barriers.pop().left.get(Ending.FAIL, ())
        return done + self.run(step.catch, self._distinct(failed))

    def _done(self, step: WrittenStep, points: tuple[_Point, ...]) -> tuple[_Point, ...]:
        if step.action.takes_s():
            points = tuple(self._after_slow(step, point) for point in points)
        if promises.may_fail(step) and self.timeout_s <= budget.ANSWERING_TIMEOUT_MAX_S:
            points = tuple(_announced(step, point) for point in points)
        self._leave(step, Ending.FAIL, points)
        is_asking = isinstance(step.action.inside(), Waits)
        if step.action.effect is Event.REPLY and not is_asking:
            points = tuple(self._responded(step, Event.REPLY, point) for point in points)
        elif step.action.effect is not None and not is_asking and not self.beside:
            points = tuple(self._responded(step, step.action.effect, point) for point in points)
        if (ending := step.action.ends) is not None:
            if ending is not Ending.FAIL:
                self._leave(step, ending, points)
            return ()
        return self._inside(step, points)

    def _leave(self, step: WrittenStep, ending: Ending, points: Iterable[_Point]) -> None:
        """Let ways leave what the step is in, as far as something holds them up."""
        for barrier in reversed(self.barriers):
            if ending in barrier.holds:
                barrier.take(ending, points)
                return
        if ending is not Ending.FAIL:
            self.check_answered(points, step.key)

    def _inside(self, step: WrittenStep, points: tuple[_Point, ...]) -> tuple[_Point, ...]:
        match step.action.inside():
            case None | Begin():
                return points
            case Loop() as loop:
                return self._loop(loop, points)
            case Call(name):
                return self._call(step, name, points)
            case AllOf() as all_of:
                return self._beside(all_of, points)
            case Waits() as waiting:
                return self._wait(step, waiting, points)
            case Ensured(body):
                return self.run(body, points)
            case inside:
                return tuple(point for run in inside.runs for point in self.run(run, points))

    def _loop(self, loop: Loop, points: tuple[_Point, ...]) -> tuple[_Point, ...]:
        """Walk the body until no round of it begins as none before did. There are few ways to stand before a step."""
        begins = self._distinct(points)
        while True:
            ends = self.run(loop.body, begins)
            before, begins = begins, self._distinct((*begins, *ends))
            if len(begins) == len(before):
                return ends if loop.is_certain else (*points, *ends)

    def _beside(self, all_of: AllOf, points: tuple[_Point, ...]) -> tuple[_Point, ...]:
        """Walk runs that are executed beside each other: each may begin when others have come to their ends."""
        begins = self._distinct(points)
        self.beside += 1  # in here any other answer than a reply is a fault of its own
        passed_s = min((point.passed_s for point in points), default=0.0)  # none of them begins later than another
        while True:
            ends = [self.run(run, begins) for run in all_of.runs]
            others = (replace(point, passed_s=passed_s) for end in ends for point in end)
            before, begins = begins, self._distinct((*begins, *others))
            if len(begins) == len(before):
                self.beside -= 1
                is_left = any(ends) if all_of.is_any else all(ends)
                return tuple(point for end in ends for point in end) if is_left else ()

    def _call(self, step: WrittenStep, name: str, points: tuple[_Point, ...]) -> tuple[_Point, ...]:
        """Walk the steps of a flow, once for the same ways to stand before it.

        Where they lead to it again, they are walked until nothing new comes of it. The time that has passed is left out
        of account there: it would be another one each time.
        """
        if name not in self.flows:
            return points
        if any(called.is_open and called.flow == name for called in self.called.values()):
            points = tuple(replace(point, passed_s=0.0) for point in points)
        key = (name, frozenset(points))
        if key in self.called:
            called = self.called[key]
            called.recurs = called.recurs or called.is_open
        else:
            called = self.called[key] = _Called(name)
            self.calls.append(step.key)
            self._walk_flow(called, points)
            self.calls.pop()
        for ending, left in called.left.items():
            self._leave(step, ending, left)
        return called.ends

    def _walk_flow(self, called: _Called, points: tuple[_Point, ...]) -> None:
        """Walk the steps of a flow, again and again where they lead to it: what was found on the way is forgotten."""
        while called.is_open:
            faults, noted, known = list(self.faults), set(self.noted), dict(self.called)
            called.is_open = self._walked_anew(called, points) and called.recurs
            if called.is_open:
                self.faults, self.noted, self.called = faults, noted, known

    def _walked_anew(self, called: _Called, points: tuple[_Point, ...]) -> bool:
        """Walk the steps of a flow, and tell whether that has led to more ends than were known."""
        self.barriers.append(_Barrier(_FINALLY))
        ends = self.run(self.flows[called.flow].steps, points)
        left = self.barriers.pop().left
        before, called.ends = called.ends, self._distinct((*ends, *left.pop(Ending.RETURN, ())))
        called.left = left
        return len(called.ends) > len(before)

    def _wait(self, step: WrittenStep, waiting: Waits, points: tuple[_Point, ...]) -> tuple[_Point, ...]:
        """Walk a step at which the interaction ends: what is behind it is another one."""
        asked = [self._asked(step, waiting, point) for point in points]
        self.check_answered([point for point in asked if point.waited is None], step.key)
        ends = [point for point in points if not waiting.is_certain]
        if waiting.kind in ("click", "form"):
            answered = [self._resumed(step, waiting, point) for point in asked]
            ends += answered
            ends += self.run(waiting.on_cancel, self._distinct(answered)) if waiting.on_cancel.items else ()
        late = self._distinct(self._late(step, waiting, point) for point in asked)
        if waiting.kind == "event" or (waiting.goes_on and not waiting.on_timeout.items):
            ends += late
        if waiting.on_timeout.items:
            ends += self.run(waiting.on_timeout, late)
        return tuple(ends)

    def _asked(self, step: WrittenStep, waiting: Waits, point: _Point) -> _Point:
        """Return how it stands when the question has been asked, or the form has been opened."""
        if waiting.kind not in ("click", "form"):
            return point
        if point.origin is Origin.NO_INTERACTION or step.action.elsewhere() is not None:
            return self._asked_by_the_bot(step, point)
        opens = waiting.kind == "form" and point.origin in (Origin.COMMAND, Origin.COMPONENT)
        if opens and point.state is State.RECEIVED:
            return replace(point, state=State.MODAL_SHOWN, answered=point.answered or step.key, announced=None)
        if point.is_private is not None and point.origin is not None and point.state in _IN_PLACE:
            return replace(point, state=State.UPDATED, announced=None)  # it takes the place of the one before
        said = self._visibility(step)
        point = self._responded(step, Event.REPLY, point)
        return replace(point, is_private=said is not False)

    def _asked_by_the_bot(self, step: WrittenStep, point: _Point) -> _Point:
        """Return how it stands when the bot has asked in a channel, where everybody sees that: nobody is answered."""
        if getattr(step.action, "ephemeral", None) not in (None, False):
            self._note(waits.private_elsewhere(step))
        if point.origin is Origin.NO_INTERACTION:
            return replace(point, origin=None, state=State.REPLIED, waited=step.key, is_private=False)
        return replace(point, is_private=False)

    def _resumed(self, step: WrittenStep, waiting: Waits, point: _Point) -> _Point:
        """Return how it stands when an answer has come."""
        origin = Origin.COMPONENT
        if waiting.kind == "form":
            by_command = point.state is State.MODAL_SHOWN and point.origin is Origin.COMMAND
            origin = Origin.MODAL_FROM_COMMAND if by_command else Origin.MODAL_FROM_COMPONENT
        return _Point(State.RECEIVED, origin=origin, waited=step.key, is_private=point.is_private)

    def _late(self, step: WrittenStep, waiting: Waits, point: _Point) -> _Point:
        """Return how it stands when something has come that nobody has clicked for."""
        if point.origin is Origin.NO_INTERACTION and point.is_private is None:
            return _Point(State.RECEIVED, origin=point.origin, waited=step.key)  # nobody has asked anything yet
        left_s = TOKEN_LIFETIME_S - budget.TOKEN_MARGIN_S - self.timeout_s
        is_soon = waiting.timeout_s is not None and waiting.timeout_s <= left_s
        had_token = point.origin is not None
        return _Point(State.REPLIED, waited=step.key, is_private=point.is_private, has_token=had_token and is_soon)

    def _after_slow(self, step: WrittenStep, point: _Point) -> _Point:
        if point.origin is Origin.AUTOCOMPLETE:
            self._too_slow_to_suggest(step)
            return point
        passed_s = point.passed_s + step.action.takes_at_least_s()
        if passed_s > self.timeout_s >= point.passed_s:
            self._too_long(step, passed_s)
        point = replace(point, passed_s=passed_s)
        if point.origin is None or point.origin is Origin.NO_INTERACTION:
            return point
        point = replace(point, expired=point.expired or (step.key if passed_s >= budget.TOKEN_USABLE_S else None))
        if point.state is not State.RECEIVED:
            return point
        is_promise = self.strategy == "reply" and point.waited is None
        if is_promise:
            self._slow_before_reply(step)
        if self._defers_with(point.origin, point) is Event.DEFER_UPDATE and not is_promise:
            return replace(point, state=State.DEFERRED_UPDATE, answered=step.key)
        deferral = None if is_promise else _Deferral(step.key, None, False)
        return replace(point, state=State.DEFERRED_SOURCE, deferral=deferral, answered=step.key)

    def _defers_with(self, origin: Origin | None, point: _Point) -> Event:
        return self.deferral if point.waited is None or origin is None else resumed_event(origin)

    def _responded(self, step: WrittenStep, event: Event, point: _Point) -> _Point:
        if point.origin is None:
            return self._said_late(step, event, point)
        if point.expired is not None and not self._needs_no_token(event):
            self._note(expiry.after_expiry(step, point.expired))
            return point
        outcome = advance(point.origin, point.state, event)
        if isinstance(outcome, Refusal):
            return self._refused(step, event, outcome, point)
        if event is Event.DEFER:
            deferral = _Deferral(step.key, self._visibility(step), True)
            return replace(point, state=outcome.state, deferral=deferral, answered=step.key)
        self.may_open = self.may_open or event is Event.MODAL
        self._shown(step, event, point, outcome)
        point = replace(point, state=outcome.state, deferral=None, answered=point.answered or step.key)
        point = self._followed_up(step, point) if outcome.call is WireCall.FOLLOW_UP else point
        return replace(point, said=step.key, announced=None) if event in _SPEAKING else point

    def _followed_up(self, step: WrittenStep, point: _Point) -> _Point:
        """Count a follow-up, where Discord counts them."""
        if not self.is_user_installable:
            return point
        if point.follow_ups == FOLLOW_UPS_USER_INSTALL_MAX:
            self._too_many_follow_ups(step)
            return point
        return replace(point, follow_ups=point.follow_ups + 1)

    def _needs_no_token(self, event: Event) -> bool:
        """Tell whether the bot's own token may do it: it may change a message that everybody sees."""
        return event in (Event.UPDATE, Event.EDIT, Event.DELETE) and not is_ephemeral(self.response)

    def _said_late(self, step: WrittenStep, event: Event, point: _Point) -> _Point:
        """Note what can't be said where there is no interaction to answer."""
        waited = point.waited or step.key
        match event:
            case Event.REPLY if self._visibility(step) is not False and not point.has_token:
                self._note(waits.private_without_interaction(step, step.spans.get("ephemeral", step.key), waited))
            case Event.UPDATE if point.is_private is None or (point.is_private and not point.has_token):
                self._note(waits.nothing_to_change(step, waited, is_private=bool(point.is_private)))
            case Event.DEFER | Event.MODAL:
                self._note(waits.nothing_to_answer(step, waited))
            case _:
                pass
        return point

    def _shown(self, step: WrittenStep, event: Event, point: _Point, outcome: Transition) -> None:
        if event is not Event.REPLY:
            return
        if point.state is State.RECEIVED and point.waited is None:
            self.first_visibilities.add(self._visibility(step))
        if point.state is State.DEFERRED_SOURCE and point.deferral is not None and outcome.state is State.REPLIED:
            self._resolves(step, point.deferral)

    def _resolves(self, step: WrittenStep, deferral: _Deferral) -> None:
        """A reply takes the place of the spinner: its visibility was fixed when the spinner appeared."""
        visibility = self._visibility(step)
        span = step.spans.get("ephemeral", step.key)
        if deferral.is_declared and getattr(step.action, "ephemeral", None) is None:
            return  # it says nothing, so it is as visible as the defer
        if visibility is None:
            self._late_visibility(span, deferral)
        elif deferral.is_declared:
            if deferral.is_ephemeral is not None and visibility != deferral.is_ephemeral:
                self._contradicts(span, deferral, visibility)
        else:
            self._agree(span, deferral.span, visibility)

    def _agree(self, span: Span, deferral: Span, visibility: bool) -> None:
        wanted = self.wanted.setdefault(deferral, {})
        wanted.setdefault(visibility, span)
        if len(wanted) > 1:
            other = wanted[not visibility]
            self._add(
                "visibility-conflict",
                span,
                f"this reply is {_word(visibility)}, another one behind the same slow step is {_word(not visibility)}",
                "the spinner before the slow step fixes who sees the answer (Discord docs, Followup Messages)",
                "give both the same `ephemeral`, or decide before the slow step",
                Mark(other, f"{_word(not visibility)} here"),
            )

    def _contradicts(self, span: Span, deferral: _Deferral, visibility: bool) -> None:
        self._add(
            "visibility-conflict",
            span,
            f"this reply is {_word(visibility)}, but the answer was deferred as a {_word(not visibility)} one",
            "the defer fixes who sees the answer (Discord docs, Followup Messages)",
            "write `ephemeral` on the defer, or move the decision before it",
            Mark(deferral.span, f"{_word(not visibility)} from here on"),
        )

    def _late_visibility(self, span: Span, deferral: _Deferral) -> None:
        self._add(
            "visibility-conflict",
            span,
            "a template decides here who sees the answer, after the spinner has fixed it",
            "the defer fixes who sees the answer (Discord docs, Followup Messages)",
            "write `ephemeral: true` or `false`, or choose with `if` before the slow step",
            Mark(deferral.span, "the spinner appears here"),
        )

    def _visibility(self, step: WrittenStep) -> bool | None:
        """Return whether the step's message is private; None where a template decides."""
        said: object = getattr(step.action, "ephemeral", None)
        if isinstance(said, Authored):
            return None
        return is_ephemeral(self.response) if said is None else bool(said)

    def _refused(self, step: WrittenStep, event: Event, refusal: Refusal, point: _Point) -> _Point:
        """Note what the machine refuses, and return how the walk goes on."""
        if point.origin is Origin.NO_INTERACTION:
            self._note(unasked(step, event))
            return point
        if event is Event.MODAL:
            self._modal_refused(step, point)
            return replace(point, state=State.MODAL_SHOWN)  # as if it had opened: one cause is one fault
        fix = "use `reply`" if point.answered is None else f"remove this `{step.name}`, or put it on a path of its own"
        marks = (Mark(point.answered, "answered here"),) if point.answered else ()
        if self.places.opener is not None and advance(Origin.MODAL_FROM_COMPONENT, point.state, event) != refusal:
            fix = "use `reply`, or open the form from buttons only"
            marks = (Mark(self.places.opener, "a command opens the form here"),)
        headline = f"`{step.name}` can't stand here: {refusal.reason}"
        self._add(refusal.slug, step.key, headline, refusal.source, fix, *marks)
        return point

    def _modal_refused(self, step: WrittenStep, point: _Point) -> None:
        deferral, answered = point.deferral, point.answered
        if answered is None or point.origin not in (Origin.COMMAND, Origin.COMPONENT):
            self._note(modals.from_modal(step, self.places.handler))
        elif point.state in _DEFERRED and (deferral is None or not deferral.is_declared):
            self.faults = [each for each in self.faults if (each.slug, each.span) != (_SLOW_BEFORE_REPLY, answered)]
            self._note(modals.after_slow(step, answered))
        else:
            is_strategy = answered == self.places.response
            self._note(modals.after_response(step, answered, is_strategy=is_strategy))

    def _slow_before_reply(self, step: WrittenStep) -> None:
        self._add(
            _SLOW_BEFORE_REPLY,
            step.key,
            f"`{step.name}` can take longer than Discord waits for the first response",
            "a first response must come within 3 s (Discord docs, Receiving and Responding)",
            "write `response: defer`, or leave the strategy to `auto`",
            Mark(self.places.response, "`reply` promises an immediate answer"),
        )

    def _too_long(self, step: WrittenStep, passed_s: float) -> None:
        self._add(
            "longer-than-timeout",
            step.key,
            f"the timeout comes first: this ends after {duration_text(passed_s)} at the earliest",
            f"a handler is ended when its `timeout` is over, here after {duration_text(self.timeout_s)}",
            "wait less, or give the handler a longer `timeout`",
        )

    def _too_slow_to_suggest(self, step: WrittenStep) -> None:
        self._add(
            "slow-suggestions",
            step.key,
            f"`{step.name}` can take longer than users wait for suggestions",
            "suggestions are asked for at every key, and can't be deferred (Discord docs, Application Commands)",
            "suggest from what is known already: `vars`, `data`, what the bot keeps",
        )

    def _too_many_follow_ups(self, step: WrittenStep) -> None:
        most = FOLLOW_UPS_USER_INSTALL_MAX
        self._add(
            "too-many-follow-ups",
            step.key,
            f"this is one message more than the {most} that may follow the first",
            f"an app that is installed for a user alone may follow up {most} times (Discord docs, Followup Messages)",
            "say more in each message, or take `user_install` out of `integration_types`",
        )

    def check_answered(self, points: Iterable[_Point], span: Span) -> None:
        """Note a path that ends without an answer where the author has opted out of `auto`, or with one too early."""
        for announced in dict.fromkeys(point.announced for point in points if point.announced):
            self._note(promises.announced_before(announced))
        points = [point for point in points if point.waited is None]
        if self.strategy == "modal":
            self._check_promise(points, span)
        silent = (State.RECEIVED, State.DEFERRED_SOURCE)
        if self.strategy in ("reply", "defer") and any(point.state in silent for point in points):
            self._add(
                "unanswered",
                span,
                "a path ends here without an answer",
                "the user would see a spinner or “The application did not respond”",
                "add a `reply`, or leave the strategy to `auto`, which answers by itself",
                Mark(self.places.response, f"`{self.strategy}` leaves the answer to you"),
            )

    def _check_promise(self, points: Iterable[_Point], span: Span) -> None:
        for point in points:
            if point.state is not State.MODAL_SHOWN:
                at = point.answered or span
                self._note(modals.not_promised(at, self.places.response, is_answer=point.answered is not None))

    def _unreachable(self, step: WrittenStep, previous: WrittenStep) -> None:
        self._add(
            "unreachable-step",
            step.key,
            f"this `{step.name}` can never run",
            "every path before it has ended",
            "remove it, or move it up",
            Mark(previous.key, "nothing runs after this"),
        )

    def _add(self, slug: str, span: Span, headline: str, why: str, fix: str, *marks: Mark) -> None:
        self._note(Diagnostic(slug=slug, span=span, headline=headline, why=why, fix=fix, marks=marks))

    def _note(self, fault: Diagnostic) -> None:
        """Note a fault, once for each place: another path to it is no other fault."""
        if (fault.slug, fault.span) not in self.noted:
            self.noted.add((fault.slug, fault.span))
            marks = (*fault.marks, *(Mark(call, "run from here") for call in self.calls[:1]))
            self.faults.append(replace(fault, marks=marks))


@dataclass(frozen=True, slots=True)
class Analysed:
    """A handler's plan, and what is wrong with its paths.

    `defer_before` holds the places of the slow steps whose answers say their own visibility: the engine defers with
    that one before them.
    """

    plan: Plan
    defer_before: Mapping[Span, bool]
    diagnostics: list[Diagnostic]


def analyse(
    handler: Handler,
    origin: Origin,
    response: Response,
    timeout_s: float,
    places: Places,
    flows: Mapping[str, Flow],
    *,
    is_user_installable: bool = False,
) -> Analysed:
    """Walk all paths that a handler has for interactions of `origin`.

    `is_user_installable` says that a user may have installed the app for themselves alone, where it is used.
    """
    strategy = strategy_of(response)
    effects = {step.action.effect for step in all_steps(*reached_runs(flows, *runs_of(handler)))}
    deferral = _deferral(origin, effects)
    walk = _Walk(flows, response, strategy, deferral, places, timeout_s, is_user_installable)
    first = Event.DEFER if strategy == "defer" else None
    points = walk.run(handler_steps(handler), (_start(strategy, response, places.response, origin),))
    walk.check_answered(points, places.handler)
    visibilities = walk.first_visibilities
    outlives = timeout_s > budget.ANSWERING_TIMEOUT_MAX_S
    says_nothing = strategy == "auto" and not outlives and not effects - {None}
    plan = Plan(
        first=first,
        is_ephemeral=is_ephemeral(response) or visibilities == {True} or says_nothing,
        watchdog_s=response.defer_after if strategy == "auto" else budget.LAST_SAFE_ACK_S,
        deferral=walk.deferral,
        may_open=walk.may_open,
        outlives=outlives,
    )
    return Analysed(plan, {step: True in wanted for step, wanted in walk.wanted.items()}, walk.faults)


def _deferral(origin: Origin, effects: Collection[Event | None]) -> Event:
    """Return what to defer with: silently where a form's steps change the message, which a spinner would prevent."""
    if origin is Origin.NO_INTERACTION:
        return Event.DEFER  # nobody waits, so it is never used
    is_silent = origin is Origin.MODAL_FROM_COMPONENT and Event.UPDATE in effects
    return Event.DEFER_UPDATE if is_silent else watchdog_event(origin)


def strategy_of(response: Response) -> str:
    """Return the strategy among the words of a response; `auto` when there is none."""
    return next((word for word in response.strategy if word != "ephemeral"), "auto")


def is_ephemeral(response: Response) -> bool:
    """Return whether the response is private, said as a word or as a key."""
    return response.ephemeral or "ephemeral" in response.strategy


def _start(strategy: str, response: Response, span: Span, origin: Origin) -> _Point:
    if strategy == "defer":
        deferral = _Deferral(span, is_ephemeral(response), True)
        return _Point(State.DEFERRED_SOURCE, deferral, answered=span, origin=origin)
    return _Point(State.RECEIVED, origin=origin)


def _word(is_private: bool) -> str:
    return "private" if is_private else "public"


def unasked(step: WrittenStep, event: Event) -> Diagnostic:
    """Return the fault of a step that answers where nobody has asked."""
    outcome = advance(Origin.NO_INTERACTION, State.RECEIVED, event)
    assert isinstance(outcome, Refusal), "the machine allows nothing without an interaction"
    return Diagnostic(
        slug=outcome.slug,
        span=step.key,
        headline=f"`{step.name}` can't stand here: {outcome.reason}",
        why=outcome.source,
        fix="use `send`, which posts to a channel",
    )


def _announced(step: WrittenStep, point: _Point) -> _Point:
    if point.said is None or point.announced is not None:
        return point
    return replace(point, announced=Announced(point.said, step.key, step.name))
