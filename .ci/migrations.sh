#!/usr/bin/env bash
# usage: migrations.sh
# One head; from nothing up, no drift between models and migrations, down to nothing, up again. On SQLite here; the test suite
# does the same on both databases, with data in them.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
export TRACKER_DATABASE_URL=sqlite:///$work/register.db

heads=$(uv run alembic heads 2>/dev/null | grep -c '(head)')
if [ "$heads" -ne 1 ]; then
  echo "There are $heads heads; there must be one: uv run alembic merge" >&2
  exit 1
fi
uv run alembic upgrade head
uv run alembic check
uv run alembic downgrade base
uv run alembic upgrade head
