"""Log lines: an event and its fields, one record a line, without secrets, written off the event loop.

Everything goes through the standard library's `logging`, so that the records of discord.py and asyncio come out of the
same formatter. No value can forge a line: what is not printable is escaped before it is written.
"""

import json
import logging
import math
import re
import threading
import time
from collections import deque
from collections.abc import Callable, Iterable, Mapping
from enum import Enum
from typing import Literal, TextIO
from urllib.parse import quote

from runner.regex import regex

FLUSH_S = 0.05
"""How long a line below warning may wait in memory before it is written, in seconds."""

BUFFER_LINES_MAX = 20_000
"""How many lines may wait for a stream that takes none. Later ones are dropped, and the loss is logged."""

CLOSE_S = 2.0
"""How long `flush` and `close` wait for a stream that is stuck, in seconds."""

VALUE_CHARS_MAX = 16_384
"""How long one value of a line may be, in code points. Of longer ones the middle is left out."""

SECRET_CHARS_MIN = 4
"""Shorter values are not scrubbed: they would blot out parts of every line, and nobody's secret is that short."""

HIDDEN = "[hidden]"
"""What stands in a line where a secret was."""

# The token of an interaction or a webhook is the path segment after its id
# (Discord docs, Interactions: Receiving and Responding, Endpoints). It is worth 15 minutes of speaking as the bot.
_TOKEN_IN_PATH = regex(r"(/(?:interactions|webhooks)/[^/\s]+/)[^/?#\s\"'\\<>]+")
# A bot token is three base64url parts: the user id, a timestamp, a signature. The search for one starts at a dot,
# because a pattern that starts with a literal is many times as fast as one that starts with a class.
_TAIL_OF_BOT_TOKEN = regex(r"\.[\w-]{6,8}\.[\w-]{27,}", re.ASCII)
_BOT_TOKEN = regex(r"[\w-]{18,}\.[\w-]{6,8}\.[\w-]{27,}", re.ASCII)
# An interaction token is the base64 of "interaction:…", so it can be told wherever it stands.
_START_OF_INTERACTION_TOKEN = "aW50ZXJhY3Rpb2"
_INTERACTION_TOKEN = regex(r"aW50ZXJhY3Rpb2[\w+/=-]{16,}", re.ASCII)

_BARE = regex(r"[^\s\"=\\]+")
_JSON = json.JSONEncoder(ensure_ascii=False)  # built once: json.dumps builds one a call
_OWN_KEYS = frozenset({"time", "level", "event"})

Format = Literal["text", "json"]
"""How a line looks: for people, or one JSON object."""

Secrets = Iterable[str] | Callable[[], Iterable[str]]
"""Values that no line may contain, or a function that returns those of the moment (a reload may change them)."""


def redacted(text: str) -> str:
    """Return `text` with the token of every `/interactions/{id}/{token}` and `/webhooks/{id}/{token}` hidden."""
    return _TOKEN_IN_PATH.sub(rf"\1{HIDDEN}", text)


class Log:
    """A logger that takes an event's name and its fields. Fields that are None are left out.

    A line is lost rather than an exception raised into the caller. Never pass what users wrote.
    """

    __slots__ = ("_logger",)

    def __init__(self, name: str) -> None:
        """Write through the standard logger of this name, so its level and handlers count."""
        self._logger = logging.getLogger(name)

    def debug(self, event: str, /, **fields: object) -> None:
        """Say what only a developer wants to know."""
        self._emit(logging.DEBUG, event, fields)

    def info(self, event: str, /, **fields: object) -> None:
        """Say what happened."""
        self._emit(logging.INFO, event, fields)

    def warning(self, event: str, /, *, exception: BaseException | None = None, **fields: object) -> None:
        """Say what went wrong and was dealt with, with the traceback of `exception`. The line is written at once."""
        self._emit(logging.WARNING, event, fields, exception)

    def error(self, event: str, /, *, exception: BaseException | None = None, **fields: object) -> None:
        """Say what went wrong and wasn't dealt with, with the traceback of `exception`. The line is written at once."""
        self._emit(logging.ERROR, event, fields, exception)

    def _emit(
        self, level: int, event: str, fields: Mapping[str, object], exception: BaseException | None = None
    ) -> None:
        if not self._logger.isEnabledFor(level):
            return
        self._logger.handle(_record(self._logger.name, level, event, fields, exception))


_BLANK = vars(logging.LogRecord("", logging.NOTSET, "", 0, "", None, None))
"""A record without a file, line, thread or process: no format of ours shows them, and to find them out costs most."""


def _record(
    name: str, level: int, event: str, fields: Mapping[str, object], exception: BaseException | None = None
) -> logging.LogRecord:
    """Return what the standard library would make of an event and its fields now, in half the time."""
    record = logging.LogRecord.__new__(logging.LogRecord)
    vars(record).update(
        _BLANK, name=name, levelno=level, levelname=logging.getLevelName(level), msg=event, fields=fields
    )
    record.created = time.time()
    if exception is not None:
        record.exc_info = (type(exception), exception, exception.__traceback__)
    return record


