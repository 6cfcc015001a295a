#!/usr/bin/env bash
# usage: clients.sh OPENAPI.json BASE_URL TOKEN
# Generates a Python and a TypeScript client from the OpenAPI document and lets each talk to the served
# register, which needs the partner AU; the token needs the role contributor. A warning of a generator fails.
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
document=$(realpath "$1")
export REGISTER_URL=${2%/} REGISTER_TOKEN=$3
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

echo "Python: openapi-python-client"
cp "$here/clients/client.py" "$work/"
(
  cd "$work"
  # The generator formats with ruff and counts it as a warning when it is not on PATH.
  uv run --quiet --no-project --with openapi-python-client==0.29.1 --with ruff \
    openapi-python-client generate --path "$document" --meta none --output-path register_client --fail-on-warning
  uv run --quiet --no-project --with httpx --with attrs --with python-dateutil python client.py
)

echo "TypeScript: openapi-typescript, openapi-fetch"
tools=$("$here/npm-tools.sh" typescript openapi-typescript@7.13.0 openapi-fetch@0.17.0 typescript@5.9.3)
cp "$here/clients/client.mts" "$work/"
ln -s "$tools/node_modules" "$work/node_modules"
cd "$work"
node_modules/.bin/openapi-typescript "$document" --output schema.d.ts
node_modules/.bin/tsc --strict --exactOptionalPropertyTypes --module nodenext --moduleResolution nodenext \
  --target es2022 --lib es2022,dom --outDir out client.mts
ln -s ../node_modules out/node_modules
node out/client.mjs
