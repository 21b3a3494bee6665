"""Calls to other servers, and what is read of their answers: of the step `http`, and of suggestions."""

import json
from collections.abc import Mapping
from typing import Any, Final
from urllib.parse import urlencode

from runner.actions.action import FailureKind, StepFailed
from runner.outside import BODY_BYTES_MAX, HttpAnswer, HttpCall, Method
from runner.templates.types import ANY, BOOLEAN, INTEGER, STRING, MapOf, Type

JSON: Final = "application/json"

_UNSEEN: Final = frozenset({"set-cookie"})
"""Headers of an answer that are nobody's business but the connection's."""

ANSWER: Final[Mapping[str, Type]] = {
    "status": INTEGER,
    "is_ok": BOOLEAN,
    "json": ANY,
    "text": STRING,
    "headers": MapOf(STRING),
}
"""What is read of an answer."""


def call_of(
    method: Method, url: str, query: Mapping[str, object], headers: Mapping[str, str], body: bytes | None = None
) -> HttpCall:
    """Return what is asked of another server. Raises `StepFailed` where nobody can ask so."""
    if body is not None and len(body) > BODY_BYTES_MAX:
        raise StepFailed(f"this would send more than {BODY_BYTES_MAX} bytes", kind=FailureKind.TOO_LARGE)
    if any(not _is_header(name, value) for name, value in headers.items()):
        raise StepFailed("a header has characters that no header can have", kind=FailureKind.INVALID)
    joint = "&" if "?" in url else "?"
    return HttpCall(method, url + joint + urlencode(pairs(query)) if query else url, headers, body)


def told(answer: HttpAnswer, *, any_status: bool = False) -> Mapping[str, object]:
    """Return what an answer says, as `ANSWER` has it. JSON is read where the answer says that it is JSON.

    Raises `StepFailed` for an answer from 400 up, unless `any_status` is one.
    """
    if answer.status >= 400 and not any_status:
        raise _refused(answer)
    return {
        "status": answer.status,
        "is_ok": 200 <= answer.status < 300,
        "json": _json_in(answer),
        "text": _text_in(answer),
        "headers": {name: value for name, value in answer.headers.items() if name not in _UNSEEN},
    }


def pairs(values: Mapping[str, object]) -> list[tuple[str, str]]:
    """Return names and texts: what is none is left out, and `true` is `true`."""
    given = ((name, value) for name, value in values.items() if value is not None)
    return [(name, str(value).lower() if isinstance(value, bool) else str(value)) for name, value in given]


def _is_header(name: str, value: str) -> bool:
    return name.isascii() and name.replace("-", "").isalnum() and not any(each in value for each in "\r\n\0")


def _json_in(answer: HttpAnswer) -> Any:  # Any: whatever the server says
    kind = answer.headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind != JSON and not kind.endswith("+json"):
        return None
    try:
        return json.loads(answer.body, parse_constant=_no_number)
    except (ValueError, RecursionError):
        return None


def _no_number(text: str) -> object:
    raise ValueError(text)  # NaN and the infinities are no JSON


def _text_in(answer: HttpAnswer) -> str:
    given = answer.headers.get("content-type", "").partition("charset=")[2].strip("\"' ;") or "utf-8"
    try:
        return answer.body.decode(given, "replace")
    except LookupError:
        return answer.body.decode("utf-8", "replace")


def _refused(answer: HttpAnswer) -> StepFailed:
    after = answer.headers.get("retry-after", "")
    kind = FailureKind.RATE_LIMITED if answer.status == 429 else FailureKind.HTTP_STATUS
    retry_after_s = float(after) if after.isdecimal() and len(after) < 10 else None
    return StepFailed(
        f"the server answered {answer.status}", kind=kind, code=answer.status, retry_after_s=retry_after_s
    )
