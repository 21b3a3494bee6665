"""The local Discord's page: a window in the browser, and the same doors for scripts.

Everything is under `/local/` on the local Discord's own port. `GET /local/` is the page. For scripts:

`GET /local/events?user=ID` is a stream of server-sent events: what the member with that id may see (without `user`,
the first person of the guild). The first event is `snapshot`, with everything; then come `message` (created or
edited, in Discord's shape), `message_deleted` (`id`, `channel_id`), `interaction` (one of the member's, whole: its
state, timeline and `outcome`), and a new `snapshot` whenever commands, channels, members or the connection change.

The actions are POSTs with a JSON object. Users and channels are given by id or by name.

- `/local/interactions` `{user, channel, command, options}`: type a slash command, as `"ping"` or `"ticket open"`
- `/local/clicks` `{user, message, custom_id, values}`: press a button, or choose `values` in a select
- `/local/forms` `{user, interaction, values}`: submit the form that an interaction opened, a value per custom id
- `/local/context_menus` `{user, channel, command, target}`: choose a command from a message's or a member's menu
- `/local/suggestions` `{user, channel, command, options, focused}`: type into an option; answers `{"choices": […]}`
- `/local/messages` `{user, channel, content, reply_to}`: write an ordinary message, perhaps as a reply
- `/local/reactions` `{user, message, emoji, remove}`, `/local/votes` `{user, message, answer, remove}`
- `/local/files?name=NAME`, the file itself as the body: choose a file for an option or for a form
- `/local/nasty/WAY`: break something; the ways, and what each takes, are those of `page_nasty`

They answer 202 and `{"id": …}`: the id of the interaction or of the message; what becomes of it comes by the stream.
`GET /local/inspector` is another stream, for whoever runs the bot: `snapshot`, `lane` (one interaction, or one run
without, whole) and `reloads`; `GET /local/inspector.json` is the snapshot alone, and `GET /local/kept` what the bot
keeps for `?guild=`, `channel=` and `user=`.
422 and `{"error": sentence}` is what Discord's client would not let the member do; 400, 411, 413 and 415 are requests
that are not as described here; 403 is a request from another web site, which a browser can be tricked into.
"""

import asyncio
import json
from collections.abc import Awaitable, Callable
from importlib.resources import files
from typing import Final

from aiohttp import web

from runner.emulator.page_inspector import Inspector, InspectorView, Nobody, Told
from runner.emulator.page_nasty import Nasty
from runner.emulator.page_requests import HOSTS, Asked, Unfit, asked_by, is_from_here
from runner.emulator.page_view import Event, UnknownMember, View
from runner.emulator.server import LocalDiscord, LocalDiscordError
from runner.emulator.trace import Trace
from runner.lifecycle import limits

PREFIX: Final = "/local"
"""Where everything of the page is."""

SUGGESTIONS_S: Final = 10.0
"""How long a request for suggestions waits: Discord's own 3 s end it sooner, unless the clock is moved."""

ANSWERS_MAX: Final = 100
"""The largest number of an answer that is looked for in a poll."""

STREAMS_MAX: Final = 32
"""Event streams that may be open at once, one per page or script."""

BACKLOG_MAX: Final = 1_000
"""Events that wait for a slow reader; beyond that its stream ends, and reconnecting brings a fresh snapshot."""

