"""What every step that asks somebody has."""

from collections.abc import Mapping
from dataclasses import replace
from typing import ClassVar, Final, cast

from runner.actions.action import Action, Who
from runner.config.document import FormField, Prompt, lacks_content, time_of
from runner.data import dataclass
from runner.declarations import Declarations
from runner.fields import Channel, Duration, Entry, Steps, keys_of, option
from runner.inside import Inside, Waits, WaitsFor
from runner.lifecycle import budget, limits
from runner.lifecycle.machine import Event
from runner.messages import Message
from runner.questions import AskButton, ButtonStyleName
from runner.templates.people import MEMBER, USER
from runner.templates.types import Object, Type, optional

ANSWER_S: Final = 86_400.0
"""How long a question that says nothing of it waits for an answer, in seconds: a day."""

ANSWERER: Final[Mapping[str, Type]] = {"user": USER, "member": optional(MEMBER)}
"""What is known of whoever answers."""

CANCEL, BACK = "cancel", "back"


@dataclass(frozen=True, slots=True, kw_only=True)
class Asking(Action):
    """A step that asks somebody with a message, and waits for the answer."""

    effect: ClassVar[Event | None] = Event.REPLY
    waits_for: ClassVar[WaitsFor] = "click"
    outputs: ClassVar[Mapping[str, Type]] = {"user": USER}
    late_names: ClassVar[Mapping[str, Type]] = {"event": Object("the answer", ANSWERER)}

    said: Message = keys_of(Prompt)
    from_: Who = option("Who may answer.", default=Who())
    timeout: Duration = option(
        "How long it waits; left out, a day.", default=ANSWER_S, minimum=1.0, maximum=budget.WAIT_MAX_S, static=True
    )
    on_timeout: Steps = option("What to do when nobody has answered by then; left out, the run ends.", default=Steps())
    cancel: str | None = option(
        "The label of a button that calls it off.", default=None, min_length=1, max_length=limits.BUTTON_LABEL_MAX
    )
    on_cancel: Steps = option("What to do when it is called off; left out, the run ends.", default=Steps())
    back: str | None = option(
        "The label of a button that goes back to the question before.",
        default=None,
        min_length=1,
        max_length=limits.BUTTON_LABEL_MAX,
    )
    ephemeral: bool | None = option("Only the user sees it. Left out: as the handler's `response` says.", default=None)
    channel: Channel | None = option(
        "Where it is asked, as an id or `#name`; left out, where the handler was started. In another channel everybody "
        "there sees it.",
        default=None,
    )

    def inside(self) -> Inside | None:
        """Return what it waits for."""
        return Waits(self.waits_for, self.timeout, self.on_timeout, self.on_cancel)

    def who(self) -> Who | None:
        """Return who may answer."""
        return self.from_

    def elsewhere(self) -> str | None:
        """Return the channel that it names."""
        return self.channel

    def wants(self, declared: Declarations) -> frozenset[str]:
        """Take whoever has started the run and its channel, where nothing else is said; its server for a `#name`."""
        channel = cast(object, self.channel)  # before it is rendered it may be a template
        is_named = isinstance(channel, str) and channel.startswith("#")
        found = {"user": self.from_.is_invoker, "channel": channel is None, "guild": is_named}
        return frozenset(word for word, is_wanted in found.items() if is_wanted)

    def repair(self, word: str) -> str:
        """Say what tells who may answer, and where it is asked."""
        if word == "user":
            return "say who may answer: `from: anyone`, `from: {role: …}`, `from: {check: …}` or `from: {if: …}`"
        return "say where to ask: `channel:`" if word == "channel" else ""

    def lacks(self) -> str:
        """Ask for something to say."""
        return lacks_content(self.said)

    def takes_s(self) -> float:
        """Take the time of its files: without any it doesn't leave the process."""
        return time_of(self.said)

    @property
    def message(self) -> Message:
        """The message that asks, without its buttons."""
        return replace(self.said, is_ephemeral=self.ephemeral, encoded=None)

    def adds(self) -> tuple[int, int]:
        """Return how many rows it adds to its message at most, and how many buttons and selects are in them."""
        return 1, 2 + len(self.ways_out())

    def ways_out(self) -> tuple[AskButton, ...]:
        """Return the buttons that go back and that call it off, as far as there are any."""
        labels = ((BACK, self.back), (CANCEL, self.cancel))
        return tuple(AskButton(answer=word, label=label) for word, label in labels if label)


@dataclass(frozen=True, slots=True, kw_only=True)
class ChoiceOption(Entry):
    """One thing to choose."""

    templated: ClassVar[bool] = True
    short: ClassVar[str | None] = "label"

    label: str = option("What is shown.", min_length=1, max_length=limits.OPTION_LABEL_MAX)
    style: ButtonStyleName = option("The button's colour.", default="secondary", static=True)
    description: str = option(
        "What is shown below it, in a select.", default="", max_length=limits.OPTION_DESCRIPTION_MAX
    )
    emoji: str = option("A character, or a server's own emoji as `<:name:id>`.", default="", static=True)


@dataclass(frozen=True, slots=True, kw_only=True)
class FormPage(Entry):
    """One of several forms, one after the other."""

    templated: ClassVar[bool] = True

    title: str = option("What stands at its top.", min_length=1, max_length=limits.MODAL_TITLE_MAX)
    fields: Mapping[str, FormField] = option(
        "What the user fills in, in this order.",
        min_items=1,
        max_items=limits.MODAL_COMPONENTS_MAX,
        pattern="[a-z_][a-z0-9_]{0,31}",
        takes="a name of lower-case letters, digits and `_`, at most 32",
    )
