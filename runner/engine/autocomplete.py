"""Suggestions while a user types: quick or none, and never an error.

Every keystroke is an interaction of its own, with three seconds like any other. Whoever goes on typing does not wait
for what was suggested before, so a newer keystroke ends the search of an older one.
Source: Discord docs, Interactions: Application Commands, Autocomplete.
"""

import asyncio
from collections.abc import Callable, Iterable, Iterator, Mapping
from itertools import islice
from typing import Any, Final, TypeAlias, TypeVar

from runner.actions.action import Refused, StepFailed
from runner.check.numbers import as_number
from runner.compile import DeclaredOption, Fetched, Listed, Offer, Program, Recorded, Render, Rendered
from runner.engine import context, options
from runner.engine.context import Directory
from runner.engine.guards import Who, admit
from runner.engine.live import Live
from runner.engine.memory import Here, Memory
from runner.engine.routing import command_named
from runner.formats import shortened
from runner.lifecycle import budget, limits
from runner.lifecycle.limits import OptionType
from runner.lifecycle.machine import Event
from runner.logs import Log
from runner.messages import Message
from runner.outside import Outside
from runner.stored import ROWS_MAX
from runner.templates import RenderError
from runner.templates.values import is_list, is_mapping

T = TypeVar("T")

OFFERS_MAX: Final = 2000
"""How many values of a source are looked at; one that gives more has to choose by itself."""

NOTED_MAX: Final = 500
"""How many commands are remembered as having failed."""

Json = Mapping[str, object]
_Key: TypeAlias = tuple[str, str, str]  # who types, into which command and which option


class Suggester:
    """Answers the keystrokes of one engine. It keeps one search for each user and option: the newest."""

    def __init__(
        self, directory: Directory, memory: Memory, outside: Outside, now: Callable[[], float], log: Log
    ) -> None:
        self._directory = directory
        self._memory = memory
        self._outside = outside
        self._now = now
        self._log = log
        self._loop = asyncio.get_running_loop()
        self._newest: dict[_Key, Live] = {}
        self._noted: set[tuple[int, str]] = set()

    async def answer(self, live: Live) -> None:
        """Offer what fits, or nothing. Raises `Closed`, and nothing else."""
        option, text = options.focused(live.interaction["data"])
        key = (context.caller(live.interaction)["id"], live.name, option)
        if (older := self._newest.get(key)) is not None:
            older.cut(self._loop.time())
        self._newest[key] = live
        choices = await self._choices(live, option, text)
        if self._newest[key] is live:
            del self._newest[key]
        elif live.is_cut:
            live.outcome = "superseded"
        await self._respond(live, choices)

    async def _respond(self, live: Live, choices: tuple[Json, ...]) -> None:
        if not live.acknowledger.is_unanswered:  # the watchdog was quicker
            return
        try:
            await live.acknowledger.respond(Event.AUTOCOMPLETE, Message(choices=choices), is_ephemeral=False)
        except StepFailed as failure:  # Discord can't be reached, or does not take them
            self._note(live, str(failure))
            if choices:
                await self._respond(live, ())

    async def _choices(self, live: Live, option: str, text: str) -> tuple[Json, ...]:
        """Return what to offer, in Discord's JSON; nothing where that fails, takes too long, or nobody may know."""
        if live.turned_away is not None:
            live.outcome = "turned away"
            return ()
        try:
            async with asyncio.timeout_at(live.created + budget.AUTOCOMPLETE_S) as live.scope:
                return await self._found(live, option, text)
        except TimeoutError:
            live.outcome = "cancelled" if live.is_cut else "timeout"
        except Refused:
            live.outcome = "refused"
        except Exception as failure:
            live.outcome = "failed"
            is_expected = isinstance(failure, RenderError | StepFailed)
            self._note(live, str(failure) if is_expected else type(failure).__name__)
        return ()

    async def _found(self, live: Live, option: str, text: str) -> tuple[Json, ...]:
        program, interaction = live.program, live.interaction
        handler = command_named(program, options.typed(interaction["data"])[0])
        suggestions = handler.suggestions.get(option) if handler else None
        if handler is None or suggestions is None:  # of an older version of the command
            live.outcome = "unknown"
            return ()
        values = context.common(suggestions.roots, program, interaction, self._directory, self._now())
        values["options"] = options.values_so_far(interaction["data"], handler.options)
        values["focused"] = text
        here = Here(interaction.get("guild_id"), interaction.get("channel_id"), context.caller(interaction)["id"])
        if suggestions.state:
            values["state"] = await self._memory.read_own(program, here, suggestions.state)
        admit(handler, Who(interaction, values, self._directory))
        source, declared = suggestions.source, handler.options[option]
        chosen: Iterable[Offer]
        if isinstance(source, Recorded):
            chosen = await self._recorded(program, here, source, values, declared, text)
        else:
            offers = await self._offers(program, source, values, declared)
            chosen = fitting(offers, text, _folded) if suggestions.is_filtered else islice(offers, limits.CHOICES_MAX)
        return tuple({"name": shortened(each.label, limits.CHOICE_NAME_MAX), "value": each.value} for each in chosen)

    async def _recorded(
        self,
        program: Program,
        here: Here,
        source: Recorded,
        values: dict[str, Any],
        option: DeclaredOption,
        text: str,
    ) -> Iterable[Offer]:
        """Return the records that fit, under their labels: only those that are shown have one made."""
        where = source.where(values) if callable(source.where) else source.where
        rows = await self._memory.read(
            program, here, lambda stored: stored.find(source.table, where, source.order, ROWS_MAX, 0)
        )
        known = [
            row for row in rows if row[source.match] is not None and value_for(option, row[source.value]) is not None
        ]
        fits = fitting(known, text, lambda row: str(row[source.match]).casefold())
        labels = [source.label({**values, "record": row}) if source.label else row[source.match] for row in fits]
        return offers_of(dict(zip((row[source.value] for row in fits), labels, strict=True)), option)

    async def _offers(
        self, program: Program, source: Listed | Rendered | Fetched, values: dict[str, Any], option: DeclaredOption
    ) -> Iterable[Offer]:
        match source:
            case Listed(offers):
                return offers
            case Rendered(render):
                return offers_of(render(values), option)
            case Fetched():
                return offers_of(await self._fetched(program, source, values), option)

    async def _fetched(self, program: Program, source: Fetched, values: dict[str, Any]) -> object:
        """Return what another server answers. Raises `StepFailed` where it gives nothing, or may not be asked."""
        from runner.actions._on_web import call_of, told  # few bots need it

        written: Mapping[str, object] = _given(source.headers, values)
        headers = {name: str(value) for name, value in written.items()}
        asked = call_of("GET", str(_given(source.url, values)), _given(source.query, values), headers)
        answer = told(await self._outside.call(asked, program.hosts))
        return source.items({**values, "answer": answer}) if source.items is not None else answer["json"]

    def _note(self, live: Live, reason: str) -> None:
        """Log what went wrong, once for each command: a line for every keystroke would bury all others."""
        key = (live.program.generation, live.name)
        if key in self._noted:
            return
        if len(self._noted) == NOTED_MAX:
            self._noted.clear()
        self._noted.add(key)
        self._log.warning("suggestions failed", handler=live.name, reason=reason)


