"""A file's bytes to text that a YAML parser can take."""

from runner.config.source.nodes import Source
from runner.diagnostics import Diagnostic, Span
from runner.regex import regex

# A thousand commands are about 2 MB.
MAX_BYTES = 5 * 1024 * 1024

_BOM = "\ufeff"
_UTF_16_BOMS = (b"\xff\xfe", b"\xfe\xff")
# What YAML lets stand in a stream, turned around (YAML 1.1, 5.1).
_FORBIDDEN = regex("[^\t\n\r\x20-\x7e\x85\xa0-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def decode(content: str | bytes, file: str) -> Source | Diagnostic:
    """Return the text of a file, without its byte order mark, or the reason why it is none."""
    size = len(content) if isinstance(content, bytes) else len(content.encode(errors="surrogatepass"))
    if size > MAX_BYTES:
        return _too_large(size, file)
    text = _text(content, file)
    if isinstance(text, Diagnostic):
        return text
    source = Source(file, text.lstrip(_BOM))
    return _forbidden_character(source) or source


def _text(content: str | bytes, file: str) -> str | Diagnostic:
    if isinstance(content, str):
        return content
    try:
        return content.decode()
    except UnicodeDecodeError as error:
        return _not_utf8(content, error.start, file)


def _too_large(size: int, file: str) -> Diagnostic:
    return Diagnostic(
        slug="too-large",
        span=Span(file, 1, 1, 1, 1),
        headline=f"this file has {size / 1024 / 1024:.1f} MiB, and the limit is {MAX_BYTES // 1024 // 1024} MiB",
        why="the size is bounded so that no file can exhaust the program that reads it",
        fix="name the file that holds your bot; one is rarely larger than 100 KiB",
    )


def _not_utf8(content: bytes, start: int, file: str) -> Diagnostic:
    before = Source(file, content[:start].decode().lstrip(_BOM))
    is_utf_16 = content.startswith(_UTF_16_BOMS)
    return Diagnostic(
        slug="not-utf8",
        span=before.span(len(before.text), len(before.text) + 1),
        headline="this file is UTF-16" if is_utf_16 else f"the byte 0x{content[start]:02X} here is not UTF-8",
        why="configs are read as UTF-8, whatever the machine's language is",
        fix="save the file as UTF-8 in your editor",
    )


def _forbidden_character(source: Source) -> Diagnostic | None:
    found = _FORBIDDEN.search(source.text)
    if found is None:
        return None
    code = ord(found[0])
    return Diagnostic(
        slug="control-character",
        span=source.span(found.start(), found.end()),
        headline=f"there is a control character here (U+{code:04X})" if code else "this is no text file",
        why="YAML takes text without control characters (YAML 1.2.2, 5.1)",
        fix=f'remove it; inside double quotes it can be written as `"\\u{code:04X}"`' if code else "name a YAML file",
    )
