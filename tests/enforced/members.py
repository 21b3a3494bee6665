"""Steps on members: what becomes of them, of their names, their roles and their voices."""

from tests.enforced.case import Act, done, ran, step
from tests.enforced.world import IDS

ON_KIM = ran(user="Olive", who="Kim")
BY_ROBIN = ran(who="Kim")
SAM = {"user": IDS["sam"]}
WHO = "user: '{{ options.who }}'"


def enters(name: str) -> Act:
    """Let somebody speak in the lounge."""
    return done(lambda scene: scene.made.local.enter_voice(user=name, channel="Lounge"))


CASES = [
    step(
        "ban",
        "user reason delete_messages dm",
        f"{{ban: {{{WHO}, reason: Spam, dm: Bye, delete_messages: 1h}}}}, {{reply: ok}}",
        ON_KIM,
        instead=SAM,
        alone=True,
    ),
    step("ban", "any_rank", f"{{ban: {{{WHO}, any_rank: true}}}}, {{reply: ok}}", BY_ROBIN, alone=True),
    step(
        "unban",
        "user reason",
        f"{{ban: {{{WHO}, any_rank: true}}}}, {{unban: {{{WHO}, reason: Served}}}}, {{reply: ok}}",
        BY_ROBIN,
        instead=SAM,
        alone=True,
    ),
    step(
        "kick",
        "user reason dm",
        f"{{kick: {{{WHO}, reason: Spam, dm: Bye}}}}, {{reply: ok}}",
        ON_KIM,
        instead=SAM,
        alone=True,
    ),
    step("kick", "any_rank", f"{{kick: {{{WHO}, any_rank: true}}}}, {{reply: ok}}", BY_ROBIN, alone=True),
    step(
        "timeout_member",
        "user reason dm for",
        f"{{timeout_member: {{{WHO}, for: 10m, reason: Spam, dm: Calm}}}}, {{reply: ok}}",
        ON_KIM,
        instead={**SAM, "for": "20m"},
        alone=True,
    ),
    step(
        "timeout_member",
        "any_rank",
        f"{{timeout_member: {{{WHO}, for: 10m, any_rank: true}}}}, {{reply: ok}}",
        BY_ROBIN,
        alone=True,
    ),
    step(
        "remove_timeout",
        "user reason",
        f"{{timeout_member: {{{WHO}, for: 10m}}}}, {{remove_timeout: {{{WHO}, reason: Calm}}}}, {{reply: ok}}",
        ON_KIM,
        instead=SAM,
        alone=True,
    ),
    step(
        "remove_timeout",
        "any_rank",
        f"{{remove_timeout: {{{WHO}, any_rank: true}}}}, {{reply: ok}}",
        BY_ROBIN,
        alone=True,
    ),
    step(
        "nickname",
        "user name reason",
        f"{{nickname: {{{WHO}, name: K, reason: Short}}}}, {{reply: ok}}",
        ON_KIM,
        alone=True,
    ),
    step(
        "nickname", "any_rank", f"{{nickname: {{{WHO}, name: K, any_rank: true}}}}, {{reply: ok}}", BY_ROBIN, alone=True
    ),
    step(
        "add_role",
        "user role reason instead_of",
        f"{{add_role: {{{WHO}, role: '@Muted', reason: Loud, instead_of: '@Support'}}}}, {{reply: ok}}",
        ran(user="Olive", who="Sam"),
        instead={"role": "@Moderator"},
        alone=True,
    ),
    step(
        "remove_role",
        "user role reason",
        f"{{remove_role: {{{WHO}, role: '@Support', reason: Loud}}}}, {{reply: ok}}",
        ran(user="Olive", who="Sam"),
        instead={"role": "@Moderator"},
        alone=True,
    ),
    step(
        "toggle_role",
        "user role reason instead_of",
        f"{{toggle_role: {{{WHO}, role: '@Muted', reason: Loud, instead_of: '@Support'}}}}, {{reply: ok}}",
        ran(user="Olive", who="Sam"),
        instead={"role": "@Moderator"},
        alone=True,
    ),
    step(
        "move_member",
        "user channel reason",
        f"{{move_member: {{{WHO}, channel: '#Cabin', reason: Tea}}}}, {{reply: ok}}",
        enters("Kim"),
        enters("Robin"),
        BY_ROBIN,
        instead={"channel": "#Lounge"},
        alone=True,
    ),
    step(
        "disconnect_member",
        "user reason",
        f"{{disconnect_member: {{{WHO}, reason: Late}}}}, {{reply: ok}}",
        enters("Kim"),
        enters("Robin"),
        BY_ROBIN,
        alone=True,
    ),
]
