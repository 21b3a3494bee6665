"""The fake Discord's verdict on each call, which decides who wins a comparison."""

import pytest

from benchmarks.judge import PROMISES, Interaction, Verdict
from benchmarks.payloads import COMMANDS


def used(kind: str) -> Interaction:
    """Return an interaction that was dispatched at second 0."""
    return Interaction(1, "token", kind, 0.0)


def reply(text: str, flags: int = 0) -> dict[str, object]:
    """Return the body of a callback that shows a text."""
    return {"type": 4, "data": {"content": text, "flags": flags}}


@pytest.mark.parametrize(
    ("seconds", "verdict"),
    [
        pytest.param(3.0, Verdict.ACCEPTED, id="at 3 s"),
        pytest.param(3.001, Verdict.UNKNOWN_INTERACTION, id="after 3 s"),
    ],
)
def test_a_callback_is_taken_for_three_seconds(seconds: float, verdict: Verdict) -> None:
    ping = used("ping")
    assert ping.callback(seconds, reply("Pong, robin!")) is verdict
    assert (ping.acknowledged_at is not None) == (verdict is Verdict.ACCEPTED)


def test_a_second_callback_is_refused_and_shows_nothing() -> None:
    ping = used("ping")
    ping.callback(0.1, reply("Pong, robin!"))
    assert ping.callback(0.2, reply("Something went wrong.")) is Verdict.ALREADY_ACKNOWLEDGED
    assert ping.acknowledged_at == 0.1
    assert ping.wrong == []
    assert ping.outcomes == ["ok", "40060"]


def test_a_follow_up_before_the_acknowledgement_is_refused() -> None:
    assert used("two").webhook(0.1, {"content": "Second."}) is Verdict.UNKNOWN_WEBHOOK


def test_a_deferred_answer_ends_with_its_edit_not_with_the_deferral() -> None:
    slow = used("slow")
    slow.callback(0.1, {"type": 5})
    deferred = (slow.acknowledged_at, slow.finished_at)
    slow.webhook(0.2, {"content": "Done."})
    assert [deferred, (slow.acknowledged_at, slow.finished_at)] == [(0.1, None), (0.1, 0.2)]


def test_a_reply_without_its_follow_up_is_unfinished() -> None:
    two = used("two")
    two.callback(0.1, reply("First."))
    assert two.finished_at is None
    two.webhook(0.2, {"content": "Second."})
    assert two.finished_at == 0.2


def test_a_click_ends_when_its_message_is_updated() -> None:
    click = used("click")
    click.callback(0.1, {"type": 7, "data": {"content": "Picked."}})
    assert click.finished_at == 0.1


def test_another_text_than_the_promised_one_is_wrong_and_no_end() -> None:
    ping = used("ping")
    ping.callback(0.1, reply("Something went wrong."))
    assert ping.wrong == ["Something went wrong."]
    assert ping.finished_at is None


def test_a_text_after_the_end_is_wrong() -> None:
    ping = used("ping")
    ping.callback(0.1, reply("Pong, robin!"))
    ping.webhook(0.2, {"content": "Pong, robin!"})
    assert ping.wrong == ["Pong, robin!"]


@pytest.mark.parametrize(("flags", "faults"), [(64, 0), (0, 1)], ids=["private", "public"])
def test_a_refusal_must_be_private(flags: int, faults: int) -> None:
    perm = used("perm")
    perm.callback(0.1, reply("You need **Manage Messages** here.", flags))
    assert len(perm.wrong) == faults


def test_every_command_and_the_click_promise_something() -> None:
    assert set(PROMISES) == {*COMMANDS, "click"}
