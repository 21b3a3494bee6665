"""The contract that every module in `runner/actions` keeps, held against what its own example does on the wire."""

import ast
import re
from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from textwrap import dedent, indent
from typing import Any, cast

import pytest

from runner.actions.action import Action, Repeats
from runner.build import build
from runner.compile import CompiledStep, Program
from runner.emulator.journal import WireEntry
from runner.emulator.messages import Upload
from runner.emulator.trace import Trace
from runner.emulator.world import Channel, Emoji, Poll, ScheduledEvent, Webhook
from runner.fields import fields_of
from runner.lifecycle.limits import CallbackType, ChannelType
from runner.lifecycle.machine import Call, Event, Origin, Refusal, State, Transition, advance
from runner.templates.types import is_optional
from tests.actions.channels import channel
from tests.actions.web import Elsewhere, elsewhere
from tests.conftest import Bot, StartBot, actions, compiled

ROOT = Path(__file__).parents[1]
FOLDER = ROOT / "runner/actions"
MODULES = {path.stem.rstrip("_"): path for path in sorted(FOLDER.glob("[a-z]*.py")) if path.stem != "action"}
ACTIONS = [pytest.param(name, actions()[name], id=name) for name in MODULES]

COMMAND = "commands:\n  it:\n    description: It\n    steps:\n"
COMPONENT = """\
commands:
  ask: {description: Ask, reply: {content: Ready?, components: [it]}}
components:
  it:
    button: {label: It}
    steps:
"""
MODALS = "modals: {feedback: {title: Feedback, fields: {subject: Subject}, reply: Thanks}}\n"
PICTURE = "    options: {picture: {type: attachment, description: It, required: true}}\n"
STATE = {"points": "{type: integer, default: 0}", "queue": "{type: list, items: user}"}
RECORDS = {"tickets": "{fields: {owner: user, subject: string, status: string}}"}
FLOWS = "flows: {greet: {params: {name: string}, steps: [{return: 'Hello,{{ params.name }}'}]}}\n"
AFTER = "- reply: After"
EXAMPLE = 123456789012345678
"""The id of whatever examples name by one."""

ELSEWHERE = "https://api.example.com"
"""Another server than Discord's, as examples have it."""


def example_of(action: type[Action]) -> str:
    """Return the steps in the `Example:` block of an action's docstring."""
    found = re.search(r"\n    Example:\n((?: {8}.*\n)+)", f"{action.__doc__}\n")
    assert found is not None, "the docstring has no `Example:` block"
    return dedent(found[1])


def is_for_components(action: type[Action]) -> bool:
    """Tell whether the action, or its example, makes sense in the handler of a component only."""
    if "{{ message." in example_of(action):
        return True
    return action.effect is not None and isinstance(advance(Origin.COMMAND, State.RECEIVED, action.effect), Refusal)


def bot_of(action: type[Action]) -> str:
    """Return a bot that runs the action's example, and a reply behind it where something can stand there."""
    steps = example_of(action) + ("" if action.ends else AFTER + "\n")
    modals = MODALS if "modal: feedback" in steps else ""
    flows = FLOWS if "flow: greet" in steps else ""
    kind = COMPONENT if is_for_components(action) else COMMAND
    kind = kind.replace("    steps:\n", f"{PICTURE}    steps:\n") if "options.picture" in steps else kind
    hosts = "http: api.example.com\n" if ELSEWHERE in steps else ""
    return hosts + modals + flows + _kept(steps) + kind + indent(steps, "      ")


def _kept(steps: str) -> str:
    """Return the sections that declare what the steps keep."""
    sections = {"state": (STATE, r"\bstate: (\w+)"), "records": (RECORDS, r"\b(?:into|in|from): (\w+)")}
    lines = ""
    for section, (declared, pattern) in sections.items():
        names = set(re.findall(pattern, steps)) & declared.keys()
        lines += f"{section}: {{{', '.join(f'{name}: {declared[name]}' for name in sorted(names))}}}\n" if names else ""
    return lines


