"""Every way of saving a file, through the real file system and watchfiles, up to the one swap that comes of it."""

import asyncio
import gc
import itertools
import logging
import os
import threading
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable, Collection, Iterator
from functools import partial
from pathlib import Path

import pytest

from runner.actions.action import load_actions
from runner.build import Built, build
from runner.compile import Program
from runner.config.include import FindFiles, ReadFile, found_on_disk
from runner.logs import Log
from runner.reload import (
    CHECK_EVERY_S,
    NAMES_MAX,
    QUIET_S,
    READS_MAX,
    RETRY_S,
    REWATCH_S,
    SETTLE_S,
    SYMLINKS_MAX,
    Changes,
    Notify,
    Reloader,
    changes_between,
    directories_of,
    file_notices,
    fingerprint,
    polled_notices,
    restart_needed,
    watched_directories,
)

PATIENCE_S = 20.0
"""How long a test waits for what must come. Nothing is measured with it."""

ACTIONS = load_actions()
BROKEN = "commands: {ping: {description: [oops\n"


def config(reply: str = "Pong!", more: str = "") -> str:
    return f"commands:\n  ping: {{description: Check, reply: {reply}}}\n{more}"


def replied(program: Program) -> str:
    """Return what /ping of `config` says."""
    return str(program.commands["ping"].steps.items[0].action.message.content)


def built(path: Path, read: ReadFile = Path.read_bytes, find: FindFiles = found_on_disk, generation: int = 1) -> Built:
    return build(path, read, {}, ACTIONS, generation, find=find)


def program_of(path: Path) -> Program:
    program = built(path).program
    assert program is not None
    return program


Line = tuple[str, str, dict[str, object]]


class Lines(logging.Handler):
    """Keeps log lines as level, event and fields."""

    def __init__(self) -> None:
        super().__init__()
        self.all: list[Line] = []
        self._new = asyncio.Event()

    def emit(self, record: logging.LogRecord) -> None:
        fields: dict[str, object] = getattr(record, "fields", {})
        self.all.append((record.levelname, str(record.msg), {k: v for k, v in fields.items() if v is not None}))
        self._new.set()

    async def next(self, event: str, count: int = 1) -> Line:
        """Return the `count`-th line of this event, once it is there."""
        async with asyncio.timeout(PATIENCE_S):
            while len(found := [line for line in self.all if line[1] == event]) < count:
                self._new.clear()
                await self._new.wait()
        return found[count - 1]


class Bench:
    """A watched file, and in place of a bot a list of what would be swapped, registered and shown."""

    def __init__(self, path: Path, lines: Lines) -> None:
        self.path = path
        self.lines = lines
        self.swapped: list[Program] = []
        self.registered: list[Program] = []
        self.shown: list[Built] = []
        self.generations: list[int] = []
        self.before_build: Callable[[], object] = lambda: None
        self.after_build: Callable[[], object] = lambda: None
        self.slept: Counter[float] = Counter()
        self.on_sleep: dict[float, Callable[[], Awaitable[object]]] = {}
        self.reloader: Reloader
        self._is_listening = asyncio.Event()
        self._task: asyncio.Task[None] | None = None

    async def start(self, notify: Notify | None = None) -> None:
        """Watch, and return when the directories are watched and the first look is over."""
        self.watch(notify, built(self.path))
        async with asyncio.timeout(PATIENCE_S):
            await self._is_listening.wait()
        await self.look()

    def watch(self, notify: Notify | None, started: Built) -> None:
        self.reloader = Reloader(
            self.path,
            started,
            build=self._build,
            swap=self.swapped.append,
            commands_changed=self.registered.append,
            report=self.shown.append,
            log=Log("test.reload"),
            notify=partial(self._notices, notify or file_notices),
            sleep=self._sleep,
        )
        self._task = asyncio.create_task(self.reloader.watch())

    async def stop(self) -> None:
        if self._task is not None:
            self._task.cancel()
            await asyncio.wait((self._task,))
            assert self._task.cancelled(), self._task

    def _build(self, read: ReadFile, find: FindFiles, generation: int) -> Built:
        self.generations.append(generation)
        self.before_build()
        made = built(self.path, read, find, generation)
        self.after_build()
        return made

    async def _notices(
        self, notify: Notify, directories: Collection[Path], stop: asyncio.Event
    ) -> AsyncIterator[object]:
        self._is_listening.set()
        async for notice in notify(directories, stop):
            yield notice

    async def _sleep(self, seconds: float) -> None:
        """Sleep a tenth of the time, or as the test says; the looks without a notice never come by themselves."""
        self.slept[seconds] += 1
        if seconds in self.on_sleep:
            await self.on_sleep[seconds]()
        elif seconds < CHECK_EVERY_S:
            await asyncio.sleep(seconds / 10)
        else:
            await asyncio.Event().wait()

    async def look(self) -> None:
        """Ask for a look at files that nobody has touched, and wait for its end; directories are watched by then."""
        lines = sum(line[1] == "config unchanged" for line in self.lines.all)
        self.reloader.request_reload()
        await self.lines.next("config unchanged", lines + 1)

    async def reloaded(self, count: int = 1) -> Program:
        """Return the program of the `count`-th swap, once it is through."""
        await self.lines.next("reloaded", count)
        return self.swapped[count - 1]


