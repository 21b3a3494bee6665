"""World files: what they say is what the local Discord begins with, and a mistake is refused in words that help."""

import json
import os
from collections.abc import Iterator
from dataclasses import fields, is_dataclass
from pathlib import Path

import pytest

from runner.diagnostics import in_order
from runner.diagnostics.text import render_text
from runner.emulator.clock import VIRTUAL_START_S
from runner.emulator.people.directory import find_channel, find_role, find_user
from runner.emulator.world import Guild, World
from runner.lifecycle.bits import Permissions
from runner.lifecycle.limits import EventEntityType
from runner.templates.values import is_list, is_mapping
from runner.worlds.load import LoadedWorld, load_world, world_schema

ROOT = Path(__file__).parent.parent.parent
FOLDER = Path(__file__).parent / "refused"
REFUSED = sorted(path.stem for path in FOLDER.glob("*.yaml"))
EXAMPLE = ROOT / "examples" / "worlds" / "harbour.yaml"
P = Permissions


class Still:
    """A clock that stands still."""

    def now(self) -> float:
        return VIRTUAL_START_S


def loaded(text: str, name: str = "world.yaml") -> LoadedWorld:
    return load_world(Path(name), lambda _: text.encode(), Still())


def world_of(text: str) -> World:
    found = loaded(text)
    assert found.world is not None, render_text(found.diagnostics, found.sources, color=False)
    return found.world


def example() -> tuple[World, Guild]:
    world = world_of(EXAMPLE.read_text(encoding="utf-8"))
    return world, next(iter(world.guilds.values()))


@pytest.mark.parametrize("name", REFUSED)
def test_a_mistake_is_refused_in_these_words(name: str) -> None:
    found = loaded((FOLDER / f"{name}.yaml").read_text(encoding="utf-8"), f"{name}.yaml")
    assert found.world is None
    said = render_text(in_order(found.diagnostics), found.sources, color=False)
    expected = FOLDER / f"{name}.txt"
    if "REGENERATE" in os.environ:
        expected.write_text(said, encoding="utf-8")
    assert said == expected.read_text(encoding="utf-8")


def test_a_file_that_is_not_there_is_a_fault() -> None:
    found = load_world(Path("nowhere.yaml"), Path.read_bytes, Still())
    [fault] = found.diagnostics
    assert (found.world, fault.slug, "no such file" in fault.headline) == (None, "unreadable-file", True)


def test_the_schema_for_editors_is_up_to_date() -> None:
    written = json.loads((ROOT / "schemas" / "world.schema.json").read_text(encoding="utf-8"))
    assert written == world_schema()


def test_people_stand_as_they_are_described() -> None:
    world, harbour = example()
    mo, sam, robin, kim, dredger = (find_user(world, name) for name in ("Mo", "Sammy", "Robin", "kim", "Dredger"))
    assert (sam.display_name, harbour.members[sam.id].nick) == ("Sam", "Sammy")
    assert harbour.members[mo.id].role_ids == [find_role(harbour, "Moderator").id]
    assert (robin.locale, kim.dms_open, dredger.bot) == ("de", False, True)
    assert harbour.owner_id == find_user(world, "Olive").id
    lightship = list(world.guilds.values())[1]
    assert set(lightship.members) == {mo.id, robin.id, world.bot_id}
    assert len(world.users) == 7


def test_roles_stand_in_the_order_in_which_they_are_written_and_the_bots_own_where_it_is_put() -> None:
    _, harbour = example()
    roles = sorted(harbour.roles.values(), key=lambda role: role.position)
    assert [role.name for role in roles] == ["@everyone", "Muted", "Support", "Keeper", "Moderator"]
    support = find_role(harbour, "Support")
    assert (support.color, support.hoist, support.mentionable) == (0x2ECC71, True, True)
    assert find_role(harbour, "Moderator").permissions == P.MANAGE_MESSAGES | P.MODERATE_MEMBERS | P.KICK_MEMBERS


def test_channels_are_where_and_what_they_are_said_to_be() -> None:
    world, harbour = example()
    robin, sam = find_user(world, "Robin"), find_user(world, "Sam")
    general, staff = find_channel(world, "general", robin), find_channel(world, "staff", robin)
    assert world.channels[general.parent_id or 0].name == "Quay"
    assert not world.permissions_in(robin.id, staff, VIRTUAL_START_S) & P.VIEW_CHANNEL
    assert world.permissions_in(sam.id, staff, VIRTUAL_START_S) & P.VIEW_CHANNEL
    ideas = find_channel(world, "ideas", robin)
    assert ideas.forum is not None
    assert [tag.name for tag in ideas.forum.tags] == ["new", "done"]
    assert harbour.system_channel_id == find_channel(world, "welcome", robin).id
    assert [emoji.name for emoji in harbour.emojis.values()] == ["gull"]
    assert [sticker.name for sticker in harbour.stickers.values()] == ["Anchor"]
    assert harbour.features == ["COMMUNITY", "NEWS"]


