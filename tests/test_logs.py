"""Lines of the log: what they look like, what they never contain, and when they are written."""

import io
import json
import logging
import math
import threading
from collections.abc import Generator, Iterator
from contextlib import contextmanager
from enum import Enum
from typing import TextIO

import pytest
from hypothesis import given
from hypothesis import strategies as st

from runner.logs import (
    BUFFER_LINES_MAX,
    FLUSH_S,
    HIDDEN,
    VALUE_CHARS_MAX,
    Format,
    LineFormatter,
    LineHandler,
    Log,
    Secrets,
    configure,
    redacted,
)

# None of these is anybody's: right in shape, wrong in content.
BOT_TOKEN = "MTk4NjIyNDgzNDcxOTI1MjQ4" + ".Cl2FMQ." + "ZnCjm1XVW7vRze4b7Cq4se7kKWs"
INTERACTION_TOKEN = "aW50ZXJhY3Rpb246MTIzNDU2Nzg5MDEyMzQ1Njc4OnRlc3Q"


class Colour(Enum):
    RED = "red"


class Unspeakable:
    def __str__(self) -> str:
        raise RuntimeError("no words")


def line(
    event: str = "interaction",
    fields: dict[str, object] | None = None,
    *,
    style: Format = "text",
    secrets: Secrets = (),
    **attributes: object,
) -> str:
    """Return the line of one record, made at a fixed time."""
    record = logging.makeLogRecord(
        {"name": "test", "levelname": "INFO", "levelno": logging.INFO, "created": 1795435200.1239, "msg": event}
        | ({} if fields is None else {"fields": fields})
        | attributes
    )
    return LineFormatter(style, secrets).format(record)


# What a line looks like.


def test_a_text_line_is_the_time_the_level_the_event_and_its_fields() -> None:
    shown = line(fields={"id": 12, "type": "command", "ack_ms": 12.3})
    assert shown == "2026-11-23T12:00:00.123Z info interaction id=12 type=command ack_ms=12.3"


def test_a_json_line_is_one_object() -> None:
    shown = line(fields={"id": 12, "ack_ms": 12.3, "is_late": False}, style="json")
    assert json.loads(shown) == {
        "time": "2026-11-23T12:00:00.123Z",
        "level": "info",
        "event": "interaction",
        "id": 12,
        "ack_ms": 12.3,
        "is_late": False,
    }


VALUES = [
    pytest.param(7, "7", 7, id="an integer"),
    pytest.param(0.30000000000000004, "0.3", 0.3, id="a float"),
    pytest.param(math.inf, "inf", "inf", id="a float that JSON has no word for"),
    pytest.param(True, "true", True, id="a truth"),
    pytest.param("ping", "ping", "ping", id="a word"),
    pytest.param("", '""', "", id="nothing"),
    pytest.param("two words", '"two words"', "two words", id="words"),
    pytest.param('a"b', r'"a\"b"', 'a"b', id="a quote"),
    pytest.param("a=b", '"a=b"', "a=b", id="what looks like a field"),
    pytest.param("Grüße🎉", "Grüße🎉", "Grüße🎉", id="letters beyond ASCII"),
    pytest.param("a\nb", r'"a\nb"', "a\nb", id="a line end"),
    pytest.param("\x1b[31m", r'"\u001b[31m"', "\x1b[31m", id="a terminal's escape"),
    pytest.param("a\u2028b", r'"a\u2028b"', "a\u2028b", id="a separator of lines"),
    pytest.param("a\u202eb", r'"a\u202eb"', "a\u202eb", id="a change of direction"),
    pytest.param("a\ud800", r'"a\ud800"', "a\ud800", id="half a character"),
    pytest.param(Colour.RED, "red", "red", id="a choice"),
    pytest.param(["a", 1], "\"['a', 1]\"", "['a', 1]", id="a list"),
]


@pytest.mark.parametrize(("value", "text", "decoded"), VALUES)
def test_a_value_is_shown_so_that_it_can_be_read_back(value: object, text: str, decoded: object) -> None:
    assert line(fields={"value": value}).endswith(f" interaction value={text}")
    assert json.loads(line(fields={"value": value}, style="json"))["value"] == decoded


