"""What a step shows that is written elsewhere, forms and components by name, and what it gives them.

Such a thing is rendered where it is shown, with what may be read there, and with the parameters that it is given.
"""

from collections.abc import Iterator, Mapping

from runner.actions.action import WrittenStep
from runner.check.steps import messages_of, modal_of
from runner.config.document import PARAM_SHAPES, Document, MessageChange, Modal, Shown, interactive_in
from runner.config.entry_places import Places
from runner.data import dataclass
from runner.diagnostics import Span
from runner.fields import Entry, Shape


@dataclass(frozen=True, slots=True)
class Elsewhere:
    """Something that is rendered by a step, and written elsewhere.

    `section` and `name` say where it is defined, `verb` what the step does with it. `shown` is all of it that may have
    templates. `kinds` are the types of its parameters, by name, and `given` what `giver` gives for them: they are
    carried in a custom_id, of a user, a role or a channel only the id.
    """

    section: str
    name: str
    verb: str
    shown: object
    kinds: Mapping[str, str]
    giver: Entry
    given: Mapping[str, object]

    @property
    def what(self) -> str:
        """What it is, in words."""
        return f"the {self.section.removesuffix('s')} `{self.name}`"

    @property
    def custom_id(self) -> str:
        """The name by which its custom_id begins."""
        return f"modal:{self.name}" if self.section == "modals" else self.name

    @property
    def shapes(self) -> Mapping[str, Shape]:
        """What is taken for each of the parameters."""
        return {name: PARAM_SHAPES[kind] for name, kind in self.kinds.items()}

    def span_of(self, places: Places, param: str) -> Span:
        """Return where something is given for a parameter."""
        key = self.giver.name if isinstance(self.giver, Shown) else "with"
        return places.key(self.giver, key, param)


def rendered_by(document: Document, step: WrittenStep) -> Iterator[Elsewhere]:
    """Yield what a step renders besides what is written in it. What isn't defined is passed over."""
    name = modal_of(step)
    if name is not None and (modal := document.modals.get(name)) is not None:
        given: Mapping[str, object] = getattr(step.action, "with_", {})
        shown = shown_by(modal)
        yield Elsewhere("modals", name, "opened", shown, modal.params, step.action, given)
    for message in messages_of(step):
        yield from rendered_in(document, message)


def rendered_in(document: Document, message: MessageChange) -> Iterator[Elsewhere]:
    """Yield the components that a message shows by their names. What isn't defined is passed over."""
    for item in interactive_in(message.components or ()):
        if isinstance(item, Shown) and (component := document.components.get(item.name)) is not None:
            look = component.button or component.select
            yield Elsewhere("components", item.name, "shown", look, component.params, item, item.with_)


def templates_elsewhere(document: Document, step: WrittenStep) -> Iterator[object]:
    """Yield everything with templates that a step renders and that is written elsewhere, in its messages too."""
    yield from (each.shown for each in rendered_by(document, step))
    for message in messages_of(step):
        if (named := message.named) is not None:
            yield named
            yield from (each.shown for each in rendered_in(document, named))


def shown_by(modal: Modal) -> object:
    """Return the part of a form that is rendered when it opens."""
    return (modal.title, modal.fields)
