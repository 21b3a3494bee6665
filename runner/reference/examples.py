"""What stands as an example on the pages of the reference: tests hold each of them to what it says.

A filter or a test has a template and the text that it gives; a key of bot.yaml has a config that validates.
"""

from collections.abc import Mapping
from typing import Final

FILTER_EXAMPLES: Final[Mapping[str, tuple[str, str]]] = {
    "default": ("{{ none | default('nobody') }}", "nobody"),
    "d": ("{{ '' | d('empty', true) }}", "empty"),
    "length": ("{{ ['a', 'b'] | length }}", "2"),
    "first": ("{{ ['a', 'b'] | first }}", "a"),
    "last": ("{{ ['a', 'b'] | last }}", "b"),
    "list": ("{{ 'abc' | list | join('-') }}", "a-b-c"),
    "reverse": ("{{ ['a', 'b'] | reverse | join }}", "ba"),
    "items": ("{% for name, votes in {'tea': 2} | items %}{{ name }}: {{ votes }}{% endfor %}", "tea: 2"),
    "labelled": ("{{ [{'id': 7, 'name': 'Tea'}] | labelled('id', '{id}: {name}') | tojson }}", '{"7": "7: Tea"}'),
    "merge": ("{{ {'a': 1} | merge({'a': 2, 'b': 3}) | tojson }}", '{"a": 1, "b": 3}'),
    "map": ("{{ [{'name': 'a'}, {'name': 'b'}] | map('name') | join(' and ') }}", "a and b"),
    "join": ("{{ ['a', 'b'] | join(', ') }}", "a, b"),
    "sort": ("{{ [3, 1, 2] | sort(reverse=true) | join(' ') }}", "3 2 1"),
    "unique": ("{{ ['a', 'b', 'a'] | unique | join(' ') }}", "a b"),
    "min": ("{{ [3, 1, 2] | min }}", "1"),
    "max": ("{{ [3, 1, 2] | max }}", "3"),
    "sum": ("{{ [3, 1, 2] | sum }}", "6"),
    "select": ("{{ [1, 2, 3] | select('odd') | join(' ') }}", "1 3"),
    "reject": ("{{ [1, 2, 3] | reject('odd') | join(' ') }}", "2"),
    "selectattr": ("{{ [{'n': 1}, {'n': 5}] | selectattr('n', 'gt', 2) | map('n') | join }}", "5"),
    "rejectattr": ("{{ [{'n': 1}, {'n': 5}] | rejectattr('n', 'gt', 2) | map('n') | join }}", "1"),
    "round": ("{{ 2.345 | round(1) }}", "2.3"),
    "int": ("{{ '42' | int + 1 }}", "43"),
    "float": ("{{ '1.5' | float * 2 }}", "3.0"),
    "abs": ("{{ -3 | abs }}", "3"),
    "lower": ("{{ 'HELLO' | lower }}", "hello"),
    "upper": ("{{ 'hello' | upper }}", "HELLO"),
    "title": ("{{ 'lord of the flies' | title }}", "Lord Of The Flies"),
    "capitalize": ("{{ 'hello' | capitalize }}", "Hello"),
    "trim": ("{{ '  hello ' | trim }}", "hello"),
    "replace": ("{{ 'a-b-c' | replace('-', ' ') }}", "a b c"),
    "truncate": ("{{ 'a long story' | truncate(7) }}", "a long…"),
    "string": ("{{ 12 | string | length }}", "2"),
    "escape_markdown": ("{{ '*loud*' | escape_markdown }}", "\\*loud\\*"),
    "mention": ("{{ '80351110224678912' | mention('role') }}", "<@&80351110224678912>"),
    "timestamp": ("{{ 1700000000 | timestamp('d') }}", "<t:1700000000:d>"),
    "relative": ("{{ 1700000000 | relative }}", "<t:1700000000:R>"),
    "duration": ("{{ 5400 | duration }}", "1 h 30 min"),
    "plural": ("2 {{ 2 | plural('vote', 'votes') }}", "2 votes"),
    "number": ("{{ 1234567 | number }}", "1,234,567"),
    "tojson": ("{{ {'a': [1, true]} | tojson }}", '{"a": [1, true]}'),
    "floor": ("{{ 2.9 | floor }}", "2"),
    "ceil": ("{{ 2.1 | ceil }}", "3"),
    "clamp": ("{{ 12 | clamp(1, 10) }}", "10"),
    "chunks": ("{{ ['a', 'b', 'c'] | chunks(2) | length }}", "2"),
    "split": ("{{ 'a, b' | split(', ') | join(' and ') }}", "a and b"),
    "urlencode": ("{{ 'a b&c' | urlencode }}", "a%20b%26c"),
    "bar": ("{{ 3 | bar(10) }}", "███░░░░░░░"),
    "seconds": ("{{ '1h 30m' | seconds | default(0) }}", "5400"),
    "date": ("{{ 1700000000 | date('%d %B %Y, %H:%M', 'Europe/Berlin') }}", "14 November 2023, 23:13"),
    "instant": ("{{ '2023-11-14 22:13:20' | instant | int }}", "1700000000"),
    "match": ("{{ ('#12' | match('#([0-9]+)') | default(['', '0']))[1] }}", "12"),
    "message_link": ("{{ 'yes' if 'hello' | message_link else 'no' }}", "no"),
}

