"""What the local Discord answers to a body that it does not take: a code, and the places at fault.

Source: Discord docs, Reference: Error Messages. Match on the codes; the texts beside them are nobody's contract.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TypeAlias, cast

from runner.lifecycle.limits import ErrorCode

Json: TypeAlias = dict[str, object]
"""An object of JSON, as it came in or goes out."""

Path: TypeAlias = tuple[str | int, ...]
"""Where a value stands in a request: keys and list indices, outermost first."""


@dataclass(frozen=True, slots=True)
class FormFault:
    """One refusal of a request.

    `status` is the HTTP status and `code` Discord's JSON error code. `errors` is the tree of places: it mirrors the
    request, list indices are string keys, and a leaf is `{"_errors": [{"code": …, "message": …}]}`.
    """

    status: int
    code: int
    message: str
    errors: Mapping[str, object] | None = None

    def as_json(self) -> Json:
        """Return the body of the answer; without places there is no `errors` key."""
        body: Json = {"message": self.message, "code": self.code}
        return body if self.errors is None else body | {"errors": dict(self.errors)}


class FormErrors:
    """Collects everything that is wrong with one request, each fault at its place."""

    def __init__(self) -> None:
        """Start without a fault."""
        self._tree: Json = {}

    def add(self, path: Path, code: str, message: str) -> None:
        """Record that the value at `path` is at fault; the empty path is the request as a whole."""
        node = self._tree
        for step in path:
            # Only this method writes to the tree, and everything but the `_errors` lists in it is an object.
            node = cast("Json", node.setdefault(str(step), {}))
        cast("list[Json]", node.setdefault("_errors", [])).append({"code": code, "message": message})

    def fault(self) -> FormFault | None:
        """Return the refusal (400, 50035) that carries all recorded faults, or None if there is none."""
        if not self._tree:
            return None
        return FormFault(400, ErrorCode.INVALID_FORM_BODY, "Invalid Form Body", self._tree)
