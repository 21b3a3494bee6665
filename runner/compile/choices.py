"""What can be chosen from, and what is chosen from the start, in Discord's JSON. For messages and forms alike.

Source: Discord docs, Components: Component Reference, String Select Option, Select Default Value.
"""

import re
from collections.abc import Sequence

from runner.actions.action import FailureKind, StepFailed
from runner.compile.bodies import Hole, Json, body_renderer, leaf, present, text
from runner.config import document
from runner.fields import SNOWFLAKE_PATTERN
from runner.regex import regex
from runner.templates.values import is_list, is_mapping

_MENTION = regex(rf"<(?:@!?(?P<user>{SNOWFLAKE_PATTERN})|@&(?P<role>{SNOWFLAKE_PATTERN})"
                      rf"|#(?P<channel>{SNOWFLAKE_PATTERN}))>")  # fmt: skip


def options_json(options: document.SelectOptions, chosen: object, most: int) -> object:
    """Return what can be chosen; of the values that `chosen` gives besides, `most` are chosen from the start.

    A value that is not offered chooses nothing: it may be one of an older version.
    """
    offered: list[Json] = [_option(value, choice) for value, choice in options.items()]
    if not chosen:
        return offered
    render_offered, render_chosen = body_renderer(offered), body_renderer(values := leaf(chosen))
    if render_offered is None and render_chosen is None:
        return _with_defaults(offered, values, most)
    return Hole(
        lambda context: _with_defaults(
            render_offered(context) if render_offered else offered,
            render_chosen(context) if render_chosen else values,
            most,
        )
    )


def _option(value: str, choice: document.SelectOption) -> Json:
    return present(
        label=leaf(choice.label),
        value=value,
        description=text(choice.description),
        emoji=leaf(choice.emoji),
        default=leaf(choice.default) or None,
    )


def _with_defaults(offered: Sequence[Json], chosen: object, most: int) -> list[Json]:
    wanted = {str(value) for value in _listed(chosen)}
    left = most
    made: list[Json] = []
    for option in offered:
        is_chosen = left > 0 and (option.get("default") is True or option["value"] in wanted)
        left -= is_chosen
        made.append({**option, "default": True} if is_chosen else {**option, "default": False})
    return made


def defaults_json(kind: str, chosen: object, most: int) -> object:
    """Return who or what is chosen from the start in a select for users, roles or channels, at most `most`."""
    if not chosen:
        return None

    def convert(values: object) -> list[Json] | None:
        found = {str(each["id"]): each for each in (_default(kind, value) for value in _listed(values))}
        return list(found.values())[:most] or None

    return leaf(chosen, convert)


def _default(kind: str, value: object) -> Json:
    if is_mapping(value):
        named = kind if kind != "mentionable" else value.get("kind") or ("user" if "is_bot" in value else "role")
        return {"id": str(value.get("id")), "type": named}
    written = str(value)
    if (found := _MENTION.fullmatch(written)) and (kind in (found.lastgroup, "mentionable")):
        return {"id": found[str(found.lastgroup)], "type": found.lastgroup}
    if kind != "mentionable" and re.fullmatch(SNOWFLAKE_PATTERN, written):
        return {"id": written, "type": kind}
    raise StepFailed(
        f"`default_values`: this takes ids or mentions of what a select for a {kind} offers", kind=FailureKind.INVALID
    )


def _listed(value: object) -> Sequence[object]:
    """Return what a list holds, without what is none; a single value is a list of one."""
    items = value if is_list(value) else (value,)
    return [item for item in items if item is not None]
