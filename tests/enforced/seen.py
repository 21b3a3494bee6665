"""What somebody sees of a bot for as long as a case lasts, so that it can be compared: without what differs anyway."""

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from runner.emulator.journal import WireEntry
from runner.emulator.trace import Trace
from runner.emulator.world import World
from tests.enforced.case import Scene
from tests.enforced.keys import Json, mapping
from tests.enforced.world import IDS

_RANDOM: Final = (
    (re.compile("`[0-9a-f]{8}`"), "`…`"),  # of a failure: another one each time
    (re.compile('"nonce": "[^"]*"'), '"nonce": …'),
    (re.compile(r"(lr:(?:modal:)?\w+:)[\w-]{16}"), r"\1…"),
    (re.compile(r"(lr:@:)[\w-]{16}"), r"\1…"),
    (re.compile('"code", "new_value": "[^"]*"'), '"code": …'),  # of an invite
    (re.compile(r"127\.0\.0\.1:\d+"), "127.0.0.1"),
)
_ID: Final = re.compile(r"(?<!\d)(?!7000000000)\d{15,20}")  # those of `world.py` are known
_INSTANT: Final = re.compile(r"\b18\d{8}(?:\.\d+)?\b")  # the virtual clock begins at 1 800 000 000
_DATE: Final = re.compile(r"20\d\d-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?(?:\+00:00|Z)?")
_VOLATILE: Final = ("reference", "flow", "interaction", "total_ms", "ack_ms", "trace", "place")

KNOWN: Final = {number: name for name, number in IDS.items()}
"""Names for what is there from the beginning; what comes later is numbered, as it appears."""

STEP_S: Final = 5.0
"""The steps (s) in which time is compared: what is done in threads takes as long as the machine does."""

EARLY_S: Final = 1.0
"""How much sooner (s) something may happen and be in the same step."""


@dataclass(frozen=True, slots=True)
class Since:
    """What was there when a case began."""

    at: float
    wire: int
    audits: int
    lines: int


def begin(scene: Scene) -> Since:
    """Remember what is there before a case begins."""
    made = scene.made
    return Since(made.local.clock.now(), len(made.local.wire), _audits(made.local.world), len(scene.lines))


def seen(scene: Scene, since: Since, *, is_timed: bool) -> str:
    """Return what has gone over the wire since then, what people see, and what the log says, and when."""
    made = scene.made
    found: Mapping[str, Sequence[Json]] = {
        "wire": [
            _call(entry, since if is_timed else None)
            for entry in list(made.local.wire)[since.wire :]
            if _is_ours(entry)
        ],
        "people": [_as_shown(trace, is_timed=is_timed) for trace in scene.traces],
        "audit": _audit(made.local.world)[since.audits :],
        "log": [line for record in scene.lines[since.lines :] if (line := _line(record))],
        "noted": scene.noted,
    }
    text = "\n".join(f"{kind}: {_written(each)}" for kind, several in found.items() for each in several)
    return _plain(text.replace(scene.it, "IT"), since)


def _written(each: Json) -> str:
    return json.dumps(each, ensure_ascii=False, default=str, sort_keys=True)


def _is_ours(entry: WireEntry) -> bool:
    """Tell whether the bot has said something: not a spare connection that it keeps warm, nor a heartbeat."""
    if entry.kind == "http":
        return entry.route != "/gateway"
    return entry.direction == "in" and mapping(entry.request).get("op", 1) != 1


def _call(entry: WireEntry, since: Since | None) -> Json:
    at = None if since is None else _step(entry.at - since.at)
    made = mapping(entry.answer).get("id")
    return [at, entry.method, entry.route, dict(entry.query), entry.request, entry.status, made]


def _step(seconds: float) -> int:
    return int((seconds + EARLY_S) / STEP_S)


def _as_shown(trace: Trace, *, is_timed: bool) -> Json:
    is_told = is_timed and trace.acknowledged_at is not None
    waited = trace.acknowledged_at is not None and (
        not is_told or round(trace.acknowledged_at - trace.dispatched_at, 1)
    )
    messages = [
        [each.content, each.ephemeral, each.flags, each.embeds, each.components, each.attachments, each.edits]
        for each in trace.messages
        if not each.deleted
    ]
    return [waited, trace.outcome, trace.modal, trace.choices, messages]


def _audits(world: World) -> int:
    return sum(len(guild.audit_log) for guild in world.guilds.values())


def _audit(world: World) -> Sequence[Json]:
    return [
        [entry.action, entry.target_id, entry.reason, entry.changes, entry.options]
        for guild in world.guilds.values()
        for entry in guild.audit_log
    ]


def _line(record: object) -> Json:
    """Return a line that a step has written, or that warns; None for any other."""
    message, level = getattr(record, "msg", ""), getattr(record, "levelname", "")
    if message != "step" and level in ("DEBUG", "INFO"):
        return None
    fields: Mapping[str, object] = getattr(record, "fields", {})
    return [message, level, {key: value for key, value in fields.items() if key not in _VOLATILE}]


def _plain(text: str, since: Since) -> str:
    """Return the text with names for ids and with seconds since the beginning for instants."""
    names = dict(KNOWN)
    for pattern, instead in _RANDOM:
        text = pattern.sub(instead, text)
    text = _DATE.sub(lambda found: _seconds(datetime.fromisoformat(found[0]).timestamp(), since), text)
    text = _ID.sub(lambda found: names.setdefault(found[0], f"<{len(names)}>"), text)
    return _INSTANT.sub(lambda found: _seconds(float(found[0]), since), text)


def _seconds(at: float, since: Since) -> str:
    return f"<{_step(at - since.at)}>"
