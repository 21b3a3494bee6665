"""Putting packs into the bot that uses them, on the nodes of the files and before anything else looks at those."""

from collections.abc import Callable, Iterator, Mapping
from collections.abc import Mapping as AnyMapping
from dataclasses import field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Final

from runner.config import source
from runner.config.document import Document, Handler, Use
from runner.config.environment import substitute
from runner.config.fits import fits
from runner.config.include import FILES_MAX, FindFiles, Gathered, ReadFile, gather, identity
from runner.config.packs import faults
from runner.config.packs.inputs import Given, Inputs, inputs_of, tried
from runner.config.packs.names import SECTIONS, VISIBLE, at_home, named
from runner.config.packs.told import Place
from runner.config.reader import Reader
from runner.config.schema import Actions
from runner.config.source import Entry, Node, Scalar
from runner.data import dataclass
from runner.diagnostics import Diagnostic, Span
from runner.fields import Entry as EntryType
from runner.fields import EntryShape, MapShape, fields_of

if TYPE_CHECKING:
    from runner.config.violations import Violation

PACKS_MAX: Final = 100
"""How many packs a bot may use, those that other packs use included."""

DEPTH_MAX: Final = 3
"""How deep packs may use each other: the names of the deepest still fit into the custom_id of a button."""

SHIPPED: Final = Path(__file__).parent / "shipped"
"""Where the packs are that come with the package."""

Judge = Callable[[source.Mapping], "list[Violation]"]
"""Returns what the language refuses in a file."""

Declared = AnyMapping[str, tuple[str, ...]]
"""The names that a pack declares, for each root by which templates read them."""


@dataclass(frozen=True, slots=True)
class Namespace:
    """What the pack is called that a file belongs to, empty for the bot itself; and what the pack declares."""

    qualifier: str
    declared: Declared


@dataclass(frozen=True, slots=True)
class InputValue:
    """What one input of one pack is: see `Given`. `is_put` says that it stands in some value."""

    given: Given
    is_put: bool


@dataclass(frozen=True, slots=True)
class Expanded:
    """The nodes of a bot with its packs in it, and what is known of those.

    `namespaces` and `places` are by file, as files are called in the nodes; `inputs` by qualified name.
    """

    root: source.Mapping
    namespaces: AnyMapping[str, Namespace]
    places: AnyMapping[str, Place]
    inputs: AnyMapping[str, InputValue]
    pack_roots: tuple[source.Mapping, ...]

    def names_of_inputs(self, file: str) -> tuple[str, ...]:
        """Return which inputs the pack has that a file belongs to."""
        found = self.namespaces.get(file)
        return () if found is None else found.declared["inputs"]


def expand(
    gathered: Gathered,
    read: ReadFile,
    find: FindFiles,
    environment: AnyMapping[str, str],
    actions: Actions,
    judge: Judge,
    *,
    is_tried: bool,
) -> Expanded:
    """Return the bot with all packs put in that it uses; faults and texts are added to `gathered`.

    `is_tried` says that the file may be a pack itself, which is to be checked and not to run.
    """
    assert gathered.root is not None, "without a bot there is nothing to put packs into"
    expansion = _Expansion(_remembering(read), find, environment, actions, judge, gathered)
    files = tuple(gathered.sources)
    root = expansion.tried(gathered.root, is_tried=is_tried) if "inputs" in gathered.root.entries else gathered.root
    whole = expansion.with_packs(root, "", (identity(Path(files[0])),))
    qualifiers = {**dict.fromkeys(files, ""), **{name: place.qualifier for name, place in expansion.places.items()}}
    known = frozenset(qualifiers.values()) - {""}
    made, unreachable = named(Document, whole, actions, lambda node: qualifiers.get(node.source.file, ""), known)
    assert isinstance(made, source.Mapping)
    gathered.diagnostics += unreachable
    declared = {qualifier: _declared(made, qualifier, expansion.inputs) for qualifier in {"", *known}}
    namespaces = {file: Namespace(qualifier, declared[qualifier]) for file, qualifier in qualifiers.items()}
    return Expanded(made, namespaces, expansion.places, expansion.inputs, tuple(expansion.roots))


