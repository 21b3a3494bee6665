"""Steps that send messages and change them, and all that a message can have."""

from tests.enforced.case import Case, Scene, case, chose, does, done, pressed, ran, step, submitted
from tests.enforced.keys import Json
from tests.enforced.world import BUG, HOOK, IDEA, IDS

ROBIN, SUPPORT = IDS["robin"], IDS["Support"]
EVERYTHING = (
    "content: Hi, embeds: [{title: A}], components: [{button: {label: B, url: 'https://a.example'}}], "
    "files: [{text: f, name: f.txt}], mentions: users, suppress_embeds: true"
)
NEW = f"{EVERYTHING}, silent: true"
KEYS = "content embeds components files mentions suppress_embeds"
POLL = "{question: Tea, answers: ['Yes', 'No']}"


def replied(message: str, keys: str, owner: str, instead: Json = None) -> Case:
    """Return a case of what a reply can have."""
    return case(owner, keys, does(f"{{reply: {{{message}}}}}"), instead=instead)


def shows(components: str) -> str:
    """Return a bot that shows some components."""
    return does(f"{{reply: {{components: [{components}]}}}}")


async def upload(scene: Scene) -> None:
    """Run the command with a file."""
    local = scene.made.local
    number = local.upload(filename="cat.png", content_type="image/png", data=b"a cat")
    await scene.went(scene.made.command(scene.it, file=number))


def closes_dms(scene: Scene) -> None:
    """Let Kim take no direct messages."""
    next(user for user in scene.made.local.world.users.values() if user.username == "kim").dms_open = False


SENDS = [
    step("reply", f"{KEYS} silent ephemeral", f"{{reply: {{{NEW}, ephemeral: true}}}}"),
    step("reply", "poll", f"{{reply: {{content: Hi, poll: {POLL}}}}}"),
    step("send", f"{KEYS} silent channel", f"{{send: {{{NEW}, channel: '#support'}}}}, {{reply: ok}}"),
    step("send", "poll", f"{{send: {{content: Hi, poll: {POLL}}}}}, {{reply: ok}}"),
    step(
        "dm", f"{KEYS} silent user", f"{{dm: {{{NEW}, user: '{{{{ options.who }}}}'}}}}, {{reply: ok}}", ran(who="Kim")
    ),
    step("dm", "poll", f"{{dm: {{content: Hi, poll: {POLL}}}}}, {{reply: ok}}"),
    step(
        "dm",
        "if_closed",
        "{dm: {content: Hi, user: '{{ options.who }}', if_closed: [{log: Closed}]}}, {reply: ok}",
        done(closes_dms),
        ran(who="Kim"),
        alone=True,
    ),
    step(
        "send_webhook",
        f"webhook {KEYS} silent username avatar_url",
        f"{{send_webhook: {{{NEW}, webhook: '{HOOK}', username: News, avatar_url: "
        f"'https://a.example/a.png'}}}}, {{reply: ok}}",
        instead={"webhook": str(HOOK + 100)},
    ),
    step("send_webhook", "poll", f"{{send_webhook: {{content: Hi, webhook: '{HOOK}', poll: {POLL}}}}}, {{reply: ok}}"),
    step(
        "send_webhook",
        "thread",
        f"{{id: t, create_thread: {{name: T}}}}, {{send_webhook: {{content: Hi, webhook: '{HOOK}', "
        "thread: '{{ steps.t.thread_id }}'}}, {reply: ok}",
        alone=True,
    ),
    step(
        "send_webhook",
        "url",
        f"{{send_webhook: {{content: Hi, url: 'https://discord.com/api/webhooks/{HOOK}/{'a' * 60}'}}}}, {{reply: ok}}",
        instead={"url": f"https://discord.com/api/webhooks/{HOOK}/{'b' * 60}"},
    ),
    step(
        "edit_message",
        f"{KEYS} message channel",
        "{id: s, send: {content: Old, channel: '#support'}}, {id: other, send: {content: Other, channel: '#support'}}, "
        f"{{edit_message: {{{EVERYTHING}, message: '{{{{ steps.s.message_id }}}}', channel: "
        f"'#support'}}}}, {{reply: ok}}",
        instead={"message": "{{ steps.other.message_id }}"},
    ),
    step(
        "update",
        KEYS,
        "{reply: {content: Old, components: [{button: {id: b, label: Go, on_click: "
        f"[{{update: {{{EVERYTHING}}}}}]}}}}]}}}}",
        ran(),
        pressed("Go"),
    ),
    step("defer", "ephemeral", "{defer: {ephemeral: true}}, {wait: 1s}, {reply: ok}"),
    step(
        "modal",
        "name with",
        "{modal: {name: IT, with: {n: 2}}}",
        ran(),
        submitted(f="x"),
        more="modals: {IT: {title: T, params: {n: integer}, fields: {f: F}, reply: '{{ params.n }}'}, "
        "IT_b: {title: B, params: {n: integer}, fields: {f: F}, reply: B}}",
        instead={"name": "IT_b", "with": {"n": 3}},
    ),
]

