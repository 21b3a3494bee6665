"""Messages by name: that they are there, are given what they take, and say nothing that the step can't."""

from collections.abc import Iterator

from runner.actions.action import WrittenStep
from runner.check.flows import Use, given_faults
from runner.check.steps import every_step, messages_of
from runner.config.document import MessageChange, NamedMessage
from runner.config.entry_places import Places
from runner.config.load import Config
from runner.config.suggestion import suggestion
from runner.diagnostics import Diagnostic, Mark
from runner.fields import fields_of

_NEW_ONLY = "Discord takes it where a message is sent (Discord docs, Resources: Message)"


def check_named(config: Config) -> list[Diagnostic]:
    """Return a fault for each message that a step names and can't send, and for each that says nothing."""
    found = [fault for step in every_step(config) for each in messages_of(step) for fault in _use(config, step, each)]
    for name, message in config.document.messages.items():
        if (lacks := message.lacks()) and config.is_whole(message):
            found.append(_blank(config, name, lacks))
    return found


def _use(config: Config, step: WrittenStep, message: MessageChange) -> Iterator[Diagnostic]:
    places, name = config.places, message.name
    if name is None:
        if message.with_:
            yield Diagnostic(
                slug="with-without-message",
                span=places.key(message, "with"),
                headline="`with` does nothing here: no message is named that could be given it",
                why="only one of `messages:` has parameters",
                fix=f"add `{message.named_by}:` with its name, or remove `with`",
            )
        return
    yield from _beside(places, message, name)
    named = message.named
    if named is not None:
        yield from _unfit(places, step, message, named)
        if config.is_sound("messages", name, "params"):
            at = places.value(message, message.named_by)
            written = f"{message.named_by}: {name}"
            use = Use(f"the message `{name}`", f"{step.name}: {{{written}", named.params, message.with_, at)
            yield from given_faults(use, lambda param: places.key(message, "with", param))
    elif name not in config.written_names("messages"):
        yield _undefined(config, message, name)


def _undefined(config: Config, message: MessageChange, name: str) -> Diagnostic:
    defined = config.written_names("messages")
    return Diagnostic(
        slug="undefined-message",
        span=config.places.value(message, message.named_by),
        headline=f"there is no message `{name}`",
        why="there would be nothing to say",
        fix=suggestion(name, defined) or f"define `{name}:` under `messages:`",
    )


def _beside(places: Places, message: MessageChange, name: str) -> Iterator[Diagnostic]:
    """One message is said: that of the name, or what stands beside it."""
    for field in fields_of(type(message)):
        if field.name not in (message.named_by, "with") and places.has(message, field.name):
            yield Diagnostic(
                slug="beside-a-named-message",
                span=places.key(message, field.name),
                headline=f"`{field.name}` stands beside the name of a message, which says all of it",
                why="nobody could tell which of the two is meant",
                fix=f"write it into `{name}` under `messages:`, as a parameter perhaps, or leave the name out",
                marks=(Mark(places.key(message, message.named_by), "the message that is said here"),),
            )


def _unfit(places: Places, step: WrittenStep, message: MessageChange, named: NamedMessage) -> Iterator[Diagnostic]:
    taken = {field.name for field in fields_of(type(message))}
    for field in fields_of(NamedMessage):
        if field.name != "params" and field.name not in taken and places.has(named, field.name):
            yield Diagnostic(
                slug="message-of-another-kind",
                span=places.value(message, message.named_by),
                headline=f"`{message.name}` has `{field.name}`, and `{step.name}` can't say that",
                why=_NEW_ONLY,
                fix="name another message, or take it out of this one",
                marks=(Mark(places.key(named, field.name), "this"),),
            )


def _blank(config: Config, name: str, lacks: str) -> Diagnostic:
    return Diagnostic(
        slug="blank-message",
        span=config.key("messages", name),
        headline=f"there is nothing to see in the message `{name}`",
        why="Discord refuses an empty message (Discord docs, Create Message)",
        fix=f"add {lacks}",
    )
