"""`files:` of a message. Source: Discord docs, Reference: Uploading Files; Resources: Message, Attachment Object."""

from typing import Any, ClassVar, Final

from runner.data import dataclass
from runner.fields import Data, Entry, Snowflake, option
from runner.lifecycle import limits

NAME_MAX: Final = 200
NAME_PATTERN: Final = r"[^\x00-\x1f\x7f\"/\\\\]+"
NAME_TAKES: Final = "a name with its ending, such as report.csv, and without `/`"

_PATH_PATTERN: Final = r"(?![/@#])(?!(.*[/\\])?\.)[^\x00-\x1f]+"  # not `../.env`: what is posted is read by everybody

CONTENTS: Final = ("path", "text", "csv", "attachment")
"""The keys that say what is in a file: each has one of them."""


def _path() -> Any:  # Any: as every field of an entry, whatever it is declared to be
    return option(
        "Where it lies, relative to this file; it is read with it, and again when it changes.",
        default=None,
        min_length=1,
        static=True,
        pattern=_PATH_PATTERN,
        takes="the name of a file below this one's folder, such as images/logo.png, and none that is hidden",
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Picture(Entry):
    """A picture that lies beside the config, or that a user has sent. Source: Discord docs, Reference: Image Data."""

    templated: ClassVar[bool] = True
    short: ClassVar[str | None] = "path"

    path: str | None = _path()
    attachment: Snowflake | None = option(
        "What the user has sent along, such as `{{ options.file.id }}`.", default=None
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class File(Entry):
    """A file that a message brings along: one that lies beside the config, one that is written, or one from a user."""

    templated: ClassVar[bool] = True
    short: ClassVar[str | None] = "path"
    definition: ClassVar[str] = "upload"

    path: str | None = _path()
    text: str | None = option("What is in it, as text.", default=None)
    csv: Data | None = option(
        "What is in it, as a table: a list of records, or of other mappings or lists.", default=None
    )
    attachment: Snowflake | None = option(
        "What the user has sent along, such as `{{ options.file.id }}`: it is posted again.", default=None
    )
    name: str | None = option(
        "What it is called, with its ending; of a `path` and of an `attachment` the name that it has.",
        default=None,
        max_length=NAME_MAX,
        overflow="refuse",
        pattern=NAME_PATTERN,
        takes=NAME_TAKES,
    )
    description: str | None = option(
        "What is to be seen, for who can't.", default=None, max_length=limits.ATTACHMENT_DESCRIPTION_MAX
    )
    spoiler: bool = option("It is hidden until somebody wants to see it.", default=False)

    @property
    def contents(self) -> tuple[str, ...]:
        """The keys that say what is in it; anything but one of them is a fault."""
        return tuple(name for name in CONTENTS if getattr(self, name) is not None)

    @property
    def is_slow(self) -> bool:
        """Whether it takes its time: what lies beside the config may be large, and what a user sent is fetched."""
        return self.path is not None or self.attachment is not None
