"""What Discord is told besides what commands do: scopes, places, names in other languages. A `›` marks the fault."""

from collections.abc import Callable

import pytest

from runner.diagnostics import Diagnostic, Severity
from runner.lifecycle import limits

A, B = "111111111111111111", "222222222222222222"


def commands(count: int, body: str = "") -> str:
    """Return so many commands."""
    return ", ".join(f"{'›' * (at == 100)}c{at}: {{description: C, {body}reply: a}}" for at in range(count))


def it(body: str, rest: str = "") -> str:
    """Return a command with what is said of it."""
    return f"commands: {{it: {{description: C, reply: a, {body}}}}}\n{rest}"


def menus(count: int, kind: str) -> str:
    """Return so many menus."""
    return ", ".join(f"{'›' * (at == 15)}{kind} {at}: {{type: {kind}, reply: a}}" for at in range(count))


SCOPES = {
    "15 menus of each kind": (f"context_menus: {{{menus(15, 'user')}, {menus(15, 'message')}}}", ()),
    "16 menus of users": (f"context_menus: {{{menus(16, 'user')}}}", ("too-many-commands",)),
    "16 menus of messages": (f"context_menus: {{{menus(16, 'message')}}}", ("too-many-commands",)),
    "a menu in direct messages that reads the member": (
        "context_menus: {It: {type: user, ›contexts: bot_dm, reply: '{{ member.name }}'}}",
        ("contexts-without-server",),
    ),
    "100 commands everywhere": (f"commands: {{{commands(100)}}}", ()),
    "101 commands everywhere": (f"commands: {{{commands(101)}}}", ("too-many-commands",)),
    "102 commands are one fault": (f"commands: {{{commands(102)}}}", ("too-many-commands",)),
    "101 commands in one server": (
        f"bot: {{guilds: ['{A}']}}\ncommands: {{{commands(101)}}}",
        ("too-many-commands",),
    ),
    "100 commands everywhere, and others in a server": (
        f"commands: {{{commands(100)}, x: {{description: X, guilds: ['{A}'], reply: a}}}}",
        (),
    ),
    "101 commands, each in a server of its own": (
        f"commands: {{{commands(50, f'guilds: [{A}], ')}, "
        + ", ".join(f"d{at}: {{description: C, guilds: ['{B}'], reply: a}}" for at in range(51))
        + "}",
        (),
    ),
    "places of a command that is everywhere": (it("contexts: [guild, bot_dm], integration_types: [guild_install]"), ()),
    "places of a command of single servers": (
        it(f"guilds: ['{A}'], ›contexts: guild, ›integration_types: guild_install"),
        ("everywhere-only",) * 2,
    ),
    "places of a command that is everywhere though others are not": (
        f"bot: {{guilds: ['{A}']}}\n" + it("guilds: [], contexts: guild"),
        (),
    ),
    "a place for each": (it("contexts: [guild, bot_dm, private_channel]"), ()),
    "other people's messages, for users": (it("contexts: private_channel, integration_types: [user_install]"), ()),
    "other people's messages, for servers": (
        it("›contexts: private_channel, integration_types: guild_install"),
        ("private-channel-without-user",),
    ),
    "direct messages, for one that asks for permissions": (
        it("permissions: {member: ban_members}, ›contexts: bot_dm"),
        ("contexts-without-server",),
    ),
    "servers, for one that asks for permissions": (it("permissions: {member: ban_members}, contexts: guild"), ()),
    "direct messages, for one that reads the member": (
        "commands: {it: {description: C, ›contexts: [guild, bot_dm], reply: 'Hi {{ member.name }}'}}",
        ("contexts-without-server",),
    ),
    "direct messages, for one whose check reads the member": (
        "commands: {it: {description: C, ›contexts: bot_dm, steps: [{require: c}, {reply: a}]}}\n"
        "checks: {c: {if: 'member.nick is none'}}",
        ("contexts-without-server",),
    ),
    "direct messages, for one whose form reads the member": (
        "commands: {it: {description: C, ›contexts: bot_dm, steps: [{modal: m}]}}\n"
        "modals: {m: {title: '{{ guild.name }}', fields: {f: F}, reply: a}}",
        ("contexts-without-server",),
    ),
    "direct messages, for a group of which one needs no server": (
        "commands: {g: {description: G, contexts: bot_dm, commands: {a: {description: A, reply: a},"
        " b: {description: B, reply: '{{ guild.name }}'}}}}",
        (),
    ),
    "direct messages, for a group of which all need a server": (
        "commands: {g: {description: G, ›contexts: bot_dm, commands: {b: {description: B, reply: '{{ guild.id }}'}}}}",
        ("contexts-without-server",),
    ),
    "nobody": (it("visible_to: nobody"), ()),
    "nobody and others": (it("›visible_to: [nobody, ban_members]"), ("nobody-and-others",)),
    "no contexts": (it("›contexts: []"), ("too-few",)),
}


