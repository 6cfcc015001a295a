"""Who may see what is marked how, and which markings are none."""

from itertools import product
from typing import Any, get_args

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from app.access.actor import Actor, system
from app.access.banner import banner
from app.access.markings import (
    CLASSIFICATIONS,
    Mark,
    ceiling_faults,
    clearance_faults,
    covers,
    highest,
    marking_faults,
    may_see,
)
from app.models.choices import Classification, Endorsement

HOME = "NZ"
COUNTRIES = (HOME, "AU", "TO", "US")
NATIONALITIES = (None, *COUNTRIES)


GROUPS = ("pacific-desk", "polar")


def actor(clearance: Classification, nationality: str | None, *groups: str) -> Actor:
    own = "0190163d-8694-739b-aea5-966c26f8ad91"
    return Actor(own, "somebody", "reader", clearance, nationality, frozenset(groups))


def sees(who: Actor, mark: Mark) -> bool:
    return may_see(who, mark, home_country=HOME)


MEMBERSHIPS = ((), ("polar",), GROUPS)
ACTORS = [
    actor(clearance, nationality, *groups)
    for clearance, nationality, groups in product(CLASSIFICATIONS, NATIONALITIES, MEMBERSHIPS)
]
ACTORS += [system("import"), actor("TOP SECRET", "")]

# Also markings that no document may have: what stands in the table, from whatever source, is decided safely.
marks = st.builds(
    Mark,
    st.sampled_from(CLASSIFICATIONS),
    st.lists(st.sampled_from(get_args(Endorsement)), max_size=3, unique=True).map(sorted).map(tuple),
    st.lists(st.sampled_from(COUNTRIES), max_size=3, unique=True).map(sorted).map(tuple),
    st.lists(st.sampled_from(GROUPS), max_size=2, unique=True).map(sorted).map(tuple),
)
sound_marks = marks.filter(lambda mark: not list(marking_faults(mark.fields)))


def test_classifications_are_ordered_as_the_government_orders_them() -> None:
    assert CLASSIFICATIONS == (
        "UNCLASSIFIED", "IN-CONFIDENCE", "SENSITIVE", "RESTRICTED", "CONFIDENTIAL", "SECRET", "TOP SECRET",
    )  # fmt: skip


@pytest.mark.parametrize("classification", CLASSIFICATIONS)
@pytest.mark.parametrize("clearance", CLASSIFICATIONS)
@pytest.mark.parametrize("nationality", NATIONALITIES)
def test_clearance_must_reach_the_classification(
    clearance: Classification, classification: Classification, nationality: str | None
) -> None:
    reaches = CLASSIFICATIONS.index(clearance) >= CLASSIFICATIONS.index(classification)
    assert sees(actor(clearance, nationality), Mark(classification)) is reaches


@pytest.mark.parametrize(
    ("endorsements", "releasable_to", "those_who_see"),
    [
        ((), (), {None, "NZ", "AU", "TO", "US"}),
        (("POLICY", "STAFF"), (), {None, "NZ", "AU", "TO", "US"}),
        (("NZEO",), (), {"NZ"}),
        (("NZEO", "POLICY"), (), {"NZ"}),
        ((), ("AU",), {"NZ", "AU"}),
        ((), ("AU", "TO"), {"NZ", "AU", "TO"}),
        ((), ("NZ",), {"NZ"}),
        (("POLICY",), ("TO",), {"NZ", "TO"}),
        (("NZEO",), ("AU",), {"NZ"}),
    ],
)
def test_nationality_decides_where_the_marking_says_so(
    endorsements: tuple[str, ...], releasable_to: tuple[str, ...], those_who_see: set[str | None]
) -> None:
    mark = Mark("RESTRICTED", endorsements, releasable_to)
    assert {each for each in NATIONALITIES if sees(actor("RESTRICTED", each), mark)} == those_who_see
    assert not any(sees(actor("SENSITIVE", each), mark) for each in NATIONALITIES)


@pytest.mark.parametrize("needed", [(), ("polar",), ("pacific-desk",), GROUPS])
@pytest.mark.parametrize("own", [(), ("polar",), GROUPS, (*GROUPS, "cyber"), ("Polar",)])
def test_who_is_to_know_belongs_to_every_group(needed: tuple[str, ...], own: tuple[str, ...]) -> None:
    mark = Mark("RESTRICTED", need_to_know=needed)
    assert sees(actor("RESTRICTED", "NZ", *own), mark) is (set(needed) <= set(own))
    assert not sees(actor("SENSITIVE", "NZ", *own), mark)
    eyes_only = Mark("RESTRICTED", ("NZEO",), need_to_know=needed)
    assert not sees(actor("RESTRICTED", "AU", *own), eyes_only)


