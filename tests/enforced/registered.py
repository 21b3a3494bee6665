"""Commands and menus: what Discord is told of them, the names that they had, and what users fill in."""

from collections.abc import Callable
from typing import Any

from tests.enforced.case import Act, Case, Scene, case, ran
from tests.enforced.keys import Json, listed
from tests.enforced.world import IDS

GUILD = IDS["Lighthouse"]
TOP = "commands: {IT: {description: d, reply: Hi, KEY}}"
INSIDE = "commands: {IT: {description: d, commands: {in: {description: d, reply: Hi, KEY}}}}"
DEEP = (
    "commands: {IT: {description: d, commands: {in: {description: d, commands: {it: {description: d, "
    "reply: Hi, KEY}}}}}}"
)
MENU = "context_menus: {IT: {type: user, reply: Hi, KEY}}"
OPTION = "commands: {IT: {description: d, reply: '{{ options.o }}', options: {o: {required: true, KEY}}}}"


async def registered(scene: Scene) -> None:
    """Look at what Discord has been told of the command."""
    scene.noted += [each for each in told_of(scene) if each["name"] == scene.it]


def told_of(scene: Scene) -> list[dict[str, Any]]:  # Any: Discord's JSON
    """Return the commands that Discord has been told of, with where they are registered as `route`."""
    found: list[dict[str, Any]] = []
    for entry in scene.made.local.wire:
        body: Any = entry.request
        if entry.method in ("PUT", "POST") and entry.route.endswith("/commands"):
            found += [{**each, "route": entry.route} for each in (listed(body) or [body])]
    return found


def forged(*names: str) -> Act:
    """Let the command come by an earlier name, as from a client that has not heard of the new one."""

    def renames(payload: dict[str, Any]) -> None:  # Any: Discord's JSON
        data = payload["data"]
        data["name"] = names[0] if names[0] else data["name"]
        for name in names[1:]:
            (data,) = data["options"]
            data["name"] = name or data["name"]

    async def act(scene: Scene) -> None:
        scene.made.local.faults.forge(renames)

    return act


def value(o: object) -> Act:
    """Let a value come that Discord's client would not send."""

    async def act(scene: Scene) -> None:
        def changes(payload: dict[str, Any]) -> None:  # Any: Discord's JSON
            payload["data"]["options"][0]["value"] = o

        scene.made.local.faults.forge(changes)

    return act


def suggested(text: str = "") -> Act:
    """Type into the option."""

    async def act(scene: Scene) -> None:
        local = scene.made.local
        trace = local.autocomplete(user="Robin", channel="general", name=scene.it, options={"o": text}, focused="o")
        await scene.went(trace)

    return act


LANGUAGES = "name_localizations: {de: IT_de}, description_localizations: {de: Anders}"
NAMES = [
    case(
        "commands.*",
        "name_localizations description_localizations description",
        TOP.replace("KEY", LANGUAGES),
        registered,
    ),
    case(
        "commands.*",
        "visible_to nsfw contexts integration_types",
        TOP.replace("KEY", "visible_to: nobody, nsfw: true, contexts: guild, integration_types: user_install"),
        registered,
    ),
    case("commands.*", "guilds", TOP.replace("KEY", f"guilds: ['{GUILD}']"), registered, alone=True),
    case(
        "commands.*.commands.*",
        "name_localizations description_localizations description",
        INSIDE.replace("KEY", LANGUAGES),
        registered,
    ),
    case(
        "commands.*.commands.*.commands.*",
        "name_localizations description_localizations description",
        DEEP.replace("KEY", LANGUAGES),
        registered,
    ),
    case(
        "commands.*",
        "commands",
        INSIDE.replace(", KEY", ""),
        registered,
        instead={"commands": {"other": {"description": "d", "reply": "Hi"}}},
    ),
    case(
        "commands.*.commands.*",
        "commands",
        DEEP.replace(", KEY", ""),
        registered,
        instead={"commands": {"other": {"description": "d", "reply": "Hi"}}},
    ),
    case("context_menus.*", "name_localizations", MENU.replace("KEY", "name_localizations: {de: IT_de}"), registered),
    case("context_menus.*", "type", MENU.replace("user, reply: Hi, KEY", "user, reply: Hi"), registered),
    case(
        "context_menus.*",
        "visible_to nsfw contexts integration_types",
        MENU.replace("KEY", "visible_to: nobody, nsfw: true, contexts: guild, integration_types: user_install"),
        registered,
    ),
    case("context_menus.*", "guilds", MENU.replace("KEY", f"guilds: ['{GUILD}']"), registered, alone=True),
]


def former(owner: str, bot: str, name: Callable[[Scene], Act], start: Act) -> Case:
    """Return a case of a name that something had."""

    async def act(scene: Scene) -> None:
        await name(scene)(scene)
        await start(scene)

    return case(owner, "aliases", bot, act)


async def menu(scene: Scene) -> None:
    """Use the menu of Kim."""
    await scene.went(scene.made.local.context_menu(user="Robin", channel="general", name=scene.it, target="Kim"))


