"""What a world file says to a world: names become ids, and a name that means nothing is a fault at its place."""

from collections.abc import Iterable, Mapping
from functools import reduce
from typing import Final

from runner.config import source
from runner.config.source import Node
from runner.config.suggestion import suggestion
from runner.diagnostics import Diagnostic, Span
from runner.emulator.clock import Clock
from runner.emulator.default_world import BOT_PERMISSIONS, EVERYONE_PERMISSIONS, WORLD_AGE_S, Fixed
from runner.emulator.permissions import MEMBER, ROLE, Overwrite
from runner.emulator.snowflake import Snowflakes
from runner.emulator.world import Channel, Emoji, Forum, Guild, Member, Role, ScheduledEvent, Sticker, Tag, User, World
from runner.lifecycle.bits import Permissions
from runner.lifecycle.limits import ChannelType, EventEntityType
from runner.worlds.document import Person, Place, Planned, Server, WorldFile

Path = tuple[str | int, ...]

_TYPES: Final = {
    "text": ChannelType.GUILD_TEXT,
    "announcement": ChannelType.GUILD_ANNOUNCEMENT,
    "forum": ChannelType.GUILD_FORUM,
    "media": ChannelType.GUILD_MEDIA,
    "voice": ChannelType.GUILD_VOICE,
    "stage": ChannelType.GUILD_STAGE_VOICE,
    "category": ChannelType.GUILD_CATEGORY,
}
_FORUMS: Final = ("forum", "media")
_FOR_COMMUNITIES: Final = ("announcement", "stage", "media")
_NAMED_FREELY: Final = ("voice", "stage", "category")
_HELD_IN: Final = {
    ChannelType.GUILD_VOICE: EventEntityType.VOICE,
    ChannelType.GUILD_STAGE_VOICE: EventEntityType.STAGE_INSTANCE,
}
_EVERYONE: Final = "everyone"
_WORKER: Final = 1  # keeps the world's ids apart from those that the local Discord makes on the same clock