@given(st.text(), st.sampled_from(["text", "json"]))
def test_no_value_and_no_event_can_forge_a_line(text: str, style: Format) -> None:
    shown = line(text, {"value": text, "other": 1}, style=style)
    assert shown.isprintable()
    assert len(shown.splitlines()) == 1


@pytest.mark.parametrize("style", ["text", "json"])
def test_a_field_without_a_value_is_left_out(style: Format) -> None:
    assert "guild" not in line(fields={"guild": None}, style=style)


def test_a_field_cannot_take_the_place_of_the_lines_own() -> None:
    shown = json.loads(line("real", {"event": "false", "time": 1, "level": "error"}, style="json"))
    assert shown["event"] == "real"
    assert shown["level"] == "info"
    assert (shown["event_"], shown["time_"], shown["level_"]) == ("false", 1, "error")


@pytest.mark.parametrize(("length", "is_cut"), [(VALUE_CHARS_MAX, False), (VALUE_CHARS_MAX + 1, True)])
def test_a_value_over_its_bound_loses_its_middle(length: int, is_cut: bool) -> None:
    text = "a" * (length - 1) + "z"
    shown = json.loads(line(fields={"value": text}, style="json"))["value"]
    assert (shown != text) is is_cut
    assert len(shown) <= VALUE_CHARS_MAX
    assert shown.startswith("aaa")
    assert shown.endswith("az")


def test_a_record_of_another_library_says_whose_it_is() -> None:
    shown = line("Shard ID %s has connected", None, args=(0,), name="discord.gateway")
    assert shown.endswith(' info log logger=discord.gateway message="Shard ID 0 has connected"')


def test_a_traceback_and_a_stack_stand_in_the_same_line() -> None:
    try:
        raise ValueError("a\nb")
    except ValueError as error:
        shown = line(exc_info=(type(error), error, error.__traceback__), stack_info="Stack:\n  there", style="json")
    assert "\n" not in shown
    assert json.loads(shown)["traceback"].endswith("ValueError: a\nb")
    assert json.loads(shown)["stack"] == "Stack:\n  there"


# What a line never contains.

PATHS = [
    pytest.param("/interactions/12/SECRET/callback", f"/interactions/12/{HIDDEN}/callback", id="a callback"),
    pytest.param("/api/v10/webhooks/12/SECRET?wait=1", f"/api/v10/webhooks/12/{HIDDEN}?wait=1", id="a follow-up"),
    pytest.param("/webhooks/12/SECRET/messages/@original", f"/webhooks/12/{HIDDEN}/messages/@original", id="an edit"),
    pytest.param("/webhooks/12/SECRET", f"/webhooks/12/{HIDDEN}", id="at the end"),
    pytest.param("/webhooks/12/SE%3DCRET now", f"/webhooks/12/{HIDDEN} now", id="encoded"),
    pytest.param(
        "/interactions/1/SECRET/callback /webhooks/2/SECRET/x",
        f"/interactions/1/{HIDDEN}/callback /webhooks/2/{HIDDEN}/x",
        id="two",
    ),
    pytest.param("/channels/12/webhooks", "/channels/12/webhooks", id="no token"),
    pytest.param("/webhooks/12", "/webhooks/12", id="only an id"),
]


@pytest.mark.parametrize(("path", "shown"), PATHS)
def test_the_token_in_a_path_is_hidden_and_the_rest_stays(path: str, shown: str) -> None:
    assert redacted(path) == shown
    assert json.loads(line(fields={"path": path}, style="json"))["path"] == shown


SECRETS = [
    pytest.param(BOT_TOKEN, (), id="a bot token by its shape"),
    pytest.param(INTERACTION_TOKEN, (), id="an interaction token by its shape"),
    pytest.param("hunter2", ("hunter2",), id="a known value"),
    pytest.param('pass"wo\\rd', ('pass"wo\\rd',), id="a known value that is escaped"),
    pytest.param("pass\nword", ("pass\nword",), id="a known value over two lines"),
    pytest.param("p%40ss%2Fword", ("p@ss/word",), id="a known value in an URL"),
    pytest.param('pä"ss', ('pä"ss',), id="a known value beyond ASCII"),
    pytest.param('pä"ss\u2028', ('pä"ss',), id="a known value beyond ASCII beside what is not printable"),
    pytest.param("abcd-efgh", ("abcd", "abcd-efgh"), id="a known value that begins with another"),
]