class Silence:
    """Notices that never come, and the directories they would be about."""

    def __init__(self) -> None:
        self.asked: list[set[Path]] = []

    async def __call__(self, directories: Collection[Path], stop: asyncio.Event) -> AsyncIterator[object]:
        self.asked.append(set(directories))
        await stop.wait()
        return
        yield


@pytest.fixture
def lines() -> Iterator[Lines]:
    handler, logger = Lines(), logging.getLogger("test.reload")
    logger.setLevel(logging.DEBUG)
    logger.addHandler(handler)
    yield handler
    logger.removeHandler(handler)


@pytest.fixture
async def bench(tmp_path: Path, lines: Lines) -> AsyncIterator[Bench]:
    """A file that exists, not yet watched."""
    path = tmp_path / "bot.yaml"
    path.write_text(config())
    made = Bench(path, lines)
    yield made
    await made.stop()


# Ways of saving. Each gets the file and its new text.


def in_place(path: Path, text: str) -> None:
    path.write_text(text)


def by_rename(path: Path, text: str) -> None:
    """As VS Code's remote editors, sed -i and most deployment tools do."""
    path.with_suffix(".tmp").write_text(text)
    path.with_suffix(".tmp").replace(path)


def with_backup(path: Path, text: str) -> None:
    """As vim does with `backupcopy=no`: the old file is renamed away, then a new one is written."""
    path.rename(path.with_name(path.name + "~"))
    path.write_text(text)


def with_the_same_times(path: Path, text: str) -> None:
    """As rsync -t does: neither the size nor the time tells that the file is another one."""
    times = path.stat()
    path.write_text(text)
    os.utime(path, ns=(times.st_atime_ns, times.st_mtime_ns))


@pytest.mark.parametrize("save", [in_place, by_rename, with_backup, with_the_same_times])
async def test_each_save_is_one_new_generation_whatever_the_editor(
    bench: Bench, save: Callable[[Path, str], None]
) -> None:
    await bench.start()
    for number, text in enumerate(("Pang!", "Ping!", "Peng!"), start=1):
        save(bench.path, config(text))
        program = await bench.reloaded(number)
        assert (replied(program), program.generation) == (text, number + 1)
    assert len(bench.swapped) == 3
    assert bench.shown == []


def including(bench: Bench, *parts: str) -> Path:
    """Make the config include a folder's files, with one command in each part; return the folder."""
    folder = bench.path.parent / "parts"
    folder.mkdir()
    for part in parts:
        (folder / f"{part}.yaml").write_text(named(part))
    bench.path.write_text("include: [parts/*.yaml]\n" + config())
    return folder


def named(name: str) -> str:
    return f"commands: {{{name}: {{description: Say, reply: Hello}}}}\n"


async def test_a_save_of_an_included_file_is_a_save(bench: Bench) -> None:
    folder = including(bench, "a")
    await bench.start()
    by_rename(folder / "a.yaml", named("b"))
    assert list((await bench.reloaded()).commands) == ["ping", "b"]


async def test_a_new_file_that_a_pattern_matches_belongs_to_the_config(bench: Bench) -> None:
    folder = including(bench, "a")
    await bench.start()
    by_rename(folder / "b.yaml", named("b"))
    assert list((await bench.reloaded()).commands) == ["ping", "a", "b"]
    (folder / "a.yaml").unlink()
    assert list((await bench.reloaded(2)).commands) == ["ping", "b"]


