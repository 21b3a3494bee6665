"""What an endpoint is given and what it returns."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple, cast

from runner.emulator.core import Core
from runner.emulator.messages import Upload
from runner.emulator.refusals import invalid_field, refusal
from runner.emulator.shapes.values import instant
from runner.emulator.world import JsonObject
from runner.lifecycle.limits import ErrorCode


class Answer(NamedTuple):
    """An HTTP answer: JSON, or no body at all."""

    status: int
    body: object = None
    headers: Mapping[str, str] = {}


@dataclass(frozen=True, slots=True)
class Call:
    """A request that has passed the door: the variable parts of its path, its query, its body and its files.

    `reason` is why it is made, for the audit log.
    """

    values: Sequence[str]
    query: Mapping[str, str]
    body: object
    uploads: Sequence[Upload] = ()
    reason: str | None = None

    @property
    def json(self) -> JsonObject:
        """The body as an object; an empty body is an empty object. Refused with 50109 if it is something else."""
        if self.body is None:
            return {}
        body = self.body
        if not isinstance(body, dict):
            raise refusal(ErrorCode.INVALID_JSON)
        return cast(JsonObject, body)  # JSON keys are strings

    def id(self, index: int) -> int:
        """Return a variable part of the path as an id. Refused with 50035 if it is none."""
        text = self.values[index]
        if not text.isdecimal():
            raise invalid_field("id", "NUMBER_TYPE_COERCE", f'Value "{text}" is not snowflake.')
        return int(text)

    def numbers(self, name: str) -> list[int]:
        """Return a list of ids from the body, which may be texts or numbers. Refused with 50035 if they are neither."""
        given: object = self.json.get(name)
        if not isinstance(given, list):
            raise invalid_field(name, "LIST_TYPE_CONVERT", "Only iterables may be used in a ListType")
        texts = [str(entry) for entry in cast(list[object], given)]  # a JSON list holds anything
        if not all(text.isdecimal() for text in texts):
            raise invalid_field(name, "NUMBER_TYPE_COERCE", "A value is not snowflake.")
        return [int(text) for text in texts]

    def asked_id(self, name: str) -> int | None:
        """Return an id from the query, None for none. Refused with 50035 if it is something else."""
        text = self.query.get(name)
        if text is not None and not text.isdecimal():
            raise invalid_field(name, "NUMBER_TYPE_COERCE", f'Value "{text}" is not snowflake.')
        return None if text is None else int(text)

    def asked_instant(self, name: str) -> float | None:
        """Return an instant (Unix s) from the query, None for none. Refused with 50035 if it is something else."""
        text = self.query.get(name)
        try:
            return None if text is None else instant(text)
        except ValueError:
            raise invalid_field(name, "DATE_TIME_TYPE_PARSE", f"Could not parse {text}. Should be ISO8601.") from None

    def number(self, name: str, default: int, highest: int, lowest: int = 1) -> int:
        """Return a whole number from the query, from `lowest` to `highest`. Refused with 50035 outside."""
        text = self.query.get(name, str(default))
        if not text.isdecimal() or not lowest <= int(text) <= highest:
            raise invalid_field(name, "NUMBER_TYPE_MAX", f"int value should be between {lowest} and {highest}.")
        return int(text)

    def is_set(self, name: str) -> bool:
        """Return whether a flag of the query is on."""
        return self.query.get(name, "").lower() in {"1", "true"}


Endpoint = Callable[[Core, Call], Answer]


@dataclass(frozen=True, slots=True)
class Route:
    """An endpoint and its path, whose `*` stands for one segment. Open ones ask for no bot token."""

    method: str
    path: str
    run: Endpoint
    is_open: bool = False
    pattern: tuple[str, ...] = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "pattern", tuple(self.path.split("/")[1:]))
