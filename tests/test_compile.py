"""From a config to a program: what Discord is told, what is worked out once, and what can't change any more."""

import dataclasses
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from runner.actions.action import Action, StepFailed, load_actions
from runner.actions.if_ import If
from runner.actions.reply import Reply
from runner.actions.wait import Wait
from runner.build import build
from runner.compile import CompiledStep, Program
from runner.compile.words import bits
from runner.config.load import load
from runner.diagnostics.text import render_text
from runner.lifecycle.bits import Permissions
from runner.lifecycle.machine import Origin
from runner.messages import Message

ACTIONS = load_actions()
Json = Mapping[str, Any]  # Any: JSON


def compiled(text: str, generation: int = 1, **environment: str) -> Program:
    """Compile a config that has no errors."""
    built = build(Path("bot.yaml"), lambda _: text.encode(), environment, ACTIONS, generation)
    assert built.program is not None, render_text(built.diagnostics, built.sources, color=False)
    return built.program


def payload_of(body: str, rest: str = "") -> Json:
    """Return what Discord is told of a command `it`."""
    (command,) = compiled(f"commands: {{it: {{description: Check, {body}}}}}\n{rest}").registered
    return command.payload


# What Discord is told


def test_the_smallest_command() -> None:
    assert payload_of("reply: a") == {
        "type": 1,
        "name": "it",
        "description": "Check",
        "options": [],
        "default_member_permissions": None,
    }


OPTIONS: Mapping[str, tuple[str, Json]] = {
    "a text": ("type: string, min_length: 0, max_length: 10", {"type": 3, "min_length": 0, "max_length": 10}),
    "a whole number": ("type: integer, min: 0, max: 10.0", {"type": 4, "min_value": 0, "max_value": 10}),
    "a flag": ("type: boolean, required: true", {"type": 5, "required": True}),
    "a user": ("type: user", {"type": 6}),
    "a channel": ("type: channel", {"type": 7}),
    "a channel of some kinds": (
        "type: channel, channel_types: [text, voice, category, announcement, thread, stage, forum, media]",
        {"type": 7, "channel_types": [0, 2, 4, 5, 10, 11, 12, 13, 15, 16]},
    ),
    "a channel of one kind": ("type: channel, channel_types: text", {"type": 7, "channel_types": [0]}),
    "a role": ("type: role", {"type": 8}),
    "a user or a role": ("type: mentionable", {"type": 9}),
    "a file": ("type: attachment", {"type": 11}),
    "a file of some kinds": (
        "type: attachment, file_types: [image, .pdf]",
        {"type": 11, "file_types": ["image", ".pdf"]},
    ),
    "a number": ("type: number, min: 0, max: 0.5", {"type": 10, "min_value": 0.0, "max_value": 0.5}),
    "choices of texts": (
        "type: string, choices: {r: Red, '1': One}",
        {"type": 3, "choices": [{"name": "Red", "value": "r"}, {"name": "One", "value": "1"}]},
    ),
    "choices of whole numbers": (
        "type: integer, choices: {1: One, '-2': Two}",
        {"type": 4, "choices": [{"name": "One", "value": 1}, {"name": "Two", "value": -2}]},
    ),
    "choices of whole numbers in other spellings": (
        "type: integer, choices: {'1.0': One, '2e1': Twenty}",
        {"type": 4, "choices": [{"name": "One", "value": 1}, {"name": "Twenty", "value": 20}]},
    ),
    "suggestions": ("type: string, autocomplete: [a]", {"type": 3, "autocomplete": True}),
    "choices of numbers": (
        "type: number, choices: {1.5: More}",
        {"type": 10, "choices": [{"name": "More", "value": 1.5}]},
    ),
}


@pytest.mark.parametrize(("body", "told"), OPTIONS.values(), ids=OPTIONS)
def test_an_option_as_discord_takes_it(body: str, told: Json) -> None:
    (option,) = payload_of(f"reply: a, options: {{o: {{{body}, description: An option}}}}")["options"]
    assert option == {"name": "o", "description": "An option", "required": False, **told}
    for name in ("min_value", "max_value"):
        assert type(option.get(name)) is type(told.get(name))


def test_options_keep_the_order_of_the_file() -> None:
    body = "reply: a, options: {b: {type: user, description: B}, a: {type: user, description: A}}"
    assert [option["name"] for option in payload_of(body)["options"]] == ["b", "a"]