MENTIONS = [
    case(
        "step.dm.mentions",
        "users roles",
        does(f"{{reply: {{content: Hi, mentions: {{users: '{ROBIN}', roles: '{SUPPORT}'}}}}}}"),
    ),
    case("step.dm.mentions", "parse", does("{reply: {content: Hi, mentions: {parse: [users, roles]}}}")),
]

FILES = [
    case(
        "upload",
        "name! text! description spoiler",
        does("{reply: {files: [{text: f, name: f.txt, description: F, spoiler: true}]}}"),
    ),
    case("upload", "csv", does("{reply: {files: [{csv: [[1, 2]], name: f.csv}]}}"), instead={"csv": [[1, 2], [3, 4]]}),
    case(
        "upload",
        "path",
        does("{reply: {files: [{path: tests/messages/rules.txt}]}}"),
        instead={"path": "tests/messages/test_polls.py"},
    ),
    case(
        "upload",
        "attachment",
        does("{reply: {files: [{attachment: '{{ options.file.id }}'}]}}"),
        upload,
        instead={"attachment": str(BUG)},
    ),
]

EMBEDS = [
    replied(
        "embeds: [{title: A, description: B, url: 'https://a.example', color: '#5865F2', timestamp: "
        "'1999-12-31T00:00:00Z', "
        "author: {name: C, url: 'https://b.example', icon_url: 'https://c.example/a.png'}, "
        "footer: {text: D, icon_url: 'https://d.example/a.png'}, image: 'https://e.example/a.png', "
        "thumbnail: 'https://f.example/a.png', fields: [{name: E, value: F, inline: true}]}]",
        keys,
        owner,
    )
    for owner, keys in {
        "embed": "title description url color timestamp author footer image thumbnail fields",
        "embed.author": "name url icon_url",
        "embed.footer": "text icon_url",
        "embed.fields": "name value inline",
    }.items()
]
PICTURES = (
    replied(
        "embeds: [{title: A, image: {url: 'https://e.example/a.png'}, thumbnail: {url: 'https://f.example/a.png'}}]",
        "url",
        "embed.image",
    ),
    replied(
        "embeds: [{title: A, image: {url: 'https://e.example/a.png'}, thumbnail: {url: 'https://f.example/a.png'}}]",
        "url",
        "embed.thumbnail",
    ),
)

POLLS = [
    replied(
        "content: Hi, poll: {question: Tea, answers: [{text: A, emoji: '👍'}, B], duration: 2h, "
        "allow_multiselect: true}",
        "question duration allow_multiselect answers",
        "poll",
        instead={"answers": ["A", "B", "C"]},
    ),
    replied("content: Hi, poll: {question: Tea, answers: [{text: A, emoji: '👍'}, B]}", "text emoji", "poll.answers"),
]

BOX = (
    "{text: T}, {container: {accent_color: '#5865F2', spoiler: true, components: [{text: {content: "
    "Hi}}, {separator: {divider: false, spacing: large}}]}}"
)
LAYOUT = [
    case("container", "accent_color spoiler components", shows(BOX), instead={"components": [{"text": "Ho"}]}),
    case("text", "content", shows(BOX)),
    case("separator", "divider spacing", shows(BOX)),
    case(
        "section",
        "text accessory",
        shows(
            "{section: {text: Hi, accessory: {thumbnail: {url: 'https://a.example/a.png', description: A, "
            "spoiler: true}}}}"
        ),
        instead={"accessory": {"thumbnail": "https://b.example/b.png"}},
    ),
    case(
        "thumbnail",
        "url description spoiler",
        shows(
            "{section: {text: Hi, accessory: {thumbnail: {url: 'https://a.example/a.png', description: A, "
            "spoiler: true}}}}"
        ),
    ),
    case(
        "section.accessory",
        "thumbnail!",
        shows("{section: {text: Hi, accessory: {thumbnail: 'https://a.example/a.png'}}}"),
    ),
    case(
        "section.accessory",
        "button",
        shows("{section: {text: Hi, accessory: {button: {label: B, url: 'https://a.example'}}}}"),
        instead={"button": {"label": "C", "url": "https://a.example"}},
    ),
    case(
        "media_gallery",
        "items",
        shows("{media_gallery: {items: [{url: 'https://a.example/a.png', description: A, spoiler: true}]}}"),
        instead={"items": ["https://b.example/b.png"]},
    ),
    case(
        "media",
        "url description spoiler",
        shows("{media_gallery: {items: [{url: 'https://a.example/a.png', description: A, spoiler: true}]}}"),
    ),
    replied(
        "files: [{text: f, name: f.txt}, {text: f, name: g.txt}], components: [{file: {file: f.txt, spoiler: true}}]",
        "file spoiler",
        "file",
        instead={"file": "g.txt"},
    ),
]