FORMER = [
    former("commands.*", TOP.replace("KEY", "aliases: IT_old"), lambda scene: forged(f"{scene.it}_old"), ran()),
    former(
        "commands.*.commands.*", INSIDE.replace("KEY", "aliases: IT old"), lambda _: forged("", "old"), ran("IT in")
    ),
    former(
        "commands.*.commands.*.commands.*",
        DEEP.replace("KEY", "aliases: IT in old"),
        lambda _: forged("", "", "old"),
        ran("IT in it"),
    ),
    former("context_menus.*", MENU.replace("KEY", "aliases: IT_old"), lambda scene: forged(f"{scene.it}_old"), menu),
]


def options(owner: str, bot: str, name: str) -> Case:
    """Return a case of the options of a command, at each depth."""
    with_one = bot.replace("KEY", "options: {o: {type: string, description: d}}")
    return case(owner, "options", with_one, registered, ran(name))


def option(keys: str, declared: str, *acts: Act, instead: Json = None, reply: str = "options.o") -> Case:
    """Return a case of how an option is declared."""
    bot = OPTION.replace("KEY", declared).replace("options.o }}", f"{reply} }}}}")
    return case("commands.*.options.*", keys, bot, *(acts or (registered,)), instead=instead or {})


ALL_OF = (
    "records: {IT: {fields: {name: string, text: string}}, IT_b: {fields: {name: string, text: string}}}\n"
    "commands: {IT: {description: d, reply: Hi, options: {o: {type: string, description: d, autocomplete: {KEY}}}}, "
    "IT_add: {description: d, steps: [{for_each: \"[['b', 'one'], ['a', 'two'], ['c', 'bee']]\", do: "
    "[{insert: {into: IT, values: {name: '{{ item[0] }}', text: '{{ item[1] }}'}}}]}, {reply: ok}]}}"
)


def looked_up(keys: str, how: str, typed: str = "", instead: Json = None) -> Case:
    """Return a case of suggestions from three records."""
    return case(
        "commands.*.options.*.autocomplete",
        keys,
        ALL_OF.replace("KEY", how),
        ran("IT_add"),
        suggested(typed),
        instead=instead or {},
    )


FETCHED = (
    "http: {allow: ['${OTHER}'], private: true}\n"
    "commands: {IT: {description: d, reply: Hi, options: {o: {type: string, description: d, autocomplete: {KEY}}}}}"
)


async def fetched(scene: Scene) -> None:
    """Type into the option, and look at what the other server is asked."""
    scene.other.asked.clear()
    scene.other.say("/a", json={"hits": ["one", "two"]})
    await suggested()(scene)
    scene.noted.extend([asked.path, asked.headers.get("X-A")] for asked in scene.other.asked)


OPTIONS = [
    options("commands.*", TOP, "IT"),
    options("commands.*.commands.*", INSIDE, "IT in"),
    options("commands.*.commands.*.commands.*", DEEP, "IT in it"),
    option("type", "type: user, description: d", instead={"type": "string"}, reply="options.o | string"),
    option("description name_localizations description_localizations", f"type: string, description: d, {LANGUAGES}"),
    option("required", "type: string, description: d", instead={"required": False}, reply="options.o | default(0)"),
    option("min max", "type: integer, description: d, min: 2, max: 9", registered, value(1), ran(o=3)),
    option(
        "min_length max_length",
        "type: string, description: d, min_length: 2, max_length: 9",
        registered,
        value("x"),
        ran(o="abc"),
    ),
    option("choices", "type: string, description: d, choices: {a: A}", instead={"choices": {"a": "B"}}),
    option("channel_types", "type: channel, description: d, channel_types: voice", reply="options.o.name"),
    option("file_types", "type: attachment, description: d, file_types: image", reply="options.o.filename"),
    option(
        "autocomplete",
        "type: string, description: d, autocomplete: [a, b]",
        suggested(),
        instead={"autocomplete": ["c"]},
    ),
    case(
        "commands.*.options.*.choices.*",
        "name name_localizations",
        OPTION.replace("KEY", "type: string, description: d, choices: {a: {name: A, name_localizations: {de: Ah}}}"),
        registered,
    ),
    case(
        "commands.*.options.*.autocomplete",
        "http query headers items",
        FETCHED.replace(
            "KEY", "http: 'http://${OTHER}/a', query: {q: 1}, headers: {X-A: b}, items: '{{ answer.json.hits }}'"
        ),
        fetched,
        instead={"http": "http://${OTHER}/b"},
        alone=True,
    ),
    looked_up("records", "records: IT, match: name"),
    looked_up("match", "records: IT, match: name", "b", instead={"match": "text"}),
    looked_up(
        "label value where order",
        "records: IT, match: name, label: '#{{ record.id }}', value: text, order: name, where: {name: [a, b]}",
    ),
]
CASES = [*NAMES, *FORMER, *OPTIONS]
