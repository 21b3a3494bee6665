"""`flows:` steps by name, with typed parameters and a result."""

from collections.abc import Mapping
from typing import ClassVar, Final, Literal

from runner.config.document.modals import FIELD_PATTERN, FIELD_TAKES
from runner.data import dataclass
from runner.fields import Data, Duration, Entry, Steps, option

ValueTypeName = Literal[
    "any",
    "attachment",
    "boolean",
    "channel",
    "integer",
    "list",
    "mapping",
    "mentionable",
    "number",
    "role",
    "string",
    "user",
]

FLOW_EXPIRES_MAX_S: Final = 366 * 86_400.0
"""The longest that a flow may wait, in seconds: a year."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Param(Entry):
    """One parameter of a flow."""

    short: ClassVar[str | None] = "type"

    type: ValueTypeName = option("What it takes.")
    required: bool = option("`run` has to give it.", default=True)
    default: Data | None = option("What it is when `run` doesn't give it; with one, `run` need not.", default=None)

    @property
    def is_needed(self) -> bool:
        """Whether `run` has to give it."""
        return self.required and self.default is None


@dataclass(frozen=True, slots=True, kw_only=True)
class Flow(Entry):
    """Steps that handlers and other flows run by name."""

    params: Mapping[str, Param] = option(
        "What `run` gives it; its steps read them as `params.<name>`.",
        default={},
        pattern=FIELD_PATTERN,
        takes=FIELD_TAKES,
        max_items=25,
    )
    result: ValueTypeName | None = option(
        "What `return` gives; the step that ran the flow has it as `steps.<id>.result`.", default=None
    )
    steps: Steps = option("What it does.")
    on_error: Steps | None = option("What runs when a step in it fails; left out, what the handler says.", default=None)
    on_timeout: Steps | None = option(
        "What runs when the handler's time is up in it; left out, what the handler says.", default=None
    )
    expires: Duration | None = option(
        "How long it may wait altogether, from when it is run; left out, each question has its own time.",
        default=None,
        minimum=1.0,
        maximum=FLOW_EXPIRES_MAX_S,
    )
    on_expired: Steps | None = option("What runs when it has waited for that long.", default=None)