def test_a_group_as_discord_takes_it() -> None:
    by = "{description: B, commands: {name: {description: N, reply: a}}}"
    assert payload_of(f"commands: {{list: {{description: L, reply: a}}, by: {by}}}")["options"] == [
        {"type": 1, "name": "list", "description": "L", "options": []},
        {
            "type": 2,
            "name": "by",
            "description": "B",
            "options": [{"type": 1, "name": "name", "description": "N", "options": []}],
        },
    ]


VISIBILITY = {
    "everybody, unless said otherwise": ("reply: a", None),
    "who may use it": ("reply: a, permissions: {member: [ban_members, kick_members]}", "6"),
    "whom the author says": ("reply: a, permissions: {member: ban_members}, visible_to: manage_messages", "8192"),
    "everybody, though not everybody may use it": (
        "reply: a, permissions: {member: ban_members}, visible_to: []",
        None,
    ),
    "everybody, though the bot needs a permission": ("reply: a, permissions: {bot: ban_members}", None),
    "nobody": ("reply: a, permissions: {member: ban_members}, visible_to: nobody", "0"),
}


@pytest.mark.parametrize(("body", "told"), VISIBILITY.values(), ids=VISIBILITY)
def test_who_is_offered_a_command(body: str, told: str | None) -> None:
    assert payload_of(body)["default_member_permissions"] == told


SAID: Mapping[str, tuple[str, Json]] = {
    "adults only": ("nsfw: true", {"nsfw": True}),
    "where": ("contexts: [bot_dm, private_channel]", {"contexts": [1, 2]}),
    "one place": ("contexts: guild", {"contexts": [0]}),
    "for which installations": ("integration_types: [guild_install, user_install]", {"integration_types": [0, 1]}),
    "in other languages": (
        "name_localizations: {de: es, en-GB: itt}, description_localizations: {de: Prüfen}",
        {"name_localizations": {"de": "es", "en-GB": "itt"}, "description_localizations": {"de": "Prüfen"}},
    ),
}


@pytest.mark.parametrize(("body", "told"), SAID.values(), ids=SAID)
def test_what_else_discord_is_told_of_a_command(body: str, told: Json) -> None:
    said = payload_of(f"reply: a, {body}")
    assert {key: said[key] for key in told} == told
    assert said.keys() - told.keys() == payload_of("reply: a").keys()


def test_menus_as_discord_takes_them() -> None:
    program = compiled(
        "context_menus: {Look up: {type: user, permissions: {member: ban_members}, reply: a, aliases: Look},"
        " Report: {type: message, name_localizations: {de: Melden}, nsfw: true, integration_types: user_install,"
        " reply: a}}"
    )
    assert [command.payload for command in program.registered] == [
        {"type": 2, "name": "Look up", "default_member_permissions": "4", "contexts": [0]},
        {
            "type": 3,
            "name": "Report",
            "name_localizations": {"de": "Melden"},
            "default_member_permissions": None,
            "nsfw": True,
            "integration_types": [1],
        },
    ]
    assert [command.place for command in program.registered] == ["bot.yaml:1:17", "bot.yaml:1:101"]
    assert program.commands_count == 2


def test_options_groups_and_choices_have_names_in_other_languages() -> None:
    german = "name_localizations: {de: eins}, description_localizations: {de: Eins}"
    choices = "choices: {a: {name: A, name_localizations: {de: Ah}}, b: B}"
    option = f"o: {{type: string, description: O, {german}, {choices}}}"
    inner = f"c: {{description: C, {german}, reply: a, options: {{{option}}}}}"
    (group,) = payload_of(f"commands: {{g: {{description: G, {german}, commands: {{{inner}}}}}}}")["options"]
    (command,) = group["options"]
    (leaf,) = command["options"]
    for each in (group, command, leaf):
        assert each["name_localizations"] == {"de": "eins"}
        assert each["description_localizations"] == {"de": "Eins"}
    assert leaf["choices"] == [
        {"name": "A", "value": "a", "name_localizations": {"de": "Ah"}},
        {"name": "B", "value": "b"},
    ]