@pytest.mark.parametrize("style", ["text", "json"])
@pytest.mark.parametrize(("text", "secrets"), SECRETS)
def test_a_secret_is_hidden_wherever_it_stands(text: str, secrets: tuple[str, ...], style: Format) -> None:
    try:
        raise ValueError(f"see {text}")
    except ValueError as error:
        exc_info = (type(error), error, error.__traceback__)
    shown = [
        line(f"see {text}", {}, style=style, secrets=secrets),
        line(fields={"value": f"see {text}"}, style=style, secrets=secrets),
        line("see %s", None, args=(text,), style=style, secrets=secrets),
        line(exc_info=exc_info, style=style, secrets=secrets),
    ]
    for each in shown:
        assert each.count(f"see {HIDDEN}") == 1, each
        assert text not in each
        assert "ss" not in each.partition(HIDDEN)[2]
        assert "efgh" not in each


def test_secrets_are_asked_for_again_at_each_line() -> None:
    secrets = ["before"]
    formatter = LineFormatter("text", lambda: secrets)
    record = logging.makeLogRecord({"msg": "before after", "fields": {}})
    assert f"{HIDDEN} after" in formatter.format(record)
    secrets[:] = ["after"]
    assert f"before {HIDDEN}" in formatter.format(record)


@pytest.mark.parametrize(("secret", "is_hidden"), [("abc", False), ("abcd", True)])
def test_a_value_too_short_to_be_a_secret_does_not_blot_out_the_log(secret: str, is_hidden: bool) -> None:
    assert (HIDDEN in line(fields={"value": f"x{secret}x"}, secrets=[secret])) is is_hidden


# When a line is written.


class Stream(io.StringIO):
    """A stream that tells when it is written to, can be stuck, and can fail."""

    def __init__(self) -> None:
        super().__init__()
        self.was_asked = threading.Event()
        self.was_written = threading.Event()
        self.may_write = threading.Event()
        self.may_write.set()
        self.fails = False

    def write(self, text: str, /) -> int:
        self.was_asked.set()
        self.may_write.wait(10)
        if self.fails:
            raise OSError("no space left on device")
        written = super().write(text)
        self.was_written.set()
        return written

    @property
    def lines(self) -> list[str]:
        return [text.partition(" ")[2] for text in self.getvalue().splitlines()]


@contextmanager
def logging_to(stream: TextIO, *, flush_s: float = FLUSH_S) -> Generator[tuple[Log, LineHandler], None, None]:
    """Give a logger that writes to `stream` only."""
    handler = LineHandler(stream, LineFormatter("text"), flush_s=flush_s)
    logger = logging.getLogger("test_logs")
    logger.addHandler(handler)
    logger.propagate = False
    logger.setLevel(logging.INFO)
    try:
        yield Log("test_logs"), handler
    finally:
        logger.removeHandler(handler)
        handler.close()


@pytest.mark.parametrize("level", ["info", "warning", "error"])
def test_a_line_is_written_by_itself_and_soon(level: str) -> None:
    stream = Stream()
    with logging_to(stream) as (log, _):
        getattr(log, level)("happened", a=1)
        assert stream.was_written.wait(5)
    assert stream.lines == [f"{level} happened a=1"]


@pytest.mark.parametrize(("level", "is_written"), [("info", False), ("warning", True), ("error", True)])
def test_a_warning_does_not_wait_for_company(level: str, is_written: bool) -> None:
    stream = Stream()
    with logging_to(stream, flush_s=60.0) as (log, _):
        getattr(log, level)("happened")
        assert stream.was_written.wait(5 if is_written else 0.02) is is_written
    assert stream.lines == [f"{level} happened"]


def test_flush_writes_what_waits() -> None:
    stream = Stream()
    with logging_to(stream) as (log, handler):
        log.info("one")
        handler.flush()
        assert stream.lines == ["info one"]


