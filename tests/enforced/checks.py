"""`checks:` each rule of a guard, where it has a name and where it is written in place."""

from tests.enforced.case import Act, Case, case, ran
from tests.enforced.keys import Json
from tests.enforced.world import IDS

KIM, SAM = ran(user="Kim"), ran(user="Sam")
NAMED = (
    "checks: {IT: {KEY}, IT_b: {if: \"user.name == 'robin'\"}}\ncommands: {IT: {description: d, check: IT, reply: Hi}}"
)
ASKED = (
    "checks: {IT: {if: \"user.name == 'robin'\"}, IT_b: {if: \"user.name == 'kim'\"}}\n"
    "commands: {IT: {description: d, check: {KEY}, reply: Hi}}"
)
ALL = "if: \"user.name != 'nobody'\", "


def rule(key: str, having: str, *acts: Act, instead: Json = None) -> list[Case]:
    """Return the cases of a rule, in a check with a name and in one without."""
    given = {} if instead is None else {key: instead}
    return [
        case(owner, key, bot.replace("KEY", having), *acts, instead=given)
        for owner, bot in (("checks.*", NAMED), ("check", ASKED))
    ]


def part(owner: str, key: str, having: str, *acts: Act) -> Case:
    """Return a case of a part of a rule."""
    return case(f"checks.*.{owner}", key, NAMED.replace("KEY", having), *acts)


CASES = [
    *rule("permissions", ALL + "permissions: ban_members"),
    *rule("roles", ALL + "roles: '@Support'"),
    *rule("users", ALL + f"users: '{IDS['kim']}'"),
    *rule("channels", ALL + "channels: '#support'"),
    *rule("contexts", ALL + "contexts: bot_dm"),
    *rule("owner", ALL + "owner: true"),
    *rule("bot_owner", ALL + "bot_owner: true"),
    *rule("and", ALL + "and: {if: \"user.name == 'kim'\"}"),
    *rule("or", ALL + "or: [{if: \"user.name == 'kim'\"}]"),
    *rule("not", ALL + "not: {if: \"user.name == 'robin'\"}"),
    *rule("if", "if: \"user.name == 'robin'\"", instead="user.name == 'kim'"),
    *rule("denied", "if: \"user.name == 'kim'\", denied: Not now."),
    case("check", "check", ASKED.replace("KEY", "check: IT"), instead={"check": "IT_b"}),
    part("permissions", "member bot", "permissions: {member: ban_members, bot: administrator}", ran(), ran(user="Mo")),
    part("roles", "any", "roles: {any: ['@Support', '@Moderator'], none: '@Muted'}", ran(), SAM),
    part("roles", "all", "roles: {all: ['@Support', '@Moderator'], none: '@Muted'}", SAM),
    part("roles", "none", "roles: {any: ['@Support', '@Moderator'], none: '@Support'}", SAM),
]
