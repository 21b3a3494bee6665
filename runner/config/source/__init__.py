"""YAML text to located nodes: `parse` reads a file, nodes know their place, `span_within` finds a character's."""

from runner.config.source.nodes import Entry, Mapping, Node, Scalar, Sequence, Source, Style, at, plain
from runner.config.source.offsets import span_within
from runner.config.source.parse import Parsed, parse

__all__ = [
    "Entry",
    "Mapping",
    "Node",
    "Parsed",
    "Scalar",
    "Sequence",
    "Source",
    "Style",
    "at",
    "parse",
    "plain",
    "span_within",
]