SERVER, SECOND = "111111111111111111", "222222222222222222"
SCOPES: Mapping[str, tuple[str, str, tuple[str, ...]]] = {
    "everywhere": ("", "", ()),
    "where the bot says": (f"bot: {{guilds: ['{SERVER}']}}", "", (SERVER,)),
    "where it says itself": ("", f"guilds: ['{SERVER}', '{SECOND}']", (SERVER, SECOND)),
    "elsewhere than the bot says": (f"bot: {{guilds: ['{SERVER}']}}", f"guilds: ['{SECOND}']", (SECOND,)),
    "everywhere, though the bot says otherwise": (f"bot: {{guilds: ['{SERVER}']}}", "guilds: []", ()),
}


@pytest.mark.parametrize(("rest", "body", "guilds"), SCOPES.values(), ids=SCOPES)
def test_a_command_is_registered_in_its_own_servers_or_the_bots(rest: str, body: str, guilds: tuple[str, ...]) -> None:
    reads = "reply: '{{ guild.name }}'"
    (command,) = compiled(f"commands: {{it: {{description: C, {reads}, {body}}}}}\n{rest}").registered
    assert command.guilds == guilds
    assert ("contexts" in command.payload) is (guilds == ())


CHECK = "checks: {c: {if: READ}}"
FORM = "modals: {m: {title: Title, timeout: 5s, fields: {f: F}, reply: a}}\nchecks: {c: {if: user.is_bot}}"
PLACES = {
    "one that asks for a permission": ("reply: a, permissions: {member: ban_members}", "", True),
    "one for which the bot needs a permission": ("reply: a, permissions: {bot: ban_members}", "", True),
    "one that reads the member": ("reply: 'a {{ member.nick }}'", "", True),
    "one that reads the server in a branch": (
        "steps: [{if: user.is_bot, then: [{log: '{{ guild.name }}'}]}, {reply: a}]",
        "",
        True,
    ),
    "one that reads the server on an error": ("reply: a, on_error: [{log: '{{ guild.name }}'}]", "", False),
    "one with a check that can hold anywhere": ("reply: a, check: c", CHECK.replace("READ", "user.is_bot"), False),
    "one with a check that reads the member": ("reply: a, check: c", CHECK.replace("READ", "member.nick"), True),
    "one with a check of roles": ("reply: a, check: {roles: '@A'}", "", True),
    "one with a check of permissions": ("reply: a, check: {permissions: ban_members}", "", True),
    "one with a check of channels by name": ("reply: a, check: {channels: '#a'}", "", True),
    "one with a check of channels by id": ("reply: a, check: {channels: 123456789012345678}", "", False),
    "one for the owner of the server": ("reply: a, check: {owner: true}", "", True),
    "one for the owner of the bot": ("reply: a, check: {bot_owner: true}", "", False),
    "one for servers": ("reply: a, check: {contexts: guild}", "", True),
    "one for servers and direct messages": ("reply: a, check: {contexts: [guild, bot_dm]}", "", False),
    "one for the owner of either": ("reply: a, check: {or: [{owner: true}, {bot_owner: true}]}", "", False),
    "one for both owners": ("reply: a, check: {and: [{owner: true}, {bot_owner: true}]}", "", True),
    "one for whoever has not a role, which nobody knows elsewhere": ("reply: a, check: {not: {roles: '@A'}}", "", True),
    "one for everywhere but servers": ("reply: a, check: {not: {contexts: guild}}", "", False),
    "one that opens a form with such a check": (
        "steps: [{modal: m}]",
        FORM.replace("timeout: 5s", "check: {owner: true}"),
        True,
    ),
    "one that opens a form which reads the member": (
        "steps: [{if: user.is_bot, then: [{modal: m}]}]",
        FORM.replace("Title", "'{{ member.name }}'"),
        True,
    ),
    "a group that asks": (
        "check: c, commands: {a: {description: A, reply: a}}",
        CHECK.replace("READ", "member.nick == 'a'"),
        True,
    ),
    "a group of which all ask": (
        "commands: {a: {description: A, reply: '{{ guild.id }}'}, b: {description: B, check: c, reply: a}}",
        CHECK.replace("READ", "member.nick == 'a'"),
        True,
    ),
    "a group of which one asks": (
        "commands: {a: {description: A, reply: a}, b: {description: B, check: c, reply: a}}",
        CHECK.replace("READ", "member.nick == 'a'"),
        False,
    ),
    "one that opens a form": ("steps: [{modal: m}]", FORM, False),
    "one that reads the user": ("reply: 'a {{ user.name }}'", "", False),
}


