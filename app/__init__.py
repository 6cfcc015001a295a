"""The register in which a defence ministry and its armed forces keep their international engagement."""

__version__ = "0.1.0"
