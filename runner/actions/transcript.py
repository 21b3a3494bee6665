"""`transcript`: what has been written in a channel, as one text."""

from collections.abc import Mapping, Sequence
from typing import Any, ClassVar, Final, Literal, cast

from runner.actions._on_channel import CHANNEL
from runner.actions._on_message import InChannel
from runner.actions._transcripts import BYTES_MAX, WRITERS
from runner.actions.action import Step
from runner.data import dataclass
from runner.fields import option
from runner.lifecycle import limits
from runner.lifecycle.bits import Intents, Permissions
from runner.templates.types import BOOLEAN, INTEGER, STRING, Type

MESSAGES_MAX: Final = 2000
"""How many messages a transcript has at most: twenty calls."""

_ENDINGS: Final[Mapping[str, str]] = {"text": "txt", "markdown": "md", "html": "html"}

_Json = Mapping[str, Any]  # Any: Discord's JSON


@dataclass(frozen=True, slots=True, kw_only=True)
class Transcript(InChannel):
    """Read what has been written in a channel, the latest messages of it, as one text from the first to the last.

    Example:
        - transcript: {format: markdown, limit: 100}
    """

    needs: ClassVar[Permissions] = Permissions.VIEW_CHANNEL | Permissions.READ_MESSAGE_HISTORY
    outputs: ClassVar[Mapping[str, Type]] = {
        "content": STRING,
        "filename": STRING,
        "count": INTEGER,
        "is_all": BOOLEAN,
    }

    format: Literal["text", "markdown", "html"] = option("How it is written.", default="text", static=True)
    limit: int = option("How many messages at most.", default=1000, minimum=1, maximum=MESSAGES_MAX)

    def intents(self) -> Intents:
        """Return what it takes to read what others have written."""
        return Intents.MESSAGE_CONTENT

    def takes_s(self) -> float:
        """Allow for as many pages as there may be."""
        most = cast(object, self.limit)  # before it is rendered it may be a template
        messages = most if isinstance(most, int) else MESSAGES_MAX
        return limits.REST_CALL_S * -(-messages // limits.MESSAGES_FETCH_MAX)

    async def run(self, step: Step) -> Mapping[str, object] | None:
        """Read it; gives the text, a name for the file, how many messages it has, and whether that is all of them."""
        channel_id = self.channel_id(step)
        found, is_all = await self._read(step, channel_id)
        written = WRITERS[self.format](found[::-1])
        kept = written.encode()[:BYTES_MAX].decode(errors="ignore")
        return {
            "content": kept,
            "filename": f"transcript-{channel_id}.{_ENDINGS[self.format]}",
            "count": len(found),
            "is_all": is_all and kept == written,
        }

    async def _read(self, step: Step, channel_id: str) -> tuple[Sequence[_Json], bool]:
        """Return the messages, the latest first, and whether there are no others."""
        found, before = list[_Json](), ""
        while len(found) < self.limit:
            most = min(limits.MESSAGES_FETCH_MAX, self.limit - len(found))
            route = f"{CHANNEL}/messages?limit={most}" + (f"&before={before}" if before else "")
            page: Sequence[_Json] = await step.rest("GET", route, channel_id=channel_id)
            found += page
            if len(page) < most:
                return found, True
            before = page[-1]["id"]
        return found, False
