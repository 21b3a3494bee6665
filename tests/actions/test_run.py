"""`run`: a flow runs with its parameters, and what it returns is the step's result."""

from typing import get_args

import pytest

from runner.config.document.flows import ValueTypeName
from runner.emulator.messages import Upload
from runner.engine.calls import CALLS_NESTED_MAX
from tests.conftest import StartBot

BOT = """
vars: {greeting: Hello}
flows:
  greet:
    params: {name: string, mark: {type: string, default: "!"}, times: {type: integer, required: false}}
    result: string
    steps:
      - let: {text: "{{ vars.greeting }} {{ params.name }}{{ params.mark }}"}
      - if: params.times
        then: [{let: {text: "{{ vars.text }} x{{ params.times + 1 }}"}}]
      - return: "{{ vars.text }}"
  say: {params: {what: any}, steps: [{reply: "{{ params.what }}"}]}
  nested:
    steps:
      - id: first
        run: {flow: greet, with: {name: "{{ user.name }}"}}
      - reply: "{{ steps.first.result }}"
  stops: {steps: [{reply: Stopped}, stop]}
  breaks: {steps: [{fail: Broken}]}
  rescues: {params: {n: integer}, steps: [{reply: "{{ 1 // params.n }}"}], on_error: [{reply: "Not {{ params.n }}"}]}
  times_out: {params: {seconds: number}, steps: [{wait: "{{ params.seconds }}"}], on_timeout: [{reply: The flow's}]}
  counts:
    params: {n: integer}
    result: integer
    steps:
      - if: params.n == 0
        then: [{return: 0}]
      - id: below
        run: {flow: counts, with: {n: "{{ params.n - 1 }}"}}
      - return: "{{ (steps.below.result | default(0)) + 1 }}"
  loops:
    params: {name: string}
    result: string
    steps:
      - for_each: "[1, 2, 3]"
        do: [{if: item == 2, then: [{return: "{{ params.name }}{{ item }}"}]}]
      - return: never
commands:
  values:
    description: d
    steps:
      - let: {text: mine}
      - id: one
        run: {flow: greet, with: {name: Robin}}
      - id: two
        run: {flow: greet, with: {name: 5, mark: "?", times: "{{ 2 }}"}}
      - reply: "{{ steps.one.result }} {{ steps.two.result }} {{ vars.text }}"
  short: {description: d, steps: [{run: nested}, {reply: After}]}
  stopped: {description: d, steps: [{run: stops}]}
  caught: {description: d, steps: [{run: breaks, catch: [{reply: "{{ error.message }}"}]}, {reply: After}]}
  uncaught: {description: d, steps: [{run: breaks}], on_error: [{reply: "The handler's: {{ error.message }}"}]}
  rescued: {description: d, steps: [{run: {flow: rescues, with: {n: 0}}}, {reply: Never}], on_error: [{reply: No}]}
  caught_at_home:
    description: d
    steps:
      - let: {text: mine}
      - for_each: "['a', 'b']"
        do:
          - id: it
            run: {flow: breaks}
            catch: [{reply: "{{ vars.text }} {{ item }}: {{ error.message }} {{ steps.it is none }}"}]
          - reply: "{{ vars.text }} {{ item }}"
      - reply: "{{ vars.text }}"
  catch_first: {description: d, steps: [{run: {flow: rescues, with: {n: 0}}, catch: [{reply: Caught}]}]}
  behind: {description: d, steps: [{run: {flow: rescues, with: {n: 1}}}, {fail: Behind}], on_error: [{reply: Mine}]}
  late:
    description: d
    timeout: 5s
    steps: [{run: {flow: times_out, with: {seconds: 20}}}]
    on_timeout: [{reply: The handler's}]
  deep:
    description: d
    options: {n: {type: integer, description: n, required: true}}
    steps: [{id: it, run: {flow: counts, with: {n: "{{ options.n }}"}}}, {reply: "{{ steps.it.result }}"}]
    on_error: [{reply: Too deep}]
  in_a_loop:
    description: d
    steps:
      - for_each: "['a', 'b']"
        do:
          - id: it
            run: {flow: loops, with: {name: "{{ item }}"}}
          - reply: "{{ item }}: {{ steps.it.result }}"
  any: {description: d, steps: [{run: {flow: say, with: {what: "{{ user.name | length }}"}}}]}
  wrong:
    description: d
    steps:
      - let: {n: "{{ user.name }}"}
      - run: {flow: rescues, with: {n: "{{ vars.n }}"}}
        catch: [{reply: No number}]
"""


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("values", ["Hello Robin! Hello 5? x3 mine"]),
        ("short", ["Hello robin!", "After"]),
        ("stopped", ["Stopped"]),
        ("caught", ["Broken", "After"]),
        ("uncaught", ["The handler's: Broken"]),
        ("rescued", ["Not 0"]),
        ("caught_at_home", ["mine a: Broken True", "mine a", "mine b: Broken True", "mine b", "mine"]),
        ("catch_first", ["Caught"]),
        ("behind", ["1", "Mine"]),
        ("late", ["The flow's"]),
        ("in_a_loop", ["a: a2", "b: b2"]),
        ("any", ["5"]),
        ("wrong", ["No number"]),
    ],
)
async def test_what_runs(bot: StartBot, name: str, said: list[str]) -> None:
    trace = await (await bot(BOT)).ran(name)
    assert [seen.content for seen in trace.messages] == said