@pytest.mark.parametrize(("text", "slugs"), SCOPES.values(), ids=SCOPES)
def test_where_and_for_whom(expect: Callable[..., None], text: str, slugs: tuple[str, ...]) -> None:
    expect(text, *slugs)


def test_places_under_bot_guilds_are_a_warning_because_that_key_comes_and_goes(
    faults: Callable[[str], list[Diagnostic]],
) -> None:
    (fault,) = faults(f"bot: {{guilds: ['{A}']}}\n" + it("contexts: guild"))
    assert (fault.slug, fault.severity) == ("everywhere-only", Severity.WARNING)


FORMER = {
    "an old name": (it("aliases: old"), ()),
    "two old names": (it("aliases: [old, 'very old']"), ()),
    "an old name with a slash": (it("aliases: ›/old"), ("invalid-alias",)),
    "an old name in capitals": (it("aliases: [›Old]"), ("invalid-alias",)),
    "an old name of four words": (it("aliases: [›a b c d]"), ("invalid-alias",)),
    "its own name": (it("aliases: [›it]"), ("alias-taken",)),
    "the name of another one": (
        "commands: {it: {description: C, reply: a}, that: {description: C, reply: a, aliases: ›it}}",
        ("alias-taken",),
    ),
    "an old name of two": (
        "commands: {it: {description: C, reply: a, aliases: old}, that: {description: C, reply: a, aliases: ›old}}",
        ("alias-taken",),
    ),
    "the name that a group has now": (
        "commands: {g: {description: G, commands: {a: {description: A, reply: a, aliases: g}}}}",
        (),
    ),
    "an old name of a group": (
        "commands: {g: {description: G, aliases: old, commands: {a: {description: A, reply: a}}}}",
        (),
    ),
    "an old name of a group, which gives a command the name of another one": (
        "commands: {g: {description: G, aliases: ›h, commands: {a: {description: A, reply: a}}},"
        " h: {description: H, commands: {a: {description: A, reply: a}}}}",
        ("alias-taken",),
    ),
}


@pytest.mark.parametrize(("text", "slugs"), FORMER.values(), ids=FORMER)
def test_a_former_name(expect: Callable[..., None], text: str, slugs: tuple[str, ...]) -> None:
    expect(text, *slugs)


def pair(first: str, second: str) -> str:
    """Return two options with what is said of each."""
    return f"commands: {{it: {{description: C, reply: a, options: {{a: {{type: user, description: A, {first}}}, b: {{type: user, description: B, {second}}}}}}}}}"  # fmt: skip # noqa: E501


def names(*texts: str) -> str:
    """Return translations."""
    return f"name_localizations: {{{', '.join(texts)}}}"


MENUS = {
    "a name with blanks and capitals": ("context_menus: {Report this to us!: {type: user, reply: a}}", ()),
    "a name of 32 characters": (f"context_menus: {{{'a' * 32}: {{type: user, reply: a}}}}", ()),
    "a name of 33 characters": (f"context_menus: {{›{'a' * 33}: {{type: user, reply: a}}}}", ("invalid-name",)),
    "a name of one character": ("context_menus: {'!': {type: user, reply: a}}", ()),
    "a name that ends in a blank": ("context_menus: {›'Report ': {type: user, reply: a}}", ("invalid-name",)),
    "an empty name": ("context_menus: {›'': {type: user, reply: a}}", ("invalid-name",)),
    "no type": ("context_menus: {›Report: {reply: a}}", ("missing-key",)),
    "another type": ("context_menus: {Report: {type: ›channel, reply: a}}", ("unknown-word",)),
    "nothing to do": ("context_menus: {›Report: {type: user}}", ("nothing-to-do",)),
    "`update`": (
        "context_menus: {Report: {type: message, ›response: update, reply: a}}",
        ("update-without-component",),
    ),
    "options": ("context_menus: {Report: {type: message, reply: '{{ ›options }}'}}", ("template-unknown-name",)),
    "the content of a user": (
        "context_menus: {Report: {type: user, reply: '{{ target.›content }}'}}",
        ("template-unknown-attribute",),
    ),
    "the roles of a message": (
        "context_menus: {Report: {type: message, reply: '{{ target.›roles }}'}}",
        ("template-unknown-attribute",),
    ),
    "a target in a command": ("commands: {it: {description: C, reply: '{{ ›target }}'}}", ("template-unknown-name",)),
    "an old name": ("context_menus: {Report: {type: user, reply: a, aliases: [Report user]}}", ()),
    "the name of another menu": (
        "context_menus: {A: {type: user, reply: a, aliases: ›B}, B: {type: user, reply: b}}",
        ("alias-taken",),
    ),
    "the name of a menu of another kind": (
        "context_menus: {A: {type: user, reply: a, aliases: B}, B: {type: message, reply: b}}",
        (),
    ),
    "a translation with blanks": (
        "context_menus: {A: {type: user, reply: a, name_localizations: {de: Melde es!}}}",
        (),
    ),
    "a translation that two share": (
        "context_menus: {A: {type: user, reply: a, name_localizations: {de: X}},"
        " B: {type: user, reply: b, name_localizations: {de: ›X}}, C: {type: message, reply: c,"
        " name_localizations: {de: X}}}",
        ("same-name-in-language",),
    ),
}


