"""`http`: call another server."""

import json
from collections.abc import Iterator, Mapping
from typing import ClassVar, Final
from urllib.parse import urlencode

from runner.actions._on_web import ANSWER, JSON, call_of, pairs, told
from runner.actions.action import Action, Misfit, Repeats, Step
from runner.data import dataclass
from runner.declarations import Declarations
from runner.fields import Data, option
from runner.outside import CALL_S, HEADERS_MAX, Method
from runner.templates.types import Type

_BODIES: Final = ("json", "form_", "body")
_SAFE: Final = frozenset({"GET", "HEAD", "PUT", "DELETE"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Http(Action):
    """Call another server, one of those that `http.allow` lists, and read what it answers.

    Example:
        - http: {url: "https://api.example.com/latest", query: {of: "{{ user.name }}"}}
    """

    short: ClassVar[str | None] = "url"
    worst_case_s: ClassVar[float] = CALL_S
    repeats: ClassVar[Repeats] = Repeats.ONCE
    outputs: ClassVar[Mapping[str, Type]] = ANSWER

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
        body, kind = self._body()
        headers = {"Content-Type": kind} if kind else {}
        headers |= self.headers
        if self.key_header is not None:
            headers[self.key_header] = step.key
        answer = await step.call_outside(call_of(self._method(), self.url, self.query, headers, body))
        return told(answer, any_status=self.any_status)

    def _method(self) -> Method:
        has_body = any(getattr(self, name) is not None for name in _BODIES)
        return self.method or ("POST" if has_body else "GET")

    def _body(self) -> tuple[bytes | None, str]:
        """Return what is sent, and what it is."""
        if self.json is not None:
            return json.dumps(self.json, ensure_ascii=False, allow_nan=False).encode(), JSON
        if self.form_ is not None:
            return urlencode(pairs(self.form_)).encode(), "application/x-www-form-urlencoded"
        return (None, "") if self.body is None else (self.body.encode(), "text/plain; charset=utf-8")
