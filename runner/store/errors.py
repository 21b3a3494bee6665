"""What can go wrong with a store, named for what happened.

`StoreFailed` and its kinds are the world's faults: their text is for the operator's log, names the place and the
cause, and never a password. The others say what a unit met in the data.
"""


class StoreFailed(Exception):
    """The store did not do what it was asked.

    `place` is where it is, without secrets; `cause` what the database said.
    """

    happened = "the store failed"

    def __init__(self, place: str, cause: str) -> None:
        super().__init__(f"{self.happened} ({place}): {cause}")
        self.place = place
        self.cause = cause


class StoreUnavailable(StoreFailed):
    """It can't be opened or reached, or another process has kept it locked for too long."""

    happened = "the store can't be reached"


class StoreFull(StoreFailed):
    """There is no room for what was to be written. Nothing that was saved before is lost."""

    happened = "the store is full"


class StoreReadOnly(StoreFailed):
    """It can be read and not written."""

    happened = "the store can't be written"


class StoreCorrupt(StoreFailed):
    """What is there is not a store, or is damaged."""

    happened = "the store is damaged"


class StoreOfALaterVersion(StoreFailed):
    """A later version of the runner has changed the tables; this one would not understand them."""

    happened = "the store was written by a later version"


class StoreUnfit(StoreFailed):
    """What is kept doesn't fit what the config declares now."""

    happened = "the store does not fit the config"


class UniqueViolated(Exception):
    """A record with the same values is there already. `fields` are those that have to be unique together."""

    def __init__(self, fields: tuple[str, ...]) -> None:
        super().__init__(f"a record with the same {' and '.join(fields)} is there already")
        self.fields = fields


class LimitReached(Exception):
    """There are `limit` of them already, and no more may be."""

    def __init__(self, limit: int) -> None:
        super().__init__(f"there are {limit} already")
        self.limit = limit


class TooLarge(Exception):
    """What was to be saved takes `size` bytes where at most `limit` are taken."""

    def __init__(self, what: str, size: int, limit: int) -> None:
        super().__init__(f"{what} takes {size} bytes, and at most {limit} are kept")
        self.size = size
        self.limit = limit


class WrongKind(Exception):
    """What is saved is not of the kind that the operation needs: a text can't be incremented."""


class Outdated(Exception):
    """Somebody else has saved or ended the flow since it was loaded. Nothing was written."""
