"""What becomes of an interaction from its arrival to its log line; seen on the wire of a local Discord."""

import asyncio
import json
from collections.abc import Mapping
from contextlib import suppress
from typing import Any, ClassVar, cast

import pytest

from runner.actions.action import Action, Step
from runner.data import dataclass
from runner.emulator.clock import elapse
from runner.emulator.server import LocalDiscord
from runner.emulator.trace import InteractionState, Trace
from runner.fields import Duration, option
from runner.logs import LineFormatter
from tests.conftest import Bot, StartBot

HANGING = "[{wait: '{{ 600 }}'}, {reply: never}]"


@dataclass(frozen=True, slots=True, kw_only=True)
class Hang(Action):
    """Claim to be fast, and take its time: an action with a defect, against which there is the watchdog.

    Example:
        - hang: 5s
    """

    whole: ClassVar[str | None] = "duration"

    duration: Duration = option("How long.", minimum=0.001, maximum=900)

    async def run(self, step: Step) -> Mapping[str, object] | None:
        await step.sleep(self.duration)
        return None


@dataclass(frozen=True, slots=True, kw_only=True)
class Stubborn(Action):
    """Claim to be fast, take 10 s, and not be stopped: an action with two defects.

    Example:
        - stubborn
    """

    async def run(self, step: Step) -> Mapping[str, object] | None:
        with suppress(asyncio.CancelledError):
            await step.sleep(10.0)
        return None


def contents(trace: Trace) -> list[str]:
    """Return what the user of an interaction reads in the end."""
    return [message.content for message in trace.messages if not message.deleted]


def took_s(trace: Trace) -> float:
    """Return how long the interaction waited for its first response."""
    assert trace.acknowledged_at is not None
    return trace.acknowledged_at - trace.dispatched_at


def sent(bot: Bot, trace: Trace) -> list[str]:
    """Return the calls of one interaction, as `POST callback 4` or `PATCH @original`."""
    calls: list[str] = []
    for entry in bot.local.wire:
        if entry.kind == "http" and entry.interaction_id == trace.id:
            body: Any = entry.request  # JSON
            end = entry.route.rpartition("/")[2]
            kind = f" {body['type']}" if end == "callback" else ""
            calls.append(f"{entry.method} {end}{kind}")
    return calls


# --- how handlers answer


@pytest.mark.parametrize(
    ("handler", "answered"),
    [
        pytest.param("reply: Hello", ["POST callback 4"], id="reply"),
        pytest.param("steps: [{wait: 5s}, {reply: Hello}]", ["POST callback 5", "PATCH @original"], id="slow step"),
        pytest.param("response: defer, reply: Hello", ["POST callback 5", "PATCH @original"], id="declared defer"),
        pytest.param(
            "steps: [{defer: {}}, {reply: Hello}]", ["POST callback 5", "PATCH @original"], id="step that defers"
        ),
        pytest.param("steps: [{log: Nothing to say}]", ["POST callback 4"], id="no answer"),
        pytest.param("steps: [{wait: 5s}]", ["POST callback 5", "PATCH @original"], id="no end"),
    ],
)
async def test_a_handler_answers_with_no_more_calls_than_it_takes(
    bot: StartBot, handler: str, answered: list[str]
) -> None:
    made = await bot(f"commands: {{try: {{description: d, {handler}}}}}")
    trace = await made.ran("try")
    assert sent(made, trace) == answered
    assert contents(trace) == ["Hello" if "Hello" in handler else "Done."]
    assert made.line()["outcome"] == "ok"


async def test_a_click_is_answered_by_an_update_of_its_message(bot: StartBot) -> None:
    made = await bot("""
        commands: {ask: {description: d, reply: {content: Who?, components: [join]}}}
        components: {join: {button: {label: I}, steps: [{update: {content: "{{ user.name }}", components: []}}]}}
        """)
    asked = await made.ran("ask")
    click = made.click(asked.messages[0].id, "join", user="Kim")
    await made.idle()
    assert sent(made, click) == ["POST callback 7"]
    assert contents(asked) == ["kim"]


async def test_a_click_that_says_nothing_is_acknowledged_without_a_trace(bot: StartBot) -> None:
    made = await bot("""
        commands: {ask: {description: d, reply: {content: Who?, components: [join]}}}
        components: {join: {button: {label: I}, steps: [{log: Somebody clicked}]}}
        """)
    asked = await made.ran("ask")
    click = made.click(asked.messages[0].id, "join")
    await made.idle()
    assert sent(made, click) == ["POST callback 6"]


# --- the watchdog