async def test_a_folder_of_included_files_may_appear_later(bench: Bench) -> None:
    bench.path.write_text("include: [parts/*.yaml]\n" + config())
    await bench.start()
    folder = bench.path.parent / "parts"
    folder.mkdir()
    (folder / "a.yaml").write_text(named("a"))
    assert list((await bench.reloaded()).commands) == ["ping", "a"]


async def test_an_included_file_that_vanishes_is_a_fault_and_changes_nothing(bench: Bench) -> None:
    bench.path.write_text("include: [part.yaml]\n" + config())
    part = bench.path.with_name("part.yaml")
    part.write_text(named("a"))
    await bench.start()
    part.unlink()
    _, _, fields = await bench.lines.next("reload refused")
    assert fields["slug"] == "missing-include"
    assert bench.swapped == []
    part.write_text(named("b"))
    assert list((await bench.reloaded()).commands) == ["ping", "b"]


async def test_a_save_of_a_data_file_is_a_save(bench: Bench) -> None:
    prices = bench.path.with_name("prices.csv")
    prices.write_text("name,price\ntea,2\n")
    bench.path.write_text("data: {prices: prices.csv}\n" + config())
    await bench.start()
    by_rename(prices, "name,price\ntea,3\n")
    assert (await bench.reloaded()).data["prices"] == ({"name": "tea", "price": "3"},)
    _, _, fields = await bench.lines.next("reloaded")
    assert fields["settings"] == "data"


async def test_several_files_that_are_saved_at_once_are_one_new_generation(bench: Bench) -> None:
    folder = including(bench, "a", "b")
    await bench.start()
    for part in ("a", "b"):
        by_rename(folder / f"{part}.yaml", named(part + part))
    assert list((await bench.reloaded()).commands) == ["ping", "aa", "bb"]
    await bench.look()
    assert len(bench.swapped) == 1


def mounted(tmp_path: Path, name: str, text: str) -> None:
    """Publish a file as Kubernetes does with a ConfigMap: a directory for each version, and a symlink to it."""
    version = tmp_path / name
    version.mkdir()
    (version / "bot.yaml").write_text(text)
    (tmp_path / "..data_tmp").symlink_to(name)
    (tmp_path / "..data_tmp").replace(tmp_path / "..data")


async def test_a_swapped_symlink_two_hops_away_is_a_save(tmp_path: Path, bench: Bench) -> None:
    bench.path.unlink()
    mounted(tmp_path, "..1", config())
    bench.path.symlink_to("..data/bot.yaml")
    await bench.start()
    for number, text in enumerate(("Pang!", "Peng!"), start=1):
        mounted(tmp_path, f"..{number + 1}", config(text))
        assert replied(await bench.reloaded(number)) == text


async def test_a_file_behind_a_swapped_symlink_is_watched_in_its_new_place(tmp_path: Path, bench: Bench) -> None:
    silence = Silence()
    releases = [tmp_path / "releases" / name for name in ("one", "two")]
    for release in releases:
        release.mkdir(parents=True)
        (release / "bot.yaml").write_text(config(release.name))
    (tmp_path / "current").symlink_to(releases[0])
    bench.path = tmp_path / "current" / "bot.yaml"
    await bench.start(silence)
    (tmp_path / "next").symlink_to(releases[1])
    (tmp_path / "next").replace(tmp_path / "current")
    bench.reloader.request_reload()
    assert replied(await bench.reloaded()) == "two"
    await bench.look()
    assert [releases[0] in silence.asked[0], releases[1] in silence.asked[-1]] == [True, True]


async def test_polling_sees_a_save_too(bench: Bench) -> None:
    await bench.start(polled_notices)
    bench.path.write_text(config("Polled!"))
    assert replied(await bench.reloaded()) == "Polled!"


async def test_a_save_without_a_notice_is_found_by_the_next_look(bench: Bench) -> None:
    due = asyncio.Event()

    async def when_due() -> None:
        await due.wait()
        due.clear()

    bench.on_sleep[CHECK_EVERY_S] = when_due
    await bench.start(Silence())
    bench.path.write_text(config("Found!"))
    due.set()
    assert replied(await bench.reloaded()) == "Found!"


async def test_a_save_between_start_and_watching_is_not_lost(bench: Bench) -> None:
    started = built(bench.path)
    bench.path.write_text(config("Early!"))
    bench.watch(None, started)
    assert replied(await bench.reloaded()) == "Early!"


