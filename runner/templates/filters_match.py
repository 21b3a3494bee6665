"""What finds out how a text is made: regular expressions within bounds, and links to messages."""

import re
from collections.abc import Mapping
from functools import lru_cache
from typing import Final

from runner.regex import regex
from runner.templates.budget import Budget
from runner.templates.faults import RenderError
from runner.templates.signature import REQUIRED, Parameter, Role, Signature, always
from runner.templates.types import SNOWFLAKE, STRING, ListOf, Object, optional

TRIES_MAX: Final = 10_000_000
"""How many ways of dividing a text among the repetitions of a pattern may be tried, at worst."""

PATTERN: Final = Parameter("pattern", STRING, REQUIRED, Role.PATTERN)
"""A regular expression that is written out, so that it can be looked at before it is used."""

_LINK: Final = regex(
    r"https://(?:\w+\.)?discord(?:app)?\.com/channels/(@me|[0-9]{15,20})/([0-9]{15,20})/([0-9]{15,20})"
)
_LINK_MAX: Final = 200


@lru_cache(maxsize=256)
def _known(pattern: str) -> "tuple[re.Pattern[str], int]":
    """Return a pattern, and the length of the longest text that it can be held against in reasonable time."""
    from runner.patterns import BadPattern, compiled, repetitions  # few templates have a pattern

    try:
        found, repeated = compiled(pattern), repetitions(pattern)
    except BadPattern as bad:
        raise RenderError("template-failed", str(bad)) from None
    return found, TRIES_MAX if repeated < 2 else int(TRIES_MAX ** (1 / repeated))


def matched(budget: Budget, value: str, pattern: str) -> "re.Match[str] | None":
    """Return how the whole text matches a pattern; a text that is too long for the pattern is a fault."""
    found, most = _known(pattern)
    if len(value) > most:
        raise RenderError("template-bound", f"a text of more than {most} characters is too long for this pattern")
    budget.read(16 * len(value))
    return found.fullmatch(value)


def _match(budget: Budget, value: str, pattern: str) -> list[str] | None:
    found = matched(budget, value, pattern)
    return None if found is None else [found[0], *(group or "" for group in found.groups())]


def _message_link(budget: Budget, value: str) -> Mapping[str, object] | None:
    budget.read(min(len(value), _LINK_MAX))
    found = _LINK.fullmatch(value.strip().strip("<>")) if len(value) <= _LINK_MAX else None
    if found is None:
        return None
    guild_id = None if found[1] == "@me" else found[1]
    return {"guild_id": guild_id, "channel_id": found[2], "message_id": found[3]}


_LINKED: Final = Object(
    "a link to a message", {"guild_id": optional(SNOWFLAKE), "channel_id": SNOWFLAKE, "message_id": SNOWFLAKE}
)

MATCH_FILTERS: Final = (
    Signature(
        name="match",
        summary="The text and its groups, if all of it matches a regular expression; else none.",
        accepts=STRING,
        returns=always(optional(ListOf(STRING))),
        run=_match,
        parameters=(PATTERN,),
    ),
    Signature(
        name="message_link",
        summary="The ids in the address of a message; none for any other text.",
        accepts=STRING,
        returns=always(optional(_LINKED)),
        run=_message_link,
    ),
)
"""The filters that take a text apart."""