@pytest.mark.parametrize(
    ("depth", "said"),
    [(0, "0"), (CALLS_NESTED_MAX - 1, str(CALLS_NESTED_MAX - 1)), (CALLS_NESTED_MAX, "Too deep")],
    ids=["without itself", "as deep as can be", "deeper"],
)
async def test_a_flow_may_run_itself_so_deep_and_no_deeper(bot: StartBot, depth: int, said: str) -> None:
    trace = await (await bot(BOT)).ran("deep", n=depth)
    assert [seen.content for seen in trace.messages] == [said]


async def test_a_flow_that_opens_a_form_has_the_first_response_left_to_it(bot: StartBot) -> None:
    made = await bot("""
        flows: {ask: {steps: [{modal: it}]}}
        commands: {it: {description: d, steps: [{if: true, then: [{run: ask}]}]}}
        modals: {it: {title: "{{ user.name }}", fields: {a: A}, reply: "{{ member.nick or fields.a }}"}}
    """)
    opened = await made.ran("it")
    assert opened.modal is not None
    assert opened.modal["title"] == "robin"
    assert [seen.content for seen in (await made.submitted(opened, a="x")).messages] == ["x"]


async def test_a_check_and_a_root_that_only_a_flow_needs_are_there(bot: StartBot) -> None:
    made = await bot("""
        checks: {robin: {if: user.name == "robin", denied: Robin only}}
        flows: {inner: {steps: [{require: robin}, {reply: "{{ channel.name }}"}]}, outer: {steps: [{run: inner}]}}
        commands: {it: {description: d, steps: [{run: outer}]}}
    """)
    said = [[seen.content for seen in (await made.ran("it", user=who)).messages] for who in ("Robin", "Kim")]
    assert said == [["general"], ["Robin only"]]


GIVEN = ("text", "number", "boolean", "list", "mapping", "user", "file")
TAKEN = {
    "any": set(GIVEN),
    "attachment": {"file"},
    "boolean": {"boolean"},
    "integer": {"number"},
    "list": {"list"},
    "mapping": {"mapping", "user", "file"},
    "number": {"number"},
    "string": {"text", "number", "boolean"},
    "channel": {"user"},  # one thing that has a mention is not told from another
    "mentionable": {"user"},
    "role": {"user"},
    "user": {"user"},
}


@pytest.mark.parametrize("kind", get_args(ValueTypeName))
async def test_a_parameter_takes_what_is_of_its_type_and_nothing_else(bot: StartBot, kind: str) -> None:
    made = await bot(f"""
    flows: {{keep: {{params: {{it: {kind}}}, steps: [{{log: Taken}}]}}}}
    commands:
      it:
        description: d
        options: {{n: {{type: integer, description: n, required: true}}, file: {{type: attachment, description: f}}}}
        steps:
          - let: {{all: [x, 7, true, [1], {{a: 1}}, "{{{{ user }}}}", "{{{{ options.file }}}}"]}}
          - {{run: {{flow: keep, with: {{it: "{{{{ vars.all[options.n] }}}}"}}}}, catch: [{{reply: No}}, stop]}}
          - reply: Taken
    """)
    file = Upload(0, "a.txt", "text/plain", b"a")
    said = {given: (await made.ran("it", n=n, file=file)).messages[0].content for n, given in enumerate(GIVEN)}
    assert {given for given, answer in said.items() if answer == "Taken"} == TAKEN[kind]
