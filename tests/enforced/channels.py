"""Steps on channels, threads, invites and webhooks."""

from tests.enforced.case import ran, step
from tests.enforced.world import FORUM, HOOK, IDS

OK = ", {reply: ok}"
THREAD = "{id: t, create_thread: {name: T}}, "
CASES = [
    step(
        "create_channel",
        "name topic category slowmode nsfw permissions reason",
        "{create_channel: {name: new, topic: A, category: '#Harbour', slowmode: 5s, nsfw: true, reason: Why, "
        "permissions: [{role: '@everyone', deny: view_channel}]}}" + OK,
        alone=True,
    ),
    step("create_channel", "type", "{create_channel: {name: new, type: voice}}" + OK, alone=True),
    step(
        "create_channel",
        "if_exists",
        "{create_channel: {name: support, category: '#Harbour', if_exists: use}}" + OK,
        alone=True,
    ),
    step(
        "create_channel",
        "permissions.role permissions.allow permissions.deny",
        "{create_channel: {name: new, permissions: [{role: '@Support', allow: send_messages, deny: add_reactions}]}}"
        + OK,
        instead={"permissions.role": "@Muted"},
        alone=True,
    ),
    step(
        "create_channel",
        "permissions.user",
        "{create_channel: {name: new, permissions: [{user: '{{ options.who }}', allow: send_messages}]}}" + OK,
        ran(who="Kim"),
        instead={"permissions.user": IDS["sam"]},
        alone=True,
    ),
    step(
        "edit_channel",
        "channel name topic category position slowmode nsfw reason",
        "{edit_channel: {channel: '#support', name: help, topic: A, category: '#Harbour', position: 3, slowmode: 5s, "
        "nsfw: true, reason: Why}}" + OK,
        alone=True,
    ),
    step(
        "edit_channel",
        "user_limit",
        "{edit_channel: {channel: '#Cabin', name: Hut, user_limit: 5}}" + OK,
        alone=True,
    ),
    step(
        "delete_channel",
        "channel reason",
        "{delete_channel: {channel: '#support', reason: Why}}" + OK,
        instead={"channel": "#staff"},
        alone=True,
    ),
    step(
        "set_permissions",
        "channel role allow deny inherit reason",
        "{set_permissions: {channel: '#support', role: '@Muted', allow: view_channel, deny: add_reactions, "
        "inherit: send_messages, reason: Why}}" + OK,
        instead={"role": "@Support"},
        alone=True,
    ),
    step(
        "set_permissions",
        "user",
        "{set_permissions: {user: '{{ options.who }}', allow: view_channel}}" + OK,
        ran(who="Kim"),
        instead={"user": IDS["sam"]},
        alone=True,
    ),
    step(
        "create_invite",
        "channel expires max_uses temporary reason",
        "{create_invite: {channel: '#support', expires: 1h, max_uses: 3, temporary: true, reason: Why}}" + OK,
    ),
    step(
        "create_thread",
        "channel name content archive_after slowmode reason mentions",
        "{create_thread: {channel: '#support', name: T, content: Hi, archive_after: 3d, slowmode: 5s, reason: Why, "
        "mentions: [users]}}" + OK,
    ),
    step("create_thread", "private", "{create_thread: {name: T, private: true}}" + OK),
    step(
        "create_thread",
        "message",
        "{id: s, send: Hi}, {create_thread: {name: T, message: '{{ steps.s.message_id }}'}}" + OK,
    ),
    step(
        "create_thread",
        "tags",
        f"{{create_thread: {{channel: '{FORUM}', name: T, content: Hi, tags: [Bug]}}}}" + OK,
    ),
    step(
        "edit_thread",
        "channel name archived locked slowmode archive_after reason",
        THREAD
        + "{edit_thread: {channel: '{{ steps.t.thread_id }}', name: U, archived: true, locked: true, slowmode: 5s, "
        "archive_after: 3d, reason: Why}}" + OK,
    ),
    step(
        "edit_thread",
        "invitable",
        "{id: t, create_thread: {name: T, private: true}}, "
        "{edit_thread: {channel: '{{ steps.t.thread_id }}', name: U, invitable: false}}" + OK,
    ),
    step(
        "edit_thread",
        "tags",
        f"{{id: t, create_thread: {{channel: '{FORUM}', name: T, content: Hi}}}}, "
        "{edit_thread: {channel: '{{ steps.t.thread_id }}', name: U, tags: [Idea]}}" + OK,
    ),
    step(
        "add_thread_member",
        "channel user",
        THREAD + "{add_thread_member: {channel: '{{ steps.t.thread_id }}', user: '{{ options.who }}'}}" + OK,
        ran(who="Kim"),
    ),
    step(
        "remove_thread_member",
        "channel user",
        THREAD + "{add_thread_member: {channel: '{{ steps.t.thread_id }}', user: '{{ options.who }}'}}, "
        "{remove_thread_member: {channel: '{{ steps.t.thread_id }}', user: '{{ options.who }}'}}" + OK,
        ran(who="Kim"),
    ),
    step(
        "create_webhook",
        "channel name reason",
        "{create_webhook: {channel: '#support', name: W, reason: Why}}" + OK,
        alone=True,
    ),
    step(
        "delete_webhook",
        "webhook reason",
        f"{{delete_webhook: {{webhook: '{HOOK}', reason: Why}}}}" + OK,
        instead={"webhook": str(HOOK + 50)},
        alone=True,
    ),
    step(
        "delete_webhook",
        "url",
        f"{{delete_webhook: {{url: 'https://discord.com/api/webhooks/{HOOK}/{'a' * 60}'}}}}" + OK,
        instead={"url": f"https://discord.com/api/webhooks/{HOOK}/{'b' * 60}"},
        alone=True,
    ),
]
