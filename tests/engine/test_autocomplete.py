"""What is suggested while users type: what fits, at most 25; nothing otherwise, and never an error."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from typing import Any

import pytest
from aiohttp import web

from runner.emulator.clock import elapse
from runner.emulator.trace import Trace
from runner.lifecycle import budget, limits
from tests.actions.web import Elsewhere, elsewhere
from tests.conftest import Bot, StartBot, compiled


def bot_with(suggestions: str, *, kind: str = "string", more: str = "", rest: str = "") -> str:
    """Return a bot whose command `it` suggests values for its option `o`."""
    option = f"{{type: {kind}, description: d, autocomplete: {suggestions}{more}}}"
    return f"commands: {{it: {{description: d, options: {{o: {option}}}, reply: 'Got {{{{ options.o }}}}'}}}}\n{rest}"


async def typed(made: Bot, text: object, *, name: str = "it", user: str = "Robin", **options: object) -> Trace:
    """Have a member type into the option `o`, and wait until the bot has done with it."""
    given = {**options, "o": text}
    trace = made.local.autocomplete(user=user, channel="general", name=name, options=given, focused="o")
    await made.idle()
    return trace


def offered(trace: Trace) -> list[tuple[str, object]]:
    """Return what a user is offered: names and values."""
    assert trace.acknowledgements == 1
    assert trace.choices is not None
    return [(choice["name"], choice["value"]) for choice in trace.choices]


def values(trace: Trace) -> list[object]:
    """Return the values that a user is offered."""
    return [value for _, value in offered(trace)]


# --- what fits


@pytest.mark.parametrize(
    ("text", "fitting"),
    [
        pytest.param("", ["Red", "Dark red", "Green", "grey", "Straße"], id="nothing"),
        pytest.param("r", ["Red", "Dark red", "Green", "grey", "Straße"], id="a letter"),
        pytest.param("red", ["Red", "Dark red"], id="beginnings come first"),
        pytest.param("GRE", ["Green", "grey"], id="in another case"),
        pytest.param("  re ", ["Red", "Dark red", "Green", "grey"], id="blanks around it"),
        pytest.param("STRASSE", ["Straße"], id="in another spelling of the same letters"),
        pytest.param("blue", [], id="what nothing has"),
    ],
)
async def test_a_list_is_filtered_by_what_is_typed(bot: StartBot, text: str, fitting: list[object]) -> None:
    made = await bot(bot_with("[Dark red, Red, Green, grey, Straße]"))
    trace = await typed(made, text)
    in_file = ["Dark red", "Red", "Green", "grey", "Straße"]
    assert values(trace) == (in_file if text == "" else fitting)
    assert made.line()["outcome"] == "ok"


async def test_a_mapping_is_filtered_by_its_labels_and_gives_its_values(bot: StartBot) -> None:
    made = await bot(bot_with("{de: Germany, at: Austria, ch: Switzerland}"))
    assert offered(await typed(made, "land")) == [("Switzerland", "ch")]
    assert offered(await typed(made, "a")) == [("Austria", "at"), ("Germany", "de"), ("Switzerland", "ch")]


@pytest.mark.parametrize(
    ("kind", "suggestions", "text", "fitting"),
    [
        ("integer", "[1, 10, 20]", "1", [("1", 1), ("10", 10)]),
        ("integer", "{1: One, '2e1': Twenty}", "", [("One", 1), ("Twenty", 20)]),
        ("number", "[0.5, 1, 1.5]", "0", [("0.5", 0.5)]),
        ("integer", "[0, 5]", "", [("0", 0), ("5", 5)]),
    ],
)
async def test_numbers_are_suggested_as_numbers(
    bot: StartBot, kind: str, suggestions: str, text: str, fitting: list[tuple[str, object]]
) -> None:
    made = await bot(bot_with(suggestions, kind=kind))
    assert offered(await typed(made, text)) == fitting


async def test_25_are_suggested_and_no_more(bot: StartBot) -> None:
    made = await bot(bot_with(f"[{', '.join(f'v{at}' for at in range(40))}]"))
    assert values(await typed(made, "")) == [f"v{at}" for at in range(25)]
    assert values(await typed(made, "v")) == [f"v{at}" for at in range(25)]


async def test_what_users_type_instead_reaches_the_command(bot: StartBot) -> None:
    made = await bot(bot_with("[alpha, beta]"))
    trace = await made.ran("it", o="gamma {{ 1 + 1 }}")
    assert [message.content for message in trace.messages] == ["Got gamma {{ 1 + 1 }}"]


async def test_an_option_of_a_command_in_a_group_has_suggestions_too(bot: StartBot) -> None:
    made = await bot("""
        commands:
          tag:
            description: d
            commands:
              show:
                description: d
                options: {o: {type: string, description: d, autocomplete: [alpha, beta], required: true}}
                reply: "{{ options.o }}"
        """)
    assert values(await typed(made, "b", name="tag show")) == ["beta"]
    assert made.line()["handler"] == "/tag show"


# --- what a template gives


VARS = """
vars:
  names: [alpha, beta, gamma]
  labels: {a: Alpha, b: Beta}
  mixed: [alpha, 7, true, null, [x], {x: y}, "", "  ", 1.5]
  many: [x]
  none_: null
