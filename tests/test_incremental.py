"""What is built in part is what a whole build makes of the same files: program, faults, places, texts and needs.

Each bot is edited piece by piece, so that whatever can stand in a piece stands in one that has changed, and in one that
has not; and each mistake is made in a bot that was sound before.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from runner.actions.action import load_actions
from runner.build import Built, build
from runner.config.entries import Piece, Pieces, pieces_of
from runner.config.include import FindFiles, ReadFile, found_on_disk
from runner.config.source import MAX_NODES
from runner.incremental import Rebuilder
from runner.templates import RecentTemplates
from tests.programs import outlined

ROOT = Path(__file__).parent.parent
ACTIONS = load_actions()
NOW_S = 1_700_000_000.0
OTHERS = """\
  other-first:
    description: Another one
    response: auto
    options: {a: {type: string, description: A, required: true}}
    steps:
      - send: {channel: "#general", content: "{{ options.a }}"}
      - reply:
          content: Sent
          ephemeral: true
          components: [{button: {label: Once, id: once, on_click: [{reply: Done}]}}]
""" + "".join(f"  other-{number}: {{description: Another one, reply: Said}}\n" for number in range(24))
"""So many commands that most others are a small part of the whole."""

STUB = "  {name}:\n    description: Nothing\n    reply: Nothing\n"
BUTTON = "  {name}:\n    button: {{label: Nothing}}\n    reply: Nothing\n"


@dataclass(slots=True)
class Bench:
    """Files in memory, and how often all of them were built since they were last saved."""

    path: Path
    files: dict[Path, bytes] = field(default_factory=dict[Path, bytes])
    wholes: int = 0
    built: Built = field(init=False)
    rebuilder: Rebuilder = field(init=False)

    def start(self, text: str) -> "Bench":
        """Build a bot that is sound."""
        self.files[self.path] = text.encode()
        templates = RecentTemplates()
        self.built = self._whole(self.read, found_on_disk, 1)
        assert self.built.program is not None, self.built.diagnostics
        self.rebuilder = Rebuilder(self.built, self._whole, templates)
        return self

    def save(self, text: str, file: Path | None = None) -> bool:
        """Save a file, and build what it says. Return whether that was in part; then it is held to what a whole is."""
        self.files[file or self.path] = text.encode()
        self.wholes = 0
        self.built = self.rebuilder.build(self.read, found_on_disk, 2)
        if is_part := self.wholes == 0:
            assert_same(self.built, self._whole(self.read, found_on_disk, 2))
        return is_part

    def _whole(self, read: ReadFile, find: FindFiles, generation: int) -> Built:
        said = dict[Path, bytes]()

        def reading(path: Path) -> bytes:
            said[path] = read(path)
            return said[path]

        built = build(self.path, reading, {}, ACTIONS, generation, find=find, clock=lambda: NOW_S)
        self.wholes += said[self.path] == self.files[self.path]
        return built

    def read(self, path: Path) -> bytes:
        return self.files[path] if path in self.files else path.read_bytes()


def assert_same(part: Built, whole: Built) -> None:
    """Hold what was built in part to what a whole build makes."""
    assert part.diagnostics == whole.diagnostics
    assert (part.sources, part.data_files, part.patterns) == (whole.sources, whole.data_files, whole.patterns)
    assert (part.program is None, part.needs) == (whole.program is None, whole.needs)
    if part.program is not None and whole.program is not None:
        assert (part.sizes, part.joint) == (whole.sizes, whole.joint)
        assert list(part.program.written) == list(whole.program.written)
        mine, others = outlined(part.program), outlined(whole.program)
        assert mine == others


def replaced(pieces: Pieces, piece: Piece, by: str) -> str:
    """Return a text with something else in the place of a piece."""
    return pieces.text[: piece.start] + by + pieces.text[piece.end :]


def stub_for(piece: Piece) -> str:
    """Return something sound and plain of the same name."""
    return (STUB if piece.key[0] == "commands" else BUTTON).format(name=piece.key[1])


def reworded(said: str) -> str:
    """Return a piece with other words, and with more lines."""
    first, _, rest = said.partition("\n")
    return f"{first}\n    # As before.\n\n{rest}".replace("description: ", "description: Now ", 1)


def among_others(text: str) -> Pieces | None:
    """Return a bot with many other commands, so that a part of it is built; None where it has no commands in pieces."""
    pieces = pieces_of(text)
    if pieces is None or "commands" not in pieces.headers:
        return None
    own = [piece for piece in pieces.all if piece.key[0] == "commands"]
    if text[own[0].start : own[0].start + 3].strip() == "":  # another depth than that of the others
        return None
    at = own[0].start
    return pieces_of(text[:at] + OTHERS + text[at:])


def bots(folder: str) -> list[Path]:
    """Return the bots of a folder that can be read in pieces."""
    found = (path for path in sorted((ROOT / folder).glob("*.yaml")) if ".scenario" not in path.name)
    return [path for path in found if path.stat().st_size < 100_000 and among_others(_text(path)) is not None]


def _text(path: Path) -> str:
    return path.read_bytes().decode("utf-8", "replace")


SOUND = [*bots("examples"), *bots("tests/configs/accepted"), ROOT / "bot.yaml"]


@pytest.mark.parametrize("path", SOUND, ids=lambda path: path.stem)
def test_each_piece_of_a_bot_can_come_and_go_and_be_moved(path: Path) -> None:
    pieces = among_others(_text(path))
    assert pieces is not None
    bench, parts = Bench(path).start(pieces.text), 0
    own = [piece for piece in pieces.all if piece.key == ("commands", "other-first") or "other-" not in piece.key[1]]
    for piece in own[:: len(own) // 3 or 1]:
        said = pieces.said(piece)
        for text in (said, reworded(said), stub_for(piece), "# A note.\n\n" + said):
            parts += bench.save(replaced(pieces, piece, text))
    assert parts or any(size.has_anchors for size in bench.built.sizes.values())


BASE = f"""version: 1
vars: {{greeting: Hi}}
flows:
  greet: {{steps: [{{send: {{channel: "#general", content: Hello}}}}, {{reply: Greeted}}]}}
