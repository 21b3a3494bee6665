"""The files that go along with a message: those of users are fetched, and none is larger than Discord takes it."""

import asyncio
from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any, Final

from runner.actions.action import FailureKind, StepFailed
from runner.lifecycle import limits
from runner.messages import FileContent, Message, SentFile
from runner.rest import Rest, RestRefused
from runner.templates.values import is_list, is_mapping

Json = Mapping[str, Any]  # Any: Discord's JSON, and what templates read

_ROOTS: Final = ("options", "fields", "params", "target", "message", "steps")
"""Where templates read what users have sent."""

_FILE: Final = frozenset({"id", "filename", "size", "url"})
"""What such a file has, and nothing else that templates read."""


async def fetched(message: Message, interaction: Json, context: Json, rest: Rest) -> Message:
    """Return a message with all of its files at hand. Raises `StepFailed` for what can't be had, or is too large.

    What users have sent comes with the interaction, or is in the `context`, which the run's templates read, however
    many questions ago that was.
    """
    most = int(interaction.get("attachment_size_limit") or limits.ATTACHMENT_DEFAULT_MAX_BYTES)
    files = [
        each
        if isinstance(each, FileContent)
        else await _fetched(each, _sent(each.attachment_id, interaction, context), rest, most)
        for each in message.files or ()
    ]
    if any(len(each.content) > most for each in files):
        raise _too_large(most)
    if sum(len(each.content) for each in files) > limits.MESSAGE_REQUEST_MAX_BYTES:
        reason = "the files are larger together than Discord takes them in one message"
        raise StepFailed(reason, kind=FailureKind.INVALID)
    return replace(message, files=tuple(files))


async def content_of(file: FileContent | SentFile, most: int, interaction: Json, context: Json, rest: Rest) -> bytes:
    """Return what is in one file of at most so many bytes. Raises `StepFailed` as `fetched` does."""
    if isinstance(file, SentFile):
        file = await _fetched(file, _sent(file.attachment_id, interaction, context), rest, most)
    if len(file.content) > most:
        raise _too_large(most)
    return file.content


async def _fetched(file: SentFile, sent: Mapping[object, Any], rest: Rest, most: int) -> FileContent:
    if int(sent["size"]) > most:
        raise _too_large(most)
    try:
        async with asyncio.timeout(limits.REST_CALL_S):
            content = await rest.download(str(sent["url"]))
    except RestRefused as refused:
        raise StepFailed(f"a user's file can't be fetched: {refused}") from None
    name = file.name or str(sent["filename"])
    return FileContent(name=name, content=content, description=file.description, is_spoiler=file.is_spoiler)


def _sent(identity: str, interaction: Json, context: Json) -> Mapping[object, Any]:
    """Return the file with this id among those that users have sent to this run: no other, whoever gives its id."""
    data: Json = interaction.get("data") or {}
    places = (data.get("resolved"), *(context.get(root) for root in _ROOTS))
    found = next((file for place in places for file in _files_in(place) if file["id"] == identity), None)
    if found is None:
        reason = "a file is to be posted again that nobody has sent to this run"
        raise StepFailed(reason, kind=FailureKind.INVALID)
    return found


def _files_in(value: object) -> Iterator[Mapping[object, Any]]:
    if is_mapping(value):
        if value.keys() >= _FILE:
            yield value
        for each in value.values():
            yield from _files_in(each)
    elif is_list(value):
        for each in value:
            yield from _files_in(each)


def _too_large(most: int) -> StepFailed:
    size = f"{most // 1024 // 1024} MiB" if most >= 1024 * 1024 else f"{most // 1024} KiB"
    return StepFailed(f"a file is larger than {size}, and Discord takes no larger one here", kind=FailureKind.TOO_LARGE)
