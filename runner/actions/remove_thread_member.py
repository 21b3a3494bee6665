"""`remove_thread_member`: take somebody out of a thread."""

from collections.abc import Mapping
from typing import ClassVar, Final

from runner.actions._on_channel import CHANNEL, OnChannel, channel_of
from runner.actions.action import FailureKind, Repeats, Step, StepFailed
from runner.data import dataclass
from runner.declarations import Declarations
from runner.fields import Snowflake, option
from runner.lifecycle.bits import Permissions

_MEMBER: Final = CHANNEL + "/thread-members/{user_id}"


@dataclass(frozen=True, slots=True, kw_only=True)
class RemoveThreadMember(OnChannel):
    """Take somebody out of a thread.

    Example:
        - remove_thread_member: "{{ user }}"
          catch: [{log: This is no thread}]
    """

    repeats: ClassVar[Repeats] = Repeats.SAFE
    short: ClassVar[str | None] = "user"
    needs: ClassVar[Permissions] = Permissions.MANAGE_THREADS

    user: Snowflake | None = option("Whom: a user, or an id. Left out: whoever runs this.", default=None)
    reason: None = None  # the audit log has nothing of it (Discord docs, Resources: Audit Log, Audit Log Events)

    def wants(self, declared: Declarations) -> frozenset[str]:
        """Want somebody where nobody is named, besides what every step on a channel wants."""
        found = OnChannel.wants(self, declared)
        return found if self.user is not None else found | {"user"}

    async def run(self, step: Step) -> Mapping[str, object] | None:
        """Do it."""
        user_id = self.user or step.user_id
        if user_id is None:
            raise StepFailed("nobody runs this; name somebody with `user`", kind=FailureKind.INVALID)
        await step.rest("DELETE", _MEMBER, channel_id=channel_of(self.channel, step), user_id=user_id)
        return None
