"""A clock that lies to a process, by libfaketime. Waiting goes by the monotonic clock, which stays true.

No kernel does what the library does now and then: while the time is put anew, a thread's sleep may fail (EINVAL).
"""

from pathlib import Path

LIBRARY = next(Path("/usr/lib").glob("*/faketime/libfaketimeMT.so.1"), None)
ADVICE = "libfaketime is not installed: apt-get install faketime"


class Clock:
    """The clock of whoever is begun with its surroundings."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.jump("+0")

    def jump(self, to: str) -> None:
        """Puts it so far off the true time: `-1h`, `+1y`."""
        draft = self.path.with_suffix(".draft")
        draft.write_text(f"{to}\n")
        draft.replace(self.path)  # at once: whoever looks meanwhile finds the time before, not none

    @property
    def surroundings(self) -> dict[str, str]:
        return {
            "LD_PRELOAD": str(LIBRARY),
            "FAKETIME_TIMESTAMP_FILE": str(self.path),
            "FAKETIME_NO_CACHE": "1",
            "FAKETIME_DONT_FAKE_MONOTONIC": "1",
            "FAKETIME_FORCE_MONOTONIC_FIX": "0",  # else a thread that waits for its turn spins
        }
