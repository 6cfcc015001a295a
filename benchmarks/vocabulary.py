"""Words of titles and summaries: common ones of the trade, and rare ones, which are names of places."""

import pycountry

from app.core.words import index_words

COMMON = tuple(
    """security maritime defence cooperation training regional partners support operations policy exchange
    capability planning engagement strategic bilateral exercise humanitarian assistance disaster relief response
    peacekeeping officials ministers commitment interoperability logistics patrol surveillance navy army aircraft
    ship medical engineering leadership education cyber space domain information intelligence sharing threat
    stability resilience climate infrastructure procurement industry technology research force readiness
    deployment mission mandate troops personnel staff visit delegation meeting forum agenda statement agreement
    arrangement treaty status review progress update outcome decision action follow schedule programme course
    instructor student scholarship language culture history ceremony commemoration band parade sport health
    safety explosive ordnance disposal diving hydrography survey meteorology search rescue evacuation airlift
    sealift refuelling maintenance repair workshop simulation doctrine lessons evaluation standard procedure
    command control communications network radar sensor drone vessel frigate tanker helicopter vehicle camp
    community women peace law ethics justice governance transparency integrity budget resource pacific southern
    ocean antarctic fisheries border illegal trafficking piracy terrorism extremism sanctions monitoring
    verification nuclear chemical biological arms proliferation export licence whānau Māori tikanga kōrero""".split()  # noqa: SIM905 - a list of them is longer than it is clear
)

RARE = tuple(
    sorted(
        {
            each.name
            for each in pycountry.subdivisions
            if each.name.isalpha() and len(each.name) > 4 and len(index_words(each.name)) == 1
        }
    )
)

FOLDED = {each: index_words(each) for each in (*COMMON, *RARE)}
