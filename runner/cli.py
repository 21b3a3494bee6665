"""The command line: arguments, calls, exit codes. Whatever a verb needs is put together here.

Exit codes: 0 fine, 1 the config is at fault, 2 the call is, 3 the world is: Discord, the network, the store, a disk; 70
lifecycle-runner itself is, 130 interrupted by a second Ctrl-C.
"""

import gc
import os
import sys
from collections.abc import AsyncGenerator, Callable, Iterable, Mapping, Sequence
from contextlib import asynccontextmanager
from functools import cache, partial
from pathlib import Path
from types import SimpleNamespace
from typing import TYPE_CHECKING, Literal, TextIO

from runner import __version__
from runner.actions.action import load_actions
from runner.build import Build, Built, build
from runner.config.include import FindFiles, ReadFile, found_on_disk
from runner.logs import Log, configure, scrubbed, spellings
from runner.targets import STANDARD_INPUT, NoTarget, discovered, read_bounded, reader_of, targets
from runner.templates import RecentTemplates
from runner.validation import COLORS, FORMATS, Form, form_for, passes, report, step_summary, summary

if TYPE_CHECKING:
    import argparse
    import asyncio

    from runner.compile import Program
    from runner.emulator.world import World
    from runner.health import Address
    from runner.incremental import Rebuilder
    from runner.inspector.inspection import Inspection
    from runner.readiness import Readiness
    from runner.registration.preview import ScopePreview
    from runner.run import Discord, Files, Running

FINE, CONFIG_AT_FAULT, CALL_AT_FAULT, WORLD_AT_FAULT = 0, 1, 2, 3
WE_ARE_AT_FAULT, INTERRUPTED = 70, 130  # as sysexits.h and shells have them
TOKEN_REFUSED = "Discord refused the bot's token; copy it anew from the developer portal into DISCORD_TOKEN"
GC_THRESHOLDS = (50_000, 20, 20)
TIDY_AFTER_S = 1.0  # walking the whole heap takes tens of milliseconds, which the first interactions should not pay for

Verb = Callable[[SimpleNamespace], int]


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command line and return the exit code. The first word may be a verb; without one it is `run`."""
    given = list(sys.argv[1:] if arguments is None else arguments)
    if given and (unknown := _unknown_verb(given[0])):
        return _failed(CALL_AT_FAULT, unknown)
    words = _with_verb(given)
    parsed = _parsed(words)
    try:
        return _VERBS[parsed.verb](parsed)
    except NoTarget as fault:
        _parser(words[0]).print_usage(sys.stderr)
        return _failed(CALL_AT_FAULT, str(fault))
    except BrokenPipeError:
        return FINE
    except KeyboardInterrupt:
        return INTERRUPTED
    except Exception as defect:
        return _defect(defect)


def _unknown_verb(first: str) -> str:
    """Return what is wrong with a first word that is neither a verb nor a file; empty if it is either."""
    is_file = first.endswith((".yaml", ".yml")) or Path(first).exists()
    if first in _VERBS or first.startswith("-") or is_file:
        return ""
    return f"there is no file {first}" + _meant(first, _VERBS)


def _with_verb(given: list[str]) -> list[str]:
    """Put the verb in that a bare file name stands for, or nothing at all."""
    if given and given[0] in (*_VERBS, "-h", "--help", "--version"):
        return given
    return ["run", *given]


def _failed(code: int, sentence: str) -> int:
    print(f"lifecycle-runner: {sentence}", file=sys.stderr)
    return code


def _defect(defect: Exception) -> int:
    """Show a fault of our own with its traceback, but with no secret that this process has been given."""
    import traceback

    shown = "".join(traceback.format_exception(defect)).rstrip("\n")
    print(scrubbed(shown, spellings([os.environ.get("DISCORD_TOKEN", "")])), file=sys.stderr)
    return _failed(WE_ARE_AT_FAULT, "this is a defect of lifecycle-runner; please report the lines above")


def _parsed(words: list[str]) -> SimpleNamespace:
    """Return what a command line says. A bot's file alone says nothing for which a parser would have to be made."""
    match words:
        case ["run", file] if not file.startswith("-"):
            return SimpleNamespace(**{**_RUN_DEFAULTS, "verb": "run", "file": Path(file)})
        case _:
            return _parser(words[0]).parse_args(words, SimpleNamespace())


