"""The components of a message in Discord's JSON: buttons and selects in rows, and the layout around them.

Source: Discord docs, Components: Component Reference.
"""

import dataclasses
from collections.abc import Iterable, Mapping, Sequence

from runner.compile.bodies import Hole, Json, body_renderer, leaf, present, text
from runner.compile.choices import defaults_json, options_json
from runner.compile.program import AskedField, Context
from runner.compile.words import channel_types
from runner.config import document
from runner.config.inline import Inlines
from runner.custom_ids import PREFIX, CustomId, Types
from runner.data import dataclass
from runner.fields import Authored, Entry, coerce
from runner.lifecycle import limits
from runner.lifecycle.limits import ButtonStyle, ComponentType
from runner.questions import AskMenu

_SELECTS: Mapping[str, ComponentType] = {
    "string": ComponentType.STRING_SELECT,
    "user": ComponentType.USER_SELECT,
    "role": ComponentType.ROLE_SELECT,
    "mentionable": ComponentType.MENTIONABLE_SELECT,
    "channel": ComponentType.CHANNEL_SELECT,
}
_SPACING: Mapping[str, int] = {
    "small": limits.SEPARATOR_SPACING_SMALL,
    "large": limits.SEPARATOR_SPACING_LARGE,
}
_ATTACHMENT = "attachment://"

Look = document.Button | document.Select


@dataclass(frozen=True, slots=True)
class ComponentCompiler:
    """Compiles the components of messages. `named` are those of `components:`, `inlines` has the names of others."""

    named: Mapping[str, document.Component]
    inlines: Inlines

    def components(self, items: Sequence[document.Item]) -> list[object]:
        """Return components as JSON with holes. Buttons and selects that follow one another are put into rows."""
        made: list[object] = []
        loose: list[document.Shown | document.Inline] = []
        for item in items:
            if isinstance(item, document.Shown | document.InlineButton | document.InlineSelect):
                loose.append(item)
            else:
                made += self._rows(loose)
                loose.clear()
                made.append(self._item(item))
        return made + self._rows(loose)

    def carries_params(self, items: Iterable[document.Item]) -> bool:
        """Tell whether some custom_id among components is to be signed."""
        return any(self.named[shown.name].params for shown in document.shown_in(items))

    def _rows(self, loose: Sequence[document.Shown | document.Inline]) -> list[object]:
        """Return action rows: of at most five buttons each, and of one select each."""
        rows: list[list[object]] = []
        is_open = False
        for item in loose:
            is_select = document.is_select(item, self.named)
            if is_select or not is_open or len(rows[-1]) == limits.ACTION_ROW_BUTTONS_MAX:
                rows.append([])
            rows[-1].append(self._interactive(item))
            is_open = not is_select
        return [_row(row) for row in rows]

    def _item(self, item: document.Item) -> object:
        match item:
            case document.Row(components=components):
                return _row([self._interactive(each) for each in components])
            case document.Container():
                return present(
                    type=int(ComponentType.CONTAINER),
                    accent_color=leaf(item.accent_color),
                    spoiler=leaf(item.spoiler) or None,
                    components=self.components(item.components),
                )
            case document.Section():
                return {
                    "type": int(ComponentType.SECTION),
                    "components": [_text(each) for each in item.text],
                    "accessory": self._accessory(item.accessory),
                }
            case document.TextDisplay():
                return _text(item)
            case document.MediaGallery(items=items):
                return {"type": int(ComponentType.MEDIA_GALLERY), "items": [_media(each) for each in items]}
            case document.FileDisplay():
                return _file(item)
            case document.Separator():
                return {
                    "type": int(ComponentType.SEPARATOR),
                    "divider": leaf(item.divider),
                    "spacing": leaf(item.spacing, lambda word: _SPACING[word]),
                }
            case document.Shown() | document.InlineButton() | document.InlineSelect():
                return self._interactive(item)

    def _accessory(self, item: document.Shown | document.InlineButton | document.Thumbnail) -> object:
        if isinstance(item, document.Thumbnail):
            return {"type": int(ComponentType.THUMBNAIL), **_media(item)}
        return self._interactive(item)

    def _interactive(self, item: document.Shown | document.Inline) -> object:
        if not isinstance(item, document.Shown):
            return _usable(item.look, self.inlines.name(item) or "", {}, {})
        component = self.named[item.name]
        look = component.button or component.select
        assert look is not None, "a component without a look is refused"
        return _usable(look, item.name, component.params, given_params(component.params, item.with_))


