"""A file's text or bytes to nodes: the one entrance."""

import gc
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import replace

import yaml

from runner.config.source import faults
from runner.config.source.compose import MAX_DEPTH, Composer, Size
from runner.config.source.decode import decode
from runner.config.source.nodes import Mapping, Node, Scalar, Source, Style
from runner.data import dataclass
from runner.diagnostics import Diagnostic

LoaderClass = type[yaml.CSafeLoader] | type[yaml.SafeLoader]

# libyaml's parser is 15 times as fast as PyYAML's own, which is all that a PyYAML built without it has.
LOADER: LoaderClass = getattr(yaml, "CSafeLoader", yaml.SafeLoader)

# What libyaml says from 0.2.6 on: it reads ahead, and so finds a bomb before the events reach our own, lower bound.
_TOO_DEEP = "exceeded maximum nesting depth"

_EXAMPLE = """begin with keys, as in
version: 1
commands:
  ping:
    description: Check that the bot is alive
    reply: Pong!"""


@dataclass(frozen=True, slots=True)
class Parsed:
    """What a file says, or None if that can't be told, and the faults found on the way, in the order of discovery.

    `guessed` are the offsets at which values start that were taken for text because of a fault.
    """

    root: Mapping | None
    diagnostics: list[Diagnostic]
    guessed: frozenset[int] = frozenset()
    size: Size = Size()


@dataclass(frozen=True, slots=True)
class AnyParsed:
    """What a file says, of whatever kind, or None if that can't be told or it is empty, and the faults in it."""

    root: Node | None
    diagnostics: list[Diagnostic]


def parse(content: str | bytes, file: str, *, loader: LoaderClass = LOADER) -> Parsed:
    """Read one YAML document whose root is a mapping. `file` is the name that spans carry.

    All faults that can be found in one go are returned; a syntax error or a broken bound ends the reading. Bytes are
    UTF-8, with or without a byte order mark. Nothing that a file says raises. `loader` is one of PyYAML's two parsers.
    """
    source = decode(content, file)
    if isinstance(source, Diagnostic):
        return Parsed(None, [source])
    found = _composed(source, loader)
    if found.is_broken:
        return Parsed(None, found.diagnostics)
    return replace(_checked(found.root, found.diagnostics, source), guessed=found.guessed, size=found.size)


def parse_any(content: bytes, file: str) -> AnyParsed:
    """Read one YAML document, whatever its root is, as `parse` reads one. An empty document has no root."""
    source = decode(content, file)
    if isinstance(source, Diagnostic):
        return AnyParsed(None, [source])
    found = _composed(source, LOADER)
    return AnyParsed(None if found.is_broken or found.diagnostics else found.root, found.diagnostics)


@dataclass(frozen=True, slots=True)
class _Composed:
    root: Node | None
    diagnostics: list[Diagnostic]
    guessed: frozenset[int] = frozenset()
    size: Size = Size()
    is_broken: bool = False


def _composed(source: Source, loader: LoaderClass) -> _Composed:
    """Return the document's nodes; of one that ends in a syntax error only the faults."""
    composer = Composer(source)
    try:
        with _no_cyclic_gc():
            composer.take(yaml.parse(source.text, Loader=loader))
    except yaml.MarkedYAMLError as error:
        return _Composed(None, _with_ending(composer.diagnostics, _ending(error, source, composer)), is_broken=True)
    return _Composed(composer.root, composer.diagnostics, frozenset(composer.guessed), composer.size)


def _ending(error: yaml.MarkedYAMLError, source: Source, composer: Composer) -> Diagnostic:
    if error.problem == _TOO_DEEP and error.problem_mark is not None:
        return faults.too_deep(source, error.problem_mark.index, MAX_DEPTH)
    from runner.config.source.syntax import syntax_fault  # only a broken file needs it

    return syntax_fault(error, source, composer.last_scalar)


def _with_ending(diagnostics: list[Diagnostic], ending: Diagnostic) -> list[Diagnostic]:
    """Add the fault that ended the reading, in the place of one that the same text has caused before."""
    start = (ending.span.line, ending.span.column)
    return [*(fault for fault in diagnostics if (fault.span.line, fault.span.column) != start), ending]


def _checked(root: Node | None, diagnostics: list[Diagnostic], source: Source) -> Parsed:
    """Return the root if it is a mapping; what is wrong with it, unless something else was wrong before."""
    if isinstance(root, Mapping):
        return Parsed(root, diagnostics)
    if diagnostics:
        return Parsed(None, diagnostics)
    return Parsed(None, [_empty_file(source) if root is None or _is_nothing(root) else _not_a_mapping(root)])


def _is_nothing(root: Node) -> bool:
    return isinstance(root, Scalar) and root.style is Style.PLAIN and root.start == root.end


def _empty_file(source: Source) -> Diagnostic:
    return Diagnostic(slug="empty-file", span=source.span(0, 0), headline="there is nothing in this file", fix=_EXAMPLE)


def _not_a_mapping(root: Node) -> Diagnostic:
    kind = "a single value" if isinstance(root, Scalar) else "a list"
    return Diagnostic(
        slug="not-a-mapping",
        span=root.source.span(root.start, min(root.end, root.source.line_end(root.start))),
        headline=f"this file is {kind}, and not keys with values",
        why="a config is a mapping: each part of it stands under a key",
        fix=_EXAMPLE,
    )


@contextmanager
def _no_cyclic_gc() -> Generator[None]:
    """Keep the garbage collector from walking the growing tree again and again, which takes most of the time."""
    was_enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_enabled:
            gc.enable()
