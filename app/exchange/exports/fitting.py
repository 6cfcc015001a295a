"""What a cell of a workbook holds of a text."""

LONGEST = 32_767
"""UTF-16 units that a cell holds."""

CUT_END = "… [cut: the whole is in CSV and JSON Lines]"


def fitting(text: str) -> str:
    """All of a text, or its beginning and a word that it is cut."""
    if len(text) <= LONGEST // 2:
        return text
    units = text.encode("utf-16-le")
    if len(units) <= LONGEST * 2:
        return text
    return units[: (LONGEST - len(CUT_END)) * 2].decode("utf-16-le", "ignore") + CUT_END