KINDS = [
    case(
        owner,
        kind,
        does(
            f"{{reply: {{files: [{{text: f, name: f.txt}}, {{text: f, name: g.txt}}], components: "
            f"[{inside.format(f'{{{kind}: {one}}}')}]}}}}"
        ),
        instead={kind: other},
    )
    for owner, inside in {
        "step.dm.components": "{}, {{text: T}}",
        "container.components": "{{container: {{components: [{}]}}}}",
    }.items()
    for kind, (one, other) in {
        "button": ("{label: B, url: 'https://a.example'}", {"label": "C", "url": "https://a.example"}),
        "select": (
            "{id: s, options: {a: A}, on_select: [{reply: ok}]}",
            {"id": "s", "options": {"a": "B"}, "on_select": [{"reply": "ok"}]},
        ),
        "section": (
            "{text: A, accessory: {thumbnail: 'https://a.example/a.png'}}",
            {"text": "B", "accessory": {"thumbnail": "https://a.example/a.png"}},
        ),
        "text": ("Hi", "Ho"),
        "media_gallery": ("'https://a.example/a.png'", "https://a.example/b.png"),
        "file": ("f.txt", "g.txt"),
        "separator": ("{spacing: large}", {"spacing": "small"}),
        "container": ("{components: [{text: Hi}]}", {"components": [{"text": "Ho"}]}),
    }.items()
    if not (owner == "container.components" and kind == "container")
]

LINK = "{button: {label: B, url: 'https://a.example', emoji: '👍', disabled: true}}"
BUTTON = "{button: {id: IT, label: B, style: danger, on_click: [{reply: ok}]}}"
SELECT = (
    "{select: {id: IT, type: string, options: {a: {label: A, description: First, emoji: '👍', default: true}, b: B}, "
    "placeholder: Choose, min_values: 1, max_values: 1, disabled: true, on_select: [{reply: ok}]}}"
)
INLINE = [
    case("button", "label url emoji disabled", shows(LINK), instead={"url": "https://b.example"}),
    case("button", "style on_click", shows(BUTTON), ran(), pressed("B"), instead={"on_click": [{"reply": "No"}]}),
    case("button", "id!", shows(BUTTON)),
    case("button", "sku", shows(f"{{button: {{sku: '{BUG}'}}}}"), instead={"sku": str(IDEA)}, alone=True),
    case(
        "select",
        "options placeholder min_values max_values disabled id!",
        shows(SELECT.replace("min_values: 1", "min_values: 0")),
        instead={"options": {"a": "A"}},
    ),
    case("choice", "label description emoji default", shows(SELECT)),
    case(
        "select",
        "on_select",
        shows("{select: {id: IT, options: {a: A, b: B}, on_select: [{reply: '{{ values[0] }}'}]}}"),
        ran(),
        chose("b"),
        instead={"on_select": [{"reply": "No"}]},
    ),
    case("select", "type", shows("{select: {id: IT, type: role, on_select: [{reply: ok}]}}"), instead={"type": "user"}),
    case(
        "select",
        "channel_types default_values",
        shows(
            "{select: {id: IT, type: channel, channel_types: text, on_select: [{reply: ok}], "
            f"default_values: ['{IDS['general']}']}}}}"
        ),
    ),
]
CASES = [*SENDS, *MENTIONS, *FILES, *EMBEDS, *PICTURES, *POLLS, *LAYOUT, *KINDS, *INLINE]