@pytest.mark.parametrize(("body", "rest", "is_only_in_servers"), PLACES.values(), ids=PLACES)
def test_a_command_that_makes_sense_in_servers_only_is_offered_nowhere_else(
    body: str, rest: str, is_only_in_servers: bool
) -> None:
    assert payload_of(body, rest).get("contexts") == ([0] if is_only_in_servers else None)


def test_commands_of_some_servers_name_no_contexts_which_discord_would_refuse() -> None:
    rest = "bot: {guilds: [123456789012345678]}"
    assert "contexts" not in payload_of("reply: 'a {{ member.nick }}'", rest)


def test_a_registered_command_knows_where_it_is_written() -> None:
    (command,) = compiled("commands:\n  it: {description: Check, reply: a}\n").registered
    assert command.place == "bot.yaml:2:3"


def test_a_button_as_discord_takes_it() -> None:
    program = compiled(
        "commands: {it: {description: C, reply: {content: a, components: [yes, 'no']}}}\n"
        "components:\n  yes: {button: {label: Yes, style: success}, reply: a}\n"
        "  no: {button: {label: No, disabled: true}, reply: a}\n"
    )
    (step,) = program.commands["it"].steps.items
    (row,) = step.action.message.more["components"]
    assert row["components"] == [
        {"type": 2, "style": 3, "label": "Yes", "custom_id": "lr:yes"},
        {"type": 2, "style": 2, "label": "No", "custom_id": "lr:no", "disabled": True},
    ]


FORMS = """
commands: {it: {description: C, steps: [{modal: both}]}, show: {description: C, reply: {content: a, components: [b]}}}
components: {b: {button: {label: B}, steps: [{if: user.is_bot, then: [{modal: both}], else: [{modal: own}]}]}}
modals:
  both: {title: Both, fields: {f: F, g: {label: G, required: false}}, reply: a}
  own:
    title: "Hi {{ user.name }}"
    fields: {f: {label: F, style: paragraph, value: "{{ now }}"}}
    steps: [{update: a}]
"""


def test_a_form_has_a_handler_for_each_kind_of_interaction_that_its_submission_can_be() -> None:
    both, own = compiled(FORMS).modals.values()
    assert set(both.handlers) == {Origin.MODAL_FROM_COMMAND, Origin.MODAL_FROM_COMPONENT}
    assert set(own.handlers) == {Origin.MODAL_FROM_COMPONENT}
    for origin, handler in both.handlers.items():
        assert (handler.name, handler.origin) == ("modal both", origin)
        assert {name: field.is_required for name, field in handler.fields.items()} == {"f": True, "g": False}


def test_a_form_as_discord_takes_it() -> None:
    assert compiled(FORMS).modals["own"].render({"user": {"name": "Robin"}, "now": 5}, {}) == {
        "custom_id": "lr:modal:own",
        "title": "Hi Robin",
        "components": [
            {
                "type": 18,
                "label": "F",
                "component": {"type": 4, "custom_id": "f", "style": 2, "required": True, "value": "5"},
            }
        ],
    }


def test_a_step_knows_whether_a_form_may_open_in_it() -> None:
    text = FORMS.replace("steps: [{if", "steps: [{log: a, catch: [{modal: own}, stop]}, {log: a}, {if")
    steps = compiled(text).components["b"].steps.items
    assert [step.may_open for step in steps] == [True, False, True]


# The digest


SAME = {
    "comments": "# a\ncommands: {it: {description: Check, reply: a}} # b\nbot: {token: t}\n",
    "layout": "bot:\n  token: t\n\ncommands:\n  it:\n    description: >-\n      Check\n    'reply': \"a\"\n",
    "another token": "bot: {token: other}\ncommands: {it: {description: Check, reply: a}}",
    "a token from the environment": "bot: {token: '${TOKEN}'}\ncommands: {it: {description: Check, reply: a}}",
    "no token": "commands: {it: {description: Check, reply: a}}",
}
ONE = "bot: {token: t}\ncommands: {it: {description: Check, reply: a}}"


@pytest.mark.parametrize("text", SAME.values(), ids=SAME)
def test_what_means_the_same_has_the_same_digest(text: str) -> None:
    assert compiled(text, TOKEN="secret").digest == compiled(ONE).digest