def _given(part: Render | object, values: dict[str, Any]) -> Any:  # what a template gives
    return part(values) if callable(part) else part


def _folded(offer: Offer) -> str:
    return offer.folded


def offers_of(given: object, option: DeclaredOption) -> Iterator[Offer]:
    """Yield what a list of values, or a mapping from values to labels, offers an option.

    Left out is what the option doesn't take: other types, numbers and lengths out of its bounds.
    """
    pairs: Iterable[tuple[object, object]] = ()
    if is_mapping(given):
        pairs = given.items()
    elif is_list(given):
        pairs = ((item, item) for item in given)
    for written, labelled in islice(pairs, OFFERS_MAX):
        value, label = value_for(option, written), "" if labelled is None else str(labelled).strip()
        if value is not None and label:
            yield Offer(label, value, label.casefold())


def value_for(option: DeclaredOption, written: object) -> str | float | None:
    """Return a value as the option takes it, or None if it doesn't."""
    if isinstance(written, bool) or not isinstance(written, str | int | float):
        return None
    value: str | float | None = str(written)
    if option.type is not OptionType.STRING:
        value = as_number(str(written), whole=option.type is OptionType.INTEGER)
    if isinstance(value, str) and len(value) > limits.CHOICE_VALUE_MAX:
        return None
    return value if options.is_fit(option, value) else None


def fitting(items: Iterable[T], text: str, folded: Callable[[T], str]) -> list[T]:
    """Return what fits a typed text, at most as many as Discord takes: what begins with it, then what has it inside.

    `folded` gives what an item is compared by.
    """
    wanted = text.strip().casefold()
    beginning, others = list[T](), list[T]()
    for item in items:
        compared = folded(item)
        if compared.startswith(wanted):
            beginning.append(item)
        elif wanted in compared:
            others.append(item)
        if len(beginning) == limits.CHOICES_MAX:
            break
    return [*beginning, *others][: limits.CHOICES_MAX]
