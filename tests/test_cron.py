"""When cron expressions come, in zones whose clocks are set, and which texts say no time."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from runner.cron import BadSchedule, instant_of, next_of_interval, parse_cron, zone_named

BERLIN, SYDNEY, LORD_HOWE = (ZoneInfo(name) for name in ("Europe/Berlin", "Australia/Sydney", "Australia/Lord_Howe"))


def following(cron: str, after: str, zone: ZoneInfo, count: int) -> list[str]:
    """Return the next times after a local one, with their offsets."""
    at, found = datetime.fromisoformat(after).replace(tzinfo=zone).timestamp(), list[str]()
    for _ in range(count):
        following_at = parse_cron(cron).next_after(at, zone)
        assert following_at is not None
        assert following_at > at
        at = following_at
        found.append(datetime.fromtimestamp(at, zone).strftime("%Y-%m-%d %H:%M %z"))
    return found


@pytest.mark.parametrize(
    ("cron", "after", "expected"),
    [
        ("* * * * *", "2026-01-01 00:00", ["2026-01-01 00:01", "2026-01-01 00:02"]),
        ("0 9 * * 1-5", "2026-01-02 09:00", ["2026-01-05 09:00", "2026-01-06 09:00"]),
        ("0 9 * * mon-fri", "2026-01-01 08:59", ["2026-01-01 09:00", "2026-01-02 09:00"]),
        ("*/20 8-9 * * *", "2026-01-01 08:30", ["2026-01-01 08:40", "2026-01-01 09:00", "2026-01-01 09:20"]),
        ("5/25 * * * *", "2026-01-01 00:00", ["2026-01-01 00:05", "2026-01-01 00:30", "2026-01-01 00:55"]),
        ("0 0 1,15 * *", "2026-01-01 00:00", ["2026-01-15 00:00", "2026-02-01 00:00"]),
        ("0 0 13 * 5", "2026-02-06 00:00", ["2026-02-13 00:00", "2026-02-20 00:00"]),
        ("0 0 31 * *", "2026-01-31 00:00", ["2026-03-31 00:00", "2026-05-31 00:00"]),
        ("0 0 29 2 *", "2026-01-01 00:00", ["2028-02-29 00:00", "2032-02-29 00:00"]),
        ("0 12 * feb,Nov sun", "2026-01-01 00:00", ["2026-02-01 12:00", "2026-02-08 12:00"]),
        ("0 12 * * 0", "2026-01-01 00:00", ["2026-01-04 12:00"]),
        ("0 12 * * 7", "2026-01-01 00:00", ["2026-01-04 12:00"]),
        ("0 12 * * 6-7", "2026-01-01 00:00", ["2026-01-03 12:00", "2026-01-04 12:00"]),
        ("0 12 * * */2", "2026-01-01 00:00", ["2026-01-01 12:00", "2026-01-03 12:00", "2026-01-04 12:00"]),
        ("@daily", "2026-01-01 00:00", ["2026-01-02 00:00"]),
        ("@Weekly", "2026-01-01 00:00", ["2026-01-04 00:00"]),
        ("@yearly", "2026-01-01 00:00", ["2027-01-01 00:00"]),
        ("59 23 31 12 *", "2026-12-31 23:58", ["2026-12-31 23:59", "2027-12-31 23:59"]),
    ],
)
def test_an_expression_names_its_times(cron: str, after: str, expected: list[str]) -> None:
    found = following(cron, after, ZoneInfo("UTC"), len(expected))
    assert found == [f"{time} +0000" for time in expected]


def test_february_29_is_found_across_a_century_without_one() -> None:
    assert following("0 0 29 2 *", "2097-01-01 00:00", ZoneInfo("UTC"), 1) == ["2104-02-29 00:00 +0000"]


@pytest.mark.parametrize(
    ("cron", "after", "zone", "expected"),
    [
        # Berlin's clocks go from 02:00 to 03:00 on 2026-03-29, and from 03:00 to 02:00 on 2026-10-25.
        ("30 2 * * *", "2026-03-28 12:00", BERLIN, ["2026-03-29 03:30 +0200", "2026-03-30 02:30 +0200"]),
        ("0 3 * * *", "2026-03-28 12:00", BERLIN, ["2026-03-29 03:00 +0200", "2026-03-30 03:00 +0200"]),
        (
            "30 2,3 * * *",
            "2026-03-28 12:00",
            BERLIN,
            ["2026-03-29 03:30 +0200", "2026-03-30 02:30 +0200"],
        ),
        (
            "*/30 * * * *",
            "2026-03-29 01:00",
            BERLIN,
            ["2026-03-29 01:30 +0100", "2026-03-29 03:00 +0200", "2026-03-29 03:30 +0200", "2026-03-29 04:00 +0200"],
        ),
        ("30 2 * * *", "2026-10-24 12:00", BERLIN, ["2026-10-25 02:30 +0200", "2026-10-26 02:30 +0100"]),
        (
            "*/30 * * * *",
            "2026-10-25 01:30",
            BERLIN,
            [
                "2026-10-25 02:00 +0200",
                "2026-10-25 02:30 +0200",
                "2026-10-25 02:00 +0100",
                "2026-10-25 02:30 +0100",
                "2026-10-25 03:00 +0100",
            ],
        ),
        (
            "0 */2 * * *",
            "2026-10-25 00:30",
            BERLIN,
            ["2026-10-25 02:00 +0200", "2026-10-25 04:00 +0100"],
        ),
        # Sydney is on the other half of the earth: from 02:00 to 03:00 on 2026-10-04.
        ("15 2 * * *", "2026-10-03 12:00", SYDNEY, ["2026-10-04 03:15 +1100", "2026-10-05 02:15 +1100"]),
        # Lord Howe sets its clocks by half an hour: from 02:00 to 02:30 on 2026-10-04.
        ("10 2 * * *", "2026-10-03 12:00", LORD_HOWE, ["2026-10-04 02:40 +1100", "2026-10-05 02:10 +1100"]),
        # Havana's clocks skip the first hour of the day: from 00:00 to 01:00 on 2026-03-08.
        (
            "30 0 * * *",
            "2026-03-07 12:00",
            ZoneInfo("America/Havana"),
            ["2026-03-08 01:30 -0400", "2026-03-09 00:30 -0400"],
        ),
        # Apia had no 2011-12-30: it went to the other side of the date line.
        (
            "0 12 * * *",
            "2011-12-29 12:00",
            ZoneInfo("Pacific/Apia"),
            ["2011-12-31 12:00 +1400", "2012-01-01 12:00 +1400"],
        ),
    ],
)
def test_a_clock_that_is_set_skips_nothing_and_repeats_hours_alone(
    cron: str, after: str, zone: ZoneInfo, expected: list[str]
) -> None:
    assert following(cron, after, zone, len(expected)) == expected


@pytest.mark.parametrize("zone", [BERLIN, SYDNEY, LORD_HOWE, ZoneInfo("America/New_York")], ids=str)
def test_what_comes_daily_comes_once_a_day_for_years(zone: ZoneInfo) -> None:
    for cron in ("0 2 * * *", "30 2 * * *", "59 1 * * *", "0 3 * * *"):
        days = [text[:10] for text in following(cron, "2025-12-31 12:00", zone, 3 * 365)]
        assert len(set(days)) == len(days) == 3 * 365, cron


@pytest.mark.parametrize("cron", ["0 0 31 2 *", "0 0 30 feb *", "0 0 31 4,6,9,11 *"])
def test_an_expression_that_never_comes_has_no_next_time(cron: str) -> None:
    assert parse_cron(cron).next_after(0.0, UTC) is None


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "five fields"),
        ("0 9 * *", "five fields"),
        ("0 0 9 * * *", "five fields"),
        ("@sometimes", "five fields"),
        ("60 * * * *", "`60` is no minute: that is 0 to 59"),
        ("* 24 * * *", "`24` is no hour"),
        ("* * 0 * *", "`0` is no day of the month"),
        ("* * * 13 *", "`13` is no month"),
        ("* * * foo *", "`foo` is no month"),
        ("* * * * 8", "`8` is no day of the week"),
        ("* * * * mon-8", "`8` is no day of the week"),
        ("30-10 * * * *", "`30-10` ends before it begins"),
        ("*/0 * * * *", "`*/0` has a step of 0"),
        ("1- * * * *", "`1-` says no minute"),
        ("1,,2 * * * *", "`` says no minute"),
        ("-5 * * * *", "`-5` says no minute"),
        ("٣ * * * *", "says no minute"),
        ("L * * * *", "`l` is no minute"),
    ],
)
def test_a_text_that_is_no_expression_is_refused(text: str, said: str) -> None:
    with pytest.raises(BadSchedule) as refusal:
        parse_cron(text)
    assert said in str(refusal.value)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2026-12-24 18:00", "2026-12-24T17:00:00+00:00"),
        ("2026-07-24T18:00:30", "2026-07-24T16:00:30+00:00"),
        ("2026-12-24 18:00+05:30", "2026-12-24T12:30:00+00:00"),
        ("2026-12-24T18:00Z", "2026-12-24T18:00:00+00:00"),
        ("2026-12-24", "2026-12-23T23:00:00+00:00"),
        ("2026-03-29 02:30", "2026-03-29T01:30:00+00:00"),
    ],
)
def test_a_date_and_time_is_one_of_its_zone(text: str, expected: str) -> None:
    assert datetime.fromtimestamp(instant_of(text, BERLIN), UTC).isoformat() == expected


@pytest.mark.parametrize("text", ["", "tomorrow", "18:00", "2026-13-01 00:00", "24.12.2026 18:00"])
def test_a_text_that_is_no_date_is_refused(text: str) -> None:
    with pytest.raises(BadSchedule, match="2026-12-24 18:00"):
        instant_of(text, BERLIN)


def test_utc_is_known_without_a_database_of_zones() -> None:
    at = datetime(2026, 7, 1, 18, tzinfo=zone_named("UTC"))
    assert at == datetime(2026, 7, 1, 18, tzinfo=ZoneInfo("UTC"))
    assert f"{at:%H:%M %Z %z}" == f"{at.astimezone(ZoneInfo('UTC')):%H:%M %Z %z}"


@pytest.mark.parametrize("name", ["", "Berlin", "Europe/Berln", "../etc/passwd", "/etc/localtime", "\0", "Europe"])
def test_a_zone_that_there_is_not_is_refused(name: str) -> None:
    with pytest.raises(BadSchedule, match="no time zone"):
        zone_named(name)


@pytest.mark.parametrize(
    ("now", "expected"), [(100.0, 110.0), (109.9, 110.0), (110.0, 120.0), (95.0, 110.0), (1234.5, 1240.0)]
)
def test_an_interval_goes_on_in_step(now: float, expected: float) -> None:
    assert next_of_interval(100.0, 10.0, now) == expected