@pytest.mark.parametrize(
    ("response", "after_s"), [("auto", 1.5), ("{defer_after: 700ms}", 0.7), ("reply", 2.2)], ids=str
)
async def test_a_step_that_hangs_is_taken_over_by_the_watchdog(bot: StartBot, response: str, after_s: float) -> None:
    made = await bot(
        f"commands: {{hang: {{description: d, response: {response}, steps: [{{hang: 10s}}, {{reply: Hello}}]}}}}",
        more={"hang": Hang},
    )
    trace = await made.ran("hang")
    assert sent(made, trace) == ["POST callback 5", "PATCH @original"]
    assert took_s(trace) == pytest.approx(after_s, abs=0.02)
    assert contents(trace) == ["Hello"]
    assert made.engine.counts.watchdog == 1


async def test_the_watchdog_shows_only_what_the_handler_would_show(bot: StartBot) -> None:
    made = await bot(
        "commands: {hang: {description: d, response: ephemeral, steps: [{hang: 10s}, {reply: Hello}]}}",
        more={"hang": Hang},
    )
    trace = made.command("hang")
    await trace.acknowledged()
    assert [message.ephemeral for message in trace.messages] == [True]
    await made.idle()
    assert sent(made, trace) == ["POST callback 5", "PATCH @original"]


@pytest.mark.parametrize(
    ("step", "answered"),
    [("update: Changed", "PATCH @original"), ("reply: Said", "POST <token>")],
    ids=["update", "reply"],
)
async def test_a_click_that_hangs_is_acknowledged_silently_and_answered_later(
    bot: StartBot, step: str, answered: str
) -> None:
    made = await bot(
        f"""
        commands: {{ask: {{description: d, reply: {{content: Who?, components: [join]}}}}}}
        components: {{join: {{button: {{label: I}}, steps: [{{hang: 10s}}, {{{step}}}]}}}}
        """,
        more={"hang": Hang},
    )
    asked = await made.ran("ask")
    click = made.click(asked.messages[0].id, "join")
    await made.idle()
    assert sent(made, click) == ["POST callback 6", answered]
    assert took_s(click) == pytest.approx(1.5, abs=0.02)


async def test_a_reply_while_the_watchdogs_deferral_is_in_flight_edits_it(bot: StartBot) -> None:
    made = await bot("commands: {hang: {description: d, steps: [{hang: 1.6s}, {reply: Hello}]}}", more={"hang": Hang})
    made.local.faults.next("callback", delay_s=0.5)
    trace = await made.ran("hang")
    assert sent(made, trace) == ["POST callback 5", "PATCH @original"]
    assert contents(trace) == ["Hello"]
    assert trace.refused == []


async def test_an_error_while_the_watchdogs_private_deferral_is_in_flight_stays_private(bot: StartBot) -> None:
    made = await bot(
        "commands: {hang: {description: d, response: ephemeral, steps: [{hang: 1.6s}, {fail: Secret}]}}",
        more={"hang": Hang},
    )
    made.local.faults.next("callback", delay_s=0.5)
    trace = await made.ran("hang")
    assert [(message.content, message.ephemeral) for message in trace.messages] == [("Secret", True)]


async def test_a_defer_after_the_watchdogs_changes_nothing(bot: StartBot) -> None:
    made = await bot(
        "commands: {hang: {description: d, steps: [{hang: 2s}, {defer: {}}, {reply: Hello}]}}", more={"hang": Hang}
    )
    trace = await made.ran("hang")
    assert sent(made, trace) == ["POST callback 5", "PATCH @original"]


async def test_a_private_defer_after_the_watchdogs_public_one_keeps_its_word(bot: StartBot) -> None:
    made = await bot(
        """
        commands:
          hang:
            description: d
            steps: [{hang: 2s}, {defer: {ephemeral: true}}, {reply: {content: For you, ephemeral: true}}]
        """,
        more={"hang": Hang},
    )
    trace = await made.ran("hang")
    assert sent(made, trace) == ["POST callback 5", "DELETE @original", "POST <token>"]
    assert [message.ephemeral for message in trace.messages if not message.deleted] == [True]


@pytest.mark.parametrize(
    ("code", "status", "outcome"), [(10062, 404, "unacknowledged"), (40060, 400, "answered elsewhere")]
)
async def test_no_effect_follows_what_the_user_saw_fail(bot: StartBot, code: int, status: int, outcome: str) -> None:
    """The watchdog learns that the interaction is lost; the step after it would have had an effect."""
    made = await bot(
        "commands: {hang: {description: d, steps: [{hang: 2s}, {send: Effect}, {reply: Hello}]}}", more={"hang": Hang}
    )
    made.local.faults.next("callback", status=status, code=code)
    await made.ran("hang")
    assert made.line()["outcome"] == outcome
    assert not [entry for entry in made.local.wire if entry.route.endswith("/messages")]


