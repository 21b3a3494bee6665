"""What registration would change in one scope: what Discord has against what the config wants."""

from collections.abc import Mapping, Sequence

from runner.data import dataclass
from runner.registration.payloads import Key, Payload, Wanted, canonical, is_entry_point, key_of


@dataclass(frozen=True, slots=True)
class Plan:
    """What registration would change. `deletes` are as Discord has them, all others as the config wants them.

    `renames` are the names that some of the `updates` had before, by those that they have now.
    """

    creates: tuple[Payload, ...]
    updates: tuple[Payload, ...]
    deletes: tuple[Payload, ...]
    unchanged: tuple[Payload, ...]
    renames: Mapping[Key, str] | None = None

    @property
    def is_empty(self) -> bool:
        """Whether Discord has what is wanted already."""
        return not (self.creates or self.updates or self.deletes)


NOTHING = Plan((), (), (), ())


def plan(wanted: Sequence[Payload], registered: Sequence[Payload]) -> Plan:
    """Compare by id where one is wanted, else by type and name. An Activity's entry point is never deleted.

    Where a command does not say for which installations it is, the app's settings decide and Discord echoes them, so
    that is compared only where it is said.
    """
    there = {key_of(command): command for command in registered}
    by_id = {command["id"]: key_of(command) for command in registered if "id" in command}
    creates, updates, unchanged = list[Payload](), list[Payload](), list[Payload]()
    renames: dict[Key, str] = {}
    for command in wanted:
        old_key = by_id.get(command.get("id"), key_of(command))
        old = there.pop(old_key, None)
        if old is None:
            creates.append(command)
        elif _is_same(command, old):
            unchanged.append(command)
        else:
            updates.append(command)
            if old_key != key_of(command):
                renames[key_of(command)] = str(old.get("name"))
    deletes = [command for command in there.values() if not is_entry_point(command)]
    return Plan(tuple(creates), tuple(updates), tuple(deletes), tuple(unchanged), renames)


def _is_same(wanted: Payload, registered: Payload) -> bool:
    new, old = canonical(wanted), canonical(registered)
    if "integration_types" not in new:
        old.pop("integration_types", None)
    return new == old


def renamed(wanted: Sequence[Wanted], registered: Sequence[Payload]) -> dict[Key, Payload]:
    """Return which registered command, under a former name, each new one is: it keeps its id, and what admins have set.

    Without its id Discord would delete the one and create the other (Discord docs, Application Commands, Bulk
    Overwrite). A registered command that is wanted under its own name is none of these.
    """
    free = {key_of(command): command for command in registered}
    for command in wanted:
        free.pop(key_of(command.payload), None)
    known = {key_of(command) for command in registered}
    found: dict[Key, Payload] = {}
    for command in wanted:
        key = key_of(command.payload)
        former = [(key[0], alias) for alias in command.aliases if (key[0], alias) in free]
        if key not in known and former:
            found[key] = free.pop(former[0])
    return found
