"""Messages that only one user sees: what can't be done to them, and that their ids are of no use later.

Nothing but the interaction's own token reaches an ephemeral message, for as long as that lives. It takes no reaction
and no pin, and can't be fetched or edited later.
Source: Discord docs, Interactions: Receiving and Responding, Followup Messages.
"""

from collections.abc import Iterable, Iterator, Mapping

from runner.actions.action import Authored, WrittenStep
from runner.diagnostics import Diagnostic
from runner.fields import SnowflakeShape
from runner.templates import check
from runner.templates.types import PRIVATE_ID, SNOWFLAKE, Type, may_hold

_WHY = "Discord knows an ephemeral message by its interaction alone, for 15 minutes (Discord docs, Followup Messages)"


def with_visibility(step: WrittenStep, outputs: Mapping[str, Type], *, is_private: bool) -> Mapping[str, Type]:
    """Return the outputs of a step as they are for its message, of which they may have the id.

    `is_private` is what a message is that doesn't say so itself.
    """
    said: object = getattr(step.action, "ephemeral", None)
    if said is True or (said is None and is_private):
        return outputs
    return {name: SNOWFLAKE if type_ is PRIVATE_ID else type_ for name, type_ in outputs.items()}


def private_faults(step: WrittenStep, templates: Iterable[Authored], scope: Mapping[str, Type]) -> Iterator[Diagnostic]:
    """Yield a fault for each id of a private message in a step that could do nothing with it, now or later."""
    for authored in templates:
        wants_public = isinstance(authored.shape, SnowflakeShape) and authored.shape.is_public
        if (wants_public or step.action.refers()) and may_hold(check(authored.template, scope).type, PRIVATE_ID):
            yield Diagnostic(
                slug="ephemeral-message",
                span=authored.locate(0, len(authored.template.source)),
                headline=_REACHED.format(name=step.name) if wants_public else _KEPT,
                why=_WHY,
                fix="let everybody see that message (`ephemeral: false`), or use one that a `send` has posted",
            )


_REACHED = "`{name}` can't reach this message: only one user sees it"
_KEPT = "this id is of no use later: only one user sees the message, and only for a while"
