"""Files to `Config`: the first half of the one function that `validate`, start and reload share."""

import dataclasses
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import field
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from runner.config import source
from runner.config.data_files import read_data
from runner.config.document import (
    Command,
    Document,
    File,
    Handler,
    InlineButton,
    MessageChange,
    Picture,
    commands_in,
    declarations,
)
from runner.config.entry_places import Places, first_line, is_inside
from runner.config.environment import (
    TOKEN_PATH,
    hidden,
    no_inputs,
    other_secrets,
    secret_in_file,
    substitute,
    written_token,
)
from runner.config.files import OwnFiles, place_of, read_files
from runner.config.fits import fits
from runner.config.include import FindFiles, Gathered, Pattern, ReadFile, gather, nothing_found
from runner.config.inline import Inlines, inline_components
from runner.config.reader import Reader
from runner.config.schema import Actions, schema
from runner.config.source import Node
from runner.data import dataclass
from runner.declarations import Declarations
from runner.diagnostics import Diagnostic, Severity, Span
from runner.fields import Entry, Steps
from runner.templates import RecentTemplates

if TYPE_CHECKING:
    from runner.config.packs.expand import Expanded, InputValue
    from runner.config.packs.told import Place
    from runner.config.violations import Path as NodePath
    from runner.config.violations import Violation

P = TypeVar("P", bound=str | int)
T = TypeVar("T")

ABOUT_THE_WHOLE = frozenset({"missing-key", "too-many"})
"""Slugs of faults that are about a mapping or a list as a whole: what is in it is read all the same."""

MERGE_KEY = "merge-key"
"""The slug of a fault after which nobody can say what is missing in the file."""