IDS = """
servers:
  Ship:
    id: "100000000000000001"
    owner: Mo
    roles: {Crew: {id: "100000000000000002"}}
    members: {Mo: {id: "100000000000000003", roles: "@Crew"}}
    channels: {deck: {id: "100000000000000004", slowmode: 5s, overwrites: {Mo: {deny: [attach_files]}}}}
    everyone: [view_channel]
    bot: {permissions: [administrator], nick: Watch}
"""


def test_events_are_planned_from_now_on() -> None:
    world, harbour = example()
    regatta, talk = harbour.events.values()
    mo, sam, robin = (find_user(world, name).id for name in ("Mo", "Sammy", "Robin"))
    assert (regatta.name, regatta.location, regatta.channel_id, regatta.creator_id) == ("Regatta", "The pier", None, mo)
    assert regatta.starts_at == VIRTUAL_START_S + 2 * 86_400
    assert regatta.ends_at == regatta.starts_at + 3 * 3600
    assert regatta.user_ids == [sam, robin]
    assert (talk.starts_at, talk.ends_at, talk.creator_id) == (VIRTUAL_START_S + 86_400, None, world.bot_id)
    assert talk.channel_id == find_channel(world, "Lounge", world.users[mo]).id
    assert (regatta.entity_type, talk.entity_type) == (EventEntityType.EXTERNAL, EventEntityType.VOICE)


def test_ids_can_be_those_that_a_bot_has_in_its_config() -> None:
    world = world_of(IDS)
    ship = world.guilds[100000000000000001]
    assert (ship.owner_id, ship.members[100000000000000003].role_ids) == (100000000000000003, [100000000000000002])
    deck = world.channels[100000000000000004]
    assert (deck.rate_limit_per_user, deck.overwrites[0].deny) == (5, int(P.ATTACH_FILES))
    assert ship.roles[ship.id].permissions == P.VIEW_CHANNEL
    assert world.guild_permissions(world.bot_id, ship, 0) & P.BAN_MEMBERS
    assert ship.members[world.bot_id].nick == "Watch"


def test_a_name_that_is_in_two_servers_means_the_one_that_the_user_is_in() -> None:
    world = world_of(
        """
        servers:
          One: {owner: Mo, members: {Mo: {}}, channels: {general: text}}
          Two: {owner: Sam, members: {Sam: {}}, channels: {general: text}}
        """
    )
    one, two = (find_channel(world, "general", find_user(world, name)) for name in ("Mo", "Sam"))
    assert one.id != two.id


def test_what_a_channel_allows_to_the_bot_is_its_own_roles() -> None:
    world = world_of(
        "bot: Keeper\nservers: {Quay: {owner: Ada, members: {Ada: {}}, channels: "
        "{deck: {overwrites: {everyone: {deny: view_channel}, Keeper: {allow: view_channel}}}}}}"
    )
    guild = next(iter(world.guilds.values()))
    own = next(role for role in guild.roles.values() if role.managed_by == world.bot_id)
    (deck,) = world.channels.values()
    assert [overwrite.id for overwrite in deck.overwrites] == [guild.id, own.id]


def test_a_world_is_made_anew_of_what_a_file_says_and_shares_nothing_with_another_one() -> None:
    said = loaded(EXAMPLE.read_text(encoding="utf-8"))
    first, second = said.made(Still()), said.made(Still())
    assert first == second == said.world
    assert not set(changeable(first)) & set(changeable(second))
    assert len(set(changeable(first))) > 50


def changeable(value: object) -> Iterator[int]:
    """Yield the identities of all lists, mappings and objects in a value that can be changed."""
    parts: list[object] = []
    if is_dataclass(value) and not isinstance(value, type):
        parts = [getattr(value, field.name) for field in fields(value)]
    elif is_mapping(value):
        parts = list(value.values())
    elif is_list(value):
        parts = list(value)
    is_frozen = getattr(getattr(value, "__dataclass_params__", None), "frozen", True)
    if isinstance(value, list | dict) or not is_frozen:
        yield id(value)  # pyright: ignore[reportUnknownArgumentType]  # a list of whatever
    for part in parts:
        yield from changeable(part)
