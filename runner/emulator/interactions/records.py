"""The local Discord's books on one interaction: where it came from, and what has become of it."""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass, field

from runner.emulator.trace import Trace
from runner.emulator.world import Channel, Message, World
from runner.lifecycle.limits import TOKEN_LIFETIME_S, CallbackType, CommandType, InteractionType

_C = CallbackType

_MESSAGE_CALLBACKS = {_C.CHANNEL_MESSAGE_WITH_SOURCE, _C.DEFERRED_CHANNEL_MESSAGE_WITH_SOURCE}
_UPDATE_CALLBACKS = {_C.DEFERRED_UPDATE_MESSAGE, _C.UPDATE_MESSAGE}

_FAILED_COMMAND = "The application did not respond"
_FAILED_COMPONENT = "This interaction failed"
_FAILED_MODAL = "Something went wrong. Try again."
_FAILED_CHOICES = "Loading options failed"


@dataclass(slots=True, eq=False, kw_only=True)
class Origin:
    """What an interaction started from, beyond what its payload says.

    `source` is the message that a component is on, or that the component which opened a form is on. `owners` maps the
    kind of installation ("0" guild, "1" user) to who authorised it. `parent` is the interaction that opened a form.
    """

    type: InteractionType
    user_id: int
    channel: Channel
    owners: Mapping[str, str]
    source: Message | None = None
    command_type: CommandType = CommandType.CHAT_INPUT
    command: str | None = None
    custom_id: str | None = None
    target_user_id: int | None = None
    target_message: Message | None = None
    parent: "Record | None" = None

    @property
    def is_user_install_only(self) -> bool:
        """Whether only the user installed the app, which narrows what it may answer."""
        return "1" in self.owners and "0" not in self.owners


@dataclass(slots=True, eq=False, kw_only=True)
class Record:
    """One interaction in the books: its trace, its `@original`, and the messages that its token made.

    Its token lives for `lives_s` seconds from the dispatch.
    """

    trace: Trace
    origin: Origin
    original: Message | None = None
    follow_ups: dict[int, Message] = field(default_factory=dict[int, Message])
    timers: list[asyncio.TimerHandle] = field(default_factory=list[asyncio.TimerHandle])
    lives_s: float = TOKEN_LIFETIME_S

    @property
    def id(self) -> int:
        """The interaction's id."""
        return self.trace.id


def allowed_callbacks(origin: Origin, world: World) -> set[CallbackType]:
    """Return the callback types that Discord takes for an interaction of the application.

    Source: Discord docs, Interactions: Receiving and Responding, Interaction Callback Type.
    """
    match origin.type:
        case InteractionType.APPLICATION_COMMAND:
            return _MESSAGE_CALLBACKS | {_C.MODAL} | _launches(world)
        case InteractionType.MESSAGE_COMPONENT:
            return _MESSAGE_CALLBACKS | _UPDATE_CALLBACKS | {_C.MODAL} | _launches(world)
        case InteractionType.MODAL_SUBMIT:
            updates = _UPDATE_CALLBACKS if origin.source is not None else set[CallbackType]()
            return _MESSAGE_CALLBACKS | updates | _launches(world)
        case InteractionType.APPLICATION_COMMAND_AUTOCOMPLETE:
            return {_C.APPLICATION_COMMAND_AUTOCOMPLETE_RESULT}
        case InteractionType.PING:
            return {_C.PONG}


def _launches(world: World) -> set[CallbackType]:
    """Return the callback types that take the user out of the conversation, which few applications may."""
    granted = {_C.LAUNCH_ACTIVITY: world.has_activities, _C.PREMIUM_REQUIRED: world.is_monetized}
    return {kind for kind, may in granted.items() if may}


def failure_line(kind: InteractionType) -> str:
    """Return what the client shows when an interaction fails."""
    match kind:
        case InteractionType.MESSAGE_COMPONENT:
            return _FAILED_COMPONENT
        case InteractionType.MODAL_SUBMIT:
            return _FAILED_MODAL
        case InteractionType.APPLICATION_COMMAND_AUTOCOMPLETE:
            return _FAILED_CHOICES
        case _:
            return _FAILED_COMMAND
