"""Grounds on which official information is withheld: sections 6 and 9 of the Official Information Act 1982."""

from typing import Literal, NamedTuple, get_args

from app.core.fields import Representation
from app.models.choices import Ground

Weight = Literal["conclusive", "public_interest", "none"]
"""Whether a ground is good by itself (s 6), or only where no public interest outweighs it (s 9(1))."""


class Reason(NamedTuple):
    """What a ground says."""

    text: str
    weight: Weight


GROUNDS: dict[Ground, Reason] = {
    "6(a)": Reason("the security or defence of New Zealand, or its international relations", "conclusive"),
    "6(b)": Reason("information entrusted in confidence by another government or an organisation", "conclusive"),
    "6(c)": Reason("the maintenance of the law, and the right to a fair trial", "conclusive"),
    "6(d)": Reason("the safety of a person", "conclusive"),
    "6(e)": Reason("the economy: serious damage by premature disclosure", "conclusive"),
    "9(2)(a)": Reason("the privacy of natural persons", "public_interest"),
    "9(2)(b)(i)": Reason("a trade secret", "public_interest"),
    "9(2)(b)(ii)": Reason("the commercial position of whoever supplied the information", "public_interest"),
    "9(2)(ba)(i)": Reason("an obligation of confidence: the supply of such information", "public_interest"),
    "9(2)(ba)(ii)": Reason("an obligation of confidence: damage to the public interest", "public_interest"),
    "9(2)(c)": Reason("the health or safety of members of the public", "public_interest"),
    "9(2)(d)": Reason("the substantial economic interests of New Zealand", "public_interest"),
    "9(2)(e)": Reason("measures that prevent or lessen material loss to members of the public", "public_interest"),
    "9(2)(f)(i)": Reason("the confidentiality of communications with the Sovereign", "public_interest"),
    "9(2)(f)(ii)": Reason("collective and individual ministerial responsibility", "public_interest"),
    "9(2)(f)(iii)": Reason("the political neutrality of officials", "public_interest"),
    "9(2)(f)(iv)": Reason("the confidentiality of advice tendered by Ministers and officials", "public_interest"),
    "9(2)(g)(i)": Reason("the free and frank expression of opinions", "public_interest"),
    "9(2)(g)(ii)": Reason("the protection of Ministers and officials from improper pressure", "public_interest"),
    "9(2)(h)": Reason("legal professional privilege", "public_interest"),
    "9(2)(i)": Reason("commercial activities of a Minister or organisation", "public_interest"),
    "9(2)(j)": Reason("negotiations", "public_interest"),
    "9(2)(k)": Reason("improper gain or advantage", "public_interest"),
    "out_of_scope": Reason("not asked for", "none"),
}

NEEDS_WEIGHING = frozenset(ground for ground, reason in GROUNDS.items() if reason.weight == "public_interest")
"""Grounds with which it must be said why the public interest does not outweigh them (s 9(1))."""

ORDER = {ground: place for place, ground in enumerate(get_args(Ground))}


class GroundRead(Representation):
    """A ground on which information is withheld."""

    ground: Ground
    """As withholdings name it: the section and paragraph of the Act, or `out_of_scope`."""

    text: str
    """What it protects."""

    weight: Weight
    """`conclusive` (s 6); `public_interest`: only where no public interest outweighs it (s 9(1)); or `none`."""


def cited(ground: Ground) -> str:
    """A ground as it stands in the place of what is withheld: `s 9(2)(a)`."""
    return "out of scope" if ground == "out_of_scope" else f"s {ground}"


def in_order(grounds: set[Ground]) -> list[Ground]:
    """Grounds in the order of the Act, each once."""
    return sorted(grounds, key=lambda each: ORDER[each])


def told(ground: Ground) -> GroundRead:
    """A ground with what it says."""
    return GroundRead(ground=ground, text=GROUNDS[ground].text, weight=GROUNDS[ground].weight)
