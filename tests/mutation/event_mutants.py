"""Mutants of what happens besides interactions: what it is, whether it is meant, and how much of it at once."""

from collections.abc import Iterator
from typing import Final

from tests.mutation.mutant import EVENTS, Mutant

_INTAKE: Final = (
    ("what comes twice is handled twice", "if identity in self._seen:", "if False:"),
    ("no event is ever forgotten", "if len(self._seen_in_order) > SEEN_MAX:", "if False:"),
    ("more events are handled at once than allowed", "if len(self._running) < AT_ONCE_MAX:\n            start()",
     "if True:\n            start()"),
    ("more events wait than allowed", "elif len(self._waiting) < WAITING_MAX:", "elif True:"),
    ("dropped events are not counted", "self._counts.dropped += 1", "self._counts.dropped += 0"),
    ("each dropped event is a line", "if now >= self._silent_until:", "if True:"),
    ("what has waited is thrown away", "self._waiting.popleft()()", "self._waiting.popleft()"),
    ("a bot hears itself", "is_wanted = handler.own if is_own else", "is_wanted = True if is_own else"),
    ("other bots are heard", "handler.bots or not about.is_bot", "True"),
    ("the channel doesn't matter", "return not asked.isdisjoint(channel_ids)", "return True"),
    ("roles don't matter", "return not asked.isdisjoint(about.role_ids)", "return True"),
    ("events begin while the bot stops", "recognised is None or self._is_stopping:", "recognised is None:"),
    ("a stop waits for no event", "while self._running and (left_s := give_up_at - self._loop.time()) > 0:",
     "while (left_s := 0.0):"),
    ("messages that are deleted together are not heard of", "if gateway == BULK_DELETE:", "if not gateway:"),
    ("what is not as it should be ends the connection", "except (KeyError, TypeError, ValueError) as odd:",
     "except ZeroDivisionError as odd:"),
)  # fmt: skip

_RECOGNITION: Final = (
    ("muting is a move", 'return ("voice_move", before) if before != now else None', 'return "voice_move", before'),
    ("leaving a voice channel is not heard", 'return "voice_leave", before', "return None"),
    ("who was in a voice channel at the start is unknown", "            if voice.get(\"channel_id\"):\n",
     "            if False:\n"),
    ("who has left while the connection was away is still there",
     "self._voice_count -= len(self._voices.pop(identity, {}))", "pass"),
    ("no bound holds for who is in a voice channel", "if self._voice_count < VOICES_MAX:", "if True:"),
    ("every server is joined anew at a start", "            self._know(guild[\"id\"])", "            pass"),
    ("an outage is a leave", 'if data.get("unavailable"):  # an outage', "if False:  # an outage"),
    ("a link's preview is an edit", 'return ("message_edit", None) if data.get("edited_timestamp") else None',
     'return "message_edit", None'),
    ("an old thread is a new one", 'return ("thread_create", None) if data.get("newly_created") else None',
     'return "thread_create", None'),
    ("that all reactions with an emoji are gone is not heard of", 'return "reaction_clear", None', "return None"),
    ("one edit hides the next", "return f\"{name} {data['id']} {data['edited_timestamp']}\"",
     "return f\"{name} {data['id']}\""),
)  # fmt: skip

_UNATTENDED: Final = (
    ("the condition doesn't matter", "if when is not None and not await", "if False and not await"),
    ("the condition can't ask what is kept", "if handler.guard_reads_state:", "if False:"),
    ("failures are not rescued", "await self.endings.rescue(live, failure)", "pass"),
    ("an event takes for ever", "async with asyncio.timeout(handler.timeout_s)", "async with asyncio.timeout(None)"),
)  # fmt: skip

_OTHERS: Final = (
    ("runner/engine/events/subject.py", "a thread doesn't belong to its channel",
     'for found in (self.origin.get("channel_id"), channel.get("parent_id")) if found',
     'for found in (self.origin.get("channel_id"),) if found'),
    ("runner/engine/events/subject.py", "a webhook is a person",
     'return bool(_user(self.origin).get("bot") or self.origin.get("webhook_id"))', "return False"),
    ("runner/check/intents.py", "the text of messages is never asked for",
     'if read is None or "content" in read:', "if False:"),
    ("runner/check/intents.py", "the text of messages is asked for always",
     'if read is None or "content" in read:', "if True:"),
    ("runner/gateway.py", "the intents that are needed are not asked for", "intents.value = wanted.value",
     "intents.guilds = bool(wanted)"),
    ("runner/gateway.py", "a new server is heard of before it is known",
     'return heard_afterwards if name.endswith("_CREATE") else heard', "return heard"),
    ("runner/reload/changes.py", "an intent more takes no restart", "bool(wanted.intents & ~first.intents)", "False"),
)  # fmt: skip


def event_mutants() -> Iterator[Mutant]:
    """Yield them all."""
    for breaks, old, new in _INTAKE:
        yield Mutant("runner/engine/events/intake.py", breaks, old, new, EVENTS)
    for breaks, old, new in _RECOGNITION:
        yield Mutant("runner/engine/events/recognition.py", breaks, old, new, EVENTS)
    for breaks, old, new in _UNATTENDED:
        yield Mutant("runner/engine/unattended.py", breaks, old, new, EVENTS)
    for file, breaks, old, new in _OTHERS:
        yield Mutant(file, breaks, old, new, EVENTS)
