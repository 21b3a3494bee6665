"""The reference as pages of Markdown: one for each step, event, filter, test and top-level key, and a list of them."""

from collections.abc import Iterator, Mapping
from typing import Final

from runner.actions.action import Action
from runner.config.document import Document
from runner.config.schema import Actions
from runner.events import INTENT_NAMES, KINDS, Kind
from runner.fields import Entry, EntryShape, Field, ListShape, MapShape, NullableShape, Shape, fields_of
from runner.lifecycle.bits import PRIVILEGED_INTENTS, Intents
from runner.reference.examples import FILTER_EXAMPLES, KEY_EXAMPLES, TEST_EXAMPLES
from runner.reference.steps import example_of, facts_of, summary_of, takes, written
from runner.templates.event_roots import event_roots
from runner.templates.filters import FILTERS
from runner.templates.predicates import TESTS
from runner.templates.signature import REQUIRED, Parameter, Signature
from runner.templates.types import Object, Type, Union, describe

_GENERATED: Final = "<!-- Made from the code by `make fix`. -->\n"


def all_pages(actions: Actions) -> Mapping[str, str]:
    """Return the text of every page by its path in the folder of the reference."""
    pages = {f"steps/{name}.md": _page(_step(name, action)) for name, action in actions.items()}
    pages |= {f"events/{name}.md": _page(_event(name, kind)) for name, kind in KINDS.items()}
    pages |= {f"filters/{name}.md": _page(_filter(signature)) for name, signature in FILTERS.items()}
    pages |= {f"tests/{name}.md": _page(_test(signature)) for name, signature in TESTS.items()}
    pages |= {f"keys/{field.name}.md": _page(_key(field)) for field in fields_of(Document)}
    return {"README.md": _page(_index(actions)), **pages}


def _page(lines: Iterator[str]) -> str:
    return _GENERATED + "\n".join(lines) + "\n"


def _index(actions: Actions) -> Iterator[str]:
    yield "# Reference"
    keys = [(field.name, field.description) for field in fields_of(Document)]
    steps = [(name, summary_of(action)) for name, action in actions.items()]
    events = [(name, _intents(kind.intents)) for name, kind in KINDS.items()]
    filters = [(name, signature.summary) for name, signature in FILTERS.items()]
    tests = [(name, signature.summary) for name, signature in TESTS.items()]
    yield from _list("Keys of bot.yaml", "keys", keys)
    yield from _list("Steps", "steps", steps)
    yield from _list("Events", "events", events)
    yield from _list("Filters: `{{ value | filter }}`", "filters", filters)
    yield from _list("Tests: `{{ value is test }}`", "tests", tests)


def _list(title: str, folder: str, items: list[tuple[str, str]]) -> Iterator[str]:
    yield from ("", f"## {title}", "")
    yield from _table(("Name", ""), [(f"[`{name}`]({folder}/{name}.md)", _cell(told)) for name, told in items])


def _step(name: str, action: type[Action]) -> Iterator[str]:
    yield from (f"# `{name}`", "", summary_of(action), "", "```yaml", example_of(action), "```", "")
    fields = fields_of(action)
    if fields:
        rows = ((_code(written(field, action)), *_about(field)) for field in fields)
        yield from _table(("Key", "Takes", "Required", "What it is"), rows)
        yield from _inner(fields, set())
    else:
        yield "It has no keys: write its name alone."
    yield from ("", *(f"- {fact}" for fact in facts_of(action)))
    yield "- Beside it, as for every step: `id`, `when`, `timeout`, `retry`, `catch`, `on_crash`."


def _event(name: str, kind: Kind) -> Iterator[str]:
    roots = event_roots(name)
    read = list(_attributes(roots))
    yield from (f"# `{name}`", "", f"What Discord calls `{kind.gateway}`. It comes by {_intents(kind.intents)}.", "")
    yield from ("```yaml", "version: 1", "events:", f"  {name}:", "    steps:")
    shown = [path for path, described in read if described in ("text", "an id", "a whole number")][-1]
    yield from (f'      - log: "{name}: {{{{ {shown} }}}}"', "```", "", "Templates read:", "")
    yield from _table(("Name", "It is"), ((_code(path), described) for path, described in read))
    yield from ("", "Which of them count is said by:", "")
    yield "- `when`: an expression."
    if kind.has_channel:
        yield "- `channels`: only there."
    if kind.tells_roles:
        yield "- `roles`: only what members with one of them do."
    if kind.tells_bots:
        yield "- `bots: true`: what other bots do counts, too."
    if kind.tells_id:
        yield "- `own: true`: what this bot does counts, too."
    if name == "message":
        yield from ("", "The lines that Discord writes itself are none: that somebody has joined, a boost, a pin.")
    if kind.has_content:
        yield ""
        yield f"Who reads `message.content` needs the **{INTENT_NAMES[Intents.MESSAGE_CONTENT]}** as well."


