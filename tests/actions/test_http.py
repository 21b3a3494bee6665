"""`http`: from a bot on a local Discord to a server on this machine."""

import asyncio
import json
from collections.abc import AsyncIterator

import pytest
from aiohttp import web

from runner.inspector.recorder import Recorder
from tests.actions.members import said
from tests.actions.web import Elsewhere, elsewhere
from tests.conftest import Bot, StartBot, compiled


@pytest.fixture
async def other() -> AsyncIterator[Elsewhere]:
    """Give a test another server."""
    async with elsewhere() as made:
        yield made


def bot_with(other: Elsewhere, keys: str, shows: str = "{{ steps.it.text }}", *, private: bool = True) -> str:
    """Return a bot that calls the server and shows what it answers, or why it doesn't."""
    keys = keys.replace("URL", other.url)
    what = "what: {type: string, description: d, required: true}" if "options.what" in keys else ""
    return f"""
http: {{allow: ["{other.host}", "localhost:{other.port}"], private: {str(private).lower()}}}
commands:
  it:
    description: d
    options: {{{what}}}
    steps:
      - id: it
        http: {{{keys}}}
        catch:
          - reply: "{{{{ error.kind }}}} {{{{ error.code }}}} {{{{ error.retry_after }}}}"
          - stop
      - reply: "{shows}"
"""


async def shown(bot: Bot, **options: str) -> str:
    """Return what the command shows."""
    ((text, _),) = said(await bot.ran("it", user="Robin", **options))
    return text


async def test_what_is_answered_can_be_read(bot: StartBot, other: Elsewhere) -> None:
    shows = "{{ steps.it.status }} {{ steps.it.is_ok }} {{ steps.it.json.items[1].name }} {{ steps.it.headers['x-a'] }}"
    made = await bot(bot_with(other, "url: URL/latest", shows))
    other.say("/latest", json={"items": [{"name": "a"}, {"name": "b"}]}, headers={"X-A": "c", "Set-Cookie": "d=e"})
    assert await shown(made) == "200 True b c"


async def test_what_is_sent_is_what_is_written(bot: StartBot, other: Elsewhere) -> None:
    keys = (
        'url: "URL/a?x=1", query: {q: "{{ options.what }}", n: 2, none: null, yes: true},'
        " headers: {Authorization: Bearer secret}, json: {text: '{{ options.what }}', list: [1, true]}"
    )
    made = await bot(bot_with(other, keys))
    await shown(made, what='a&b="ä"')
    (asked,) = other.asked
    assert (asked.method, asked.path) == ("POST", "/a?x=1&q=a%26b%3D%22%C3%A4%22&n=2&yes=true")
    assert asked.headers["Authorization"] == "Bearer secret"
    assert asked.headers["Content-Type"] == "application/json"
    assert json.loads(asked.body) == {"text": 'a&b="ä"', "list": [1, True]}


@pytest.mark.parametrize(
    ("keys", "method", "kind", "body"),
    [
        ("form: {a: b c, d: 1}", "POST", "application/x-www-form-urlencoded", "a=b+c&d=1"),
        ("body: Hello, method: PUT", "PUT", "text/plain; charset=utf-8", "Hello"),
        ("method: DELETE", "DELETE", None, ""),
        ("method: PATCH, json: []", "PATCH", "application/json", "[]"),
    ],
)
async def test_each_kind_of_body(
    keys: str, method: str, kind: str | None, body: str, bot: StartBot, other: Elsewhere
) -> None:
    made = await bot(bot_with(other, f"url: URL/a, {keys}"))
    await shown(made)
    (asked,) = other.asked
    assert (asked.method, asked.headers.get("Content-Type"), asked.body) == (method, kind, body)


async def test_an_error_is_a_failure_with_its_status_unless_any_will_do(bot: StartBot, other: Elsewhere) -> None:
    other.say("/a", status=503, text="down")
    other.say("/b", status=429, text="slow down", headers={"Retry-After": "7"})
    made = await bot(bot_with(other, "url: URL/a"))
    assert await shown(made) == "http_status 503"
    await made.stop()
    made = await bot(bot_with(other, "url: URL/b"), local=made.local)
    assert await shown(made) == "rate_limited 429 7"
    await made.stop()
    made = await bot(bot_with(other, "url: URL/a, any_status: true", "{{ steps.it.text }}"), local=made.local)
    assert await shown(made) == "down"


