"""What Discord would refuse, or show to nobody, of what is registered with it: how much, where, for whom.

Source of all: Discord docs, Application Commands.
"""

from collections import Counter
from collections.abc import Iterator

from runner.check.former_names import check_former_names
from runner.check.servers import is_for_servers, needs_server
from runner.config.document import NOBODY, Registration
from runner.config.load import Config
from runner.data import dataclass
from runner.diagnostics import Diagnostic, Mark, Severity, Span
from runner.lifecycle import limits
from runner.lifecycle.limits import CommandType

_COMMANDS = "(Discord docs, Application Commands)"
_FEWER = "put some of them into groups: `/ticket open` and `/ticket close` count as one"

# Globally and in one server Discord takes the same numbers; a test holds that.
_MOST = {
    CommandType.CHAT_INPUT: (limits.GLOBAL_CHAT_INPUT_COMMANDS_MAX, "command"),
    CommandType.USER: (limits.GLOBAL_USER_COMMANDS_MAX, "menu of users"),
    CommandType.MESSAGE: (limits.GLOBAL_MESSAGE_COMMANDS_MAX, "menu of messages"),
}


@dataclass(frozen=True, slots=True)
class _Offered:
    """A command or a menu as Discord registers it: where it is written, what is said of it, and of which type it is."""

    path: tuple[str, str]
    said: Registration
    type: CommandType
    needs_server: bool


def check_registered(config: Config) -> list[Diagnostic]:
    """Return a fault for each thing that Discord would refuse to register, or would offer where it can't be used."""
    offered = list(_offered(config))
    found = [*_too_many(config, offered), *check_former_names(config)]
    for each in offered:
        found += _nobody(config, each)
        found += _everywhere_only(config, each)
        found += _places(config, each)
    return found


def _offered(config: Config) -> Iterator[_Offered]:
    for name, command in config.document.commands.items():
        bound = is_for_servers(config, name, command)
        yield _Offered(("commands", name), command, CommandType.CHAT_INPUT, bound)
    for name, menu in config.document.context_menus.items():
        if menu.type:  # one without has been reported
            kind = CommandType[menu.type.upper()]
            yield _Offered(("context_menus", name), menu, kind, needs_server(config, menu))


def _fault(slug: str, span: Span, headline: str, why: str, fix: str, *marks: Mark) -> Diagnostic:
    return Diagnostic(slug=slug, span=span, headline=headline, why=why, fix=fix, marks=marks)


def _scopes(config: Config, said: Registration) -> tuple[str, ...]:
    """Return the servers whose own command it is; an empty text stands for everywhere."""
    return tuple(dict.fromkeys(config.document.bot.guilds if said.guilds is None else said.guilds)) or ("",)


def _too_many(config: Config, offered: list[_Offered]) -> Iterator[Diagnostic]:
    """Yield the fault of the first of a type that is one too many where it is registered."""
    counts = Counter[tuple[CommandType, str]]()
    for each in offered:
        for scope in _scopes(config, each.said):
            counts[each.type, scope] += 1
            most, what = _MOST[each.type]
            if counts[each.type, scope] == most + 1:
                yield _fault(
                    "too-many-commands",
                    config.key(*each.path),
                    f"this is {what} number {most + 1} {f'of the server {scope}' if scope else 'that is everywhere'}",
                    f"Discord takes {most} there {_COMMANDS}",
                    _FEWER if each.type is CommandType.CHAT_INPUT else "remove one, or make it a slash command",
                )


def _nobody(config: Config, each: _Offered) -> Iterator[Diagnostic]:
    visible_to = each.said.visible_to or ()
    if NOBODY in visible_to and len(visible_to) > 1:
        yield _fault(
            "nobody-and-others",
            config.key(*each.path, "visible_to"),
            "`nobody` and a permission contradict each other",
            "Discord shows it to administrators alone, or to all who hold the permissions",
            "write `visible_to: nobody`, or only the permissions",
        )


def _everywhere_only(config: Config, each: _Offered) -> Iterator[Diagnostic]:
    """What says where a command is offered goes with those that are everywhere; a server's own is offered there."""
    path, said = each.path, each.said
    guilds, is_own = _scopes(config, said), bool(said.guilds)
    for key in ("contexts", "integration_types"):
        if guilds != ("",) and getattr(said, key):
            place = config.key(*path, "guilds") if is_own else config.key("bot", "guilds")
            yield Diagnostic(
                slug="everywhere-only",
                span=config.key(*path, key),
                headline=f"`{key}` does nothing for a command of single servers",
                why=f"Discord offers such a command to the members of those servers, there {_COMMANDS}",
                fix=f"remove `{key}` or `guilds`" if is_own else "it counts again once `bot.guilds` is gone",
                marks=(Mark(place, "registered in these servers only"),),
                severity=Severity.ERROR if is_own else Severity.WARNING,
            )


def _places(config: Config, each: _Offered) -> Iterator[Diagnostic]:
    path, contexts, installations = each.path, each.said.contexts or (), each.said.integration_types
    if each.needs_server and set(contexts) - {"guild"}:
        yield _fault(
            "contexts-without-server",
            config.key(*path, "contexts"),
            f"`{path[1]}` would be offered where it can't work: it needs a server",
            "it asks for permissions or a check, or reads `member` or `guild`, which are in servers only",
            "write `contexts: guild`, or leave it out",
        )
    if "private_channel" in contexts and installations is not None and "user_install" not in installations:
        yield _fault(
            "private-channel-without-user",
            config.key(*path, "contexts"),
            "`private_channel` does nothing for an app that no user installs",
            "in other people's direct messages Discord offers what a user has installed "
            "(Discord docs, Interaction Contexts)",
            "add `user_install` to `integration_types`",
            Mark(config.key(*path, "integration_types"), "only servers install it"),
        )
