"""Comparing a template with a typed scope: unknown names and attributes, what doesn't fit, and the type of the result.

Only what is certainly wrong is a fault. The one thing held against an uncertain value is none: what may be none can be
printed, compared, tested and given a default, and everything else asks for one of these first.
"""

from collections.abc import Sequence
from dataclasses import replace
from typing import Final

from runner.data import dataclass
from runner.templates import nodes
from runner.templates.arguments import Arguments, bind, constant, signature_of
from runner.templates.attributes import (
    attributes_of,
    inventory,
    listed,
    own_attributes,
    suggestion,
    type_by_unknown_key,
)
from runner.templates.faults import Fault, TemplateFault
from runner.templates.filters import FILTERS
from runner.templates.filters_data import item_type
from runner.templates.names import Qualified, as_written, spelled, targets
from runner.templates.operator_types import ARITHMETIC_TYPES, comparison_fault
from runner.templates.scopes import LOOP, Scope, findings, merged, path_of, refined
from runner.templates.signature import Parameter, Role, Signature
from runner.templates.syntax import Template
from runner.templates.types import (
    ANY,
    BOOLEAN,
    INTEGER,
    NONE,
    NUMBER,
    STRING,
    ListOf,
    MapOf,
    Object,
    Type,
    describe,
    is_optional,
    may_be,
    union,
    without_none,
)

_ITERABLE: Final = union(ListOf(ANY), MapOf(ANY))
_OF_PACK: Final = "declare it in the pack, or let the pack take it as an input"
_WRITABLE: Final = union(STRING, NUMBER, BOOLEAN, NONE)


@dataclass(frozen=True, slots=True)
class Checked:
    """The faults of a template in a scope, in the order of their places, and the type of what it gives."""

    faults: tuple[Fault, ...]
    type: Type


def check(template: Template, scope: Scope) -> Checked:
    """Compare a template with the names and types of its place. All faults are found, each cause once."""
    inference = _Inference(template.source)
    if isinstance(template.tree, nodes.Template):
        inference.statements(template.tree.body, dict(scope))
        type_: Type = STRING
    else:
        type_ = inference.type_of(template.tree, scope)
    return Checked(tuple(sorted(set(inference.faults))), type_)


def narrow(template: Template, scope: Scope, *, holds: bool = True) -> Scope:
    """Return what a scope is where a condition holds, or with `holds=False` where it doesn't.

    For steps under an `if:` or `when:`: after `if: options.target`, `options.target` isn't none.
    """
    return refined(scope, findings(template.tree, holds)) if isinstance(template.tree, nodes.Expr) else scope


