"""The sentences that users read when an author has written none: friendly, and without internals.

An author replaces any of them, by locale, under `texts:`. Each is a template, of the same kind as the author's own.
"""

from collections.abc import Callable, Mapping
from dataclasses import field
from functools import cache
from types import MappingProxyType
from typing import Any, Final

from runner.data import dataclass
from runner.templates import parse
from runner.templates.types import INSTANT, STRING, ListOf, Type

_REFERENCE: Final = {"reference": STRING}
_NAMES: Final = {"names": ListOf(STRING)}


@dataclass(frozen=True, slots=True)
class Sentence:
    """A built-in sentence: its text, when it is said, and the values that a template in its place can read."""

    text: str
    when: str
    values: Mapping[str, Type] = field(default_factory=dict[str, Type])


TEXTS: Final[Mapping[str, Sentence]] = MappingProxyType(
    {
        "done": Sentence("Done.", "the steps have ended without an answer"),
        "failed": Sentence("Something went wrong (`{{ reference }}`).", "a step has failed", _REFERENCE),
        "timeout": Sentence(
            "This took too long, so I stopped (`{{ reference }}`).", "a handler's time is up", _REFERENCE
        ),
        "takes_longer": Sentence(
            "This takes longer than Discord lets me answer here.", "an answer comes after Discord's 15 minutes"
        ),
        "form_too_late": Sentence(
            "I was too slow to open the form. Please try again (`{{ reference }}`).",
            "a form would open too late",
            _REFERENCE,
        ),
        "store_failed": Sentence(
            "I can't get at what I have to remember. Please try again later (`{{ reference }}`).",
            "the store fails",
            _REFERENCE,
        ),
        "already_there": Sentence("There is one like that already.", "a record would be there twice"),
        "no_room": Sentence("There is no room for any more.", "a table is full"),
        "restarting": Sentence(
            "I am being restarted. Please try again in a moment.", "the bot is stopped in the middle of it"
        ),
        "replaced": Sentence(
            "This has been started anew, so I stopped the earlier run.", "another run takes the place of this one"
        ),
        "busy": Sentence(
            "I have too much to do right now. Please try again in a moment.",
            "more interactions are under way than the bot takes",
        ),
        "unknown_command": Sentence("This command is not available any more.", "a command is gone"),
        "outdated_command": Sentence(
            "This command has been changed. Please reload Discord and use it again.",
            "a command is used as it was before it was changed",
        ),
        "gone_option": Sentence(
            "What you chose for **{{ names | join('** and **') }}** is not there any more. Please choose again.",
            "a user, a role, a channel or a file that was chosen is gone",
            _NAMES,
        ),
        "gone_target": Sentence(
            "What you chose is not there any more.", "the user or the message of a menu command is gone"
        ),
        "unknown_component": Sentence(
            "This button belongs to an older version of me and doesn't work any more.", "a component is gone"
        ),
        "unknown_form": Sentence(
            "This form belongs to an older version of me. Please start again.", "a submitted form is gone"
        ),
        "refused_member": Sentence(
            "You need **{{ names | join('** and **') }}** here.", "the member lacks permissions", _NAMES
        ),
        "refused_bot": Sentence(
            "I need **{{ names | join('** and **') }}** here to do that. An admin can give it to my role, or allow it "
            "in this channel.",
            "the bot lacks permissions",
            _NAMES,
        ),
        "refused_bot_in": Sentence(
            "I need **{{ names | join('** and **') }}** in {{ channel }} to do that. An admin can give it to my role, "
            "or allow it in that channel.",
            "the bot lacks permissions in another channel",
            {**_NAMES, "channel": STRING},
        ),
        "refused_role_above": Sentence(
            "I can't give or take **{{ role }}**, which is not below my highest role. An admin can move my role above "
            "it in the server's settings.",
            "a role is not below the bot",
            {"role": STRING},
        ),
        "refused_role_fixed": Sentence(
            "Nobody can give or take **{{ role }}** by hand.",
            "a role is everybody's, or belongs to an integration",
            {"role": STRING},
        ),
        "refused_member_above": Sentence(
            "{{ member }} is not below me. An admin can move my role above theirs in the server's settings.",
            "a member is not below the bot",
            {"member": STRING},
        ),
        "refused_hierarchy": Sentence(
            "That is not below my highest role, so I can't do it. An admin can move my role up in the server's "
            "settings.",
            "Discord says that a role or a member is not below the bot",
        ),
        "refused_rank": Sentence(
            "{{ member }} is not below you, so you can't do that.",
            "a member is not below the caller",
            {"member": STRING},
        ),
        "refused_guild_owner": Sentence(
            "Nobody can do that to the owner of the server.", "a member is the owner of the server"
        ),
        "refused_roles": Sentence(
            "You need **{{ names | join('** and **') }}** to do that.", "the member lacks roles", _NAMES
        ),
        "refused_any_role": Sentence(
            "You need **{{ names | join('** or **') }}** to do that.", "the member has none of several roles", _NAMES
        ),
        "refused_channel": Sentence(
            "This works only in {{ names | join(' or ') }}.", "a check asks for another channel", _NAMES
        ),
        "refused_cooldown": Sentence(
            "Slow down: you can do this again {{ retry_at | relative }}.",
            "a cooldown is not over",
            {"retry_at": INSTANT},
        ),
        "refused_busy": Sentence(
            "This is still running. Please try again when it is done.", "as many runs as may be are under way"
        ),
        "refused_check": Sentence("You can't do that here.", "a check does not hold"),
        "refused_server": Sentence("This works only in a server.", "it needs a server, and there is none"),
        "refused_dm": Sentence(
            "This works only in direct messages with me.", "it is for direct messages, and this is a server"
        ),
        "refused_answer": Sentence("This question is not for you.", "somebody answers who may not"),
        "later": Sentence(
            "I will come back to this {{ at | relative }}.",
            "a handler waits and has said nothing",
            {"at": INSTANT},
        ),
        "listening": Sentence(
            "I will go on with this as soon as it happens, until {{ at | timestamp }} at the latest.",
            "a handler waits for an event, or for an answer in another channel, and has said nothing",
            {"at": INSTANT},
        ),
        "question_answered": Sentence("This has been answered already.", "somebody else has been quicker"),
        "question_over": Sentence("This question is over.", "a question is answered too late"),
        "flow_lost": Sentence(
            "I have changed so much that I can't go on with this. Please start again.",
            "what a question belongs to can't be gone on with",
        ),
        "too_many_flows": Sentence(
            "You have too many unfinished questions. Please answer some of them first.",
            "a user has as many questions open as one may have",
        ),
    }
)


def sentence(name: str, **values: object) -> str:
    """Return the built-in sentence `name` with its values filled in."""
    return _renderer(name)(values)


@cache
def _renderer(name: str) -> Callable[[dict[str, Any]], str]:  # Any: what templates read
    """Return what renders a sentence; made when it is first said, because most never are."""
    from runner.templates.sandbox import compile_template  # the words are needed sooner

    render = compile_template(parse(TEXTS[name].text))
    return lambda values: str(render(values))