class WorldBuilder:
    """Builds a world from a file, and gathers the faults on the way. `root` has the places of what is said."""

    def __init__(self, clock: Clock, root: source.Mapping) -> None:
        self.faults: list[Diagnostic] = []
        self._root = root
        self._now = clock.now()
        self._since = self._now - WORLD_AGE_S
        self._ids = Snowflakes(Fixed(self._since), worker=_WORKER)
        self._taken: set[int] = set()
        self._people: dict[str, User] = {}

    def world(self, file: WorldFile) -> World:
        """Return the world that the file describes. With faults it is of no use."""
        bot = User(id=self._ids.next(), username=file.bot, bot=True)
        world = World(bot_id=bot.id, users={bot.id: bot})
        for name, server in file.servers.items():
            self._server(world, name, server, ("servers", name))
        return world

    # --- one server

    def _server(self, world: World, name: str, server: Server, at: Path) -> None:
        everyone = EVERYONE_PERMISSIONS if server.everyone is None else _bits(server.everyone)
        guild = Guild(id=self._id(server.id, at), name=name, owner_id=0, locale=server.locale)
        guild.features = ["COMMUNITY", "NEWS"] if server.community else []
        guild.roles[guild.id] = Role(id=guild.id, name="@everyone", permissions=everyone)
        world.guilds[guild.id] = guild
        roles = self._roles(guild, server, at)
        people = self._members(world, guild, server, roles, at)
        guild.owner_id = self._named(server.owner, people, (*at, "owner"), "member")
        own = self._bot(world, guild, server, roles, at)
        channels = self._channels(world, guild, server, {world.bot.username: own, **roles, **people}, at)
        if server.system_channel is not None:
            place = (*at, "system_channel")
            guild.system_channel_id = self._named(server.system_channel, channels, place, "channel")
        self._expressions(world, guild, server)
        self._events(world, guild, server, people, channels, at)

    def _roles(self, guild: Guild, server: Server, at: Path) -> dict[str, int]:
        for position, (name, rank) in enumerate(server.roles.items(), start=1):
            role = Role(
                id=self._id(rank.id, (*at, "roles", name)),
                name=name,
                permissions=_bits(rank.permissions),
                position=position,
                color=0 if rank.color is None else int(rank.color.removeprefix("#"), 16),
                hoist=rank.hoist,
                mentionable=rank.mentionable,
            )
            guild.roles[role.id] = role
        return {role.name: role.id for role in guild.roles.values() if role.id != guild.id}

    def _members(
        self, world: World, guild: Guild, server: Server, roles: Mapping[str, int], at: Path
    ) -> dict[str, int]:
        for name, person in server.members.items():
            place = (*at, "members", name)
            user = self._person(name, person, place)
            world.users[user.id] = user
            held = self._all_named(person.roles, roles, (*place, "roles"), "role")
            guild.members[user.id] = Member(user_id=user.id, joined_at=self._since, role_ids=held, nick=person.nick)
        return {name: self._people[name].id for name in server.members}

    def _person(self, name: str, person: Person, at: Path) -> User:
        """Return somebody, who may be known from another server; then both must say the same of them."""
        known = self._people.get(name)
        number = known.id if known is not None and person.id is None else self._id(person.id, at, known)
        said = User(id=number, username=name.lower(), global_name=name, bot=person.bot, locale=person.locale)
        said.dms_open = person.dms == "open"
        if known is not None and known != said:
            self._fault(
                "two-people",
                at,
                f"`{name}` is not the same person here as above",
                "somebody who is in several servers has one id, one language and one setting for direct messages",
                "say the same in both places, or give one of them another name",
            )
        return self._people.setdefault(name, said)

    def _bot(self, world: World, guild: Guild, server: Server, roles: Mapping[str, int], at: Path) -> int:
        """Let the bot join; return its own role, which is the highest unless it stands below another."""
        standing, place = server.bot, (*at, "bot")
        top = len(guild.roles)
        if standing.below is not None:
            above = guild.roles.get(self._named(standing.below, roles, (*place, "below"), "role"))
            top = top if above is None else above.position
            for role in guild.roles.values():
                role.position += role.position >= top
        own = Role(
            id=self._ids.next(),
            name=world.bot.username,
            permissions=BOT_PERMISSIONS if standing.permissions is None else _bits(standing.permissions),
            position=top,
            managed_by=world.bot_id,
        )
        guild.roles[own.id] = own
        held = self._all_named(standing.roles, roles, (*place, "roles"), "role")
        guild.members[world.bot_id] = Member(
            user_id=world.bot_id, joined_at=self._since, role_ids=[own.id, *held], nick=standing.nick
        )
        return own.id

    # --- its channels

    def _channels(
        self, world: World, guild: Guild, server: Server, targets: Mapping[str, int], at: Path
    ) -> dict[str, int]:
        made: dict[str, Channel] = {}
        for position, (name, place) in enumerate(server.channels.items()):
            where = (*at, "channels", name)
            self._check_place(name, place, server, where)
            made[name] = Channel(
                id=self._id(place.id, where),
                type=_TYPES[place.type],
                name=name,
                guild_id=guild.id,
                position=position,
                topic=place.topic,
                nsfw=place.nsfw,
                rate_limit_per_user=int(place.slowmode),
                overwrites=self._overwrites(guild, place, targets, (*where, "overwrites")),
                forum=self._forum(place) if place.type in _FORUMS else None,
            )
        world.channels.update((channel.id, channel) for channel in made.values())
        self._sort_in(server, made, at)
        return {name: channel.id for name, channel in made.items()}

    def _sort_in(self, server: Server, made: Mapping[str, Channel], at: Path) -> None:
        """Put channels into their categories, which may be written below them."""
        categories = {name: each.id for name, each in made.items() if each.type is ChannelType.GUILD_CATEGORY}
        for name, place in server.channels.items():
            if place.category is not None:
                where = (*at, "channels", name, "category")
                made[name].parent_id = self._named(place.category, categories, where, "category")

    def _check_place(self, name: str, place: Place, server: Server, at: Path) -> None:
        written = "-".join(name.lower().split())
        if place.type not in _NAMED_FREELY and name != written:
            why = "the names of channels to write in are in lower case, with hyphens for spaces"
            self._fault("channel-name", at, f"Discord would write `{name}` as `{written}`", why, f"write `{written}`")
        if place.type in _FOR_COMMUNITIES and not server.community:
            self._fault(
                "community-channel",
                (*at, "type"),
                f"a server without a community has no {place.type} channel",
                "Discord offers announcement, stage and media channels to communities only",
                "write `community: true` at the server",
            )
        if place.tags and place.type not in _FORUMS:
            why = "tags sort the posts of a forum"
            self._fault("misplaced-tags", (*at, "tags"), f"a {place.type} channel has no tags", why, "remove them")

    def _overwrites(self, guild: Guild, place: Place, targets: Mapping[str, int], at: Path) -> list[Overwrite]:
        found: list[Overwrite] = []
        known = {_EVERYONE: guild.id, **targets}
        for name, overwrite in place.overwrites.items():
            number = self._named(name, known, (*at, name), "role or member")
            kind = ROLE if number in guild.roles else MEMBER
            found.append(Overwrite(number, kind, int(_bits(overwrite.allow)), int(_bits(overwrite.deny))))
        return found

    def _forum(self, place: Place) -> Forum:
        return Forum(tags=[Tag(id=self._ids.next(), name=name) for name in place.tags])

    def _expressions(self, world: World, guild: Guild, server: Server) -> None:
        for name in server.emojis:
            emoji = Emoji(id=self._ids.next(), name=name, user_id=guild.owner_id or world.bot_id)
            guild.emojis[emoji.id] = emoji
        for name in server.stickers:
            sticker = Sticker(id=self._ids.next(), name=name)
            guild.stickers[sticker.id] = sticker

    # --- its scheduled events

    def _events(
        self,
        world: World,
        guild: Guild,
        server: Server,
        people: Mapping[str, int],
        channels: Mapping[str, int],
        at: Path,
    ) -> None:
        for name, planned in server.scheduled_events.items():
            where = (*at, "scheduled_events", name)
            starts_at = self._now + planned.starts_in
            event = ScheduledEvent(
                id=self._id(planned.id, where),
                guild_id=guild.id,
                creator_id=self._creator(world, planned, people, where),
                name=name,
                entity_type=EventEntityType.EXTERNAL,
                starts_at=starts_at,
                ends_at=None if planned.lasts is None else starts_at + planned.lasts,
                location=planned.location,
                description=planned.description,
                user_ids=self._all_named(planned.interested, people, (*where, "interested"), "member"),
            )
            self._hold(world, event, planned, channels, where)
            guild.events[event.id] = event

    def _creator(self, world: World, planned: Planned, people: Mapping[str, int], at: Path) -> int:
        return world.bot_id if planned.by is None else self._named(planned.by, people, (*at, "by"), "member")

    def _hold(
        self, world: World, event: ScheduledEvent, planned: Planned, channels: Mapping[str, int], at: Path
    ) -> None:
        """Let an event be held in its channel, or say that it is held nowhere, in two places or for ever."""
        if (planned.channel is None) is (planned.location is None):
            headline = "this event is held " + ("nowhere" if planned.channel is None else "in two places")
            why = "an event is held in a voice or stage channel, or outside of Discord"
            self._fault("event-place", at, headline, why, "say `channel`, or `location`")
        if planned.location is not None and planned.lasts is None:
            why, fix = "nobody is there to end it", "say how long it `lasts`"
            self._fault("event-without-end", (*at, "location"), "this event never ends", why, fix)
        if planned.channel is not None:
            place = (*at, "channel")
            channel = world.channels.get(self._named(planned.channel, channels, place, "channel"))
            if channel is not None and channel.type not in _HELD_IN:
                why, fix = "an event is held where people speak", "name a voice or stage channel, or a `location`"
                self._fault("event-place", place, f"`{planned.channel}` is no voice or stage channel", why, fix)
            elif channel is not None:
                event.channel_id, event.entity_type = channel.id, _HELD_IN[channel.type]

    # --- names and ids

    def _id(self, given: str | None, at: Path, owner: User | None = None) -> int:
        """Return the id that is given, or a new one. Two things with one id are a fault, unless it is the `owner`'s."""
        number = self._ids.next() if given is None else int(given)
        if number in self._taken and (owner is None or owner.id != number):
            self._fault(
                "id-twice",
                (*at, "id"),
                "two things have this id",
                "an id is one server's, role's, channel's or member's alone",
                "give another id, or leave it out",
            )
        self._taken.add(number)
        return number

    def _all_named(self, names: Iterable[str], known: Mapping[str, int], at: Path, what: str) -> list[int]:
        return [self._named(name, known, (*at, index), what) for index, name in enumerate(names)]

    def _named(self, name: str, known: Mapping[str, int], at: Path, what: str) -> int:
        """Return the id behind a name, which may be written as `@Support` or `#support`; 0 and a fault for none."""
        plain = name.removeprefix("@").removeprefix("#")
        if plain not in known:
            why = f"a {what} is meant by the name that it has in this server"
            fix = suggestion(plain, known) or f"the server has: {', '.join(known) or 'none'}"
            self._fault("unknown-name", at, f"there is no {what} `{name}`", why, fix)
        return known.get(plain, 0)

    def _fault(self, slug: str, at: Path, headline: str, why: str, fix: str) -> None:
        diagnostic = Diagnostic(slug=slug, span=_place(self._root, at), headline=headline, why=why, fix=fix)
        self.faults.append(diagnostic)


def _place(root: source.Mapping, path: Path) -> Span:
    """Return where something is said: its value, its key if that is a mapping, else what is around it."""
    for end in range(len(path), 0, -1):
        node = _node(root, path[:end])
        if node is not None:
            around, step = _node(root, path[: end - 1]), path[end - 1]
            if isinstance(node, source.Mapping) and isinstance(around, source.Mapping):
                return around.key(str(step)).span
            return node.span
    return root.span


def _node(root: source.Mapping, path: Path) -> Node | None:
    try:
        return source.at(root, path)
    except LookupError:
        return None


def _bits(names: Iterable[str]) -> Permissions:
    return reduce(Permissions.__or__, (Permissions[name.upper()] for name in names), Permissions(0))