def _parser(first: str) -> "argparse.ArgumentParser":
    """Return what reads a command line that begins with `first`: a verb, or an option about all of them."""
    import argparse  # it looks for translations of its own: three milliseconds of every start

    parser = argparse.ArgumentParser(
        prog="lifecycle-runner",
        usage="%(prog)s [run] [bot.yaml] | validate [FILE …] | VERB --help",
        description="Run the Discord bot that a bot.yaml describes, or check the file. Left out, the file is what "
        "LIFECYCLE_RUNNER_CONFIG names, else bot.yaml or bot.yml in this folder.",
        epilog="Exit codes: 0 fine, 1 the config is at fault, 2 the call is, 3 Discord, the network, "
        "the store or a disk is.",
    )
    parser.add_argument("--version", action="version", version=f"%(prog)s {__version__}")
    verbs = parser.add_subparsers(dest="verb", required=True, metavar="VERB")
    for verb, (says, add_arguments) in _ARGUMENTS.items():
        if first in (verb, "-h", "--help"):  # each one made is a millisecond of every start
            add_arguments(verbs.add_parser(verb, help=says))
    return parser


_RUN_DEFAULTS: Mapping[str, object] = {
    "file": None,
    "log_format": "text",
    "log_level": "info",
    "port": 0,
    "poll": False,
    "world": None,
    "health": None,
}


def _run_arguments(parser: "argparse.ArgumentParser") -> None:
    parser.add_argument("file", type=Path, nargs="?", metavar="bot.yaml")
    parser.add_argument("--log-format", choices=("text", "json"))
    parser.add_argument("--log-level", choices=("debug", "info", "warning", "error"))
    parser.add_argument("--port", type=int, help="of the local Discord and its page; any free one if left out")
    parser.add_argument("--poll", action="store_true", help="look for changed files all the time: for network mounts")
    parser.add_argument("--world", type=Path, help="the servers that the local Discord begins with, as a YAML file")
    parser.add_argument(
        "--health",
        type=_health_address,
        metavar="[HOST:]PORT",
        help="where probes ask /livez and /readyz; the host is 127.0.0.1 if left out, and nobody may ask without this",
    )
    parser.set_defaults(**_RUN_DEFAULTS)


def _health_address(text: str) -> "Address":
    import argparse

    from runner.health import parse  # it brings aiohttp's server along

    try:
        return parse(text)
    except ValueError as fault:
        raise argparse.ArgumentTypeError(str(fault)) from None


def _validate_arguments(parser: "argparse.ArgumentParser") -> None:
    parser.add_argument("files", type=Path, nargs="*", metavar="FILE", help="files, folders, or - for standard input")
    parser.add_argument(
        "--format", choices=FORMATS, default="auto", help="auto is github in its workflows, and text elsewhere"
    )
    parser.add_argument("--strict", action="store_true", help="warnings fail, too")
    parser.add_argument("--fix", action="store_true", help="repair what can be repaired without doubt, and show it")
    parser.add_argument("--diff", action="store_true", help="show what --fix would do, and write nothing")
    parser.add_argument(
        "--summary", action="store_true", help="of a sound file: the permissions and intents it needs, its invite link"
    )
    parser.add_argument("--color", choices=COLORS, default="auto")
    parser.add_argument(
        "--stdin-filename", type=Path, default=Path("<stdin>"), metavar="NAME", help="what standard input is called"
    )


def _test_arguments(parser: "argparse.ArgumentParser") -> None:
    parser.add_argument(
        "paths", type=Path, nargs="*", default=[Path()], help="scenario files, folders with *.scenario.yaml, or bots"
    )
    parser.add_argument("--format", choices=("text", "json", "github", "junit"), default="text")
    parser.add_argument("-k", dest="pattern", default="", help="only scenarios whose names contain this")
    parser.add_argument(
        "--jobs", type=_jobs, metavar="N", help="how many files are played at once; two for each core if left out"
    )


def _jobs(text: str) -> int:
    import argparse

    if not text.isdecimal() or int(text) < 1:
        raise argparse.ArgumentTypeError("a whole number, 1 or more")
    return int(text)


def _plan_arguments(parser: "argparse.ArgumentParser") -> None:
    parser.add_argument("file", type=Path, nargs="?", metavar="bot.yaml")
    parser.add_argument("--format", choices=("text", "json"), default="text")


