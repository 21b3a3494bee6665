"""The files that go along with a message: those of users are fetched, and none is larger than Discord takes it."""

import asyncio
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from runner.actions.action import FailureKind, StepFailed
from runner.lifecycle import limits
from runner.messages import FileContent, Message, SentFile
from runner.rest import Rest, RestRefused

Json = Mapping[str, Any]  # Any: Discord's JSON


async def fetched(message: Message, interaction: Json, rest: Rest) -> Message:
    """Return a message with all of its files at hand. Raises `StepFailed` for what can't be had, or is too large."""
    most = int(interaction.get("attachment_size_limit") or limits.ATTACHMENT_DEFAULT_MAX_BYTES)
    files = [
        each if isinstance(each, FileContent) else await _fetched(each, interaction, rest, most)
        for each in message.files or ()
    ]
    if any(len(each.content) > most for each in files):
        raise _too_large(most)
    if sum(len(each.content) for each in files) > limits.MESSAGE_REQUEST_MAX_BYTES:
        reason = "the files are larger together than Discord takes them in one message"
        raise StepFailed(reason, kind=FailureKind.INVALID)
    return replace(message, files=tuple(files))


async def _fetched(file: SentFile, interaction: Json, rest: Rest, most: int) -> FileContent:
    """Return a file that came with the interaction: no other, whoever gives its id."""
    data: Json = interaction.get("data") or {}
    resolved: Json = data.get("resolved") or {}
    attachments: Json = resolved.get("attachments") or {}
    known: Json | None = attachments.get(file.attachment_id)
    if known is None:
        reason = "a file is to be posted again that has not come with this interaction"
        raise StepFailed(reason, kind=FailureKind.INVALID)
    if int(known.get("size") or 0) > most:
        raise _too_large(most)
    try:
        async with asyncio.timeout(limits.REST_CALL_S):
            content = await rest.download(str(known["url"]))
    except RestRefused as refused:
        raise StepFailed(f"a user's file can't be fetched: {refused}") from None
    name = file.name or str(known["filename"])
    return FileContent(name=name, content=content, description=file.description, is_spoiler=file.is_spoiler)


def _too_large(most: int) -> StepFailed:
    reason = f"a file is larger than {most // 1024 // 1024} MiB, and Discord takes no larger one here"
    return StepFailed(reason, kind=FailureKind.INVALID)
