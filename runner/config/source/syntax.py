"""What a parser's syntax error means to somebody who writes a bot.

The parser says what it expected; this looks at the text around the place and says what was probably meant. Each rule
knows one common mistake. The first rule that recognises it wins, so rules that are sure stand before those that guess.
"""

import re
from collections.abc import Callable, Iterator

import yaml

from runner.config.source.faults import (
    SPACE_LOOKALIKES,
    lookalike_of_space,
    quoted,
    second_document,
    shortened,
    unquoted_template,
)
from runner.config.source.nodes import Scalar, Source, Style
from runner.data import dataclass
from runner.diagnostics import Diagnostic, Edit, Mark
from runner.regex import regex

# The parsers' words for what several rules look for. libyaml's parser and PyYAML's own agree on these.
_MISPLACED_COLON = "mapping values are not allowed"
_NO_COLON = "could not find expected ':'"

_SLUG = "yaml-syntax"

_INDENT = regex(r"[ \t]*")
_TABS = regex(r"^\t[ \t]*", re.MULTILINE)
_SPACE_LOOKALIKE = regex(f"[ \\t-]*([{SPACE_LOOKALIKES}])")
# The value of a line: what follows its dashes and its key.
_VALUE = regex(
    r"""[ ]*(?:-[ ]+)*
    (?:(?:[^\s'"{\[&*!|>%@`#-][^:]*|'[^']*'|"[^"]*"):[ ]+)?
    (?P<value>\S.*?)[ ]*$""",
    re.VERBOSE,
)
_TEMPLATE_VALUE = regex(r"(?:^|[:-][ ]+|[\[{,][ ]*)(?P<value>\{[{%#].*)")
_KEY_WITHOUT_SPACE = regex(r"(?P<key>[\w-]+):(?P<value>[^\s:/].*)")
# Characters with a meaning of their own at the start of a value, and that meaning.
_STARTERS = {
    "@": "`@` is reserved by YAML",
    "`": "a backtick is reserved by YAML",
    "%": "`%` begins a directive of YAML",
    "*": "`*` refers to a node that was named with `&`",
    "&": "`&` names a node, for `*` to refer to",
    "!": "`!` names a type of YAML",
    "|": "`|` begins a block of text, which stands on the lines below it",
    ">": "`>` begins a block of text, which stands on the lines below it",
    ",": "`,` separates the items of `[…]` and `{…}`",
    "]": "`]` ends a list that was begun with `[`",
    "}": "`}` ends a mapping that was begun with `{`",
    "?": "`?` begins a long key",
}


@dataclass(frozen=True, slots=True)
class _Site:
    """Where the parser gave up: at `offset`, while it read what began at `began`; `last` is the value before that."""

    source: Source
    offset: int
    began: int
    problem: str
    context: str
    last: Scalar | None

    def line(self, offset: int) -> tuple[int, str]:
        """Return the line that holds an offset, and where it starts."""
        start = self.source.line_start(offset)
        return start, self.source.text[start : self.source.line_end(offset)]

    def fault(
        self, start: int, end: int, headline: str, why: str, fix: str, *marks: Mark, edits: tuple[Edit, ...] = ()
    ) -> Diagnostic:
        span = self.source.span(start, end)
        return Diagnostic(slug=_SLUG, span=span, headline=headline, why=why, fix=fix, marks=marks, edits=edits)

    def edit(self, start: int, end: int, text: str) -> Edit:
        return Edit(self.source.span(start, end), text)


def syntax_fault(error: yaml.MarkedYAMLError, source: Source, last: Scalar | None) -> Diagnostic:
    """Return what is wrong where the parser gave up; `last` is the last value that it had read."""
    assert error.problem_mark is not None, "the parser says where it gave up"
    offset = error.problem_mark.index
    began = error.context_mark.index if error.context_mark else offset
    site = _Site(source, offset, began, error.problem or "", error.context or "", last)
    return next(fault for rule in _RULES if (fault := rule(site)) is not None)


def _tab(site: _Site) -> Diagnostic | None:
    start, line = site.line(site.offset)
    indent = _INDENT.match(line)
    if indent is None or "\t" not in indent[0]:
        return None
    return site.fault(
        start + indent[0].index("\t"),
        start + indent.end(),
        "this line is indented with a tab",
        "YAML indents with spaces only (YAML 1.2.2, 6.1)",
        "replace each tab by two spaces",
        edits=tuple(_untabbed(site)),
    )


def _untabbed(site: _Site) -> Iterator[Edit]:
    """Yield the edits for all lines that begin with a tab: where one does, the whole file is written so."""
    for found in _TABS.finditer(site.source.text):
        yield site.edit(found.start(), found.end(), found[0].replace("\t", "  "))
    start, line = site.line(site.offset)
    if not line.startswith("\t"):
        indent = _INDENT.match(line)
        assert indent is not None, "it has a tab in it"
        yield site.edit(start, start + indent.end(), indent[0].replace("\t", "  "))


