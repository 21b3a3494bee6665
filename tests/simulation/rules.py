"""What must hold of every run, each rule under a name, and what excuses a breach: only what no program can prevent.

An interaction is *answerable* when, between its first delivery to a process that stays alive and Discord's deadline,
there is a stretch without faults that is long enough for one attempt: the longest pause that the acknowledger makes
between two attempts, and the slowest round trip of a healthy network. Faults are calls that the network spoilt, from
their sending until the caller knew (or until the end of a 429's wait), and times in which the network was gone or the
loop stood still.
"""

import re
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Final

from runner.engine.acknowledger import DOUBTS_MAX, LATER_PAUSE_MAX_S, PAUSE_MAX_S
from runner.lifecycle import limits
from runner.lifecycle.limits import ErrorCode
from runner.texts import TEXTS

from .bots import USER_TEXT
from .discord import RIVALS_TEXT, Case, Discord, Said, Stage
from .process import Process
from .wire import ROUND_TRIP_MAX_S, Suffered

ATTEMPT_S: Final = PAUSE_MAX_S + ROUND_TRIP_MAX_S + 0.01
"""How long a stretch without faults must be for one attempt to be certain."""

LAST_WORDS_S: Final = LATER_PAUSE_MAX_S + 2 * ROUND_TRIP_MAX_S + 0.01
"""How long one must be for a deletion and a follow-up of a process that stops."""

CONTENT_CODES: Final = frozenset({ErrorCode.EMPTY_MESSAGE, ErrorCode.INVALID_FORM_BODY})
"""Refusals that say something about what was said, and nothing about when."""

DOUBTFUL: Final = frozenset({"lost_before", "lost_after", "error_before", "error_after", "slow"})
"""Faults that leave a caller without knowing whether Discord has acted."""

_INTERNALS: Final = re.compile(
    r"Traceback|\w(Error|Exception)\b|StepFailed|RenderError|runner[./]|bot\.yaml|tok-|/webhooks|/interactions|"
    r"\blr:|discord\.com/api|upstream|Discord refused|\bNone\b|<[\w.]+ object"
)
_REFUSALS: Final = tuple(
    re.compile(".+".join(map(re.escape, re.split(r"\{\{.*?\}\}", each.text))))
    for name, each in TEXTS.items()
    if name.startswith("refused")
)


@dataclass(frozen=True, slots=True)
class Violation:
    """A broken rule: which, on which interaction (None for the run as a whole), and what was seen."""

    rule: str
    case: Case | None
    seen: str


@dataclass(slots=True)
class Evidence:
    """Everything that is known after a run."""

    discord: Discord
    suffered: dict[str, Suffered] = field(default_factory=dict[str, Suffered])
    delivered: dict[str, list[tuple[float, int]]] = field(default_factory=dict[str, list[tuple[float, int]]])
    outages: list[tuple[float, float]] = field(default_factory=list[tuple[float, float]])
    stalls: list[tuple[float, float]] = field(default_factory=list[tuple[float, float]])
    killed: set[str] = field(default_factory=set[str])
    drained: dict[str, tuple[float, float]] = field(default_factory=dict[str, tuple[float, float]])
    rivalled: set[str] = field(default_factory=set[str])
    happenings: list[tuple[float, str]] = field(default_factory=list[tuple[float, str]])
    processes: list[Process] = field(default_factory=list[Process])
    left_alive: int = 0
    left_tasks: int = 0
    left_timers: list[str] = field(default_factory=list[str])

    @property
    def lives(self) -> int:
        """How many processes there have been."""
        return len(self.processes)

    def suffering(self, case: Case) -> Suffered:
        """Return what the network did to a case."""
        return self.suffered.get(case.id) or Suffered()

    def has_changed_hands(self, case: Case) -> bool:
        """Whether more than one process has been given it."""
        return len({life for _, life in self.delivered.get(case.id, ())}) > 1

    def is_undisturbed(self, case: Case) -> bool:
        """Whether nothing at all went wrong around it."""
        is_alone = case.id not in self.killed and case.id not in self.rivalled and not self.has_changed_hands(case)
        suffering = self.suffering(case)
        return is_alone and not suffering.spans and not suffering.was_cut


def judge(evidence: Evidence) -> tuple[Counter[str], list[Violation]]:
    """Return how often what happened, and what must not have."""
    counts, violations = Counter[str](), list[Violation]()
    for case in evidence.discord.cases.values():
        _count(evidence, case, counts)
        for name, case_rule in CASE_RULES.items():
            violations += [Violation(name, case, seen) for seen in case_rule(evidence, case)]
    for name, run_rule in RUN_RULES.items():
        violations += [Violation(name, None, seen) for seen in run_rule(evidence)]
    counts.update(f"broke {violation.rule}" for violation in violations)
    for process in evidence.processes:
        counts.update(f"logged {fields['outcome']}" for fields in process.log.ended.values())
    return counts, violations