class LineFormatter(logging.Formatter):
    """Turns any record into one line without secrets."""

    def __init__(self, style: Format, secrets: Secrets = ()) -> None:
        """Format as `style`, hiding `secrets` besides everything that has the shape of a token."""
        super().__init__()
        self._render = _json_line if style == "json" else _text_line
        fixed = () if callable(secrets) else tuple(secrets)
        self._secrets: Callable[[], Iterable[str]] = secrets if callable(secrets) else lambda: fixed
        self._spelled: tuple[tuple[str, ...], tuple[str, ...]] = ((), ())
        self._second = (-1, "")

    def format(self, record: logging.LogRecord) -> str:
        """Return the line, without its end."""
        event, fields = self._event_and_fields(record)
        line = self._render(self._time(record.created), record.levelname.lower(), event, fields)
        return scrubbed(line, self._spellings())

    def _event_and_fields(self, record: logging.LogRecord) -> tuple[str, dict[str, object]]:
        own: Mapping[str, object] | None = getattr(record, "fields", None)
        fields: dict[str, object] = {"logger": record.name}
        if own is None:
            event = "log"
            fields["message"] = record.getMessage()
        else:
            event = str(record.msg)
            fields = {name: value for name, value in own.items() if value is not None}
        if record.exc_info:
            fields["traceback"] = self.formatException(record.exc_info)
        if record.stack_info:
            fields["stack"] = record.stack_info
        return event, fields

    def _time(self, created_s: float) -> str:
        whole_s = int(created_s)
        second, text = self._second
        if whole_s != second:
            text = time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(whole_s))
            self._second = (whole_s, text)
        return f"{text}.{int((created_s - whole_s) * 1000):03}Z"

    def _spellings(self) -> tuple[str, ...]:
        secrets = tuple(self._secrets())
        if secrets != self._spelled[0]:
            self._spelled = (secrets, spellings(secrets))
        return self._spelled[1]


def spellings(secrets: Iterable[str]) -> tuple[str, ...]:
    """Return how these secrets may stand in a line (plain, escaped, in an URL), the longest first.

    The order matters where one is the start of another: the longer one's end would stay.
    """
    found: set[str] = set()
    for secret in secrets:
        if len(secret) >= SECRET_CHARS_MIN:
            found |= {secret, _escaped(secret)[1:-1], json.dumps(secret)[1:-1], quote(secret, safe="")}
    return tuple(sorted(found, key=lambda spelling: (-len(spelling), spelling)))


def scrubbed(line: str, secrets: Iterable[str]) -> str:
    """Return `line` without these spellings of secrets, and without whatever has the shape of a Discord token."""
    for secret in secrets:
        if secret in line:
            line = line.replace(secret, HIDDEN)
    if "/interactions/" in line or "/webhooks/" in line:
        line = redacted(line)
    if _START_OF_INTERACTION_TOKEN in line:
        line = _INTERACTION_TOKEN.sub(HIDDEN, line)
    if _TAIL_OF_BOT_TOKEN.search(line):
        line = _BOT_TOKEN.sub(HIDDEN, line)
    return line


def _text_line(at: str, level: str, event: str, fields: Mapping[str, object]) -> str:
    shown_event = event if event.isprintable() and "=" not in event else _escaped(event)
    parts = [at, level, shown_event]
    parts += [f"{name}={_text_value(value)}" for name, value in fields.items()]
    return " ".join(parts)


def _text_value(value: object) -> str:
    if type(value) is int:
        return str(value)
    plain = _plain(value)
    if isinstance(plain, str):
        is_bare = plain.isalnum() or (_BARE.fullmatch(plain) and plain.isprintable())
        return plain if is_bare else _escaped(plain)
    return str(plain).lower()  # true and false, as in JSON


def _json_line(at: str, level: str, event: str, fields: Mapping[str, object]) -> str:
    line: dict[str, object] = {"time": at, "level": level, "event": event}
    for name, value in fields.items():
        line[f"{name}_" if name in _OWN_KEYS else name] = _plain(value)
    return _escaped(line)


def _escaped(value: object) -> str:
    """Return `value` as JSON in printable characters; ASCII only if that is what it takes."""
    text = _JSON.encode(value)
    return text if text.isprintable() else json.dumps(value)


def _plain(value: object) -> str | int | float | bool:
    """Return what JSON can say of `value`: numbers as they are (floats to a thousandth), all else as bounded text."""
    if isinstance(value, str):
        return value if len(value) <= VALUE_CHARS_MAX else _cut(value)
    if isinstance(value, int):
        return value
    if isinstance(value, float) and math.isfinite(value):  # JSON has no word for the others
        return round(value, 3)
    return _plain(value.value if isinstance(value, Enum) else str(value))