async def test_twenty_saves_at_once_are_one_swap(bench: Bench) -> None:
    await bench.start()
    for number in range(20):
        by_rename(bench.path, config(f"Pong{number}"))
    assert replied(await bench.reloaded()) == "Pong19"
    await bench.look()
    assert len(bench.swapped) == 1


async def test_files_that_nobody_reads_are_not_built(tmp_path: Path, bench: Bench) -> None:
    await bench.start()
    builds = len(bench.generations)
    (tmp_path / "bot.yaml~").write_text(BROKEN)
    (tmp_path / ".bot.yaml.swp").write_text(BROKEN)
    (tmp_path / "other.yaml").write_text(BROKEN)
    bench.path.write_text(config("Seen!"))
    await bench.reloaded()
    assert len(bench.generations) == builds + 1
    assert bench.shown == []


# What is not swapped.


async def test_a_broken_file_changes_nothing_and_is_shown_once(bench: Bench) -> None:
    await bench.start()
    bench.path.write_text(BROKEN)
    level, _, fields = await bench.lines.next("reload refused")
    in_place(bench.path, BROKEN)
    by_rename(bench.path, BROKEN)
    bench.path.write_text(config("Mended!"))
    program = await bench.reloaded()
    assert (level, fields["generation"], fields["errors"]) == ("ERROR", 1, 1)
    assert str(fields["first"]).startswith(f"{bench.path}:")
    assert [made.diagnostics[0].slug for made in bench.shown] == ["yaml-syntax"]
    assert (replied(program), program.generation) == ("Mended!", 2), "a refused file takes no generation"


async def test_another_fault_is_shown_too(bench: Bench) -> None:
    await bench.start()
    bench.path.write_text(BROKEN)
    await bench.lines.next("reload refused")
    bench.path.write_text("commands: {ping: {}}\n")
    await bench.lines.next("reload refused", 2)
    assert len(bench.shown) == 2
    assert bench.swapped == []


async def test_a_broken_file_that_is_put_back_is_said_to_be_fine_without_a_swap(bench: Bench) -> None:
    await bench.start()
    bench.path.write_text(BROKEN)
    await bench.lines.next("reload refused")
    bench.path.write_text(config())
    level, _, fields = await bench.lines.next("config unchanged", 2)
    assert (level, fields["generation"]) == ("INFO", 1)
    assert bench.swapped == []


async def test_another_layout_is_no_new_generation_and_no_news(bench: Bench) -> None:
    await bench.start()
    bench.path.write_text("# A comment.\n" + config())
    level, _, _ = await bench.lines.next("config unchanged", 2)
    assert level == "DEBUG"
    assert (bench.swapped, bench.shown) == ([], [])


async def test_a_file_that_vanishes_is_reported_once_and_may_come_back(bench: Bench) -> None:
    await bench.start()
    bench.path.unlink()
    await bench.lines.next("reload refused")
    bench.path.with_name("noise").write_text("noise")
    bench.path.write_text(config("Back!"))
    assert replied(await bench.reloaded()) == "Back!"
    assert [made.diagnostics[0].slug for made in bench.shown] == ["unreadable-file"]


async def test_a_directory_that_vanishes_may_come_back(tmp_path: Path, bench: Bench) -> None:
    inside = tmp_path / "deep" / "er"
    inside.mkdir(parents=True)
    bench.path = inside / "bot.yaml"
    bench.path.write_text(config())
    await bench.start()
    (tmp_path / "deep").rename(tmp_path / "gone")
    bench.reloader.request_reload()
    await bench.lines.next("reload refused")
    inside.mkdir(parents=True)
    bench.path.write_text(config("Back!"))
    assert replied(await bench.reloaded()) == "Back!"
    bench.path.write_text(config("Again!"))
    assert replied(await bench.reloaded(2)) == "Again!"


async def test_a_build_that_raises_leaves_the_bot_running(bench: Bench) -> None:
    await bench.start()

    def fail() -> None:
        raise RecursionError("ours")

    bench.before_build = fail
    bench.path.write_text(config("Never!"))
    level, _, _ = await bench.lines.next("reload refused")
    bench.before_build = lambda: None
    bench.path.write_text(config("After!"))
    assert replied(await bench.reloaded()) == "After!"
    assert level == "ERROR"


