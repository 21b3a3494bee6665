"""Packs: parts of a bot with files, inputs and names of their own, so that many of them run together in one bot."""

import os
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest

from runner.actions.action import load_actions
from runner.build import Built, build
from runner.compile import Program
from runner.compile.program import Check
from runner.config.document import Document
from runner.config.include import FILES_MAX
from runner.config.packs.expand import DEPTH_MAX, PACKS_MAX, SHIPPED
from runner.config.packs.names import OWN, SECTIONS, VISIBLE
from runner.diagnostics import Diagnostic, Severity
from runner.diagnostics.text import render_text
from runner.fields import fields_of
from runner.templates.qualified import PRIVATE

ROOT = Path(__file__).parent.parent.parent
ACTIONS = load_actions()
POINTS = (Path(__file__).parent / "packs" / "points.yaml").read_text()
FILES = {"points.yaml": POINTS, "levels.json": '["bronze"]'}
TWO = """
use:
  - {pack: points.yaml, with: {title: Points}}
  - {pack: points.yaml, as: vip, with: {title: Stars, amount: 5}, rename: {points: stars, gift: g, later: l, never: n}}
"""


def built(files: Mapping[str, str], environment: Mapping[str, str] | None = None, *, is_tried: bool = False) -> Built:
    """Build `bot.yaml` of a set of files."""

    def read(path: Path) -> bytes:
        try:
            return files[os.path.normpath(path)].encode()
        except KeyError:
            raise FileNotFoundError(2, "No such file or directory") from None

    return build(Path("bot.yaml"), read, environment or {}, ACTIONS, is_tried=is_tried)


def program(files: Mapping[str, str], environment: Mapping[str, str] | None = None) -> Program:
    """Build `bot.yaml` of a set of files, which have no faults."""
    found = built(files, environment)
    assert found.diagnostics == [], render_text(found.diagnostics, found.sources, color=False)
    assert found.program is not None
    return found.program


def faults(files: Mapping[str, str]) -> list[Diagnostic]:
    return built(files).diagnostics


def said(found: Diagnostic) -> tuple[str, str]:
    """Return the slug of a fault, and where it is."""
    return found.slug, f"{found.span.file}:{found.span.line}:{found.span.column}"


def command(reply: str, more: str = "") -> str:
    return f"commands:\n  ping: {{description: Say, reply: {reply}{more}}}\n"


def text_of(made: Program, name: str = "ping") -> str:
    """Return what a command replies, where that is fixed."""
    return str(made.commands[name].steps.items[0].action.message.content)


def asked(made: Program) -> list[Check]:
    """Return the checks that `ping` asks, those inside of others last."""
    guard = made.commands["ping"].guard
    assert guard is not None
    found: list[Check] = list(guard.checks.items)
    for check in found:  # it grows while it is read
        found += check.all_of
    return found


def test_two_uses_of_one_pack_have_nothing_in_common() -> None:
    made = program({"bot.yaml": TWO, **FILES})
    for names, own in (
        (made.components, ("more", "spend")),
        (made.modals, ("ask",)),
        (made.flows, ("give",)),
        (made.schedules, ("round",)),
        (made.variables, ("unit",)),
        (made.data, ("levels",)),
        (made.declarations.state, ("points", "rounds")),
        (made.declarations.records, ("gifts",)),
    ):
        assert list(names) == [f"{pack}.{name}" for pack in ("points", "vip") for name in own]
    assert list(made.commands) == ["points", "gift", "later", "never", "stars", "g", "l", "n"]


def test_the_ids_of_buttons_come_of_what_the_pack_is_called_and_of_nothing_else() -> None:
    first, second = program({"bot.yaml": TWO, **FILES}), program({"bot.yaml": TWO.replace("Stars", "Moons"), **FILES})
    assert [*first.components] == [f"{pack}.{name}" for pack in ("points", "vip") for name in ("more", "spend")]
    assert [*first.components] == [*second.components]


def test_every_key_of_a_file_is_a_packs_own_or_the_bots() -> None:
    """A new section has to be put into one of these sets, or a pack would bring it in silently in no way at all."""
    assert {field.name for field in fields_of(Document)} == SECTIONS | VISIBLE | OWN | {"defaults"}
    assert {"data", "state", "vars", "inputs"} == set(PRIVATE)


