"""Components: names that are defined, looks that Discord takes, rows that are not too wide, and what they are given.

Source of all: Discord docs, Components: Component Reference.
"""

from collections.abc import Iterable, Iterator, Mapping
from typing import Final, cast

from runner.check.choices import check_defaults, check_numbers, has_options, without_effect
from runner.check.messages import every_message
from runner.check.shown import Elsewhere, rendered_by, rendered_in
from runner.check.steps import every_step
from runner.config.document import (
    LAYOUT,
    Button,
    Component,
    Inline,
    InlineButton,
    InlineSelect,
    MessageChange,
    Select,
    Shown,
    interactive_in,
)
from runner.config.entry_places import Places
from runner.config.load import Config
from runner.config.source import Scalar
from runner.config.suggestion import suggestion
from runner.custom_ids import length_of, length_of_kept
from runner.diagnostics import Diagnostic, Mark, Span
from runner.fields import Authored, BadValue, Entry, Shape, coerce
from runner.lifecycle import limits
from runner.store.values import PARAMS_BYTES_MAX, to_json

_REFERENCE: Final = "(Discord docs, Component Reference)"
_RESERVED: Final = frozenset({*LAYOUT.kinds, "thumbnail", "row"})
_SELECT_KEYS: Final[Mapping[str, tuple[str, ...]]] = {"options": ("string",), "channel_types": ("channel",)}


def check_components(config: Config) -> list[Diagnostic]:
    """Return a fault for each component that Discord would refuse, or that would lead nowhere."""
    found: list[Diagnostic] = []
    for name, component in config.document.components.items():
        found += _named(config, name, component)
    found += _aliases(config)
    for message in every_message(config):
        found += _in_message(config, message)
    for repeated, first in config.inlines.repeated:
        found.append(_repeated(config.places, repeated, first))
    shown = [each for step in every_step(config) for each in rendered_by(config.document, step)]
    shown += [each for named in config.document.messages.values() for each in rendered_in(config.document, named)]
    for elsewhere in shown:
        found += _given(config, elsewhere)
    return found


def _fault(slug: str, span: Span, headline: str, why: str, fix: str, *marks: Mark) -> Diagnostic:
    return Diagnostic(slug=slug, span=span, headline=headline, why=why, fix=fix, marks=marks)


# Those of `components:`


def _named(config: Config, name: str, component: Component) -> Iterator[Diagnostic]:
    places, key = config.places, config.key("components", name)
    if name in _RESERVED:
        fix = f"rename it, for example to `{name}_1`"
        yield _fault("reserved-name", key, f"`{name}` can't be a component's name", "it means a kind of component", fix)
    if component.button and component.select:
        yield _fault(
            "two-looks",
            places.key(component, "select"),
            "a component is a button or a select, not both",
            "a message shows one of them under this name",
            "give the other one a name of its own",
            Mark(places.key(component, "button"), "the button"),
        )
    elif not component.button and not component.select and config.is_whole(component):
        fix = "add `button:` or `select:`"
        yield _fault("no-look", key, f"nobody knows how `{name}` looks", "there is nothing to show", fix)
    if component.button:
        yield from _button(config, component.button)
        if not component.button.is_clicked:
            yield from _led_elsewhere(places, component, component.button)
    if component.select:
        yield from _select(config, component.select)


def _led_elsewhere(places: Places, component: Entry, look: Button) -> Iterator[Diagnostic]:
    """What leads out of Discord, or into its shop, never comes to the bot."""
    for key in ("steps", "reply", "response", "timeout", "check", "permissions", "on_error", "on_timeout", "params",
                "aliases", "id", "on_click"):  # fmt: skip
        if places.has(component, key):
            what = "a button with a `url`" if look.url is not None else "a button with a `sku`"
            yield without_effect(places, component, key, what, "a button that is clicked for the bot")


def _aliases(config: Config) -> Iterator[Diagnostic]:
    taken: dict[str, Span] = {name: config.key("components", name) for name in config.document.components}
    for component in config.document.components.values():
        for index, alias in enumerate(component.aliases):
            span = config.places.value(component, "aliases", index)
            if alias in taken:
                yield _fault(
                    "alias-taken",
                    span,
                    f"`{alias}` is the name of another component",
                    "nobody could tell which of the two is clicked",
                    "leave it out",
                    Mark(taken[alias], "it is taken here"),
                )
            taken.setdefault(alias, span)