@dataclass(frozen=True, slots=True)
class Config:
    """A document with the places of everything in it. `root` are its nodes, with the environment's values.

    A command has the name that users type. So `("commands", "ticket open", "reply")` is the path of what the file has
    at `commands.ticket.commands.open.reply`. And a component that is written where it is shown is found by its name,
    too, with its steps under `steps`: `("components", "/ticket open.more", "steps")`.

    `data` is what the files under `data:` say; one that can't be read is not in it. `files` are the contents of those
    that messages bring along, by their paths. `declared` is what is kept, so far as the declarations are sound.
    `inputs` are those of packs, by names that the whole bot knows them by.
    """

    file: str
    document: Document
    root: source.Mapping = field(repr=False)
    faults: tuple[Span, ...] = ()
    data: Mapping[str, object] = field(default_factory=dict[str, object])
    declared: Declarations = field(default_factory=Declarations)
    inputs: "Mapping[str, InputValue]" = field(default_factory=dict[str, "InputValue"])
    _names: dict[tuple[str, ...], tuple[str, ...]] = field(
        default_factory=dict[tuple[str, ...], tuple[str, ...]], init=False, repr=False, compare=False
    )
    kept: dict[str, Any] = field(default_factory=dict[str, Any], init=False, repr=False, compare=False)
    """What is worked out once for all rules, by their own names: dozens of them walk over the same document."""
    places: Places = field(default_factory=Places, repr=False)
    files: Mapping[str, bytes] = field(default_factory=dict[str, bytes], repr=False)
    inlines: Inlines = field(default_factory=Inlines, repr=False)

    def key(self, *path: str) -> Span:
        """Return where the last key of `path` stands, or the nearest one above it that is written in the file."""
        start, path = self._start(path)
        span, node = (Span(self.file, 1, 1, 1, 2) if start is self.root else first_line(start)), start
        for name in self._in_file(path):
            found = node.get(name)
            span = span if found is None else node.key(name).span
            if not isinstance(found, source.Mapping):
                break
            node = found
        return span

    def value(self, *path: str | int) -> Span:
        """Return where the value at the end of `path` stands; its key's place when that is not a single value."""
        try:
            node = self._at(path)
        except LookupError:
            return self.key(*(str(part) for part in path))
        return node.span if isinstance(node, source.Scalar) else self.key(*(str(part) for part in path))

    def content_of(self, file: File | Picture) -> bytes:
        """Return what is in a file that lies beside the config."""
        found = self.found_in(file)
        assert found is not None, "one that can't be read is a fault"
        return found

    def found_in(self, file: File | Picture) -> bytes | None:
        """Return the same; None for one that lies nowhere, or could not be read."""
        node = self.places.node(file, "path")
        return None if node is None or file.path is None else self.files.get(str(place_of(node, file.path)))

    def handlers(self) -> Sequence[tuple[str, str, Handler]]:
        """Return the section, the name and the handler of everything that runs steps."""
        return self._once("handlers", self._handlers)

    def runs(self) -> Sequence[Steps]:
        """Return every run of steps, those inside of other steps excluded."""
        return self._once("runs", self._runs)

    def rescues(self) -> Sequence[Steps]:
        """Return every run of steps that is for when something goes wrong."""
        return self._once("rescues", self._rescues)

    def commands(self) -> Sequence[tuple[tuple[str, ...], Command]]:
        """Return every command and every group with the words of its name, each group before what is in it."""
        return self._once("commands", self._commands)

    def _once(self, name: str, found: Callable[[], Iterator[T]]) -> Sequence[T]:
        """Return what all rules walk over, which is worked out once."""
        known: Sequence[T] | None = self.kept.get(name)
        if known is None:
            known = self.kept[name] = tuple(found())
        return known

    def _handlers(self) -> Iterator[tuple[str, str, Handler]]:
        for names, command in self.commands():
            if not commands_in(command):
                yield "commands", " ".join(names), command
        for name, menu in self.document.context_menus.items():
            yield "context_menus", name, menu
        for name, component in self.document.components.items():
            yield "components", name, component
        for name, inline in self.inlines.by_name.items():
            yield "components", name, inline
        for name, modal in self.document.modals.items():
            yield "modals", name, modal
        for name, schedule in self.document.schedules.items():
            yield "schedules", name, schedule
        for name, event in self.document.events.items():
            yield "events", name, event

    def _runs(self) -> Iterator[Steps]:
        for _, _, each in self.handlers():
            yield from _given(each.reply, each.steps)
        yield from (flow.steps for flow in self.document.flows.values())
        yield from self.rescues()

    def _rescues(self) -> Iterator[Steps]:
        defaults = self.document.defaults
        yield from _given(defaults.on_error, defaults.on_timeout, defaults.on_expired)
        for _, _, each in self.handlers():
            yield from _given(each.on_error, each.on_timeout, each.on_expired)
        for flow in self.document.flows.values():
            yield from _given(flow.on_error, flow.on_timeout, flow.on_expired)

    def _commands(self) -> Iterator[tuple[tuple[str, ...], Command]]:
        for name, command in self.document.commands.items():
            yield from _with_those_inside((name,), command)

    def command(self, name: str) -> Command | None:
        """Return the command or group of this name, as users type it."""
        found: Command | None = None
        inside: Mapping[str, Command] = self.document.commands
        for word in name.split(" "):
            if (found := inside.get(word)) is None:
                return None
            inside = commands_in(found)
        return found

    def groups_around(self, section: str, name: str) -> tuple[tuple[str, Command], ...]:
        """Return the groups in which the handler of this name stands, with their names, outermost first."""
        words = name.split(" ") if section == "commands" else []
        names = [" ".join(words[:end]) for end in range(1, len(words))]
        return tuple((each, group) for each in names if (group := self.command(each)) is not None)

    def is_sound(self, *path: str) -> bool:
        """Tell whether all of what stands at `path` could be read: no fault of the file's form lies in it."""
        try:
            span = self._at(path).span if self.faults else None
        except LookupError:
            span = None
        return span is None or self.is_untouched(span)

    def is_untouched(self, span: Span) -> bool:
        """Tell whether no fault of the file's form lies in a stretch of the file."""
        return not any(is_inside(fault, span) for fault in self.faults)

    def is_whole(self, entry: Entry) -> bool:
        """Tell whether all of an entry could be read: nothing that is written in it is missing from it."""
        node = self.places.node(entry)
        return node is None or self.is_untouched(node.span)

    def has(self, *path: str | int) -> bool:
        """Tell whether the file has a key at `path`, whatever its value."""
        try:
            self._at(path)
        except LookupError:
            return False
        return True

    def written_names(self, *path: str) -> tuple[str, ...]:
        """Return the keys of the mapping at `path` in the file, those with faults of their own included."""
        if path not in self._names:
            start, inside = self._start(path)
            node: source.Node | None = start
            for name in self._in_file(inside):
                node = node.get(str(name)) if isinstance(node, source.Mapping) else None
            self._names[path] = tuple(node.entries) if isinstance(node, source.Mapping) else ()
        return self._names[path]

    def written_ids(self, *path: str) -> frozenset[str]:
        """Return the ids of all steps below `path` in the file, those with faults of their own included."""
        try:
            return frozenset(_ids(self._at(path)))
        except LookupError:
            return frozenset()

    def _at(self, path: tuple[str | int, ...]) -> source.Node:
        """Return the node at the end of `path`. Raises LookupError if the path leads nowhere."""
        start, rest = self._start(path)
        return source.at(start, self._in_file(rest))

    def _start(self, path: tuple[P, ...]) -> "tuple[source.Mapping, tuple[P | str, ...]]":
        """Return where a path begins, and what is left of it from there: a component may stand anywhere."""
        match path:
            case ("components", str(name), *rest) if name not in self.document.components:
                inline = self.inlines.by_name.get(name)
                node = None if inline is None else self.places.node(inline)
                if isinstance(node, source.Mapping):
                    own = "on_click" if isinstance(inline, InlineButton) else "on_select"
                    return node, tuple(own if key == "steps" else key for key in rest)
            case _:
                pass
        return self.root, path

    def _in_file(self, path: tuple[P, ...]) -> "tuple[P | str, ...]":
        """Return the keys in the file that lead where `path` does: those of groups are put in."""
        match path:
            case ("commands", str(name), *rest) if " " in name and not self._is_literal(name):
                return (*(key for word in name.split(" ") for key in ("commands", word)), *rest)
            case _:
                return path

    def _is_literal(self, command: str) -> bool:
        """Tell whether the file has a key with this name, blanks and all, which is a fault of its own."""
        commands = self.root.get("commands")
        return isinstance(commands, source.Mapping) and command in commands.entries