def test_an_input_is_put_in_with_its_type_and_may_leave_a_key_out() -> None:
    pack = """
    inputs:
      long: {type: duration, default: 2m}
      hidden: {type: boolean, default: false}
      who: {type: user, required: false}
      may: {type: list, items: string, default: [manage_messages]}
    checks: {some: {users: "${inputs.who}", permissions: "${inputs.may}"}}
    commands:
      ping:
        description: "It is ${inputs.long}"
        check: some
        timeout: "${inputs.long}"
        reply: {content: a, ephemeral: "${inputs.hidden}"}
    """
    made = program({"bot.yaml": "use: pack.yaml", "pack.yaml": pack})
    assert made.commands["ping"].timeout_s == 120.0
    assert made.commands["ping"].steps.items[0].action.ephemeral is False
    assert made.registered[0].payload["description"] == "It is 2m"
    assert asked(made)[-1].users == frozenset()
    given = "use: [{pack: pack.yaml, with: {who: '100000000000000001', hidden: true, may: [kick_members]}}]"
    made = program({"bot.yaml": given, "pack.yaml": pack})
    assert made.commands["ping"].steps.items[0].action.ephemeral is True
    assert asked(made)[-1].users == {"100000000000000001"}


def test_what_the_bot_gives_means_what_it_means_there() -> None:
    """A name or a template that stands for an input is the bot's: so a pack is given checks, flows and values."""
    pack = """
    inputs:
      guard: {type: check, default: own}
      done: {type: flow, default: own}
      greeting: {type: string, default: "{{ vars.word }}"}
    vars: {word: pack}
    checks: {own: {if: user.is_bot, denied: pack}}
    flows: {own: {steps: [{log: pack}]}}
    commands:
      ping:
        description: Say
        check: "${inputs.guard}"
        steps: [{run: "${inputs.done}"}, {reply: "${inputs.greeting}"}]
    """
    bot = """
    use: [{pack: pack.yaml, with: {guard: own, done: own, greeting: "{{ vars.word }}"}}]
    vars: {word: bot}
    checks: {own: {if: user.is_bot, denied: bot}}
    flows: {own: {steps: [{log: bot}]}}
    """
    alone, given = (
        program({"bot.yaml": "use: pack.yaml", "pack.yaml": pack}),
        program({"bot.yaml": bot, "pack.yaml": pack}),
    )
    assert [asked(made)[-1].denied for made in (alone, given)] == ["pack", "bot"]
    assert [made.commands["ping"].steps.items[0].flow for made in (alone, given)] == ["pack.own", "own"]
    renders = [made.commands["ping"].steps.items[1].render for made in (alone, given)]
    words = [render({"vars": given.variables}).message.content for render in renders if render is not None]
    assert words == ["pack", "bot"]


@pytest.mark.parametrize(
    "template",
    ["{{ vars.word }}", "{{ vars['word'] }}", "{{ state.count }}", "{{ data.words }}", "{{ inputs.other }}"],
)
def test_a_pack_reads_nothing_of_the_bot(template: str) -> None:
    bot = """
    use: pack.yaml
    vars: {word: secret}
    data: {words: words.json}
    state: {count: {type: integer}}
    """ + command("'{{ vars.word }} {{ state.count }} {{ data.words }}'").replace("ping", "pong")
    pack = "vars: {own: a}\nstate: {own: {type: integer}}\ndata: {own: words.json}\n"
    pack += "inputs: {own: {type: string, default: a}}\n"
    pack += command(
        "'" + template.replace("'", "''") + " {{ vars.own }} {{ state.own }} {{ data.own }} {{ inputs.own }}'"
    )
    files = {"bot.yaml": bot.replace("\n    ", "\n"), "pack.yaml": pack, "words.json": '"a"'}
    found = faults(files)
    assert [fault.slug for fault in found] == ["template-unknown-attribute"]
    assert found[0].span.file == "pack.yaml"
    assert found[0].fix == "it has `own`"