def steps_of(program: Program) -> Sequence[CompiledStep]:
    """Return the compiled steps of the handler `it`."""
    handler = program.commands.get("it") or program.components["it"]
    return handler.steps.items


def events_of(step: CompiledStep) -> list[Event]:
    """Return what a step declares to do to the interaction; of branches, what the first one does."""
    own = [] if step.action.effect is None else [step.action.effect]
    return own + [
        event for branch in step.action.branches()[:1] for inner in branch.items for event in events_of(inner)
    ]


def declared_calls(program: Program) -> list[Call]:
    """Return the calls that the declarations of the steps lead to, by the lifecycle machine."""
    origin = Origin.COMPONENT if program.components else Origin.COMMAND
    state, made = State.RECEIVED, list[Call]()
    for step in steps_of(program):
        events = events_of(step)
        if step.is_slow and state is State.RECEIVED:
            events.insert(0, Event.DEFER_UPDATE if origin is Origin.COMPONENT else Event.DEFER)
        for event in events:
            outcome = advance(origin, state, event)
            assert isinstance(outcome, Transition)
            state = outcome.state
            made.append(outcome.call)
        if step.waits is not None:
            break  # what is behind it is another interaction
    return made


def call_of(entry: WireEntry) -> Call | None:
    """Return which call on an interaction an exchange is."""
    if "/callback" in entry.route:
        body = cast(Mapping[str, Any], entry.request)  # Any: JSON
        (call,) = (call for call in Call if call.callback_type is CallbackType(body["type"]))
        return call
    if "/webhooks/" in entry.route and entry.interaction_id is not None:
        return Call.EDIT_ORIGINAL if entry.method == "PATCH" else Call.FOLLOW_UP
    return None


@dataclass(frozen=True)
class Ran:
    """One run of an example: what its user saw, and the HTTP exchanges of it."""

    trace: Trace
    exchanges: list[WireEntry]
    took_s: float
    called: int = 0


@pytest.fixture
async def other() -> AsyncIterator[Elsewhere]:
    """Give a test another server, for the actions that call one."""
    async with elsewhere() as made:
        yield made


def there(text: str, other: Elsewhere) -> str:
    """Return a bot that calls the other server instead of the one in the example."""
    allowed = f"http: {{allow: '{other.host}', private: true}}"
    return text.replace(ELSEWHERE, other.url).replace("http: api.example.com", allowed)


async def run_example(bot: Bot, other: Elsewhere | None = None) -> Ran:
    """Start the handler `it` and wait for its end."""
    asked = None if "it" in bot.engine.program.commands else await bot.ran("ask")
    if asked and steps_of(bot.engine.program)[0].name == "end_poll":
        give_poll(bot, asked.messages[0].id)
    give_webhook(bot)
    give_event(bot)
    give_emoji(bot)
    give_announcements(bot)
    before = len(bot.local.wire)
    options: dict[str, Any] = {"picture": Upload(0, "it.gif", "image/gif", b"GIF89a")} if takes_picture(bot) else {}
    trace = bot.click(asked.messages[0].id, "it") if asked else bot.command("it", **options)
    await bot.idle()
    sent = [entry for entry in [*bot.local.wire][before:] if entry.kind == "http"]
    made = [entry for entry in sent if entry.route != "/gateway"]  # a spare connection that is kept warm
    return Ran(trace, made, bot.line()["total_ms"] / 1000, len(other.asked) if other else 0)


def give_poll(bot: Bot, message_id: int) -> None:
    """Make a message of the bot's a poll."""
    message = bot.local.world.message(message_id)
    assert message is not None
    answers = [{"answer_id": 1, "poll_media": {"text": "Yes"}}, {"answer_id": 2, "poll_media": {"text": "No"}}]
    message.poll = Poll(question={"text": "Shall we?"}, answers=answers, ends_at=bot.local.clock.now() + 3600)


