"""Discord's REST with the bot's own token, as a parameter: everything that is not an answer to an interaction."""

from collections.abc import Mapping
from typing import Any, Protocol


class RestRefused(Exception):
    """Discord answered a call with an error: its status, its code (0 if it gave none), its words and its `errors`.

    The status is 0 where no answer came. `retry_after_s` is how long Discord asks to wait, if it does.
    """

    def __init__(
        self,
        status: int,
        code: int,
        message: str,
        errors: Mapping[str, object] | None = None,
        *,
        retry_after_s: float | None = None,
    ) -> None:
        """Say what Discord said; `errors` mirrors the request (Discord docs, Reference: Error Messages)."""
        super().__init__(f"{status} {code}: {message}")
        self.status = status
        self.code = code
        self.message = message
        self.errors: Mapping[str, object] = errors or {}
        self.retry_after_s = retry_after_s


class Rest(Protocol):
    """Calls Discord's API as the bot."""

    async def request(
        self, method: str, route: str, json: object | None = None, *, reason: str | None = None, **parts: str
    ) -> Any:
        """Return the decoded body of a success; raises `RestRefused` for any other answer. Any: Discord's JSON.

        `route` may have placeholders that `parts` fill in; those called `channel_id`, `guild_id` and `webhook_id`
        have rate limits of their own (Discord docs, Rate Limits). `reason` goes into the server's audit log. `json` may
        be a body that `messages.with_contents` has made: then files go along with it.
        """
        ...

    async def download(self, url: str) -> bytes:
        """Return a file that Discord keeps, from the address that it gave for it. Raises `RestRefused`."""
        ...
