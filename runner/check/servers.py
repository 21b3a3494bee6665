"""Which handlers make sense only in a server: those that ask for permissions, or read who is a member."""

from collections.abc import Sequence

from runner.actions.action import Reference
from runner.check.guards import Outlook, checks_of, guarded, with_named
from runner.check.names import roots_of
from runner.check.reads import state_read_in
from runner.check.roots import SERVER_ROOTS
from runner.check.shown import rendered_by
from runner.check.steps import all_steps, asked_by, forms_opened, handler_steps, later_runs, reached_runs
from runner.check.suggesting import looked_up, options_of, suggesting
from runner.config.document import Command, Handler, commands_in
from runner.config.load import Config
from runner.declarations import IN_SERVERS_ONLY


def needs_server(config: Config, handler: Handler, groups: Sequence[Command] = ()) -> bool:
    """Tell whether a handler in these groups makes sense only in a server.

    A form that it opens, a component that it shows, a flow that it runs and a check that it asks for count like the
    handler itself; what runs on errors does not.
    """
    document = config.document
    forms = [document.modals[name] for name in forms_opened(document.flows, handler) if name in document.modals]
    guarding = (guarded(handler, document.defaults), *groups, *(guarded(form, document.defaults) for form in forms))
    return any(_is_bound(config, each) for each in guarding)


def _is_bound(config: Config, handler: Handler) -> bool:
    """Tell whether a handler by itself, or a group, asks, reads or keeps what only a server has."""
    rules, checks = handler.permissions, config.document.checks
    if (rules is not None and (rules.member or rules.bot)) or Outlook(checks).needs_server(handler.check):
        return True
    flows, own = config.document.flows, handler_steps(handler)
    runs = [run for run in reached_runs(flows, own) if run is not None]
    later = [run for run in later_runs(flows, own) if run is not None]
    if any(step.action.needs_server for step in all_steps(*runs)):
        return True
    exempt = [cooldown.exempt for cooldown in handler.cooldown or ()]
    asked = [part for each in (handler.check, *exempt, *checks_of(*runs)) for part in with_named(checks, each)]
    paced = (handler.cooldown, handler.concurrency)
    suggested = [suggesting(each) for each in options_of(handler).values()]
    shown = [each.shown for step in all_steps(*runs) for each in rendered_by(config.document, step)]
    used = [*(each for step in all_steps(*runs, *later) for each in step.action.refers()), *looked_up(handler)]
    read = [*runs, *shown, *asked_by(handler), *paced, *asked, *suggested]
    return _keeps_in_servers(config, used) or _reads_of_servers(config, read)


def _reads_of_servers(config: Config, values: Sequence[object]) -> bool:
    """Tell whether templates in these values read the server, its member, or state that is kept for them."""
    declared = config.declared.state
    roots = frozenset[str]().union(*map(roots_of, values))
    state = frozenset[str]().union(*(state_read_in(value, config.document.state) for value in values))
    return bool(roots & SERVER_ROOTS) or any(
        declared[name].scope in IN_SERVERS_ONLY for name in state & declared.keys()
    )


def _keeps_in_servers(config: Config, used: Sequence[Reference]) -> bool:
    """Tell whether what is used of what the bot keeps is kept for servers or their members."""
    declared = config.declared
    scopes = {("state", name): each.scope for name, each in declared.state.items()}
    scopes |= {("records", name): each.scope for name, each in declared.records.items()}
    return any(scopes.get((each.section, each.name)) in IN_SERVERS_ONLY for each in used)


def is_for_servers(config: Config, name: str, command: Command) -> bool:
    """Tell whether a command makes sense only in a server: a group does when all that is in it does."""
    known: dict[str, bool] = config.kept.setdefault("for servers", {})
    if name not in known:
        if inside := commands_in(command):
            known[name] = all(is_for_servers(config, f"{name} {inner}", each) for inner, each in inside.items())
        else:
            groups = [group for _, group in config.groups_around("commands", name)]
            known[name] = needs_server(config, command, groups)
    return known[name]
