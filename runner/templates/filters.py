"""The filters of templates, each with its signature; whatever isn't here doesn't exist for a template."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from runner.templates.filters_data import DATA_FILTERS
from runner.templates.filters_match import MATCH_FILTERS
from runner.templates.filters_text import TEXT_FILTERS
from runner.templates.filters_time import TIME_FILTERS
from runner.templates.signature import Signature, named

FILTERS: Final[Mapping[str, Signature]] = MappingProxyType(
    named(*DATA_FILTERS, *TEXT_FILTERS, *TIME_FILTERS, *MATCH_FILTERS)
)
"""The filters by name."""
