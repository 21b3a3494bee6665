"""What is suggested while users type, as far as it is known before."""

from collections.abc import Collection, Mapping

from runner.actions.action import Authored
from runner.check.names import roots_of
from runner.check.reads import state_read_in
from runner.check.suggesting import suggesting
from runner.compile.commands import choice_value
from runner.compile.program import Fetched, Listed, Offer, Recorded, Rendered, Suggestions
from runner.compile.renderers import renderer
from runner.config import document
from runner.config.document import HttpSuggestions, RecordSuggestions

FOCUSED = "focused"
"""The name under which a template reads what is typed so far. One that does so is trusted to suggest what fits."""


def compile_suggestions(
    command: document.Command, state: Collection[str], guarding: frozenset[str], guarding_state: frozenset[str]
) -> dict[str, Suggestions]:
    """Return what each option suggests.

    `state` are the values that are declared; `guarding` the names that the command's guards read, `guarding_state` the
    values of the state.
    """
    made: dict[str, Suggestions] = {}
    for name, option in command.options.items():
        if option.autocomplete is not None:
            read = suggesting(option)
            roots, values = roots_of(read), state_read_in(read, state) | guarding_state
            is_filtered = isinstance(option.autocomplete, RecordSuggestions) or FOCUSED not in roots
            made[name] = Suggestions(_source(option), roots | guarding, tuple(sorted(values)), is_filtered)
    return made


def _source(option: document.Option) -> Listed | Rendered | Recorded | Fetched:
    written = option.autocomplete
    assert written is not None
    if isinstance(written, RecordSuggestions):
        where: Mapping[str, object] = written.where
        return Recorded(
            table=written.records,
            match=written.match,
            value=written.value_field,
            order=written.order,
            where=renderer(where) or where,
            label=renderer(written.label),
        )
    if isinstance(written, HttpSuggestions):
        return Fetched(
            url=renderer(written.http) or written.http,
            query=renderer(written.query) or written.query,
            headers=renderer(written.headers) or written.headers,
            items=renderer(written.items),
        )
    if isinstance(written.given, Authored):
        render = renderer(written.given)
        assert render is not None, "checked: it is a template"
        return Rendered(render)
    offers = (Offer(label, choice_value(option.type, value), label.casefold()) for value, label in written.listed)
    return Listed(tuple(offers))