OTHER = {
    "another word": ONE.replace("reply: a", "reply: b"),
    "another type": ONE + "\nvars: {a: '1'}",
    "one more key": ONE + "\nvars: {a: 1}",
    "another order of options, which users see": ONE.replace(
        "reply: a", "reply: a, options: {b: {type: user, description: B}, a: {type: user, description: A}}"
    ),
    "that order turned around": ONE.replace(
        "reply: a", "reply: a, options: {a: {type: user, description: A}, b: {type: user, description: B}}"
    ),
}


def test_what_means_something_else_has_another_digest() -> None:
    digests = [compiled(text).digest for text in (ONE, *OTHER.values())]
    assert len(set(digests)) == len(digests)


def test_another_value_of_a_variable_has_another_digest() -> None:
    text = "vars: {a: '${A}'}\ncommands: {it: {description: Check, reply: 'b {{ vars.a }}'}}"
    assert compiled(text, A="1").digest != compiled(text, A="2").digest


def test_the_token_is_not_shown() -> None:
    program = compiled("bot: {token: '${TOKEN}'}", TOKEN="very-secret")
    assert program.token == "very-secret"
    assert "very-secret" not in repr(program)


def test_the_token_is_not_shown_of_a_config_either() -> None:
    loaded = load(Path("bot.yaml"), lambda _: b"bot: {token: very-secret}", {}, ACTIONS)
    assert loaded.config is not None
    assert loaded.config.document.bot.token == "very-secret"
    assert "very-secret" not in repr(loaded)


# What can't change


def test_a_program_cannot_be_changed() -> None:
    program = compiled(
        "vars: {a: {b: [1]}}\nchecks: {c: {if: user.is_bot}}\n"
        "commands: {it: {description: C, check: c, reply: {content: a, components: [yes]}}}\n"
        "components: {yes: {button: {label: Yes}, reply: a}}\n"
    )
    for name in ("commands", "components", "modals", "variables"):
        with pytest.raises(TypeError):
            getattr(program, name)["new"] = None
    with pytest.raises(dataclasses.FrozenInstanceError):
        program.generation = 2  # type: ignore[misc]  # that it fails is the point
    with pytest.raises(dataclasses.FrozenInstanceError):
        program.commands["it"].name = "that"  # type: ignore[misc]  # that it fails is the point


def test_the_generation_is_the_one_that_was_given() -> None:
    assert compiled(ONE, generation=7).generation == 7


# What is worked out once


def steps_of(body: str, rest: str = "") -> tuple[CompiledStep, ...]:
    """Return the compiled steps of a command `it`."""
    return compiled(f"commands: {{it: {{description: C, {body}}}}}\n{rest}").commands["it"].steps.items


def test_a_constant_step_is_made_once() -> None:
    (step,) = steps_of("reply: a")
    assert step.render is None
    assert step.action == Reply(message=Message(content="a", more={}))


def test_a_template_makes_a_new_action_in_every_run() -> None:
    (step,) = steps_of("reply: {content: 'Hi {{ user.name }}', ephemeral: true, mentions: [users]}")
    assert step.render is not None
    made = step.render({"user": {"name": "Robin"}})
    said = Message(content="Hi Robin", more={}, mentions={"parse": ["users"]})
    assert made == Reply(message=said, ephemeral=True)
    assert step.render({"user": {"name": "Kim"}}) != made


def test_a_template_is_rendered_in_the_type_of_its_place() -> None:
    wait, _ = steps_of("steps: [{wait: '{{ 1 + 1 }}'}, {reply: a}]")
    assert wait.render is not None
    assert wait.render({}) == Wait(duration=2.0)  # type: ignore[arg-type]  # a duration is seconds


@pytest.mark.parametrize("seconds", ["0", "40000000", "none", "'soon'"])
def test_a_template_that_gives_what_its_place_cannot_take_fails_the_step(seconds: str) -> None:
    (_, wait, _) = steps_of(
        f"steps: [{{let: {{a: \"{{{{ {seconds} }}}}\"}}}}, {{wait: '{{{{ vars.a }}}}'}}, {{reply: a}}]"
    )
    assert wait.render is not None
    value = {"0": 0, "40000000": 40000000, "none": None, "'soon'": "soon"}[seconds]
    with pytest.raises(StepFailed, match="a template gave something else than is taken here"):
        wait.render({"vars": {"a": value}})


