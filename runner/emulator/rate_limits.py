"""How often a bot may call: the limits that Discord documents, those that people observe, and what follows.

Discord publishes the global limit and the one on invalid requests, and no numbers for single routes, because they
change. The numbers in `ROUTES` are what people have seen. They are enforced when `RateLimits.is_strict` is set, and
then each answer of these routes carries the headers. Source: Discord docs, Topics: Rate Limits.
"""

import hashlib
import math
from collections import deque
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from runner.emulator.clock import Clock
from runner.emulator.refusals import Refused
from runner.emulator.rest.paths import matches
from runner.emulator.world import Channel, JsonObject
from runner.lifecycle import limits

BUCKETS_MAX: Final = 10_000
"""Buckets that are remembered; the oldest go first, as if they had not been used."""

VIA: Final = "1.1 local-discord"
"""What tells a client that Discord itself answers 429, and not the network in front of it."""

_INVALID: Final = frozenset({401, 403, 429})
_BLOCKED: Final = "error code: 1015"


@dataclass(frozen=True, slots=True)
class Limit:
    """So many requests in so many seconds, counted apart by some parts of the path.

    `path` is as in `paths`, and `majors` says which of its `*`, counted from 0, make a bucket of their own.
    """

    name: str
    method: str
    path: str
    requests: int
    per_s: float
    majors: tuple[int, ...]
    source: str

    @property
    def bucket(self) -> str:
        """What Discord calls the limit in its headers: the same for every value of the path's parts."""
        return hashlib.blake2s(self.name.encode(), digest_size=16).hexdigest()


_TOKENS: Final = (limits.WEBHOOK_REQUESTS_MAX, limits.WEBHOOK_REQUESTS_WINDOW_S, (0, 1), "discord-api-docs #2701")

ROUTES: Final = (
    Limit("webhook", "POST", "/webhooks/*/*", *_TOKENS),
    Limit("webhook", "PATCH", "/webhooks/*/*/messages/*", *_TOKENS),
    Limit("webhook", "DELETE", "/webhooks/*/*/messages/*", *_TOKENS),
    Limit("messages", "POST", "/channels/*/messages", 5, 5.0, (0,), "discord-relay-chat/drc #17"),
    Limit("messages", "PATCH", "/channels/*/messages/*", 5, 5.0, (0,), "discord-api-docs #981: shares the bucket"),
    Limit("message deletion", "DELETE", "/channels/*/messages/*", 5, 1.0, (0,), "discord-api-docs #8330"),
    Limit("channel", "PATCH", "/channels/*", 5, 15.0, (0,), "discord-api-docs #1900"),
    Limit("member role", "PUT", "/guilds/*/members/*/roles/*", 10, 10.0, (0,), "discord-api-docs #7680"),
    Limit("member role", "DELETE", "/guilds/*/members/*/roles/*", 10, 10.0, (0,), "discord-api-docs #7680"),
    Limit("roles", "POST", "/guilds/*/roles", 250, 172_800.0, (0,), "Discord.Net #1451"),
)
"""The observed limits of single routes, with where they were reported."""


@dataclass(slots=True)
class _Bucket:
    """One count: what is left, and when (Unix s) it is full again."""

    remaining: int
    full_at: float


