"""What a user must come to see for each behaviour, and Discord's verdict on every call that tries to show it.

Rules: Discord docs, "Interactions: Receiving and Responding": one callback, within 3 s of the interaction's creation;
follow-ups and edits only after it.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import IntEnum

from benchmarks.payloads import as_mapping

INITIAL_RESPONSE_S = 3.0
EPHEMERAL = 64


class Verdict(IntEnum):
    """Discord's answer to a call: its JSON error code, or ACCEPTED."""

    ACCEPTED = 0
    UNKNOWN_WEBHOOK = 10015
    UNKNOWN_INTERACTION = 10062
    ALREADY_ACKNOWLEDGED = 40060

    @property
    def status(self) -> int:
        """The HTTP status that carries the code."""
        return 400 if self is Verdict.ALREADY_ACKNOWLEDGED else 404


# The texts that the user must see, in this order, in lower case. Anything else that is shown counts as wrong.
PROMISES: Mapping[str, tuple[str, ...]] = {
    "ping": ("robin",),
    "slow": ("done",),
    "perm": ("manage messages",),
    "two": ("first", "second"),
    "menu": ("pick one",),
    "click": ("picked",),
}
# Callback types that show their message at once: CHANNEL_MESSAGE_WITH_SOURCE and UPDATE_MESSAGE.
SHOWING = frozenset({4, 7})


@dataclass(slots=True, eq=False)
class Interaction:
    """One interaction from its dispatch (`sent_at`, monotonic seconds) to the last text that it owes its user."""

    id: int
    token: str
    kind: str
    sent_at: float
    acknowledged_at: float | None = None
    finished_at: float | None = None
    wrong: list[str] = field(default_factory=list[str])
    outcomes: list[str] = field(default_factory=list[str])
    _seen: int = 0

    def callback(self, now: float, body: Mapping[str, object]) -> Verdict:
        """Judge an initial response that arrived at `now`."""
        verdict = self._first_response(now)
        self.outcomes.append(str(int(verdict)) if verdict else "ok")
        if verdict:
            return verdict
        self.acknowledged_at = now
        if body.get("type") in SHOWING:
            self.show(now, message_of(body))
        return verdict

    def webhook(self, now: float, message: Mapping[str, object]) -> Verdict:
        """Judge a follow-up or an edit of the original response that arrived at `now`."""
        if self.acknowledged_at is None:
            return Verdict.UNKNOWN_WEBHOOK
        self.show(now, message)
        return Verdict.ACCEPTED

    def show(self, now: float, message: Mapping[str, object]) -> None:
        """Compare what the user now sees with what was promised next."""
        text = str(message.get("content") or "")
        owed = PROMISES[self.kind][self._seen :]
        if not owed or owed[0] not in text.lower():
            self.wrong.append(text)
            return
        if self.kind == "perm" and not is_ephemeral(message):
            self.wrong.append("a refusal that everyone sees")
        self._seen += 1
        if len(owed) == 1:
            self.finished_at = now

    def _first_response(self, now: float) -> Verdict:
        if self.acknowledged_at is not None:
            return Verdict.ALREADY_ACKNOWLEDGED
        if now - self.sent_at > INITIAL_RESPONSE_S:
            return Verdict.UNKNOWN_INTERACTION
        return Verdict.ACCEPTED


def message_of(callback: Mapping[str, object]) -> Mapping[str, object]:
    """Return the message inside a callback's body, or an empty one."""
    data = callback.get("data")
    return as_mapping(data)


def is_ephemeral(message: Mapping[str, object]) -> bool:
    """Whether only its addressee sees the message."""
    flags = message.get("flags")
    return isinstance(flags, int) and bool(flags & EPHEMERAL)