def test_data_keeps_its_shape_and_has_its_templates_rendered() -> None:
    (let, _) = steps_of("steps: [{let: {a: [1, {b: '{{ user.name }}'}], c: plain}}, {reply: a}]")
    assert let.render is not None
    made: Any = let.render({"user": {"name": "Robin"}})  # Any: an action of whatever kind
    assert made.values == {"a": (1, {"b": "Robin"}), "c": "plain"}


def test_steps_inside_steps_are_compiled() -> None:
    (step, _) = steps_of("steps: [{if: user.is_bot, then: [{reply: '{{ user.name }}'}, stop]}, {reply: a}]")
    assert isinstance(step.action, If)
    assert [type(inner) for inner in step.action.then.items] == [CompiledStep, CompiledStep]
    assert step.action.else_.items == ()


def test_every_run_of_steps_is_found_by_its_address() -> None:
    program = compiled(
        "defaults: {on_error: [{log: a}]}\n"
        "commands: {it: {description: It, steps: [{log: a}, {if: user.is_bot, then: [{reply: b, catch: [stop]}]}]}}\n"
        "components: {it: {button: {label: It}, on_error: [{log: own}], reply: a}}\n"
    )
    assert {address: [step.name for step in run.items] for address, run in program.runs.items()} == {
        "commands/it/steps": ["log", "if"],
        "commands/it/steps/1/then": ["reply"],
        "commands/it/steps/1/then/0/catch": ["stop"],
        "commands/it/steps/1/else": [],
        "components/it/steps": ["reply"],
        "components/it/on_error": ["log"],
        "defaults/on_error": ["log"],
    }
    assert all(run.address == address for address, run in program.runs.items())


def test_a_step_keeps_what_stands_beside_its_action() -> None:
    (step, _) = steps_of("steps: [{id: s, when: user.is_bot, timeout: 2s, send: a, catch: [stop]}, {reply: a}]")
    assert (step.name, step.id, step.timeout_s, step.is_slow) == ("send", "s", 2.0, True)
    assert step.when is not None
    assert step.when({"user": {"is_bot": True}}) is True
    assert step.catch is not None
    assert [inner.name for inner in step.catch.items] == ["stop"]
    assert step.place == "bot.yaml:1"


@pytest.mark.parametrize(
    ("steps", "expected"),
    [
        ("[{wait: 2s}, {reply: {content: a, ephemeral: true}}]", True),
        ("[{wait: 2s}, {reply: {content: a, ephemeral: false}}]", False),
        ("[{wait: 2s}, {log: a}]", None),
    ],
    ids=["private", "public", "undecided"],
)
def test_the_plan_knows_how_visible_the_spinner_before_a_slow_step_is(steps: str, expected: bool | None) -> None:
    handler = compiled(f"commands: {{it: {{description: It, steps: {steps}}}}}").commands["it"]
    assert handler.defer_before.get("commands/it/steps/0") is expected


# What a handler inherits


def test_a_handler_inherits_what_it_does_not_say() -> None:
    program = compiled(
        "defaults: {timeout: 1m, on_error: [{log: default}], response: [defer, ephemeral]}\n"
        "commands:\n  a: {description: A, reply: a}\n"
        "  b: {description: B, reply: b, timeout: 5s, response: reply, on_error: [{log: own}, stop]}\n"
    )
    a, b = program.commands["a"], program.commands["b"]
    assert (a.timeout_s, b.timeout_s) == (60.0, 5.0)
    assert a.plan.first is not None
    assert a.plan.is_ephemeral
    assert b.plan.first is None
    assert a.on_error is not None
    assert b.on_error is not None
    assert (len(a.on_error.items), len(b.on_error.items)) == (1, 2)
    assert a.on_timeout is None


def test_a_handler_knows_its_name_origin_and_options() -> None:
    program = compiled(
        "commands: {it: {description: C, reply: {content: a, components: [yes]},"
        " options: {o: {type: user, description: O}}}}\n"
        "components: {yes: {button: {label: Yes}, reply: a}}\n"
    )
    command, component = program.commands["it"], program.components["yes"]
    assert (command.name, command.origin, [*command.options]) == ("/it", Origin.COMMAND, ["o"])
    assert (component.name, component.origin, [*component.options]) == ("yes", Origin.COMPONENT, [])