def _inspect_arguments(parser: "argparse.ArgumentParser") -> None:
    parser.add_argument("page", metavar="PAGE", help="the address of the page, as the line says when the bot serves")
    parser.add_argument("handler", nargs="?", metavar="HANDLER", help="only this one, as the log names it: /ping")
    parser.add_argument("--format", choices=("text", "json"), default="text")


def _explain_arguments(parser: "argparse.ArgumentParser") -> None:
    parser.add_argument("slug", nargs="?", metavar="SLUG", help="the word in brackets, as in error[unknown-key]")


def _actions_arguments(parser: "argparse.ArgumentParser") -> None:
    parser.add_argument("name", nargs="?", metavar="NAME", help="a step, such as reply")


def _flows_arguments(parser: "argparse.ArgumentParser") -> None:
    parser.add_argument("file", type=Path, nargs="?", metavar="bot.yaml")
    parser.add_argument("--format", choices=("text", "json"), default="text", help="json is one object a line")


def _init_arguments(parser: "argparse.ArgumentParser") -> None:
    parser.add_argument("folder", type=Path, nargs="?", default=Path(), metavar="FOLDER", help="this one if left out")
    parser.add_argument("--template", default="hello", metavar="NAME", help="hello if left out; --list shows all")
    parser.add_argument("--list", action="store_true", help="show the templates, and write nothing")


def _schema_arguments(parser: "argparse.ArgumentParser") -> None:
    parser.add_argument("--output", type=Path, metavar="FILE", help="write it there instead")
    parser.add_argument("--scenarios", action="store_true", help="that of scenario files instead")
    parser.add_argument("--world", action="store_true", help="that of world files instead")


def _built(
    file: Path,
    read: ReadFile = read_bounded,
    find: FindFiles = found_on_disk,
    generation: int = 1,
    environment: Mapping[str, str] = os.environ,
    *,
    templates: RecentTemplates | None = None,
    is_tried: bool = False,
) -> Built:
    actions = load_actions()
    return build(file, read, environment, actions, generation, find=find, templates=templates, is_tried=is_tried)


def _validate(parsed: SimpleNamespace) -> int:
    if parsed.fix and STANDARD_INPUT in parsed.files:
        return _failed(CALL_AT_FAULT, "standard input can't be repaired in place; --diff shows what would be done")
    files: list[Path] = _named(parsed)
    read: ReadFile = read_bounded
    if STANDARD_INPUT in files:
        files = [parsed.stdin_filename if file == STANDARD_INPUT else file for file in files]
        read = reader_of(sys.stdin.buffer, parsed.stdin_filename)
    try:
        results = {file: _checked(file, read, parsed) for file in files}
    except OSError as fault:
        return _failed(WORLD_AT_FAULT, f"{fault.filename} can't be written: {fault.strerror}")
    form = form_for(sys.stdout, os.environ, name=parsed.format, color=parsed.color)
    _show(results, form, sys.stdout)
    if form.name == "github":
        _summarise(results)
    if parsed.summary and form.name == "text":
        print("".join(summary(file, built) for file, built in results.items()), end="")
    return FINE if passes(results.values(), strict=parsed.strict) else CONFIG_AT_FAULT


def _checked(file: Path, read: ReadFile, parsed: SimpleNamespace) -> Built:
    """Build a file, repaired if that was asked for. Raises `OSError` for one that can't be written."""
    built = _built(file, read, is_tried=True)
    if not (parsed.fix or parsed.diff) or not built.sources:
        return built
    from runner.fixes import repaired

    repair = repaired(file, read(file), lambda content: _built(file, _reading(file, content, read), is_tried=True))
    if repair is None:
        return built
    print(repair.difference, end="", file=sys.stdout if parsed.format in ("auto", "text") else sys.stderr)
    if parsed.diff:
        return built
    repair.write()
    return repair.built


def _reading(file: Path, content: bytes, read: ReadFile) -> ReadFile:
    """Return what reads one file as `content` and the others as they are."""
    return lambda path: content if path == file else read(path)


def _named(parsed: SimpleNamespace) -> list[Path]:
    return targets(parsed.files or [discovered(os.environ, Path.cwd())])


def _show(results: Mapping[Path, Built], form: Form, stream: TextIO) -> None:
    if shown := report(results, form, __version__):
        print(shown.rstrip("\n"), file=stream)


