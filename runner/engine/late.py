"""What comes after a token's end: an edit of a public message goes through the bot's own token, the rest nowhere.

Messages that answer an interaction are the bot's own, so it may edit and delete them as it may any other. What only
one user sees can't be reached without the interaction's token, so that is never tried.
Source: Discord docs, Resources: Message, Edit Message, and Interactions: Receiving and Responding, Followup Messages.
"""

from typing import TYPE_CHECKING

from runner.lifecycle.machine import Call, Event, Transition, advance
from runner.messages import Message, edit_body, with_contents
from runner.rest import Rest, RestRefused

if TYPE_CHECKING:
    from runner.engine.acknowledger import Acknowledger

_ROUTE = "/channels/{channel_id}/messages/{message_id}"


async def is_done_late(
    acknowledger: "Acknowledger", rest: Rest, event: Event, message: Message, *, is_ephemeral: bool
) -> bool:
    """Do what `event` wants with the bot's own token, and tell whether that was possible.

    To be called when the interaction's token has died. What would have been a new message is not possible.
    """
    original, before = acknowledger.original, acknowledger.expired_in
    if original is None or before is None:
        return False
    outcome = advance(acknowledger.origin, before, acknowledger.wanted(event, is_ephemeral=is_ephemeral))
    if not isinstance(outcome, Transition):
        return False
    place = {"channel_id": original.channel_id, "message_id": original.message_id}
    try:
        match outcome.call:
            case Call.EDIT_ORIGINAL:
                await rest.request("PATCH", _ROUTE, with_contents(edit_body(message), message), **place)
            case Call.DELETE_ORIGINAL:
                await rest.request("DELETE", _ROUTE, None, **place)
            case _:
                return False
    except RestRefused:
        return False
    acknowledger.is_stand_in = False
    return True
