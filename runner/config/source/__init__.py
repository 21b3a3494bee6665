"""YAML text to located nodes: `parse` reads a file, nodes know their place, `span_within` finds a character's."""

from runner.config.source.compose import MAX_NODES, Size
from runner.config.source.decode import MAX_BYTES, decode
from runner.config.source.nodes import Entry, Mapping, Node, Scalar, Sequence, Source, Style, at, plain
from runner.config.source.offsets import span_within
from runner.config.source.parse import AnyParsed, Parsed, parse, parse_any

__all__ = [
    "MAX_BYTES",
    "MAX_NODES",
    "AnyParsed",
    "Entry",
    "Mapping",
    "Node",
    "Parsed",
    "Scalar",
    "Sequence",
    "Size",
    "Source",
    "Style",
    "at",
    "decode",
    "parse",
    "parse_any",
    "plain",
    "span_within",
]
