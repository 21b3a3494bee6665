"""`http`: call another server."""

import json
from collections.abc import Iterator, Mapping
from typing import Any, ClassVar, Final
from urllib.parse import urlencode

from runner.actions.action import Action, FailureKind, Misfit, Repeats, Step, StepFailed
from runner.data import dataclass
from runner.declarations import Declarations
from runner.fields import Data, option
from runner.outside import BODY_BYTES_MAX, CALL_S, HEADERS_MAX, HttpAnswer, HttpCall, Method
from runner.templates.types import ANY, BOOLEAN, INTEGER, STRING, MapOf, Type

_BODIES: Final = ("json", "form_", "body")
_SAFE: Final = frozenset({"GET", "HEAD", "PUT", "DELETE"})
_JSON: Final = "application/json"
_UNSEEN: Final = frozenset({"set-cookie"})
"""Headers of an answer that are nobody's business but the connection's."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Http(Action):
    """Call another server, one of those that `http.allow` lists, and read what it answers.

    Example:
        - http: {url: "https://api.example.com/latest", query: {of: "{{ user.name }}"}}
    """

    short: ClassVar[str | None] = "url"
    worst_case_s: ClassVar[float] = CALL_S
    repeats: ClassVar[Repeats] = Repeats.ONCE
    outputs: ClassVar[Mapping[str, Type]] = {
        "status": INTEGER,
        "is_ok": BOOLEAN,
        "json": ANY,
        "text": STRING,
        "headers": MapOf(STRING),
    }

    url: str = option("Where: an address that begins with `https://`, or with `http://`.", min_length=8, secret=True)
    method: Method | None = option(
        "How. Left out: `GET`, or `POST` where something is sent.", default=None, static=True
    )
    query: Mapping[str, Data] = option("What stands behind the `?`, by name.", default={}, secret=True)
    headers: Mapping[str, str] = option(
        "Headers, by name. Secrets belong in the environment: `Bearer ${NAME}`.",
        default={},
        max_items=HEADERS_MAX,
        secret=True,
    )
    json: Data | None = option("What is sent, as JSON.", default=None)
    form_: Mapping[str, Data] | None = option("What is sent, as a form.", default=None)
    body: str | None = option("What is sent, as it is.", default=None)
    any_status: bool = option(
        "An answer from 400 up is an answer like any other, and no failure.", default=False, static=True
    )
    key_header: str | None = option(
        "The header in which the server takes a key for what it must not do twice, such as `Idempotency-Key`.",
        default=None,
        static=True,
        pattern="[A-Za-z0-9-]{1,64}",
        takes="the name of a header",
    )

    def means_twice(self) -> Repeats:
        """Return what the method means, or that the server drops the second one by its key."""
        if self.key_header is not None:
            return Repeats.KEYED
        return Repeats.SAFE if self._method() in _SAFE else Repeats.ONCE

    def reaches(self) -> object:
        """Return the address."""
        return self.url

    def misfits(self, declared: Declarations) -> Iterator[Misfit]:
        """Refuse two bodies, and one that goes with no method."""
        sent = [name for name in _BODIES if getattr(self, name) is not None]
        named = [name.rstrip("_") for name in sent]
        if len(sent) > 1:
            why = "a request has one body"
            yield Misfit(sent[1], f"this sends `{named[0]}` and `{named[1]}`", why, f"remove `{named[1]}`")
        elif sent and self._method() in ("GET", "HEAD"):
            why = "servers ignore the body of such a request, or refuse it (RFC 9110, 9.3.1)"
            yield Misfit(
                "method", f"`{self._method()}` sends nothing, and `{named[0]}` would be sent", why, "use `POST`"
            )

    async def run(self, step: Step) -> Mapping[str, object] | None:
        """Call it; gives what it answers. JSON is read where the answer says that it is JSON."""
        answer = await step.call_outside(self._call(step))
        if answer.status >= 400 and not self.any_status:
            raise _refused(answer)
        return {
            "status": answer.status,
            "is_ok": 200 <= answer.status < 300,
            "json": _json_in(answer),
            "text": _text_in(answer),
            "headers": {name: value for name, value in answer.headers.items() if name not in _UNSEEN},
        }

    def _method(self) -> Method:
        has_body = any(getattr(self, name) is not None for name in _BODIES)
        return self.method or ("POST" if has_body else "GET")

    def _call(self, step: Step) -> HttpCall:
        body, kind = self._body()
        if body is not None and len(body) > BODY_BYTES_MAX:
            raise StepFailed(f"this would send more than {BODY_BYTES_MAX} bytes", kind=FailureKind.TOO_LARGE)
        headers = {"Content-Type": kind} if kind else {}
        headers |= self.headers
        if self.key_header is not None:
            headers[self.key_header] = step.key
        if any(not _is_header(name, value) for name, value in headers.items()):
            raise StepFailed("a header has characters that no header can have", kind=FailureKind.INVALID)
        return HttpCall(self._method(), self._address(), headers, body)

    def _address(self) -> str:
        if not self.query:
            return self.url
        joint = "&" if "?" in self.url else "?"
        return self.url + joint + urlencode(_pairs(self.query))

    def _body(self) -> tuple[bytes | None, str]:
        """Return what is sent, and what it is."""
        if self.json is not None:
            return json.dumps(self.json, ensure_ascii=False, allow_nan=False).encode(), _JSON
        if self.form_ is not None:
            return urlencode(_pairs(self.form_)).encode(), "application/x-www-form-urlencoded"
        return (None, "") if self.body is None else (self.body.encode(), "text/plain; charset=utf-8")


def _pairs(values: Mapping[str, object]) -> list[tuple[str, str]]:
    """Return names and texts: what is none is left out, and `true` is `true`."""
    given = ((name, value) for name, value in values.items() if value is not None)
    return [(name, str(value).lower() if isinstance(value, bool) else str(value)) for name, value in given]


def _is_header(name: str, value: str) -> bool:
    return name.isascii() and name.replace("-", "").isalnum() and not any(each in value for each in "\r\n\0")


def _json_in(answer: HttpAnswer) -> Any:  # Any: whatever the server says
    kind = answer.headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind != _JSON and not kind.endswith("+json"):
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