async def test_the_watchdog_steps_in_when_a_reply_is_refused_behind_its_back(bot: StartBot) -> None:
    """It barks at 0.5 s, while the reply is in flight; Discord refuses that at 0.8 s, and the next step hangs."""
    made = await bot(
        """
        commands:
          hang:
            description: d
            response: {defer_after: 500ms}
            steps: [{reply: Hello, catch: [{hang: 10s}, {reply: Again}]}]
        """,
        more={"hang": Hang},
    )
    made.local.faults.next("callback", delay_s=0.8, status=400, code=50035)
    trace = await made.ran("hang")
    assert took_s(trace) == pytest.approx(0.8, abs=0.02)
    assert contents(trace) == ["Again"]


# --- the watchdog of a handler that opens a form

FORM = "modals: {it: {title: It, fields: {a: A}, reply: Thanks}}\n"


def opening(steps: str, more: str = "response: auto") -> str:
    """Return a bot whose command may open a form; its branch with the form is taken where `form` is true."""
    options = "options: {form: {type: boolean, description: f, required: true}}"
    return f"{FORM}commands: {{hang: {{description: d, {options}, {more}, steps: [{steps}]}}}}"


@pytest.mark.parametrize("response", ["auto", "reply", "modal", "{defer_after: 700ms}"])
async def test_a_form_that_would_come_too_late_is_said_privately_and_never_opens(bot: StartBot, response: str) -> None:
    text = opening("{hang: 10s}, {modal: it}", f"response: {response}, on_error: [{{reply: Oops}}]")
    made = await bot(text, more={"hang": Hang})
    trace = await made.ran("hang", form=True)
    assert sent(made, trace) == ["POST callback 4"]
    assert took_s(trace) == pytest.approx(2.0, abs=0.02)
    (report,) = made.log.of("handler timed out")
    (said,) = trace.messages
    assert (said.ephemeral, f"try again (`{report['reference']}`)" in said.content) == (True, True)
    assert (report["handler"], report["step"]) == ("/hang", "hang")
    assert (made.line()["outcome"], made.line()["reference"]) == ("timeout", report["reference"])
    assert made.engine.counts.watchdog == 1


@pytest.mark.parametrize(
    ("steps", "form"),
    [
        ("{hang: 10s}, {if: options.form, then: [{modal: it}], else: [{send: Effect}, {reply: Hello}]}", False),
        ("{hang: 10s, catch: [{modal: it}, stop]}, {send: Effect}, {reply: Hello}", False),
        ("stubborn, {modal: it}, {send: Effect}", True),
    ],
    ids=["on another path", "behind a step that can open it when it fails", "behind a step that can't be stopped"],
)
async def test_no_effect_follows_the_request_to_try_again(bot: StartBot, steps: str, form: bool) -> None:
    made = await bot(opening(steps), more={"hang": Hang, "stubborn": Stubborn})
    trace = await made.ran("hang", form=form)
    assert sent(made, trace) == ["POST callback 4"]
    assert took_s(trace) == pytest.approx(2.0, abs=0.02)
    assert "try again" in contents(trace)[0]
    assert made.line()["outcome"] == "timeout"
    assert not [entry for entry in made.local.wire if entry.route.endswith("/messages")]


@pytest.mark.parametrize(
    ("steps", "deferred_s"),
    [
        ("{if: options.form, then: [{modal: it}], else: [{hang: 5s}]}, {reply: Hello}", 1.5),
        ("{hang: 1.7s}, {if: options.form, then: [{modal: it}]}, {hang: 5s}, {reply: Hello}", 2.0),
        ("{fail: No, catch: [{log: a}]}, {modal: it, when: options.form}, {hang: 5s}, {reply: Hello}", 1.5),
    ],
    ids=["another branch", "decided late", "a form that was skipped"],
)
async def test_a_path_that_opens_no_form_any_more_is_deferred(bot: StartBot, steps: str, deferred_s: float) -> None:
    made = await bot(opening(steps), more={"hang": Hang})
    trace = await made.ran("hang", form=False)
    assert sent(made, trace) == ["POST callback 5", "PATCH @original"]
    assert took_s(trace) == pytest.approx(deferred_s, abs=0.02)
    assert contents(trace) == ["Hello"]


@pytest.mark.parametrize("delay_s", [0.001, 0.4], ids=["at once", "in flight when the time is up"])
async def test_a_form_that_is_sent_in_time_opens(bot: StartBot, delay_s: float) -> None:
    made = await bot(opening("{hang: 1.9s}, {modal: it}"), more={"hang": Hang})
    made.local.faults.next("callback", delay_s=delay_s)
    trace = await made.ran("hang", form=True)
    assert sent(made, trace) == ["POST callback 9"]
    assert (trace.state, trace.messages) == (InteractionState.MODAL_SHOWN, [])
    assert made.engine.counts.watchdog == 0


async def test_a_form_that_discord_refuses_ends_in_one_private_sentence(bot: StartBot) -> None:
    """The watchdog is due while the form is in flight; then the failure has been told already."""
    made = await bot(opening("{hang: 1.9s}, {modal: it}"), more={"hang": Hang})
    made.local.faults.next("callback", status=400, code=50035, delay_s=0.4)
    trace = await made.ran("hang", form=True)
    assert [message.ephemeral for message in trace.messages] == [True]
    assert made.line()["reference"] in contents(trace)[0]
    assert made.line()["outcome"] == "failed"