def test_close_writes_what_waits_in_its_order() -> None:
    stream = Stream()
    with logging_to(stream) as (log, _):
        for number in range(100):
            log.info("counted", number=number)
    assert stream.lines == [f"info counted number={number}" for number in range(100)]


def test_a_level_that_is_off_costs_no_line() -> None:
    stream = Stream()
    with logging_to(stream) as (log, _):
        log.debug("unseen")
        log.info("seen")
    assert stream.lines == ["info seen"]


def test_an_exception_passed_to_the_log_comes_with_its_traceback() -> None:
    stream = Stream()
    with logging_to(stream) as (log, _):
        try:
            raise ValueError("why")
        except ValueError as error:
            log.error("crashed", exception=error, reference="7Q")
            log.warning("survived", exception=error)
    assert [text.partition(" traceback=")[0] for text in stream.lines] == [
        "error crashed reference=7Q",
        "warning survived",
    ]
    assert all(text.endswith('ValueError: why"') for text in stream.lines)


def test_a_value_that_cannot_be_shown_is_a_line_and_no_exception() -> None:
    stream = Stream()
    with logging_to(stream) as (log, _):
        log.info("shown", value=Unspeakable())
    assert stream.lines == ["warning line not formatted logger=test_logs cause=RuntimeError"]


def test_a_stream_that_fails_loses_lines_and_says_how_many_once_it_works_again() -> None:
    stream = Stream()
    with logging_to(stream) as (log, handler):
        stream.fails = True
        log.info("lost")
        log.info("lost")
        handler.flush()
        stream.fails = False
        log.info("kept")
    assert stream.lines == ["info kept", "warning lines lost count=2"]


def test_a_stream_that_is_stuck_holds_nobody_up_and_fills_no_memory() -> None:
    stream = Stream()
    stream.may_write.clear()
    with logging_to(stream) as (log, _):
        log.warning("stuck")
        assert stream.was_asked.wait(5)
        for _ in range(BUFFER_LINES_MAX + 3):
            log.info("waits")
        stream.may_write.set()
    assert stream.lines == ["warning stuck"] + ["info waits"] * BUFFER_LINES_MAX + ["warning lines lost count=3"]


def test_a_terminal_that_knows_only_ascii_still_gets_its_lines() -> None:
    raw = io.BytesIO()
    with logging_to(io.TextIOWrapper(raw, encoding="ascii", newline="\n")) as (log, _):
        log.info("greeted", name="Grüße")
    assert raw.getvalue().endswith(b"info greeted name=Gr\\xfc\\xdfe\n")


@pytest.fixture
def root() -> Iterator[logging.Logger]:
    """The root logger, which is put back as it was."""
    logger = logging.getLogger()
    level, handlers = logger.level, logger.handlers[:]
    yield logger
    for handler in logger.handlers[:]:
        if handler not in handlers:
            logger.removeHandler(handler)
            handler.close()
    logger.setLevel(level)


def test_configure_sends_every_librarys_records_to_the_stream(root: logging.Logger) -> None:
    stream = Stream()
    handler = configure(stream, format="json", level="warning", secrets=["hunter2"])
    logging.getLogger("asyncio").warning("took %s s: hunter2", 3)
    logging.getLogger("discord").info("unseen")
    handler.close()
    assert root.level == logging.WARNING
    shown = json.loads(stream.getvalue())
    assert (shown["logger"], shown["message"]) == ("asyncio", f"took 3 s: {HIDDEN}")


def test_configure_again_replaces_the_stream(root: logging.Logger) -> None:
    first, second = Stream(), Stream()
    configure(first)
    log = Log("test_logs_again")
    log.info("one")
    configure(second).close()
    configure(second)
    log.info("two")
    for handler in root.handlers:
        handler.flush()
    assert first.lines == ["info one"]
    assert second.lines == ["info two"]


def test_configure_refuses_a_level_that_does_not_exist(root: logging.Logger) -> None:
    before = root.handlers[:]
    with pytest.raises(ValueError, match="LOUD"):
        configure(Stream(), level="loud")
    assert root.handlers == before
