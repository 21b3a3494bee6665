"""What an interaction says and is, as far as a run needs that: its answer, and what opens it again."""

import asyncio
from collections.abc import Mapping
from typing import Any

from runner.actions.action import Action, Kept
from runner.compile.components import asked_in_menu
from runner.compile.modals import asked_in
from runner.engine import context, entered
from runner.engine.frames import Asked
from runner.engine.live import Live
from runner.engine.machines import trimmed
from runner.engine.references import FORM
from runner.lifecycle import budget
from runner.lifecycle.limits import TOKEN_LIFETIME_S
from runner.objects import user
from runner.questions import Answer, AskMenu

Json = Mapping[str, Any]  # Any: JSON

_SAID = ("values", "components", "resolved")
_SHOWN = ("id", "flags", "components")


def answer_of(interaction: Json, word: str, action: Action, kept: Kept) -> Answer:
    """Return what a click or a submitted form says to the step that waits with `kept`.

    Raises `NotAsked` for what was not on offer.
    """
    data: Json = interaction.get("data") or {}
    event = {
        "user": user(context.caller(interaction), interaction.get("member")),
        "member": context.member(interaction),
    }
    form = action.form(kept) if word == FORM else None
    question = action.question(kept) if word == AskMenu.answer else None
    menu = None if question is None else question.menu
    return Answer(
        word=word,
        values=() if menu is None else entered.values(data, asked_in_menu(menu)),
        fields={} if form is None else entered.fields(data, asked_in(form)),
        event=event,
    )


def token_until(live: Live, now: float) -> float:
    """Return the Unix second until which an interaction can be answered. `now` is one, too."""
    since_s = asyncio.get_running_loop().time() - live.created
    return round(now - since_s + TOKEN_LIFETIME_S - budget.TOKEN_MARGIN_S, 3)


def remember(asked: Asked, live: Live, now: float) -> None:
    """Keep with a question what opens the interaction that has asked it, for as long as that can be answered."""
    token = live.interaction.get("token")
    if token is not None:
        asked.interaction_id, asked.token, asked.token_until = live.interaction["id"], token, token_until(live, now)
        asked.origin, asked.state = live.origin.value, live.acknowledger.state.value


def marked(live: Live, now: float, *, with_answer: bool) -> Json | None:
    """Return what it takes to go on answering an interaction after a crash; None for work that nobody clicked for."""
    interaction = live.interaction
    if "token" not in interaction:
        return None
    opened = {"id": interaction["id"], "token": interaction["token"], "until": token_until(live, now)}
    message: Json = interaction.get("message") or {}
    shown = {"message": {name: message[name] for name in _SHOWN if name in message}} if message else {}
    if not with_answer:
        return {**opened, "origin": live.origin.value, **shown}
    data: Json = interaction.get("data") or {}
    said = {"data": {name: data[name] for name in _SAID if name in data}}
    return {**opened, "origin": live.origin.value, **shown, "who": {**trimmed(interaction), **said}}