async def test_an_error_handler_that_hangs_where_no_form_can_open_any_more_is_deferred(bot: StartBot) -> None:
    text = opening("{fail: No}, {modal: it, when: options.form}", "on_error: [{hang: 5s}, {reply: Sorry}]")
    made = await bot(text.replace("{fail: No}", "{fail: No, when: options.form}"), more={"hang": Hang})
    trace = await made.ran("hang", form=True)
    assert sent(made, trace) == ["POST callback 5", "PATCH @original"]
    assert contents(trace) == ["Sorry"]


@pytest.mark.parametrize(
    ("steps", "answered"),
    [
        ("{hang: 10s}, {update: Changed}", ["POST callback 6", "PATCH @original"]),
        ("{wait: 10s}, {update: Changed}", ["POST callback 6", "PATCH @original"]),
        ("{wait: 10s}, {update: Changed}, {reply: Done}", ["POST callback 6", "PATCH @original", "POST <token>"]),
        ("{hang: 10s}, {reply: Done}", ["POST callback 5", "PATCH @original"]),
        ("{wait: 10s}, {reply: Done}", ["POST callback 5", "PATCH @original"]),
    ],
    ids=["hangs, update", "slow, update", "slow, update and reply", "hangs, reply", "slow, reply"],
)
async def test_a_form_from_a_button_is_deferred_so_that_its_steps_stay_possible(
    bot: StartBot, steps: str, answered: list[str]
) -> None:
    made = await bot(
        f"""
        commands: {{ask: {{description: d, reply: {{content: Who?, components: [join]}}}}}}
        components: {{join: {{button: {{label: I}}, steps: [{{modal: it}}]}}}}
        modals: {{it: {{title: It, fields: {{a: A}}, steps: [{steps}]}}}}
        """,
        more={"hang": Hang},
    )
    asked = await made.ran("ask")
    click = made.click(asked.messages[0].id, "join")
    await made.idle()
    trace = await made.submitted(click, a="x")
    assert sent(made, trace) == answered
    assert trace.refused == []
    assert contents(asked) == ["Changed" if "update" in steps else "Who?"]


# --- failures


async def test_a_step_that_hangs_is_acknowledged_at_once_and_told_at_its_timeout(bot: StartBot) -> None:
    made = await bot(f"commands: {{hang: {{description: d, timeout: 4s, steps: {HANGING}}}}}")
    trace = await made.ran("hang")
    line = made.line()
    assert took_s(trace) < 0.1
    assert line["outcome"] == "timeout"
    assert 4000 <= line["total_ms"] < 4100
    assert contents(trace) == [f"This took too long, so I stopped (`{line['reference']}`)."]
    assert made.log.of("handler timed out")[0]["reference"] == line["reference"]


async def test_on_timeout_and_on_error_speak_instead_of_the_built_in_sentence(bot: StartBot) -> None:
    made = await bot(f"""
        defaults:
          on_error: [{{reply: "Oh no: {{{{ error.message }}}} in {{{{ error.step }}}}, {{{{ error.reference }}}}"}}]
          on_timeout: [{{reply: "Too slow: {{{{ error.step }}}}, {{{{ error.reference }}}}"}}]
        commands:
          hang: {{description: d, timeout: 4s, steps: {HANGING}}}
          fail: {{description: d, steps: [{{fail: The queue is closed.}}]}}
        """)
    trace = await made.ran("hang")
    assert contents(trace) == [f"Too slow: wait, {made.line()['reference']}"]
    trace = await made.ran("fail")
    assert contents(trace) == [f"Oh no: The queue is closed. in fail, {made.line()['reference']}"]


async def test_fails_text_is_shown_to_the_user_alone_where_there_is_no_on_error(bot: StartBot) -> None:
    made = await bot("commands: {fail: {description: d, steps: [{fail: The queue is closed.}]}}")
    trace = await made.ran("fail")
    assert contents(trace) == ["The queue is closed."]
    assert trace.messages[0].ephemeral


@pytest.mark.parametrize(
    "rescue",
    [
        pytest.param("[{fail: Again}]", id="fails"),
        pytest.param("[{log: Noted}]", id="says nothing"),
        pytest.param("[{wait: '{{ 60 }}'}, {reply: never}]", id="hangs"),
        pytest.param("[{reply: '{{ 1 / (0 * now) }}'}]", id="can't be rendered"),
        pytest.param("[{require: never}]", id="refuses"),
    ],
)
async def test_an_error_handler_that_does_not_answer_leaves_it_to_the_built_in_sentence(
    bot: StartBot, rescue: str
) -> None:
    made = await bot(f"""
        checks: {{never: {{if: "false"}}}}
        commands:
          fail:
            description: d
            steps: [{{reply: "{{{{ 1 / (0 * now) }}}}"}}]
            on_error: {rescue}
        """)
    trace = await made.ran("fail")
    reference = made.line()["reference"]
    assert contents(trace) == [f"Something went wrong (`{reference}`)."]
    assert made.log.of("step failed")[0]["reference"] == reference


