"""A program with some of its handlers replaced, if that is all that a whole build would change."""

from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import replace
from types import MappingProxyType
from typing import Final, TypeVar

from runner.build import Built
from runner.compile import Handler, Program, RegisteredCommand, digest_of, handler_key
from runner.config import source
from runner.config.entries import SECTIONS, Key
from runner.data import dataclass
from runner.diagnostics import Diagnostic, Span
from runner.fields import Steps
from runner.incremental.change import Change, piece_of
from runner.incremental.moves import Moves
from runner.lifecycle.limits import CommandType
from runner.lifecycle.machine import Origin
from runner.regex import regex

K = TypeVar("K")
V = TypeVar("V")

_OF_ALL: Final = ("intents", "begins_later", "waits", "awaits", "keeps_uses", "token", "variables", "data")
"""What a program has of all its handlers together, or from elsewhere: nobody could say what of it has changed."""

_TELLS_A_LINE: Final = regex(r"\bline \d")


def grafted(before: Built, was: Built, now: Built, change: Change) -> Built | None:
    """Return what was built `before` with what has changed in it; None where a whole build might be something else.

    `was` and `now` are built of what the change needs alone, as it was and as it is. What time alone has changed since
    then, such as a date that has passed in a step that nobody touches, is told by the next whole build.
    """
    program, old, new = before.program, was.program, now.program
    if program is None or old is None or new is None or not _is_bounded(before, was, now):
        return None
    for each in (program, old, new):
        each.complete()
    graft = _Graft(before, was, now, change, program, old, new)
    return graft.built() if graft.is_sound() else None


def _is_bounded(before: Built, was: Built, now: Built) -> bool:
    """Tell whether the whole stays within the bounds of the parser."""
    if any(size.has_anchors for size in now.sizes.values()) or now.sizes.keys() != before.sizes.keys():
        return False
    nodes = (size.nodes - was.sizes[name].nodes + now.sizes[name].nodes for name, size in before.sizes.items())
    return max(nodes) <= source.MAX_NODES


