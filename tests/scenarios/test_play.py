"""Playing: each kind of event happens as it says, and each kind of expectation sees what is not as expected."""

import asyncio
import os
import tempfile
from collections.abc import Callable
from contextvars import Context
from pathlib import Path
from textwrap import dedent, indent
from typing import TypeVarTuple, Unpack

import pytest

from runner.emulator.clock import VirtualLoop, elapse
from runner.scenarios.load import load_scenarios
from runner.scenarios.play import Failure, play
from runner.scenarios.stage import MEMORY, Stage, on_stage
from tests.conftest import compiled

Ts = TypeVarTuple("Ts")

BOT = """
store: postgresql://not.there/bots
http: {allow: tea.example}
state: {taps: {type: integer, default: 0}}
commands:
  tap: {description: Tap, steps: [{increment: {state: taps}}, {reply: "{{ state.taps }}"}]}
  ping:
    description: Ping
    options: {who: {type: user, description: Who}}
    reply: "Pong {{ options.who.name if options.who else '' }}"
  ask: {description: Ask, reply: {content: Ready?, components: [yes_, no_]}}
  slow: {description: Slow, response: ephemeral, steps: [{wait: 5s}, {reply: Done}, {reply: More}]}
  form: {description: Form, steps: [{modal: form}]}
  post: {description: Post, steps: [{send: {channel: "#staff", content: Posted}}, {reply: Done}]}
  list: {description: List, steps: [{paginate: {items: "[1]", line: "{{ item }}"}}]}
  panel:
    description: Panel
    steps: [{send: {channel: "#staff", embeds: [{title: Doors, color: "#FFFFFF"}], components: [yes_, no_]}}]
  boom: {description: Boom, steps: [{fail: No luck.}]}
  call:
    description: Call
    steps:
      - id: it
        http: {url: "https://tea.example/cup", query: {hot: 1}, headers: {X-Key: abc}, json: {sugar: [1, 2]}}
      - let: {more: "{{ steps.it.headers['x-more'] | default('') }}"}
      - reply: "{{ steps.it.json.says if steps.it.json else steps.it.text }} {{ vars.more }}"
  elsewhere:
    description: Elsewhere
    options: {where: {type: string, description: Where, required: true}}
    steps: [{http: "{{ options.where }}"}, {reply: Done}]
  card:
    description: Card
    steps: [{send: {channel: "#staff", embeds: [{title: A, color: 5}], components: [yes_]}}, {reply: Done}]
  picture:
    description: Picture
    options: {it: {type: attachment, description: Which, required: true, file_types: [image]}}
    reply: "{{ options.it.filename }} {{ options.it.content_type }} {{ options.it.size }}"
  proof: {description: Proof, steps: [{modal: proof}]}
  poll:
    description: Poll
    steps: [{id: it, reply: {content: Tea?}}, {react: {emoji: 🍵, message: "{{ steps.it.message_id }}"}}]
  plan:
    description: Plan
    steps:
      - create_scheduled_event:
          name: Game night
          description: Bring snacks
          starts_at: "{{ now + 7200 }}"
          ends_at: "{{ now + 9000 }}"
          location: The library
      - reply: Done
  meet:
    description: Meet
    steps: [{create_scheduled_event: {name: Talk, starts_at: "{{ now + 60 }}", channel: "#Lounge"}}, {reply: Done}]
  draw:
    description: Draw
    options: {it: {type: attachment, description: Which, required: true}}
    steps:
      - create_emoji: {name: party, image: {attachment: "{{ options.it.id }}"}, roles: ["@Support", "@Muted"]}
      - reply: Done
  whisper: {description: Whisper, response: ephemeral, reply: Psst}
components:
  yes_: {button: {label: "Yes"}, response: update, steps: [{update: {content: Agreed, components: []}}]}
  no_: {button: {label: "No"}, reply: "{{ user.display_name }} says no"}
events:
  member_join: {steps: [{send: {channel: "#general", content: "{{ member.display_name }} came"}}]}
  member_leave: {steps: [{send: {channel: "#general", content: "{{ user.name }} went"}}]}
  message_edit: {steps: [{send: "{{ user.name }} says {{ message.content }}"}]}
  message_delete: {steps: [{send: gone}]}
  reaction_add: {steps: [{send: "{{ reaction.emoji }}"}]}
  reaction_remove: {steps: [{wait: 20s}, {send: "no {{ reaction.emoji }}"}]}
  channel_delete: {steps: [{send: {channel: "#general", content: "{{ channel.name }} is gone"}}]}
  scheduled_event_join: {steps: [{send: {channel: "#general", content: "{{ user.mention }} comes"}}]}
  scheduled_event_leave: {steps: [{send: {channel: "#general", content: "{{ user.mention }} stays"}}]}
  role_delete: {steps: [{send: {channel: "#general", content: "{{ role.name }} is gone"}}]}
  guild_join: {steps: [{send: {channel: "#general", content: Hello again}}]}
  voice_join: {steps: [{send: {channel: "#general", content: "{{ user.name }} in {{ channel.name }}"}}]}
  voice_leave: {steps: [{send: {channel: "#general", content: "{{ user.name }} out of {{ channel.name }}"}}]}
modals:
  form: {title: The form, fields: {a: A}, reply: "{{ fields.a }}!"}
  proof:
    title: Proof
    fields: {why: {label: Why}, files: {type: file_upload, label: Files, max_values: 2}}
    reply: "{{ fields.why }}: {{ fields.files | map(attribute='filename') | join(', ') }}"
"""


