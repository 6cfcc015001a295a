#!/usr/bin/env bash
# Changes the code that decides who sees what, a little at a time, and runs the tests that reach what was changed. A
# change that they do not notice is told, unless tests/mutation/reasons.toml says why.
#
#   .ci/mutants.sh                     every file that pyproject.toml names
#   .ci/mutants.sh 'app.core.query.*'  these mutants only
#
# It works on a copy, on as many mutants at a time as CHILDREN says (2).
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
root=$PWD
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
git ls-files --cached --others --exclude-standard app migrations tests pyproject.toml README.md LICENSE alembic.ini \
  | tar --create --files-from=- | tar --extract --directory="$work"
cd "$work"

with_mutmut() {
  uv run --quiet --frozen --project "$root" --with mutmut==3.8.1 "$@"
}

with_mutmut mutmut run --max-children "${CHILDREN:-2}" "$@" >"$work/log" 2>&1 || { tail -n 60 "$work/log" >&2; exit 1; }
with_mutmut python tests/mutation/judge.py tests/mutation/reasons.toml
