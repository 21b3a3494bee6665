"""The requests that the page's doors take: from where, and what must be in a body."""

import json
from collections.abc import Mapping
from typing import Final, cast

from aiohttp import web

HOSTS: Final = ("127.0.0.1", "localhost")
"""The names under which a browser on this machine reaches the page."""

BODY_MAX_BYTES: Final = 64 * 1024
"""Size of an action's body."""


class Unfit(Exception):
    """A request that is not as `page` describes, and the HTTP status to refuse it with."""

    def __init__(self, status: int, text: str) -> None:
        super().__init__(text)
        self.status = status


class Asked:
    """An action's body. Each reading raises `Unfit` if the value is of another kind."""

    def __init__(self, body: Mapping[str, object]) -> None:
        self._body = body

    def text(self, key: str, default: str | None = None) -> str:
        """Return a text that is not empty; the default if it is absent and there is one."""
        value = self._body.get(key, default)
        if not isinstance(value, str) or not value:
            raise Unfit(400, f"`{key}` must be a text")
        return value

    def optional_text(self, key: str) -> str | None:
        """Return a text that is not empty, None if it is absent."""
        return self.text(key) if self._body.get(key) is not None else None

    def number(self, key: str, default: float, most: float) -> float:
        """Return a number from 0 to `most`, the default if it is absent."""
        value = self._body.get(key, default)
        if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value <= most:
            raise Unfit(400, f"`{key}` must be a number from 0 to {most:g}")
        return float(value)

    def truth(self, key: str) -> bool:
        """Return true or false; false if it is absent."""
        value = self._body.get(key, False)
        if not isinstance(value, bool):
            raise Unfit(400, f"`{key}` must be true or false")
        return value

    def texts(self, key: str) -> list[str]:
        """Return a list of texts, empty if it is absent."""
        value = self._body.get(key, [])
        if not isinstance(value, list):
            raise Unfit(400, f"`{key}` must be a list of texts")
        items = cast(list[object], value)  # JSON: a list of anything
        texts = [item for item in items if isinstance(item, str)]
        if len(texts) != len(items):
            raise Unfit(400, f"`{key}` must be a list of texts")
        return texts

    def mapping(self, key: str) -> dict[str, object]:
        """Return an object, empty if it is absent."""
        value = self._body.get(key, {})
        if not isinstance(value, dict):
            raise Unfit(400, f"`{key}` must be an object")
        return cast(dict[str, object], value)  # JSON: keys are texts

    def scalars(self, key: str) -> dict[str, object]:
        """Return an object of texts, numbers and booleans, empty if it is absent."""
        values = self.mapping(key)
        for name, value in values.items():
            if not isinstance(value, str | int | float):
                raise Unfit(400, f"`{key}.{name}` must be a text, a number, true or false")
        return values


def is_from_here(request: web.Request, port: int) -> bool:
    """Return whether a request names this server, and no other site as its origin.

    Any name can be made to resolve to 127.0.0.1, and then that site's scripts reach this port; but they can change
    neither `Host` nor `Origin`.
    """
    origin = request.headers.get("Origin")
    is_for_us = request.host in {f"{host}:{port}" for host in HOSTS}
    return is_for_us and origin in {None, f"http://{request.host}"}


async def asked_by(request: web.Request) -> Asked:
    """Return an action's body, or raise `Unfit`.

    JSON is asked for by name because another site's page can't send that type without the browser asking us first.
    """
    if request.content_type != "application/json":
        raise Unfit(415, "the body must be JSON, with `Content-Type: application/json`")
    if request.content_length is None:
        raise Unfit(411, "the body needs a `Content-Length`")
    if request.content_length > BODY_MAX_BYTES:
        raise Unfit(413, f"the body is longer than {BODY_MAX_BYTES} bytes")
    try:
        body: object = json.loads(await request.read())
    except (ValueError, RecursionError):
        raise Unfit(400, "the body is not JSON") from None
    if not isinstance(body, dict):
        raise Unfit(400, "the body must be an object")
    return Asked(cast(dict[str, object], body))  # JSON: keys are texts
