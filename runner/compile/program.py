"""A bot, compiled: immutable, and with nothing left to parse or to look up by text."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import field
from datetime import tzinfo
from typing import Any, Final, Literal

from runner.actions.action import Action, OnCrash, Place, Retry, Target
from runner.check.reachability import Plan
from runner.compile.late import Late, Runs
from runner.config.document import MissedWord, Param, Presence
from runner.cron import Cron, next_of_interval
from runner.custom_ids import Types, Values
from runner.data import dataclass
from runner.declarations import Declarations
from runner.diagnostics import Span
from runner.fields import Checks, Steps
from runner.inside import Waits
from runner.lifecycle import budget
from runner.lifecycle.bits import Intents
from runner.lifecycle.limits import CommandType, ComponentType, OptionType
from runner.lifecycle.machine import Origin
from runner.outside import Hosts

Context = dict[str, Any]  # Any: what templates read, whose types the check stage has seen
Render = Callable[[Context], Any]
Json = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Prepared:
    """A message or a picture that differs from run to run: `render` makes that of one run."""

    render: Render


HANDLERS: Mapping[str, str] = {
    "commands": "/",
    "context_menus": "menu ",
    "components": "",
    "modals": "modal ",
    "schedules": "schedule ",
    "events": "event ",
}
"""The sections of handlers, and how those are named in the log: what stands before their own names."""


def named(section: str, name: str) -> str:
    """Return the name that the log has for a handler."""
    return HANDLERS[section] + name


CALLER: Final = "@me"
"""Stands for whoever runs it where a member is acted on."""


@dataclass(frozen=True, slots=True)
class Foreseen:
    """What is known to be needed before it is: permissions of the bot, as bits, and the roles and members acted on.

    `needs` has them by where they are asked for, a `Place` or a channel; a target comes with whether the caller must be
    above it too.
    """

    needs: tuple[tuple[Place | Render | str, int], ...]
    targets: tuple[tuple[Target, Render | str, bool], ...]


@dataclass(slots=True)
class Moved:
    """How far an entry of a file has moved since it was compiled, in lines: it stays as it is when others change.

    Nothing but what is told to people depends on it.
    """

    lines: int = 0


@dataclass(frozen=True, slots=True)
class Written:
    """An entry of a section: where its key stood when it was compiled, a digest of it, and how far it has moved."""

    file: str
    line: int
    digest: str
    moved: Moved

    @property
    def now(self) -> int:
        """The line where its key stands now."""
        return self.line + self.moved.lines


@dataclass(frozen=True, slots=True)
class CompiledStep:
    """A step that is ready to run. `render` makes the action of one run; None when nothing in it changes.

    `ending` is what runs however the steps inside it are left, `flow` the flow that it runs, `waits` what it waits for.
    `may_open` says that it, or a step inside it, opens a form, `reads_state` that its own templates may read the state.
    `ahead` is what this step and those that certainly follow it need, where nobody has asked yet, `own` what it needs
    itself, if it runs at all or its failure is caught. `key` is where its action's name stood when it was compiled, and
    `moved` how far it is from there.
    """

    name: str
    action: Action
    render: Render | None
    id: str | None
    when: Render | None
    timeout_s: float | None
    retry: Retry | None
    on_crash: OnCrash
    catch: Steps | None
    ending: Steps | None
    flow: str | None
    waits: Waits | None
    is_slow: bool
    may_open: bool
    reads_state: bool
    ahead: Foreseen | None
    own: Foreseen | None
    key: Span
    moved: Moved

    @property
    def place(self) -> str:
        """Where it is written, for the log: in the file as it was when it was read last."""
        return f"{self.key.file}:{self.key.line + self.moved.lines}"


@dataclass(frozen=True, slots=True)
class Guard:
    """What must hold before the first step: permissions of both sides, as bits, and checks."""

    member: int
    bot: int
    denied: Render | str
    checks: Checks


@dataclass(frozen=True, slots=True)
class Check:
    """A check, with those that it names. Permissions are bits; names of roles and channels are resolved per server.

    `contexts` are Discord's numbers. Of the checks inside it all of `all_of` must hold, one of `any_of`, and none of
    `none_of`.
    """

    member: int
    bot: int
    any_role: tuple[str, ...]
    all_roles: tuple[str, ...]
    no_role: tuple[str, ...]
    users: frozenset[str]
    channels: tuple[str, ...]
    contexts: frozenset[int]
    is_owner: bool
    is_bot_owner: bool
    condition: Render | None
    all_of: "tuple[Check, ...]"
    any_of: "tuple[Check, ...]"
    none_of: "tuple[Check, ...]"
    denied: Render | str


Scope = Literal["user", "member", "channel", "guild", "global"]
"""Whose uses, or whose runs, are counted together."""


@dataclass(frozen=True, slots=True)
class Cooldown:
    """How often a handler may be used: `uses` in any stretch of `per_s` seconds, counted under `name` for each scope.

    One of `exempt` is enough for a use not to count.
    """

    name: str
    uses: int
    per_s: float
    scope: Scope
    exempt: Checks
    is_refunded: bool
    denied: Render | str

    @property
    def is_kept(self) -> bool:
        """Whether its uses must be counted over a restart: it is longer than one takes."""
        return self.per_s > budget.COOLDOWN_IN_MEMORY_S


@dataclass(frozen=True, slots=True)
class Concurrency:
    """How many runs of a handler may be under way at once, counted under `name` for each scope."""

    name: str
    limit: int
    scope: Scope
    when_busy: Literal["refuse", "wait", "restart"]
    denied: Render | str


@dataclass(frozen=True, slots=True)
class Pace:
    """How often a handler may be used, and how many of its runs may be under way at once."""

    cooldowns: tuple[Cooldown, ...]
    concurrency: Concurrency | None


@dataclass(frozen=True, slots=True)
class DeclaredOption:
    """What an option takes, in the terms in which Discord sends it.

    `least` and `most` bound a number, or the length of a text; without `choices` any value between them will do.
    """

    type: OptionType
    is_required: bool
    least: float
    most: float
    choices: frozenset[object] = frozenset()


@dataclass(frozen=True, slots=True)
class Offer:
    """A value that is suggested, and the label that users read; `folded` is what typed text is compared with."""

    label: str
    value: str | float
    folded: str


@dataclass(frozen=True, slots=True)
class Listed:
    """Suggestions that the file lists."""

    offers: tuple[Offer, ...]


@dataclass(frozen=True, slots=True)
class Rendered:
    """Suggestions that a template gives: a list of values, or a mapping from values to labels."""

    render: Render


@dataclass(frozen=True, slots=True)
class Recorded:
    """Suggestions from a table: records by what their field `match` says, each under its label.

    A `label` reads `record`; None is what is matched. `value` is the field that the option gets.
    """

    table: str
    match: str
    value: str
    order: str
    where: Render | Mapping[str, Any]
    label: Render | None


@dataclass(frozen=True, slots=True)
class Fetched:
    """Suggestions from another server, as the step `http` asks it. `items` reads `answer`; None is its JSON."""

    url: Render | str
    query: Render | Mapping[str, Any]
    headers: Render | Mapping[str, str]
    items: Render | None


@dataclass(frozen=True, slots=True)
class Suggestions:
    """What is suggested while a user types into an option, and what has to be known for that: names, and state.

    `is_filtered` says that only what fits the typed text is shown; otherwise the source has seen to that.
    """

    source: Listed | Rendered | Recorded | Fetched
    roots: frozenset[str]
    state: tuple[str, ...] = ()
    is_filtered: bool = True


@dataclass(frozen=True, slots=True)
class AskedField:
    """What one field of a form takes, in the terms in which Discord sends it.

    `least` and `most` bound the length of a text, or how many values are chosen. Where it `is_single`, steps read the
    one value instead of a list. `values` are those of a field with options; without `channel_types` and `file_types`
    any will do.
    """

    type: ComponentType
    is_required: bool
    least: int
    most: int
    is_single: bool = True
    values: frozenset[str] = frozenset()
    channel_types: frozenset[int] = frozenset()
    file_types: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Handler:
    """What answers one command, one component, or the submission of one form, or runs by the clock.

    `key` finds it again in its program, `entry` is what of the file it is written in, by section and name,
    `defer_before` has the addresses of the slow steps whose answers say their own visibility: the engine defers with
    that one before them. `state` are the values of the state that its templates read. `group_guards` are those of the
    groups that a command stands in, outermost first; they come before its own. `suggestions` are by option. `params`
    are the types of what a component or a form carries, `select` what can be chosen in a select.
    """

    key: str
    entry: tuple[str, str]
    name: str
    origin: Origin
    plan: Plan
    guard: Guard | None
    pace: Pace | None
    timeout_s: float
    steps: Steps
    on_error: Steps | None
    on_timeout: Steps | None
    on_expired: Steps | None
    roots: frozenset[str]
    options: Mapping[str, DeclaredOption]
    fields: Mapping[str, AskedField]
    needs_server: bool
    state: tuple[str, ...]
    guard_reads_state: bool
    group_guards: tuple[Guard, ...] = ()
    defer_before: Mapping[str, bool] = field(default_factory=dict[str, bool])
    suggestions: Mapping[str, Suggestions] = field(default_factory=dict[str, Suggestions])
    params: Types = field(default_factory=dict[str, str])
    select: AskedField | None = None


@dataclass(frozen=True, slots=True)
class EventHandler:
    """What is done when something happens, and what that has to pass before.

    `channels` and `roles` are ids, or names with their signs.
    """

    handler: Handler
    when: Render | None
    channels: tuple[str, ...]
    roles: tuple[str, ...]
    bots: bool
    own: bool


@dataclass(frozen=True, slots=True)
class Modal:
    """A form: its body in Discord's JSON as `render` makes it from a context and what it is given; and its handlers.

    There is a handler for each kind of interaction that a submission can be.
    """

    render: Callable[[Context, Values], Json]
    handlers: Mapping[Origin, Handler]
    params: Types


@dataclass(frozen=True, slots=True)
class Flow:
    """Steps that others run by name, what they take and what they give."""

    name: str
    params: Mapping[str, Param]
    result: str | None
    steps: Steps
    on_error: Steps | None
    on_timeout: Steps | None
    expires_s: float | None
    on_expired: Steps | None


@dataclass(frozen=True, slots=True)
class Schedule:
    """What runs by the clock: `said` is what the file says of its time, exactly one of `cron`, `at` and `every_s` is.

    Times are Unix seconds.
    """

    name: str
    said: str
    cron: Cron | None
    at: float | None
    every_s: float | None
    zone: tzinfo
    missed: MissedWord
    guild_id: str | None
    handler: Handler

    def first_after(self, now: float) -> float | None:
        """Return when it comes first, if it has never come; None if it won't."""
        if self.at is not None:
            return self.at if self.at > now else None
        return self.next_after(now, now)

    def next_after(self, due_at: float, now: float) -> float | None:
        """Return when it comes next after `now`, having been due at `due_at`; None if it won't."""
        if self.cron is not None:
            return self.cron.next_after(now, self.zone)
        return None if self.every_s is None else next_of_interval(due_at, self.every_s, now)


