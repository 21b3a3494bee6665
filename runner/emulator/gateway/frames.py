"""Reads what clients send over the gateway. Source: Discord docs, Events: Gateway, and Gateway Events, Identify."""

import json
from typing import cast

from runner.emulator.gateway.session import CloseCode, Closed
from runner.emulator.world import JsonObject
from runner.lifecycle import limits
from runner.lifecycle.bits import ALL_INTENTS, PRIVILEGED_INTENTS, Intents


def checked_intents(asked: object, privileged: Intents) -> Intents:
    """Return the intents of a session. Raises `Closed`: 4013 for unknown ones, 4014 for those not switched on."""
    if not isinstance(asked, int) or asked & ~int(ALL_INTENTS):
        raise Closed(CloseCode.INVALID_INTENTS)
    if Intents(asked) & PRIVILEGED_INTENTS & ~privileged:
        raise Closed(CloseCode.DISALLOWED_INTENTS)
    return Intents(asked)


def checked_shard(asked: object) -> tuple[int, int]:
    """Return a shard's number and how many there are, one of one unless said. Raises `Closed` (4010)."""
    match asked:
        case None:
            return 0, 1
        case [int(index), int(count)] if 0 <= index < count:
            return index, count
        case _:
            raise Closed(CloseCode.INVALID_SHARD)


def checked_threshold(asked: object) -> int:
    """Return from how many members on a guild is large; what is out of bounds is drawn to them."""
    number = asked if isinstance(asked, int) else limits.GATEWAY_LARGE_THRESHOLD_DEFAULT
    return max(limits.GATEWAY_LARGE_THRESHOLD_MIN, min(number, limits.GATEWAY_LARGE_THRESHOLD_MAX))


def decoded(raw: str | bytes) -> JsonObject:
    """Return a frame, which may come as a text or in bytes. Raises `Closed` (4002)."""
    try:
        frame = json.loads(raw)
    except ValueError:
        raise Closed(CloseCode.DECODE_ERROR) from None
    if not isinstance(frame, dict):
        raise Closed(CloseCode.DECODE_ERROR)
    return cast(JsonObject, frame)  # JSON keys are strings


def mapping_of(frame: JsonObject) -> JsonObject:
    """Return the data of a frame that has an object for it. Raises `Closed` (4002)."""
    data = frame.get("d")
    if not isinstance(data, dict):
        raise Closed(CloseCode.DECODE_ERROR)
    return cast(JsonObject, data)  # JSON keys are strings