"""


@pytest.mark.parametrize(
    ("template", "text", "fitting"),
    [
        pytest.param("vars.names", "et", [("beta", "beta")], id="a list"),
        pytest.param("vars.labels", "", [("Alpha", "a"), ("Beta", "b")], id="a mapping"),
        pytest.param("[focused, focused ~ '!']", "hm", [("hm", "hm"), ("hm!", "hm!")], id="what is typed"),
        pytest.param("['x', 'y'] if focused == 'q' else []", "q", [("x", "x"), ("y", "y")], id="unfiltered"),
        pytest.param("[user.name, channel.name]", "", [("robin", "robin"), ("general", "general")], id="who and where"),
        pytest.param("vars.mixed", "", [("alpha", "alpha"), ("7", "7"), ("1.5", "1.5")], id="what is no value"),
        pytest.param("vars.none_", "", [], id="nothing"),
        pytest.param("range(40)", "", [(str(at), str(at)) for at in range(25)], id="many"),
        pytest.param("range(40)", "3", [("3", "3")] + [(f"3{at}", f"3{at}") for at in range(10)]
                     + [(f"{at}3", f"{at}3") for at in (1, 2)], id="many, filtered"),
    ],
)  # fmt: skip
async def test_a_template_gives_suggestions(
    bot: StartBot, template: str, text: str, fitting: list[tuple[str, object]]
) -> None:
    made = await bot(bot_with(f'"{{{{ {template} }}}}"', rest=VARS))
    assert offered(await typed(made, text)) == fitting


async def test_a_template_gives_an_option_only_what_it_takes(bot: StartBot) -> None:
    made = await bot(bot_with('"{{ vars.v }}"', kind="integer", more=", min: 2, max: 9", rest="vars: {v: [1, 2, '3', 4.5, x, 9, 10]}"))  # fmt: skip # noqa: E501
    assert offered(await typed(made, "")) == [("2", 2), ("3", 3), ("9", 9)]


async def test_a_label_that_is_too_long_is_cut_and_a_value_that_is_too_long_left_out(bot: StartBot) -> None:
    long = {"a": "L" * 101, "b" * 100: "B", "c" * 101: "C"}
    made = await bot(bot_with('"{{ vars.v }}"', rest=f"vars: {{v: {long}}}"))
    assert offered(await typed(made, "")) == [("L" * 99 + "…", "a"), ("B", "b" * 100)]


async def test_a_template_reads_what_else_has_been_typed(bot: StartBot) -> None:
    made = await bot("""
        commands:
          it:
            description: d
            options:
              kind: {type: string, description: d, required: true}
              count: {type: integer, description: d}
              who: {type: user, description: d}
              o: {type: string, description: d, autocomplete: "{{ [options.kind, options.count, options.who.name if options.who else '-', options.o] }}"}
            reply: "{{ options.kind }}"
        """)  # fmt: skip # noqa: E501
    assert values(await typed(made, "")) == ["-"]
    assert values(await typed(made, "", kind="a", count=3, who="Kim")) == ["a", "3", "kim"]


async def test_a_number_is_a_text_while_it_is_being_typed(bot: StartBot) -> None:
    made = await bot(bot_with('"{{ [focused | length, options.o | length] }}"', kind="integer"))
    assert values(await typed(made, "-")) == [1, 1]


# --- what the bot keeps


KEPT = """
records:
  tags: {fields: {name: string, text: string, uses: integer, owner: user}}