@dataclass(frozen=True, slots=True)
class Texts:
    """The author's words in the place of built-in sentences: by locale, then by the sentence's name.

    `first` is the locale that stands first in the file: for users whose own has none.
    """

    by_locale: Mapping[str, Mapping[str, Render | str]]
    first: str


@dataclass(frozen=True, slots=True)
class RegisteredCommand:
    """A command as Discord registers it, where it is written, and the names under which Discord may know it still.

    `guilds` are the servers whose own command it is; none means that it is everywhere.
    """

    payload: Mapping[str, Any]
    place: str
    guilds: tuple[str, ...] = ()
    aliases: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Program:
    """A bot, compiled. The token is no part of what is shown of it, nor of its digest; nor is a store's password.

    `commands` are those that can be run, each by the name that users type: `ticket open`. `former_names` lead from
    names under which Discord may still know a command to the one that it has now. `menus` are by type and name, former
    names included. `components` are found by the names in their custom_ids, earlier ones included. `begun` are the
    flows as handlers that nobody waits for, `begins_later` says whether a step begins one. `runs` holds every run of
    steps by its address, `inputs` what packs are given, by qualified name; `at_events` is what the bot and its packs
    do, by the kind of event. `waits` says whether any run can wait, `awaits` for which events, and `files` are what
    one that waits is built from again, the first one being the bot's own, without the token. `signing_key` is empty
    where the token takes its place. `written` are the entries of the file, by section and name.
    """

    generation: int
    digest: str
    token: str = field(repr=False)
    signing_key: str = field(repr=False)
    guilds: tuple[str, ...]
    presence: Presence | None
    commands: Mapping[str, Handler]
    former_names: Mapping[str, str]
    menus: Mapping[tuple[CommandType, str], Handler]
    components: Mapping[str, Handler]
    modals: Mapping[str, Modal]
    events: Mapping[str, EventHandler]
    at_events: Mapping[str, tuple[EventHandler, ...]]
    intents: Intents
    intent_places: Mapping[Intents, str]
    flows: Mapping[str, Flow]
    schedules: Mapping[str, Schedule]
    begun: Mapping[str, Handler]
    begins_later: bool
    variables: Mapping[str, Any]
    data: Mapping[str, Any]
    inputs: Mapping[str, Any]
    runs: Mapping[str, Steps] = field(repr=False)
    texts: Texts
    waits: bool
    awaits: frozenset[str]
    files: Mapping[str, str] = field(repr=False)
    registered: tuple[RegisteredCommand, ...]
    hosts: Hosts
    store: str = field(repr=False)
    declarations: Declarations
    keeps_uses: bool
    written: Mapping[tuple[str, str], Written] = field(repr=False)

    @property
    def needs_timers(self) -> bool:
        """Whether anything of it comes by the clock."""
        return bool(self.schedules) or self.begins_later or self.waits

    @property
    def needs_store(self) -> bool:
        """Whether anything of it must outlive the process."""
        return self.needs_timers or self.keeps_uses or not self.declarations.is_empty

    @property
    def commands_count(self) -> int:
        """How many commands users can run: slash commands, those in groups each for itself, and menus."""
        menus = [each for each in self.registered if each.payload["type"] != CommandType.CHAT_INPUT]
        return len(self.commands) + len(menus)

    def handler(self, key: str) -> Handler | None:
        """Return a handler by its key; None where there is none."""
        section, _, name = key.partition("/")
        found: Iterable[Handler | None]
        match section:
            case "commands":
                found = (self.commands.get(name),)
            case "components":
                found = (self.components.get(name),)
            case "context_menus":
                found = (self.menus.get((kind, name)) for kind in CommandType)
            case "modals":
                modal = self.modals.get(name.rpartition("/")[0])
                found = modal.handlers.values() if modal else ()
            case "events" if name in self.events:
                found = (self.events[name].handler,)
            case "schedules" if name in self.schedules:
                found = (self.schedules[name].handler,)
            case "begun":
                found = (self.begun.get(name),)
            case _:
                found = ()
        return next((each for each in found if each is not None and each.key == key), None)

    def rest(self) -> Iterator[object]:
        """Compile what nobody has asked for yet, one by one; nothing is held of the config then."""
        for late in (self.runs, self.commands, self.menus, self.components, self.at_events):
            if isinstance(late, Late | Runs):
                yield from late.rest()

    def complete(self) -> None:
        """Compile what nobody has asked for yet: what is done in a thread must not be done besides elsewhere."""
        for _ in self.rest():
            pass
