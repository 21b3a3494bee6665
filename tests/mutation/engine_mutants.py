"""Mutants of the acknowledger, which owns the first response, and of what happens to an interaction around it."""

from collections.abc import Iterator
from typing import Final

from tests.mutation.mutant import ENGINE, Mutant

_ACKNOWLEDGER: Final = (
    (
        "the flag is taken after the await, so two tasks both answer first",
        """\
        self.state, self.is_ephemeral = offered
        self._first = self._loop.create_future()
        self._in_doubt = False
        try:
            taken = await self._callback(body, offered)
""",
        """\
        first = self._loop.create_future()
        self._in_doubt = False
        try:
            try:
                taken = await self._callback(body, offered)
            finally:
                self.state, self.is_ephemeral = offered
                self._first = first
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
        "taken = self._possibly_taken(offered) if code == ErrorCode.ALREADY_ACKNOWLEDGED else None",
        "taken = None",
    ),
    (
        "another process's answer counts as our own",
        "return self._earlier or (offered if self._in_doubt else None)",
        "return self._earlier or offered",
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
        "deadline=deadline, fresh=attempt > 0)",
        "deadline=deadline, fresh=False)",
    ),
    (
        "a refused first response leaves the interaction taken",
        "            self.state = State.RECEIVED\n            raise\n",
        "            raise\n",
    ),
    (
        "a cancelled first response that may have arrived is forgotten",
        "if self._in_doubt and self._earlier is None:",
        "if False:",
    ),
    (
        "what the steps wanted to say is lost when an earlier deferral turns out to have arrived",
        "if taken is not offered and event not in _DEFERRALS:",
        "if False:",
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
        "if rejected.code != ErrorCode.UNKNOWN_MESSAGE:",
        "if rejected.code:",
    ),
    (
        "a follow-up that may have arrived is said twice",
        "if not is_repeatable:",
        "if False:",
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
        "when = live.acknowledger.ack_by - INITIAL_RESPONSE_S + after_s",
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
        "an interaction that Discord has given up is handled",
        "if left_s <= 0:",
        "if False:",
    ),
    (
        "the 3 s count from the arrival, not from the creation",
        "ack_by = started + min(left_s, INITIAL_RESPONSE_S)",
        "ack_by = started + INITIAL_RESPONSE_S",
    ),
    (
        "the clocks' difference is not corrected",
        "        return self._skew_s\n",
        "        return 0.0\n",
    ),
    (
        "a token is trusted to its last second",
        " - INITIAL_RESPONSE_S - budget.TOKEN_MARGIN_S",
        " - INITIAL_RESPONSE_S",
    ),
    (
        "an error before the answer is told to everybody",
        "is_ephemeral = acknowledger.state is not State.DEFERRED_SOURCE or acknowledger.is_ephemeral",
        "is_ephemeral = acknowledger.is_ephemeral",
    ),
    (
        "an error after a public deferral replaces it by a private message",
        "is_ephemeral = acknowledger.state is not State.DEFERRED_SOURCE or acknowledger.is_ephemeral",
        "is_ephemeral = True",
    ),
    (
        "a refusal is told to everybody",
        "await self._tell(live, _refusal_text(refusal), is_ephemeral=True)",
        "await self._tell(live, _refusal_text(refusal), is_ephemeral=False)",
    ),
    (
        "a button of old is answered in public",
        'sentence("unknown_component"), is_ephemeral=True',
        'sentence("unknown_component"), is_ephemeral=False',
    ),
    (
        "steps that hang are never cut off",
        "async with asyncio.timeout(handler.timeout_s):",
        "async with asyncio.timeout(None):",
    ),
    (
        "steps that say nothing leave the spinner",
        "case State.RECEIVED | State.DEFERRED_SOURCE:",
        "case State.RECEIVED:",
    ),
    (
        "steps of `on_error` that say nothing leave the user without an end",
        "return live.acknowledger.state not in (State.RECEIVED, State.DEFERRED_SOURCE)",
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
        "                    task.cancel()\n",
        "                    pass\n",
    ),
    (
        "whoever is cut off by a restart is not told",
        '            await self._tell(live, sentence("restarting"), is_ephemeral=None)\n            raise',
        "            raise",
    ),
)


def engine_mutants() -> Iterator[Mutant]:
    """Yield the mutants of `runner/engine`."""
    for breaks, old, new in _ACKNOWLEDGER:
        yield Mutant("runner/engine/acknowledger.py", breaks, old, new, ENGINE)
    for breaks, old, new in _INTERACTION:
        yield Mutant("runner/engine/interaction.py", breaks, old, new, ENGINE)