state:
  last: {scope: user, type: string, default: nothing}
commands:
  add:
    description: d
    options: {tag: {type: string, description: d, required: true}, uses: {type: integer, description: d}}
    steps:
      - insert: {into: tags, values: {name: "{{ options.tag }}", uses: "{{ options.uses }}", owner: "{{ user }}"}}
      - set: {state: last, to: "{{ options.tag }}"}
      - reply: ok
  it:
    description: d
    options: {o: {type: TYPE, description: d, autocomplete: SUGGESTIONS}}
    reply: ok
"""


async def keeping(bot: StartBot, suggestions: str, kind: str = "string") -> Bot:
    """Start a bot that has four tags: Beta 3, alphabet 1 and Alpha 2 of Robin's, and alps of Sam's."""
    made = await bot(KEPT.replace("SUGGESTIONS", suggestions).replace("TYPE", kind))
    for name, uses in (("Beta", 3), ("alphabet", 1), ("Alpha", 2)):
        await made.ran("add", tag=name, uses=uses)
    await made.ran("add", tag="alps", user="Sam")
    return made


@pytest.mark.parametrize(
    ("suggestions", "text", "fitting"),
    [
        ("{records: tags, match: name}", "", ["Beta", "alphabet", "Alpha", "alps"]),
        ("{records: tags, match: name}", "AL", ["alphabet", "Alpha", "alps"]),
        ("{records: tags, match: name}", "bet", ["Beta", "alphabet"]),
        ("{records: tags, match: name, order: name}", "", ["Alpha", "Beta", "alphabet", "alps"]),
        ("{records: tags, match: name, order: -uses}", "", ["Beta", "Alpha", "alphabet", "alps"]),
        ("{records: tags, match: name, where: {uses: {above: 1}}}", "al", ["Alpha"]),
        ('{records: tags, match: name, where: {owner: "{{ user }}"}}', "al", ["alphabet", "Alpha"]),
        ('{records: tags, match: name, where: {name: {not: "{{ focused }}"}}}', "Alpha", ["alphabet"]),
        ("{records: tags, match: uses}", "", ["3", "1", "2"]),
    ],
)
async def test_records_are_suggested_by_a_field(
    bot: StartBot, suggestions: str, text: str, fitting: list[object]
) -> None:
    made = await keeping(bot, suggestions)
    assert values(await typed(made, text)) == fitting


async def test_records_have_labels_and_give_another_field(bot: StartBot) -> None:
    label = "{{ record.name }} ({{ record.uses | default('-') }})"
    made = await keeping(bot, f'{{records: tags, match: name, value: id, label: "{label}"}}', "integer")
    assert offered(await typed(made, "al")) == [("alphabet (1)", 2), ("Alpha (2)", 3), ("alps (-)", 4)]
    made = await keeping(bot, "{records: tags, match: name, value: uses}", "integer")
    assert offered(await typed(made, "")) == [("Beta", 3), ("alphabet", 1), ("Alpha", 2)], "one has no number"


async def test_records_of_a_server_are_suggested_in_it_only(bot: StartBot) -> None:
    made = await keeping(bot, "{records: tags, match: name}")
    registered = {each["name"]: each for each in made.local.commands_for(user="Robin", channel="general")}
    assert registered["it"]["contexts"] == [0]


async def test_suggestions_read_what_is_kept_of_whoever_types(bot: StartBot) -> None:
    made = await keeping(bot, '"{{ [state.last] }}"')
    for user, last in (("Robin", "Alpha"), ("Sam", "alps"), ("Kim", "nothing")):
        assert values(await typed(made, "", user=user)) == [last]


async def test_a_guard_that_reads_what_is_kept_guards_suggestions(bot: StartBot) -> None:
    made = await bot("""
        state: {open: {type: boolean, default: false}}
        checks: {opened: {if: state.open}}
        commands:
          open: {description: d, steps: [{set: {state: open, to: true}}, {reply: ok}]}
          it: {description: d, check: opened, options: {o: {type: string, description: d, autocomplete: [a]}}, reply: b}
        """)
    assert values(await typed(made, "")) == []
    await made.ran("open")
    assert values(await typed(made, "")) == ["a"]


# --- what goes wrong


async def test_a_template_that_fails_suggests_nothing_and_is_logged_once(bot: StartBot) -> None:
    made = await bot(bot_with('"{{ [1 / (0 * now)] }}"'))
    for _ in range(3):
        assert offered(await typed(made, "x")) == []
        assert made.line()["outcome"] == "failed"
    assert made.log.warnings == ["suggestions failed"]
    assert made.log.of("suggestions failed")[0]["handler"] == "/it"


async def test_suggestions_that_discord_refuses_become_none(bot: StartBot) -> None:
    made = await bot(bot_with("[alpha]"))
    made.local.faults.next("callback", status=400, code=50035)
    assert offered(await typed(made, "")) == []
    assert made.log.warnings == ["suggestions failed"]


async def test_suggestions_of_a_command_or_an_option_that_is_gone_are_none(bot: StartBot) -> None:
    made = await bot(bot_with("[alpha]"))
    for text in ("commands: {}", bot_with("[alpha]").replace("o:", "p:").replace("options.o", "options.p")):
        made.engine.swap(compiled(text))
        assert offered(await typed(made, "")) == []
        assert made.line()["outcome"] == "unknown"
    assert made.log.warnings == []


async def test_suggestions_of_a_command_that_was_renamed_are_those_of_the_new_one(bot: StartBot) -> None:
    made = await bot(bot_with("[alpha]"))
    made.engine.swap(compiled(bot_with("[beta]").replace("it: {", "that: {aliases: it, ")))
    assert values(await typed(made, "")) == ["beta"]


GUARDED = """
checks:
  sams: {if: user.name == "sam"}
