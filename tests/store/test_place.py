"""What `store:` may say, and that no password is ever shown."""

from pathlib import Path

import pytest

from runner.store.place import BadAddress, PostgresqlPlace, SqlitePlace, parse

HERE = Path("/srv/bot")


@pytest.mark.parametrize(
    ("address", "expected"),
    [
        ("memory", SqlitePlace(None)),
        ("sqlite:state.db", SqlitePlace(HERE / "state.db")),
        ("sqlite:.lifecycle/state.db", SqlitePlace(HERE / ".lifecycle/state.db")),
        ("sqlite:/var/lib/bot.db", SqlitePlace(Path("/var/lib/bot.db"))),
        ("sqlite:a.db?max_mb=10", SqlitePlace(HERE / "a.db", 10_000_000)),
        ("postgresql://bot:secret@db/bots", PostgresqlPlace("postgresql://bot:secret@db/bots")),
        ("postgres://db:6000/bots", PostgresqlPlace("postgres://db:6000/bots")),
    ],
)
def test_an_address_names_a_place(address: str, expected: object) -> None:
    assert parse(address, HERE) == expected


@pytest.mark.parametrize(
    "address",
    [
        "",
        "state.db",
        "sqlite",
        "sqlite:",
        "sqlite://state.db",
        "sqlite:a.db?mode=ro",
        "sqlite:a.db?max_mb=0",
        "sqlite:a.db?max_mb=1&max_mb=2",
        "sqlite:a.db?max_mb=-1",
        "mysql://db/bots",
        "postgresql://db",
        "postgresql:///bots",
        "postgresql://db:port/bots",
        "postgresql://[db/bots",
        "Memory",
    ],
)
def test_what_is_no_address_is_refused(address: str) -> None:
    with pytest.raises(BadAddress):
        parse(address, HERE)


@pytest.mark.parametrize(
    ("address", "shown"),
    [
        ("postgresql://bot:secret@db/bots?sslmode=require&password=secret", "postgresql://db:5432/bots"),
        ("postgresql://bot:se%40cret@[::1]:6000/bots", "postgresql://[::1]:6000/bots"),
    ],
)
def test_a_place_is_shown_without_its_password(address: str, shown: str) -> None:
    place = parse(address, HERE)
    assert str(place) == shown
    assert "cret" not in repr(place)