def failure(events: str, bot: str = BOT) -> Failure | None:
    """Play events, given as a YAML list, with a bot, and return how they fail."""
    text = "scenarios:\n  it:\n" + indent(dedent(events), "    ")
    loaded = load_scenarios(Path("a.scenario.yaml"), lambda _: text.encode())
    assert loaded.diagnostics == []
    assert loaded.file is not None
    return play("it", loaded.file.scenarios["it"], compiled(bot)).failure


HOLDS = {
    "a command with options": '- {command: ping, options: {who: Mo}, expect: "Pong mo"}',
    "another member": "- {command: ask, id: q}\n- {click: 'No', by: Kim, target: q, expect: Kim says no}",
    "buttons by their labels": "- {command: ask, expect: {components: ['Yes', 'No']}}",
    "an update": "- command: ask\n- {click: 'Yes', expect: {response: update, content: Agreed, components: []}}",
    "every message": "- {command: slow, expect: {messages: [Done, More], ephemeral: true}}",
    "the first response": "- {command: slow, expect: {response: defer, acknowledged_within: 1s}}",
    "time to the end": "- {command: slow, expect: {finished_within: 5.5s}}",
    "a form": "- {command: form, expect: {modal: {contains: form}}}\n- {submit: {a: tea}, expect: tea!}",
    "an earlier form": "- command: form\n- {command: ping, by: Kim}\n- {submit: {a: tea}, expect: tea!}",
    "a channel": "- command: post\n- {by: Mo, expect: {channels: {staff: Posted}}}",
    "a channel that isn't there": "- {expect: {channels: {nowhere: {exists: false}, general: {exists: true}}}}",
    "a channel that one can't see": "- command: post\n- {by: Kim, expect: {channels: {staff: {count: 0}}}}",
    "roles": "- {expect: {members: {Mo: {roles: [Moderator], lacks: Muted}, Kim: {roles: [], in_server: true}}}}",
    "what the newest message of a channel shows": "- command: panel\n- {by: Mo, expect: "
    "{channels: {staff: {embeds: [{title: Doors}], components: ['Yes', 'No']}}}}",
    "a channel that is deleted": "- {delete_channel: staff}\n"
    "- {expect: {channels: {staff: {exists: false}, general: staff is gone}}}",
    "a role that is deleted": "- {delete_role: Moderator, expect: {channels: {general: Moderator is gone}}}\n"
    "- {expect: {members: {Mo: {roles: []}}}}",
    "a bot that is taken out": "- {leave: true, by: Keeper}\n- {say: Alone, expect: "
    "{channels: {general: Alone}}}\n- {join: true, by: Keeper, expect: {channels: {general: Hello again}}}",
    "a message of a member": "- {say: Hello, expect: {channels: {general: Hello}}}",
    "a reaction": "- {say: Hello, id: hi}\n- {react: 👍, by: Kim, target: hi}",
    "what the bot says to a reaction": "- {say: Hello, id: hi}\n"
    "- {react: 👍, target: hi, expect: {channels: {general: 👍}}}",
    "a reaction that is taken back": "- {say: Hello, id: hi}\n- {react: 👍, target: hi}\n"
    "- {unreact: 👍, target: hi, expect: {channels: {general: no 👍}}}",
    "a message that is changed": "- {say: Hello, id: hi}\n"
    "- {edit: Bye, target: hi, expect: {channels: {general: robin says Bye}}}",
    "a message that is deleted": "- {say: Hello, id: hi}\n"
    "- {delete: true, target: hi, expect: {channels: {general: gone}}}",
    "somebody who joins": "- {join: true, by: Noa, expect: {channels: {general: Noa came}}}",
    "somebody who leaves": "- {leave: true, by: Kim}\n- {expect: {channels: {general: kim went}}}",
    "a voice channel": "- {enter_voice: Lounge, expect: {channels: {general: robin in Lounge}}}\n"
    "- {leave_voice: true, expect: {channels: {general: robin out of Lounge}}}",
    "time that passes": "- command: ask\n- wait: 20m\n- {click: 'No', expect: {content: {matches: says no$}}}",
    "more time than a weekend": "- {wait: 4d}\n- {command: ping, expect: Pong}",
    "a list that ends by itself": "- {command: list, expect: '1'}\n- {command: ping, expect: Pong}",
    "a restart": "- command: ask\n- restart: true\n- {click: 'No', expect: {acknowledged_within: 1s}}",
    "what is kept over a restart": "- {command: tap, expect: '1'}\n- restart: true\n- {command: tap, expect: '2'}",
    "several in one moment": "- command: ask\n- together: [{click: 'No', by: Mo}, {click: 'No', by: Kim}]",
    "what a client won't do": "- {command: nothing, expect: {refused: {contains: nothing}}}",
    "another server": "- web: {'https://tea.example/cup': {json: {says: Hot}, headers: {X-More: please}}}\n"
    "- {command: call, expect: {content: Hot please, called: 'https://tea.example/cup?hot=1'}}",
    "what it was asked": "- web: {'https://tea.example/cup?hot=1': {text: Hot}}\n"
    "- {command: call, expect: {called: [{method: POST, headers: {x-key: abc}, json: {sugar: [1, 2]}, body: "
    "{contains: sugar}}]}}",
    "another server that changes": "- web: {'https://tea.example/cup': 503}\n"
    "- {command: call, expect: {content: {contains: went wrong}}}\n- web: {'https://tea.example/cup': {text: Hot}}\n"
    "- restart: true\n- {command: call, expect: {content: {contains: Hot}}}",
    "another server that is slow": "- web: {'https://tea.example/cup': {text: Hot, takes: 8s}}\n"
    "- {command: call, expect: {content: {contains: Hot}, response: defer, acknowledged_within: 2.5s}}",
    "another server that takes too long": "- web: {'https://tea.example/cup': {text: Hot, takes: 11s}}\n"
    "- {command: call, expect: {content: {contains: went wrong}}}",
    "another server that is down": "- web: {'https://tea.example/cup': {down: true}}\n"
    "- {command: call, expect: {content: {contains: went wrong}, called: [{method: POST}]}}",
    "another server of which nothing is said": "- {command: call, expect: {content: {contains: went wrong}}}",
    "another server that the bot may not call": "- web: {'https://example.com': 200}\n"
    "- {command: elsewhere, options: {where: 'https://example.com'}, expect: {called: []}}",
    "what a pattern has found": "- {command: ping, options: {who: Mo}, expect: {content: {matches: '(?P<who>mo)'}}}\n"
    "- {say: 'Hi ${who}', expect: {channels: {general: {last: {matches: '(?P<all>Hi mo)'}}}}}\n"
    "- {command: ping, options: {who: '${who}'}, expect: {messages: [{contains: '${who}'}]}}\n"
    "- together: [{command: ping, expect: {content: {lacks: '${all}'}}}, {command: tap}]",
    "the newest message of a channel": "- {command: post, by: Mo}\n"
    "- {react: 👍, by: Mo, target: '#staff', expect: {channels: {staff: 👍}}}\n"
    "- {delete: true, by: Olive, target: '#staff', expect: {channels: {staff: gone}}}",
    "a button on it": "- {command: card, by: Mo}\n- {click: 'Yes', by: Mo, target: '#staff', expect: Agreed}",
    "a file for an option": "- {command: picture, files: {it: cat.png}, expect: cat.png image/png 0}\n"
    "- {command: picture, files: {it: {name: cat.gif, content: Miaow}}, expect: cat.gif image/gif 5}",
    "files for a form": "- command: proof\n"
    "- {submit: {why: Look}, files: {files: [a.png, b.txt]}, expect: 'Look: a.png, b.txt'}",
    "a file in the same moment": "- together: [{command: picture, files: {it: a.png}, expect: a.png image/png 0}, "
    "{command: tap}]",
    "a file that an option does not take": "- {command: picture, files: {it: cat.txt}, expect: "
    "{refused: {contains: cat.txt' is not a file of the right type}}}",
    "reactions": "- {command: poll, id: p, expect: {reactions: {🍵: 1}}}\n"
    "- {react: 🍵, by: Kim, target: p, expect: {channels: {general: {reactions: {}}}}}\n"
    "- {unreact: 🍵, by: Kim, target: p}\n- {react: 🫖, by: Mo, target: p}\n"
    "- {command: ping, expect: {reactions: {}}}",
    "reactions in a channel": "- {command: poll, in: staff, by: Mo}\n"
    "- {by: Olive, expect: {channels: {staff: {reactions: {🍵: 1}}}}}",
    "a channel without what only one user sees": "- {say: Hello}\n- {command: whisper, expect: "
    "{content: Psst, ephemeral: true, channels: {general: {last: Hello, count: 1}}}}",
    "the newest message that everybody sees": "- {say: Hello}\n- command: whisper\n"
    "- {edit: Bye, target: '#general', expect: {channels: {general: robin says Bye}}}",
    "more messages than a page has": "- {say: Hello}\n" * 51 + "- {expect: {channels: {general: {count: 51}}}}",
    "a scheduled event": "- {command: plan, expect: {scheduled_events: {Game night: {exists: true, status: scheduled, "
    "description: {contains: snacks}, starts_in: 2h, lasts: 30m, location: The library, interested: []}}}}\n"
    "- {wait: 2h, expect: {scheduled_events: {Game night: active}}}\n"
    "- {wait: 31m, expect: {scheduled_events: {Game night: completed, Talk: {exists: false}}}}",
    "an event in a channel": "- {command: meet, expect: {scheduled_events: {Talk: {channel: Lounge}}}}",
    "somebody who is interested": "- command: plan\n- {interested: Game night, by: Mo, expect: {channels: {general: "
    "{last: {contains: comes}}}, scheduled_events: {Game night: {interested: [Mo]}}}}\n- {interested: Game night}\n"
    "- {expect: {scheduled_events: {Game night: {interested: [Robin, Mo]}}}}\n"
    "- {uninterested: Game night, by: Mo, expect: {channels: {general: {last: {contains: stays}}}}}\n"
    "- {expect: {scheduled_events: {Game night: {interested: [Robin]}}}}",
    "an emoji": "- {expect: {emojis: {party: false}}}\n- {command: draw, files: {it: {name: a.gif, content: GIF89a}}}\n"
    "- {expect: {emojis: {party: {exists: true, animated: true, roles: [Muted, Support]}}}}",
    "a private failure": "- {command: boom, expect: {content: No luck., ephemeral: true}}",
}


