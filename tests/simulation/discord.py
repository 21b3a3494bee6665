"""Discord as the simulator sees it: the lifecycle of interactions, told a third time and without a word in between.

The engine has its table in `lifecycle.machine`, the local Discord its books in `emulator.interactions`. This is a
compact reading of the same documents, a third opinion, for speed: the local Discord makes whole messages, with mentions
and permissions, and so takes longer than a whole simulated interaction may. `test_simulation.py` sends both the same
calls and compares what they say.
Source: Discord docs, Interactions: Receiving and Responding.
"""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import Enum
from typing import Any, Final, cast

from runner.engine.answers import Answer
from runner.lifecycle import limits
from runner.lifecycle.limits import CallbackType, ErrorCode

APPLICATION_ID: Final = "300000000000000001"
EPOCH_S: Final = 1_800_000_000.0
"""What Discord's clock says, in Unix seconds, when the loop's says 0."""

RIVALS_TEXT: Final = "said by another process"
SOURCE_ID: Final = "600000000000000001"
"""The message that has the component."""

_EPHEMERAL: Final = 64
_LOADING: Final = 128
_ANY_ROW: Final = {"components": [{"custom_id": "there already"}]}
_HEAD: Final = b"HTTP/1.1 200 OK\r\ncontent-type: application/json"
OK: Final = Answer(200, b"{}", _HEAD)
_NO_CONTENT: Final = Answer(204, b"", b"HTTP/1.1 204 No Content")


class Kind(Enum):
    """What an interaction is. A form has a message only if a component opened it."""

    COMMAND = "command"
    COMPONENT = "component"
    AUTOCOMPLETE = "autocomplete"
    FORM = "form"
    FORM_OF_COMPONENT = "form of a component"


class Stage(Enum):
    """Where Discord has an interaction."""

    RECEIVED = "received"
    THINKING = "thinking"
    SILENT = "silently acknowledged"
    REPLIED = "replied"
    UPDATED = "updated"
    OFFERED = "choices offered"
    DELETED = "original deleted"
    MISSED = "missed"


@dataclass(slots=True)
class Said:
    """A message that an interaction made, as its user sees it; `was_spinner` if a deferral began it."""

    text: str
    is_private: bool
    is_spinner: bool = False
    was_spinner: bool = False
    has_buttons: bool = False
    is_deleted: bool = False
    by_rival: bool = False


@dataclass(slots=True)
class Case:
    """One interaction in Discord's books. Instants are seconds of the loop.

    `said` are the messages it made; `updated` are texts that it put on the component's message, which everyone sees.
    `lines` is its trace: when, what, and where that left it.
    """

    id: str
    token: str
    kind: Kind
    created: float
    stage: Stage = Stage.RECEIVED
    acknowledgements: int = 0
    said: list[Said] = field(default_factory=list[Said])
    updated: list[str] = field(default_factory=list[str])
    original: Said | None = None
    refusals: list[int] = field(default_factory=list[int])
    limited_until: float = 0.0
    lines: list[tuple[float, str, str]] = field(default_factory=list[tuple[float, str, str]])

    def note(self, at: float, what: str) -> None:
        """Add a line to the trace."""
        self.lines.append((at, what, self.stage.value))

    @property
    def is_thinking(self) -> bool:
        """Whether its user looks at a spinner."""
        return any(said.is_spinner and not said.is_deleted for said in self.said)


class Refused(Exception):
    """Discord says no, with an error code."""

    def __init__(self, code: int) -> None:
        super().__init__(code)
        self.code = code


_SOURCE: Final = {CallbackType.CHANNEL_MESSAGE_WITH_SOURCE, CallbackType.DEFERRED_CHANNEL_MESSAGE_WITH_SOURCE}
_UPDATE: Final = {CallbackType.DEFERRED_UPDATE_MESSAGE, CallbackType.UPDATE_MESSAGE}
_TAKEN: Final[Mapping[Kind, set[CallbackType]]] = {
    Kind.COMMAND: _SOURCE,
    Kind.COMPONENT: _SOURCE | _UPDATE,
    Kind.FORM: _SOURCE,
    Kind.FORM_OF_COMPONENT: _SOURCE | _UPDATE,
    Kind.AUTOCOMPLETE: {CallbackType.APPLICATION_COMMAND_AUTOCOMPLETE_RESULT},
}