def _remembering(read: ReadFile) -> ReadFile:
    """Return what reads each file once, so that two uses of one pack are uses of the same."""
    known: dict[Path, bytes] = {}

    def remembered(file: Path) -> bytes:
        if file not in known:
            known[file] = read(file)
        return known[file]

    return remembered


def _declared(root: source.Mapping, qualifier: str, inputs: AnyMapping[str, object]) -> Declared:
    found = {section: tuple(_own_names(root.get(section), qualifier)) for section in ("data", "state", "vars")}
    return {**found, "inputs": tuple(_written(inputs, qualifier))}


def _own_names(section: Node | None, qualifier: str) -> Iterator[str]:
    if isinstance(section, source.Mapping):
        yield from _written(section.entries, qualifier)


def _written(names: AnyMapping[str, object], qualifier: str) -> Iterator[str]:
    for name in names:
        pack, _, own = name.rpartition(".")
        if pack == qualifier:
            yield own


@dataclass(frozen=True, slots=True)
class _Used:
    """One entry of `use`: what it says, its node, and where it names the pack."""

    use: Use
    node: Node
    named: Scalar

    @property
    def key(self) -> Span:
        return self.named.span

    def part(self, name: str) -> source.Mapping | None:
        """Return what stands under `with` or `rename`."""
        found = self.node.get(name) if isinstance(self.node, source.Mapping) else None
        return found if isinstance(found, source.Mapping) else None


