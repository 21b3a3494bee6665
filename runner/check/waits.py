"""What can be said behind a wait: an answer to a question is a new interaction, an instant is none.

Behind an instant, or anything else that nobody has clicked for, a message goes to the channel with the bot's own token,
which reaches everyone there and nobody alone. An interaction's token lives for 15 minutes.
Source: Discord docs, Interactions: Receiving and Responding, Followup Messages.
"""

from runner.actions.action import WrittenStep
from runner.diagnostics import Diagnostic, Mark, Span
from runner.fields import duration_text
from runner.lifecycle.limits import TOKEN_LIFETIME_S

_TOKEN = (
    f"Discord takes answers to an interaction for {duration_text(TOKEN_LIFETIME_S)} "
    "(Discord docs, Receiving and Responding), and the bot's own messages are seen by everyone"
)


def private_without_interaction(step: WrittenStep, span: Span, waited: Span) -> Diagnostic:
    """Return the fault of a private message behind a wait."""
    return Diagnostic(
        slug="private-without-interaction",
        span=span,
        headline=f"`{step.name}` can't be private here: nobody's interaction may be open any more",
        why=_TOKEN,
        fix="say it publicly with `ephemeral: false`, or use `send` or `dm`",
        marks=(Mark(waited, "what is behind this nobody has clicked for"),),
    )


def private_elsewhere(step: WrittenStep) -> Diagnostic:
    """Return the fault of a private question that the bot asks with its own token."""
    return Diagnostic(
        slug="private-without-interaction",
        span=step.spans.get("ephemeral", step.key),
        headline=f"`{step.name}` can't be private here: it is asked in a channel, and answers nobody's interaction",
        why=_TOKEN,
        fix="remove `ephemeral`; who may answer is told by `from`",
    )


def nothing_to_change(step: WrittenStep, waited: Span, *, is_private: bool) -> Diagnostic:
    """Return the fault of changing a message behind a wait where there is none, or none that can be reached."""
    what = "the question was private" if is_private else "no question has been asked"
    return Diagnostic(
        slug="update-without-interaction",
        span=step.key,
        headline=f"`{step.name}` can't stand here: {what}, and nobody's interaction may be open any more",
        why=_TOKEN,
        fix="use `reply` or `send`",
        marks=(Mark(waited, "what is behind this nobody has clicked for"),),
    )


def nothing_to_answer(step: WrittenStep, waited: Span) -> Diagnostic:
    """Return the fault of a spinner or a form behind a wait."""
    return Diagnostic(
        slug="answer-without-interaction",
        span=step.key,
        headline=f"`{step.name}` can't stand here: there is no interaction to answer",
        why="a spinner and a form are answers to a command or a click (Discord docs, Receiving and Responding)",
        fix="use `form`, which shows a button that opens it" if "modal" in step.name else f"remove this `{step.name}`",
        marks=(Mark(waited, "what is behind this nobody has clicked for"),),
    )