CONTENT_SECURITY_POLICY: Final = (
    "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self' data:; "
    "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)
"""What the browser lets the page do: no script or style but the page's own files, and no request to anywhere else."""

_HEADERS: Final = {
    "Content-Security-Policy": CONTENT_SECURITY_POLICY,
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cache-Control": "no-store",
}
_MEDIA_TYPES: Final = {".html": "text/html", ".js": "text/javascript", ".css": "text/css"}

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


class Page:
    """The page of a local Discord. Made before the local Discord starts; starts and stops with it."""

    def __init__(
        self, local: LocalDiscord, inspector: Inspector | None = None, leap: Callable[[float], None] | None = None
    ) -> None:
        """`inspector` is the bot that tells what it does; `leap` moves the clock forward by seconds."""
        self._local = local
        self._inspector = inspector or Nobody()
        self._nasty = Nasty(local, self._inspector.restart, leap)
        self._files = _page_files()
        self._streams: set[_Stream] = set()
        local.mount(PREFIX, self._app())

    @property
    def url(self) -> str:
        """The page's address, once the local Discord has started."""
        return f"http://{HOSTS[0]}:{self._local.port}{PREFIX}/"

    def _app(self) -> web.Application:
        app = web.Application(middlewares=[self._guard])
        app.on_response_prepare.append(_add_headers)
        app.on_shutdown.append(self._end_streams)
        app.router.add_get("", _to_the_page)
        app.router.add_get("/", self._file)
        app.router.add_get("/events", self._events)
        app.router.add_get("/inspector", self._inspected)
        app.router.add_get("/inspector.json", self._inspected_once)
        app.router.add_get("/kept", self._kept)
        app.router.add_get("/{name}", self._file)
        app.router.add_post("/interactions", self._command)
        app.router.add_post("/clicks", self._click)
        app.router.add_post("/forms", self._form)
        app.router.add_post("/messages", self._say)
        app.router.add_post("/context_menus", self._context_menu)
        app.router.add_post("/suggestions", self._suggestions)
        app.router.add_post("/reactions", self._react)
        app.router.add_post("/votes", self._vote)
        app.router.add_post("/files", self._upload)
        app.router.add_post("/nasty/{way}", self._be_nasty)
        return app

    @web.middleware
    async def _guard(self, request: web.Request, handler: Handler) -> web.StreamResponse:
        """Refuse what another site sends through the operator's browser, and turn refusals into sentences."""
        if not is_from_here(request, self._local.port):
            return _refusal(403, "this server takes requests for, and from, its own page only")
        try:
            return await handler(request)
        except Unfit as unfit:
            return _refusal(unfit.status, str(unfit))
        except (LocalDiscordError, UnknownMember) as refused:
            return _refusal(422, str(refused))

    async def _file(self, request: web.Request) -> web.Response:
        name = request.match_info.get("name", "index.html")
        if name not in self._files:
            raise web.HTTPNotFound
        media_type = _MEDIA_TYPES[name[name.rindex(".") :]]
        return web.Response(body=self._files[name], content_type=media_type, charset="utf-8")

    # --- the stream

    async def _events(self, request: web.Request) -> web.StreamResponse:
        return await self._stream(request, View(self._local, request.query.get("user")))

    async def _inspected(self, request: web.Request) -> web.StreamResponse:
        return await self._stream(request, InspectorView(self._local, self._inspector))

    async def _inspected_once(self, _: web.Request) -> web.Response:
        return web.json_response(InspectorView(self._local, self._inspector).snapshot())

    async def _kept(self, request: web.Request) -> web.Response:
        asked = request.query
        return web.json_response(
            await self._inspector.kept(asked.get("guild"), asked.get("channel"), asked.get("user"))
        )

    async def _stream(self, request: web.Request, view: View | InspectorView) -> web.StreamResponse:
        self._drop_closed_streams()
        if len(self._streams) >= STREAMS_MAX:
            return _refusal(503, f"there are {STREAMS_MAX} event streams open already")
        stream = _Stream(request)
        self._streams.add(stream)
        endings = [self._local.subscribe(stream.offer)]
        if isinstance(view, InspectorView):
            endings.append(self._inspector.subscribe(lambda news: stream.offer(Told(news))))
        try:
            return await stream.serve(view)
        finally:
            for end in endings:
                end()
            self._streams.discard(stream)

    def _drop_closed_streams(self) -> None:
        """End the streams whose reader has left. They would notice by themselves only with the next event."""
        for stream in self._streams:
            if stream.is_closed:
                stream.end()
        self._streams = {stream for stream in self._streams if not stream.is_closed}

    async def _end_streams(self, _: web.Application) -> None:
        for stream in self._streams:
            stream.end()

    # --- the actions

    async def _command(self, request: web.Request) -> web.Response:
        asked = await asked_by(request)
        trace = self._local.command(
            user=asked.text("user"),
            channel=asked.text("channel"),
            name=asked.text("command"),
            options=asked.scalars("options"),
        )
        return _accepted(trace.id)

    async def _click(self, request: web.Request) -> web.Response:
        asked = await asked_by(request)
        trace = self._local.click(
            user=asked.text("user"),
            message=asked.text("message"),
            custom_id=asked.text("custom_id"),
            values=asked.texts("values"),
        )
        return _accepted(trace.id)

    async def _form(self, request: web.Request) -> web.Response:
        asked = await asked_by(request)
        opened = self._trace(asked.text("interaction"))
        trace = self._local.submit(modal=opened, user=asked.text("user"), values=asked.mapping("values"))
        return _accepted(trace.id)

    async def _say(self, request: web.Request) -> web.Response:
        asked = await asked_by(request)
        user, channel = asked.text("user"), asked.text("channel")
        content, answered = asked.text("content"), asked.optional_text("reply_to")
        return _accepted(self._local.say(user=user, channel=channel, content=content, reply_to=answered))

    async def _context_menu(self, request: web.Request) -> web.Response:
        asked = await asked_by(request)
        trace = self._local.context_menu(
            user=asked.text("user"),
            channel=asked.text("channel"),
            name=asked.text("command"),
            target=asked.text("target"),
        )
        return _accepted(trace.id)

    async def _suggestions(self, request: web.Request) -> web.Response:
        asked = await asked_by(request)
        trace = self._local.autocomplete(
            user=asked.text("user"),
            channel=asked.text("channel"),
            name=asked.text("command"),
            options=asked.scalars("options"),
            focused=asked.text("focused"),
        )
        await trace.finished(SUGGESTIONS_S)
        return web.json_response({"id": str(trace.id), "choices": list(trace.choices or ()), "error": trace.outcome})

    async def _react(self, request: web.Request) -> web.Response:
        asked = await asked_by(request)
        act = self._local.unreact if asked.truth("remove") else self._local.react
        act(user=asked.text("user"), message=asked.text("message"), emoji=asked.text("emoji"))
        return _accepted(int(asked.text("message")))

    async def _vote(self, request: web.Request) -> web.Response:
        asked = await asked_by(request)
        act = self._local.unvote if asked.truth("remove") else self._local.vote
        act(user=asked.text("user"), message=asked.text("message"), answer=int(asked.number("answer", 0, ANSWERS_MAX)))
        return _accepted(int(asked.text("message")))

    async def _upload(self, request: web.Request) -> web.Response:
        """Take a file. A type that no form of another site can send: see `asked_by`."""
        if request.content_type != "application/octet-stream":
            raise Unfit(415, "the body must be the file, with `Content-Type: application/octet-stream`")
        name = request.query.get("name", "")
        if not name or len(name) > limits.ATTACHMENT_FILENAME_MAX:
            raise Unfit(400, f"`name` must be a text of 1 to {limits.ATTACHMENT_FILENAME_MAX} characters")
        if request.content_length is None:
            raise Unfit(411, "the body needs a `Content-Length`")
        if request.content_length > limits.ATTACHMENT_DEFAULT_MAX_BYTES:
            raise Unfit(413, f"the file is longer than {limits.ATTACHMENT_DEFAULT_MAX_BYTES} bytes")
        made = self._local.upload(filename=name, content_type="application/octet-stream", data=await request.read())
        return _accepted(int(made))

    async def _be_nasty(self, request: web.Request) -> web.Response:
        asked: Asked = await asked_by(request)
        self._nasty.do(request.match_info["way"], asked)
        return web.json_response({"faults": self._local.faults.pending}, status=202)

    def _trace(self, interaction_id: str) -> Trace:
        for trace in reversed(self._local.traces):
            if str(trace.id) == interaction_id:
                return trace
        raise LocalDiscordError("there is no such interaction")


class _Stream:
    """One reader's server-sent events: they wait here until written."""

    def __init__(self, request: web.Request) -> None:
        self._request = request
        self._waiting: asyncio.Queue[object] = asyncio.Queue(BACKLOG_MAX)  # None is the end

    @property
    def is_closed(self) -> bool:
        """Whether the reader has left."""
        return self._request.transport is None or self._request.transport.is_closing()

    def offer(self, event: object) -> None:
        """Let an event wait its turn; one too many ends the stream."""
        if self._waiting.full():
            self.end()
        else:
            self._waiting.put_nowait(event)

    def end(self) -> None:
        """Drop what waits, and let `serve` return."""
        while not self._waiting.empty():
            self._waiting.get_nowait()
        self._waiting.put_nowait(None)

    async def serve(self, view: View | InspectorView) -> web.StreamResponse:
        """Send a snapshot, then each event that the view lets through, until the end or until the reader leaves."""
        response = web.StreamResponse(headers={"Content-Type": "text/event-stream"})
        try:
            await response.prepare(self._request)
            await response.write(_frame(Event("snapshot", view.snapshot())))
            while (happened := await self._waiting.get()) is not None:
                event = view.event(happened)
                if event is not None:
                    await response.write(_frame(event))
        except ConnectionResetError:
            pass  # the reader has left, which is how most streams end
        return response


def _page_files() -> dict[str, bytes]:
    """Return the page's files by name. Only these are served, so no path can lead elsewhere."""
    folder = files("runner.emulator") / "page"
    return {entry.name: entry.read_bytes() for entry in folder.iterdir() if entry.is_file()}


async def _to_the_page(_: web.Request) -> web.StreamResponse:
    raise web.HTTPFound(f"{PREFIX}/")  # the page names its files from there


async def _add_headers(_: web.Request, response: web.StreamResponse) -> None:
    response.headers.update(_HEADERS)


def _accepted(made_id: int) -> web.Response:
    return web.json_response({"id": str(made_id)}, status=202)


def _refusal(status: int, sentence: str) -> web.Response:
    return web.json_response({"error": sentence}, status=status)


def _frame(event: Event) -> bytes:
    data = json.dumps(event.data, separators=(",", ":"))
    return f"event: {event.name}\ndata: {data}\n\n".encode()