def _summarise(results: Mapping[Path, Built]) -> None:
    """Write the faults where GitHub shows them under the job; a place that can't be written costs only that."""
    if path := os.environ.get("GITHUB_STEP_SUMMARY"):
        try:
            with Path(path).open("a", encoding="utf-8") as file:
                file.write(step_summary(results))
        except OSError as fault:
            print(f"lifecycle-runner: the step summary can't be written: {fault.strerror}", file=sys.stderr)


def _test(parsed: SimpleNamespace) -> int:
    from runner.scenarios.found import NoScenarios, scenario_files
    from runner.scenarios.processes import begin_to_load, usual_jobs

    try:
        files = scenario_files(parsed.paths)
    except NoScenarios as fault:
        return _failed(CALL_AT_FAULT, str(fault))
    jobs = min(parsed.jobs or usual_jobs(), len(files))
    if jobs > 1:
        begin_to_load()  # beside this process, which has as much to load
    from runner.scenarios.coverage import merged
    from runner.scenarios.files import play_files
    from runner.scenarios.report import render_github, render_json, render_junit, render_text

    gc.freeze()  # what has been imported stays, and need not be walked behind every scenario
    outcome = play_files(files, parsed.pattern, _built_in, jobs)
    if outcome.diagnostics:
        refused = Built(None, list(outcome.diagnostics), outcome.sources)
        _show({Path(): refused}, form_for(sys.stderr, os.environ), sys.stderr)
    render = {"text": render_text, "json": render_json, "github": render_github, "junit": render_junit}[parsed.format]
    is_whole = not parsed.pattern and outcome.played  # of a part of them nobody expects to reach everything
    coverage = merged(each.report() for each in outcome.coverages.values()) if is_whole else None
    print(render(outcome.played, coverage), end="")
    return FINE if outcome.is_fine else CONFIG_AT_FAULT


def _built_in(file: Path, environment: Mapping[str, str]) -> Built:
    """Build a config with another environment; a function that other processes can import."""
    return _built(file, environment=environment)


def _inspect(parsed: SimpleNamespace) -> int:
    import json

    from runner.inspector.asked import NoPage, of_handler, snapshot_of, text_lines

    try:
        snapshot = of_handler(snapshot_of(parsed.page), parsed.handler)
    except ValueError as fault:
        return _failed(CALL_AT_FAULT, str(fault))
    except NoPage as fault:
        return _failed(WORLD_AT_FAULT, str(fault))
    is_json = parsed.format == "json"
    print(json.dumps(snapshot, indent=2, ensure_ascii=False) if is_json else "\n".join(text_lines(snapshot)))
    return FINE


def _explain(parsed: SimpleNamespace) -> int:
    from runner.pages import listing, pages, rendered

    if parsed.slug is None:
        print(listing(), end="")
        return FINE
    if page := pages().get(parsed.slug):
        print(rendered(page), end="")
        return FINE
    return _failed(CALL_AT_FAULT, f"there is no fault `{parsed.slug}`" + _meant(parsed.slug, pages()))


def _meant(word: str, known: Iterable[str]) -> str:
    from runner.config.suggestion import nearest

    near = nearest(word, known)
    return f"; did you mean `{near}`?" if near else ""


def _actions(parsed: SimpleNamespace) -> int:
    from runner.reference import listing, rendered

    actions = load_actions()
    if parsed.name is None:
        print(listing(actions), end="")
        return FINE
    if action := actions.get(parsed.name):
        print(rendered(parsed.name, action), end="")
        return FINE
    return _failed(CALL_AT_FAULT, f"there is no step `{parsed.name}`" + _meant(parsed.name, actions))


def _flows(parsed: SimpleNamespace) -> int:
    import asyncio

    from runner.store.errors import StoreFailed

    file = parsed.file or discovered(os.environ, Path.cwd())
    built = _built(file)
    if built.program is None:
        _show_as_text(file, built)
        return CONFIG_AT_FAULT
    try:
        asyncio.run(_list_flows(built.program.store, file.parent, is_json=parsed.format == "json"))
    except StoreFailed as fault:
        return _failed(WORLD_AT_FAULT, str(fault))
    return FINE


async def _list_flows(store: str, directory: Path, *, is_json: bool) -> None:
    import time

    from runner.waiting import HEADER, waiting_in

    count = 0
    async for found in waiting_in(store, directory, time.time):
        if count == 0 and not is_json:
            print(HEADER)
        print(found.json if is_json else found.line)
        count += 1
    if count == 0 and not is_json:
        print("nothing waits")


