"""Messages as an author describes them to what is sent: what is known is JSON already, the rest is filled in."""

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import field, replace
from typing import Any

from runner.actions.action import FailureKind, StepFailed
from runner.check.roots import MESSAGE_ROOTS
from runner.compile.bodies import Hole, Json, body_renderer, leaf, needing, present, text
from runner.compile.components import ComponentCompiler
from runner.compile.files import file_part
from runner.compile.layout import fitting_layout
from runner.compile.params import taken_params
from runner.compile.program import Context, Prepared
from runner.config import document
from runner.data import dataclass
from runner.formats import level, shortened
from runner.lifecycle import limits
from runner.lifecycle.bits import MessageFlags
from runner.messages import Message, embed_length
from runner.templates.named_mentions import has_names

_HOUR_S = 3600


@dataclass(frozen=True, slots=True)
class MessageCompiler:
    """Compiles the messages of one config."""

    components: ComponentCompiler
    content_of: Callable[[document.File | document.Picture], bytes]
    _named: dict[str, Message | Prepared] = field(default_factory=dict[str, Message | Prepared])

    def prepared(self, written: document.MessageChange) -> Message | Prepared:
        """Return the message, encoded once where it is the same in each run, or what makes that of one run."""
        if (named := written.named) is not None:
            return self._by_name(str(written.name), named, written.with_)
        content: Any = leaf(written.text)  # Any, here and below: a part, or the hole for one
        more, mentions, flags = self._more(written), _mentions(written.mentions), _flags(written)
        files: Any = None if written.files is None else [file_part(each, self.content_of) for each in written.files]
        parts = [body_renderer(part) for part in (content, more, mentions, flags, files)]
        is_unsigned = self.components.carries_params(written.components or ())
        if not any(parts):
            fixed = None if files is None else tuple(files)
            made = Message(content=content, more=more, mentions=mentions, flags=flags, files=fixed)
            return _fixed(made if has_names(made) else replace(made, encoded={}))
        render_content, render_more, render_mentions, render_flags, render_files = parts

        def render(context: Context) -> Message:
            return Message(
                content=render_content(context) if render_content else content,
                more=fitting(render_more(context)) if render_more else more,
                mentions=render_mentions(context) if render_mentions else mentions,
                flags=render_flags(context) if render_flags else flags,
                files=None if files is None else tuple(render_files(context) if render_files else files),
                is_unsigned=is_unsigned,
            )

        return Prepared(render)

    def _by_name(self, name: str, named: document.NamedMessage, given: Mapping[str, object]) -> Message | Prepared:
        """Return a message by its name, which is compiled once, with what it is given where it is used."""
        made = self._named[name] = self._named.get(name) or self.prepared(named)
        if isinstance(made, Message):
            return made
        render_named, values = made.render, {each: leaf(value) for each, value in given.items()}
        fill = body_renderer(values)

        def render(context: Context) -> Message:
            params = taken_params(named.params, fill(context) if fill else values, f"the message `{name}`")
            message: Message = render_named({**_common(context), "params": params})
            return message

        return Prepared(render)

    def _more(self, written: document.MessageChange) -> Json:
        """Return what the message says besides its text, as JSON with holes."""
        return present(
            embeds=None if written.embeds is None else [_embed(embed) for embed in written.embeds],
            components=None if written.components is None else self.components.components(written.components),
            poll=_poll(written.poll) if isinstance(written, document.NewMessage) and written.poll else None,
        )


def _common(context: Context) -> Context:
    """Return what a message by its name reads besides its parameters."""
    return {root: context[root] for root in MESSAGE_ROOTS if root in context}


def _fixed(message: Message) -> Message | Prepared:
    """Return a message that is the same in each run; of one that Discord fails with, what fails the step."""
    try:
        fitting(dict(message.more or {}))
    except StepFailed as failure:
        detail = failure.detail

        def fail(_: Context) -> Message:
            raise StepFailed(detail, kind=FailureKind.INVALID)

        return Prepared(fail)
    return message