commands:
  # What greets.
  greet: {{description: Greet, steps: [{{run: greet}}]}}
{OTHERS}  last:
    description: The last one
    steps:
      - send: {{channel: "#general", content: Last}}
      - reply: {{content: Sent, ephemeral: true}}
events:
  message: {{steps: [log: "{{{{ message.content }}}}"]}}
# The end.
"""


MISTAKEN = bots("tests/configs/refused")


def stubbed(pieces: Pieces) -> str:
    """Return a bot with something plain in the place of all that is its own."""
    text = pieces.text
    for piece in reversed(pieces.all):
        if not piece.key[1].startswith("other-"):
            text = text[: piece.start] + stub_for(piece) + text[piece.end :]
    return text


@pytest.mark.parametrize("path", MISTAKEN, ids=lambda path: path.stem)
def test_each_mistake_is_found_where_it_is_made_and_its_repair_is_served(path: Path) -> None:
    pieces = among_others(_text(path))
    assert pieces is not None
    bench, sound = Bench(path).start(BASE), pieces_of(stubbed(pieces))
    assert sound is not None
    bench.save(sound.text)
    bench.save(pieces.text)
    bench.save(sound.text)
    own = [pair for pair in zip(sound.all, pieces.all, strict=True) if not pair[1].key[1].startswith("other-")]
    for was, piece in own if len(own) > 1 else ():
        bench.save(replaced(sound, was, pieces.said(piece)))
        bench.save(replaced(pieces, piece, sound.said(was)))  # what two say together may be wrong
        bench.save(pieces.text)


@pytest.fixture
def bench(tmp_path: Path) -> Bench:
    """A bot of many commands."""
    return Bench(tmp_path / "bot.yaml").start(BASE)


CHANGED_IN_PART: dict[str, Callable[[str], str]] = {
    "a word": lambda text: text.replace("The last one", "The very last one"),
    "the first": lambda text: text.replace("description: Greet", "description: Welcome"),
    "two of them": lambda text: text.replace("The last one", "Last").replace("description: Greet", "description: Hi"),
    "lines that come": lambda text: text.replace(
        "    description: The last one\n", "    # One\n\n    description: A\n"
    ),
    "lines that go": lambda text: text.replace("    response: auto\n", ""),
    "a comment behind it": lambda text: text.replace("events:", "# Events.\nevents:"),
}


@pytest.mark.parametrize("edit", CHANGED_IN_PART.values(), ids=CHANGED_IN_PART)
def test_what_has_changed_is_built_alone(bench: Bench, edit: Callable[[str], str]) -> None:
    assert bench.save(edit(BASE))
    assert bench.save(BASE), "and back"


def instead(old: str, new: str) -> Callable[[str], str]:
    """Return an edit that puts one text in the place of another."""
    return lambda text: text.replace(old, new)


LAST = "    description: The last one\n"
SENT = "content: Last}\n"

CHANGED_ELSEWHERE: dict[str, Callable[[str], str]] = {
    "a flow": instead("Greeted", "Welcomed"),
    "a name": instead("  last:", "  latest:"),
    "one more": instead("  last:", "  more: {description: More, reply: More}\n  last:"),
    "one less": instead("  other-3: {description: Another one, reply: Said}\n", ""),
    "their order": lambda text: text.replace("other-3", "x").replace("other-4", "other-3").replace("x:", "other-4:"),
    "a permission that is needed": instead(SENT, SENT + "      - create_invite: {channel: '#general'}\n"),
    "an event that is waited for": instead(SENT, SENT + "      - wait_for: {message: {}, timeout: 5s}\n"),
    "a variable that nobody else reads": instead("content: Last", "content: '{{ vars.greeting }}'"),
    "a quote that is not closed": instead("The last one", '"The last one'),
    "a bracket that is not closed": instead("content: Last}", "content: Last"),
    "a block that keeps the lines behind it": instead("The last one", "|+\n      The last one\n"),
    "an anchor": instead("description: The last one", "description: &it The last one"),
    "a name that something else has": instead(LAST, "    aliases: [other-3]\n" + LAST),
    "a tab": instead(LAST, "\t" + LAST.lstrip()),
    "a second document": instead("events:", "---\nevents:"),
    "line breaks of another system": instead("\n", "\r\n"),
    "a character that is none": instead("The last one", "The last \x07"),
    "whom a channel is hidden from": instead(
        SENT, SENT + "      - set_permissions: {role: '@everyone', deny: view_channel}\n"
    ),
    "nothing": lambda text: text,
    "everything": instead("description: A", "description: Now a"),
}


@pytest.mark.parametrize("edit", CHANGED_ELSEWHERE.values(), ids=CHANGED_ELSEWHERE)
def test_what_reaches_further_is_built_as_a_whole(bench: Bench, edit: Callable[[str], str]) -> None:
    assert not bench.save(edit(BASE))
    assert bench.wholes == 1
    bench.save(BASE)
    assert bench.save(BASE.replace("The last one", "The one")), "what was refused is in nobody's way"


def test_a_component_is_built_with_all_that_shows_it(tmp_path: Path) -> None:
    shown = "  shows: {description: Show, reply: {content: Here, components: [once]}}\n"
    button = "components:\n  once: {button: {label: One}, reply: Done}\n  other: {button: {label: Two}, reply: Done}\n"
    base = BASE.replace("  last:", shown + "  last:") + button.replace("other:", "twice:")
    base = base.replace("content: Last}", "content: Last, components: [twice]}")
    bench = Bench(tmp_path / "bot.yaml").start(base)
    assert bench.save(base.replace("label: One", "label: Once"))
    assert bench.save(base.replace("content: Here", "content: There"))
    in_a_flow = base.replace("content: Hello}", "content: Hello, components: [once]}")
    assert not bench.save(in_a_flow)
    assert not bench.save(in_a_flow.replace("label: One", "label: Once")), "the flow has its look in it"


def test_a_name_that_another_command_has_in_some_language_is_refused(tmp_path: Path) -> None:
    german = "    name_localizations: {{de: {}}}\n"
    base = BASE.replace(LAST, LAST + german.format("letzter")).replace(
        "  other-first:\n", "  other-first:\n" + german.format("erster")
    )
    bench = Bench(tmp_path / "bot.yaml").start(base)
    assert not bench.save(base.replace("de: letzter", "de: erster"))
    assert "same-name-in-language" in [fault.slug for fault in bench.built.diagnostics]


def test_what_all_handlers_inherit_is_there_as_soon_as_one_does(tmp_path: Path) -> None:
    own = "    on_error: [{reply: {content: Own, ephemeral: true}}]\n"
    rescue = "defaults: {on_error: [{reply: {content: Sorry, ephemeral: true}}]}\n"
    rescued = re.sub(r"\{(description: (?:Another one|Greet), )", r"{on_error: [{reply: Own}], \1", BASE)
    rescued = rescued.replace("    response: auto\n", "    response: auto\n" + own).replace(LAST, LAST + own)
    rescued = rescued.replace("on_click: [", "on_error: [{reply: Own}], on_click: [")
    bench = Bench(tmp_path / "bot.yaml").start(rescue + rescued)
    assert bench.built.program is not None
    assert "defaults/on_error" not in bench.built.program.runs
    assert not bench.save(rescue + rescued.replace(LAST + own, LAST))
    assert "defaults/on_error" in bench.built.program.runs


def test_a_warning_on_the_last_line_is_that_of_the_last_piece(tmp_path: Path) -> None:
    head, _, tail = BASE.partition("events:\n")
    base = ("events:\n" + tail.replace("# The end.\n", "") + head).rstrip("\n") + "  # lifecycle: ignore[x] y"
    bench = Bench(tmp_path / "bot.yaml").start(base)
    assert base.count("\n") + 1 in [fault.span.line for fault in bench.built.diagnostics]
    bench.save(base.replace("The last one", "The very last one"))
    bench.save(base.replace(LAST, "    # More.\n" + LAST))


def test_a_warning_comes_in_a_piece_that_nobody_has_touched(tmp_path: Path) -> None:
    lets_in = "      - set_permissions: {user: '{{ bot.id }}', allow: view_channel}\n"
    steps = "[{set_permissions: {role: '@everyone', deny: view_channel}}, {reply: Hidden}]"
    hides = f"  hides: {{description: Hide, steps: {steps}}}\n"
    base = BASE.replace(SENT, SENT + lets_in).replace("  last:", hides + "  last:")
    bench = Bench(tmp_path / "bot.yaml").start(base)
    before = {fault.slug for fault in bench.built.diagnostics}
    assert not bench.save(base.replace("user: '{{ bot.id }}', allow", "user: '{{ bot.id }}', deny"))
    assert {fault.slug for fault in bench.built.diagnostics} - before == {"hidden-from-bot"}


def test_files_are_built_in_part_each(tmp_path: Path) -> None:
    more = "commands:\n" + "".join(f"  more-{n}: {{description: More, reply: More}}\n" for n in range(9))
    included, answers = tmp_path / "more.yaml", tmp_path / "answers.yaml"
    base = BASE + "include: more.yaml\ndata: {answers: answers.yaml}\n"
    bench = Bench(tmp_path / "bot.yaml", {included: more.encode(), answers: b"a: b\n"}).start(base)
    assert bench.save(more.replace("more-3: {description: More", "more-3: {description: Other"), included)
    assert bench.save(base.replace("The last one", "The very last one"))
    assert not bench.save("a: c\n", answers)
    assert bench.save(base)


def test_no_token_is_shown_of_a_file_that_has_one(tmp_path: Path) -> None:
    token = "a-token-that-nobody-may-see"
    bench = Bench(tmp_path / "bot.yaml").start(f"bot: {{token: {token}}}\n" + BASE)
    assert not bench.save(f"bot: {{token: {token}}}\n" + BASE.replace("The last one", "The very last one"))
    assert token not in repr((bench.built.sources, bench.built.program))


def test_a_file_does_not_grow_beyond_its_bounds_in_part(tmp_path: Path) -> None:
    base = BASE.replace("vars: {greeting: Hi}\n", "vars: {a: [" + "1, " * (MAX_NODES // 2) + "1]}\n")
    bench, size = Bench(tmp_path / "bot.yaml").start(base), MAX_NODES // 2
    room = MAX_NODES - bench.built.sizes[str(bench.path)].nodes
    for more, is_part in ((10, True), (room + 1, False)):
        step = "      - let: {b: [" + "1, " * more + "1]}\n"
        assert bench.save(base.replace("one\n    steps:\n", "one\n    steps:\n" + step)) is is_part
        size = bench.built.sizes[str(bench.path)].nodes if is_part else size
    assert size > MAX_NODES - room
    assert [fault.slug for fault in bench.built.diagnostics] == ["too-many-nodes"]