def give_webhook(bot: Bot) -> None:
    """Give the bot a webhook of its own with the id that examples have."""
    world = bot.local.world
    (guild_id,), channel_id = world.guilds, channel(bot, "general").id
    world.webhooks[EXAMPLE] = Webhook(
        id=EXAMPLE, name="News", guild_id=guild_id, channel_id=channel_id, user_id=world.bot_id, token="a" * 60
    )


def give_event(bot: Bot) -> None:
    """Give the server a scheduled event of the bot's with the id that examples have."""
    world = bot.local.world
    ((guild_id, guild),) = world.guilds.items()
    guild.events[EXAMPLE] = ScheduledEvent(
        id=EXAMPLE,
        guild_id=guild_id,
        creator_id=world.bot_id,
        name="Game night",
        entity_type=2,
        channel_id=channel(bot, "Lounge").id,
        starts_at=bot.local.clock.now() + 3600,
    )


def give_emoji(bot: Bot) -> None:
    """Give the server an emoji of the bot's with the id that examples have."""
    world = bot.local.world
    (guild,) = world.guilds.values()
    guild.emojis[EXAMPLE] = Emoji(id=EXAMPLE, name="party", user_id=world.bot_id)


def give_announcements(bot: Bot) -> None:
    """Give the server an announcement channel with the id that examples have."""
    (guild_id,) = bot.local.world.guilds
    bot.local.world.channels[EXAMPLE] = Channel(
        id=EXAMPLE, type=ChannelType.GUILD_ANNOUNCEMENT, name="news", guild_id=guild_id
    )


def takes_picture(bot: Bot) -> bool:
    """Tell whether the handler `it` takes a picture."""
    found = bot.engine.program.commands.get("it")
    return found is not None and "picture" in found.options


async def answered(bot: Bot, asked: Trace) -> Trace:
    """Return the answer to what a step has asked: a form that is filled in, or the first button."""
    if asked.modal is not None:
        fields = (row["component"]["custom_id"] for row in asked.modal["components"])
        return await bot.submitted(asked, **dict.fromkeys(fields, "x"))
    message = asked.messages[0].id
    return await bot.pressed(message, bot.usable(message)[0]["label"])


def test_the_folder_is_the_registry() -> None:
    assert set(actions()) == set(MODULES)


@pytest.mark.parametrize("path", MODULES.values(), ids=MODULES)
def test_a_module_holds_one_action_and_nothing_else_that_is_public(path: Path) -> None:
    tree = ast.parse(path.read_text(encoding="utf-8"))
    classes = [node.name for node in tree.body if isinstance(node, ast.ClassDef)]
    public = [node.name for node in tree.body if isinstance(node, ast.FunctionDef) and not node.name.startswith("_")]
    assert len(classes) == 1
    assert public == []


@pytest.mark.parametrize("name", MODULES)
def test_a_module_and_its_docstring_bear_the_actions_name(name: str) -> None:
    module = ast.parse(MODULES[name].read_text(encoding="utf-8"))
    assert (ast.get_docstring(module) or "").startswith(f"`{name}`: ")


@pytest.mark.parametrize("name", MODULES)
def test_nothing_else_in_the_tree_imports_an_action(name: str) -> None:
    module = f"runner.actions.{MODULES[name].stem}"
    sources = [path.read_text(encoding="utf-8") for path in (ROOT / "runner").rglob("*.py")]
    assert [text for text in sources if f"from {module} import" in text or f"import {module}" in text] == []


@pytest.mark.parametrize(("name", "action"), ACTIONS)
def test_an_action_is_summarised_in_one_sentence_or_two(name: str, action: type[Action]) -> None:
    summary = (action.__doc__ or "").partition("\n")[0]
    assert re.fullmatch(r"[A-Z].+\.", summary), name


@pytest.mark.parametrize(("name", "action"), ACTIONS)
def test_every_option_is_described_in_a_sentence(name: str, action: type[Action]) -> None:
    assert [field.name for field in fields_of(action) if not field.description.endswith(".")] == [], name