async def test_a_failing_template_tells_the_user_nothing_of_its_insides(bot: StartBot) -> None:
    made = await bot("""commands: {fail: {description: d, reply: "{{ 1 / (0 * now) }}"}}""")
    trace = await made.ran("fail")
    assert contents(trace) == [f"Something went wrong (`{made.line()['reference']}`)."]
    logged = made.log.of("step failed")[0]
    assert (logged["handler"], logged["step"], logged["place"]) == ("/fail", "reply", "bot.yaml:2")


async def test_an_error_behind_a_private_spinner_stays_private(bot: StartBot) -> None:
    made = await bot("""
        commands: {fail: {description: d, response: ephemeral, steps: [{wait: 5s}, {fail: "No."}]}}
        """)
    trace = await made.ran("fail")
    (message,) = trace.messages
    assert (message.content, message.ephemeral) == ("No.", True)


async def test_a_step_that_outlasts_its_own_timeout_is_caught_where_the_author_says(bot: StartBot) -> None:
    made = await bot("""
        commands:
          slow:
            description: d
            steps:
              - {id: pause, wait: "{{ 60 }}", timeout: 2s, catch: [{reply: "Caught: {{ error.step }}"}]}
        """)
    trace = await made.ran("slow")
    assert contents(trace) == ["Caught: wait"]
    assert made.line()["outcome"] == "ok"


async def test_a_callback_that_is_cancelled_in_flight_is_still_followed_by_an_end(bot: StartBot) -> None:
    """The handler's timeout strikes while Discord holds the first response back, and has taken it all the same."""
    made = await bot("commands: {fast: {description: d, timeout: 500ms, reply: Hello}}")
    made.local.faults.next("callback", delay_s=0.6)
    trace = await made.ran("fast")
    assert trace.acknowledgements == 1
    assert made.line()["outcome"] == "timeout"
    assert contents(trace)[-1] == f"This took too long, so I stopped (`{made.line()['reference']}`)."


async def test_a_message_to_a_closed_channel_is_an_error_with_its_reason_in_the_log_alone(bot: StartBot) -> None:
    made = await bot("""
        commands: {post: {description: d, steps: [{send: {channel: "1234567890123456", content: Hi}}, {reply: Sent}]}}
        """)
    trace = await made.ran("post")
    assert contents(trace) == [f"Something went wrong (`{made.line()['reference']}`)."]
    assert "10003" in made.log.of("step failed")[0]["reason"]


# --- refusals

GUARDS = """
checks:
  staff: {roles: {any: ["@Support"]}, denied: Only staff.}
  clean: {roles: {none: ["@Support"]}, denied: Not for staff.}
  both: {roles: {all: ["@Support", "@Moderator"]}, denied: Both.}
  robin: {if: user.name == "robin", denied: Only Robin.}
  mighty: {permissions: manage_messages}
commands:
  member:
    description: d
    visible_to: []
    permissions: {member: [manage_guild], denied: "Not you, {{ user.name }}."}
    reply: yes!
  plain: {description: d, visible_to: [], permissions: {member: [manage_guild, moderate_members]}, reply: yes!}
  bot: {description: d, visible_to: [], permissions: {bot: [ban_members]}, reply: yes!}
  staff: {description: d, check: staff, reply: yes!}
  clean: {description: d, check: clean, reply: yes!}
  both: {description: d, check: both, reply: yes!}
  robin: {description: d, check: robin, reply: yes!}
  mighty: {description: d, check: mighty, reply: yes!}
  later: {description: d, steps: [{require: {check: staff, denied: Later.}}, {reply: yes!}]}
  inline: {description: d, steps: [{require: {if: user.name == "mo", denied: Mo only.}}, {reply: yes!}]}
"""


@pytest.mark.parametrize(
    ("name", "user", "answer"),
    [
        ("member", "Robin", "Not you, robin."),
        ("member", "Olive", "yes!"),
        ("plain", "Robin", "You need **Manage Server** and **Timeout Members** here."),
        ("staff", "Robin", "Only staff."),
        ("staff", "Sam", "yes!"),
        ("clean", "Sam", "Not for staff."),
        ("clean", "Robin", "yes!"),
        ("both", "Sam", "Both."),
        ("robin", "Kim", "Only Robin."),
        ("robin", "Robin", "yes!"),
        ("mighty", "Robin", "You need **Manage Messages** here."),
        ("mighty", "Mo", "yes!"),
        ("later", "Robin", "Later."),
        ("later", "Sam", "yes!"),
        ("inline", "Robin", "Mo only."),
        ("inline", "Mo", "yes!"),
    ],
)
async def test_a_guard_lets_in_whom_it_should_and_tells_the_others_privately(
    bot: StartBot, name: str, user: str, answer: str
) -> None:
    made = await bot(GUARDS)
    trace = await made.ran(name, user=user)
    (message,) = trace.messages
    assert message.content == answer
    assert message.ephemeral is (answer != "yes!")
    assert made.line()["outcome"] == ("ok" if answer == "yes!" else "refused")
    assert made.log.warnings == []