def _init(parsed: SimpleNamespace) -> int:
    from runner.init import SCHEMAS, AlreadyThere, template, template_files, write

    known = template_files()
    if parsed.list:
        return _list_templates(known)
    if parsed.template not in known:
        unknown = f"there is no template `{parsed.template}`" + _meant(parsed.template, known)
        return _failed(CALL_AT_FAULT, f"{unknown}; `lifecycle-runner init --list` shows all")
    chosen = template(parsed.template)
    try:
        written = write(chosen, parsed.folder, {kind: _schema_text(kind) for kind in SCHEMAS})
    except AlreadyThere as fault:
        return _failed(CALL_AT_FAULT, str(fault))
    except OSError as fault:
        return _failed(WORLD_AT_FAULT, f"{fault.filename} can't be written: {fault.strerror}")
    print("".join(f"{path}\n" for path in written), end="")
    with_world = f" --world {parsed.folder / chosen.world}" if chosen.world else ""
    print(f"now run: lifecycle-runner {parsed.folder / 'bot.yaml'}{with_world}")
    return FINE


def _list_templates(known: Mapping[str, Path]) -> int:
    from runner.init import summary_of

    width = max(map(len, known))
    for name, bot in known.items():
        print(f"{name:{width}}  {summary_of(bot.read_text(encoding='utf-8'))}")
    return FINE


def _schema(parsed: SimpleNamespace) -> int:
    text = _schema_text("scenario" if parsed.scenarios else "world" if parsed.world else "bot")
    if parsed.output is None:
        print(text, end="")
        return FINE
    try:
        parsed.output.write_text(text, encoding="utf-8")
    except OSError as fault:
        return _failed(WORLD_AT_FAULT, f"{parsed.output} can't be written: {fault.strerror}")
    return FINE


def _schema_text(kind: Literal["bot", "scenario", "world"]) -> str:
    import json

    from runner.config.schema import schema

    if kind == "scenario":
        from runner.scenarios.load import scenario_schema

        made = scenario_schema()
    elif kind == "world":
        from runner.worlds.load import world_schema

        made = world_schema()
    else:
        made = schema(load_actions())
    return json.dumps(made, indent=2, ensure_ascii=False) + "\n"


def _plan(parsed: SimpleNamespace) -> int:
    file = parsed.file or discovered(os.environ, Path.cwd())
    built = _built(file)
    _show_as_text(file, built)
    if built.program is None:
        return CONFIG_AT_FAULT
    token = built.program.token or os.environ.get("DISCORD_TOKEN", "")
    if not token:
        return _failed(CALL_AT_FAULT, "a plan is against what Discord has, so it needs DISCORD_TOKEN")
    import asyncio

    from runner.gateway import TokenRefused, Unreachable
    from runner.registration import preview

    try:
        found = asyncio.run(_previewed(built.program, _on_discord_with(token)))
    except TokenRefused:
        return _failed(WORLD_AT_FAULT, TOKEN_REFUSED)
    except Unreachable as fault:
        return _failed(WORLD_AT_FAULT, f"Discord can't be reached: {fault}")
    print(preview.as_json(found) if parsed.format == "json" else preview.as_text(found))
    return WORLD_AT_FAULT if any(each.failure for each in found) else FINE


async def _previewed(program: "Program", discord: "Discord") -> "list[ScopePreview]":
    from runner.gateway import Gateway
    from runner.registration import preview, wanted_by

    gateway = Gateway(discord.api_url, None, lambda _: None)
    try:
        await gateway.login(discord.token)
        return await preview.preview(gateway, int(gateway.application_id), wanted_by(program))
    finally:
        await gateway.close()


def _on_discord_with(token: str) -> "Discord":
    """Return the Discord that the environment names, with the bot's token."""
    from runner.gateway import DISCORD_API_URL
    from runner.run import Discord

    return Discord((os.environ.get("DISCORD_API_URL") or DISCORD_API_URL).rstrip("/"), token)