@pytest.mark.parametrize("events", HOLDS.values(), ids=HOLDS)
def test_what_is_so_is_as_expected(events: str) -> None:
    assert failure(events) is None


CALL = "- web: {'https://tea.example/cup': 200}\n- {command: call, expect: {called: "

FAILS = {
    "a text": ("- {command: ping, expect: Pang}", "content", "“Pang”", "“Pong”"),
    "a part": ("- {command: ask, expect: {content: {contains: Steady}}}", "content", "with “Steady”", "“Ready?”"),
    "a part too much": (
        "- {command: ask, expect: {content: {lacks: Ready}}}",
        "content",
        "without “Ready”",
        "“Ready?”",
    ),
    "a pattern": ("- {command: ask, expect: {content: {matches: '^R.$'}}}", "content", "matching ^R.$", "“Ready?”"),
    "visibility": ("- {command: ask, expect: {ephemeral: true}}", "ephemeral", "yes", "no"),
    "the number of messages": (
        "- {command: slow, expect: {messages: [Done]}}",
        "messages",
        "1 messages",
        "2: “Done”, “More”",
    ),
    "one of the messages": ("- {command: slow, expect: {messages: [Done, Less]}}", "messages.1", "“Less”", "“More”"),
    "embeds": ("- {command: ask, expect: {embeds: [{title: A}]}}", "embeds", "1 embeds", "0"),
    "components": ("- {command: ask, expect: {components: ['Yes']}}", "components", "Yes", "Yes, No"),
    "the response": ("- {command: slow, expect: {response: reply}}", "response", "“reply”", "“defer”"),
    "the end": ("- {command: slow, expect: {finished_within: 4s}}", "finished_within", "4 s", "5.0"),
    "a form": ("- {command: form, expect: {modal: Another}}", "modal", "“Another”", "“The form”"),
    "no form": ("- {command: ask, expect: {modal: The form}}", "modal", "“The form”", "nothing"),
    "a failure": ("- {command: ping, expect: {failed: true}}", "failed", "yes", "no"),
    "roles": ("- {expect: {members: {Mo: {roles: [Support]}}}}", "members.Mo.roles", "Support", "Moderator"),
    "a role": ("- {expect: {members: {Mo: {has: Support}}}}", "members.Mo.has", "Support", "Moderator"),
    "one role too many": (
        "- {expect: {members: {Mo: {lacks: Moderator}}}}",
        "members.Mo.lacks",
        "Moderator",
        "Moderator",
    ),
    "a nick": ("- {expect: {members: {Mo: {nick: Boss}}}}", "members.Mo.nick", "“Boss”", "nothing"),
    "a ban": ("- {expect: {members: {Mo: {banned: true}}}}", "members.Mo.banned", "yes", "no"),
    "a timeout": ("- {expect: {members: {Mo: {timed_out: true}}}}", "members.Mo.timed_out", "yes", "no"),
    "a stranger": ("- {expect: {members: {Nobody: {banned: true}}}}", "members", "people who are there", "Nobody"),
    "a channel": ("- {expect: {channels: {nowhere: {exists: true}}}}", "channels.nowhere.exists", "yes", "no"),
    "a topic": ("- {expect: {channels: {general: {topic: Boats}}}}", "channels.general.topic", "“Boats”", "“Talk"),
    "a message": ("- {expect: {channels: {general: Hello}}}", "channels.general.last", "“Hello”", "nothing"),
    "an embed in a channel": (
        "- command: panel\n- {by: Mo, expect: {channels: {staff: {embeds: [{title: Windows}]}}}}",
        "channels.staff.embeds.0.title",
        "“Windows”",
        "“Doors”",
    ),
    "a button in a channel": (
        "- command: panel\n- {by: Mo, expect: {channels: {staff: {components: ['Yes']}}}}",
        "channels.staff.components",
        "Yes",
        "Yes, No",
    ),
    "a role that nobody can delete": ("- {delete_role: everyone}", "refused", "that it can be done", "everyone"),
    "a channel that isn't there any more": ("- {delete_channel: attic}", "refused", "that it can be done", "attic"),
    "a count": ("- {command: ask, expect: {channels: {general: {count: 2}}}}", "channels.general.count", "2", "1"),
    "reactions": ("- {command: poll, expect: {reactions: {🍵: 2, 👍: 1}}}", "reactions", "🍵 2, 👍 1", "🍵 1"),
    "no reactions in a channel": (
        "- {say: Hello, expect: {channels: {general: {reactions: {👍: 1}}}}}",
        "channels.general.reactions",
        "👍 1",
        "nothing",
    ),
    "two files for one option": (
        "- {command: picture, files: {it: [a.png, b.png]}}",
        "refused",
        "that it can be done",
        "the option 'it' takes one file",
    ),
    "a refusal that isn't": ("- {command: ping, expect: {refused: No}}", "refused", "“No”", "it could be done"),
    "a refusal for another reason": ("- {command: x, expect: {refused: No}}", "refused", "“No”", "x"),
    "a refusal that nobody expects": ("- command: x", "refused", "that it can be done", "x"),
    "a button that isn't there": ("- {click: Perhaps}", "refused", "that it can be done", "Perhaps"),
    "a form that isn't open": ("- {submit: {a: b}}", "refused", "that it can be done", "Robin has no form open"),
    "a call too few": ("- {command: ping, expect: {called: [https://example.com]}}", "called", "1 calls", "0: nothing"),
    "another address": (CALL + "[https://example.com]}}", "called.0.url", "“https://example.com”", "/cup?hot=1"),
    "another method": (CALL + "[{method: PUT}]}}", "called.0.method", "“PUT”", "“POST”"),
    "another header": (CALL + "[{headers: {X-Key: xyz}}]}}", "called.0.headers.X-Key", "“xyz”", "“abc”"),
    "another body": (CALL + "[{body: Tea}]}}", "called.0.body", "“Tea”", "sugar"),
    "other JSON": (CALL + "[{json: {sugar: [1, 3]}}]}}", "called.0.json.sugar.1", "3", "2"),
    "a channel without messages": (
        "- {react: 👍, target: '#general'}",
        "refused",
        "that it can be done",
        "Robin sees no message in #general",
    ),
    "what nobody has noted": (
        "- {say: '${who}'}",
        "event",
        "names that a pattern has noted",
        "nothing has been noted as `who`",
    ),
    "where an event stands": (
        "- {command: plan, expect: {scheduled_events: {Game night: active}}}",
        "scheduled_events.Game night.status",
        "“active”",
        "“scheduled”",
    ),
    "what an event is about": (
        "- {command: meet, expect: {scheduled_events: {Talk: {description: Tea}}}}",
        "scheduled_events.Talk.description",
        "“Tea”",
        "nothing",
    ),
    "when an event begins": (
        "- {command: plan, expect: {scheduled_events: {Game night: {starts_in: 1h}}}}",
        "scheduled_events.Game night.starts_in",
        "1h",
        "2h",
    ),
    "how long an event goes on": (
        "- {command: meet, expect: {scheduled_events: {Talk: {lasts: 1h}}}}",
        "scheduled_events.Talk.lasts",
        "1h",
        "nothing",
    ),
    "the channel of an event": (
        "- {command: plan, expect: {scheduled_events: {Game night: {channel: Lounge}}}}",
        "scheduled_events.Game night.channel",
        "“Lounge”",
        "nothing",
    ),
    "the place of an event": (
        "- {command: meet, expect: {scheduled_events: {Talk: {location: Here}}}}",
        "scheduled_events.Talk.location",
        "“Here”",
        "nothing",
    ),
    "who is interested": (
        "- {command: plan, expect: {scheduled_events: {Game night: {interested: [Mo]}}}}",
        "scheduled_events.Game night.interested",
        "Mo",
        "nothing",
    ),
    "no such event": (
        "- {expect: {scheduled_events: {Ball: {exists: true}}}}",
        "scheduled_events.Ball.exists",
        "yes",
        "no",
    ),
    "an event that nobody can be interested in": (
        "- {interested: Ball}",
        "refused",
        "that it can be done",
        "there is no scheduled event “Ball”",
    ),
    "no such emoji": ("- {expect: {emojis: {party: true}}}", "emojis.party.exists", "yes", "no"),
    "an emoji that doesn't move": (
        "- {command: draw, files: {it: {name: a.gif, content: GIF89a}}, expect: {emojis: {party: {animated: false}}}}",
        "emojis.party.animated",
        "no",
        "yes",
    ),
    "who may use an emoji": (
        "- {command: draw, files: {it: {name: a.gif, content: GIF89a}}, expect: {emojis: {party: {roles: [Muted]}}}}",
        "emojis.party.roles",
        "Muted",
        "Muted, Support",
    ),
    "several in one moment": (
        "- command: ask\n- together: [{click: 'No'}, {click: 'No', by: Kim, expect: Robin says no}]",
        "content",
        "“Robin says no”",
        "“Kim says no”",
    ),
}


