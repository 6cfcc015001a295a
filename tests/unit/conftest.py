"""What all unit tests share: no server, and examples that fail on what is wrong, not on how long it took."""

from hypothesis import settings

settings.register_profile("unit", deadline=None, max_examples=80)
settings.load_profile("unit")
