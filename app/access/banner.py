"""How a marking is written: the banner that stands above and below whatever bears it.

`POLICY IN-CONFIDENCE//NZEO`, `RESTRICTED//REL TO NZL, AUS`: policy endorsements before the classification, what
limits its release behind it, countries by ISO 3166-1 alpha-3 with our own first (PSR, "Protectively marking").
"""

from functools import cache

from app.access.markings import EYES_ONLY, Mark


def banner(mark: Mark, *, home_country: str) -> str:
    """The marking in one line of capitals."""
    policy = [each for each in mark.endorsements if each != EYES_ONLY]
    parts = [" ".join([*policy, mark.classification])]
    if EYES_ONLY in mark.endorsements:
        parts.append(EYES_ONLY)
    if mark.releasable_to:
        others = sorted(alpha_3(each) for each in mark.releasable_to if each != home_country)
        parts.append(f"REL TO {', '.join([alpha_3(home_country), *others])}")
    if mark.need_to_know:
        parts.append(f"NEED TO KNOW {', '.join(each.upper() for each in mark.need_to_know)}")
    return "//".join(parts)


@cache
def alpha_3(country: str) -> str:
    """The three letters of a country that is given by two; what ISO 3166 does not know stays as it is."""
    import pycountry  # noqa: PLC0415 - reads much when it is loaded, and few processes need it

    found = pycountry.countries.get(alpha_2=country)
    return country if found is None else str(found.alpha_3)