def _run(parsed: SimpleNamespace) -> int:
    parsed.file = parsed.file or discovered(os.environ, Path.cwd())
    built = _built(parsed.file)
    _show_as_text(parsed.file, built)
    if built.program is None:
        return CONFIG_AT_FAULT
    token = built.program.token or os.environ.get("DISCORD_TOKEN", "")
    world = None
    if parsed.world is not None:
        if token:
            return _failed(CALL_AT_FAULT, "--world is for the local Discord, and there is a token for the real one")
        world = _loaded_world(parsed.world)
        if world is None:
            return CONFIG_AT_FAULT
    handler = configure(sys.stderr, format=parsed.log_format, level=parsed.log_level, secrets=[token])
    try:
        code, sentence = _serve(parsed, built, token, world)
    finally:
        handler.close()
    return _failed(code, sentence) if sentence else code  # only now, so that it is the last line


def _show_as_text(file: Path, built: Built) -> None:
    _show({file: built}, form_for(sys.stderr, os.environ), sys.stderr)


def _loaded_world(file: Path) -> "World | None":
    """Return the world that a file describes; None if there are faults, which are shown."""
    from runner.emulator.clock import RealClock
    from runner.worlds.load import load_world

    loaded = load_world(file, Path.read_bytes, RealClock())
    if loaded.diagnostics:
        _show_as_text(file, Built(None, list(loaded.diagnostics), loaded.sources))
    return loaded.world


def _serve(parsed: SimpleNamespace, built: Built, token: str, world: "World | None") -> tuple[int, str]:
    """Serve until the end; return the exit code, and why it ended if that was not meant."""
    import asyncio

    from runner.gateway import IntentsRefused, TokenRefused, Unreachable
    from runner.run import BadAddress, Files
    from runner.store.errors import StoreFailed

    files = Files(parsed.file, built, _rebuilding(parsed.file, built), partial(_show_as_text, parsed.file), parsed.poll)
    try:
        if token:
            asyncio.run(_on_discord(files, _on_discord_with(token), parsed.health))
        else:
            from runner.emulator.clock import LeapLoop

            with asyncio.Runner(loop_factory=LeapLoop) as runner:
                runner.run(_on_local_discord(files, parsed.port, world, parsed.health))
    except TokenRefused:
        return WORLD_AT_FAULT, TOKEN_REFUSED
    except IntentsRefused as fault:
        reason = f"Discord refused the bot's intents; switch on in the developer portal, on the page Bot: {fault}"
        return WORLD_AT_FAULT, reason
    except Unreachable as fault:
        return WORLD_AT_FAULT, f"Discord can't be reached: {fault}"
    except BadAddress as fault:
        return CALL_AT_FAULT, f"DISCORD_API_URL: {fault}"
    except StoreFailed as fault:
        return WORLD_AT_FAULT, str(fault)
    except _PortTaken as fault:
        return CALL_AT_FAULT, str(fault)
    return FINE, ""


class _PortTaken(Exception):
    """Somebody can't have the port that they were told to listen on; the message says who, and why not."""


def _rebuilding(path: Path, built: Built) -> Build:
    """Return what builds the file anew when it changes."""

    @cache
    def rebuilder() -> "Rebuilder":
        from runner.incremental import Rebuilder  # a start need not wait for what a change of the file takes

        templates = RecentTemplates()
        return Rebuilder(built, partial(_built, path, templates=templates), templates)

    return lambda read, find, generation: rebuilder().build(read, find, generation)


async def _on_discord(files: "Files", discord: "Discord", health: "Address | None") -> None:
    from runner.run import run, stop_signals

    with stop_signals() as stopping:
        program = files.built.program
        assert program is not None, "a refused config has ended this before"
        serving = partial(_announce, note="")
        async with _probed(health) as readiness:
            await run(program, discord, Log("runner"), serving, stopping, files=files, readiness=readiness)


@asynccontextmanager
async def _probed(address: "Address | None") -> AsyncGenerator["Readiness | None"]:
    """Answer probes at an address, if there is one, with the readiness that is given. Raises `_PortTaken`."""
    if address is None:
        yield None
        return
    from runner.health import Health
    from runner.readiness import Readiness

    log = Log("runner")
    readiness = Readiness(log)
    health = Health(readiness, address)
    try:
        await health.start()
    except OSError as fault:
        raise _PortTaken(f"--health can't listen on {address.url}: {_why_not(fault)}") from None
    try:
        log.info("probes are answered", at=health.url)
        yield readiness
    finally:
        await health.stop()


def _why_not(fault: OSError) -> str:
    """Return why there is no listening at an address; asyncio's own words say the address once more."""
    if fault.errno is not None and fault.errno > 0:
        return os.strerror(fault.errno)
    return fault.strerror or "it is not free"