@pytest.mark.parametrize(("events", "key", "expected", "seen"), FAILS.values(), ids=FAILS)
def test_what_is_not_so_is_told_with_both_sides(events: str, key: str, expected: str, seen: str) -> None:
    found = failure(events)
    assert found is not None
    (difference,) = found.differences
    assert (difference.key, difference.expected) == (key, expected)
    assert seen in difference.seen


def test_the_first_failure_ends_a_scenario() -> None:
    found = failure("- command: ping\n- {command: ping, expect: Pang}\n- {command: ping, expect: Peng}")
    assert found is not None
    assert found.event == 1


def test_a_failure_shows_what_the_bot_logged() -> None:
    found = failure("- {command: boom, expect: Something else}")
    assert found is not None
    assert any(line.startswith("step failed") for line in found.log)


LATER = """
defaults: {timeout: 14m}
commands: {go: {description: Go, steps: [{schedule: {flow: later, after: 1m}}, {reply: Soon}]}}
flows:
  later:
    steps: [{send: {channel: "#general", content: First}}, {wait: 10m}, {send: {channel: "#general", content: Second}}]
"""


def test_what_runs_for_minutes_because_its_time_has_come_runs_once() -> None:
    events = """
        - {command: go, expect: Soon}
        - {wait: 10m, expect: {channels: {general: {count: 2, last: First}}}}
        - {wait: 10m, expect: {channels: {general: {count: 3, last: Second}}}}
    """
    assert failure(events, LATER) is None


