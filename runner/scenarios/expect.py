"""Comparing what was seen with what was expected: pure, and every difference is told with both sides."""

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import field
from typing import Any, cast

from runner.data import dataclass
from runner.emulator.trace import Trace
from runner.fields import duration_text
from runner.lifecycle.limits import ComponentType
from runner.outside import HttpCall
from runner.scenarios.document import (
    CallView,
    ChannelView,
    EmojiView,
    Expectation,
    MemberView,
    ScheduledEventView,
    Words,
)
from runner.templates.values import is_list, is_mapping

Json = Mapping[str, Any]  # Any: Discord's JSON

MINUTE_S = 60.0

RESPONSES: Mapping[str, str] = {
    "reply": "reply",
    "deferred reply": "defer",
    "update": "update",
    "deferred update": "defer update",
    "form opened": "modal",
    "suggestions": "choices",
}
"""What a first response is called here, by its name in the events of a trace."""


@dataclass(frozen=True, slots=True)
class Difference:
    """Something that is not as expected: which key says so, what it asks for, and what was seen."""

    key: str
    expected: str
    seen: str


@dataclass(frozen=True, slots=True)
class SeenMember:
    """How a member stands. `roles` are names without `@everyone`."""

    roles: tuple[str, ...]
    nick: str | None
    in_server: bool
    banned: bool
    timed_out: bool


@dataclass(frozen=True, slots=True)
class SeenChannel:
    """What a member sees of a channel; `exists` False when there is none of that name.

    `newest` is its newest message in Discord's JSON, and `reactions` how many of each emoji that has; empty if there is
    none.
    """

    exists: bool
    contents: tuple[str, ...] = ()
    topic: str | None = None
    newest: Json = field(default_factory=dict[str, Any])
    reactions: Mapping[str, int] = field(default_factory=dict[str, int])


@dataclass(frozen=True, slots=True)
class SeenScheduledEvent:
    """How a scheduled event stands; `exists` False when there is none of that name. Times are in seconds.

    `channel` is a name, and `interested` are names.
    """

    exists: bool
    status: str | None = None
    description: str | None = None
    starts_in_s: float | None = None
    lasts_s: float | None = None
    channel: str | None = None
    location: str | None = None
    interested: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class SeenEmoji:
    """An emoji of the server; `exists` False when there is none of that name. `roles` are names."""

    exists: bool
    animated: bool | None = None
    roles: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Seen:
    """What can be looked at after an event. `reactions` are those to the newest message of the interaction."""

    trace: Trace | None
    refused: str | None
    members: Mapping[str, SeenMember]
    channels: Mapping[str, SeenChannel]
    scheduled_events: Mapping[str, SeenScheduledEvent] = field(default_factory=dict[str, SeenScheduledEvent])
    emojis: Mapping[str, SeenEmoji] = field(default_factory=dict[str, SeenEmoji])
    calls: Sequence[HttpCall] = ()
    reactions: Mapping[str, int] = field(default_factory=dict[str, int])


def differences(expected: Expectation, seen: Seen) -> list[Difference]:
    """Return everything that is not as expected, in the order of the keys."""
    found: list[Difference] = []
    found += _of_refusal(expected, seen)
    if seen.trace is not None:
        found += _of_interaction(expected, seen.trace)
        found += _reactions("reactions", expected.reactions, seen.reactions)
    for name, member in expected.members.items():
        found += _of_member(f"members.{name}", member, seen.members[name])
    for name, channel in expected.channels.items():
        found += _of_channel(f"channels.{name}", channel, seen.channels[name])
    for name, event in expected.scheduled_events.items():
        found += _of_event(f"scheduled_events.{name}", event, seen.scheduled_events[name])
    for name, emoji in expected.emojis.items():
        found += _of_emoji(f"emojis.{name}", emoji, seen.emojis[name])
    if expected.called is not None:
        found += _of_calls(expected.called, seen.calls)
    return found


