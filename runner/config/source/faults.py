"""What this format refuses although YAML allows it."""

from runner.config.source.nodes import Source
from runner.diagnostics import Diagnostic, Edit, Mark, Span

_ALIAS_WHY = "`*` at the start of a value refers to a node that was named with `&`"


SPACE_LOOKALIKES = "\xa0\u2000-\u200b\u202f\u3000"
"""Characters that only look like a space, as a class of a regular expression has them."""

# What a message quotes of the file; somebody who sees this much knows which text is meant.
_QUOTED_LENGTH = 100


def shortened(text: str) -> str:
    """Return the text as a message can show it: a file may have a single line of megabytes."""
    return text if len(text) <= _QUOTED_LENGTH else text[: _QUOTED_LENGTH - 1] + "…"


def quoted(text: str) -> str:
    """Return the text, shortened for a message, in quotes that need no thought."""
    return in_plain_quotes(shortened(text))


def in_plain_quotes(text: str) -> str:
    """Return the text in double quotes, in single ones if it has double quotes or backslashes."""
    if '"' in text or "\\" in text:
        return "'" + text.replace("'", "''") + "'"
    return f'"{text}"'


def too_deep(source: Source, start: int, limit: int) -> Diagnostic:
    """Return the fault of lists and mappings inside each other beyond the limit."""
    return Diagnostic(
        slug="too-deep",
        span=source.span(start, start + 1),
        headline=f"lists and mappings are nested more than {limit} deep here",
        why="the depth is bounded so that no file can exhaust the program that reads it",
        fix="join conditions with `and`, or end a branch with `stop` instead of nesting the rest",
    )


def too_many_nodes(source: Source, start: int, limit: int) -> Diagnostic:
    """Return the fault of more values than the limit, aliases counted as what they stand for."""
    return Diagnostic(
        slug="too-many-nodes",
        span=source.span(start, start + 1),
        headline=f"this file has more than {limit} values",
        why="an alias counts as everything it stands for; the number is bounded so that no file can exhaust memory",
        fix="write out what the aliases stand for where it is needed, and leave the rest out",
    )


def too_many_faults(span: Span, limit: int) -> Diagnostic:
    """Return the fault of more faults than the limit; `span` is where the next one stands."""
    return Diagnostic(
        slug="too-many-faults",
        span=span,
        headline=f"this file has more than {limit} faults, and the rest of it was not read",
        why="the number is bounded so that no file can exhaust the program that reads it",
        fix="repair the first ones, or name the file that holds your bot",
    )


def too_many_aliases(source: Source, start: int, limit: int) -> Diagnostic:
    """Return the fault of more aliases than the limit."""
    return Diagnostic(
        slug="too-many-aliases",
        span=source.span(start, start + 1),
        headline=f"this file has more than {limit} aliases (`*name`)",
        why="the number of aliases is bounded so that no file can exhaust memory",
        fix="write out what the aliases stand for where it is needed",
    )


def alias_of_itself(source: Source, start: int, end: int) -> Diagnostic:
    """Return the fault of an alias inside the node that it stands for."""
    return Diagnostic(
        slug="alias-of-itself",
        span=source.span(start, end),
        headline=f"`{shortened(source.text[start:end])}` stands inside what it refers to, so it would never end",
        why=_ALIAS_WHY,
        fix=f"remove it, or quote it if it is text: {quoted(source.text[start:end])}",
    )


def unknown_alias(source: Source, start: int, end: int) -> Diagnostic:
    """Return the fault of an alias that refers to nothing above it."""
    name = shortened(source.text[start + 1 : end])
    return Diagnostic(
        slug="unknown-alias",
        span=source.span(start, end),
        headline=f"`*{name}` refers to nothing: there is no `&{name}` above it",
        why=_ALIAS_WHY,
        fix=f"if it is text, quote it: {quoted(source.text[start:end])}",
    )


def merge_key(span: Span) -> Diagnostic:
    """Return the fault of a `<<` key."""
    return Diagnostic(
        slug="merge-key",
        span=span,
        headline="`<<` does not merge mappings here",
        why="merge keys are no part of YAML 1.2, and editors and programs disagree on what they do",
        fix="write the keys out; what all handlers share goes under `defaults:`",
    )


