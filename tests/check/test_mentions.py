"""Who is pinged and who is not. A `›` marks the place of the fault."""

from collections.abc import Callable

import pytest

from runner.diagnostics import Diagnostic, Severity

OPTIONS = "text: {type: string, description: T, required: true}, who: {type: user, description: W, required: true}"
HINT, WARNING = "mention-without-ping", "user-text-may-ping"


def reply(message: str, *, options: str = OPTIONS) -> str:
    """Return a config with one command that replies."""
    return f"commands: {{it: {{description: C, options: {{{options}}}, steps: [{{reply: {message}}}]}}}}\n"


@pytest.mark.parametrize(
    ("message", "slugs"),
    [
        ("›'<@123456789012345678> hi'", (HINT,)),
        ("{›content: '<@&123456789012345678>'}", (HINT,)),
        ("'{{ user.name }} ›@everyone'", (HINT,)),
        ("'{{ user.name }} ›@here and <@!123456789012345678>'", (HINT, HINT)),
        ("{content: '@everyone', mentions: [everyone]}", ()),
        ("{content: '<@123456789012345678>', mentions: [users]}", ()),
        ("{›content: '@here', mentions: [users]}", (HINT,)),
        ("'{{ \"@everyone\" | length }}'", ()),
        ("'mail me@here.example'", ()),
        ("'{{ user.mention }}'", ()),
    ],
)
def test_a_ping_that_will_be_none_is_a_hint(message: str, slugs: tuple[str, ...], expect: Callable[..., None]) -> None:
    if slugs == (HINT, HINT):
        message = message.replace("<@!", "›<@!")
    expect(reply(message), *slugs)


@pytest.mark.parametrize(
    ("message", "is_doubtful"),
    [
        ("{content: '@here {{ ›options.text }}', mentions: [here]}", True),
        ("{content: '{{ ›user.display_name }}', mentions: [everyone]}", True),
        ("{content: '{{ options.who.name }}', mentions: [roles]}", False),
        ("{content: '{{ ›options.text | upper }}', mentions: [roles]}", True),
        ("{content: '{{ options.text }}', mentions: [users]}", False),
        ("'{{ options.text }}'", False),
        ("{content: '@here {{ options.who.mention }}', mentions: [here]}", False),
    ],
)
def test_what_a_user_types_must_not_ping_everybody(
    message: str, is_doubtful: bool, expect: Callable[..., None]
) -> None:
    expect(reply(message), *([WARNING] if is_doubtful else []))


NAMED = "messages: {{hello: {{params: {{text: string}}, content: '@here {{{{ params.text }}}}', mentions: [here]}}}}\n"


def test_what_a_message_by_its_name_is_given_must_not_ping_everybody(expect: Callable[..., None]) -> None:
    message = "{message: hello, with: {text: '{{ ›options.text }}'}}"
    expect(NAMED.format() + reply(message), WARNING)
    expect(NAMED.format() + reply("{message: hello, with: {text: '{{ options.who.mention }}'}}"))


def test_a_ping_in_a_message_by_its_name_that_will_be_none_is_a_hint(expect: Callable[..., None]) -> None:
    expect("messages: {hello: {›content: '@here'}}\n" + reply("{message: hello}"), HINT)


def test_a_choice_is_not_typed(expect: Callable[..., None]) -> None:
    options = "text: {type: string, description: T, required: true, choices: {a: A}}"
    expect(reply("{content: '@here {{ options.text }}', mentions: [here]}", options=options))


def test_what_is_typed_into_a_form_may_ping(expect: Callable[..., None]) -> None:
    expect(
        "commands: {it: {description: C, steps: [{modal: m}]}}\n"
        "modals: {m: {title: T, fields: {f: F}, reply: {content: '{{ ›fields.f }}', mentions: [everyone]}}}\n",
        WARNING,
    )


def test_a_hint_says_how_it_would_ping(faults: Callable[[str], list[Diagnostic]]) -> None:
    (fault,) = faults(reply("'@everyone'"))
    assert fault.severity is Severity.HINT
    assert fault.fix == "write `mentions: [everyone]` if it shall ping"