def noted(expected: Expectation, seen: Seen) -> Mapping[str, str]:
    """Return what the named groups of the expected patterns hold, where everything is as expected."""
    found: dict[str, str] = {}
    for words, text in _texts(expected, seen):
        if words.matches is not None and (match := re.search(words.matches, text)) is not None:
            found |= {name: value for name, value in match.groupdict().items() if value is not None}
    return found


def _texts(expected: Expectation, seen: Seen) -> Iterator[tuple[Words, str]]:
    """Yield what is expected of the texts of messages, and those texts."""
    shown = [message.content for message in seen.trace.messages if not message.deleted] if seen.trace else []
    yield from zip(expected.messages or (), shown, strict=False)
    if expected.content is not None and shown:
        yield expected.content, shown[-1]
    for name, channel in expected.channels.items():
        contents = seen.channels[name].contents
        if channel.last is not None and contents:
            yield channel.last, contents[-1]


def first_response(trace: Trace) -> str:
    """Return how Discord was answered first; `none` if it never was."""
    return next((RESPONSES[event.what] for event in trace.events if event.what in RESPONSES), "none")


def finished_at(trace: Trace) -> float | None:
    """Return the Unix second at which the user saw an end; None if that never came."""
    if first_response(trace) != "defer":
        return trace.acknowledged_at
    later = (event.at for event in trace.events if event.what not in RESPONSES and event.status in (200, 204))
    return next(later, None)


def _of_refusal(expected: Expectation, seen: Seen) -> Iterator[Difference]:
    if expected.refused is None:
        if seen.refused is not None:
            yield Difference("refused", "that it can be done", seen.refused)
    elif seen.refused is None:
        yield Difference("refused", _asked(expected.refused), "it could be done")
    else:
        yield from _words("refused", expected.refused, seen.refused)


def _of_interaction(expected: Expectation, trace: Trace) -> Iterator[Difference]:
    shown = [message for message in trace.messages if not message.deleted]
    newest = shown[-1] if shown else None
    yield from _plain("failed", expected.failed, trace.failed)
    if expected.failed is None and trace.failed:
        yield Difference("failed", "an answer", str(trace.outcome))
    yield from _plain("response", expected.response, first_response(trace))
    yield from _within("acknowledged_within", expected.acknowledged_within, trace.acknowledged_at, trace.dispatched_at)
    yield from _within("finished_within", expected.finished_within, finished_at(trace), trace.dispatched_at)
    if expected.content is not None:
        yield from _words("content", expected.content, newest.content if newest else None)
    if expected.messages is not None:
        yield from _all_words("messages", expected.messages, [message.content for message in shown])
    yield from _plain("ephemeral", expected.ephemeral, newest.ephemeral if newest else None)
    yield from _embeds("embeds", expected.embeds, newest.embeds if newest else ())
    yield from _list("components", expected.components, _labels(newest.components if newest else ()))
    if expected.modal is not None:
        yield from _words("modal", expected.modal, trace.modal["title"] if trace.modal else None)
    yield from _list("choices", expected.choices, [str(choice["name"]) for choice in trace.choices or ()])


def _of_member(key: str, expected: MemberView, seen: SeenMember) -> Iterator[Difference]:
    yield from _in_any_order(f"{key}.roles", expected.roles, seen.roles)
    for role in expected.has:
        if role not in seen.roles:
            yield Difference(f"{key}.has", role, _listed(seen.roles))
    for role in expected.lacks:
        if role in seen.roles:
            yield Difference(f"{key}.lacks", role, _listed(seen.roles))
    yield from _plain(f"{key}.nick", expected.nick, seen.nick)
    yield from _plain(f"{key}.in_server", expected.in_server, seen.in_server)
    yield from _plain(f"{key}.banned", expected.banned, seen.banned)
    yield from _plain(f"{key}.timed_out", expected.timed_out, seen.timed_out)