async def test_a_pipe_is_not_read_twice(tmp_path: Path, bench: Bench) -> None:
    started = built(bench.path)
    bench.path = tmp_path / "pipe"
    os.mkfifo(bench.path)
    bench.watch(Silence(), started)
    bench.reloader.request_reload()
    _, _, fields = await bench.lines.next("reload refused")
    assert fields["cause"] == "a stream can be read only once"
    assert bench.generations == []


# Half-written files.


async def test_a_file_that_is_emptied_and_then_written_is_never_reported(bench: Bench) -> None:
    async def finish() -> None:
        bench.path.write_text(config("Whole!"))

    bench.on_sleep[RETRY_S] = finish  # the editor takes longer than the quiet time, and less than the patience
    await bench.start(Silence())
    bench.path.write_text("")
    bench.reloader.request_reload()
    assert replied(await bench.reloaded()) == "Whole!"
    assert bench.shown == []


async def test_what_was_read_before_it_came_to_rest_is_read_again(bench: Bench) -> None:
    await bench.start(Silence())
    texts, is_built = iter(["Second!", "Third!"]), threading.Event()

    async def save() -> None:
        await asyncio.to_thread(is_built.wait, PATIENCE_S)
        for text in itertools.islice(texts, 1):
            bench.path.write_text(config(text))

    bench.on_sleep[QUIET_S], bench.after_build = save, is_built.set
    bench.path.write_text(config("First!"))
    bench.reloader.request_reload()
    assert replied(await bench.reloaded()) == "Third!"
    assert len(bench.swapped) == 1


async def test_what_came_to_rest_is_served_though_a_later_save_is_there(bench: Bench) -> None:
    await bench.start(Silence())
    loop, texts = asyncio.get_running_loop(), iter(["Second!", "Third!"])

    async def at_rest() -> None:
        if waiting := [each for each in asyncio.all_tasks() if "_settled" in repr(each.get_coro())]:
            await asyncio.wait(waiting)

    def save() -> None:
        for text in itertools.islice(texts, 1):
            asyncio.run_coroutine_threadsafe(at_rest(), loop).result(PATIENCE_S)
            bench.path.write_text(config(text))

    bench.after_build = save
    bench.path.write_text(config("First!"))
    bench.reloader.request_reload()
    assert [replied(await bench.reloaded(count)) for count in (1, 2, 3)] == ["First!", "Second!", "Third!"]


async def test_a_bad_file_is_waited_for_no_longer_than_until_it_is_good(bench: Bench) -> None:
    async def for_ever() -> None:
        await asyncio.Event().wait()

    await bench.start()
    bench.on_sleep[RETRY_S] = for_ever
    bench.after_build = lambda: by_rename(bench.path, config("Whole!"))
    bench.path.write_text("")
    assert replied(await bench.reloaded()) == "Whole!"
    assert bench.shown == []


async def test_a_file_that_is_never_at_rest_is_loaded_all_the_same(bench: Bench) -> None:
    count = itertools.count()

    async def write() -> None:
        bench.path.write_text(config(f"Pong{next(count)}"))

    await bench.start(Silence())
    bench.on_sleep[QUIET_S] = write
    bench.after_build = lambda: bench.path.write_text(config(f"Pong{next(count)}"))
    before = len(bench.generations)
    bench.path.write_text(config("First!"))
    bench.reloader.request_reload()
    await bench.reloaded()
    assert len(bench.generations) - before == READS_MAX
    assert bench.slept[QUIET_S] == (READS_MAX - 1) * round(SETTLE_S / QUIET_S)


async def test_the_build_runs_beside_the_event_loop(bench: Bench) -> None:
    await bench.start(Silence())
    may_go_on = threading.Event()
    bench.before_build = lambda: may_go_on.wait(PATIENCE_S)
    bench.path.write_text(config("Slow!"))
    bench.reloader.request_reload()
    asyncio.get_running_loop().call_later(0.05, may_go_on.set)  # never runs if the build holds the loop up
    assert replied(await bench.reloaded()) == "Slow!"


SAVES = 10
MANY = "".join(f"  c{number}: {{description: C, reply: '{{{{ user.name }}}}'}}\n" for number in range(30))
BAD = "".join(f"  d{number}: {{description: D, reqly: Hi}}\n" for number in range(30))