def _with_those_inside(names: tuple[str, ...], command: Command) -> Iterator[tuple[tuple[str, ...], Command]]:
    yield names, command
    for name, inner in commands_in(command).items():
        yield from _with_those_inside((*names, name), inner)


@dataclass(frozen=True, slots=True)
class Loaded:
    """A config where one could be read, the faults found so far, and the text of each file.

    `patterns` are those of includes; `data_files` are the names of the files that hold data and no keys. `places` says
    what the files of packs really are, each use of which has names of its own here; `pack_roots` are their nodes.
    `sizes` are those of the files, packs apart.
    """

    config: Config | None
    diagnostics: list[Diagnostic]
    sources: Mapping[str, str]
    patterns: tuple[Pattern, ...] = ()
    data_files: frozenset[str] = frozenset()
    places: "Mapping[str, Place]" = field(default_factory=dict[str, "Place"])
    pack_roots: tuple[source.Mapping, ...] = ()
    sizes: Mapping[str, source.Size] = field(default_factory=dict[str, source.Size])


def _given(*runs: Steps | None) -> Iterator[Steps]:
    return (run for run in runs if run is not None)


def load(
    path: Path,
    read: ReadFile,
    environment: Mapping[str, str],
    actions: Actions,
    find: FindFiles = nothing_found,
    *,
    templates: RecentTemplates | None = None,
    is_tried: bool = False,
) -> Loaded:
    """Read the file at `path`, those it includes, which `find` finds by their patterns, and the packs that it uses.

    Faults are returned, one run finds all of them; nothing is raised for a bad file. `templates` are those that were
    read before. With `is_tried`, a pack is read that no bot uses.
    """
    gathered = gather(path, read, find)
    if gathered.root is None:
        return Loaded(None, gathered.diagnostics, gathered.sources, tuple(gathered.patterns))
    token = written_token(gathered.root)
    warnings = [] if token is None or _place(token) in gathered.guessed else [secret_in_file(token)]
    warnings += [each for name, text in gathered.sources.items() for each in other_secrets(name, text, token)]
    packs = _with_packs(gathered, read, find, environment, actions, is_tried=is_tried)
    root = gathered.root if packs is None else packs.root
    data = read_data(root, read)
    found = _read(str(path), root, gathered, environment, actions, packs, templates or RecentTemplates())
    own = OwnFiles() if found.config is None else read_files(found.config.places, read)
    config = found.config and dataclasses.replace(found.config, data=data.values, files=own.contents)
    sources = {name: _discreet_text(name, text, token) for name, text in gathered.sources.items()}
    faults = [*found.diagnostics, *data.diagnostics, *own.diagnostics, *warnings]
    others = {**own.sources, **data.sources}
    loaded = Loaded(
        config, faults, {**others, **sources}, tuple(gathered.patterns), frozenset(others), sizes=gathered.sizes
    )
    return loaded if packs is None else dataclasses.replace(loaded, places=packs.places, pack_roots=packs.pack_roots)