def _of_channel(key: str, expected: ChannelView, seen: SeenChannel) -> Iterator[Difference]:
    yield from _plain(f"{key}.exists", expected.exists, seen.exists)
    if expected.last is not None:
        yield from _words(f"{key}.last", expected.last, seen.contents[-1] if seen.contents else None)
    yield from _plain(f"{key}.count", expected.count, len(seen.contents))
    yield from _plain(f"{key}.topic", expected.topic, seen.topic)
    yield from _embeds(f"{key}.embeds", expected.embeds, seen.newest.get("embeds") or ())
    yield from _list(f"{key}.components", expected.components, _labels(seen.newest.get("components") or ()))
    yield from _reactions(f"{key}.reactions", expected.reactions, seen.reactions)


def _of_event(key: str, expected: ScheduledEventView, seen: SeenScheduledEvent) -> Iterator[Difference]:
    yield from _plain(f"{key}.exists", expected.exists, seen.exists)
    yield from _plain(f"{key}.status", expected.status, seen.status)
    if expected.description is not None:
        yield from _words(f"{key}.description", expected.description, seen.description)
    yield from _to_the_minute(f"{key}.starts_in", expected.starts_in, seen.starts_in_s)
    yield from _to_the_minute(f"{key}.lasts", expected.lasts, seen.lasts_s)
    yield from _plain(f"{key}.channel", expected.channel, seen.channel)
    yield from _plain(f"{key}.location", expected.location, seen.location)
    yield from _in_any_order(f"{key}.interested", expected.interested, seen.interested)


def _of_emoji(key: str, expected: EmojiView, seen: SeenEmoji) -> Iterator[Difference]:
    yield from _plain(f"{key}.exists", expected.exists, seen.exists)
    yield from _plain(f"{key}.animated", expected.animated, seen.animated)
    yield from _in_any_order(f"{key}.roles", expected.roles, seen.roles)


def _in_any_order(key: str, expected: Sequence[str] | None, seen: Sequence[str]) -> Iterator[Difference]:
    yield from _list(key, None if expected is None else sorted(expected), sorted(seen))


def _to_the_minute(key: str, expected_s: float | None, seen_s: float | None) -> Iterator[Difference]:
    """Compare lengths of time: what has been typed and carried out since takes some of it."""
    if expected_s is None:
        return
    if seen_s is None or abs(seen_s - expected_s) > MINUTE_S / 2:
        yield Difference(key, _length(expected_s), "nothing" if seen_s is None else _length(seen_s))


def _length(seconds: float) -> str:
    return duration_text(round(seconds / MINUTE_S) * MINUTE_S)


def _of_calls(expected: Sequence[CallView], seen: Sequence[HttpCall]) -> Iterator[Difference]:
    if len(expected) != len(seen):
        yield Difference("called", f"{len(expected)} calls", f"{len(seen)}: {_listed([call.url for call in seen])}")
        return
    for index, (asked, call) in enumerate(zip(expected, seen, strict=True)):
        yield from _of_call(f"called.{index}", asked, call)


def _of_call(key: str, expected: CallView, call: HttpCall) -> Iterator[Difference]:
    body = (call.body or b"").decode()
    yield from _plain(f"{key}.url", expected.url, call.url)
    yield from _plain(f"{key}.method", expected.method, call.method)
    headers = {name.lower(): value for name, value in call.headers.items()}
    for name, value in expected.headers.items():
        yield from _plain(f"{key}.headers.{name}", value, headers.get(name.lower()))
    if expected.json is not None:
        yield from _parts(f"{key}.json", expected.json, _json(body))
    if expected.body is not None:
        yield from _words(f"{key}.body", expected.body, body)


def _json(body: str) -> object:
    try:
        return json.loads(body)
    except ValueError:
        return None


def _plain(key: str, expected: object, seen: object) -> Iterator[Difference]:
    if expected is not None and expected != seen:
        yield Difference(key, _shown(expected), _shown(seen))


def _within(key: str, most_s: float | None, at: float | None, since: float) -> Iterator[Difference]:
    if most_s is None:
        return
    if at is None:
        yield Difference(key, f"{most_s:g} s", "never")
    elif at - since > most_s:
        yield Difference(key, f"{most_s:g} s", f"{at - since:.3f} s")


