"""What Discord asks of a command's definition beyond the form of each key.

Source of all: Discord docs, Application Commands, Application Command Object.
"""

from collections.abc import Iterator, Mapping

from runner.check.numbers import as_number
from runner.check.steps import Openers
from runner.config.document import (
    GROUP_KEYS,
    STRATEGIES,
    Choice,
    Command,
    CommandOrGroup,
    Component,
    Handler,
    InlineButton,
    InlineSelect,
    Option,
    Response,
    TopCommand,
    Unattended,
    commands_in,
)
from runner.config.load import Config
from runner.diagnostics import Diagnostic, Mark, Span
from runner.fields import fields_of
from runner.lifecycle import limits
from runner.lifecycle.machine import Origin

_COMMAND_KINDS: tuple[type[Command], ...] = (TopCommand, CommandOrGroup, Command)  # by the words of the name
_COMMANDS = "(Discord docs, Application Commands)"
_NUMBERS = ("integer", "number")
_ONLY_FOR: Mapping[str, tuple[str, ...]] = {
    "min": _NUMBERS,
    "max": _NUMBERS,
    "min_length": ("string",),
    "max_length": ("string",),
    "choices": ("string", *_NUMBERS),
    "autocomplete": ("string", *_NUMBERS),
    "channel_types": ("channel",),
    "file_types": ("attachment",),
}


def check_commands(config: Config, openers: Openers) -> list[Diagnostic]:
    """Return a fault for each command that Discord would refuse, and each handler that could never answer."""
    found: list[Diagnostic] = []
    for name, top in config.document.commands.items():
        found += _too_large(config, name, top)
    for names, command in config.commands():
        name = " ".join(names)
        if commands_in(command):
            found += _group(config, name)
            continue
        found += _required_first(config, name, command)
        for option, declared in command.options.items():
            found += _option(config, ("commands", name, "options", option), declared)
    for section, name, handler in config.handlers():
        found += _steps(config, section, name, handler)
        found += _strategy(config, handler.response, openers, section, name, "response")
    found += _strategy(config, config.document.defaults.response, openers, "defaults", "response")
    return found


def _fault(slug: str, span: Span, headline: str, why: str, fix: str, *marks: Mark) -> Diagnostic:
    return Diagnostic(slug=slug, span=span, headline=headline, why=why, fix=fix, marks=marks)


def _required_first(config: Config, name: str, command: Command) -> Iterator[Diagnostic]:
    optional: str | None = None
    for option, declared in command.options.items():
        if not declared.required:
            optional = optional or option
        elif optional is not None:
            yield _fault(
                "required-after-optional",
                config.key("commands", name, "options", option),
                f"the required option `{option}` stands after an optional one",
                f"Discord refuses the whole command then {_COMMANDS}",
                f"move `{option}` above `{optional}`",
                Mark(config.key("commands", name, "options", optional), "this one is optional"),
            )


def _group(config: Config, name: str) -> Iterator[Diagnostic]:
    for key in config.written_names("commands", name):
        if key not in GROUP_KEYS:
            yield _fault(
                "key-of-a-group",
                config.key("commands", name, key),
                f"`{key}` does nothing here: `{name}` has other commands in it",
                f"users run the commands in it and never itself {_COMMANDS}",
                "move it to the commands that it is meant for",
                Mark(config.key("commands", name, "commands"), "they are here"),
            )


def _too_large(config: Config, name: str, command: Command) -> Iterator[Diagnostic]:
    length = _length(name, command)
    if length > limits.COMMAND_TOTAL_MAX:
        yield _fault(
            "command-too-large",
            config.key("commands", name),
            f"the texts of this command are {length} characters long together",
            f"Discord takes {limits.COMMAND_TOTAL_MAX} over all names, descriptions and choices {_COMMANDS}",
            "shorten the descriptions, or split the command in two",
        )


def _length(name: str, command: Command) -> int:
    """Return the characters that Discord counts in a command and all in it: of what is translated, the longest."""
    below = sum(_length(inner, each) for inner, each in commands_in(command).items())
    return _texts(name, command) + below + sum(_option_length(*option) for option in command.options.items())