def _with_packs(
    gathered: Gathered,
    read: ReadFile,
    find: FindFiles,
    environment: Mapping[str, str],
    actions: Actions,
    *,
    is_tried: bool,
) -> "Expanded | None":
    """Return the nodes with all packs in them; None for a file that has none and is none."""
    assert gathered.root is not None
    if gathered.root.entries.keys().isdisjoint(("use", "inputs")):
        return None
    from runner.config.packs import expand  # most bots have none

    judge = partial(_violations, actions=actions)
    return expand(gathered, read, find, environment, actions, judge, is_tried=is_tried)


def _discreet_text(name: str, text: str, token: source.Scalar | None) -> str:
    """Return a file's text without the bot's token, if it stands in that file."""
    return hidden(text, token if token is not None and token.source.file == name else None)


def _read(
    name: str,
    root: source.Mapping,
    gathered: Gathered,
    environment: Mapping[str, str],
    actions: Actions,
    packs: "Expanded | None",
    templates: RecentTemplates,
) -> Loaded:
    """Read the nodes of all files, below `root`; `gathered` has the faults of their texts as well."""
    known = gathered.diagnostics
    replaced = substitute(root, environment, no_inputs if packs is None else packs.names_of_inputs)
    assert isinstance(replaced.root, source.Mapping)
    found = [_discreet(item) for item in _violations(replaced.root, actions) if item.path not in replaced.unset]
    new = [item.diagnostic for item in found if _place(source.at(root, item.path)) not in gathered.guessed]
    faults = [*known, *replaced.diagnostics, *new]
    if any(fault.slug == MERGE_KEY for fault in known):
        return Loaded(None, [fault for fault in faults if fault.slug not in ABOUT_THE_WHOLE], {})
    broken = {item.path for item in found if item.diagnostic.slug not in ABOUT_THE_WHOLE} | replaced.unset
    sound = _without(replaced.root, broken, actions) if broken else replaced.root
    assert isinstance(sound, source.Mapping)
    declared = _declared(sound, broken, actions)
    bereft = frozenset(_place(source.at(root, path[:-1])) for path in broken if path)
    namespaces = None if packs is None else packs.namespaces
    reader = Reader(actions, declared, bereft, namespaces, templates=templates)
    document = reader.entry(Document, sound)
    for message in reader.places.entries(MessageChange) if document.messages else ():
        message.look_up(document.messages)
    faults += reader.faults
    in_the_way = tuple(fault.span for fault in faults if not fault.slug.startswith("template-"))
    inlines = inline_components(document, reader.places)
    config = Config(name, document, replaced.root, in_the_way, declared=declared, places=reader.places, inlines=inlines)
    return Loaded(config if packs is None else dataclasses.replace(config, inputs=packs.inputs), faults, {})