def _count(evidence: Evidence, case: Case, counts: Counter[str]) -> None:
    counts["interactions"] += 1
    counts[f"ended {case.stage.value}"] += 1
    counts["calls"] += len(evidence.suffering(case).calls)
    counts["calls with faults"] += len(evidence.suffering(case).spans)
    if case.id in evidence.killed:
        counts["killed under it"] += 1
    elif case.is_thinking and _was_silenced(evidence, case):
        counts["left thinking, the network gone until its process had to stop"] += 1
    elif not case.acknowledgements:
        counts["not answered, not answerable"] += not is_answerable(evidence, case)


def is_answerable(evidence: Evidence, case: Case) -> bool:
    """Tell whether any program could have been sure to acknowledge it; see the head of this module."""
    arrivals = evidence.delivered.get(case.id)
    if not arrivals or case.id in evidence.killed:
        return False
    return _stretch_s(evidence, case, arrivals[0][0], case.created + limits.INITIAL_RESPONSE_S) >= ATTEMPT_S


def _stretch_s(evidence: Evidence, case: Case, begin: float, end: float) -> float:
    """Return the longest stretch without faults between two instants."""
    longest = 0.0
    for started, ended in sorted([*evidence.suffering(case).spans, *evidence.outages, *evidence.stalls]):
        longest = max(longest, min(started, end) - begin)
        begin = max(begin, ended)
    return max(longest, end - begin)


def _acknowledged(evidence: Evidence, case: Case) -> Iterator[str]:
    if case.acknowledgements > 1:
        yield f"{case.acknowledgements} first responses were taken"
    if not case.acknowledgements and is_answerable(evidence, case):
        yield "no first response, and there was time for one"


def _no_spinner(evidence: Evidence, case: Case) -> Iterator[str]:
    if case.is_thinking and case.id not in evidence.killed and not _was_silenced(evidence, case):
        yield "a spinner is left"


def _was_silenced(evidence: Evidence, case: Case) -> bool:
    """Whether its process was told to stop, and the network never let two calls through until it had."""
    since_until = evidence.drained.get(case.id)
    return since_until is not None and _stretch_s(evidence, case, *since_until) < LAST_WORDS_S


def _an_end_is_seen(evidence: Evidence, case: Case) -> Iterator[str]:
    if not case.acknowledgements or case.id in evidence.killed or case.is_thinking:
        return
    shown = [said for said in case.said if not said.is_deleted and not said.is_spinner]
    if shown or case.updated or case.stage in {Stage.SILENT, Stage.OFFERED}:
        return
    if _doubts(evidence, case) < DOUBTS_MAX and not _was_silenced(evidence, case):
        yield "its user was left with nothing"


def _is_follow_up(what: str) -> bool:
    return what.startswith("POST") and not what.endswith("/callback")


def _no_call_after_expiry(evidence: Evidence, case: Case) -> Iterator[str]:
    late = [at for at, _, _ in evidence.suffering(case).calls if at - case.created > limits.TOKEN_LIFETIME_S]
    if late:
        yield f"a call was made {late[0] - case.created:.3f} s after its creation"


def _nothing_twice(evidence: Evidence, case: Case) -> Iterator[str]:
    if len(case.said) > 1 and not evidence.has_changed_hands(case):
        texts = Counter(said.text for said in case.said if not said.is_deleted and USER_TEXT not in said.text)
        most = 1 + _doubled_at_most(evidence, case)
        yield from (f"said {count} times: {text[:60]!r}" for text, count in texts.items() if count > most)


def _doubled_at_most(evidence: Evidence, case: Case) -> int:
    """Return how often a text may be said again: only where its spinner had gone, and nobody knew if it had arrived."""
    had_nothing = any(said.is_deleted and (said.was_spinner or said.by_rival) for said in case.said)
    return min(_doubts(evidence, case), DOUBTS_MAX - 1) if had_nothing else 0


def _doubts(evidence: Evidence, case: Case) -> int:
    """Return after how many attempts at a follow-up the engine could not know whether Discord had it, at most."""
    suffering = evidence.suffering(case)
    return suffering.was_cut + sum(fault in DOUBTFUL for _, what, fault in suffering.calls if _is_follow_up(what))


def _lawful(evidence: Evidence, case: Case) -> Iterator[str]:
    if case.refusals and evidence.is_undisturbed(case):
        codes = {code for code in case.refusals if code not in CONTENT_CODES}
        if codes == {ErrorCode.UNKNOWN_INTERACTION} and not is_answerable(evidence, case):
            return
        yield from (f"refused with {code} although nothing had gone wrong" for code in sorted(codes))


