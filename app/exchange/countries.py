"""Names of states and territories, official, usual and colloquial, and their ISO 3166-1 alpha-2 codes."""

import difflib
import re
import warnings
from dataclasses import dataclass
from functools import cache, lru_cache
from typing import Any

import pycountry
from countryguess import CountryData

from app.exchange.cells import fold

# What neither library knows, or knows only by chance.
_ALIASES = {
    "NZ": ("Aotearoa", "Aotearoa New Zealand", "New Zealand Aotearoa", "N.Z."),
    "AU": ("Aus", "Oz", "Commonwealth of Australia", "Ahitereiria"),
    "US": ("U.S.", "U.S.A.", "United States of America", "America", "the States", "US of A"),
    "GB": ("UK", "U.K.", "Britain", "Great Britain", "G.B."),
    "AE": ("UAE", "U.A.E.", "Emirates"),
    "BA": ("Bosnia",),
    "BN": ("Brunei",),
    "CD": ("DRC", "DR Congo", "Congo Kinshasa", "Democratic Republic of Congo", "Zaire"),
    "CG": ("Congo Brazzaville", "Republic of Congo"),
    "CI": ("Ivory Coast",),
    "CK": ("Cooks", "The Cooks"),
    "CN": ("PRC", "P.R.C.", "PR China", "Mainland China"),
    "CV": ("Cape Verde",),
    "CZ": ("Czech Republic",),
    "FJ": ("Fiji Islands",),
    "FM": ("FSM", "Micronesia", "Federated States of Micronesia"),
    "KP": ("DPRK", "North Korea", "N Korea", "Korea North", "Democratic People's Republic of Korea"),
    "KR": ("ROK", "R.O.K.", "South Korea", "S Korea", "Korea South", "Republic of Korea"),
    "KN": ("St Kitts",),
    "LA": ("Lao PDR",),
    "MH": ("RMI", "Marshalls", "Marshall Is"),
    "MK": ("Macedonia", "FYROM"),
    "MM": ("Burma",),
    "NL": ("Holland", "The Netherlands"),
    "PF": ("Tahiti",),
    "PG": ("PNG", "P.N.G."),
    "PH": ("The Philippines",),
    "RW": ("Rwandese Republic",),
    "SA": ("KSA",),
    "SB": ("Solomons", "The Solomons", "Solomon Is"),
    "SZ": ("Swaziland",),
    "TL": ("Timor Leste", "East Timor"),
    "TR": ("Turkey", "Türkiye"),
    "TW": ("Chinese Taipei",),
    "VC": ("St Vincent",),
    "VA": ("Vatican", "Holy See", "Vatican City"),
    "VN": ("Viet Nam", "Vietnam"),
    "WS": ("Western Samoa",),
}

# Parts of a state that stand for it in a defence register, because its forces are the counterpart.
_PARTS = {
    "GB": ("England", "Scotland", "Wales", "Northern Ireland"),
    "US": ("Hawaii", "Hawai'i"),
    "PG": ("Bougainville",),
}

# Names that more than one state answers to. Guinea, Samoa, Georgia, Niger, Sudan, Dominica and Ireland are
# names of one state each, and are taken at their word.
_AMBIGUOUS = {
    "korea": ("KR", "KP"),
    "congo": ("CD", "CG"),
    "the congo": ("CD", "CG"),
    "virgin islands": ("VG", "VI"),
    "guiana": ("GF", "GY"),
    "st martin": ("MF", "SX"),
    "saint martin": ("MF", "SX"),
    "timor": ("TL", "ID"),
    "borneo": ("ID", "MY", "BN"),
}

# Codes that are words as well. They count in capitals only: "No" in a list of partners is not Norway.
_WORDS = frozenset({"am", "and", "as", "at", "be", "by", "can", "do", "in", "is", "it", "me", "my", "no", "so", "to"})

_LONGEST = 80
_SHORTEST_GUESS = 5
_CLOSE = 0.84
_MARGIN = 0.03
# Words that say what sort of state it is, and no more.
_FORM = frozenset(
    (
        "the",
        "of",
        "and",
        "republic",
        "rep",
        "kingdom",
        "state",
        "states",
        "islands",
        "island",
        "is",
        "federation",
    )
) | {
    "federal",
    "democratic",
    "peoples",
    "people",
    "united",
    "union",
    "commonwealth",
    "principality",
    "sultanate",
}


