"""What `plan` says before anything is changed; on a local Discord that has commands of an earlier bot."""

import json

import pytest

from runner.registration import wanted_by
from runner.registration.preview import ScopePreview, as_json, as_text, preview
from tests.conftest import Bot, StartBot, compiled

BEFORE = """
commands:
  same: {description: S, reply: a}
  changed: {description: C, reply: a}
  old: {description: O, reply: a}
  gone: {description: G, reply: a}
context_menus:
  Look up: {type: user, reply: a}
"""
AFTER = """
commands:
  same: {description: S, reply: another answer}
  changed: {description: Changed, reply: a}
  renamed: {description: O, aliases: old, reply: a}
  fresh: {description: F, reply: a}
context_menus:
  Look up: {type: user, nsfw: true, reply: a}
"""


async def previewed(made: Bot, text: str) -> list[ScopePreview]:
    """Return what registering a bot's commands would change; it asks, and nothing more."""
    before = len(made.local.wire)
    found = await preview(made.gateway, made.local.application_id, wanted_by(compiled(text)))
    asked = [entry.method for entry in [*made.local.wire][before:] if entry.kind == "http"]
    assert set(asked) == {"GET"}
    return found


async def test_a_plan_names_what_would_be_created_changed_renamed_and_deleted(bot: StartBot) -> None:
    made = await bot(BEFORE)
    found = await previewed(made, AFTER)
    assert as_text(found).splitlines() == [
        "everywhere: 1 to create, 3 to update, 1 to delete, 1 as they are",
        "  + /fresh",
        "  ~ /changed",
        "  ~ /renamed, which was /old",
        "  ~ menu Look up",
        "  - /gone",
    ]
    assert json.loads(as_json(found)) == {
        "scopes": [
            {
                "scope": "global",
                "create": ["/fresh"],
                "update": ["/changed", "/renamed", "menu Look up"],
                "delete": ["/gone"],
                "unchanged": ["/same"],
                "renames": {"/renamed": "old"},
            }
        ]
    }


async def test_a_plan_that_changes_nothing_says_so(bot: StartBot) -> None:
    made = await bot(BEFORE)
    assert as_text(await previewed(made, BEFORE)) == "everywhere: nothing to change, 5 as they are"


async def test_a_plan_tells_of_each_scope_and_of_twins(bot: StartBot) -> None:
    made = await bot("commands: {}")
    (guild_id,) = made.local.world.guilds
    own = f"bot: {{guilds: ['{guild_id}']}}\n"
    other = await bot(
        own + "commands: {a: {description: A, reply: a}, b: {description: B, reply: b}}", local=made.local
    )
    await other.stop()
    assert as_text(await previewed(made, "commands: {a: {description: A, reply: a}}")).splitlines() == [
        "everywhere: 1 to create, 0 as they are",
        "  + /a",
        f"server {guild_id}: 1 to delete, 0 as they are",
        "  - /a, which is everywhere",
    ]
    assert as_text(await previewed(made, own + "commands: {a: {description: A, reply: a}}")).splitlines() == [
        f"server {guild_id}: 1 to delete, 1 as they are",
        "  - /b",
        "everywhere: nothing to change, 0 as they are",
    ]


async def test_what_discord_does_not_tell_is_unknown(bot: StartBot) -> None:
    made = await bot(BEFORE)
    made.local.faults.next("commands", status=403, code=50001)
    (found,) = await previewed(made, AFTER)
    assert found.failure is not None
    assert as_text([found]).startswith("everywhere: unknown, because Discord says: 403 50001")
    assert json.loads(as_json([found]))["scopes"][0]["failure"] == found.failure


@pytest.mark.parametrize("text", [BEFORE, AFTER])
async def test_a_plan_is_what_a_start_then_does(bot: StartBot, text: str) -> None:
    made = await bot(BEFORE)
    (planned,) = await previewed(made, text)
    again = await bot(text, local=made.local)
    counts = {"created": planned.plan.creates, "updated": planned.plan.updates, "deleted": planned.plan.deletes}
    lines = again.log.of("commands registered")
    expected = {"scope": "global", **{name: len(commands) for name, commands in counts.items()}}
    assert lines == ([] if planned.plan.is_empty else [expected])