@dataclass(slots=True)
class _Expansion:
    """What has been found so far. `read_max` counts the packs that may still be read."""

    read: ReadFile
    find: FindFiles
    environment: AnyMapping[str, str]
    actions: Actions
    judge: Judge
    gathered: Gathered
    places: dict[str, Place] = field(default_factory=dict[str, Place])
    inputs: dict[str, InputValue] = field(default_factory=dict[str, InputValue])
    roots: list[source.Mapping] = field(default_factory=list[source.Mapping])
    count: int = 0

    def tried(self, root: source.Mapping, *, is_tried: bool) -> source.Mapping:
        """Return a pack that no bot uses with what it is tried with."""
        section = root.get("inputs")
        if not isinstance(section, source.Mapping):
            return root
        given, missing = tried(self._head(root).inputs, section)
        key = root.key("inputs").span
        runs_by_itself = not missing and "bot" in root.entries  # and says so: nobody needs to be told
        if is_tried and not runs_by_itself:
            self.gathered.diagnostics.append(faults.is_a_pack(key, missing))
        elif missing:
            self.gathered.diagnostics.append(faults.not_a_bot(key, missing))
        rest = {name: entry for name, entry in root.entries.items() if name != "inputs"}
        filled = self._filled(replace(root, entries=rest), given, "")
        return replace(filled, entries={"inputs": root.entries["inputs"], **filled.entries})

    def with_packs(self, root: source.Mapping, qualifier: str, chain: tuple[str, ...]) -> source.Mapping:
        """Return a file with all packs that it uses. `chain` are the files that it stands in, outermost first."""
        aliases: dict[str, Span] = {}
        for used in self._uses(root):
            alias = used.use.as_ or faults.alias_of(used.use.pack)
            if alias is None:
                self.gathered.diagnostics.append(faults.nameless(used.key, used.use.pack))
            elif alias in aliases:
                self.gathered.diagnostics.append(faults.same_alias(used.key, alias, aliases[alias]))
            else:
                aliases[alias] = used.key
                root = self._with_pack(root, used, alias, at_home(alias, qualifier), chain)
        return root

    def _uses(self, root: source.Mapping) -> Iterator[_Used]:
        written = root.get("use")
        for item in written.items if isinstance(written, source.Sequence) else () if written is None else (written,):
            node = substitute(item, self.environment).root
            if fits(Use, node, self.actions):  # what doesn't is reported with all else that is no value of its key
                pack = node.get("pack") if isinstance(node, source.Mapping) else node
                assert isinstance(pack, Scalar)
                yield _Used(Reader(self.actions).entry(Use, node), item, pack)

    def _with_pack(
        self, root: source.Mapping, used: _Used, alias: str, qualifier: str, chain: tuple[str, ...]
    ) -> source.Mapping:
        file = _file_of(used)
        fault = self._bound_fault(used, file, chain)
        if fault is not None:
            self.gathered.diagnostics.append(fault)
            return root
        pack = self._gathered(file, used, qualifier)
        if pack is None:
            return root
        filled = self._filled(pack, self._given(pack, used), qualifier)
        whole = self.with_packs(filled, qualifier, (*chain, identity(file)))
        return self._merged(root, whole, used, alias)

    def _bound_fault(self, used: _Used, file: Path, chain: tuple[str, ...]) -> Diagnostic | None:
        self.count += 1
        if Path(used.use.pack).is_absolute():
            return faults.absolute(used.key)
        if identity(file) in chain:
            return faults.in_itself(used.key, used.use.pack)
        if len(chain) > DEPTH_MAX:
            return faults.too_deep(used.key, DEPTH_MAX)
        if self.count == PACKS_MAX + 1:
            return faults.too_many(used.key, PACKS_MAX)
        return None

    def _gathered(self, file: Path, used: _Used, qualifier: str) -> source.Mapping | None:
        """Return what a pack's files say, under names of this use alone."""
        if self.count > PACKS_MAX:
            return None
        try:
            self.read(file)
        except OSError as error:
            self.gathered.diagnostics.append(faults.missing(used.key, used.use.pack, error, _shipped_names()))
            return None
        found = gather(file, self.read, self.find, called=lambda path: f"{path} ({qualifier})")
        for name in found.sources:
            self.places[name] = Place(name.removesuffix(f" ({qualifier})"), qualifier, used.key)
        self.gathered.diagnostics += found.diagnostics
        self.gathered.guessed |= found.guessed
        self.gathered.patterns += found.patterns
        self.gathered.sources |= found.sources
        if len(self.gathered.sources) > FILES_MAX:
            self.gathered.diagnostics.append(faults.too_many_files(used.key, FILES_MAX))
            return None
        if found.root is not None:
            self.roots.append(found.root)
            self._judge_head(found.root)
        return found.root

    def _head(self, root: source.Mapping) -> Document:
        """Return what a file says of itself, so far as it can be read; faults are found where the whole is read."""
        entries = {name: entry for name, entry in root.entries.items() if name == "inputs"}
        broken = {item.path[:2] for item in self.judge(replace(root, entries=entries))}
        sound = {
            name: Entry(entry.key, _without(entry.value, {path[1] for path in broken if len(path) > 1}))
            for name, entry in entries.items()
            if (name,) not in broken
        }
        return Reader(self.actions).entry(Document, replace(root, entries=sound))

    def _judge_head(self, root: source.Mapping) -> None:
        """Note what is wrong with those parts of a pack that don't become parts of the bot."""
        entries = {name: entry for name, entry in root.entries.items() if name not in SECTIONS | VISIBLE}
        replaced = substitute(replace(root, entries=entries), self.environment, lambda _: _names(root.get("inputs")))
        assert isinstance(replaced.root, source.Mapping)
        self.gathered.diagnostics += [
            item.diagnostic for item in self.judge(replaced.root) if item.path not in replaced.unset
        ]
        self.gathered.diagnostics += replaced.diagnostics

    def _given(self, pack: source.Mapping, used: _Used) -> Inputs:
        section, given = pack.get("inputs"), used.part("with")
        replaced = None if given is None else substitute(given, self.environment).root
        values = {n: e.value for n, e in replaced.entries.items()} if isinstance(replaced, source.Mapping) else {}
        declared = self._head(pack).inputs
        known = section if isinstance(section, source.Mapping) else None
        return inputs_of(declared, known, given, used.key, values)

    def _filled(self, root: source.Mapping, given: Inputs, qualifier: str) -> source.Mapping:
        """Return a pack with its inputs in their places."""
        filled = given.put_into(root)
        assert isinstance(filled, source.Mapping)
        self.gathered.diagnostics += given.diagnostics
        for name, one in given.given.items():
            self.inputs[at_home(name, qualifier)] = InputValue(one, name in given.put)
        return filled

    def _merged(self, root: source.Mapping, pack: source.Mapping, used: _Used, alias: str) -> source.Mapping:
        """Return a file with what a pack has put to it."""
        entries, renamed = dict(root.entries), used.part("rename")
        names = renamed.entries if renamed is not None else {}
        pack = _with_defaults(pack)
        for section, entry in pack.entries.items():
            if not isinstance(entry.value, source.Mapping) or section not in SECTIONS | VISIBLE:
                continue
            known = entries.setdefault(section, Entry(entry.key, replace(entry.value, entries={})))
            if not isinstance(known.value, source.Mapping):
                continue
            if section in SECTIONS:
                own = {at_home(name, alias): each for name, each in entry.value.entries.items()}
                merged = {**known.value.entries, **own}
            else:
                merged = self._visible(known.value.entries, entry.value.entries, names, used)
            entries[section] = Entry(known.key, replace(known.value, entries=merged))
        visible = {name for section in VISIBLE for name in _names(pack.get(section))}
        self.gathered.diagnostics += [
            faults.unknown_command(entry.key, visible) for name, entry in names.items() if name not in visible
        ]
        return replace(root, entries=entries)

    def _visible(
        self, known: Mapping[str, Entry], own: Mapping[str, Entry], names: Mapping[str, Entry], used: _Used
    ) -> dict[str, Entry]:
        """Return commands with those of a pack, under the names that users shall read."""
        merged = dict(known)
        for name, entry in own.items():
            renamed = names[name].value if name in names else entry.key
            assert isinstance(renamed, Scalar)
            shown = str(renamed.value)
            if shown in merged:
                self.gathered.diagnostics.append(faults.clash(used.key, name, shown, merged[shown].key, entry.key))
            else:
                merged[shown] = Entry(renamed, entry.value)
        return merged


