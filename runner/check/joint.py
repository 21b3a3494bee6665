"""What rules look at in several commands and components together.

A change to some of them is no other fault for the rest, as long as all of this stays what it was. A rule that compares
one with another has what it compares here.
"""

from runner.check.hidden import lets_bot_in
from runner.config.load import Config


def joint(config: Config) -> object:
    """Return it, to be compared: names and what else is told apart by, and whether the bot is let into channels."""
    document = config.document
    return (
        [(names, command.aliases, command.name_localizations) for names, command in config.commands()],
        [(name, command.guilds) for name, command in document.commands.items()],
        [(name, component.aliases) for name, component in document.components.items()],
        list(config.inlines.by_name),
        lets_bot_in(config),
    )