@pytest.mark.parametrize("read", ["vars['pack.own']", "state['pack.own']", "vars.pack.own"])
def test_a_bot_reads_nothing_of_a_pack(read: str) -> None:
    pack = "vars: {own: a}\nstate: {own: {type: integer}}\n" + command('"{{ vars.own }} {{ state.own }}"')
    bot = 'use: pack.yaml\ncommands: {pong: {description: Say, reply: "{{ ' + read + ' }}"}}'
    assert [fault.slug for fault in faults({"bot.yaml": bot, "pack.yaml": pack})] == ["template-unknown-attribute"]


def test_all_vars_of_a_pack_are_its_own_ones() -> None:
    pack = "vars: {a: 1, b: 2}\n" + command('"{{ vars | tojson }} {{ vars[user.name] }}"')
    made = program(
        {
            "bot.yaml": "use: pack.yaml\nvars: {c: 3}\n" + command('"{{ vars.c }}"').replace("ping", "pong"),
            "pack.yaml": pack,
        }
    )
    render = made.commands["ping"].steps.items[0].render
    assert render is not None
    assert render({"vars": made.variables, "user": {"name": "b"}}).message.content == '{"a": 1, "b": 2} 2'


def test_what_let_sets_in_a_pack_is_its_own() -> None:
    pack = "commands: {ping: {description: Say, steps: [{let: {word: a}}, {reply: '{{ vars.word }}'}]}}"
    made = program({"bot.yaml": "use: pack.yaml", "pack.yaml": pack})
    assert list(made.commands["ping"].steps.items[0].action.values) == ["pack.word"]


def test_the_keys_of_what_is_to_come_are_a_packs_own() -> None:
    pack = """
    flows: {it: {steps: [{log: a}]}}
    commands:
      ping:
        description: Say
        steps:
          - {id: planned, schedule: {flow: it, after: 1m, key: "it {{ user.id }}"}}
          - cancel_schedule: "it {{ user.id }}"
          - cancel_schedule: "{{ steps.planned.key }}"
          - {schedule: {flow: it, after: 1m, key: fixed}}
          - reply: a
    """
    steps = program({"bot.yaml": "use: pack.yaml", "pack.yaml": pack}).commands["ping"].steps.items
    context = {"user": {"id": "1"}, "steps": {"planned": {"key": "pack.it 1"}}}
    keys = [step.render(context).key for step in steps[:3] if step.render is not None]
    assert keys == ["pack.it 1"] * 3
    assert steps[3].action.key == "pack.fixed"


def test_a_bot_runs_a_flow_of_a_pack_by_the_names_of_both() -> None:
    pack = "flows: {greet: {params: {name: string}, result: string, steps: [{return: 'Hello {{ params.name }}'}]}}"
    steps = "[{id: said, run: {flow: pack.FLOW, with: WITH}}, {reply: '{{ steps.said.result }}'}]"
    bot = f"use: pack.yaml\ncommands: {{ping: {{description: Say, steps: {steps}}}}}"
    files = {"bot.yaml": bot.replace("FLOW", "greet").replace("WITH", "{name: Robin}"), "pack.yaml": pack}
    assert program(files).commands["ping"].steps.items[0].flow == "pack.greet"
    wrong = faults({**files, "bot.yaml": bot.replace("FLOW", "gret").replace("WITH", "{name: Robin}")})
    assert [(fault.slug, fault.fix) for fault in wrong] == [("undefined-flow", "did you mean `pack.greet`?")]
    lacking = faults({**files, "bot.yaml": bot.replace("FLOW", "greet").replace("WITH", "{}")})
    assert [fault.slug for fault in lacking] == ["missing-param"]


def test_defaults_of_a_pack_are_those_of_its_own_handlers() -> None:
    pack = """
    defaults: {timeout: 7s, on_error: [{reply: "{{ vars.sorry }}"}]}
    vars: {sorry: Sorry}
    commands: {ping: {description: Say, reply: a}, quick: {description: Say, timeout: 3s, reply: a}}
    """
    bot = "use: pack.yaml\ndefaults: {timeout: 9s, on_timeout: [{reply: late}]}\n"
    bot += command("a").replace("ping", "pong")
    made = program({"bot.yaml": bot, "pack.yaml": pack})
    assert {name: each.timeout_s for name, each in made.commands.items()} == {"pong": 9.0, "ping": 7.0, "quick": 3.0}
    assert [each.on_error is not None for each in made.commands.values()] == [False, True, True]
    assert all(each.on_timeout is not None for each in made.commands.values())


