"""`modal`: a form opens as the first response, and its submission runs the form's own steps."""

import pytest

from runner.emulator.refusals import LocalDiscordError
from runner.emulator.trace import InteractionState, SeenMessage, Trace
from runner.engine.interaction import Json
from tests.conftest import Bot, StartBot

BOT = """
commands:
  feedback:
    description: d
    options: {topic: {type: string, description: t}}
    steps: [{modal: feedback}]
  ask: {description: d, reply: {content: Ready?, components: [feedback, rename]}}
components:
  feedback: {button: {label: Feedback}, steps: [{let: {topic: A button}}, {modal: from_button}]}
  rename: {button: {label: Rename}, response: modal, steps: [{modal: rename}]}
modals:
  feedback:
    title: Feedback
    fields:
      subject:
        label: "Subject, {{ user.name }}"
        min_length: 3
        max_length: 20
        placeholder: "{{ channel.name }} or so"
        value: "{{ options.topic }}"
      body: {label: What happened?, description: Steps help us, style: paragraph, required: false}
    reply: "Thanks, {{ user.mention }}: {{ fields.subject }} / {{ fields.body }}."
  from_button:
    title: "{{ vars.topic }}"
    fields: {subject: Subject}
    reply: "{{ message.content }} {{ fields.subject }}"
  rename:
    title: Rename
    fields: {name: {label: Name, required: false}}
    steps: [{update: {content: "{{ fields.name or 'Nameless' }}", components: []}}]
"""


def shown(trace: Trace) -> Json:
    """Return the form that an interaction opened, as its user sees it."""
    assert trace.modal is not None
    return trace.modal


def seen(trace: Trace) -> list[tuple[str, bool]]:
    """Return what the user of an interaction reads, and whether only they do."""
    return [(message.content, message.ephemeral) for message in trace.messages]


async def clicked(bot: Bot, name: str) -> tuple[SeenMessage, Trace]:
    """Return the message with the buttons, and the click on one of them."""
    asked = (await bot.ran("ask")).messages[0]
    trace = bot.click(asked.id, name)
    await bot.idle()
    return asked, trace


async def test_a_command_opens_the_form_as_it_is_written(bot: StartBot) -> None:
    trace = await (await bot(BOT)).ran("feedback", topic="Noise")
    assert (trace.state, trace.acknowledgements, trace.refused) == (InteractionState.MODAL_SHOWN, 1, [])
    assert (shown(trace)["custom_id"], shown(trace)["title"]) == ("lr:modal:feedback", "Feedback")
    subject, body = shown(trace)["components"]
    assert (subject["type"], subject["label"], "description" in subject) == (18, "Subject, robin", False)
    assert {key: value for key, value in subject["component"].items() if key != "id"} == {
        "type": 4,
        "custom_id": "subject",
        "style": 1,
        "required": True,
        "min_length": 3,
        "max_length": 20,
        "placeholder": "general or so",
        "value": "Noise",
    }
    assert (body["label"], body["description"]) == ("What happened?", "Steps help us")
    assert (body["component"]["style"], body["component"]["required"]) == (2, False)


async def test_a_field_whose_value_is_none_opens_empty(bot: StartBot) -> None:
    trace = await (await bot(BOT)).ran("feedback")
    assert "value" not in shown(trace)["components"][0]["component"]


async def test_what_is_submitted_is_read_as_text_and_a_blank_field_is_an_empty_one(bot: StartBot) -> None:
    made = await bot(BOT)
    opened = await made.ran("feedback")
    trace = await made.submitted(opened, subject="{{ bot }}")
    assert seen(trace) == [(f"Thanks, <@{trace.user_id}>: {{{{ bot }}}} / .", False)]
    assert (made.line()["handler"], made.line()["outcome"]) == ("modal feedback", "ok")


async def test_a_value_that_was_filled_in_can_be_sent_as_it_stands(bot: StartBot) -> None:
    made = await bot(BOT)
    trace = await made.submitted(await made.ran("feedback", topic="Noise"), body="Loud")
    assert seen(trace) == [(f"Thanks, <@{trace.user_id}>: Noise / Loud.", False)]


