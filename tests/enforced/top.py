"""What stands at the top of a file: who the bot is, other files, packs, sections, and its own words."""

from dataclasses import replace

from runner.texts import TEXTS
from tests.enforced.case import Act, Case, Scene, case, elsewhere, ran, said, told, waited
from tests.enforced.keys import Json, mapping
from tests.enforced.registered import registered, told_of
from tests.enforced.world import IDS

IT = "commands: {IT: {description: d, reply: Hi}}\n"
FILES = "tests/enforced/files"
COUNTS = (
    "state: {IT: {type: integer, default: 0}}\ncommands: {IT: {description: d, steps: [{increment: "
    "{state: IT}}, {reply: '{{ state.IT }}'}]}}\n"
)
GET = "url: '{{ options.text }}/a'"
HTTP = """
http: {allow: ['${OTHER}'], private: true}
commands:
  IT:
    description: d
    options: {text: {type: string, description: d, required: true}}
    steps: [{id: it, http: {KEY}}, {reply: '{{ steps.it.status }} {{ steps.it.text }}'}]
"""
SIGNED = """
bot: {signing_key: A very secret key that nobody knows}
components: {open: {button: {label: B}, params: {n: integer}, reply: Hi}}
commands: {show: {description: d, reply: {content: A, components: [{open: {n: 7}}]}}}
"""
USE = f"{IT}use: {{pack: {FILES}/greeting.yaml, as: hello, with: {{word: Ahoy}}, rename: {{greet: hail}}}}"
INPUT = "inputs: {word: {KEY}}\ncommands: {IT: {description: d, reply: '${inputs.word}'}}"


async def names(scene: Scene) -> None:
    """Look at which commands Discord knows, and use those that there are."""
    found = told_of(scene)
    scene.noted.append(sorted([each["name"], each["type"], each["route"]] for each in found))
    for name in ("greet", "hail"):
        if any(each["name"] == name for each in found):
            await scene.went(scene.made.command(name))


async def identified(scene: Scene) -> None:
    """Look at how the bot has said that it wants to appear."""
    frames = [mapping(entry.request) for entry in scene.made.local.wire if entry.kind == "gateway"]
    scene.noted += [frame["d"].get("presence") for frame in frames if frame.get("op") == 2]


async def kept_in_a_file(scene: Scene) -> None:
    """Look for the file in which the bot keeps what it has to."""
    scene.noted.append((scene.made.directory / f"{scene.it}.db").exists())


async def signature(scene: Scene) -> None:
    """Look at the whole id of a button."""
    trace = await scene.made.ran("show")
    scene.noted.append(f"signed {trace.messages[0].components[0]['components'][0]['custom_id'].encode().hex()}")


async def called(scene: Scene) -> None:
    """Run the command, and look at what the other server is asked."""
    scene.other.asked.clear()
    scene.other.say("/down", status=503, text="down")
    await ran(text=scene.other.url)(scene)
    for asked in scene.other.asked:
        told = {name: value for name, value in asked.headers.items() if name in ("Content-Type", "X-A")}
        scene.noted.append([asked.method, asked.path, asked.body, told, "Idempotency-Key" in asked.headers])


def section(name: str, bot: str, other: Json, *acts: Act) -> Case:
    """Return a case of a whole section, which says something else in the other bot."""
    return case("", name, bot, *acts, instead={name: other}, alone=True)


