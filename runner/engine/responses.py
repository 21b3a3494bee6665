"""What is sent as an answer, in Discord's JSON, and what Discord's own answer says of it."""

import json
from collections.abc import Mapping
from functools import cache
from typing import Any, Final, cast

from runner.data import dataclass
from runner.engine.http1 import Answer
from runner.lifecycle.bits import MessageFlags
from runner.lifecycle.machine import Call, Event, Origin, State, Transition, advance
from runner.messages import Message, Multipart, edit_json, new_json, with_files

_encode = json.JSONEncoder(separators=(",", ":"), check_circular=False).encode
_EPHEMERAL: Final = b'{"flags":%d}' % MessageFlags.EPHEMERAL


@dataclass(frozen=True, slots=True)
class First:
    """A first response: what is sent, where it leads, and whether what it shows is private.

    `wants_id` asks Discord for the id of the message that it makes.
    """

    body: bytes
    state: State
    is_ephemeral: bool
    wants_id: bool = False

    @property
    def flags(self) -> MessageFlags:
        """The flags of the message that it makes, of those that tell one answer from another."""
        spinner = MessageFlags.LOADING if self.state is State.DEFERRED_SOURCE else MessageFlags(0)
        return spinner | MessageFlags.EPHEMERAL if self.is_ephemeral else spinner


@cache  # a handful of combinations, and every interaction asks
def deferral(origin: Origin, event: Event, is_ephemeral: bool) -> First:
    """Return the first response that an interaction is deferred with, by the event that the lifecycle has for it."""
    outcome = advance(origin, State.RECEIVED, event)
    assert isinstance(outcome, Transition), "each kind of interaction can be deferred in some way"
    return First(callback_body(outcome.call, Message(), is_ephemeral), outcome.state, is_ephemeral)


@dataclass(frozen=True, slots=True)
class Original:
    """Where the message that `@original` names is. Only of one that everybody may see: no other can be reached so."""

    channel_id: str
    message_id: str


def original_in(answer: Answer) -> Original | None:
    """Return where the message is that Discord's answer tells of; None of one that is private, or if it tells of none.

    Source: Discord docs, Interactions: Receiving and Responding, Interaction Callback Response Object.
    """
    try:
        told: Mapping[str, Any] = json.loads(answer.body)
    except ValueError:
        return None
    return original_of(told if "id" in told else _called_back(told))


def original_of(message: Mapping[str, Any]) -> Original | None:
    """Return where a message is; None of one that is private, or of which too little is known."""
    channel_id, message_id = message.get("channel_id"), message.get("id")
    if not channel_id or not message_id or message.get("flags", 0) & MessageFlags.EPHEMERAL:
        return None
    return Original(channel_id, message_id)


def message_id_in(answer: Answer) -> str | None:
    """Return the id of the message that Discord's answer tells of, whoever may see that; None if it tells of none."""
    try:
        told: Mapping[str, Any] = json.loads(answer.body)
    except ValueError:
        return None
    found: str | None = (told if "id" in told else _called_back(told)).get("id")
    return found


def _called_back(response: Mapping[str, Any]) -> Mapping[str, Any]:
    """Return as a message what the answer to a callback tells of one."""
    about: Mapping[str, Any] = response.get("interaction") or {}
    flags = MessageFlags.EPHEMERAL if about.get("response_message_ephemeral") else MessageFlags(0)
    return {"id": about.get("response_message_id"), "channel_id": about.get("channel_id"), "flags": flags}


def callback_body(call: Call, message: Message, is_ephemeral: bool) -> bytes:
    """Return the body of a callback. Raises `EmptyMessage` for a reply in which nothing would show."""
    match call:
        case Call.CALLBACK_REPLY:
            data = new_json(message, is_ephemeral=is_ephemeral)
        case Call.CALLBACK_UPDATE:
            data = edit_json(message)
        case Call.CALLBACK_MODAL:
            data = _encode(message.modal).encode()
        case Call.CALLBACK_AUTOCOMPLETE:
            data = _encode({"choices": message.choices}).encode()
        case Call.CALLBACK_DEFER if is_ephemeral:
            data = _EPHEMERAL
        case _:
            return b'{"type":%d}' % (call.callback_type or 0)
    return with_files(b'{"type":%d,"data":%b}' % (call.callback_type or 0, data), message.files)


def has_component(components: Any, custom_id: str) -> bool:
    """Tell whether one of some components, or one inside of them, has a custom_id that begins like this."""
    return any(
        str(each.get("custom_id", "")).startswith(custom_id) or has_component(each.get("components") or (), custom_id)
        for each in components
    )


def error_in(answer: Answer) -> tuple[int, str]:
    """Return Discord's error code and reason; the status and no reason where the body has none."""
    try:
        found = json.loads(answer.body)
        return int(found["code"]), _flattened(found)
    except (ValueError, KeyError, TypeError):
        return answer.status, ""


def shows(answer: Answer, offered: First, source_id: str | None) -> bool | None:
    """Tell whether the message that Discord has as `@original` is what was offered; None if that can't be told.

    A component's own message is known by its id, a message of ours by who sees it and by its text, a spinner by its
    flag. Only what the message does say counts: it may come from something in front of Discord that says less. White
    space is left out of account: Discord trims it.
    """
    try:
        original: Mapping[str, Any] = json.loads(answer.body)
        flags = MessageFlags(original.get("flags", offered.flags))
    except (ValueError, TypeError, AttributeError):  # it is no message
        return None
    match offered.state:
        case State.UPDATED | State.DEFERRED_UPDATE | State.MODAL_SHOWN:  # a form leaves at most the component's own
            return source_id is not None and original.get("id") == source_id
        case _:
            if (flags ^ offered.flags) & (MessageFlags.LOADING | MessageFlags.EPHEMERAL):
                return False
            said: Mapping[str, Any] = json.loads(_said(offered.body)).get("data") or {}
            shown, meant = _words(original), _words(said)
            return None if meant and not shown else shown == meant


def _said(body: bytes) -> bytes:
    return body.said if isinstance(body, Multipart) else body


def _words(message: Mapping[str, Any]) -> list[str]:
    content: str | None = message.get("content")
    return content.split() if content else []


def _flattened(error: Mapping[str, Any]) -> str:
    """Return the first reason in Discord's nested errors, with its path: `data.content: Must be 2000 or fewer`."""
    node = error.get("errors")
    path: list[str] = []
    while isinstance(node, dict) and node:
        below = cast(dict[str, Any], node)  # JSON: keys are texts
        if leaves := below.get("_errors"):
            return f"{'.'.join(path)}: {leaves[0].get('message', '')}"
        name, node = next(iter(below.items()))
        path.append(name)
    return str(error.get("message", ""))