async def _on_local_discord(files: "Files", port: int, world: "World | None", health: "Address | None" = None) -> None:
    import asyncio

    from runner.emulator.clock import LeapClock, LeapLoop
    from runner.emulator.page import Page
    from runner.emulator.server import LocalDiscord
    from runner.inspector.inspection import Inspection
    from runner.run import Discord

    loop = asyncio.get_running_loop()
    assert isinstance(loop, LeapLoop), "made by the caller"
    local = LocalDiscord(clock=LeapClock(loop), port=port, world=world)
    inspection = Inspection(local.clock.now)
    page = Page(local, inspection, loop.leap)
    try:
        await local.start()
    except OSError as fault:
        why = fault.strerror or "it is not free"
        raise _PortTaken(f"the local Discord can't listen on port {port}: {why}") from None
    try:
        note = f", page {page.url}, API {local.base_url}"
        async with _probed(health) as readiness:
            await _inspected(files, Discord(local.base_url, local.token), note, inspection, readiness)
    finally:
        await local.stop()


async def _inspected(
    files: "Files", discord: "Discord", note: str, inspection: "Inspection", readiness: "Readiness | None"
) -> None:
    """Serve on the local Discord, with somebody who looks on and may restart the bot."""
    import asyncio

    from runner.run import run, stop_signals

    def serving(running: "Running") -> None:
        inspection.running = running
        _announce(running, note)

    with stop_signals() as told:
        while not told.done():
            stopping: asyncio.Future[None] = asyncio.get_running_loop().create_future()
            stop = partial(_stop, stopping)
            told.add_done_callback(stop)
            inspection.on_restart = stop
            program = files.built.program
            assert program is not None, "a refused config has ended this before"
            await run(
                program,
                discord,
                Log("runner"),
                serving,
                stopping,
                files=files,
                now=inspection.recorder.now,
                is_real_time=False,  # the clock may leap, and a loop that stands still is the local Discord's as well
                observer=inspection.recorder,
                readiness=readiness,
            )
            inspection.running = None
            told.remove_done_callback(stop)
            files = _anew(files)


def _anew(files: "Files") -> "Files":
    """Return the files as they are now, for another start; as they were, if they can't be built any more."""
    from dataclasses import replace

    before = files.built.program
    built = files.build(read_bounded, found_on_disk, before.generation + 1 if before is not None else 1)
    files.report(built)
    return files if built.program is None else replace(files, built=built)


def _stop(stopping: "asyncio.Future[None]", _: object = None) -> None:
    if not stopping.done():
        stopping.set_result(None)


def _announce(running: "Running", note: str) -> None:
    import asyncio

    program = running.engine.program
    commands = program.commands_count
    plural = "s" if commands != 1 else ""
    print(f"serving {commands} command{plural}, generation {program.generation}{note}", flush=True)
    asyncio.get_running_loop().call_later(TIDY_AFTER_S, _tidy)


def _tidy() -> None:
    """Turn garbage collection on, for what is made from now on."""
    gc.collect()
    gc.freeze()  # what is there now stays; collections need not walk it
    gc.set_threshold(*GC_THRESHOLDS)
    gc.enable()


_VERBS: Mapping[str, Verb] = {
    "run": _run,
    "validate": _validate,
    "test": _test,
    "inspect": _inspect,
    "plan": _plan,
    "explain": _explain,
    "actions": _actions,
    "flows": _flows,
    "init": _init,
    "schema": _schema,
}

_ARGUMENTS: "Mapping[str, tuple[str, Callable[[argparse.ArgumentParser], None]]]" = {
    "run": ("run the bot; the word may be left out", _run_arguments),
    "validate": ("check files without running anything", _validate_arguments),
    "test": ("play scenario files on the local Discord, in virtual time", _test_arguments),
    "inspect": ("show what a bot on the local Discord did last", _inspect_arguments),
    "plan": ("show what registering would change, and change nothing", _plan_arguments),
    "explain": ("say what a fault means, or list all of them", _explain_arguments),
    "actions": ("list the steps, or print the reference of one", _actions_arguments),
    "flows": ("list the runs that wait: for whom, where, until when", _flows_arguments),
    "init": ("write a bot to begin with", _init_arguments),
    "schema": ("print the JSON Schema of bot.yaml, for editors", _schema_arguments),
}