@dataclass(frozen=True, slots=True)
class _Graft:
    """The whole `before` with its program, and the two parts, with an `old` and a `new` one."""

    before: Built
    was: Built
    now: Built
    change: Change
    program: Program
    old: Program
    new: Program

    def is_sound(self) -> bool:
        """Tell whether a whole build would change nothing but what is touched."""
        return (
            all(getattr(self.old, name) == getattr(self.new, name) for name in _OF_ALL)
            and self._is_read_alike()
            and self.was.joint == self.now.joint
            and self._is_shared_alike()
            and self._is_needed_alike()
            and self._is_faulty_alike()
        )

    def _is_read_alike(self) -> bool:
        """Tell whether what is not touched was read as it is in the whole: an open quote would swallow some of it."""
        others = [key for key in self.program.written if self.change.is_needed(key) and not self.change.is_touched(key)]
        read, lines = self.new.written, self.change.lines()
        return (
            [key for key in read if not self.change.is_touched(key)] == others
            and all(read[key].digest == self.program.written[key].digest for key in others)
            and all(key in read and read[key].line == lines[key] for key in self.change.touched)
        )

    def _is_shared_alike(self) -> bool:
        """Tell whether what is touched runs the same of what others run too: forms, and what all inherit."""
        runs = [self._runs(part, touched=False).keys() for part in (self.old, self.new)]
        return runs[0] == runs[1] and _openers(self.old) == _openers(self.new)

    def _is_needed_alike(self) -> bool:
        """Tell whether the same is needed of Discord, and by touched places where it was."""
        old, new = self.was.needs, self.now.needs
        assert old is not None, "a program has needs"
        assert new is not None, "a program has needs"
        return (old.permissions, old.intents) == (new.permissions, new.intents) and {
            flag: self.change.is_in_touched(at, old=True) for flag, at in old.places.items()
        } == {flag: self.change.is_in_touched(at, old=False) for flag, at in new.places.items()}

    def _is_faulty_alike(self) -> bool:
        """Tell whether there are the same warnings, and whether those of the whole can be told where they are now."""
        move = self._moves().span
        others = [fault for fault in self.before.diagnostics if fault not in self.was.diagnostics]
        return [_moved(fault, move) for fault in self.was.diagnostics] == self.now.diagnostics and not any(
            self._is_about_touched(fault) or _TELLS_A_LINE.search(f"{fault.headline} {fault.why} {fault.fix}")
            for fault in others
        )

    def _is_about_touched(self, fault: Diagnostic) -> bool:
        return any(self.change.is_in_touched(span, old=True) for span in (fault.span, *(m.span for m in fault.marks)))

    def _is_touched(self, handler: Handler) -> bool:
        return self.change.is_touched(handler.entry)

    def _moves(self) -> Moves:
        """Return how far each entry of the whole has moved."""
        lines = self.change.lines()
        written = self.program.written
        deltas = {
            key: lines[piece_of(key)] - written[piece_of(key)].now
            if key[0] in SECTIONS
            else self.new.written[key].line - each.now
            for key, each in written.items()
        }
        return Moves.of(written, deltas)

    def built(self) -> Built:
        """Return the whole with what has changed in it."""
        moves = self._moves()
        needs = self.before.needs
        assert needs is not None, "a program has needs"
        built = replace(
            self.before,
            program=self._program(moves),
            diagnostics=[_moved(fault, moves.span) for fault in self.before.diagnostics],
            sources={**self.before.sources, **self._texts()},
            needs=replace(needs, places={flag: moves.span(at) for flag, at in needs.places.items()}),
            sizes=self._sizes(),
        )
        for key, delta in moves.deltas.items():
            if not self.change.is_touched(key):
                self.program.written[key].moved.lines += delta
        return built

    def _texts(self) -> dict[str, str]:
        return {name: pieces.text for name, pieces in self.change.new.items()}

    def _sizes(self) -> dict[str, source.Size]:
        """Return how large the files are now."""
        was, now = self.was.sizes, self.now.sizes
        return {
            name: source.Size(size.nodes - was[name].nodes + now[name].nodes)
            for name, size in self.before.sizes.items()
        }

    def _program(self, moves: Moves) -> Program:
        before, new = self.program, self.new
        written = self._spliced(before.written, new.written, lambda key, _: key)
        return replace(
            before,
            generation=new.generation,
            digest=digest_of(written, before.data, before.inputs, before.store),
            commands=MappingProxyType(self._handlers(before.commands, new.commands)),
            components=MappingProxyType(self._handlers(before.components, new.components)),
            runs=MappingProxyType({**self._runs(before, touched=False), **self._runs(new, touched=True)}),
            registered=tuple(self._registered(moves)),
            intent_places=MappingProxyType({flag: moves.place(at) for flag, at in before.intent_places.items()}),
            files=MappingProxyType({**before.files, **self._texts()}),
            written=MappingProxyType(written),
        )

    def _handlers(self, before: Mapping[str, Handler], new: Mapping[str, Handler]) -> dict[str, Handler]:
        return self._spliced(before, new, lambda _, handler: handler.entry)

    def _spliced(self, before: Mapping[K, V], new: Mapping[K, V], entry_of: Callable[[K, V], Key]) -> dict[K, V]:
        """Return what was there with that of each touched piece in the place of what it was."""
        fresh: dict[Key, dict[K, V]] = {}
        for key, value in new.items():
            if self.change.is_touched(entry := entry_of(key, value)):
                fresh.setdefault(piece_of(entry), {})[key] = value
        made: dict[K, V] = {}
        for key, value in before.items():
            piece = piece_of(entry_of(key, value))
            made |= fresh.pop(piece, {}) if piece in self.change.touched else {key: value}
        return made | {key: value for rest in fresh.values() for key, value in rest.items()}

    def _runs(self, program: Program, *, touched: bool) -> dict[str, Steps]:
        """Return the runs of steps of the handlers that are touched, or of all others."""
        every = (*program.commands.values(), *program.components.values())
        keys = {handler.key for handler in every if self._is_touched(handler)}
        return {address: run for address, run in program.runs.items() if (handler_key(address) in keys) is touched}

    def _registered(self, moves: Moves) -> Iterator[RegisteredCommand]:
        fresh = {each.payload["name"]: each for each in self.new.registered if _is_slash_command(each)}
        for each in self.program.registered:
            if _is_slash_command(each) and ("commands", each.payload["name"]) in self.change.touched:
                yield fresh[each.payload["name"]]
            else:
                yield replace(each, place=moves.place(each.place))


def _is_slash_command(registered: RegisteredCommand) -> bool:
    return bool(registered.payload["type"] == CommandType.CHAT_INPUT)


def _openers(program: Program) -> dict[str, Collection[Origin]]:
    """Return what each form may be opened by: it has a handler for each."""
    return {name: modal.handlers.keys() for name, modal in program.modals.items()}


def _moved(fault: Diagnostic, move: Callable[[Span], Span]) -> Diagnostic:
    return replace(
        fault,
        span=move(fault.span),
        marks=tuple(replace(mark, span=move(mark.span)) for mark in fault.marks),
        edits=tuple(replace(edit, span=move(edit.span)) for edit in fault.edits),
    )
