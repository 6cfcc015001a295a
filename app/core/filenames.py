"""Names of files as they are offered for download: no path, nothing that is not seen, no longer than a line."""

import unicodedata
from urllib.parse import quote

LONGEST = 150
_UNSEEN = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"})
_NOWHERE = str.maketrans(dict.fromkeys('<>:"|?*', "_"))


def cleaned(name: str) -> str:
    """A name without folders, and without characters that hide or turn around what it says; may be empty."""
    last = name.replace("\\", "/").rpartition("/")[2]
    seen = "".join(each for each in unicodedata.normalize("NFC", last) if unicodedata.category(each) not in _UNSEEN)
    return " ".join(seen.translate(_NOWHERE).split()).strip(". ")


def ending(name: str) -> str:
    """What stands after the last dot, in lower case."""
    stem, dot, last = name.rpartition(".")
    return last.lower() if dot and stem else ""


def offered(name: str, endings: tuple[str, ...]) -> str | None:
    """The name under which a file is offered, with an ending that fits; None where it has one that does not."""
    clean = cleaned(name)
    last = ending(clean)
    if not last:
        return f"{clean[:LONGEST] or 'attachment'}.{endings[0]}"
    if last not in endings:
        return None
    return f"{clean[: -len(last) - 1][:LONGEST].rstrip('. ')}.{last}"


def disposition(name: str) -> str:
    """`Content-Disposition` for a download (RFC 6266), with the name for those who read only ASCII and for others."""
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode()
    plain = "".join("_" if each in '"\\%' else each for each in plain) or "attachment"
    if plain == name:
        return f'attachment; filename="{plain}"'
    return f"attachment; filename=\"{plain}\"; filename*=UTF-8''{quote(name, safe='')}"