# Looks


def _button(config: Config, look: Button) -> Iterator[Diagnostic]:
    places = config.places
    if look.sku is not None:
        for key in ("label", "emoji", "style", "url"):
            if places.has(look, key):
                yield without_effect(places, look, key, "a button that sells something", "other buttons")
    elif look.label is None and look.emoji is None and config.is_whole(look):
        yield _fault(
            "blank-button",
            places.value(look),
            "there is nothing to see on this button",
            f"Discord refuses it {_REFERENCE}",
            "add `label:` or `emoji:`",
        )
    if look.url is not None and places.has(look, "style"):
        yield without_effect(places, look, "style", "a button with a `url`", "a button that is clicked for the bot")


def _select(config: Config, look: Select) -> Iterator[Diagnostic]:
    places = config.places
    for key, types in _SELECT_KEYS.items():
        if places.has(look, key) and look.type not in types:
            yield without_effect(places, look, key, f"a select of type `{look.type}`", f"type `{types[0]}`")
    if config.is_whole(look):
        if look.type == "string":
            yield from has_options(places, look, limits.SELECT_OPTIONS_MIN, limits.SELECT_OPTIONS_MAX)
        yield from check_numbers(places, look, limits.SELECT_VALUES_MAX)
        yield from check_defaults(places, look)


# In messages


def _in_message(config: Config, message: MessageChange) -> Iterator[Diagnostic]:
    seen: dict[object, Span] = {}
    for item in interactive_in(message.components or ()):
        span = _span_of(config.places, item)
        if isinstance(item, Shown):
            yield from _undefined(config, item, span)
        else:
            yield from _inline(config, item)
        key = _identity(config, item)
        if key is not None and key in seen:
            yield _twice(item, span, seen[key])
        seen.setdefault(key, span)


def _span_of(places: Places, item: Shown | Inline) -> Span:
    return places.value(item) if isinstance(item, Shown) or item.id is None else places.value(item, "id")


def _identity(config: Config, item: Shown | Inline) -> object:
    """Return what two components of one custom_id have in common; None for one that has none, or only in a run."""
    if not isinstance(item, Shown):
        return config.inlines.name(item)
    component = config.document.components.get(item.name)
    is_clicked = component is None or component.button is None or component.button.is_clicked
    given = cast(Iterable[object], item.with_.values())
    is_known = not any(isinstance(value, Authored) for value in given)
    return (item.name, tuple(sorted(map(repr, item.with_.items())))) if is_clicked and is_known else None


def _twice(item: Shown | Inline, span: Span, first: Span) -> Diagnostic:
    return _fault(
        "component-twice",
        span,
        f"`{item.name if isinstance(item, Shown) else item.id}` is in this message twice",
        "Discord refuses a message with two components of one id (Discord docs, Component Reference)",
        "remove one of them",
        Mark(first, "the first one"),
    )


def _undefined(config: Config, item: Shown, span: Span) -> Iterator[Diagnostic]:
    defined = config.written_names("components")
    if item.name in _RESERVED:
        yield _misplaced(item.name, span, is_bare=isinstance(config.places.node(item), Scalar))
    elif item.name not in defined:
        near = suggestion(item.name, (*defined, *LAYOUT.kinds))
        yield _fault(
            "undefined-component",
            span,
            f"there is no component `{item.name}`",
            "a button that nobody handles would look as if it worked",
            near or f"define `{item.name}:` under `components:`",
        )


def _misplaced(kind: str, span: Span, *, is_bare: bool) -> Diagnostic:
    """Return the fault of a kind of component that Discord takes elsewhere, or that needs more than its name."""
    if is_bare:
        why, fix = "there would be nothing in it", f"write `{kind}:` with a value behind it"
        return _fault("incomplete-component", span, f"`{kind}` needs more than its name", why, fix)
    is_beside = kind == "thumbnail"
    fix = "write it as the `accessory` of a `section`" if is_beside else "write it among the message's own `components`"
    why = f"Discord takes it elsewhere {_REFERENCE}"
    return _fault("misplaced-component", span, f"`{kind}` can't stand here", why, fix)


