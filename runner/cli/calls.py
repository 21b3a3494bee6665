"""What every verb has: exit codes, and a config that is built and whose faults are shown."""

import os
import sys
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Final, TextIO

from runner import __version__
from runner.actions.action import load_actions
from runner.build import Built, build
from runner.config.include import FindFiles, ReadFile, found_on_disk
from runner.targets import read_bounded
from runner.templates import RecentTemplates
from runner.validation import Form, form_for, report

if TYPE_CHECKING:
    from runner.run import Discord

FINE: Final = 0
CONFIG_AT_FAULT: Final = 1
CALL_AT_FAULT: Final = 2
WORLD_AT_FAULT: Final = 3
"""Discord, the network, the store or a disk is."""
WE_ARE_AT_FAULT: Final = 70
INTERRUPTED: Final = 130
"""By a second Ctrl-C; this and the one before are as in sysexits.h and in shells."""

TOKEN_REFUSED: Final = "Discord refused the bot's token; copy it anew from the developer portal into DISCORD_TOKEN"


def failed(code: int, sentence: str) -> int:
    """Say in one sentence why it ends, and return the exit code."""
    print(f"lifecycle-runner: {sentence}", file=sys.stderr)
    return code


def meant(word: str, known: Iterable[str]) -> str:
    """Return the end of a sentence about a word that nobody knows: the nearest one that is known, if one is near."""
    from runner.config.suggestion import nearest

    near = nearest(word, known)
    return f"; did you mean `{near}`?" if near else ""


def built_from(
    file: Path,
    read: ReadFile = read_bounded,
    find: FindFiles = found_on_disk,
    generation: int = 1,
    environment: Mapping[str, str] = os.environ,
    *,
    templates: RecentTemplates | None = None,
    is_tried: bool = False,
) -> Built:
    """Read, check and compile a config, as it is on the disk unless something else reads it."""
    actions = load_actions()
    return build(file, read, environment, actions, generation, find=find, templates=templates, is_tried=is_tried)


def show(results: Mapping[Path, Built], form: Form, stream: TextIO) -> None:
    """Write what is to be said of some files, if anything is."""
    if shown := report(results, form, __version__):
        print(shown.rstrip("\n"), file=stream)


def show_as_text(file: Path, built: Built) -> None:
    """Write the faults of a file for people, beside what the verb itself prints."""
    show({file: built}, form_for(sys.stderr, os.environ), sys.stderr)


def on_discord_with(token: str) -> "Discord":
    """Return the Discord that the environment names, with the bot's token."""
    from runner.gateway import DISCORD_API_URL
    from runner.run import Discord

    return Discord((os.environ.get("DISCORD_API_URL") or DISCORD_API_URL).rstrip("/"), token)