TEST_EXAMPLES: Final[Mapping[str, tuple[str, str]]] = {
    "defined": ("{{ 'yes' if user.name is defined else 'no' }}", "yes"),
    "undefined": ("{{ 'yes' if none is undefined else 'no' }}", "yes"),
    "none": ("{{ 'yes' if none is none else 'no' }}", "yes"),
    "string": ("{{ 'yes' if user.name is string else 'no' }}", "yes"),
    "number": ("{{ 'yes' if 1.5 is number else 'no' }}", "yes"),
    "integer": ("{{ 'yes' if 1.5 is integer else 'no' }}", "no"),
    "boolean": ("{{ 'yes' if true is boolean else 'no' }}", "yes"),
    "even": ("{{ 'yes' if 4 is even else 'no' }}", "yes"),
    "odd": ("{{ 'yes' if 4 is odd else 'no' }}", "no"),
    "startswith": ("{{ 'yes' if 'hello' is startswith('he') else 'no' }}", "yes"),
    "endswith": ("{{ 'yes' if 'hello' is endswith('he') else 'no' }}", "no"),
    "like": ("{{ 'yes' if 'Say Hello' is like('hello') else 'no' }}", "yes"),
    "matches": ("{{ 'yes' if 'A12' is matches('[A-Z][0-9]+') else 'no' }}", "yes"),
    "eq": ("{{ 'yes' if 4 is eq(4) else 'no' }}", "yes"),
    "ne": ("{{ 'yes' if 4 is ne(5) else 'no' }}", "yes"),
    "lt": ("{{ 'yes' if 4 is lt(5) else 'no' }}", "yes"),
    "le": ("{{ 'yes' if 4 is le(4) else 'no' }}", "yes"),
    "gt": ("{{ 'yes' if 4 is gt(5) else 'no' }}", "no"),
    "ge": ("{{ 'yes' if 4 is ge(4) else 'no' }}", "yes"),
    "contains": ("{{ [{'roles': ['red']}] | selectattr('roles', 'contains', 'red') | length }}", "1"),
    "in": ("{{ 'yes' if 'a' is in(['a', 'b']) else 'no' }}", "yes"),
}