async def test_what_the_bot_itself_may_not_do_is_refused_before_the_first_step(bot: StartBot) -> None:
    made = await bot(GUARDS)
    (role,) = [role for role in the_guild(made.local).roles.values() if role.id in bots_roles(made.local)]
    role.permissions = type(role.permissions)(0)
    trace = await made.ran("bot")
    assert contents(trace)[0].startswith("I need **Ban Members** here to do that.")


async def test_a_role_by_name_is_not_taken_for_absent_while_the_server_is_not_known(bot: StartBot) -> None:
    """`none: ["@Support"]` lets in who doesn't have the role, and not whoever comes while nobody can tell."""
    made = await bot(GUARDS)
    trace = await made.ran("clean")
    stranger = {**trace.payload, "id": str(trace.id + 1), "guild_id": "1234567890123456"}
    made.engine.receive(stranger)
    await made.idle()
    said = [entry.request for entry in made.local.wire if entry.route.endswith("/callback")]
    assert [cast(Any, body)["data"]["content"] for body in said] == ["yes!", "Not for staff."]  # JSON


async def test_a_command_that_asks_for_permissions_is_refused_in_direct_messages(bot: StartBot) -> None:
    made = await bot("""
        commands:
          open: {description: d, reply: yes!}
          staff: {description: d, steps: [{require: staff}, {reply: yes!}]}
        checks: {staff: {roles: {none: ["@Muted"]}}}
        """)
    assert contents(await made.ran("open", channel="dm")) == ["yes!"]
    assert contents(await made.ran("staff", channel="dm")) == ["You can't do that here."]


# --- what nobody knows any more


async def test_a_command_that_is_gone_is_answered_privately(bot: StartBot) -> None:
    old = await bot("commands: {gone: {description: d, reply: Hi}}")
    new = await bot("commands: {here: {description: d, reply: Hi}}")
    old.engine.swap(new.engine.program)
    trace = await old.ran("gone")
    assert contents(trace) == ["This command is not available any more."]
    assert trace.messages[0].ephemeral
    assert old.line()["outcome"] == "unknown"


async def test_a_button_that_is_gone_is_answered_privately(bot: StartBot) -> None:
    made = await bot("""
        commands: {ask: {description: d, reply: {content: Who?, components: [join]}}}
        components: {join: {button: {label: I}, reply: Me}}
        """)
    asked = await made.ran("ask")
    other = await bot("commands: {ask: {description: d, reply: Hi}}")
    made.engine.swap(other.engine.program)
    click = made.click(asked.messages[0].id, "join")
    await made.idle()
    assert click.messages[-1].ephemeral
    assert "older version" in click.messages[-1].content


@pytest.mark.parametrize(
    ("kind", "data", "callback"),
    [
        (4, {"id": "1", "name": "tag", "type": 1, "options": []}, {"type": 8, "data": {"choices": []}}),
        (5, {"custom_id": "old", "components": []}, 4),
        (2, {"id": "1", "name": "Report", "type": 3}, 4),
    ],
    ids=["suggestions", "form", "context menu"],
)
async def test_what_no_handler_takes_is_answered_all_the_same(
    bot: StartBot, kind: int, data: dict[str, object], callback: object
) -> None:
    made = await bot("commands: {fast: {description: d, reply: Hello}}")
    template = (await made.ran("fast")).payload
    identity = made.local.command(user="Robin", channel="general", name="fast").payload["id"]
    await made.idle()
    made.engine.receive({**template, "id": str(int(identity) + 1), "token": "unknown", "type": kind, "data": data})
    await made.idle()
    (request,) = [entry.request for entry in made.local.wire if str(int(identity) + 1) in entry.route]
    assert isinstance(request, dict)
    assert request == callback or request["type"] == callback


