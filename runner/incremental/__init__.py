"""A bot of which little has changed, built anew in little time.

What takes its time in a large file are its many commands and components, which hardly touch each other. So where only
some of them say something else than before (`change`), a file is built in which all others are blank, once as it was
and once as it is now, by the same function that builds a whole one (`rebuilder`). If the two differ in nothing but what
has changed, then so do the whole ones, and it is put into the program that was there (`graft`). In all other cases the
whole is built.
"""

from runner.incremental.rebuilder import Rebuilder

__all__ = ["Rebuilder"]
