"""Names that commands had before, as `aliases` say: they lead to the same handlers, so each may lead to one only."""

from collections.abc import Iterator, Mapping

from runner.config.document import Command, ContextMenu, commands_in
from runner.config.load import Config
from runner.diagnostics import Diagnostic, Mark, Span
from runner.lifecycle import limits

_WORDS_MAX = limits.COMMAND_GROUP_DEPTH_MAX + 2  # command, group, subcommand


def former_names(config: Config) -> Mapping[str, str]:
    """Return the present name of each command's former ones: its own, and those that a renamed group gave it."""
    return {former: name for former, name, _ in _former(config)}


def check_former_names(config: Config) -> Iterator[Diagnostic]:
    """Yield a fault for each alias that nothing can have been called, or that is the name of something else."""
    claimed = list(_former(config))
    commands = {name: config.key("commands", name) for name, _ in _that_run(config)} if claimed else {}
    for former, _, span in claimed:
        words = former.split(" ")
        if len(words) > _WORDS_MAX or not all(map(limits.is_command_name, words)):
            yield _impossible(former, span)
        else:
            yield from _claimed(former, f"/{former}", span, commands)
    for kind in ("user", "message"):
        menus = config.document.context_menus.items()
        yield from _of_menus(config, {name: menu for name, menu in menus if menu.type == kind})


def _of_menus(config: Config, menus: Mapping[str, ContextMenu]) -> Iterator[Diagnostic]:
    taken = {name: config.key("context_menus", name) for name in menus}
    for name, menu in menus.items():
        for alias, span in _aliases(config, ("context_menus", name), menu):
            yield from _claimed(alias, alias, span, taken)


def _claimed(name: str, shown: str, span: Span, taken: dict[str, Span]) -> Iterator[Diagnostic]:
    if name in taken:
        yield _taken(shown, span, taken[name])
    taken.setdefault(name, span)


def _former(config: Config) -> Iterator[tuple[str, str, Span]]:
    """Yield each former name with the present one, and the place of the alias that says so."""
    for name, command in _that_run(config):
        for part, renamed in (*config.groups_around("commands", name), (name, command)):
            for alias, span in _aliases(config, ("commands", part), renamed):
                yield alias + name.removeprefix(part), name, span


def _aliases(config: Config, path: tuple[str, str], renamed: Command | ContextMenu) -> Iterator[tuple[str, Span]]:
    for index, alias in enumerate(renamed.aliases):
        item = (index,) if config.has(*path, "aliases", index) else ()
        yield alias, config.value(*path, "aliases", *item)


def _that_run(config: Config) -> Iterator[tuple[str, Command]]:
    return ((" ".join(names), command) for names, command in config.commands() if not commands_in(command))


def _impossible(former: str, span: Span) -> Diagnostic:
    bare = former.removeprefix("/").lower()
    return Diagnostic(
        slug="invalid-alias",
        span=span,
        headline=f"no command can have been called `{former}`",
        why="a name is one to three words as users type them (Discord docs, Application Commands, Naming)",
        fix=f"write `{bare}`" if all(map(limits.is_command_name, bare.split(" "))) else "write it as users typed it",
    )


def _taken(shown: str, span: Span, first: Span) -> Diagnostic:
    return Diagnostic(
        slug="alias-taken",
        span=span,
        headline=f"`{shown}` leads to something else already",
        why="nobody could say which of the two is meant",
        fix="remove the alias",
        marks=(Mark(first, "taken here"),),
    )