def test_an_unknown_nationality_is_foreign_wherever_home_is() -> None:
    mark = Mark("RESTRICTED", ("NZEO",))
    assert not may_see(actor("TOP SECRET", None), mark, home_country="NZ")
    assert not may_see(actor("TOP SECRET", ""), mark, home_country="NZ")
    assert may_see(actor("TOP SECRET", "AU"), mark, home_country="AU")


@given(marks)
def test_the_operator_sees_all(mark: Mark) -> None:
    assert sees(system("import"), mark)


@given(marks, st.sampled_from(ACTORS))
def test_more_clearance_never_hides(mark: Mark, who: Actor) -> None:
    if sees(who, mark):
        above = CLASSIFICATIONS[CLASSIFICATIONS.index(who.clearance) :]
        assert all(sees(actor(each, who.nationality, *who.groups), mark) for each in above if who.id is not None)


@given(marks, marks)
def test_what_covers_another_is_seen_by_no_one_who_may_not_see_the_other(outer: Mark, inner: Mark) -> None:
    if covers(outer, inner):
        assert all(sees(who, inner) for who in ACTORS if sees(who, outer))


@given(sound_marks, sound_marks)
def test_what_does_not_cover_another_is_seen_by_somebody_who_may_not_see_it(outer: Mark, inner: Mark) -> None:
    if not covers(outer, inner):
        outsiders = [*ACTORS, actor("TOP SECRET", "JP", *GROUPS)]
        outsiders += [actor(outer.classification, each, *outer.need_to_know) for each in ("JP", *COUNTRIES)]
        seen = [who for who in outsiders if sees(who, outer)]
        assert HOME in inner.releasable_to or HOME in outer.releasable_to or not all(sees(who, inner) for who in seen)


@given(marks)
def test_a_marking_covers_itself(mark: Mark) -> None:
    assert covers(mark, mark)


@given(st.lists(marks, max_size=4))
@example([Mark("RESTRICTED", (), ("AU",)), Mark("RESTRICTED", (), ("TO",))])
def test_whoever_sees_the_highest_marking_sees_each_part(parts: list[Mark]) -> None:
    whole = highest(parts)
    for who in ACTORS:
        if sees(who, whole):
            assert all(sees(who, part) for part in parts), (who, whole)


@given(st.lists(marks, max_size=4))
def test_the_highest_marking_depends_on_no_order_and_covers_each_part(parts: list[Mark]) -> None:
    whole = highest(parts)
    assert highest(parts[::-1]) == whole
    assert all(covers(whole, part) for part in parts)
    assert highest([whole, *parts]) == whole


@given(st.lists(sound_marks, max_size=4))
def test_the_highest_of_sound_markings_is_sound(parts: list[Mark]) -> None:
    whole = highest(parts)
    assert list(marking_faults(whole.fields)) == []


def test_the_highest_of_nothing_is_unclassified() -> None:
    assert highest([]) == Mark("UNCLASSIFIED")
    assert highest([Mark("SECRET", ("POLICY",), ("AU",))]) == Mark("SECRET", ("POLICY",), ("AU",))


@pytest.mark.parametrize(
    ("values", "faults"),
    [
        ({"classification": "UNCLASSIFIED", "endorsements": [], "releasable_to": []}, []),
        ({"classification": "UNCLASSIFIED", "endorsements": [], "releasable_to": ["AU"]}, []),
        ({"classification": "IN-CONFIDENCE", "endorsements": ["POLICY"], "releasable_to": ["AU"]}, []),
        ({"classification": "RESTRICTED", "endorsements": ["NZEO"], "releasable_to": []}, []),
        ({"classification": "UNCLASSIFIED", "endorsements": ["POLICY"]}, [("/endorsements", "endorsement_alone")]),
        (
            {"classification": "SECRET", "endorsements": ["NZEO"], "releasable_to": ["AU"]},
            [("/releasable_to", "eyes_only_released")],
        ),
        (
            {"classification": "UNCLASSIFIED", "endorsements": ["NZEO"], "releasable_to": ["AU"]},
            [("/endorsements", "endorsement_alone"), ("/releasable_to", "eyes_only_released")],
        ),
        ({"classification": "UNCLASSIFIED", "need_to_know": ["polar"]}, [("/need_to_know", "endorsement_alone")]),
        ({"classification": "IN-CONFIDENCE", "need_to_know": ["polar"], "releasable_to": ["AU"]}, []),
        ({}, []),
        ({"classification": None, "endorsements": None, "releasable_to": None}, []),
    ],
)
def test_what_is_wrong_with_a_marking(values: dict[str, Any], faults: list[tuple[str, str]]) -> None:
    assert [(each.pointer, each.code) for each in marking_faults(values)] == faults


