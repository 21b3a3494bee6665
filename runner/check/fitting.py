"""What a template gives, held against what its place takes."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Final

from runner.actions.action import Action
from runner.check.roots import Scope, declared_type
from runner.check.templates import templates_in
from runner.diagnostics import Diagnostic, Span
from runner.fields import (
    Authored,
    BooleanShape,
    ChoiceShape,
    ColorShape,
    DurationShape,
    EmojiShape,
    ListShape,
    NullableShape,
    NumberShape,
    Shape,
    SnowflakeShape,
    TextShape,
    TimestampShape,
)
from runner.templates import Kind, check
from runner.templates.chosen import MENTIONABLE
from runner.templates.people import KNOWN_USER, MEMBER, USER
from runner.templates.places import CHANNEL, ROLE
from runner.templates.types import (
    ANY,
    BOOLEAN,
    INSTANT,
    INTEGER,
    NONE,
    NUMBER,
    SNOWFLAKE,
    STRING,
    ListOf,
    MapOf,
    Object,
    Type,
    describe,
    is_optional,
    may_be,
    optional,
    union,
)


def faults_of_suggestion(given: Authored, scope: Scope) -> Iterator[Diagnostic]:
    yield from faults_of_value(given, scope)
    judged = check(given.template, scope)
    if not judged.faults and not may_be(judged.type, _SUGGESTED):
        yield Diagnostic(
            slug="suggestions-of-another-type",
            span=given.locate(0, len(given.template.source)),
            headline=f"this gives {describe(judged.type)}, and suggestions are a list of values, or values with labels",
            why="nothing could be suggested",
            fix="give texts or numbers, such as `{{ vars.names }}` or `{{ data.tags | map('name') }}`",
        )


def ill_fitting(what: str, declared: str, given: Type, span: Span, *, is_needed: bool) -> Iterator[Diagnostic]:
    taken = declared_type(declared)
    written = union(STRING, NUMBER, BOOLEAN) if taken is STRING else taken  # what can be written as text is taken, too
    if not may_be(given, written if is_needed else optional(written)):
        yield Diagnostic(
            slug="value-of-another-type",
            span=span,
            headline=f"{what} is {describe(taken)}, and this is {describe(given)}",
            why="the step would fail whenever it runs",
            fix="give something else, or declare another type",
        )
    elif is_needed and is_optional(given) and taken is not ANY:
        yield Diagnostic(
            slug="value-may-be-none",
            span=span,
            headline=f"{what} is {describe(taken)}, and this may be none",
            why="an option that is left out is none, and so is what a skipped step would have given",
            fix="give a default: `{{ … | default(…) }}`",
        )


def faults_of_late(action: Action, scope: Scope) -> Iterator[Diagnostic]:
    """Yield the faults of what the action evaluates itself, when it has come that far."""
    early = {id(authored) for authored in templates_in(action, late=False)}
    yield from faults_of((each for each in templates_in(action) if id(each) not in early), scope)


def faults_of_value(value: object, scope: Scope) -> Iterator[Diagnostic]:
    return faults_of(templates_in(value, late=False), scope)


def faults_of(templates: Iterable[Authored], scope: Scope) -> Iterator[Diagnostic]:
    for authored in templates:
        judged = check(authored.template, scope)
        for fault in judged.faults:
            yield Diagnostic(
                slug=fault.slug,
                span=authored.locate(fault.offset, fault.length),
                headline=fault.headline,
                why=fault.why,
                fix=fault.fix or _repair(authored.template.source[: fault.offset]),
            )
        if not judged.faults and authored.template.kind is Kind.NATIVE:
            yield from unfit(authored, judged.type)


def _repair(before: str) -> str:
    """Return what to do about a name that the template's scope has not, by what stands before it."""
    if before.endswith("steps."):
        return "give a step before this one that `id`, or write the id of one"
    return "write what is there"


def unfit(authored: Authored, given: Type) -> Iterator[Diagnostic]:
    """A template whose value the place can't take would fail in every run."""
    shape, source = authored.shape, authored.template.source
    if _is_text(shape) and isinstance(given, (Object, ListOf, MapOf)):
        yield _unfit_fault(
            authored,
            "not-a-text",
            "this is not a text but a whole thing with parts",
            "Discord would show its insides",
            f"name a part of it, for example `{source[:-2].rstrip()}.name }}}}`",
        )
    elif not may_be(given, taken := taken_by(shape)):
        yield _unfit_fault(
            authored,
            "template-of-another-type",
            f"this takes {describe(taken)}, and the template gives {describe(given)}",
            "the step would fail whenever it runs",
            "name something else, or turn it into what is taken with a filter",
        )
    elif is_optional(given) and not _takes_nothing(shape):
        yield _unfit_fault(
            authored,
            "template-may-be-none",
            "this may be none, and the step would fail then",
            "an option that is left out is none, and so is what a skipped step would have given",
            f"give a default: `{source[:-2].rstrip()} | default(…) }}}}`",
        )


def _is_text(shape: Shape) -> bool:
    return isinstance(shape.of if isinstance(shape, NullableShape) else shape, TextShape)


def _unfit_fault(authored: Authored, slug: str, headline: str, why: str, fix: str) -> Diagnostic:
    span = authored.locate(0, len(authored.template.source))
    return Diagnostic(slug=slug, span=span, headline=headline, why=why, fix=fix)


def taken_by(shape: Shape) -> Type:
    """Return the type of the values that a place takes from a template."""
    match shape:
        case NumberShape():
            return NUMBER
        case BooleanShape():
            return BOOLEAN
        case DurationShape():
            return union(NUMBER, STRING)
        case SnowflakeShape():
            return union(SNOWFLAKE, INTEGER, *_NAMED[shape.named])
        case ChoiceShape() | EmojiShape():
            return STRING
        case ColorShape():
            return union(INTEGER, STRING)
        case TimestampShape():
            return union(INSTANT, STRING)
        case ListShape(of, single):
            return union(ListOf(taken_by(of)), taken_by(of)) if single else ListOf(taken_by(of))
        case NullableShape(of):
            return optional(taken_by(of))
        case _:
            return ANY


_SUGGESTED: Final = union(ListOf(union(STRING, NUMBER)), MapOf(union(STRING, NUMBER)), NONE)
_NAMED: Final[Mapping[str, tuple[Type, ...]]] = {
    "": (USER, MEMBER, KNOWN_USER, CHANNEL, ROLE, MENTIONABLE),
    "#": (CHANNEL,),
    "@": (ROLE, MENTIONABLE),
}


def _takes_nothing(shape: Shape) -> bool:
    if isinstance(shape, TextShape):
        return shape.min_length == 0
    return isinstance(shape, NullableShape) or taken_by(shape) is ANY
