import pycountry
import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.exchange.cells import fold
from app.exchange.countries import country_name, find_country
from app.exchange.partner_lists import assign_roles, read_partners

INSTITUTIONS = {
    fold(name): code
    for code, names in {
        "FPDA": ("FPDA", "Five Power Defence Arrangements"),
        "ADMM-PLUS": ("ADMM-Plus", "ADMM+", "ASEAN Defence Ministers' Meeting-Plus"),
        "ANZUS": ("ANZUS", "Australia, New Zealand, United States Security Treaty"),
        "FVEY": ("FVEY", "Five Eyes"),
    }.items()
    for name in names
}


@pytest.mark.parametrize("country", list(pycountry.countries), ids=lambda country: country.alpha_2)
def test_every_name_of_every_country(country: "pycountry.db.Country") -> None:
    names = {getattr(country, field, country.name) for field in ("name", "official_name", "common_name")}
    names |= {country.alpha_2, country.alpha_3, country.name.upper(), f" {country.name.lower()}. "}
    for name in names:
        found = find_country(name)
        if fold(name) == "congo":  # the short name of one, and what both are called
            assert found.candidates == ("CD", "CG")
        else:
            assert (found.code, found.guessed) == (country.alpha_2, False), name


@pytest.mark.parametrize(
    ("name", "code"),
    [
        ("Aotearoa", "NZ"), ("Aotearoa New Zealand", "NZ"), ("U.S.A.", "US"), ("USA", "US"), ("US", "US"),
        ("PNG", "PG"), ("Republic of Korea", "KR"), ("ROK", "KR"), ("Korea, Republic of", "KR"),
        ("South Korea", "KR"), ("DPRK", "KP"), ("North Korea", "KP"), ("UK", "GB"), ("U.K.", "GB"),
        ("Great Britain", "GB"), ("UAE", "AE"), ("Timor Leste", "TL"), ("East Timor", "TL"),
        ("Türkiye", "TR"),
        ("Turkey", "TR"), ("Viet Nam", "VN"), ("Vietnam", "VN"), ("Samoa", "WS"), ("American Samoa", "AS"),
        ("Georgia", "GE"), ("Guinea", "GN"), ("FSM", "FM"), ("Solomons", "SB"), ("the Netherlands", "NL"),
        ("PRC", "CN"), ("DRC", "CD"), ("Congo-Brazzaville", "CG"), ("Cote d'Ivoire", "CI"), ("Russia", "RU"),
        ("St. Lucia", "LC"), ("Brunei", "BN"), ("Lao PDR", "LA"), ("Czech Republic", "CZ"), ("Burma", "MM"),
    ],
)  # fmt: skip
def test_names_that_are_sure(name: str, code: str) -> None:
    assert (find_country(name).code, find_country(name).guessed) == (code, False)


@pytest.mark.parametrize(
    ("name", "code"),
    [
        ("Phillipines", "PH"),
        ("Indonisia", "ID"),
        ("Singapre", "SG"),
        ("England", "GB"),
        ("St. Kitts and Nevs", "KN"),
    ],
)
def test_names_that_are_guessed(name: str, code: str) -> None:
    assert (find_country(name).code, find_country(name).guessed) == (code, True)


@pytest.mark.parametrize("name", ["Korea", "Congo", "Virgin Islands", "Austrlia"])
def test_names_of_more_than_one(name: str) -> None:
    assert find_country(name).code is None
    assert len(find_country(name).candidates) > 1


@pytest.mark.parametrize(
    "name",
    (
        "|Atlantis|Mark Jordan|Chad Smith|Iran affairs|Indian Ocean|Jordan River|Tonga Navy|EU|XK|AN|the|No"
        "|in|Pacific|United|Mark Jordan United Kingdom|" + "x" * 5000
    ).split("|"),
)
def test_what_is_no_country(name: str) -> None:
    assert find_country(name).code is None


def test_names_for_people() -> None:
    assert country_name("KR") == "South Korea"
    assert country_name("??") == "??"