def test_what_is_wrong_is_said_in_a_sentence() -> None:
    alone = {"classification": "UNCLASSIFIED", "endorsements": ["POLICY"], "need_to_know": ["polar"]}
    assert [each.detail for each in marking_faults(alone)] == [
        "An endorsement needs a classification: it never stands on UNCLASSIFIED",
        "A group that needs to know needs a classification: it never stands on UNCLASSIFIED",
    ]
    both = {"classification": "SECRET", "endorsements": ["NZEO"], "releasable_to": ["AU"]}
    assert [each.detail for each in marking_faults(both)] == ["NZEO excludes release to other countries"]
    (above,) = ceiling_faults({"classification": "SECRET"}, "RESTRICTED")
    assert above.detail == "This installation may hold nothing above RESTRICTED"
    assert above.pointer == "/classification"
    (beyond,) = clearance_faults(actor("RESTRICTED", HOME), Mark("SECRET"), home_country=HOME)
    assert beyond.detail == "The marking is beyond what the caller may see"


@pytest.mark.parametrize("ceiling", CLASSIFICATIONS)
@pytest.mark.parametrize("classification", CLASSIFICATIONS)
def test_an_installation_holds_nothing_above_its_ceiling(
    classification: Classification, ceiling: Classification
) -> None:
    found = [each.code for each in ceiling_faults({"classification": classification}, ceiling)]
    above = CLASSIFICATIONS.index(classification) > CLASSIFICATIONS.index(ceiling)
    assert found == (["above_ceiling"] if above else [])


def test_a_ceiling_says_nothing_of_a_marking_that_is_not_there() -> None:
    assert list(ceiling_faults({}, "UNCLASSIFIED")) == []


@given(st.sampled_from(ACTORS), marks)
def test_nobody_writes_what_they_could_not_read(who: Actor, mark: Mark) -> None:
    faults = [(each.pointer, each.code) for each in clearance_faults(who, mark, home_country=HOME)]
    assert faults == ([] if sees(who, mark) else [("/classification", "above_clearance")])


@given(marks)
def test_a_marking_is_the_same_however_it_is_written(mark: Mark) -> None:
    fields = mark.fields
    assert Mark.of(fields) == mark
    twice = {**fields, "endorsements": fields["endorsements"][::-1] * 2, "releasable_to": fields["releasable_to"] * 2}
    assert Mark.of(twice).key == mark.key


@given(marks, marks)
def test_different_markings_have_different_keys(one: Mark, other: Mark) -> None:
    assert (one.key == other.key) == (one == other)


def test_every_marking_fits_the_column_of_its_key() -> None:
    groups = tuple(f"{number:02}" * 40 for number in range(12))
    longest = Mark("IN-CONFIDENCE", get_args(Endorsement), tuple(f"{number:02}" for number in range(60)), groups)
    assert len(longest.key) <= 2000
    assert len(banner(longest, home_country=HOME)) <= 2000


@pytest.mark.parametrize(
    ("mark", "written"),
    [
        (Mark("UNCLASSIFIED"), "UNCLASSIFIED"),
        (Mark("IN-CONFIDENCE", ("POLICY",)), "POLICY IN-CONFIDENCE"),
        (Mark("SENSITIVE", ("BUDGET", "LEGAL PRIVILEGE")), "BUDGET LEGAL PRIVILEGE SENSITIVE"),
        (Mark("RESTRICTED", ("NZEO",)), "RESTRICTED//NZEO"),
        (Mark("RESTRICTED", ("NZEO", "POLICY")), "POLICY RESTRICTED//NZEO"),
        (Mark("SECRET", (), ("US", "AU")), "SECRET//REL TO NZL, AUS, USA"),
        (Mark("SECRET", (), ("NZ", "TO")), "SECRET//REL TO NZL, TON"),
        (Mark("SECRET", (), ("XX",)), "SECRET//REL TO NZL, XX"),
        (Mark("RESTRICTED", (), ("AU",), GROUPS), "RESTRICTED//REL TO NZL, AUS//NEED TO KNOW PACIFIC-DESK, POLAR"),
    ],
)
def test_a_banner_reads_as_the_government_writes_it(mark: Mark, written: str) -> None:
    assert banner(mark, home_country=HOME) == written