async def test_good_saves_leave_no_program_out_of_the_garbage_collectors_reach(bench: Bench) -> None:
    async def save(number: int) -> int:
        bench.path.write_text(config(f"Pong{number}", MANY))
        bench.reloader.request_reload()
        await bench.lines.next("reloaded", number)
        bench.swapped.clear()
        bench.registered.clear()
        return gc.get_freeze_count()

    await bench.start(Silence())
    began = [await save(number) for number in (1, 2)][-1]
    programs = [await save(number) for number in range(3, 3 + SAVES)]
    assert programs[-1] - began < 20 * SAVES, "a program of these is more than a thousand objects"


async def test_refused_saves_leave_nothing_out_of_the_garbage_collectors_reach(bench: Bench) -> None:
    await bench.start(Silence())
    began = gc.get_freeze_count()
    for number in range(1, 1 + SAVES):
        bench.path.write_text(config(f"Pong{number}", BAD))
        bench.reloader.request_reload()
        await bench.lines.next("reload refused", number)
    assert gc.get_freeze_count() <= began


# What the operator asks for, and what is said.


async def test_a_request_always_has_an_outcome(bench: Bench) -> None:
    await bench.start(Silence())
    await bench.look()
    bench.path.write_text(BROKEN)
    bench.reloader.request_reload()
    await bench.lines.next("reload refused")
    bench.reloader.request_reload()
    await bench.lines.next("reload refused", 2)
    bench.path.write_text(config("Asked!"))
    bench.reloader.request_reload()
    await bench.reloaded()
    levels = [(level, event) for level, event, _ in bench.lines.all]
    assert levels[1:] == [
        ("INFO", "config unchanged"),
        ("ERROR", "reload refused"),
        ("ERROR", "reload refused"),
        ("INFO", "reloaded"),
    ]
    assert bench.slept[RETRY_S] == 1, "a fault that is known already needs no second look"


async def test_a_request_during_a_reload_gets_an_outcome_of_its_own(bench: Bench) -> None:
    await bench.start(Silence())
    loop = asyncio.get_running_loop()
    bench.before_build = lambda: loop.call_soon_threadsafe(bench.reloader.request_reload)
    bench.after_build = lambda: setattr(bench, "before_build", lambda: None)
    bench.path.write_text(config("New!"))
    bench.reloader.request_reload()
    await bench.reloaded()
    _, _, fields = await bench.lines.next("config unchanged", 2)
    assert fields["generation"] == 2


async def test_a_swap_is_one_line_with_the_handlers_by_name(bench: Bench) -> None:
    bench.path.write_text(config(more="  old: {description: Old, reply: Old}\n"))
    await bench.start()
    button = "components:\n  claim: {button: {label: Claim}, reply: Mine}\n"
    bench.path.write_text(config("Pang!", "  new: {description: New, reply: New}\nvars: {a: 1}\n" + button))
    level, _, fields = await bench.lines.next("reloaded")
    assert fields.pop("digest") == bench.swapped[0].digest
    assert isinstance(fields.pop("ms"), int)
    assert (level, fields) == (
        "INFO",
        {"from": 1, "to": 2, "added": "/new, claim", "changed": "/ping", "removed": "/old", "settings": "vars"},
    )
    bench.path.write_text(config("Pang!", "  new: {description: New, reply: Newer}\nvars: {a: 1}\n" + button))
    _, _, later = await bench.lines.next("reloaded", 2)
    assert later.keys() & {"added", "changed", "removed", "settings"} == {"changed"}
    assert later["changed"] == "/new"


TOKEN = "MTk4NjIyNDgzNDcxOTI1MjQ4" + ".Cl2FMQ." + "ZnCjm1XVW7vRze4b7Cq4se7kKWs"
"""Nobody's: right in shape, wrong in content."""


@pytest.mark.parametrize(
    ("mark", "more"), [("\ufeff", ""), ("", f"bot: {{token: {TOKEN}}}\n")], ids=["a byte order mark", "a token"]
)
async def test_a_file_whose_text_is_not_kept_as_it_is_has_its_handlers_named_too(
    bench: Bench, mark: str, more: str
) -> None:
    bench.path.write_text(mark + config(more=more))
    await bench.start()
    bench.path.write_text(mark + config("Pang!", more))
    _, _, fields = await bench.lines.next("reloaded")
    assert (fields["to"], fields["changed"]) == (2, "/ping")
    assert TOKEN not in repr(bench.lines.all)


