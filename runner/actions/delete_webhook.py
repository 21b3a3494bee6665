"""`delete_webhook`: end a webhook."""

from collections.abc import Mapping
from typing import ClassVar

from runner.actions._on_webhook import OnWebhook
from runner.actions.action import FailureKind, Repeats, Step, StepFailed
from runner.data import dataclass
from runner.fields import option
from runner.templates.types import BOOLEAN, Type


@dataclass(frozen=True, slots=True, kw_only=True)
class DeleteWebhook(OnWebhook):
    """End a webhook: nobody writes through it any more. Does nothing if it is gone already.

    Example:
        - delete_webhook: "123456789012345678"
    """

    repeats: ClassVar[Repeats] = Repeats.SAFE
    short: ClassVar[str | None] = "webhook"
    outputs: ClassVar[Mapping[str, Type]] = {"was_there": BOOLEAN}

    reason: str | None = option("Why, for the server's audit log: 512 characters, longer text is cut.", default=None)

    async def run(self, step: Step) -> Mapping[str, object] | None:
        """End it, and tell whether it was there."""
        try:
            if self.webhook is not None:
                await step.rest("DELETE", "/webhooks/{webhook_id}", reason=self.reason, webhook_id=self.webhook)
            else:
                route = "/webhooks/{webhook_id}/{webhook_token}"
                await step.rest("DELETE", route, reason=self.reason, **await self.key(step))
        except StepFailed as failure:
            if failure.kind is not FailureKind.NOT_FOUND:
                raise
            return {"was_there": False}
        return {"was_there": True}
