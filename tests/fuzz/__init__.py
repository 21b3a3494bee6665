"""Attacks on `validate`: whatever the bytes, it gives diagnostics, in bounded time, and never a traceback.

`python -m tests.fuzz --minutes 60` searches; what it finds is a file that `python -m tests.fuzz FILE` judges again.
"""
