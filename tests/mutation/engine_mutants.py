"""Mutants of the acknowledger, which owns the first response, and of what happens to an interaction around it."""

from collections.abc import Iterator
from pathlib import Path
from typing import Final

from tests.mutation.mutant import ENGINE, STANDBY, Mutant

_ROOT: Final = Path(__file__).parents[2]

_ACKNOWLEDGER: Final = (
    (
        "the flag is taken after the await, so two tasks both answer first",
        """\
        self.state, self.is_ephemeral = offered.state, offered.is_ephemeral
        self._first = self._loop.create_future()
        try:
            await self._callback(offered)
            self._in_doubt = None
""",
        """\
        first = self._loop.create_future()
        try:
            try:
                await self._callback(offered)
            finally:
                self.state, self.is_ephemeral = offered.state, offered.is_ephemeral
                self._first = first
            self._in_doubt = None
""",
    ),
    (
        "a second answer doesn't wait for the outcome of the first",
        "while self._first is not None:",
        "while False:",
    ),
    (
        "whoever is cancelled while waiting takes the first response down",
        "await asyncio.shield(self._first)",
        "await self._first",
    ),
    (
        "an attempt whose outcome is unknown is not repeated",
        "        except OutcomeUnknown:\n            return None\n        if answer.status < 500:",
        '        except OutcomeUnknown:\n            raise StepFailed("unknown") from None\n'
        "        if answer.status < 500:",
    ),
    (
        "our own attempt, refused with 40060 when repeated, counts as another process's",
        "if self._may_have_arrived and code in (",
        "if False and code in (",
    ),
    (
        "another process's answer counts as our own",
        "            if is_ours is False:\n                raise AnsweredElsewhere\n        raise",
        "            return\n        raise",
    ),
    (
        "a 40060 counts as another process's when Discord doesn't show the answer",
        "if is_ours or (is_ours is None and code == ErrorCode.ALREADY_ACKNOWLEDGED):",
        "if is_ours:",
    ),
    (
        "a 10062 counts as an answer when Discord doesn't show one",
        "if is_ours or (is_ours is None and code == ErrorCode.ALREADY_ACKNOWLEDGED):",
        "if is_ours is not False:",
    ),
    (
        "another process's answer counts as our own when the time is over",
        "        if is_ours is False:\n            raise AnsweredElsewhere\n        if is_ours:",
        "        if is_ours:",
    ),
    (
        "an answer that is there when the time is over counts as in doubt",
        "        if is_ours:\n            self.acknowledged_at",
        "        if False:\n            self.acknowledged_at",
    ),
    (
        "a private answer counts as the public one that was offered",
        "& (MessageFlags.LOADING | MessageFlags.EPHEMERAL)",
        "& MessageFlags.LOADING",
    ),
    (
        "a spinner counts as the reply that was offered",
        "& (MessageFlags.LOADING | MessageFlags.EPHEMERAL)",
        "& MessageFlags.EPHEMERAL",
    ),
    (
        "any text counts as the one that was offered",
        "return None if meant and not shown else shown == meant",
        "return True",
    ),
    (
        "another message counts as the component's own",
        'return source_id is not None and original.get("id") == source_id',
        "return True",
    ),
    (
        "a 5xx is taken to mean that nothing arrived",
        "        if answer.status < 500:\n            self._in_doubt = was_in_doubt",
        "        if answer.status:\n            self._in_doubt = was_in_doubt",
    ),
    (
        "a request that was never sent is taken to have arrived",
        "except NotSent:\n            self._in_doubt = was_in_doubt\n",
        "except NotSent:\n",
    ),
    (
        "one attempt that hangs uses up all the time",
        "deadline = min(self.ack_by, self._loop.time() + budget.ATTEMPT_S)",
        "deadline = self.ack_by",
    ),
    (
        "an attempt goes on after the deadline",
        "deadline = min(self.ack_by, self._loop.time() + budget.ATTEMPT_S)",
        "deadline = self._loop.time() + budget.ATTEMPT_S",
    ),
    (
        "attempts are begun after the deadline",
        "if self._loop.time() + pause_s >= self.ack_by:",
        "if self._loop.time() + pause_s >= self.ack_by + 60:",
    ),
    (
        "a 429 on the first response is repeated at once",
        "pause_s = answer.retry_after_s or pause_s",
        "pause_s = 0.0",
    ),
    (
        "a repeated attempt uses the connection that failed",
        'request("POST", path, offered.body, deadline=deadline, fresh=attempt > 0)',
        'request("POST", path, offered.body, deadline=deadline, fresh=False)',
    ),
    (
        "a refused first response leaves the interaction taken",
        "            self.state = State.RECEIVED\n            raise\n",
        "            raise\n",
    ),
    (
        "a cancelled first response that may have arrived is forgotten",
        "offered = self._claimed(self._in_doubt or wish)",
        "offered = self._claimed(wish)",
    ),
    (
        "a first response that was refused stays in doubt",
        "            if is_refused:\n                self._in_doubt",
        "            if False:\n                self._in_doubt",
    ),
    (
        "what the steps wanted to say is lost when an earlier deferral turns out to have arrived",
        "if is_wish or event in _DEFERRALS:",
        "if True:",
    ),
    (
        "a deferral is asked for although an earlier answer turns out to have arrived",
        "if is_wish or event in _DEFERRALS:",
        "if is_wish:",
    ),
    (
        "the watchdog answers what has been answered",
        "        if self.state is not State.RECEIVED:\n            return False\n",
        "",
    ),
    (
        "a private answer appears in a public spinner's place",
        "if is_ephemeral is self.is_ephemeral:",
        "if is_ephemeral is not None:",
    ),
    (
        "an answer is lost when a moderator has deleted the spinner",
        "if rejected.code != ErrorCode.UNKNOWN_MESSAGE:\n                raise\n            self.state",
        "if rejected.code:\n                raise\n            self.state",
    ),
    (
        "a follow-up that may have arrived is said twice",
        "if is_follow_up and (answer is None or answer.status >= 500):",
        "if False:",
    ),
    (
        "a follow-up that met a server error is said twice",
        "if is_follow_up and (answer is None or answer.status >= 500):",
        "if is_follow_up and answer is None:",
    ),
    (
        "the only end that its user may have is not said again when its outcome is unknown",
        "        if not self.owes_an_end:\n            self._leave_in_doubt()\n",
        "        self._leave_in_doubt()\n",
    ),
    (
        "an only end that was given up on its way doesn't count as said",
        "self._doubts += is_follow_up and self.owes_an_end",
        "pass",
    ),
    (
        "an only end of unknown outcome is said again for ever",
        "if is_follow_up and self._doubts >= DOUBTS_MAX:",
        "if False:",
    ),
    (
        "a first response that Discord doesn't know is answered behind until the token dies",
        "if self.acknowledged_at is None and self._loop.time() >= self.ack_by + UNSEEN_MAX_S:",
        "if False:",
    ),
    (
        "a user whose spinner has gone counts as answered",
        "return self._is_replacing",
        "return False",
    ),
    (
        "a deletion that was given up is forgotten",
        "        if self._is_deleting:\n",
        "        if False:\n",
    ),
    (
        "a deletion that was given up and had arrived counts as refused",
        "if rejected.code != ErrorCode.UNKNOWN_MESSAGE:\n                self._is_deleting",
        "if rejected.code:\n                self._is_deleting",
    ),
    (
        "a deletion that Discord refuses is begun anew for ever",
        "                self._is_deleting = False\n                raise\n",
        "                raise\n",
    ),
    (
        "an edit that hangs is not repeated in time",
        "deadline = min(give_up_at, self._loop.time() + EDIT_ATTEMPT_S) if is_repeatable else give_up_at",
        "deadline = give_up_at",
    ),
    (
        "an acknowledgement that Discord's servers don't know of yet loses the answer",
        "if code == ErrorCode.UNKNOWN_WEBHOOK:",
        "if False:",
    ),
    (
        "a token that Discord calls dead is used again",
        "if code == ErrorCode.INVALID_WEBHOOK_TOKEN:",
        "if False:",
    ),
    (
        "a token is used when its time is over",
        "if self._loop.time() >= self.token_by:",
        "if False:",
    ),
    (
        "a call on the token is repeated beyond the token's end",
        "give_up_at = min(self.token_by, self._loop.time() + budget.ANSWER_CALL_S)",
        "give_up_at = self._loop.time() + budget.ANSWER_CALL_S",
    ),
    (
        "an edit that failed counts as made",
        "                self.state = previous\n",
        "                pass\n",
    ),
)