async def test_a_long_list_of_handlers_is_cut(bench: Bench) -> None:
    await bench.start()
    bench.path.write_text(config(more="".join(f"  c{n}: {{description: D, reply: R}}\n" for n in range(NAMES_MAX + 2))))
    _, _, fields = await bench.lines.next("reloaded")
    assert str(fields["added"]).endswith(f"/c{NAMES_MAX - 1} and 2 more")


async def test_commands_are_registered_after_the_swap_if_discord_shows_others(bench: Bench) -> None:
    await bench.start()
    bench.path.write_text(config("Pang!"))
    await bench.reloaded()
    registered_by_a_new_reply = bench.registered.copy()
    bench.path.write_text(config("Pang!").replace("Check", "Another"))
    await bench.reloaded(2)
    bench.path.write_text(config("Pang!", "bot: {guilds: [123456789012345678]}\n").replace("Check", "Another"))
    await bench.reloaded(3)
    assert registered_by_a_new_reply == []
    assert bench.registered == bench.swapped[1:]


async def test_warnings_of_a_good_file_are_shown(bench: Bench) -> None:
    await bench.start()
    bench.path.write_text(config(more="checks: {nobody: {users: ['123456789012345678']}}\n"))
    program = await bench.reloaded()
    assert [made.program for made in bench.shown] == [program]


async def test_what_needs_a_restart_is_named_until_it_is_taken_back_and_the_rest_is_swapped(bench: Bench) -> None:
    await bench.start()
    bench.path.write_text(config("One!", "bot: {token: abc, presence: {status: idle}}\n"))
    assert replied(await bench.reloaded()) == "One!"
    level, _, fields = await bench.lines.next("restart needed")
    bench.path.write_text(config("Two!", "bot: {presence: {status: idle}}\n"))
    _, _, later = await bench.lines.next("restart needed", 2)
    bench.path.write_text(config("Three!"))
    await bench.reloaded(3)
    assert (level, fields, later) == (
        "WARNING",
        {"settings": "bot.presence, bot.token"},
        {"settings": "bot.presence"},
    )
    assert sum(event == "restart needed" for _, event, _ in bench.lines.all) == 2


# Watching that doesn't work.


async def test_directories_that_cannot_be_watched_are_looked_at_and_tried_again(bench: Bench) -> None:
    tries = asyncio.Semaphore(0)

    async def refused(directories: Collection[Path], stop: asyncio.Event) -> AsyncIterator[object]:
        del directories, stop
        raise OSError("no inotify watches left")
        yield

    bench.on_sleep[REWATCH_S] = lambda: tries.acquire()
    await bench.start(refused)
    level, _, fields = await bench.lines.next("directories not watched")
    for _ in range(3):
        tries.release()
        await bench.look()
    bench.path.write_text(config("Seen!"))
    bench.reloader.request_reload()
    assert replied(await bench.reloaded()) == "Seen!"
    assert (level, fields["cause"]) == ("WARNING", "no inotify watches left")
    assert bench.slept[REWATCH_S] > 1
    assert sum(event == "directories not watched" for _, event, _ in bench.lines.all) == 1


def test_the_file_and_each_symlink_on_the_way_have_their_directories_watched(tmp_path: Path) -> None:
    root = tmp_path.resolve()
    (root / "real" / "deep").mkdir(parents=True)
    (root / "real" / "deep" / "bot.yaml").write_text("")
    (root / "links").mkdir()
    (root / "links" / "deep").symlink_to("../real/deep")
    (root / "start").mkdir()
    (root / "start" / "bot.yaml").symlink_to(root / "links" / "deep" / "bot.yaml")
    assert directories_of(root / "start" / "bot.yaml") == {root / "start", root / "links", root / "real" / "deep"}
    assert directories_of(root / "start" / ".." / "real" / "deep" / "bot.yaml") == {root / "real" / "deep"}


@pytest.mark.parametrize(("links", "is_reached"), [(SYMLINKS_MAX, True), (SYMLINKS_MAX + 1, False)])
def test_a_way_of_symlinks_is_followed_to_the_bound(tmp_path: Path, links: int, is_reached: bool) -> None:
    root = tmp_path.resolve()
    (root / "end").mkdir()
    target = root / "end" / "bot.yaml"
    for number in range(links):
        link = root / f"{number}.yaml"
        link.symlink_to(target)
        target = link
    assert (root / "end" in directories_of(target)) == is_reached


