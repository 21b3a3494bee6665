"""Forms: where one can't open, and what it can't ask.

Discord opens a form only as the first response to a command or a component, within 3 s.
Source of all: Discord docs, Interactions: Receiving and Responding; Components: Component Reference.
"""

from collections.abc import Iterator

from runner.actions.action import WrittenStep
from runner.check.steps import all_steps, modal_of, reached_runs
from runner.config.document import ModalField
from runner.config.load import Config
from runner.diagnostics import Diagnostic, Mark, Span
from runner.fields import Steps

_FIRST = "Discord opens a form only as the first response, within 3 s (Discord docs, Receiving and Responding)"


def check_modals(config: Config) -> list[Diagnostic]:
    """Return a fault for each form that is opened where it may be too late, and each field that nobody can fill in."""
    found = [
        *_in_rescues(config, ("defaults",), config.document.defaults.on_error, config.document.defaults.on_timeout)
    ]
    for section, name, handler in config.handlers():
        found += _in_rescues(config, (section, name), handler.on_error, handler.on_timeout)
    for name, flow in config.document.flows.items():
        found += _in_rescues(config, ("flows", name), flow.on_error, flow.on_timeout)
    for name, modal in config.document.modals.items():
        for asked, declared in modal.fields.items():
            found += _field(config, ("modals", name, "fields", asked), declared)
    return found


def _in_rescues(
    config: Config, path: tuple[str, ...], on_error: Steps | None, on_timeout: Steps | None
) -> Iterator[Diagnostic]:
    for key, steps in (("on_error", on_error), ("on_timeout", on_timeout)):
        for step in all_steps(*reached_runs(config.document.flows, steps)):
            if modal_of(step) is not None:
                yield Diagnostic(
                    slug="modal-in-rescue",
                    span=step.key,
                    headline=f"`{step.name}` can't open a form in `{key}`: an answer may have been given by then",
                    why=_FIRST,
                    fix="reply with a button that opens the form",
                    marks=(Mark(config.key(*path, key), "these steps run whenever something went wrong"),),
                )


def _field(config: Config, path: tuple[str, ...], declared: ModalField) -> Iterator[Diagnostic]:
    least, most, value = declared.min_length, declared.max_length, declared.value
    if least is not None and most is not None and least > most:
        yield Diagnostic(
            slug="empty-field-range",
            span=config.key(*path, "min_length"),
            headline=f"no text is both at least {least} and at most {most} characters long",
            why="the form could never be sent",
            fix="swap `min_length` and `max_length`",
            marks=(Mark(config.key(*path, "max_length"), "the other end"),),
        )
    if most is not None and isinstance(value, str) and len(value) > most:
        yield Diagnostic(
            slug="value-beyond-max-length",
            span=config.value(*path, "value"),
            headline=f"this has {len(value)} characters, and the field takes {most}",
            why="the user would have to shorten it before the form could be sent",
            fix="shorten it, or raise `max_length`",
            marks=(Mark(config.key(*path, "max_length"), "the longest text"),),
        )


def after_response(step: WrittenStep, answered: Span, *, is_strategy: bool) -> Diagnostic:
    """Return the fault of a form behind an answer; `is_strategy` when it is the handler's `response` that answers."""
    by_strategy = "write `response: modal`, or leave the strategy to `auto`"
    if answered == step.key:
        return Diagnostic(
            slug="modal-after-response",
            span=step.key,
            headline=f"`{step.name}` can't open a form here a second time: the first one was the response",
            why=_FIRST,
            fix="come here once, or reply with a button that opens it",
        )
    return Diagnostic(
        slug="modal-after-response",
        span=step.key,
        headline=f"`{step.name}` can't open a form here: an answer has been given before it",
        why=_FIRST,
        fix=by_strategy if is_strategy else "open the form first, or reply with a button that opens it",
        marks=(Mark(answered, "the first response is spent here"),),
    )


def after_slow(step: WrittenStep, slow: Span) -> Diagnostic:
    """Return the fault of a form behind a slow step, which has to be preceded by a spinner."""
    return Diagnostic(
        slug="modal-after-slow",
        span=step.key,
        headline=f"`{step.name}` can't open a form here: a slow step before it may take longer than Discord waits",
        why=_FIRST,
        fix=f"move the slow step behind the form, into the steps of the modal `{modal_of(step)}`",
        marks=(Mark(slow, "the slow step"),),
    )


def from_modal(step: WrittenStep, form: Span) -> Diagnostic:
    """Return the fault of a form that a submitted form opens; `form` is where that one is defined."""
    return Diagnostic(
        slug="modal-from-modal",
        span=step.key,
        headline=f"`{step.name}` can't open a form here: a submitted form can't open another one",
        why="Discord takes a form from a command, a button or a select (Discord docs, Interaction Callback Type)",
        fix="put a button between the two: reply with one that opens the second form",
        marks=(Mark(form, "these steps run when this form is submitted"),),
    )


def not_promised(span: Span, response: Span, *, is_answer: bool) -> Diagnostic:
    """Return the fault of a path that opens no form under `response: modal`.

    `span` is what answers first there (`is_answer`), or else where the path ends.
    """
    return Diagnostic(
        slug="modal-promised",
        span=span,
        headline="this answers first, and no form" if is_answer else "a path ends here, and no form has opened",
        why="an interaction takes one first response (Discord docs, Receiving and Responding)",
        fix="open the form on this path too, or leave the strategy to `auto`",
        marks=(Mark(response, "`modal` promises that every path opens a form first"),),
    )