@dataclass(frozen=True, slots=True)
class Found:
    """What a name means: a code, surely or as a guess; or none, with those it might be."""

    code: str | None = None
    guessed: bool = False
    candidates: tuple[str, ...] = ()


@lru_cache(maxsize=8192)
def find_country(name: str, *, exactly: bool = False) -> Found:
    """The state or territory that a name or code stands for. Slips and unusual forms are guesses."""
    key = fold(name) if len(name) <= _LONGEST else ""
    if not key or (key in _WORDS and not name.isupper()):
        return Found()
    if candidates := _AMBIGUOUS.get(key):
        return Found(candidates=candidates)
    if (code := _names().get(key) or _names().get(key.removeprefix("the "))) is not None:
        return Found(code)
    if (code := _parts().get(key)) is not None:
        return Found(code, guessed=True)
    if exactly or len(key) < _SHORTEST_GUESS:
        return Found()
    return _by_pattern(name, key) or _by_likeness(key)


def country_name(code: str) -> str:
    """The usual English name of a code, for people to read."""
    known = pycountry.countries.get(alpha_2=code)
    return str(getattr(known, "common_name", known.name)) if known else code


@cache
def _names() -> dict[str, str]:
    """Every folded name and code that is certain."""
    names: dict[str, str] = {}
    for country in _usual_data():
        for key in ("name_short", "name_official"):
            names.setdefault(fold(country[key]), country["iso2"])
    for known in pycountry.countries:
        for field in ("name", "official_name", "common_name", "alpha_2", "alpha_3"):
            if name := getattr(known, field, None):
                names[fold(name)] = known.alpha_2
                # "Korea, Republic of" is "Republic of Korea" as well
                names.setdefault(fold(" ".join(reversed(name.split(", ")))), known.alpha_2)
    for code, aliases in _ALIASES.items():
        names |= {fold(alias): code for alias in aliases}
    names |= {key.replace("saint ", "st ", 1): code for key, code in names.items() if key.startswith("saint ")}
    return {key: code for key, code in names.items() if key not in _AMBIGUOUS}


@cache
def _parts() -> dict[str, str]:
    return {fold(part): code for code, parts in _PARTS.items() for part in parts}


@cache
def _usual_data() -> list[dict[str, Any]]:
    """The library's usual names and patterns, for what ISO 3166-1 has today."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ResourceWarning)  # the library leaves its data file to the collector
        known = CountryData().countries
    return [each for each in known if pycountry.countries.get(alpha_2=each["iso2"])]


def _by_pattern(name: str, key: str) -> Found | None:
    """A name that one country's pattern knows, and in which no word is left over.

    The patterns look for words anywhere in a text: by themselves they find Jordan in "Mark Jordan".
    """
    codes = [
        country["iso2"]
        for country in _usual_data()
        if (match := country["regex"].search(name)) and _covers(match, name, key, country)
    ]
    if len(codes) > 1:
        return Found(candidates=tuple(codes))
    return Found(codes[0], guessed=True) if codes else None


def _covers(match: re.Match[str], name: str, key: str, country: dict[str, Any]) -> bool:
    known = set(fold(f"{country['name_short']} {country['name_official']}").split()) | _FORM
    rest = set(fold(name[: match.start()] + " " + name[match.end() :]).split())
    matched = set(key.split()) - rest
    strange = {word for word in matched if word not in known}
    return rest <= known and len(strange) <= 1 and len(key.split()) <= len(known)


@cache
def _by_initial() -> dict[str, list[str]]:
    """Names by first letter, where slips are rare: a list of strange places is read ten times as fast."""
    initials: dict[str, list[str]] = {}
    for name in _names():
        if len(name) >= _SHORTEST_GUESS:
            initials.setdefault(name[0], []).append(name)
    return initials


def _by_likeness(key: str) -> Found:
    """A slip of the pen, when it is close to the name of one country only."""
    close = difflib.get_close_matches(key, _by_initial().get(key[0], ()), 4, _CLOSE)
    if not close:
        return Found()
    scores: dict[str, float] = {}
    for name in close:
        code = _names()[name]
        scores[code] = max(scores.get(code, 0), difflib.SequenceMatcher(None, name, key).ratio())
    best, *others = sorted(scores, key=lambda code: -scores[code])
    rivals = [code for code in others if scores[best] - scores[code] < _MARGIN]
    return Found(candidates=(best, *rivals)) if rivals else Found(best, guessed=True)