def _attributes(scope: Mapping[str, Type]) -> Iterator[tuple[str, str]]:
    """Yield every path that templates read, the event's own last."""
    for root, type_ in scope.items():
        object_ = next((each for each in _members(type_) if isinstance(each, Object)), None)
        if object_ is None:
            yield root, describe(type_)
        else:
            is_sure = isinstance(type_, Object)
            for name, inner in object_.attributes.items():
                yield f"{root}.{name}", describe(inner) + ("" if is_sure else f", if there is {object_.name}")


def _members(type_: Type) -> tuple[Type, ...]:
    return type_.members if isinstance(type_, Union) else (type_,)


def _intents(intents: Intents) -> str:
    """Return the intents in words, those in bold that have to be switched on."""
    names = [_intent(Intents(flag)) for flag in Intents if flag in intents]
    return ", ".join(names)


def _intent(intent: Intents) -> str:
    name = f"`{intent.name}`"
    return f"{name} (**{INTENT_NAMES[intent]}**, to be switched on)" if intent in PRIVILEGED_INTENTS else name


def _filter(signature: Signature) -> Iterator[str]:
    yield from _signature(signature, "|", FILTER_EXAMPLES[signature.name])


def _test(signature: Signature) -> Iterator[str]:
    yield from _signature(signature, "is", TEST_EXAMPLES[signature.name])


def _signature(signature: Signature, joined: str, example: tuple[str, str]) -> Iterator[str]:
    given = f"({', '.join(parameter.name for parameter in signature.parameters)})" if signature.parameters else ""
    yield from (f"# `{signature.name}`", "", signature.summary, "")
    yield from ("```jinja", f"{{{{ value {joined} {signature.name}{given} }}}}", "```", "")
    yield from (f"`{example[0]}` gives `{example[1]}`.", "", f"It takes {describe(signature.accepts)}.")
    if signature.parameters:
        yield ""
        yield from _table(("Argument", "Takes", "Left out"), map(_parameter, signature.parameters))


def _parameter(parameter: Parameter) -> tuple[str, str, str]:
    kind = " or ".join(f"`{word}`" for word in parameter.choices) or {
        "attribute": "the name of an attribute of each item",
        "test": "the name of a test",
    }.get(parameter.role.value, describe(parameter.type))
    absent = "required" if parameter.default is REQUIRED else _default(parameter.default)
    return _code(parameter.name), kind, absent


def _default(value: object) -> str:
    match value:
        case None:
            return "none"
        case bool():
            return f"`{str(value).lower()}`"
        case str():
            return f"`{value!r}`"
        case _:
            return f"`{value}`"


def _key(field: Field) -> Iterator[str]:
    yield from (f"# `{field.name}`", "", field.description, "", f"It takes {takes(field.shape)}.", "")
    yield from ("```yaml", KEY_EXAMPLES[field.name].strip("\n"), "```")
    yield from _inner((field,), set())


def _inner(fields: tuple[Field, ...], seen: set[type[Entry]]) -> Iterator[str]:
    """Yield a section for every kind of mapping that stands inside of the fields, each once."""
    for field in fields:
        for entry in _entries(field.shape):
            if entry not in seen:
                seen.add(entry)
                inner = fields_of(entry)
                yield from ("", f"## Keys of {_code(field.name)}: {_first_sentence(entry)}", "")
                rows = ((_code(each.name), *_about(each)) for each in inner)
                yield from _table(("Key", "Takes", "Required", "What it is"), rows)
                yield from _inner(inner, seen)


def _first_sentence(entry: type[Entry]) -> str:
    return (entry.__doc__ or entry.__name__).partition("\n")[0].rstrip(".")


def _entries(shape: Shape) -> Iterator[type[Entry]]:
    match shape:
        case EntryShape(entry):
            yield entry
        case ListShape() | MapShape() | NullableShape():
            yield from _entries(shape.of)
        case _:
            return


def _about(field: Field) -> tuple[str, str, str]:
    words = "".join(f" `{word}`: {meaning}." for word, meaning in field.words.items())
    return _cell(takes(field.shape)), "yes" if field.is_required else "", _cell(field.description + words)


def _table(head: tuple[str, ...], rows: Iterator[tuple[str, ...]] | list[tuple[str, str]]) -> Iterator[str]:
    yield f"| {' | '.join(head)} |"
    yield f"|{' --- |' * len(head)}"
    yield from (f"| {' | '.join(row)} |" for row in rows)


def _code(text: str) -> str:
    name, bracket, rest = text.partition(" (")
    return f"`{name}`{bracket}{rest}"


def _cell(text: str) -> str:
    return text.replace("|", "\\|").replace("\n", " ")
