"""Who sees what: the rule beside the text of the classification system, a loop over reasons to refuse."""

from dataclasses import replace
from typing import Any, get_args

import pytest
from hypothesis import assume, example, given
from hypothesis import strategies as st

from app.access.actor import Actor, system
from app.access.banner import banner
from app.access.markings import Mark, covers, highest, marking_faults, may_see
from app.models.choices import Role
from support.drawing import drawing
from support.plain_markings import COUNTRIES, ENDORSEMENTS, GROUPS, LEVELS, Paper, Reader, exists_for, together, written

ROLES: tuple[Role, ...] = get_args(Role)
NOBODY = "0190163d-8694-739b-aea5-966c26f8ad91"

some_groups = st.frozensets(st.sampled_from(GROUPS))
papers = st.builds(
    Paper,
    st.sampled_from(LEVELS),
    st.frozensets(st.sampled_from(ENDORSEMENTS), max_size=3),
    st.frozensets(st.sampled_from(COUNTRIES), max_size=3),
    some_groups,
)
sound_papers = papers.filter(lambda paper: paper.is_sound)
readers = st.builds(Reader, st.sampled_from(LEVELS), st.sampled_from((None, "", "XX", "nz", *COUNTRIES)), some_groups)


def mark_of(paper: Paper) -> Mark:
    return Mark.of(paper.fields)


def actor_of(reader: Reader, role: Role = "reader", **more: Any) -> Actor:
    return Actor(NOBODY, "somebody", role, reader.clearance, reader.nationality, reader.groups, **more)  # type: ignore[arg-type]


def sees(reader: Reader, paper: Paper, **more: Any) -> bool:
    return may_see(actor_of(reader, **more), mark_of(paper), home_country="NZ")


# The rule by itself.


@drawing(100)
@given(reader=readers, paper=papers, role=st.sampled_from(ROLES))
def test_the_rule_is_what_the_text_says_whatever_the_role(reader: Reader, paper: Paper, role: Role) -> None:
    assert sees(reader, paper, role=role) is exists_for(reader, paper)


@drawing(200)
@given(reader=readers, paper=papers)
def test_who_comes_by_the_address_of_a_calendar_may_be_anybody(reader: Reader, paper: Paper) -> None:
    limited = paper.endorsements or paper.release or paper.groups
    assert sees(reader, paper, calendar="its id") is (not limited and exists_for(reader, paper))


@drawing(100)
@given(paper=papers)
def test_the_register_itself_sees_all(paper: Paper) -> None:
    assert may_see(system("upkeep"), mark_of(paper), home_country="NZ")


@drawing(100)
@given(reader=readers, paper=papers, clearance=st.sampled_from(LEVELS), group=st.sampled_from(GROUPS))
def test_to_be_cleared_for_more_or_to_belong_to_more_never_hides(
    reader: Reader, paper: Paper, clearance: str, group: str
) -> None:
    assume(sees(reader, paper))
    higher = max(clearance, reader.clearance, key=LEVELS.index)
    assert sees(replace(reader, clearance=higher, groups=reader.groups | {group}), paper)


@drawing(100)
@given(reader=readers, paper=papers, endorsement=st.sampled_from(ENDORSEMENTS), group=st.sampled_from(GROUPS))
def test_to_mark_more_never_shows(reader: Reader, paper: Paper, endorsement: str, group: str) -> None:
    more = replace(paper, endorsements=paper.endorsements | {endorsement}, groups=paper.groups | {group})
    assert not (sees(reader, more) and not sees(reader, paper))


@pytest.mark.parametrize("unknown", ["", "restricted", "COSMIC TOP SECRET", None])
def test_a_level_that_nobody_knows_lets_nobody_in(unknown: Any) -> None:
    home = Reader("TOP SECRET", "NZ")
    with pytest.raises(KeyError):  # not an answer: what asks fails
        sees(home, Paper(unknown))
    with pytest.raises(KeyError):
        sees(replace(home, clearance=unknown), Paper("UNCLASSIFIED"))


# What is made of several.


@drawing(120)
@given(parts=st.lists(sound_papers, max_size=4))
@example([Paper("UNCLASSIFIED", release=frozenset({"AU"})), Paper("UNCLASSIFIED", release=frozenset({"TO"}))])
def test_what_is_made_of_parts_bears_the_highest_of_each(parts: list[Paper]) -> None:
    whole = highest([mark_of(each) for each in parts])
    assert whole == mark_of(together(parts))
    assert banner(whole, home_country="NZ") == written(together(parts))
    assert list(marking_faults(whole.fields)) == []


@drawing(120)
@given(parts=st.lists(sound_papers, min_size=1, max_size=4), reader=readers)
def test_the_whole_is_seen_by_those_who_see_each_part(parts: list[Paper], reader: Reader) -> None:
    whole = together(parts)
    each_part = all(sees(reader, part) for part in parts)
    raised = LEVELS.index(whole.level) > max(LEVELS.index(each.level) for each in parts)
    assert may_see(actor_of(reader), highest([mark_of(each) for each in parts]), home_country="NZ") is (
        each_part and (not raised or reader.clearance != "UNCLASSIFIED")
    )


@drawing(120)
@given(outer=sound_papers, inner=sound_papers, reader=readers)
def test_what_covers_another_is_seen_by_nobody_else(outer: Paper, inner: Paper, reader: Reader) -> None:
    if covers(mark_of(outer), mark_of(inner)):
        assert not (exists_for(reader, outer) and not exists_for(reader, inner))
    assert covers(mark_of(together([outer, inner])), mark_of(inner))


@drawing(200)
@given(paper=papers)
def test_a_marking_is_refused_where_the_text_refuses_it(paper: Paper) -> None:
    assert (not list(marking_faults(paper.fields))) is paper.is_sound