def _words(key: str, expected: Words, seen: str | None) -> Iterator[Difference]:
    if seen is None:
        yield Difference(key, _asked(expected), "nothing")
    elif not _fits(expected, seen):
        yield Difference(key, _asked(expected), _shown(seen))


def _fits(expected: Words, seen: str) -> bool:
    return (
        (expected.is_ is None or expected.is_ == seen)
        and all(part in seen for part in expected.contains)
        and not any(part in seen for part in expected.lacks)
        and (expected.matches is None or re.search(expected.matches, seen) is not None)
    )


def _asked(expected: Words) -> str:
    """Return what is asked of a text, in words."""
    asked = [_shown(expected.is_)] if expected.is_ is not None else []
    asked += [f"with {_shown(part)}" for part in expected.contains]
    asked += [f"without {_shown(part)}" for part in expected.lacks]
    asked += [f"matching {expected.matches}"] if expected.matches is not None else []
    return ", ".join(asked) or "any text"


def _all_words(key: str, expected: Sequence[Words], seen: Sequence[str]) -> Iterator[Difference]:
    if len(expected) != len(seen):
        yield Difference(key, f"{len(expected)} messages", f"{len(seen)}: {_listed([_shown(text) for text in seen])}")
        return
    for index, (words, text) in enumerate(zip(expected, seen, strict=True)):
        yield from _words(f"{key}.{index}", words, text)


def _list(key: str, expected: Sequence[str] | None, seen: Sequence[str]) -> Iterator[Difference]:
    if expected is not None and list(expected) != list(seen):
        yield Difference(key, _listed(expected), _listed(seen))


def _reactions(key: str, expected: Mapping[str, int] | None, seen: Mapping[str, int]) -> Iterator[Difference]:
    if expected is not None and expected != seen:
        asked, found = ([f"{emoji} {count}" for emoji, count in each.items()] for each in (expected, seen))
        yield Difference(key, _listed(asked), _listed(found))


def _embeds(key: str, expected: Sequence[Mapping[str, object]] | None, seen: Sequence[Json]) -> Iterator[Difference]:
    if expected is None:
        return
    if len(expected) != len(seen):
        yield Difference(key, f"{len(expected)} embeds", str(len(seen)))
        return
    for index, (asked, embed) in enumerate(zip(expected, seen, strict=True)):
        yield from _parts(f"{key}.{index}", asked, embed)


def _parts(key: str, expected: object, seen: object) -> Iterator[Difference]:
    """Compare what is expected of a JSON value with it: mappings may have more, lists may not."""
    if is_mapping(expected):
        found: Mapping[object, object] = seen if is_mapping(seen) else {}
        for name, part in expected.items():
            yield from _parts(f"{key}.{name}", part, found.get(name))
    elif is_list(expected) and is_list(seen):
        if len(expected) != len(seen):
            yield Difference(key, f"{len(expected)} items", str(len(seen)))
        for index, (one, other) in enumerate(zip(expected, seen, strict=False)):
            yield from _parts(f"{key}.{index}", one, other)
    elif expected != seen:
        yield Difference(key, _shown(expected), _shown(seen))


def labels_of(component: Json) -> Iterator[str]:
    """Yield what the buttons and selects in a component say, in order."""
    kind = component.get("type")
    if kind == ComponentType.BUTTON:
        emoji: Json = component.get("emoji") or {}
        yield str(component.get("label") or emoji.get("name") or "")
    elif "custom_id" in component:
        yield str(component.get("placeholder") or component["custom_id"])
    for inner in component.get("components") or ():
        yield from labels_of(inner)
    if isinstance(accessory := component.get("accessory"), Mapping):
        yield from labels_of(cast(Json, accessory))


def _labels(components: Sequence[Json]) -> list[str]:
    return [label for component in components for label in labels_of(component)]


def _listed(items: Sequence[str]) -> str:
    return ", ".join(items) or "nothing"


def _shown(value: object) -> str:
    if value is None:
        return "nothing"
    if isinstance(value, bool):
        return "yes" if value else "no"
    return f"“{value}”" if isinstance(value, str) else str(value)
