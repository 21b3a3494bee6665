"""What the bot needs of its servers and of the developer portal, worked out from what its steps do."""

from collections.abc import Mapping
from dataclasses import field

from runner.check.intents import intents_of
from runner.check.steps import every_step
from runner.config.load import Config
from runner.data import dataclass
from runner.diagnostics import Span
from runner.lifecycle.bits import PRIVILEGED_INTENTS, Intents, Permissions

INVITE = (
    "https://discord.com/oauth2/authorize?client_id={application}&scope=bot+applications.commands&permissions={bits}"
)
"""The address that adds the bot to a server. Source: Discord docs, OAuth2, Bot Authorization Flow."""

APPLICATION = "YOUR_APPLICATION_ID"
"""What stands for the application's id: it is no part of a config."""


@dataclass(frozen=True, slots=True)
class Needs:
    """The permissions that the bot must have, and the intents that must be switched on for it.

    `places` has the first place that needs each privileged one.
    """

    permissions: Permissions
    intents: Intents
    places: Mapping[Intents, Span] = field(default_factory=dict[Intents, Span])

    @property
    def privileged(self) -> Intents:
        """Those of the intents that the developer portal asks about."""
        return self.intents & PRIVILEGED_INTENTS

    @property
    def invite(self) -> str:
        """The address that adds the bot to a server with these permissions, but for the application's id."""
        return INVITE.format(application=APPLICATION, bits=int(self.permissions))


def needs_of(config: Config) -> Needs:
    """Return what all handlers and all of their steps need together."""
    asked = intents_of(config)
    permissions = Permissions(0)
    for step in every_step(config):
        if asked_for := step.action.to_grant():
            permissions |= asked_for
    for guards in (config.document.defaults, *(handler for _, _, handler in config.handlers())):
        for name in guards.permissions.bot if guards.permissions else ():
            permissions |= Permissions[name.upper()]
    return Needs(permissions, asked.all, asked.privileged)