_INTERACTION: Final = (
    (
        "the watchdog counts from the arrival, not from the creation",
        "when = live.created + after_s",
        "when = live.started + after_s",
    ),
    (
        "the watchdog never barks",
        "def _bark(self, live: Live) -> None:\n        if live.acknowledger.acknowledged_at is None:",
        "def _bark(self, live: Live) -> None:\n        if False:",
    ),
    (
        "the watchdog defers in public what is to be answered in private",
        "is_ephemeral = live.handler.plan.is_ephemeral if live.handler else True",
        "is_ephemeral = False",
    ),
    (
        "a watchdog that fails ends the engine",
        "        except Exception as failure:  # the run finds the same state",
        "        except ZeroDivisionError as failure:  # the run finds the same state",
    ),
    (
        "an interaction that is delivered twice is handled twice",
        "if identity in self._seen:",
        "if False:",
    ),
    (
        "the ids that were seen fill the memory",
        "if len(self._seen_in_order) > SEEN_MAX:",
        "if False:",
    ),
    (
        "an interaction whose token has died is handled",
        "if now - self._most_skew_s >= token_deadline(",
        "if False and token_deadline(",
    ),
    (
        "an interaction that seems to be late is dropped",
        'if now - self._most_skew_s >= token_deadline(interaction["id"], 0.0):',
        "if left_s <= 0:",
    ),
    (
        "a wrong clock shortens the time for the first response",
        "ack_by=started + INITIAL_RESPONSE_S,\n",
        "ack_by=started + min(left_s, INITIAL_RESPONSE_S),\n",
    ),
    (
        "a wrong clock shortens the token's life",
        "token_by=started + budget.TOKEN_USABLE_S,",
        "token_by=started + left_s - INITIAL_RESPONSE_S + budget.TOKEN_USABLE_S,",
    ),
    (
        "the clocks' difference is not corrected",
        "        return self._skew_s\n",
        "        return 0.0\n",
    ),
    (
        "a token is trusted to its last second",
        "token_by=started + budget.TOKEN_USABLE_S,",
        "token_by=started + budget.TOKEN_USABLE_S + budget.TOKEN_MARGIN_S,",
    ),
    (
        "an error before the answer is told to everybody",
        "return voice.place_is_private is not False",
        "return voice.place_is_private is True",
    ),
    (
        "an error after a public deferral replaces it by a private message",
        "return voice.place_is_private is not False",
        "return True",
    ),
    (
        "a refusal is told to everybody",
        'await self._tell(live, _refusal_text(live, refusal), live.sentence("refused_check"), is_ephemeral=True)',
        'await self._tell(live, _refusal_text(live, refusal), live.sentence("refused_check"), is_ephemeral=False)',
    ),
    (
        "a refusal that comes out blank is not said",
        "if refusal.text.strip():",
        "if refusal.text:",
    ),
    (
        "a sentence that Discord refuses leaves its user without one",
        '        if words.neutral in ("", words.text):\n            raise\n',
        "            raise\n",
    ),
    (
        "a button of old is answered in public",
        'sentence("unknown_component"), is_ephemeral=True',
        'sentence("unknown_component"), is_ephemeral=False',
    ),
    (
        "steps that hang are never cut off",
        "async with asyncio.timeout_at(live.started + handler.timeout_s) as live.scope:",
        "async with asyncio.timeout_at(None) as live.scope:",
    ),
    (
        "steps that say nothing leave the spinner",
        "case state if state is State.RECEIVED or live.acknowledger.owes_an_end:",
        "case State.RECEIVED:",
    ),
    (
        "steps of `on_error` that say nothing leave the user without an end",
        "return live.acknowledger.state is not State.RECEIVED and not live.acknowledger.owes_an_end",
        "return True",
    ),
    (
        "there is no bound on what is under way",
        'return "busy" if len(self._live) >= self._live_max else None',
        "return None",
    ),
    (
        "what arrives while the process stops is begun",
        "        self._is_draining = True\n",
        "        self._is_draining = False\n",
    ),
    (
        "a stopping process doesn't wait for what is under way",
        "timeout=within_s)",
        "timeout=0)",
    ),
    (
        "a stopping process leaves what still runs to itself",
        "                for live in self.live:\n                    live.cut(self._loop.time())\n",
        "                pass\n",
    ),
    (
        "the steps of an error handler outlive their process",
        "RESCUE_TIMEOUT_S) as live.scope:\n                await run.execute(steps)\n        except Closed:",
        "RESCUE_TIMEOUT_S):\n                await run.execute(steps)\n        except Closed:",
    ),
    (
        "steps that say nothing end while the watchdog's answer is on its way",
        "        await live.acknowledger.settled()\n",
        "",
    ),
    (
        "an interaction that is cancelled before its first step is kept for ever",
        "        task.add_done_callback(partial(self._forget, live))",
        "        task.add_done_callback(lambda task: task.cancelled() or self._forget(live, task))",
    ),
    (
        "what users wrote is logged",
        "reason=loggable(at, failure) if failure else None,",
        "reason=str(failure) if failure else None,",
    ),
    (
        "an expected failure of an error handler is logged with its traceback",
        "exception=None if is_expected(failure) else failure,",
        "exception=failure,",
    ),
    (
        "a spinner that outlasts the tries for one call is left",
        "            await self._stragglers.see_through(live)\n",
        "",
    ),
    (
        "last words are tried again and again, at a pace that never slows",
        "await self._pause(min(FIRST_PAUSE_S * 2.0**attempt, PAUSE_MAX_S))",
        "await self._pause(FIRST_PAUSE_S)",
    ),
    (
        "a process that stops leaves its last words to their patience",
        "        self._stragglers.hurry()\n",
        "",
    ),
    (
        "there is no bound on the last words that are kept",
        "if self._counts.waiting >= self._most:",
        "if False:",
    ),
    (
        "a process that stops waits for last words that nobody can hear",
        "async with asyncio.timeout(None) as live.scope:",
        "async with asyncio.timeout(None):",
    ),
    (
        "a spinner is still there when its token dies",
        "while live.acknowledger.owes_an_end:\n                if not await _is_handed_over",
        "while False:\n                if not await _is_handed_over",
    ),
    (
        "a hand over that meets an outage is not tried again",
        "    except StepFailed:\n        return False\n    return True\n\n\ndef _first_look_s",
        "    except StepFailed:\n        raise\n    return True\n\n\ndef _first_look_s",
    ),
    (
        "an answer comes behind the sentence that stands in for it",
        "is_meant = event is Event.REPLY and self.is_stand_in and",
        "is_meant = False and",
    ),
    (
        "a private answer takes the place of a public sentence",
        "self.is_stand_in and is_ephemeral is self.is_ephemeral",
        "self.is_stand_in",
    ),
    (
        "a private message is edited with the bot's own token",
        'if not channel_id or not message_id or message.get("flags", 0) & MessageFlags.EPHEMERAL:',
        "if not channel_id or not message_id:",
    ),
    (
        "a late answer is lost although everybody sees its message",
        "    if original is None or before is None:\n",
        "    if before or original is None or before is None:\n",
    ),
    (
        "every handler pays for the place of its message",
        "keeps_original=routed.handler is not None and routed.handler.plan.outlives,",
        "keeps_original=True,",
    ),
    (
        "a late answer is not given to `on_expired`",
        "if live.handler is not None and live.run is not None and not live.is_cut:",
        "if False:",
    ),
    (
        "a late answer is not counted",
        "        self._counts.expired += 1\n",
        "",
    ),
    (
        "an expired token's state is forgotten, so that an edit is taken for a new message",
        "                self.expired_in = previous\n",
        "                pass\n",
    ),
    (
        "another process with the same token is named at every interaction",
        "if now >= self._silent_until:",
        "if True:",
    ),
    (
        "whoever is cut off by a restart is not told",
        "            await self._tell(live, live.sentence(live.cut_by), is_ephemeral=None)\n",
        "            pass\n",
    ),
)