_FLAGS: Mapping[str, int] = {
    "suppress_embeds": int(MessageFlags.SUPPRESS_EMBEDS),
    "silent": int(MessageFlags.SUPPRESS_NOTIFICATIONS),
    "is_laid_out": int(MessageFlags.IS_COMPONENTS_V2),
}


def _flags(written: document.MessageChange) -> Any:  # Any: what a message has there, or the hole for it
    """Return the flags that the message says something of: in an edit, `suppress_embeds: false` takes one away."""
    silent = leaf(written.silent) if isinstance(written, document.NewMessage) else None
    is_laid_out = written.is_laid_out or None
    said = present(suppress_embeds=leaf(written.suppress_embeds), silent=silent or None, is_laid_out=is_laid_out)
    render = body_renderer(said)
    if render is None:
        return _as_bits(said) if said else None
    return Hole(lambda context: _as_bits(render(context)))


def _as_bits(said: Json) -> int:
    return sum(_FLAGS[name] for name, is_set in said.items() if is_set)


def fitting(more: Json) -> Json:
    """Return what is known in a run only as Discord takes it, or raise `StepFailed`. It may be changed in place."""
    if embeds := more.get("embeds"):
        more["embeds"] = _fitting_together(embeds)
    if components := more.get("components"):
        more["components"] = fitting_layout(components)
    return more


def _fitting_together(embeds: Sequence[Json]) -> Sequence[Json]:
    """Return the embeds as Discord takes them together: the longest descriptions are cut as far as that needs.

    Raises `StepFailed` where that is not enough. Source: Discord docs, Resources: Message, Embed Limits.
    """
    over = sum(map(embed_length, embeds)) - limits.EMBED_TOTAL_MAX
    if over <= 0:
        return embeds
    descriptions = [embed.get("description", "").strip() for embed in embeds]
    lengths = [len(said) for said in descriptions if said]
    longest = level(lengths, sum(lengths) - over)
    if not longest:
        over -= sum(lengths) - len(lengths)  # of each description one character would have to stay
        raise StepFailed(
            f"the texts of the embeds have {over} characters more than Discord takes in one message",
            kind=FailureKind.INVALID,
        )
    pairs = zip(embeds, descriptions, strict=True)
    return [{**embed, "description": shortened(said, longest)} if said else embed for embed, said in pairs]


def _mentions(written: document.Mentions) -> Any:  # Any: what a message has there, or the hole for it
    if written == document.Mentions():
        return None
    return present(
        parse=leaf(written.parse, _parsed),
        users=leaf(written.users, _unique) if written.users else None,
        roles=leaf(written.roles, _unique) if written.roles else None,
    )


def _parsed(words: Sequence[str]) -> list[str]:
    """Discord has one word for `@everyone` and `@here`."""
    return sorted({"everyone" if word == "here" else word for word in words})


def _unique(ids: Sequence[str]) -> list[str]:
    return list(dict.fromkeys(ids))


def _embed(written: document.Embed) -> Json:
    author, footer = written.author, written.footer
    return present(
        title=text(written.title),
        description=text(written.description),
        url=text(written.url),
        color=leaf(written.color),
        timestamp=leaf(written.timestamp),
        author=author and needing("name", name=leaf(author.name), url=text(author.url), icon_url=text(author.icon_url)),
        footer=footer and needing("text", text=leaf(footer.text), icon_url=text(footer.icon_url)),
        image=written.image and leaf(written.image.url, _media),
        thumbnail=written.thumbnail and leaf(written.thumbnail.url, _media),
        fields=[_field(field) for field in written.fields] or None,
    )


def _media(url: str) -> Json | None:
    return {"url": url} if url else None


def _poll(written: document.Poll) -> Json:
    return {
        "question": {"text": leaf(written.question)},
        "answers": [
            {"poll_media": present(text=leaf(answer.text), emoji=leaf(answer.emoji))} for answer in written.answers
        ],
        "duration": leaf(written.duration, lambda seconds: math.ceil(seconds / _HOUR_S)),
        "allow_multiselect": leaf(written.allow_multiselect),
    }


def _field(written: document.EmbedField) -> Json:
    return {"name": leaf(written.name), "value": leaf(written.value), "inline": leaf(written.inline)}
