"""`events:` what the bot does when something happens that nobody waits for."""

from runner.config.document.handlers import Unattended
from runner.data import dataclass
from runner.fields import Channel, Expression, Role, option


@dataclass(frozen=True, slots=True, kw_only=True)
class Event(Unattended):
    """What happens without anybody waiting for an answer: its steps can `send`, and can't `reply`."""

    when: Expression | None = option("A template expression that must be true, or nothing is done.", default=None)
    channels: tuple[Channel, ...] = option(
        "Only in these channels, each an id or `#name`.", default=(), single=True, max_items=100
    )
    roles: tuple[Role, ...] = option(
        "Only of members with one of these roles, each an id or `@name`.", default=(), single=True, max_items=100
    )
    bots: bool = option("What other bots do counts, too.", default=False)
    own: bool = option("What this bot does counts, too: beware of circles.", default=False)
