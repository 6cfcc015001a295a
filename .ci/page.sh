#!/usr/bin/env bash
# usage: page.sh BASE_URL TOKEN [SCREENSHOTS]
# Uses the page of a served demonstration in headless Chromium: every view in both themes and on a phone, axe on each,
# no request to another host, nothing on the console. The token is a contributor's.
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
export REGISTER_URL=${1%/} REGISTER_TOKEN=$2 SCREENSHOTS=${3:-}
if [ -z "${CHROMIUM:=$(command -v chromium || command -v chromium-browser || true)}" ]; then
  apt-get update --quiet=2
  apt-get install --quiet=2 --yes --no-install-recommends chromium </dev/null
  CHROMIUM=$(command -v chromium)
fi
export CHROMIUM
tools=$("$here/npm-tools.sh" page playwright-core@1.65.1 axe-core@4.14.1)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cp "$here"/page/*.mjs "$work/"
ln -s "$tools/node_modules" "$work/node_modules"
node --test --test-reporter=spec --test-concurrency=1 "$work/"*.test.mjs
