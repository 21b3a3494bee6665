"""The calls about an interaction. They need no bot token: the interaction's own is in the path.

Its webhook has the application's id; `webhooks` tells it from the others and passes it on.
"""

from runner.emulator.core import Core
from runner.emulator.refusals import refusal
from runner.emulator.rest.calls import Answer, Call, Route
from runner.lifecycle.limits import ErrorCode


def callback(core: Core, call: Call) -> Answer:
    """POST /interactions/{id}/{token}/callback: the first response."""
    number = call.values[0]
    if not number.isdecimal():
        raise refusal(ErrorCode.UNKNOWN_INTERACTION)
    response = core.desk.callback(int(number), call.values[1], call.json, call.uploads)
    return Answer(200, response) if call.is_set("with_response") else Answer(204)


def follow_up(core: Core, call: Call) -> Answer:
    """POST /webhooks/{application}/{token}: another message."""
    return Answer(200, core.desk.follow_up(call.id(0), call.values[1], call.json, call.uploads))


def get_message(core: Core, call: Call) -> Answer:
    """GET `@original` or a follow-up."""
    return Answer(200, core.desk.get(call.id(0), call.values[1], call.values[2]))


def edit_message(core: Core, call: Call) -> Answer:
    """PATCH `@original` or a follow-up."""
    return Answer(200, core.desk.edit(call.id(0), call.values[1], call.values[2], call.json, call.uploads))


def delete_message(core: Core, call: Call) -> Answer:
    """DELETE `@original` or a follow-up."""
    core.desk.delete(call.id(0), call.values[1], call.values[2])
    return Answer(204)


ROUTES = (Route("POST", "/interactions/*/*/callback", callback, is_open=True),)
"""The endpoints in this file."""