def _option_length(name: str, option: Option) -> int:
    choices = (option.choices or {}).items()
    return _texts(name, option) + sum(len(value) + _longest(choice.name, choice) for value, choice in choices)


def _texts(name: str, named: Command | Option) -> int:
    described = (named.description, *named.description_localizations.values())
    return _longest(name, named) + max(map(len, described))


def _longest(name: str, named: Command | Option | Choice) -> int:
    return max(map(len, (name, *named.name_localizations.values())))


def _option(config: Config, path: tuple[str, ...], declared: Option) -> Iterator[Diagnostic]:
    written = config.written_names(*path)
    for key, types in _ONLY_FOR.items():
        if declared.type and key in written and declared.type not in types:
            yield _fault(
                "option-key-without-effect",
                config.key(*path, key),
                f"`{key}` does nothing for an option of type `{declared.type}`",
                f"it goes with {', '.join(f'`{kind}`' for kind in types)} {_COMMANDS}",
                f"remove it, or make the type `{types[0]}`",
            )
    yield from _bounds(config, path, declared)
    for low, high in (("min", "max"), ("min_length", "max_length")):
        least, most = getattr(declared, low), getattr(declared, high)
        if least is not None and most is not None and least > most:
            yield _fault(
                "empty-range",
                config.key(*path, low),
                f"nothing is both at least {least:g} and at most {most:g}",
                "the option could never be filled in",
                f"swap `{low}` and `{high}`",
                Mark(config.key(*path, high), "the other end"),
            )
    yield from _choices(config, path, declared)


def _bounds(config: Config, path: tuple[str, ...], declared: Option) -> Iterator[Diagnostic]:
    """Discord takes no number that a double can't hold exactly, and no fraction for a whole number."""
    for key, bound in (("min", declared.min), ("max", declared.max)):
        if bound is None or declared.type not in _NUMBERS:
            continue
        if declared.type == "integer" and bound != int(bound):
            yield _fault(
                "fraction-for-integer",
                config.value(*path, key),
                f"`{key}` is {bound:g}, and the option takes whole numbers",
                f"the bounds of an option have its type {_COMMANDS}",
                f"write {int(bound)}, or make the type `number`",
            )
        most = limits.INTEGER_OPTION_ABS_MAX if declared.type == "integer" else limits.NUMBER_OPTION_ABS_MAX
        if abs(bound) > most:
            yield _fault(
                "number-beyond-discord",
                config.value(*path, key),
                "Discord takes no number as large as this",
                f"{int(most)} is the largest, with either sign {_COMMANDS}",
                f"leave `{key}` out, or write {int(most) if bound > 0 else -int(most)}",
            )


def _choices(config: Config, path: tuple[str, ...], declared: Option) -> Iterator[Diagnostic]:
    first: dict[str, str] = {}
    for value, choice in (declared.choices or {}).items():
        span = config.key(*path, "choices", value)
        if first.setdefault(choice.name, value) != value:
            yield _fault(
                "same-label",
                span,
                f"two choices are called “{choice.name}”",
                "users could not tell them apart",
                "give each a label of its own",
                Mark(config.key(*path, "choices", first[choice.name]), "the first one"),
            )
        if declared.type in _NUMBERS and as_number(value, whole=declared.type == "integer") is None:
            yield _fault(
                "invalid-choice",
                span,
                f"`{value}` is no {'whole ' * (declared.type == 'integer')}number",
                f"the choices of an option have its type {_COMMANDS}",
                "write numbers, or make the type `string`",
            )
        if len(value) > limits.CHOICE_VALUE_MAX:
            yield _fault(
                "invalid-choice",
                span,
                f"the value of a choice takes at most {limits.CHOICE_VALUE_MAX} characters; this has {len(value)}",
                f"Discord refuses the whole command then {_COMMANDS}",
                "shorten the value; the label is what users see",
            )


