"""The application commands that are registered with the local Discord, per scope: global, and each guild.

Source: Discord docs, Interactions: Application Commands, Endpoints.
"""

from collections import Counter
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Final, NamedTuple, TypeAlias, cast

from runner.emulator.commands.access import Caller, CommandOverwrite, may_use
from runner.emulator.commands.forms import check_command, check_commands, too_many
from runner.emulator.commands.options import type_of
from runner.emulator.commands.search import Found, find_in
from runner.emulator.commands.shapes import definition_of, localized
from runner.emulator.forms.errors import FormErrors, FormFault, Json
from runner.emulator.forms.fields import Form
from runner.lifecycle import limits
from runner.lifecycle.bits import Permissions
from runner.lifecycle.limits import ErrorCode

__all__ = ["Answer", "CommandStore", "Found", "check_command", "check_commands"]

GUILD_INSTALL: Final = 0
"""The installation type of an app that guilds add."""

Commands: TypeAlias = list[Json]
"""Several commands, as an answer's body."""


class Answer(NamedTuple):
    """An HTTP status and the body that goes with it: None with 204, the error object from 400 on."""

    status: int
    body: Json | Commands | None


@dataclass(frozen=True, slots=True)
class _Registered:
    id: int
    version: int
    definition: Json


_Scope: TypeAlias = dict[int, _Registered]


