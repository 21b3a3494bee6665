"""What Discord asks of a message beyond the form of each key.

Source of all: Discord docs, Resources: Message and Poll.
"""

from collections.abc import Iterator
from typing import cast

from runner.check.steps import every_step, messages_in
from runner.config.document import Embed, Mentions, MessageChange, NewMessage, Poll
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
    """Yield every message of the file, in its order within each handler."""
    for step in every_step(config):
        yield from messages_in(step.action)


def _message(places: Places, message: MessageChange) -> Iterator[Diagnostic]:
    for embed in message.embeds or ():
        yield from _embed(places, embed)
    yield from _embeds_together(places, message)
    yield from _mentions(places, message.mentions)
    if isinstance(message, NewMessage) and message.poll is not None:
        yield from _poll(places, message.poll)


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
