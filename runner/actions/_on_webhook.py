"""What the steps that write through a webhook, or end one, have in common: which one it is.

A webhook's token lets whoever has it write in its channel, so it is no step's output. One of the bot's own is known by
its id; its token is asked for where it is used. One of somebody else's is an address, which is a secret itself.
"""

from collections.abc import Iterator
from typing import ClassVar, Final

from runner.actions.action import Action, FailureKind, Misfit, Step, StepFailed
from runner.data import dataclass
from runner.declarations import Declarations
from runner.fields import Snowflake, option
from runner.lifecycle import limits
from runner.lifecycle.bits import Permissions
from runner.regex import regex

_ADDRESS: Final = regex(
    r"https://(?:\w+\.)?discord(?:app)?\.com/api(?:/v[0-9]+)?/webhooks/([0-9]{15,20})/([A-Za-z0-9_-]{20,200})/?"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class OnWebhook(Action):
    """A step on one webhook."""

    worst_case_s: ClassVar[float] = 2 * limits.REST_CALL_S
    needs: ClassVar[Permissions] = Permissions.MANAGE_WEBHOOKS

    webhook: Snowflake | None = option("Which: the id that `create_webhook` has given.", default=None)
    url: str | None = option(
        "Which, of those that are not the bot's own: its address, a secret, as `${NAME}`.", default=None, secret=True
    )

    def asks(self) -> Permissions:
        """Return nothing: where the webhook is nobody but Discord knows, and one by its address needs none."""
        return Permissions(0)

    def lacks(self) -> str:
        """Ask which one is meant."""
        return "" if self.webhook is not None or self.url is not None else "`webhook` or `url`"

    def misfits(self, declared: Declarations) -> Iterator[Misfit]:
        """Refuse two webhooks."""
        if self.webhook is not None and self.url is not None:
            yield Misfit("url", "this names two webhooks", "one of them would be ignored", "remove `url`, or `webhook`")

    async def key(self, step: Step) -> dict[str, str]:
        """Return the parts of the routes by its token. Raises `StepFailed` where there is no such webhook."""
        if self.url is not None:
            found = _ADDRESS.fullmatch(self.url.strip())
            if found is None:
                raise StepFailed("this is no address of a webhook", kind=FailureKind.INVALID)
            return {"webhook_id": found[1], "webhook_token": found[2]}
        assert self.webhook is not None, "a file that names neither is refused"
        known = await step.rest("GET", "/webhooks/{webhook_id}", webhook_id=self.webhook)
        if not known.get("token"):
            raise StepFailed("this webhook is somebody else's", kind=FailureKind.REFUSED)
        return {"webhook_id": self.webhook, "webhook_token": known["token"]}