commands:
  it:
    description: d
    visible_to: []
    permissions: {member: manage_messages}
    options: {o: {type: string, description: d, autocomplete: [secret]}}
    reply: a
  group:
    description: d
    check: sams
    commands:
      it: {description: d, options: {o: {type: string, description: d, autocomplete: [secret]}}, reply: a}
"""


@pytest.mark.parametrize(
    ("user", "name", "fitting"),
    [("Robin", "it", []), ("Mo", "it", ["secret"]), ("Mo", "group it", []), ("Sam", "group it", ["secret"])],
)
async def test_who_may_not_run_a_command_is_suggested_nothing(
    bot: StartBot, user: str, name: str, fitting: list[object]
) -> None:
    made = await bot(GUARDED)
    assert values(await typed(made, "", name=name, user=user)) == fitting
    assert made.line()["outcome"] == ("ok" if fitting else "refused")


async def test_a_command_whose_suggestions_read_the_member_is_for_servers_only(bot: StartBot) -> None:
    made = await bot(bot_with('"{{ [member.name] }}"'))
    (registered,) = made.local.commands_for(user="Robin", channel="general")
    assert registered["contexts"] == [0]
    assert values(await typed(made, "")) == ["robin"]


@pytest.mark.parametrize("data", [{}, {"name": "it", "options": []}, {"name": "it", "options": [{"focused": True}]}])
async def test_whatever_stands_in_a_keystroke_is_answered(bot: StartBot, data: dict[str, Any]) -> None:
    made = await bot(bot_with("[alpha]"))
    made.local.faults.forge(lambda payload: payload.update(data=data))
    assert offered(await typed(made, "a")) == []
    assert made.log.warnings == []


# --- sources that take their time


class Searches:
    """Another server: each search waits until it is told what it has found, or is given up."""

    def __init__(self, other: Elsewhere) -> None:
        self.texts: list[str] = []
        self.given_up: list[str] = []
        self._found: dict[str, asyncio.Future[Sequence[str] | None]] = {}
        self.bot = bot_with(f"{{http: '{other.url}/find', query: {{q: '{{{{ focused }}}}'}}}}", rest=allowing(other))
        other.answers["/find"] = self.find

    async def find(self, request: web.Request) -> web.StreamResponse:
        """Wait for the outcome."""
        text = request.query["q"]
        self.texts.append(text)
        self._found[text] = asyncio.get_running_loop().create_future()
        try:
            found = await self._found[text]
        except asyncio.CancelledError:
            self.given_up.append(text)
            raise
        return web.json_response(found, status=500 if found is None else 200)

    def has_found(self, text: str, outcome: Sequence[str] | None) -> None:
        """End the search for what was typed; None is a failure."""
        self._found[text].set_result(outcome)


def allowing(other: Elsewhere, *, private: bool = True) -> str:
    """Return what lets a bot call another server on this machine."""
    return f"http: {{allow: ['{other.host}'], private: {str(private).lower()}}}\n"


@pytest.fixture
async def other() -> AsyncIterator[Elsewhere]:
    """Give a test another server."""
    async with elsewhere() as made:
        yield made


def keystroke(made: Bot, text: str, *, user: str = "Robin") -> Trace:
    """Have a member type into the option `o`."""
    return made.local.autocomplete(user=user, channel="general", name="it", options={"o": text}, focused="o")


@pytest.fixture
async def search(bot: StartBot, other: Elsewhere) -> tuple[Bot, Searches]:
    """A bot whose suggestions another server finds, and its searches."""
    searches = Searches(other)
    return await bot(searches.bot), searches


async def test_what_is_found_in_time_is_suggested(search: tuple[Bot, Searches]) -> None:
    made, searches = search
    trace = keystroke(made, "a")
    await elapse(1.0)
    searches.has_found("a", ["alpha", "an x"])
    await made.idle()
    assert values(trace) == ["alpha", "an x"]


async def test_what_nobody_has_searched_for_is_filtered(bot: StartBot, other: Elsewhere) -> None:
    other.say("/all", json={"alpha": "The first", "beta": "The second"})
    made = await bot(bot_with(f"{{http: '{other.url}/all'}}", rest=allowing(other)))
    assert offered(await typed(made, "sec")) == [("The second", "beta")]


async def test_an_answer_is_read_as_a_step_reads_it(bot: StartBot, other: Elsewhere) -> None:
    items = "{{ answer.json.hits | map(attribute='name') | list if answer.is_ok else [] }}"
    keys = "query: {q: '{{ focused }}'}, headers: {Authorization: 'Bearer {{ guild.id }}'}"
    made = await bot(bot_with(f"{{http: '{other.url}/v1?a=b', {keys}, items: \"{items}\"}}", rest=allowing(other)))
    other.say("/v1", json={"hits": [{"name": "é & co"}]})
    assert values(await typed(made, "é &")) == ["é & co"]
    (asked,) = other.asked
    assert (asked.method, asked.path) == ("GET", "/v1?a=b&q=%C3%A9+%26")
    assert asked.headers["Authorization"].removeprefix("Bearer ").isdecimal()


async def test_of_what_a_server_answers_discord_gets_what_it_takes(bot: StartBot, other: Elsewhere) -> None:
    made = await bot(bot_with(f"{{http: '{other.url}/all'}}", rest=allowing(other)))
    labelled = {f"v{number}": f"{number} " + "long " * 50 for number in range(40)}
    other.say("/all", json={"w" * (limits.CHOICE_VALUE_MAX + 1): "too long to be sent", **labelled})
    found = offered(await typed(made, ""))
    assert len(found) == limits.CHOICES_MAX
    assert {len(name) for name, _ in found} == {limits.CHOICE_NAME_MAX}


@pytest.mark.parametrize(
    ("address", "private", "reason"),
    [
        pytest.param(
            "http://{{ options.o }}/", True, "127.0.0.1 is none of the hosts", id="a host that is not allowed"
        ),
        pytest.param("URL/", False, "stands for an address inside of a network", id="an address inside of a network"),
    ],
)
async def test_the_rules_of_the_step_hold_while_users_type(
    bot: StartBot, other: Elsewhere, address: str, private: bool, reason: str
) -> None:
    made = await bot(
        bot_with(f'{{http: "{address.replace("URL", other.url)}"}}', rest=allowing(other, private=private))
    )
    assert offered(await typed(made, "127.0.0.1:1")) == []
    assert reason in made.log.of("suggestions failed")[0]["reason"]
    assert other.asked == []


async def test_a_search_that_takes_too_long_suggests_nothing(search: tuple[Bot, Searches]) -> None:
    made, searches = search
    trace = keystroke(made, "a")
    await made.idle()
    assert offered(trace) == []
    assert trace.acknowledged_at is not None
    assert trace.acknowledged_at - trace.dispatched_at == pytest.approx(budget.AUTOCOMPLETE_S, abs=0.02)
    assert searches.given_up == ["a"]
    assert made.line()["outcome"] == "timeout"
    assert made.log.warnings == []


async def test_a_search_that_fails_suggests_nothing(search: tuple[Bot, Searches]) -> None:
    made, searches = search
    trace = keystroke(made, "a")
    await elapse(0.1)
    searches.has_found("a", None)
    await made.idle()
    assert offered(trace) == []
    assert made.log.of("suggestions failed")[0]["reason"] == "the server answered 500"


async def test_a_newer_keystroke_ends_the_older_search_at_once(search: tuple[Bot, Searches]) -> None:
    made, searches = search
    traces: list[Trace] = []
    for text in ("a", "al", "alp"):
        traces.append(keystroke(made, text))
        await elapse(0.1)
    assert searches.texts == ["a", "al", "alp"]
    assert searches.given_up == ["a", "al"]
    assert [offered(trace) for trace in traces[:2]] == [[], []]
    searches.has_found("alp", ["alpha"])
    await made.idle()
    assert values(traces[2]) == ["alpha"]
    assert [line["outcome"] for line in made.log.of("interaction")] == ["superseded", "superseded", "ok"]
    assert made.log.warnings == []


async def test_the_keystrokes_of_another_user_end_nothing(search: tuple[Bot, Searches]) -> None:
    made, searches = search
    traces = {user: keystroke(made, user, user=user) for user in ("Robin", "Kim")}
    await elapse(0.1)
    assert searches.given_up == []
    for user in traces:
        searches.has_found(user, [f"for {user}"])
    await made.idle()
    assert {user: values(trace) for user, trace in traces.items()} == {"Robin": ["for Robin"], "Kim": ["for Kim"]}


async def test_a_keystroke_that_is_delivered_twice_is_searched_for_once(search: tuple[Bot, Searches]) -> None:
    made, searches = search
    trace = keystroke(made, "a")
    made.local.dispatch_again(trace)
    await elapse(0.1)
    searches.has_found("a", ["alpha"])
    await made.idle()
    assert searches.texts == ["a"]
    assert values(trace) == ["alpha"]


async def test_a_stop_ends_the_searches_under_way(search: tuple[Bot, Searches]) -> None:
    made, searches = search
    trace = keystroke(made, "a")
    await elapse(0.1)
    await made.stop()
    assert offered(trace) == []
    assert searches.given_up == ["a"]


async def test_who_types_while_there_is_no_room_is_suggested_nothing(bot: StartBot, other: Elsewhere) -> None:
    searches = Searches(other)
    made = await bot(searches.bot, live_max=1)
    first, second = keystroke(made, "a"), keystroke(made, "b", user="Kim")
    await elapse(0.1)
    searches.has_found("a", ["alpha"])
    await made.idle()
    assert (values(first), values(second)) == (["alpha"], [])
