"""Runs that wait: put away in the store, taken up by a click, a form, an event or the time, and brought to an end.

A run is saved before anything that follows from it is said, so nothing is shown that nobody could take up. Whoever acts
on an answer claims the run by its revision before the first word or effect: of two clicks at once one wins, and the
other one's user is told. A claim has a timer, so a process that dies in the middle leaves a run that is brought to its
end later: what was done by then is in the books.

This package is imported only where a run waits: the store brings SQLAlchemy along.
"""