class CommandStore:
    """All registered commands of one app. `guild_id` is None for the global scope; `now` is in Unix seconds."""

    def __init__(
        self, snowflake: Callable[[], int], application_id: int, integration_types: Sequence[int] = (GUILD_INSTALL,)
    ) -> None:
        """Start without commands. Ids and versions come from `snowflake`."""
        self._snowflake = snowflake
        self._application_id = application_id
        self._integration_types = integration_types
        self._scopes: dict[int | None, _Scope] = {}
        self._creates: Counter[tuple[int | None, int]] = Counter()
        self._overwrites: dict[tuple[int, int], Sequence[CommandOverwrite]] = {}

    def list(self, guild_id: int | None, *, with_localizations: bool = False, locale: str | None = None) -> Answer:
        """Return 200 and the commands of one scope, with all translations or with the one for `locale`."""
        commands = self._in_scope(guild_id)
        return Answer(200, commands if with_localizations else [localized(each, locale) for each in commands])

    def get(self, guild_id: int | None, command_id: int) -> Answer:
        """Return 200 and one command, or 404 (10063)."""
        registered = self._scope(guild_id).get(command_id)
        return self._answer(200, guild_id, registered) if registered else _unknown_command()

    def put_all(self, guild_id: int | None, items: object, *, now: float) -> Answer:
        """Replace a whole scope and return 200 and its commands, or refuse and change nothing.

        A command keeps its id if it is named by id, or else by name and type; one that is unchanged keeps its version
        too. The rest is created, which counts against the day's creations (30034), and what is missing is deleted.
        """
        fault = check_commands(items, guild=guild_id is not None)
        if fault:
            return _refused(fault)
        wanted = cast("Commands", items)  # the check has seen a list of objects
        matches = self._matches(guild_id, wanted)
        fault = self._count_creates(guild_id, matches.count(None), now)
        if fault:
            return _refused(fault)
        kept = [self._written(guild_id, match, item) for match, item in zip(matches, wanted, strict=True)]
        self._scopes[guild_id] = {each.id: each for each in kept}
        return Answer(200, self._in_scope(guild_id))

    def post(self, guild_id: int | None, item: object, *, now: float) -> Answer:
        """Create a command and return 201, or replace the one of that name and type and return 200."""
        fault = check_command(item, guild=guild_id is not None)
        if fault:
            return _refused(fault)
        wanted = cast("Json", item)  # the check has seen an object
        [match] = self._matches(guild_id, [{**wanted, "id": None}])
        if match is None:
            fault = self._no_room(guild_id, wanted) or self._count_creates(guild_id, 1, now)
        if fault:
            return _refused(fault)
        registered = self._keep(guild_id, self._written(guild_id, match, wanted))
        return self._answer(200 if match else 201, guild_id, registered)

    def patch(self, guild_id: int | None, command_id: int, item: object) -> Answer:
        """Change the given fields of a command, each as a whole, and return 200; the type stays."""
        registered = self._scope(guild_id).get(command_id)
        if registered is None:
            return _unknown_command()
        before = registered.definition
        # The keys of a JSON object are texts; anything but an object is for the check to refuse.
        after = {**before, **cast("Json", item), "type": before["type"]} if isinstance(item, dict) else item
        fault = check_command(after, guild=guild_id is not None)
        if fault:
            return _refused(fault)
        changed = self._written(guild_id, registered, cast("Json", after))  # the check has seen an object
        if any(_key(each.definition) == _key(changed.definition) for each in self._others(guild_id, command_id)):
            return _refused(
                _fault(ErrorCode.COMMAND_NAME_TAKEN, "An application command with that name already exists")
            )
        return self._answer(200, guild_id, self._keep(guild_id, changed))

    def delete(self, guild_id: int | None, command_id: int) -> Answer:
        """Delete a command and return 204, or 404 (10063)."""
        return Answer(204, None) if self._scope(guild_id).pop(command_id, None) else _unknown_command()

    def visible(self, guild_id: int | None) -> Sequence[Json]:
        """Return the commands that exist in a guild, its own before the global ones; None: those in a DM.

        A guild's command does not hide the global one of the same name: users see both.
        """
        own = [] if guild_id is None else self._in_scope(guild_id)
        return [*own, *self._in_scope(None)]

    def find(self, name_path: str, guild_id: int | None, *, command_type: int | None = None) -> Sequence[Found]:
        """Return what a user can run by that name: "ping", "ticket open", "admin roles add", "Report message".

        A command with subcommands can't be run itself.
        """
        candidates = (find_in(command, name_path) for command in self.visible(guild_id))
        return [each for each in candidates if each and command_type in (None, each.command["type"])]

    def set_overwrites(self, guild_id: int, command_id: int, overwrites: Sequence[CommandOverwrite]) -> None:
        """Set what an admin chooses in the guild's settings; bots can't do that, so there is no endpoint for it."""
        self._overwrites[guild_id, command_id] = overwrites[: limits.COMMAND_PERMISSION_OVERWRITES_MAX]

    def overwrites(self, guild_id: int) -> Mapping[int, Sequence[CommandOverwrite]]:
        """Return what is set in a guild, by the ids of the commands for which anything is."""
        return {command: each for (guild, command), each in self._overwrites.items() if guild == guild_id and each}

    def usable_by(
        self,
        command: Json,
        *,
        member_permissions: int,
        channel_id: int,
        role_ids: Collection[int],
        user_id: int,
        guild_id: int | None,
        in_dm: bool,
    ) -> bool:
        """Return whether Discord offers `command` to this user there; the permissions are those in that channel."""
        place = None if in_dm else guild_id
        overwrites = () if place is None else self._overwrites.get((place, _id(command)), ())
        caller = Caller(
            permissions=Permissions(member_permissions),
            channel_id=channel_id,
            role_ids=role_ids,
            user_id=user_id,
            guild_id=place,
        )
        return may_use(command, overwrites, caller)

    def _scope(self, guild_id: int | None) -> _Scope:
        return self._scopes.setdefault(guild_id, {})

    def _in_scope(self, guild_id: int | None) -> Commands:
        return [self._json(guild_id, registered) for registered in self._scope(guild_id).values()]

    def _others(self, guild_id: int | None, command_id: int) -> Sequence[_Registered]:
        return [each for each in self._scope(guild_id).values() if each.id != command_id]

    def _matches(self, guild_id: int | None, items: Sequence[Json]) -> "_Matches":
        """Return for each item the command that it replaces; one named by its id is nobody else's."""
        free = dict(self._scope(guild_id))
        by_id = [free.pop(_id(item), None) for item in items]
        by_key = {_key(each.definition): each for each in free.values()}
        return [match or by_key.get(_key(item)) for match, item in zip(by_id, items, strict=True)]

    def _written(self, guild_id: int | None, match: _Registered | None, item: Json) -> _Registered:
        in_guild = guild_id is not None
        definition = definition_of(item, guild=in_guild, integration_types=self._integration_types)
        if match is None:
            command_id = self._snowflake()
            return _Registered(command_id, self._snowflake(), definition)
        if match.definition == definition:
            return match
        return _Registered(match.id, self._snowflake(), definition)

    def _keep(self, guild_id: int | None, registered: _Registered) -> _Registered:
        self._scope(guild_id)[registered.id] = registered
        return registered

    def _no_room(self, guild_id: int | None, item: Json) -> FormFault | None:
        definitions = [each.definition for each in self._scope(guild_id).values()]
        forms = [Form(each, (), FormErrors()) for each in (*definitions, item)]
        return too_many(forms, guild=guild_id is not None)

    def _count_creates(self, guild_id: int | None, count: int, now: float) -> FormFault | None:
        """Count creations against the day's; the refusal (30034) counts nothing."""
        day = (guild_id, int(now // limits.COMMAND_CREATES_WINDOW_S))
        if self._creates[day] + count > limits.COMMAND_CREATES_PER_DAY_MAX:
            most = limits.COMMAND_CREATES_PER_DAY_MAX
            message = f"Max number of daily application command creates has been reached ({most})"
            return _fault(ErrorCode.MAXIMUM_DAILY_COMMAND_CREATES, message)
        self._creates[day] += count
        return None

    def _answer(self, status: int, guild_id: int | None, registered: _Registered) -> Answer:
        return Answer(status, self._json(guild_id, registered))

    def _json(self, guild_id: int | None, registered: _Registered) -> Json:
        head: Json = {
            "id": str(registered.id),
            "application_id": str(self._application_id),
            "version": str(registered.version),
        }
        place: Json = {} if guild_id is None else {"guild_id": str(guild_id)}
        return head | registered.definition | place


_Matches: TypeAlias = list[_Registered | None]


def _key(item: Mapping[str, object]) -> tuple[int, object]:
    """Return what makes a command the same one in two requests."""
    return type_of(Form(item, (), FormErrors())), item.get("name")


def _id(item: Mapping[str, object]) -> int:
    """Return the id that an item names, or 0, which is nobody's."""
    return Form(item, (), FormErrors()).snowflake("id") or 0


def _fault(code: ErrorCode, message: str) -> FormFault:
    return FormFault(limits.HTTP_STATUS_BY_CODE[code], code, message)


def _refused(fault: FormFault) -> Answer:
    return Answer(fault.status, fault.as_json())


def _unknown_command() -> Answer:
    return _refused(_fault(ErrorCode.UNKNOWN_COMMAND, "Unknown application command"))