async def test_discord_holds_the_user_to_the_fields(bot: StartBot) -> None:
    made = await bot(BOT)
    opened = await made.ran("feedback")
    for values in ({}, {"subject": "ab"}, {"subject": "a" * 21}):
        with pytest.raises(LocalDiscordError):
            await made.submitted(opened, **values)


async def test_a_form_can_be_submitted_again(bot: StartBot) -> None:
    made = await bot(BOT)
    opened = await made.ran("feedback")
    for subject in ("First", "Second"):
        assert subject in seen(await made.submitted(opened, subject=subject))[0][0]


async def test_a_button_opens_a_form_of_any_name_and_its_submission_knows_the_message(bot: StartBot) -> None:
    made = await bot(BOT)
    _, opened = await clicked(made, "feedback")
    assert (shown(opened)["custom_id"], shown(opened)["title"]) == ("lr:modal:from_button", "A button")
    assert seen(await made.submitted(opened, subject="Hi!")) == [("Ready? Hi!", False)]


@pytest.mark.parametrize(("values", "after"), [({"name": "Tea"}, "Tea"), ({}, "Nameless")], ids=["typed", "blank"])
async def test_a_form_from_a_button_can_change_the_buttons_message(
    bot: StartBot, values: dict[str, str], after: str
) -> None:
    made = await bot(BOT)
    asked, opened = await clicked(made, "rename")
    await made.submitted(opened, **values)
    message = made.local.world.message(asked.id)
    assert message is not None
    assert (message.content, message.components) == (after, [])


LONG = """
commands:
  it: {description: d, options: {text: {type: string, description: t}}, steps: [{modal: it}]}
modals:
  it:
    title: "{{ options.text }} title"
    fields:
      a: {label: "{{ options.text }} a", description: "{{ options.text }} b", placeholder: "{{ options.text }} c"}
      b: {label: B, value: "{{ options.text }}"}
      c: {label: C, value: "{{ options.text }}", max_length: 10}
    reply: Thanks
"""


async def test_what_a_template_makes_too_long_is_cut_to_what_discord_takes(bot: StartBot) -> None:
    trace = await (await bot(LONG)).ran("it", text="x" * 5000)
    form = shown(trace)
    first, second, third = form["components"]
    assert form["title"] == first["label"] == "x" * 44 + "…"
    assert first["description"] == first["component"]["placeholder"] == "x" * 99 + "…"
    assert (second["component"]["value"], third["component"]["value"]) == ("x" * 4000, "x" * 10)


EMPTY = """
commands: {it: {description: d, options: {text: {type: string, description: t, required: true}}, steps: [{modal: it}]}}
modals: {it: {title: "{{ options.text | trim }}", fields: {a: A}, reply: Thanks}}
"""


async def test_a_title_that_a_template_leaves_empty_is_an_error_that_the_user_is_told_privately(bot: StartBot) -> None:
    made = await bot(EMPTY)
    trace = await made.ran("it", text="  ")
    assert trace.modal is None
    assert [is_private for _, is_private in seen(trace)] == [True]
    assert made.log.of("step failed")[0]["reference"] in seen(trace)[0][0]


GUARDED = """
commands: {it: {description: d, steps: [{modal: it}]}}
checks: {nobody: {users: "123456789012345678", denied: Not you.}}
modals:
  it:
    title: It
    check: nobody
    fields: {a: A}
    steps: [{send: Effect}, {reply: Thanks}]
"""


async def test_who_may_submit_is_enforced_when_they_do_and_said_privately(bot: StartBot) -> None:
    made = await bot(GUARDED)
    trace = await made.submitted(await made.ran("it"), a="x")
    assert seen(trace) == [("Not you.", True)]
    assert made.line()["outcome"] == "refused"
    assert not [entry for entry in made.local.wire if entry.route.endswith("/messages")]


RULED_OUT = """
commands: {it: {description: d, steps: [{require: {if: user.is_bot, denied: Not you.}}, {modal: it}]}}
modals: {it: {title: It, fields: {a: A}, reply: Thanks}}
"""


