"""Steps on messages that are there: who reads, marks, moves and removes them."""

from tests.enforced.case import Act, Case, Scene, done, ran, said, step
from tests.enforced.keys import Json
from tests.enforced.world import IDS

OK = ", {reply: ok}"
SENT = "{id: s, send: {content: Old, channel: '#support'}}, {id: o, send: {content: Other, channel: '#support'}}, "
AT = "channel: '#support', message: '{{ steps.s.message_id }}'"
OTHER = {"message": "{{ steps.o.message_id }}"}
POLL = "poll: {question: Tea, answers: [A, B]}"


def about(steps: str) -> str:
    """Return steps on a message in another channel."""
    return SENT + steps + OK


async def marked(scene: Scene) -> None:
    """Let people react to everything in #general."""
    local = scene.made.local
    for message in local.messages_for(user="Olive", channel="general"):
        for name in ("Kim", "Sam"):
            local.react(user=name, message=int(message["id"]), emoji="👍")
            local.react(user=name, message=int(message["id"]), emoji="🎉")


WRITTEN: tuple[Act, ...] = (
    said("one fish"),
    said("two fish", user="Kim"),
    said("a bird"),
    said("a cat", user="Kim"),
)


def ids(scene: Scene) -> list[str]:
    """Return the messages in #general, the oldest first."""
    return [message["id"] for message in scene.made.local.messages_for(user="Olive", channel="general")]


async def purges(scene: Scene) -> None:
    """Run the command behind the first of the messages, or with it."""
    await scene.went(scene.made.command(scene.it, text=ids(scene)[1]))
    scene.noted.append(
        [message["content"] for message in scene.made.local.messages_for(user="Olive", channel="general")]
    )


def pins(scene: Scene) -> None:
    """Pin the latest message."""
    message = scene.made.local.world.message(int(ids(scene)[-1]))
    assert message is not None
    message.pinned_at = 1.0


def purge(key: str, taking: str, instead: Json = None) -> Case:
    """Return a case of a purge in #general, where two people have written, and one message is pinned."""
    return step(
        "purge",
        key,
        f"{{id: p, purge: {{{taking}}}}}, {{reply: '{{{{ options.text and steps.p.count }}}}'}}",
        *WRITTEN,
        done(lambda scene: scene.made.local.say(user="Sam", channel="support", content="elsewhere")),
        done(pins),
        said("the end"),
        purges,
        instead=instead,
        other={"limit": 3},
        alone=True,
    )


async def removes(scene: Scene) -> None:
    """Run the command on what has been written last in #general."""
    await scene.went(scene.made.command(scene.it, text=ids(scene)[-1]))


CASES = [
    step(
        "delete_message",
        "reason",
        "{delete_message: {message: '{{ options.text }}', reason: Why}}" + OK,
        said("Hm", user="Kim"),
        removes,
    ),
    step(
        "delete_message",
        "channel message",
        about(f"{{delete_message: {{{AT}}}}}"),
        instead=OTHER,
    ),
    step("pin", "channel message reason", about(f"{{pin: {{{AT}, reason: Why}}}}"), instead=OTHER),
    step(
        "unpin",
        "channel message reason",
        about(f"{{pin: {{{AT}}}}}, {{unpin: {{{AT}, reason: Why}}}}"),
        instead=OTHER,
    ),
    step(
        "react", "channel message emoji", about(f"{{react: {{{AT}, emoji: '👍'}}}}"), instead={**OTHER, "emoji": "🎉"}
    ),
    step(
        "unreact",
        "channel message emoji",
        about(f"{{react: {{{AT}, emoji: '👍'}}}}, {{unreact: {{{AT}, emoji: '👍'}}}}"),
        instead={**OTHER, "emoji": "🎉"},
    ),
    step(
        "unreact",
        "user",
        "{id: s, send: Hi}, {wait: 1s}, {unreact: {message: '{{ steps.s.message_id }}', emoji: '👍', user: "
        "'{{ options.who }}'}}" + OK,
        ran(who="Kim"),
    ),
    step(
        "unreact",
        "everyone",
        "{id: s, send: Hi}, {wait: 1s}, {unreact: {message: '{{ steps.s.message_id }}', emoji: '👍', everyone: true}}"
        + OK,
    ),
    step(
        "crosspost",
        "channel message",
        SENT.replace("#support", "#news") + f"{{crosspost: {{{AT.replace('#support', '#news')}}}}}" + OK,
        instead=OTHER,
    ),
    step(
        "end_poll",
        "channel message",
        about(
            f"{{id: p, send: {{channel: '#support', {POLL}}}}}, {{id: q, send: {{channel: '#support', {POLL}}}}}, "
            "{end_poll: {channel: '#support', message: '{{ steps.p.message_id }}'}}"
        ),
        instead={"message": "{{ steps.q.message_id }}"},
    ),
    step(
        "forward",
        "channel message to",
        about(f"{{forward: {{{AT}, to: '#staff'}}}}"),
        instead={**OTHER, "to": "#general"},
    ),
    step(
        "fetch_message",
        "channel message",
        SENT + f"{{id: f, fetch_message: {{{AT}}}}}, {{reply: '{{{{ steps.f.content }}}}'}}",
        instead=OTHER,
        other={"channel": "#support", "message": "{{ steps.o.message_id }}"},
    ),
    step(
        "fetch_reactions",
        "channel message emoji limit",
        SENT
        + f"{{react: {{{AT}, emoji: ['👍', '🎉']}}}}, {{id: f, fetch_reactions: {{{AT}, emoji: '👍', limit: 1}}}}, "
        "{reply: '{{ steps.f.users | length }}'}",
        instead={**OTHER, "emoji": "🎉"},
        other={"channel": "#support", "message": "{{ steps.o.message_id }}", "emoji": "👍"},
    ),
    step(
        "fetch_reactions",
        "bots",
        SENT + f"{{react: {{{AT}, emoji: '👍'}}}}, {{id: f, fetch_reactions: {{{AT}, emoji: '👍', bots: true}}}}, "
        "{reply: '{{ steps.f.users | length }}'}",
        other={"channel": "#support", "message": "{{ steps.s.message_id }}", "emoji": "👍"},
    ),
    purge("limit", "limit: 1", instead={"limit": 2}),
    purge("contains", "limit: 9, contains: FISH"),
    purge("reason", "limit: 9, reason: Why"),
    purge("before", "limit: 9, before: '{{ options.text }}'"),
    purge("after", "limit: 9, after: '{{ options.text }}'"),
    purge("user", f"limit: 9, user: '{IDS['kim']}'"),
    purge("bots", "limit: 9, bots: true"),
    purge("pinned", "limit: 9, pinned: true"),
    purge("channel", "limit: 9, channel: '#support'"),
    step(
        "transcript",
        "channel",
        "{id: t, transcript: {channel: '#support'}}, {reply: '{{ steps.t.count }}'}",
        said("Hi"),
        ran(),
        other={},
        alone=True,
    ),
    step(
        "transcript",
        "limit",
        "{id: t, transcript: {limit: 1}}, {reply: '{{ steps.t.count }}'}",
        said("Hi"),
        said("Ho"),
        ran(),
        other={"limit": 2},
        alone=True,
    ),
    step(
        "transcript",
        "format",
        "{id: t, transcript: {format: html}}, {reply: '{{ steps.t.content | length }}'}",
        said("Hi"),
        ran(),
        other={},
        alone=True,
    ),
]
