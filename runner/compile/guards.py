"""Permissions and checks, as bits and functions. A check holds those that it names: nothing is looked up later."""

from collections.abc import Mapping
from dataclasses import field

from runner.check.guards import is_bare_name
from runner.compile.program import Check, Guard
from runner.compile.renderers import renderer, text_renderer
from runner.compile.words import bits
from runner.config import document
from runner.data import dataclass
from runner.fields import Checks
from runner.lifecycle.limits import InteractionContext


@dataclass(frozen=True, slots=True)
class CheckCompiler:
    """Compiles the checks of one config. `named` are those of its `checks:`, each compiled once."""

    named: Mapping[str, document.Check]
    _ready: dict[str, Check] = field(default_factory=dict[str, Check])

    def guard(self, rules: document.PermissionRules | None, checks: Checks | None) -> Guard | None:
        """Compile what a handler asks for before its first step; None for nothing."""
        rules, asked = rules or document.PermissionRules(), self.checks(checks)
        if not (rules.member or rules.bot or asked.items):
            return None
        return Guard(int(bits(rules.member)), int(bits(rules.bot)), text_renderer(rules.denied), asked)

    def checks(self, written: Checks | None) -> Checks:
        """Return checks that are ready to be asked."""
        return Checks(tuple(self._asked(entry) for entry in written.items)) if written else Checks()

    def _asked(self, entry: document.AskedCheck) -> Check:
        return self._named(entry.check) if entry.check and is_bare_name(entry) else self._check(entry)

    def _check(self, entry: document.Check) -> Check:
        roles = entry.roles or document.RoleRules()
        permissions = entry.permissions or document.CheckPermissions()
        names = [entry.check] if isinstance(entry, document.AskedCheck) and entry.check else []
        return Check(
            member=int(bits(permissions.member)),
            bot=int(bits(permissions.bot)),
            any_role=roles.any,
            all_roles=roles.all,
            no_role=roles.none,
            users=frozenset(entry.users),
            channels=entry.channels,
            contexts=frozenset(InteractionContext[name.upper()] for name in entry.contexts),
            is_owner=entry.owner,
            is_bot_owner=entry.bot_owner,
            condition=renderer(entry.if_),
            all_of=(*(self._named(name) for name in names), *self.checks(entry.and_).items),
            any_of=self.checks(entry.or_).items,
            none_of=self.checks(entry.not_).items,
            denied=text_renderer(entry.denied),
        )

    def _named(self, name: str) -> Check:
        if name not in self._ready:
            self._ready[name] = self._check(self.named[name])
        return self._ready[name]
