"""The REST API, version 10: who calls, what is asked, which fault strikes, what goes into the journal.

What an endpoint does stands in the module of this folder that has the resource's name.
"""

import asyncio
import json
import logging
import math
from collections.abc import Iterable, Mapping, Sequence
from email.utils import formatdate
from urllib.parse import unquote

from aiohttp import BodyPartReader, web

from runner.emulator.core import ATTACHMENTS_PATH, Core
from runner.emulator.faults import Fault
from runner.emulator.journal import WireEntry, redacted
from runner.emulator.messages import Upload
from runner.emulator.rate_limits import VIA, refused_body
from runner.emulator.refusals import Refused, bare, invalid_field, refusal
from runner.emulator.rest import (
    application,
    bans,
    channels,
    commands,
    emojis,
    guilds,
    interactions,
    invites,
    members,
    messages,
    overwrites,
    pins,
    polls,
    reactions,
    roles,
    scheduled_events,
    stickers,
    thread_lists,
    thread_members,
    threads,
    voice,
    webhooks,
)
from runner.emulator.rest.calls import Answer, Call, Route
from runner.emulator.rest.paths import matches, methods_of
from runner.lifecycle import limits
from runner.lifecycle.limits import ErrorCode

_MODULES = (
    application,
    bans,
    channels,
    commands,
    emojis,
    guilds,
    interactions,
    invites,
    members,
    messages,
    overwrites,
    pins,
    polls,
    reactions,
    roles,
    scheduled_events,
    stickers,
    thread_lists,
    thread_members,
    threads,
    voice,
    webhooks,
)

ROUTES: tuple[Route, ...] = tuple(route for module in _MODULES for route in module.ROUTES)
"""Every endpoint that the local Discord has."""

_BODY_SPARE_BYTES = 1024 * 1024  # for the JSON and the multipart framing around the files

_log = logging.getLogger(__name__)


def build_api(core: Core, *, api_path: str, gateway_path: str) -> web.Application:
    """Return the web application: the API, the gateway and the uploaded files."""
    app = web.Application(client_max_size=limits.MESSAGE_REQUEST_MAX_BYTES + _BODY_SPARE_BYTES)
    api = _Api(core, api_path)
    app.router.add_route("*", f"{api_path}/{{tail:.*}}", api.handle)
    app.router.add_get(gateway_path, core.gateway.serve)
    app.router.add_get(f"{gateway_path}/", core.gateway.serve)
    app.router.add_get(f"{ATTACHMENTS_PATH}/{{channel}}/{{attachment}}/{{name}}", api.attachment)
    return app