class RateLimits:
    """Counts requests and refuses what is too much.

    `is_strict` enforces the observed limits in `ROUTES` too; without it only the global limit, the renaming of
    channels and the block after too many invalid requests hold.
    """

    def __init__(self, clock: Clock) -> None:
        self.is_strict = False
        self._clock = clock
        self._buckets: dict[object, _Bucket] = {}
        self._invalid: deque[float] = deque(maxlen=limits.INVALID_REQUESTS_MAX)

    def take(self, method: str, segments: Sequence[str]) -> Mapping[str, str]:
        """Count one request and return the headers of its answer. Refused with 429 if it is one too many."""
        self._require_unblocked()
        if not _is_of_interaction(segments):
            self._take_global()
        limit = next(self._limits(method, segments), None) if self.is_strict else None
        if limit is None:
            return {}
        values = [segment for part, segment in zip(_split(limit.path), segments, strict=True) if part == "*"]
        key = (limit.bucket, *(values[major] for major in limit.majors))
        return self._taken(key, limit)

    def note(self, status: int, scope: str | None) -> None:
        """Count an answer towards the block, if it says that the request was invalid; shared limits don't count."""
        if status in _INVALID and scope != "shared":
            self._invalid.append(self._clock.now())

    def note_rename(self, channel: Channel, body: JsonObject) -> None:
        """Count changes of a channel's name and of its topic, each by itself. Refused with 429 if it is one too many.

        The headers say nothing of this limit. Observed: discord-api-docs #1900, #2190.
        """
        for key, before in (("name", channel.name), ("topic", channel.topic)):
            if body.get(key) is None or body[key] == before:
                continue
            bucket = self._bucket((channel.id, key), limits.CHANNEL_RENAMES_MAX, limits.CHANNEL_RENAMES_WINDOW_S)
            if not bucket.remaining:
                raise _refused(bucket.full_at - self._clock.now(), {"X-RateLimit-Scope": "user"})
            bucket.remaining -= 1

    def _require_unblocked(self) -> None:
        """Refuse everything, as the network in front of Discord does, after too many invalid requests.

        The answer has no `Via` and no JSON. How long it lasts is nowhere written; here it ends when the oldest of the
        counted requests has left the window.
        """
        now = self._clock.now()
        while self._invalid and now - self._invalid[0] >= limits.INVALID_REQUESTS_WINDOW_S:
            self._invalid.popleft()
        if len(self._invalid) == limits.INVALID_REQUESTS_MAX:
            wait_s = self._invalid[0] + limits.INVALID_REQUESTS_WINDOW_S - now
            raise Refused(429, 0, _BLOCKED, _BLOCKED, {"Retry-After": str(math.ceil(wait_s))})

    def _take_global(self) -> None:
        bucket = self._bucket("global", limits.GLOBAL_REQUESTS_PER_SECOND, 1.0)
        if not bucket.remaining:
            headers = {"X-RateLimit-Global": "true", "X-RateLimit-Scope": "global"}
            raise _refused(bucket.full_at - self._clock.now(), headers, is_global=True)
        bucket.remaining -= 1

    def _limits(self, method: str, segments: Sequence[str]) -> Iterator[Limit]:
        return (each for each in ROUTES if each.method == method and matches(_split(each.path), segments))

    def _taken(self, key: object, limit: Limit) -> Mapping[str, str]:
        bucket = self._bucket(key, limit.requests, limit.per_s)
        is_over = not bucket.remaining
        bucket.remaining -= not is_over
        wait_s = bucket.full_at - self._clock.now()
        headers = {
            "X-RateLimit-Limit": str(limit.requests),
            "X-RateLimit-Remaining": str(bucket.remaining),
            "X-RateLimit-Reset": f"{bucket.full_at:.3f}",
            "X-RateLimit-Reset-After": f"{wait_s:.3f}",
            "X-RateLimit-Bucket": limit.bucket,
        }
        if is_over:
            raise _refused(wait_s, {**headers, "X-RateLimit-Scope": "user"})
        return headers

    def _bucket(self, key: object, requests: int, per_s: float) -> _Bucket:
        """Return the count that is under way, or a fresh one."""
        now = self._clock.now()
        bucket = self._buckets.get(key)
        if bucket is None or now >= bucket.full_at:
            self._buckets.pop(key, None)
            bucket = self._buckets[key] = _Bucket(requests, now + per_s)
            while len(self._buckets) > BUCKETS_MAX:
                del self._buckets[next(iter(self._buckets))]
        return bucket


def refused_body(retry_after_s: float, *, is_global: bool = False) -> JsonObject:
    """Return the body of a 429."""
    return {"message": "You are being rate limited.", "retry_after": round(retry_after_s, 3), "global": is_global}


def _refused(wait_s: float, headers: Mapping[str, str], *, is_global: bool = False) -> Refused:
    body = refused_body(wait_s, is_global=is_global)
    return Refused(429, 0, body["message"], body, {"Retry-After": str(math.ceil(wait_s)), "Via": VIA, **headers})


def _is_of_interaction(segments: Sequence[str]) -> bool:
    """Return whether a path is about an interaction, or a webhook with its token: no bot calls there."""
    match segments:
        case ["interactions", *_] | ["webhooks", _, _, *_]:
            return True
        case _:
            return False


def _split(path: str) -> list[str]:
    return path.split("/")[1:]