def _inline(config: Config, item: Inline) -> Iterator[Diagnostic]:
    places = config.places
    if isinstance(item, InlineSelect):
        yield from _select(config, item.look)
    else:
        yield from _button(config, item.look)
        if not item.look.is_clicked:
            yield from _led_elsewhere(places, item, item.look)
            return
    if item.id is None and config.is_whole(item):
        kind = "button" if isinstance(item, InlineButton) else "select"
        yield _fault(
            "component-without-id",
            places.value(item),
            f"this {kind} has no `id`",
            "what happens on a click is found by it, also after a restart",
            "add `id:`, a name that stays as it is",
        )


def _repeated(places: Places, repeated: Inline, first: Inline) -> Diagnostic:
    return _fault(
        "same-component-id",
        places.value(repeated, "id"),
        f"this handler has another component with the id `{repeated.id}`",
        "what is clicked is found by its id alone, wherever the handler shows it",
        "give it an id of its own, or define one component under `components:` and name it here",
        Mark(places.value(first, "id"), "the other one"),
    )


# Parameters


def _given(config: Config, elsewhere: Elsewhere) -> Iterator[Diagnostic]:
    """Yield what is wrong with the parameters that something is given where it is shown."""
    places, declared = config.places, config.written_names(elsewhere.section, elsewhere.name, "params")
    giver, types, given = elsewhere.giver, elsewhere.kinds, elsewhere.given
    for name, value in given.items():
        span = elsewhere.span_of(places, name)
        if name not in declared:
            yield _fault(
                "unknown-parameter",
                span,
                f"{elsewhere.what} has no parameter `{name}`",
                "a value that nobody reads would be ignored silently",
                suggestion(name, types) or "leave it out, or declare it under its `params`",
            )
        elif name in types and not isinstance(value, Authored) and (takes := _unfit(elsewhere.shapes[name], value)):
            headline = f"`{name}` of {elsewhere.what} {takes}"
            why = f"it is declared as `{types[name]}`"
            yield _fault("unfit-parameter", span, headline, why, "write what it takes, or declare it otherwise")
    yield from _too_long(places, elsewhere)
    if missing := [name for name in types if name not in given]:
        listed = " and ".join(f"`{name}`" for name in missing)
        yield _fault(
            "missing-parameter",
            places.value(giver),
            f"{elsewhere.what} has to be given {listed}",
            "its steps read it",
            f"add {', '.join(f'`{name}: …`' for name in missing)}",
        )


def _too_long(places: Places, elsewhere: Elsewhere) -> Iterator[Diagnostic]:
    """Yield a fault where the parameters that are known can't be carried, whatever the others are.

    What does not fit into a custom_id is kept by the store, if it is not too much, and if there is room for its key.
    """
    known = {
        name: coerce(elsewhere.shapes[name], value)
        for name, value in elsewhere.given.items()
        if name in elsewhere.kinds and not isinstance(value, Authored) and not _unfit(elsewhere.shapes[name], value)
    }
    if length_of(elsewhere.custom_id, elsewhere.kinds, known) <= limits.CUSTOM_ID_MAX:
        return
    size, at = len(to_json(known).encode()), places.value(elsewhere.giver)
    if size > PARAMS_BYTES_MAX:
        yield _fault(
            "parameters-too-long",
            at,
            f"the parameters of {elsewhere.what} take {size} bytes",
            f"those that don't fit into a custom_id are kept by the store, which takes {PARAMS_BYTES_MAX}",
            "give it less, such as a number by which the rest is found",
        )
    elif length_of_kept(elsewhere.custom_id) > limits.CUSTOM_ID_MAX:
        yield _fault(
            "parameters-too-long",
            at,
            f"{elsewhere.what} has too long a name for parameters that are kept by the store",
            f"a custom_id takes {limits.CUSTOM_ID_MAX} characters {_REFERENCE}, and their key needs a part of them",
            "give it a shorter name, or less to carry",
        )


def _unfit(shape: Shape, value: object) -> str:
    """Return what a parameter takes where a value is something else; empty where it is that."""
    try:
        coerce(shape, value)
    except BadValue as bad:
        return str(bad).removeprefix("this ")
    return ""