def given_params(types: document.ParamTypes, given: Mapping[str, object]) -> Json:
    """Return the parameters that are given to what declares them, as JSON with holes."""
    return {name: leaf(_typed(kind, given[name])) for name, kind in types.items()}


def _typed(kind: document.ParamTypeName, value: object) -> object:
    shape = document.PARAM_SHAPES[kind]
    return dataclasses.replace(value, shape=shape) if isinstance(value, Authored) else coerce(shape, value)


def with_params(look: Json, key: str, custom_id: CustomId) -> object:
    """Return JSON with a custom_id that carries parameters at `key`; the templates of `look` read them.

    Even if nothing in it is a template, its signature is made in each run: the key for it is no part of a program.
    """
    fill, render = body_renderer(given := dict(custom_id.values)), body_renderer(look)

    def render_with_params(context: Context) -> Json:
        values: Json = fill(context) if fill else given
        shown: Json = render({**context, "params": values}) if render else look
        return {**shown, key: dataclasses.replace(custom_id, values=values)}

    return Hole(render_with_params)


def _usable(look: Look, name: str, types: Types, given: Json) -> object:
    """Return a button or a select that leads to the handler of this name, if it leads to one."""
    made = button_json(look) if isinstance(look, document.Button) else select_json(look)
    if isinstance(look, document.Button) and not look.is_clicked:
        return made
    if types:
        return with_params(made, "custom_id", CustomId(PREFIX, name, types, given))
    return {**made, "custom_id": PREFIX + name}


def button_json(look: document.Button) -> Json:
    """Return a button, without its custom_id."""
    fixed = ButtonStyle.LINK if look.url is not None else ButtonStyle.PREMIUM if look.sku is not None else None
    style = look.style or "secondary"
    return present(
        type=int(ComponentType.BUTTON),
        style=int(fixed) if fixed else leaf(style, lambda word: int(ButtonStyle[word.upper()])),
        label=leaf(look.label),
        emoji=leaf(look.emoji),
        url=leaf(look.url),
        sku_id=leaf(look.sku),
        disabled=leaf(look.disabled) or None,
    )


def select_json(look: document.Select) -> Json:
    """Return a select, without its custom_id."""
    is_string = look.type == "string"
    chosen = look.default_values
    return present(
        type=int(_SELECTS[look.type]),
        placeholder=text(look.placeholder),
        min_values=look.min_values,
        max_values=look.max_values,
        options=options_json(look.options, chosen, look.most) if is_string else None,
        default_values=None if is_string else defaults_json(look.type, chosen, look.most),
        channel_types=channel_types(look.channel_types) or None,
        disabled=leaf(look.disabled) or None,
    )


def menu_json(look: Entry) -> Json:
    """Return the select of a question, without its custom_id."""
    assert isinstance(look, document.Select), "a question has no other menu"
    return select_json(look)


def asked_in_menu(menu: AskMenu) -> AskedField:
    """Return what the select of a question takes."""
    assert isinstance(menu.look, document.Select), "a question has no other menu"
    return asked_select(menu.look)


def asked_select(look: document.Select) -> AskedField:
    """Return what a select takes, in the terms in which Discord sends it."""
    return AskedField(
        _SELECTS[look.type],
        True,
        look.least,
        look.most,
        is_single=False,
        values=frozenset(look.options),
        channel_types=frozenset(channel_types(look.channel_types)),
    )


def _row(components: Sequence[object]) -> Json:
    return {"type": int(ComponentType.ACTION_ROW), "components": list(components)}


def _text(display: document.TextDisplay) -> Json:
    return {"type": int(ComponentType.TEXT_DISPLAY), "content": leaf(display.content)}


def _media(item: document.Media) -> Json:
    return present(
        media={"url": leaf(item.url)},
        description=text(item.description),
        spoiler=leaf(item.spoiler) or None,
    )


def _file(item: document.FileDisplay) -> Json:
    name = leaf(item.file, lambda said: _ATTACHMENT + said.removeprefix(_ATTACHMENT))
    return present(type=int(ComponentType.FILE), file={"url": name}, spoiler=leaf(item.spoiler) or None)