def _names(section: Node | None) -> tuple[str, ...]:
    return tuple(section.entries) if isinstance(section, source.Mapping) else ()


def _without(node: Node, names: "set[str | int]") -> Node:
    if not isinstance(node, source.Mapping):
        return node
    return replace(node, entries={name: entry for name, entry in node.entries.items() if name not in names})


def _file_of(used: _Used) -> Path:
    """Return the file of a pack: one beside the file that uses it, or one that comes with the package."""
    written = used.use.pack
    if faults.is_path(written):
        return Path(used.named.source.file).parent / written
    return SHIPPED / f"{written}.yaml"


def _shipped_names() -> tuple[str, ...]:
    return tuple(sorted(file.stem for file in SHIPPED.glob("*.yaml")))


def _with_defaults(pack: source.Mapping) -> source.Mapping:
    """Return a pack whose handlers say for themselves what its `defaults` say for them: others have their own."""
    defaults = pack.get("defaults")
    if not isinstance(defaults, source.Mapping):
        return pack
    entries = dict(pack.entries)
    for shape, name in ((item.shape, item.name) for item in fields_of(Document)):
        section = pack.get(name)
        if isinstance(shape, MapShape) and isinstance(shape.of, EntryShape) and isinstance(section, source.Mapping):
            entry = shape.of.entry
            if issubclass(entry, Handler):
                each = {n: Entry(e.key, _inheriting(entry, e.value, defaults)) for n, e in section.entries.items()}
                entries[name] = Entry(entries[name].key, replace(section, entries=each))
    return replace(pack, entries=entries)


def _inheriting(entry: type[EntryType], node: Node, defaults: source.Mapping) -> Node:
    if not isinstance(node, source.Mapping):
        return node
    known = {item.name for item in fields_of(entry)}
    inside = node.get("commands") if "commands" in known else None
    if isinstance(inside, source.Mapping):  # nobody runs a group itself
        each = {n: Entry(e.key, _inheriting(entry, e.value, defaults)) for n, e in inside.entries.items()}
        commands = Entry(node.entries["commands"].key, replace(inside, entries=each))
        return replace(node, entries={**node.entries, "commands": commands})
    if "response" not in known:  # it answers nobody, so nothing of how to answer holds for it
        known &= {"timeout"}
    inherited = {name: item for name, item in defaults.entries.items() if name in known and name not in node.entries}
    return replace(node, entries={**node.entries, **inherited})
