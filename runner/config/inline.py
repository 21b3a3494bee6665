"""Components that are written where they are shown, each with a name that it is known by for ever.

What is clicked may be years old, so the name is made of nothing but names that an author has chosen: that of what
shows it (`/ping`, `claim`, `modal feedback`), and the component's own `id`. Neither where in the steps it stands nor
what it says counts. Whoever renames one of the two makes another component of it.
"""

import hashlib
from collections.abc import Iterator
from dataclasses import field
from typing import Final

from runner.config.document import Command, Document, Inline, InlineButton, InlineSelect, commands_in
from runner.config.entry_places import Places
from runner.custom_ids import NAME_MAX
from runner.data import dataclass
from runner.fields import Entry, Steps, attributes_of
from runner.templates.values import is_list, is_mapping

_DIGEST: Final = 12


@dataclass(slots=True)
class Inlines:
    """The components that are written where they are shown: by name, and the name of each by its identity.

    `repeated` are those whose name another one has already, with that other one.
    """

    by_name: dict[str, Inline] = field(default_factory=dict[str, Inline])
    names: dict[int, str] = field(default_factory=dict[int, str])
    repeated: list[tuple[Inline, Inline]] = field(default_factory=list[tuple[Inline, Inline]])

    def name(self, component: Inline) -> str | None:
        """Return the name of a component; None for one that nobody can click, or that has no `id`."""
        return self.names.get(id(component))


def inline_components(document: Document, places: Places) -> Inlines:
    """Return all components of a document that are written where they are shown."""
    found = Inlines()
    if not places.has_any(InlineButton, InlineSelect):
        return found  # most files have none, and all else is walked over
    for owner, value in _owners(document):
        _gather(owner, value, found)
    return found


def inline_name(owner: str, own: str) -> str:
    """Return the name of a component by its own id and the name of what shows it; a long one ends in a digest."""
    name = f"{owner}.{own}"
    if len(name) <= NAME_MAX:
        return name
    digest = hashlib.sha256(name.encode()).hexdigest()[:_DIGEST]
    return f"{name[: NAME_MAX - _DIGEST - 1]}~{digest}"


def _owners(document: Document) -> Iterator[tuple[str, object]]:
    """Yield everything that has steps or messages, with its name as it is logged."""
    yield "defaults", document.defaults
    for name, command in document.commands.items():
        yield from _commands((name,), command)
    for section in attributes_of(Document):
        value: object = getattr(document, section)
        if section != "commands" and is_mapping(value):
            kind = "" if section == "components" else f"{section.removesuffix('s')} "
            yield from ((f"{kind}{name}", entry) for name, entry in value.items())


def _commands(names: tuple[str, ...], command: Command) -> Iterator[tuple[str, object]]:
    yield "/" + " ".join(names), [getattr(command, name) for name in attributes_of(type(command)) if name != "commands"]
    for name, inner in commands_in(command).items():
        yield from _commands((*names, name), inner)


def _gather(owner: str, value: object, found: Inlines) -> None:
    match value:
        case None | str() | bool() | int() | float():  # nearly everything
            return
        case Steps(items=items):
            for step in items:
                _gather(owner, step.action, found)
                _gather(owner, step.catch, found)
        case InlineButton() | InlineSelect():
            _register(owner, value, found)
        case Entry():
            for name in attributes_of(type(value)):
                _gather(owner, getattr(value, name), found)
        case _ if is_list(value):
            for item in value:
                _gather(owner, item, found)
        case _ if is_mapping(value):
            for item in value.values():
                _gather(owner, item, found)
        case _:
            return


def _register(owner: str, component: Inline, found: Inlines) -> None:
    if component.id is None or (isinstance(component, InlineButton) and not component.look.is_clicked):
        return
    name = inline_name(owner, component.id)
    known = found.by_name.setdefault(name, component)
    found.names[id(component)] = name
    if known is component:
        for inside in (component.steps, component.on_error, component.on_timeout, component.on_expired):
            _gather(name, inside, found)
    elif known != component:  # the same one may be shown in several places, as an anchor and its aliases
        found.repeated.append((component, known))