KEY_EXAMPLES: Final[Mapping[str, str]] = {
    "version": "version: 1\ncommands: {ping: {description: Check that the bot is awake, reply: Pong!}}",
    "include": "version: 1\ninclude: commands/*.yaml",
    "use": "version: 1\nuse: {pack: ./tickets.yaml, as: tickets, with: {greeting: Hello}}",
    "inputs": """
version: 1
inputs:
  greeting: {type: string, default: Hello}
commands:
  greet: {description: Say hello, reply: "{{ inputs.greeting }}, {{ user.name }}!"}
""",
    "store": """
version: 1
store: sqlite:data/bot.db
state: {visits: {scope: global, type: integer, default: 0}}
commands:
  visit: {description: Count a visit, steps: [{increment: {state: visits}}, {reply: "Visit {{ state.visits }}"}]}
""",
    "bot": """
version: 1
bot:
  token: ${DISCORD_TOKEN}
  presence: {status: online, activity: {type: watching, name: the door}}
""",
    "http": """
version: 1
http: {allow: api.github.com}
commands:
  issue:
    description: Look up an issue
    options: {number: {type: integer, description: Its number, required: true}}
    steps:
      - id: asked
        http: "https://api.github.com/repos/python/cpython/issues/{{ options.number }}"
      - reply: "{{ steps.asked.json.title }}"
""",
    "defaults": """
version: 1
defaults:
  timeout: 20s
  on_error: [{reply: {content: "That didn't work ({{ error.reference }}).", ephemeral: true}}]
commands: {ping: {description: Check that the bot is awake, reply: Pong!}}
""",
    "vars": """
version: 1
vars: {website: https://example.org}
commands: {website: {description: Where to read on, reply: "{{ vars.website }}"}}
""",
    "data": "version: 1\ndata: {answers: answers.yaml}\n",
    "state": """
version: 1
state:
  points: {scope: member, type: integer, default: 0}
commands:
  point: {description: Take a point, steps: [{increment: {state: points}}, {reply: "{{ state.points }} points"}]}
""",
    "records": """
version: 1
records:
  notes: {fields: {text: {type: string}}, limit: 100}
commands:
  note:
    description: Write something down
    options: {text: {type: string, description: What, required: true, max_length: 200}}
    steps:
      - insert: {into: notes, values: {text: "{{ options.text }}"}}
      - reply: Noted.
""",
    "checks": """
version: 1
checks:
  team: {roles: "@Team", denied: This is for the team.}
commands: {close: {description: Close the shop, check: team, reply: Closed.}}
""",
    "commands": """
version: 1
commands:
  roll:
    description: Roll a die
    options: {sides: {type: integer, description: How many sides, required: true, min: 2, max: 100}}
    reply: "A die with {{ options.sides }} sides."
""",
    "context_menus": """
version: 1
context_menus:
  Greet: {type: user, reply: "Hello {{ target.mention }}!"}
""",
    "components": """
version: 1
components:
  hello: {button: {label: Say hello}, reply: {content: "Hello {{ user.name }}!", ephemeral: true}}
commands:
  door: {description: Show the door, reply: {content: Come in!, components: [hello]}}
""",
    "messages": """
version: 1
messages:
  welcome:
    params: {member: user, number: integer}
    embeds: [{title: "Welcome, {{ params.member.name }}!", description: "You are our member no. {{ params.number }}."}]
commands:
  welcome: {description: Show it, reply: {message: welcome, with: {member: "{{ user }}", number: 7}}}
""",
    "schedules": """
version: 1
schedules:
  morning:
    cron: 0 9 * * 1-5
    timezone: Europe/Berlin
    missed: skip
    steps: [{send: {channel: "123456789012345678", content: Good morning!}}]
""",
    "modals": """
version: 1
modals:
  idea:
    title: An idea
    fields: {text: {label: What is it?, style: paragraph}}
    reply: {content: "Thank you, {{ user.name }}.", ephemeral: true}
commands: {idea: {description: Tell us, response: modal, steps: [{modal: idea}]}}
""",
    "events": """
version: 1
events:
  member_join:
    steps: [{send: {channel: "{{ guild.system_channel_id }}", content: "Welcome {{ member.mention }}!"}}]
""",
    "flows": """
version: 1
flows:
  greet: {params: {name: {type: string}}, steps: [{reply: "Hello {{ params.name }}!"}]}
commands:
  hello: {description: Say hello, steps: [{run: {flow: greet, with: {name: "{{ user.name }}"}}}]}
""",
    "texts": """
version: 1
texts:
  en-US: {done: All done.}
  de: {done: Fertig.}
commands: {tidy: {description: Tidy up, steps: [{log: tidied}]}}
""",
}
"""A whole config for each top-level key."""
