"""The reference of the language, made from the code that reads it: on the terminal, and as pages of Markdown."""

from runner.reference.steps import listing, rendered, summary_of, takes

__all__ = ["listing", "rendered", "summary_of", "takes"]
