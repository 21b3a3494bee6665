"""Messages with a name, and everything else that is said with them: prompts, threads, replies, stickers."""

from tests.enforced.case import Case, case, does, pressed, ran, step
from tests.enforced.keys import Json
from tests.enforced.world import HOOK, IDS, SHELLS, WAVES

N = "params: {n: {type: integer, default: 1}}, content: 'n {{ params.n }}'"
NAMED = f"messages: {{IT: {{{N}}}, IT_b: {{{N}, embeds: [{{title: Again}}]}}}}"
SHOWN = NAMED.replace("content: 'n {{ params.n }}'", "embeds: [{title: 'n {{ params.n }}'}]").replace(
    ", embeds: [{title: Again}]", ", suppress_embeds: true"
)
FULL = (
    f"content: 'Hi <@{IDS['kim']}>', embeds: [{{title: A}}], components: [{{button: {{label: B, url: "
    f"'https://a.example'}}}}], "
    "files: [{text: f, name: f.txt}], mentions: users, suppress_embeds: true"
)
MORE = FULL.partition("embeds")[2].partition(", mentions")[0]
PROMPT = f"embeds{MORE}, suppress_embeds: true"
KEYS = "embeds components files suppress_embeds"
OK = ", {reply: ok}"
FIELDS: list[tuple[str, str, Json]] = [
    ("text", "t: {text: Read}, f: F", {"text": "Write"}),
    ("options", "f: {label: F, type: select, options: {a: A}}", {"options": {"a": "B"}}),
    (
        "min_values max_values default_values",
        "f: {label: F, type: select, options: {a: A, b: B, c: C}, min_values: 2, max_values: 3, "
        "default_values: [a, b]}",
        {"max_values": 2},
    ),
    ("default", "f: {label: F, type: checkbox, default: true}", {}),
    ("channel_types", "f: {label: F, type: channel, channel_types: text}", {}),
    ("file_types", "f: {label: F, type: file_upload, file_types: image}", {}),
]


def message(keys: str, has: str, instead: Json = None) -> Case:
    """Return a case of what a message with a name has."""
    bot = f"messages: {{IT: {{{has}}}}}\ncommands: {{IT: {{description: d, reply: {{message: IT}}}}}}"
    return case("messages.*", keys, bot, instead=instead or {})


def says(
    name: str, taking: str = "", before: str = "", behind: str = OK, key: str = "message", named: str = NAMED
) -> Case:
    """Return a case of a step that says what has a name."""
    steps = f"{before}{{{name}: {{{taking}{key}: IT, with: {{n: 2}}}}}}{behind}"
    return case(f"step.{name}", f"{key} with", does(steps, named), instead={key: "IT_b"})


def asks(name: str, taking: str, before: str = "") -> list[Case]:
    """Return the cases of a question with everything that a message can have, and of one that has a name."""
    prompt = "prompt: Hm, " if name != "paginate" else ""
    whole = does(f"{before}{{{name}: {{{taking}, {prompt}{PROMPT}}}}}{OK}")
    return [case(f"step.{name}", KEYS, whole), says(name, f"{taking}, ", before, named=SHOWN)]


CASES = [
    message("content! embeds components files mentions suppress_embeds silent", f"{FULL}, silent: true"),
    message("poll", "content: Hi, poll: {question: Tea, answers: [A, B]}"),
    message(
        "params",
        "params: {n: {type: integer, default: 1}}, content: 'n {{ params.n }}'",
        {"params": {"n": {"type": "integer", "default": 2}}},
    ),
    says("reply", behind=""),
    says("send"),
    says("dm"),
    says("edit_message", "message: '{{ steps.s.message_id }}', ", "{id: s, send: Old}, ", key="says"),
    says("create_thread", "name: T, ", key="says"),
    case(
        "step.update",
        "message with",
        does(
            "{reply: {content: Old, components: [{button: {id: b, label: Go, on_click: [{update: "
            "{message: IT, with: {n: 2}}}]}}]}}",
            NAMED,
        ),
        ran(),
        pressed("Go"),
        instead={"message": "IT_b"},
    ),
    says("send_webhook", f"webhook: '{HOOK}', "),
    *asks("choose", "options: {a: A}"),
    *asks("confirm", "'yes': Do"),
    *asks("paginate", "items: '[1]', line: '{{ item }}'"),
    *asks("form", "title: T, fields: {f: F}", "{reply: First}, "),
    case("step.choose", "type", does("{choose: {prompt: Who, type: user}}, {reply: ok}"), instead={"type": "role"}),
    case(
        "step.choose",
        "default_values channel_types",
        does(
            f"{{choose: {{prompt: Where, type: channel, channel_types: text, default_values: "
            f"['{IDS['general']}']}}}}{OK}"
        ),
    ),
    step("create_thread", f"{KEYS} silent", f"{{create_thread: {{name: T, {PROMPT}, silent: true}}}}{OK}", alone=True),
    step(
        "create_thread",
        "poll",
        f"{{create_thread: {{name: T, poll: {{question: Tea, answers: [A, B]}}}}}}{OK}",
        alone=True,
    ),
    step(
        "send", "stickers", f"{{send: {{content: Hi, stickers: ['{WAVES}']}}}}{OK}", instead={"stickers": [str(SHELLS)]}
    ),
    step("send", "reply_to", "{id: s, send: Hi}, {send: {content: Ho, reply_to: '{{ steps.s.message_id }}'}}" + OK),
    case(
        "step.send.reply_to",
        "message fail_if_not_exists ping",
        does(
            "{id: s, send: Hi}, {id: o, send: Hm}, {send: {content: Ho, reply_to: "
            "{message: '{{ steps.s.message_id }}', fail_if_not_exists: false, ping: true}}}" + OK
        ),
        instead={"message": "{{ steps.o.message_id }}"},
    ),
    *(
        case("step.form.fields.*", keys, does(f"{{form: {{title: T, fields: {{{has}}}}}}}{OK}"), instead=instead)
        for keys, has, instead in FIELDS
    ),
]
