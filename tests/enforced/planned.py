"""Steps on the server's scheduled events and emojis, and on the announcement channels that it follows."""

from tests.enforced.case import Act, Case, Scene, case, does, done, ran, step
from tests.enforced.keys import Json
from tests.enforced.world import MEETING, PARROT

OK = ", {reply: ok}"
LATER = "2030-01-16T20:00:00Z"
END = "2030-01-16T21:00:00Z"
OTHER = str(MEETING + 70)
GIF = "tests/enforced/files/party.gif"


def interested(scene: Scene) -> None:
    """Let two members be interested in the meeting."""
    for name in ("Kim", "Sam"):
        scene.made.local.follow(user=name, event=MEETING)


async def sends_a_picture(scene: Scene) -> None:
    """Run the command with a picture."""
    number = scene.made.local.upload(filename="cat.gif", content_type="image/gif", data=b"GIF89a a cat")
    await scene.went(scene.made.command(scene.it, file=number))


def changing(keys: str, said: str, instead: Json = None) -> Case:
    """Return a case of what is changed of the meeting."""
    steps = f"{{edit_scheduled_event: {{event: '{MEETING}', {said}}}}}" + OK
    return step("edit_scheduled_event", keys, steps, instead=instead, alone=True)


ASKED: tuple[Act, ...] = (done(interested), ran())
CASES = [
    step(
        "create_scheduled_event",
        "name! description starts_at ends_at channel reason",
        f"{{create_scheduled_event: {{name: IT, description: D, starts_at: '{LATER}', ends_at: '{END}', "
        "channel: '#Cabin', reason: Why}}" + OK,
        instead={"starts_at": "2030-01-15T20:00:00Z", "channel": "#Lounge"},
        alone=True,
    ),
    step(
        "create_scheduled_event",
        "location",
        f"{{create_scheduled_event: {{name: IT, starts_at: '{LATER}', ends_at: '{END}', location: Here}}}}" + OK,
        instead={"location": "There"},
        alone=True,
    ),
    changing(
        "event name description starts_at ends_at reason",
        f"name: N, description: D, starts_at: '{LATER}', ends_at: '{END}', reason: Why",
        {"event": OTHER},
    ),
    changing("status", "name: N, status: active"),
    changing("channel", "name: N, channel: '#Lounge'"),
    changing("location", f"name: N, ends_at: '{END}', location: Here"),
    step(
        "delete_scheduled_event",
        "event reason",
        f"{{delete_scheduled_event: {{event: '{MEETING}', reason: Why}}}}" + OK,
        instead={"event": OTHER},
        alone=True,
    ),
    step(
        "fetch_scheduled_event_users",
        "event limit",
        f"{{id: f, fetch_scheduled_event_users: {{event: '{MEETING}', limit: 1}}}}, "
        "{reply: '{{ steps.f.count }}'}",
        *ASKED,
        instead={"event": OTHER},
        other={"event": OTHER},
        alone=True,
    ),
    step(
        "create_emoji",
        "name! image roles reason",
        f"{{create_emoji: {{name: IT, image: {GIF}, roles: '@Support', reason: Why}}}}" + OK,
        instead={"image": "tests/enforced/files/other.gif"},
        alone=True,
    ),
    case(
        "step.create_emoji.image",
        "path",
        does(f"{{create_emoji: {{name: IT, image: {{path: {GIF}}}}}}}, {{reply: ok}}"),
        instead={"path": "tests/enforced/files/other.gif"},
        alone=True,
    ),
    case(
        "step.create_emoji.image",
        "attachment",
        does("{create_emoji: {name: IT, image: {attachment: '{{ options.file.id }}'}}}, {reply: ok}"),
        sends_a_picture,
        instead={"attachment": OTHER},
        alone=True,
    ),
    step(
        "edit_emoji",
        "emoji name roles reason",
        f"{{edit_emoji: {{emoji: '<:parrot:{PARROT}>', name: bird, roles: '@Support', reason: Why}}}}" + OK,
        instead={"emoji": OTHER},
        alone=True,
    ),
    step(
        "delete_emoji",
        "emoji reason",
        f"{{delete_emoji: {{emoji: '<:parrot:{PARROT}>', reason: Why}}}}" + OK,
        instead={"emoji": OTHER},
        alone=True,
    ),
    step(
        "follow_channel",
        "channel into reason",
        "{follow_channel: {channel: '#news', into: '#support', reason: Why}}" + OK,
        instead={"channel": "#general"},
        alone=True,
    ),
]