HI = {"description": "d", "reply": "Hi"}
SECTIONS = [
    section(
        "messages",
        "messages: {IT: {content: A}}\ncommands: {IT: {description: d, reply: {message: IT}}}",
        {"IT": {"content": "B"}},
        ran(),
    ),
    section("commands", IT, {"IT_b": HI}, names),
    section(
        "context_menus",
        "context_menus: {IT: {type: user, reply: Hi}}",
        {"IT_b": {"type": "user", "reply": "Hi"}},
        names,
    ),
    section("vars", "vars: {a: one}\ncommands: {IT: {description: d, reply: '{{ vars.a }}'}}", {"a": "two"}, ran()),
    section("defaults", IT + "defaults: {response: ephemeral}", {}, ran()),
    section(
        "checks",
        "checks: {IT: {if: \"user.name == 'kim'\"}}\ncommands: {IT: {description: d, check: IT, reply: Hi}}",
        {"IT": {"if": "user.name == 'robin'"}},
        ran(),
    ),
    section(
        "state",
        "state: {IT: {type: integer, default: 1}}\ncommands: {IT: {description: d, reply: '{{ state.IT }}'}}",
        {"IT": {"type": "integer", "default": 2}},
        ran(),
    ),
    section(
        "records",
        "records: {IT: {fields: {n: {type: integer, default: 1}}}}\ncommands: {IT: {description: d, steps: "
        '[{id: i, insert: {into: IT, values: {}}}, {id: f, find: {in: IT}}, {reply: "{{ steps.f.rows | '
        "map('n') | join }}\"}]}}",
        {"IT": {"fields": {"n": {"type": "integer", "default": 2}}}},
        ran(),
    ),
    section(
        "components",
        "components: {IT: {button: {label: B}, reply: Hi}}\n"
        "commands: {IT: {description: d, reply: {content: A, components: [IT]}}}",
        {"IT": {"button": {"label": "C"}, "reply": "Hi"}},
        ran(),
    ),
    section(
        "modals",
        "modals: {IT: {title: T, fields: {f: F}, reply: Hi}}\ncommands: {IT: {description: d, steps: [{modal: IT}]}}",
        {"IT": {"title": "U", "fields": {"f": "F"}, "reply": "Hi"}},
        ran(),
    ),
    section(
        "flows",
        "flows: {IT: {steps: [{reply: Hi}]}}\ncommands: {IT: {description: d, steps: [{run: IT}]}}",
        {"IT": {"steps": [{"reply": "Ho"}]}},
        ran(),
    ),
    section("texts", "texts: {en: {done: Mine}}\ncommands: {IT: {description: d, steps: [{log: Hm}]}}", {}, ran()),
    section(
        "data",
        f"data: {{d: {FILES}/more.yaml}}\ncommands: {{IT: {{description: d, reply: '{{{{ data.d | tojson }}}}'}}}}",
        {"d": f"{FILES}/other.yaml"},
        ran(),
    ),
    section("use", USE, {"pack": f"{FILES}/more.yaml"}, names),
    section(
        "inputs", INPUT.replace("KEY", "type: string, default: A"), {"word": {"type": "string", "default": "B"}}, ran()
    ),
    section("bot", IT + f"bot: {{guilds: ['{IDS['Lighthouse']}']}}", {}, names),
    section("include", f"{IT}include: {FILES}/more.yaml", f"{FILES}/other.yaml", names),
    section("events", f"{IT}events: {{message: {{steps: [{{log: Hm}}]}}}}", {}, said("Hm"), waited(1)),
    section("schedules", f"{IT}schedules: {{IT: {{every: 10s, steps: [{{log: Hm}}]}}}}", {}, waited(15)),
    section("store", f"{COUNTS}store: 'sqlite:IT.db'", "memory", ran(), kept_in_a_file),
    section("http", HTTP.replace("KEY", GET), {"allow": ["localhost:1"]}, called),
    told("", "version", IT + "version: 2", instead={"version": 1}),
    told("", "$schema", IT + "$schema: 7", instead={"$schema": "https://example.org/bot.schema.json"}),
]
PRESENCE = IT + "bot: {presence: {status: dnd, activity: {name: chess, type: watching}}}"
BOT = [
    case("bot", "guilds", IT + f"bot: {{guilds: ['{IDS['Lighthouse']}']}}", registered),
    case("bot", "presence", PRESENCE, identified),
    case("bot.presence", "status activity", PRESENCE, identified),
    case("bot.presence.activity", "type name", PRESENCE, identified),
    elsewhere(
        "bot",
        "token",
        "tests/test_run.py::test_a_refused_token_exits_with_3_in_one_sentence_without_the_token",
        why="a bot without a token runs a local Discord of its own, which takes a process",
    ),
    case("bot", "signing_key", SIGNED, signature, alone=True),
    case("use", "as", USE, ran("hail"), names, alone=True),
    case(
        "use",
        "pack",
        USE.replace(", rename: {greet: hail}", "").replace(", with: {word: Ahoy}", ""),
        names,
        instead={"pack": f"{FILES}/more.yaml"},
        alone=True,
    ),
    case("use", "with rename", USE, names, alone=True),
    case(
        "inputs.*",
        "type",
        INPUT.replace("KEY", "type: duration, default: 10m").replace("${inputs.word}", "{{ inputs.word }}"),
        instead={"type": "string"},
    ),
    case("inputs.*", "default!", INPUT.replace("KEY", "type: string, default: A")),
    elsewhere(
        "inputs.*",
        "description",
        "tests/config/test_packs.py::test_what_an_input_is_for_is_said_where_it_is_missing",
        why="it stands in the file of a pack, and is shown where another file uses that",
    ),
    told("inputs.*", "required", INPUT.replace("KEY", "type: string, required: false")),
    told("inputs.*", "items", INPUT.replace("KEY", "type: list, items: integer, default: [a]")),
    elsewhere(
        "step",
        "on_crash",
        "tests/engine/test_crashes.py::test_what_is_in_doubt_is_done_as_the_author_says",
        why="it takes a process that is killed between a call and its answer",
    ),
    elsewhere(
        "texts.*",
        " ".join(TEXTS),
        "tests/engine/test_sentences.py::test_a_sentence_is_said_in_the_authors_words_with_the_values_that_it_has",
        why="it has a bot for each sentence, and the test before it runs the same bots without the key",
    ),
]


def calls(keys: str, how: str, instead: Json = None, other: Json = None) -> Case:
    """Return a case of a call of another server; without the step it is another call."""
    bot = HTTP.replace("KEY", how)
    made = case("step.http", keys, bot, called, instead=instead or {}, alone=True)
    more = {**made.instead, "step.http": other}
    return made if other is None else replace(made, keys=["step.http", *made.keys], instead=more)


CALLS = [
    case("http", "allow", HTTP.replace("KEY", GET), called, instead={"allow": ["localhost:1"]}, alone=True),
    case("http", "private", HTTP.replace("KEY", GET), called, alone=True),
    calls("url", GET, {"url": "{{ options.text }}/b"}, other={"url": "{{ options.text }}/c"}),
    calls("query headers json", f"{GET}, query: {{q: 1}}, headers: {{X-A: b}}, json: {{c: 2}}"),
    calls("method", f"{GET}, method: PUT"),
    calls("form", f"{GET}, form: {{a: b}}"),
    calls("body", f"{GET}, body: Hello"),
    calls("any_status", "url: '{{ options.text }}/down', any_status: true"),
    calls("key_header", f"{GET}, method: POST, key_header: Idempotency-Key"),
]
CASES = [*SECTIONS, *BOT, *CALLS]