class _Api:
    """Takes each request from its first byte to its answer."""

    def __init__(self, core: Core, prefix: str) -> None:
        self._core = core
        self._prefix = prefix

    async def handle(self, request: web.Request) -> web.Response:
        path = request.rel_url.raw_path.removeprefix(self._prefix)
        fault = self._core.faults.take(request.method, path)
        if fault is not None:
            self._note_fault(path, fault)
            await asyncio.sleep(fault.delay_s)
        if fault is not None and fault.cut == "before":
            return _cut(request)
        asked, answer = await self._answer(request, path, fault)
        self._core.rate_limits.note(answer.status, answer.headers.get("X-RateLimit-Scope"))
        self._record(request, path, asked, answer)
        return _cut(request) if fault is not None and fault.cut == "after" else self._response(answer)

    async def attachment(self, request: web.Request) -> web.Response:
        number = request.match_info["attachment"]
        upload = self._core.messages.files.get(int(number)) if number.isdecimal() else None
        if upload is None:
            raise web.HTTPNotFound
        # The page lives on this origin: a bot's upload is downloaded, never shown, or it could act as the page.
        headers = {"Content-Disposition": "attachment", "X-Content-Type-Options": "nosniff"}
        return web.Response(body=upload.data, content_type=upload.content_type, headers=headers)

    async def _answer(self, request: web.Request, path: str, fault: Fault | None) -> tuple[object, Answer]:
        """Return the body as it was sent, and what is answered."""
        body: object = None
        try:
            body, uploads = await _body(request)
            if fault is not None and fault.status is not None:
                return body, _faulty(fault, self._core.clock.now())
            return body, self._called(request, path, body, uploads)
        except Refused as refused:
            return body, Answer(refused.status, refused.body, refused.headers)

    def _called(self, request: web.Request, path: str, body: object, uploads: tuple[Upload, ...]) -> Answer:
        """Find the endpoint and run it, without a pause in between: the world cannot change under it."""
        segments = [unquote(segment) for segment in path.split("/")[1:]]
        headers = self._core.rate_limits.take(request.method, segments)
        route = _route(request.method, segments)
        if route is None:
            raise self._missing(request, path, segments)
        if not route.is_open:
            self._authenticate(request.headers)
        answer = route.run(self._core, _call(request, route, segments, body, uploads))
        return answer._replace(headers={**headers, **answer.headers}) if headers else answer

    def _missing(self, request: web.Request, path: str, segments: list[str]) -> Refused:
        methods = methods_of(segments)
        if not methods:
            return bare(404, "Not Found")
        if request.method not in methods:
            return bare(405, "Method Not Allowed")
        self._authenticate(request.headers)
        _log.warning("not implemented by the local Discord: %s %s", request.method, redacted(path))
        return bare(501, f"not implemented by the local Discord: {request.method} {redacted(path)}")

    def _authenticate(self, headers: Mapping[str, str]) -> None:
        given = headers.get("Authorization", "")
        if given == f"Bot {self._core.token}":
            return
        if given:
            _log.warning("a client used a token that this local Discord did not mint; is it a real bot's?")
        raise bare(401, "Unauthorized")

    def _response(self, answer: Answer) -> web.Response:
        headers = {"Date": formatdate(self._core.clock.now(), usegmt=True), **answer.headers}
        if answer.body is None:
            return web.Response(status=answer.status, headers=headers)
        if isinstance(answer.body, str):
            return web.Response(status=answer.status, text=answer.body, headers=headers, content_type="text/html")
        # The type must be exactly this, without a charset: discord.py takes anything else for text.
        data = json.dumps(answer.body, separators=(",", ":")).encode()
        return web.Response(status=answer.status, body=data, headers=headers, content_type="application/json")

    def _note_fault(self, path: str, fault: Fault) -> None:
        interaction_id, token = _interaction_of(path)
        record = self._core.desk.find(interaction_id, token)
        if record is not None:
            self._core.desk.note(record, "fault", fault.describe(), fault.status)

    def _record(self, request: web.Request, path: str, body: object, answer: Answer) -> None:
        interaction_id, token = _interaction_of(path)
        record = self._core.desk.find(interaction_id, token)
        entry = WireEntry(
            at=self._core.clock.now(),
            direction="in",
            kind="http",
            method=request.method,
            route=redacted(path),
            status=answer.status,
            request=body,
            answer=answer.body,
            query=dict(request.query),
            interaction_id=None if record is None else record.id,
        )
        self._core.journal.record(entry)


def _indexed(routes: Iterable[Route]) -> Mapping[tuple[str, int], list[Route]]:
    """Return the endpoints by method and number of segments; those with more literal segments stand first."""
    found: dict[tuple[str, int], list[Route]] = {}
    for route in sorted(routes, key=lambda route: route.pattern.count("*")):
        found.setdefault((route.method, len(route.pattern)), []).append(route)
    return found


_INDEX = _indexed(ROUTES)


def _route(method: str, segments: Sequence[str]) -> Route | None:
    candidates = _INDEX.get((method, len(segments)), ())
    return next((route for route in candidates if matches(route.pattern, segments)), None)


