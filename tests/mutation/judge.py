"""Holds the mutants that no test has noticed against the reasons in `reasons.toml`; run by `.ci/mutants.sh`.

A mutant is a function with one small change in it. It is known by the line that was changed and what that became, so
that a reason holds as long as the line does.
"""

import json
import sys
import tomllib
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from mutmut.mutation.diff_apply import get_diff_for_mutant
from mutmut.stats import status_by_exit_code

NOTICED = ("killed", "timeout")
SQL = ".execute("
MUTANTS = Path("mutants")


class Mutant(NamedTuple):
    """One change of one file."""

    file: str
    was: str
    now: str

    @property
    def is_the_same_sql(self) -> bool:
        """Whether only letters of a statement became large or small, which no database minds."""
        return SQL in self.was and self.was.casefold() == self.now.casefold()

    def __str__(self) -> str:
        return f"{self.file}\n  - {self.was}\n  + {self.now}"


def results() -> dict[Path, dict[str, int | None]]:
    """What became of each mutant, by file; None of one that was not run."""
    metas = {meta.relative_to(MUTANTS).with_suffix(""): meta for meta in sorted(MUTANTS.rglob("*.meta"))}
    return {path: json.loads(meta.read_text())["exit_code_by_key"] for path, meta in metas.items()}


def judged(path: Path, codes: dict[str, int | None]) -> Iterator[tuple[str, Mutant | None]]:
    """What became of every mutant of a file that was run, and which it is, if it was not noticed."""
    for name, code in codes.items():
        if code is not None:
            status = status_by_exit_code[code]
            yield status, None if status in NOTICED else mutant(name, path)


def mutant(name: str, path: Path) -> Mutant:
    lines = [each for each in get_diff_for_mutant(name, path=path).splitlines() if each[:3] not in ("---", "+++")]
    was, now = (" ".join(each[1:].strip() for each in lines if each[:1] == sign) for sign in "-+")
    return Mutant(str(path), was, now)


def reasons(file: Path) -> dict[Mutant, str]:
    """Why some are not noticed."""
    return {
        Mutant(each["file"], each["was"], now): each["why"]
        for each in tomllib.loads(file.read_text())["mutants"]
        for now in each["now"]
    }


def main(file: Path) -> int:
    known, counts, told = reasons(file), Counter[str](), list[str]()
    unused: set[Mutant | None] = set(known)
    found = results()
    for status, each in (one for path, codes in found.items() for one in judged(path, codes)):
        unused -= {each}
        if each is None:
            counts[status] += 1
        elif each in known or each.is_the_same_sql:
            counts[f"{status} with a reason"] += 1
        else:
            counts[status] += 1
            told.append(f"{status}: {each}")
    unknown = {str(path) for path, codes in found.items() if None in codes.values()}
    told += [
        f"a reason for what is noticed or gone by now: {each}"
        for each in known.keys() & unused
        if each.file not in unknown
    ]
    sys.stdout.write("\n".join([*told, ", ".join(f"{number} {what}" for what, number in counts.items()), ""]))
    return 1 if told else 0


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1])))
