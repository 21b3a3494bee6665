"""The arguments of a filter or a test, matched with its parameters. Read by the checker and by the evaluation alike."""

from collections.abc import Mapping
from typing import Final

from runner.templates import nodes
from runner.templates.attributes import suggestion
from runner.templates.faults import Fault, TemplateFault
from runner.templates.filters import FILTERS
from runner.templates.predicates import TESTS
from runner.templates.signature import REQUIRED, Parameter, Role, Signature

Arguments = tuple[nodes.Expr | None, ...]
"""One for each parameter; None where the default stands in."""

_ALIASES: Final = {"equalto": "eq", "==": "eq", "!=": "ne", "<": "lt", "<=": "le", ">": "gt", ">=": "ge"}


def signature_of(node: nodes.Applied) -> Signature:
    """Return the signature of the filter or test that a node names. Raise TemplateFault if there is none."""
    known = FILTERS if isinstance(node, nodes.Filter) else TESTS
    signature = known.get(test_name(node.name))
    if signature is not None:
        return signature
    word = "filter" if isinstance(node, nodes.Filter) else "test"
    raise TemplateFault([_unknown(word, node.name, known, node.offset)])


def test_name(name: str) -> str:
    """Return the name under which a test is listed: `==` is `eq`."""
    return _ALIASES.get(name, name)


def bind(signature: Signature, node: nodes.Applied) -> Arguments:
    """Return the arguments of a filter or test in the order of its parameters.

    Raise TemplateFault for what can't be right whatever the values are: too many arguments, too few, an unknown name,
    a word that isn't one of the choices, an attribute or test that isn't written out.
    """
    given: dict[str, nodes.Expr] = {}
    for parameter, argument in zip(signature.parameters, node.args, strict=False):
        given[parameter.name] = argument
    if len(node.args) > len(signature.parameters):
        raise _wrong(node.args[len(signature.parameters)], f"`{signature.name}` takes {_count(signature)}")
    for keyword in node.kwargs:
        given[_keyword_name(signature, keyword, given)] = keyword.value
    for parameter in signature.parameters:
        _check_argument(signature, parameter, given, node)
    return tuple(given.get(parameter.name) for parameter in signature.parameters)


def constant(node: nodes.Expr | None, default: object) -> object:
    """Return what an argument that must be written out says."""
    return node.value if isinstance(node, nodes.Const) else default


def _keyword_name(signature: Signature, keyword: nodes.Node, given: Mapping[str, object]) -> str:
    # Jinja's own annotation says Pair; the parser makes Keyword.
    assert isinstance(keyword, nodes.Keyword)
    names = [parameter.name for parameter in signature.parameters]
    if keyword.key not in names:
        raise _wrong(keyword, f"`{signature.name}` has no `{keyword.key}`", suggestion(keyword.key, names))
    if keyword.key in given:
        raise _wrong(keyword, f"`{keyword.key}` is given twice")
    return keyword.key


def _check_argument(
    signature: Signature, parameter: Parameter, given: Mapping[str, nodes.Expr], node: nodes.Applied
) -> None:
    argument = given.get(parameter.name)
    if argument is None:
        if parameter.default is REQUIRED:
            raise _wrong(node, f"`{signature.name}` needs `{parameter.name}`")
        return
    value = constant(argument, None)
    if parameter.role is not Role.VALUE and not isinstance(value, str):
        raise _wrong(argument, f"`{parameter.name}` is written out as a text")
    if parameter.choices and isinstance(value, str) and value not in parameter.choices:
        choices = ", ".join(parameter.choices)
        raise _wrong(argument, f"`{parameter.name}` is one of {choices}", suggestion(value, parameter.choices))
    if parameter.role is Role.PATTERN:
        _check_pattern(str(value), argument)
    if parameter.role is Role.TEST:
        _check_test(str(value), argument, given)


def _check_pattern(pattern: str, argument: nodes.Expr) -> None:
    from runner.patterns import BadPattern, compiled  # few templates have a pattern

    try:
        compiled(pattern)
    except BadPattern as bad:
        raise _wrong(argument, str(bad)) from None


def _check_test(name: str, argument: nodes.Expr, given: Mapping[str, nodes.Expr]) -> None:
    test = TESTS.get(test_name(name))
    if test is None:
        raise TemplateFault([_unknown("test", name, TESTS, argument.offset)])
    if test.parameters and "other" not in given:
        raise _wrong(argument, f"`{name}` needs something to compare with")


def _count(signature: Signature) -> str:
    match len(signature.parameters):
        case 0:
            return "no arguments"
        case 1:
            return "one argument"
        case count:
            return f"{count} arguments at most"


def _unknown(word: str, name: str, known: Mapping[str, Signature], offset: int) -> Fault:
    return Fault(
        offset,
        len(name),
        "template-unknown-filter" if word == "filter" else "template-unknown-test",
        f"there is no {word} `{name}`",
        "",
        suggestion(name, known),
    )


def _wrong(node: nodes.Node, headline: str, fix: str = "") -> TemplateFault:
    length = len(node.name) if isinstance(node, nodes.Applied) else 1
    return TemplateFault([Fault(node.offset, length, "template-arguments", headline, "", fix)])