@pytest.mark.parametrize(("name", "action"), ACTIONS)
def test_an_action_has_tests_of_its_own(name: str, action: type[Action]) -> None:
    file = ROOT / "tests/actions" / f"test_{MODULES[name].stem}.py"
    assert "def test_" in file.read_text(encoding="utf-8"), action


@pytest.mark.parametrize(("name", "action"), ACTIONS)
def test_an_example_is_a_valid_step_of_that_action(name: str, action: type[Action]) -> None:
    built = build(Path("bot.yaml"), lambda _: bot_of(action).encode(), {}, actions())
    assert built.diagnostics == []
    assert built.program is not None
    assert steps_of(built.program)[0].name == name


@pytest.mark.parametrize(("name", "action"), ACTIONS)
async def test_the_declared_effect_is_the_observed_one(
    name: str, action: type[Action], bot: StartBot, other: Elsewhere
) -> None:
    ran = await run_example(await bot(there(bot_of(action), other)), other)
    seen = [call for entry in ran.exchanges if (call := call_of(entry)) is not None]
    declared = declared_calls(compiled(bot_of(action)))
    assert seen == (declared or [Call.CALLBACK_REPLY]), name  # without any effect, the engine answers by itself
    assert ran.trace.refused == []
    assert ran.trace.acknowledgements == 1


@pytest.mark.parametrize(("name", "action"), ACTIONS)
async def test_an_action_that_changes_something_outside_says_what_it_means_to_do_it_twice(
    name: str, action: type[Action], bot: StartBot, other: Elsewhere
) -> None:
    ran = await run_example(await bot(there(bot_of(action), other)), other)
    changed = [entry for entry in ran.exchanges if call_of(entry) is None and entry.method != "GET"]
    assert not changed or action.repeats is not Repeats.FREE, name


@pytest.mark.parametrize(("name", "action"), ACTIONS)
async def test_only_an_action_that_says_so_leaves_the_process(
    name: str, action: type[Action], bot: StartBot, other: Elsewhere
) -> None:
    ran = await run_example(await bot(there(bot_of(action), other)), other)
    called = [entry.route for entry in ran.exchanges if call_of(entry) is None]
    declared_s = steps_of(compiled(bot_of(action)))[0].action.takes_s()
    assert bool(called or ran.called or ran.took_s > 0.5) is (declared_s > 0), name
    assert ran.took_s <= declared_s + 0.5


@pytest.mark.parametrize(("name", "action"), ACTIONS)
async def test_nothing_runs_behind_an_action_that_ends(
    name: str, action: type[Action], bot: StartBot, other: Elsewhere
) -> None:
    ran = await run_example(await bot(there(bot_of(action), other)), other)
    said = [message.content for message in ran.trace.messages]
    waits = steps_of(compiled(bot_of(action)))[0].waits
    assert ("After" in said) is (action.ends is None and waits is None), name


@pytest.mark.parametrize(("name", "action"), ACTIONS)
async def test_an_action_gives_the_outputs_that_it_declares(
    name: str, action: type[Action], bot: StartBot, other: Elsewhere
) -> None:
    if not action.outputs:
        return
    text = bot_of(action).replace(f"- {name}:", f"- id: it\n        {name}:", 1)
    shown = "{% for name in steps.it %}{{ name }}{{ '?' if steps.it[name] is none else '' }} {% endfor %}"
    made = await bot(there(text.replace(AFTER, f'- reply: "{shown}"'), other))
    ran = await run_example(made)
    program = compiled(bot_of(action))
    if steps_of(program)[0].waits is not None:
        ran = replace(ran, trace=await answered(made, ran.trace))
    given = steps_of(program)[0].action.gives(program.declarations)
    said = set(ran.trace.messages[-1].content.split())
    assert {word.rstrip("?") for word in said} == set(given) >= set(action.outputs)
    assert {word.rstrip("?") for word in said if word.endswith("?")} <= {
        n for n, type_ in given.items() if is_optional(type_)
    }