def _call(
    request: web.Request, route: Route, segments: Sequence[str], body: object, uploads: tuple[Upload, ...]
) -> Call:
    values = [segment for part, segment in zip(route.pattern, segments, strict=True) if part == "*"]
    reason = unquote(request.headers.get("X-Audit-Log-Reason", "")) or None
    if reason is not None and len(reason) > limits.AUDIT_LOG_REASON_MAX:
        # Nobody documents what a longer one gets.
        text = f"Must be {limits.AUDIT_LOG_REASON_MAX} or fewer in length."
        raise invalid_field("reason", "BASE_TYPE_BAD_LENGTH", text)
    return Call(values=values, query=dict(request.query), body=body, uploads=uploads, reason=reason)


def _interaction_of(path: str) -> tuple[int | None, str | None]:
    """Return the interaction's id and token, as far as a path tells them."""
    match path.split("/")[1:]:
        case ["interactions", number, token, "callback"] if number.isdecimal():
            return int(number), token
        case ["webhooks", _, token, *_]:
            return None, token
        case _:
            return None, None


def _cut(request: web.Request) -> web.Response:
    if request.transport is not None:
        request.transport.abort()
    return web.Response()


def _faulty(fault: Fault, now: float) -> Answer:
    """Return the answer that a fault asks for; a 429 as rate limits look on the wire."""
    assert fault.status is not None, "asked for a status"
    if fault.status != 429:
        text = f"{fault.status}: injected by the local Discord"
        return Answer(fault.status, {"message": text, "code": fault.code})
    headers = {
        "Retry-After": str(math.ceil(fault.retry_after_s)),
        "X-RateLimit-Limit": "5",
        "X-RateLimit-Remaining": "0",
        "X-RateLimit-Reset": f"{now + fault.retry_after_s:.3f}",
        "X-RateLimit-Reset-After": f"{fault.retry_after_s:.3f}",
        "X-RateLimit-Bucket": "local",
        "X-RateLimit-Scope": "user",
    }
    if fault.via:
        headers["Via"] = VIA
    return Answer(429, refused_body(fault.retry_after_s), headers)


async def _body(request: web.Request) -> tuple[object, tuple[Upload, ...]]:
    """Return the JSON body and the files. An empty body is None, whatever its content type says."""
    try:
        if request.content_type.startswith("multipart/"):
            return await _multipart(request)
        raw = await request.read()
    except web.HTTPRequestEntityTooLarge:
        raise refusal(ErrorCode.REQUEST_TOO_LARGE) from None
    return (_parsed(raw) if raw else None), ()


async def _multipart(request: web.Request) -> tuple[object, tuple[Upload, ...]]:
    body: object = {}
    uploads: list[Upload] = []
    spare = limits.MESSAGE_REQUEST_MAX_BYTES
    async for part in await request.multipart():
        if not isinstance(part, BodyPartReader):
            continue
        data = await _content(part, min(spare, limits.ATTACHMENT_DEFAULT_MAX_BYTES))
        spare -= len(data)
        if part.name == "payload_json":
            body = _parsed(data)
        elif part.name is not None and part.name.startswith("files["):
            uploads.append(_upload(part, data))
    return body, tuple(uploads)


async def _content(part: BodyPartReader, most: int) -> bytes:
    """Return what a part holds, at most so many bytes of it; what follows is not kept. Raises `Refused`."""
    data = bytearray()
    while chunk := await part.read_chunk():
        data += chunk
        if len(data) > most:
            raise refusal(ErrorCode.REQUEST_TOO_LARGE)
    return bytes(data)


def _upload(part: BodyPartReader, data: bytes) -> Upload:
    number = (part.name or "")[len("files[") : -1]
    content_type = part.headers.get("Content-Type", "application/octet-stream")
    return Upload(int(number) if number.isdecimal() else 0, part.filename or "file", content_type, data)


def _parsed(raw: bytes) -> object:
    try:
        return json.loads(raw)
    except ValueError:
        raise refusal(ErrorCode.INVALID_JSON) from None