def test_a_bot_that_is_a_pack_says_nothing_of_who_the_other_bot_is() -> None:
    pack = "version: 1\nstore: memory\nbot: {token: '${TOKEN}', guilds: ['100000000000000001']}\n" + command("a")
    made = program({"bot.yaml": "use: pack.yaml", "pack.yaml": pack}, {"TOKEN": "x"})
    assert (made.token, made.guilds) == ("", ())
    assert made.store.startswith("sqlite:")


def test_the_environment_is_read_in_packs_and_for_their_inputs() -> None:
    steps = "[{send: {channel: '${inputs.to}', content: '${WORD}'}}, {reply: a}]"
    pack = f"inputs: {{to: channel}}\ncommands: {{ping: {{description: Say, steps: {steps}}}}}"
    files = {"bot.yaml": "use: [{pack: pack.yaml, with: {to: '${ROOM:-#general}'}}]", "pack.yaml": pack}
    action = program(files, {"WORD": "Hello", "ROOM": "#staff"}).commands["ping"].steps.items[0].action
    assert (action.channel, action.message.content) == ("#staff", "Hello")
    assert [said(fault) for fault in faults(files)] == [("unset-variable", "pack.yaml:2:88")]


def test_a_pack_may_use_packs() -> None:
    files = {
        "bot.yaml": "use: [{pack: packs/outer.yaml, with: {word: Hello}}]",
        "packs/outer.yaml": "inputs: {word: string}\n"
        + "use: [{pack: inner.yaml, as: mine, with: {text: '${inputs.word}'}}]\n"
        + command("b").replace("ping", "pong").replace("reply: b", "steps: [{run: mine.say}, {reply: b}]"),
        "packs/inner.yaml": "inputs: {text: string}\nflows: {say: {steps: [{log: '{{ inputs.text }}'}]}}\n"
        + command('"${inputs.text}"'),
    }
    made = program(files)
    assert text_of(made) == "Hello"
    assert list(made.flows) == ["outer.mine.say"]
    assert made.commands["pong"].steps.items[0].flow == "outer.mine.say"
    assert dict(made.inputs) == {"outer.word": "Hello", "outer.mine.text": "Hello"}


def nested(depth: int) -> dict[str, str]:
    """Return packs that use each other, `depth` of them."""
    uses = {f"p{n}.yaml": f"use: p{n + 1}.yaml\n" for n in range(1, depth)}
    return {"bot.yaml": "use: p1.yaml", **uses, f"p{depth}.yaml": command("a")}


def test_packs_use_each_other_so_deep_and_no_deeper() -> None:
    assert text_of(program(nested(DEPTH_MAX))) == "a"
    assert [said(fault) for fault in faults(nested(DEPTH_MAX + 1))] == [("packs-too-deep", f"p{DEPTH_MAX}.yaml:1:6")]


def many(outer: int, inner: int) -> dict[str, str]:
    uses = "".join(f"- {{pack: outer.yaml, as: a{n}}}\n" for n in range(outer))
    inside = "".join(f"- {{pack: inner.yaml, as: b{n}}}\n" for n in range(inner))
    return {"bot.yaml": f"use:\n{uses}", "outer.yaml": f"use:\n{inside}", "inner.yaml": "version: 1\n"}


