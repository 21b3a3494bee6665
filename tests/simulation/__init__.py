"""A deterministic simulator that attacks the engine: an in-memory Discord, a network that fails, and rules that judge.

`python -m tests.simulation --seed 7 --interactions 100000` runs it; the same seed gives the same run, call for call.
The real `Engine` runs whole bots on a loop without sockets. `discord` enforces Discord's rules, `wire` loses and delays
what travels, `episode` lets processes die, drain, swap and lose their clocks, and `rules` says afterwards whether any
user was let down, and excuses only what no program could have prevented.
"""
