"""Messages as one text: plain, as Markdown, or as a page for a browser. What people have written stays what it is."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from html import escape
from typing import Any, Final

from runner.lifecycle.deadline import snowflake_created_at

BYTES_MAX: Final = 1024 * 1024
"""How long a transcript may be; what is longer is cut."""

_Json = Mapping[str, Any]  # Any: Discord's JSON

_PAGE: Final = """<!doctype html>
<meta charset="utf-8">
<title>Transcript</title>
<style>
body {{ font: 15px/1.4 sans-serif; max-width: 50em; margin: 2em auto; padding: 0 1em }}
p {{ margin: .1em 0; white-space: pre-wrap }}
time {{ color: #777; font-size: 85% }}
</style>
{messages}
"""


def _time(message: _Json) -> str:
    return datetime.fromtimestamp(snowflake_created_at(message["id"]), UTC).strftime("%Y-%m-%d %H:%M:%S UTC")


def _author(message: _Json) -> str:
    author: _Json = message["author"]
    name: str = author.get("global_name") or author["username"]
    return name + (" [bot]" if author.get("bot") else "")


def _parts(message: _Json) -> Iterator[str]:
    """Yield what a message shows: its text, the texts of its embeds, the names and addresses of its files."""
    if message["content"]:
        yield message["content"]
    for embed in message.get("embeds") or ():
        yield from (embed[name] for name in ("title", "description") if embed.get(name))
        yield from (f"{field['name']}: {field['value']}" for field in embed.get("fields") or ())
    for file in message.get("attachments") or ():
        yield f"[{file['filename']}] {file['url']}"


def _text(messages: Sequence[_Json]) -> str:
    return "".join(f"[{_time(each)}] {_author(each)}: {_indented(each)}\n" for each in messages)


def _indented(message: _Json) -> str:
    """Return what a message shows; the lines behind the first can't be taken for other messages."""
    return "\n".join(_parts(message)).replace("\n", "\n    ")


def _markdown(messages: Sequence[_Json]) -> str:
    return "".join(f"**{_author(each)}** {_time(each)}\n\n{_quoted(each)}\n\n" for each in messages)


def _quoted(message: _Json) -> str:
    return "> " + "\n".join(_parts(message)).replace("\n", "\n> ")


def _html(messages: Sequence[_Json]) -> str:
    """Return a page; nothing in it is anything but text, whatever people have written."""
    lines = (
        f"<article><b>{escape(_author(each))}</b> <time>{_time(each)}</time>"
        f"<p>{escape(chr(10).join(_parts(each)))}</p></article>"
        for each in messages
    )
    return _PAGE.format(messages="\n".join(lines))


WRITERS: Final[Mapping[str, Callable[[Sequence[_Json]], str]]] = {"text": _text, "markdown": _markdown, "html": _html}
"""The ways to write them, from the first to the last."""