def test_a_symlink_to_itself_is_watched_where_it_is(tmp_path: Path) -> None:
    loop = tmp_path.resolve() / "loop.yaml"
    loop.symlink_to("loop.yaml")
    assert directories_of(loop) == {loop.parent}
    assert {path for path, _, _ in watched_directories([loop])} == {loop.parent}
    assert fingerprint([loop])[loop].startswith("unreadable")


def test_a_directory_that_is_missing_is_waited_for_in_the_one_above(tmp_path: Path) -> None:
    root = tmp_path.resolve()
    missing = root / "not" / "yet" / "bot.yaml"
    assert {path for path, _, _ in watched_directories([missing])} == {root}
    (root / "not").mkdir()
    before = watched_directories([missing])
    (root / "not").rename(root / "old")
    (root / "not").mkdir()
    assert watched_directories([missing]) != before, "a directory that was made again has to be watched again"


# Comparing.

ONE = "commands: {a: {description: A, reply: Hi}}\n"
GROUP = "commands: {g: {description: G, commands: {a: {description: A, reply: Hi}, b: {description: B, reply: b}}}}\n"
DIFFERENCES = [
    pytest.param(ONE, "# new\n" + ONE.replace("Hi", "'Hi'"), Changes(), id="the layout"),
    pytest.param(ONE, ONE.replace("Hi", "Ho"), Changes(changed=("/a",)), id="a reply"),
    pytest.param(ONE, ONE.replace("a:", "b:"), Changes(added=("/b",), removed=("/a",)), id="a name"),
    pytest.param(
        ONE + "defaults: {timeout: 5s}",
        ONE + "defaults: {timeout: 6s}\nversion: 1",
        Changes(settings=("defaults", "version")),
        id="settings",
    ),
    pytest.param(
        ONE + "modals: {a: {title: A, fields: {f: F}, reply: Hi}}",
        ONE + "modals: {a: {title: A, fields: {f: G}, reply: Hi}, b: {title: B, fields: {f: F}, reply: Hi}}",
        Changes(added=("modal b",), changed=("modal a",)),
        id="forms",
    ),
    pytest.param(GROUP, GROUP.replace("Hi", "Ho"), Changes(changed=("/g a",)), id="a command in a group"),
    pytest.param(GROUP, GROUP.replace("description: G", "description: H"), Changes(changed=("/g",)), id="a group"),
    pytest.param(
        ONE,
        ONE + "context_menus: {A b: {type: user, reply: a}}",
        Changes(added=("menu A b",)),
        id="a menu",
    ),
    pytest.param(ONE + "components: {}", ONE, Changes(), id="a section without handlers"),
]


def said(*texts: str, faq: str = "") -> Program:
    """Return the program of some files, the first of which includes the others."""
    names = ["bot.yaml", *(f"{number}.yaml" for number in range(1, len(texts)))]
    files = dict(zip(names, texts, strict=True))
    files["bot.yaml"] += "".join(f"include: [{name}]\n" for name in names[1:])
    if faq:
        files |= {"bot.yaml": files["bot.yaml"] + "data: {faq: faq.csv}\n", "faq.csv": faq}
    program = built(Path("bot.yaml"), lambda path: files[str(path)].encode()).program
    assert program is not None
    return program


@pytest.mark.parametrize(("before", "after", "expected"), DIFFERENCES)
def test_a_difference_is_told_by_name(before: str, after: str, expected: Changes) -> None:
    assert changes_between(said(before), said(after)) == expected


def test_a_handler_that_moves_to_another_file_is_the_same() -> None:
    other = "commands: {b: {description: B, reply: Hi}}\n"
    both = "commands:\n  a: {description: A, reply: Hi}\n  b: {description: B, reply: Hi}\n"
    assert changes_between(said(both), said(ONE, other)) == Changes()


def test_other_data_is_told_as_the_section_that_names_it() -> None:
    assert changes_between(said(ONE, faq="a\n1\n"), said(ONE, faq="a\n2\n")) == Changes(settings=("data",))


def test_another_token_is_told_as_what_it_belongs_to() -> None:
    before, after = (said(ONE + f"bot: {{token: {token}}}\n") for token in ("first", "second"))
    assert changes_between(before, after) == Changes(settings=("bot",))


def test_a_program_like_the_first_needs_no_restart(tmp_path: Path) -> None:
    path = tmp_path / "bot.yaml"
    path.write_text(config())
    first = program_of(path)
    path.write_text(config("Other!", "vars: {a: 1}\n"))
    assert restart_needed(first, program_of(path)) == ()
