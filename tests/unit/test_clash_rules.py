"""What does not go well together, rule by rule, on snapshots that are made by hand or drawn."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from itertools import combinations
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.overview.clashes import pairing
from app.overview.clashes.findings import Finding
from app.overview.clashes.occasions import full_weeks
from app.overview.clashes.places import apart, kilometres, spot
from app.overview.clashes.rules import RULES, look
from app.overview.clashes.snapshot import Happening, Measures, PartnerSeen, Presence, Quiet, Seat, Snapshot

PARTNERS = {
    "AU": PartnerSeen("Australia", "country", ("Oceania", "Australia and New Zealand")),
    "JP": PartnerSeen("Japan", "country", ("Asia", "Eastern Asia")),
    "SG": PartnerSeen("Singapore", "country", ("Asia", "South-eastern Asia")),
    "NZ": PartnerSeen("New Zealand", "country", ("Oceania", "Australia and New Zealand")),
    "US": PartnerSeen("United States", "country", ("Americas", "Northern America")),
    "ASEAN": PartnerSeen("ASEAN", "institution"),
}
ANA, BEN = Presence("a", "Ana"), Presence("b", "Ben")
MONDAY = date(2027, 3, 15)


def on(number: int, days: int = 1, **changes: Any) -> Happening:
    """An engagement that begins so many days after a Monday and lasts so many days."""
    first = MONDAY + timedelta(days=number)
    last = first + timedelta(days=days - 1)
    usual: dict[str, Any] = {"id": f"{number}", "kind": "visit", "reference": f"VIS-{number}", "title": "Visit"}
    return Happening(**{**usual, "starts_on": first, "ends_on": last, **changes})


def at(hour: int, minute: int = 0, day: int = 0) -> datetime:
    return datetime(MONDAY.year, MONDAY.month, MONDAY.day, hour, minute, tzinfo=UTC) + timedelta(days=day)


def seen(*happenings: Happening, **changes: Any) -> Snapshot:
    ordered = tuple(sorted(happenings, key=lambda each: (each.starts_on, each.id or "")))
    return Snapshot(ordered, **{"partners": PARTNERS, "posts": {"p": "Tokyo"}, **changes})


def found(code: str, *happenings: Happening, **changes: Any) -> list[Finding]:
    return list(RULES[code](seen(*happenings, **changes)))  # type: ignore[index]


TOKYO: dict[str, Any] = {"country": "JP", "city": "Tokyo", "people": (ANA,)}
OSAKA: dict[str, Any] = {"country": "JP", "city": "Osaka", "people": (ANA,)}
SYDNEY: dict[str, Any] = {"country": "AU", "city": "Sydney", "people": (ANA,)}


@pytest.mark.parametrize(
    ("one", "other", "expected"),
    [
        (on(0, **TOKYO), on(0, **SYDNEY), "clash"),
        (on(0, 3, **TOKYO), on(1, **SYDNEY), "clash"),
        (on(0, **TOKYO), on(0, **TOKYO), None),  # at one place
        (on(0, **TOKYO), on(0, **TOKYO | {"city": "TŌKYŌ"}), None),  # however it is written
        (on(0, **TOKYO), on(0, **TOKYO | {"city": None}), None),  # not known to be elsewhere
        (on(0, **TOKYO), on(0, **OSAKA), "warning"),  # one may go there within the day
        (on(0, **TOKYO), on(0, **SYDNEY | {"country": None}), "warning"),
        (on(0, 20, **TOKYO), on(3, **SYDNEY), "warning"),  # nobody is at all days of it
        (on(0, 63, **TOKYO), on(3, **SYDNEY), None),  # and of this one it says nothing
        (on(0, **TOKYO), on(1, **SYDNEY), None),
        (on(0, **TOKYO), on(0, **SYDNEY | {"people": (BEN,)}), None),
        (on(0, **TOKYO), on(0, **SYDNEY, precision="month"), None),
        (on(0, 3, **TOKYO), on(2, 2, **OSAKA | {"country": "KR"}), "warning"),  # from one to the next in a day
        (on(0, 3, **TOKYO), on(2, 2, **SYDNEY), "clash"),  # more than half a day
        (on(0, 3, **TOKYO), on(2, 2, **OSAKA | {"country": "BR"}), "clash"),  # too far for that
    ],
)  # fmt: skip
def test_a_person_in_two_places(one: Happening, other: Happening, expected: str | None) -> None:
    told = found("person_twice", one, other)
    assert [each.severity for each in told] == ([] if expected is None else [expected])


@pytest.mark.parametrize(
    ("one", "other", "because"),
    [
        (on(0, **TOKYO), on(0, **OSAKA), "in Osaka (JP). Both are in one country."),
        (on(0, 20, **TOKYO), on(3, **SYDNEY), "in Sydney (AU). One of them lasts 20 days."),
        (on(0, **TOKYO), on(0, **SYDNEY | {"country": None}), "at a place that is not recorded."),
        (
            on(0, 3, **TOKYO),
            on(2, 2, **TOKYO | {"country": "KR", "city": "Seoul"}),
            "in Seoul (KR). One ends as the other begins; the way takes about 5 hours.",
        ),
    ],
)
def test_what_speaks_against_a_clash_is_told(one: Happening, other: Happening, because: str) -> None:
    (told,) = found("person_twice", one, other)
    assert told.severity == "warning"
    assert told.detail.endswith(because)


@pytest.mark.parametrize(
    ("one", "other", "expected"),
    [
        ((at(1), at(2)), (at(2), at(3)), []),
        ((at(1), at(2)), (at(1, 59), at(3)), ["clash"]),
        ((at(1), at(2)), (at(0), at(3)), ["clash"]),
        ((at(1), at(2)), None, ["warning"]),  # of the other only the day is known
    ],
)
def test_by_the_clock_where_both_have_clock_times(one: Any, other: Any, expected: list[str]) -> None:
    times = [dict(zip(("starts_at", "ends_at"), each, strict=True)) if each else {} for each in (one, other)]
    told = found("person_twice", on(0, **TOKYO, **times[0]), on(0, **OSAKA, **times[1]))
    assert [each.severity for each in told] == expected


def test_at_once_on_either_side_of_the_date_line() -> None:
    """Tuesday morning in Wellington is Monday noon in Washington."""
    wellington = on(1, country="NZ", city="Wellington", people=(ANA,), starts_at=at(20), ends_at=at(22))
    washington = on(0, country="US", city="Washington", people=(ANA,), starts_at=at(21), ends_at=at(23))
    (told,) = found("person_twice", wellington, washington)
    assert (told.severity, told.starts_on, told.ends_on) == ("clash", MONDAY, MONDAY + timedelta(days=1))
    assert told.detail == "Ana is expected at VIS-0 in Washington (US) and at VIS-1 in Wellington (NZ)."


def test_three_of_one_delegation_are_told_of_once() -> None:
    all_three = (ANA, BEN, Presence("c", "Cleo"))
    one, other = on(0, **TOKYO | {"people": all_three}), on(0, **SYDNEY | {"people": all_three})
    assert found("person_twice", one, other) == []
    (told,) = found("delegation_twice", one, other)
    assert told.detail.startswith("Ana, Ben and 1 other are expected at")
    assert told.person is None


def test_an_office_in_two_places() -> None:
    def seat(person: str | None) -> dict[str, Any]:
        return {"people": (), "seats": (Seat(("NZ", "secretary of defence"), "Secretary of Defence", person),)}

    one, other = on(0, **TOKYO | seat(None)), on(0, **SYDNEY | seat("a"))
    (told,) = found("delegation_twice", one, other)
    assert told.detail == "The Secretary of Defence is expected at VIS-0 in Tokyo (JP) and at VIS-0 in Sydney (AU)."
    two_holders = on(0, **TOKYO | seat("b")), on(0, **SYDNEY | seat("a"))
    assert found("delegation_twice", *two_holders) == []
    same_person = on(0, **TOKYO | seat(None) | {"people": (ANA,)}), on(0, **SYDNEY | seat(None) | {"people": (ANA,)})
    assert found("delegation_twice", *same_person) == []
    assert len(found("person_twice", *same_person)) == 1


@pytest.mark.parametrize(
    ("earlier", "later", "told"),
    [
        # A day to London and one back in Wellington: the clock has gone on by half a day.
        ({"country": "GB", "city": "London"}, {"country": "NZ", "city": "Wellington"}, "3 hours"),
        # The other way the sun helps.
        ({"country": "NZ", "city": "Wellington"}, {"country": "US", "city": "Washington"}, None),
        ({"country": "NZ", "city": "Wellington"}, {"country": "AU", "city": "Canberra"}, None),
        ({"country": "NZ"}, {"country": "NZ"}, None),
        ({"country": "NZ"}, {}, None),
        ({"country": "ZA"}, {"country": "JP"}, "9 hours"),
    ],
)
def test_the_way_from_one_day_to_the_next(earlier: Any, later: Any, told: str | None) -> None:
    details = [
        each.detail for each in found("travel_time", on(0, people=(ANA,), **earlier), on(1, people=(ANA,), **later))
    ]
    assert [f"Ana has {told} from" in each for each in details] == ([] if told is None else [True])


def test_the_way_between_two_meetings_of_a_day() -> None:
    morning = on(0, **TOKYO, starts_at=at(0), ends_at=at(1))
    (told,) = found("travel_time", morning, on(0, **OSAKA, starts_at=at(3), ends_at=at(4)))
    assert told.detail == "Ana has 2 hours from VIS-0 in Tokyo (JP) to VIS-0 in Osaka (JP), which takes about 3 hours."
    assert found("travel_time", morning, on(0, **OSAKA, starts_at=at(4), ends_at=at(5))) == []
    faster = Measures(travel_hours=2)
    assert found("travel_time", morning, on(0, **OSAKA, starts_at=at(3), ends_at=at(4)), measures=faster) == []
    assert found("travel_time", morning, on(0, **OSAKA | {"people": (BEN,)}, starts_at=at(2), ends_at=at(4))) == []


def test_a_tour_that_can_be_made_is_no_trouble() -> None:
    """Tokyo on Monday and Tuesday, Seoul on Wednesday, Singapore from Friday: and home on Monday is too soon."""
    tour = [
        on(0, 2, **TOKYO),
        on(2, people=(ANA,), country="KR", city="Seoul"),
        on(4, 3, people=(ANA,), country="SG", city="Singapore"),
        on(8, people=(ANA,), country="NZ", city="Wellington"),
    ]
    assert look(seen(*tour), lambda _: True).findings == []
    (told,) = found("travel_time", *tour, on(7, people=(ANA,), country="NZ", city="Wellington"))
    assert "11 hours from VIS-4 in Singapore (SG) to VIS-7 in Wellington (NZ), which takes about 14" in told.detail


def test_of_what_lasts_for_weeks_nobody_knows_when_they_leave() -> None:
    london, wellington = {"country": "GB", "city": "London"}, {"country": "NZ", "city": "Wellington"}
    assert len(found("travel_time", on(0, 14, people=(ANA,), **london), on(14, people=(ANA,), **wellington))) == 1
    assert found("travel_time", on(0, 15, people=(ANA,), **london), on(15, people=(ANA,), **wellington)) == []


def test_a_time_zone_says_more_than_a_country() -> None:
    honolulu = spot("US", "Pearl Harbor", "Pacific/Honolulu")
    assert honolulu is not None
    assert spot("US", "Honolulu", None) == honolulu
    new_york = spot("US", "Norfolk", None)
    assert new_york is not None
    assert new_york.zone == "America/New_York"
    assert 7_900 < kilometres(new_york, honolulu) < 8_100
    assert spot("AU", None, "Europe/London") == spot("AU", "Sydney", None)  # a zone of elsewhere does not count
    assert spot("XX", None, None) is None
    assert spot(None, "Paris", None) is None


@pytest.mark.parametrize(
    ("one", "other", "expected"),
    [
        (("US", "Washington"), ("US", "Washington, D.C."), "same"),
        (("TO", "Nuku'alofa"), ("TO", "Nukualofa"), "same"),
        (("NZ", "Ōtaki"), ("NZ", "Otaki"), "same"),
        (("NZ", "Ō"), ("NZ", "Otaki"), "elsewhere"),
        (("NZ", None), ("NZ", "Otaki"), "same"),
        (("NZ", "Otaki"), ("AU", "Otaki"), "elsewhere"),
        (("NZ", "Otaki"), (None, "Otaki"), "unknown"),
    ],
)
def test_whether_two_places_are_one(one: Any, other: Any, expected: str) -> None:
    assert apart(one, other) == apart(other, one) == expected


def test_every_zone_has_a_place() -> None:
    for country in ("NZ", "AU", "US", "JP", "FJ", "TO", "GB", "SG", "FM", "CK"):
        place = spot(country, None, None)
        assert place is not None
        assert place.country == country
    wellington, london = spot("NZ", None, None), spot("GB", None, None)
    assert wellington is not None
    assert london is not None
    assert 18_200 < kilometres(wellington, london) < 18_500


def test_a_holiday_of_the_partner() -> None:
    golden_week = (date(2027, 5, 3) - MONDAY).days
    first, second = (on(golden_week + each, 2, id=str(each), **TOKYO) for each in range(2))
    told = found("partner_holiday", first, second)
    assert [(str(each.starts_on), len(each.engagements)) for each in told] == [
        ("2027-05-03", 1),
        ("2027-05-04", 2),
        ("2027-05-05", 1),
    ]
    assert told[1].detail.endswith("is a public holiday in Japan during VIS-49 and 1 other engagement.")
    assert found("partner_holiday", on(golden_week, 2, **TOKYO | {"kind": "exercise"})) == []
    assert (
        found("partner_holiday", on(golden_week, 2, country="NZ"), on(golden_week, 2), on(golden_week, country="XX"))
        == []
    )


def test_two_visits_at_one_post() -> None:
    one, other = on(0, 3, **TOKYO, post="p"), on(2, 2, **TOKYO, post="p")
    (told,) = found("post_busy", one, other)
    assert (told.starts_on, told.ends_on, told.post) == (MONDAY + timedelta(days=2), MONDAY + timedelta(days=2), "p")
    assert found("post_busy", one, on(3, **TOKYO, post="p")) == []
    assert found("post_busy", one, on(1, **TOKYO)) == []


def test_a_full_week_of_a_partner() -> None:
    def with_them(*days: int, partners: tuple[str, ...] = ("JP",)) -> list[Finding]:
        return found("partner_saturation", *(on(day, id=str(day), partners=partners) for day in days))

    assert with_them(0, 1, 2) == []
    assert with_them(0, 1, 2, 7) == []
    (told,) = with_them(0, 1, 2, 6)
    assert told.detail == "4 engagements with Japan begin within 7 days."
    (longer,) = with_them(0, 1, 2, 6, 7, 20)
    assert (len(longer.engagements), longer.ends_on) == (5, MONDAY + timedelta(days=7))
    assert [len(each.engagements) for each in with_them(0, 0, 1, 1, 30, 30, 31, 31)] == [4, 4]
    assert with_them(0, 1, 2, 3, partners=("ASEAN",)) == with_them(0, 1, 2, 3, partners=("NZ",)) == []
    assert with_them(0, 1, 2, 3, partners=("JP", "ASEAN")) == []


QUIET = Quiet("q", "Close-down", MONDAY, MONDAY + timedelta(days=6), "clash", reason="Offices are closed")


@pytest.mark.parametrize(
    ("quiet", "happening", "told"),
    [
        ({}, on(6, 3), True),
        ({}, on(7, 3), False),
        ({}, on(-1), False),
        ({"partner": "JP"}, on(0, partners=("AU", "JP")), True),
        ({"partner": "JP"}, on(0, partners=("AU",)), False),
        ({"region": "South-eastern Asia"}, on(0, partners=("SG",)), True),
        ({"region": "South-eastern Asia"}, on(0, partners=("JP",)), False),
        ({"country": "JP"}, on(0, country="JP"), True),
        ({"country": "JP"}, on(0), False),
        ({"lead": "ministry", "level": "ministerial"}, on(0, lead="ministry", level="ministerial"), True),
        ({"lead": "ministry", "level": "ministerial"}, on(0, lead="ministry", level="working"), False),
        ({}, on(0, precision="month"), False),  # it may be later in March
        ({"starts_on": date(2027, 3, 1), "ends_on": date(2027, 3, 31)}, on(-14, precision="month"), True),
        ({}, on(0, 63), False),
    ],
)  # fmt: skip
def test_a_blackout(quiet: Any, happening: Happening, told: bool) -> None:
    values = {name: getattr(QUIET, name) for name in Quiet.__slots__} | quiet  # type: ignore[attr-defined]
    findings = found("blackout", happening, blackouts=(Quiet(**values),))
    assert len(findings) == told
    assert all(each.severity == "clash" and "Offices are closed" in each.detail for each in findings)


# Against brute force.

hours = st.integers(0, 7).map(lambda number: at(0) + timedelta(hours=6 * number))
clock = st.none() | st.tuples(hours, hours).map(sorted)
people = st.lists(st.sampled_from(["a", "b", "c", "d"]), unique=True, min_size=1)
places = st.sampled_from([("JP", "Tokyo"), ("JP", "Osaka"), ("AU", "Sydney"), ("JP", None), (None, None)])


@st.composite
def drawn(draw: st.DrawFn) -> list[Happening]:
    made = []
    for number in range(draw(st.integers(2, 6))):
        times = draw(clock)
        country, city = draw(places)
        made.append(
            on(
                draw(st.integers(-1, 3)),
                draw(st.integers(1, 3)),
                id=str(number),
                reference=f"VIS-{number}",
                country=country,
                city=city,
                people=tuple(Presence(each, each.upper()) for each in draw(people)),
                starts_at=times and times[0],
                ends_at=times and times[1],
                precision=draw(st.sampled_from(["day", "day", "day", "month"])),
            )
        )
    return made


def by_brute_force(happenings: list[Happening]) -> Iterator[tuple[frozenset[str | None], str]]:
    """Every pair of engagements, and every person who is at both."""
    for one, other in combinations(happenings, 2):
        if "month" in (one.precision, other.precision):
            continue
        if one.by_clock and other.by_clock:
            # Of days that say otherwise than the clock, only those that are next to each other are looked at.
            apart_by = max(one.starts_on, other.starts_on) - min(one.ends_on, other.ends_on)
            both = max(one.by_clock[0], other.by_clock[0]) < min(one.by_clock[1], other.by_clock[1])
            both = both and apart_by <= timedelta(days=1)
        else:
            both = max(one.starts_on, other.starts_on) <= min(one.ends_on, other.ends_on)
        if both and apart((one.country, one.city), (other.country, other.city)) != "same":
            for each in {person.person for person in one.people} & {person.person for person in other.people}:
                yield frozenset((one.id, other.id)), each


@settings(max_examples=300)
@given(drawn())
def test_overlaps_are_those_of_brute_force(happenings: list[Happening]) -> None:
    told = [
        (frozenset(each.id for each in finding.engagements), person)
        for code in ("person_twice", "delegation_twice")
        for finding in found(code, *happenings)
        for person in {each.person for each in finding.people}
    ]
    assert sorted(told, key=str) == sorted(set(told), key=str)
    assert set(told) == set(by_brute_force(happenings))


@given(st.lists(st.integers(0, 60), max_size=25), st.integers(1, 5))
def test_full_weeks_are_those_of_brute_force(days: list[int], most: int) -> None:
    happenings = [on(day, id=str(place)) for place, day in enumerate(sorted(days))]
    full = set()
    for first in range(61):
        within = [each for each in happenings if first <= (each.starts_on - MONDAY).days < first + 7]
        if len(within) > most:
            full |= {each.id for each in within}
    runs = list(full_weeks(happenings, most))
    assert {each.id for run in runs for each in run} == full
    assert sum(map(len, runs)) == len(full)
    assert all(len(run) > most for run in runs)


@given(drawn())
def test_findings_come_in_order_and_as_many_as_are_asked_for(happenings: list[Happening]) -> None:
    everything = look(seen(*happenings), lambda _: True)
    assert [each.order for each in everything.findings] == sorted(each.order for each in everything.findings)
    first = look(seen(*happenings), lambda _: True, limit=2)
    assert first.findings == everything.findings[:2]
    assert first.more == (len(everything.findings) > 2)


def test_what_is_too_much_to_look_at_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pairing, "LOOKS", 100)
    crowd = seen(*(on(0, id=str(number), **TOKYO) for number in range(40)))
    told = look(crowd, lambda _: True)
    assert (told.findings, told.more) == ([], True)
