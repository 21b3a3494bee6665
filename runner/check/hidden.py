"""Channels that the bot hides from itself: it sees what @everyone sees, unless it is named.

Source: Discord docs, Topics: Permissions, Permission Overwrites.
"""

from collections.abc import Iterator
from typing import Final

from runner.actions.action import Authored, Seeing, WrittenStep
from runner.check.steps import every_step
from runner.config.load import Config
from runner.diagnostics import Diagnostic, Severity

_EVERYONE: Final = frozenset({"@everyone", "{{ guild.id }}", "{{ guild }}"})
"""How the role that every member has is written: its id is the server's."""


def check_hidden(config: Config) -> list[Diagnostic]:
    """Return a warning for each step that hides a channel from everyone, where nothing lets the bot itself see it.

    What is said of a new channel is all that is said of it. Of another one anything in the file may have said more.
    """
    steps = [(step, seeing) for step in every_step(config) if (seeing := step.action.seeing())]
    is_let_in = bool(steps) and lets_bot_in(config)
    return [_warning(step, each) for step, seeing in steps for each in _hiding(seeing, is_let_in=is_let_in)]


def lets_bot_in(config: Config) -> bool:
    """Tell whether any step lets the bot itself see a channel."""
    return any(_is_bot(each) for step in every_step(config) for each in step.action.seeing())


def _hiding(seeing: tuple[Seeing, ...], *, is_let_in: bool) -> Iterator[Seeing]:
    """Yield what hides the channel from everyone, the bot included."""
    for each in seeing:
        is_seen = any(map(_is_bot, seeing)) if each.is_new else is_let_in
        if not each.may and _is_everyone(each.role) and not is_seen:
            yield each


def _is_everyone(role: object) -> bool:
    return (role.template.source.strip() if isinstance(role, Authored) else role) in _EVERYONE


def _is_bot(each: Seeing) -> bool:
    """Tell whether this lets the bot see the channel, or somebody who may be the bot: whose id is written out."""
    if not each.may or each.user is None:
        return False
    return "bot" in each.user.template.roots if isinstance(each.user, Authored) else True


def _warning(step: WrittenStep, hiding: Seeing) -> Diagnostic:
    let_in = '{user: "{{ bot.id }}", allow: view_channel}'
    return Diagnostic(
        slug="hidden-from-bot",
        span=step.spans.get(hiding.attribute, step.key),
        headline="the bot may hide this channel from itself",
        why="it sees what @everyone sees, unless it or a role of its own is named (Discord docs, Permissions)",
        fix=f"add `- {let_in}`" if hiding.is_new else f"before it: `- set_permissions: {let_in}`",
        severity=Severity.WARNING,
    )
