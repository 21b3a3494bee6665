"""Another server than Discord's, on this machine, for tests of steps that call one."""

from collections.abc import AsyncGenerator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

from aiohttp import web

Answer = Callable[[web.Request], Awaitable[web.StreamResponse]]


@dataclass(frozen=True)
class Asked:
    """A call as it has arrived."""

    method: str
    path: str
    headers: Mapping[str, str]
    body: str


@dataclass
class Elsewhere:
    """A server with an answer for each path. What it has been asked is `asked`."""

    answers: dict[str, Answer] = field(default_factory=dict[str, Answer])
    asked: list[Asked] = field(default_factory=list[Asked])
    port: int = 0

    @property
    def host(self) -> str:
        """Where it is, as `http.allow` has it."""
        return f"127.0.0.1:{self.port}"

    @property
    def url(self) -> str:
        """Where it is, as steps have it."""
        return f"http://{self.host}"

    def say(self, path: str, *, status: int = 200, headers: Mapping[str, str] | None = None, **body: object) -> None:
        """Answer a path with JSON, or `text`, and a status."""

        async def answer(_: web.Request) -> web.StreamResponse:
            if "text" in body:
                return web.Response(status=status, text=str(body["text"]), headers=headers)
            return web.json_response(body.get("json"), status=status, headers=headers)

        self.answers[path] = answer

    async def handle(self, request: web.Request) -> web.StreamResponse:
        """Take a call."""
        body = await request.text()
        self.asked.append(Asked(request.method, request.path_qs, dict(request.headers), body))
        if request.path not in self.answers:
            return web.json_response({"path": request.path})
        return await self.answers[request.path](request)


@asynccontextmanager
async def elsewhere() -> AsyncGenerator[Elsewhere]:
    """Run a server for as long as the block lasts."""
    made = Elsewhere()
    app = web.Application()
    app.router.add_route("*", "/{tail:.*}", made.handle)
    runner = web.AppRunner(app, handler_cancellation=True, shutdown_timeout=1.0)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    made.port = runner.addresses[0][1]
    try:
        yield made
    finally:
        await runner.cleanup()