def _lookalike_of_space(site: _Site) -> Diagnostic | None:
    start, line = site.line(site.offset)
    found = _SPACE_LOOKALIKE.match(line)
    if found is None:
        return None
    return lookalike_of_space(site.source, start + found.start(1))


def _escape(site: _Site) -> Diagnostic | None:
    # libyaml spells the numbers of its escapes "hexdecimal".
    if not any(word in site.problem for word in ("escape", "hexdecimal", "hexadecimal")):
        return None
    if "quoted scalar" not in site.context:  # a tag has escapes too
        return None
    start = site.source.text.rfind("\\", 0, site.offset + 1)
    written = site.source.text[start : start + 2]
    return site.fault(
        start,
        start + 2,
        f"`{written}` means nothing inside double quotes",
        "inside double quotes a backslash begins an escape, such as `\\n`",
        f"write `\\{written}`, or use single quotes",
    )


def _unclosed_quote(site: _Site) -> Diagnostic | None:
    quote = site.source.text[site.began : site.began + 1]
    if "quoted scalar" not in site.context or quote not in ("'", '"'):
        return None
    return site.fault(
        site.began,
        site.began + 1,
        f"this quote is never closed: there is no second `{quote}`",
        "quoted text goes on over the ends of lines until its quote comes again",
        f"write `{quote}` where the text ends",
    )


def _after_quotes(site: _Site) -> Diagnostic | None:
    last, text = site.last, site.source.text
    if last is None or last.style not in (Style.SINGLE_QUOTED, Style.DOUBLE_QUOTED):
        return None
    if site.offset < last.end or text[last.end : site.offset].strip(" "):
        return None
    quote = last.style.value
    end = site.source.line_end(site.offset)
    return site.fault(
        site.offset,
        end,
        "text goes on after its closing quote",
        f"`{quote}` ends the text, and nothing but a comment may follow",
        f"inside the text write {_doubled(quote)} for `{quote}`, or put the whole value on lines below `|`",
        Mark(site.source.span(last.start, last.start + 1), "the quotes open here"),
    )


def _doubled(quote: str) -> str:
    return "`''`" if quote == "'" else '`\\"`'


def _template(site: _Site) -> Diagnostic | None:
    start, line = site.line(site.offset)
    found = _TEMPLATE_VALUE.search(line)
    if found is None:
        return None
    value = found["value"].rstrip()
    is_in_flow = any(bracket in line[: found.start("value")] for bracket in "[{")
    if is_in_flow and "}}" in value:
        value = value[: value.rindex("}}") + 2]
    start += found.start("value")
    return unquoted_template(site.source, start, start + len(value))


def _special_start(site: _Site) -> Diagnostic | None:
    start, value = _value_at(site)
    why = _STARTERS.get(value[:1])
    if why is None:
        return None
    return site.fault(
        start,
        start + 1,
        f"a value can't begin with {_named(value[0])}",
        why,
        f"if it is text, quote it: {quoted(value)}",
    )


def _named(char: str) -> str:
    return "a backtick" if char == "`" else f"`{char}`"


def _value_at(site: _Site) -> tuple[int, str]:
    """Return the value that the parser failed in, and where it starts: on its line, or inside `[…]` or `{…}`."""
    start, line = site.line(site.offset)
    found = _VALUE.match(line)
    if found is None:
        return site.offset, ""
    if found["value"][0] not in "[{":
        return start + found.start("value"), found["value"]
    offset = max(site.began, start) if site.context.endswith(("alias", "anchor", "tag")) else site.offset
    return offset, re.split(r"[,\]}]", line[offset - start :])[0].rstrip()


def _list_on_the_line_of_its_key(site: _Site) -> Diagnostic | None:
    if "sequence entries are not allowed" not in site.problem:
        return None
    return site.fault(
        site.offset,
        site.offset + 1,
        "a list can't begin on the line of its key",
        "`- ` begins an item of a list, and each item has a line of its own",
        "put the items on the lines below, or write the list as `[first, second]`; quote it if it is text",
    )


def _missing_space(site: _Site) -> Diagnostic | None:
    """Recognise `description:Hi`, which is text, and which only the line after it shows to be wrong."""
    last = site.last
    if _MISPLACED_COLON not in site.problem and _NO_COLON not in site.problem:
        return None
    for start in (site.began, last.start if last else site.offset):
        line_start, line = site.line(start)
        indent = len(line) - len(line.lstrip(" -"))
        found = _KEY_WITHOUT_SPACE.match(line, indent)
        if found is not None and line_start + indent <= site.offset:
            colon = line_start + found.end("key")
            return site.fault(
                colon,
                colon + 1,
                "there is no space after this colon",
                "`key:value` without a space is text, and no key with a value",
                f"write `{found['key']}: {shortened(found['value'])}`",
                edits=(site.edit(colon + 1, colon + 1, " "),),
            )
    return None