def _declared(root: source.Mapping, broken: "set[NodePath]", actions: Actions) -> Declarations:
    """Return what the file says that the bot keeps, as far as all of a declaration can be read.

    Steps are read with it in mind, wherever it stands.
    """
    kept = {
        section: source.Entry(entry.key, _whole(entry.value, section, broken))
        for section, entry in root.entries.items()
        if section in ("state", "records")
    }
    if not kept:
        return Declarations()
    found = Reader(actions).entry(Document, dataclasses.replace(root, entries=kept))  # its faults are found again
    return declarations(found.state, found.records)


def _whole(node: Node, section: str, broken: "set[NodePath]") -> Node:
    """Return a section without the names below which something is broken."""
    if not isinstance(node, source.Mapping):
        return node
    names = {path[1] for path in broken if path[:1] == (section,) and len(path) > 1}
    return dataclasses.replace(node, entries={n: entry for n, entry in node.entries.items() if n not in names})


def _place(node: Node) -> tuple[str, int]:
    """Return what no other node has in common: its file and where it starts."""
    return node.source.file, node.start


def _discreet(violation: "Violation") -> "Violation":
    """Return the violation without the token, which a repair would show."""
    if violation.path != TOKEN_PATH:
        return violation
    fix = "write `token: ${DISCORD_TOKEN}`"
    return dataclasses.replace(violation, diagnostic=dataclasses.replace(violation.diagnostic, fix=fix, edits=()))


def _violations(root: source.Mapping, actions: Actions) -> "list[Violation]":
    """Return what the schema refuses. The schema library is not even imported for a file that certainly is valid."""
    if fits(Document, root, actions):
        return []
    from runner.config.violations import violations

    return violations(root, schema(actions))


def has_errors(diagnostics: list[Diagnostic]) -> bool:
    """Tell whether any of the faults refuses the config."""
    return any(item.severity is Severity.ERROR for item in diagnostics)


def _without(node: Node, broken: "set[NodePath]", actions: Actions, path: "NodePath" = ()) -> Node:
    """Return the nodes without the broken ones, so that the rest can still be read and checked in the same run."""
    match node:
        case source.Mapping():
            entries = {
                name: source.Entry(item.key, _without(item.value, broken, actions, (*path, name)))
                for name, item in node.entries.items()
                if (*path, name) not in broken
            }
            return dataclasses.replace(node, entries=entries)
        case source.Sequence():
            whole = [(item, (*path, index)) for index, item in enumerate(node.items) if (*path, index) not in broken]
            items = ((item, _without(item, broken, actions, place)) for item, place in whole)
            kept = tuple(sound for item, sound in items if not _lost_its_action(item, sound, actions))
            return dataclasses.replace(node, items=kept)
        case source.Scalar():
            return node


def _lost_its_action(before: Node, now: Node, actions: Actions) -> bool:
    """Tell whether a step has nothing left to do, so that it would be reported a second time."""
    if not isinstance(before, source.Mapping) or not isinstance(now, source.Mapping):
        return False
    return len(now.entries) < len(before.entries) and not any(name in actions for name in now.entries)


def _ids(node: Node) -> Iterator[str]:
    match node:
        case source.Mapping():
            if isinstance(identity := node.get("id"), source.Scalar):
                yield str(identity.value)
            for entry in node.entries.values():
                yield from _ids(entry.value)
        case source.Sequence():
            for item in node.items:
                yield from _ids(item)
        case source.Scalar():
            return