async def kept_in() -> tuple[Path, bool]:
    """Return where a bot keeps things while a scenario is played, and whether that is there afterwards."""
    folders = list[Path]()

    async def act(stage: Stage) -> None:
        folders.append(stage.folder)

    await on_stage(compiled(BOT), act)
    return folders[0], folders[0].exists()


@pytest.mark.skipif(not os.access(MEMORY, os.W_OK), reason="there is no such place")
@pytest.mark.parametrize("is_said", [False, True], ids=["nothing said", "another place said"])
def test_what_a_bot_keeps_is_on_no_disk_unless_another_place_is_said_and_is_gone_at_the_end(
    is_said: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("TMPDIR", raising=False)
    if is_said:
        monkeypatch.setenv("TMPDIR", str(tmp_path))
    monkeypatch.setattr(tempfile, "tempdir", None)  # what Python has found at first it goes by for ever
    with asyncio.Runner(loop_factory=VirtualLoop) as runner:
        folder, is_there = runner.run(kept_in())
    assert (folder.parent, is_there) == (tmp_path if is_said else Path(MEMORY), False)


class Counting(VirtualLoop):
    """A loop whose time jumps, and that counts the timers."""

    timers = 0

    def call_at(
        self, when: float, callback: Callable[[Unpack[Ts]], object], *args: *Ts, context: Context | None = None
    ) -> asyncio.TimerHandle:
        self.timers += 1
        return super().call_at(when, callback, *args, context=context)


async def timers_of_a_day() -> int:
    """Return how many timers a bot and its Discord set while a day passes in which nothing happens."""
    counted = list[int]()
    loop = asyncio.get_running_loop()
    assert isinstance(loop, Counting)

    async def act(stage: Stage) -> None:
        stage.local.command(user="robin", channel="general", name="tap")
        await stage.idle()
        before = loop.timers
        await elapse(86_400)
        counted.append(loop.timers - before)

    await on_stage(compiled(BOT), act)
    return counted[0]


def test_a_day_in_which_nothing_happens_is_hardly_worth_a_timer() -> None:
    with asyncio.Runner(loop_factory=Counting) as runner:
        assert runner.run(timers_of_a_day()) < 40
