"""Polls: made with a message, voted in by people, ended by their makers or by time.

Source: Discord docs, Resources: Poll, and Resources: Message, Poll Result Embed Fields.
"""

from collections.abc import Mapping
from typing import Any

from runner.emulator.clock import Clock
from runner.emulator.gateway.announcer import Announcer
from runner.emulator.snowflake import Snowflakes, created_at
from runner.emulator.timers import Timers
from runner.emulator.world import JsonObject, Message, Poll, World
from runner.lifecycle import limits

_RESULT_TYPE = 46
_ADD, _REMOVE = "MESSAGE_POLL_VOTE_ADD", "MESSAGE_POLL_VOTE_REMOVE"


class Polls:
    """Makes polls, counts votes, and ends each poll when its time has come."""

    def __init__(self, *, clock: Clock, world: World, ids: Snowflakes, timers: Timers, announcer: Announcer) -> None:
        self._clock = clock
        self._world = world
        self._ids = ids
        self._timers = timers
        self._announcer = announcer

    def attach(self, message: Message, asked: Mapping[str, Any]) -> None:
        """Give a message the poll that a checked body asks for, and start its clock."""
        hours = asked.get("duration") or limits.POLL_DURATION_DEFAULT_HOURS
        message.poll = Poll(
            question={"text": asked["question"]["text"]},
            answers=[
                {"answer_id": number, "poll_media": _media(answer["poll_media"])}
                for number, answer in enumerate(asked["answers"], start=1)
            ],
            ends_at=created_at(message.id) + hours * 3600,
            allow_multiselect=bool(asked.get("allow_multiselect")),
            layout_type=asked.get("layout_type") or 1,
        )
        self._timers.at(message.poll.ends_at, ("poll", message.id), lambda: self.end(message))

    def end(self, message: Message) -> None:
        """Close a message's poll and announce the result: by the message, and by a new one with the winner."""
        assert message.poll is not None, "looked up before"
        self._timers.cancel(("poll", message.id))
        if message.deleted or message.poll.is_finalized:
            return
        message.poll.is_finalized = True
        message.poll.ends_at = min(message.poll.ends_at, self._clock.now())
        self._announcer.message_edited(message)
        self._announcer.message_created(self._result(message, message.poll))

    def vote(self, message: Message, user_id: int, answer_id: int) -> None:
        """Set down a user's vote; without multiple choice it takes the place of an earlier one."""
        assert message.poll is not None, "looked up before"
        if not message.poll.allow_multiselect:
            for other in [number for number, users in message.poll.votes.items() if user_id in users]:
                self.take_back(message, user_id, other)
        users = message.poll.votes.setdefault(answer_id, [])
        if user_id not in users:
            users.append(user_id)
            self._announcer.vote(message, _ADD, user_id, answer_id)

    def take_back(self, message: Message, user_id: int, answer_id: int) -> None:
        """Take a user's vote back, if there is one."""
        assert message.poll is not None, "looked up before"
        users = message.poll.votes.get(answer_id, [])
        if user_id in users:
            users.remove(user_id)
            self._announcer.vote(message, _REMOVE, user_id, answer_id)

    def _result(self, message: Message, poll: Poll) -> Message:
        channel = self._world.channels[message.channel_id]
        reference: JsonObject = {"type": 0, "channel_id": str(channel.id), "message_id": str(message.id)}
        result = Message(
            id=self._ids.next(),
            channel_id=channel.id,
            author_id=message.author_id,
            type=_RESULT_TYPE,
            webhook_id=message.webhook_id,
            shown_as=message.shown_as,
            mention_ids=[message.author_id],
            reference=reference,
            embeds=[{"type": "poll_result", "fields": _result_fields(poll)}],
        )
        channel.add(result)
        return result


def _result_fields(poll: Poll) -> list[JsonObject]:
    """Return what the embed of the result says; of a draw it names no winner."""
    counts = {answer["answer_id"]: len(poll.votes.get(answer["answer_id"], ())) for answer in poll.answers}
    most = max(counts.values())
    winners = [answer for answer in poll.answers if counts[answer["answer_id"]] == most]
    texts = {
        "poll_question_text": poll.question["text"],
        "victor_answer_votes": str(most),
        "total_votes": str(sum(counts.values())),
    }
    if len(winners) == 1 and most:
        texts |= {"victor_answer_id": str(winners[0]["answer_id"]), **_winner(winners[0]["poll_media"])}
    return [{"name": name, "value": value, "inline": False} for name, value in texts.items()]


def _winner(media: JsonObject) -> dict[str, str]:
    emoji: JsonObject = media.get("emoji") or {}
    texts = {"victor_answer_text": media.get("text"), "victor_answer_emoji_name": emoji.get("name")}
    texts["victor_answer_emoji_id"] = emoji.get("id")
    return {name: str(text) for name, text in texts.items() if text is not None}


def _media(media: Mapping[str, Any]) -> JsonObject:
    shape: JsonObject = {key: value for key, value in media.items() if value is not None}
    if "emoji" in shape:
        shape["emoji"] = {"id": None, "name": None, **shape["emoji"]}
    return shape
