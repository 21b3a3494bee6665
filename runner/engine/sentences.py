"""The sentences that users read when a handler has none of its own: the author's, in the user's language, or ours."""

from collections.abc import Iterator, Mapping
from typing import Any

from runner.actions.action import StepFailed
from runner.compile import Program, Render, Texts
from runner.engine import context
from runner.lifecycle.limits import LOCALE_FALLBACKS
from runner.templates import RenderError
from runner.texts import sentence as built_in

Json = Mapping[str, Any]  # Any: Discord's JSON


def sentence(program: Program, interaction: Json, name: str, values: Mapping[str, object]) -> str:
    """Return the sentence `name` as an interaction's user reads it.

    The author's words are looked for in the user's locale, its language, the locale that Discord falls back to, the
    same for the server's locale, and the first locale in the file. One that comes out empty, or can't be rendered, is
    passed over.
    """
    for text in _replacements(program.texts, interaction, name):
        said = text if isinstance(text, str) else _rendered(text, program, interaction, values)
        if said.strip():
            return said
    return built_in(name, **values)


def public_message(failure: Exception | None, program: Program, interaction: Json) -> str:
    """Return what users may read of a failure: what its author wrote for them, or what the bot may not do.

    Empty if there is neither.
    """
    if not isinstance(failure, StepFailed):
        return ""
    if failure.public.strip():
        return failure.public
    refusal = failure.refusal
    return sentence(program, interaction, refusal.reason, refusal.values) if refusal else ""


def _replacements(texts: Texts, interaction: Json, name: str) -> Iterator[Render | str]:
    if not texts.by_locale:
        return
    for locale in (*_near(interaction.get("locale")), *_near(interaction.get("guild_locale")), texts.first):
        text = texts.by_locale.get(locale, {}).get(name)
        if text is not None:
            yield text


def _near(locale: str | None) -> tuple[str, ...]:
    """Return a locale and what stands in for it, the nearest first."""
    if not locale:
        return ()
    fallback = LOCALE_FALLBACKS.get(locale)
    return (locale, locale.partition("-")[0], *((fallback,) if fallback else ()))


def _rendered(text: Render, program: Program, interaction: Json, values: Mapping[str, object]) -> str:
    reads = {"vars": program.variables, "data": program.data, **context.essentials(interaction), **values}
    try:
        return str(text(reads))
    except (RenderError, StepFailed):
        return ""