async def test_what_calls_itself_json_and_is_none_is_text(bot: StartBot, other: Elsewhere) -> None:
    async def nested(_: web.Request) -> web.StreamResponse:
        return web.Response(text="[" * 100_000, content_type="application/json")

    other.answers["/a"] = nested
    made = await bot(bot_with(other, "url: URL/a", "{{ steps.it.json is none }}"))
    assert await shown(made) == "True"


async def test_a_server_that_hangs_is_given_ten_seconds(bot: StartBot, other: Elsewhere) -> None:
    async def never(_: web.Request) -> web.StreamResponse:
        await asyncio.sleep(3600)
        return web.Response()

    other.answers["/a"] = never
    made = await bot(bot_with(other, "url: URL/a"))
    assert (await shown(made)).startswith("timeout")
    assert 10_000 <= made.line()["total_ms"] < 11_000
    assert made.line()["ack_ms"] < 1000


async def test_an_answer_is_read_up_to_its_bound(bot: StartBot, other: Elsewhere) -> None:
    async def long(request: web.Request) -> web.StreamResponse:
        response = web.Response(body=b"a" * (1024 * 1024 + int(request.query["more"])))
        response.enable_compression()  # what is small on the wire may be large
        return response

    other.answers["/a"] = long
    made = await bot(bot_with(other, 'url: "URL/a?more={{ options.what }}"', "{{ steps.it.text | length }}"))
    assert await shown(made, what="0") == str(1024 * 1024)
    assert (await shown(made, what="1")).startswith("too_large")


async def test_no_more_is_sent_than_its_bound(bot: StartBot, other: Elsewhere) -> None:
    body = "a" * 1000
    text = bot_with(other, "url: URL/a, form: {a: '{{ vars.a }}', b: '{{ vars.b }}'}", "Done")
    made = await bot(f"vars: {{a: {body * 100}, b: {body * 156}}}" + text)
    assert await shown(made) == "Done"
    await made.stop()
    made = await bot(f"vars: {{a: {body * 100}, b: {body * 163}}}" + text, local=made.local)
    assert await shown(made) == "too_large"
    assert len(other.asked) == 1


async def test_where_nobody_listens_is_a_kind(bot: StartBot, other: Elsewhere) -> None:
    text = bot_with(other, "url: URL/a")
    made = await bot(text.replace(other.host, "127.0.0.1:9"))
    assert (await shown(made)).startswith("unreachable")


async def test_no_secret_is_in_a_message_a_log_line_or_what_is_shown_of_a_run(bot: StartBot, other: Elsewhere) -> None:
    keys = "url: URL/secret/a, query: {b: secret}, headers: {Authorization: Bearer secret}"
    other.say("/secret/a", status=500, text="secret")
    recorder = Recorder(now=lambda: 0.0)
    made = await bot(bot_with(other, keys), observer=recorder)
    assert "secret" not in await shown(made)
    assert "secret" not in str([record.__dict__ for record in made.log.records])
    assert "secret" not in str(recorder.runs())
    assert recorder.runs()[0].steps[0].inputs["url"] == "•••"


async def test_an_address_inside_of_the_network_is_not_called(bot: StartBot, other: Elsewhere) -> None:
    for name in ("127.0.0.1", "localhost"):
        made = await bot(bot_with(other, f"url: 'http://{name}:{other.port}/a'", private=False))
        assert (await shown(made)).startswith("not_allowed")
        await made.stop()
    assert other.asked == []