@pytest.mark.parametrize(
    ("cell", "codes"),
    [
        ("Australia; US, UK and FPDA", "AU US GB FPDA"),
        ("Japan / Republic of Korea", "JP KR"),
        ("AU;US;JP", "AU US JP"),
        ("AU/US/JP", "AU US JP"),
        ("AUS USA JPN", "AU US JP"),
        ("ADMM-Plus", "ADMM-PLUS"),
        ("ADMM+ & Five Eyes", "ADMM-PLUS FVEY"),
        ("Australia, New Zealand, United States Security Treaty", "ANZUS"),
        ("Trinidad and Tobago", "TT"),
        ("Fiji, Trinidad and Tobago and Bosnia and Herzegovina", "FJ TT BA"),
        ("Korea, Republic of, Japan", "KR JP"),
        ("Korea (Republic of), Iran (Islamic Republic of)", "KR IR"),
        ("Australia\nJapan", "AU JP"),
        ("Australia, australia, AU", "AU"),
        ("Antigua & Barbuda, St Vincent and the Grenadines", "AG VC"),
        ("Australia - Japan", "AU JP"),
        ("", ""),
        ("; ,", ""),
    ],
)
def test_mixed_lists(cell: str, codes: str) -> None:
    found = read_partners(cell, "With", INSTITUTIONS, home="NZ")
    assert found.codes == codes.split()
    assert not found.warnings
    assert not found.errors


@pytest.mark.parametrize(
    ("cell", "codes", "warnings", "errors"),
    [
        ("Australia and NZ", "AU", ["home_left_out"], []),
        ("Fiji (RFMF)", "FJ", ["bracket_dropped"], []),
        ("Phillipines", "PH", ["country_guessed"], []),
        ("UK, US + others", "GB US", ["others_not_named"], []),
        ("TBC", "", ["others_not_named"], []),
        ("Japan, Korea", "JP", [], ["country_ambiguous"]),
        ("Atlantis, Japan, Congo, No", "JP", [], ["partner_unknown", "country_ambiguous", "partner_unknown"]),
        ("x" * 5000, "", [], ["partner_unknown"]),
    ],
)
def test_lists_with_remarks(cell: str, codes: str, warnings: list[str], errors: list[str]) -> None:
    found = read_partners(cell, "With", INSTITUTIONS, home="NZ")
    assert found.codes == codes.split()
    assert [note.code for note in found.warnings] == warnings
    assert [note.code for note in found.errors] == errors


@pytest.mark.parametrize(
    ("cell", "roles", "expected"),
    [
        ("Australia (host), Japan (observer), Fiji", "", "host observer participant"),
        ("Host: Australia; Japan", "", "host participant"),
        ("Australia; Japan", "co-host; participant", "co_host participant"),
        ("Australia; Japan", "Japan: host; AU: observer", "observer host"),
        ("Australia; Japan", "Japan host", "participant host"),
        ("Australia; Japan", "observer", "observer observer"),
        ("Australia", "host", "host"),
    ],
)
def test_roles(cell: str, roles: str, expected: str) -> None:
    found = read_partners(cell, "With", INSTITUTIONS)
    assign_roles(found, roles, "Role", INSTITUTIONS)
    assert [each.role for each in found.partners] == expected.split()
    assert not found.errors


@pytest.mark.parametrize("roles", ["host", "cheerleader", "Fiji: host", "host; observer; participant"])
def test_roles_that_are_not_clear(roles: str) -> None:
    found = read_partners("Australia; Japan", "With", INSTITUTIONS)
    assign_roles(found, roles, "Role", INSTITUTIONS)
    assert {note.code for note in found.errors} == {"role_unclear"}


@given(
    st.text(max_size=80)
    | st.lists(st.sampled_from(["Fiji", "and", ",", "(", ")", ";", "host", ":", "/", "&", " "])).map("".join)
)
def test_any_text_is_a_list_or_faults(text: str) -> None:
    found = read_partners(text, "With", INSTITUTIONS, home="NZ")
    assign_roles(found, text, "Role", INSTITUTIONS)
    assert len(set(found.codes)) == len(found.codes)
    assert "NZ" not in found.codes