ROOTS = {
    "none": ("reply: a", set[str]()),
    "of a template": ("reply: '{{ user.name }}'", {"user"}),
    "of a `when`": ("steps: [{when: bot.id, reply: a}]", {"bot"}),
    "of a branch": ("steps: [{if: now, then: [{reply: '{{ channel.name }}'}]}]", {"now", "channel"}),
    "of a catch": ("steps: [{log: a, catch: [{log: '{{ error.message }}'}]}]", {"error"}),
    "of a refusal": ("reply: a, permissions: {member: ban_members, denied: '{{ user.name }}'}", {"user"}),
    "of `on_error`": ("reply: a, on_error: [{log: '{{ interaction.id }}'}]", {"interaction"}),
    "of its check": ("reply: a, check: c", {"user", "guild"}),
    "of a check that a step in a branch asks for": (
        "steps: [{if: now, then: [{require: c}]}, {reply: a}]",
        {"now", "user", "guild"},
    ),
    "of a check that `on_error` asks for": ("reply: a, on_error: [{require: c}]", {"user", "guild"}),
    "of a form that it opens": ("steps: [{modal: m}]", {"channel", "now"}),
    "of a check that a step asks for": ("steps: [{require: c}, {reply: a}]", {"user", "guild"}),
}


@pytest.mark.parametrize(("body", "roots"), ROOTS.values(), ids=ROOTS)
def test_a_handler_knows_what_its_templates_read_and_nothing_else(body: str, roots: set[str]) -> None:
    checks = "checks: {c: {if: user.is_bot, denied: '{{ guild.name }}'}}\n"
    field = "{label: F, value: '{{ channel.name }}'}"
    modals = f"modals: {{m: {{title: 'A {{{{ now }}}}', fields: {{f: {field}}}, reply: '{{{{ bot.name }}}}'}}}}\n"
    assert compiled(f"{checks}{modals}commands: {{it: {{description: C, {body}}}}}").commands["it"].roots == roots


def test_permission_names_are_bits() -> None:
    assert bits(()) == Permissions(0)
    assert bits(("ban_members", "kick_members")) == Permissions.BAN_MEMBERS | Permissions.KICK_MEMBERS


CHECKED = """
checks:
  inner: {bot_owner: true}
  c:
    permissions: {member: ban_members, bot: kick_members}
    users: [123456789012345678]
    channels: ["#a", 123456789012345678]
    contexts: [guild, private_channel]
    owner: true
    denied: "No, {{ user.name }}."
    roles: {any: "@A", all: ["@B", "@C"], none: 123456789012345679}
    and: [inner]
    or: [inner, {users: 123456789012345670}]
    not: {and: [inner]}
commands: {it: {description: C, check: c, reply: a}}
"""


def test_a_check_has_its_rules_in_the_engines_terms() -> None:
    guard = compiled(CHECKED).commands["it"].guard
    assert guard is not None
    (check,) = guard.checks.items
    assert (check.member, check.bot) == (Permissions.BAN_MEMBERS, Permissions.KICK_MEMBERS)
    assert (check.any_role, check.all_roles, check.no_role) == (("@A",), ("@B", "@C"), ("123456789012345679",))
    assert check.users == {"123456789012345678"}
    assert check.channels == ("#a", "123456789012345678")
    assert check.contexts == {0, 2}
    assert check.is_owner
    assert not check.is_bot_owner
    assert check.condition is None
    assert callable(check.denied)
    assert check.denied({"user": {"name": "Robin"}}) == "No, Robin."


def test_a_check_that_is_named_is_compiled_once() -> None:
    guard = compiled(CHECKED).commands["it"].guard
    assert guard is not None
    (check,) = guard.checks.items
    inner = check.all_of[0]
    assert inner.is_bot_owner
    assert check.any_of[0] is inner
    assert check.none_of[0].all_of[0] is inner


def test_a_handler_that_asks_for_nothing_has_no_guard() -> None:
    body = "{description: C, check: [], permissions: {member: []}, reply: a}"
    assert compiled(f"commands: {{it: {body}}}").commands["it"].guard is None


def test_the_actions_that_were_given_are_the_ones_that_are_used() -> None:
    assert all(issubclass(action, Action) for action in ACTIONS.values())