def _cut(text: str) -> str:
    half = (VALUE_CHARS_MAX - 1) // 2
    return f"{text[:half]}…{text[-half:]}"


class LineHandler(logging.Handler):
    """Writes lines to a stream from a thread of its own, so that a slow stream holds nobody up.

    A line waits at most `FLUSH_S`; one of warning or above wakes the thread at once. The others of ours are put into
    words there, too: many in a row cost half of what they cost one by one. Lines that can't be kept or written are
    counted, and the count goes out as a line of its own; nothing is ever raised into the caller.
    """

    def __init__(self, stream: TextIO, formatter: LineFormatter, *, flush_s: float = FLUSH_S) -> None:
        """Write to `stream`, which stays the caller's to close; lines below warning wait for `flush_s` seconds."""
        super().__init__()
        self.setFormatter(formatter)
        self._stream = stream
        self._flush_s = flush_s
        self._lines: deque[str | logging.LogRecord] = deque()
        # Each counter has one writer (`emit`, under the handler's lock; whoever holds `_writing`), so none is torn.
        self._dropped = 0
        self._unwritten = 0
        self._reported = 0
        self._closing = False
        self._waiting = threading.Event()
        self._urgent = threading.Event()
        self._writing = threading.Lock()
        self._thread = threading.Thread(target=self._run, name="log writer", daemon=True)
        self._thread.start()

    def emit(self, record: logging.LogRecord) -> None:
        """Leave `record` to the thread; one that may change until then, or holds a traceback, is put into words now."""
        if len(self._lines) >= BUFFER_LINES_MAX:
            self._dropped += 1
            return
        is_urgent = record.levelno >= logging.WARNING
        self._lines.append(self._line(record) if is_urgent or not hasattr(record, "fields") else record)
        if is_urgent:
            self._urgent.set()
        if not self._waiting.is_set():
            self._waiting.set()

    def _line(self, record: logging.LogRecord) -> str:
        try:
            return self.format(record)
        except Exception as error:  # a value whose __str__ raises must not take the caller down
            return self.format(_own_record("line not formatted", logger=record.name, cause=type(error).__name__))

    def flush(self) -> None:
        """Write what waits, before returning; gives up after `CLOSE_S` on a stream that is stuck."""
        if self._writing.acquire(timeout=CLOSE_S):
            try:
                self._write_lines()
            finally:
                self._writing.release()

    def close(self) -> None:
        """Write what waits and end the thread; gives up after `CLOSE_S`. Later records are lost."""
        self._closing = True
        self._urgent.set()
        self._waiting.set()
        self._thread.join(CLOSE_S)
        super().close()

    def _run(self) -> None:
        while not self._closing:
            self._waiting.wait()
            self._urgent.wait(self._flush_s)
            # Cleared before the lines are taken: one that comes in between sets the events again.
            self._waiting.clear()
            self._urgent.clear()
            self.flush()
        self.flush()

    def _write_lines(self) -> None:
        count = len(self._lines)
        waiting = [self._lines.popleft() for _ in range(count)]
        lines = [each if isinstance(each, str) else self._line(each) for each in waiting]
        lost = self._dropped + self._unwritten
        if lost > self._reported:
            lines.append(self.format(_own_record("lines lost", count=lost - self._reported)))
        if not lines:
            return
        try:
            _write(self._stream, "\n".join(lines) + "\n")
            self._reported = lost
        except (OSError, ValueError):  # the disk is full, the reader has gone, the stream is closed
            self._unwritten += count


def _own_record(event: str, **fields: object) -> logging.LogRecord:
    return _record(__name__, logging.WARNING, event, fields)


def _write(stream: TextIO, text: str) -> None:
    try:
        stream.write(text)
    except UnicodeEncodeError:  # a terminal that is not UTF-8 still gets its lines
        stream.write(text.encode("ascii", "backslashreplace").decode("ascii"))
    stream.flush()


def configure(
    stream: TextIO,
    *,
    format: Format = "text",  # noqa: A002  the word that the command line uses
    level: str = "info",
    secrets: Secrets = (),
) -> LineHandler:
    """Send every record of the process to `stream`, and return the handler, to be closed at the end.

    A second call replaces the handler of the first. Raises ValueError for a level that `logging` does not know.
    """
    # No line of ours shows a thread, process or task, and finding them out is a third of what a record costs.
    logging.logThreads = logging.logProcesses = logging.logMultiprocessing = False
    setattr(logging, "logAsyncioTasks", False)  # noqa: B010  Python 3.11's stubs don't know it
    root = logging.getLogger()
    root.setLevel(level.upper())
    for handler in root.handlers[:]:
        if isinstance(handler, LineHandler):
            root.removeHandler(handler)
            handler.close()
    handler = LineHandler(stream, LineFormatter(format, secrets))
    root.addHandler(handler)
    return handler
