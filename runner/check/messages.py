"""What Discord asks of a message beyond the form of each key.

Source of all: Discord docs, Resources: Message and Poll.
"""

from collections.abc import Iterator
from typing import cast

from runner.check.steps import every_step, messages_of
from runner.config.document import Embed, File, Mentions, MessageChange, NewMessage, Poll
from runner.config.entry_places import Places
from runner.config.load import Config
from runner.diagnostics import Diagnostic, Mark
from runner.lifecycle import limits

_HOUR_S = 3600
_VISIBLE = ("title", "description", "fields", "author", "footer", "image", "thumbnail")
_EMBEDS = "(Discord docs, Embed Limits)"


def check_messages(config: Config) -> list[Diagnostic]:
    """Return a fault for each message that Discord would refuse."""
    return [fault for message in every_message(config) for fault in _message(config.places, message)]


def every_message(config: Config) -> Iterator[MessageChange]:
    """Yield every message of the file: those of steps, in their order within each handler, and those with names."""
    for step in every_step(config):
        yield from messages_of(step)
    yield from config.document.messages.values()


def _message(places: Places, message: MessageChange) -> Iterator[Diagnostic]:
    for embed in message.embeds or ():
        yield from _embed(places, embed)
    yield from _embeds_together(places, message)
    yield from _mentions(places, message.mentions)
    for file in message.files or ():
        yield from _file(places, file)
    if isinstance(message, NewMessage) and message.poll is not None:
        yield from _poll(places, message.poll)


def _file(places: Places, file: File) -> Iterator[Diagnostic]:
    first, *others = file.contents or ("",)
    if not first:
        why = "a file is what lies somewhere, or what is written"
        fix = "add `path:`, `text:`, `csv:` or `attachment:`"
        headline = "nobody knows what is in this file"
        yield Diagnostic(slug="empty-file", span=places.value(file), headline=headline, why=why, fix=fix)
    elif others:
        yield Diagnostic(
            slug="file-of-two-kinds",
            span=places.key(file, others[0]),
            headline=f"this file has `{first}`, and `{others[0]}`",
            why="there is one content in a file",
            fix=f"give `{others[0]}` a file of its own",
            marks=(Mark(places.key(file, first), "what is in it already"),),
        )
    elif first in ("text", "csv") and file.name is None:
        yield Diagnostic(
            slug="file-without-name",
            span=places.key(file, first),
            headline="this file has no name",
            why="by its ending people's devices know what to do with it",
            fix=f"add `name: file.{'txt' if first == 'text' else 'csv'}`",
        )


def _embed(places: Places, embed: Embed) -> Iterator[Diagnostic]:
    if not any(getattr(embed, name) for name in _VISIBLE):
        yield Diagnostic(
            slug="empty-embed",
            span=places.value(embed),
            headline="there is nothing to see in this embed",
            why="Discord refuses an empty box (Discord docs, Embed Object)",
            fix="add `description:`, or remove it",
        )


def _embeds_together(places: Places, message: MessageChange) -> Iterator[Diagnostic]:
    """Note the text at which the embeds of a message become longer than Discord takes, as far as that is known."""
    length = 0
    for embed in message.embeds or ():
        for path, text in _texts(embed):
            length += len(text.strip())
            if length > limits.EMBED_TOTAL_MAX:
                yield Diagnostic(
                    slug="embeds-too-long",
                    span=places.value(embed, *path),
                    headline=f"the texts of the embeds are {length} characters long together up to here",
                    why=f"Discord takes {limits.EMBED_TOTAL_MAX} over all embeds of a message {_EMBEDS}",
                    fix="shorten them, or send two messages",
                )
                return


def _texts(embed: Embed) -> Iterator[tuple[tuple[str | int, ...], str]]:
    """Yield the texts of an embed that are the same in each run, with their paths, in the order in which they show."""
    author, footer = embed.author, embed.footer
    texts: list[tuple[tuple[str | int, ...], object]] = [
        (("author", "name"), author and author.name),
        (("title",), embed.title),
        (("description",), embed.description),
    ]
    for index, field in enumerate(embed.fields):
        texts += [(("fields", index, "name"), field.name), (("fields", index, "value"), field.value)]
    texts.append((("footer", "text"), footer and footer.text))
    yield from ((path, text) for path, text in texts if isinstance(text, str))


def _mentions(places: Places, mentions: Mentions) -> Iterator[Diagnostic]:
    parsed = cast(object, mentions.parse)  # a template may stand for it
    for kind in ("users", "roles") if isinstance(parsed, tuple) else ():
        if kind in mentions.parse and getattr(mentions, kind):
            yield Diagnostic(
                slug="mentions-of-all-and-some",
                span=places.key(mentions, kind),
                headline=f"these are some of the {kind}, and `parse` names all of them",
                why="Discord takes one or the other (Discord docs, Allowed Mentions Object)",
                fix=f"take `{kind}` out of `parse`",
                marks=(Mark(places.key(mentions, "parse"), "all of them"),),
            )


def _poll(places: Places, poll: Poll) -> Iterator[Diagnostic]:
    duration = cast(object, poll.duration)  # a template may stand for it
    if isinstance(duration, float) and duration % _HOUR_S:
        yield Diagnostic(
            slug="poll-of-part-hours",
            span=places.value(poll, "duration"),
            headline="a poll is open for whole hours",
            why="Discord counts nothing shorter (Discord docs, Poll Create Request Object)",
            fix=f"write `{int(duration // _HOUR_S) + 1}h`",
        )