def test_a_bot_uses_so_many_packs_and_no_more() -> None:
    assert faults(many(PACKS_MAX // 10, 9)) == []
    assert [fault.slug for fault in faults(many(PACKS_MAX // 10 + 1, 9))] == ["too-many-packs"]


def test_packs_have_so_many_files_and_no_more() -> None:
    parts = ", ".join(f"p{n}.yaml" for n in range(99))
    files = {f"p{n}.yaml": "version: 1\n" for n in range(99)}
    uses = FILES_MAX // 100
    bot = "use:\n" + "".join(f"- {{pack: pack.yaml, as: a{n}}}\n" for n in range(uses))
    files |= {"pack.yaml": f"include: [{parts}]\n"}
    assert [fault.slug for fault in faults({"bot.yaml": bot, **files})] == ["too-many-packs"]
    assert faults({"bot.yaml": bot.replace(f"- {{pack: pack.yaml, as: a{uses - 1}}}\n", ""), **files}) == []


def test_a_fault_in_a_pack_is_said_once_at_its_place_and_where_the_pack_is_used() -> None:
    files = {**FILES, "points.yaml": POINTS.replace("vars.unit }}, ", "vars.unti }}, ")}
    (fault,) = faults({"bot.yaml": TWO, **files})
    line = next(n for n, text in enumerate(files["points.yaml"].splitlines(), 1) if "vars.unti" in text)
    assert (fault.span.file, fault.span.line) == ("points.yaml", line)
    assert files["points.yaml"].splitlines()[line - 1][fault.span.column - 1 :].startswith("unti")
    assert (fault.headline, fault.fix) == ("`vars` has no `unti`", "did you mean `unit`?")
    assert [(mark.span.file, mark.label) for mark in fault.marks] == [("bot.yaml", "used here as `points`")]


def test_what_an_input_is_for_is_said_where_it_is_missing() -> None:
    pack = "inputs: {word: {type: string, description: How to greet.}}\n" + command("'${inputs.word}'")
    (fault,) = faults({"bot.yaml": "use: pack.yaml\n", "pack.yaml": pack})
    assert (fault.slug, fault.why) == ("missing-input", "how to greet; it has no default")


def test_misspelt_names_in_a_pack_are_compared_with_its_own() -> None:
    pack = "checks: {staff: {permissions: manage_messages}}\n" + command("a", ", check: stafff")
    found = faults(
        {"bot.yaml": "use: pack.yaml\nchecks: {stafff: {permissions: manage_messages}}\n", "pack.yaml": pack}
    )
    errors = [fault for fault in found if fault.severity is Severity.ERROR]
    assert [(fault.slug, fault.headline, fault.fix) for fault in errors] == [
        ("undefined-check", "there is no check `stafff`", "did you mean `staff`?")
    ]


def test_what_a_pack_has_and_does_not_use_is_told_where_it_is_checked_by_itself() -> None:
    pack = "checks: {staff: {permissions: manage_messages}}\n" + command("a")
    assert faults({"bot.yaml": "use: pack.yaml", "pack.yaml": pack}) == []
    assert [fault.slug for fault in faults({"bot.yaml": pack})] == ["unused-name"]


def test_a_comment_in_a_pack_ignores_what_it_says() -> None:
    pack = "inputs:\n  # lifecycle: ignore[unused-input] the next release reads it\n  a: {type: string, default: b}\n"
    assert (
        faults({"bot.yaml": "use: pack.yaml", "pack.yaml": pack + command("'# lifecycle: ignore[x] no comment'")}) == []
    )


def test_each_file_of_a_pack_is_named_once_and_as_it_is_called_on_disk() -> None:
    assert set(built({"bot.yaml": TWO, **FILES}).sources) == {"bot.yaml", "points.yaml", "levels.json"}


def test_another_input_or_another_default_is_another_program() -> None:
    digest = program({"bot.yaml": TWO, **FILES}).digest
    assert program({"bot.yaml": TWO, **FILES}).digest == digest
    assert program({"bot.yaml": TWO.replace("Stars", "Moons"), **FILES}).digest != digest
    other = POINTS.replace("{type: integer, default: 1}", "{type: integer, default: 2}")
    assert program({"bot.yaml": TWO, **FILES, "points.yaml": other}).digest != digest


def test_a_pack_is_checked_by_itself_with_samples_and_does_not_run() -> None:
    tried, run = built({"bot.yaml": POINTS, **FILES}, is_tried=True), built({"bot.yaml": POINTS, **FILES})
    assert [(fault.slug, fault.severity) for fault in tried.diagnostics] == [("pack-alone", Severity.HINT)]
    assert tried.program is not None
    assert [(fault.slug, fault.severity) for fault in run.diagnostics] == [("pack-alone", Severity.ERROR)]
    assert run.program is None
    bad = built(
        {"bot.yaml": POINTS.replace("every: ${inputs.often}", "every: ${inputs.title}"), **FILES}, is_tried=True
    )
    assert "invalid-value" in {fault.slug for fault in bad.diagnostics}


def test_a_bot_whose_inputs_all_have_defaults_is_told_nothing_of_packs() -> None:
    text = "version: 1\nbot: {presence: {status: idle}}\ninputs: {word: {type: string, default: Hi}}\n"
    text += "commands: {hi: {description: Hi, reply: '${inputs.word}'}}\n"
    assert built({"bot.yaml": text}, is_tried=True).diagnostics == []


def test_a_pack_whose_inputs_have_defaults_is_a_bot() -> None:
    made = program({"bot.yaml": "inputs: {word: {type: string, default: Hello}}\n" + command('"${inputs.word}"')})
    assert text_of(made) == "Hello"


@pytest.mark.parametrize("path", sorted(SHIPPED.glob("*.yaml")), ids=lambda path: path.stem)
def test_every_pack_that_is_shipped_validates_without_a_warning(path: Path) -> None:
    found = build(path, Path.read_bytes, {}, ACTIONS, is_tried=True)
    assert [fault.slug for fault in found.diagnostics] == ["pack-alone"]


def bots() -> Iterator[Path]:
    """Yield every bot of the repository that has no faults."""
    yield from (path for path in sorted((ROOT / "examples").glob("*.yaml")) if ".scenario" not in path.name)
    yield from sorted((ROOT / "runner/init/templates").glob("*/bot.yaml"))
    yield from sorted((ROOT / "tests/configs/accepted").glob("*.yaml"))
    yield ROOT / "bot.yaml"


@pytest.mark.parametrize("path", list(bots()), ids=lambda path: f"{path.parent.name}-{path.stem}")
def test_every_bot_can_be_a_pack_and_does_the_same_there(path: Path) -> None:
    """None of its names is looked for among those of the bot that uses it: whatever refers to one is found."""

    def read(file: Path) -> bytes:
        bot = f"http: '*'\nuse: [{{pack: {path.name}, as: it}}]"  # which hosts are called is the bot's to say
        return bot.encode() if file.name == "all.yaml" else file.read_bytes()

    alone = build(path, Path.read_bytes, {}, ACTIONS)
    packed = build(path.parent / "all.yaml", read, {}, ACTIONS)
    assert [fault for fault in packed.diagnostics if fault.severity is Severity.ERROR] == []
    assert alone.program is not None
    assert packed.program is not None
    told = [[command.payload for command in made.registered] for made in (alone.program, packed.program)]
    if not alone.program.guilds:
        assert told[0] == told[1]
    assert [f"it.{name}" for name in alone.program.components] == list(packed.program.components)
    assert [f"it.{name}" for name in alone.program.declarations.state] == list(packed.program.declarations.state)


def test_groups_menus_and_suggestions_of_a_pack_are_like_those_of_a_bot() -> None:
    pack = """
    defaults: {timeout: 7s}
    records: {tags: {fields: {name: string}}}
    context_menus: {Tag it: {type: message, steps: [{insert: {into: tags, values: {name: a}}}, {reply: a}]}}
    commands:
      tag:
        description: Tags
        commands:
          show:
            description: Show one
            options: {name: {type: string, description: Which, autocomplete: {records: tags, match: name}}}
            reply: a
    """
    made = program({"bot.yaml": "use: [{pack: pack.yaml, rename: {tag: t, Tag it: Tag}}]", "pack.yaml": pack})
    assert [command.payload["name"] for command in made.registered] == ["t", "Tag"]
    assert list(made.commands) == ["t show"]
    assert made.commands["t show"].timeout_s == 7.0
    twice = {"bot.yaml": "use: [pack.yaml, {pack: pack.yaml, as: b}]", "pack.yaml": pack}
    assert [fault.slug for fault in faults(twice)] == ["command-clash", "command-clash"]