async def test_a_host_that_users_choose_is_none_but_those_that_are_allowed(bot: StartBot, other: Elsewhere) -> None:
    made = await bot(bot_with(other, 'url: "{{ options.what }}"'))
    assert await shown(made, what=f"{other.url}/a")
    for url in (
        "http://example.org/",
        f"http://{other.host}@example.org/",
        f"http://example.org#@{other.host}/",
        f"https://{other.host}.example.org/",
        f"http://127.0.0.1:{other.port + 1}/",
    ):
        assert (await shown(made, what=url)).startswith(("not_allowed", "invalid")), url
    for url in ("file:///etc/passwd", "gopher://127.0.0.1/", "http://", "nothing at all", "//example.org/a"):
        assert (await shown(made, what=url)).startswith("invalid"), url
    assert len(other.asked) == 1


async def test_a_header_can_not_begin_another_one(bot: StartBot, other: Elsewhere) -> None:
    made = await bot(bot_with(other, "url: URL/a, headers: {X-A: '{{ options.what }}'}", "Done"))
    assert (await shown(made, what="a\r\nX-B: c")).startswith("invalid")
    assert await shown(made, what="a") == "Done"
    assert [asked.headers.get("X-B") for asked in other.asked] == [None]


async def test_a_redirect_is_followed_where_the_call_itself_could_go(bot: StartBot, other: Elsewhere) -> None:
    other.say("/a", status=302, text="", headers={"Location": "/b"})
    other.say("/b", text="there")
    other.say("/away", status=302, text="", headers={"Location": "http://example.org/"})
    other.say("/round", status=307, text="", headers={"Location": "/round"})
    made = await bot(bot_with(other, 'url: "URL{{ options.what }}", method: POST, json: {}'))
    assert await shown(made, what="/a") == "there"
    assert [(asked.method, asked.body) for asked in other.asked] == [("POST", "{}"), ("GET", "")]
    assert (await shown(made, what="/away")).startswith("not_allowed")
    other.asked.clear()
    assert (await shown(made, what="/round")).startswith("unreachable")
    assert [asked.method for asked in other.asked] == ["POST"] * 6


async def test_a_secret_does_not_follow_to_another_host(bot: StartBot, other: Elsewhere) -> None:
    other.say("/a", status=307, text="", headers={"Location": f"http://localhost:{other.port}/b"})
    keys = "url: URL/a, headers: {Authorization: Bearer secret, X-Key: key, Accept: text/plain}"
    made = await bot(bot_with(other, keys, "Done"))
    assert await shown(made) == "Done"
    assert [asked.headers.get("Authorization") for asked in other.asked] == ["Bearer secret", None]
    assert [asked.headers.get("X-Key") for asked in other.asked] == ["key", None]
    assert other.asked[1].headers["Accept"] == "text/plain"


async def test_no_cookie_of_one_call_is_part_of_the_next(bot: StartBot, other: Elsewhere) -> None:
    other.say("/a", json={}, headers={"Set-Cookie": "a=b"})
    made = await bot(bot_with(other, "url: URL/a", "{{ steps.it.headers['set-cookie'] is none }}"))
    await shown(made)
    await shown(made)
    assert [asked.headers.get("Cookie") for asked in other.asked] == [None, None]


async def test_a_key_is_the_same_in_each_attempt_and_another_one_in_each_run(bot: StartBot, other: Elsewhere) -> None:
    text = bot_with(other, "url: URL/a, json: {}, key_header: Idempotency-Key")
    other.say("/a", status=500, text="")
    made = await bot(text.replace("        catch:", "        retry: 2\n        catch:"))
    await shown(made)
    await shown(made)
    keys = [asked.headers["Idempotency-Key"] for asked in other.asked]
    assert len(keys) == 4
    assert len(set(keys)) == 2
    assert keys[0] == keys[1]


@pytest.mark.parametrize(
    ("keys", "on_crash"),
    [
        ("url: URL/a", "repeat"),
        ("url: URL/a, json: {}", "fail"),
        ("url: URL/a, method: PUT, json: {}", "repeat"),
        ("url: URL/a, json: {}, key_header: Idempotency-Key", "repeat"),
    ],
)
async def test_what_is_done_twice_follows_from_the_method(keys: str, on_crash: str, other: Elsewhere) -> None:
    (step, *_) = compiled(bot_with(other, keys)).commands["it"].steps.items
    assert step.on_crash == on_crash
