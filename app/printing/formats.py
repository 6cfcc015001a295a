"""The formats in which a document is handed out."""

from importlib import import_module
from typing import NamedTuple

from app.printing.document import Document


class Format(NamedTuple):
    """A format: how its files are told, and what makes one."""

    name: str
    media_type: str

    @property
    def suffix(self) -> str:
        return f".{self.name}"

    def make(self, document: Document) -> bytes:
        """A document in this format. What makes it is loaded when it is first wanted: few processes print."""
        made: bytes = getattr(import_module(f"app.printing.{self.name}"), f"as_{self.name}")(document)
        return made


FORMATS = {
    each.name: each
    for each in (
        Format("html", "text/html; charset=utf-8"),
        Format("pdf", "application/pdf"),
        Format("docx", "application/vnd.openxmlformats-officedocument.wordprocessingml.document"),
    )
}
