"""HTTP and WebSocket framing of the fake Discord."""

import os

import pytest

from benchmarks.wire import BINARY, TEXT, accept_key, client_frames, content_length, header, server_frame

HEAD = "POST /x HTTP/1.1\r\nHost: a\r\nContent-Length: 12\r\nSec-WebSocket-Key:  abc=="


def client_frame(opcode: int, payload: bytes) -> bytes:
    """Return a masked frame, as a client sends it."""
    mask = os.urandom(4)
    unmasked = server_frame(opcode, payload)
    start = len(unmasked) - len(payload)
    head = bytes([unmasked[0], unmasked[1] | 0x80]) + unmasked[2:start]
    return head + mask + bytes(byte ^ mask[index % 4] for index, byte in enumerate(payload))


@pytest.mark.parametrize("size", [0, 125, 126, 65_535, 65_536], ids=str)
def test_a_frame_of_every_length_class_comes_back(size: int) -> None:
    payload = bytes(index % 251 for index in range(size))
    buffer = bytearray(client_frame(BINARY, payload) + client_frame(TEXT, b"next"))
    assert list(client_frames(buffer)) == [(BINARY, payload), (TEXT, b"next")]
    assert buffer == b""


def test_a_frame_that_is_not_whole_waits() -> None:
    whole = client_frame(TEXT, b"hello")
    for cut in range(len(whole)):
        buffer = bytearray(whole[:cut])
        assert list(client_frames(buffer)) == []
        buffer += whole[cut:]
        assert list(client_frames(buffer)) == [(TEXT, b"hello")]


def test_the_handshake_answers_as_the_rfc_says() -> None:
    # The example of RFC 6455, section 1.3.
    assert accept_key("dGhlIHNhbXBsZSBub25jZQ==") == "s3pPLMBiTxaQ9kYGzzhZRbK+xOo="


def test_headers_are_found_whatever_their_case() -> None:
    assert header(HEAD, "sec-websocket-key") == "abc=="
    assert header(HEAD, "upgrade") == ""
    assert content_length(HEAD) == 12
    assert content_length("GET / HTTP/1.1\r\nHost: a") == 0


def test_a_chunked_body_is_refused() -> None:
    with pytest.raises(ValueError, match="chunked"):
        content_length("POST / HTTP/1.1\r\nTransfer-Encoding: chunked")