class _Inference:
    """One check: a walk through the tree that collects faults. A part with a fault has the type ANY from there on."""

    def __init__(self, source: str) -> None:
        self.faults: list[Fault] = []
        self._source = source

    # Statements. A scope is a dict where a `set` may add to it.

    def statements(self, body: Sequence[nodes.Node], scope: dict[str, Type]) -> None:
        for statement in body:
            self._statement(statement, scope)

    def _statement(self, node: nodes.Node, scope: dict[str, Type]) -> None:
        match node:
            case nodes.Output():
                for part in node.nodes:
                    self._written(part, self.type_of(part, scope))
            case nodes.Assign():
                self._bind(node.target, self.type_of(node.node, scope), scope)
            case nodes.If():
                self._if(node, scope)
            case nodes.For():
                self._for(node, scope)
            case _:
                raise AssertionError(f"`parse` let a {type(node).__name__} through")

    def _if(self, node: nodes.If, scope: dict[str, Type]) -> None:
        before: Scope = scope
        ends: list[Scope] = []
        for branch in (node, *node.elif_):
            test = branch.test
            self.type_of(test, before)
            ends.append(self._branch(branch.body, refined(before, findings(test, True))))
            before = refined(before, findings(test, False))
        ends.append(self._branch(node.else_, before))
        scope.update(merged(ends))

    def _branch(self, body: Sequence[nodes.Node], scope: Scope) -> Scope:
        inside = dict(scope)
        self.statements(body, inside)
        return inside

    def _for(self, node: nodes.For, scope: dict[str, Type]) -> None:
        source = node.iter
        iterable = self.needed(source, self.type_of(source, scope), _ITERABLE, "a loop")
        inside = dict(scope)
        self._bind(node.target, item_type(iterable), inside)
        if node.test is not None:
            test = node.test
            self.type_of(test, inside)
            inside = dict(refined(inside, findings(test, True)))
        self.statements(node.body, {**inside, "loop": LOOP})
        self.statements(node.else_, dict(scope))

    def _bind(self, target: nodes.Node, type_: Type, scope: dict[str, Type]) -> None:
        if isinstance(target, nodes.Name):
            scope[target.name] = type_
            return
        self.needed(target, type_, ListOf(ANY), "taking apart")
        scope.update(dict.fromkeys(targets(target), item_type(type_) if isinstance(type_, ListOf) else ANY))

    # Expressions.

    def type_of(self, node: nodes.Expr, scope: Scope) -> Type:
        match node:
            case nodes.Const():
                return constant_type(node.value)
            case nodes.TemplateData():
                return STRING
            case nodes.Name():
                return self._name(node, scope)
            case nodes.Getattr():
                owner = self.type_of(node.node, scope)
                offset = self._source.find(as_written(node.attr), node.offset)
                return self._attribute(owner, node.attr, spelled(node.node), offset)
            case nodes.Getitem():
                return self._item(node, scope)
            case nodes.Filter() | nodes.Test():
                return self._applied(node, scope)
            case nodes.Call():
                for argument in node.args:
                    self.needed(argument, self.type_of(argument, scope), INTEGER, "`range`")
                return ListOf(INTEGER)
            case nodes.List() | nodes.Tuple():
                parts = [self.type_of(part, scope) for part in node.items]
                return ListOf(union(*parts) if parts else ANY)
            case nodes.Dict():
                pairs = {str(constant(pair.key, "")): self.type_of(pair.value, scope) for pair in node.items}
                return Object("a mapping", pairs)
            case _:
                return self._operation(node, scope)

    def _operation(self, node: nodes.Expr, scope: Scope) -> Type:
        match node:
            case nodes.And() | nodes.Or():
                return self._connective(node, scope)
            case nodes.BinExpr():
                return self._arithmetic(node, scope)
            case nodes.Not():
                self.type_of(node.node, scope)
                return BOOLEAN
            case nodes.UnaryExpr():
                return self.needed(node.node, self.type_of(node.node, scope), NUMBER, f"`{node.operator}`")
            case nodes.Concat():
                for part in node.nodes:
                    self._written(part, self.type_of(part, scope))
                return STRING
            case nodes.Compare():
                return self._compare(node, scope)
            case nodes.CondExpr():
                self.type_of(node.test, scope)
                yes = self.type_of(node.expr1, refined(scope, findings(node.test, True)))
                if node.expr2 is None:
                    return union(yes, NONE)
                return union(yes, self.type_of(node.expr2, refined(scope, findings(node.test, False))))
            case _:
                raise AssertionError(f"`parse` let a {type(node).__name__} through")

    def _name(self, node: nodes.Name, scope: Scope) -> Type:
        if node.name in scope:
            return scope[node.name]
        self._fault(
            node.offset,
            node.name,
            "template-unknown-name",
            f"there is no `{node.name}` here",
            fix=suggestion(node.name, scope) or f"there are {listed(scope)}",
        )
        return ANY

    def _attribute(self, owner: Type, name: str, path: str, offset: int) -> Type:
        """Return the type of `path`.`name`; the fault's place is the name at `offset`."""
        if is_optional(owner):
            self._may_be_none(offset, as_written(name), path, f"asking it for `{as_written(name)}`")
        known = attributes_of(without_none(owner))
        if known is None:
            return ANY
        if isinstance(known, MapOf):
            return known.value
        if name in known.attributes:
            return known.attributes[name]
        is_of_pack = isinstance(name, Qualified)
        known, name = own_attributes(known, name), as_written(name)
        fix = suggestion(name, known.attributes)
        if is_of_pack and not known.attributes:
            self._fault(offset, name, "template-unknown-attribute", f"this pack has no `{path}`", fix=_OF_PACK)
            return ANY
        if not known.attributes and name in FILTERS:
            fix = f"write `{path} | {name}`"
        kind = describe(without_none(owner))
        headline = f"`{path}` has no `{name}`" if known.attributes else f"`{path}` is {kind} and has no `{name}`"
        self._fault(offset, name, "template-unknown-attribute", headline, fix=fix or inventory(known))
        return ANY

    def _item(self, node: nodes.Getitem, scope: Scope) -> Type:
        owner = self.type_of(node.node, scope)
        if isinstance(node.arg, nodes.Slice):
            bounds = [bound for bound in (node.arg.start, node.arg.stop, node.arg.step) if bound is not None]
            for bound in bounds:
                self.needed(bound, self.type_of(bound, scope), union(INTEGER, NONE), "a position")
            return self.needed(node.node, owner, union(ListOf(ANY), STRING), "cutting")
        key = constant(node.arg, None)
        if isinstance(key, str):
            return self._attribute(owner, key, spelled(node.node), self._source.find(key, node.arg.offset))
        key_type = self.type_of(node.arg, scope)
        owner = self.needed(node.node, owner, union(ListOf(ANY), MapOf(ANY), STRING), "`[…]`")
        wanted = STRING if isinstance(owner, Object | MapOf) else INTEGER if isinstance(owner, ListOf) else ANY
        self.needed(node.arg, key_type, wanted, "`[…]`")
        return type_by_unknown_key(owner)

    def _connective(self, node: nodes.And | nodes.Or, scope: Scope) -> Type:
        left = self.type_of(node.left, scope)
        is_and = isinstance(node, nodes.And)
        right = self.type_of(node.right, refined(scope, findings(node.left, is_and)))
        return union(left if is_and else without_none(left), right)

    def _arithmetic(self, node: nodes.BinExpr, scope: Scope) -> Type:
        left = self._not_none(node.left, self.type_of(node.left, scope), f"`{node.operator}`")
        right = self._not_none(node.right, self.type_of(node.right, scope), f"`{node.operator}`")
        result = ARITHMETIC_TYPES[node.operator](left, right)
        if result is not None:
            return result
        headline = f"`{node.operator}` doesn't go with {describe(left)} and {describe(right)}"
        fix = "write `~` to put texts together" if node.operator == "+" else ""
        self._fault(node.right.offset, _first_word(node.right), "template-type", headline, fix=fix)
        return ANY

    def _compare(self, node: nodes.Compare, scope: Scope) -> Type:
        left_node, left = node.expr, self.type_of(node.expr, scope)
        for operand in node.ops:
            right = self.type_of(operand.expr, scope)
            if operand.op not in ("eq", "ne", "in", "notin"):
                left = self._not_none(left_node, left, "putting in order")
            if operand.op not in ("eq", "ne"):
                right = self._not_none(operand.expr, right, "this comparison")
            problem = comparison_fault(operand.op, left, right)
            if problem is not None:
                headline, fix = problem
                fix = fix or _requoted(operand.expr, left)
                self._fault(operand.expr.offset, _first_word(operand.expr), "template-type", headline, fix=fix)
            left_node, left = operand.expr, right
        return BOOLEAN

    def _applied(self, node: nodes.Applied, scope: Scope) -> Type:
        assert node.node is not None, "`parse` lets no filter block through"
        try:
            signature = signature_of(node)
            arguments = bind(signature, node)
        except TemplateFault as refused:
            self.faults.extend(self._placed(fault, node) for fault in refused.faults)
            self.type_of(node.node, scope)
            return ANY
        value = self._operand(node.node, signature, scope)
        value = self.needed(node.node, value, signature.accepts, f"`{signature.name}`")
        return signature.returns(value, self._arguments(signature, arguments, value, scope))

    def _placed(self, fault: Fault, node: nodes.Applied) -> Fault:
        """Move a fault of a test from its `is`, which is all that Jinja notes, to its name."""
        if isinstance(node, nodes.Filter) or fault.offset != node.offset:
            return fault
        return replace(fault, offset=max(self._source.find(node.name, fault.offset), fault.offset))

    def _operand(self, node: nodes.Expr, signature: Signature, scope: Scope) -> Type:
        # `a.b is defined` and `a.b | default(…)` may ask for what lies behind a none: that is what they are for.
        # A name or attribute that can't ever be there stays a fault, since the answer would always be the same.
        count = len(self.faults)
        value = self.type_of(node, scope)
        if signature.takes_missing and path_of(node) is not None:
            self.faults[count:] = [fault for fault in self.faults[count:] if fault.slug != "template-may-be-none"]
        return value

    def _arguments(self, signature: Signature, arguments: Arguments, value: Type, scope: Scope) -> list[Type]:
        pairs = zip(signature.parameters, arguments, strict=True)
        return [self._argument(signature, parameter, node, value, scope) for parameter, node in pairs]

    def _argument(
        self, signature: Signature, parameter: Parameter, node: nodes.Expr | None, value: Type, scope: Scope
    ) -> Type:
        if node is None:
            return ANY
        if parameter.role is Role.ATTRIBUTE:
            return self._attribute_path(item_type(value), str(constant(node, "")), node.offset + 1)
        return self.needed(node, self.type_of(node, scope), parameter.type, f"`{parameter.name}` of `{signature.name}`")

    def _attribute_path(self, owner: Type, path: str, offset: int) -> Type:
        spelled_owner = "the item"
        for name in path.split("."):
            owner = self._attribute(owner, name, spelled_owner, offset)
            spelled_owner, offset = name, offset + len(name) + 1
        return owner

    # Faults.

    def needed(self, node: nodes.Node, actual: Type, expected: Type, user: str) -> Type:
        """Return the type with which to go on where `user` needs `expected`."""
        if not may_be(NONE, expected):
            actual = self._not_none(node, actual, user)
        if may_be(actual, expected):
            return actual
        headline = f"{user} needs {describe(expected)}, and `{spelled(node)}` is {describe(actual)}"
        self._fault(node.offset, _first_word(node), "template-type", headline)
        return ANY

    def _not_none(self, node: nodes.Node, actual: Type, user: str) -> Type:
        if is_optional(actual):
            self._may_be_none(node.offset, _first_word(node), spelled(node), user)
        return without_none(actual)

    def _may_be_none(self, offset: int, word: str, path: str, user: str) -> None:
        headline = f"`{path}` may be none, and {user} would fail then"
        fix = f"ask for it first, `{{% if {path} %}}`, or give `{path} | default(…)`"
        self._fault(offset, word, "template-may-be-none", headline, fix=fix)

    def _written(self, node: nodes.Expr, actual: Type) -> None:
        if may_be(actual, _WRITABLE):
            return
        fix = f"write `{spelled(node)} | join(', ')`"
        if isinstance(actual, Object):
            names = [name for name in ("mention", "name", "content", "value") if name in actual.attributes]
            fix = f"write `{spelled(node)}.{names[0]}`" if names else inventory(actual)
        headline = f"`{spelled(node)}` is {describe(actual)}, and that can't be written as text"
        self._fault(node.offset, _first_word(node), "template-type", headline, fix=fix)

    def _fault(self, offset: int, word: str, slug: str, headline: str, *, fix: str = "") -> None:
        self.faults.append(Fault(max(offset, 0), max(len(word), 1), slug, headline, "", fix))


def constant_type(value: object) -> Type:
    """Return the type of a value that stands in a template itself."""
    match value:
        case None:
            return NONE
        case bool():
            return BOOLEAN
        case int():
            return INTEGER
        case float():
            return NUMBER
        case _:
            return STRING


def _requoted(node: nodes.Expr, other: Type) -> str:
    """Return how to write a constant so that it can be compared with a value of type `other`, if quotes are all."""
    value = constant(node, None)
    if isinstance(value, str) and may_be(other, NUMBER) and value.strip("-").replace(".", "", 1).isdecimal():
        return f"write `{value}`, without quotes"
    if isinstance(value, int | float) and not isinstance(value, bool) and may_be(other, STRING):
        return f'write `"{value}"`, in quotes'
    return ""


def _first_word(node: nodes.Node) -> str:
    """Return something as long as the part of a node's text that its offset points at."""
    match node:
        case nodes.Name():
            return node.name
        case nodes.Filter() | nodes.Test():
            return node.name
        case nodes.Const() if isinstance(node.value, str):
            return f'"{node.value}"'
        case nodes.Const():
            return str(node.value)
        case _:
            return ""
