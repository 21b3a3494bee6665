"""Everything that outlives the process: state, records, flows, timers, and what the runner must remember of itself.

SQLite by default, PostgreSQL with the same statements. What may happen together happens in one *unit*: an ordinary
function that takes a `Transaction` and is run as a whole or not at all, off the event loop's thread:

    def save(tx: Transaction) -> Flow:
        saved = Flows(tx).save(flow)
        Timers(tx).put(deadline)
        return saved

    saved = await database.write(save)

A unit can't wait for anything but the database, so a transaction is short by construction; units of many callers
share one commit. Nothing here knows the engine. SQLAlchemy takes more than 100 ms to import, so import this package
only where a config needs it.
"""