def _private_stays_private(evidence: Evidence, case: Case) -> Iterator[str]:
    if case.id in evidence.rivalled or evidence.has_changed_hands(case):
        return  # the first response is somebody else's, and a process that is unsure of its own can't tell
    began_in_public = any(said.was_spinner and not said.is_private for said in case.said)
    for said in case.said:
        if fault := _visibility_fault(said, began_in_public=began_in_public):
            yield f"{fault}: {said.text[:60]!r}"
    yield from (f"on a public message: {text[:60]!r}" for text in case.updated if text.startswith(("[prv", "[err")))


def _others_are_left_alone(evidence: Evidence, case: Case) -> Iterator[str]:
    """A process that can't look at the original may take somebody else's for its own; one that can must not."""
    looks = [fault for _, what, fault in evidence.suffering(case).calls if what.startswith("GET")]
    if not any(looks):
        changed = [said.text for said in case.said if said.by_rival and (said.text != RIVALS_TEXT or said.is_deleted)]
        yield from (f"another process's message was changed to {text[:60]!r}" for text in changed)


def _visibility_fault(said: Said, *, began_in_public: bool) -> str:
    """Return what is wrong with who sees a message. An error may take the place of a spinner that everyone saw."""
    if said.is_private:
        return "public text was hidden" if said.text.startswith("[pub") else ""
    if said.text.startswith("[prv"):
        return "private text was shown to everyone"
    if said.text.startswith("[err") and not began_in_public:
        return "an error was shown to everyone"
    if any(refusal.fullmatch(said.text) for refusal in _REFUSALS):
        return "a refusal was shown to everyone"
    return ""


def _no_internals(_: Evidence, case: Case) -> Iterator[str]:
    for text in (*case.updated, *(said.text for said in case.said)):
        if found := _INTERNALS.search(text):
            yield f"{found.group()!r} in {text[:80]!r}"


def _books_agree_with_discord(evidence: Evidence, case: Case) -> Iterator[str]:
    for process in evidence.processes:
        ended = process.log.ended.get(case.id)
        if ended is None or case.id in evidence.rivalled or evidence.has_changed_hands(case):
            continue
        if ended["outcome"] == "unacknowledged" and case.acknowledgements:
            yield "the log says unacknowledged, and Discord has a first response"
        if ended.get("ack_ms") is not None and not case.acknowledgements:
            yield "the log says acknowledged, and Discord has no first response"


def _once_a_process(evidence: Evidence, case: Case) -> Iterator[str]:
    for process in evidence.processes:
        if case.id in process.log.ended_twice:
            yield "handled twice by one process"


def _counts_agree(evidence: Evidence) -> Iterator[str]:
    for process in evidence.processes:
        counts, lines = process.engine.counts, process.log.events
        accounted = lines["interaction"] + counts.duplicates + counts.late
        if process.is_alive and counts.received != accounted:
            ended = lines["interaction"]
            yield f"{counts.received} received; {ended} ended, {counts.duplicates} came twice, {counts.late} late"
        if counts.late != lines["interaction too late"]:
            yield f"{counts.late} counted as late, {lines['interaction too late']} logged"


def _nothing_left_behind(evidence: Evidence) -> Iterator[str]:
    if evidence.left_alive:
        yield f"{evidence.left_alive} records of ended interactions"
    if evidence.left_tasks:
        yield f"{evidence.left_tasks} tasks"
    yield from (f"a timer: {timer}" for timer in evidence.left_timers)
    for process in evidence.processes:
        if process.unfinished and process.is_alive:
            yield f"{len(process.unfinished)} records in a process that has ended"


def _logs_keep_secrets(evidence: Evidence) -> Iterator[str]:
    for process in evidence.processes:
        yield from process.log.leaks


def _no_defects(evidence: Evidence) -> Iterator[str]:
    for process in evidence.processes:
        if process.is_alive:
            yield from process.log.defects


CASE_RULES: Final[dict[str, Callable[[Evidence, Case], Iterator[str]]]] = {
    "acknowledged": _acknowledged,
    "no-spinner": _no_spinner,
    "an-end-is-seen": _an_end_is_seen,
    "no-call-after-expiry": _no_call_after_expiry,
    "nothing-twice": _nothing_twice,
    "lawful": _lawful,
    "private-stays-private": _private_stays_private,
    "others-are-left-alone": _others_are_left_alone,
    "no-internals": _no_internals,
    "books-agree-with-discord": _books_agree_with_discord,
    "once-a-process": _once_a_process,
}
"""Rules on one interaction."""

RUN_RULES: Final[dict[str, Callable[[Evidence], Iterator[str]]]] = {
    "counts-agree": _counts_agree,
    "nothing-left-behind": _nothing_left_behind,
    "logs-keep-secrets": _logs_keep_secrets,
    "no-defects": _no_defects,
}
"""Rules on a run as a whole."""
