"""For whom the app is installed where an interaction was started, and what that allows.

Source: Discord docs, Interactions: Receiving and Responding, Authorizing Integration Owners Object; Application
Commands, Installation Context.
"""

from collections.abc import Mapping
from typing import Any, Final

from runner.lifecycle.bits import Permissions
from runner.lifecycle.limits import FOLLOW_UPS_USER_INSTALL_MAX

Json = Mapping[str, Any]  # Any: Discord's JSON

_USER_INSTALL: Final = {"1"}
_ADMINISTRATOR: Final = int(Permissions.ADMINISTRATOR)
_TO_SHOW_OTHERS: Final = int(Permissions.USE_EXTERNAL_APPS | Permissions.SEND_MESSAGES)


def follow_ups_max(interaction: Json) -> int | None:
    """Return how many follow-ups Discord takes; None where it does not count them."""
    return FOLLOW_UPS_USER_INSTALL_MAX if _is_for_user_only(interaction) else None


def is_forced_private(interaction: Json) -> bool:
    """Tell whether Discord shows every answer to the user alone, whatever the answer says.

    That is so where only the user has installed the app, in a server in which they may not show others what it says.
    """
    if not interaction.get("guild_id") or not _is_for_user_only(interaction):
        return False
    member: Json = interaction.get("member") or {}
    held = int(member.get("permissions") or 0)
    return not held & _ADMINISTRATOR and held & _TO_SHOW_OTHERS != _TO_SHOW_OTHERS


def _is_for_user_only(interaction: Json) -> bool:
    owners: Json = interaction.get("authorizing_integration_owners") or {}
    return owners.keys() == _USER_INSTALL
