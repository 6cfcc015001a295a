"""The formula guard: what a spreadsheet program would run as a formula leaves the register as plain text."""

import re

# A leading apostrophe makes spreadsheet programs show the rest as text. Texts that already have one before
# a formula sign get another, so that taking one off again always gives back what was there. The full-width
# signs are formula signs to some programs as well.
_FORMULA = re.compile(r"'*[=+\-@\t\r\n\uff1d\uff0b\uff0d\uff20]")
_NUMBER = re.compile(r"[+-]?[0-9]+(?:[.,][0-9]+)*%?")
_GUARDED = re.compile(r"'+[=+\-@\t\r\n\uff1d\uff0b\uff0d\uff20]")


def neutralise(text: str) -> str:
    """A text for a cell of an export: what looks like a formula is guarded, plain numbers are left alone."""
    if _FORMULA.match(text) and not _NUMBER.fullmatch(text):
        return "'" + text
    return text


def restore(text: str) -> str:
    """The text that `neutralise` was given."""
    return text[1:] if _GUARDED.match(text) else text