def _colon_in_text(site: _Site) -> Diagnostic | None:
    last = site.last
    if _MISPLACED_COLON not in site.problem or last is None:
        return None
    if site.source.span(last.start, last.end).line != site.source.span(site.offset, site.offset).line:
        return _deeper_than_its_neighbour(site, last)
    value = site.source.text[last.start : site.source.line_end(last.start)].rstrip()
    return site.fault(
        site.offset,
        site.offset + 1,
        "this value has a colon followed by a space, and no quotes",
        "`: ` separates a key from its value; a line has one key",
        f"quote the value: {quoted(value)}",
    )


def _deeper_than_its_neighbour(site: _Site, last: Scalar) -> Diagnostic:
    start, line = site.line(site.offset)
    indent = len(line) - len(line.lstrip(" "))
    return site.fault(
        start + indent,
        site.offset,
        "this key is indented deeper than the one above it, which has a value already",
        "a line that is indented deeper continues the value above it",
        "indent it like the keys that it belongs to, or remove the value above",
        Mark(last.source.span(last.start, last.source.line_end(last.start)), "this value goes on below"),
    )


def _unclosed_bracket(site: _Site) -> Diagnostic | None:
    text = site.source.text
    closing = {"[": "]", "{": "}"}.get(text[site.began : site.began + 1])
    if "flow" not in site.context or closing is None:
        return None
    offset = min(site.offset, len(text.rstrip()))
    return site.fault(
        site.began,
        site.began + 1,
        f"this `{text[site.began]}` is not closed, or a comma is missing behind it",
        f"items are separated by `,` and end with `{closing}`",
        f"write `,` or `{closing}` before the place that is marked, or quote the item if it is text",
        Mark(site.source.span(offset, offset + 1), f"`,` or `{closing}` was expected here"),
    )


def _no_colon(site: _Site) -> Diagnostic | None:
    if _NO_COLON not in site.problem:
        return None
    start, line = site.line(site.began)
    word = shortened(line.strip())
    return site.fault(
        site.began,
        start + len(line.rstrip()),
        "this line is neither a key with a value nor an item of a list",
        "between keys each line is `key: value`, `- item` or a comment",
        f"write `{word}: …` if it is a key; indent it deeper than the line above if it continues that line's text",
    )


def _document_end(site: _Site) -> Diagnostic | None:
    if "document start" not in site.problem:
        return None
    return second_document(site.source, site.offset)


def _end_of_file(site: _Site) -> Diagnostic | None:
    end = len(site.source.text.rstrip())
    if site.offset < end:
        return None
    return site.fault(
        max(end - 1, 0),
        end,
        "the file ends in the middle of a value",
        "a list or a mapping is open until its `]` or `}`",
        "close it, or quote the value if it is text",
    )


def _indentation(site: _Site) -> Diagnostic | None:
    if "block mapping" not in site.context and "block collection" not in site.context:
        return None
    start, line = site.line(site.offset)
    indent = len(line) - len(line.lstrip(" "))
    if start + indent != site.offset:
        return None
    above = "keys" if "mapping" in site.context else "list items"
    return site.fault(
        site.offset,
        start + len(line.rstrip()),
        "this line does not fit the lines above it",
        _why_it_does_not_fit(above, site.source.span(site.began, site.began).column, indent + 1),
        "indent it exactly like the lines that it belongs to",
        Mark(site.source.span(site.began, site.source.line_end(site.began)), f"the {above} begin here"),
    )


def _why_it_does_not_fit(above: str, column_above: int, column: int) -> str:
    if column == column_above:
        return "list items and keys can't stand side by side"
    return f"the {above} above begin in column {column_above}, and this line in column {column}"


def _left_over(site: _Site) -> Diagnostic | None:
    if "block mapping" not in site.context and "block collection" not in site.context:
        return None
    return site.fault(
        site.offset,
        site.source.line_end(site.offset),
        "this does not belong here: the value before it is complete",
        "a line has one value",
        "remove it, or quote the whole value if it is text",
    )


def _other(site: _Site) -> Diagnostic | None:
    return site.fault(
        site.offset,
        site.offset + 1,
        f"this is not YAML: {site.problem}",
        f"the parser stopped {site.context}" if site.context else "",
        "if it is text, quote it",
    )


_RULES: tuple[Callable[[_Site], Diagnostic | None], ...] = (
    _tab,
    _lookalike_of_space,
    _escape,
    _unclosed_quote,
    _after_quotes,
    _template,
    _special_start,
    _list_on_the_line_of_its_key,
    _missing_space,
    _colon_in_text,
    _unclosed_bracket,
    _no_colon,
    _document_end,
    _end_of_file,
    _indentation,
    _left_over,
    _other,
)
