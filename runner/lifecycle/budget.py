"""How the runner divides the time that Discord gives: our own choices, where `limits` has Discord's facts.

All in seconds from the interaction's creation, unless said otherwise.
"""

from typing import Final

from runner.lifecycle import limits

DEFER_AFTER_S: Final = 1.5  # `auto` defers by then; leaves room for one attempt that hangs and a second one
LAST_SAFE_ACK_S: Final = 2.2  # other strategies are overruled then: a late plan is worth less than an answer
STANDBY_S: Final = 1.9  # another thread looks then whether the loop turns, and answers in its place if it doesn't
HOLD_MAX_S: Final = 0.02  # of one run of steps, without letting others have the loop
MODAL_BUDGET_S: Final = 2.0  # a form can't follow a defer, so its handler fails politely instead
AUTOCOMPLETE_S: Final = 1.2  # until suggestions are there, or none are offered: users have typed on by then
ATTEMPT_S: Final = 0.9  # one attempt at the first response; then its outcome is unknown and it is repeated
ANSWER_CALL_S: Final = 10.0  # one call on the token after the acknowledgement, its repetitions included
HANDLER_TIMEOUT_S: Final = 30.0  # of a handler that declares none
HANDLER_TIMEOUT_MAX_S: Final = 3600.0  # the longest one: what takes longer has to survive a restart as well
ANSWERING_TIMEOUT_MAX_S: Final = 840.0  # longest of one whose `on_timeout` and last sentence fit in the token's life
HAND_OVER_S: Final = 840.0  # from arrival, until a handler that outlives its token puts a sentence for the spinner
WAIT_MAX_S: Final = 366 * 86_400.0  # how long a step can wait at most
RESCUE_TIMEOUT_S: Final = 10.0  # of the steps in `on_error` and `on_timeout`
TOKEN_MARGIN_S: Final = 15.0  # a token that dies sooner than this is not used any more
TOKEN_USABLE_S: Final = limits.TOKEN_LIFETIME_S - limits.INITIAL_RESPONSE_S - TOKEN_MARGIN_S  # from arrival
DRAIN_S: Final = 10.0  # on shutdown, until what still runs is cancelled and answered
COOLDOWN_IN_MEMORY_S: Final = 60.0  # the longest one counted in memory: a restart takes about as long as waiting
COOLDOWN_MAX_S: Final = 366 * 86_400.0  # the longest stretch in which uses are counted
COOLDOWN_USES_MAX: Final = 1000  # how many uses such a stretch may have: each of them is remembered
CONCURRENCY_MAX: Final = 100  # how many runs of a handler a limit may allow at once
