"""Permissions and named guards, as bits and functions."""

from runner.compile.program import Check, Guard
from runner.compile.renderers import renderer, text_renderer
from runner.config import document
from runner.lifecycle.bits import Permissions


def compile_guard(written: document.Handler) -> Guard:
    rules = written.permissions or document.PermissionRules()
    return Guard(bits(rules.member), bits(rules.bot), written.check, text_renderer(rules.denied))


def compile_check(entry: document.Check) -> Check:
    roles = entry.roles or document.RoleRules()
    return Check(
        permissions=bits(entry.permissions),
        any_role=roles.any,
        all_roles=roles.all,
        no_role=roles.none,
        users=frozenset(entry.users),
        condition=renderer(entry.if_),
        denied=text_renderer(entry.denied),
    )


def bits(names: tuple[str, ...]) -> Permissions:
    """Return the permissions with these names, in lower case as in YAML."""
    granted = Permissions(0)
    for name in names:
        granted |= Permissions[name.upper()]
    return granted
