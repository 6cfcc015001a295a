#!/usr/bin/env bash
# usage: documented_client.sh BASE_URL TOKEN
# Generates the Python client with the very command of docs/first-steps.md and runs the program that stands there.
set -euo pipefail
root=$(dirname "$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)")
url=${1%/}
token=$2
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

block() {
  awk -v fence="\`\`\`$1" '$0 == fence { on = 1; next } /^```/ { on = 0 } on' "$root/docs/first-steps.md" \
    | sed -e "s|http://127.0.0.1:8000|$url|g" -e "s|det_…|$token|g"
}

cd "$work"
block 'sh network' > generate.sh
block python > use.py
[ -s generate.sh ] && [ -s use.py ]
bash -euo pipefail generate.sh
uv run --quiet --no-project --with ./register-client python use.py > found.txt
cat found.txt
grep -q EXE- found.txt