@pytest.mark.parametrize(
    ("kind", "custom_id", "part"),
    [
        pytest.param(3, "lr:join", "Me", id="our button"),
        pytest.param(3, "join", "older version", id="another program's button"),
        pytest.param(5, "lr:modal:ask", "Thanks", id="our form"),
        pytest.param(5, "ask", "older version", id="another program's form"),
        pytest.param(5, "lr:ask", "older version", id="a button's id on a form"),
    ],
)
async def test_only_a_custom_id_of_ours_names_a_handler(bot: StartBot, kind: int, custom_id: str, part: str) -> None:
    made = await bot("""
        commands: {fast: {description: d, steps: [{modal: ask}]}}
        components: {join: {button: {label: I}, reply: Me}}
        modals: {ask: {title: t, fields: {a: {label: A, required: false}}, reply: Thanks}}
        """)
    template = (await made.ran("fast")).payload
    text_input = {"type": 18, "component": {"type": 4, "custom_id": "a", "value": ""}}
    data = {"custom_id": custom_id, "component_type": 2, "components": [text_input]}
    identity = str(int(template["id"]) + 1)
    made.engine.receive({**template, "id": identity, "type": kind, "data": data})
    await made.idle()
    (request,) = [entry.request for entry in made.local.wire if identity in entry.route]
    assert isinstance(request, dict)
    assert part in request["data"]["content"]


async def test_an_interaction_of_a_kind_that_does_not_exist_yet_is_left_alone(bot: StartBot) -> None:
    made = await bot("commands: {fast: {description: d, reply: Hello}}")
    template = (await made.ran("fast")).payload
    made.engine.receive({**template, "id": str(int(template["id"]) + 1), "type": 6})
    await made.idle()
    assert made.log.warnings == ["unknown interaction type"]
    assert len(made.log.of("interaction")) == 1


# --- delivery


async def test_an_interaction_that_is_delivered_twice_is_answered_once(bot: StartBot) -> None:
    made = await bot("commands: {fast: {description: d, reply: Hello}}")
    trace = made.command("fast")
    made.local.dispatch_again(trace)
    await made.idle()
    made.local.dispatch_again(trace)
    await made.idle()
    assert sent(made, trace) == ["POST callback 4"]
    assert made.engine.counts.duplicates == 2


async def test_an_interaction_that_seems_to_be_too_late_is_left_to_discords_judgement(bot: StartBot) -> None:
    made = await bot("commands: {fast: {description: d, steps: [{send: Effect}, {reply: Hello}]}}")
    await made.stop()
    trace = made.command("fast")
    again = await bot("commands: {fast: {description: d, steps: [{send: Effect}, {reply: Hello}]}}", local=made.local)
    await elapse(5)
    again.engine.receive(trace.payload)
    await again.idle()
    assert sent(again, trace) == ["POST callback 5"]
    assert trace.refused == [(404, 10062)]
    assert again.line()["outcome"] == "unacknowledged"
    assert not [entry for entry in again.local.wire if entry.route.endswith("/messages")]


@pytest.mark.parametrize(("passed_s", "is_tried"), [(14 * 60, True), (16 * 60, False)], ids=["14 min", "16 min"])
async def test_an_interaction_whose_token_has_died_is_not_even_tried(
    bot: StartBot, passed_s: float, is_tried: bool
) -> None:
    made = await bot("commands: {fast: {description: d, reply: Hello}}")
    trace = await made.ran("fast")
    late = {**trace.payload, "id": str(trace.id + 1)}
    await elapse(passed_s)
    made.engine.receive(late)
    await made.idle()
    assert len(made.log.of("interaction")) == 1 + is_tried
    assert made.engine.counts.late == len(made.log.of("interaction too late")) == 1 - is_tried


@pytest.mark.parametrize("ahead_s", [-3600.0, -10.0, -2.0, 2.0, 10.0, 3600.0])
async def test_a_clock_that_is_wrong_changes_nothing(bot: StartBot, ahead_s: float) -> None:
    """Without the skew, a clock that is 10 s ahead would take every interaction for one that came too late."""
    made = await bot(
        """
        commands:
          fast: {description: d, reply: Hello}
          slow: {description: d, timeout: 14m, steps: [{wait: 13m}, {reply: Hello}]}
        """,
        ahead_s=ahead_s,
    )
    assert contents(await made.ran("fast")) == ["Hello"]
    assert contents(await made.ran("slow")) == ["Hello"]
    assert made.log.warnings == []


async def test_a_clock_that_is_set_while_the_bot_runs_is_noticed(bot: StartBot) -> None:
    made = await bot("commands: {fast: {description: d, reply: Hello}}")
    assert contents(await made.ran("fast")) == ["Hello"]
    made.clock.ahead_s = 10
    await elapse(31)  # Discord's clock is read every half minute
    assert contents(await made.ran("fast")) == ["Hello"]


# --- the end


async def test_draining_lets_what_is_under_way_end(bot: StartBot) -> None:
    made = await bot("commands: {slow: {description: d, steps: [{wait: 5s}, {reply: Hello}]}}")
    trace = made.command("slow")
    await trace.acknowledged()
    await made.stop()
    assert contents(trace) == ["Hello"]


async def test_draining_tells_the_user_of_what_does_not_end(bot: StartBot) -> None:
    made = await bot(f"commands: {{hang: {{description: d, timeout: 10m, steps: {HANGING}}}}}")
    trace = made.command("hang")
    await trace.acknowledged()
    await made.stop()
    assert contents(trace) == ["I am being restarted. Please try again in a moment."]
    assert made.line()["outcome"] == "cancelled"
    assert made.line()["total_ms"] == pytest.approx(10_000, abs=50)


