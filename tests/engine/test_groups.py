"""Commands inside commands: which one runs, what it reads, and that a group's guards hold for all that is in it."""

import pytest

from runner.emulator.trace import Trace
from tests.conftest import StartBot, compiled

TICKET = """
commands:
  ticket:
    description: Tickets
    commands:
      open:
        description: Open one
        options: {subject: {type: string, description: What about, required: true}}
        reply: "Opened “{{ options.subject }}”"
      close: {description: Close one, reply: Closed}
      admin:
        description: For staff
        commands:
          move:
            description: Move one
            options: {to: {type: channel, description: Where to, required: true}}
            reply: "Moved to #{{ options.to.name }}"
"""


def said(trace: Trace) -> list[str]:
    """Return what the user of an interaction reads in the end."""
    return [message.content for message in trace.messages if not message.deleted]


@pytest.mark.parametrize(
    ("name", "options", "text"),
    [
        ("ticket open", {"subject": "Lamp"}, "Opened “Lamp”"),
        ("ticket close", {}, "Closed"),
        ("ticket admin move", {"to": "support"}, "Moved to #support"),
    ],
)
async def test_a_command_in_a_group_is_run_by_its_whole_name(
    bot: StartBot, name: str, options: dict[str, str], text: str
) -> None:
    made = await bot(TICKET)
    assert said(await made.ran(name, **options)) == [text]
    assert made.line()["handler"] == f"/{name}"
    assert made.line()["outcome"] == "ok"


async def test_commands_of_one_name_in_two_groups_are_two_commands(bot: StartBot) -> None:
    made = await bot("""
        commands:
          list: {description: d, reply: top}
          users: {description: d, commands: {list: {description: d, reply: users}}}
          roles: {description: d, commands: {list: {description: d, reply: roles}}}
        """)
    for name, text in (("list", "top"), ("users list", "users"), ("roles list", "roles")):
        assert said(await made.ran(name)) == [text]


async def test_a_command_that_was_taken_out_of_its_group_is_answered_privately(bot: StartBot) -> None:
    made = await bot(TICKET)
    made.engine.swap(compiled(TICKET.replace("close:", "shut:")))
    trace = await made.ran("ticket close")
    assert said(trace) == ["This command is not available any more."]
    assert trace.messages[0].ephemeral
    assert made.line()["handler"] == "/ticket close"


GUARDED = """
checks:
  one: {users: ["111111111111111111"], denied: Only one of us.}
commands:
  ticket:
    description: Tickets
    visible_to: []
    permissions: {member: manage_messages, denied: Not in this group.}
    commands:
      open: {description: Open one, reply: Opened}
      purge: {description: Delete all, permissions: {member: manage_channels, denied: Not this one.}, reply: Gone}
      admin:
        description: For one
        check: one
        commands:
          move: {description: Move one, reply: Moved}
"""


@pytest.mark.parametrize(
    ("user", "name", "text"),
    [
        pytest.param("Robin", "ticket open", "Not in this group.", id="who lacks what the group asks for"),
        pytest.param("Robin", "ticket purge", "Not in this group.", id="who lacks both"),
        pytest.param("Robin", "ticket admin move", "Not in this group.", id="who lacks what the outer group asks for"),
        pytest.param("Mo", "ticket open", "Opened", id="who has what the group asks for"),
        pytest.param("Mo", "ticket purge", "Not this one.", id="who lacks what the command asks for"),
        pytest.param("Mo", "ticket admin move", "Only one of us.", id="who does not pass the inner group"),
        pytest.param("Olive", "ticket purge", "Gone", id="who has everything"),
    ],
)
async def test_a_groups_guards_hold_for_all_that_is_in_it(bot: StartBot, user: str, name: str, text: str) -> None:
    made = await bot(GUARDED)
    assert said(await made.ran(name, user=user)) == [text]


# --- names that commands had before


RENAMED = """
commands:
  help: {description: d, aliases: [info, ticket info], reply: Help}
  support:
    description: d
    aliases: ticket
    commands:
      open: {description: d, aliases: [new], reply: Opened}
      admin: {description: d, commands: {move: {description: d, reply: Moved}}}
"""


@pytest.mark.parametrize(
    ("old", "name", "text"),
    [
        pytest.param("info: {description: d, reply: Info}", "info", "Help", id="a command"),
        pytest.param("new: {description: d, reply: New}", "new", "Opened", id="a command that is in a group now"),
        pytest.param(
            "ticket: {description: d, commands: {info: {description: d, reply: Info}}}",
            "ticket info",
            "Help",
            id="a command that was in a group",
        ),
        pytest.param(
            "ticket: {description: d, commands: {open: {description: d, reply: Open}}}",
            "ticket open",
            "Opened",
            id="a command in a group that was renamed",
        ),
        pytest.param(
            "ticket: {description: d, commands: {admin: {description: d, commands: {move: {description: d, reply: a}}}}"
            "}",
            "ticket admin move",
            "Moved",
            id="a command two levels below a group that was renamed",
        ),
    ],
)
async def test_a_command_answers_to_the_name_that_it_had(bot: StartBot, old: str, name: str, text: str) -> None:
    made = await bot(f"commands: {{{old}}}")
    made.engine.swap(compiled(RENAMED))
    assert said(await made.ran(name)) == [text]
    assert made.line()["handler"] == f"/{name}"