_STANDBY: Final = (
    (
        "the thread that stands by answers for a loop that turns",
        "if due and not self._loop_turns():",
        "if due:",
    ),
    (
        "the thread that stands by answers before it is time",
        "due = [claim for claim in open_claims if claim.due <= time.monotonic()]",
        "due = open_claims",
    ),
    (
        "the thread that stands by sends a deferral although the loop has offered something",
        "self.sent = self.sent or self._offered or self.deferral",
        "self.sent = self.sent or self.deferral",
    ),
    (
        "the loop sends its wish although the thread has sent something else",
        "return self.sent or first",
        "return first",
    ),
    (
        "what the thread has sent counts as another process's answer",
        "return self._in_doubt is not None or (self._claim is not None and self._claim.sent is not None)",
        "return self._in_doubt is not None",
    ),
    (
        "a refused answer that the thread has sent is offered for ever",
        "            if is_refused:\n                self.sent = None\n",
        "",
    ),
    (
        "the thread answers what has been answered",
        "            if self.is_over:\n                return None\n",
        "",
    ),
    (
        "a failure of the thread's connection ends its attempts",
        "            if status is not None and status < 500 and status != 429:",
        "            if True:",
    ),
    (
        "steps in a row never let others have the loop",
        "                await asyncio.sleep(0)\n                held_from",
        "                held_from",
    ),
    (
        "a form that the loop was too late for opens after all",
        "        self._watchdog.look(live)\n",
        "",
    ),
    (
        "a step that only waited is named for holding the loop up",
        "return min(able, key=lambda each: each.ended - each.began, default=None)",
        "return max(self._suspects, key=lambda each: each.ended - each.began, default=None)",
    ),
)


_MODULES: Final = (
    "acknowledger", "responses", "late", "speaker", "interaction", "routing", "watchdog", "endings", "stragglers",
    "rivals", "live", "claim", "standby", "lag", "context", "guards", "steps",
)  # fmt: skip
"""Where it all stands; each text that a mutant replaces is in one of them."""


def engine_mutants() -> Iterator[Mutant]:
    """Yield the mutants of `runner/engine`."""
    texts = {f"runner/engine/{name}.py": (_ROOT / f"runner/engine/{name}.py").read_text() for name in _MODULES}
    for mutants, tests in ((_ACKNOWLEDGER, ENGINE), (_INTERACTION, ENGINE), (_STANDBY, STANDBY)):
        for breaks, old, new in mutants:
            file = next((file for file, text in texts.items() if old in text), "runner/engine/interaction.py")
            yield Mutant(file, breaks, old, new, tests)