class Discord:
    """Opens interactions and takes calls about them. Every call says when it arrives, because a loop can be late."""

    def __init__(self, observe: Callable[[Case, float, str], None]) -> None:
        """`observe` hears of every line of every trace."""
        self.cases: dict[str, Case] = {}
        self._by_token: dict[str, Case] = {}
        self._observe = observe

    def open(self, kind: Kind, at: float) -> Case:
        """Start an interaction at an instant of the loop, to the millisecond as ids have it."""
        milliseconds = int((EPOCH_S + at) * 1000) - limits.SNOWFLAKE_EPOCH_MS
        serial = len(self.cases)
        identity = str((milliseconds << limits.SNOWFLAKE_TIME_SHIFT) + serial % 4096)
        created = (milliseconds + limits.SNOWFLAKE_EPOCH_MS) / 1000 - EPOCH_S
        case = Case(identity, f"tok-{serial}-{identity[-6:]}", kind, created)
        self.cases[identity] = self._by_token[case.token] = case
        self.note(case, at, "created")
        return case

    def note(self, case: Case, at: float, what: str) -> None:
        """Add a line to a trace."""
        case.note(at, what)
        self._observe(case, at, what)

    def case_at(self, path: str) -> Case:
        """Return the interaction that a call is about, by its token."""
        parts = path.split("/")
        return self._by_token[parts[3]]

    def take(self, method: str, path: str, body: bytes | None, at: float) -> Answer:
        """Answer a call that arrives at an instant of the loop."""
        case = self.case_at(path)
        path, _, query = path.partition("?")
        what = self._named(method, path)
        if at < case.limited_until:
            return limited(case.limited_until - at)
        content: dict[str, Any] = json.loads(body) if body else {}  # Any: JSON
        try:
            if path.endswith("/callback"):
                what = f"callback {content['type']}"
                self._callback(case, content, at)
                answer = self._made(case) if "with_response=true" in query else _NO_CONTENT
            else:
                answer = self._webhook(case, method, path.endswith("/@original"), content, at)
        except Refused as refused:
            case.refusals.append(refused.code)
            self.note(case, at, f"{what} refused {refused.code}")
            return refusal(refused.code)
        self.note(case, at, f"{what} taken")
        return answer

    def rival_reply(self, case: Case, at: float) -> None:
        """Let another process with the same bot token answer first, if it still can."""
        if case.stage is Stage.RECEIVED and at - case.created <= limits.INITIAL_RESPONSE_S:
            case.acknowledgements += 1
            case.stage = Stage.REPLIED
            case.original = self._say(case, {"content": RIVALS_TEXT})
            case.original.by_rival = True
            self.note(case, at, "another process replied")

    def _named(self, method: str, path: str) -> str:
        return "follow-up" if method == "POST" else f"{method} @original" if path.endswith("/@original") else method

    def _callback(self, case: Case, body: Mapping[str, Any], at: float) -> None:
        if case.stage is Stage.RECEIVED and at - case.created > limits.INITIAL_RESPONSE_S:
            case.stage = Stage.MISSED
        if case.stage is Stage.MISSED or at - case.created > limits.TOKEN_LIFETIME_S:
            raise Refused(ErrorCode.UNKNOWN_INTERACTION)
        if case.stage is not Stage.RECEIVED:
            raise Refused(ErrorCode.ALREADY_ACKNOWLEDGED)
        kind = CallbackType(body["type"])
        if kind not in _TAKEN[case.kind]:
            raise Refused(ErrorCode.INVALID_FORM_BODY)
        self._answer_first(case, kind, body.get("data") or {})
        case.acknowledgements += 1

    def _made(self, case: Case) -> Answer:
        """Return what a first response brought about, to whoever asks for it with the call.

        It has no message of its own: after the token's life an edit would need a second interface to this Discord.
        """
        about = {"id": case.id, "type": 2, "response_message_ephemeral": True}
        return Answer(200, json.dumps({"interaction": about}).encode(), _HEAD)

    def _answer_first(self, case: Case, kind: CallbackType, data: Mapping[str, Any]) -> None:
        match kind:
            case CallbackType.CHANNEL_MESSAGE_WITH_SOURCE:
                _check_new(data)
                case.original = self._say(case, data)
                case.stage = Stage.REPLIED
            case CallbackType.DEFERRED_CHANNEL_MESSAGE_WITH_SOURCE:
                case.original = self._say(case, {"flags": data.get("flags", 0)})
                case.original.is_spinner = case.original.was_spinner = True
                case.stage = Stage.THINKING
            case CallbackType.UPDATE_MESSAGE:
                _check(data)
                case.updated.append(_text(data))
                case.stage = Stage.UPDATED
            case CallbackType.DEFERRED_UPDATE_MESSAGE:
                case.stage = Stage.SILENT
            case _:
                case.stage = Stage.OFFERED

    def _webhook(self, case: Case, method: str, is_original: bool, body: Mapping[str, Any], at: float) -> Answer:
        if at - case.created > limits.TOKEN_LIFETIME_S:
            raise Refused(ErrorCode.INVALID_WEBHOOK_TOKEN)
        if case.stage in {Stage.RECEIVED, Stage.MISSED, Stage.OFFERED}:
            raise Refused(ErrorCode.UNKNOWN_WEBHOOK)
        if not is_original and case.stage is not Stage.THINKING:
            return self._follow_up(case, body)
        if case.stage is Stage.DELETED:
            raise Refused(ErrorCode.UNKNOWN_MESSAGE)
        if method == "GET":
            return self._shown(case)
        if method == "DELETE":
            return self._delete(case)
        return self._edit(case, body)

    def _shown(self, case: Case) -> Answer:
        """Return the original: the component's own message where no other one was made."""
        original = case.original
        if original is None:
            message: dict[str, Any] = {"id": SOURCE_ID, "content": "Press here", "flags": 0}  # Any: JSON
        else:
            flags = _EPHEMERAL * original.is_private + _LOADING * original.is_spinner
            message = {"id": "700000000000000001", "content": original.text, "flags": flags}
        return Answer(200, json.dumps(message).encode(), _HEAD)

    def _follow_up(self, case: Case, body: Mapping[str, Any]) -> Answer:
        _check_new(body)
        self._say(case, body)
        return OK

    def _delete(self, case: Case) -> Answer:
        if case.original is not None:
            case.original.is_deleted = True
        case.stage = Stage.DELETED
        return _NO_CONTENT

    def _edit(self, case: Case, body: Mapping[str, Any]) -> Answer:
        """Change the original; a first follow-up after a deferral comes here too, whatever its flags say."""
        original = case.original
        if original is None:  # the component's own message, which has buttons that an edit may leave on it
            _check(body)
            case.updated.append(_text(body))
            return OK
        _check_new({"content": original.text, "components": original.has_buttons and [_ANY_ROW], **body})
        self._fill(original, body)
        original.is_spinner = False
        if case.stage is Stage.THINKING:
            case.stage = Stage.REPLIED
        return OK

    def _say(self, case: Case, body: Mapping[str, Any]) -> Said:
        said = Said("", bool(body.get("flags", 0) & _EPHEMERAL))
        self._fill(said, body)
        case.said.append(said)
        return said

    def _fill(self, said: Said, body: Mapping[str, Any]) -> None:
        if "content" in body:
            said.text = _text(body)
        if "components" in body:
            said.has_buttons = bool(body["components"])