def _comes_to_the_bot(config: Config, name: str, component: Handler) -> bool:
    """Tell whether a component can be clicked for the bot. One without a look is a fault of its own."""
    match component:
        case Component(button=button):
            return (button is None or button.is_clicked) and not config.has("components", name, "button", "url")
        case InlineButton() | InlineSelect():  # what is missing may be what could not be read
            return config.is_whole(component)
        case _:
            return True


def _steps(config: Config, section: str, name: str, handler: Handler) -> Iterator[Diagnostic]:
    has_steps, has_reply = config.has(section, name, "steps"), config.has(section, name, "reply")
    is_unattended = isinstance(handler, Unattended)
    if has_steps and has_reply and not is_unattended:
        yield _fault(
            "reply-and-steps",
            config.key(section, name, "reply"),
            "`reply` beside `steps` would be two answers to the same question",
            "`reply` is short for a list of steps with that one step",
            "move the reply into `steps:`",
            Mark(config.key(section, name, "steps"), "the steps"),
        )
    is_group = section == "commands" and config.has(section, name, "commands")  # of which nothing could be read
    if section == "components" and not _comes_to_the_bot(config, name, handler):
        return
    if not has_steps and not has_reply and not is_group and _has_only_known_keys(config, section, name, handler):
        yield _fault(
            "nothing-to-do",
            config.key(section, name),
            f"`{name}` does nothing",
            "it would run for nothing" if is_unattended else "the user would wait for an answer that nobody gives",
            f"add {_what_to_do(handler)}",
        )


def _what_to_do(handler: Handler) -> str:
    match handler:
        case InlineButton():
            return "`on_click:`"
        case InlineSelect():
            return "`on_select:`"
        case Unattended():
            return "`steps:`"
        case _:
            return "`reply:` or `steps:`"


def _has_only_known_keys(config: Config, section: str, name: str, handler: Handler) -> bool:
    """Tell whether no unknown key is there: one may be what should have been `reply` or `steps`, and is reported."""
    kind = _COMMAND_KINDS[min(name.count(" "), 2)] if section == "commands" else type(handler)
    known = {item.name for item in fields_of(kind)}
    return known.issuperset(config.written_names(section, name))


def _strategy(config: Config, response: Response | None, openers: Openers, *path: str) -> Iterator[Diagnostic]:
    words = [word for word in response.strategy if word in STRATEGIES] if response else []
    if len(words) > 1:
        yield _fault(
            "two-strategies",
            config.key(*path),
            f"`{words[0]}` and `{words[1]}` are two ways to answer first",
            "an interaction takes one first response (Discord docs, Receiving and Responding)",
            f"keep one: `response: {words[0]}`",
        )
    if "update" in words and path[0] != "components":
        yield from _update(config, openers, *path)
    if "modal" in words and path[0] in ("modals", "defaults"):
        yield _modal(config, *path)


def _update(config: Config, openers: Openers, *path: str) -> Iterator[Diagnostic]:
    """A form has a message to update where a component has opened it."""
    opened = openers.get(path[1], ()) if path[0] == "modals" else ()
    by_command = next((opener.span for opener in opened if opener.origin is Origin.MODAL_FROM_COMMAND), None)
    if path[0] != "modals" or by_command is not None:
        yield _fault(
            "update-without-component",
            config.key(*path),
            "`update` changes the message of a button, and a command has none",
            "only a component has a message to update (Discord docs, Receiving and Responding)",
            "write `auto`, `reply` or `defer`",
            *([] if by_command is None else [Mark(by_command, "a command opens the form here")]),
        )


def _modal(config: Config, *path: str) -> Diagnostic:
    if path[0] == "modals":
        return _fault(
            "modal-from-modal",
            config.key(*path),
            "a submitted form can't open another one",
            "Discord takes a form from a command, a button or a select (Discord docs, Interaction Callback Type)",
            "write `auto`, `reply` or `defer`",
        )
    return _fault(
        "modal-by-default",
        config.key(*path),
        "`modal` promises that a form opens, and not every handler opens one",
        "a submitted form, at least, can't open another one (Discord docs, Interaction Callback Type)",
        "write `response: modal` at the handlers that open one",
    )