async def test_what_arrives_while_draining_is_told_to_come_again(bot: StartBot) -> None:
    made = await bot("commands: {slow: {description: d, steps: [{wait: 5s}, {reply: Hello}]}}")
    await made.command("slow").acknowledged()
    stopping = asyncio.create_task(made.stop())
    await elapse(1)
    trace = made.command("slow")
    assert await trace.finished(3)
    assert contents(trace) == ["I am being restarted. Please try again in a moment."]
    await stopping


async def test_one_interaction_more_than_the_bound_is_told_to_come_again(bot: StartBot) -> None:
    made = await bot("commands: {slow: {description: d, steps: [{wait: 5s}, {reply: Hello}]}}", live_max=3)
    traces = [made.command("slow") for _ in range(4)]
    await made.idle()
    assert [contents(trace)[0] for trace in traces[:3]] == ["Hello"] * 3
    assert contents(traces[3]) == ["I have too much to do right now. Please try again in a moment."]
    assert traces[3].acknowledgements == 1
    assert contents(await made.ran("slow")) == ["Hello"]


async def test_a_hundred_at_once_are_each_answered_once_and_leave_nothing_behind(bot: StartBot) -> None:
    made = await bot("""
        commands:
          fast: {description: d, reply: Hello}
          slow: {description: d, steps: [{wait: 5s}, {reply: Hello}]}
        """)
    traces = [made.command(name) for _ in range(50) for name in ("fast", "slow")]
    await made.idle()
    assert {trace.acknowledgements for trace in traces} == {1}
    assert {tuple(contents(trace)) for trace in traces} == {("Hello",)}
    assert made.engine.live == ()


async def test_a_swap_leaves_what_is_under_way_on_its_own_program(bot: StartBot) -> None:
    made = await bot("commands: {slow: {description: d, steps: [{wait: 5s}, {reply: Old}]}}")
    other = await bot("commands: {slow: {description: d, steps: [{wait: 5s}, {reply: New}]}}")
    before = made.command("slow")
    await before.acknowledged()
    made.engine.swap(other.engine.program)
    after = await made.ran("slow")
    assert (contents(before), contents(after)) == (["Old"], ["New"])


# --- the log line


async def test_the_log_line_says_what_there_is_to_know_in_text_and_in_json(bot: StartBot) -> None:
    made = await bot("commands: {fail: {description: d, steps: [{wait: 5s}, {fail: secret words}]}}")
    trace = await made.ran("fail")
    reference = made.line()["reference"]
    text = made.log.text(LineFormatter("text"))[-1]
    assert text.endswith(
        f" info interaction id={trace.id} type=2 handler=/fail outcome=failed ack_ms={made.line()['ack_ms']}"
        f" total_ms={made.line()['total_ms']} token_expires={int(trace.dispatched_at) + 900} generation=1"
        f" reference={reference}"
    )
    parsed = json.loads(made.log.text(LineFormatter("json"))[-1])
    del parsed["time"]
    assert parsed == {
        "level": "info",
        "event": "interaction",
        "id": str(trace.id),
        "type": 2,
        "handler": "/fail",
        "outcome": "failed",
        "ack_ms": made.line()["ack_ms"],
        "total_ms": pytest.approx(5000, abs=20),
        "token_expires": int(trace.dispatched_at) + 900,
        "generation": 1,
        "reference": reference,
    }


async def test_no_log_line_has_a_token_or_what_a_user_wrote(bot: StartBot) -> None:
    made = await bot("""
        commands:
          say:
            description: d
            options: {text: {type: string, description: d, required: true}}
            steps: [{reply: "{{ options.text }}"}, {wait: 5s}, {reply: "{{ 1 / (0 * now) }}"}]
        """)
    made.local.faults.next("original", status=500)
    trace = await made.ran("say", text="my private words")
    logged = "\n".join(made.log.text(LineFormatter("text")))
    assert made.line()["outcome"] == "failed"
    assert "my private words" not in logged
    assert trace.token not in logged
    assert made.local.token not in logged


def the_guild(local: LocalDiscord) -> Any:  # a guild of the local world
    """Return the one guild."""
    return next(iter(local.world.guilds.values()))


def bots_roles(local: LocalDiscord) -> list[int]:
    """Return the ids of the bot's own roles."""
    return list(the_guild(local).members[local.application_id].role_ids)


async def test_a_finished_interaction_is_in_the_state_that_discord_has_it_in(bot: StartBot) -> None:
    made = await bot("commands: {fast: {description: d, reply: Hello}}")
    trace = await made.ran("fast")
    assert trace.state is InteractionState.REPLIED
    assert trace.refused == []