def duplicate_key(name: str, second: Span, first: Span, edits: tuple[Edit, ...] = ()) -> Diagnostic:
    """Return the fault of a key that its mapping has already."""
    return Diagnostic(
        slug="duplicate-key",
        span=second,
        headline=f"`{shortened(name)}` is here twice",
        why="the keys of a mapping are unique (YAML 1.2.2, 3.2.1.3); one of the two values would be lost",
        fix="remove one of them, or give it another name",
        marks=(Mark(first, "the first one"),),
        edits=edits,
    )


def removal(source: Source, start: int, end: int) -> tuple[Edit, ...]:
    """Return the edit that removes an entry with its lines; none where something else stands on them."""
    line, line_end = source.line_start(start), source.line_end(end)
    if source.text[line:start].strip() or source.text[end:line_end].strip():
        return ()
    return (Edit(source.span(line, source.next_line(line_end)), ""),)


def odd_key(span: Span) -> Diagnostic:
    """Return the fault of a list or a mapping in the place of a key."""
    return Diagnostic(
        slug="odd-key",
        span=span,
        headline="a key must be text, and this is a list or a mapping",
        why="`{`, `[` and `?` at the start of a key have a meaning of their own in YAML",
        fix="quote the key if it is text",
    )


def unquoted_template(source: Source, start: int, end: int) -> Diagnostic:
    """Return the fault of a value that begins with `{{` or `{%` and has no quotes."""
    return Diagnostic(
        slug="unquoted-template",
        span=source.span(start, end),
        headline="a value that begins with a template needs quotes",
        why="without quotes YAML reads `{` as the start of a mapping",
        fix=f"quote it: {quoted(source.text[start:end])}",
        edits=_quoting(source, start, end),
    )


def _quoting(source: Source, start: int, end: int) -> tuple[Edit, ...]:
    """Return the edit that quotes a text, unless nobody can say where it ends."""
    text = source.text[start:end]
    if " #" in text or "\n" in text or "\r" in text:
        return ()
    return (Edit(source.span(start, end), in_plain_quotes(text)),)


def lookalike_of_space(source: Source, start: int) -> Diagnostic:
    """Return the fault of a line that is indented with a character that only looks like a space."""
    return Diagnostic(
        slug="yaml-syntax",
        span=source.span(start, start + 1),
        headline=f"this line is indented with U+{ord(source.text[start]):04X}, which only looks like a space",
        why="YAML indents with spaces only (YAML 1.2.2, 6.1); web pages and chats put such characters into copied text",
        fix="replace it by a space",
        edits=(Edit(source.span(start, start + 1), " "),),
    )


def second_document(source: Source, start: int) -> Diagnostic:
    """Return the fault of a second document in the file."""
    return Diagnostic(
        slug="second-document",
        span=source.span(start, start + 3),
        headline="a second document begins here, and a file has one",
        why="`---` on a line of its own ends a YAML document and begins another",
        fix="remove this line, or move what follows into a file of its own",
    )


def tag(source: Source, start: int, end: int) -> Diagnostic:
    """Return the fault of a `!tag`; `start` and `end` enclose it and the value behind it."""
    written = source.text[start:end]
    name = next((word for word in written.split() if word.startswith("!")), written)
    offset = start + max(written.find(name), 0)
    return Diagnostic(
        slug="yaml-tag",
        span=source.span(offset, offset + len(name)),
        headline=f"`{shortened(name)}` is a YAML tag, and there are none here",
        why="`!` at the start of a value names a type of YAML; a type could run code while the file is read",
        fix=_tag_fix(name, written),
    )


def _tag_fix(name: str, written: str) -> str:
    if name.startswith(("!secret", "!env")):
        return "write `${NAME}`: it is read from the environment"
    if name.startswith("!include"):
        return "write what that file says here: a config is one file"
    if name.startswith("!!") or "\n" in written:
        return f"remove `{shortened(name)}`"
    return f"if it is text, quote it: {quoted(written)}"
