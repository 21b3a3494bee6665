"""`autocomplete:` from a table of `records:`, or from another server."""

from collections.abc import Iterator, Mapping
from typing import ClassVar

from runner.actions._on_records import OnRecords, no_field
from runner.actions.action import Action, Authored, Misfit
from runner.data import dataclass
from runner.declarations import Declarations
from runner.fields import Data, Text, option
from runner.lifecycle import limits
from runner.outside import HEADERS_MAX


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordSuggestions(OnRecords):
    """Records whose field `match` fits what is typed. It is read and bound like the step `find`, but is none."""

    named: ClassVar[str] = "records"

    records: str = option("Which table, by its name in `records:`.", static=True, refers="records")
    match: str = option("The field that is compared with what is typed.", static=True)
    label: Text | None = option(
        "What users read, a template that reads `record`; left out: the field that is compared.",
        default=None,
        max_length=limits.CHOICE_NAME_MAX,
    )
    value: str = option("The field that the option gets; left out: the one that is compared.", default="", static=True)
    where: Mapping[str, Data] = option("What they hold, as the step `find` has it.", default={})
    order: str = option(
        "By which field they come; with a `-` before it from the largest down.", default="id", static=True
    )

    @property
    def value_field(self) -> str:
        """The field whose value the option gets."""
        return self.value or self.match

    def misfits(self, declared: Declarations) -> Iterator[Misfit]:
        """Refuse fields that the table has not, and those that are nothing to choose by."""
        table = self.declaration(declared)
        yield from OnRecords.misfits(self, declared)
        yield from no_field(table, self.order)
        for attribute, field in (("match", self.match), ("value", self.value_field)):
            if table is None or field in ("", "id") or (attribute == "value" and not self.value):
                continue
            if field not in table.fields:
                headline, why = f"`{table.name}` has no field `{field}`", "there would be nothing to suggest"
                yield Misfit(attribute, headline, why, word=field, known=("id", *table.fields))
            elif table.fields[field].kind in ("data", "boolean"):
                why = "users choose by texts and numbers"
                yield Misfit(attribute, f"nobody can type or choose `{field}`", why, "take another field")


@dataclass(frozen=True, slots=True, kw_only=True)
class HttpSuggestions(Action):
    """What another server answers while users type: one of those that `http.allow` lists. It is no step.

    It is asked with `GET`, which changes nothing, for it is asked at every keystroke.
    """

    http: str = option(
        "Where: an address that begins with `https://`, or with `http://`; as of the step `http`.",
        min_length=8,
        secret=True,
    )
    query: Mapping[str, Data] = option(
        "What stands behind the `?`, by name; `{{ focused }}` is what is typed so far.", default={}, secret=True
    )
    headers: Mapping[str, str] = option(
        "Headers, by name. Secrets belong in the environment: `Bearer ${NAME}`.",
        default={},
        max_items=HEADERS_MAX,
        secret=True,
    )
    items: Data | None = option(
        "What is suggested, a template that reads `answer` as a step reads what `http` gives: a list of values, or "
        "values with labels. Left out: the JSON of the answer.",
        default=None,
    )

    @property
    def template(self) -> object:
        """What stands in `items` until it is rendered."""
        return self.items

    def misfits(self, declared: Declarations) -> Iterator[Misfit]:
        """Refuse what is suggested whatever the server answers."""
        if self.items is not None and not isinstance(self.template, Authored):
            why = "nobody would have to be asked for it"
            headline = "this is no template, and suggests the same whatever the server answers"
            yield Misfit("items", headline, why, "write the values as `autocomplete:` itself, or read `answer`")

    def reaches(self) -> object:
        """Return the address."""
        return self.http
