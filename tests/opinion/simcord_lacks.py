"""What SimCord does not do as Discord does it, as far as the examples meet it: each with the reason why it is not ours.

The tests hold these tables both ways: what stands here still is so, and there is nothing else.
"""

from dataclasses import dataclass
from typing import Final, Literal


@dataclass(frozen=True, slots=True)
class End:
    """Where the comparison of a scenario ends, by its event's number: what follows builds on something different."""

    example: str
    scenario: str
    event: int
    why: str


@dataclass(frozen=True, slots=True)
class Notice:
    """A message that nobody wrote and only one side shows, by its type, with the examples that meet it."""

    type: int
    only: Literal["here", "there"]
    examples: frozenset[str]
    why: str


ENDS: Final = (
    End(
        "reaction-roles",
        "what is no emoji maps nothing",
        2,
        "SimCord takes any word for an emoji; Discord says 10014 (discord-rules.md, permissions of `react`)",
    ),
    End(
        "moderation",
        "a ban that was taken back is not taken back again",
        4,
        "SimCord lets a bot write to somebody who is in none of its servers; Discord says 50278 (discord-rules.md)",
    ),
    End(
        "applications",
        "who is declined reads why, and may try again in two weeks",
        8,
        "SimCord archives no thread by itself; Discord does so after `auto_archive_duration` (discord-rules.md)",
    ),
)

NOTICES: Final = (
    Notice(
        4,
        "there",
        frozenset({"temp-voice", "ticket-desk"}),
        "SimCord says in a server's channel that it has a new name; Discord does so in groups and threads only",
    ),
    Notice(
        18,
        "there",
        frozenset({"applications", "suggestion-queue"}),
        "SimCord says in a channel that a thread was begun at a new message; Discord only at an older one "
        "(Discord docs, Topics: Threads, Additional Context on THREAD_CREATED)",
    ),
    Notice(
        21,
        "here",
        frozenset({"applications", "suggestion-queue"}),
        "SimCord begins such a thread empty; Discord with a reference to the message (Discord docs, Topics: Threads, "
        "THREAD_STARTER_MESSAGE)",
    ),
)
