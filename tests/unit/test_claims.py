"""What a token of an identity provider says of its bearer, in the register's words: all of it, or nothing."""

from typing import Any

import pytest

from app.access.claims import MOST_GROUPS, MOST_VALUES, ROLES, claim, identity_of
from support.databases import settings_for

ISSUER = "https://login.example"


def identity(claims: dict[str, Any], **settings: Any) -> Any:
    provider = {"oidc_issuer": ISSUER, "oidc_audience": "register", "oidc_jwks": "keys.json"}
    return identity_of({"sub": "u-1"} | claims, settings_for("sqlite:///never-opened.db", **(provider | settings)))


@pytest.mark.parametrize("subject", [None, "", 5, ["u-1"], "x" * 256, "two\nlines", " u-1", "u-1 ", "\u202e"])
def test_without_a_sound_subject_it_speaks_of_nobody(subject: Any) -> None:
    assert identity({"sub": subject}) is None


def test_what_a_token_does_not_say_is_not_known() -> None:
    found = identity({})
    assert (found.issuer, found.subject, found.name) == (ISSUER, "u-1", "u-1")
    assert (found.role, found.clearance, found.nationality, found.groups) == (None, None, None, None)
    assert identity({"sub": "x" * 255}).name == "x" * 200
    assert identity({"sub": "u"}).subject == "u"


@pytest.mark.parametrize(
    ("given", "name"),
    [
        ("Aroha Ngata", "Aroha Ngata"),
        ("  Aroha \n\t Ngata ", "Aroha Ngata"),
        ("x" * 201, "x" * 200),
        ("x" * 199 + " y", "x" * 199),
        ("", "u-1"),
        (" ", "u-1"),
        (5, "u-1"),
        (None, "u-1"),
        ("Aroha\u202e", "u-1"),
    ],
)
def test_a_name_is_one_line_or_else_the_subject(given: Any, name: str) -> None:
    assert identity({"who": {"name": given}}, oidc_name_claim="who.name").name == name


def test_a_claim_stands_at_its_path_or_under_its_whole_name() -> None:
    claims = {"a": {"b": {"c": 1}, "d": None}, "https://example.org/role": "reader", "a.b": "whole"}
    asked = {"a": claims["a"], "a.b": "whole", "a.b.c": 1, "a.d": None, "a.x": None, "a.b.c.d": None, "x.y": None}
    assert {path: claim(claims, path) for path in asked} == asked
    assert claim(claims, "https://example.org/role") == "reader"


def test_of_several_roles_and_clearances_the_highest_counts() -> None:
    asked = {"oidc_role_claim": "roles", "oidc_clearance_claim": "clearance"}
    found = identity({"roles": ["approver", "reader", "none"], "clearance": ["SECRET", "RESTRICTED"]}, **asked)
    assert (found.role, found.clearance) == ("approver", "SECRET")
    assert [identity({"roles": [*ROLES][: place + 1]}, **asked).role for place in range(len(ROLES))] == [*ROLES]
    for unknown in ("root", ["root"], [], 5, [5, None], {"reader": 1}):
        found = identity({"roles": unknown, "clearance": unknown}, **asked)
        assert (found.role, found.clearance) == (None, None)


def test_with_a_map_only_what_it_knows_counts() -> None:
    asked = {"oidc_role_claim": "groups", "oidc_roles": {"/desk": "contributor", "/boss": "approver"}}
    assert identity({"groups": ["/desk", "administrator"]}, **asked).role == "contributor"
    assert identity({"groups": ["administrator"]}, **asked).role is None
    assert identity({"groups": "/boss"}, **asked).role == "approver"
    assert identity({"groups": [*["/x"] * (MOST_VALUES - 1), "/boss"]}, **asked).role == "approver"
    assert identity({"groups": [*["/x"] * MOST_VALUES, "/boss"]}, **asked).role is None, "so many are not looked at"


def test_clearances_and_nationalities_have_maps_too() -> None:
    maps = {"oidc_clearances": {"L3": "SECRET"}, "oidc_nationalities": {"NZL": "NZ"}}
    asked = {"oidc_clearance_claim": "level", "oidc_nationality_claim": "nat", **maps}
    found = identity({"level": "L3", "nat": "NZL"}, **asked)
    assert (found.clearance, found.nationality) == ("SECRET", "NZ")
    found = identity({"level": "SECRET", "nat": "NZ"}, **asked)
    assert (found.clearance, found.nationality) == (None, None)


def test_without_a_claim_of_its_own_nothing_is_looked_for() -> None:
    said = {"": "administrator", "role": "administrator"}
    assert identity(said, oidc_role_claim="").role is None


@pytest.mark.parametrize(
    ("given", "nationality"),
    [
        ("NZ", "NZ"), ("AU", "AU"), (["AU", "NZ"], "NZ"), (["AU", "TO"], "AU"), ("nz", None), ("NZL", None), ("N", None),
        ([], None), (["x", "TO"], "TO"), (None, None), ("NZ\n", None),
    ],
)  # fmt: skip
def test_of_several_nationalities_our_own_counts(given: Any, nationality: str | None) -> None:
    asked = {"oidc_nationality_claim": "nat", "oidc_nationalities": {}, "home_country": "NZ"}
    assert identity({"nat": given}, **asked).nationality == nationality


def test_groups_are_those_that_can_be_groups() -> None:
    asked = {"oidc_groups_claim": "teams"}
    said = ["polar", "pacific-desk", "a1-b2-c3", "Polar", "a--b", "-a", "a-", "", "a b", 5]
    assert identity({"teams": said}, **asked).groups == {"polar", "pacific-desk", "a1-b2-c3"}
    assert identity({"teams": "polar"}, **asked).groups == {"polar"}
    assert identity({"teams": []}, **asked).groups == frozenset()
    many = [f"g{number}" for number in range(MOST_GROUPS + 1)]
    assert identity({"teams": many}, **asked).groups == set(many[:MOST_GROUPS])
    mapped = {**asked, "oidc_groups": {"/P": "polar"}}
    assert identity({"teams": ["/P", "cyber"]}, **mapped).groups == {"polar"}