@pytest.mark.parametrize(("text", "slugs"), MENUS.values(), ids=MENUS)
def test_a_menu(expect: Callable[..., None], text: str, slugs: tuple[str, ...]) -> None:
    expect(text, *slugs)


def test_discord_takes_as_many_in_a_server_as_everywhere() -> None:
    assert limits.GLOBAL_CHAT_INPUT_COMMANDS_MAX == limits.GUILD_CHAT_INPUT_COMMANDS_MAX
    assert limits.GLOBAL_USER_COMMANDS_MAX == limits.GUILD_USER_COMMANDS_MAX
    assert limits.GLOBAL_MESSAGE_COMMANDS_MAX == limits.GUILD_MESSAGE_COMMANDS_MAX


TRANSLATIONS = {
    "every language": (it(names("de: hallo", "en-GB: hello", "zh-TW: 你好", "th: สวัสดี", "hi: नमस्ते", "fr: l'eau")), ()),
    "a language that Discord has not": (it(names("›xx: hallo")), ("unknown-locale",)),
    "a language in another spelling": (it(names("›de-DE: hallo")), ("unknown-locale",)),
    "a name in capitals": (it(names("de: ›Hallo")), ("invalid-translation",)),
    "a name with a blank": (it(names("de: ›guten tag")), ("invalid-translation",)),
    "a name of 32 characters": (it(names(f"de: {'a' * 32}")), ()),
    "a name of 33 characters": (it(names(f"de: ›{'a' * 33}")), ("too-long",)),
    "an empty name": (it(names("de: ›''")), ("too-short",)),
    "a description of 100 characters": (it(f"description_localizations: {{de: {'a' * 100}}}"), ()),
    "a description of 101 characters": (it(f"description_localizations: {{de: ›{'a' * 101}}}"), ("too-long",)),
    "an option's name in capitals": (pair(names("de: ›Aa"), ""), ("invalid-translation",)),
    "two options of different names": (pair(names("de: x"), names("de: y")), ()),
    "two options of one name": (pair(names("de: x"), names("de: ›x")), ("same-name-in-language",)),
    "an option with the default name of the next": (pair(names("de: ›b"), ""), ("same-name-in-language",)),
    "an option with the default name of the one before": (pair("", names("de: ›a")), ("same-name-in-language",)),
    "two options that change names": (pair(names("de: ›b"), names("de: a")), ("same-name-in-language",)),
    "two options of one name in near languages": (
        pair(names("en-US: x"), names("en-GB: ›x")),
        ("same-name-in-language",),
    ),
    "two options of one name in languages far apart": (pair(names("de: x"), names("fr: x")), ()),
    "two commands of one name": (
        "commands: {a: {description: A, reply: a, name_localizations: {de: x}},"
        " b: {description: B, reply: b, name_localizations: {de: ›x}}}",
        ("same-name-in-language",),
    ),
    "two commands of one name in one group": (
        "commands: {g: {description: G, commands: {a: {description: A, reply: a, name_localizations: {de: x}},"
        " b: {description: B, reply: b, name_localizations: {de: ›x}}}}}",
        ("same-name-in-language",),
    ),
    "two choices of one name": (
        it(
            "options: {o: {type: string, description: O, choices: {a: {name: A, name_localizations: {de: X}},"
            " b: {name: B, name_localizations: {de: ›X}}}}}"
        ),
        ("same-name-in-language",),
    ),
    "two choices that change names": (
        it(
            "options: {o: {type: string, description: O, choices: {a: {name: A, name_localizations: {de: B}},"
            " b: {name: B, name_localizations: {de: A}}}}}"
        ),
        (),
    ),
}


@pytest.mark.parametrize(("text", "slugs"), TRANSLATIONS.values(), ids=TRANSLATIONS)
def test_a_translation(expect: Callable[..., None], text: str, slugs: tuple[str, ...]) -> None:
    expect(text, *slugs)