async def test_a_refusal_before_the_form_is_private(bot: StartBot) -> None:
    trace = await (await bot(RULED_OUT)).ran("it")
    assert (seen(trace), trace.modal) == ([("Not you.", True)], None)


BRANCHES = """
commands:
  it:
    description: d
    options: {how: {type: string, description: h, required: true}}
    steps:
      - if: options.how == "form"
        then: [{modal: it}]
        else: [{wait: 5s}, {reply: "Later, {{ options.how }}"}]
  again: {description: d, steps: [{fail: No, catch: [{modal: it}]}, {reply: {content: Opened, ephemeral: true}}]}
modals: {it: {title: It, fields: {a: A}, steps: [{wait: 5s}, {reply: "Done, {{ fields.a }}"}]}}
"""


async def test_a_branch_without_a_form_may_be_slow(bot: StartBot) -> None:
    made = await bot(BRANCHES)
    slow, form = await made.ran("it", how="slow"), await made.ran("it", how="form")
    assert (slow.modal, seen(slow)) == (None, [("Later, slow", False)])
    assert (form.state, seen(form)) == (InteractionState.MODAL_SHOWN, [])
    assert made.engine.counts.watchdog == 0


async def test_a_submission_may_be_slow(bot: StartBot) -> None:
    made = await bot(BRANCHES)
    trace = await made.submitted(await made.ran("it", how="form"), a="x")
    assert seen(trace) == [("Done, x", False)]
    assert trace.acknowledged_at is not None
    assert trace.acknowledged_at - trace.dispatched_at < 0.5


async def test_a_form_may_open_in_a_catch_and_be_followed_by_a_message(bot: StartBot) -> None:
    trace = await (await bot(BRANCHES)).ran("again")
    assert (trace.state, seen(trace)) == (InteractionState.MODAL_SHOWN, [("Opened", True)])


async def test_two_clicks_open_two_forms_and_each_is_submitted(bot: StartBot) -> None:
    made = await bot(BOT)
    asked = (await made.ran("ask")).messages[0]
    clicks = [made.click(asked.id, "feedback", user=user) for user in ("Robin", "Kim")]
    await made.idle()
    said = [seen(await made.submitted(click, subject=str(index))) for index, click in enumerate(clicks)]
    assert said == [[("Ready? 0", False)], [("Ready? 1", False)]]


THEN = """
commands: {it: {description: d, steps: [{modal: it}]}}
modals: {it: {title: It, fields: {a: A}, reply: "{{ fields.a }}"}}
"""
SHOWN = (
    "{it: {description: d, reply: {content: Ready?, components: [it]}}}\ncomponents: {it: {button: {label: It}, steps: "
)
OLD = "This form belongs to an older version of me. Please start again."
NOW = {
    "the same": (THEN, ("x", False)),
    "a field that may be left blank was added": (
        THEN.replace("a: A}, reply", "a: A, b: {label: B, required: false}}, reply").replace(
            "{{ fields.a", "{{ fields.b or fields.a"
        ),
        ("x", False),
    ),
    "a field was taken away": (
        THEN.replace("a: A", "b: {label: B, required: false}").replace("fields.a", "fields.b or 'none'"),
        ("none", False),
    ),
    "a field that must be filled in was added": (THEN.replace("a: A", "a: A, b: B"), (OLD, True)),
    "the form is gone": ("commands: {it: {description: d, reply: Hi}}", (OLD, True)),
    "only a button opens it": (
        THEN.replace("{it: {description: d, steps: [{modal: it}]}}", SHOWN + "[{modal: it}]}}"),
        (OLD, True),
    ),
}


@pytest.mark.parametrize(("now", "said"), NOW.values(), ids=NOW)
async def test_a_form_of_an_older_config_is_taken_where_it_still_fits(
    bot: StartBot, now: str, said: tuple[str, bool]
) -> None:
    made, other = await bot(THEN), await bot(now)
    opened = await made.ran("it")
    made.engine.swap(other.engine.program)
    assert seen(await made.submitted(opened, a="x")) == [said]