def limited(retry_after_s: float) -> Answer:
    """Return a 429 that names when to come again."""
    body = json.dumps({"message": "You are being rate limited.", "retry_after": retry_after_s, "global": False})
    return Answer(429, body.encode(), b"HTTP/1.1 429 Too Many Requests\r\ncontent-type: application/json")


def refusal(code: int) -> Answer:
    """Return the refusal with one of Discord's error codes, under the status that goes with it."""
    status = limits.HTTP_STATUS_BY_CODE[ErrorCode(code)]
    return Answer(status, json.dumps({"code": code, "message": "no"}).encode(), _HEAD)


def _text(body: Mapping[str, Any]) -> str:
    return (body.get("content") or "").strip()


def _check_new(body: Mapping[str, Any]) -> None:
    _check(body)
    if not _text(body) and not body.get("components"):
        raise Refused(ErrorCode.EMPTY_MESSAGE)


def _check(body: Mapping[str, Any]) -> None:
    if len(body.get("content") or "") > limits.MESSAGE_CONTENT_MAX:
        raise Refused(ErrorCode.INVALID_FORM_BODY)
    rows = cast(list[Mapping[str, Any]], body.get("components") or [])
    buttons = [button for row in rows for button in row["components"]]
    identities = {button["custom_id"] for button in buttons}
    is_full = len(rows) > limits.LEGACY_ACTION_ROWS_MAX or any(
        not 0 < len(row["components"]) <= limits.ACTION_ROW_BUTTONS_MAX for row in rows
    )
    if is_full or len(identities) < len(buttons):
        raise Refused(ErrorCode.INVALID_FORM_BODY)
